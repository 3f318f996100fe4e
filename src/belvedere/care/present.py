"""Who is in bed today, by days since admission: known, or inferred from the admissions of the past."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from belvedere.care.stay import Stay
from belvedere.errors import DataError
from belvedere.ontology.dimensions import check_dims

DAY = np.timedelta64(1, "D")


def usable_counts(counts: xr.DataArray) -> xr.DataArray:
    """The counts as float; what cannot be a number of people (negative, fractional, infinite) becomes missing."""
    values = counts.astype(float)
    return values.where(np.isfinite(values) & (values >= 0) & (values == np.round(values)))


def inferred_elapsed(past_admissions: xr.DataArray, *, present: xr.DataArray, stays: Sequence[Stay], days: int) -> np.ndarray:
    """Expected patients in bed by elapsed days, of each stay, when only daily counts exist.

    past_admissions: persons a day, dims (region, date), up to and with today, no gap; a missing day counts as the mean of
    its week (the region's). present: persons in bed today, dim (region). days: classes of elapsed days; the last is open.
    Of those admitted a days ago S(a) are still here; the sum is scaled to the present census, so day 0 equals what is observed.
    A region with patients but no admission in sight has them in the last class: nothing says they came lately.
    Returns float, shape (stay, region, days); nan where the present census is missing.
    """
    check_dims(past_admissions, required=("region", "date"), optional=())
    check_dims(present, required=("region",), optional=())
    check_daily(past_admissions)
    admitted = filled(past_admissions).reindex(region=present.region).to_numpy()[:, ::-1]  # today first
    census = usable_counts(present).to_numpy()
    elapsed = np.arange(admitted.shape[1])
    shares = np.stack([fold(admitted * stay.at(elapsed), days) for stay in stays])
    total = shares.sum(axis=-1, keepdims=True)
    oldest = np.zeros(days)
    oldest[-1] = 1.0
    shares = np.where(total > 0, shares / np.where(total > 0, total, 1), oldest)
    return shares * census[:, None]


def known_elapsed(in_bed_since: xr.DataArray, *, present: xr.DataArray, days: int) -> np.ndarray:
    """Patients in bed by elapsed days, when the day of admission of each is known.

    in_bed_since: persons now in bed by day of admission, dims (region, date), the last date today.
    Returns float, shape (1, region, days), the last class open. Raises DataError when a region's patients do not sum to its
    present census: one of the two is wrong, and no choice between them is made here.
    """
    check_dims(in_bed_since, required=("region", "date"), optional=())
    check_daily(in_bed_since)
    since = usable_counts(in_bed_since).reindex(region=present.region).fillna(0.0)
    census = usable_counts(present).to_numpy()
    total = since.sum("date").to_numpy()
    if (wrong := np.flatnonzero(np.isfinite(census) & (total != census))).size:
        first = wrong[0]
        raise DataError(
            f"region {str(present.region.values[first])!r}: {total[first]:g} patients by day of admission, "
            f"but a present census of {census[first]:g}"
        )
    by_elapsed = fold(since.to_numpy()[:, ::-1], days)
    return np.where(np.isfinite(census)[:, None], by_elapsed, np.nan)[None]


def filled(counts: xr.DataArray) -> xr.DataArray:
    """Counts (region, date) with missing days at the mean of the seven days around them; 0 where all seven are missing."""
    values = usable_counts(counts)
    around = values.rolling(date=7, center=True, min_periods=1).mean()
    return values.fillna(around).fillna(0.0)


def bridged(values: np.ndarray) -> np.ndarray:
    """Missing days on a straight line between known ones, the nearest known at the ends; nan where nothing is known."""
    day, out = np.arange(values.shape[1]), values.copy()
    for row in out:
        if (known := np.isfinite(row)).any():
            row[:] = np.interp(day, day[known], row[known])
    return out


def fold(by_elapsed: np.ndarray, days: int) -> np.ndarray:
    """The first `days` classes of the last axis, everything later summed into the last of them; padded with 0."""
    shape = by_elapsed.shape[:-1]
    kept = np.zeros((*shape, days))
    n = min(days, by_elapsed.shape[-1])
    kept[..., :n] = by_elapsed[..., :n]
    kept[..., -1] += by_elapsed[..., days:].sum(axis=-1)
    return kept


def check_daily(counts: xr.DataArray) -> None:
    """Raises DataError unless the dates are every day, in order."""
    dates = counts["date"].values.astype("datetime64[D]")
    if dates.size < 2 or np.any(np.diff(dates) != DAY):
        raise DataError("the dates of an array must be at least two days in a row, in order and without a gap")
