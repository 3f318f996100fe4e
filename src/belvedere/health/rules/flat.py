"""The same figure day after day, where chance would have moved it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from belvedere.health.findings import from_mask, gather
from belvedere.health.panels import Panel, kind_of
from belvedere.health.rules.base import Evidence
from belvedere.health.rules.cumulative import last_before

AROUND = 28


def flat_series(evidence: Evidence) -> pd.DataFrame:
    """A large value repeated: the place sent yesterday's form again. Zeros are `gaps`' affair.

    The chance that a day repeats the one before is counted on the days around the stretch (one repeat and two days added, so that it is never
    zero); reported when chance alone would make so long a stretch less often than `flat_maximum_chance`.
    """
    limits = evidence.thresholds
    out = []
    for panel in evidence.of_kind("stock", "flow", "cumulative"):
        if panel.key.period == "7d":
            continue
        same = repeats(panel.values)
        length = stretch_length(same)
        long = same & (length + 1 >= limits.flat_minimum_days)
        if not long.any():
            continue
        big = _moving(panel, kind_of(evidence.definitions, panel.key.indicator)) >= limits.jump_minimum_count
        unlikely = length * np.log(repeat_chance(same, panel.values, length)) <= np.log(limits.flat_maximum_chance)
        findings = from_mask("flat", panel, long & big & unlikely, severity="warning", expected=last_before(panel.values))
        out.append(findings[findings["n"] + 1 >= limits.flat_minimum_days])
    return gather(out)


def repeats(values: np.ndarray) -> np.ndarray:
    """Cells equal to the day before, shape (P, T)."""
    same = np.zeros(values.shape, dtype=bool)
    same[:, 1:] = values[:, 1:] == values[:, :-1]
    return same


def stretch_length(same: np.ndarray) -> np.ndarray:
    """At each True cell the number of True cells of its stretch, else 0. Shape (P, T)."""
    flat = np.pad(same, ((0, 0), (0, 1))).ravel()
    edge = np.flatnonzero(np.diff(np.r_[False, flat].astype(np.int8)))
    starts, stops = edge[::2], edge[1::2]
    out = np.zeros(flat.size, dtype=np.int64)
    out[flat] = np.repeat(stops - starts, stops - starts)
    return out.reshape(same.shape[0], -1)[:, :-1]


def repeat_chance(same: np.ndarray, values: np.ndarray, length: np.ndarray) -> np.ndarray:
    """Share of repeats among the days around a cell, outside its own stretch. Shape (P, T)."""
    known = np.zeros(same.shape, dtype=bool)
    known[:, 1:] = ~np.isnan(values[:, 1:]) & ~np.isnan(values[:, :-1])
    reach = 2 * AROUND
    near_same, near_known = _windowed(same, reach), _windowed(known, reach)
    inside = np.minimum(length, near_same)
    return (near_same - inside + 1) / (np.maximum(near_known - inside, 0) + 2)


def _windowed(mask: np.ndarray, reach: int) -> np.ndarray:
    """Number of True cells within `reach` columns to either side."""
    total = np.cumsum(np.pad(mask.astype(np.int64), ((0, 0), (1, 0))), axis=1)
    column = np.arange(mask.shape[1])
    return total[:, np.minimum(column + reach + 1, mask.shape[1])] - total[:, np.maximum(column - reach, 0)]


def _moving(panel: Panel, kind: str) -> np.ndarray:
    """What must be large for a repeat to be strange: the value itself, for a running total its usual daily growth."""
    if kind != "cumulative":
        return panel.values
    window = AROUND
    end = np.minimum(np.arange(panel.values.shape[1]) + window, panel.values.shape[1] - 1)
    start = np.maximum(np.arange(panel.values.shape[1]) - window, 0)
    return (panel.values[:, end] - panel.values[:, start]) / np.maximum(end - start, 1)
