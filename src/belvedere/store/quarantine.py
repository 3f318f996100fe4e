"""What was set aside, and what became of it. Entries are written with the commit that loaded the rest of the file."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack

import pandas as pd
import sqlalchemy as sa

from belvedere.errors import ConflictError, UnknownName
from belvedere.store import register
from belvedere.store.commits import Commit
from belvedere.store.engine import reading
from belvedere.store.workspace import Workspace, visible_commits

COLUMNS = ("id", "feed", "file", "row", "column", "found", "expected", "rule", "set_aside_at", "resolution", "reason")


def entries(workspace: Workspace, *, feed: str | None = None, settled: bool = False) -> pd.DataFrame:
    """One row an entry: id, feed, file, row, column, found, expected, rule, set_aside_at, resolution, reason, file_id, kept.

    settled: also those mended or dismissed.
    """
    q, f, c = register.quarantine.c, register.files.c, register.commits.c
    visible = sa.select(c.id).where(c.state == "committed", c.superseded_by.is_(None))
    query = (
        sa.select(q.id, q.feed, f.name.label("file"), q.row, q.column, q.found, q.expected, q.rule,
                  c.committed_at.label("set_aside_at"), q.resolution, q.reason, q.file_id, f.kept)
        .join(register.files, q.file_id == f.id).join(register.commits, q.commit_id == c.id)
        .where(q.commit_id.in_(visible)).order_by(q.feed, q.file_id, q.row, q.id)
    )  # fmt: skip
    if feed is not None:
        query = query.where(q.feed == feed)
    if not settled:
        query = query.where(q.resolution.is_(None))
    with reading(workspace.engine) as connection:
        frame = pd.DataFrame(connection.execute(query).mappings().all(), columns=[*COLUMNS, "file_id", "kept"])
    return frame.astype({"row": "Int64"})


def dismiss(workspace: Workspace, ids: list[int], reason: str, *, signed_by: str) -> int:
    """Settles entries as not worth mending, with the reason. Returns the count.

    Raises UnknownName if one does not wait, ConflictError if one was settled or read again meanwhile; nothing is changed then.
    """
    waiting = entries(workspace).set_index("id")["feed"]
    for entry in ids:
        if entry not in waiting.index:
            raise UnknownName("open quarantine entry", entry, map(str, waiting.index))
    with ExitStack() as locks:
        for feed in sorted(set(waiting[ids])):
            locks.enter_context(workspace.locked(f"feed-{feed}"))
        need_open(workspace, ids)
        parameters = {"dismissed": ids, "reason": reason, "signed_by": signed_by}
        with Commit.begin(workspace, "mend", parameters=parameters) as commit:
            commit.also(
                sa.update(register.quarantine)
                .where(register.quarantine.c.id.in_(ids))
                .values(resolved_by=commit.id, resolution="dismissed", reason=reason)
            )
    return len(ids)


def need_open(workspace: Workspace, ids: Iterable[int]) -> None:
    """Raises ConflictError unless every one of these entries still waits."""
    wanted = set(ids)
    if not wanted:
        return
    q, c = register.quarantine.c, register.commits.c
    query = (
        sa.select(q.id)
        .join(register.commits, q.commit_id == c.id)
        .where(c.state == "committed", c.superseded_by.is_(None), q.resolution.is_(None))
    )
    with reading(workspace.engine) as connection:
        gone = wanted - set(connection.execute(query).scalars())
    if gone:
        raise ConflictError(
            f"{len(gone):,} of {len(wanted):,} entries no longer wait: they were settled, or their file was read again, "
            "meanwhile. Nothing was changed; look at the quarantine again."
        )


def counts(workspace: Workspace) -> pd.Series:
    """Open entries by feed."""
    q = register.quarantine.c
    visible = {row.id for row in visible_commits(workspace)}
    query = (
        sa.select(q.feed, q.commit_id, sa.func.count().label("n")).where(q.resolution.is_(None)).group_by(q.feed, q.commit_id)
    )
    with reading(workspace.engine) as connection:
        rows = [row for row in connection.execute(query) if row.commit_id in visible]
    return pd.Series([r.n for r in rows], index=[r.feed for r in rows], dtype="int64").groupby(level=0).sum()
