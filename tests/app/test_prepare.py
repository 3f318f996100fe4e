"""The demonstration of `up --demo`: made once, on time at any hour."""

from __future__ import annotations

import datetime as dt

import pytest

import belvedere
from belvedere.app.prepare import demo_day, is_evening, prepare_demo
from belvedere.app.status import feed_statuses
from belvedere.demo.files import FEEDS
from belvedere.sources.ingest import ingest


@pytest.mark.parametrize(
    ("utc", "day", "evening"),
    [("05:30", 22, False), ("04:30", 21, True), ("15:30", 22, False), ("16:30", 22, True), ("23:30", 22, True)],
)
def test_what_has_been_published_by_an_hour(utc, day, evening):
    now = dt.datetime.fromisoformat(f"2026-11-22T{utc}+00:00")
    assert (demo_day(now).day, is_evening(now)) == (day, evening)


def test_only_the_stopped_feed_is_late_at_night_and_a_second_call_finds_nothing_new(tmp_path):
    now = dt.datetime(2026, 11, 22, 3, 11, tzinfo=dt.UTC)
    workspace = belvedere.create(tmp_path / "w")
    ingest(workspace, prepare_demo(workspace, now), now=now)
    states = {s.feed: s.state for s in feed_statuses(workspace, now)}
    assert set(states) == set(FEEDS)
    assert {feed for feed, state in states.items() if state != "fresh"} == {"demo-fr-reporting-facilities"}
    again = ingest(workspace, prepare_demo(workspace, now + dt.timedelta(hours=9)), now=now)
    assert [(f.rows, f.already) for f in again.feeds] == [(0, n) for n in (f.already for f in again.feeds)]
    assert sum(f.already for f in again.feeds) == 26 and again.clean
