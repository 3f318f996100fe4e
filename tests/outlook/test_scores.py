"""Scores against what is known on paper."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from belvedere.errors import DataError
from belvedere.outlook.scores import (
    HUB_LEVELS,
    bias,
    brier,
    covered,
    crps,
    energy_score,
    log_wis,
    pit,
    quantile_score,
    skill,
    wis,
)

RNG = np.random.default_rng(0)
NORMAL = RNG.standard_normal((200_000, 1))


def interval_form(quantiles, levels, y):
    """The weighted interval score as Bracher et al. (2021) write it, slowly."""
    half = len(levels) // 2
    total = 0.5 * abs(y - quantiles[half])
    for k in range(half):
        low, high, alpha = quantiles[k], quantiles[-1 - k], 2 * levels[k]
        width = (high - low) + 2 / alpha * (max(low - y, 0) + max(y - high, 0))
        total += alpha / 2 * width
    return total / (half + 0.5)


@pytest.mark.parametrize("y", [-3.0, -0.2, 0.0, 1.7, 6.0])
def test_wis_is_the_weighted_interval_score(y):
    quantiles = norm.ppf(HUB_LEVELS)
    assert quantile_score(quantiles[:, None], HUB_LEVELS, np.array([y])).item() == pytest.approx(
        interval_form(quantiles, HUB_LEVELS, y)
    )


@pytest.mark.parametrize("y", [-2.0, 0.0, 0.5, 3.0])
def test_crps_of_a_normal(y):
    exact = y * (2 * norm.cdf(y) - 1) + 2 * norm.pdf(y) - 1 / np.sqrt(np.pi)
    assert crps(NORMAL, np.array([y])).item() == pytest.approx(exact, abs=0.005)


def test_crps_by_pairs():
    samples, y = np.array([[1.0], [4.0], [4.0], [9.0]]), 5.0
    pairs = np.abs(samples - samples.T).mean() / 2
    assert crps(samples, np.array([y])).item() == pytest.approx(np.abs(samples - y).mean() - pairs)


def test_wis_with_many_levels_is_the_crps():
    levels = tuple(np.linspace(0.0025, 0.9975, 400))
    assert wis(NORMAL, np.array([0.7]), levels=levels).item() == pytest.approx(crps(NORMAL, np.array([0.7])).item(), rel=0.01)


@given(st.floats(0, 1e6), st.integers(1, 30))
def test_a_perfect_forecast_costs_nothing(value, samples):
    sure = np.full((samples, 3), value)
    for score in (wis, log_wis, crps):
        assert score(sure, np.full(3, value)) == pytest.approx(np.zeros(3), abs=1e-6)
    # the only sample is one point: the score is the distance
    assert crps(sure, np.full(3, value + 5)) == pytest.approx(np.full(3, 5.0), rel=1e-6)


def test_log_score_cares_for_ratios():
    small, large = np.full((5, 1), 10.0), np.full((5, 1), 10_000.0)
    assert log_wis(small, np.array([20.0])).item() == pytest.approx(log_wis(large, np.array([20_000.0])).item(), rel=0.1)


def test_honest_forecasts_are_covered_and_others_not():
    rng = np.random.default_rng(1)
    samples, truth = rng.poisson(3, (400, 5000)), rng.poisson(3, 5000)
    places = pit(samples, truth, rng=rng)
    assert np.histogram(places, bins=10, range=(0, 1))[0] == pytest.approx(np.full(10, 500), abs=90)
    assert covered(places, 0.5).mean() == pytest.approx(0.5, abs=0.03)
    assert covered(places, 0.9).mean() == pytest.approx(0.9, abs=0.02)
    narrow = pit(np.full((400, 5000), 3), truth, rng=rng)
    assert covered(narrow, 0.9).mean() < 0.35


def test_what_has_not_come_true_yet_has_no_score():
    samples, truth = RNG.poisson(5, (50, 2)), np.array([4.0, np.nan])
    for score in (wis(samples, truth), log_wis(samples, truth), crps(samples, truth), bias(samples, truth)):
        assert np.isfinite(score[0])
        assert np.isnan(score[1])
    places = pit(samples, truth, rng=np.random.default_rng(0))
    assert np.isnan(covered(places, 0.9)[1])


def test_bias_has_a_side():
    assert bias(np.full((9, 1), 5.0), np.array([3.0])).item() == 1
    assert bias(np.full((9, 1), 5.0), np.array([8.0])).item() == -1
    assert bias(np.array([[1.0], [2.0], [3.0]]), np.array([2.0])).item() == 0


def test_brier_and_skill():
    assert brier(np.array([1.0, 0.0, 0.5]), np.array([1.0, 1.0, 0.0])).tolist() == [0, 1, 0.25]
    assert skill(0.5, 1.0) == 0.5
    assert skill(2.0, 1.0) == -1
    assert np.isnan(skill(0.0, 0.0))


def test_the_energy_score_knows_dependence():
    rng = np.random.default_rng(2)
    common = rng.standard_normal((200, 1))
    joint, apart = common + 0 * common.T[:, :3], rng.standard_normal((200, 3))
    truths = rng.standard_normal((60, 1)).repeat(3, axis=1)
    assert np.mean([energy_score(joint, t) for t in truths]) < np.mean([energy_score(apart, t) for t in truths])


def test_levels_must_be_chances():
    with pytest.raises(DataError, match="levels"):
        quantile_score(np.zeros((2, 1)), (0.0, 0.5), np.zeros(1))
