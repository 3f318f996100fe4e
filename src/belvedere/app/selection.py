"""A selection of rows: which table, which filters, read as of when. The command line, the exports and the pages all use it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

import ibis
import pyarrow as pa

from belvedere.errors import BelvedereError, UnknownName
from belvedere.ontology import schema
from belvedere.ontology.indicators import INDICATORS
from belvedere.ontology.schema import Kind
from belvedere.sources.ingest import workspace_places
from belvedere.store.snapshot import Snapshot
from belvedere.store.workspace import Workspace

TRAIL = ("known_at", "known_basis", "commit_id", "file_id", "source_row", "source_column")
HISTORY_COLUMNS = ("known_at", "known_basis", "withdrawn")


@dataclass(frozen=True)
class Selection:
    """What to read. Filters hold together; several values of one filter are alternatives.

    start, end: first and last day, both included. where: (column, text) pairs for any other column.
    history: every version of each row instead of the last word. withdrawn: also rows their source took back.
    origin: with the columns that lead back to the source.
    """

    table: str
    feeds: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    indicators: tuple[str, ...] = ()
    start: dt.date | None = None
    end: dt.date | None = None
    where: tuple[tuple[str, str], ...] = ()
    as_of: str | None = None
    at: int | None = None
    history: bool = False
    withdrawn: bool = False
    origin: bool = False
    limit: int | None = None

    def described(self) -> dict[str, object]:
        """The filters in words, for the certificate of an export; those not set are left out."""
        stated = {
            "feed": list(self.feeds), "place": list(self.places), "indicator": list(self.indicators),
            "from": self.start and self.start.isoformat(), "to": self.end and self.end.isoformat(),
            **dict(self.where),
            "history": self.history, "withdrawn": self.withdrawn, "limit": self.limit,
        }  # fmt: skip
        return {name: value for name, value in stated.items() if value}


@dataclass(frozen=True)
class Selected:
    """The rows, and the snapshot they were read from."""

    selection: Selection
    snapshot: Snapshot
    expression: ibis.Table = field(repr=False)

    def count(self) -> int:
        """Rows, before any limit."""
        return int(self.expression.count().execute())

    def arrow(self) -> pa.Table:
        """The rows, in the order of the table's keys."""
        rows = self.expression if self.selection.limit is None else self.expression.limit(self.selection.limit)
        return rows.to_pyarrow()


def select(workspace: Workspace, selection: Selection) -> Selected:
    """Reads a selection. Raises UnknownName, with near names, for a table, place, indicator or column that does not exist."""
    declared = schema.table(selection.table)
    snapshot = Snapshot.take(workspace, as_of=selection.as_of, at=selection.at)
    if selection.history:
        rows = snapshot.history(selection.table)
    else:
        rows = snapshot.table(selection.table, include_withdrawn=selection.withdrawn)
    rows = _filtered(workspace, rows, declared, selection)
    rows = _status_told(rows)
    order = [*declared.keys(), *(["known_at", "commit_id"] if selection.history else [])]
    return Selected(selection, snapshot, rows.order_by(order).select(*_columns(declared, selection)))


def _filtered(workspace: Workspace, rows: ibis.Table, declared: type[schema.Table], selection: Selection) -> ibis.Table:
    if selection.feeds:
        rows = _among(rows, declared, "feed", selection.feeds)
    if selection.places:
        known = workspace_places(workspace)
        for place in selection.places:
            if place not in known:
                raise UnknownName("place", place, known)
        rows = _in_places(rows, declared, selection.places)
    if selection.indicators:
        for name in selection.indicators:
            if name not in INDICATORS:
                raise UnknownName("indicator", name, INDICATORS)
        rows = _among(rows, declared, "indicator", selection.indicators)
    if selection.start is not None or selection.end is not None:
        column = rows[_day_column(declared)].cast("date")
        rows = rows if selection.start is None else rows.filter(column >= selection.start)
        rows = rows if selection.end is None else rows.filter(column <= selection.end)
    for name, text in selection.where:
        rows = rows.filter(rows[_known_column(declared, name)] == typed(declared.columns[name], text))
    return rows


def _among(rows: ibis.Table, declared: type[schema.Table], name: str, values: Iterable[str]) -> ibis.Table:
    return rows.filter(rows[_known_column(declared, name)].isin(list(values)))


def _in_places(rows: ibis.Table, declared: type[schema.Table], places: tuple[str, ...]) -> ibis.Table:
    """Rows any of whose key places is one of those: a flow is found from either end."""
    columns = [c.name for c in declared.columns.values() if c.place]
    columns = [c for c in columns if declared.columns[c].key] or columns
    if not columns:
        raise BelvedereError(f"Table {declared.name!r} has no place to filter by.")
    return rows.filter(ibis.or_(*(rows[c].isin(list(places)) for c in columns)))


def _day_column(declared: type[schema.Table]) -> str:
    if "date" in declared.columns:
        return "date"
    days = [c for c in declared.columns.values() if c.kind in (Kind.DATE, Kind.TIMESTAMP)]
    keys = [c for c in days if c.key] or [c for c in days if c.required]
    if not keys:
        raise BelvedereError(f"Table {declared.name!r} has no day to filter by.")
    return keys[0].name


def _known_column(declared: type[schema.Table], name: str) -> str:
    if name not in declared.columns:
        raise UnknownName("column", name, declared.columns)
    return name


def typed(column: schema.Column, text: str) -> object:
    """A filter's text as a value of the column. Raises BelvedereError saying what was expected."""
    try:
        match column.kind:
            case Kind.DATE:
                return dt.date.fromisoformat(text)
            case Kind.TIMESTAMP:
                return dt.datetime.fromisoformat(text).astimezone(dt.UTC)
            case Kind.INTEGER | Kind.NUMBER:
                return float(text)
            case Kind.BOOLEAN:
                return {"true": True, "false": False}[text.lower()]
    except (ValueError, KeyError):
        raise BelvedereError(f"Column {column.name!r} holds a {column.kind}; found {text!r}.") from None
    return text


def _status_told(rows: ibis.Table) -> ibis.Table:
    """A row its source took back has no status of its own: it says `withdrawn`."""
    if "status" not in rows.columns:
        return rows
    return rows.mutate(status=rows.withdrawn.ifelse("withdrawn", rows.status))


def _columns(declared: type[schema.Table], selection: Selection) -> list[str]:
    names = list(declared.columns)
    if selection.history:
        names += HISTORY_COLUMNS
    elif selection.withdrawn:
        names += ["withdrawn"]
    if selection.origin:
        names += [name for name in TRAIL if name not in names]
    return names
