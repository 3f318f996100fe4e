"""How a rule says what it found: one row a stretch of dates, never a repair."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from belvedere.health.panels import Panel, SeriesKey

COLUMNS = [
    "rule",
    "feed",
    "place",
    "indicator",
    "first_date",
    "last_date",
    "n",
    "found",
    "expected",
    "severity",
    "sentence_key",
    "details",
]
SEVERITIES = ("info", "warning", "error")


def none_found() -> pd.DataFrame:
    """An empty table of findings."""
    return pd.DataFrame(
        {c: pd.Series(dtype="int64" if c == "n" else "float64" if c in ("found", "expected") else object) for c in COLUMNS}
    )


def finding(
    rule: str,
    feed: str,
    *,
    severity: str,
    n: int,
    place=None,
    indicator=None,
    dates=(None, None),
    found=np.nan,
    expected=np.nan,
    key: str | None = None,
    **details,
) -> dict:
    """One row. dates: (first, last). details: what else a data manager needs, kept as JSON."""
    return {
        "rule": rule,
        "feed": feed,
        "place": place,
        "indicator": indicator,
        "first_date": _day(dates[0]),
        "last_date": _day(dates[1]),
        "n": int(n),
        "found": float(found),
        "expected": float(expected),
        "severity": severity,
        "sentence_key": key or f"health.{rule}",
        "details": json.dumps(details, default=str, ensure_ascii=False, sort_keys=True),
    }


def table(rows: Iterable[dict]) -> pd.DataFrame:
    """Rows of `finding` as the table of findings."""
    rows = list(rows)
    return pd.DataFrame(rows, columns=COLUMNS) if rows else none_found()


def gather(tables: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Several tables of findings as one."""
    filled = [t for t in tables if len(t)]
    return pd.concat(filled, ignore_index=True) if filled else none_found()


def runs(mask: np.ndarray, join: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Stretches of True along the last axis of a (P, T) mask.

    join: stretches apart by at most so many False cells count as one.
    Returns row, first column, last column (included), number of True cells; each of shape (R,).
    """
    row, column = np.nonzero(mask)
    if not len(row):
        return row, row, row, row
    starts = np.r_[True, (np.diff(row) != 0) | (np.diff(column) > join + 1)]
    first = np.flatnonzero(starts)
    last = np.r_[first[1:] - 1, len(row) - 1]
    return row[first], column[first], column[last], last - first + 1


def from_mask(
    rule: str,
    panel: Panel,
    mask: np.ndarray,
    *,
    severity: str,
    found=None,
    expected=None,
    join: int = 0,
    key: str | None = None,
    **details,
) -> pd.DataFrame:
    """One finding for every stretch of True; found and expected (shape (P, T)) are those of its worst day.

    details: constants, or arrays of shape (P, T) taken at the worst day.
    """
    row, start, stop, n = runs(mask, join)
    if not len(row):
        return none_found()
    found = panel.values if found is None else np.broadcast_to(found, mask.shape)
    expected = np.full(mask.shape, np.nan) if expected is None else np.broadcast_to(expected, mask.shape)
    worst = _worst(mask, np.abs(found - expected), n)
    about = people(panel.key)
    return table(
        finding(
            rule,
            panel.key.feed,
            place=panel.places[p],
            indicator=panel.key.indicator,
            dates=(panel.dates[a], panel.dates[b]),
            n=count,
            found=found[p, w],
            expected=expected[p, w],
            severity=severity,
            key=key,
            worst_date=panel.dates[w],
            **about,
            **{k: v[p, w].item() if isinstance(v, np.ndarray) else v for k, v in details.items()},
        )
        for p, a, b, count, w in zip(row, start, stop, n, worst, strict=True)
    )


def _worst(mask: np.ndarray, deviation: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Column of the largest deviation in each stretch."""
    row, column = np.nonzero(mask)
    stretch = np.repeat(np.arange(len(n)), n)
    size = np.nan_to_num(deviation[row, column], nan=-1.0)
    order = np.lexsort((-size, stretch))
    return column[order[np.r_[0, np.cumsum(n)[:-1]]]]


def people(key: SeriesKey) -> Mapping[str, str]:
    """The dimensions that are not everyone, every day."""
    plain = {"age_group": "all", "sex": "all", "period": "day"}
    return {"condition": key.condition} | {
        name: getattr(key, name) for name, usual in plain.items() if getattr(key, name) != usual
    }


def _day(value) -> pd.Timestamp | None:
    return None if value is None else pd.Timestamp(value).date()
