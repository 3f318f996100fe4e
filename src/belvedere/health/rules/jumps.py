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
    now_and_then,
    shifted,
    side_medians,
    to_log,
    two_sided,
    weekday_effect,
)
from belvedere.health.panels import Panel, kind_of, partner
from belvedere.health.rules.base import Evidence

SLIPS = (100.0, 10.0)
SLIP_CLOSE = np.log(1.15)
ONE_SIDED_CAUTION = 2.0
"""Where only one side is known growth cannot be told from a jump: the square of the factor is asked for."""
AFTER_REST_DAY = 2
"""Days after a public holiday on which what was held back arrives."""


def jumps(evidence: Evidence) -> pd.DataFrame:
    """Single days (or a few) far above or below what the days around them say.

    Judged: day counts, the daily growth of running totals whose own day count is not published, and censuses. Weekly series
    too, without weekdays.
    """
    out = []
    for panel in evidence.of_kind("flow", "cumulative", "stock"):
        kind = kind_of(evidence.definitions, panel.key.indicator)
        # the moving sum repeats a fault seven times, and the running total repeats that of its day count
        if panel.key.period == "7d" or (kind == "cumulative" and _flow_published(evidence, panel)):
            continue
        if kind == "cumulative":
            out.append(_slipped_totals(evidence, panel))
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


def sudden_zero(evidence: Evidence) -> pd.DataFrame:
    """Zeros beside large figures in a census or a moving sum, neither of which can empty overnight: not reported, written as
    zero.
    """
    limits = evidence.thresholds
    out = []
    for panel in evidence.of_kind("stock", "flow"):
        if kind_of(evidence.definitions, panel.key.indicator) == "flow" and panel.key.period != "7d":
            continue
        zero = panel.values == 0
        before, after = _near_run(panel.values, zero)
        beside = np.fmax(before, after)
        with np.errstate(invalid="ignore"):
            out.append(
                from_mask(
                    "sudden_zero", panel, zero & (beside >= limits.jump_minimum_count), severity="warning", expected=beside
                )
            )
    return gather(out)


def _near_run(values: np.ndarray, zero: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """At each zero: the smallest of the three figures before its stretch of zeros, and of the three after it. Shape (P, T)."""
    three_before = np.min(np.stack([shifted(values, k) for k in (1, 2, 3)]), axis=0)
    three_after = np.min(np.stack([shifted(values, -k) for k in (1, 2, 3)]), axis=0)
    column = np.arange(values.shape[1])
    start = np.maximum.accumulate(np.where(zero, -1, column), axis=1) + 1
    stop = np.minimum.accumulate(np.where(zero, values.shape[1], column)[:, ::-1], axis=1)[:, ::-1] - 1
    start, stop = np.clip(start, 0, values.shape[1] - 1), np.clip(stop, 0, values.shape[1] - 1)
    return np.take_along_axis(three_before, start, axis=1), np.take_along_axis(three_after, stop, axis=1)


def _jumps_in(evidence: Evidence, panel: Panel, counts: np.ndarray, kind: str) -> pd.DataFrame:
    limits = evidence.thresholds
    logs = to_log(counts)
    weekdays = kind != "stock" and not panel.weekly
    effect = weekday_effect(logs) if weekdays else np.zeros(logs.shape)
    likely = expected_log(logs, effect)
    low, high = _holiday_range(evidence.rest_day_mask(panel), likely, effect) if weekdays else (likely, likely)
    nearest = np.clip(logs, low, high)
    expected = from_log(nearest)
    caution = np.where(two_sided(logs), 1.0, ONE_SIDED_CAUTION)
    spread = local_spread(anscombe(counts) - anscombe(from_log(likely)))
    far = np.log(limits.jump_factor) * caution
    with np.errstate(invalid="ignore"):
        big = np.fmax(counts, expected) >= limits.jump_minimum_count
        found = big & (np.abs(logs - nearest) >= far)
        found &= np.abs(anscombe(counts) - anscombe(expected)) >= limits.jump_noise_sd * spread
        found &= ~now_and_then(counts, limits.jump_minimum_count)
    found = _standing_out(found, logs - effect, far / 4)
    slip = np.zeros(counts.shape) if kind == "cumulative" else _slip(counts, expected, limits.jump_minimum_count)
    slipped = found & (slip != 0)
    grown = {"key": "health.jump_growth", "daily_growth": True} if kind == "cumulative" else {}
    return gather(
        [
            from_mask("decimal_slip", panel, slipped, severity="error", found=counts, expected=expected, factor=slip),
            from_mask("jump", panel, found & ~slipped, severity="warning", found=counts, expected=expected, **grown),
        ]
    )


def _slipped_totals(evidence: Evidence, panel: Panel) -> pd.DataFrame:
    """Running totals ten or a hundred times what stood before and after."""
    logs = to_log(panel.values)
    expected = from_log(expected_log(logs, np.zeros(logs.shape)))
    slip = _slip(panel.values, expected, evidence.thresholds.jump_minimum_count)
    out = _standing_out(slip != 0, logs, np.full(logs.shape, np.log(SLIPS[-1]) / 2))
    return from_mask("decimal_slip", panel, out, severity="error", expected=expected, factor=slip)


def _standing_out(found: np.ndarray, level: np.ndarray, least: np.ndarray) -> np.ndarray:
    """Those cells found that lie above, or below, both the week before and the week after by at least that much (logs).

    A spike does; the edge of a new level does not.
    """
    row, column = np.nonzero(found)
    before, after = side_medians(level, row, column)
    here, far = level[row, column], least[row, column]
    with np.errstate(invalid="ignore"):
        keep = (np.fmin(here - before, here - after) >= far) | (np.fmax(here - before, here - after) <= -far)
    out = np.zeros(found.shape, dtype=bool)
    out[row[keep], column[keep]] = True
    return out


def _growth(values: np.ndarray) -> np.ndarray:
    """Daily growth of a running total. A fall, and the return from it on the next day, are another rule's: NaN here."""
    growth = values - shifted(values, 1)
    with np.errstate(invalid="ignore"):
        return np.where((growth < 0) | (shifted(growth, 1) < 0), np.nan, growth)


def _flow_published(evidence: Evidence, panel: Panel) -> bool:
    name = getattr(evidence.definitions[panel.key.indicator], "cumulative_of", None)
    flow = partner(evidence.panels, panel, name) if name else None
    return flow is not None and flow.key.feed == panel.key.feed


def _holiday_range(rest: np.ndarray, likely: np.ndarray, effect: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What a public holiday may look like: anything from the quietest to the busiest weekday, on the day and on the days
    after.
    """
    near = rest.copy()
    for k in range(1, AFTER_REST_DAY + 1):
        near[:, k:] |= rest[:, :-k]
    week = np.stack([shifted(effect, k) for k in range(-3, 4)], axis=-1)
    least, most = np.nanmin(week, axis=-1), np.nanmax(week, axis=-1)
    level = likely - effect
    return np.where(near, np.fmin(level + least, likely), likely), np.where(near, np.fmax(level + most, likely), likely)


def _slip(found: np.ndarray, expected: np.ndarray, minimum_count: float) -> np.ndarray:
    """100, 10, 1/10, 1/100 where found over expected is close to that factor and both are counts worth comparing, else 0."""
    out = np.zeros(found.shape)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where(np.fmin(found, expected) >= minimum_count, np.log(found / expected), np.nan)
        for factor in (*SLIPS, *(1 / f for f in SLIPS)):
            out[np.abs(ratio - np.log(factor)) <= SLIP_CLOSE] = factor
    return out
