"""The corridor on real figures: what it costs, how honest it was on past days, whether its warnings came true, and that a fault
in the data never passes for ok.

Past days are read as they were known; the sources kept no versions, so the days of knowledge are assumed (see the report of
`belvedere backtest`). Nothing here was tuned on Italy or on French days after June 2021.
"""

from __future__ import annotations

import datetime as dt
import json
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

import belvedere
from belvedere.outlook.alarms import brier_table, not_yet_above
from belvedere.outlook.backtest import Backtest, Plan, backtest, past_days, warning_levels
from belvedere.outlook.corridor import Outlook, outlook
from belvedere.outlook.inputs import Inputs, read_inputs
from belvedere.outlook.settings import Settings
from belvedere.outlook.summary import summary, with_weeks
from belvedere.outlook.units import STOCKS
from belvedere.outlook.watch_list import watch_list
from belvedere.reference.places import Places
from belvedere.sources.ingest import ingest
from belvedere.store.workspace import Workspace
from bench import Figure
from bench.spread import reproduction_figures

REPOSITORY = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("BELVEDERE_DATA", REPOSITORY.parent / "shared" / "data"))
SAMPLES = 500
SECOND_WAVE = dt.date(2020, 10, 20)
LISTED = 12
# Steps of 13, 27 and 45 days come to every weekday in turn. Censuses by département end in March 2021: denser days until then.
FRANCE = (*past_days(dt.date(2020, 7, 5), dt.date(2021, 3, 1), 13), *past_days(dt.date(2021, 3, 10), dt.date(2023, 3, 3), 27))
ITALY = past_days(dt.date(2021, 3, 1), dt.date(2024, 12, 1), 45)


def figures() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "workspace"
        workspace = belvedere.create(path)
        ingest(workspace, [DATA / "france", DATA / "italy"])
        yield from cost_figures(path)
        yield from planted_figures(workspace)
        yield from second_wave_figures(workspace)
        for country, days in (("FR", FRANCE), ("IT", ITALY)):
            began = time.monotonic()
            found = replayed(workspace, country, days)
            yield from backtest_figures(country, found)
            yield Figure(f"{country}, backtest of {len(days)} days, 2 processes, wall", time.monotonic() - began, "s")
    yield from reproduction_figures()


def opened(workspace: Workspace, day: dt.date, country: str = "FR") -> tuple[Inputs, Settings]:
    settings = Settings.load()
    return read_inputs(workspace.snapshot(as_of=day), country=country, places=Places.load(), settings=settings), settings


# --------------------------------------------------------------------------------------------------------------- cost


def cost_figures(path: Path) -> Iterator[Figure]:
    """In a process of its own, so that its peak memory is its own."""
    command = [sys.executable, "-c", f"from bench.outlook import cost; cost({str(path)!r})"]
    done = subprocess.run(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True, check=True)
    spent = json.loads(done.stdout)
    yield Figure("outlook of 101 départements x 28 days x 500 paths, CPU", spent["run"], "s", "<=20")
    yield Figure("reading what it needs from the workspace, CPU", spent["read"], "s")
    yield Figure("peak memory of that process, all included", spent["peak"], "MiB", "<=1536")


def cost(path: str) -> None:
    workspace = belvedere.open(path)
    began = time.process_time()
    inputs, settings = opened(workspace, SECOND_WAVE)
    read = time.process_time()
    outlook(inputs, settings, seed=1, samples=SAMPLES)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(json.dumps({"read": read - began, "run": time.process_time() - read, "peak": peak}))


# ------------------------------------------------------------------------------------------------------ planted faults


def zeros(values: np.ndarray) -> np.ndarray:
    return np.zeros_like(values)


def decimal(values: np.ndarray) -> np.ndarray:
    return np.concatenate([values[:-1], 10 * values[-1:]])


def decimal_week(values: np.ndarray) -> np.ndarray:
    return np.concatenate([values[:-7], 10 * values[-7:]])


def silent(values: np.ndarray) -> np.ndarray:
    return np.concatenate([values[:-7], np.zeros(7)])


def unreported(values: np.ndarray) -> np.ndarray:
    return np.concatenate([values[:-7], np.full(7, np.nan)])


