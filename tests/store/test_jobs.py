"""Jobs: progress, cancelling, what is kept, and what a killed process leaves behind."""

from __future__ import annotations

import datetime as dt
import os
import random
import shutil
import signal
import threading

import pytest
import sqlalchemy as sa

from belvedere.errors import BelvedereError, ConflictError, UnknownName
from belvedere.store import jobs as module
from belvedere.store import register
from belvedere.store.commits import Commit
from belvedere.store.engine import writing
from belvedere.store.jobs import Cancelled, Job, ask, ask_again, cancel, job_record, jobs, resume, start
from bench.kills import processes
from tests.store.job_work import STAGES, Clock, child, work


@pytest.fixture
def clock() -> Clock:
    return Clock()


def kept_files(workspace) -> list[str]:
    return sorted(p.name for p in (workspace.tmp / "jobs").rglob("*") if p.is_file())


def values(workspace) -> list[float]:
    return workspace.frame("capacity")["value"].tolist()


def test_a_job_from_asking_to_its_result(workspace, clock):
    job_id = ask(workspace, "outlook", {"country": "FR", "seed": 3}, clock=clock)
    waiting = job_record(workspace, job_id)
    assert (waiting.state, waiting.started_at, waiting.owner, waiting.parameters) == (
        "waiting", None, None, {"country": "FR", "seed": 3},
    )  # fmt: skip
    with start(workspace, job_id, clock=clock) as job:
        job.step("counting", 2, 5)
        running = job_record(workspace, job_id)
        assert (running.state, running.step, running.done, running.total) == ("running", "counting", 2, 5)
        assert running.asked_at < running.started_at < running.heartbeat_at and str(os.getpid()) in running.owner
        job.step("writing")
        sequence = work(workspace, job, made=[])
    done = job_record(workspace, job_id)
    assert (done.state, done.result, done.error, done.resumable) == ("done", sequence, None, False)
    assert done.finished_at > running.heartbeat_at
    assert kept_files(workspace) == [] and not list((workspace.path / "locks").glob("job-*"))


def test_a_step_without_numbers_leaves_them_as_they_were(workspace, clock):
    with Job.begin(workspace, "outlook", {}, clock=clock) as job:
        job.step("a", 2, 5)
        job.step("b")
        found = job_record(workspace, job.id)
    assert (found.step, found.done, found.total) == ("b", 2, 5)


def test_jobs_come_newest_first(workspace, clock):
    asked = [ask(workspace, "outlook", {"n": n}, clock=clock) for n in range(4)]
    assert [job.id for job in jobs(workspace, newest=3)] == asked[:0:-1]


@pytest.mark.parametrize(
    ("error", "state", "message"),
    [
        (BelvedereError("no beds are known"), "failed", "no beds are known"),
        (ZeroDivisionError("by zero"), "failed", "ZeroDivisionError: by zero"),
        (KeyboardInterrupt(), "cancelled", None),
    ],
)
def test_an_error_is_kept_with_the_job_and_goes_on(workspace, clock, error, state, message):
    with pytest.raises(type(error)), Job.begin(workspace, "outlook", {}, clock=clock) as job:
        raise error
    found = job_record(workspace, job.id)
    assert (found.state, found.error, found.result, found.resumable) == (state, message, None, True)


def test_a_cancelled_job_stops_at_its_next_step_and_can_be_resumed(workspace, clock):
    made: list[str] = []
    with pytest.raises(Cancelled, match="resume 1"), Job.begin(workspace, "outlook", {"seed": 1}, clock=clock) as job:
        assert job.kept("stage-0", lambda: made.append("before") or 7) == 7
        asked = cancel(workspace, job.id, clock=clock)
        assert asked.state == "running" and asked.cancel_requested
        work(workspace, job, made=made)
    assert job_record(workspace, job.id).state == "cancelled" and made == ["before"]
    with resume(workspace, job.id, clock=clock) as again:
        assert not job_record(workspace, job.id).cancel_requested
        work(workspace, again, made=made)
    assert made == ["before", *(f"stage-{n}" for n in range(1, STAGES))]


def test_a_waiting_job_is_cancelled_at_once_and_not_started(workspace, clock):
    job_id = ask(workspace, "outlook", {}, clock=clock)
    assert cancel(workspace, job_id, clock=clock).state == "cancelled"
    with pytest.raises(Cancelled, match="cancelled"):
        start(workspace, job_id, clock=clock)
    ask_again(workspace, job_id)
    with start(workspace, job_id, clock=clock):
        pass
    assert job_record(workspace, job_id).state == "done"


def test_what_cannot_be_done_is_refused_with_the_reason(workspace, clock):
    with Job.begin(workspace, "outlook", {}, clock=clock) as job:
        for refused in (resume, start):
            with pytest.raises(ConflictError, match=f"Job {job.id} is running"):
                refused(workspace, job.id, clock=clock)
    with pytest.raises(BelvedereError, match="is done; there is nothing left to resume"):
        resume(workspace, job.id, clock=clock)
    with pytest.raises(BelvedereError, match="is done; there is nothing to cancel"):
        cancel(workspace, job.id, clock=clock)
    with pytest.raises(UnknownName, match="no job '77'"):
        job_record(workspace, 77)


