"""What is asked and answered about mending rows that were set aside."""

from __future__ import annotations

from pydantic import Field

from belvedere.app.api.models import Model, Text

ROWS_AT_ONCE = 5_000
REASON = Field(min_length=3, max_length=500, description="Why; kept with what is written.")


class Group(Model):
    """All entries of a feed with the same reason in the same column."""

    rule: str
    column: str | None = None


class Chosen(Model):
    """Which entries of a feed: some by number, or a group."""

    feed: str
    ids: list[int] = Field(default=[], max_length=ROWS_AT_ONCE)
    group: Group | None = None


class Replace(Model):
    """In one column, each of these texts by another."""

    column: str
    values: dict[str, str]


class MendRequest(Chosen):
    """cells: entry -> column -> what it should be; an entry named here stands as told, even unchanged. Neither: try again."""

    cells: dict[int, dict[str, str]] = Field(default={})
    replace: Replace | None = None


class Approved(MendRequest):
    """To be carried out."""

    reason: str = REASON


class DismissRequest(Chosen):
    """To be set aside for good."""

    reason: str = REASON


class Sheet(Model):
    """A mended export. approve: carry it out; otherwise only what it would do is told."""

    name: str = Field(max_length=200)
    text: str = Field(max_length=20_000_000)
    approve: bool = False
    reason: str = Field(default="", max_length=500)


class Fault(Model):
    """What is still wrong."""

    rule: str
    column: str | None
    found: str
    expected: str
    title: Text


class FigureChange(Model):
    """A figure that a row states. held: what is held now under the same key; null: nothing."""

    key: dict[str, str | int | float | None]
    column: str
    held: str | int | float | None
    says: str | int | float | None
    change: str


class MendedRow(Model):
    """A row before and after. fault: null when it loads."""

    ids: list[int]
    feed: str
    file: str
    row: int
    before: dict[str, str]
    after: dict[str, str]
    fault: Fault | None
    figures: list[FigureChange]


class WholeFile(Model):
    """A file set aside whole. readable: whether it can be read under the mapping as it stands."""

    id: int
    file: str
    readable: bool


class CellText(Model):
    """A text that stands in the column, and in how many of the rows."""

    value: str
    rows: int


class MendPreview(Model):
    """What would happen. The first rows are given, all are counted. without_copy: entries of files of which none is kept."""

    feed: str
    summary: Text
    loads: int
    fails: int
    replaces: int = Field(description="Figures held now that would be replaced by another.")
    without_copy: int
    mapping_changed: bool
    files: list[WholeFile]
    texts: list[CellText] = Field(description="Of the group's column, the most frequent first.")
    rows: list[MendedRow]


class MendResult(Model):
    """What happened. sequence: the newest commit. again: the whole feed was read again under its changed mapping."""

    done: list[MendPreview]
    again: bool
    settled: int
    sequence: int


class SheetAnswer(Model):
    """What a sheet would do, or did."""

    approved: bool
    summary: Text
    feeds: list[MendPreview]
    sequence: int
