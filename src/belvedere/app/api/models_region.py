"""Answers about one place, several compared, and bulk."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Literal

from pydantic import Field

from belvedere.app.api.models import (
    Band,
    Meta,
    Model,
    Origin,
    OutlookStatus,
    PlaceRef,
    Sentence,
    SumOf,
    Text,
    ValueStatus,
)
from belvedere.app.api.models_situation import WatchRow


class Target(StrEnum):
    """What is observed and projected."""

    hospital_admissions = "hospital_admissions"
    icu_admissions = "icu_admissions"
    hospital_census = "hospital_census"
    ward_census = "ward_census"
    icu_census = "icu_census"
    reproduction_number = "reproduction_number"


class Per(StrEnum):
    """The unit counts are given in: persons, or persons per 100,000 residents."""

    count = "count"
    per_100k = "100k"


class Observed(Model):
    """values: the line (seven-day mean of a flow, the census itself), null on days still coming in; raw: day by day."""

    dates: list[dt.date]
    values: list[float | None]
    raw: list[float | None]
    status: list[ValueStatus]


class Nowcast(Model):
    """Recent days of a flow still coming in: what is known, its share of the final count, and that to expect (90 %)."""

    dates: list[dt.date]
    known_share: list[float | None]
    received: list[float | None]
    estimate: list[float | None]
    low: list[float | None]
    high: list[float | None]


class CapacityCurve(Model):
    """Beds by day, by kind; binding names the least of those known that day."""

    dates: list[dt.date]
    physical: list[float | None]
    equipped: list[float | None]
    staffed: list[float | None]
    least: list[float | None] = Field(description="The least of them; of a larger region taken place by place, then summed.")
    binding: list[Literal["staffed", "equipped", "physical"] | None]
    dated: dt.date | None = Field(description="Day of the oldest figure in the newest value.")
    current: list[float | None] | None = Field(
        default=None, description="`least` without the scenario that was asked for; null where it changes no beds."
    )


class ChanceByDay(Model):
    """Chance of more patients than beds on each day ahead (not: by then)."""

    dates: list[dt.date]
    chance: list[float | None]


class PastForecast(Model):
    """What was said on a past day of the days after it."""

    made: dt.date
    feed: str
    dates: list[dt.date]
    q05: list[float | None]
    q50: list[float | None]
    q95: list[float | None]


class Everyone(Model):
    """All patients in the beds, with the epidemic or not: what the beds are compared with. projected: where the run kept it."""

    observed: Observed
    projected: Band | None
    current: Band | None = Field(default=None, description="The course without the scenario that was asked for.")


class Panel(Model):
    """One chart. estimated: the past where it is no count but an estimate (R)."""

    target: Target
    label: Text
    unit: str = Field(description="persons; per_100k: persons per 100,000 residents; 1: none.")
    kind: Literal["counted", "estimated"]
    observed: Observed | None
    estimated: Band | None
    nowcast: Nowcast | None
    projected: Band | None
    everyone: Everyone | None
    capacity: CapacityCurve | None
    others_known: bool | None
    chance_by_day: ChanceByDay | None
    chance_by_day_missing: Text | None = Field(description="Why there is no chance by day.")
    past: list[PastForecast]
    sum: SumOf | None = Field(default=None, description="What is projected or estimated in it, of a larger region.")
    caption: Text = Field(description="The chart in one sentence, for those who do not see it.")
    origin: Origin
    date: dt.date | None
    completeness: float | None
    current: Band | None = Field(default=None, description="The course without the scenario that was asked for.")
    difference: Text | None = Field(
        default=None, description="What the scenario changes here, with its interval; or why that is not known."
    )


class Panels(Model):
    """The charts that can be drawn."""

    icu_census: Panel | None
    hospital_census: Panel | None
    ward_census: Panel | None
    hospital_admissions: Panel | None
    icu_admissions: Panel | None
    reproduction_number: Panel | None


class Score(Model):
    """How past forecasts held. relative_wis: over that of persistence; below 1: better."""

    horizon: Literal[7, 14, 21]
    n: int
    coverage_50: float | None
    coverage_90: float | None
    relative_wis: float | None


class TargetScore(Model):
    """Scores of one target over the last weeks; where there are none, why."""

    target: Target
    weeks: int
    first: dt.date | None
    last: dt.date | None
    rows: list[Score]
    missing: Text | None
    sentence: Text | None


class Member(Model):
    """A place inside the one shown."""

    place: str
    name: str
    code: str
    status: OutlookStatus | None
    chance_7: float | None
    chance_14: float | None
    chance_28: float | None
    binding: Literal["staffed", "equipped", "physical"] | None
    rank: int | None


class Event(Model):
    """Something on the time line."""

    date: dt.date
    text: Text
    author: str | None
    kind: Literal["holiday", "event", "comment", "measure", "correction"]


class Region(Model):
    """The page of a place."""

    meta: Meta
    place: PlaceRef
    per: Per = Field(default=Per.count, description="The unit of the counts.")
    per_missing: Text | None = Field(default=None, description="Why they are not the rates that were asked for.")
    lede: Sentence
    status: OutlookStatus | None
    status_reason: Text | None
    panels: Panels
    levels: list[WatchRow] = Field(description="Its rows of the watch list; none for a sum of regions.")
    scores: list[TargetScore]
    members: list[Member]
    events: list[Event]


class ComparedPlace(Model):
    """One place of a comparison, on the shared days."""

    place: PlaceRef
    observed: list[float | None]
    raw: list[float | None]
    status: list[ValueStatus]
    projected: Band | None
    chance_14: float | None
    outlook_status: OutlookStatus | None
    current: Band | None = Field(default=None, description="The course without the scenario that was asked for.")
    missing: Text | None = Field(default=None, description="Why this place has no line.")


class Compare(Model):
    """Up to five places side by side. `dates` are those of observed and raw."""

    meta: Meta
    target: Target
    unit: str
    dates: list[dt.date]
    places: list[ComparedPlace]


class SearchHit(Model):
    """Something found."""

    kind: Literal["place", "feed", "indicator", "page"]
    id: str
    label: Text
    detail: Text | None


class SearchResult(Model):
    """What a search found, the best first."""

    query: str
    hits: list[SearchHit]


class Cube(Model):
    """All places and days of one target as parallel columns. quantile: null for what was observed."""

    meta: Meta
    target: Target
    unit: str
    place: list[str]
    date: list[dt.date]
    quantile: list[float | None]
    value: list[float | None]
    status: list[ValueStatus]
    without_population: list[str] = Field(default=[], description="Places left out, because a rate needs their population.")
