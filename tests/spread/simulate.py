"""A slow, obvious epidemic with known truth: the renewal equation, person by day, written as it is read."""

from __future__ import annotations

import numpy as np
import xarray as xr

FIRST = np.datetime64("2021-01-04")  # a Monday
WEEKDAYS = np.array([1.1, 1.2, 1.1, 1.05, 1.0, 0.85, 0.7])
GENERATION = np.array([0.0, 0.05, 0.15, 0.2, 0.2, 0.15, 0.1, 0.08, 0.05, 0.02])


def labelled(counts: np.ndarray, first: np.datetime64 = FIRST) -> xr.DataArray:
    """Counts (R, T) as the models take them."""
    counts = np.atleast_2d(np.asarray(counts, dtype=float))
    days = first + np.arange(counts.shape[1])
    regions = np.array([f"R{r:03d}" for r in range(len(counts))], dtype=object)
    return xr.DataArray(counts, {"region": regions, "date": days.astype("datetime64[ns]")}, ("region", "date"))


def smooth_reproduction(days: int, rng: np.random.Generator) -> np.ndarray:
    """R that swings slowly between about 0.75 and 1.35."""
    t = np.arange(days)
    slow = 0.25 * np.sin(2 * np.pi * (t / rng.uniform(120, 200) + rng.random()))
    return np.exp(slow + 0.05 * np.sin(2 * np.pi * (t / rng.uniform(50, 80) + rng.random())))


def lockdown_reproduction(days: int, rng: np.random.Generator) -> np.ndarray:
    """R of 1.3, cut to 0.75 on one day, creeping back; again and again."""
    result = np.empty(days)
    until = 0
    while until < days:
        open_, closed = int(rng.integers(40, 70)), int(rng.integers(40, 60))
        result[until : until + open_] = 1.3
        result[until + open_ : until + open_ + closed] = np.linspace(0.75, 0.95, closed)[: max(days - until - open_, 0)]
        until += open_ + closed
    return result


def renewal(
    reproduction: np.ndarray,
    start: float,
    rng: np.random.Generator,
    *,
    size: float = 20.0,
    weekdays: bool = False,
    brake: float = 0.05,
) -> tuple[np.ndarray, np.ndarray]:
    """Persons a day, and the R that held: today's are negative binomial around R times what earlier ones pass on.

    brake: R falls with the size of the wave, so that it neither dies out nor fills the world.
    """
    history = [start] * len(GENERATION)
    counts, truth = [], []
    for day, r in enumerate(reproduction):
        passed_on = 0.0
        for delay in range(1, len(GENERATION)):
            passed_on += GENERATION[delay] * history[-delay]
        held = r * np.exp(-brake * np.log((passed_on + 0.1) / start))
        infected = rng.poisson(rng.gamma(size, 1 / size) * held * passed_on)
        history.append(infected)
        factor = WEEKDAYS[day % 7] if weekdays else 1.0
        counts.append(rng.poisson(infected * factor) if weekdays else infected)
        truth.append(held)
    return np.array(counts, dtype=float), np.array(truth)


def country(kind, regions: int, days: int, seed: int, *, starts=(3, 200), **options) -> tuple[xr.DataArray, np.ndarray]:
    """Several regions of their own; counts labelled, truth (R, T)."""
    rng = np.random.default_rng(seed)
    sizes = np.exp(rng.uniform(np.log(starts[0]), np.log(starts[1]), regions))
    both = [renewal(kind(days, rng), size, rng, **options) for size in sizes]
    return labelled(np.stack([c for c, _ in both])), np.stack([r for _, r in both])


def joint_wave(
    regions: int, days: int, seed: int, *, level=(2, 40), growth_sd: float = 0.006
) -> tuple[xr.DataArray, np.ndarray]:
    """Counts of regions that share a wandering, fading growth; (R, T) counts and the log-means without weekdays."""
    rng = np.random.default_rng(seed)
    growth, common = 0.0, 0.0
    curve = []
    for _ in range(days):
        common += growth
        growth = 0.96 * growth - 0.0005 * common + growth_sd * rng.standard_normal()
        curve.append(common)
    base = np.log(rng.uniform(*level, regions))[:, None]
    own = np.cumsum(0.02 * rng.standard_normal((regions, days)), axis=1)
    log_mean = base + np.array(curve) + own
    mean = np.exp(log_mean) * WEEKDAYS[np.arange(days) % 7]
    return labelled(rng.poisson(rng.gamma(15, 1 / 15, mean.shape) * mean)), log_mean
