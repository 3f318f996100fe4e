"""Days whose counts cannot be true: jumps, slips of the decimal point, silences. Each finder marks days and changes nothing.

Counts: shape (T, R), persons a day, nan = unknown. Chances are those of a negative binomial generous enough for heaps of
reports; `size` is its size.
"""

from __future__ import annotations

import numpy as np
from scipy.special import gammaln

WEEK = 7
FORTNIGHT = 14
TEN = 10
CHANGES = np.linspace(-2.5, 2.5, 7)


def jumps(values: np.ndarray, *, factor: float, sd: float, persons: float, busiest: float) -> np.ndarray:
    """Single days above `factor` times the median of the days around, above what counts of that size scatter, and above the
    busiest other days; bool, shape (T, R).

    sd, persons: of Poisson scatter, and persons beside it, that a day must exceed. busiest: times the third highest of the
    eight weeks around, so that a series whose reports come in heaps is not blamed for them.
    """
    typical = median_around(values)
    high = values > np.maximum(factor * typical, typical + sd * np.sqrt(typical + 1) + persons)
    reach = 2 * FORTNIGHT
    for day, r in np.argwhere(high):
        around = np.delete(values[max(day - reach, 0) : day + reach + 1, r], min(day, reach))
        high[day, r] = values[day, r] > busiest * np.sort(around[np.isfinite(around)])[-3:][0]
    nothing = np.zeros((1, values.shape[1]), dtype=bool)
    isolated = high & ~(np.vstack([nothing, high[:-1]]) & np.vstack([high[1:], nothing]))
    isolated[-3:] = high[-3:]
    return isolated


