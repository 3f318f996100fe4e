"""When and how likely the census passes capacity, from sample paths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr

from belvedere.errors import DataError, UnknownName
from belvedere.ontology.dimensions import check_dims

PATH = ("sample", "region", "horizon")


def least_capacity(capacities: Mapping[str, xr.DataArray]) -> xr.Dataset:
    """Capacity as the least of several (physical, equipped, staffed …), and which one binds.

    capacities: beds by kind, dims (region, horizon) or (region) for one that stays. A missing kind does not count where it is
    missing; where all are, capacity is nan and binding "". The first named wins a tie.
    Returns `capacity` (float) and `binding` (text), dims (region, horizon) or (region).
    """
    if not capacities:
        raise DataError("a least capacity needs at least one kind of capacity")
    for capacity in capacities.values():
        check_dims(capacity, required=("region",), optional=("horizon",))
    names = np.array(["", *capacities], dtype=object)
    arrays = xr.broadcast(*xr.align(*(c.astype(float) for c in capacities.values()), join="outer"))
    dims = tuple(name for name in ("region", "horizon") if name in arrays[0].dims)
    stacked = np.stack([array.transpose(*dims).to_numpy() for array in arrays])
    known = np.isfinite(stacked)
    filled = np.where(known, stacked, np.inf)
    any_known = known.any(axis=0)
    which = np.where(any_known, filled.argmin(axis=0) + 1, 0)
    least = np.where(any_known, filled.min(axis=0), np.nan)
    coords = {name: arrays[0].coords[name] for name in dims if name in arrays[0].coords}
    return xr.Dataset({"capacity": (dims, least), "binding": (dims, names[which])}, coords=coords)


def passing(census: xr.DataArray, *, capacity: xr.DataArray, quantiles: Sequence[float]) -> xr.Dataset:
    """Chance and day of passing capacity: census above it.

    census: persons, dims (sample, region, horizon). capacity: beds, dims (region, horizon) or (region); nan where not known.
    Returns, dims (region, horizon): `chance` that the census of the day lies above capacity, `chance_within` that it does on
    that day or before (days of unknown capacity count as not passed there, and `known` says from which days it comes);
    dims (region): `known`, share of days with a capacity; dims (quantile, region): `first_horizon`, quantiles of the first
    day above; futures that never pass come last, so it is nan when the quantile falls among them: more than half never pass,
    no median date. Everything nan where census or all of the capacity is missing.
    Raises DataError for quantiles outside 0–1.
    """
    check_dims(census, required=PATH, optional=())
    check_dims(capacity, required=("region",), optional=("horizon",))
    if not all(0 < q < 1 for q in quantiles):
        raise DataError(f"quantiles lie between 0 and 1, found {list(quantiles)}")
    beds = capacity.astype(float).reindex(region=census.region)
    if "horizon" in beds.dims:
        beds = beds.reindex(horizon=census.horizon)
    beds = beds.broadcast_like(census.isel(sample=0, drop=True)).transpose("region", "horizon")
    known = np.isfinite(beds.to_numpy()) & np.isfinite(census.to_numpy()).all(axis=0)
    above = (census.to_numpy() > beds.to_numpy()) & known
    usable = known.any(axis=1)
    chance = np.where(known, above.mean(axis=0), np.nan)
    within = np.where(usable[:, None], np.logical_or.accumulate(above, axis=2).mean(axis=0), np.nan)
    horizon = census["horizon"].values.astype(float)
    first = np.where(above.any(axis=2), horizon[above.argmax(axis=2)], np.inf)
    dates = np.quantile(first, list(quantiles), axis=0, method="inverted_cdf")
    dates = np.where(np.isfinite(dates) & usable, dates, np.nan)
    dims = ("region", "horizon")
    return xr.Dataset(
        {
            "chance": (dims, chance),
            "chance_within": (dims, within),
            "known": ("region", known.mean(axis=1)),
            "first_horizon": (("quantile", "region"), dates),
        },
        coords={"region": census.region, "horizon": census.horizon, "quantile": list(quantiles)},
    )


def sum_regions(array: xr.DataArray, groups: Mapping[str, Sequence[str]]) -> xr.DataArray:
    """Sums over groups of regions on each future; a group with a missing member is missing, never a smaller sum.

    array: any dims of the vocabulary with region. groups: id of the group -> ids of its regions.
    Raises UnknownName for a region that the array does not have, DataError for one named twice in a group.
    """
    check_dims(array, required=("region",))
    known = set(array.region.values.tolist())
    for name, members in groups.items():
        if unknown := [member for member in members if member not in known]:
            raise UnknownName(f"region of group {name!r}", unknown[0], known)
        if len(set(members)) < len(members) or not members:
            raise DataError(f"group {name!r} names a region twice, or none")
    sums = [array.sel(region=list(members)).sum("region", skipna=False) for members in groups.values()]
    return xr.concat(sums, dim="region").assign_coords(region=list(groups)).transpose(*array.dims)
