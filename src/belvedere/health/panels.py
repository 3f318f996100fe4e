"""Series seen as grids, place by date: the shape every rule works on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

NO_ROW, REPORTED, SUPPRESSED, WITHDRAWN = range(4)
STATES = {"reported": REPORTED, "suppressed": SUPPRESSED, "withdrawn": WITHDRAWN}
STEP_DAYS = {"week": 7}


@dataclass(frozen=True, order=True)
class SeriesKey:
    """What one grid holds."""

    feed: str
    indicator: str
    condition: str
    age_group: str
    sex: str
    period: str


SERIES_COLUMNS = list(SeriesKey.__dataclass_fields__)


@dataclass(frozen=True)
class Panel:
    """One indicator of one feed.

    places: shape (P,), text. dates: shape (T,), datetime64[D], evenly spaced (7 days apart for weeks).
    values: shape (P, T), NaN where there is no number. state: shape (P, T), NO_ROW, REPORTED, SUPPRESSED or WITHDRAWN.
    All panels of one feed and period share places and dates.
    """

    key: SeriesKey
    places: np.ndarray
    dates: np.ndarray
    values: np.ndarray
    state: np.ndarray

    @property
    def weekly(self) -> bool:
        """Whether one column is a week."""
        return self.key.period == "week"

    def with_values(self, values: np.ndarray) -> Panel:
        """The same grid holding other numbers."""
        return replace(self, values=values)

    def on(self, places: np.ndarray, dates: np.ndarray) -> np.ndarray:
        """The values on another grid, shape (len(places), len(dates)); NaN where this panel holds nothing."""
        rows = pd.Index(self.places).get_indexer(places)
        columns = pd.Index(self.dates).get_indexer(dates)
        out = self.values[np.ix_(rows, columns)].copy()
        out[rows < 0, :] = np.nan
        out[:, columns < 0] = np.nan
        return out


Panels = Mapping[SeriesKey, Panel]


def build_panels(rows: pd.DataFrame) -> dict[SeriesKey, Panel]:
    """Grids of an `indicators` table (long: one row a place, date and indicator).

    Where a key stands twice the row known last holds (or the last row, without `known_at`). A row without a place or date is
    left out:
    `rules.keys` reports it.
    """
    rows = rows[rows["place"].notna() & (rows["place"] != "") & rows["date"].notna()]
    if rows.empty:
        return {}
    if "known_at" in rows.columns and rows["known_at"].nunique() > 1:
        rows = rows.sort_values("known_at", kind="stable")
    series, keys = _series_codes(rows)
    day = rows["date"].to_numpy().astype("datetime64[D]")
    place, place_names = pd.factorize(rows["place"], sort=True)
    place_names = np.asarray(place_names, dtype=object)
    value = rows["value"].to_numpy(dtype=float, na_value=np.nan)
    state = _state_codes(rows)
    order = np.argsort(series, kind="stable")
    bounds = np.searchsorted(series[order], np.arange(len(keys) + 1))
    cells = {key: order[bounds[i] : bounds[i + 1]] for i, key in enumerate(keys)}
    panels = {}
    for group in _same_axes(keys):
        at = np.concatenate([cells[k] for k in group])
        present = np.unique(place[at])
        dates = _axis(day[at], STEP_DAYS.get(group[0].period, 1))
        for key in group:
            index = cells[key]
            row, column = np.searchsorted(present, place[index]), np.searchsorted(dates, day[index])
            values = np.full((len(present), len(dates)), np.nan)
            states = np.zeros(values.shape, dtype=np.int8)
            values[row, column] = value[index]
            states[row, column] = state[index]
            panels[key] = Panel(key, place_names[present], dates, values, states)
    return panels


def _series_codes(rows: pd.DataFrame) -> tuple[np.ndarray, list[SeriesKey]]:
    """The number of each row's series, and the series."""
    code, names = np.zeros(len(rows), dtype=np.int64), []
    for column in SERIES_COLUMNS:
        part, values = pd.factorize(rows[column])
        names.append(np.asarray(values, dtype=object))
        code = code * len(values) + part
    unique, dense = np.unique(code, return_inverse=True)
    parts = np.unravel_index(unique, [len(n) for n in names])
    return dense, [SeriesKey(*(str(n[p[i]]) for n, p in zip(names, parts, strict=True))) for i in range(len(unique))]


def _state_codes(rows: pd.DataFrame) -> np.ndarray:
    if "status" not in rows.columns:
        return np.full(len(rows), REPORTED, dtype=np.int8)
    part, values = pd.factorize(rows["status"])
    return np.array([STATES[v] for v in values], dtype=np.int8)[part]


def _same_axes(keys: list[SeriesKey]) -> Iterator[list[SeriesKey]]:
    groups: dict[tuple[str, str], list[SeriesKey]] = {}
    for key in keys:
        groups.setdefault((key.feed, key.period), []).append(key)
    yield from groups.values()


def _axis(days: np.ndarray, step: int) -> np.ndarray:
    """Every day (or week end) from the first to the last, and any date that lies off that rhythm."""
    regular = np.arange(days.min(), days.max() + np.timedelta64(1, "D"), np.timedelta64(step, "D"))
    return regular if step == 1 else np.union1d(regular, days)


def kind_of(definitions: Mapping[str, object], indicator: str) -> str | None:
    """stock, flow, cumulative or rate; None for an indicator nobody defined."""
    definition = definitions.get(indicator)
    return None if definition is None else str(definition.kind)


def partner(panels: Panels, panel: Panel, indicator: str) -> Panel | None:
    """Another indicator of the same people: in the same feed, else in the one other feed that shares most cells; None if
    there is none.
    """
    same = [
        p
        for k, p in panels.items()
        if k.indicator == indicator and (k.condition, k.age_group, k.sex, k.period) == _people(panel.key) and p is not panel
    ]
    in_feed = [p for p in same if p.key.feed == panel.key.feed]
    if in_feed:
        return in_feed[0]
    shared = [(np.isin(p.places, panel.places).sum() * np.isin(p.dates, panel.dates).sum(), i) for i, p in enumerate(same)]
    shared = [(n, -i) for n, i in shared if n > 0]
    return same[-max(shared)[1]] if shared else None


def _people(key: SeriesKey) -> tuple[str, str, str, str]:
    return key.condition, key.age_group, key.sex, key.period
