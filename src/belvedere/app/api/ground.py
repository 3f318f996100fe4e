"""What is observed in a country, as arrays: counts by place and day, beds by day, who else lies in them.

The same inputs an outlook starts from, so that a page and a run never read different feeds; sums over larger regions beside.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from ibis import _

from belvedere.errors import DataError
from belvedere.outlook.beds import KINDS, LEVELS, MUST_HAVE
from belvedere.outlook.inputs import Inputs, read_inputs
from belvedere.outlook.settings import Settings
from belvedere.reference.places import Places
from belvedere.store.snapshot import Snapshot
from belvedere.trust.gate import Read

DAY = np.timedelta64(1, "D")
CENSUS_OF = {"icu": "icu_census", "ward": "ward_census"}
COUNTED = ("hospital_admissions", "icu_admissions", "hospital_census", "icu_census", "ward_census")


@dataclass(frozen=True)
class Ground:
    """Figures of one country. days: datetime64[D], shape (T,), the last complete day last; those still coming in after it.

    values: (indicator, place) -> (T,), persons, nan where not known; of a larger region only where every member is known.
    members: larger region or country -> places of the outlook inside. beds: (level, place) -> kind -> (T,).
    others: (level, place) -> (T,), patients with other conditions. dated: (level, place) -> day of the oldest capacity figure.
    """

    inputs: Inputs
    level: str
    days: np.ndarray
    values: Mapping[tuple[str, str], np.ndarray]
    members: Mapping[str, tuple[str, ...]]
    beds: Mapping[tuple[str, str], Mapping[str, np.ndarray]]
    others: Mapping[tuple[str, str], np.ndarray]
    dated: Mapping[tuple[str, str], dt.date | None]
    reads: tuple[Read, ...]

    @property
    def regions(self) -> tuple[str, ...]:
        """The places an outlook is made for."""
        return self.inputs.regions

    @property
    def last_day(self) -> dt.date:
        """The last complete day."""
        return self.inputs.last_day.astype(object)

    @property
    def first_day(self) -> dt.date:
        """The first day with any figure."""
        known = np.isfinite(np.stack([self.values[self.inputs.driver, region] for region in self.regions])).any(axis=0)
        return self.days[int(known.argmax())].astype(object)

    @property
    def basis(self) -> str:
        """How it is known when the figures were known, the weakest."""
        return self.inputs.weakest_basis

    def feed(self, indicator: str) -> str | None:
        """The feed that speaks for an indicator."""
        name = "hospital_census" if indicator == "ward_census" else indicator
        return self.inputs.series[name].feed if name in self.inputs.series else None

    def position(self, day: dt.date) -> int:
        """Where a day stands in `days`; outside them, beyond their ends."""
        return int((np.datetime64(day, "D") - self.days[0]) / DAY)

    def everyone(self, level: str, place: str) -> np.ndarray | None:
        """All patients in the beds of a level, epidemic or not; None where the others are not known."""
        own, rest = self.values.get((CENSUS_OF[level], place)), self.others.get((level, place))
        return None if own is None or rest is None else own + rest


def read_ground(snapshot: Snapshot, *, country: str, places: Places, settings: Settings, now: dt.datetime) -> Ground | None:
    """What the snapshot knows of the country; None where no indicator is known that an outlook could start from."""
    try:
        inputs = read_inputs(snapshot, country=country, places=places, settings=settings, now=now)
    except DataError:
        return None
    counts = {name: series.counts.values for name, series in inputs.series.items()}
    if {"hospital_census", "icu_census"} <= set(counts):
        counts["ward_census"] = counts["hospital_census"] - counts["icu_census"]
    first = next(iter(inputs.series.values())).counts
    days = first["date"].values.astype("datetime64[D]")
    members = {group: tuple(inside) for group, inside in inputs.groups.items()}
    values = _by_place(counts, inputs.regions, members)
    beds, dated = _beds(snapshot, inputs, places, days, oldest_days=settings.days("beds.oldest_days"))
    others = {level: _aligned(array.values, array["date"].values, days) for level, array in inputs.others.items()}
    return Ground(
        inputs=inputs,
        level=places.level(inputs.regions[0]),
        days=days,
        values=values,
        members=members,
        beds=_sum_beds(beds, inputs.regions, members),
        others=_by_place(others, inputs.regions, members),
        dated=_dated(dated, members),
        reads=_reads(inputs, country),
    )


def _by_place(
    arrays: Mapping[str, np.ndarray], regions: tuple[str, ...], members: Mapping[str, tuple[str, ...]]
) -> dict[tuple[str, str], np.ndarray]:
    """Rows of (region, date) arrays by place, and their sums; a sum with an unknown member is unknown."""
    row = {region: r for r, region in enumerate(regions)}
    found = {}
    for name, array in arrays.items():
        found |= {(name, region): array[r] for region, r in row.items()}
        found |= {(name, group): array[[row[m] for m in inside]].sum(axis=0) for group, inside in members.items()}
    return found


def _aligned(values: np.ndarray, dates: np.ndarray, days: np.ndarray) -> np.ndarray:
    """(region, date) put on other days, nan where there is none."""
    at = ((dates.astype("datetime64[D]") - days[0]) / DAY).astype(int)
    inside = (at >= 0) & (at < len(days))
    wide = np.full((len(values), len(days)), np.nan)
    wide[:, at[inside]] = values[:, inside]
    return wide


def _reads(inputs: Inputs, country: str) -> tuple[Read, ...]:
    cells = {name: int(np.isfinite(series.counts.values).sum()) for name, series in inputs.series.items()}
    feeds = sorted({series.feed for series in inputs.series.values()})
    filters = {"country": country, "feed": feeds, "indicator": sorted(cells), "age_group": "all"}
    return (Read("indicators", filters, sum(cells.values())), Read("capacity", {"country": country, "age_group": "all"}, None))


# -- beds by day ---------------------------------------------------------------------------------------------------------


def _beds(
    snapshot: Snapshot, inputs: Inputs, places: Places, days: np.ndarray, *, oldest_days: int
) -> tuple[dict[tuple[str, str], dict[str, np.ndarray]], dict[tuple[str, str], dt.date | None]]:
    """(level, region) -> kind -> beds by day, from hospitals (each figure lasts `oldest_days`) or surveys of the region.

    As `outlook.beds.read_beds` has it for one day: where two feeds know a region, the one with the newest day speaks.
    """
    rows = (
        snapshot.table("capacity")
        .filter(
            _.status == "reported",
            _.date <= pd.Timestamp(days[-1]).date(),
            _.resource.isin(list(KINDS.values())),
            _.level.isin([part for parts in LEVELS.values() for part in parts]),
            _.age_group == "all",
            _.condition == "all",
        )
        .select("feed", "place", "date", "level", "resource", "value")
        .to_pandas()
    )
    region_of = {
        place: next((a for a in (place, *places.ancestors(place)) if a in set(inputs.regions)), None)
        for place in rows["place"].unique()
        if place in places
    }
    rows = rows.assign(region=rows["place"].map(region_of), day=pd.to_datetime(rows["date"]).to_numpy("datetime64[D]"))
    rows = rows[rows["region"].notna()]
    found: dict[tuple[str, str], dict[str, np.ndarray]] = {}
    dated: dict[tuple[str, str], dt.date | None] = {}
    for level, parts in LEVELS.items():
        for kind, resource in KINDS.items():
            of_kind = rows[(rows["resource"] == resource) & rows["level"].isin(parts)]
            for region, part in of_kind.groupby("region"):
                newest = part.groupby("feed")["day"].max()
                feed = newest[newest == newest.max()].index.max()
                curve = _curve(part[part["feed"] == feed], region, days, oldest_days, MUST_HAVE[level])
                found.setdefault((level, region), {})[kind] = curve
    for level in LEVELS:
        for r, region in enumerate(inputs.regions):
            day = inputs.beds.dated.sel(level=level).values[r]
            dated[level, region] = None if np.isnat(day) else day.astype("datetime64[D]").astype(object)
    return found, dated


def _curve(rows: pd.DataFrame, region: str, days: np.ndarray, oldest_days: int, must_have: str) -> np.ndarray:
    """Beds by day, shape (T,): the sum of what each place last said; nan before anything is known of the level's main part."""
    total, main = np.zeros(len(days)), np.zeros(len(days), dtype=bool)
    known = np.zeros(len(days), dtype=bool)
    for (place, part), told in rows.sort_values("day").groupby(["place", "level"]):
        lasts = None if place == region else oldest_days
        values = _carried(told["day"].to_numpy(), told["value"].to_numpy(dtype=float), days, lasts)
        seen = np.isfinite(values)
        total, known = total + np.where(seen, values, 0.0), known | seen
        main |= seen if part == must_have else False
    return np.where(known & main, total, np.nan)


