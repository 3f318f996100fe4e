"""Census ahead where admissions are not published: from those the census implies (care.implied), against other ways.

Spread's paths of admissions are used here as the corridor uses them.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from belvedere.care.census import census_paths
from belvedere.care.fit import fit_leaving, shared_groups
from belvedere.care.implied import ImpliedAdmissions, implied_admissions, over_candidates
from belvedere.care.level import LevelPrior
from belvedere.care.present import inferred_elapsed
from belvedere.care.stay import Stay
from belvedere.spread import admission_paths


def from_census(
    census: xr.DataArray,
    part: xr.DataArray,
    rng: np.random.Generator,
    *,
    stays: list[Stay],
    prior: LevelPrior,
    shared: float,
    samples: int,
    horizons: int,
    weeks: int,
    days: int,
) -> xr.DataArray:
    """Paths of a census from its own past."""
    today = census.isel(date=-1, drop=True)
    groups = shared_groups(part, regions=census.region.values, shared=shared)

    def run(one: ImpliedAdmissions, number: int) -> xr.Dataset:
        admissions = coming(one.admissions, rng, samples=number, horizons=horizons)
        in_bed = inferred_elapsed(one.admissions, present=today, stays=[one.stay], days=days)
        leaving = one.leaving.sample(samples=number, horizons=horizons, rng=rng, groups=groups)
        return census_paths(admissions, in_bed=in_bed, leaving=leaving, rng=rng)

    implied = implied_admissions(census, stays=stays, chances=np.ones(len(stays)), prior=prior, weeks=weeks)
    return over_candidates(implied, samples=samples, run=run).census


def from_admissions(
    past: dict[str, xr.DataArray],
    part: xr.DataArray,
    rng: np.random.Generator,
    *,
    stays: list[Stay],
    prior: LevelPrior,
    shared: float,
    samples: int,
    horizons: int,
    weeks: int,
    days: int,
) -> xr.DataArray:
    """The same where admissions are published: their own paths, stays fitted to the last weeks."""
    admissions = coming(past["admissions"], rng, samples=samples, horizons=horizons)
    fit = fit_leaving(past["admissions"], past["hospital"], stays=stays, chances=np.ones(len(stays)), prior=prior, weeks=weeks)
    groups = shared_groups(part, regions=admissions.region.values, shared=shared)
    leaving = fit.sample(samples=samples, horizons=horizons, rng=rng, groups=groups)
    today = past["hospital"].isel(date=-1, drop=True)
    in_bed = inferred_elapsed(past["admissions"], present=today, stays=fit.stays, days=days)
    return census_paths(admissions, in_bed=in_bed, leaving=leaving, rng=rng).census


def as_counts(census: xr.DataArray, rng: np.random.Generator, *, samples: int, horizons: int) -> xr.DataArray:
    """The census itself foretold as if it were admissions."""
    return coming(census, rng, samples=samples, horizons=horizons)


def coming(counts: xr.DataArray, rng: np.random.Generator, *, samples: int, horizons: int) -> xr.DataArray:
    paths = admission_paths(counts, rng=rng, samples=samples, horizon_days=horizons).paths
    return paths.drop_vars("date").astype(float)
