"""Patients of other illnesses in the same beds: paths of their census for the coming days.

Demand counts everyone in the bed. The others change slowly, week by week and by weekday, so the forecast is the level of the
last week, plus what of today's distance from it usually lasts, times the weekday's pattern. Its uncertainty is how far that
same rule was off before: an origin in the past is drawn for each sample, and the errors of all regions after it are taken
together, with either sign. A few months cannot show how far all regions may move together (care put off, a season): that
drift is given.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from belvedere.care.census import PATH
from belvedere.care.level import WEEK
from belvedere.care.present import bridged, check_daily, usable_counts
from belvedere.errors import DataError
from belvedere.ontology.dimensions import check_dims

DAY = np.timedelta64(1, "D")


def other_patients(
    others: xr.DataArray,
    *,
    rng: np.random.Generator,
    samples: int,
    horizons: int,
    days: int,
    pooled_persons: float,
    common_drift: float,
) -> xr.DataArray:
    """Census of the patients of other illnesses.

    others: persons in bed, dims (region, date), every day, the last one today: all patients less those of the epidemic; nan
    where either is not known. What cannot be a number of people counts as not known.
    days: last days to learn from; at least horizons + 3 weeks. pooled_persons: patient-days of all regions' weekday pattern
    that a region's own is mixed with. common_drift: standard deviation a week of a drift of all regions together, as a share.
    Returns persons, whole and at least 0, dims (sample, region, horizon). A region is nan when nothing is known in the last
    week or on more than half of the days; the others do not feel it.
    Raises DataError for dates with gaps, or fewer days than it takes.
    """
    check_dims(others, required=("region", "date"), optional=())
    check_daily(others)
    window = usable_counts(others).isel(date=slice(-days, None))
    counts, dates = window.to_numpy(), window["date"].values.astype("datetime64[D]")
    if counts.shape[1] < horizons + 3 * WEEK:
        raise DataError(f"paths of {horizons} days take {horizons + 3 * WEEK} days of other patients, found {counts.shape[1]}")
    usable = np.isfinite(counts[:, -WEEK:]).any(axis=1) & (np.isfinite(counts).mean(axis=1) > 0.5)
    paths = np.full((samples, counts.shape[0], horizons), np.nan)
    if usable.any():
        known = counts[usable]
        factor = weekday_factors(known, weekday(dates), pooled_persons=pooled_persons)
        ahead = weekday(dates[-1] + DAY * np.arange(1, horizons + 1))
        # square roots: the spread of counts is then much the same for many and for few
        roots = np.sqrt(bridged(known / factor[:, weekday(dates)]))
        levels = _last_week(roots)
        lasting, errors = past_errors(roots, levels, horizons)
        drawn = errors[rng.integers(0, len(errors), samples)] * rng.choice([-1.0, 1.0], (samples, 1, 1))
        usual = levels[:, -1:] + lasting * (roots - levels)[:, -1:]
        together = np.exp(np.cumsum(rng.standard_normal((samples, 1, horizons)) * common_drift / np.sqrt(WEEK), axis=2))
        paths[:, usable] = np.round(np.maximum(usual + drawn, 0.0) ** 2 * together * factor[:, ahead])
    coords = {"region": others.region.values, "horizon": np.arange(1, horizons + 1)}
    return xr.DataArray(paths, dims=PATH, coords=coords)


def weekday(dates: np.ndarray) -> np.ndarray:
    """0 = Monday … 6 = Sunday."""
    return (dates.astype("datetime64[D]").astype(np.int64) + 3) % WEEK


def weekday_factors(counts: np.ndarray, weekdays: np.ndarray, *, pooled_persons: float) -> np.ndarray:
    """Each weekday's census over that of the week around it, shape (region, 7); counts (region, day), nan where not known."""
    around = _mean(np.lib.stride_tricks.sliding_window_view(counts, WEEK, axis=1))
    inner = slice(WEEK // 2, counts.shape[1] - WEEK // 2)
    count, ok = counts[:, inner], np.isfinite(counts[:, inner]) & np.isfinite(around)
    of_day = (weekdays[inner, None] == np.arange(WEEK)).astype(float)
    found = np.einsum("rt,td->rd", np.where(ok, count, 0.0), of_day)
    expected = np.einsum("rt,td->rd", np.where(ok, around, 0.0), of_day)
    common = (found.sum(axis=0) + 1) / (expected.sum(axis=0) + 1)
    return (found + pooled_persons * common) / (expected + pooled_persons)


def past_errors(roots: np.ndarray, levels: np.ndarray, horizons: int) -> tuple[np.ndarray, np.ndarray]:
    """What of a day's distance from its level lasted, shape (horizon,), and how far the days after it then lay from what that
    lets expect, shape (origin, region, horizon), oldest origin first.
    """
    ahead = np.lib.stride_tricks.sliding_window_view(roots[:, WEEK:], horizons, axis=1)
    origins = slice(WEEK - 1, WEEK - 1 + ahead.shape[1])
    away, after = (roots - levels)[:, origins, None], ahead - levels[:, origins, None]
    spread = (away**2).sum()
    lasting = np.clip((away * after).sum(axis=(0, 1)) / spread, 0, 1) if spread > 0 else np.zeros(horizons)
    return lasting, (after - lasting * away).transpose(1, 0, 2)


def _last_week(values: np.ndarray) -> np.ndarray:
    """Mean of each day and the six before, shape as given; the first days have fewer."""
    total = np.cumsum(values, axis=1)
    total[:, WEEK:] = total[:, WEEK:] - total[:, :-WEEK]
    return total / np.minimum(np.arange(1, values.shape[1] + 1), WEEK)


def _mean(windows: np.ndarray) -> np.ndarray:
    """Mean of what is known along the last axis; nan where nothing is."""
    known = np.isfinite(windows)
    return np.divide(
        np.where(known, windows, 0.0).sum(axis=-1),
        known.sum(axis=-1),
        out=np.full(known.shape[:-1], np.nan),
        where=known.any(axis=-1),
    )
