"""Reading: a table as it is known, or was known on a past day, or as it stood after a past commit.

Three arguments, three clocks: the rows carry `date`; `as_of` reads by `known_at`; `at` by commit sequence.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import ibis
import pandas as pd
import pyarrow as pa
import sqlalchemy as sa
from ibis import _

from belvedere.errors import UnknownName, WorkspaceError
from belvedere.ontology import schema
from belvedere.ontology.schema import ARROW_TYPES, Shelf, Table
from belvedere.store import register, series
from belvedere.store.engine import reading
from belvedere.store.workspace import Workspace, visible_commits

Among = Callable[[ibis.Table], ibis.expr.types.BooleanValue]


def moment(as_of: str | dt.date | dt.datetime | None) -> dt.datetime | None:
    """`as_of` as an instant in UTC. A day means through the end of that day, UTC; a naive time is refused."""
    if as_of is None:
        return None
    if isinstance(as_of, str):
        try:
            as_of = dt.date.fromisoformat(as_of) if len(as_of) == 10 else dt.datetime.fromisoformat(as_of)
        except ValueError:
            raise WorkspaceError(
                f"as_of {as_of!r} is not a day (2020-10-20) or an instant with a zone (2020-10-20T18:00+02:00)."
            ) from None
    if isinstance(as_of, dt.datetime):
        if as_of.tzinfo is None:
            raise WorkspaceError(f"as_of {as_of.isoformat()} has no time zone: write it as {as_of.isoformat()}+00:00.")
        return as_of.astimezone(dt.UTC)
    return dt.datetime.combine(as_of, dt.time.max, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Snapshot:
    """One consistent reading of the whole workspace: every table from the same commits, as of the same moment."""

    workspace: Workspace
    as_of: dt.datetime | None
    at: int
    commits: tuple[tuple[int, int], ...]

    @classmethod
    def take(cls, workspace: Workspace, *, as_of=None, at: int | None = None) -> Snapshot:
        """Fixes the commits that count now (or counted at sequence `at`)."""
        visible = tuple((row.id, row.sequence) for row in visible_commits(workspace, at))
        newest = max((sequence for _id, sequence in visible), default=0)
        return cls(workspace, moment(as_of), newest if at is None else at, visible)

    @cached_property
    def connection(self) -> ibis.BaseBackend:
        """The DuckDB that reads for this snapshot."""
        return ibis.duckdb.connect(temp_directory=str(self.workspace.tmp))

    def history(self, name: str) -> ibis.Table:
        """Every row of the table known by then, corrections included, with `sequence` (the order of commits)."""
        declared = schema.table(name)
        rows = self._rows_at_rest(declared)
        ids = pa.array([c for c, _s in self.commits], pa.int64())
        counted = self._hold(pa.table({"commit_id": ids, "sequence": pa.array([s for _c, s in self.commits], pa.int64())}))
        rows = rows.inner_join(counted, "commit_id")
        if self.as_of is not None:
            rows = rows.filter(_.known_at <= ibis.literal(self.as_of))
        return rows

    def table(self, name: str, *, include_withdrawn: bool = False, among: Among | None = None) -> ibis.Table:
        """The last word on each key: its newest row by known_at, then by commit.

        among: table -> condition on its key columns alone. It is that of a filter afterwards, for all rows of a key pass or
        none does; but the database looks for the last word only among those that pass.
        """
        declared = schema.table(name)
        order = [ibis.desc(column) for column in ("known_at", "sequence", "source_row")]
        window = ibis.window(group_by=declared.keys(), order_by=order)
        rows = self.history(name)
        rows = rows if among is None else rows.filter(among(rows))
        latest = rows.mutate(rank_=ibis.row_number().over(window)).filter(_.rank_ == 0).drop("rank_")
        return latest if include_withdrawn else latest.filter(~_.withdrawn)

    def frame(self, name: str, *, include_withdrawn: bool = False, **equal) -> pd.DataFrame:
        """The table as a pandas DataFrame in the order of its keys, filtered by equality (`place="FR-75"`) or `place=[…]`."""
        expression = self.table(name, include_withdrawn=include_withdrawn)
        return where(expression, equal).order_by(schema.table(name).keys()).to_pandas()

    def arrow(self, name: str, *, include_withdrawn: bool = False, **equal) -> pa.Table:
        """The same as an Arrow table."""
        expression = self.table(name, include_withdrawn=include_withdrawn)
        return where(expression, equal).order_by(schema.table(name).keys()).to_pyarrow()

    def _rows_at_rest(self, declared: type[Table]) -> ibis.Table:
        if declared.shelf is Shelf.RECORDS:
            return self._records(declared)
        files = series.files(self.workspace.series, declared)
        if not files:
            return self._hold(series.rest_schema(declared).empty_table())
        rows = self.connection.read_parquet(files, union_by_name=True)
        missing = {c.name: ibis.null(_ibis_type(c)) for c in declared.columns.values() if c.name not in rows.columns}
        return rows.mutate(**missing) if missing else rows

    def _records(self, declared: type[Table]) -> ibis.Table:
        target = register.records_tables()[declared.name]
        names = series.rest_schema(declared).names
        with reading(self.workspace.engine) as connection:
            rows = connection.execute(sa.select(*(target.c[n] for n in names))).mappings().all()
        columns = {n: [row[n] for row in rows] for n in names}
        return self._hold(pa.table(columns, schema=series.rest_schema(declared)))

    def _hold(self, rows: pa.Table) -> ibis.Table:
        """Rows as a table of this snapshot's own DuckDB; Ibis would put a plain memtable into one shared by all threads."""
        name = ibis.util.gen_name("held")
        self.connection.con.register(name, rows)
        return self.connection.table(name)


def where(expression: ibis.Table, equal: dict) -> ibis.Table:
    """The rows in which each named column equals its value, or is one of a list of values. Raises UnknownName."""
    for name, value in equal.items():
        if name not in expression.columns:
            raise UnknownName("column", name, expression.columns)
        column = expression[name]
        expression = expression.filter(column.isin(value) if isinstance(value, (list, tuple, set)) else column == value)
    return expression


def _ibis_type(column: schema.Column) -> ibis.DataType:
    return ibis.dtype(ARROW_TYPES[column.kind])
