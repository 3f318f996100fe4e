"""Columns that trade places for some dates (etalab/covid19-dashboard issue 164: beds in use and a running total swapped
upstream).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
import pandas as pd

from belvedere.health.findings import from_mask, gather
from belvedere.health.neighbourhood import to_log
from belvedere.health.panels import Panel, partner
from belvedere.health.relations import parts_of
from belvedere.health.rules.base import Evidence
from belvedere.health.rules.cumulative import last_before

CLEAR = 0.25
"""A switch is clear when the crossed step is at most this share of the straight one (two lines that meet also cross, but not
so neatly).
"""


def swapped_columns(evidence: Evidence) -> pd.DataFrame:
    """Stretches on which each of two indicators goes on where the other left off. Of the two sides of a switch the shorter
    one is reported,
    for a part and its whole the one on which the part is the larger."""
    limits = evidence.thresholds
    out = []
    for a, b, nested in _candidates(evidence):
        big = np.fmin(a.values, b.values) >= limits.jump_minimum_count
        state = swapped_state(to_log(a.values), to_log(b.values), big, least=2 * np.log(limits.jump_factor))
        with np.errstate(invalid="ignore"):
            wrong = (a.values > b.values) if nested else None
        state = _reported_side(state, wrong) & ~np.isnan(a.values) & ~np.isnan(b.values)
        findings = from_mask("swapped_columns", a, state, severity="error", expected=b.values, with_indicator=b.key.indicator)
        out.append(findings[findings["n"] >= limits.swap_minimum_days])
    return gather(out)


def swapped_state(first: np.ndarray, second: np.ndarray, big: np.ndarray, *, least: float) -> np.ndarray:
    """Whether an odd number of clear switches lies before each cell, shape (P, T), bool. first, second: logs of the two series.

    A switch: |a(t)-b(t-1)| + |b(t)-a(t-1)| is far below |a(t)-a(t-1)| + |b(t)-b(t-1)|, which is at least `least`.
    """
    a, b = last_before(first), last_before(second)
    straight = np.abs(first - a) + np.abs(second - b)
    crossed = np.abs(first - b) + np.abs(second - a)
    with np.errstate(invalid="ignore"):
        switch = big & (straight >= least) & (crossed <= CLEAR * straight)
    return np.cumsum(switch, axis=1) % 2 == 1


def _candidates(evidence: Evidence) -> Iterator[tuple[Panel, Panel, bool]]:
    """Stocks beside running totals of the same people in one feed; a part beside its whole."""
    for a, b in product(evidence.of_kind("stock"), evidence.of_kind("cumulative")):
        if _same_people(a, b):
            yield a, b, False
    for part in parts_of(evidence.definitions, evidence.parts):
        for a in evidence.of(part.part):
            b = partner(evidence.panels, a, part.whole)
            if b is not None and _same_people(a, b):
                yield a, b, True


def _same_people(a: Panel, b: Panel) -> bool:
    names = ("feed", "condition", "age_group", "sex", "period")
    return all(getattr(a.key, n) == getattr(b.key, n) for n in names)


def _reported_side(state: np.ndarray, wrong: np.ndarray | None) -> np.ndarray:
    inside, outside = state.sum(axis=1), (~state).sum(axis=1)
    keep = inside <= outside if wrong is None else (wrong & state).sum(axis=1) >= (wrong & ~state).sum(axis=1)
    return np.where(keep[:, None], state, ~state) & state.any(axis=1)[:, None]
