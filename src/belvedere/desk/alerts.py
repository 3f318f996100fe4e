"""Alerts: what the rules say of what is known, without a clock, a file or a database.

    verdict = evaluate(rules, facts, open_alerts, now, inside=places_inside)
    verdict.raised, verdict.still, verdict.cleared
    due(alerts, rules, now)     # which of them people are to be told of

There is one alert for each rule and thing (place and level of care, feed, country), however many runs say the same. It opens at
the threshold of its rule, closes at `clear_at`, and stays as it is while its value is not known: missing is not calm.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from belvedere.desk.alert_rules import BEDS, FEED, GROWTH, OUTLOOK, PLACE_FAILED, Rule

Inside = Callable[[str, str], bool]
"""Whether the first place lies in the second, or is it."""

NOTHING, OPEN, CLOSED = "nothing", "open", "closed"
BELOW, ENDED = "below", "ended"
GRAVITY = {BEDS: 0, PLACE_FAILED: 1, OUTLOOK: 2, FEED: 3, GROWTH: 4}
"""Kinds in the order in which a digest tells them."""


@dataclass(frozen=True)
class PlaceFact:
    """What the newest outlook says of one place and level of care; None where not known.

    chance: by days ahead. reference_date: its last complete day. failed_runs: outlooks in a row that failed, the newest first.
    growing_days: days in a row, up to the last, on which R is surely above one. reported: share of the places that have
    reported that day. told: the rest of the outlook's row, for the sentences.
    """

    place: str
    level: str
    country: str
    reference_date: dt.date
    status: str
    synthetic: bool
    chance: Mapping[int, float | None] = field(default_factory=dict)
    failed_runs: int = 0
    growing_days: int | None = None
    reported: float | None = None
    present: float | None = None
    beds: float | None = None
    told: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class FeedFact:
    """State of a feed. hours_late: beyond its expectation, 0 when on time, None where nothing is expected."""

    feed: str
    title: str
    country: str | None
    hours_late: float | None
    rejected: bool
    last_date: dt.date | None
    synthetic: bool
    reason: str = ""


@dataclass(frozen=True)
class OutlookFact:
    """The newest outlook of a country. age_days: since it was made, None if never. failure: of a newer run, "" if none."""

    country: str
    age_days: float | None
    failure: str
    reference_date: dt.date | None
    synthetic: bool


@dataclass(frozen=True)
class Facts:
    """Everything rules are held against."""

    places: Sequence[PlaceFact] = ()
    feeds: Sequence[FeedFact] = ()
    outlooks: Sequence[OutlookFact] = ()


@dataclass(frozen=True)
class Judged:
    """One thing held against one rule. value: None where not known. forced: why it opens whatever the value; "" mostly.

    facts: plain values for the sentences, as they can be kept as JSON.
    """

    rule: str
    kind: str
    subject: str
    level: str
    value: float | None
    forced: str
    facts: Mapping[str, object]

    @property
    def key(self) -> str:
        """The one thing it is about."""
        return f"{self.rule}|{self.subject}|{self.level}"


@dataclass(frozen=True)
class Alert:
    """An alert as it is kept. told: what people were told last. ids are given by the book that keeps them."""

    id: int
    rule: str
    kind: str
    subject: str
    level: str
    opened_at: dt.datetime
    judged_at: dt.datetime
    facts: Mapping[str, object]
    closed_at: dt.datetime | None = None
    closed_because: str | None = None
    told: str = NOTHING
    told_at: dt.datetime | None = None
    told_facts: Mapping[str, object] | None = None
    tellings: int = 0
    acknowledged_at: dt.datetime | None = None
    acknowledged_by: str | None = None
    acknowledged_reason: str | None = None

    @property
    def key(self) -> str:
        return f"{self.rule}|{self.subject}|{self.level}"

    @property
    def open(self) -> bool:
        return self.closed_at is None


@dataclass(frozen=True)
class Verdict:
    """raised: things without an open alert that reach their threshold. still: open ones, with what is known of them now, if it
    is. cleared: (alert, what is known now, why)."""

    raised: tuple[Judged, ...]
    still: tuple[tuple[Alert, Judged | None], ...]
    cleared: tuple[tuple[Alert, Judged | None, str], ...]


def evaluate(rules: Iterable[Rule], facts: Facts, alerts: Iterable[Alert], now: dt.datetime, *, inside: Inside) -> Verdict:
    """What opens, stays and closes. alerts: those open."""
    holding = {rule.id: rule for rule in rules if rule.holds(now.date())}
    judged = {j.key: j for rule in holding.values() for j in judge(rule, facts, inside)}
    known = {alert.key: alert for alert in alerts}
    raised = [j for key, j in judged.items() if key not in known and reaches(holding[j.rule], j)]
    still, cleared = [], []
    for key, alert in known.items():
        found, rule = judged.get(key), holding.get(alert.rule)
        if rule is None or not covers(rule, alert, inside):
            cleared.append((alert, None, ENDED))
        elif found is not None and _below(rule, found):
            cleared.append((alert, found, BELOW))
        else:
            still.append((alert, found))
    return Verdict(tuple(sorted(raised, key=gravity)), tuple(still), tuple(cleared))


def reaches(rule: Rule, judged: Judged) -> bool:
    """Whether an alert opens."""
    return bool(judged.forced) or (judged.value is not None and judged.value >= rule.threshold)


def _below(rule: Rule, judged: Judged) -> bool:
    return not judged.forced and judged.value is not None and judged.value <= rule.clear_at


def covers(rule: Rule, alert: Alert, inside: Inside) -> bool:
    """Whether an alert still is a matter of its rule, after the rule was changed."""
    if rule.kind != alert.kind or (rule.kind == BEDS and rule.level != alert.level):
        return False
    place = alert.subject if rule.kind != FEED else alert.facts.get("country")
    return not rule.place or (place is not None and inside(str(place), rule.place))


def gravity(judged: Judged | Alert) -> tuple:
    """The gravest first: by kind, then by value."""
    value = judged.value if isinstance(judged, Judged) else judged.facts.get("value")
    return (GRAVITY[judged.kind], -(value if value is not None else 0.0), judged.subject, judged.level)


# --- one rule ---


def judge(rule: Rule, facts: Facts, inside: Inside) -> list[Judged]:
    """Everything in the scope of a rule, with its value."""
    if rule.kind == FEED:
        return [_feed(rule, f) for f in facts.feeds if _in_scope(rule, f.country, inside)]
    if rule.kind == OUTLOOK:
        return [_outlook(rule, f) for f in facts.outlooks if _in_scope(rule, f.country, inside)]
    places = [f for f in facts.places if _in_scope(rule, f.place, inside)]
    if rule.kind == BEDS:
        return [_place(rule, f, f.level, f.chance.get(rule.within_days)) for f in places if f.level == rule.level]
    each = {f.place: f for f in reversed(places)}.values()  # one a place: of the level that stands first
    value = {PLACE_FAILED: lambda f: float(f.failed_runs), GROWTH: lambda f: f.growing_days}[rule.kind]
    return [_place(rule, f, "", value(f)) for f in each]


def _in_scope(rule: Rule, place: str | None, inside: Inside) -> bool:
    return not rule.place or (place is not None and inside(place, rule.place))


def _place(rule: Rule, fact: PlaceFact, level: str, value: float | None) -> Judged:
    told = {
        **fact.told, "country": fact.country, "reference_date": fact.reference_date.isoformat(), "level": level,
        "status": fact.status, "synthetic": fact.synthetic, "reported": fact.reported, "present": fact.present,
        "beds": fact.beds, "within_days": rule.within_days,
    }  # fmt: skip
    return _judged(rule, fact.place, level, value, "", told)


def _feed(rule: Rule, fact: FeedFact) -> Judged:
    told = {
        "title": fact.title, "country": fact.country, "last_date": fact.last_date and fact.last_date.isoformat(),
        "synthetic": fact.synthetic, "reason": fact.reason,
    }  # fmt: skip
    return _judged(rule, fact.feed, "", fact.hours_late, "rejected" if fact.rejected else "", told)


def _outlook(rule: Rule, fact: OutlookFact) -> Judged:
    told = {
        "country": fact.country, "reason": fact.failure, "synthetic": fact.synthetic,
        "reference_date": fact.reference_date and fact.reference_date.isoformat(),
    }  # fmt: skip
    return _judged(rule, fact.country, "", fact.age_days, "failed" if fact.failure else "", told)


def _judged(rule: Rule, subject: str, level: str, value: float | None, forced: str, told: Mapping[str, object]) -> Judged:
    facts = {**told, "value": value, "threshold": rule.threshold, "forced": forced}
    return Judged(rule.id, rule.kind, subject, level, None if value is None else float(value), forced, facts)


# --- telling ---


def due(alerts: Iterable[Alert], rules: Mapping[str, Rule], now: dt.datetime) -> list[Alert]:
    """The alerts people are to be told of now, the gravest first: new ones, those closed, and, once the least hours of their
    rule have gone by, those still open that nobody has acknowledged.

    Between two messages on the same thing there are never less than the least hours of its rule. An alert that closed because
    its rule ended is not told; nor is one that opened and closed before anybody was told of it.
    """
    return sorted((alert for alert in alerts if _is_due(alert, rules.get(alert.rule), now)), key=gravity)


def _is_due(alert: Alert, rule: Rule | None, now: dt.datetime) -> bool:
    if rule is None or not rule.channels:
        return False
    rested = alert.told_at is None or now - alert.told_at >= dt.timedelta(hours=rule.least_hours)
    if not alert.open:
        return alert.told == OPEN and alert.closed_because == BELOW and rested
    return rested and alert.acknowledged_at is None


# --- looking back ---


@dataclass(frozen=True)
class Replayed:
    """What a rule would have done on past outlooks, oldest first.

    outlooks: on how many. first, last: their days. alerts: opened. Of those of beds: already (the beds were passed when it
    opened), came (they were passed within the rule's days, at least `lead_days` after), not_come (an outlook of every one of
    those days shows that they were not), open_question (the outlooks do not tell).
    """

    outlooks: int
    first: dt.date | None
    last: dt.date | None
    alerts: int
    already: int = 0
    not_come: int = 0
    open_question: int = 0
    lead_days: tuple[int, ...] = ()

    @property
    def came(self) -> int:
        return len(self.lead_days)


def replay(rule: Rule, past: Sequence[tuple[dt.date, Sequence[PlaceFact]]], *, inside: Inside) -> Replayed:
    """The rule held against past outlooks, one a day, oldest first, as if it had stood all the time."""
    opened: list[tuple[dt.date, Judged]] = []
    standing: dict[str, Judged] = {}
    for day, places in past:
        for found in judge(rule, Facts(places=places), inside):
            if found.key in standing:
                if _below(rule, found):
                    del standing[found.key]
            elif reaches(rule, found):
                standing[found.key] = found
                opened.append((day, found))
    days = [day for day, _places in past]
    made = Replayed(len(past), days[0] if days else None, days[-1] if days else None, len(opened))
    return made if rule.kind != BEDS else _with_outcomes(made, rule, past, opened)


def _with_outcomes(made: Replayed, rule: Rule, past, opened: Sequence[tuple[dt.date, Judged]]) -> Replayed:
    full = {
        (fact.place, fact.level, day): None if None in (fact.present, fact.beds) else fact.present > fact.beds
        for day, places in past
        for fact in places
    }
    known = sorted(day for day, _places in past)
    lead, already, not_come, question = [], 0, 0, 0
    for opened_on, found in opened:
        coming = [opened_on + dt.timedelta(days=n) for n in range(1, rule.within_days + 1)]
        passed = {day: full.get((found.subject, found.level, day)) for day in coming}
        when = next((day for day in coming if passed[day]), None)
        if full.get((found.subject, found.level, opened_on)):
            already += 1
        elif when is not None:
            # Between two outlooks nobody looked: it may have happened the day after the one before.
            lead.append((max(day for day in known if day < when) - opened_on).days + 1)
        elif all(state is False for state in passed.values()):
            not_come += 1
        else:
            question += 1
    return Replayed(made.outlooks, made.first, made.last, made.alerts, already, not_come, question, tuple(lead))
