"""Past days replayed as they were known: what would Belvedere have said, and what came?

For each day the snapshot is read as of that day, the corridor runs on it, and only what scoring needs is kept: quantiles,
places of the truth in the forecast, scores, chances. The truth is the newest word of the same feeds. Days do not depend on one
another: they can be resumed one by one and shared out over processes, with the same bytes.

Where a feed kept no versions, the day a figure was known is assumed (its day plus the source's usual lag) and the figure is
the one published last: corrections made later are already in it. `series` says so for every day and indicator.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import xarray as xr

from belvedere.errors import DataError
from belvedere.outlook.alarms import CENSUS, alarm_rows
from belvedere.outlook.feeds import DAY, Choice, daily, read_series
from belvedere.outlook.inputs import HORIZON, Inputs, read_inputs
from belvedere.outlook.settings import Settings
from belvedere.outlook.units import past_counts, score_units
from belvedere.reference import tables as reference
from belvedere.sources.ingest import workspace_places
from belvedere.store.snapshot import Snapshot
from belvedere.store.workspace import Workspace, open_workspace

AROUND = 21
"""Days of truth read on either side of the horizon: phases look a week and a half to both sides."""
OFFICIAL = ("fr0528_icu_alert", "fr0923_max_icu")
"""Rows of the reference table of thresholds, in % of the beds, that warnings are also tried at."""
TABLES = ("units", "alarms", "regions", "series", "dates")

Read = Callable[[Snapshot], Inputs]
Forecast = Callable[[Inputs, int], object]
Kept = Callable[[str, Callable[[], object]], object]


@dataclass(frozen=True)
class Plan:
    """What to replay. days: the days as of which to look. samples: drawn by the outlook and by each peer. at: commit sequence
    that all is read at, so that the truth does not move meanwhile. shares: of capacity, that alarms are held against.
    """

    country: str
    days: tuple[dt.date, ...]
    at: int
    samples: int = 200
    seed: int = 1
    horizons: tuple[int, ...] = (7, 14, 21, 28)
    shares: tuple[float, ...] = (1.0,)

    def seed_of(self, day: dt.date) -> int:
        """A seed of its own for each day, the same whatever days are replayed beside it."""
        return int(np.random.SeedSequence([self.seed, day.toordinal()]).generate_state(1)[0])


@dataclass(frozen=True)
class Backtest:
    """All days together, each table with the day as `date`.

    units: see `units.score_units`. alarms: see `alarms.alarm_rows`. regions: region, status, reason. series: indicator, feed,
    basis, known_at (newest figure read). dates: last_day, regions, ok, doubtful, failed; a day that could not be replayed has
    only its `reason`. came: truth by target, dims (region, date). groups: larger regions and the nation, with their regions.
    """

    plan: Plan
    units: pd.DataFrame
    alarms: pd.DataFrame
    regions: pd.DataFrame
    series: pd.DataFrame
    dates: pd.DataFrame
    came: Mapping[str, xr.DataArray] = field(default_factory=dict)
    groups: Mapping[str, list[str]] = field(default_factory=dict)

    @property
    def replayed(self) -> pd.DataFrame:
        """The days that could be replayed."""
        return self.dates[self.dates["reason"] == ""]

    @property
    def assumed(self) -> bool:
        """Whether any known date was assumed: then corrections made later were already in what was read."""
        return bool((self.series["basis"] == "assumed").any()) if len(self.series) else False


def warning_levels(overrides: Path | None = None) -> tuple[float, ...]:
    """All beds, and the shares of them at which authorities acted, from the reference table of thresholds, highest first."""
    numbers = reference.load("thresholds", overrides).numbers()
    return (1.0, *sorted((numbers[id] / 100 for id in OFFICIAL), reverse=True))


def past_days(first: dt.date, last: dt.date, every: int) -> tuple[dt.date, ...]:
    """The days from first to last, `every` days apart. Raises DataError where there are none."""
    if every < 1 or last < first:
        raise DataError(
            f"past days: expected the first before the last and steps of 1 or more, found {first} to {last} by {every}"
        )
    return tuple(first + dt.timedelta(days=n) for n in range(0, (last - first).days + 1, every))


def backtest(
    workspace: Workspace,
    plan: Plan,
    *,
    kept: Kept = lambda name, make: make(),
    step: Callable[[str, int, int], None] = lambda text, done, total: None,
    pool: Executor | None = None,
    at_once: int = 1,
) -> Backtest:
    """Replays every day of the plan.

    kept(name, make): makes a day's tables or gives back those of a broken run; a job passes its own. step(text, done, total):
    told before each day. pool: processes that days are given to, `at_once` at a time; None: one after the other, here. The
    results are the same.
    """
    found = []
    with closing(_made(workspace, plan, kept, pool, at_once)) as days:
        for number, day in enumerate(plan.days):
            step(f"{plan.country}, as known on {day}", number, len(plan.days))
            found.append(next(days))
    step("putting together", len(plan.days), len(plan.days))
    tables = {name: _joined(part[name] for part in found) for name in TABLES}
    return Backtest(plan=plan, **tables, **_truth_of(workspace, plan, tables["dates"]))


def _made(
    workspace: Workspace, plan: Plan, kept: Kept, pool: Executor | None, at_once: int
) -> Generator[dict[str, pa.Table], None, None]:
    """The tables of each day, in order. With a pool, threads wait for it, so that a day that was kept is not made again."""

    def make(day: dt.date) -> dict[str, pa.Table]:
        if pool is None:
            return kept(f"day-{day}", lambda: replay_in(workspace.path, plan, day))
        return kept(f"day-{day}", lambda: pool.submit(replay_in, workspace.path, plan, day).result())

    if pool is None:
        yield from map(make, plan.days)
        return
    threads = ThreadPoolExecutor(at_once)
    try:
        for future in [threads.submit(make, day) for day in plan.days]:
            yield future.result()
    finally:
        threads.shutdown(wait=True, cancel_futures=True)


def replay_in(path: Path, plan: Plan, day: dt.date) -> dict[str, pa.Table]:
    """One day of the plan in the workspace at that path, with the corridor as it is."""
    from belvedere.outlook.corridor import outlook

    workspace, places, settings = _opened(path)
    return replay(
        workspace.snapshot(as_of=day, at=plan.at),
        day,
        plan,
        truth=truth_in(path, plan.at),
        read=lambda snapshot: read_inputs(snapshot, country=plan.country, places=places, settings=settings),
        forecast=lambda inputs, seed: outlook(inputs, settings, seed=seed, samples=plan.samples),
    )


@cache
def _opened(path: Path):
    workspace = open_workspace(path)
    return workspace, workspace_places(workspace), Settings.load(path / "overrides")


@cache
def truth_in(path: Path, at: int) -> Truth:
    """The truth of a workspace, read once a process."""
    return Truth(_opened(path)[0].snapshot(at=at))


def replay(
    snapshot: Snapshot, day: dt.date, plan: Plan, *, truth: Truth, read: Read, forecast: Forecast
) -> dict[str, pa.Table]:
    """One day: the tables of `Backtest`, as Arrow. A day of which nothing is known gives one row of `dates` with the reason."""
    stamp = pd.Timestamp(day)
    try:
        inputs = read(snapshot)
    except DataError as error:
        return _arrow(stamp, dates=pd.DataFrame([{"reason": str(error)}]))
    ahead = forecast(inputs, plan.seed_of(day))
    came = truth.around(inputs)
    known = past_counts({name: series.counts for name, series in inputs.series.items()})
    counted, counted_came = counted_patients(ahead, known, inputs.others), counted_patients(ahead, came, truth.others(ahead))
    status = ahead.status.to_dataframe().reset_index()[["region", "status", "reason"]]
    tally = status["status"].value_counts()
    facts = {
        "reason": "", "last_day": pd.Timestamp(inputs.last_day), "regions": len(status),
        **{name: int(tally.get(name, 0)) for name in ("ok", "doubtful", "failed")},
    }  # fmt: skip
    series = [
        {"indicator": s.indicator, "feed": s.feed, "basis": s.basis, "known_at": s.known_at} for s in inputs.series.values()
    ]
    return _arrow(
        stamp,
        units=score_units(ahead, came, seed=plan.seed_of(day), samples=plan.samples),
        alarms=alarm_rows(ahead, counted, counted_came, shares=plan.shares),
        regions=status,
        series=pd.DataFrame(series),
        dates=pd.DataFrame([facts]),
    )


def counted_patients(ahead, census: Mapping[str, xr.DataArray], others: Mapping[str, xr.DataArray]) -> dict[str, xr.DataArray]:
    """Patients counted against the capacity of each level of care: of the epidemic, with the others where the outlook counts
    them; a level whose others it counts but nobody knows is left out."""
    found = {}
    for care, name in CENSUS.items():
        if name in census and care not in ahead.others_known:
            found[care] = census[name]
        elif name in census and care in others:
            found[care] = census[name] + others[care]
    return found


class Truth:
    """What is known now of the series that were read then, from the same feeds."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._read: dict[tuple, dict[str, xr.DataArray]] = {}

    def around(self, inputs: Inputs) -> dict[str, xr.DataArray]:
        """Counts by target, dims (region, date), from three weeks before the horizon to three weeks after it."""
        days = (inputs.last_day + DAY * np.arange(1 - AROUND, HORIZON + AROUND + 1)).astype("datetime64[ns]")
        return {name: counts.reindex(date=days) for name, counts in self.counts(inputs).items()}

    def counts(self, inputs: Inputs) -> dict[str, xr.DataArray]:
        """Counts by target, dims (region, date): every day known."""
        feeds = {name: series.feed for name, series in inputs.series.items()}
        key = (inputs.condition, inputs.regions, *feeds.items())
        if key not in self._read:
            table = daily(self.snapshot, inputs.condition)
            of = table.filter(table.feed.isin(sorted(set(feeds.values()))))
            ends = of.aggregate(first=of.date.min(), last=of.date.max()).to_pandas().iloc[0]
            chosen = {name: Choice(feed, "", inputs.regions, pd.NaT, 0) for name, feed in feeds.items()}
            first, last = (np.datetime64(day, "D") for day in ends)
            read = read_series(table, chosen, first=first, last=last)
            self._read[key] = past_counts({name: series.counts for name, series in read.items()})
        return self._read[key]

    def others(self, ahead) -> dict[str, xr.DataArray]:
        """Patients with other conditions during the horizon, where the outlook counted them."""
        from belvedere.outlook.beds import read_others

        if not ahead.others_known:
            return {}
        inputs = ahead.inputs
        places = workspace_places(self.snapshot.workspace)
        return read_others(
            self.snapshot, inputs.condition, inputs.regions, places, inputs.last_day + DAY, inputs.last_day + HORIZON * DAY
        )


# ------------------------------------------------------------------------------------------------------------- tables


def _arrow(day: pd.Timestamp, **tables: pd.DataFrame) -> dict[str, pa.Table]:
    found = {}
    for name in TABLES:
        table = tables.get(name, pd.DataFrame())
        found[name] = pa.Table.from_pandas(table.assign(date=day) if len(table) else table, preserve_index=False)
    return found


def _joined(parts) -> pd.DataFrame:
    tables = [table.to_pandas() for table in parts if table.num_rows]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()


def _truth_of(workspace: Workspace, plan: Plan, dates: pd.DataFrame) -> dict:
    """The truth of the whole time and the groups, as of the last day that could be replayed."""
    usable = dates[dates["reason"] == ""]
    if usable.empty:
        return {}
    _workspace, places, settings = _opened(workspace.path)
    last = usable["date"].max().date()
    inputs = read_inputs(workspace.snapshot(as_of=last, at=plan.at), country=plan.country, places=places, settings=settings)
    return {"came": truth_in(workspace.path, plan.at).counts(inputs), "groups": inputs.groups}
