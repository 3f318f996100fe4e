"""Delays: zero means the same day, means are kept, growth and reproduction agree by Lotka and Euler."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from belvedere.errors import DataError
from belvedere.spread.delays import check_pmf, discretise_gamma, growth_to_reproduction


@given(mean=st.floats(0.5, 25), relative=st.floats(0.1, 1.2))
def test_the_mean_survives_and_chances_add_up(mean, relative):
    pmf = discretise_gamma(mean, mean * relative, tail=1e-7)
    assert pmf.sum() == pytest.approx(1)
    assert (pmf >= 0).all()
    assert np.arange(len(pmf)) @ pmf == pytest.approx(mean, rel=1e-3)


def test_against_counting_by_hand():
    rng = np.random.default_rng(1)
    exact = rng.gamma(4.0, 1.5, 2_000_000)
    days = np.floor(rng.random(len(exact)) + exact).astype(int)
    counted = np.bincount(days, minlength=40) / len(days)
    pmf = discretise_gamma(6.0, 3.0)
    assert np.abs(counted[: len(pmf)] - pmf).max() < 1e-3


def test_a_short_delay_happens_mostly_on_the_same_day():
    pmf = discretise_gamma(0.2, 0.1)
    assert pmf[0] == pytest.approx(0.8, abs=0.01)
    assert pmf[1] == pytest.approx(0.2, abs=0.01)


@pytest.mark.parametrize(("mean", "sd"), [(0, 1), (5, 0), (-1, 2)])
def test_impossible_moments(mean, sd):
    with pytest.raises(DataError, match="mean"):
        discretise_gamma(mean, sd)


def test_growth_and_reproduction():
    pmf = discretise_gamma(5, 2)
    assert growth_to_reproduction(0.0, pmf) == pytest.approx(1)
    # a single possible interval: R is the growth over it
    assert growth_to_reproduction(0.1, np.array([0, 0, 0, 0, 1.0])) == pytest.approx(np.exp(0.4))
    # gamma generation interval, Wallinga & Lipsitch 2007: R = (1 + r sd²/mean)^(mean²/sd²)
    assert growth_to_reproduction(0.05, pmf) == pytest.approx((1 + 0.05 * 4 / 5) ** (25 / 4), rel=0.005)
    assert (np.diff(growth_to_reproduction(np.linspace(-0.2, 0.2, 9), pmf)) > 0).all()


@pytest.mark.parametrize("wrong", [[0.5, 0.4], [1.5, -0.5], [], [np.nan, 1.0]])
def test_what_is_no_distribution_is_refused(wrong):
    with pytest.raises(DataError, match="generation"):
        check_pmf(np.array(wrong), "generation interval")