FAULTS: dict[tuple[str, str], Callable[[np.ndarray], np.ndarray]] = {
    ("admissions all zeros", "hospital_admissions"): zeros,
    ("hospital census all zeros", "hospital_census"): zeros,
    ("admissions of a day times ten", "hospital_admissions"): decimal,
    ("admissions of a week times ten", "hospital_admissions"): decimal_week,
    ("hospital census of a day times ten", "hospital_census"): decimal,
    ("ICU census of a day times ten", "icu_census"): decimal,
    ("a silent week of admissions, zeros", "hospital_admissions"): silent,
    ("a silent week of admissions, nothing", "hospital_admissions"): unreported,
    ("a silent week of hospital census, zeros", "hospital_census"): silent,
    ("a silent week of ICU census, zeros", "icu_census"): silent,
}
PLANTED = 4


def planted_figures(workspace: Workspace) -> Iterator[Figure]:
    """Each fault in four départements that admit at least one patient a day and hold five in intensive care, all in one run."""
    inputs, settings = opened(workspace, SECOND_WAVE)
    untouched = outlook(inputs, settings, seed=1, samples=100).status["status"].to_series()
    daily = inputs.series["hospital_admissions"].counts.isel(date=slice(-28, None)).mean("date").to_series()
    intensive = inputs.series["icu_census"].counts.isel(date=slice(-28, None)).mean("date").to_series()
    able = [r for r in inputs.regions if daily[r] >= 1 and intensive[r] >= 5 and untouched[r] == "ok"]
    chosen = np.random.default_rng(3).permutation(able)[: PLANTED * len(FAULTS)].reshape(len(FAULTS), PLANTED)
    changed = inputs
    for (_name, indicator), regions, fault in zip(FAULTS, chosen, FAULTS.values(), strict=True):
        changed = with_fault(changed, indicator, regions, fault)
    after = outlook(changed, settings, seed=1, samples=100).status["status"].to_series()
    for (name, _indicator), regions in zip(FAULTS, chosen, strict=True):
        yield Figure(f"planted, {name}: départements shown ok of {PLANTED}", (after[regions] == "ok").sum(), "", "=0")
    others = untouched.index.difference(chosen.ravel())
    yield Figure("planted: other départements whose status changed", (after[others] != untouched[others]).sum(), "", "=0")


def with_fault(inputs: Inputs, indicator: str, regions: np.ndarray, fault: Callable[[np.ndarray], np.ndarray]) -> Inputs:
    series = inputs.series[indicator]
    counts = series.counts.copy()
    for region in regions:
        counts.loc[{"region": region}] = fault(counts.sel(region=region).values)
    return replace(inputs, series={**inputs.series, indicator: replace(series, counts=counts)})


# ---------------------------------------------------------------------------------------------------- the second wave


def second_wave_figures(workspace: Workspace) -> Iterator[Figure]:
    """The first of the watch list on 20 October 2020, and the highest number of patients in the four weeks after it."""
    inputs, settings = opened(workspace, SECOND_WAVE)
    made = outlook(inputs, settings, seed=1, samples=SAMPLES)
    names = {region: Places.load().name(region) for region in inputs.regions}
    listed = [w for w in watch_list(made, names=names) if w.level == "icu" and np.isfinite(w.chance[28])]
    highest = came(workspace, made)
    passed = {w.place: highest[w.place] > w.beds for w in listed}
    yield Figure(
        "2020-10-20, intensive care: départements above their beds of 2018 that day", sum(w.present > w.beds for w in listed)
    )
    yield Figure("2020-10-20: départements that passed them within 28 days", sum(passed.values()))
    yield Figure("2020-10-20: number foretold to pass within 28 days, mean", sum(w.chance[28] for w in listed))
    for w in listed[:LISTED]:
        where = f"2020-10-20, rank {w.rank}, {names[w.place]}, {w.beds:.0f} beds, {w.present:.0f} present"
        yield Figure(f"{where}: chance of passing within 14 days", w.chance[14])
        yield Figure(
            f"{where}: highest within 28 days, foretold (5 %, median, 95 %: {w.peak[0]:.0f}, …, {w.peak[2]:.0f})", w.peak[1]
        )
        yield Figure(f"{where}: highest within 28 days, came", highest[w.place])
    first = listed[:LISTED]
    yield Figure(f"2020-10-20: of the first {LISTED} of the list, passed within 28 days", sum(passed[w.place] for w in first))


