"""Deletion of records that leaves no trace in the workspace's files.

A rule says which rows go: by a column and a limit, never by a name, so that the ledger of erasures itself holds no person. The
ledger lies beside the keys, outside every backup, and is applied again after a restore: a backup cannot bring back what the law
had removed.
"""

from __future__ import annotations

import datetime as dt
import json
import operator
import os
import shutil
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

import sqlalchemy as sa

from belvedere.errors import UnknownName, WorkspaceError
from belvedere.ontology import schema
from belvedere.ontology.schema import Kind, Shelf
from belvedere.store import kept, register
from belvedere.store.commits import Commit
from belvedere.store.engine import reading, wipe_deleted, writing
from belvedere.store.workspace import Workspace

OPERATORS = {"before": operator.lt, "until": operator.le, "equals": operator.eq}


@dataclass(frozen=True)
class Rule:
    """Rows of a records table to erase: `Rule("stays", "left_at", "before", "2021-01-01")`."""

    table: str
    column: str
    operator: str
    value: str


@dataclass(frozen=True)
class Erasure:
    """What an erasure removed: rows of the table, quarantine entries and kept files of the feeds that filled it."""

    rows: int
    quarantine: int
    files: int


def erase(workspace: Workspace, rule: Rule, *, reason: str) -> Erasure:
    """Deletes the rows the rule names, every version of them, from the database files too. Raises WorkspaceError, UnknownName.

    A key matches if any version of its row matches; all versions of that key go. Quarantine entries and kept copies of the
    feeds that filled the table go as well, since a set-aside cell may hold what a row would have held.
    """
    declared, target = _target(rule)
    names = declared.keys()
    keys = [target.c[name] for name in names]
    doomed = sa.tuple_(*keys).in_(sa.select(*keys).where(_condition(declared, target, rule)).distinct())
    feeds = _feeds_of(workspace, rule.table)
    with ExitStack() as locks:
        # A load under way holds the rows it compares with in memory and could write them back.
        for name in (f"erase-{rule.table}", *(f"feed-{feed}" for feed in feeds)):
            locks.enter_context(workspace.locked(name))
        _note_in_ledger(workspace, rule, reason)
        with Commit.begin(workspace, "erase", parameters={"rule": asdict(rule), "reason": reason}) as commit:
            rows = _count(workspace, target, doomed)
            entries = _count(workspace, register.quarantine, register.quarantine.c.feed.in_(feeds))
            commit.also(sa.delete(target).where(doomed))
            commit.also(sa.delete(register.quarantine).where(register.quarantine.c.feed.in_(feeds)))
            commit.also(
                sa.insert(register.erasures),
                [dict(table_name=rule.table, rule=asdict(rule), reason=reason, executed_at=dt.datetime.now(dt.UTC), rows=rows)],
            )
        files = finish(workspace)
    return Erasure(rows, entries, files)


def finish(workspace: Workspace) -> int:
    """Removes what a deletion leaves in files: kept copies, free pages, the write-ahead log, spilled query results.

    Called at the end of `erase`, and when a workspace is opened whose last erasure was interrupted. Returns the copies removed.
    """
    e = register.erasures
    with reading(workspace.engine) as connection:
        pending = connection.execute(sa.select(e.c.id, e.c.table_name).where(e.c.finished_at.is_(None))).all()
    if not pending:
        return 0
    feeds = sorted({feed for row in pending for feed in _feeds_of(workspace, row.table_name)})
    files = _forget_files(workspace, feeds)
    with workspace.locked("backup"):  # a backup under way reads a copy of the database in there
        for left in workspace.tmp.iterdir():
            shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(missing_ok=True)
    wipe_deleted(workspace.engine)
    with writing(workspace.engine) as connection:
        done = sa.update(e).where(e.c.id.in_([row.id for row in pending]))
        connection.execute(done.values(finished_at=dt.datetime.now(dt.UTC)))
    return files


def apply_again(workspace: Workspace) -> list[Erasure]:
    """Carries out every erasure of the ledger once more (after a restore). Returns what each removed."""
    with reading(workspace.engine) as connection:
        known = connection.execute(sa.select(register.erasures.c.rule)).scalars().all()
    path = ledger(workspace)
    noted = [json.loads(line)["rule"] for line in path.read_text().splitlines()] if path.exists() else []
    rules = {Rule(**rule): None for rule in [*known, *noted]}
    return [erase(workspace, rule, reason="carried out again after a restore") for rule in rules]


def ledger(workspace: Workspace) -> Path:
    """The ledger of erasures: one JSON line each, kept with the keys so that no backup is older than it."""
    return workspace.path / "keys" / "erasures.jsonl"


def _note_in_ledger(workspace: Workspace, rule: Rule, reason: str) -> None:
    # Before the deletion: an erasure that was asked for and cut off is carried out at the next restore, never forgotten.
    with ledger(workspace).open("a") as stream:
        stream.write(json.dumps({"rule": asdict(rule), "reason": reason, "at": dt.datetime.now(dt.UTC).isoformat()}) + "\n")
        stream.flush()
        os.fsync(stream.fileno())


def _count(workspace: Workspace, table: sa.Table, condition: sa.ColumnElement) -> int:
    with reading(workspace.engine) as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(table).where(condition)).scalar_one()


def _target(rule: Rule) -> tuple[type[schema.Table], sa.Table]:
    declared = schema.table(rule.table)
    if declared.shelf is not Shelf.RECORDS:
        raise WorkspaceError(f"{rule.table!r} holds aggregates, not persons: only records are erased, series are append-only.")
    if rule.column not in declared.columns:
        raise UnknownName("column", rule.column, declared.columns)
    if rule.operator not in OPERATORS:
        raise UnknownName("operator", rule.operator, OPERATORS)
    if declared.columns[rule.column].identity:
        raise WorkspaceError(f"{rule.column!r} names a person: the ledger of erasures must not. Erase by date or place.")
    return declared, register.records_tables()[rule.table]


def _condition(declared: type[schema.Table], target: sa.Table, rule: Rule) -> sa.ColumnElement:
    kind = declared.columns[rule.column].kind
    value: object = rule.value
    try:
        if kind is Kind.DATE:
            value = dt.date.fromisoformat(rule.value)
        elif kind is Kind.TIMESTAMP:
            moment = dt.datetime.fromisoformat(rule.value)
            value = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
        elif kind in (Kind.INTEGER, Kind.NUMBER):
            value = float(rule.value)
    except ValueError:
        raise WorkspaceError(f"{rule.value!r} is not a {kind.value}, as the column {rule.column!r} asks.") from None
    return OPERATORS[rule.operator](target.c[rule.column], value)


def _feeds_of(workspace: Workspace, table: str) -> list[str]:
    """Feeds that ever wrote the table."""
    c, w = register.commits.c, register.commit_writes.c
    query = (
        sa.select(c.feed).join(register.commit_writes, w.commit_id == c.id).where(w.table_name == table, c.feed.is_not(None))
    )
    with reading(workspace.engine) as connection:
        return list(connection.execute(query.distinct()).scalars())


def _forget_files(workspace: Workspace, feeds: list[str]) -> int:
    v, f = register.feed_versions.c, register.files.c
    query = sa.select(f.sha256).join(register.feed_versions, v.file_id == f.id).where(v.feed.in_(feeds)).distinct()
    with reading(workspace.engine) as connection:
        checksums = list(connection.execute(query).scalars())
    held = [c for c in checksums if kept.place(workspace.files, c).exists()]
    for checksum in held:
        kept.forget(workspace.files, checksum)
    return len(held)
