"""A country whose truth is known: five regions, four curves of which the mean is known, and outlooks that know it or do not."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from belvedere.outlook.beds import Beds
from belvedere.outlook.corridor import Outlook
from belvedere.outlook.feeds import DAY, Series
from belvedere.outlook.inputs import HORIZON, Inputs
from belvedere.outlook.units import past_counts
from belvedere.spread.reporting import no_delay

REGIONS = ("FR-2A", "FR-2B", "FR-75", "FR-77", "FR-971")
PART = {"FR-2A": "FR-20R", "FR-2B": "FR-20R", "FR-75": "FR-IDF", "FR-77": "FR-IDF", "FR-971": "FR-971"}
FIRST, DAYS = np.datetime64("2020-03-01"), 500
SIZES = np.array([4.0, 8.0, 60.0, 30.0, 12.0])
SHARES = {"hospital_admissions": 1.0, "icu_admissions": 0.2, "hospital_census": 9.0, "icu_census": 2.0}
WARD = SHARES["hospital_census"] - SHARES["icu_census"]


def labelled(values: np.ndarray, first: np.datetime64 = FIRST) -> xr.DataArray:
    days = (first + np.arange(values.shape[1]) * DAY).astype("datetime64[ns]")
    return xr.DataArray(values, {"region": np.array(REGIONS, dtype=object), "date": days}, ("region", "date"))


@dataclass(frozen=True)
class World:
    """means, counts: by indicator, dims (region, date). Counts scatter round the means as Poisson does."""

    means: dict[str, xr.DataArray]
    counts: dict[str, xr.DataArray]


def world(seed: int = 3) -> World:
    """Waves of about four months, a little apart from region to region."""
    rng = np.random.default_rng(seed)
    t = np.arange(DAYS)
    wave = np.exp(1.1 * np.sin(2 * np.pi * (t + 9 * np.arange(len(REGIONS))[:, None]) / 125))
    means = {name: labelled(SIZES[:, None] * wave * share) for name, share in SHARES.items()}
    counts = {name: mean.copy(data=rng.poisson(mean.values).astype(float)) for name, mean in means.items()}
    # Those outside intensive care are counted for themselves, so that no count is below zero.
    ward = rng.poisson(means["hospital_census"].values - means["icu_census"].values)
    counts["hospital_census"] = counts["icu_census"] + ward
    return World(means, counts)


def inputs_at(world: World, last_day: np.datetime64, *, basis: str = "assumed") -> Inputs:
    """What is known at the end of that day: every count up to it."""
    until = slice(None, last_day.astype("datetime64[ns]"))
    counts = {name: values.sel(date=until) for name, values in world.counts.items()}
    known_at = pd.Timestamp(last_day, tz="UTC") + pd.Timedelta(hours=18)
    levels = {"region": np.array(REGIONS, dtype=object), "level": np.array(["ward", "icu"], dtype=object)}
    beds = np.stack([SIZES * WARD, SIZES * SHARES["icu_census"]], axis=1) * 1.5
    dated = xr.DataArray(np.full(beds.shape, last_day.astype("datetime64[ns]")), levels, ("region", "level"))
    any_day = next(iter(counts.values()))
    return Inputs(
        country="FR", condition="covid19", as_of=dt.datetime.combine(last_day.astype(object), dt.time.max, dt.UTC), at=1,
        last_day=last_day, driver="hospital_admissions", regions=REGIONS, part=PART,
        ancestors={region: frozenset((region, PART[region], "FR")) for region in REGIONS},
        series={name: Series(name, f"fake-{name}", values, basis, known_at) for name, values in counts.items()},
        holidays=any_day.astype(bool) & False, delay=no_delay(),
        beds=Beds({"physical": xr.DataArray(beds, levels, ("region", "level"))}, dated, ("fake-beds",), {}),
        others={}, carried_days=3,
    )  # fmt: skip


def outlook_of(inputs: Inputs, paths: dict[str, np.ndarray], *, failed: tuple[str, ...] = ()) -> Outlook:
    """An outlook whose futures are given: by indicator, shape (sample, region, horizon). A failed region is nan in all."""
    fails = np.isin(np.array(REGIONS), failed)
    coords = {"region": np.array(REGIONS, dtype=object), "horizon": np.arange(1, HORIZON + 1)}
    dims = ("sample", "region", "horizon")
    futures = {name: np.where(fails[:, None], np.nan, values) for name, values in paths.items()}
    made = xr.Dataset({name: (dims, values) for name, values in futures.items()}, coords=coords)
    made["ward_census"] = made["hospital_census"] - made["icu_census"]
    demand = xr.concat(
        [made["ward_census"], made["icu_census"]], dim=xr.Variable("level", np.array(["ward", "icu"], dtype=object))
    )
    beds = xr.concat(list(inputs.beds.kinds.values()), dim="kind").min("kind")
    status = np.where(fails, "failed", "ok").astype(object)
    reason = np.where(fails, "nothing is known", "").astype(object)
    return Outlook(
        inputs=inputs,
        status=xr.Dataset({"status": ("region", status), "reason": ("region", reason)}, coords={"region": coords["region"]}),
        reproduction=xr.Dataset(), paths=made, demand=demand.transpose("sample", "region", "level", "horizon"), others_known=(),
        capacity=beds.expand_dims(horizon=HORIZON, axis=-1).assign_coords(horizon=coords["horizon"]),
        binding=beds.astype(str), passing={}, alert={}, notes=(), seed=1, samples=next(iter(paths.values())).shape[0],
    )  # fmt: skip


def ahead(values: xr.DataArray, inputs: Inputs) -> np.ndarray:
    """The days of the horizon, shape (region, horizon)."""
    return values.reindex(date=inputs.days_ahead.astype("datetime64[ns]")).values


def honest(world: World, inputs: Inputs, *, seed: int, samples: int = 200, failed: tuple[str, ...] = ()) -> Outlook:
    """Knows the mean, and scatters as the counts do."""
    rng = np.random.default_rng(seed)
    size = (samples, len(REGIONS), HORIZON)
    paths = {name: rng.poisson(ahead(mean, inputs), size).astype(float) for name, mean in world.means.items()}
    ward = ahead(world.means["hospital_census"], inputs) - ahead(world.means["icu_census"], inputs)
    paths["hospital_census"] = paths["icu_census"] + rng.poisson(ward, size)
    return outlook_of(inputs, paths, failed=failed)


def prophet(world: World, inputs: Inputs, *, samples: int = 20) -> Outlook:
    """Every sample is what will come."""
    size = (samples, len(REGIONS), HORIZON)
    return outlook_of(inputs, {name: np.broadcast_to(ahead(v, inputs), size).copy() for name, v in world.counts.items()})


@dataclass(frozen=True)
class FakeTruth:
    """Stands for `backtest.Truth`."""

    world: World

    def around(self, inputs: Inputs) -> dict[str, xr.DataArray]:
        return past_counts(self.world.counts)

    def others(self, outlook: Outlook) -> dict[str, xr.DataArray]:
        return {}
