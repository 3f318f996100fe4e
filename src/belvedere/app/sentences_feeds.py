"""What is said of feeds: the state of all, freshness and who is missing in one, and what the rules of health found."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from belvedere.app import formats
from belvedere.app.sentences_rules_fr import RULES_FR
from belvedere.app.sentences_words import say
from belvedere.app.status import FeedStatus
from belvedere.health import RULES

LATE = ("late", "very_late")
NAMES_SHOWN = 2


@dataclass(frozen=True)
class RuleWords:
    """A rule of health in one language."""

    title: str
    meaning: str
    action: str
    sentence: str


def state(lang: str, state: str) -> str:
    """A state in a word or two."""
    return say(lang, f"state_{state}")


def lede(lang: str, feeds: Sequence[FeedStatus]) -> str:
    """The state of all feeds in one sentence."""
    if not feeds:
        return say(lang, "lede_none")
    late, waiting = sum(f.state in LATE for f in feeds), sum(f.quarantine for f in feeds)
    if late:
        first = say(lang, "lede_late", late, of=len(feeds))
    else:
        first = say(lang, "lede_fine_one") if len(feeds) == 1 else say(lang, "lede_fine", len(feeds))
    rest = say(lang, "lede_rows", waiting) if waiting else say(lang, "lede_rows_none")
    return f"{first}{formats.NO_BREAK if lang == 'fr' else ''}; {rest}."


def freshness(lang: str, feed: FeedStatus) -> str:
    """What was received last and what is due, in one or two sentences."""
    due = formats.moment(lang, feed.expected_at, feed.zone, year=False)
    return say(lang, f"fresh_{feed.state}", day=formats.date(lang, feed.last_date), due=due)


def missing(lang: str, feed: FeedStatus) -> str:
    """Who is missing on the last day, the first few by name."""
    if not feed.missing:
        return say(lang, "all_reported", feed.last_day.expected) if feed.last_day and feed.last_day.expected else ""
    names = ", ".join(m.name for m in feed.missing[:NAMES_SHOWN])
    more = len(feed.missing) - NAMES_SHOWN
    return say(lang, "missing_some", more, names=names) if more > 0 else say(lang, "missing_one", names=names)


def banner(lang: str, late: Sequence[FeedStatus]) -> str:
    """Which feeds are late."""
    if len(late) == 1:
        return say(lang, "banner_one", feed=late[0].title, age=formats.duration_in_words(lang, late[0].age))
    return say(lang, "banner_many", len(late), feeds=", ".join(f.title for f in late))


def rule(lang: str, rule: str) -> RuleWords:
    """Title, meaning and action of a rule; English where the language has no text for it yet."""
    if lang == "fr" and rule in RULES_FR:
        return RuleWords(*RULES_FR[rule])
    known = RULES[rule]
    return RuleWords(known.title, known.meaning, known.action, known.sentence)


def finding(lang: str, finding: pd.Series, place_name: str | None) -> str:
    """One finding in words."""
    shown = {k: _shown(lang, v) for k, v in finding.items()}
    shown["place"] = place_name or shown["place"]
    return rule(lang, finding["rule"]).sentence.format(**shown)


def _shown(lang: str, value: object) -> object:
    if isinstance(value, dt.date):
        return formats.date(lang, value)
    return formats.number(lang, value) if isinstance(value, (int, float)) else value
