"""The same figure day after day, where chance would have moved it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from belvedere.health.findings import from_mask, gather, runs
from belvedere.health.panels import kind_of
from belvedere.health.rules.base import Evidence
from belvedere.health.rules.cumulative import last_before

AROUND = 56
TURNOVER = 0.1
"""Share of those present who come or go in a day, at most, when the chance of an unchanged census is bounded."""
INSTITUTIONS = ("units", "facilities")
"""Their number stays the same for months; that of persons does not."""


def flat_series(evidence: Evidence) -> pd.DataFrame:
    """A large value repeated: yesterday's form was sent again. Zeros are `gaps`' affair.

    The chance that a day repeats the one before is counted in the eight weeks before the stretch and in those after it (one
    repeat and two days added, so that it is never zero); the larger one holds. Reported when chance alone would make so long
    a stretch
    less often than `flat_maximum_chance`; the chance is never taken below that of a Poisson count.
    """
    limits = evidence.thresholds
    out = []
    for panel in evidence.of_kind("stock", "flow", "cumulative"):
        if panel.key.period == "7d" or evidence.definitions[panel.key.indicator].unit in INSTITUTIONS:
            continue
        same = repeats(panel.values)
        row, start, stop, n = runs(same)
        kind = kind_of(evidence.definitions, panel.key.indicator)
        chance = repeat_chance(same, panel.values, row, start, stop)
        size = panel.values[row, start] if len(row) else np.zeros(0)
        if kind == "cumulative":
            size = np.fmin(size, _usual_growth(panel.values, row, start, stop))
        chance = np.fmax(chance, poisson_repeat(size * TURNOVER if kind == "stock" else size))
        keep = (n + 1 >= limits.flat_minimum_days) & (size >= limits.jump_minimum_count)
        keep &= n * np.log(chance) <= np.log(limits.flat_maximum_chance)
        mask = np.zeros(same.shape, dtype=bool)
        for p, a, b in zip(row[keep], start[keep], stop[keep], strict=True):
            mask[p, a : b + 1] = True
        out.append(from_mask("flat", panel, mask, severity="warning", expected=last_before(panel.values)))
    return gather(out)


def repeats(values: np.ndarray) -> np.ndarray:
    """Cells equal to the day before, shape (P, T)."""
    same = np.zeros(values.shape, dtype=bool)
    same[:, 1:] = values[:, 1:] == values[:, :-1]
    return same


def repeat_chance(same: np.ndarray, values: np.ndarray, row: np.ndarray, start: np.ndarray, stop: np.ndarray) -> np.ndarray:
    """Share of repeats beside each stretch, shape (R,): the larger of before and after; one where neither side has a week of
    pairs.
    """
    known = np.zeros(same.shape, dtype=bool)
    known[:, 1:] = ~np.isnan(values[:, 1:]) & ~np.isnan(values[:, :-1])
    before, after = (np.maximum(start - AROUND, 0), start), (stop + 1, np.minimum(stop + 1 + AROUND, same.shape[1]))
    shares = []
    for first, end in (before, after):
        pairs = _count(known, row, first, end)
        shares.append(np.where(pairs >= 7, (_count(same, row, first, end) + 1) / (pairs + 2), 0.0))
    largest = np.maximum(*shares)
    return np.where(largest > 0, largest, 1.0)


def poisson_repeat(mean: np.ndarray) -> np.ndarray:
    """Chance that two Poisson counts of this mean are equal, about 1 / (2 sqrt(pi mean)): no real series repeats itself less
    often.
    """
    return 1 / (2 * np.sqrt(np.pi * np.maximum(mean, 1)))


def _count(mask: np.ndarray, row: np.ndarray, first: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Number of True cells in the columns first <= t < end of each row."""
    total = np.cumsum(np.pad(mask.astype(np.int64), ((0, 0), (1, 0))), axis=1)
    return total[row, end] - total[row, first]


def _usual_growth(values: np.ndarray, row: np.ndarray, start: np.ndarray, stop: np.ndarray) -> np.ndarray:
    """Daily growth of a running total over the eight weeks around each stretch, as it would be without it."""
    first, last = np.maximum(start - AROUND // 2, 0), np.minimum(stop + AROUND // 2, values.shape[1] - 1)
    days = np.maximum(last - first - (stop - start + 1), 1)
    return (values[row, last] - values[row, first]) / days
