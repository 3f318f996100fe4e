"""What cannot be true is set aside with its reason; what is merely odd stays."""

from __future__ import annotations

import numpy as np
import pytest

from belvedere.spread.screening import DOUBTFUL, FAILED, OK, Screening, screen

DAYS = np.datetime64("2021-01-04") + np.arange(90)


def counts(mean=20.0, regions=4, days=90, seed=0):
    rng = np.random.default_rng(seed)
    weekday = np.array([1.2, 1.3, 1.1, 1.0, 1.0, 0.8, 0.6])[np.arange(days) % 7, None]
    return rng.poisson(mean * weekday, (days, regions)).astype(float)


def check(values, **options):
    return screen(values, DAYS[: len(values)], **options)


@pytest.mark.parametrize("mean", [0.3, 2, 20, 500])
def test_honest_counts_are_left_alone(mean):
    values = counts(mean, regions=100)
    screened = check(values)
    assert np.array_equal(screened.counts, values)
    assert (screened.status == OK).mean() > 0.9


def test_a_steep_wave_is_no_jump_and_its_end_no_silence():
    days = np.arange(90)
    up = np.round(2 * np.exp(0.12 * np.minimum(days, 45)))
    wave = np.where(days > 45, np.round(up[45] * np.exp(-0.2 * (days - 45))), up)
    assert np.array_equal(check(np.stack([wave, up], axis=1)).counts, np.stack([wave, up], axis=1))


@pytest.mark.parametrize("day", [70, 86, 89])
def test_a_decimal_jump(day):
    values = counts()
    values[day, 1] *= 10
    screened = check(values)
    assert list(screened.status) == [OK, DOUBTFUL, OK, OK]
    assert np.isnan(screened.counts[day, 1])
    assert np.isnan(screened.counts).sum() == 1
    assert "1 day set aside" in screened.reasons[1][0]
    assert str(DAYS[day]) in screened.reasons[1][0]


@pytest.mark.parametrize("silence", [0.0, np.nan])
def test_a_silent_week(silence):
    values = counts()
    values[-7:, 2] = silence
    screened = check(values)
    assert list(screened.status) == [OK, OK, DOUBTFUL, OK]
    assert np.isnan(screened.counts[-7:, 2]).all()


def test_a_silent_week_in_the_middle_is_missing_not_zero():
    values = counts()
    values[70:77, 0] = 0
    assert np.isnan(check(values).counts[70:77, 0]).all()


def test_days_still_filling_up_are_not_blamed():
    values = counts()
    values[-7:] = 0
    filling = np.zeros(values.shape, dtype=bool)
    filling[-7:] = True
    assert (check(values, filling=filling).status == OK).all()


def test_below_zero_too_short_nothing_at_all_and_infinite():
    values = counts(regions=6)
    values[80, 0] = -3
    values[:70, 1] = np.nan
    values[:, 2] = 0
    values[:, 3] = np.nan
    values[85, 4] = np.inf
    screened = check(values)
    assert list(screened.status) == [DOUBTFUL, FAILED, DOUBTFUL, FAILED, DOUBTFUL, OK]
    assert "below zero" in screened.reasons[0][0]
    assert "20 days are known, 28 are needed" in screened.reasons[1]
    assert "nobody counted" in screened.reasons[2][0]
    assert not (screened.counts < 0).any()
    assert not np.isinf(screened.counts).any()


def test_old_trouble_is_set_aside_without_doubting_today():
    values = counts()
    values[10, 0] = -3
    screened = check(values)
    assert screened.status[0] == OK
    assert np.isnan(screened.counts[10, 0])


def test_a_series_that_reports_in_heaps_is_not_blamed_for_them():
    values = np.zeros((90, 1))
    values[1::7] = 14.0
    values[1::21] = 17.0
    assert np.array_equal(check(values).counts, values)


def test_the_report_names_every_region():
    values = counts()
    values[80, 0] = -3
    report = check(values).report(np.array(["A", "B", "C", "D"], dtype=object))
    assert report["status"].sel(region="A") == DOUBTFUL
    assert report["reason"].sel(region="B") == ""


@pytest.mark.parametrize("mean", [0.3, 2, 20, 500])
def test_a_week_ten_times_too_high_is_set_aside_in_regions_of_every_size(mean):
    values = counts(mean, regions=60)
    values[-7:] *= 10
    counted = values[-7:].sum(axis=0) > 0
    screened = check(values)
    assert (screened.status[counted] == DOUBTFUL).all()
    assert (np.nansum(screened.counts[-7:], axis=0) < 0.5 * values[-7:].sum(axis=0))[counted].mean() > 0.8


def test_one_day_ten_times_too_high_is_told_unless_such_days_are_usual():
    values = counts(6, regions=300)
    rng = np.random.default_rng(1)
    day = 90 - 1 - rng.integers(0, 7, 300)
    at = np.arange(300)
    values[day, at] = 10 * np.maximum(values[day, at], 1)
    screened = check(values)
    plain = values[day, at] > 25
    assert (screened.status[plain] == DOUBTFUL).all()
    assert np.isnan(screened.counts[day, at])[plain].mean() > 0.95


def test_a_source_that_rounds_to_tens_is_not_blamed_for_it():
    values = np.round(counts(30, regions=50) / 10) * 10
    wave = np.round(4 * 2 ** (np.arange(90) / 7 - 9)) * 10
    assert np.array_equal(check(values).counts, values)
    assert np.isfinite(check(wave[:, None]).counts).all()


def test_a_silent_week_where_few_come_is_doubtful_and_stays():
    values = np.zeros((90, 2))
    values[::2] = 1
    values[-7:] = 0
    values[::2, 1] = 0
    values[::15, 1] = 1
    screened = check(values)
    assert list(screened.status) == [DOUBTFUL, OK]
    assert "nobody counted for 7 days where about 4 were expected" in screened.reasons[0][0]
    assert np.array_equal(screened.counts, values)


@pytest.mark.parametrize("silent", [20, 30, 60])
def test_zeros_alone_never_fail_a_region(silent):
    values = np.vstack([np.full((90, 1), 4.0), np.zeros((silent, 1))])[-90:]
    screened = screen(values, np.datetime64("2021-01-04") + np.arange(90))
    assert screened.status[0] == DOUBTFUL


def test_every_limit_is_an_argument():
    values = counts()
    values[-10:, 0] = np.nan
    values[80, 1] *= 10
    rules = Screening(minimum_days=85, jump_factor=100, slip_odds=1e300, slip_doubt=1e300)
    screened = screen(values, DAYS, rules)
    assert list(screened.status) == [FAILED, OK, OK, OK]
    assert np.isfinite(screened.counts[80, 1])
