"""What the pages say, in English and French: short texts by name, and the sentences made from the state of the feeds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import pandas as pd

from belvedere.app import formats
from belvedere.app.status import FeedStatus
from belvedere.app.words_en import TEXTS as ENGLISH
from belvedere.app.words_fr import TEXTS as FRENCH
from belvedere.app.words_rules_fr import RULES_FR
from belvedere.errors import UnknownName
from belvedere.health import RULES

LANGUAGES = {"en": ENGLISH, "fr": FRENCH}
LATE = ("late", "very_late")
NAMES_SHOWN = 2


@dataclass(frozen=True)
class RuleWords:
    """A rule of health in one language."""

    title: str
    meaning: str
    action: str
    sentence: str


@dataclass(frozen=True)
class Words:
    """One language. `words("fr")` gives it."""

    lang: str

    def __call__(self, name: str, n: float | None = None, **values: object) -> str:
        """A text by name, its singular or plural chosen by n; numbers are written as the language does."""
        text = LANGUAGES[self.lang][name]
        if isinstance(text, tuple):
            text = text[1 if self._many(n) else 0]
        shown = {k: self.number(v) if isinstance(v, (int, float)) else v for k, v in values.items()}
        return text.format(**shown, **({} if n is None else {"n": self.number(n)}))

    def _many(self, n: float | None) -> bool:
        """French counts 0 and 1 as singular, English only 1."""
        return n is not None and (abs(n) >= 2 if self.lang == "fr" else n != 1)

    # -- numbers and dates ----------------------------------------------------------------------------------------------

    def number(self, value: float | None) -> str:
        return formats.number(self.lang, value)

    def percent(self, share: float | None) -> str:
        return formats.percent(self.lang, share)

    def date(self, day: dt.date | None, **options: bool) -> str:
        return formats.date(self.lang, day, **options)

    def moment(self, instant: dt.datetime | None, zone: str = "UTC", **options: bool) -> str:
        return formats.moment(self.lang, instant, zone, **options)

    def span(self, first: dt.date | None, last: dt.date | None) -> str:
        return formats.span(self.lang, first, last)

    def duration(self, length: dt.timedelta | None) -> str:
        return formats.duration(self.lang, length)

    # -- sentences ------------------------------------------------------------------------------------------------------

    def state(self, state: str) -> str:
        return self(f"state_{state}")

    def lede(self, feeds: Sequence[FeedStatus]) -> str:
        """The state of all feeds in one sentence."""
        if not feeds:
            return self("lede_none")
        late, waiting = sum(f.state in LATE for f in feeds), sum(f.quarantine for f in feeds)
        if late:
            first = self("lede_late", late, of=len(feeds))
        else:
            first = self("lede_fine_one") if len(feeds) == 1 else self("lede_fine", len(feeds))
        parts = [first, self("lede_rows", waiting) if waiting else self("lede_rows_none")]
        return f"{self._join(parts)}."

    def _join(self, parts: list[str]) -> str:
        return f"{formats.NO_BREAK if self.lang == 'fr' else ''}; ".join(parts)

    def freshness(self, feed: FeedStatus) -> str:
        """What was received last and what is due, in one or two sentences."""
        due = self.moment(feed.expected_at, feed.zone, year=False)
        return self(f"fresh_{feed.state}", day=self.date(feed.last_date), due=due)

    def missing(self, feed: FeedStatus) -> str:
        """Who is missing on the last day, the first few by name."""
        if not feed.missing:
            return self("all_reported", feed.last_day.expected) if feed.last_day and feed.last_day.expected else ""
        names = ", ".join(m.name for m in feed.missing[:NAMES_SHOWN])
        more = len(feed.missing) - NAMES_SHOWN
        return self("missing_some", more, names=names) if more > 0 else self("missing_one", names=names)

    def banner(self, late: Sequence[FeedStatus]) -> str:
        """Which feeds are late."""
        if len(late) == 1:
            return self("banner_one", feed=late[0].title, age=formats.duration_in_words(self.lang, late[0].age))
        return self("banner_many", len(late), feeds=", ".join(f.title for f in late))

    # -- rules ----------------------------------------------------------------------------------------------------------

    def rule(self, rule: str) -> RuleWords:
        """Title, meaning and action of a rule; English where the language has no text for it yet."""
        if self.lang == "fr" and rule in RULES_FR:
            return RuleWords(*RULES_FR[rule])
        known = RULES[rule]
        return RuleWords(known.title, known.meaning, known.action, known.sentence)

    def finding(self, finding: pd.Series, place_name: str | None) -> str:
        """One finding in words."""
        shown = {k: self._shown(v) for k, v in finding.items()}
        shown["place"] = place_name or shown["place"]
        return self.rule(finding["rule"]).sentence.format(**shown)

    def _shown(self, value: object) -> object:
        if isinstance(value, dt.date):
            return self.date(value)
        return self.number(value) if isinstance(value, (int, float)) else value


@cache
def words(lang: str) -> Words:
    """The words of a language. Raises UnknownName."""
    if lang not in LANGUAGES:
        raise UnknownName("language", lang, LANGUAGES)
    return Words(lang)


def preferred(accept: str | None) -> str:
    """The language an Accept-Language header asks for among ours; English where it asks for none of them."""
    wanted = []
    for position, part in enumerate((accept or "").split(",")):
        tag, _, quality = part.strip().partition(";q=")
        weight = float(quality) if quality.replace(".", "", 1).isdigit() else 1.0
        wanted.append((-weight, position, tag[:2].lower()))
    return next((lang for _, _, lang in sorted(wanted) if lang in LANGUAGES), "en")
