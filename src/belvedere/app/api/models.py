"""What all answers share: texts in both languages, the certificate of a reading, columns, errors.

Numbers are raw; who shows them rounds. What is not known is null, never 0; a parallel `status` says why.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class Model(BaseModel):
    """Base of every answer: fields are always present, so that a missing one is a null and not an absence."""

    model_config = ConfigDict(extra="forbid", json_schema_serialization_defaults_required=True)


class Text(Model):
    """One text in both languages."""

    fr: str
    en: str


class Segment(Model):
    """A stretch of a sentence; `strong` marks its facts."""

    text: str
    strong: bool = False


class Sentence(Model):
    """A sentence in both languages, in stretches to be set one after the other without anything between."""

    fr: list[Segment]
    en: list[Segment]


class ValueStatus(StrEnum):
    """Why a value stands as it does."""

    reported = "reported"
    missing = "missing"
    suppressed = "suppressed"
    withdrawn = "withdrawn"


class Basis(StrEnum):
    """How it is known when the figures were known."""

    published = "published"
    ingested = "ingested"
    assumed = "assumed"


class OutlookStatus(StrEnum):
    """How far an outlook of a place can be trusted."""

    ok = "ok"
    doubtful = "doubtful"
    failed = "failed"


class Meta(Model):
    """The certificate of an answer: as known when, from which commit and run."""

    country: str | None
    as_of: dt.datetime | None = Field(description="The past moment asked for; null: now.")
    now: dt.datetime
    sequence: int = Field(description="The newest commit that was read.")
    feed: str | None = Field(description="The run's feed: outlook, replay, outlook-<scenario>; null without a run.")
    reference_date: dt.date | None = Field(description="Last complete day of the run; horizon 1 is the day after.")
    run_at: dt.datetime | None
    run_sequence: int | None = Field(description="The commit of the run.")
    last_day: dt.date | None = Field(description="Last complete day of the figures as read.")
    basis: Basis | None = Field(description="The weakest among the figures: published, ingested, assumed.")
    scenario: str | None
    synthetic: bool
    notes: list[Text] = Field(default=[], description="What holds for the whole outlook, as the run said it.")
    ahead_from: dt.date | None = Field(
        default=None, description="Where the figures ended too long ago to look ahead from now: the day to look from instead."
    )


class Origin(Model):
    """What to ask `/api/v1/origin` for, to see where a figure comes from."""

    table: str
    filters: dict[str, str]


class SumOf(Model):
    """What a projected or estimated sum is made of. Regions that failed are carried, or lost and then in no sum at all."""

    made: int = Field(description="Places with a forecast of their own; of R: whose counts are believed.")
    of: int
    share: float = Field(description="Of its patients (of R: admissions), held by the places made, 0 to 1.")
    carried: list[str]
    lost: list[str]
    status: OutlookStatus = Field(description="Failed: the sum is not given.")
    short: Text
    text: Text


class Problem(Model):
    """An error (RFC 9457). `request` finds it in the log. text: `detail` for the person at the page, where it was foreseen;
    field: of the form it belongs to."""

    type: str
    title: Text
    status: int
    detail: str
    request: str
    text: Text | None = None
    field: str | None = None


class Band(Model):
    """Quantiles by day."""

    dates: list[dt.date]
    q025: list[float | None] = []
    q05: list[float | None]
    q25: list[float | None]
    q50: list[float | None]
    q75: list[float | None]
    q95: list[float | None]
    q975: list[float | None] = []


class PlaceRef(Model):
    """A place by id and name. code: as people of the country write it."""

    id: str
    name: str
    level: str
    code: str
    parent: str | None
    population: int | None
