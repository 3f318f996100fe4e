"""Where in the wave a day lies: growth, peak, decline or trough, judged afterwards from what came.

Method. m(t) is the mean of the seven days around t, x = log(m + 1). The growth of a week is half of x(t + 7) - x(t - 7). Above
`flat` the day lies in growth, below `-flat` in decline. In between it is a peak where the curve bends down
(x(t + 7) + x(t - 7) < 2 x(t)) and a trough where it does not. Both sides of the day are looked at, so this is a way to sort
past forecasts and never something a forecast may use.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from belvedere.errors import DataError
from belvedere.ontology.dimensions import check_dims

PHASES = ("growth", "peak", "decline", "trough")
WEEK = 7
KNOWN_DAYS = 4


def phases(counts: xr.DataArray, *, flat: float = 0.1) -> xr.DataArray:
    """Phase of each day of each region: a name of PHASES, or "" where a week before or after it is not known.

    counts: persons a day or present, dims (region, date), every day. flat: change of the logarithm in a week below which the
    curve counts as level (0.1: about 10 %). A mean needs at least four known days.
    Raises DataError for a threshold that is not above 0.
    """
    check_dims(counts, required=("region", "date"), optional=())
    if not flat > 0:
        raise DataError(f"flat: expected a change above 0, found {flat}")
    mean = counts.astype(float).rolling(date=WEEK, center=True, min_periods=KNOWN_DAYS).mean()
    level = np.log1p(mean.clip(min=0))
    before, after = level.shift(date=WEEK), level.shift(date=-WEEK)
    growth, bend = (after - before) / 2, after + before - 2 * level
    level_names = xr.where(bend < 0, "peak", "trough")
    found = xr.where(growth > flat, "growth", xr.where(growth < -flat, "decline", level_names))
    return found.where((growth + bend).notnull(), "").astype(object)
