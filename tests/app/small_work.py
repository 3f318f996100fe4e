"""Work of a few steps for the pool of processes; functions of a module, so that other processes find them."""

from __future__ import annotations

import datetime as dt
import os
import signal
import time

import numpy as np

from belvedere.errors import DataError
from belvedere.store.commits import Commit
from belvedere.store.jobs import Job
from belvedere.store.workspace import Workspace

STEPS = 4


def clock() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def work(workspace: Workspace, job: Job) -> None:
    """Waits, fails or kills its process as its parameters say; its result is a commit that tells who made it, and a number."""
    number = np.random.default_rng(job.parameters["seed"]).normal()
    for n in range(STEPS):
        job.step(f"step {n}", n, STEPS)
        time.sleep(job.parameters.get("pause", 0))
    match job.parameters.get("end"):
        case "error":
            raise DataError("the figures of Tuesday are missing")
        case "bug":
            raise ZeroDivisionError("of a bug")
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
    told = {"pid": os.getpid(), "number": number, "threads": os.environ.get("OMP_NUM_THREADS")}
    with Commit.begin(workspace, "run", parameters=told) as commit:
        job.ends_with(commit)
