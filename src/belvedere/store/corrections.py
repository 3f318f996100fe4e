"""Rows mended by hand: what the source wrote, what stands instead, why, and who signed it when.

A correction belongs to one row of a mended copy, so it stays with its figures when a feed's history is told again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa

from belvedere.store import register
from belvedere.store.engine import reading
from belvedere.store.workspace import Workspace


@dataclass(frozen=True)
class Correction:
    """One signed row. row: of the mended copy. changes: column -> (as the source wrote it, as corrected); empty: it stands."""

    row: int
    source_file_id: int
    source_row: int
    reason: str
    signed_by: str
    signed_at: dt.datetime
    changes: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def columns(self, file_id: int, commit_id: int) -> dict:
        """As a row of the register."""
        changes = {name: list(pair) for name, pair in self.changes.items()}
        return {**vars(self), "changes": changes, "file_id": file_id, "commit_id": commit_id}


def correction_of(workspace: Workspace, file_id: int, row: int) -> Correction | None:
    """The last correction that made a row of a mended copy; None where the file was not mended by hand."""
    table, c = register.corrections, register.corrections.c
    commits = register.commits
    query = (
        sa.select(table)
        .join(commits, c.commit_id == commits.c.id)
        .where(c.file_id == file_id, c.row == row, commits.c.state == "committed")
        .order_by(c.id.desc())
        .limit(1)
    )
    with reading(workspace.engine) as connection:
        found = connection.execute(query).first()
    if found is None:
        return None
    changes = {name: tuple(pair) for name, pair in found.changes.items()}
    return Correction(
        found.row, found.source_file_id, found.source_row, found.reason, found.signed_by, found.signed_at, changes
    )  # fmt: skip
