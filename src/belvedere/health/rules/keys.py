"""Rows that should not be there, and dates that should."""

from __future__ import annotations

import numpy as np
import pandas as pd

from belvedere.health.completeness import reporting
from belvedere.health.findings import finding, from_mask, gather, people, runs, table
from belvedere.health.gaps import zero_throughout
from belvedere.health.panels import SERIES_COLUMNS, Panel
from belvedere.health.rules.base import Evidence

KEYS = [*SERIES_COLUMNS, "place", "date"]
EXAMPLES = 5
WEEK = 7
REGULAR = 0.95
"""An indicator on which a gap is worth a word comes on at least this share of the dates around it: others are sent only when
not zero.
"""


def duplicate_keys(evidence: Evidence) -> pd.DataFrame:
    """One key, two different values, in one version (same `known_at`)."""
    rows = evidence.rows
    if rows is None:
        return gather([])
    keys = [*KEYS, "known_at"] if "known_at" in rows.columns else KEYS
    twice = rows[rows.duplicated(keys, keep=False)]
    if twice.empty:
        return gather([])
    spread = twice.groupby(keys, dropna=False, observed=True)["value"].agg(["nunique", "min", "max", "size"]).reset_index()
    clash = spread[spread["nunique"] > 1]
    grouped = clash.groupby(["feed", "indicator"], observed=True)
    return table(
        finding(
            "duplicate_key",
            feed,
            indicator=indicator,
            severity="error",
            n=len(part),
            place=part["place"].iloc[0] if part["place"].nunique() == 1 else None,
            dates=(part["date"].min(), part["date"].max()),
            found=part["max"].iloc[0],
            expected=part["min"].iloc[0],
            examples=[f"{r.place} {r.date}" for r in part.head(EXAMPLES).itertuples()],
        )
        for (feed, indicator), part in grouped
    )


def feeds_disagree(evidence: Evidence) -> pd.DataFrame:
    """Two feeds give different values for the same indicator, people, place and date. One finding a place and pair of feeds."""
    limits = evidence.thresholds
    out = []
    panels = sorted(evidence.panels.items())
    for i, (key, panel) in enumerate(panels):
        for other_key, other in panels[i + 1 :]:
            same = all(getattr(key, c) == getattr(other_key, c) for c in SERIES_COLUMNS if c != "feed")
            if not same or key.feed == other_key.feed:
                continue
            theirs = other.on(panel.places, panel.dates)
            tolerance = limits.stock_flow_absolute_tolerance + limits.stock_flow_relative_tolerance * np.abs(theirs)
            with np.errstate(invalid="ignore"):
                differs = np.abs(panel.values - theirs) > tolerance
            out.append(
                from_mask(
                    "feeds_disagree",
                    panel,
                    differs,
                    severity="warning",
                    expected=theirs,
                    join=differs.shape[1],
                    other_feed=other_key.feed,
                )
            )
    return gather(out)


def unknown_codes(evidence: Evidence) -> pd.DataFrame:
    """Codes set aside in quarantine because no list knows them, and rows that came without a place or date."""
    found = []
    if evidence.unknown_codes is not None:
        found += [
            finding("unknown_code", r.feed, severity="warning", n=r.n, column=r.column, code=r.code)
            for r in evidence.unknown_codes.itertuples()
        ]
    rows = evidence.rows
    if rows is not None:
        for column in ("place", "date"):
            spaces = [v for v in rows[column].unique() if isinstance(v, str) and not v.strip()]
            blank = rows[rows[column].isna() | rows[column].isin(spaces)]
            for (feed, indicator), part in blank.groupby(["feed", "indicator"], observed=True):
                days = part["date"].dropna()
                found.append(
                    finding(
                        "unknown_code",
                        feed,
                        indicator=indicator,
                        severity="warning",
                        n=len(part),
                        dates=(days.min(), days.max()) if len(days) else (None, None),
                        column=column,
                        code="",
                    )
                )
    return table(found)


def impossible_dates(evidence: Evidence) -> pd.DataFrame:
    """Figures dated after today, or before the feed can have had any."""
    out = []
    for panel in evidence.panels.values():
        seen = panel.state > 0
        for rule, wrong in (
            ("future_date", panel.dates > np.datetime64(evidence.today)),
            ("early_date", _before(panel.dates, evidence.valid_from.get(panel.key.feed))),
        ):
            if (seen & wrong).any():
                out.append(from_mask(rule, panel, seen & wrong, severity="error"))
    return gather(out)


def missing_dates(evidence: Evidence) -> pd.DataFrame:
    """Dates inside a feed's own range on which nothing came, or an indicator that otherwise comes on every date; versions
    that are missing.
    """
    found = []
    for (feed, _), group in _by_feed(evidence).items():
        dates = next(iter(group.values()))[0].dates
        together = np.any([seen.any(axis=0) for _, seen in group.values()], axis=0)
        found += _date_gaps(feed, None, dates, together, ~together)
        for indicator, (panel, seen) in group.items():
            window = evidence.thresholds.completeness_window_days // (7 if panel.weekly else 1) or 1
            some = seen.any(axis=0)
            found += _date_gaps(feed, indicator, dates, some, ~some & together & (_regularity(some, window) >= REGULAR))
    for feed, days in evidence.versions.items():
        found += _missing_versions(feed, np.unique(np.array(list(days), dtype="datetime64[D]")))
    return table(found)


def _by_feed(evidence: Evidence) -> dict[tuple[str, str], dict[str, tuple[Panel, np.ndarray]]]:
    """(feed, period) -> indicator -> its grid, and which cells were reported."""
    out: dict[tuple[str, str], dict[str, tuple[Panel, np.ndarray]]] = {}
    for (feed, indicator, period), value in reporting(evidence.panels).items():
        out.setdefault((feed, period), {})[indicator] = value
    return out


