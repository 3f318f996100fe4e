"""The peers: held at the last value, spread by past changes, blind to what comes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from belvedere.outlook import baselines


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_persistence_draws_past_changes_of_the_same_length_and_their_opposites():
    past = np.array([[100.0, 110, 90, 95, 120]])
    paths = baselines.persistence(past, steps=2, samples=4000, rng=rng(), window=5)
    one, two = np.diff(past[0]), past[0, 2:] - past[0, :-2]
    assert set(paths[:, 0, 0]) == {120 + c for c in (*one, *-one)}
    assert set(paths[:, 0, 1]) == {120 + c for c in (*two, *-two)}


def test_persistence_looks_no_further_back_than_its_window():
    past = np.array([[0.0, 1000, 50, 51, 52]])
    paths = baselines.persistence(past, steps=1, samples=500, rng=rng(), window=3)
    assert set(paths[:, 0, 0]) == {51, 53}


def test_the_hub_baseline_adds_up_steps_and_holds_the_median():
    past = 500 + np.cumsum(rng(4).normal(0, 5, (2, 80)), axis=1)
    paths = baselines.hub_baseline(past, steps=9, samples=3001, rng=rng())
    np.testing.assert_allclose(np.median(paths, axis=0), np.repeat(past[:, -1:], 9, axis=1))
    wide = paths.std(axis=0)
    np.testing.assert_allclose(wide[:, 8] / wide[:, 0], 3, rtol=0.1)  # a sum of nine independent steps


def test_daily_counts_know_their_weekday():
    week = np.array([10.0, 20, 30, 40, 50, 5, 1])
    paths = baselines.by_weekday(baselines.hub_baseline, np.tile(week, 6)[None, 3:], days=10, samples=7, rng=rng())
    # The past ends on a Sunday and never changed from week to week.
    np.testing.assert_array_equal(paths, np.broadcast_to([*week, *week[:3]], (7, 1, 10)))


def test_everyone_leaves_at_the_share_of_the_last_four_weeks():
    days, share = 60, 0.1
    census = np.full((1, days), 1000.0)
    entries = np.full((1, days), 100.0)
    paths = baselines.exponential_discharge(entries, census, np.zeros((400, 1, 20)), rng=rng())
    np.testing.assert_allclose(paths[:, 0, -1].mean(), 1000 * (1 - share) ** 20, rtol=0.03)


def test_what_is_not_known_stays_unknown_and_disturbs_nobody():
    past = np.full((3, 40), 7.0)
    past[1] = np.nan
    past[2, -3:] = np.nan
    for model in (
        lambda: baselines.persistence(past, steps=4, samples=9, rng=rng(), window=30),
        lambda: baselines.hub_baseline(past, steps=4, samples=9, rng=rng()),
        lambda: baselines.by_weekday(baselines.hub_baseline, past, days=9, samples=9, rng=rng()),
    ):
        paths = model()
        assert np.isnan(paths[:, 1]).all()
        assert (paths[:, [0, 2]] == 7).all()
    census = np.array([[5.0] * 40, [np.nan] * 40])
    paths = baselines.exponential_discharge(np.zeros((2, 40)), census, np.zeros((9, 2, 4)), rng=rng())
    assert np.isnan(paths[:, 1]).all()
    assert np.isfinite(paths[:, 0]).all()


def test_weekly_sums_end_on_the_last_day():
    np.testing.assert_array_equal(baselines.weekly_sums(np.arange(16.0)[None]), [[35, 84]])


@given(st.integers(0, 10_000), st.integers(1, 6), st.integers(3, 40))
def test_no_baseline_foretells_fewer_than_none(seed, steps, length):
    past = rng(seed).poisson(2, (2, length)).astype(float)
    assert (baselines.persistence(past, steps=min(steps, length - 1), samples=5, rng=rng(), window=26) >= 0).all()
    assert (baselines.hub_baseline(past, steps=steps, samples=5, rng=rng()) >= 0).all()


@pytest.mark.parametrize("values", [np.array([[1.0, np.nan, 3.0]])])
def test_only_known_values_are_drawn(values):
    drawn = baselines.draw_known(values, 2000, rng())
    assert set(drawn[:, 0]) == {1, 3}
    assert abs((drawn == 1).mean() - 0.5) < 0.05