def _carried(at: np.ndarray, values: np.ndarray, days: np.ndarray, lasts: int | None) -> np.ndarray:
    """The newest of the values on or before each day, nan where there is none or it is older than it may be."""
    position = np.searchsorted(at, days, side="right") - 1
    age = (days - at[np.maximum(position, 0)]) / DAY
    fresh = (position >= 0) & (age <= lasts if lasts is not None else True)
    return np.where(fresh, values[np.maximum(position, 0)], np.nan)


def _sum_beds(
    beds: Mapping[tuple[str, str], Mapping[str, np.ndarray]], regions: tuple[str, ...], members: Mapping[str, tuple[str, ...]]
) -> dict[tuple[str, str], dict[str, np.ndarray]]:
    """With larger regions: the least is taken place by place and then summed, so their `least` is kept beside the kinds."""
    found = {key: dict(kinds) for key, kinds in beds.items()}
    for level in LEVELS:
        for group, inside in members.items():
            parts = [beds.get((level, member)) for member in inside]
            if any(part is None for part in parts):
                continue
            kinds = {kind: sum(part[kind] for part in parts) for kind in KINDS if all(kind in part for part in parts)}
            found[level, group] = {**kinds, "least": sum(least(part)[0] for part in parts)}
    return found


def least(kinds: Mapping[str, np.ndarray]) -> tuple[np.ndarray, list[str | None]]:
    """The least of the known kinds by day, and which it is; of equal ones the first of `KINDS`."""
    names = [kind for kind in KINDS if kind in kinds]
    stacked = np.stack([kinds[name] for name in names])
    known = np.isfinite(stacked).any(axis=0)
    filled = np.where(np.isfinite(stacked), stacked, np.inf)
    which = filled.argmin(axis=0)
    value = kinds.get("least", np.where(known, filled.min(axis=0), np.nan))
    return value, [names[w] if k else None for w, k in zip(which, known, strict=True)]


def _dated(
    dated: Mapping[tuple[str, str], dt.date | None], members: Mapping[str, tuple[str, ...]]
) -> dict[tuple[str, str], dt.date | None]:
    found = dict(dated)
    for level in LEVELS:
        for group, inside in members.items():
            days = [dated[level, member] for member in inside]
            found[level, group] = None if None in days else min(days)
    return found
