"""Runs: what they commit and from what, and that nothing depends on how they came through."""

from __future__ import annotations

import datetime as dt
import random
import shutil
from pathlib import Path

import numpy as np
import pytest

from belvedere.errors import DataError, UnknownName
from belvedere.outlook.committed import committed_run, last_runs
from belvedere.outlook.overlays import Overlay
from belvedere.outlook.run import ask_outlook, feed_of, run_outlook
from belvedere.outlook.scenarios import new_scenario, set_overlay
from belvedere.store.jobs import Cancelled, Job, ask_again, cancel, job_record, resume, start
from belvedere.store.workspace import Workspace, open_workspace
from bench.kills import PRELOAD, processes
from tests.outlook.fake_country import REGIONS, world
from tests.outlook.held_country import LAST, MOMENT, SAMPLES, child, clock, double_the_census, hold, written

KEPT = {"reproduction", "admissions", "census"}


@pytest.fixture(scope="module")
def held(tmp_path_factory) -> Path:
    """A country and one undisturbed run of it. Read only."""
    folder = tmp_path_factory.mktemp("held") / "workspace"
    workspace = hold(folder, world(seed=5))
    run(workspace)
    workspace.engine.dispose()
    return folder


@pytest.fixture
def workspace(held: Path, tmp_path: Path) -> Workspace:
    shutil.copytree(held, tmp_path / "workspace")
    return open_workspace(tmp_path / "workspace")


def ask(workspace: Workspace, **options) -> int:
    return ask_outlook(workspace, country="FR", samples=SAMPLES, clock=clock, **options)


def run(workspace: Workspace, **options) -> int:
    with start(workspace, ask(workspace, **options), clock=clock) as job:
        return run_outlook(workspace, **job.parameters, job=job)


def test_a_run_commits_its_rows_with_everything_they_came_from(workspace):
    (first,) = last_runs(workspace)
    commit = first.commit
    assert (commit.kind, commit.feed, commit.state) == ("run", "outlook", "committed")
    assert {(t.table, t.at, t.as_of) for t in commit.tables} == {("indicators", 2, None), ("capacity", 2, None)}
    told = commit.parameters
    assert (told["country"], told["samples"], told["reference_date"]) == ("FR", SAMPLES, str(LAST)) and told["notes"]
    forecasts = workspace.frame("forecasts", feed="outlook")
    assert commit.writes == {"forecasts": len(forecasts), "outlooks": len(first.watch)} and len(first.watch) == 2 * len(REGIONS)
    assert set(forecasts["known_basis"]) == {"ingested"} and (forecasts["known_at"] == MOMENT).all()
    assert set(REGIONS) < set(forecasts["place"]) and "FR" in set(forecasts["place"])
    assert first.watch["rank"].tolist() == list(range(1, len(first.watch) + 1))
    assert job_record(workspace, told["job"]).result == commit.sequence


def test_the_same_snapshot_and_seed_write_the_same_rows_and_another_seed_does_not(workspace):
    (first,) = last_runs(workspace)
    again = run(workspace, seed=first.commit.parameters["seed"])
    other = run(workspace, seed=77)
    expected = written(workspace, first.commit.sequence)
    assert written(workspace, again) == expected
    assert written(workspace, other) != expected
    assert committed_run(workspace, other).commit.parameters["seed"] == 77


def test_what_a_run_reads_is_fixed_when_it_is_asked_for(workspace):
    """Figures that arrive between the asking, or a cut, and the run change nothing in it."""
    (first,) = last_runs(workspace)
    job_id = ask(workspace)
    later = double_the_census(workspace)
    with start(workspace, job_id, clock=lambda: MOMENT + dt.timedelta(days=30)) as job:
        sequence = run_outlook(workspace, **job.parameters, job=job)
    record = committed_run(workspace, sequence)
    assert {t.at for t in record.commit.tables} == {first.commit.sequence} and later == first.commit.sequence + 1
    assert record.watch["present"].tolist() == first.watch["present"].tolist()
    assert record.watch["chance_28"].tolist() == first.watch["chance_28"].tolist()


def test_a_past_day_is_replayed_as_it_was_known_in_a_feed_of_its_own(workspace):
    sequence = run(workspace, as_of="2020-12-31")
    replay = committed_run(workspace, sequence)
    assert replay.commit.feed == "replay" and set(replay.watch["reference_date"].astype(str)) == {"2020-12-31"}
    assert all(t.as_of == dt.datetime(2020, 12, 31, 23, 59, 59, 999_999, dt.UTC) for t in replay.commit.tables)
    days = workspace.frame("forecasts", feed="replay", target="hospital_admissions")["target_end_date"]
    assert str(days.min().date()) == "2021-01-01" and str(days.max().date()) == "2021-01-28"
    assert [r.commit.sequence for r in last_runs(workspace, as_of="2020-12-31")] == [sequence]
    assert [r.commit.feed for r in last_runs(workspace)] == ["outlook"]
    assert last_runs(workspace, as_of="2020-11-30") == [] and last_runs(workspace, country="IT") == []
    assert [r.commit.feed for r in last_runs(workspace, as_of="2021-02-16")] == ["outlook"]


