from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from belvedere.health.neighbourhood import (
    anscombe,
    expected_log,
    from_log,
    local_spread,
    median_last,
    now_and_then,
    to_log,
    weekday_effect,
)
from tests.health.conftest import WEEKDAYS


@given(arrays(float, (3, 7), elements=st.one_of(st.just(np.nan), st.floats(-9, 9))))
def test_the_fast_median_is_numpys(values):
    full = values[~np.isnan(values).all(axis=1)]
    np.testing.assert_allclose(median_last(full), np.nanmedian(full, axis=1))


@given(st.floats(2, 30), st.floats(1, 50))
def test_exponential_growth_is_expected_exactly(doubling, level):
    logs = np.log(level) + np.log(2) * np.arange(60)[None, :] / doubling
    np.testing.assert_allclose(expected_log(logs, np.zeros(logs.shape))[:, 7:-7], logs[:, 7:-7], atol=1e-9)


def test_weekdays_are_found_on_a_smooth_level():
    logs = np.log(1000 * WEEKDAYS[np.arange(84) % 7])[None, :]
    effect = weekday_effect(logs)[0]
    found = np.exp(effect[42:49] - effect[42:49].mean())
    np.testing.assert_allclose(found / found.mean(), WEEKDAYS / WEEKDAYS.mean(), rtol=0.05)


def test_the_expectation_does_not_look_at_the_day_itself():
    counts = np.full((1, 60), 100.0)
    counts[0, 30] = 5000
    logs = to_log(counts)
    assert abs(from_log(expected_log(logs, weekday_effect(logs)))[0, 30] - 100) < 1


def test_noise_of_a_poisson_count_is_one_on_the_anscombe_scale():
    counts = np.random.default_rng(1).poisson(50, (40, 280)).astype(float)
    residual = anscombe(counts) - anscombe(np.full(counts.shape, 50.0))
    assert 0.9 < np.median(local_spread(residual, floor=0)) < 1.5


def test_zeros_without_neighbours_and_negatives_have_no_false_logs():
    assert np.isnan(to_log(np.array([[-3.0]]))).all()
    assert from_log(to_log(np.array([[0.0]])))[0, 0] == 0


def test_a_series_published_now_and_then_is_recognised():
    weekly = np.zeros((1, 112))
    weekly[0, ::6] = 90
    steady = np.full((1, 112), 90.0)
    rare = np.random.default_rng(2).poisson(0.4, (1, 112)).astype(float)
    assert now_and_then(weekly, 20)[:, :84].all()
    assert not now_and_then(steady, 20).any()
    assert not now_and_then(rare, 20).any()
