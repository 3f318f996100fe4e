"""What a count should be, judged by the days around it: robust to the fault itself, to weekdays and to exponential growth.

On the log scale growth is a straight line, so the mean of the days k before and k after a day equals that day, whatever the
doubling time; the median over several k forgives neighbours that are wrong too. Noise is judged on the Anscombe scale, on
which a
Poisson count has a standard deviation of one whatever its mean (Anscombe 1948, Biometrika 35:246).
"""

from __future__ import annotations

import numpy as np

REACH = (1, 2, 3, 4, 7)
WEEKS = (1, 2, 3, 4)
WEEK = 7
MAD_TO_SD = 1.4826
SPREAD_BLOCK = 28
OFTEN_ZERO = 0.4
UPPER, UPPER_Z = 0.85, 1.44
"""85 % of a normal variable lie within 1.44 standard deviations."""


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
    """Median over the last axis without NaN (NaN when nothing is left); much faster than numpy.nanmedian on short axes."""
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
    """How far the weekday usually lies above the week's level, shape (P, T), from the four weeks before and after (not the
    day itself).
    """
    week = np.stack([shifted(logs, k) for k in range(-3, 4)], axis=-1)
    away = logs - median_last(week)
    same_day = np.stack([shifted(away, sign * WEEK * j) for j in WEEKS for sign in (-1, 1)], axis=-1)
    return np.nan_to_num(median_last(same_day))


def expected_log(logs: np.ndarray, effect: np.ndarray) -> np.ndarray:
    """The day as its neighbours tell it, with the weekday `effect` put back. Shape (P, T).

    Where fewer than three pairs of neighbours are known (the ends, and beside gaps): the median of the seven days on either
    side.
    """
    level = logs - effect
    between = np.stack([(shifted(level, k) + shifted(level, -k)) / 2 for k in REACH], axis=-1)
    out = median_last(between)
    row, column = np.nonzero(~two_sided(logs))
    out[row, column] = median_last(np.stack(side_medians(level, row, column), axis=-1))
    return out + effect


def two_sided(logs: np.ndarray) -> np.ndarray:
    """Whether at least three pairs of neighbours are known, shape (P, T)."""
    pairs = [~np.isnan(shifted(logs, k)) & ~np.isnan(shifted(logs, -k)) for k in REACH]
    return np.sum(pairs, axis=0) >= 3


def side_medians(level: np.ndarray, row: np.ndarray, column: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Median of the seven days before, and of the seven after, the cells (row, column); each of their shape."""
    days = np.arange(1, WEEK + 1)
    padded = np.pad(level, ((0, 0), (WEEK, WEEK)), constant_values=np.nan)
    at = column[:, None] + WEEK
    return median_last(padded[row[:, None], at - days]), median_last(padded[row[:, None], at + days])


def local_spread(residual: np.ndarray, floor: float = 1.0) -> np.ndarray:
    """Robust standard deviation in blocks of four weeks, the larger of a block and its neighbours, not below `floor`. Shape
    (P, T).

    The larger of two estimates: from the median, and from the 85 % quantile of the absolute residuals. The second sees
    series that are published now and then, whose median is zero; it forgives four wrong days in a block.
    """
    ordered, n = _blocks(np.abs(residual))
    upper = _upper(ordered, n)
    spread = np.fmax(MAD_TO_SD * median_last(ordered), upper / UPPER_Z)
    wide = np.fmax(np.fmax(shifted(spread, 1), shifted(spread, -1)), spread)
    return np.fmax(np.repeat(wide, SPREAD_BLOCK, axis=1)[:, : residual.shape[1]], floor)


def now_and_then(counts: np.ndarray, minimum_count: float) -> np.ndarray:
    """Whether a series is published now and then, shape (P, T): zero on more than 40 % of the days of a block of four weeks,
    yet with figures of `minimum_count` and more on 15 %. No day of it says what the next should be.
    """
    ordered, n = _blocks(counts)
    zeros = (ordered == 0).sum(axis=-1) > OFTEN_ZERO * n
    irregular = zeros & (_upper(ordered, n) >= minimum_count)
    near = irregular.copy()
    near[:, 1:] |= irregular[:, :-1]
    near[:, :-1] |= irregular[:, 1:]
    return np.repeat(near, SPREAD_BLOCK, axis=1)[:, : counts.shape[1]]


def _blocks(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each block of four weeks in order of size, NaN last, shape (P, B, 28), and how many numbers it holds, shape (P, B)."""
    places, length = values.shape
    blocks = -(-length // SPREAD_BLOCK)
    padded = np.full((places, blocks * SPREAD_BLOCK), np.nan)
    padded[:, :length] = values
    ordered = np.sort(padded.reshape(places, blocks, SPREAD_BLOCK), axis=-1)
    return ordered, (~np.isnan(ordered)).sum(axis=-1)


def _upper(ordered: np.ndarray, n: np.ndarray) -> np.ndarray:
    """85 % quantile of each block."""
    return np.take_along_axis(ordered, np.maximum(np.ceil(UPPER * n).astype(int) - 1, 0)[..., None], axis=-1)[..., 0]
