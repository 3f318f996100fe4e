"""A scenario beside the current course, and counts as rates."""

from __future__ import annotations

import numpy as np
import pytest

from belvedere.app.api import rates
from belvedere.app.api.runs import runs as committed
from belvedere.outlook.compare import future_by_future, side
from belvedere.sources.ingest import workspace_places
from tests.app.api.outlook_workspace import BEDS_OPENED, CLOSING, COUNTRY, OPENED_ON, PART, PLACE, UNTRIED


@pytest.fixture(scope="module")
def client(asking, client_of):
    """The small country with scenarios."""
    return client_of(asking)


def region(client, place: str = PLACE, **asked) -> dict:
    answer = client.get(f"/api/v1/regions/{place}", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_current_course_stands_beside_the_scenario(client):
    without, under = region(client), region(client, scenario=CLOSING)
    for name, panel in under["panels"].items():
        if name != "reproduction_number":
            assert panel["current"] == without["panels"][name]["projected"], name
            assert panel["projected"] != panel["current"], name
    assert all(panel["current"] is None and panel["difference"] is None for panel in without["panels"].values())
    everyone = under["panels"]["icu_census"]["everyone"]
    assert everyone["current"] == without["panels"]["icu_census"]["everyone"]["projected"]


def test_past_days_are_not_touched_by_a_scenario(client):
    panel = region(client, scenario=CLOSING)["panels"]["reproduction_number"]
    assert panel["current"] is None and panel["difference"] is None


def test_beds_that_a_scenario_opens_are_drawn_on_their_day_and_count_in_the_chances(client):
    without = region(client)["panels"]["icu_census"]
    under = region(client, scenario=CLOSING)["panels"]["icu_census"]
    assert without["capacity"]["current"] is None
    curve = under["capacity"]
    assert curve["current"] == without["capacity"]["least"]
    opened = dict(zip(curve["dates"], np.array(curve["least"], float) - np.array(curve["current"], float), strict=True))
    assert {day: more for day, more in opened.items() if more} == {
        day: BEDS_OPENED for day in curve["dates"] if day >= OPENED_ON.isoformat()
    }
    binding = dict(zip(curve["dates"], curve["binding"], strict=True))
    assert binding[max(binding)] is None and binding[min(opened)] is not None
    assert under["chance_by_day"]["chance"][-1] < without["chance_by_day"]["chance"][-1]


def test_beds_opened_in_a_place_without_scenario_rows_stay(client):
    other = next(m["place"] for m in region(client, PART)["members"] if m["place"] != PLACE)
    assert region(client, other, scenario=CLOSING)["panels"]["icu_census"]["capacity"]["current"] is None


def test_the_difference_is_that_of_the_same_futures(client, asking):
    runs = {run.scenario: run for run in committed(asking) if not run.replay}
    found = future_by_future(
        asking.snapshot(), side(asking, "outlook", runs[None].commit_id), side(asking, CLOSING, runs[CLOSING].commit_id)
    )
    rows = asking.snapshot().frame("forecasts", target="hospital_admissions", place=PLACE, output_type="sample")
    totals = rows.groupby(["feed", "output_type_id"])["value"].sum().unstack("feed")
    expected = np.quantile(totals[f"outlook-{CLOSING}"] - totals["outlook"], [0.05, 0.5, 0.95])
    row = found.loc[("hospital_admissions", PLACE)]
    np.testing.assert_allclose(row[["total_low", "total", "total_high"]].to_numpy(float), expected)
    text = region(client, scenario=CLOSING)["panels"]["hospital_admissions"]["difference"]
    assert "28" in text["fr"] and "90" in text["en"] and "\u2212" in text["en"]


def test_a_scenario_that_nobody_ran_says_nothing_and_is_listed_so(client):
    answer = region(client, scenario=UNTRIED)
    assert answer["meta"]["run_sequence"] is None
    assert all(panel["projected"] is None and panel["current"] is None for panel in answer["panels"].values() if panel)
    listed = {row["id"]: row for row in client.get("/api/v1/frame").json()["scenarios"]}
    assert listed[CLOSING]["outlook"] and not listed[UNTRIED]["outlook"]
    assert listed[CLOSING]["author"] and listed[CLOSING]["expires_on"] and listed[CLOSING]["state"] == "draft"


@pytest.mark.parametrize("place", [PLACE, PART])
def test_rates_are_the_counts_over_those_who_live_there(client, asking, place):
    counts, rated = region(client, place), region(client, place, per="100k")
    places = workspace_places(asking)
    inside = [place] if place == PLACE else [m["place"] for m in counts["members"]]
    by = 100_000 / sum(places[p].population for p in inside)
    assert rated["per"] == "100k" and rated["per_missing"] is None
    for name, panel in counts["panels"].items():
        if panel is None:
            continue
        other = rated["panels"][name]
        factor = 1 if name == "reproduction_number" else by
        assert other["unit"] == ("1" if name == "reproduction_number" else rates.UNIT)
        for part, column in (("observed", "values"), ("projected", "q95"), ("capacity", "least"), ("nowcast", "estimate")):
            if panel[part] is not None:
                expected = [None if v is None else v * factor for v in panel[part][column]]
                assert other[part][column] == pytest.approx(expected)
    assert "100" in rated["panels"]["hospital_admissions"]["caption"]["fr"]
    assert rated["panels"]["icu_census"]["chance_by_day"] == counts["panels"]["icu_census"]["chance_by_day"]


def test_compared_places_and_the_cube_have_rates_too(client):
    asked = {"places": f"{PLACE},{COUNTRY}", "target": "icu_census"}
    counts, rated = (client.get("/api/v1/compare", params={**asked, **more}).json() for more in ({}, {"per": "100k"}))
    assert (counts["unit"], rated["unit"]) == ("persons", rates.UNIT)
    one, other = counts["places"][0], rated["places"][0]
    by = 100_000 / one["place"]["population"]
    assert other["observed"] == pytest.approx([None if v is None else v * by for v in one["observed"]])
    assert other["missing"] is None
    cubes = [client.get("/api/v1/cube", params={"target": "icu_census", **more}).json() for more in ({}, {"per": "100k"})]
    assert [cube["unit"] for cube in cubes] == ["persons", rates.UNIT]
    at = cubes[0]["place"].index(PLACE)
    expected = [None if v is None else v * by for v in cubes[0]["value"][at : at + 50]]
    assert cubes[1]["value"][at : at + 50] == pytest.approx(expected)


def test_a_place_whose_people_are_not_counted_has_no_rate(asking, client_of, monkeypatch):
    client = client_of(asking)  # with no answers kept
    monkeypatch.setattr(rates, "factor", lambda ground, places, place: None)
    counts, rated = region(client), region(client, per="100k")
    assert rated["per"] == "count" and rated["per_missing"]["en"].startswith("The population of")
    assert rated["panels"]["icu_census"]["observed"] == counts["panels"]["icu_census"]["observed"]
    asked = {"places": PLACE, "target": "icu_admissions", "per": "100k"}
    line = client.get("/api/v1/compare", params=asked).json()["places"][0]
    assert line["missing"] and set(line["observed"]) == {None} and line["projected"] is None


def test_a_file_says_unit_and_both_courses(client):
    text = client.get(f"/api/v1/regions/{PLACE}", params={"format": "csv", "scenario": CLOSING, "per": "100k"}).text
    head = next(line for line in text.splitlines() if not line.lstrip('"').startswith("#"))
    assert head.split(",")[-1] == "unit"
    assert "per=100k" in text and "current course, q50" in text and "beds, least, current course" in text
    assert rates.UNIT in text
