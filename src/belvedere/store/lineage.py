"""Where a figure comes from: row → commit → source file and row; for a result, the tables and parameters it was made from."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field

import sqlalchemy as sa

from belvedere.errors import UnknownName
from belvedere.store import register
from belvedere.store.engine import reading
from belvedere.store.load import LOADED, SourceFile, source_file
from belvedere.store.snapshot import Snapshot, where
from belvedere.store.workspace import Workspace


@dataclass(frozen=True)
class InputTable:
    """A table a result was made from, as it stood."""

    table: str
    at: int
    as_of: dt.datetime | None


@dataclass(frozen=True)
class CommitRecord:
    """A commit as the register keeps it: which code, which parameters, from what, writing what."""

    id: int
    sequence: int | None
    state: str
    kind: str
    feed: str | None
    started_at: dt.datetime
    committed_at: dt.datetime | None
    code_version: str
    parameters: dict
    files: list[SourceFile] = field(default_factory=list)
    tables: list[InputTable] = field(default_factory=list)
    writes: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Origin:
    """One stored row and where it comes from."""

    row: dict
    commit: CommitRecord
    file: SourceFile | None
    source_row: int | None
    source_column: str | None
    mapping_text: str | None


def origins(snapshot: Snapshot, table: str, *, history: bool = False, **equal) -> list[Origin]:
    """The origin of every row of the table that equals the given values, oldest first; `history` adds corrected values."""
    expression = snapshot.history(table) if history else snapshot.table(table, include_withdrawn=True)
    rows = where(expression, equal).order_by(["known_at", "commit_id", "source_row", "source_column"]).to_pyarrow().to_pylist()
    return [_origin(snapshot.workspace, row) for row in rows]


def _origin(workspace: Workspace, row: dict) -> Origin:
    commit = commit_record(workspace, row["commit_id"])
    file = next((f for f in _files(workspace, [row["file_id"]])), None) if row["file_id"] is not None else None
    with reading(workspace.engine) as connection:
        mapping = connection.execute(
            sa.select(register.mappings.c.text).where(register.mappings.c.sha256 == commit.parameters.get("mapping_sha256"))
        ).scalar()
    return Origin(row, commit, file, row["source_row"], row["source_column"], mapping)


def commit_record(workspace: Workspace, commit_id: int) -> CommitRecord:
    """Everything the register knows of one commit. Raises UnknownName."""
    with reading(workspace.engine) as connection:
        row = connection.execute(sa.select(register.commits).where(register.commits.c.id == commit_id)).one_or_none()
        if row is None:
            raise UnknownName("commit", commit_id, [])
        i, w = register.commit_inputs.c, register.commit_writes.c
        inputs = connection.execute(sa.select(register.commit_inputs).where(i.commit_id == commit_id).order_by(i.id)).all()
        writes = connection.execute(sa.select(w.table_name, w.rows).where(w.commit_id == commit_id)).all()
    return CommitRecord(
        row.id, row.sequence, row.state, row.kind, row.feed, row.started_at, row.committed_at, row.code_version, row.parameters,
        _files(workspace, [x.file_id for x in inputs if x.file_id is not None]),
        [InputTable(x.table_name, x.at_sequence, x.as_of) for x in inputs if x.table_name is not None],
        dict(tuple(x) for x in writes),
    )  # fmt: skip


def commit_records(workspace: Workspace, *, newest: int = 50) -> list[CommitRecord]:
    """The newest committed commits, newest first."""
    c = register.commits.c
    with reading(workspace.engine) as connection:
        ids = connection.execute(
            sa.select(c.id).where(c.state == "committed").order_by(c.sequence.desc()).limit(newest)
        ).scalars().all()  # fmt: skip
    return [commit_record(workspace, commit_id) for commit_id in ids]


def _files(workspace: Workspace, ids: list[int]) -> list[SourceFile]:
    f = register.files.c
    with reading(workspace.engine) as connection:
        rows = connection.execute(sa.select(register.files).where(f.id.in_(ids)).order_by(f.id)).all()
    return [source_file(workspace, row) for row in rows]


@dataclass(frozen=True)
class FeedHeld:
    """A feed as a table held it: how many versions had been loaded, and the newest one's file."""

    feed: str
    versions: int
    file: SourceFile


def feeds_held(workspace: Workspace, table: str, *, at: int, as_of: dt.datetime | None = None) -> list[FeedHeld]:
    """The feeds that had brought a table its rows by a sequence, of versions up to `as_of`; in the order of their names."""
    v, c, w, f = register.feed_versions.c, register.commits.c, register.commit_writes.c, register.files.c
    query = (
        sa.select(v.feed, register.files)
        .join(register.files, v.file_id == f.id)
        .join(register.commits, v.commit_id == c.id)
        .join(register.commit_writes, sa.and_(w.commit_id == c.id, w.table_name == table))
        .where(v.outcome == LOADED, c.state == "committed", c.sequence <= at)
        .where(sa.or_(c.superseded_by.is_(None), c.superseded_by > at))
        .order_by(v.feed, v.version_at, v.id)
    )
    if as_of is not None:
        query = query.where(v.version_at <= as_of)
    with reading(workspace.engine) as connection:
        rows = connection.execute(query).all()
    newest = {row.feed: row for row in rows}
    counted = Counter(row.feed for row in rows)
    return [FeedHeld(feed, counted[feed], source_file(workspace, row)) for feed, row in newest.items()]
