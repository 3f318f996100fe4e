"""Jobs: long work, seen and steered through a table that every process of the installation reads.

    with Job.begin(workspace, "outlook", {"country": "FR"}, clock=clock) as job:
        paths = job.kept("paths", lambda: long_work(lambda text: job.step(text)))
        with Commit.begin(workspace, "run") as commit:
            commit.append("forecasts", rows(paths), known_at=clock(), basis="ingested")
            job.ends_with(commit)

At rest a job is waiting, running, done, failed or cancelled. Its process holds a lock that dies with it: a running job whose
lock is free was cut off, and is shown as interrupted. What `kept` has made stays until the job is done, so that `resume` goes
on from there. With `ends_with` the job is done in the very transaction that makes its result visible.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import sqlalchemy as sa
from filelock import AcquireReturnProxy, FileLock, Timeout

from belvedere.errors import BelvedereError, ConflictError, UnknownName
from belvedere.store import checkpoints, register
from belvedere.store.commits import Commit, code_version
from belvedere.store.engine import reading, writing
from belvedere.store.workspace import Workspace

WAITING, RUNNING, DONE, FAILED, CANCELLED, INTERRUPTED = (
    "waiting", "running", "done", "failed", "cancelled", "interrupted",
)  # fmt: skip
ENDED = (DONE, FAILED, CANCELLED)
PROBE_SECONDS = 0.3  # whoever looks whether a job lives holds its lock for an instant

Clock = Callable[[], dt.datetime]


class Cancelled(BelvedereError):
    """The job was asked to stop, and did."""


@dataclass(frozen=True)
class JobRecord:
    """A job as the table keeps it. result: commit sequence; done, total: steps, 0 of 0 while not known; times in UTC."""

    id: int
    kind: str
    parameters: dict
    state: str
    step: str
    done: int
    total: int
    asked_at: dt.datetime
    started_at: dt.datetime | None
    heartbeat_at: dt.datetime | None
    finished_at: dt.datetime | None
    cancel_requested: bool
    error: str | None
    owner: str | None
    result: int | None

    @property
    def resumable(self) -> bool:
        """Whether `resume` would take it up."""
        return self.state in (WAITING, FAILED, CANCELLED, INTERRUPTED)


@dataclass
class Job:
    """One attempt at a job, in this process. Use as a context manager: an exception marks the job as failed or cancelled."""

    workspace: Workspace
    id: int
    kind: str
    parameters: dict
    clock: Clock
    _lock: FileLock

    @classmethod
    def begin(cls, workspace: Workspace, kind: str, parameters: Mapping[str, object], *, clock: Clock) -> Job:
        """Asks for a job and starts it at once, in this process."""
        return start(workspace, ask(workspace, kind, parameters, clock=clock), clock=clock)

    def step(self, text: str, done: int | None = None, total: int | None = None) -> None:
        """Says what comes next, and how far the work is. Raises Cancelled if that was asked for.

        Each call is a small transaction (some milliseconds): call it a few times a second at most.
        """
        j = register.jobs.c
        progress = {"step": text, "done": done, "total": total}
        with writing(self.workspace.engine) as connection:
            told = {name: value for name, value in progress.items() if value is not None}
            connection.execute(_where(self.id).values(heartbeat_at=self.clock(), **told))
            asked = connection.execute(sa.select(j.cancel_requested).where(j.id == self.id)).scalar_one()
        if asked:
            raise Cancelled(f"Job {self.id} was cancelled before: {text}. To go on from there: belvedere jobs resume {self.id}")

    def kept(self, name: str, make: Callable[[], object], *, given: Mapping[str, object] | None = None):
        """What `make` returns, made once: a later attempt reads it back. See `checkpoints` for what it may be.

        It is made anew if the job's parameters, the code or `given` (whatever else it depends on) is no longer the same.
        """
        basis = [self.parameters, code_version(), dict(given or {})]
        stamp = hashlib.sha256(json.dumps(basis, sort_keys=True, default=str).encode()).hexdigest()
        path = _folder(self.workspace, self.id) / f"{name}.npz"
        found = checkpoints.read(path, stamp=stamp)
        if found is None:
            checkpoints.write(path, make(), stamp=stamp)
            # Read back also the first time, so that every attempt goes on from the same thing.
            found = checkpoints.read(path, stamp=stamp)
        return found[0]

    def ends_with(self, commit: Commit) -> None:
        """Marks the job as done in the closing transaction of that commit, its result."""
        commit.also(_ended(self.id, DONE, self.clock()).values(commit_id=commit.id))

    def __enter__(self) -> Job:
        return self

    def __exit__(self, kind, error, trace) -> None:
        try:
            if error is None:
                self._end(DONE)
            elif isinstance(error, Cancelled | KeyboardInterrupt):
                self._end(CANCELLED)
            else:
                message = str(error) if isinstance(error, BelvedereError) else f"{type(error).__name__}: {error}"
                self._end(FAILED, error=message)
        finally:
            self._lock.release()
        if job_record(self.workspace, self.id).state == DONE:
            _forget(self.workspace, self.id)

    def _end(self, state: str, **more) -> None:
        j = register.jobs.c
        with writing(self.workspace.engine) as connection:
            # A job that ended with its commit stays done, whatever came after.
            connection.execute(_ended(self.id, state, self.clock()).where(j.state == RUNNING).values(**more))


def ask(workspace: Workspace, kind: str, parameters: Mapping[str, object], *, clock: Clock) -> int:
    """Puts a job in the table, waiting for `start`. Returns its number."""
    _forget_done(workspace)
    with writing(workspace.engine) as connection:
        row = connection.execute(
            sa.insert(register.jobs).values(
                kind=kind, parameters=json.loads(json.dumps(dict(parameters))), state=WAITING, step="waiting", done=0, total=0,
                asked_at=clock(), cancel_requested=False,
            )
        )  # fmt: skip
        return row.inserted_primary_key[0]


def ask_again(workspace: Workspace, job_id: int) -> None:
    """Puts a job that failed, was cancelled or cut off back to wait for `start`; what it has kept stays.

    Raises UnknownName; ConflictError if a process is at it; BelvedereError if it is done.
    """
    with _held(workspace, job_id), writing(workspace.engine) as connection:
        row = connection.execute(
            _where(job_id)
            .where(register.jobs.c.state != DONE)
            .values(state=WAITING, step="waiting", done=0, total=0, finished_at=None, cancel_requested=False, error=None)
        )
    if row.rowcount == 0:
        raise BelvedereError(f"Job {job_id} is done; there is nothing left to resume.")


def start(workspace: Workspace, job_id: int, *, clock: Clock) -> Job:
    """Takes up a job that waits, in this process. Raises UnknownName, ConflictError; Cancelled if it does not wait any more."""
    lock = _held(workspace, job_id).lock
    found = job_record(workspace, job_id)
    now, owner = clock(), f"{socket.gethostname()} {os.getpid()}"
    try:
        with writing(workspace.engine) as connection:
            row = connection.execute(
                _where(job_id)
                .where(register.jobs.c.state == WAITING)
                .values(state=RUNNING, step="starting", started_at=now, heartbeat_at=now, owner=owner)
            )
        if row.rowcount == 0:
            raise Cancelled(f"Job {job_id} does not wait to be started: it is {found.state}.")
    except BaseException:
        lock.release()
        raise
    return Job(workspace, job_id, found.kind, found.parameters, clock, lock)


def resume(workspace: Workspace, job_id: int, *, clock: Clock) -> Job:
    """Takes up a job that failed, was cancelled or cut off, after what it has kept. Raises as `ask_again` does."""
    ask_again(workspace, job_id)
    return start(workspace, job_id, clock=clock)


def cancel(workspace: Workspace, job_id: int, *, clock: Clock) -> JobRecord:
    """Asks a running job to stop at its next step; one that does not run is cancelled at once. Returns what then stands.

    Raises UnknownName; BelvedereError if it has ended.
    """
    j = register.jobs.c
    try:
        held = _held(workspace, job_id)
    except ConflictError:  # a process is at it, and asks at each step
        with writing(workspace.engine) as connection:
            row = connection.execute(_where(job_id).where(j.state == RUNNING).values(cancel_requested=True))
    else:
        with held, writing(workspace.engine) as connection:
            row = connection.execute(_ended(job_id, CANCELLED, clock()).where(j.state.in_((WAITING, RUNNING))))
    after = job_record(workspace, job_id)
    if row.rowcount == 0:
        raise BelvedereError(f"Job {job_id} is {after.state}; there is nothing to cancel.")
    return after


def jobs(workspace: Workspace, *, newest: int = 50) -> list[JobRecord]:
    """The newest jobs, newest first."""
    return _records(workspace, sa.true(), newest)


def job_record(workspace: Workspace, job_id: int) -> JobRecord:
    """One job. Raises UnknownName."""
    found = _records(workspace, register.jobs.c.id == job_id, 1)
    if not found:
        raise UnknownName("job", job_id, [job.id for job in jobs(workspace)])
    return found[0]


def _records(workspace: Workspace, condition: sa.ColumnElement, newest: int) -> list[JobRecord]:
    rows = _rows(workspace, condition, newest)
    cut_off = [row.id for row in rows if row.state == RUNNING and not _lives(workspace, row.id)]
    if cut_off:
        # It may have ended between the reading and the look at its lock: what is still running now was cut off.
        rows = _rows(workspace, condition, newest)
        cut_off = [row.id for row in rows if row.state == RUNNING and row.id in cut_off]
    records = [JobRecord(**row._mapping) for row in rows]
    return [replace(r, state=INTERRUPTED) if r.id in cut_off else r for r in records]


def _rows(workspace: Workspace, condition: sa.ColumnElement, newest: int) -> list[sa.Row]:
    j, c = register.jobs, register.commits
    columns = [column for column in j.c if column is not j.c.commit_id]
    query = sa.select(*columns, c.c.sequence.label("result")).outerjoin(c, j.c.commit_id == c.c.id)
    with reading(workspace.engine) as connection:
        return list(connection.execute(query.where(condition).order_by(j.c.id.desc()).limit(newest)))


def _where(job_id: int) -> sa.Update:
    return sa.update(register.jobs).where(register.jobs.c.id == job_id)


def _ended(job_id: int, state: str, at: dt.datetime) -> sa.Update:
    return _where(job_id).values(state=state, heartbeat_at=at, finished_at=at)


def _held(workspace: Workspace, job_id: int) -> AcquireReturnProxy:
    """The job's lock, taken: no other process is at the job, nor can be. Raises ConflictError, UnknownName."""
    owner = job_record(workspace, job_id).owner
    try:
        return FileLock(_lock_path(workspace, job_id)).acquire(timeout=PROBE_SECONDS)
    except Timeout:
        raise ConflictError(f"Job {job_id} is running ({owner}).") from None


def _lock_path(workspace: Workspace, job_id: int) -> Path:
    return workspace.path / "locks" / f"job-{job_id}.lock"


def _lives(workspace: Workspace, job_id: int) -> bool:
    """Whether a process holds the job's lock."""
    if not _lock_path(workspace, job_id).exists():
        return False
    lock = FileLock(_lock_path(workspace, job_id))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    lock.release()
    return False


def _folder(workspace: Workspace, job_id: int) -> Path:
    return workspace.tmp / "jobs" / str(job_id)


def _forget(workspace: Workspace, job_id: int) -> None:
    shutil.rmtree(_folder(workspace, job_id), ignore_errors=True)
    _lock_path(workspace, job_id).unlink(missing_ok=True)  # a job that is done is never taken up again


def _forget_done(workspace: Workspace) -> None:
    """Removes what jobs have kept that were cut off just after they were done."""
    kept = [int(folder.name) for folder in (workspace.tmp / "jobs").glob("[0-9]*")]
    j = register.jobs.c
    with reading(workspace.engine) as connection:
        done = connection.execute(sa.select(j.id).where(j.id.in_(kept), j.state == DONE)).scalars().all() if kept else []
    for job_id in done:
        _forget(workspace, job_id)
