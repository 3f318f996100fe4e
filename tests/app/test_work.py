"""Jobs carried out in a thread or in processes: the same results, and each ends as it should."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

import belvedere
from belvedere.app import cli_backtest
from belvedere.app.work import WORK, carry_out
from belvedere.app.work import perform as by_kind
from belvedere.errors import UnknownName
from belvedere.outlook import run
from belvedere.store.jobs import Job, ask, job_record, resume
from belvedere.store.lineage import commit_records
from belvedere.store.workspace import Workspace
from tests.app.small_work import STEPS, clock, work


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return belvedere.create(tmp_path / "workspace")


def ask_for(workspace: Workspace, *parameters: dict) -> list[int]:
    return [ask(workspace, "small", {"seed": seed, **given}, clock=clock) for seed, given in enumerate(parameters)]


def told(workspace: Workspace) -> list[dict]:
    """What the commits tell, in the order of their numbers."""
    return [record.parameters for record in sorted(commit_records(workspace), key=lambda r: r.parameters["number"])]


def test_two_processes_give_what_one_thread_gives(workspace):
    seen: list[list[str]] = []
    here = carry_out(workspace, ask_for(workspace, {}, {}, {}), clock=clock, perform=work)
    alone = told(workspace)
    both = carry_out(
        workspace, ask_for(workspace, {}, {}, {}), clock=clock, processes=2, perform=work,
        watch=lambda records: seen.append([r.state for r in records]),
    )  # fmt: skip
    assert [job.state for job in (*here, *both)] == ["done"] * 6 and all(job.result for job in both)
    assert {t["pid"] for t in alone} == {os.getpid()}
    numbers = [t["number"] for t in told(workspace)]
    assert numbers[::2] == numbers[1::2] == [t["number"] for t in alone]
    apart = [t for t in told(workspace) if t["pid"] != os.getpid()]
    assert len(apart) == 3 and {t["threads"] for t in apart} == {os.environ.get("OMP_NUM_THREADS", "1")}
    assert seen and seen[-1] == ["done"] * 3


def test_each_job_ends_for_itself(workspace):
    ended = carry_out(workspace, ask_for(workspace, {"end": "error"}, {}), clock=clock, perform=work)
    assert [job.state for job in ended] == ["failed", "done"] and "Tuesday" in ended[0].error


def test_a_bug_is_raised_when_all_have_ended(workspace):
    ids = ask_for(workspace, {"end": "bug"}, {})
    with pytest.raises(ZeroDivisionError):
        carry_out(workspace, ids, clock=clock, perform=work)
    assert [job_record(workspace, i).state for i in ids] == ["failed", "done"]


def test_a_killed_process_leaves_its_job_interrupted_and_it_can_be_resumed(workspace):
    (job_id,) = ask_for(workspace, {"end": "kill"})
    ids = [job_id, *ask_for(workspace, {"pause": 4})]
    ended = carry_out(workspace, ids, clock=clock, processes=2, perform=work)
    assert ended[0].state == "interrupted" and ended[0].result is None and told(workspace) == []
    assert ended[1].resumable  # a pool that lost a process stops them all
    with resume(workspace, job_id, clock=clock):
        pass
    assert job_record(workspace, job_id).state == "done"


@pytest.mark.parametrize("processes", [1, 2])
def test_ctrl_c_cancels_all_and_waits_for_them(workspace, processes):
    ids = ask_for(workspace, {"pause": 0.5}, {"pause": 0.5})

    def press(records) -> None:
        if not pressed and records[0].done >= 1:
            pressed.append(True)
            signal.raise_signal(signal.SIGINT)

    pressed: list[bool] = []
    assert threading.current_thread() is threading.main_thread()
    ended = carry_out(workspace, ids, clock=clock, processes=processes, perform=work, watch=press)
    assert [job.state for job in ended] == ["cancelled", "cancelled"] and told(workspace) == []
    assert 1 <= ended[0].done < STEPS


def test_processes_end_with_the_one_that_started_them(workspace):
    """Killed, it leaves no process at work: the job is interrupted, not running on unseen."""
    (job_id,) = ask_for(workspace, {"pause": 5})
    (other,) = ask_for(workspace, {"pause": 5})
    code = (
        "import belvedere\nfrom belvedere.app.work import carry_out\nfrom tests.app.small_work import clock, work\n"
        f"if __name__ == '__main__':\n    carry_out(belvedere.open({str(workspace.path)!r}), [{job_id}, {other}], clock=clock, "
        "processes=2, perform=work)\n"
    )
    script = workspace.path.parent / "parent.py"
    script.write_text(code)
    parent = subprocess.Popen([sys.executable, script], env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)})
    wait_for(lambda: job_record(workspace, job_id).state == "running")
    parent.kill()
    parent.wait()
    wait_for(lambda: job_record(workspace, job_id).state == "interrupted")
    assert job_record(workspace, job_id).result is None


def wait_for(condition) -> None:
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_every_kind_that_is_asked_for_can_be_resumed():
    assert {cli_backtest.KIND, run.KIND} == WORK.keys()


def test_a_kind_nobody_knows_is_refused(workspace):
    with pytest.raises(UnknownName, match="kind of job"), Job.begin(workspace, "other", {}, clock=clock) as job:
        by_kind(workspace, job)
    assert job_record(workspace, job.id).state == "failed"
