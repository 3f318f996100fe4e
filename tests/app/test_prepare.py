"""The demonstration of `up --demo`: made once, whole, on time at any hour."""

from __future__ import annotations

import datetime as dt

import pytest

import belvedere
from belvedere.app.prepare import demo_day, made, prepare_demo
from belvedere.app.status import feed_statuses
from belvedere.demo.country import FEEDS
from belvedere.errors import BelvedereError
from belvedere.sources.ingest import ingest

NIGHT = dt.datetime(2026, 11, 22, 3, 11, tzinfo=dt.UTC)


@pytest.mark.parametrize(("utc", "day"), [("05:30", 22), ("04:30", 21), ("16:30", 22), ("23:30", 22)])
def test_what_has_been_published_by_an_hour(utc, day):
    assert demo_day(dt.datetime.fromisoformat(f"2026-11-22T{utc}+00:00")).day == day


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A workspace with the smallest demonstration of the night, and its report."""
    workspace = belvedere.create(tmp_path_factory.mktemp("prepared") / "w")
    return workspace, ingest(workspace, prepare_demo(workspace, NIGHT, size="tiny"), now=NIGHT)


def test_only_the_stopped_feed_is_late_at_night(prepared):
    workspace, _ = prepared
    states = {s.feed: s.state for s in feed_statuses(workspace, NIGHT)}
    assert set(states) == set(FEEDS)
    assert {feed for feed, state in states.items() if state in ("late", "very_late")} == {"demo-fr-department-tests"}


def test_a_second_call_finds_nothing_new(prepared):
    workspace, first = prepared
    again = ingest(workspace, prepare_demo(workspace, NIGHT + dt.timedelta(hours=9)), now=NIGHT)
    assert all(f.rows == 0 for f in again.feeds) and again.clean
    loaded = sum(v.outcome == "loaded" for f in first.feeds for v in f.versions)
    assert sum(f.already for f in again.feeds) == loaded > 40


def test_another_size_or_seed_is_refused_and_nothing_changes(prepared):
    workspace, _ = prepared
    before = made(workspace.path / "demo")
    for other in ({"size": "small"}, {"seed": 3}):
        with pytest.raises(BelvedereError, match="size tiny and seed 20261122"):
            prepare_demo(workspace, NIGHT, **other)
    assert made(workspace.path / "demo") == before and before["today"] == "2026-11-21"


def test_one_that_was_cut_off_is_made_anew(tmp_path):
    workspace = belvedere.create(tmp_path / "w")
    half = workspace.path / "demo" / "departments"
    half.mkdir(parents=True)
    (half / "synthetic-fr-department-flows-2026-11-01-06h00.csv").write_text("dep;jour\n", encoding="utf-8")
    (folder,) = prepare_demo(workspace, NIGHT, size="tiny", seed=9)
    assert (made(folder)["size"], made(folder)["seed"]) == ("tiny", 9)
    assert not (half / "synthetic-fr-department-flows-2026-11-01-06h00.csv").exists()
    assert not (workspace.tmp / "demo").exists()
