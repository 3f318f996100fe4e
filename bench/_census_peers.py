"""What the census model is held against besides `outlook.baselines`: a fixed length of stay, a share for intensive
care, and persistence drawn for all regions at once, so that sums can be made of it."""

from __future__ import annotations

import numpy as np

WEEKS = 4


def persistence(census: np.ndarray, *, samples: int, horizons: int, rng: np.random.Generator) -> np.ndarray:
    """Today's census, plus changes over as many days drawn from the last eight weeks, both signs; (sample, region, horizon)."""
    past = census[:, -56:]
    paths = np.empty((samples, census.shape[0], horizons))
    for h in range(1, horizons + 1):
        changes = past[:, h:] - past[:, :-h]
        drawn = changes[:, rng.integers(0, changes.shape[1], samples)].T
        paths[:, :, h - 1] = census[:, -1] + np.nan_to_num(drawn) * rng.choice([-1, 1], (samples, 1))
    return np.maximum(paths, 0)


def fixed_stay(entries: np.ndarray, census: np.ndarray, coming: np.ndarray) -> np.ndarray:
    """Everyone stays the same number of days, census over entries of the last 28; those in bed leave evenly over that time."""
    stay = np.nansum(census[:, -28:]) / np.nansum(entries[:, -28:])
    days = max(round(stay), 1)
    paths = np.empty_like(coming)
    for h in range(coming.shape[2]):
        still = census[:, -1] * max(1 - (h + 1) / days, 0)
        paths[:, :, h] = still + coming[:, :, max(h + 1 - days, 0) : h + 1].sum(axis=2)
    return paths


def icu_share(admissions: np.ndarray, icu_entries: np.ndarray, coming: np.ndarray, *, rng: np.random.Generator) -> np.ndarray:
    """ICU entries of each day as the last 28 days' share of admissions, weeks bootstrapped, binomial."""
    came, entered = (
        np.nan_to_num(v[:, -7 * WEEKS :]).reshape(v.shape[0], WEEKS, 7).sum(axis=2) for v in (admissions, icu_entries)
    )
    drawn = rng.integers(0, WEEKS, (coming.shape[0], WEEKS))
    nation = entered.sum() / came.sum()
    share = (entered[:, drawn].sum(axis=2) + nation) / (came[:, drawn].sum(axis=2) + 1)
    return rng.binomial(coming.astype(np.int64), np.clip(share.T, 0, 1)[:, :, None]).astype(float)
