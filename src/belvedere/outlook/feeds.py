"""Which feed speaks for an indicator: several may carry the same series (an official file and a tidy copy), and adding both
up would count everyone twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ibis
import numpy as np
import pandas as pd
import xarray as xr
from ibis import _

from belvedere.reference.places import Places
from belvedere.store.snapshot import Snapshot

COUNTING_LEVELS = ("region", "state", "department", "province")
"""Levels of place an outlook is made for: below the country, above the hospital."""
WHOLE = {"age_group": "all", "sex": "all", "period": "day"}
DAY = np.timedelta64(1, "D")


@dataclass(frozen=True)
class Choice:
    """One feed at one level of places. last: newest day it knows. cells: figures within the days looked at."""

    feed: str
    level: str
    places: tuple[str, ...]
    last: pd.Timestamp
    cells: int


@dataclass(frozen=True)
class Series:
    """One indicator of all regions, from one feed.

    counts: persons, dims (region, date), every day up to the last; nan where nothing is known.
    basis: how it is known when the figures were known: the weakest of "published", "ingested", "assumed" among them.
    known_at: when the newest was known.
    """

    indicator: str
    feed: str
    counts: xr.DataArray
    basis: str
    known_at: pd.Timestamp


def daily(snapshot: Snapshot, condition: str, **among: Sequence[str]) -> ibis.Table:
    """The last word on daily figures of everyone with that condition; among: key column -> the values wanted of it."""

    def wanted(rows: ibis.Table) -> ibis.expr.types.BooleanValue:
        return ibis.and_(_whole(rows, condition), *(rows[column].isin(list(values)) for column, values in among.items()))

    return snapshot.table("indicators", among=wanted).filter(_.status == "reported")


def ever_daily(snapshot: Snapshot, condition: str, indicators: Sequence[str]) -> ibis.Table:
    """Every word ever said on daily figures of these indicators, withdrawn ones too: much quicker than the last ones."""
    rows = snapshot.history("indicators")
    return rows.filter(_whole(rows, condition), rows.indicator.isin(list(indicators)))


def _whole(rows: ibis.Table, condition: str) -> ibis.expr.types.BooleanValue:
    return ibis.and_(rows.condition == condition, *(rows[column] == value for column, value in WHOLE.items()))


def choices(
    table: ibis.Table, indicators: Sequence[str], country: str, places: Places, *, since: np.datetime64
) -> dict[str, list[Choice]]:
    """For each indicator every feed and level that carries it in that country since that day, best first.

    Best: knows a day within two days of the newest any knows; then most figures; then first by name.
    """
    counted = (
        table.filter(_.indicator.isin(list(indicators)), _.date >= pd.Timestamp(since).date())
        .group_by(["indicator", "feed", "place"])
        .agg(last=_.date.max(), cells=_.value.count())
        .to_pandas()
    )
    counted = counted[counted["place"].map(lambda p: p in places and places[p].country == country).astype(bool)]
    counted = counted.assign(level=[places.level(p) for p in counted["place"]], last=pd.to_datetime(counted["last"]))
    found: dict[str, list[Choice]] = {}
    usable = counted[counted["level"].isin(COUNTING_LEVELS)]
    for (indicator, feed, level), part in usable.groupby(["indicator", "feed", "level"]):
        choice = Choice(feed, level, tuple(sorted(part["place"])), part["last"].max(), int(part["cells"].sum()))
        found.setdefault(indicator, []).append(choice)
    return {indicator: _best_first(options) for indicator, options in found.items()}


def _best_first(options: list[Choice]) -> list[Choice]:
    newest = max(choice.last for choice in options)
    return sorted(options, key=lambda c: (newest - c.last > pd.Timedelta(days=2), -c.cells, c.feed))


def read_series(
    table: ibis.Table, chosen: Mapping[str, Choice], *, first: np.datetime64, last: np.datetime64
) -> dict[str, Series]:
    """The figures of one chosen feed for each indicator, as arrays over its places and every day from first to last."""
    rows = (
        table.filter(
            _.indicator.isin(list(chosen)),
            _.feed.isin(sorted({choice.feed for choice in chosen.values()})),
            _.date >= pd.Timestamp(first).date(),
            _.date <= pd.Timestamp(last).date(),
        )
        .select("indicator", "feed", "place", "date", "value", "known_at", "known_basis")
        .to_pandas()
    )
    of = dict(iter(rows.groupby(["indicator", "feed"])))
    nothing = rows.iloc[:0]
    return {name: _series(name, choice, of.get((name, choice.feed), nothing), first, last) for name, choice in chosen.items()}


def _series(name: str, choice: Choice, rows: pd.DataFrame, first: np.datetime64, last: np.datetime64) -> Series:
    rows = rows[rows["place"].isin(choice.places)]
    bases = set(rows["known_basis"])
    basis = next((b for b in ("assumed", "ingested", "published") if b in bases), "assumed")
    return Series(name, choice.feed, as_array(rows, choice.places, first, last, name), basis, rows["known_at"].max())


def as_array(rows: pd.DataFrame, places: tuple[str, ...], first: np.datetime64, last: np.datetime64, name: str) -> xr.DataArray:
    """Rows (place, date, value) as (region, date), nan where there is none."""
    days = pd.date_range(pd.Timestamp(first), pd.Timestamp(last))
    wide = rows.assign(date=pd.to_datetime(rows["date"])).pivot(index="place", columns="date", values="value")
    values = wide.reindex(index=list(places), columns=days).to_numpy(dtype=float, na_value=np.nan)
    coords = {"region": np.array(places, dtype=object), "date": days.to_numpy().astype("datetime64[ns]")}
    return xr.DataArray(values, coords, ("region", "date"), name=name)
