"""What `up --demo` shows: on any day a wave, a département that runs short of staffed beds, calm elsewhere, and troubles."""

from __future__ import annotations

import datetime as dt
import json

import numpy as np
import pytest

from belvedere.demo.country import FeedStopped, Scenario, Truth, reports, showcase, simulate
from belvedere.demo.country.parameters import parameters
from belvedere.demo.country.write import published_files
from belvedere.errors import UnknownName

WITHIN = 14  # days ahead
STORY = parameters()["showcase"]


@pytest.fixture(scope="module", params=[dt.date(2026, 11, 22), dt.date(2027, 7, 8)], ids=str)
def small(request) -> Truth:
    """The usual demonstration, in late November and in summer."""
    return simulate(showcase(request.param))


def intensive_care(truth: Truth) -> tuple[np.ndarray, np.ndarray]:
    """Everyone in intensive care, and staffed beds of the last published week (its median), by département; (R, T), (R,)."""
    units, now = truth.world.units, truth.scenario.now
    icu = (units["level"] == "icu").to_numpy()
    region = units["region"].to_numpy()[icu]

    def by_region(values: np.ndarray) -> np.ndarray:
        total = np.zeros((len(truth.world.land), values.shape[1]))
        np.add.at(total, region, values[icu])
        return total

    people = by_region((truth.units["census"] + truth.units["others"]).values)
    return people, np.median(by_region(truth.units["beds_staffed"].values)[:, now - 7 : now], axis=1)


def test_where_the_wave_is_some_pass_their_staffed_beds_within_two_weeks_and_did_not_yesterday(small):
    people, staffed = intensive_care(small)
    rising = small.world.land.within(STORY["rising"])
    now = small.scenario.now
    ahead = people[:, now : now + WITHIN].max(axis=1) > staffed
    yesterday = people[:, now - 1] > staffed
    passing = ahead & ~yesterday & rising
    heard = ~reports.build(small).silent_regions[:, now - 1]
    assert passing.sum() >= 2 and (passing & heard).any()
    highest = people[:, now : now + WITHIN].max(axis=1)
    assert (highest[passing] < 1.5 * staffed[passing]).all(), "near enough to be uncertain"


def test_elsewhere_it_is_calm(small):
    people, staffed = intensive_care(small)
    calm, now = ~small.world.land.within(STORY["rising"]), small.scenario.now
    large = staffed > 50
    assert (people[calm & large, now : now + WITHIN].max(axis=1) <= staffed[calm & large]).all() and (calm & large).sum() >= 10
    admissions = small.regions["admissions"].values
    growth = admissions[:, now : now + WITHIN].sum(axis=1) / admissions[:, now - WITHIN : now].sum(axis=1)
    rising = small.world.land.within(STORY["rising"])
    assert np.median(growth[rising]) > 1.35 > 1.25 > np.median(growth[calm])


def test_the_troubles_stand_in_the_files(small):
    published = reports.build(small)
    places, now = small.world.land.places, small.scenario.now
    silent = published.silent_regions[:, now - 20 : now].sum(axis=1)
    assert {places[r]: n for r, n in enumerate(silent) if n} == {"FR-02": 12, "FR-60": 2}
    houses = published.silent_facilities[:, now - 1]
    named = set(
        small.world.facilities["place"][houses & ~small.world.facilities_in("FR-02") & ~small.world.facilities_in("FR-60")]
    )
    assert named == {"FR-DEMO-62-02"}
    assert {places[r] for r in np.flatnonzero(published.zeros[:, now - 1])} == {"FR-92"}
    files = {feed: [f.stamp for f in published_files(published) if f.feed == feed] for feed in
             ("demo-fr-department-tests", "demo-fr-department-flows")}  # fmt: skip
    today = small.scenario.today
    assert files["demo-fr-department-flows"][-1] == f"{today}-06h00"
    assert files["demo-fr-department-tests"][-1] == f"{today - dt.timedelta(days=4)}-06h00"


def test_every_size_has_its_story_and_small_troubles_stay_inside_it():
    kinds = {
        size: [p.record() for p in showcase(dt.date(2026, 11, 22), size=size).plants] for size in ("tiny", "small", "full")
    }
    assert "AllZeros" not in {p["kind"] for p in kinds["tiny"]} and "AllZeros" in {p["kind"] for p in kinds["full"]}
    calm = {size: {p["place"] for p in plants if p["kind"] == "Measure"} for size, plants in kinds.items()}
    assert calm["tiny"] == set() and calm["small"] == {"FR-IDF", "FR-PAC"} and calm["full"] == set(STORY["calm"])
    assert json.dumps(kinds)  # every plant can be written beside the truth


def test_a_stopped_feed_that_does_not_exist_is_named(tiny):
    stopped = Scenario("tiny", today=tiny.today, plants=(FeedStopped("demo-fr-department-test", tiny.today),), faults=False)
    with pytest.raises(UnknownName, match="demo-fr-department-tests"):
        list(published_files(reports.build(simulate(stopped))))


def test_hospitals_and_departement_tell_the_same_of_intensive_care(small):
    """Where nobody was silent: covid by hospital adds up to the département; everyone is at least as many, each in a bed."""
    published = {file.feed: file.table.to_pandas() for file in published_files(reports.build(small))}
    houses, units = published["demo-fr-facility-census"], published["demo-fr-unit-capacity"]
    stocks = published["demo-fr-department-stocks"].query("sexe == 0")
    day = np.datetime64(small.scenario.today - dt.timedelta(days=1))
    houses, units = houses[houses["jour"] == day], units[units["jour"] == day]
    of = lambda place: place.str.split("-").str[2]  # noqa: E731
    by_house = houses.groupby(of(houses["etablissement"]))[["hosp", "rea", "hosp_tous", "rea_tous"]].sum()
    official = stocks[stocks["jour"] == day].set_index("dep")[["hosp", "rea"]]
    whole = [dep for dep in official.index if dep not in ("92", "62")]  # zeros; a silent hospital
    assert len(whole) == len(small.world.land) - 4
    assert (by_house.loc[whole, ["hosp", "rea"]] == official.loc[whole]).all(axis=None)
    assert (by_house["rea_tous"] >= by_house["rea"]).all() and (by_house["hosp_tous"] >= by_house["hosp"]).all()
    taken = units[units["niveau"] == "icu"].groupby(of(units["unite"]))["lits_occupes"].sum()
    assert (taken == by_house["rea_tous"]).all()
    # the silent hospital still counts in the département's figure with what it sent last
    assert official.loc["62", "hosp"] != by_house.loc["62", "hosp"]
