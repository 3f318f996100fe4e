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
) -> Screened:
    """Sets aside negatives, isolated jumps and silences; fails what is too short or unseen.

    counts: shape (T, R), persons a day, nan = not reported. dates: datetime64, shape (T,).
    minimum_days: fewest days seen for a region not to fail. recent_days: trouble within so many last days makes a region
    doubtful; older days are set aside just the same. jump_factor: how many times its neighbours a single day may be.
    silence_chance: a run of zeros rarer than this by chance is taken for missing reports. silent_days: so many last days
    without a count make a region doubtful.
    """
    values = np.array(counts, dtype=float)
    screened = Screened(values, np.full(values.shape[1], OK, dtype=object), [[] for _ in range(values.shape[1])])
    for name, found in (
        ("below zero", values < 0),
        ("not a number of persons", np.isinf(values)),
        (f"more than {jump_factor:g} times the days around", _jumps(values, jump_factor)),
        ("zero in a row where persons were expected: taken for missing reports", _silences(values, silence_chance)),
    ):
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
        (missing > 0.3) & (since < silent_days), DOUBTFUL, [f"{m:.0%} of the last {len(recent)} days are unknown" for m in missing]
    )
    nobody = known.any(axis=0) & (np.nansum(recent, axis=0) == 0)
    screened.mark(nobody, DOUBTFUL, [f"nobody counted in the last {len(recent)} days: true or not reported cannot be told"] * len(days))


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
    typical = _ranked(values, NEIGHBOURS // 2, middle=True)
    busy = _ranked(values, 2 * NEIGHBOURS, middle=False)
    high = values > np.maximum(np.maximum(factor * typical, typical + 5 * np.sqrt(typical + 1) + 3), 2 * busy)
    nothing = np.zeros((1, values.shape[1]), dtype=bool)
    isolated = high & ~(np.vstack([nothing, high[:-1]]) & np.vstack([high[1:], nothing]))
    isolated[-3:] = high[-3:]
    return isolated


def _silences(values: np.ndarray, chance: float) -> np.ndarray:
    """Runs of zeros too long for chance, given the days before the run and, where there are some, after it.

    A run that nothing precedes is believed: an epidemic begins with zeros. So is the tail of a long one: a wave ends in them.
    """
    seen = np.isfinite(values)
    total, days = (_cumulated(x) for x in (np.where(seen, values, 0.0), seen))
    found = np.zeros(values.shape, dtype=bool)
    for r, start, end in _runs(values == 0):
        earlier, later = max(start - NEIGHBOURS, 0), min(end + NEIGHBOURS, len(values))
        sides = [
            (total[b, r] - total[a, r]) / (days[b, r] - days[a, r])
            for a, b in ((earlier, start), (end, later))
            if days[b, r] - days[a, r] >= NEIGHBOURS // 2
        ]
        known_before = days[start, r] - days[earlier, r] >= NEIGHBOURS // 2
        if known_before and _log_chance_of_zeros(min(sides), min(end - start, NEIGHBOURS)) < np.log(chance):
            found[start:end, r] = True
    return found


def _log_chance_of_zeros(mean: float, days: int, size: float = 3.0) -> float:
    """Log chance of so many zeros in a row, of a negative binomial generous enough for weekends."""
    return -days * size * np.log1p(mean / size)


def _cumulated(values: np.ndarray) -> np.ndarray:
    return np.vstack([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])


def _runs(flags: np.ndarray) -> list[tuple[int, int, int]]:
    """Column, start and end (exclusive) of each run of true down the columns."""
    edge = np.zeros((1, flags.shape[1]), dtype=bool)
    edges = np.diff(np.vstack([edge, flags, edge]).astype(np.int8), axis=0).T
    (columns, starts), (_, ends) = np.nonzero(edges == 1), np.nonzero(edges == -1)
    return list(zip(columns.tolist(), starts.tolist(), ends.tolist(), strict=True))


def _ranked(values: np.ndarray, reach: int, *, middle: bool) -> np.ndarray:
    """Median, or third highest, of the days up to `reach` before and after each day, the day itself left out; shape (T, R).

    inf where no such day is known.
    """
    around = np.lib.stride_tricks.sliding_window_view(np.pad(values, ((reach, reach), (0, 0)), constant_values=np.nan), 2 * reach + 1, 0)
    around = np.sort(np.delete(around, reach, axis=-1), axis=-1)
    known = np.isfinite(around).sum(axis=-1)
    ranks = ((known - 1) // 2, known // 2) if middle else (known - 3, known - 3)
    chosen = [np.take_along_axis(around, np.clip(rank, 0, 2 * reach - 1)[..., None], axis=-1)[..., 0] for rank in ranks]
    return np.where(known > 0, np.mean(chosen, axis=0), np.inf)
