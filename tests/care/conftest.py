"""Arrays the tests of care/ share."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from belvedere.care.assess import Limits
from belvedere.care.level import LevelPrior

TODAY = np.datetime64("2020-11-01", "ns")


def dated(values, regions=None) -> xr.DataArray:
    """Array (region, date) whose last day is TODAY."""
    values = np.atleast_2d(np.asarray(values, dtype=float))
    regions = [f"r{i}" for i in range(values.shape[0])] if regions is None else regions
    days = TODAY - np.arange(values.shape[1])[::-1] * np.timedelta64(1, "D")
    return xr.DataArray(values, dims=("region", "date"), coords={"region": regions, "date": days})


def paths(values, regions=None) -> xr.DataArray:
    """Array (sample, region, horizon)."""
    values = np.asarray(values)
    regions = [f"r{i}" for i in range(values.shape[1])] if regions is None else regions
    coords = {"region": regions, "horizon": np.arange(1, values.shape[2] + 1)}
    return xr.DataArray(values, dims=("sample", "region", "horizon"), coords=coords)


def by_region(values, regions=None) -> xr.DataArray:
    """Array (region)."""
    values = np.asarray(values, dtype=float)
    return xr.DataArray(
        values, dims="region", coords={"region": [f"r{i}" for i in range(values.size)] if regions is None else regions}
    )


def constant(admissions: float, *, samples: int, regions: int, horizons: int) -> xr.DataArray:
    return paths(np.full((samples, regions, horizons), admissions))


@pytest.fixture
def prior() -> LevelPrior:
    return LevelPrior(
        mean=1, sd=0.5, region_sd=0.2, national_step=0.05, region_step=0.05, week_noise=0.01, weight=8, dispersion=1.2
    )


@pytest.fixture
def limits() -> Limits:
    return Limits(
        history_days=29,
        recent_days=7,
        jump_factor=4,
        jump_minimum=20,
        frozen_days=5,
        frozen_admissions=10,
        silent_expected=10,
        missing_share=0.2,
        vanished_minimum=4,
    )
