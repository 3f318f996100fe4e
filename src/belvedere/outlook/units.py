"""One past outlook against what came: a row for each target, place and day ahead, with its scores and those of its peers.

A unit is one date, target, period ("day", or "week": the sum of seven days), place and horizon in days. All models of a unit
are scored on the same truth, from the same feed. Sums over regions leave out, on every side, regions that could not be
foretold; `members` says how much of the sum is there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from belvedere.outlook import baselines
from belvedere.outlook.baselines import WEEK, WINDOW_DAYS, WINDOW_WEEKS, weekly_sums
from belvedere.outlook.phases import phases
from belvedere.outlook.scores import bias, crps, log_wis, pit, wis

FLOWS = ("hospital_admissions", "icu_admissions")
STOCKS = ("hospital_census", "ward_census", "icu_census")
TARGETS = (*FLOWS, *STOCKS)
ENTRIES = {"hospital_census": "hospital_admissions", "icu_census": "icu_admissions"}
"""What fills a census, where an exponential rate of leaving can be held against it."""
SHOWN_LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
QUANTILES = tuple(f"q{100 * level:02.0f}" for level in SHOWN_LEVELS)
PEERS = ("persistence", "hub", "exponential")


@dataclass(frozen=True)
class View:
    """One way of adding regions up. level: region, part or nation. places: ids. members: indices of the regions in each sum.
    shares: share of its regions that each sum holds."""

    level: str
    places: tuple[str, ...]
    members: tuple[np.ndarray, ...]
    shares: np.ndarray

    def of(self, values: np.ndarray) -> np.ndarray:
        """Regions (…, R, T) to the places of the view (…, P, T)."""
        return np.stack([values[..., index, :].sum(axis=-2) for index in self.members], axis=-2)


def views(regions: tuple[str, ...], groups: Mapping[str, list[str]], country: str, works: np.ndarray) -> list[View]:
    """Regions, larger regions and the country, as far as members work (bool, shape (R,)); a level without any is left out."""
    at = {region: i for i, region in enumerate(regions)}
    levels = {
        "region": {region: [region] for region in regions},
        "part": {name: members for name, members in groups.items() if name != country},
        "nation": {country: list(regions)},
    }
    return [v for v in (_view(level, sums, at, works) for level, sums in levels.items()) if v.places]


def _view(level: str, sums: Mapping[str, list[str]], at: Mapping[str, int], works: np.ndarray) -> View:
    indices = {name: np.array([at[m] for m in members], dtype=int) for name, members in sums.items()}
    kept = {name: index[works[index]] for name, index in indices.items() if works[index].any()}
    shares = np.array([len(index) / len(indices[name]) for name, index in kept.items()])
    return View(level, tuple(kept), tuple(kept.values()), shares)


def usable(outlook, paths: np.ndarray) -> np.ndarray:
    """Whether each region has a forecast that is shown: known on every path (S, R, K), and not failed."""
    status = outlook.status["status"].sel(region=list(outlook.inputs.regions)).values
    return np.isfinite(paths).all(axis=(0, 2)) & (status != "failed")


def past_counts(series: Mapping[str, xr.DataArray]) -> dict[str, xr.DataArray]:
    """Counts by target; those outside intensive care are the difference of the two censuses.

    What lies below zero is a correction of other days, not a number of persons: it becomes nan.
    """
    found = {name: counts for name, counts in series.items() if name in TARGETS}
    if "hospital_census" in found and "icu_census" in found:
        found["ward_census"] = found["hospital_census"] - found["icu_census"]
    return {name: counts.where(counts >= 0) for name, counts in found.items()}


def score_units(outlook, came: Mapping[str, xr.DataArray], *, seed: int, samples: int) -> pd.DataFrame:
    """All units of one outlook.

    came: counts by target, dims (region, date), as known now; days of which nothing is known are nan, their units are left out.
    samples: drawn by each peer. Columns: target, period, level, place, members, horizon, target_date, phase, observed, the
    QUANTILES, wis, log_wis, crps, bias, place_in_forecast (0..1, see `scores.pit`), and `<peer>_wis`, `<peer>_log_wis`.
    """
    inputs = outlook.inputs
    rng = np.random.default_rng([seed, 1])
    past = past_counts({name: series.counts for name, series in inputs.series.items()})
    groups, tables = inputs.groups, []
    for target in (t for t in TARGETS if t in outlook.paths and t in past and t in came):
        paths = outlook.paths[target].transpose("sample", "region", "horizon").values.astype(float)
        works = usable(outlook, paths)
        truth = _days(came[target], inputs)
        named = _phases(came[target], inputs, groups)
        for view in views(inputs.regions, groups, inputs.country, works):
            entries = _entries(outlook, past, target, view)
            forecast, observed, before = view.of(paths), view.of(truth), view.of(past[target].values)
            for period, ours, real, models in _periods(target, forecast, observed, before, entries, samples, rng):
                about = {"target": target, "period": period, "level": view.level}
                tables.append(_table(about, view, inputs.last_day, ours, real, models, named, rng))
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()


def _days(counts: xr.DataArray, inputs) -> np.ndarray:
    ahead = inputs.days_ahead.astype("datetime64[ns]")
    return counts.reindex(region=list(inputs.regions), date=ahead).values.astype(float)


def _entries(outlook, past: Mapping[str, xr.DataArray], target: str, view: View) -> tuple[np.ndarray, np.ndarray] | None:
    """What came in and will, of the places of the view; None where the census has no entries of its own."""
    name = ENTRIES.get(target)
    if name is None or name not in past or name not in outlook.paths:
        return None
    coming = outlook.paths[name].transpose("sample", "region", "horizon").values.astype(float)
    return view.of(past[name].values), view.of(coming)


def _periods(target, forecast, observed, before, entries, samples, rng) -> Iterator[tuple]:
    """(period, samples, truth, samples of each peer) for days, and for flows also for weeks."""
    days = forecast.shape[-1]
    size = {"samples": samples, "rng": rng}
    if target in FLOWS:
        models = {
            "persistence": baselines.by_weekday(baselines.persistence, before, days=days, window=WINDOW_WEEKS, **size),
            "hub": baselines.by_weekday(baselines.hub_baseline, before, days=days, **size),
        }
        yield "day", forecast, observed, models
        weeks, steps = weekly_sums(before), days // WEEK
        models = {
            "persistence": baselines.persistence(weeks, steps=steps, window=WINDOW_WEEKS, **size),
            "hub": baselines.hub_baseline(weeks, steps=steps, **size),
        }
        yield "week", _weeks_ahead(forecast), _weeks_ahead(observed), models
        return
    models = {
        "persistence": baselines.persistence(before, steps=days, window=WINDOW_DAYS, **size),
        "hub": baselines.hub_baseline(before, steps=days, **size),
    }
    if entries is not None:
        models["exponential"] = baselines.exponential_discharge(entries[0], before, entries[1], rng=rng)
    yield "day", forecast, observed, models


def _weeks_ahead(days: np.ndarray) -> np.ndarray:
    """Sums of the first, second … seven days: (…, K) to (…, K // 7)."""
    whole = days.shape[-1] // WEEK * WEEK
    return days[..., :whole].reshape(*days.shape[:-1], -1, WEEK).sum(axis=-1)


def _phases(counts: xr.DataArray, inputs, groups: Mapping[str, list[str]]) -> pd.DataFrame:
    """Phase by date, a column for each place: the nation and the larger regions by themselves, a region that of the larger one
    it lies in (of the nation, where it lies in none): its own few persons a day would not tell."""
    known = counts.reindex(region=list(inputs.regions))
    sums = [known.sel(region=members).sum("region", min_count=1) for members in groups.values()]
    found = phases(xr.concat(sums, dim="region", coords="minimal", compat="override").assign_coords(region=list(groups)))
    judged = found.transpose("date", "region").to_pandas()
    of = {region: inputs.part[region] if inputs.part[region] in groups else inputs.country for region in inputs.regions}
    return judged.assign(**{region: judged[place] for region, place in of.items()})


def _table(
    about: Mapping[str, str], view: View, last_day: np.datetime64, forecast: np.ndarray, observed: np.ndarray,
    models: Mapping[str, np.ndarray], named: pd.DataFrame, rng: np.random.Generator,
) -> pd.DataFrame:  # fmt: skip
    step = WEEK if about["period"] == "week" else 1
    horizon = step * np.arange(1, forecast.shape[-1] + 1)
    dates = (last_day + horizon.astype("timedelta64[D]")).astype("datetime64[ns]")
    phase = named.reindex(index=dates, columns=list(view.places)).fillna("").to_numpy().T
    quantiles = np.quantile(forecast, SHOWN_LEVELS, axis=0)
    values = {
        "observed": observed,
        **dict(zip(QUANTILES, quantiles, strict=True)),
        "wis": wis(forecast, observed),
        "log_wis": log_wis(forecast, observed),
        "crps": crps(forecast, observed),
        "bias": bias(forecast, observed),
        "place_in_forecast": pit(forecast, observed, rng=rng),
    }
    for peer, samples in models.items():
        values |= {f"{peer}_wis": wis(samples, observed), f"{peer}_log_wis": log_wis(samples, observed)}
    table = pd.DataFrame(
        {
            **about,
            "place": np.repeat(np.array(view.places, dtype=object), len(horizon)),
            "members": np.repeat(view.shares, len(horizon)),
            "horizon": np.tile(horizon, len(view.places)),
            "target_date": np.tile(dates, len(view.places)),
            "phase": phase.ravel(),
            **{name: array.ravel() for name, array in values.items()},
        }
    )
    return table[np.isfinite(table["observed"])].reset_index(drop=True)
