"""What a forecast must beat to be worth its trouble: forecasts that know nothing but the past of the same series.

Shapes: past (R, T), the last step today, nan = not known; what is returned has shape (S, R, K), samples by region by step
ahead, nan in a region of which nothing is known. A sum over regions is foretold from its own past, as hubs do.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

WEEK = 7
WINDOW_WEEKS = 26
WINDOW_DAYS = 56
RATE_WEEKS = 4


def persistence(past: np.ndarray, *, steps: int, samples: int, rng: np.random.Generator, window: int) -> np.ndarray:
    """The last value goes on. Around it, the changes over as many steps seen among the last `window`, and their opposites."""
    recent, last = past[:, -window:], last_known(past)
    paths = np.empty((samples, len(past), steps))
    for step in range(1, steps + 1):
        change = draw_known(recent[:, step:] - recent[:, :-step], samples, rng)
        paths[:, :, step - 1] = last + change * rng.choice((-1, 1), change.shape)
    return np.maximum(paths, 0)


def hub_baseline(past: np.ndarray, *, steps: int, samples: int, rng: np.random.Generator) -> np.ndarray:
    """The baseline of the forecast hubs: all past one-step changes and their opposites, added up step by step, the median held
    at the last value. Cramer et al. (2022), Proc. Natl. Acad. Sci. 119:e2113561119, supplement.
    """
    change, last = np.diff(past, axis=1), last_known(past)
    both = np.concatenate([change, -change], axis=1)
    paths, path = np.empty((samples, len(past), steps)), np.zeros((samples, len(past)))
    for step in range(steps):
        path = path + draw_known(both, samples, rng)
        paths[:, :, step] = last + path - np.median(path, axis=0)
    return np.maximum(paths, 0)


def by_weekday(
    model: Callable[..., np.ndarray], past: np.ndarray, *, days: int, samples: int, rng: np.random.Generator, **options
) -> np.ndarray:
    """A weekly model of each weekday by itself, for daily counts that know Sundays: step k is the same weekday k weeks on.

    past (R, T) by day; returns (S, R, days).
    """
    whole = past[:, past.shape[1] % WEEK :]
    apart = whole.reshape(len(past), -1, WEEK).transpose(0, 2, 1).reshape(len(past) * WEEK, -1)
    weeks = -(-days // WEEK)
    paths = model(apart, steps=weeks, samples=samples, rng=rng, **options)
    return paths.reshape(samples, len(past), WEEK, weeks).transpose(0, 1, 3, 2).reshape(samples, len(past), -1)[:, :, :days]


def exponential_discharge(
    entries: np.ndarray, census: np.ndarray, coming: np.ndarray, *, rng: np.random.Generator
) -> np.ndarray:
    """Census when each day the same share of those in bed leaves: the share of the last four weeks, which are bootstrapped.

    entries, census: (R, T) by day. coming: entries ahead, (S, R, K), whole persons. The share of a region leans on that of all
    with the weight of one patient-day. nan where the census of today or the entries ahead are not known.
    """
    left = entries[:, -WEEK * RATE_WEEKS :] - np.diff(census[:, -WEEK * RATE_WEEKS - 1 :], axis=1)
    before = census[:, -WEEK * RATE_WEEKS - 1 : -1]
    known = np.isfinite(left) & np.isfinite(before)
    left, before = (np.where(known, v, 0).reshape(len(census), RATE_WEEKS, WEEK).sum(axis=2) for v in (left, before))
    drawn = rng.integers(0, RATE_WEEKS, (len(coming), RATE_WEEKS))
    common = left.sum() / before.sum() if before.sum() > 0 else 0.0
    rate = (left[:, drawn].sum(axis=2) + common) / (before[:, drawn].sum(axis=2) + 1)
    return discharge(census[:, -1], coming, np.clip(rate.T, 0, 1), rng=rng)


def discharge(start: np.ndarray, coming: np.ndarray, rate: np.ndarray, *, rng: np.random.Generator) -> np.ndarray:
    """Binomial leavers of everyone in bed at the start of the day; start (R), coming (S, R, K), rate (S, R)."""
    usable = np.isfinite(start) & np.isfinite(coming).all(axis=(0, 2))
    entering = np.where(usable[:, None], coming, 0).astype(np.int64)
    present = np.broadcast_to(np.where(usable, start, 0), coming.shape[:2]).astype(np.int64)
    paths = np.empty(coming.shape)
    for step in range(coming.shape[2]):
        present = present - rng.binomial(present, rate) + entering[:, :, step]
        paths[:, :, step] = present
    return np.where(usable[:, None], paths, np.nan)


def weekly_sums(days: np.ndarray) -> np.ndarray:
    """Sums of whole weeks, the last of which ends on the last day: (…, T) to (…, T // 7); nan where a day is."""
    return days[..., days.shape[-1] % WEEK :].reshape(*days.shape[:-1], -1, WEEK).sum(axis=-1)


def last_known(past: np.ndarray) -> np.ndarray:
    """The newest known value of each region, nan where none is: (R, T) to (R,)."""
    known = np.isfinite(past)
    newest = past.shape[1] - 1 - known[:, ::-1].argmax(axis=1)
    return np.where(known.any(axis=1), past[np.arange(len(past)), newest], np.nan)


def draw_known(values: np.ndarray, samples: int, rng: np.random.Generator) -> np.ndarray:
    """Draws with replacement from the known values of each row: (R, N) to (S, R), nan where a row knows none."""
    known = np.isfinite(values)
    number = known.sum(axis=1)
    first = np.take_along_axis(values, np.argsort(~known, axis=1, kind="stable"), axis=1) if values.shape[1] else values
    if not values.shape[1]:
        return np.full((samples, len(values)), np.nan)
    index = (rng.random((samples, len(values))) * number).astype(int)
    return np.where(number > 0, first[np.arange(len(values)), index], np.nan)
