"""The series shelf: Delta tables, append-only, their file list always taken from the log.

A killed writer leaves files that no log names; reading the folder instead of the log would count them.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, write_deltalake
from deltalake.exceptions import CommitFailedError, TableNotFoundError

from belvedere.ontology.clocks import CLOCK_COLUMNS
from belvedere.ontology.schema import Table

COMPACT_ABOVE_FILES = 64


def rest_schema(table: type[Table]) -> pa.Schema:
    """A table's columns at rest: the declared ones (only keys required) and the clocks."""
    declared = [c.arrow.with_nullable(not c.key) for c in table.columns.values()]
    return pa.schema([*declared, *(c.arrow for c in CLOCK_COLUMNS.values())])


def append(folder: Path, table: type[Table], rows: pa.Table) -> None:
    """Appends rows as one atomic Delta version; columns the table did not have yet are added to it."""
    rows = rows.select(rest_schema(table).names).cast(rest_schema(table))
    commit_id = rows["commit_id"][0].as_py()
    write_deltalake(
        folder / table.name,
        rows,
        mode="append",
        schema_mode="merge",
        commit_properties=CommitProperties(custom_metadata={"commit_id": str(commit_id)}, max_commit_retries=100),
    )


def files(folder: Path, table: type[Table]) -> list[str]:
    """The data files the table's log names now; none if nothing was ever written."""
    try:
        return DeltaTable(folder / table.name).file_uris()
    except TableNotFoundError:
        return []


def compact(folder: Path, table: type[Table]) -> bool:
    """Joins many small files into few, if there are many. Rows stay as they are. Returns whether it did."""
    if len(files(folder, table)) <= COMPACT_ABOVE_FILES:
        return False
    try:
        DeltaTable(folder / table.name).optimize.compact()
    except CommitFailedError:  # another process compacts the same table: it does the work
        return False
    return True


def remove_unnamed(folder: Path, table: type[Table], *, older_than_hours: int) -> list[str]:
    """Removes data files that no log names any more (killed writes, compacted pieces). Returns their names."""
    try:
        return DeltaTable(folder / table.name).vacuum(
            retention_hours=older_than_hours, dry_run=False, enforce_retention_duration=False, full=True
        )
    except TableNotFoundError:
        return []
