"""What the page of one feed shows: who reported when (typed gaps), what the rules found, and which versions were loaded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from belvedere.app.findings import thresholds
from belvedere.app.status import ONE_DAY, VersionSummary, dated, expected_places, summary
from belvedere.health import Panel, build_panels, cell_types
from belvedere.health.findings import runs
from belvedere.health.gaps import CODES, GAPS
from belvedere.reference.places import Places
from belvedere.sources.mapping import Mapping
from belvedere.store.load import stored_versions
from belvedere.store.snapshot import Snapshot

HEAT_DAYS = 56
GAPS_SHOWN = 40
VERSIONS_SHOWN = 30
SENTENCES_SHOWN = 4
SERIES = ("place", "date", "indicator", "condition", "age_group", "sex", "period", "value", "status")


@dataclass(frozen=True)
class Stretch:
    """Consecutive days of one type in one place. start: column of the strip; days: columns covered."""

    type: str
    start: int
    columns: int
    first: dt.date
    last: dt.date


@dataclass(frozen=True)
class PlaceStrip:
    """One row of the heat strip."""

    place: str
    name: str
    stretches: tuple[Stretch, ...]
    gap_days: int

    def gaps(self) -> Iterator[Stretch]:
        """The stretches that are gaps, oldest first."""
        return (s for s in self.stretches if s.type in GAPS)


@dataclass(frozen=True)
class Heat:
    """Who reported one indicator, day by day. strips: places with gaps, longest first. complete: how many places have none."""

    indicator: str
    indicators: tuple[str, ...]
    columns: int
    first: dt.date
    last: dt.date
    step: dt.timedelta
    strips: tuple[PlaceStrip, ...]
    complete: int


def heat(snapshot: Snapshot, mapping: Mapping, places: Places, last_date: dt.date | None, indicator: str | None) -> Heat | None:
    """The last `HEAT_DAYS` days of one indicator (default: the first of the mapping); None where there is nothing to draw."""
    if last_date is None or mapping.table != "indicators" or not dated(mapping.table):
        return None
    rows = _recent_rows(snapshot, mapping.feed, last_date - (HEAT_DAYS - 1) * ONE_DAY)
    if rows.empty:
        return None
    panels = build_panels(rows)
    known = tuple(sorted({key.indicator for key in panels}, key=_order_of(mapping)))
    chosen = indicator if indicator in known else known[0]
    panel = _whole_population([p for key, p in panels.items() if key.indicator == chosen])
    types = cell_types(panel, thresholds(snapshot.workspace))
    strips = [_strip(place, types[row], panel.dates, places) for row, place in enumerate(panel.places)]
    silent = sorted(set(expected_places(mapping, places)) - set(panel.places))
    strips += [_strip(place, np.full(len(panel.dates), CODES["not_reported"]), panel.dates, places) for place in silent]
    gappy = sorted((s for s in strips if s.gap_days), key=lambda s: (-s.gap_days, s.name))
    step = (panel.dates[1] - panel.dates[0]).astype(int) * ONE_DAY if len(panel.dates) > 1 else ONE_DAY
    return Heat(
        chosen,
        known,
        len(panel.dates),
        _day(panel.dates[0]),
        _day(panel.dates[-1]),
        step,
        tuple(gappy),
        len(strips) - len(gappy),
    )


def _recent_rows(snapshot: Snapshot, feed: str, since: dt.date) -> pd.DataFrame:
    rows = snapshot.table("indicators", include_withdrawn=True)
    rows = rows.filter((rows.feed == feed) & (rows.date >= since))
    return rows.mutate(status=rows.withdrawn.ifelse("withdrawn", rows.status)).select("feed", *SERIES).to_pandas()


def _order_of(mapping: Mapping):
    """Indicators in the order of the mapping, any others after them by name."""
    named = [str(v.constants.get("indicator", "")) for v in mapping.values]
    return lambda name: (named.index(name) if name in named else len(named), name)


def _whole_population(panels: list[Panel]) -> Panel:
    """The panel of everybody, if there is one; else the one with most figures."""
    everybody = [p for p in panels if p.key.age_group == "all" and p.key.sex == "all"]
    return max(everybody or panels, key=lambda p: int((~np.isnan(p.values)).sum()))


def _strip(place: str, types: np.ndarray, dates: np.ndarray, places: Places) -> PlaceStrip:
    names = {code: name for name, code in CODES.items()}
    stretches, gap_days = [], 0
    for code in np.unique(types):
        _, start, end, count = runs((types == code)[None, :])
        stretches += [
            Stretch(names[int(code)], int(a), int(b - a + 1), _day(dates[a]), _day(dates[b]))
            for a, b in zip(start, end, strict=True)
        ]
        gap_days += int(count.sum()) if names[int(code)] in GAPS else 0
    stretches.sort(key=lambda s: s.start)
    return PlaceStrip(place, places.name(place) if place in places else place, tuple(stretches), gap_days)


def _day(value: np.datetime64) -> dt.date:
    return value.astype("datetime64[D]").astype(dt.date)


@dataclass(frozen=True)
class RuleFindings:
    """Everything one rule found in a feed: how often, and its gravest findings."""

    rule: str
    severity: str
    count: int
    examples: pd.DataFrame


def findings_of(findings: pd.DataFrame, feed: str) -> list[RuleFindings]:
    """The findings of one feed by rule, errors first."""
    gravity = {"error": 0, "warning": 1, "info": 2}
    mine = findings[findings["feed"] == feed]
    groups = []
    for rule, part in mine.groupby("rule", sort=False):
        ordered = part.assign(_gravity=part["severity"].map(gravity)).sort_values(
            ["_gravity", "n"], ascending=[True, False], kind="stable"
        )
        groups.append(RuleFindings(str(rule), str(ordered["severity"].iloc[0]), len(part), ordered.head(SENTENCES_SHOWN)))
    return sorted(groups, key=lambda g: (gravity[g.severity], -g.count))


def versions_of(snapshot: Snapshot, feed: str) -> list[VersionSummary]:
    """Versions known by then, newest first."""
    versions = stored_versions(snapshot.workspace, feed)
    return [summary(v) for v in reversed(versions) if snapshot.as_of is None or v.at <= snapshot.as_of]
