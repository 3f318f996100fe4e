"""Runs that were committed: what was said last, read back without computing."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa
from ibis import _

from belvedere.outlook.notes import Note, notes_of
from belvedere.outlook.run import feed_of
from belvedere.store import register
from belvedere.store.engine import reading
from belvedere.store.lineage import CommitRecord, commit_record
from belvedere.store.snapshot import moment
from belvedere.store.workspace import Workspace


@dataclass(frozen=True)
class Run:
    """A committed run. commit: what it was made from, with its parameters; watch: its rows of `outlooks`, the gravest first."""

    commit: CommitRecord
    watch: pd.DataFrame

    @property
    def country(self) -> str:
        """The country it is about."""
        return self.commit.parameters["country"]

    @property
    def notes(self) -> tuple[Note, ...]:
        """What holds for the whole outlook."""
        return notes_of(self.commit.parameters["notes"])


def committed_run(workspace: Workspace, sequence: int) -> Run:
    """The run that was committed with that sequence."""
    c = register.commits.c
    with reading(workspace.engine) as connection:
        commit_id = connection.execute(sa.select(c.id).where(c.sequence == sequence)).scalar_one()
    return _run(workspace, commit_id)


def last_runs(
    workspace: Workspace, *, country: str | None = None, as_of: str | None = None, scenario: str | None = None
) -> list[Run]:
    """The newest run of each country, by country; country: of this one only.

    as_of: what was said on that past day: its replay, if there is one, otherwise the newest run committed by then.
    """
    until = moment(as_of)
    replays = [] if as_of is None else _commits(workspace, feed_of(scenario, replayed=True))
    found: dict[str, int] = {}
    for row in [
        *(row for row in replays if moment(row.parameters["as_of"]) == until),
        *(row for row in _commits(workspace, feed_of(scenario, replayed=False)) if until is None or row.started_at <= until),
    ]:
        found.setdefault(row.parameters["country"], row.id)
    return [_run(workspace, found[name]) for name in sorted(found) if country in (None, name)]


def _commits(workspace: Workspace, feed: str) -> list[sa.Row]:
    """Committed runs of the feed, newest first."""
    c = register.commits.c
    query = sa.select(c.id, c.started_at, c.parameters).where(
        c.feed == feed, c.kind == "run", c.state == "committed", c.superseded_by.is_(None)
    )
    with reading(workspace.engine) as connection:
        return list(connection.execute(query.order_by(c.sequence.desc())))


def _run(workspace: Workspace, commit_id: int) -> Run:
    rows = workspace.snapshot().history("outlooks").filter(_.commit_id == commit_id).order_by("rank").to_pandas()
    return Run(commit_record(workspace, commit_id), rows)