def came(workspace: Workspace, made: Outlook) -> dict[str, float]:
    """The highest ICU census of each region in the four weeks after, as known now."""
    feed = made.inputs.series["icu_census"].feed
    rows = workspace.frame("indicators", indicator="icu_census", feed=feed, age_group="all", sex="all", period="day")
    days = pd.to_datetime(rows["date"])
    ahead = rows[(days > pd.Timestamp(made.inputs.last_day)) & (days <= pd.Timestamp(made.inputs.days_ahead[-1]))]
    return ahead.groupby("place")["value"].max().to_dict()


# ------------------------------------------------------------------------------------------------------------ backtest


def replayed(workspace: Workspace, country: str, days: tuple[dt.date, ...]) -> Backtest:
    plan = Plan(country, days, at=workspace.snapshot().at, samples=SAMPLES, shares=warning_levels())
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        return backtest(workspace, plan, pool=pool, at_once=2)


def backtest_figures(country: str, found: Backtest) -> Iterator[Figure]:
    yield Figure(f"{country}, past days replayed", len(found.replayed), "", ">=40" if country == "FR" else ">=20")
    yield Figure(f"{country}, share of regions ok", (found.regions["status"] == "ok").mean())
    yield Figure(f"{country}, share of regions failed", (found.regions["status"] == "failed").mean())
    yield Figure(f"{country}, share of series with assumed dates of knowledge", (found.series["basis"] == "assumed").mean())
    yield from coverage_figures(country, found.units)
    yield from score_figures(country, found.units)
    yield from phase_figures(country, found.units)
    if len(found.alarms):
        yield from alarm_figures(country, found.alarms)


def coverage_figures(country: str, units: pd.DataFrame) -> Iterator[Figure]:
    by_week = summary(with_weeks(units), ["target", "period", "level", "week"])
    for row in by_week.itertuples():
        where = f"{country}, {row.target} by {row.period}, {row.level}, week {row.week}"
        yield Figure(f"{where}: 50 % held ({row.dates} dates, {row.units} forecasts)", row.cover_50, "", ">=0.45")
        yield Figure(f"{where}: 90 % held", row.cover_90, "", ">=0.85")
    for row in summary(units, ["target", "period", "level"]).itertuples():
        where = f"{country}, {row.target} by {row.period}, {row.level}, all weeks"
        yield Figure(f"{where}: 50 % held, not too wide", row.cover_50, "", "<=0.60")
        yield Figure(f"{where}: 90 % held, not too wide", row.cover_90, "", "<=0.95")
        yield Figure(f"{where}: bias", row.bias)


def score_figures(country: str, units: pd.DataFrame) -> Iterator[Figure]:
    judged = with_weeks(units[(units["period"] == "week") | units["target"].isin(STOCKS)])
    for row in summary(judged, ["target", "period", "level", "week"]).itertuples():
        where = f"{country}, {row.target} by {row.period}, {row.level}, week {row.week}"
        yield Figure(f"{where}: WIS over the hub baseline's", row.hub_ratio, "", "<1")
        yield Figure(f"{where}: WIS over persistence's", row.persistence_ratio, "", "<1")
        yield Figure(f"{where}: log WIS over the hub baseline's", row.hub_log_ratio, "", "<1")
        if row.exponential_units:
            yield Figure(f"{where}: WIS over that of exponential leaving", row.exponential_ratio)


def phase_figures(country: str, units: pd.DataFrame) -> Iterator[Figure]:
    judged = units[(units["phase"] != "") & (units["level"] == "region")]
    judged = judged[(judged["period"] == "week") | judged["target"].isin(STOCKS)]
    for row in summary(judged, ["target", "period", "phase"]).itertuples():
        where = f"{country}, {row.target} by {row.period}, regions in {row.phase}"
        yield Figure(f"{where}: 90 % held", row.cover_90, "", ">=0.85")
        yield Figure(f"{where}: WIS over the hub baseline's", row.hub_ratio)


def alarm_figures(country: str, alarms: pd.DataFrame) -> Iterator[Figure]:
    for kind, rows in (("all", alarms), ("not above that day", not_yet_above(alarms))):
        for row in brier_table(rows[rows["level"] != "nation"]).itertuples():
            where = (
                f"{country}, {row.care_level} above {row.share:.0%} of beds within {row.days} days, {row.level}, {kind} "
                f"({row.units} warnings, {row.events} came)"
            )
            yield Figure(f"{where}: Brier skill against occupancy now", row.now_skill, "", ">0.15")
            yield Figure(f"{where}: Brier skill against chances from occupancy", row.occupancy_skill, "", ">0")
