"""What is read for an outlook: one feed for each series, nothing newer than the moment, nothing filled in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import belvedere
from belvedere.errors import DataError
from belvedere.ontology import schema
from belvedere.outlook.inputs import Inputs, countries, country_reach, read_inputs
from belvedere.outlook.settings import Settings
from belvedere.reference.places import Places
from belvedere.store.commits import Commit
from belvedere.store.workspace import Workspace

PLACES, SETTINGS = Places.load(), Settings.load()
FIRST, LAST = dt.date(2021, 1, 1), dt.date(2021, 3, 31)
DEPARTMENTS = ("FR-2A", "FR-2B", "FR-75")
SERIES = ("hospital_admissions", "hospital_census", "icu_admissions", "icu_census")


def days(first: dt.date = FIRST, last: dt.date = LAST) -> Iterator[dt.date]:
    return (first + dt.timedelta(n) for n in range((last - first).days + 1))


def evening(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(19), dt.UTC)


def row(feed: str, place: str, day: dt.date, indicator: str, value: float, **other) -> dict:
    usual = {"condition": "covid19", "age_group": "all", "sex": "all", "period": "day", "status": "reported"}
    return {"feed": feed, "place": place, "date": day, "indicator": indicator, "value": value, "known_at": evening(day),
            "known_basis": "assumed", **usual, **other}  # fmt: skip


def write(workspace: Workspace, table: str, rows: Sequence[dict]) -> None:
    declared = schema.table(table).arrow_schema()
    clocks = [pa.field("known_at", pa.timestamp("us", tz="UTC")), pa.field("known_basis", pa.string())]
    with Commit.begin(workspace, "run") as commit:
        commit.append(table, pa.Table.from_pylist(list(rows), schema=pa.schema([*declared, *clocks])))


def usual_rows(feed: str = "official", last: dt.date = LAST) -> list[dict]:
    """Every series of three départements; the value tells department and day."""
    return [
        row(feed, place, day, indicator, 10.0 * (k + 1) + day.day)
        for k, place in enumerate(DEPARTMENTS)
        for day in days(last=last)
        for indicator in SERIES
    ]


def capacity(feed: str, place: str, day: dt.date, level: str, resource: str, value: float) -> dict:
    return {"feed": feed, "place": place, "date": day, "level": level, "resource": resource, "age_group": "all",
            "condition": "all", "value": value, "status": "reported", "known_at": evening(day),
            "known_basis": "assumed"}  # fmt: skip


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = belvedere.create(tmp_path / "workspace")
    write(made, "indicators", usual_rows())
    return made


def read(workspace: Workspace, as_of: str | None = None, **other) -> Inputs:
    return read_inputs(workspace.snapshot(as_of=as_of), country="FR", places=PLACES, settings=SETTINGS, **other)


def test_every_series_of_every_region_is_read_whole(workspace: Workspace) -> None:
    inputs = read(workspace)
    assert inputs.regions == DEPARTMENTS and inputs.driver == "hospital_admissions"
    assert set(inputs.series) == set(SERIES)
    counts = inputs.series["icu_census"].counts
    assert counts.sel(region="FR-2B", date="2021-02-14").item() == 20 + 14
    assert inputs.last_day == np.datetime64(LAST) and counts["date"].values[-1] == np.datetime64(LAST, "ns")
    assert inputs.weakest_basis == "assumed"
    assert inputs.groups == {"FR-20R": ["FR-2A", "FR-2B"], "FR": list(DEPARTMENTS)}
    assert countries(workspace.snapshot(), PLACES) == ("FR",)


def test_nothing_newer_than_the_moment_is_read(workspace: Workspace) -> None:
    inputs = read(workspace, as_of="2021-02-10")
    assert inputs.last_day == np.datetime64("2021-02-10")
    assert all(s.counts["date"].values[-1] == np.datetime64("2021-02-10", "ns") for s in inputs.series.values())
    write(workspace, "indicators", [row("official", "FR-75", dt.date(2021, 2, 9), "icu_census", 999.0, known_at=evening(LAST))])
    before = read(workspace, as_of="2021-02-10").series["icu_census"].counts
    assert before.sel(region="FR-75", date="2021-02-09").item() == 30 + 9
    assert read(workspace).series["icu_census"].counts.sel(region="FR-75", date="2021-02-09").item() == 999


def test_two_feeds_of_one_series_are_never_added_up(workspace: Workspace) -> None:
    """The fuller one speaks; one that stopped does not, however full."""
    write(workspace, "indicators", [r for r in usual_rows("a-tidy-copy") if r["date"] > dt.date(2021, 3, 1)])
    inputs = read(workspace)
    assert {series.feed for series in inputs.series.values()} == {"official"}
    later = [
        row("newer", p, d, i, 1.0) for p in DEPARTMENTS for d in days(dt.date(2021, 4, 1), dt.date(2021, 5, 20)) for i in SERIES
    ]
    write(workspace, "indicators", later)
    assert {series.feed for series in read(workspace).series.values()} == {"newer"}


def test_parts_other_conditions_and_suppressed_figures_are_left_out(workspace: Workspace) -> None:
    odd = [
        row("official", "FR-75", LAST, "icu_census", 777.0, age_group="80+"),
        row("official", "FR-75", LAST, "icu_census", 777.0, sex="female"),
        row("official", "FR-75", LAST, "icu_census", 777.0, condition="influenza"),
        row("official", "FR", LAST, "icu_census", 777.0),
        row("official", "FR-75", dt.date(2021, 3, 30), "icu_census", None, status="suppressed", known_at=evening(LAST)),
    ]
    write(workspace, "indicators", odd)
    counts = read(workspace).series["icu_census"].counts
    assert counts.sel(region="FR-75", date="2021-03-31").item() == 30 + 31
    assert np.isnan(counts.sel(region="FR-75", date="2021-03-30").item())  # hidden is not zero, and not yesterday's


def test_the_last_complete_day_is_one_most_regions_have_reported(workspace: Workspace) -> None:
    write(workspace, "indicators", [row("official", "FR-75", dt.date(2021, 4, 1), i, 5.0) for i in SERIES])
    assert read(workspace).last_day == np.datetime64(LAST)


def test_a_census_missing_at_the_end_is_carried_a_few_days_and_said(tmp_path: Path) -> None:
    workspace = belvedere.create(tmp_path / "workspace")
    gone = {("FR-2A", dt.date(2021, 3, 30)), ("FR-2A", LAST)}
    long_gone = {("FR-2B", d) for d in days(dt.date(2021, 3, 20))}
    kept = [r for r in usual_rows() if r["indicator"] != "icu_census" or (r["place"], r["date"]) not in gone | long_gone]
    write(workspace, "indicators", kept)
    inputs = read(workspace)
    counts = inputs.series["icu_census"].counts.isel(date=-1)
    assert counts.sel(region="FR-2A").item() == 10 + 29
    assert np.isnan(counts.sel(region="FR-2B").item())
    assert inputs.carried["icu_census"] == {"FR-2A": 2}


def test_a_series_that_ended_long_ago_is_not_taken_for_today(tmp_path: Path) -> None:
    workspace = belvedere.create(tmp_path / "workspace")
    ended = dt.date(2021, 3, 1)
    write(workspace, "indicators", [r for r in usual_rows() if r["indicator"] == "hospital_admissions" or r["date"] <= ended])
    assert set(read(workspace).series) == {"hospital_admissions"}


def test_the_reporting_lag_is_learnt_from_published_versions(tmp_path: Path) -> None:
    """Half of a day is known in the evening, all of it a day later."""
    workspace = belvedere.create(tmp_path / "workspace")
    rows = []
    for day in days():
        for place in DEPARTMENTS:
            rows.append(row("official", place, day, "hospital_admissions", 20.0, known_basis="published"))
            later = evening(day + dt.timedelta(1))
            rows.append(row("official", place, day, "hospital_admissions", 40.0, known_basis="published", known_at=later))
    write(workspace, "indicators", rows)
    delay = read(workspace, as_of=LAST.isoformat()).delay
    assert delay.basis == "estimated"
    np.testing.assert_allclose(delay.share[:3], [0.5, 1, 1])


def test_assumed_dates_teach_no_lag(workspace: Workspace) -> None:
    assert read(workspace).delay.basis == "none"


def test_holidays_of_past_and_coming_days_are_there(workspace: Workspace) -> None:
    free = read(workspace).holidays
    assert bool(free.sel(region="FR-75", date="2021-01-01")) and bool(free.sel(region="FR-75", date="2021-04-05"))
    assert not bool(free.sel(region="FR-75", date="2021-03-30"))


def test_a_country_without_admissions_is_refused_with_what_was_looked_for(workspace: Workspace) -> None:
    with pytest.raises(DataError, match="IT: no daily hospital_admissions or icu_admissions"):
        read_inputs(workspace.snapshot(), country="IT", places=PLACES, settings=SETTINGS)
    with pytest.raises(DataError, match="2020-05-01"):
        read(workspace, as_of="2020-05-01")


def test_figures_that_ended_say_from_which_day_to_look(workspace: Workspace) -> None:
    """From long after the last figure nothing can lead; the message names the days held and the command that goes on."""
    held = country_reach(workspace.snapshot(), country="FR", places=PLACES)
    assert held is not None and held.first < held.last <= held.seen
    assert held.ended(held.last + dt.timedelta(days=14), 14) and not held.ended(held.last + dt.timedelta(days=13), 14)
    assert country_reach(workspace.snapshot(as_of="2019-01-01"), country="FR", places=PLACES) == held
    assert country_reach(workspace.snapshot(), country="IT", places=PLACES) is None
    later = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
    with pytest.raises(DataError, match=f"--country FR --as-of {held.seen}"):
        read_inputs(workspace.snapshot(), country="FR", places=PLACES, settings=SETTINGS, now=later)
    assert read(workspace, as_of=str(held.seen)).last_day == np.datetime64(held.last)


# --------------------------------------------------------------------------------------------------------------- beds

HOSPITALS = {"FR-DEMO-75-01": "FR-75", "FR-DEMO-75-02": "FR-75", "FR-DEMO-2A-01": "FR-2A"}


@pytest.fixture
def with_hospitals(workspace: Workspace) -> tuple[Workspace, Places]:
    rows = [
        capacity("by-hospital", hospital, day, level, resource, beds)
        for hospital in HOSPITALS
        for day in (LAST - dt.timedelta(1), LAST)
        for level, resource, beds in (
            ("icu", "beds_staffed", 10.0),
            ("icu", "beds_total", 12.0),
            ("ward", "beds_total", 100.0),
            ("hdu", "beds_total", 5.0),
        )
        if not (hospital == "FR-DEMO-75-02" and day == LAST)
    ]
    write(workspace, "capacity", [*rows, capacity("survey", "FR-2B", dt.date(2018, 12, 31), "icu", "beds_total", 24.0)])
    rows = [
        row("by-hospital", hospital, day, indicator, value, condition=condition)
        for hospital in HOSPITALS
        for day in days(dt.date(2021, 3, 1))
        for indicator, condition, value in (
            ("icu_census", "all", 9.0),
            ("icu_census", "covid19", 4.0),
            ("hospital_census", "all", 80.0),
            ("hospital_census", "covid19", 15.0),
        )
    ]
    write(workspace, "indicators", rows)
    import pandas as pd

    own = pd.DataFrame([
        {"place": h, "level": "hospital", "name": h, "parent": d, "country": "FR", "timezone": "Europe/Paris", "source": "test"}
        for h, d in HOSPITALS.items()
    ])  # fmt: skip
    return workspace, PLACES.with_rows(own)


def test_beds_of_hospitals_add_up_and_a_survey_speaks_where_nothing_else_does(with_hospitals) -> None:
    workspace, places = with_hospitals
    beds = read_inputs(workspace.snapshot(), country="FR", places=places, settings=SETTINGS).beds
    assert beds.kinds["staffed"].sel(region="FR-75", level="icu").item() == 20
    assert beds.kinds["physical"].sel(region="FR-75", level="ward").item() == 210  # wards and high dependency
    assert beds.kinds["physical"].sel(region="FR-2B", level="icu").item() == 24
    assert np.isnan(beds.kinds["staffed"].sel(region="FR-2B", level="icu").item())
    assert np.isnan(beds.kinds["physical"].sel(region="FR-2B", level="ward").item())
    assert str(beds.dated.sel(region="FR-75", level="icu").values)[:10] == "2021-03-30"  # the older of the two hospitals
    assert str(beds.dated.sel(region="FR-2B", level="icu").values)[:10] == "2018-12-31"


def test_a_hospital_silent_too_long_is_named_and_not_counted(with_hospitals) -> None:
    workspace, places = with_hospitals
    for day in days(dt.date(2021, 4, 1), dt.date(2021, 4, 15)):
        rows = [row("official", p, day, i, 10.0) for p in DEPARTMENTS for i in SERIES]
        write(workspace, "indicators", rows)
    write(workspace, "capacity", [capacity("by-hospital", "FR-DEMO-75-01", dt.date(2021, 4, 15), "icu", "beds_staffed", 11.0)])
    beds = read_inputs(workspace.snapshot(), country="FR", places=places, settings=SETTINGS).beds
    assert beds.kinds["staffed"].sel(region="FR-75", level="icu").item() == 11
    assert beds.silent["FR-75"] == ("FR-DEMO-75-01", "FR-DEMO-75-02")  # the first is silent on its wards
    assert np.isnan(beds.kinds["staffed"].sel(region="FR-2A", level="icu").item())


def test_other_patients_are_all_less_the_epidemics_and_unknown_when_a_hospital_is_missing(with_hospitals) -> None:
    workspace, places = with_hospitals
    others = read_inputs(workspace.snapshot(), country="FR", places=places, settings=SETTINGS).others
    assert others["icu"].sel(region="FR-75", date="2021-03-15").item() == 10
    assert others["ward"].sel(region="FR-75", date="2021-03-15").item() == 2 * (80 - 15 - 5)
    assert np.isnan(others["icu"].sel(region="FR-2B", date="2021-03-15").item())
    write(
        workspace,
        "indicators",
        [
            row(
                "by-hospital",
                "FR-DEMO-75-01",
                dt.date(2021, 3, 15),
                "icu_census",
                None,
                condition="all",
                status="suppressed",
                known_at=evening(LAST),
            )
        ],
    )
    others = read_inputs(workspace.snapshot(), country="FR", places=places, settings=SETTINGS).others
    assert np.isnan(others["icu"].sel(region="FR-75", date="2021-03-15").item())
