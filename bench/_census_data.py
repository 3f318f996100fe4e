"""Daily counts of the real-data check of the census: France by département, Italy by region."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from belvedere.reference.places import Places

REPOSITORY = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Counts:
    """Arrays (region, date), nan where not published; groups: sums to look at, with the nation; part: group of a region."""

    arrays: Mapping[str, xr.DataArray]
    groups: Mapping[str, list[str]]
    part: xr.DataArray


def data_folder() -> Path:
    return Path(os.environ.get("BELVEDERE_DATA", REPOSITORY.parent / "shared" / "data"))


def france() -> Counts:
    """Admissions, ICU entries, hospital and ICU census of 101 départements, 2020-03-18 to 2021-03-08."""
    flows = pd.read_parquet(data_folder() / "france" / "hospital_flows_dep_day.parquet")
    stocks = pd.read_parquet(data_folder() / "france" / "hospital_stocks_dep_day.parquet")
    shared = sorted((set(flows.dep_code) & set(stocks.dep_code)) - {"", "978"})  # 978: flows only
    days = pd.date_range(stocks.date.min(), stocks.date.max())
    arrays = {name: _panel(flows, "dep_code", column, shared, days) for name, column in _FLOWS.items()}
    arrays |= {name: _panel(stocks, "dep_code", column, shared, days) for name, column in _STOCKS.items()}
    places = Places.load()
    parent = {code: places[f"FR-{code}"].parent for code in shared}
    groups = {region: [c for c in shared if parent[c] == region] for region in sorted(set(parent.values()))}
    return Counts(
        arrays,
        {region: members for region, members in groups.items() if len(members) > 1} | {"nation": shared},
        _labels(parent),
    )


def italy() -> Counts:
    """ICU entries and census of 21 regions from 2020-12-03; hospital admissions are not published there."""
    table = pd.read_parquet(data_folder() / "italy" / "hospital_region_day.parquet")
    table = table[pd.to_datetime(table.date) >= "2020-12-03"]
    regions = sorted(set(table.nuts2))
    days = pd.date_range(table.date.min(), table.date.max())
    arrays = {
        name: _panel(table, "nuts2", column, regions, days) for name, column in (("icu_entries", "new_icu"), ("icu", "icu"))
    }
    parts = {part: [r for r in regions if r[:3] == part] for part in sorted({r[:3] for r in regions})}
    return Counts(arrays, parts | {"nation": regions}, _labels({region: region[:3] for region in regions}))


def italy_wards() -> Counts:
    """Census of the wards of 21 regions; nothing is published of who came."""
    table = pd.read_parquet(data_folder() / "italy" / "hospital_region_day.parquet")
    regions = sorted(set(table.nuts2))
    wards = _panel(table, "nuts2", "ward", regions, pd.date_range(table.date.min(), table.date.max()))
    parts = {part: [r for r in regions if r[:3] == part] for part in sorted({r[:3] for r in regions})}
    return Counts({"hospital": wards}, parts | {"nation": regions}, _labels({region: region[:3] for region in regions}))


_FLOWS = {"admissions": "new_hosp", "icu_entries": "new_icu"}
_STOCKS = {"hospital": "hosp", "icu": "icu"}


def _labels(part: Mapping[str, str]) -> xr.DataArray:
    return xr.DataArray(list(part.values()), dims="region", coords={"region": list(part)})


def _panel(table: pd.DataFrame, key: str, column: str, regions: list[str], days: pd.DatetimeIndex) -> xr.DataArray:
    wide = table.assign(date=pd.to_datetime(table.date)).pivot(index="date", columns=key, values=column)
    values = wide[regions].reindex(days).astype(float).to_numpy(na_value=np.nan).T
    return xr.DataArray(
        values, dims=("region", "date"), coords={"region": regions, "date": days.to_numpy().astype("datetime64[ns]")}
    )
