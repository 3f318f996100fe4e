"""Hospitals on the map: where they stand, what is free, how old that is."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from belvedere.app.api.facilities import _level
from tests.app.api.outlook_workspace import PLACE, SILENT
from tests.app.demo_workspace import TODAY

UNITS = (("ward", 10, 12, 8, 7), ("hdu", 4, 4, 5, 1))


def rows(day: dt.date = TODAY, *, without: str = "") -> pd.DataFrame:
    """Two units of one hospital: total, equipped, staffed, occupied."""
    resources = ("beds_total", "beds_equipped", "beds_staffed", "beds_occupied")
    found = [
        {"place": f"H-{level}", "level": level, "resource": resource, "value": float(value), "day": day}
        for level, *values in UNITS
        for resource, value in zip(resources, values, strict=True)
        if resource != without
    ]
    return pd.DataFrame(found)


def test_what_can_be_used_is_the_least_unit_by_unit():
    beds = _level("ward", rows(), TODAY, 7)
    assert (beds.usable, beds.occupied, beds.free) == (8 + 4, 8, 4)
    assert beds.occupancy == pytest.approx(8 / 12) and beds.fresh


def test_free_beds_as_reported_go_before_the_difference():
    told = pd.DataFrame([{"place": "H-ward", "level": "ward", "resource": "beds_free", "value": -2.0, "day": TODAY}])
    assert _level("ward", pd.concat([rows(), told]), TODAY, 7).free == -2 + 3


def test_what_a_unit_did_not_say_is_not_known_of_the_hospital():
    beds = _level("ward", rows(without="beds_occupied"), TODAY, 7)
    assert beds.usable == 12 and beds.occupied is None and beds.free is None and beds.occupancy is None


def test_an_old_figure_gives_its_day_and_no_number():
    day = TODAY - dt.timedelta(days=8)
    beds = _level("icu", rows(day), TODAY, 7)
    assert not beds.fresh and beds.date == day and beds.usable is None and beds.free is None


def test_hospitals_of_the_country_stand_in_their_region(client, looking):
    answer = client.get("/api/v1/facilities").json()
    known = looking.snapshot().frame("places", level="hospital")
    assert {f["place"] for f in answer["facilities"]} == set(known["place"]) and answer["without_position"] == 0
    assert {f["region"] for f in answer["facilities"]} >= {PLACE, SILENT}
    silent = [beds for f in answer["facilities"] if f["region"] == SILENT for beds in f["beds"]]
    assert silent and not any(beds["fresh"] for beds in silent)
    capacity = looking.snapshot().frame("capacity", level="icu", resource="beds_staffed")
    hospital = next(f for f in answer["facilities"] if f["region"] == PLACE and any(b["level"] == "icu" for b in f["beds"]))
    icu = next(b for b in hospital["beds"] if b["level"] == "icu")
    own = capacity[capacity["place"].str.startswith(hospital["place"]) & (capacity["date"] == np.datetime64(icu["date"]))]
    assert icu["usable"] <= own["value"].sum() and icu["free"] == icu["usable"] - icu["occupied"]


def test_reading_hospitals_stands_in_the_log(looking_copy, client_of):
    client_of(looking_copy).get("/api/v1/facilities")
    text = "".join(path.read_text(encoding="utf-8") for path in (looking_copy.path / "audit").glob("*.jsonl"))
    assert "/api/v1/facilities" in text and '"table": "places"' in text and '"table": "capacity"' in text