def _date_gaps(feed: str, indicator: str | None, dates: np.ndarray, some: np.ndarray, gap: np.ndarray) -> list[dict]:
    """One finding for every stretch of gap between the first and the last date with a figure."""
    if not some.any():
        return []
    first, last = np.flatnonzero(some)[[0, -1]]
    inside = np.zeros_like(gap)
    inside[first:last] = gap[first:last]
    return [
        finding("missing_dates", feed, indicator=indicator, severity="warning", n=n, dates=(dates[a], dates[b]), found=0)
        for _, a, b, n in zip(*runs(inside[None, :]), strict=True)
    ]


def _regularity(some: np.ndarray, window: int) -> np.ndarray:
    """Share of dates with a figure within `window` dates to either side, shape (T,)."""
    total = np.cumsum(np.r_[0, some])
    column = np.arange(len(some))
    first, end = np.maximum(column - window, 0), np.minimum(column + window + 1, len(some))
    return (total[end] - total[first]) / (end - first)


def _missing_versions(feed: str, days: np.ndarray) -> list[dict]:
    """Holes in the usual spacing of a feed's versions."""
    if len(days) < 3:
        return []
    spacing = np.diff(days).astype(int)
    usual = int(np.median(spacing))
    return [
        finding(
            "missing_dates",
            feed,
            severity="warning",
            n=gap // usual - 1,
            dates=(days[i] + usual, days[i + 1] - usual),
            key="health.missing_versions",
            versions=True,
            usual_spacing_days=usual,
        )
        for i, gap in enumerate(spacing)
        if gap >= 2 * usual
    ]


def indicator_span(evidence: Evidence) -> pd.DataFrame:
    """An indicator that starts, or ends, more than a week later, or earlier, than the rest of its feed."""
    found = []
    seen = {name: s.any(axis=0) for name, (_, s) in reporting(evidence.panels).items()}
    axis = {name: p.dates for name, (p, _) in reporting(evidence.panels).items()}
    for (feed, indicator, period), days in seen.items():
        if not days.any():
            continue
        together = np.any([s for (f, _, p), s in seen.items() if (f, p) == (feed, period)], axis=0)
        dates = axis[feed, indicator, period]
        first, last = np.flatnonzero(days)[[0, -1]]
        feed_first, feed_last = np.flatnonzero(together)[[0, -1]]
        for rule, a, b, apart in (
            ("starts_late", feed_first, first - 1, (dates[first] - dates[feed_first]).astype(int)),
            ("ends_early", last + 1, feed_last, (dates[feed_last] - dates[last]).astype(int)),
        ):
            if apart > WEEK:
                found.append(finding(rule, feed, indicator=indicator, severity="info", n=apart, dates=(dates[a], dates[b])))
    return table(found)


def stopped_reporting(evidence: Evidence) -> pd.DataFrame:
    """A place that has sent nothing for longer than the window while others go on; or some indicators it used to send on
    nearly all days.
    """
    found = []
    for (feed, _), group in _by_feed(evidence).items():
        panel = next(iter(group.values()))[0]
        gone = _silent_places(evidence, panel, np.any([seen for _, seen in group.values()], axis=0))
        stopped = {(p, since): [] for p, since in gone.items()}
        for indicator, (_, seen) in group.items():
            window = evidence.thresholds.completeness_window_days // (7 if panel.weekly else 1) or 1
            for p, since in _silent_places(evidence, panel, seen).items():
                if p not in gone and seen[p, max(0, since - window) : since].mean() >= REGULAR:
                    stopped.setdefault((p, since), []).append(indicator)
        found += [_stopped(feed, names, panel, p, since) for (p, since), names in stopped.items()]
    return table(found)


def _silent_places(evidence: Evidence, panel: Panel, seen: np.ndarray) -> dict[int, int]:
    """Row of each place silent at the end for longer than the window -> the first column without a figure."""
    if not seen.any():
        return {}
    end = np.flatnonzero(seen.any(axis=0))[-1]
    last = np.where(seen.any(axis=1), seen.shape[1] - 1 - np.argmax(seen[:, ::-1], axis=1), end)
    silent = (panel.dates[end] - panel.dates[last]).astype(int)
    return {int(p): int(last[p]) + 1 for p in np.flatnonzero(silent > evidence.thresholds.completeness_window_days)}


def _stopped(feed: str, indicators: list[str], panel: Panel, place: int, since: int) -> dict:
    n = (panel.dates[-1] - panel.dates[since]).astype(int) + 1
    return finding(
        "stopped_reporting",
        feed,
        place=panel.places[place],
        indicator=indicators[0] if len(indicators) == 1 else None,
        severity="warning",
        n=n,
        dates=(panel.dates[since], panel.dates[-1]),
        indicators=indicators or "all",
    )


def zero_series(evidence: Evidence) -> pd.DataFrame:
    """A place that says zero on every day while its peers do not: perhaps it does not report at all."""
    found = []
    for key, panel in evidence.panels.items():
        doubted = zero_throughout(panel, evidence.thresholds)
        counts = (panel.values[doubted] == 0).sum(axis=1)
        found += [
            finding(
                "zero_throughout",
                key.feed,
                place=place,
                indicator=key.indicator,
                severity="info",
                n=n,
                dates=(panel.dates[0], panel.dates[-1]),
                found=0,
                **people(key),
            )
            for place, n in zip(panel.places[doubted], counts, strict=True)
        ]
    return table(found)


def _before(dates: np.ndarray, start) -> np.ndarray:
    return np.zeros(len(dates), dtype=bool) if start is None else dates < np.datetime64(start)
