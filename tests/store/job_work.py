"""A piece of long work in tiny stages, and a process that does it until it is killed."""

from __future__ import annotations

import datetime as dt
import itertools
import time
from pathlib import Path

import numpy as np
import pyarrow as pa

from belvedere.ontology.schema import table
from belvedere.store.commits import Commit
from belvedere.store.jobs import Job, start
from belvedere.store.workspace import Workspace, open_workspace

STAGES = 6


class Clock:
    """A clock that moves on by a second each time it is read."""

    def __init__(self, first: dt.datetime = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)) -> None:
        self._seconds, self.first = itertools.count(), first

    def __call__(self) -> dt.datetime:
        return self.first + dt.timedelta(seconds=next(self._seconds))


def work(workspace: Workspace, job: Job, *, made: list[str], pause: float = 0.0) -> int:
    """Each stage adds to the one before; the result is a commit of rows. made: the stages that were not read back."""
    total = np.zeros(50)
    for stage in range(STAGES):
        job.step(f"stage {stage}", stage, STAGES)

        def make(stage=stage, total=total):
            made.append(f"stage-{stage}")
            time.sleep(pause)
            return total + np.random.default_rng([job.parameters["seed"], stage]).normal(size=50)

        total = job.kept(f"stage-{stage}", make)
    with Commit.begin(workspace, "run", parameters=job.parameters) as commit:
        commit.append("capacity", rows_of(total), known_at=job.clock(), basis="ingested")
        job.ends_with(commit)
    return commit.sequence


def rows_of(values: np.ndarray) -> pa.Table:
    """Rows of `capacity`, one a day."""
    days = np.datetime64("2020-03-01") + np.arange(len(values))
    same = {
        "feed": "test", "place": "FR-01", "level": "icu", "resource": "beds_total", "age_group": "all", "condition": "all",
        "status": "reported",
    }  # fmt: skip
    columns = {"date": days, "value": values, **{name: [text] * len(values) for name, text in same.items()}}
    schema = table("capacity").arrow_schema()
    return pa.table({name: columns[name] for name in schema.names}, schema=schema)


def child(path: Path, job_id: int, pause: float, ready) -> None:
    """Does a waiting job in a process of its own; says when it begins."""
    workspace = open_workspace(path)
    with start(workspace, job_id, clock=Clock()) as job:
        ready.send("started")
        work(workspace, job, made=[], pause=pause)
