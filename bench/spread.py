"""Reproduction number and admissions: how long they take, and whether their intervals hold what came.

Simulated: renewal epidemics with known truth. Real: French admissions by département (tuned on the first half, judged on the
second), Italian ICU admissions by region. Dates replay the newest figures, not those of the day: the sources kept no vintages.
"""

from __future__ import annotations

import os
import time
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import holidays as calendars
import numpy as np
import pandas as pd
import xarray as xr

from belvedere.outlook.baselines import WINDOW_WEEKS, hub_baseline, persistence, weekly_sums
from belvedere.outlook.scores import covered, log_wis, pit, wis
from belvedere.reference.places import Places
from belvedere.spread.admissions import admission_paths
from belvedere.spread.delays import discretise_gamma
from belvedere.spread.reproduction import reproduction_number
from belvedere.spread.screening import screen
from bench import Figure

DATA = Path(os.environ.get("BELVEDERE_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
DAY = np.timedelta64(1, "D")
HORIZON, WEEKS, SAMPLES = 28, 4, 500
GENERATION = discretise_gamma(5.5, 2.5)
HALVES = {"tuned": ("2020-07-05", "2021-06-28"), "checked": ("2021-07-01", "2023-03-03")}


def figures() -> Iterator[Figure]:
    yield from reproduction_figures()
    france, region_of = french_admissions()
    yield from speed_figures(france)
    yield from planted_figures(france)
    free = holidays_of("FR", france)
    for half, (first, last) in HALVES.items():
        dates = np.arange(first, last, 23 * DAY, dtype="datetime64[D]")
        yield from replay_figures(
            f"France {half}", france, dates, free, {"départements": None, "régions": region_of, "nation": "all"}
        )
    italy = italian_icu_admissions()
    dates = np.arange("2021-03-01", "2024-11-25", 31 * DAY, dtype="datetime64[D]")
    yield from replay_figures("Italy ICU", italy, dates, holidays_of("IT", italy), {"regions": None, "nation": "all"})


# ------------------------------------------------------------------------------------------------- simulated truth


def epidemics(kind: str, scatter: str, rng: np.random.Generator, regions: int = 101, days: int = 900):
    """Counts and R, both (R, T). kind: "smooth", or "lockdown" with cuts on one day. scatter: "transmission", where the counts
    are the infections, or "reporting", where they are a noisy share of them, with weekdays."""
    t, weights = np.arange(days), GENERATION[:0:-1] / GENERATION[1:].sum()
    start = np.exp(rng.uniform(np.log(1), np.log(200), regions))
    log_r = 0.3 * np.sin(2 * np.pi * (t / rng.uniform(120, 240, (regions, 1)) + rng.random((regions, 1))))
    log_r += 0.12 * np.sin(2 * np.pi * (t / rng.uniform(40, 80, (regions, 1)) + rng.random((regions, 1))))
    if kind == "lockdown":
        for row in log_r:
            for open_ in range(0, days, int(rng.integers(200, 300))):
                cut = open_ + int(rng.integers(60, 120))
                row[open_:cut], row[cut : cut + 45] = 0.3, -0.35
    weekday = np.array([1.1, 1.15, 1.1, 1.05, 1.0, 0.85, 0.75])
    lead = len(weights)
    infected = np.repeat(start[:, None], lead + days, axis=1)
    counts, truth = np.empty((regions, days)), np.empty((regions, days))
    for day in range(days):
        pressure = infected[:, day : day + lead] @ weights
        truth[:, day] = np.exp(log_r[:, day] - 0.08 * np.log((pressure + 0.1) / start))
        mean = truth[:, day] * pressure
        if scatter == "transmission":
            counts[:, day] = infected[:, lead + day] = rng.poisson(rng.gamma(20, 1 / 20, regions) * mean)
        else:
            infected[:, lead + day] = mean
            counts[:, day] = rng.poisson(rng.gamma(20, 1 / 20, regions) * mean * weekday[day % 7])
    return counts, truth


def phases(truth: np.ndarray) -> dict[str, np.ndarray]:
    """Growth, peak, decline and trough by log R and its slope over a week; the first days left out."""
    log_r = np.log(np.maximum(truth, 1e-9))
    slope = np.gradient(pd.DataFrame(log_r.T).rolling(7, center=True, min_periods=1).mean().to_numpy().T, axis=1)
    flat = np.abs(log_r) < 0.1
    found = {
        "growth": ~flat & (log_r > 0),
        "peak": flat & (slope < 0),
        "decline": ~flat & (log_r < 0),
        "trough": flat & (slope >= 0),
    }
    started = np.arange(truth.shape[1]) >= 15
    return {name: where & started for name, where in found.items()}


def reproduction_figures() -> Iterator[Figure]:
    for kind in ("smooth", "lockdown"):
        for scatter in ("transmission", "reporting"):
            counts, truth = epidemics(kind, scatter, np.random.default_rng(5))
            labelled = label(
                counts, np.datetime64("2021-01-04") + np.arange(counts.shape[1]), np.arange(len(counts)).astype(str)
            )
            began = time.process_time()
            result = reproduction_number(labelled, generation=GENERATION)
            spent = time.process_time() - began
            if (kind, scatter) == ("smooth", "transmission"):
                yield Figure("R, 101 regions x 900 days, CPU", spent, "s", "<=1")
                yield Figure("R, floor: Cori 7 days with 3 quantiles, same data, CPU", cori_seconds(counts), "s")
            inside = (result["q05"].values <= truth) & (truth <= result["q95"].values)
            week = pd.DataFrame(counts.T).rolling(7, center=True, min_periods=1).mean().to_numpy().T
            live = np.isfinite(result["median"].values) & (week > 0.3)
            name = f"R, {kind}, scatter of {scatter}, 90 % cover"
            yield Figure(f"{name}, all", inside[live].mean(), "", ">=0.85")
            yield Figure(f"{name}, all, not too wide", inside[live].mean(), "", "<=0.95")
            for phase, where in phases(truth).items():
                yield Figure(f"{name}, {phase}", inside[live & where].mean(), "", ">=0.85")
            for low, high in ((0.3, 2), (2, 20), (20, 200), (200, np.inf)):
                size = live & (week >= low) & (week < high)
                yield Figure(f"{name}, {low:g} to {high:g} persons a day", inside[size].mean(), "", ">=0.85")


def cori_seconds(counts: np.ndarray) -> float:
    """The closed form of Cori et al. (2013), prior gamma(1, 5), as the floor of what an estimate costs."""
    from scipy.stats import gamma

    began = time.process_time()
    pressure = np.stack([np.convolve(row, np.concatenate([[0], GENERATION[1:]]))[: counts.shape[1]] for row in counts])
    cases, exposed = (np.lib.stride_tricks.sliding_window_view(x, 7, axis=1).sum(-1) for x in (counts, pressure))
    gamma.ppf(np.array([0.05, 0.5, 0.95])[:, None, None], 1 + cases, scale=1 / (0.2 + exposed))
    return time.process_time() - began


# -------------------------------------------------------------------------------------------------------- real data


def label(counts: np.ndarray, days: np.ndarray, regions: np.ndarray) -> xr.DataArray:
    """Counts (R, T) with region and date."""
    return xr.DataArray(counts, {"region": regions, "date": days.astype("datetime64[ns]")}, ("region", "date"))


def pivot(table: pd.DataFrame, place: str, value: str) -> xr.DataArray:
    wide = table.pivot(index="date", columns=place, values=value).astype(float)
    return label(wide.to_numpy().T, pd.to_datetime(wide.index).to_numpy(), wide.columns.to_numpy(dtype=object))


def french_admissions() -> tuple[xr.DataArray, np.ndarray]:
    """Admissions of the 101 départements, and the région of each."""
    counts = pivot(pd.read_parquet(DATA / "france" / "hospital_flows_dep_day.parquet"), "dep_code", "new_hosp")
    counts = counts.drop_sel(region="978")
    places = Places.load()
    return counts, np.array([places[f"FR-{code}"].parent for code in counts["region"].values])


def italian_icu_admissions() -> xr.DataArray:
    table = pd.read_parquet(DATA / "italy" / "hospital_region_day.parquet", columns=["date", "nuts2", "new_icu"])
    return pivot(table, "nuts2", "new_icu").sel(date=slice("2020-12-03", "2024-12-31"))


def holidays_of(country: str, counts: xr.DataArray) -> xr.DataArray:
    days = pd.date_range(counts["date"].values[0], counts["date"].values[-1] + 60 * DAY)
    known = calendars.country_holidays(country, years=range(days[0].year, days[-1].year + 1))
    return xr.DataArray([day.date() in known for day in days], {"date": days.to_numpy()}, ("date",))


def speed_figures(counts: xr.DataArray) -> Iterator[Figure]:
    past = counts.sel(date=slice(None, "2021-03-01"))
    began = time.process_time()
    admission_paths(past, rng=np.random.default_rng(0), samples=SAMPLES)
    yield Figure("admissions, 101 x 28 days x 500 paths, CPU", time.process_time() - began, "s", "<=10")
    tracemalloc.start()
    admission_paths(past, rng=np.random.default_rng(0), samples=SAMPLES)
    yield Figure("admissions, same, peak of arrays", tracemalloc.get_traced_memory()[1] / 2**20, "MiB", "<=1024")
    tracemalloc.stop()


# --------------------------------------------------------------------------------------------------- planted faults


def _set(last_days: int, value: float):
    def plant(days: np.ndarray, rng: np.random.Generator) -> None:
        days[-last_days:] = value

    return plant


def _ten_times_a_day(days: np.ndarray, rng: np.random.Generator) -> None:
    days[-1 - rng.integers(7)] *= 10


def _ten_times_a_week(days: np.ndarray, rng: np.random.Generator) -> None:
    days[-7:] *= 10


FAULTS = {
    "all zeros": _set(84, 0.0),
    "a silent week of zeros": _set(7, 0.0),
    "an unknown week": _set(7, np.nan),
    "a day ten times too high": _ten_times_a_day,
    "a week ten times too high": _ten_times_a_week,
    "a negative day": _set(1, -3.0),
    "an infinite day": _set(1, np.inf),
}


# a tenfold day or week may be an ordinary one of that département: nobody can tell
CALLED_OK = {"a day ten times too high": "<=0.1", "a week ten times too high": "<=0.01"}


def planted_figures(counts: xr.DataArray) -> Iterator[Figure]:
    """Share of planted faults called ok, by fault and size of the département; and what is called ok with nothing planted."""
    rng, told = np.random.default_rng(0), {}
    clean: list[str] = []
    for date in np.arange("2020-07-20", "2023-03-03", 14 * DAY, dtype="datetime64[D]"):
        past = counts.sel(date=slice(None, date)).isel(date=slice(-84, None)).values.T
        days = date + np.arange(-83, 1)
        clean.extend(screen(past, days).status)
        broken, planted = past.copy(), rng.choice(list(FAULTS), past.shape[1])
        others = rng.random(past.shape[1]) < 0.65
        for r in np.flatnonzero(~others):
            FAULTS[planted[r]](broken[:, r], rng)
        same = np.isclose(broken, past, equal_nan=True).all(axis=0)
        weekly = past[-35:-7].sum(axis=0) / 4
        for r, status in enumerate(screen(broken, days).status):
            if not others[r] and not same[r]:
                size = "under 5" if weekly[r] < 5 else "5 or more"
                told.setdefault((planted[r], size), []).append(status == "ok")
    yield Figure("screening, French départements ok, nothing planted", np.mean([one == "ok" for one in clean]))
    yield Figure(
        "screening, French départements failed, nothing planted", np.mean([one == "failed" for one in clean]), "", "=0"
    )
    for (fault, size), oks in sorted(told.items()):
        name = f"screening, {fault}, {size} persons a week, {len(oks)} planted"
        aim = "" if size == "under 5" else CALLED_OK.get(fault, "=0")
        yield Figure(f"{name}, called ok", np.mean(oks), "", aim)


@dataclass(frozen=True)
class Replayed:
    """One date and one way of adding regions up: places of days (R, 28) and of weekly sums (R, 4) among the samples, and the
    scores of weekly sums."""

    days: np.ndarray
    weeks: np.ndarray
    scores: dict[str, np.ndarray]


def replay_figures(name: str, counts: xr.DataArray, dates: np.ndarray, free: xr.DataArray, views: dict) -> Iterator[Figure]:
    found: dict[str, list[Replayed]] = {view: [] for view in views}
    status: list[str] = []
    for number, date in enumerate(dates):
        past = counts.sel(date=slice(None, date))
        forecast = admission_paths(past, rng=np.random.default_rng(number), samples=SAMPLES, holidays=free)
        came = counts.sel(date=slice(date + DAY, date + HORIZON * DAY)).values
        status.extend(forecast.status["status"].values)
        works = forecast.status["status"].values != "failed"
        for view, groups in views.items():
            paths, truth, history = (
                add_up(x[..., works, :], groups, works)
                for x in (forecast.paths.values, np.where(came < 0, np.nan, came), past.values)
            )
            found[view].append(judge(paths, truth, history, number))
    yield Figure(f"{name}, dates replayed", len(dates), "", ">=15")
    yield Figure(f"{name}, share of regions ok", np.mean([s == "ok" for s in status]))
    for view, replayed in found.items():
        yield from coverage_figures(f"{name}, {view}", replayed)
        yield from score_figures(f"{name}, {view}", replayed)


def add_up(values: np.ndarray, groups: np.ndarray | str | None, works: np.ndarray) -> np.ndarray:
    """Regions (…, R, T) added up: not at all, by group, or all."""
    if groups is None:
        return values
    if isinstance(groups, str):
        return values.sum(axis=-2, keepdims=True)
    of = groups[works]
    return np.stack([values[..., of == group, :].sum(axis=-2) for group in np.unique(of)], axis=-2)


def judge(paths: np.ndarray, truth: np.ndarray, history: np.ndarray, seed: int) -> Replayed:
    rng = np.random.default_rng(seed)
    weekly, weekly_truth, past = weekly_sums(paths), weekly_sums(truth), weekly_sums(np.nan_to_num(history))
    size = {"steps": WEEKS, "samples": SAMPLES, "rng": rng}
    forecasts = {
        "ours": weekly,
        "persistence": persistence(past, window=WINDOW_WEEKS, **size),
        "hub": hub_baseline(past, **size),
    }
    scores = {kind: wis(samples, weekly_truth) for kind, samples in forecasts.items()}
    scores |= {f"{kind} log": log_wis(samples, weekly_truth) for kind, samples in forecasts.items()}
    return Replayed(pit(paths, truth, rng=rng), pit(weekly, weekly_truth, rng=rng), scores)


def coverage_figures(name: str, replayed: list[Replayed]) -> Iterator[Figure]:
    days, weeks = (np.concatenate([getattr(r, part) for r in replayed]) for part in ("days", "weeks"))
    for level, low, high in ((0.5, 0.45, 0.6), (0.9, 0.85, 0.95)):
        for week in range(WEEKS):
            share = np.nanmean(covered(days[:, 7 * week : 7 * week + 7], level))
            yield Figure(f"{name}, {level:.0%} cover of days, week {week + 1}", share, "", f">={low}")
        share = np.nanmean(covered(weeks, level))
        yield Figure(f"{name}, {level:.0%} cover of weekly sums, weeks 1 to 4", share, "", f">={low}")
        yield Figure(f"{name}, the same, not too wide", share, "", f"<={high}")


def score_figures(name: str, replayed: list[Replayed]) -> Iterator[Figure]:
    means = {kind: np.nanmean(np.concatenate([r.scores[kind] for r in replayed]), axis=0) for kind in replayed[0].scores}
    for scale, ending in (("", ""), ("log ", " log")):
        for peer in ("persistence", "hub"):
            for week in range(WEEKS):
                ratio = means[f"ours{ending}"][week] / means[f"{peer}{ending}"][week]
                yield Figure(f"{name}, {scale}WIS of weekly sums against {peer}, week {week + 1}", ratio, "", "<1")
