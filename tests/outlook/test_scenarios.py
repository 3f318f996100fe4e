"""Scenarios are kept with their history, refuse what cannot be, and close."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import replace

import pytest

from belvedere.errors import DataError, UnknownName
from belvedere.outlook.overlays import Overlay, check, check_together, from_measure, parameter_changes, subject_of
from belvedere.outlook.scenarios import (
    expire,
    mark,
    new_scenario,
    remove_overlay,
    scenario,
    scenarios,
    set_overlay,
)
from belvedere.reference import tables as reference
from belvedere.reference.places import Places
from belvedere.store import lineage
from belvedere.store.workspace import Workspace, create, open_workspace

NOW = dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(days=1)
NOVEMBER = {"first_day": dt.date(2026, 11, 1), "last_day": dt.date(2026, 11, 30)}
PARAMETERS = reference.load("outlook")
CURFEW = Overlay("futures", "transmission", "multiply", 0.8, place="FR-IDF", note="a guess", **NOVEMBER)


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    path = tmp_path_factory.mktemp("template") / "workspace"
    create(path).engine.dispose()
    return path


@pytest.fixture
def workspace(template, tmp_path) -> Workspace:
    shutil.copytree(template, tmp_path / "workspace")
    made = open_workspace(tmp_path / "workspace")
    new_scenario(made, "curfew", title="Curfew", author="A. Martin", question="Enough?", now=NOW)
    return made


def read(workspace: Workspace, **at):
    return scenario(workspace.snapshot(**at), "curfew")


def beds(value: float, operation: str = "set", **where) -> Overlay:
    return Overlay("capacity", "beds", operation, value, level="icu", **where)


# --- kept ---


def test_what_is_written_is_read_again(workspace):
    written = set_overlay(workspace, "curfew", CURFEW, now=NOW)
    found = read(workspace)
    assert found == written and found.overlays == (replace(CURFEW, number=1),)
    assert (found.title, found.author, found.question, found.expires_on, found.state) == (
        "Curfew", "A. Martin", "Enough?", None, "draft",
    )  # fmt: skip
    assert found.feed == "outlook-curfew" and list(scenarios(workspace.snapshot())) == ["curfew"]


def test_an_open_overlay_has_no_place_no_days_and_no_note(workspace):
    set_overlay(workspace, "curfew", Overlay("futures", "icu_stay", "multiply", 1.1), now=NOW)
    assert read(workspace).overlays == (Overlay("futures", "icu_stay", "multiply", 1.1, number=1),)


def test_the_same_slot_is_replaced_and_another_added(workspace):
    set_overlay(workspace, "curfew", CURFEW, now=NOW)
    set_overlay(workspace, "curfew", replace(CURFEW, place="FR-75"), now=NOW)
    found = set_overlay(workspace, "curfew", replace(CURFEW, value=0.6, note="better"), now=NOW)
    assert [(o.number, o.place, o.value) for o in found.overlays] == [(1, "FR-IDF", 0.6), (2, "FR-75", 0.8)]
    assert read(workspace) == found


def test_a_number_is_never_given_twice(workspace):
    set_overlay(workspace, "curfew", CURFEW, now=NOW)
    set_overlay(workspace, "curfew", replace(CURFEW, place="FR-75"), now=NOW)
    remove_overlay(workspace, "curfew", 2, now=NOW)
    found = set_overlay(workspace, "curfew", replace(CURFEW, place="FR-33"), now=NOW)
    assert [o.number for o in found.overlays] == [1, 3]


def test_every_change_is_a_commit_that_can_be_read_again(workspace):
    first = set_overlay(workspace, "curfew", CURFEW, now=NOW)
    remove_overlay(workspace, "curfew", 1, now=LATER)
    assert read(workspace).overlays == () and read(workspace, at=first.changed) == first
    assert read(workspace).changed == first.changed + 1
    records = [r for r in lineage.commit_records(workspace) if r.parameters.get("scenario") == "curfew"]
    assert [next(iter(r.parameters.keys() - {"scenario"})) for r in records] == ["removed", "set", "made"]
    assert records[1].parameters["set"] == "1: transmission × 0.8 in FR-IDF, 2026-11-01 to 2026-11-30"
    assert {t.table for t in records[1].tables} == {"scenarios", "scenario_overlays"}


def test_a_scenario_of_today_can_ask_about_a_past_day(workspace):
    set_overlay(workspace, "curfew", CURFEW, now=NOW)
    assert read(workspace, as_of="2020-10-20").overlays == (replace(CURFEW, number=1),)


def test_scenarios_do_not_touch_one_another(workspace):
    new_scenario(workspace, "beds", title="More beds", author="B. Petit", now=NOW)
    set_overlay(workspace, "curfew", CURFEW, now=NOW)
    found = set_overlay(workspace, "beds", beds(40, place="FR-75"), now=NOW)
    assert [o.number for o in found.overlays] == [1] and read(workspace).overlays == (replace(CURFEW, number=1),)


# --- states ---


def test_a_kept_scenario_that_changes_is_a_draft_again(workspace):
    mark(workspace, "curfew", "kept", now=NOW)
    assert read(workspace).state == "kept" and read(workspace).changed == 0, "a state is no change of what it does"
    assert set_overlay(workspace, "curfew", CURFEW, now=NOW).state == "draft" == read(workspace).state


def test_a_promoted_scenario_is_not_changed(workspace):
    with pytest.raises(DataError, match="kept, expired"):
        mark(workspace, "curfew", "promoted", now=NOW)
    mark(workspace, "curfew", "kept", now=NOW)
    mark(workspace, "curfew", "promoted", now=NOW)
    with pytest.raises(DataError, match="taken over"):
        set_overlay(workspace, "curfew", CURFEW, now=NOW)


def test_a_closed_scenario_neither_runs_nor_changes(workspace):
    set_overlay(workspace, "curfew", CURFEW, now=NOW)
    assert read(workspace).need_open(NOW.date()) == read(workspace)
    assert expire(workspace, "curfew", now=NOW).expired(NOW.date())
    with pytest.raises(DataError, match="was closed"):
        read(workspace).need_open(NOW.date())
    for change in (
        lambda: set_overlay(workspace, "curfew", CURFEW, now=NOW),
        lambda: remove_overlay(workspace, "curfew", 1, now=NOW),
        lambda: expire(workspace, "curfew", now=NOW),
    ):
        with pytest.raises(DataError, match=r"closed|expired"):
            change()
    assert len(read(workspace).overlays) == 1


def test_a_scenario_expires_by_itself(workspace):
    new_scenario(workspace, "short", title="Short", author="A. Martin", expires_on=dt.date(2026, 11, 22), now=NOW)
    found = scenario(workspace.snapshot(), "short")
    assert not found.expired(NOW.date()) and found.expired(LATER.date()) and found.state == "draft"
    with pytest.raises(DataError, match="expired on 2026-11-22"):
        found.need_open(LATER.date())
    with pytest.raises(DataError, match="expired on 2026-11-22"):
        set_overlay(workspace, "short", Overlay("futures", "icu_stay", "multiply", 1.1), now=LATER)
    with pytest.raises(DataError, match=r"first day 2026-11-23.*expires on 2026-11-22"):
        set_overlay(workspace, "short", replace(CURFEW, first_day=LATER.date()), now=NOW)


# --- refused ---


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"id": "Curfew"}, "small letters"),
        ({"id": "outlook"}, "not 'outlook'"),
        ({"id": "curfew"}, "already"),
        ({"title": " "}, "no title"),
        ({"author": ""}, "no author"),
        ({"expires_on": dt.date(2026, 11, 21)}, "not before today, 2026-11-22"),
    ],
)
def test_a_scenario_that_cannot_be_is_refused(workspace, changes, says):
    given = {"id": "other", "title": "Other", "author": "A. Martin"} | changes
    with pytest.raises(DataError, match=says):
        new_scenario(workspace, given.pop("id"), **given, now=NOW)
    assert list(scenarios(workspace.snapshot())) == ["curfew"]


@pytest.mark.parametrize(
    ("overlay", "near"),
    [
        (replace(CURFEW, subject="future"), "futures"),
        (replace(CURFEW, name="transmision"), "transmission"),
        (Overlay("parameter", "transmision", "set", 1), "transmission"),
        (Overlay("parameter", "icu_share.men", "set", 0.3), r"icu_share\.mean"),
        (replace(CURFEW, operation="multiplied"), "multiply"),
        (replace(CURFEW, place="FR-IDFF"), "FR-IDF"),
        (replace(beds(4), level="iuc"), "icu"),
    ],
)
def test_an_unknown_name_is_told_with_the_nearest(overlay, near):
    with pytest.raises(UnknownName, match=near):
        check(overlay, parameters=PARAMETERS, places=Places.load())


def test_an_unknown_scenario_or_overlay_is_told_with_what_there_is(workspace):
    with pytest.raises(UnknownName, match="Did you mean curfew"):
        set_overlay(workspace, "curfw", CURFEW, now=NOW)
    set_overlay(workspace, "curfew", CURFEW, now=NOW)
    with pytest.raises(UnknownName, match=r"number.*2.*Known: 1"):
        remove_overlay(workspace, "curfew", 2, now=NOW)


@pytest.mark.parametrize(
    ("overlay", "says"),
    [
        (replace(CURFEW, value=-0.1), "found -0.1, expected a factor of at least 0"),
        (replace(CURFEW, value=float("nan")), "found nan, expected a number"),
        (replace(CURFEW, operation="add"), "found operation 'add', expected one of multiply"),
        (replace(CURFEW, level="icu"), "only beds have a level"),
        (replace(CURFEW, first_day=dt.date(2026, 12, 1)), "last day not before 2026-12-01"),
        (Overlay("futures", "icu_stay", "multiply", 0), "above 0"),
        (Overlay("futures", "admissions", "add", -3), "at least 0 persons a day"),
        (beds(-1), "at least 0 beds"),
        (Overlay("parameter", "icu_share.mean", "set", 1.2), "share from 0 to 1"),
        (Overlay("parameter", "leaving.weeks", "set", -1), "at least 0 weeks"),
        (Overlay("parameter", "leaving.weeks", "set", 4, place="FR"), "a parameter holds for the whole run"),
    ],
)
def test_a_value_that_cannot_be_is_refused(overlay, says):
    with pytest.raises(DataError, match=says):
        check(overlay, parameters=PARAMETERS, places=Places.load())


def test_what_is_refused_is_not_written(workspace):
    """Each by itself may be; what they make of the parameter together may not."""
    set_overlay(workspace, "curfew", Overlay("parameter", "icu_share.mean", "multiply", 1.5), now=NOW)
    before = read(workspace)
    refused = (
        Overlay("parameter", "icu_share.mean", "add", 0.9),
        replace(CURFEW, value=-1),
        replace(CURFEW, place="FR-IDFF"),
    )
    for overlay in refused:
        with pytest.raises((DataError, UnknownName)):
            set_overlay(workspace, "curfew", overlay, now=NOW)
    set_overlay(workspace, "curfew", beds(40, place="FR-75"), now=NOW)
    with pytest.raises(DataError, match="two values"):
        set_overlay(workspace, "curfew", beds(50, place="FR"), now=NOW)
    assert read(workspace).overlays == (*before.overlays, replace(beds(40, place="FR-75"), number=2))


@pytest.mark.parametrize(
    ("other", "refused"),
    [
        (beds(50, place="FR-IDF", first_day=dt.date(2026, 11, 30)), True),
        (beds(50, place="FR", last_day=dt.date(2026, 11, 1)), True),
        (beds(50), True),
        (beds(50, place="FR-75", last_day=dt.date(2026, 11, 30)), True),
        (beds(40), False),
        (beds(50, place="FR-33"), False),
        (beds(50, place="FR-IDF", first_day=dt.date(2026, 12, 1)), False),
        (replace(beds(50), level="ward"), False),
        (beds(5, "add"), False),
    ],
)
def test_two_values_for_one_thing_place_and_day_are_refused(other, refused):
    overlays = [replace(beds(40, place="FR-75", **NOVEMBER), number=1), replace(other, number=2)]
    for rows in (overlays, overlays[::-1]):
        if refused:
            with pytest.raises(DataError, match=r"two values: .*icu beds = .*; .*icu beds = "):
                check_together(rows, Places.load())
        else:
            check_together(rows, Places.load())


# --- values ---


def test_a_parameter_is_set_then_multiplied_then_added_to():
    rows = [Overlay("parameter", "x", "add", 1), Overlay("parameter", "x", "multiply", 3), Overlay("parameter", "x", "set", 5)]
    assert parameter_changes(rows, {"x": 2.0, "y": 7.0}) == {"x": 16}
    assert parameter_changes(rows[:2], {"x": 2.0}) == {"x": 7}


def test_a_measured_effect_becomes_a_factor_with_its_range_and_source():
    effects = reference.load("measure_effects")
    found = from_measure("sha_curfew", effects, place="FR", first_day=dt.date(2026, 11, 1), note="as in 2020")
    assert (found.subject, found.name, found.operation, found.value) == ("futures", "transmission", "multiply", 0.87)
    assert found.place == "FR" and found.first_day == dt.date(2026, 11, 1)
    assert found.note.startswith("as in 2020; sha_curfew: Night curfew") and "13 (6 to 20) % reduction" in found.note
    with pytest.raises(UnknownName, match="sha_curfew"):
        from_measure("sha_curfw", effects)
    with pytest.raises(DataError, match=r"% reduction of trips.*sha_curfew"):
        from_measure("pep_trips", effects)
    with pytest.raises(DataError, match="range without a middle"):
        from_measure("kucp_tti", effects)


@pytest.mark.parametrize(
    ("name", "subject"), [("transmission", "futures"), ("beds", "capacity"), ("icu_share.mean", "parameter"), ("", "parameter")]
)
def test_a_name_says_its_subject(name, subject):
    assert subject_of(name) == subject
