"""Failures planted into real French counts: none is ok, unless the planted figures are ordinary ones of that département."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from belvedere.spread.screening import FAILED, OK, screen
from tests.spread.simulate import labelled

DATES = ("2020-09-10", "2020-11-12", "2021-02-10", "2021-06-20", "2021-11-01", "2022-01-10", "2022-07-05")


class Planted(NamedTuple):
    kind: str
    weekly: float
    usual: bool
    status: str


def zeros(days, rng):
    days[:] = 0


def ten_times_a_day(days, rng):
    days[-1 - rng.integers(7)] *= 10


def ten_times_a_week(days, rng):
    days[-7:] *= 10


def zero_week(days, rng):
    days[-7:] = 0


def unknown_week(days, rng):
    days[-7:] = np.nan


def negative(days, rng):
    days[-1 - rng.integers(7)] = -3


def infinite(days, rng):
    days[-1 - rng.integers(7)] = np.inf


FAULTS = (zeros, ten_times_a_day, ten_times_a_week, zero_week, unknown_week, negative, infinite)


@pytest.fixture(scope="module")
def counts(data_folder) -> xr.DataArray:
    table = pd.read_parquet(data_folder / "france" / "hospital_flows_dep_day.parquet")
    wide = table.pivot(index="date", columns="dep_code", values="new_hosp")
    return labelled(wide.to_numpy(dtype=float).T, pd.to_datetime(wide.index).to_numpy().astype("datetime64[D]")[0])


@pytest.fixture(scope="module")
def planted(counts) -> list[Planted]:
    """A third of the départements of each date broken in some way, twice."""
    rng, found = np.random.default_rng(0), []
    for date in np.repeat(DATES, 2):
        past = counts.sel(date=slice(None, date)).isel(date=slice(-84, None))
        days, broken, who = past["date"].values.astype("datetime64[D]"), past.values.T.copy(), {}
        for r in np.flatnonzero(rng.random(past.sizes["region"]) < 0.35):
            fault = FAULTS[rng.integers(len(FAULTS))]
            fault(broken[:, r], rng)
            if not np.array_equal(broken[:, r], past.values[r], equal_nan=True):
                who[r] = fault.__name__
        status = screen(broken, days).status
        for r, kind in who.items():
            before = np.nan_to_num(past.values[r, -35:-7])
            changed = broken[:, r][broken[:, r] != past.values[r]]
            usual = changed.max() <= 2.5 * np.sort(before)[-3] if kind == ten_times_a_day.__name__ else False
            found.append(Planted(kind, before.sum() / 4, bool(usual), status[r]))
    return found


def ok_share(planted: list[Planted], kind, holds=lambda one: True) -> tuple[float, int]:
    """Share called ok, and of how many."""
    of = [one.status == OK for one in planted if one.kind == kind.__name__ and holds(one)]
    return float(np.mean(of)), len(of)


@pytest.mark.parametrize("kind", [zeros, ten_times_a_week, unknown_week, negative, infinite])
def test_never_ok(planted, kind):
    share, number = ok_share(planted, kind)
    assert number > 20
    assert share == 0


def test_a_silent_week_is_never_ok_where_five_were_expected_and_seldom_elsewhere(planted):
    assert ok_share(planted, zero_week, lambda one: one.weekly >= 5)[0] == 0
    assert ok_share(planted, zero_week)[0] < 0.1


def test_a_day_ten_times_too_high_is_never_ok_where_such_days_are_unusual(planted):
    share, number = ok_share(planted, ten_times_a_day, lambda one: not one.usual)
    assert number > 20
    assert share == 0
    assert ok_share(planted, ten_times_a_day)[0] < 0.1


def test_nothing_fails_unplanted_and_most_is_ok(counts):
    for date in pd.date_range("2020-08-01", "2022-10-01", freq="35D"):
        past = counts.sel(date=slice(None, date)).isel(date=slice(-84, None))
        status = screen(past.values.T, past["date"].values.astype("datetime64[D]")).status
        assert not (status == FAILED).any()
        assert (status == OK).mean() > 0.65
