"""What in a series of counts cannot be true, set aside before any model sees it, with the reason in words.

Nothing is repaired: a doubtful day becomes unknown (nan), and the region says so. Missing is not zero.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import xarray as xr

OK, DOUBTFUL, FAILED = "ok", "doubtful", "failed"
NEIGHBOURS = 14
WEEK = 7


@dataclass
class Screened:
    """Counts fit for a model, and what was wrong with the others.

    counts: shape (T, R), float, nan where unknown or set aside.
    status: shape (R,), "ok", "doubtful" or "failed". reasons: one list of sentences a region.
    """

    counts: np.ndarray
    status: np.ndarray
    reasons: list[list[str]] = field(default_factory=list)

    def mark(self, regions: np.ndarray, status: str, reasons: list[str]) -> None:
        """Lowers the status of the regions where `regions` (bool, shape (R,)) holds, and adds the reason of each."""
        for r in np.flatnonzero(regions):
            if self.status[r] != FAILED:
                self.status[r] = status
            self.reasons[r].append(reasons[r])

    def reason(self) -> np.ndarray:
        """One text a region, empty where nothing is wrong; shape (R,)."""
        return np.array(["; ".join(texts) for texts in self.reasons], dtype=object)

    def report(self, region: np.ndarray) -> xr.Dataset:
        """`status` and `reason` by region."""
        return xr.Dataset({"status": ("region", self.status), "reason": ("region", self.reason())}, {"region": region})


def screen(
    counts: np.ndarray,
    dates: np.ndarray,
    *,
    minimum_days: int,
    recent_days: int,
    jump_factor: float = 4.0,
    silence_chance: float = 1e-5,
    silent_days: int = 7,
    filling: np.ndarray | None = None,
) -> Screened:
    """Sets aside negatives, isolated jumps and silences; fails what is too short or unseen.

    counts: shape (T, R), persons a day, nan = not reported. dates: datetime64, shape (T,).
    minimum_days: fewest days seen for a region not to fail. recent_days: trouble within so many last days makes a region
    doubtful; older days are set aside just the same. jump_factor: how many times its neighbours a single day may be.
    silence_chance: a run of zeros rarer than this by chance is taken for missing reports. silent_days: so many last days
    without a count make a region doubtful. filling: bool, shape (T, R), days still being reported, neither jumps nor silences.
    """
    values = np.array(counts, dtype=float)
    settled = np.ones(values.shape, dtype=bool) if filling is None else ~filling
    screened = Screened(values, np.full(values.shape[1], OK, dtype=object), [[] for _ in range(values.shape[1])])
    checks = (
        ("below zero", lambda: values < 0),
        ("not a number of persons", lambda: np.isinf(values)),
        (f"more than {jump_factor:g} times the days around", lambda: _jumps(values, jump_factor) & settled),
        (
            "zero in a row where persons were expected: taken for missing reports",
            lambda: _silences(values, silence_chance) & settled,
        ),
    )
    for name, find in checks:
        found = find()
        values[found] = np.nan
        recent = found.copy()
        recent[: max(len(values) - recent_days, 0)] = False
        screened.mark(recent.any(axis=0), DOUBTFUL, [_sentence(recent[:, r], dates, name) for r in range(values.shape[1])])
    _judge(screened, minimum_days, recent_days, silent_days)
    return screened


def _judge(screened: Screened, minimum_days: int, recent_days: int, silent_days: int) -> None:
    """What the days left allow."""
    seen = np.isfinite(screened.counts)
    days = seen.sum(axis=0)
    screened.mark(days < minimum_days, FAILED, [f"{n} days are known, {minimum_days} are needed" for n in days])
    since = np.where(seen.any(axis=0), np.argmax(seen[::-1], axis=0), len(seen))
    late = [f"no count known for the last {n} days" for n in since]
    screened.mark((since >= silent_days) & (days >= minimum_days), DOUBTFUL, late)
    screened.mark((since >= 4 * silent_days) & (days >= minimum_days), FAILED, ["too long ago to go on from"] * len(days))
    recent, known = screened.counts[-recent_days:], seen[-recent_days:]
    missing = 1 - known.mean(axis=0)
    screened.mark(
        (missing > 0.3) & (since < silent_days),
        DOUBTFUL,
        [f"{m:.0%} of the last {len(recent)} days are unknown" for m in missing],
    )
    nobody = known.any(axis=0) & (np.nansum(recent, axis=0) == 0)
    screened.mark(
        nobody, DOUBTFUL, [f"nobody counted in the last {len(recent)} days: true or not reported cannot be told"] * len(days)
    )


def _sentence(found: np.ndarray, dates: np.ndarray, name: str) -> str:
    if not found.any():
        return ""
    first = pd.Timestamp(dates[np.argmax(found)]).date().isoformat()
    return f"{found.sum()} {'day' if found.sum() == 1 else 'days'} set aside (first {first}): {name}"


def _jumps(values: np.ndarray, factor: float) -> np.ndarray:
    """Single days far above the days around them, above what counts of that size scatter, and above the busiest other days.

    The last asks that a series whose reports come in heaps is not blamed for them: twice the third highest of the eight
    weeks around.
    """
    typical = _median_around(values)
    high = values > np.maximum(factor * typical, typical + 6 * np.sqrt(typical + 1) + 4)
    for day, r in np.argwhere(high):
        around = np.delete(values[max(day - 2 * NEIGHBOURS, 0) : day + 2 * NEIGHBOURS + 1, r], min(day, 2 * NEIGHBOURS))
        high[day, r] = values[day, r] > 2 * np.sort(around[np.isfinite(around)])[-3:][0]
    nothing = np.zeros((1, values.shape[1]), dtype=bool)
    isolated = high & ~(np.vstack([nothing, high[:-1]]) & np.vstack([high[1:], nothing]))
    isolated[-3:] = high[-3:]
    return isolated


def _silences(values: np.ndarray, chance: float) -> np.ndarray:
    """Runs of zeros too long for chance, given the weeks before the run and, where there are some, after it.

    A decline before the run is taken to go on in it: a wave ends in zeros. A run that nothing precedes is believed: an
    epidemic begins with them.
    """
    found = np.zeros(values.shape, dtype=bool)
    last_week = _mean_before(values)
    for r, start, end in _runs(values == 0):
        days = min(end - start, NEIGHBOURS)
        if not _log_chance_of_zeros(last_week[start, r], days) < np.log(chance):
            continue
        before, after = values[max(start - NEIGHBOURS, 0) : start, r], values[end : end + NEIGHBOURS, r]
        expected = _going_on(before, days)
        if np.isfinite(after).sum() >= WEEK:
            expected = min(expected, np.nanmean(after))
        found[start:end, r] = _log_chance_of_zeros(expected, days) < np.log(chance)
    return found


def _going_on(before: np.ndarray, days: int) -> float:
    """Mean of the days to come if the last week, and the decline into it, went on; before: up to two weeks, shape (n,)."""
    last = float(np.nanmean(before[-WEEK:]))
    if np.isfinite(before[:-WEEK]).sum() < 4:
        return last
    ratio = (last + 0.1) / (float(np.nanmean(before[:-WEEK])) + 0.1)
    return last * min(ratio, 1.0) ** ((days / 2 + 4) / WEEK)


def _log_chance_of_zeros(mean: float, days: int, size: float = 3.0) -> float:
    """Log chance of so many zeros in a row, of a negative binomial generous enough for weekends."""
    return -days * size * np.log1p(mean / size)


def _runs(flags: np.ndarray) -> list[tuple[int, int, int]]:
    """Column, start and end (exclusive) of each run of true down the columns."""
    edge = np.zeros((1, flags.shape[1]), dtype=bool)
    edges = np.diff(np.vstack([edge, flags, edge]).astype(np.int8), axis=0).T
    (columns, starts), (_, ends) = np.nonzero(edges == 1), np.nonzero(edges == -1)
    return list(zip(columns.tolist(), starts.tolist(), ends.tolist(), strict=True))


def _median_around(values: np.ndarray) -> np.ndarray:
    """Median of the week before and the week after each day, the day itself left out; inf where nothing is known."""
    padded = np.pad(values, ((WEEK, WEEK), (0, 0)), constant_values=np.nan)
    around = np.sort(np.stack([padded[s : s + len(values)] for s in range(2 * WEEK + 1) if s != WEEK]), axis=0)
    known = np.isfinite(around).sum(axis=0)
    ranks = (np.maximum(known - 1, 0) // 2, np.minimum(known // 2, 2 * WEEK - 1))
    middle = [np.take_along_axis(around, rank[None], axis=0)[0] for rank in ranks]
    return np.where(known > 0, (middle[0] + middle[1]) / 2, np.inf)


def _mean_before(values: np.ndarray) -> np.ndarray:
    """Mean of the seven days before each day, nan where fewer than four are known; shape (T, R)."""
    seen = np.isfinite(values)
    nothing = np.zeros((1, values.shape[1]))
    until = np.arange(len(values))
    since = np.maximum(until - WEEK, 0)
    persons, days = (np.vstack([nothing, np.cumsum(x, axis=0)]) for x in (np.where(seen, values, 0.0), seen))
    known = days[until] - days[since]
    return np.where(known >= 4, (persons[until] - persons[since]) / np.maximum(known, 1), np.nan)
