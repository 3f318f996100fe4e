"""What a count should be, judged by the days around it: robust to the fault itself, to weekdays and to exponential growth.

On the log scale growth is a straight line, so the mean of the days k before and k after a day equals that day, whatever the doubling
time; the median over several k forgives neighbours that are wrong too. Noise is judged on the Anscombe scale, on which a Poisson
count has a standard deviation of one whatever its mean (Anscombe 1948, Biometrika 35:246).
"""

from __future__ import annotations

import numpy as np

REACH = (1, 2, 3, 4, 7)
WEEKS = (1, 2, 3, 4)
WEEK = 7
MAD_TO_SD = 1.4826
SPREAD_BLOCK = 28


def to_log(counts: np.ndarray) -> np.ndarray:
    """log(count + 1/2): defined at zero, close to the log elsewhere. Negative counts have no logarithm: NaN."""
    with np.errstate(invalid="ignore"):
        return np.log(np.where(counts < 0, np.nan, counts) + 0.5)


def from_log(logs: np.ndarray) -> np.ndarray:
    """The count again, never below zero."""
    return np.maximum(np.exp(logs) - 0.5, 0.0)


def anscombe(counts: np.ndarray) -> np.ndarray:
    """2 sqrt(count + 3/8): unit variance for a Poisson count."""
    return 2 * np.sqrt(np.maximum(counts, 0) + 0.375)


def median_last(values: np.ndarray) -> np.ndarray:
    """Median over the last axis without NaN (NaN when nothing is left); many times faster than numpy.nanmedian on short axes."""
    ordered = np.sort(values, axis=-1)
    n = (~np.isnan(ordered)).sum(axis=-1)
    low = np.take_along_axis(ordered, np.maximum((n - 1) // 2, 0)[..., None], axis=-1)[..., 0]
    high = np.take_along_axis(ordered, np.minimum(n // 2, ordered.shape[-1] - 1)[..., None], axis=-1)[..., 0]
    return np.where(n > 0, (low + high) / 2, np.nan)


def shifted(values: np.ndarray, by: int) -> np.ndarray:
    """out[:, t] = values[:, t - by]; NaN beyond the ends."""
    out = np.full(values.shape, np.nan)
    length = values.shape[1]
    if abs(by) < length:
        if by > 0:
            out[:, by:] = values[:, :-by]
        elif by < 0:
            out[:, :by] = values[:, -by:]
        else:
            out[:] = values
    return out


def weekday_effect(logs: np.ndarray) -> np.ndarray:
    """How far the weekday usually lies above the week's level, shape (P, T), from the four weeks before and after (not the day itself)."""
    week = np.stack([shifted(logs, k) for k in range(-3, 4)], axis=-1)
    away = logs - median_last(week)
    same_day = np.stack([shifted(away, sign * WEEK * j) for j in WEEKS for sign in (-1, 1)], axis=-1)
    return np.nan_to_num(median_last(same_day))


def expected_log(logs: np.ndarray, effect: np.ndarray) -> np.ndarray:
    """The day as its neighbours tell it, with the weekday `effect` put back; at the ends, extrapolated from one side. Shape (P, T)."""
    level = logs - effect
    between = np.stack([(shifted(level, k) + shifted(level, -k)) / 2 for k in REACH], axis=-1)
    onward = np.stack([2 * shifted(level, k) - shifted(level, 2 * k) for k in REACH[:3]], axis=-1)
    backward = np.stack([2 * shifted(level, -k) - shifted(level, -2 * k) for k in REACH[:3]], axis=-1)
    two_sided = (~np.isnan(between)).sum(axis=-1) >= 3
    one_sided = median_last(np.concatenate([onward, backward, between], axis=-1))
    return np.where(two_sided, median_last(between), one_sided) + effect


def local_spread(residual: np.ndarray, floor: float = 1.0) -> np.ndarray:
    """Robust standard deviation in blocks of four weeks, the larger of a block and its neighbours, not below `floor`. Shape (P, T)."""
    places, length = residual.shape
    blocks = -(-length // SPREAD_BLOCK)
    padded = np.full((places, blocks * SPREAD_BLOCK), np.nan)
    padded[:, :length] = np.abs(residual)
    spread = MAD_TO_SD * median_last(padded.reshape(places, blocks, SPREAD_BLOCK))
    wide = np.fmax(np.fmax(shifted(spread, 1), shifted(spread, -1)), spread)
    return np.fmax(np.repeat(wide, SPREAD_BLOCK, axis=1)[:, :length], floor)
