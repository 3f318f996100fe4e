"""Values far from their neighbourhood: bulk entries, lost days, slipped decimals, changed definitions."""

from __future__ import annotations

import numpy as np
import pandas as pd

from belvedere.health.findings import from_mask, gather
from belvedere.health.neighbourhood import (
    anscombe,
    expected_log,
    from_log,
    local_spread,
    median_last,
    shifted,
    to_log,
    weekday_effect,
)
from belvedere.health.panels import Panel, kind_of, partner
from belvedere.health.rules.base import Evidence

SLIPS = (100.0, 10.0)
SLIP_CLOSE = np.log(1.25)
AFTER_REST_DAY = 2
"""Days after a public holiday on which what was held back arrives."""


def jumps(evidence: Evidence) -> pd.DataFrame:
    """Single days (or a few) far above or below what the days around them say.

    Judged: day counts, the daily growth of running totals whose own day count is not published, and censuses. Weekly series too, without weekdays.
    """
    out = []
    for panel in evidence.of_kind("flow", "cumulative", "stock"):
        kind = kind_of(evidence.definitions, panel.key.indicator)
        # the moving sum repeats a fault seven times, and the running total repeats that of its day count
        if panel.key.period == "7d" or (kind == "cumulative" and _flow_published(evidence, panel)):
            continue
        counts = _growth(panel.values) if kind == "cumulative" else panel.values
        out.append(_jumps_in(evidence, panel, counts, kind))
    return gather(out)


def steps(evidence: Evidence) -> pd.DataFrame:
    """A census whose level changes overnight and stays: a changed definition, a hospital added or lost."""
    limits = evidence.thresholds
    out = []
    for panel in evidence.of_kind("stock"):
        logs = to_log(panel.values)
        before = np.stack([shifted(logs, k) for k in (1, 2, 3)], axis=-1)
        after = np.stack([shifted(logs, -k) for k in (0, 1, 2)], axis=-1)
        complete = ~np.isnan(before).any(axis=-1) & ~np.isnan(after).any(axis=-1)
        low, high = median_last(before), median_last(after)
        overnight = logs - shifted(logs, 1)
        far = np.log(limits.jump_factor)
        big = np.fmax(from_log(low), from_log(high)) >= limits.jump_minimum_count
        with np.errstate(invalid="ignore"):
            same_way = np.sign(overnight) == np.sign(high - low)
            noisy = limits.jump_noise_sd * local_spread(anscombe(panel.values) - anscombe(shifted(panel.values, 1)))
            clear = np.abs(anscombe(panel.values) - anscombe(shifted(panel.values, 1))) >= noisy
            found = complete & big & same_way & clear & (np.abs(overnight) >= far) & (np.abs(high - low) >= far)
        out.append(from_mask("step", panel, found, severity="warning", expected=from_log(low)))
    return gather(out)


def _jumps_in(evidence: Evidence, panel: Panel, counts: np.ndarray, kind: str) -> pd.DataFrame:
    limits = evidence.thresholds
    logs = to_log(counts)
    weekdays = kind != "stock" and not panel.weekly
    effect = weekday_effect(logs) if weekdays else np.zeros(logs.shape)
    likely = expected_log(logs, effect)
    low = high = likely
    if weekdays:
        low, high = _holiday_range(evidence.rest_day_mask(panel), likely, effect)
    nearest = np.clip(logs, low, high)
    expected = from_log(nearest)
    distance = anscombe(counts) - anscombe(expected)
    spread = local_spread(anscombe(counts) - anscombe(from_log(likely)))
    far = np.abs(to_log(counts) - to_log(expected)) >= np.log(limits.jump_factor)
    with np.errstate(invalid="ignore"):
        big = np.fmax(counts, expected) >= limits.jump_minimum_count
        found = far & big & (np.abs(distance) >= limits.jump_noise_sd * spread * _caution(counts))
    slip = _slip(logs - likely)
    slipped = found & (slip != 0)
    grown = {"daily_growth": True} if kind == "cumulative" else {}
    return gather(
        [
            from_mask("decimal_slip", panel, slipped, severity="error", found=counts, expected=expected, factor=slip, **grown),
            from_mask("jump", panel, found & ~slipped, severity="warning", found=counts, expected=expected, **grown),
        ]
    )


def _growth(values: np.ndarray) -> np.ndarray:
    """Daily growth of a running total; a fall is another rule's, so it is NaN here."""
    growth = values - shifted(values, 1)
    with np.errstate(invalid="ignore"):
        return np.where(growth < 0, np.nan, growth)


def _flow_published(evidence: Evidence, panel: Panel) -> bool:
    name = getattr(evidence.definitions[panel.key.indicator], "cumulative_of", None)
    flow = partner(evidence.panels, panel, name) if name else None
    return flow is not None and flow.key.feed == panel.key.feed


def _caution(counts: np.ndarray) -> np.ndarray:
    """Twice the distance is asked for where only one side is known: extrapolating a line doubles its error. Shape (P, T)."""
    known = ~np.isnan(counts)
    ahead = np.stack([shifted(np.where(known, 0.0, np.nan), -k) for k in (1, 2, 3)], axis=-1)
    behind = np.stack([shifted(np.where(known, 0.0, np.nan), k) for k in (1, 2, 3)], axis=-1)
    one_sided = np.isnan(ahead).any(axis=-1) | np.isnan(behind).any(axis=-1)
    return np.where(one_sided, 2.0, 1.0)


def _holiday_range(rest: np.ndarray, likely: np.ndarray, effect: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What a public holiday may look like: anything from the quietest to the busiest weekday, on the day and on the days after."""
    near = rest.copy()
    for k in range(1, AFTER_REST_DAY + 1):
        near[:, k:] |= rest[:, :-k]
    week = np.stack([shifted(effect, k) for k in range(-3, 4)], axis=-1)
    least, most = np.nanmin(week, axis=-1), np.nanmax(week, axis=-1)
    level = likely - effect
    return np.where(near, np.fmin(level + least, likely), likely), np.where(near, np.fmax(level + most, likely), likely)


def _slip(distance: np.ndarray) -> np.ndarray:
    """100, 10, 1/10, 1/100 where the log distance is close to that factor, else 0."""
    out = np.zeros(distance.shape)
    for factor in SLIPS:
        for sign, shown in ((1, factor), (-1, 1 / factor)):
            with np.errstate(invalid="ignore"):
                out[np.abs(distance - sign * np.log(factor)) <= SLIP_CLOSE] = shown
    return out
