"""The reproduction number against known truth: analytic where there is one, simulated elsewhere."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from belvedere.errors import DataError
from belvedere.spread.delays import growth_to_reproduction
from belvedere.spread.reproduction import bridge_gaps, infection_pressure, renewal_weights, reproduction_number
from belvedere.spread.screening import Screening
from tests.spread.simulate import GENERATION, country, labelled, lockdown_reproduction, smooth_reproduction

GENERATION_PMF = GENERATION / GENERATION.sum()


def estimate(counts, **options):
    return reproduction_number(counts, generation=GENERATION_PMF, **options)


def covered(result, truth, which):
    inside = (result["q05"].values <= truth) & (truth <= result["q95"].values)
    return inside[which].mean()


def test_constant_incidence_means_one():
    result = estimate(labelled(np.full((1, 120), 300.0)))
    late = result["median"].values[0, 20:]
    assert np.abs(late - 1).max() < 0.02
    assert (result["q05"].values[0, 20:] < 1).all()
    assert (result["q95"].values[0, 20:] > 1).all()


@pytest.mark.parametrize("growth", [-0.04, 0.03, 0.08])
def test_exponential_growth_and_reproduction_obey_lotka_and_euler(growth):
    days = np.arange(90)
    start = 2000 if growth < 0 else 30
    result = estimate(labelled(np.round(start * np.exp(growth * days))[None]))
    expected = growth_to_reproduction(growth, GENERATION_PMF)
    assert result["median"].values[0, 30:80] == pytest.approx(np.full(50, expected), rel=0.02)
    assert (result["above_one"].values[0, 30:80] > 0.95).all() == (growth > 0)


@pytest.mark.parametrize("kind", [smooth_reproduction, lockdown_reproduction])
def test_intervals_hold_the_truth_in_every_phase_and_size(kind):
    counts, truth = country(kind, regions=24, days=360, seed=11)
    result = estimate(counts)
    week = np.stack([np.convolve(row, np.ones(7) / 7, "same") for row in counts.values])
    live = np.isfinite(result["median"].values) & (week > 0.5)
    live[:, :15] = False
    assert 0.85 <= covered(result, truth, live) <= 0.97
    for phase in (truth > 1.1, (truth <= 1.1) & (truth >= 0.91), truth < 0.91):
        assert 0.8 <= covered(result, truth, live & phase) <= 0.99
    for small, large in ((0.5, 10), (10, 100), (100, np.inf)):
        assert 0.8 <= covered(result, truth, live & (week >= small) & (week < large)) <= 0.99
    half = (result["q25"].values <= truth) & (truth <= result["q75"].values)
    assert 0.42 <= half[live].mean() <= 0.65
    assert np.abs(result["median"].values - truth)[live & (week > 20)].mean() < 0.08


def test_weekdays_do_not_show_in_the_estimate():
    counts, truth = country(smooth_reproduction, regions=8, days=240, seed=5, starts=(100, 300), weekdays=True)
    error = (np.log(estimate(counts)["median"].values) - np.log(truth))[:, 20:]
    by_weekday = [error[:, day::7].mean() for day in range(7)]
    assert np.ptp(by_weekday) < 0.02


def test_a_cut_is_seen_within_days():
    counts, truth = country(lockdown_reproduction, regions=12, days=110, seed=2, starts=(80, 200), brake=0.0)
    median = estimate(counts)["median"].values
    cut = (truth < 1).argmax(axis=1)
    rows = np.arange(12)
    assert (median[rows, cut - 8] > 1.1).all()
    assert (median[rows, cut + 7] < 1.0).mean() > 0.9


def test_permuting_regions_permutes_results():
    counts, _ = country(smooth_reproduction, regions=6, days=120, seed=1)
    order = [3, 0, 5, 1, 4, 2]
    straight, turned = estimate(counts), estimate(counts.isel(region=order))
    xr.testing.assert_allclose(straight.isel(region=order), turned, rtol=1e-9)


def test_the_same_bytes_twice():
    counts, _ = country(smooth_reproduction, regions=3, days=120, seed=1)
    assert estimate(counts)["q95"].values.tobytes() == estimate(counts)["q95"].values.tobytes()


def test_trouble_in_one_region_leaves_the_others_and_is_never_ok():
    counts, _ = country(smooth_reproduction, regions=6, days=150, seed=3, starts=(30, 100))
    broken = counts.copy()
    broken[0] = 0.0
    broken[1, 140] = broken[1, 140] * 10 + 200
    broken[2, -7:] = 0
    broken[3, :-10] = np.nan
    broken[4, 149] = -4
    result = estimate(broken)
    assert list(result["status"].values) == ["doubtful", "doubtful", "doubtful", "failed", "doubtful", "ok"]
    assert all(result["reason"].values[:5])
    assert np.isnan(result["median"].values[3]).all()
    assert np.isfinite(result["median"].values[[0, 1, 2, 4, 5]]).all()
    assert result["median"].values[5] == pytest.approx(estimate(counts)["median"].values[5], rel=0.1)
    # without a person counted, the prior is what is shown, and says so
    assert result["informed"].values[0].max() < 1e-6
    assert result["median"].values[0] == pytest.approx(np.full(150, result["prior_median"].item()))
    assert result["q95"].values[0] == pytest.approx(np.full(150, result["prior_q95"].item()))


def test_the_jump_does_not_move_the_estimate():
    counts, _ = country(smooth_reproduction, regions=2, days=150, seed=8, starts=(50, 100))
    jumped = counts.copy()
    jumped[0, 100] *= 10
    difference = estimate(jumped)["median"].values - estimate(counts)["median"].values
    assert np.abs(difference[0]).max() < 0.12


def test_a_gap_widens_and_does_not_bias():
    counts, truth = country(smooth_reproduction, regions=10, days=150, seed=4, starts=(60, 200))
    holed = counts.copy()
    holed[:, 80:90] = np.nan
    full, gap = estimate(counts), estimate(holed)

    def width(result):
        return np.log(result["q95"].values / result["q05"].values)

    assert (width(gap)[:, 85] > width(full)[:, 85]).all()
    assert (gap["informed"].values[:, 85] < full["informed"].values[:, 85]).all()
    assert covered(gap, truth, np.s_[:, 78:100]) > 0.75
    assert (gap["status"] == "ok").all()


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_gaps_and_zeros_of_any_kind_are_safe(data):
    values = np.array(data.draw(st.lists(st.one_of(st.none(), st.integers(0, 400)), min_size=40, max_size=70)), dtype=float)
    result = estimate(labelled(values[None]))
    if result["status"].item() == "failed":
        assert np.isnan(result["median"].values).all()
        return
    ordered = np.stack([result[name].values[0] for name in ("q05", "q25", "median", "q75", "q95")])
    assert np.isfinite(ordered).all()
    assert (np.diff(ordered, axis=0) > 0).all()
    assert ((result["informed"] >= 0) & (result["informed"] <= 1)).all()
    # no day knows less than the prior
    assert (np.log(ordered[4] / ordered[0]) <= np.log(result["prior_q95"] / result["prior_q05"]).item() + 0.6).all()


def test_the_pressure_is_the_convolution():
    counts = np.random.default_rng(0).poisson(20, (30, 1)).astype(float)
    weights = renewal_weights(GENERATION_PMF)
    pressure, known = infection_pressure(counts, weights)
    day = 25
    assert pressure[day, 0] == pytest.approx(sum(w * counts[day - s, 0] for s, w in enumerate(weights, start=1)))
    assert known[day, 0] == pytest.approx(1)
    assert pressure[0, 0] == 0


def test_gaps_are_bridged_between_their_neighbours():
    counts = np.full((40, 2), 10.0)
    counts[20:, 0] = 90.0
    counts[15:25, 0] = np.nan
    counts[:, 1] = np.nan
    bridged = bridge_gaps(counts)
    assert ((bridged[15:25, 0] > 10) & (bridged[15:25, 0] < 90)).all()
    assert (np.diff(bridged[15:25, 0]) > 0).all()
    assert (bridged[:, 1] == 0).all()


def test_the_screening_is_an_argument():
    counts = labelled(np.full((1, 60), 9.0))
    assert estimate(counts)["status"].item() == "ok"
    assert estimate(counts, screening=Screening(minimum_days=61))["status"].item() == "failed"


def test_what_cannot_be_used_is_refused():
    counts = labelled(np.full((1, 60), 9.0))
    with pytest.raises(DataError, match="generation"):
        reproduction_number(counts, generation=np.array([0.5, 0.3]))
    with pytest.raises(DataError, match="same day"):
        reproduction_number(counts, generation=np.array([1.0]))
    with pytest.raises(DataError, match="region"):
        estimate(counts.transpose("date", "region"))