def decimal_slips(
    values: np.ndarray, usual: np.ndarray, weekday: np.ndarray, *, recent: int, size: float, log_sd: float
) -> np.ndarray:
    """Log odds that a day lies in a stretch of at most a week ten times too high, against its being right; shape (T, R).

    A zero too many leaves multiples of ten, and a tenth of them fits the fortnight before. Both readings are given the same
    chances of growth or decline since then (`log_sd`), so that a wave is not taken for a slip; and a source that rounds to
    tens is known by the share of them among earlier counts. usual: counts without the jumps, to learn what to expect. weekday:
    factor of each day, shape (T, R). recent: last days looked at; others are -inf.
    """
    odds = np.full(values.shape, -np.inf)
    starts = np.arange(max(len(values) - recent, FORTNIGHT), len(values))
    level = _level_before(usual, weekday, starts)[:, :, None] * np.exp(log_sd * CHANGES)
    prior, rounds = -0.5 * CHANGES**2, np.log(TEN * _share_of_tens(values)[starts])[:, :, None]
    as_found = a_tenth = np.zeros(level.shape)
    possible = np.ones(level.shape[:2], dtype=bool)
    for ahead in range(min(WEEK, len(starts))):
        # starts whose stretch reaches `ahead` days on without passing the last day
        whole = slice(0, len(starts) - ahead)
        y, known = (x[starts[whole] + ahead][:, :, None] for x in (np.nan_to_num(values), np.isfinite(values)))
        mean = level[whole] * weekday[starts[whole] + ahead][:, :, None]
        found = np.where(known, log_chance(y, mean, size), 0.0) + np.where(y > 0, rounds[whole], 0.0)
        tenth = np.where(known, log_chance(y / TEN, mean, size), 0.0)
        as_found, a_tenth = as_found[whole] + found, a_tenth[whole] + tenth
        # a stretch begins and ends with days that a tenth fits better even if nothing changed
        speaks = (tenth > found)[:, :, len(CHANGES) // 2]
        possible = possible[whole] & (y[:, :, 0] % TEN == 0) & (speaks if ahead == 0 else True)
        gain = np.where(possible & speaks, _log_sum(a_tenth + prior) - _log_sum(as_found + prior), -np.inf)
        for day in range(ahead + 1):
            within = starts[whole] + day
            odds[within] = np.maximum(odds[within], gain)
    return odds


def silences(values: np.ndarray, *, chance: float, size: float, longest: int) -> np.ndarray:
    """Runs of zeros rarer than `chance`, given the weeks before and, where there are some, after them; bool, shape (T, R).

    A decline before the run is taken to go on in it: a wave ends in zeros. A run that nothing precedes is believed: an
    epidemic begins with them. So is one of `longest` days that still goes on: what came before tells no more.
    """
    found = np.zeros(values.shape, dtype=bool)
    last_week = _mean_before(values)
    for r, start, end in _runs(values == 0):
        days = min(end - start, FORTNIGHT)
        if end == len(values) and end - start >= longest:
            continue
        if not log_chance_of_zeros(last_week[start, r], days, size) < np.log(chance):
            continue
        before, after = values[max(start - FORTNIGHT, 0) : start, r], values[end : end + FORTNIGHT, r]
        expected = _going_on(before, days)
        if np.isfinite(after).sum() >= WEEK:
            expected = min(expected, np.nanmean(after))
        found[start:end, r] = log_chance_of_zeros(expected, days, size) < np.log(chance)
    return found


def zeros_now(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Length of the run of zeros that ends on the last day, and persons a day expected in it, both shape (R,)."""
    length, expected = np.zeros(values.shape[1], dtype=int), np.zeros(values.shape[1])
    for r, start, end in _runs(values == 0):
        before = values[max(start - FORTNIGHT, 0) : start, r]
        if end == len(values) and np.isfinite(before).any():
            length[r], expected[r] = end - start, np.nanmean(before)
    return length, expected


def median_around(values: np.ndarray) -> np.ndarray:
    """Median of the week before and the week after each day, the day itself left out; inf where nothing is known."""
    padded = np.pad(values, ((WEEK, WEEK), (0, 0)), constant_values=np.nan)
    around = np.sort(np.stack([padded[s : s + len(values)] for s in range(2 * WEEK + 1) if s != WEEK]), axis=0)
    known = np.isfinite(around).sum(axis=0)
    ranks = (np.maximum(known - 1, 0) // 2, np.minimum(known // 2, 2 * WEEK - 1))
    middle = [np.take_along_axis(around, rank[None], axis=0)[0] for rank in ranks]
    return np.where(known > 0, (middle[0] + middle[1]) / 2, np.inf)


def log_chance(y: np.ndarray, mean: np.ndarray, size: float) -> np.ndarray:
    """Log chance of a count; y need not be whole."""
    counted = gammaln(y + size) - gammaln(size) - gammaln(y + 1)
    return counted - size * np.log1p(mean / size) + y * (np.log(mean) - np.log(size + mean))


def log_chance_of_zeros(mean: np.ndarray | float, days: np.ndarray | int, size: float) -> np.ndarray | float:
    """Log chance of so many zeros in a row."""
    return -days * size * np.log1p(mean / size)


def _level_before(values: np.ndarray, weekday: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Persons on a day of an average weekday in the fortnight before each start, shape (starts, R); never quite none."""
    window = starts[:, None] - np.arange(1, FORTNIGHT + 1)
    seen = np.isfinite(values[window])
    persons, days = (np.where(seen, x[window], 0.0).sum(axis=1) for x in (values, weekday))
    return (persons + 0.5) / (days + 1)


def _share_of_tens(values: np.ndarray) -> np.ndarray:
    """Share of multiples of ten among the persons counted before each day, one in ten before any; shape (T, R)."""
    counted = values > 0
    tens = counted & (np.where(counted, values, 1.0) % TEN == 0)
    earlier_tens, earlier = (np.cumsum(x, axis=0) - x for x in (tens, counted))
    return np.maximum((earlier_tens + 1) / (earlier + TEN), 1 / TEN)


def _log_sum(values: np.ndarray) -> np.ndarray:
    """log of the sum of exp along the last axis."""
    highest = values.max(axis=-1)
    return highest + np.log(np.exp(values - highest[..., None]).sum(axis=-1))


def _going_on(before: np.ndarray, days: int) -> float:
    """Mean of the days to come if the last week, and the decline into it, went on; before: up to two weeks, shape (n,)."""
    last = float(np.nanmean(before[-WEEK:]))
    if np.isfinite(before[:-WEEK]).sum() < 4:
        return last
    ratio = (last + 0.1) / (float(np.nanmean(before[:-WEEK])) + 0.1)
    return last * min(ratio, 1.0) ** ((days / 2 + 4) / WEEK)


def _runs(flags: np.ndarray) -> list[tuple[int, int, int]]:
    """Column, start and end (exclusive) of each run of true down the columns."""
    edge = np.zeros((1, flags.shape[1]), dtype=bool)
    edges = np.diff(np.vstack([edge, flags, edge]).astype(np.int8), axis=0).T
    (columns, starts), (_, ends) = np.nonzero(edges == 1), np.nonzero(edges == -1)
    return list(zip(columns.tolist(), starts.tolist(), ends.tolist(), strict=True))


def _mean_before(values: np.ndarray) -> np.ndarray:
    """Mean of the seven days before each day, nan where fewer than four are known; shape (T, R)."""
    seen = np.isfinite(values)
    nothing = np.zeros((1, values.shape[1]))
    until = np.arange(len(values))
    since = np.maximum(until - WEEK, 0)
    persons, days = (np.vstack([nothing, np.cumsum(x, axis=0)]) for x in (np.where(seen, values, 0.0), seen))
    known = days[until] - days[since]
    return np.where(known >= 4, (persons[until] - persons[since]) / np.maximum(known, 1), np.nan)
