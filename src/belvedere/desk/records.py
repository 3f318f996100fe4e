"""The desk's rows on the records shelf: read from a snapshot, written one commit an act."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa

from belvedere.ontology import schema
from belvedere.store.commits import Commit
from belvedere.store.snapshot import Snapshot
from belvedere.store.workspace import Workspace

KIND = "desk"
"""Kind of the desk's commits: they bring no figures."""


def read(snapshot: Snapshot, table: str) -> list[dict]:
    """Every row of the table, corrections and withdrawals included, in the order of writing; instants in UTC."""
    rows = snapshot.history(table).order_by("sequence").to_pyarrow().to_pylist()
    return [{name: _utc(value) for name, value in row.items()} for row in rows]


def _utc(value: object) -> object:
    return value.astimezone(dt.UTC) if isinstance(value, dt.datetime) else value


def write(workspace: Workspace, table: str, row: dict, *, what: dict[str, object], now: dt.datetime) -> int:
    """Adds one row, as a commit of its own, known from `now` on. what: said of the commit. Returns its sequence."""
    columns = [column.arrow.with_nullable(True) for column in schema.table(table).columns.values()]
    rows = pa.Table.from_pylist([row], schema=pa.schema([*columns, pa.field("withdrawn", pa.bool_())]))
    with Commit.begin(workspace, KIND, parameters=what, now=now) as commit:
        commit.append(table, rows, known_at=now, basis="ingested")
    return commit.sequence
