"""Who has reported, day by day: completeness beside each total (etalab/covid19-dashboard issue 50)."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from belvedere.health.panels import REPORTED, SUPPRESSED, Panel, Panels

PairKey = tuple[str, str, str]


def reported(panel: Panel) -> np.ndarray:
    """Which cells hold what the place sent, shape (P, T): a number, or one the producer hid as too small."""
    return (panel.state == SUPPRESSED) | ((panel.state == REPORTED) & ~np.isnan(panel.values))


def reporting(panels: Panels) -> dict[PairKey, tuple[Panel, np.ndarray]]:
    """By (feed, indicator, period): a panel with the axes, and which places reported any age group, sex or condition, shape
    (P, T).
    """
    out: dict[PairKey, tuple[Panel, np.ndarray]] = {}
    for key, panel in panels.items():
        pair = (key.feed, key.indicator, key.period)
        seen = reported(panel)
        out[pair] = (panel, out[pair][1] | seen if pair in out else seen)
    return out


def expected(seen: np.ndarray, window: int) -> np.ndarray:
    """Which places are expected on each day, shape (P, T): those that reported within the `window` columns that end there.

    A place that has been silent for longer leaves the count; the rule `stopped_reporting` says so.
    """
    total = np.cumsum(seen, axis=1, dtype=np.int32)
    before = np.zeros_like(total)
    before[:, window:] = total[:, :-window] if window < total.shape[1] else 0
    return (total - before) > 0


def completeness(panels: Panels, *, window_days: int, places: Mapping[str, Collection[str]] | None = None) -> pd.DataFrame:
    """Share of the expected places that reported, by feed, indicator and date.

    window_days: a place is expected when it reported within so many days; places: by feed, the places always expected instead.
    Columns: feed, indicator, period, date, reported, expected, share (NaN when nobody is expected).
    """
    tables = []
    for (feed, indicator, period), (panel, seen) in reporting(panels).items():
        awaited, arrived, outside = _awaited(panel, seen, window_days, (places or {}).get(feed))
        n_expected = awaited.sum(axis=0) + outside
        n_reported = arrived.sum(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            share = np.where(n_expected > 0, n_reported / n_expected, np.nan)
        tables.append(
            pd.DataFrame(
                {
                    "feed": feed,
                    "indicator": indicator,
                    "period": period,
                    "date": panel.dates,
                    "reported": n_reported,
                    "expected": n_expected,
                    "share": share,
                }
            )
        )
    columns = ["feed", "indicator", "period", "date", "reported", "expected", "share"]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=columns)


def missing_places(panels: Panels, *, window_days: int, places: Mapping[str, Collection[str]] | None = None) -> pd.DataFrame:
    """Who is expected and has not reported. Columns: feed, indicator, period, date, place, last_reported (NaT: never)."""
    tables = []
    for (feed, indicator, period), (panel, seen) in reporting(panels).items():
        wanted = (places or {}).get(feed)
        awaited, _, _ = _awaited(panel, seen, window_days, wanted)
        row, column = np.nonzero(awaited & ~seen)
        tables.append(
            pd.DataFrame(
                {
                    "feed": feed,
                    "indicator": indicator,
                    "period": period,
                    "date": panel.dates[column],
                    "place": panel.places[row],
                    "last_reported": _last_seen(panel, seen)[row, column],
                }
            )
        )
        about = {"feed": feed, "indicator": indicator, "period": period, "date": panel.dates}
        never = sorted(set(wanted or ()) - set(panel.places))
        tables += [pd.DataFrame({**about, "place": place, "last_reported": pd.NaT}) for place in never]
    columns = ["feed", "indicator", "period", "date", "place", "last_reported"]
    filled = [t for t in tables if len(t)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=columns)


def _awaited(
    panel: Panel, seen: np.ndarray, window_days: int, wanted: Collection[str] | None
) -> tuple[np.ndarray, np.ndarray, int]:
    """Expected cells, expected cells that arrived, and how many expected places the panel does not know at all."""
    if wanted is None:
        columns = max(1, window_days // 7) if panel.weekly else window_days
        awaited = expected(seen, columns)
        return awaited, seen & awaited, 0
    known = np.isin(panel.places, list(wanted))
    awaited = np.broadcast_to(known[:, None], seen.shape)
    return awaited, seen & awaited, len(set(wanted) - set(panel.places))


def _last_seen(panel: Panel, seen: np.ndarray) -> np.ndarray:
    column = np.where(seen, np.arange(seen.shape[1]), -1)
    last = np.maximum.accumulate(column, axis=1)
    return np.where(last >= 0, panel.dates[last], np.datetime64("NaT"))
