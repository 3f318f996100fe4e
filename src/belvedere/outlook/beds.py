"""What the regions can hold and who else lies there: capacity by level of care, and patients with other conditions.

Hospitals report one by one; a region's figure is the sum over its hospitals, each with its newest within the days a figure may
be old. A hospital that has been silent longer leaves the region's capacity lower than it is: it is named.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from ibis import _

from belvedere.outlook.feeds import as_array
from belvedere.reference.places import Places
from belvedere.store.snapshot import Snapshot

LEVELS: Mapping[str, tuple[str, ...]] = {"ward": ("ward", "hdu"), "icu": ("icu",)}
"""Levels of an outlook, and the levels of care each holds: outside intensive care, and intensive care."""
KINDS: Mapping[str, str] = {"staffed": "beds_staffed", "equipped": "beds_equipped", "physical": "beds_total"}
"""Kinds of capacity, and the resource that says each. The first named wins a tie."""
MUST_HAVE: Mapping[str, str] = {"ward": "ward", "icu": "icu"}
"""The level of care without which the sum of a level would say too little."""


@dataclass(frozen=True)
class Beds:
    """Capacity as known.

    kinds: beds by kind, each dims (region, level), nan where not known. dated: day of the oldest figure in it, (region, level).
    feeds: that it comes from. silent: facilities whose figures are too old, by region.
    """

    kinds: Mapping[str, xr.DataArray]
    dated: xr.DataArray
    feeds: tuple[str, ...]
    silent: Mapping[str, tuple[str, ...]]


def read_beds(
    snapshot: Snapshot, regions: tuple[str, ...], places: Places, last_day: np.datetime64, *, oldest_days: int
) -> Beds:
    """Capacity of the regions on the last day, from figures about them or about the hospitals inside them.

    oldest_days: how old a hospital's figure may be. A survey of a whole region (a yearly count) counts however old it is: its
    date is shown. Where both exist, the newer speaks.
    """
    rows = (
        snapshot.table("capacity")
        .filter(
            _.status == "reported",
            _.date <= pd.Timestamp(last_day).date(),
            _.resource.isin(list(KINDS.values())),
            _.age_group == "all",
            _.condition == "all",
        )
        .select("feed", "place", "date", "level", "resource", "value")
        .to_pandas()
    )
    rows["date"] = pd.to_datetime(rows["date"])
    rows = rows.sort_values("date").groupby(["feed", "place", "level", "resource"], sort=False).tail(1)
    rows["region"] = _region_of(rows["place"], regions, places)
    rows = rows[rows["region"].notna()]
    fresh = rows["date"] >= pd.Timestamp(last_day) - pd.Timedelta(days=oldest_days)
    itself = rows["place"] == rows["region"]
    silent = rows[~fresh & ~itself].groupby("region")["place"].agg(lambda p: tuple(sorted(set(p))))
    rows = _newest_feed(rows[fresh | itself])
    kinds, dated = {}, xr.full_like(_empty(regions), np.datetime64("NaT"), dtype="datetime64[ns]")
    for kind, resource in KINDS.items():
        kinds[kind] = _empty(regions)
        for level, members in LEVELS.items():
            part = rows[(rows["resource"] == resource) & rows["level"].isin(members)]
            complete = part.loc[part["level"] == MUST_HAVE[level], "region"].unique()
            part = part[part["region"].isin(complete)].groupby("region").agg(value=("value", "sum"), date=("date", "min"))
            kinds[kind].loc[{"level": level, "region": part.index.to_numpy(dtype=object)}] = part["value"].to_numpy(dtype=float)
            dated.loc[{"level": level, "region": part.index.to_numpy(dtype=object)}] = part["date"].to_numpy("datetime64[ns]")
    return Beds(kinds, dated, tuple(sorted(set(rows["feed"]))), dict(silent))


def read_others(
    snapshot: Snapshot, condition: str, regions: tuple[str, ...], places: Places, first: np.datetime64, last: np.datetime64
) -> dict[str, xr.DataArray]:
    """Patients with other conditions, dims (region, date), by level; a level nobody reports is not there.

    From feeds that give both all patients and those with the condition, at the same places; a place that lacks one of the two
    on a day is unknown that day, and so is its region.
    """
    rows = (
        snapshot.table("indicators")
        .filter(
            _.indicator.isin(["hospital_census", "icu_census"]),
            _.condition.isin(["all", condition]),
            _.age_group == "all",
            _.sex == "all",
            _.period == "day",
            _.status == "reported",
            _.date >= pd.Timestamp(first).date(),
            _.date <= pd.Timestamp(last).date(),
        )
        .select("feed", "place", "date", "indicator", "condition", "value")
        .to_pandas()
    )
    both = rows.groupby("feed")["condition"].nunique()
    rows = rows[rows["feed"].isin(both.index[both == 2])]
    if rows.empty:
        return {}
    wide = rows.pivot_table(index=["place", "date"], columns=["indicator", "condition"], values="value", aggfunc="first")
    found = {}
    for level in LEVELS:
        needed = [("icu_census", c) for c in ("all", condition)]
        if level == "ward":
            needed += [("hospital_census", c) for c in ("all", condition)]
        if not set(needed) <= set(wide.columns):
            continue
        known = wide[needed]
        # a hospital without intensive care reports none there
        known = known.fillna({name: 0.0 for name in needed if name[0] == "icu_census" and level == "ward"})
        icu = known[("icu_census", "all")] - known[("icu_census", condition)]
        of_level = icu if level == "icu" else known[("hospital_census", "all")] - known[("hospital_census", condition)] - icu
        found[level] = _sum_to_regions(of_level.dropna().reset_index(name="value"), regions, places, first, last)
    return found


def _sum_to_regions(rows: pd.DataFrame, regions, places: Places, first, last) -> xr.DataArray:
    """Sums over the places of each region; a day on which a usual place is missing is unknown."""
    rows = rows.assign(region=_region_of(rows["place"], regions, places)).dropna(subset="region")
    usual = rows.groupby("region")["place"].nunique()
    days = rows.groupby(["region", "date"]).agg(value=("value", "sum"), places=("place", "nunique")).reset_index()
    days.loc[days["places"] < days["region"].map(usual), "value"] = np.nan
    return as_array(days.rename(columns={"region": "place"}), regions, first, last, "others")


def _newest_feed(rows: pd.DataFrame) -> pd.DataFrame:
    """For each region, level and resource the rows of the feed that knows the newest day; ties by name."""
    if rows.empty:
        return rows
    newest = rows.groupby(["region", "level", "resource", "feed"])["date"].max().reset_index()
    best = newest.sort_values(["date", "feed"]).groupby(["region", "level", "resource"]).tail(1)
    return rows.merge(best.drop(columns="date"), on=["region", "level", "resource", "feed"])


def _region_of(place: pd.Series, regions: tuple[str, ...], places: Places) -> pd.Series:
    """The region each place is or lies in; nothing for the others."""
    wanted = set(regions)
    of = {p: next((a for a in (p, *places.ancestors(p)) if a in wanted), None) if p in places else None for p in place.unique()}
    return place.map(of)


def _empty(regions: tuple[str, ...]) -> xr.DataArray:
    coords = {"region": np.array(regions, dtype=object), "level": np.array(list(LEVELS), dtype=object)}
    return xr.DataArray(np.full((len(regions), len(LEVELS)), np.nan), coords, ("region", "level"))
