"""Delays as discrete distributions: entry d is the chance of a delay of d days, and 0 means the same day."""

from __future__ import annotations

import numpy as np
from scipy.special import gammainc

from belvedere.errors import DataError


def discretise_gamma(mean: float, sd: float, *, tail: float = 1e-4) -> np.ndarray:
    """Chance of each whole number of days between two events whose exact distance is gamma distributed, shape (D,), sum 1.

    mean, sd: of the distance, days. The first event falls anywhere within its day, so the mean is kept to the exact digit
    (up to the `tail` of chance cut off). Cori et al. (2013), Am. J. Epidemiol. 178:1505, web appendix 11; here without
    their shift by one day.
    """
    if not (mean > 0 and sd > 0):
        raise DataError(f"a delay needs mean and sd above zero, found mean {mean:g}, sd {sd:g}")
    shape, scale = (mean / sd) ** 2, sd**2 / mean
    days = np.arange(-1, int(mean + 40 * sd) + 3)
    x = np.maximum(days, 0) / scale
    # integral of the distribution function from 0 to the day
    below = np.maximum(days, 0) * gammainc(shape, x) - mean * gammainc(shape + 1, x)
    pmf = np.maximum(below[2:] - 2 * below[1:-1] + below[:-2], 0)
    last = np.searchsorted(np.cumsum(pmf), 1 - tail)
    return pmf[: last + 1] / pmf[: last + 1].sum()


def check_pmf(pmf: np.ndarray, name: str) -> np.ndarray:
    """The chances as a float array; raises DataError if they are none: negative, or not adding up to one."""
    chances = np.asarray(pmf, dtype=float)
    if chances.ndim != 1 or len(chances) == 0 or not np.isfinite(chances).all() or (chances < 0).any():
        raise DataError(f"{name}: expected chances by day, from delay 0, none below zero")
    if abs(chances.sum() - 1) > 1e-6:
        raise DataError(f"{name}: the chances add up to {chances.sum():g}, expected 1")
    return chances


def growth_to_reproduction(growth: float | np.ndarray, generation: np.ndarray) -> np.ndarray:
    """Reproduction number at a constant growth rate (per day): 1 / sum of g[s] exp(-growth s) (Lotka–Euler).

    Wallinga & Lipsitch (2007), Proc. R. Soc. B 274:599.
    """
    days = np.arange(len(generation))
    return 1 / (generation * np.exp(-np.asarray(growth, dtype=float)[..., None] * days)).sum(axis=-1)
