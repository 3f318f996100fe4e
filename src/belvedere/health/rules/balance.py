"""What must add up: stocks and flows, parts and wholes, parts and totals."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce

import numpy as np
import pandas as pd

from belvedere.health.findings import from_mask, gather
from belvedere.health.panels import Panel, SeriesKey, kind_of, partner
from belvedere.health.relations import parts_of
from belvedere.health.rules.base import Evidence

ROUNDING = 0.5
MONTH = 28


def stock_flow_day(evidence: Evidence) -> pd.DataFrame:
    """A day's census against the day before plus entries minus exits."""
    out = []
    limits = evidence.thresholds
    for stock in evidence.of_kind("stock"):
        change = _net_flow(evidence, stock)
        if change is None:
            continue
        before = _before(stock.values)
        expected = before + change
        tolerance = limits.stock_flow_absolute_tolerance + limits.stock_flow_relative_tolerance * np.abs(before)
        with np.errstate(invalid="ignore"):
            off = np.abs(stock.values - expected) > tolerance
        out.append(from_mask("stock_flow_day", stock, off, severity="warning", expected=expected))
    return gather(out)


def stock_flow_drift(evidence: Evidence) -> pd.DataFrame:
    """Small daily differences that add up over weeks: exits nobody counts. One finding a place and stretch."""
    out = []
    limits = evidence.thresholds
    window = limits.stock_flow_drift_days
    for stock in evidence.of_kind("stock"):
        change = _net_flow(evidence, stock)
        if change is None or stock.values.shape[1] <= window:
            continue
        start = np.full(stock.values.shape, np.nan)
        start[:, window:] = stock.values[:, :-window]
        total = _moving_sum(change, window)
        expected = start + total
        usual = np.fmax(np.abs(start), np.abs(stock.values))
        # `window` independent daily errors of the tolerated size would add up to its root
        tolerance = limits.stock_flow_absolute_tolerance * np.sqrt(window) + limits.stock_flow_relative_tolerance * usual
        with np.errstate(invalid="ignore"):
            off = np.abs(stock.values - expected) > tolerance
        out.append(
            from_mask("stock_flow_drift", stock, off, severity="info", expected=expected, join=window, window_days=window)
        )
    return gather(out)


def part_above_whole(evidence: Evidence) -> pd.DataFrame:
    """More in intensive care than in hospital, more positives than tests. A negative whole is a correction: not compared."""
    out = []
    for pair in parts_of(evidence.definitions, evidence.parts):
        for part in evidence.of(pair.part):
            whole = partner(evidence.panels, part, pair.whole)
            if whole is None or whole.key.feed != part.key.feed:
                continue
            with np.errstate(invalid="ignore"):
                above = (part.values > whole.values) & (whole.values >= 0)
            out.append(from_mask("part_above_whole", part, above, severity="error", expected=whole.values, whole=pair.whole))
    return gather(out)


def sum_of_parts(evidence: Evidence) -> pd.DataFrame:
    """Census by level of care, both sexes, or the places of a country, that do not make the published total."""
    return gather([_levels(evidence), _sexes(evidence), _territories(evidence)])


def _levels(evidence: Evidence) -> pd.DataFrame:
    out = []
    for rule in evidence.sums:
        for whole in evidence.of(rule.whole):
            parts = [partner(evidence.panels, whole, name) for name in rule.parts]
            # levels of care are compared within one feed: two producers need not count the same wards
            if all(p is not None and p.key.feed == whole.key.feed for p in parts):
                out.append(_unequal(whole, sum(p.values for p in parts), "parts", list(rule.parts)))
    return gather(out)


def _sexes(evidence: Evidence) -> pd.DataFrame:
    out = []
    for key, whole in evidence.panels.items():
        parts = [
            evidence.panels.get(SeriesKey(key.feed, key.indicator, key.condition, key.age_group, s, key.period))
            for s in ("male", "female")
        ]
        if key.sex == "all" and all(parts) and kind_of(evidence.definitions, key.indicator) != "rate":
            out.append(_unequal(whole, parts[0].values + parts[1].values, "sex", ["male", "female"]))
    return gather(out)


def _territories(evidence: Evidence) -> pd.DataFrame:
    """Only on dates on which every place of a parent has a number; the total may come from another feed."""
    out = []
    for parent in sorted(set(evidence.parents.values())):
        children = np.array(sorted(child for child, p in evidence.parents.items() if p == parent), dtype=object)
        wholes = [(k, p) for k, p in evidence.panels.items() if parent in p.places]
        for key, panel in evidence.panels.items():
            if kind_of(evidence.definitions, key.indicator) in (None, "rate") or not np.isin(children, panel.places).all():
                continue
            total = panel.on(children, panel.dates).sum(axis=0, keepdims=True)
            for other, whole in wholes:
                if replace(other, feed=key.feed) == key:
                    national = np.array([parent], dtype=object)
                    row = Panel(other, national, panel.dates, whole.on(national, panel.dates), None)
                    # two producers rarely draw the line at the same people: one finding for a long stretch, for information
                    same = other.feed == key.feed
                    parts = [f"{len(children)} places of {key.feed}"]
                    out.append(_unequal(row, total, "places", parts, "warning" if same else "info", 0 if same else MONTH))
    return gather(out)


def _unequal(
    whole: Panel, total: np.ndarray, what: str, parts: list[str], severity: str = "warning", join: int = 0
) -> pd.DataFrame:
    with np.errstate(invalid="ignore"):
        off = np.abs(whole.values - total) > ROUNDING
    about = {"split_by": what, "parts": ", ".join(parts)}
    return from_mask("sum_of_parts", whole, off, severity=severity, expected=total, join=join, **about)


def _net_flow(evidence: Evidence, stock: Panel) -> np.ndarray | None:
    """Entries minus exits on the grid of the stock; None where the definition names none, or one is not published."""
    definition = evidence.definitions[stock.key.indicator]
    names = [(n, 1) for n in getattr(definition, "inflows", ())] + [(n, -1) for n in getattr(definition, "outflows", ())]
    flows = [(partner(evidence.panels, stock, name), sign) for name, sign in names]
    if not flows or any(panel is None for panel, _ in flows):
        return None
    return reduce(np.add, (sign * panel.on(stock.places, stock.dates) for panel, sign in flows))


def _before(values: np.ndarray) -> np.ndarray:
    out = np.full(values.shape, np.nan)
    out[:, 1:] = values[:, :-1]
    return out


def _moving_sum(values: np.ndarray, window: int) -> np.ndarray:
    """Sum of the last `window` columns; NaN where one of them is."""
    total = np.cumsum(np.nan_to_num(values), axis=1)
    holes = np.cumsum(np.isnan(values), axis=1)
    out = np.full(values.shape, np.nan)
    out[:, window:] = total[:, window:] - total[:, :-window]
    out[:, window:][holes[:, window:] - holes[:, :-window] > 0] = np.nan
    return out
