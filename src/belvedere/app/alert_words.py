"""What an alert says, on the page and in a message: one sentence, what it rests on, what changed since the last message.

voice = Voice(places, base_url="https://belvedere.example.org", now=now, stale_days=3, shown=12)
voice.sentence("fr", alert)        # stretches of text; facts among them are marked
voice.compose("fr", telling, standing)
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from belvedere.app import formats, sentences_alerts_en, sentences_alerts_fr
from belvedere.app.api.common import country_name
from belvedere.app.sentences_words import Stretch, chance, day, estimates, fill, main_reason, plain, stretches, unbroken
from belvedere.app.sentences_words import say as say_page
from belvedere.desk.alert_book import ALERTS, TEST, Draft
from belvedere.desk.alert_rules import BEDS, FEED, GROWTH, OUTLOOK, PLACE_FAILED, Rule
from belvedere.desk.alerts import CLOSED, OPEN, Alert
from belvedere.reference.places import Places

TEXTS = {"fr": sentences_alerts_fr.TEXTS, "en": sentences_alerts_en.TEXTS}
BODY_VERSION = 1
UNITS = {BEDS: "chance", FEED: "hours", OUTLOOK: "days", PLACE_FAILED: "outlooks", GROWTH: "days"}
"""Unit of the value of each kind."""


def say(lang: str, name: str, n: float | None = None, /, **values: object) -> str:
    """A text of the alerts by name, singular or plural by n. Values bring no marks of their own."""
    return fill(lang, TEXTS[lang][name], n, **{k: v.replace("*", "") if isinstance(v, str) else v for k, v in values.items()})


def amount(lang: str, kind: str, value: float | None) -> str:
    """A value in its unit: 64%, 7 hours, 3 days."""
    if value is None:
        return formats.NOTHING
    if kind == BEDS:
        return chance(lang, value)
    return say(lang, UNITS[kind], round(value))


@dataclass(frozen=True)
class Voice:
    """Tells alerts. base_url: of the pages, "" where none is set. stale_days: age from which a last day is said first. shown:
    alerts written out in one message."""

    places: Places
    base_url: str
    now: dt.datetime
    stale_days: int
    shown: int

    # -- one alert -----------------------------------------------------------------------------------------------------

    def name(self, lang: str, kind: str, subject: str, facts) -> str:
        """The thing by its name."""
        if kind == FEED:
            return str(facts.get("title") or subject)
        if subject in self.places and len(subject) == 2:
            return getattr(country_name(self.places, subject), lang)
        return unbroken(self.places.name(subject)) if subject in self.places else subject

    def sentence(self, lang: str, alert: Alert) -> list[Stretch]:
        """What is the matter, with its figures and their intervals."""
        facts, name = alert.facts, self.name(lang, alert.kind, alert.subject, alert.facts)
        return stretches(_SENTENCES[alert.kind](self, lang, name, facts))

    def short(self, lang: str, alert: Alert) -> str:
        """The same in a few words, for lists and subjects."""
        facts, name = alert.facts, self.name(lang, alert.kind, alert.subject, alert.facts)
        if alert.kind == BEDS and facts["value"] is not None:
            return say(lang, "short_beds", name=name, chance=chance(lang, facts["value"]),
                       beds=say_page(lang, f"beds_{alert.level}"), days=facts["within_days"])  # fmt: skip
        forced = f"_{facts['forced']}" if facts.get("forced") else ""
        return (
            say(lang, f"short_{alert.kind}{forced}", name=name) if alert.kind != BEDS else say(lang, "unknown_now", name=name)
        )

    def basis(self, lang: str, alert: Alert) -> list[str]:
        """What it rests on: age and completeness of the figures, and doubts."""
        facts, said = alert.facts, []
        if alert.kind not in (FEED, OUTLOOK):
            last = dt.date.fromisoformat(facts["reference_date"])
            age = (self.now.date() - last).days
            shown = day(lang, last, self.now.date())
            said.append(say(lang, "stale", age, day=shown) if age >= self.stale_days else say(lang, "as_of", day=shown))
            if facts.get("reported") is not None:
                said.append(say(lang, "reported", share=formats.percent(lang, facts["reported"])))
        if alert.kind == BEDS and facts.get("others_known") is False:
            said.append(say(lang, "others_unknown"))
        if facts.get("status") == "doubtful" and facts.get("status_reason"):
            said.append(say(lang, "doubtful", reason=main_reason(lang, facts["status_reason"])))
        if self.now - alert.judged_at >= dt.timedelta(days=1) and alert.open:
            said.append(say(lang, "unjudged", day=day(lang, alert.judged_at.date(), self.now.date())))
        return said

    def stale(self, alert: Alert) -> int | None:
        """Age in days of the figures, where they are old."""
        if alert.facts.get("reference_date") is None or alert.kind in (FEED, OUTLOOK):
            return None
        age = (self.now.date() - dt.date.fromisoformat(alert.facts["reference_date"])).days
        return age if age >= self.stale_days else None

    def changed(self, lang: str, alert: Alert) -> str:
        """What changed since the last message on it."""
        if not alert.open:
            return say(lang, "closed", day=day(lang, alert.closed_at.date(), self.now.date()))
        if alert.told_at is None:
            return say(lang, "new")
        last = day(lang, alert.told_at.date(), self.now.date())
        if alert.told == CLOSED:
            return say(lang, "again", day=last)
        before = amount(lang, alert.kind, (alert.told_facts or {}).get("value"))
        if before == amount(lang, alert.kind, alert.facts.get("value")):
            return say(lang, "unchanged", day=last)
        return say(lang, "was", day=last, value=before)

    def address(self, alert: Alert | None = None) -> str:
        """The page of an alert; the page of the alerts without one."""
        if alert is None or alert.kind == OUTLOOK:
            return f"{self.base_url}/alerts"
        if alert.kind == FEED:
            return f"{self.base_url}/data/{quote(alert.subject)}"
        return f"{self.base_url}/region/{quote(alert.subject)}?country={quote(str(alert.facts.get('country') or ''))}"

    # -- rules ---------------------------------------------------------------------------------------------------------

    def rule_title(self, lang: str, rule: Rule) -> str:
        """What a rule watches."""
        if rule.kind == BEDS:
            return say(lang, "kind_beds", beds=say_page(lang, f"beds_{rule.level}"), days=rule.within_days)
        return say(lang, f"kind_{rule.kind}")

    def rule_scope(self, lang: str, rule: Rule) -> str:
        """Where it watches."""
        return self.name(lang, rule.kind, rule.place, {"title": rule.place}) if rule.place else say(lang, "everywhere")

    # -- messages ------------------------------------------------------------------------------------------------------

    def compose(self, lang: str, telling: Sequence[Alert], standing: Sequence[Alert]) -> Draft:
        """One message about all of them, the gravest first. standing: every open alert, told or not."""
        synthetic = any(alert.facts.get("synthetic") for alert in telling)
        lines = [say(lang, "synthetic"), ""] if synthetic else []
        for alert in telling[: self.shown]:
            lines += [*self._paragraph(lang, alert), ""]
        left = len(telling) - self.shown
        if left > 0:
            lines += [say(lang, "more", left, address=self.address()), ""]
        told = {alert.id for alert in telling}
        more = len(standing) if any(alert.id not in told for alert in standing) else 0
        rules = ", ".join(sorted({alert.rule for alert in telling}))
        lines.append(
            say(lang, "all_open", more, address=self.address()) if more else say(lang, "none_open", address=self.address())
        )
        lines += [say(lang, "sent_by", rules=rules), say(lang, "aid")]
        content = {
            **self._content(lang, ALERTS, synthetic),
            "open": len(standing),
            "alerts": [self.item(lang, a) for a in telling],
        }
        return Draft(self._subject(lang, telling, synthetic), "\n".join(lines) + "\n", content)

    def test(self, lang: str, channel: str) -> Draft:
        """A message that says only that the channel works."""
        body = [say(lang, "test", channel=channel), "", self.address(), say(lang, "aid")]
        content = {**self._content(lang, TEST, synthetic=False), "open": None, "alerts": []}
        return Draft(say(lang, "test_subject"), "\n".join(body) + "\n", content)

    def _content(self, lang: str, kind: str, synthetic: bool) -> dict:
        return {
            "version": BODY_VERSION, "kind": kind, "language": lang, "made_at": self.now.isoformat(),
            "synthetic": synthetic, "note": say(lang, "aid"), "address": self.address(),
        }  # fmt: skip

    def _subject(self, lang: str, telling: Sequence[Alert], synthetic: bool) -> str:
        first = self.short(lang, telling[0])
        if len(telling) > 1:
            subject = say(lang, "digest", len(telling), first=first)
        else:
            subject = first if telling[0].open else say(lang, "closed_subject", first=first)
        return say(lang, "synthetic_subject", subject=subject) if synthetic else subject

    def _paragraph(self, lang: str, alert: Alert) -> list[str]:
        basis = [text.replace("*", "") for text in self.basis(lang, alert)]
        # An alert on old figures says so before anything else.
        first, last = (basis[:1], basis[1:]) if self.stale(alert) is not None else ([], basis)
        return [
            " ".join([*first, plain(self.sentence(lang, alert))]),
            " ".join([self.changed(lang, alert), *last]),
            self.address(alert),
        ]

    def item(self, lang: str, alert: Alert) -> dict:
        """One alert as the JSON body and the interface tell it."""
        facts = alert.facts
        return {
            "id": alert.id, "rule": alert.rule, "kind": alert.kind, "state": OPEN if alert.open else CLOSED,
            "subject": alert.subject, "name": self.name(lang, alert.kind, alert.subject, facts).replace("\u2011", "-"),
            "level": alert.level or None, "value": facts.get("value"), "unit": UNITS[alert.kind],
            "threshold": facts.get("threshold"), "sentence": plain(self.sentence(lang, alert)),
            "changed": self.changed(lang, alert), "basis": [text.replace("*", "") for text in self.basis(lang, alert)],
            "as_of_day": facts.get("reference_date") or facts.get("last_date"), "stale_days": self.stale(alert),
            "reported": facts.get("reported"), "synthetic": bool(facts.get("synthetic")),
            "opened_at": alert.opened_at.isoformat(), "closed_at": alert.closed_at and alert.closed_at.isoformat(),
            "address": self.address(alert),
        }  # fmt: skip

    # -- sentences by kind ---------------------------------------------------------------------------------------------

    def _beds(self, lang: str, name: str, facts) -> str:
        if facts["value"] is None:
            return say(lang, "unknown_now", name=name)
        last, today = dt.date.fromisoformat(facts["reference_date"]), self.now.date()
        first = facts.get("first_day")
        earliest = say_page(lang, "earliest", day=day(lang, dt.date.fromisoformat(first), today)) if first else ""
        binding, level = facts.get("binding") or "physical", facts["level"]
        said = [
            say(lang, "beds", name=name, chance=chance(lang, facts["value"]), beds=say_page(lang, f"beds_{binding}_{level}"),
                day=day(lang, last + dt.timedelta(days=facts["within_days"]), today), earliest=earliest)
        ]  # fmt: skip
        if None not in (facts["present"], facts["beds"]):
            kind = say_page(lang, f"kind_{facts.get('binding') or ''}", facts["beds"])
            said.append(say_page(lang, "place_now", round(facts["present"]), day=day(lang, last, today),
                                 present=round(facts["present"]), beds=round(facts["beds"]), kind=kind))  # fmt: skip
        said += self._interval(lang, "peak", facts, whole=True) + self._interval(lang, "r", facts, whole=False)
        return " ".join(said)

    def _interval(self, lang: str, name: str, facts, /, *, whole: bool, n: int | None = None, **more: object) -> list[str]:
        stem = "peak" if name == "peak" else "reproduction"
        low, middle, high = (facts.get(key) for key in (f"{stem}_low", stem, f"{stem}_high"))
        if None in (low, middle, high):
            return []
        middle, low, high = estimates(lang, middle, low, high, low=low, high=high, whole=whole)
        return [say(lang, name, n, **{("peak" if name == "peak" else "r"): middle}, low=low, high=high, **more)]

    def _growth(self, lang: str, name: str, facts) -> str:
        if facts["value"] is None:
            return say(lang, "unknown_now", name=name)
        if facts["value"] < 1:
            return say(lang, "growth_over", name=name)
        told = self._interval(lang, "growth", facts, whole=False, n=round(facts["value"]), name=name)
        return told[0] if told else say(lang, "short_growth", name=name)

    def _place_failed(self, lang: str, name: str, facts) -> str:
        if not facts["value"]:
            return say(lang, "place_back", name=name)
        reason = main_reason(lang, facts.get("status_reason")) or formats.NOTHING
        return say(lang, "place_failed", round(facts["value"]), name=name, reason=reason)

    def _feed(self, lang: str, name: str, facts) -> str:
        if facts.get("forced"):
            return say(lang, "feed_rejected", name=name, reason=facts.get("reason") or "").strip()
        if facts["value"] is None:
            return say(lang, "unknown_now", name=name)
        if facts["value"] == 0:
            return say(lang, "feed_on_time", name=name)
        hours = formats.duration_in_words(lang, dt.timedelta(hours=facts["value"]))
        last = facts.get("last_date")
        if last is None:
            return say(lang, "feed_late_never", name=name, hours=hours)
        return say(lang, "feed_late", name=name, hours=hours, day=day(lang, dt.date.fromisoformat(last), self.now.date()))

    def _outlook(self, lang: str, name: str, facts) -> str:
        if facts.get("forced"):
            return say(lang, "outlook_failed", name=name, reason=facts.get("reason") or "")
        if facts["value"] is None:
            return say(lang, "unknown_now", name=name)
        return say(lang, "outlook_old", name=name, age=formats.duration_in_words(lang, dt.timedelta(days=facts["value"])))


_SENTENCES: dict[str, Callable] = {
    BEDS: Voice._beds, GROWTH: Voice._growth, PLACE_FAILED: Voice._place_failed, FEED: Voice._feed, OUTLOOK: Voice._outlook,
}  # fmt: skip
