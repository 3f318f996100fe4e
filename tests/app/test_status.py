"""The state of the feeds of the demonstration, now and on a past day."""

from __future__ import annotations

import datetime as dt
import json

import belvedere
from belvedere.app.findings import FindingsKeeper
from belvedere.app.status import FeedStatus, feed_statuses
from belvedere.store.snapshot import Snapshot
from tests.app.demo_workspace import (
    BEDS,
    BEHIND,
    BEHIND_DAYS,
    CENSUS,
    FLOWS,
    HOSPITALS,
    NOW,
    ORDERS,
    SILENT,
    SILENT_DAYS,
    STOCKS,
    TESTS,
    TODAY,
    UNITS,
)

ONE_DAY = dt.timedelta(days=1)
YESTERDAY = TODAY - ONE_DAY


def by_feed(workspace, now=NOW, **options) -> dict[str, FeedStatus]:
    return {s.feed: s for s in feed_statuses(workspace, now, **options)}


def test_who_is_late_and_who_is_not(demo):
    found = by_feed(demo)
    assert {feed: s.state for feed, s in found.items()} == {
        FLOWS: "fresh",
        STOCKS: "fresh",
        TESTS: "very_late",
        CENSUS: "fresh",
        BEDS: "fresh",
        ORDERS: "fresh",  # rows without a day of their own: as new as the file they came with
        HOSPITALS: "ended",
        UNITS: "ended",
    }
    assert found[FLOWS].last_date == YESTERDAY
    assert found[FLOWS].age == dt.timedelta(hours=2, minutes=40)
    assert found[FLOWS].expected_at == dt.datetime(2026, 11, 23, 5, 0, tzinfo=dt.UTC)


def test_a_feed_becomes_late_when_its_hour_has_passed(demo):
    due = dt.datetime(2026, 11, 23, 5, 0, tzinfo=dt.UTC)
    assert by_feed(demo, due - dt.timedelta(minutes=1))[FLOWS].state == "fresh"
    assert by_feed(demo, due + dt.timedelta(minutes=1))[FLOWS].state == "late"
    assert by_feed(demo, due + ONE_DAY)[FLOWS].state == "very_late"


def test_completeness_and_the_missing_are_named_with_their_last_day(demo):
    status = by_feed(demo)[FLOWS]
    assert (status.last_day.reported, status.last_day.expected) == (3, 5)
    missing = {m.place: m for m in status.missing}
    assert missing.keys() == {SILENT, BEHIND}
    assert missing[SILENT].last_reported == YESTERDAY - SILENT_DAYS * ONE_DAY
    assert missing[SILENT].name == "Aisne"
    assert missing[BEHIND].last_reported == YESTERDAY - BEHIND_DAYS * ONE_DAY
    assert len(status.days) == 14
    assert status.window_share == (14 * 5 - 12 - 2) / (14 * 5)


def test_quarantine_rows_and_basis_are_counted(demo):
    found = by_feed(demo)
    assert {feed: s.quarantine for feed, s in found.items()} == {
        FLOWS: 5, STOCKS: 0, TESTS: 0, CENSUS: 0, BEDS: 0, ORDERS: 0, HOSPITALS: 0, UNITS: 0
    }  # fmt: skip
    held = demo.snapshot().history("indicators").filter(lambda t: t.feed == FLOWS).to_pandas()
    assert found[FLOWS].rows == len(held)
    assert found[FLOWS].assumed_share == (held["known_basis"] == "assumed").mean() > 0.5
    assert found[ORDERS].assumed_share == 0


def test_a_past_day_shows_what_was_known_then(demo):
    then = by_feed(demo, as_of="2026-11-17")
    assert then[TESTS].state == "fresh"
    assert then[CENSUS].last_date == dt.date(2026, 11, 16)
    assert then[FLOWS].last_date == dt.date(2026, 11, 16)
    assert then[FLOWS].assumed_share > by_feed(demo)[FLOWS].assumed_share > 0
    assert then[FLOWS].quarantine == 0, "the file with the faulty cells had not come"
    assert then[FLOWS].rows < by_feed(demo)[FLOWS].rows


def test_before_anything_was_known_every_feed_is_awaited(demo):
    assert {s.state for s in feed_statuses(demo, NOW, as_of="2020-01-01")} == {"never"}


def test_findings_are_counted_by_severity_once_they_are_worked_out(demo):
    snapshot = Snapshot.take(demo)
    keeper = FindingsKeeper(demo)
    findings = keeper.work_out(snapshot, TODAY)
    counted = by_feed(demo, findings=findings)
    assert by_feed(demo)[STOCKS].findings is None
    assert counted[STOCKS].findings["error"] == (findings[findings.feed == STOCKS].severity == "error").sum() > 0
    assert counted[TESTS].findings.get("error", 0) == 0


def test_findings_are_kept_for_this_state_and_no_other(demo_copy):
    keeper, snapshot = FindingsKeeper(demo_copy), Snapshot.take(demo_copy)
    keeper.work_out(snapshot, TODAY)
    assert keeper.get(snapshot, TODAY) is not None
    assert keeper.get(snapshot, TODAY + ONE_DAY) is None
    assert keeper.get(Snapshot.take(demo_copy, as_of="2026-11-17"), TODAY) is None
    assert keeper.get(Snapshot.take(demo_copy, at=1), TODAY) is None
    (demo_copy.path / "mappings" / f"{CENSUS}.toml").unlink()
    assert keeper.get(snapshot, TODAY) is None


def test_a_feed_whose_mapping_was_removed_is_still_shown(demo_copy):
    (demo_copy.mappings / f"{CENSUS}.toml").unlink()
    status = by_feed(demo_copy)[CENSUS]
    assert (status.title, status.state) == ("Patients by hospital and day (synthetic)", "fresh")


def test_an_own_mapping_never_loaded_is_awaited_and_an_empty_workspace_has_no_feeds(demo, tmp_path):
    workspace = belvedere.create(tmp_path / "new")
    assert feed_statuses(workspace, NOW) == []
    own = workspace.mappings / f"{CENSUS}.toml"
    own.write_text((demo.mappings / own.name).read_text(encoding="utf-8"), encoding="utf-8")
    (status,) = feed_statuses(workspace, NOW)
    assert (status.feed, status.state, status.rows, status.last_date) == (CENSUS, "never", 0, None)


def test_as_json_is_plain(demo):
    text = json.dumps([s.as_json() for s in feed_statuses(demo, NOW)], default=str)
    told = {s["feed"]: s for s in json.loads(text)}
    assert told[FLOWS]["age_hours"] == 2.7
    assert told[FLOWS]["last_version"]["counts"]["set_aside"] > 0
