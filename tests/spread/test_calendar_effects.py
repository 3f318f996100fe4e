"""Weekdays and holidays recovered from counts that follow them."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from belvedere.spread.calendar_effects import align_holidays, calendar_offset, centred_week, estimate_effects, weekday_numbers
from tests.spread.simulate import FIRST, WEEKDAYS

FACTORS = WEEKDAYS / WEEKDAYS.mean()


def test_weekday_numbers():
    assert list(weekday_numbers(np.array(["2021-01-04", "2021-01-10", "1969-12-31"], dtype="datetime64[D]"))) == [0, 6, 2]


def test_factors_of_large_counts_are_found_and_average_to_one():
    days = np.arange(84)
    mean = 400 * np.exp(0.01 * days)[:, None] * FACTORS[days % 7, None]
    effects = estimate_effects(np.random.default_rng(0).poisson(mean, (84, 5)), days % 7, np.zeros((84, 5), dtype=bool))
    assert effects.weekday.mean(axis=0) == pytest.approx(1)
    assert np.abs(effects.weekday - FACTORS[:, None]).max() < 0.06


def test_a_small_region_borrows_the_common_pattern():
    days = np.arange(84)
    rng = np.random.default_rng(1)
    counts = np.hstack([rng.poisson(300 * FACTORS[days % 7, None], (84, 8)), rng.poisson(0.2, (84, 1))])
    effects = estimate_effects(counts, days % 7, np.zeros(counts.shape, dtype=bool))
    assert np.abs(effects.weekday[:, 8] - FACTORS).max() < 0.15


def test_a_holiday_is_a_sunday_until_holidays_say_otherwise():
    days = np.arange(84)
    holidays = np.zeros((84, 3), dtype=bool)
    holidays[[9, 23, 38, 52]] = True
    factor = FACTORS[days % 7, None] * np.where(holidays, 0.5 * FACTORS[6] / FACTORS[days % 7, None], 1)
    counts = np.random.default_rng(2).poisson(500 * factor, (84, 3)).astype(float)
    seen = estimate_effects(counts, days % 7, holidays)
    none = estimate_effects(counts, days % 7, np.zeros_like(holidays))
    assert none.holiday == 1
    assert none.holidays_seen == 0
    assert seen.holidays_seen == 4
    assert 0.5 < seen.holiday < 0.75  # half a Sunday, drawn towards a whole one
    log_factors = seen.log_factors(np.array([1, 6]), np.array([[True] * 3, [True] * 3]))
    assert (log_factors <= np.log(seen.weekday[[1, 6]])).all()


def test_gaps_leave_the_rest_of_the_pattern_standing():
    days = np.arange(84)
    counts = np.random.default_rng(3).poisson(300 * FACTORS[days % 7, None], (84, 4)).astype(float)
    counts[30:50, 1] = np.nan
    assert np.abs(estimate_effects(counts, days % 7, np.zeros(counts.shape, bool)).weekday[:, 1] - FACTORS).max() < 0.1
    assert np.isnan(centred_week(counts)[27:53, 1]).all()


def test_habits_may_change_with_the_season():
    days = np.arange(364)
    factor = np.where(days < 182, FACTORS[days % 7], 1.0)
    counts = np.random.default_rng(4).poisson(500 * factor[:, None], (364, 2)).astype(float)
    offset = calendar_offset(counts, FIRST + days, np.zeros(counts.shape, dtype=bool))
    assert np.abs(offset[:182, 0] - np.log(FACTORS[days[:182] % 7])).max() < 0.06
    assert np.abs(offset[182:]).max() < 0.06


def test_holidays_are_found_by_date_and_region():
    region = xr.DataArray(np.array(["A", "B"], dtype=object), dims="region")
    days = FIRST + np.arange(5)
    everywhere = xr.DataArray([True], {"date": days[[2]].astype("datetime64[ns]")}, ("date",))
    assert align_holidays(everywhere, region, days).tolist() == [[False] * 2, [False] * 2, [True] * 2, [False] * 2, [False] * 2]
    one = xr.DataArray([[True]], {"region": np.array(["B"], dtype=object), "date": everywhere["date"]}, ("region", "date"))
    assert align_holidays(one, region, days)[2].tolist() == [False, True]
    assert not align_holidays(None, region, days).any()
