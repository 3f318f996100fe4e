"""The epidemic of the demonstration: nobody is lost, and what was planted can be found again."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from belvedere.demo.country import Cluster, Measure, NewVariant, Scenario, epidemic, geography
from belvedere.demo.country import world as worlds
from belvedere.demo.country.patients import delay_chances, later
from belvedere.errors import UnknownName

TODAY = dt.date(2026, 11, 22)


def day(before: int) -> dt.date:
    return TODAY - dt.timedelta(days=before)


def lived(scenario: Scenario) -> tuple[worlds.World, epidemic.Epidemic]:
    world = worlds.build(scenario)
    return world, epidemic.simulate(world, scenario.rng("epidemic"))


@pytest.fixture(scope="module")
def usual(tiny):
    return lived(tiny)


def test_everybody_is_in_one_stage_every_day(usual):
    world, spread = usual
    total = spread.susceptible + spread.infected + spread.recovered
    assert (total == world.land.population[:, :, None]).all()
    assert (spread.susceptible >= 0).all() and (spread.infected >= 0).all()


def test_infections_are_those_who_stop_being_susceptible(usual):
    world, spread = usual
    before = np.concatenate([world.land.population[:, :, None], spread.susceptible[..., :-1]], axis=2)
    assert (spread.infections.sum(axis=0) == before - spread.susceptible).all()


def test_the_planted_reproduction_number_is_found_by_the_renewal_equation(usual):
    """Infections over what the generation interval makes of those before, all places together."""
    _, spread = usual
    infections = spread.infections.sum(axis=(0, 2)).astype(float)
    pressure = np.array([np.convolve(row, np.concatenate([[0], spread.generation]))[: len(row)] for row in infections])
    found = infections.sum(axis=0)[60:] / pressure.sum(axis=0)[60:]
    true = (spread.reproduction * pressure).sum(axis=0)[60:] / pressure.sum(axis=0)[60:]
    ratio = found / true
    assert np.median(ratio) == pytest.approx(1, abs=0.03)
    assert np.quantile(ratio, 0.05) > 0.85 and np.quantile(ratio, 0.95) < 1.15


def test_the_generation_interval_has_the_mean_of_its_source():
    chances = epidemic.generation_interval()
    assert chances.sum() == pytest.approx(1)
    assert (chances * np.arange(1, len(chances) + 1)).sum() == pytest.approx(5.7, abs=0.2)  # lau_gen


def test_contacts_are_scaled():
    assert np.abs(np.linalg.eigvals(epidemic.contacts())).max() == pytest.approx(1)


def test_there_are_waves_and_measures_end_them(usual):
    world, spread = usual
    national = spread.infections.sum(axis=(0, 1, 2))
    lockdown = world.scenario.now - 394
    assert national[lockdown - 7 : lockdown].mean() > 5 * national[lockdown + 30 : lockdown + 37].mean()
    assert spread.reproduction[:, lockdown + 10].max() < 0.9 < 1.2 < spread.reproduction[:, lockdown - 20].min()


def test_a_planted_measure_lowers_r_there_and_then_only(tiny, usual):
    world, _ = usual
    planted = worlds.build(tiny.with_plants(Measure("FR-59", day(20), day(10), effect=0.5)))
    ratio = planted.reproduction / world.reproduction
    where, when = world.land.places.index("FR-59"), slice(world.at(day(20)), world.at(day(10)) + 1)
    assert ratio[where, when] == pytest.approx(0.5)
    ratio[where, when] = 1
    assert (ratio == 1).all()
    assert any(m["place"] == "FR-59" and m["details"] == "Planted measure" for m in planted.measures)


def test_a_planted_variant_takes_over(tiny):
    plant = NewVariant("FR-59", day(90), advantage=1.5, infections=40)
    world, spread = lived(tiny.with_plants(plant))
    share = spread.infections[1].sum(axis=(0, 1)) / np.maximum(spread.infections.sum(axis=(0, 1, 2)), 1)
    assert share[: world.at(day(90))].max() == 0
    assert share[world.at(day(60))] < share[world.at(day(30))] < share[world.at(day(0))]
    assert share[world.at(day(0))] > 0.5


def test_a_planted_cluster_is_in_the_infections(tiny, usual):
    planted = worlds.build(tiny.with_plants(Cluster("FR-02", day(12), infections=300)))
    change = planted.seeds - usual[0].seeds
    assert change.sum() == 300 and change[0, 0, planted.at(day(12))] == 300


def test_planting_one_thing_leaves_the_random_numbers_of_the_rest(tiny, usual):
    late = lived(tiny.with_plants(Measure("FR-80", day(3), day(1), effect=0.2)))[1]
    unchanged = usual[0].at(day(3))
    assert (late.infections[..., :unchanged] == usual[1].infections[..., :unchanged]).all()
    assert (late.infections[..., unchanged:] != usual[1].infections[..., unchanged:]).any()


def test_people_travel_less_far_and_from_everywhere_somewhere():
    land = geography.country([])
    going = geography.away(land)
    assert len(land) == 101 and land.population.sum() == pytest.approx(67_063_703, rel=1e-5)
    assert (np.diag(going) == 0).all() and (going.sum(axis=1) < 0.2).all() and (going.sum(axis=1) > 0).all()
    paris, neighbour, far = (land.places.index(p) for p in ("FR-75", "FR-92", "FR-06"))
    assert going[paris, neighbour] > 5 * going[paris, far]


def test_distances_are_those_of_the_globe():
    paris, marseille = (48.857, 2.352), (43.296, 5.381)
    far = geography.distances_km(*np.array([paris, marseille]).T)
    assert far[0, 1] == pytest.approx(661, abs=3) and far[0, 0] == 0


@given(st.integers(0, 400), st.integers(0, 2**32 - 1))
def test_a_delay_moves_people_and_loses_none(count, seed):
    delay = delay_chances(4, 2, 10)
    counts = np.zeros((2, 3, 40), dtype=int)
    counts[1, 2, 5] = count
    arrived = later(counts, delay, np.ones((2, 40)), np.random.default_rng(seed))
    assert arrived.sum() == count and arrived[1, 2, :5].sum() == 0 and arrived[1, 2, 5:16].sum() == count


def test_an_unknown_size_or_place_is_named():
    with pytest.raises(UnknownName, match="small"):
        Scenario("smal")
    with pytest.raises(UnknownName, match="FR-59"):
        worlds.build(Scenario("tiny", plants=(Cluster("FR-58", day(2)),)))