def test_what_was_kept_is_made_again_when_its_basis_changed(workspace, clock, monkeypatch):
    made: list[str] = []

    def attempt(text: str, given: dict) -> str:
        return job.kept("paths", lambda: made.append(text) or text, given=given)

    with Job.begin(workspace, "outlook", {}, clock=clock) as job:
        assert [attempt("a", {"at": 4}), attempt("b", {"at": 4})] == ["a", "a"]
        assert [attempt("c", {"at": 5}), attempt("d", {"at": 5})] == ["c", "c"]
        monkeypatch.setattr(module, "code_version", lambda: "0.9+other")
        assert attempt("e", {"at": 5}) == "e"


def test_a_job_ends_in_the_transaction_of_its_commit(workspace, clock):
    """What comes after the commit, even an error, does not make it run again; without the commit it is not done."""
    with pytest.raises(ZeroDivisionError), Job.begin(workspace, "outlook", {}, clock=clock) as job:
        with Commit.begin(workspace, "run") as commit:
            job.ends_with(commit)
        raise ZeroDivisionError
    assert (job_record(workspace, job.id).state, job_record(workspace, job.id).result) == ("done", commit.sequence)
    with (
        pytest.raises(ZeroDivisionError),
        Job.begin(workspace, "outlook", {}, clock=clock) as job,
        Commit.begin(workspace, "run") as commit,
    ):
        job.ends_with(commit)
        raise ZeroDivisionError
    assert (job_record(workspace, job.id).state, job_record(workspace, job.id).result) == ("failed", None)


def test_progress_is_seen_and_a_cancel_heard_from_another_thread(workspace, clock):
    seen, stopped = threading.Event(), []

    def run() -> None:
        with pytest.raises(Cancelled), Job.begin(workspace, "outlook", {}, clock=clock) as job:
            for n in range(10_000):
                job.step(f"part {n}", n, 10_000)
                stopped.append(n)
                seen.set()

    thread = threading.Thread(target=run)
    thread.start()
    assert seen.wait(20)
    (found,) = jobs(workspace)
    assert found.state == "running" and found.total == 10_000
    cancel(workspace, found.id, clock=clock)
    thread.join(20)
    assert job_record(workspace, found.id).state == "cancelled" and 0 <= stopped[-1] < 9_999


def kill_one(workspace, job_id: int, seconds: float, pause: float) -> None:
    """Starts the job in a process and ends it with SIGKILL that long after it began."""
    context = processes()
    ready, started = context.Pipe(duplex=False)
    process = context.Process(target=child, args=(workspace.path, job_id, pause, started))
    process.start()
    started.close()
    assert ready.recv() == "started"
    process.join(seconds)
    if process.is_alive():
        os.kill(process.pid, signal.SIGKILL)
        process.join()


def test_killed_at_random_moments_nothing_is_half_done_and_resuming_gives_the_same(workspace, clock):
    """The reference ran undisturbed. Each of four jobs is killed, looked at, resumed and killed again until it is done."""
    rng = random.Random(20261122)
    with Job.begin(workspace, "fake", {"seed": 5}, clock=clock) as job:
        work(workspace, job, made=[])
    expected, rows = values(workspace), 50
    spared = cut = 0
    for _ in range(4):
        job_id = ask(workspace, "fake", {"seed": 5}, clock=clock)
        kill_one(workspace, job_id, rng.uniform(0.0, 0.5), pause=0.03)
        while (found := job_record(workspace, job_id)).state != "done":
            cut += 1
            assert (found.state, found.result) == ("interrupted", None)
            assert workspace.snapshot().history("capacity").count().to_pyarrow().as_py() == rows
            spared += len(list((workspace.tmp / "jobs" / str(job_id)).glob("*.npz")))
            ask_again(workspace, job_id)
            kill_one(workspace, job_id, rng.uniform(0.0, 0.5), pause=0.03)
        rows += 50
        assert found.result is not None and values(workspace) == expected
        assert workspace.snapshot().history("capacity").count().to_pyarrow().as_py() == rows
    assert cut >= 2 and spared >= 2
    with Job.begin(workspace, "fake", {}, clock=clock):
        assert not kept_files(workspace)


def test_an_interrupted_job_can_be_cancelled(workspace, clock):
    job_id = ask(workspace, "fake", {"seed": 1}, clock=clock)
    with writing(workspace.engine) as connection:
        connection.execute(sa.update(register.jobs).values(state="running", owner="elsewhere 1"))
    assert job_record(workspace, job_id).state == "interrupted"
    assert cancel(workspace, job_id, clock=clock).state == "cancelled"


def test_what_an_erasure_wipes_from_the_workspace_is_made_again(workspace, clock):
    with Job.begin(workspace, "fake", {}, clock=clock) as job:
        assert job.kept("a", lambda: 1) == 1
        shutil.rmtree(workspace.tmp / "jobs")
        assert job.kept("a", lambda: 2) == 2


def test_jobs_work_the_same_with_postgresql(postgres_workspace, clock):
    with Job.begin(postgres_workspace, "fake", {"seed": 2}, clock=clock) as job:
        sequence = work(postgres_workspace, job, made=[])
    found = job_record(postgres_workspace, job.id)
    assert (found.state, found.result) == ("done", sequence) and found.asked_at == dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
    other = ask(postgres_workspace, "fake", {}, clock=clock)
    assert cancel(postgres_workspace, other, clock=clock).state == "cancelled"
