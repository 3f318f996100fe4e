"""Were the warnings right? The chance that a census passes capacity within some days, against what came.

Two peers. "Now": a place above the level today will be above it, any other will not. "Occupancy": how often, on earlier days
whose outcome was known by then, a place as full as this one passed the level: isotonic regression of the outcome on
occupancy, all places of the kind together (Zadrozny & Elkan 2002; `scipy.optimize.isotonic_regression`). The second knows
everything that occupancy alone can say, and is the harder one.

The level is a share of the capacity known on the day of the outlook, held against the patients counted in the outlook's demand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import xarray as xr
from scipy.optimize import isotonic_regression

from belvedere.care.capacity import passing
from belvedere.outlook.scores import brier, skill
from belvedere.outlook.units import View, usable, views

CENSUS = {"ward": "ward_census", "icu": "icu_census"}
"""The census that fills each level of care."""
CHANCES = (0.0, 0.05, 0.1, 0.25, 0.5, 0.75, 1.0)
"""Classes of chance, as everywhere in the house."""
DAYS = (7, 14)


def alarm_rows(
    outlook,
    past: Mapping[str, xr.DataArray],
    came: Mapping[str, xr.DataArray],
    *,
    shares: Sequence[float],
    days: Sequence[int] = DAYS,
) -> pd.DataFrame:
    """One row for each level of care, share of capacity, number of days and place.

    past, came: patients counted against the capacity of the level of care, dims (region, date), as known then (up to the last
    day) and as known now. Columns: care_level, share, days, level, place, members, capacity, occupancy (present over level),
    above_now (0, 1), chance, occupancy_chance, happened (0, 1, nan: not known).
    """
    inputs = outlook.inputs
    tables = []
    for care in (c for c in CENSUS if c in past and c in came and c in outlook.demand["level"].values):
        demand = outlook.demand.sel(level=care, drop=True).transpose("sample", "region", "horizon").values.astype(float)
        capacity = outlook.capacity.sel(level=care, drop=True)
        capacity = capacity.isel(horizon=0, drop=True) if "horizon" in capacity.dims else capacity
        beds = capacity.reindex(region=list(inputs.regions)).values.astype(float)
        works = usable(outlook, demand) & np.isfinite(beds)
        before = past[care].reindex(region=list(inputs.regions)).values.astype(float)
        after = came[care].reindex(region=list(inputs.regions), date=inputs.days_ahead.astype("datetime64[ns]"))
        after = after.values.astype(float)
        for view in views(inputs.regions, inputs.groups, inputs.country, works):
            held = view.of(beds[:, None])[:, 0]
            sums = view.of(demand), view.of(before), view.of(after)
            tables += [_rows(care, share, n, view, held, *sums) for share in shares for n in days]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()


def _rows(
    care: str, share: float, days: int, view: View, beds: np.ndarray, demand: np.ndarray, before: np.ndarray, after: np.ndarray
) -> pd.DataFrame:
    level = share * beds
    occupancy = np.full(before.shape, np.nan)
    np.divide(before, level[:, None], out=occupancy, where=level[:, None] > 0)
    return pd.DataFrame(
        {
            "care_level": care, "share": share, "days": days, "level": view.level, "place": list(view.places),
            "members": view.shares, "capacity": beds, "occupancy": occupancy[:, -1],
            "above_now": np.where(np.isfinite(occupancy[:, -1]), occupancy[:, -1] > 1, np.nan),
            "chance": _chance(demand, level, days),
            "occupancy_chance": chance_from_occupancy(occupancy, days=days),
            "happened": passed(after, level, days=days),
        }
    )  # fmt: skip


def _chance(demand: np.ndarray, level: np.ndarray, days: int) -> np.ndarray:
    names, ahead = np.arange(demand.shape[1]), np.arange(1, demand.shape[2] + 1)
    paths = xr.DataArray(demand, {"region": names, "horizon": ahead}, ("sample", "region", "horizon"))
    found = passing(paths, capacity=xr.DataArray(level, {"region": names}, ("region",)), quantiles=(0.5,))
    return found["chance_within"].sel(horizon=days).values


def passed(census: np.ndarray, level: np.ndarray, *, days: int) -> np.ndarray:
    """Whether the census (P, K) lay above the level (P,) on one of the first `days` days: 1; on none: 0; nan where days are
    missing and no known one lay above."""
    first = census[:, :days]
    above = (first > level[:, None]).any(axis=1)
    return np.where(above, 1.0, np.where(np.isfinite(first).all(axis=1) & np.isfinite(level), 0.0, np.nan))


def chance_from_occupancy(occupancy: np.ndarray, *, days: int) -> np.ndarray:
    """Chance of passing within `days`, learnt from the past of the same places; nan while no outcome is known.

    occupancy: present over level, shape (P, T), the last day today. An outcome counts when all its days lie before or on today.
    """
    ended = occupancy.shape[1] - days
    if ended <= 0:
        return np.full(len(occupancy), np.nan)
    coming = np.lib.stride_tricks.sliding_window_view(occupancy[:, 1:], days, axis=1)
    then, outcome = occupancy[:, :ended].ravel(), passed(coming.reshape(-1, days), np.ones(coming.size // days), days=days)
    known = np.isfinite(then) & np.isfinite(outcome)
    if not known.any():
        return np.full(len(occupancy), np.nan)
    full, which = np.unique(then[known], return_inverse=True)
    number = np.bincount(which)
    frequency = np.bincount(which, weights=outcome[known]) / number
    fitted = isotonic_regression(frequency, weights=number).x
    return np.where(np.isfinite(occupancy[:, -1]), np.interp(occupancy[:, -1], full, fitted), np.nan)


def brier_table(rows: pd.DataFrame, by: Sequence[str] = ("care_level", "share", "days", "level")) -> pd.DataFrame:
    """Brier scores and skill by group, on rows whose outcome, chance and occupancy are known.

    Columns: units, dates, events, brier, now_brier, occupancy_brier, now_skill, occupancy_skill (1 perfect, 0 no better; nan
    where the peer was perfect). The second peer is held against on the rows where it could be asked: occupancy_units.
    """
    found = []
    usable = rows[np.isfinite(rows["happened"]) & np.isfinite(rows["chance"]) & np.isfinite(rows["above_now"])]
    for group, part in usable.groupby(list(by), sort=True):
        ours, came = brier(part["chance"], part["happened"]), part["happened"]
        asked = np.isfinite(part["occupancy_chance"])
        now, occupancy = brier(part["above_now"], came).mean(), brier(part["occupancy_chance"], came)[asked].mean()
        found.append(
            {
                **dict(zip(by, group, strict=True)),
                "units": len(part), "dates": part["date"].nunique(), "events": int(came.sum()),
                "brier": ours.mean(), "now_brier": now, "occupancy_brier": occupancy, "now_skill": skill(ours.mean(), now),
                "occupancy_skill": skill(ours[asked].mean(), occupancy), "occupancy_units": int(asked.sum()),
            }
        )  # fmt: skip
    return pd.DataFrame(found)


def not_yet_above(rows: pd.DataFrame) -> pd.DataFrame:
    """Only places that lay at or below the level on the day of the outlook: where a warning is news."""
    return rows[rows["above_now"] == 0]


def reliability(rows: pd.DataFrame, classes: Sequence[float] = CHANCES) -> pd.DataFrame:
    """By class of chance: how many warnings, their mean chance, and the share that came true.

    Columns: low, high, units, chance, frequency (nan where no unit). The last class holds its upper end.
    """
    usable = rows[np.isfinite(rows["happened"]) & np.isfinite(rows["chance"])]
    which = np.clip(np.digitize(usable["chance"], classes) - 1, 0, len(classes) - 2)
    groups = usable.groupby(which).agg(units=("chance", "size"), chance=("chance", "mean"), frequency=("happened", "mean"))
    table = groups.reindex(range(len(classes) - 1))
    table["units"] = table["units"].fillna(0).astype(int)
    ends = {"low": classes[:-1], "high": classes[1:]}
    return table.assign(**ends).reset_index(drop=True)[["low", "high", "units", "chance", "frequency"]]
