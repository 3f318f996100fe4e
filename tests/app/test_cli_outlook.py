"""The commands outlook, watch and jobs: what they print, what they leave, and how they refuse."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pandas as pd
import pytest

from belvedere.app import cli, cli_outlook
from belvedere.app.cli_common import percent
from belvedere.app.cli_outlook import _not_ok, print_run
from belvedere.outlook.committed import Run
from belvedere.outlook.run import ask_outlook
from belvedere.store.jobs import job_record, jobs
from tests.app.demo_workspace import NOW

SAMPLES = 100


def clock():
    return NOW


@pytest.fixture
def run(monkeypatch, capsys):
    """Runs a command in this process, at `NOW`; returns (exit status, standard output, standard error)."""

    def call(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(cli_outlook, "now", clock)
        monkeypatch.setattr(sys, "argv", ["belvedere", *map(str, words)])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
            raise SystemExit(0)
        told = capsys.readouterr()
        return stopped.value.code or 0, told.out, told.err

    return call


def test_outlook_prints_what_it_commits_and_watch_prints_it_again(run, demo_copy):
    status, out, err = run("outlook", "--samples", SAMPLES, "-w", demo_copy.path, "--limit", 3)
    assert status == 0, err
    (job,) = jobs(demo_copy)
    assert (job.state, job.kind, job.parameters["country"], job.parameters["samples"]) == ("done", "outlook", "FR", SAMPLES)
    held = demo_copy.frame("outlooks", feed="outlook")
    day = held["reference_date"].iloc[0]
    assert f"FR: the four weeks after {day:%Y-%m-%d} (commit {job.result}, made 2026-11-22 07:40 UTC" in out
    assert "Led by Admissions a day of feed demo-fr-department-flows" in out
    assert held["commit_id"].nunique() == 1 and len(demo_copy.frame("forecasts", feed="outlook")) > 0
    worse = held[held["status"] != "ok"]
    assert all(any(line.startswith(f"{s}: ") and p in line for line in out.splitlines())
               for s, p in set(zip(worse["status"], worse["place"], strict=True)))  # fmt: skip
    assert run("watch", "-w", demo_copy.path, "--limit", 3)[:2] == (0, out)
    assert demo_copy.snapshot().at == job.result
    status, listed, _ = run("jobs", "-w", demo_copy.path)
    assert status == 0 and "outlook FR samples=100" in listed and "done" in listed and str(job.result) in listed


def test_a_replayed_day_is_kept_apart(run, demo_copy):
    status, out, _ = run("outlook", "--samples", SAMPLES, "--as-of", "2026-11-15", "--seed", 5, "-w", demo_copy.path)
    assert status == 0 and "FR: the four weeks after 2026-11-1" in out and "seed 5" in out
    assert run("watch", "--as-of", "2026-11-15", "-w", demo_copy.path)[:2] == (0, out)
    status, _, err = run("watch", "-w", demo_copy.path)
    assert status == 2 and "No outlook of this has been made. Make one with: belvedere outlook\n" in err


def test_a_country_that_cannot_be_run_says_why_and_how_to_go_on(run, demo_copy):
    status, out, err = run("outlook", "--country", "IT", "-w", demo_copy.path)
    assert status == 1 and out == "" and "IT: no daily" in err and "belvedere jobs resume 1" in err
    status, _, err = run("outlook", "--as-of", "2019-01-01", "-w", demo_copy.path)
    assert status == 2 and "No country reports daily admissions" in err
    status, _, err = run("outlook", "--as-of", "20 October", "-w", demo_copy.path)
    assert status == 2 and "not a day" in err


def test_jobs_are_cancelled_and_resumed_from_the_command_line(run, demo_copy):
    assert run("jobs", "-w", demo_copy.path)[1] == "No job yet.\n"
    job_id = ask_outlook(demo_copy, country="FR", samples=SAMPLES, clock=clock)
    status, out, _ = run("jobs", "cancel", job_id, "-w", demo_copy.path)
    assert status == 0 and out == f"Job {job_id} is cancelled. To go on from there: belvedere jobs resume {job_id}\n"
    assert "cancelled" in run("jobs", "-w", demo_copy.path)[1]
    status, _, err = run("jobs", "cancel", job_id, "-w", demo_copy.path)
    assert status == 2 and "nothing to cancel" in err
    status, out, _ = run("jobs", "resume", job_id, "-w", demo_copy.path)
    assert status == 0 and f"commit {job_record(demo_copy, job_id).result}," in out
    assert run("jobs", "resume", job_id, "-w", demo_copy.path)[0] == 2


def test_a_workspace_named_before_the_subcommand_is_not_lost(run, demo_copy):
    status, _, err = run("jobs", "-w", demo_copy.path, "cancel", 1)
    assert status == 2 and "Put --workspace after cancel" in err


@pytest.mark.parametrize(
    ("chance", "text"), [(0.0, "< 1 %"), (0.004, "< 1 %"), (0.006, "1 %"), (0.5, "50 %"), (0.994, "99 %"), (1.0, "> 99 %")]
)
def test_a_chance_from_samples_is_never_certain(chance, text):
    assert percent(chance) == text


def a_run(rows: list[dict]) -> Run:
    complete = {
        "reference_date": pd.Timestamp("2020-10-19"), "level": "icu", "chance_7": 0.1, "chance_14": 0.2, "chance_28": 0.3,
        "first_day_middle": pd.NaT, "reason": "why", "status": "ok", "status_reason": "",
    }  # fmt: skip
    watch = pd.DataFrame([{**complete, "rank": n, **row} for n, row in enumerate(rows, start=1)])
    told = {"country": "FR", "scenario": "more-beds", "seed": 3, "notes": ["A note."]}
    return Run(SimpleNamespace(parameters=told, sequence=8, started_at=NOW), watch)


def test_the_list_is_cut_and_says_so_and_places_without_a_chance_are_told_below(capsys):
    nothing = dict.fromkeys(("chance_7", "chance_14", "chance_28"), float("nan"))
    odd = {"status": "doubtful", "status_reason": "a jump"}
    rows = [{"place": "FR-75", "first_day_middle": pd.Timestamp("2020-11-02")}, {"place": "FR-77", **odd},
            {"place": "FR-78"}, {"place": "FR-2A", **nothing, "status": "failed", "status_reason": "all zeros"}]  # fmt: skip
    print_run(a_run(rows), limit=2)
    lines = capsys.readouterr().out.splitlines()
    assert "scenario more-beds" in lines[0] and "… and 1 more (--limit)" in lines
    (paris,) = [line.split() for line in lines if "FR-75" in line]
    assert paris == ["1", "FR-75", "icu", "10", "%", "20", "%", "30", "%", "2020-11-02", "why"]
    assert lines[-3:] == ["failed: FR-2A: all zeros", "doubtful: FR-77: a jump", "A note."]


def test_places_with_the_same_trouble_are_told_together_failed_first():
    odd = {"status": "doubtful", "status_reason": "late"}
    rows = [{"place": "FR-03", **odd}, {"place": "FR-01", **odd}, {"place": "FR-02", **odd}, {"place": "FR-02", **odd},
            {"place": "FR-04", "status": "failed", "status_reason": "silent"}, {"place": "FR-05"}]  # fmt: skip
    assert list(_not_ok(a_run(rows))) == [("failed", "silent", ["FR-04"]), ("doubtful", "late", ["FR-01", "FR-02", "FR-03"])]
