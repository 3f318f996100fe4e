"""Jobs carried out: one after the other in a thread, or several at once in processes of their own.

The table of jobs says how far each is; whoever carries them out only looks there. Processes die with the one that started
them, so that no work goes on unseen: their jobs are then interrupted and can be resumed.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import TYPE_CHECKING

from belvedere.errors import BelvedereError, UnknownName

if TYPE_CHECKING:
    from belvedere.store.jobs import Clock, Job, JobRecord
    from belvedere.store.workspace import Workspace

LOOK_SECONDS = 0.2
ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")

Perform = Callable[["Workspace", "Job"], object]


def _outlook(workspace: Workspace, job: Job) -> int:
    from belvedere.outlook.run import run_outlook

    return run_outlook(workspace, **job.parameters, job=job)


def _backtest(workspace: Workspace, job: Job) -> None:
    from belvedere.app.cli_backtest import run_backtest

    run_backtest(workspace, job)


WORK: dict[str, Perform] = {"outlook": _outlook, "backtest": _backtest}
"""What each kind of job does."""


def perform(workspace: Workspace, job: Job) -> object:
    """The work of a job, by its kind. Raises UnknownName."""
    if job.kind not in WORK:
        raise UnknownName("kind of job", job.kind, WORK)
    return WORK[job.kind](workspace, job)


def carry_out(
    workspace: Workspace,
    ids: Sequence[int],
    *,
    clock: Clock,
    processes: int = 1,
    perform: Perform = perform,
    watch: Callable[[list[JobRecord]], None] = lambda records: None,
) -> list[JobRecord]:
    """Carries out jobs that wait; returns how each ended, in the same order.

    processes: at once; above 1 `clock` and `perform` must be functions of a module. watch: told how far all of them are, a few
    times a second. Ctrl+C asks all to cancel; each stops at its next step and can be resumed.
    An error not raised on purpose comes out here, when all have ended; the others stay with their jobs.
    """
    from belvedere.store.jobs import cancel, job_record

    def look() -> list[JobRecord]:
        return [job_record(workspace, job_id) for job_id in ids]

    def stop(asked: Sequence[int]) -> None:
        for job_id in asked:
            with suppress(BelvedereError):  # it has ended meanwhile
                cancel(workspace, job_id, clock=clock)

    with pool(min(processes, len(ids))) as workers:
        futures = [workers.submit(_one, workspace.path, job_id, clock, perform) for job_id in ids]
        running = set(futures)
        while running:
            try:
                running = wait(running, timeout=LOOK_SECONDS).not_done
                records = look()
                watch(records)
                if any(record.state == "interrupted" for record in records):
                    # The pool may not see at once that it lost a process (seen with Python 3.11): the others stop in any case.
                    stop([record.id for record in records if record.state in ("waiting", "running")])
            except KeyboardInterrupt:
                stop(ids)
    for future in futures:
        with suppress(BelvedereError, BrokenProcessPool):  # said by the job itself; a killed process leaves it interrupted
            future.result()
    return look()


def _one(path: Path, job_id: int, clock: Clock, perform: Perform) -> None:
    """One job, from waiting to its end. Each has its own connections, in a process or a thread."""
    from belvedere.store.jobs import start
    from belvedere.store.workspace import open_workspace

    workspace = open_workspace(path)
    try:
        with start(workspace, job_id, clock=clock) as job:
            perform(workspace, job)
    finally:
        workspace.engine.dispose()


def pool(processes: int) -> Executor:
    """A thread, or so many processes, each with one thread for its sums, deaf to Ctrl+C and ending with this one."""
    if processes <= 1:
        return ThreadPoolExecutor(1)
    return ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=_prepare)


def _prepare() -> None:
    """Of a new process, before anything heavy is imported."""
    for name in ONE_THREAD:  # as many processes as processors: more threads would only wait for each other
        os.environ.setdefault(name, "1")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches the parent too, which asks the jobs to cancel
    threading.Thread(target=_die_with_parent, daemon=True).start()


def _die_with_parent() -> None:
    parent_process().join()
    os._exit(1)
