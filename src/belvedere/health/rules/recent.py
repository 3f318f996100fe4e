"""Last days that are still filling up, and weekdays that change their habits."""

from __future__ import annotations

import numpy as np
import pandas as pd

from belvedere.health.findings import finding, from_mask, gather, people, table
from belvedere.health.neighbourhood import anscombe, from_log, median_last, shifted, to_log
from belvedere.health.panels import Panel
from belvedere.health.rules.base import Evidence

WEEKS_BACK = (1, 2, 3, 4)


def recent_incomplete(evidence: Evidence) -> pd.DataFrame:
    """The last days of a day count: those its producer calls incomplete, and those far below the same weekday of the weeks
    before.
    """
    return gather([_declared(evidence), _below_norm(evidence)])


def _declared(evidence: Evidence) -> pd.DataFrame:
    found = []
    for panel in evidence.of_kind("flow"):
        days = evidence.settle_days.get(panel.key.feed, 0)
        if not days or not (panel.state > 0).any():
            continue
        end = np.flatnonzero((panel.state > 0).any(axis=0))[-1]
        start = max(0, end - days + 1)
        found.append(
            finding(
                "recent_incomplete",
                panel.key.feed,
                indicator=panel.key.indicator,
                severity="info",
                n=end - start + 1,
                dates=(panel.dates[start], panel.dates[end]),
                found=np.nansum(panel.values[:, start : end + 1]),
                basis="declared by the producer",
                **people(panel.key),
            )
        )
    return table(found)


def _below_norm(evidence: Evidence) -> pd.DataFrame:
    """The feed's sum of a last day below `recent_minimum_share` of its usual sum for that weekday, carried on at the trend
    of the weeks before.
    """
    limits = evidence.thresholds
    out = []
    for panel in evidence.of_kind("flow"):
        if panel.weekly or panel.key.period != "day":
            continue
        total = np.nansum(np.where(panel.state > 0, panel.values, np.nan), axis=0, keepdims=True)
        seen = (panel.state > 0).any(axis=0)
        if not seen.any():
            continue
        end = np.flatnonzero(seen)[-1]
        norm = weekday_norm(total[:, : end + 1])
        low = total[:, : end + 1] < limits.recent_minimum_share * norm
        low &= anscombe(norm) - anscombe(total[:, : end + 1]) >= limits.jump_noise_sd
        low[:, : max(0, end + 1 - limits.recent_days)] = False
        # only the days up to the last one: a low day followed by a full one is not delay
        low = np.logical_and.accumulate(low[:, ::-1], axis=1)[:, ::-1]
        whole = Panel(panel.key, np.array([None], dtype=object), panel.dates[: end + 1], total[:, : end + 1], None)
        out.append(
            from_mask("recent_incomplete", whole, low, severity="warning", expected=norm, basis="far below the weekday's norm")
        )
    return gather(out)


def weekday_norm(total: np.ndarray) -> np.ndarray:
    """Usual value of a day: the median of the same weekday over four weeks, or less when the last two weeks were falling.
    Shape (P, T).
    """
    logs = to_log(total)
    weeks = np.stack([shifted(logs, 7 * k) for k in WEEKS_BACK], axis=-1)
    trend = 2 * weeks[..., 0] - weeks[..., 1]
    return from_log(np.fmin(median_last(weeks), np.fmin(trend, weeks[..., 0])))


def weekday_change(evidence: Evidence) -> pd.DataFrame:
    """A weekday that begins or stops to be counted apart (weekends no longer reported): patterns of successive stretches
    compared.

    One finding an indicator, stretch and weekday; n: places whose share of the week's level changed by `jump_factor` or more.
    """
    limits = evidence.thresholds
    length = limits.weekday_window_days // 7 * 7
    out = []
    for panel in evidence.of_kind("flow"):
        if panel.weekly or panel.key.period != "day" or panel.values.shape[1] < 2 * length:
            continue
        logs = to_log(panel.values)
        away = logs - median_last(np.stack([shifted(logs, k) for k in range(-3, 4)], axis=-1))
        blocks = panel.values.shape[1] // length
        shape = (len(panel.places), blocks, length // 7, 7)
        pattern = median_last(np.swapaxes(away[:, : blocks * length].reshape(shape), 2, 3))
        # next to nothing and nothing are the same habit
        pattern = np.maximum(pattern, -2 * np.log(limits.jump_factor))
        level = median_last(panel.values[:, : blocks * length].reshape(len(panel.places), blocks, length))
        with np.errstate(invalid="ignore"):
            change = np.abs(np.diff(pattern, axis=1))
            counted = np.fmin(level[:, 1:], level[:, :-1]) >= limits.jump_minimum_count
            changed = (change >= np.log(limits.jump_factor)) & counted[..., None]
        for block, day in zip(*np.nonzero(changed.any(axis=0)), strict=True):
            where = np.flatnonzero(changed[:, block, day])
            start = (block + 1) * length
            out.append(
                finding(
                    "weekday_change",
                    panel.key.feed,
                    place=panel.places[where[0]] if len(where) == 1 else None,
                    indicator=panel.key.indicator,
                    severity="info",
                    n=len(where),
                    dates=(panel.dates[start], panel.dates[start + length - 1]),
                    found=np.exp(np.median(pattern[where, block + 1, day])),
                    expected=np.exp(np.median(pattern[where, block, day])),
                    weekday=pd.Timestamp(panel.dates[start + day]).day_name(),
                    places=list(panel.places[where]),
                    **people(panel.key),
                )
            )
    return table(out)