def test_a_scenario_changes_the_run_and_is_told_with_it(workspace):
    new_scenario(workspace, "more-beds", title="More beds", author="A. Martin", now=MOMENT)
    beds = Overlay("capacity", "beds", "multiply", 2.0, level="icu", place="FR")
    set_overlay(workspace, "more-beds", beds, now=MOMENT)
    with_beds = committed_run(workspace, run(workspace, scenario="more-beds"))
    (base,) = last_runs(workspace)
    assert with_beds.commit.feed == "outlook-more-beds" and len(with_beds.commit.parameters["overlays"]) == 1
    assert {t.table for t in with_beds.commit.tables} == {"indicators", "capacity", "scenarios", "scenario_overlays"}
    before, after = (r.watch.set_index(["level", "place"]).sort_index() for r in (base, with_beds))
    assert np.allclose(after.loc["icu", "beds"], 2 * before.loc["icu", "beds"])
    assert after.loc["ward", "beds"].equals(before.loc["ward", "beds"])
    assert (after.loc["icu", "chance_28"] <= before.loc["icu", "chance_28"]).all()


@pytest.mark.parametrize(
    ("scenario", "replayed", "feed"),
    [(None, False, "outlook"), ("a-b", False, "outlook-a-b"), (None, True, "replay"), ("a-b", True, "replay-a-b")],
)
def test_feeds(scenario, replayed, feed):
    assert feed_of(scenario, replayed=replayed) == feed


def test_what_cannot_run_fails_with_the_reason_and_commits_nothing(workspace):
    before = workspace.snapshot().at
    job_id = ask_outlook(workspace, country="IT", clock=clock)
    with pytest.raises(DataError, match="IT"), start(workspace, job_id, clock=clock) as job:
        run_outlook(workspace, **job.parameters, job=job)
    failed = job_record(workspace, job_id)
    assert failed.state == "failed" and failed.error.startswith("IT: no daily")
    with pytest.raises(UnknownName, match="scenario"):
        run(workspace, scenario="none")
    assert workspace.snapshot().at == before


def test_cancelled_midway_or_at_the_end_and_resumed_the_rows_are_the_same(workspace):
    (first,) = last_runs(workspace)
    seen = []
    for stop in (3, 5):
        job_id = ask(workspace)
        with pytest.raises(Cancelled), start(workspace, job_id, clock=clock) as job:
            cancel_at(workspace, job, stop)
            run_outlook(workspace, **job.parameters, job=job)
        kept = {p.stem for p in (workspace.tmp / "jobs" / str(job_id)).glob("*.npz")}
        seen.append((job_record(workspace, job_id).step, len(kept)))
        with resume(workspace, job_id, clock=clock) as job:
            sequence = run_outlook(workspace, **job.parameters, job=job)
        assert written(workspace, sequence) == written(workspace, first.commit.sequence), seen[-1]
    assert seen == [("FR: census", 2), ("FR: writing the results", 3)]


def cancel_at(workspace: Workspace, job: Job, stop: int) -> None:
    """The job is asked to stop just before its step of that number."""
    told, steps = job.step, iter(range(100))

    def step(text: str, done: int, total: int) -> None:
        if next(steps) == stop:
            cancel(workspace, job.id, clock=clock)
        told(text, done, total)

    job.step = step


def test_killed_at_random_moments_and_resumed_the_rows_are_the_same(workspace):
    """A run is killed twice, the second time further on, then left to end."""
    (first,) = last_runs(workspace)
    rng, commits, job_id = random.Random(4), workspace.snapshot().at, ask(workspace)
    for step in sorted(rng.sample(range(6), 2)):
        if attempt(workspace, job_id, kill_at=step, later=rng.uniform(0, 0.2)) == "done":
            break
        found = job_record(workspace, job_id)
        assert (found.state, found.result) == ("interrupted", None) and workspace.snapshot().at == commits
        assert {p.stem for p in (workspace.tmp / "jobs" / str(job_id)).glob("*.npz")} <= KEPT
        ask_again(workspace, job_id)
    else:
        assert attempt(workspace, job_id) == "done"
    result = job_record(workspace, job_id).result
    assert result == commits + 1 and committed_run(workspace, result).commit.writes == first.commit.writes
    assert written(workspace, result) == written(workspace, first.commit.sequence)


def attempt(workspace: Workspace, job_id: int, *, kill_at: int | None = None, later: float = 0.0) -> str:
    """Does the run in a process, killed so many seconds after it came to a step; returns the state it leaves the job in."""
    context = processes()
    context.set_forkserver_preload([*PRELOAD, "tests.outlook.held_country"])
    process = context.Process(target=child, args=(workspace.path, job_id))
    process.start()
    while kill_at is not None and process.is_alive():
        found = job_record(workspace, job_id)
        if found.state == "running" and found.done >= kill_at:
            process.join(later)
            process.kill()
        process.join(0.05)
    process.join()
    return job_record(workspace, job_id).state
