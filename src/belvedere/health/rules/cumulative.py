"""Totals since the start may only grow, and must grow by the day's count."""

from __future__ import annotations

import numpy as np
import pandas as pd

from belvedere.health.findings import from_mask, gather
from belvedere.health.panels import partner
from belvedere.health.rules.base import Evidence

WEEK = 7


def falling_cumulative(evidence: Evidence) -> pd.DataFrame:
    """A running total lower than the last one before it; a warning from `jump_minimum_count` on, else for information."""
    out = []
    for panel in evidence.of_kind("cumulative"):
        before = last_before(panel.values)
        with np.errstate(invalid="ignore"):
            falls = panel.values < before
            deep = before - panel.values >= evidence.thresholds.jump_minimum_count
        for severity, part in (("info", falls & ~deep), ("warning", falls & deep)):
            out.append(from_mask("falling_cumulative", panel, part, severity=severity, expected=before))
    return gather(out)


def cumulative_against_flow(evidence: Evidence) -> pd.DataFrame:
    """The running total grew by another number than the day's count. Compared within one feed: two feeds may close the day
    differently.
    """
    out = []
    for panel in evidence.of_kind("cumulative"):
        flow_name = getattr(evidence.definitions[panel.key.indicator], "cumulative_of", None)
        flow = partner(evidence.panels, panel, flow_name) if flow_name else None
        if flow is None or flow.key.feed != panel.key.feed:
            continue
        before = np.full(panel.values.shape, np.nan)
        before[:, 1:] = panel.values[:, :-1]
        expected = before + flow.on(panel.places, panel.dates)
        with np.errstate(invalid="ignore"):
            off = np.abs(panel.values - expected) > 0.5
        out.append(
            from_mask("cumulative_against_flow", panel, off, severity="info", expected=expected, join=WEEK, flow=flow_name)
        )
    return gather(out)


def negative_count(evidence: Evidence) -> pd.DataFrame:
    """A count below zero: in a flow a correction booked on one day, in a stock or total an error."""
    out = []
    for kinds, severity in ((("flow",), "warning"), (("stock", "cumulative"), "error")):
        for panel in evidence.of_kind(*kinds):
            with np.errstate(invalid="ignore"):
                out.append(from_mask("negative_count", panel, panel.values < 0, severity=severity, expected=0.0))
    return gather(out)


def last_before(values: np.ndarray) -> np.ndarray:
    """The last number before each cell, shape (P, T); NaN before the first."""
    column = np.where(np.isnan(values), -1, np.arange(values.shape[1]))
    last = np.full(values.shape, -1)
    last[:, 1:] = np.maximum.accumulate(column, axis=1)[:, :-1]
    return np.where(last >= 0, np.take_along_axis(values, np.maximum(last, 0), axis=1), np.nan)
