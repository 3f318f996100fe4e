"""Answers of the frame, the situation and the watch list."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from belvedere.app.api.models import Meta, Model, Origin, OutlookStatus, Sentence, SumOf, Text, ValueStatus

WatchState = Literal["open", "taken", "snoozed", "acknowledged"]
WatchAction = Literal["take", "assign", "release", "snooze", "acknowledge", "reopen"]


class Country(Model):
    """A country with figures to look ahead from."""

    id: str
    name: Text
    outlook: bool = Field(description="Whether an outlook has been made.")


class OutlookDay(Model):
    """A day one can look at as it was known, because an outlook of it exists. as_of: null for the newest, made now."""

    as_of: dt.date | None
    reference_date: dt.date
    replay: bool
    sequence: int


class ScenarioRef(Model):
    """A scenario, and whether it has results to show."""

    id: str
    title: str
    author: str
    expires_on: dt.date | None
    state: Literal["draft", "kept", "promoted", "expired"]
    outlook: bool


class Reported(Model):
    """How many places reported on the last day, of those expected."""

    n: int
    of: int
    share: float | None
    level: str | None = Field(description="Level of the places: department, region, province.")
    date: dt.date | None


class OldestFeed(Model):
    """The feed that goes on and has been silent longest."""

    feed: str
    title: str
    age_hours: float
    state: str


class BannerRow(Model):
    """A feed that is late, said loudly."""

    feed: str
    state: Literal["late", "very_late"]
    text: Text


class Frame(Model):
    """What the frame of every page shows."""

    meta: Meta
    countries: list[Country]
    days: list[OutlookDay]
    first_day: dt.date | None = Field(description="First day with figures.")
    last_day: dt.date | None
    scenarios: list[ScenarioRef]
    reported: Reported
    oldest: OldestFeed | None
    banner: list[BannerRow]
    feeds_late: int
    quarantine_open: int
    watch_open: int = Field(description="Open watch rows that are more likely than not to pass their beds within 14 days.")
    alerts_open: int
    alert_faults: list[Text] = Field(description="Channels through which alerts do not reach people, in words.")
    languages: list[str]
    version: str
    synthetic: bool
    operator: str


class Spark(Model):
    """Six weeks observed and two weeks ahead; each list is as long as `dates`."""

    dates: list[dt.date]
    observed: list[float | None]
    median: list[float | None]
    q05: list[float | None]
    q95: list[float | None]


class Figure(Model):
    """A headline figure. A count says so; an estimate has its interval."""

    id: Literal["admissions_7d", "hospital_census", "icu_census", "reproduction_number", "places_passing_icu"]
    label: Text
    value: float | None
    kind: Literal["counted", "estimated", "projected"]
    low: float | None = Field(description="End of the interval; null for a count.")
    high: float | None
    level: float | None = Field(description="Chance the interval holds it: 0.9.")
    of: float | None = Field(default=None, description="The ceiling it is compared with: beds, places.")
    change: float | None = Field(description="As a share; absolute for reproduction_number and places_passing_icu.")
    change_days: int
    change_kind: Literal["share", "absolute"]
    unit: str
    date: dt.date | None
    completeness: float | None = Field(description="Share of the places in the figure, 0 to 1.")
    text: Text = Field(description="How sure, in words.")
    sum: SumOf | None = Field(default=None, description="What is projected or estimated in it, as a sum.")
    spark: Spark | None
    origin: Origin


class MapColumns(Model):
    """Chance of passing the ICU beds within `within` days, by place. rank: on the watch list; null: not on it."""

    level: str
    within: int
    places: list[str]
    value: list[float | None]
    status: list[OutlookStatus | None]
    rank: list[int | None]
    value_status: list[ValueStatus]


class FirstDay(Model):
    """Day of first passing, over all futures: null where that share of them never passes within the horizon."""

    early: dt.date | None = Field(description="One future in ten has passed by then.")
    q25: dt.date | None
    middle: dt.date | None
    q75: dt.date | None
    late: dt.date | None = Field(description="Nine in ten have.")


class WatchRow(Model):
    """A place and level of care, ranked."""

    rank: int
    previous_rank: int | None
    place: str
    code: str
    name: str
    part: str | None = Field(description="The larger region.")
    level: Literal["icu", "ward", "all"]
    status: OutlookStatus
    status_reason: Text | None
    reason: Text
    mark: Literal["critical", "watch", "none", "failed"]
    chance_7: float | None
    chance_14: float | None
    chance_28: float | None
    alert_7: float | None
    alert_14: float | None
    alert_28: float | None
    first_day: FirstDay
    present: float | None
    beds: float | None
    beds_dated: dt.date | None
    binding: Literal["staffed", "equipped", "physical"] | None
    others_known: bool | None
    r: float | None
    r_low: float | None
    r_high: float | None
    growing: float | None
    peak: float | None
    peak_low: float | None
    peak_high: float | None
    state: WatchState = "open"
    state_text: Text | None = Field(default=None, description="The state in a sentence; null where nobody did anything yet.")
    owner: str | None = Field(default=None, description="Who follows it.")
    actor: str | None = Field(default=None, description="Who acted last.")
    since: dt.datetime | None = Field(default=None, description="When the state began; null where only the outlook knows.")
    until: dt.datetime | None = Field(default=None, description="When a snooze ends, or ended.")
    state_reason: str | None = Field(default=None, description="Why, as the actor wrote it.")
    graver: Text | None = Field(default=None, description="How it got graver since it was left as it was.")
    seen: int = Field(default=0, description="Number of the newest action: send it back with the next.")
    actions: list[WatchAction] = Field(default=[], description="What may be done now; nothing on past days and scenarios.")
    origin: Origin


class ReportedMember(Model):
    """Whether one place has reported."""

    place: str
    name: str
    state: Literal["reported", "late", "missing", "odd"]
    last_reported: dt.date | None


class ReportedPart(Model):
    """Who has reported inside one larger region."""

    part: str
    name: str
    members: list[ReportedMember]


class Situation(Model):
    """The page of a morning."""

    meta: Meta
    lede: Sentence
    lede_kind: Literal["passing", "calm", "stale", "failed", "none"]
    figures: list[Figure]
    map: MapColumns
    watch: list[WatchRow] = Field(description="The gravest, then those that are snoozed.")
    watch_total: int
    reported: list[ReportedPart]
    reported_feed: str | None
    reported_date: dt.date | None


class WatchList(Model):
    """The watch list. within: the days by whose chance it is ranked."""

    meta: Meta
    level: Literal["icu", "ward", "all"]
    within: Literal[7, 14, 28]
    rows: list[WatchRow]
