"""Answers about feeds, what was set aside, where a figure comes from, and work under way."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from belvedere.app.api.models import Basis, Meta, Model, Origin, Sentence, Text

FeedState = Literal["fresh", "late", "very_late", "ended", "never", "unknown"]


class DayCompleteness(Model):
    """Places that reported one day, of those expected."""

    date: dt.date
    reported: int
    expected: int
    share: float | None


class MissingPlace(Model):
    """A place expected that has not reported on the newest day."""

    place: str
    name: str
    last_reported: dt.date | None


class FindingCounts(Model):
    """What the rules found, by severity."""

    error: int = 0
    warning: int = 0
    info: int = 0


class Version(Model):
    """One loaded version. Cells: read = loaded + empty + set_aside + excluded."""

    name: str
    at: dt.datetime
    basis: Basis
    received_at: dt.datetime
    covers: str
    outcome: str
    counts: dict[str, int]
    notes: list[str]
    url: str | None
    sha256: str


class FeedSummary(Model):
    """The state of one feed."""

    feed: str
    title: str
    producer: str
    licence: str
    table: str
    country: str | None
    rhythm: str
    state: FeedState
    freshness: Text
    versions: int
    last_version: Version | None
    last_date: dt.date | None
    expected_at: dt.datetime | None
    age_hours: float | None
    missed: int
    days: list[DayCompleteness]
    completeness: float | None = Field(description="Of the newest day.")
    window_share: float | None = Field(description="Over the days listed.")
    missing: list[MissingPlace]
    missing_text: Text
    quarantine: int
    findings: FindingCounts | None = Field(description="Null while they are being worked out.")
    rows: int
    assumed_share: float | None
    synthetic: bool
    caveats: list[str]
    source: str | None
    zone: str


class Feeds(Model):
    """All feeds."""

    meta: Meta
    lede: Sentence
    findings: Literal["ready", "working", "failed"]
    axis: list[dt.date] = Field(description="The last days, the same for every feed.")
    feeds: list[FeedSummary]


class Finding(Model):
    """One thing a rule found."""

    place: str | None
    name: str | None
    text: Text


class RuleFindings(Model):
    """All one rule found in a feed."""

    rule: str
    severity: Literal["error", "warning", "info"]
    count: int
    title: Text
    meaning: Text
    action: Text
    examples: list[Finding]


class HeatStretch(Model):
    """Consecutive days of one kind. start: column, from 0; columns: how many."""

    type: str
    start: int
    columns: int
    first: dt.date
    last: dt.date


class HeatRow(Model):
    """A place with gaps."""

    place: str
    name: str
    gap_days: int
    stretches: list[HeatStretch]


class Heat(Model):
    """Who reported one indicator, day by day. complete: places without gaps, not listed."""

    indicator: str
    indicators: list[str]
    first: dt.date
    last: dt.date
    columns: int
    step_days: int
    rows: list[HeatRow]
    complete: int


class VintageCell(Model):
    """A figure that one version changed."""

    place: str
    name: str
    date: dt.date
    indicator: str
    age_group: str
    change: Literal["added", "changed", "withdrawn"]
    before: float | None
    after: float | None
    by: float | None


class VintageCount(Model):
    """Changes of one indicator. by: the sum of all differences of figures held before and after."""

    indicator: str
    added: int
    changed: int
    withdrawn: int
    by: float


class Vintages(Model):
    """What changed from one version to another. cells: those that moved most first. before: null for the first."""

    before: Version | None
    after: Version
    summary: Text
    counts: list[VintageCount]
    cells: list[VintageCell]


class WeekdayDelay(Model):
    """Days from a day to the first knowledge of its figures. weekday: 0 is Monday. n: place-days measured."""

    weekday: int
    median_days: float
    q90_days: float
    n: int


class Feed(Model):
    """The page of one feed."""

    meta: Meta
    feed: FeedSummary
    heat: Heat | None
    findings: list[RuleFindings] | None
    vintages: Vintages | None = Field(description="Null where there is nothing to compare.")
    delays: list[WeekdayDelay] = Field(description="Empty where no date of knowledge was measured.")
    origin: Origin | None = Field(description="Of one figure of the newest day.")
    loaded: list[Version] = Field(description="Newest first.")
    loaded_total: int


class QuarantineEntry(Model):
    """Something set aside at loading."""

    id: int
    feed: str
    file: str
    row: int | None
    column: str | None
    rule: str
    found: str | None
    expected: str | None
    at: dt.datetime | None
    title: Text
    action: Text
    mendable: bool = Field(description="Whether a copy of the row is kept, to be corrected here.")


class QuarantineGroup(Model):
    """Entries of a feed with the same reason in the same column."""

    feed: str
    rule: str
    column: str | None
    count: int
    title: Text
    action: Text


class Quarantine(Model):
    """What waits, a page at a time."""

    meta: Meta
    total: int
    page: int
    pages: int
    feeds: dict[str, int] = Field(description="Entries waiting, by feed.")
    groups: list[QuarantineGroup] = Field(description="Of the feed asked for, or of all.")
    entries: list[QuarantineEntry]


class LineageNode(Model):
    """A step on the way of a figure: source file, correction by hand, feed, mapping, commit, table row, run, figure."""

    id: str
    kind: Literal["file", "correction", "feed", "mapping", "commit", "table", "run", "figure"]
    label: Text
    detail: dict[str, str | int | float | None]


class LineageEdge(Model):
    """From a step to the next."""

    source: str
    target: str


class RawCell(Model):
    """A cell of the row of the source, as it stands there."""

    column: str
    value: str | None
    used: bool


class CellChange(Model):
    """A cell as the source wrote it, and as it was corrected."""

    column: str
    before: str
    after: str


class CorrectionMade(Model):
    """Who corrected the row by hand, when and why. file, row: of the source. No changes: it was read again as it stood."""

    signed_by: str
    signed_at: dt.datetime
    reason: str
    file: str
    row: int
    changes: list[CellChange]


class Said(Model):
    """What was said of the figure at a time."""

    value: float | str | None
    status: str | None
    known_at: dt.datetime
    basis: Basis
    sequence: int | None
    file: str | None
    row: int | None


class Lineage(Model):
    """Where one row comes from."""

    key: dict[str, str | int | float | None]
    value: float | str | None
    status: str | None
    nodes: list[LineageNode]
    edges: list[LineageEdge]
    raw: list[RawCell] | None = Field(description="The row as it was read; null where no copy is kept.")
    correction: CorrectionMade | None
    history: list[Said]
    citation: Text = Field(description="The figure and its way, as text.")


class OriginAnswer(Model):
    """Where figures come from. total: rows that match; the first are given."""

    meta: Meta
    table: str
    filters: dict[str, str]
    total: int
    figures: list[Lineage]


class Job(Model):
    """Work under way or done. result: commit sequence."""

    id: int
    kind: str
    title: Text
    state: Literal["waiting", "running", "done", "failed", "cancelled", "interrupted"]
    step: str
    done: int
    total: int
    share: float | None
    asked_at: dt.datetime
    started_at: dt.datetime | None
    finished_at: dt.datetime | None
    error: str | None
    result: int | None
    resumable: bool


class Jobs(Model):
    """The newest first."""

    jobs: list[Job]


class OutlookRequest(Model):
    """Asks for a run."""

    country: str = Field(pattern="^[A-Z]{2}$")
    as_of: dt.date | None = None
    scenario: str | None = None
    samples: int = Field(default=500, ge=100, le=2000)


class OutlookAsked(Model):
    """The job that was put in the table."""

    job: int
    events: str
