"""Scenarios side by side: the same futures under each, so that what lies between them has an interval of its own.

Two runs can be compared when they were drawn with one seed and as many samples, for one country and day, from the same figures:
then sample 17 is the same future in both, changed only by what the scenarios say.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import sqlalchemy as sa
import xarray as xr
from ibis import _

from belvedere.errors import DataError
from belvedere.outlook.run import TABLES, feed_of
from belvedere.outlook.scenarios import FEED, scenario
from belvedere.store import register
from belvedere.store.engine import reading
from belvedere.store.lineage import CommitRecord, commit_record
from belvedere.store.snapshot import Snapshot
from belvedere.store.workspace import Workspace

SAME = ("country", "reference_date", "as_of", "seed", "samples")
"""Parameters of a run that must agree."""
CENSUS = {"icu": "icu_census", "ward": "ward_census"}
INTERVAL = (0.05, 0.5, 0.95)


@dataclass(frozen=True)
class Side:
    """One side of a comparison: a committed run of the scenario `name`, or of none ("outlook")."""

    name: str
    commit: CommitRecord

    @property
    def same(self) -> tuple:
        """What it must share with the other sides."""
        return tuple(self.commit.parameters.get(name) for name in SAME)

    @property
    def at(self) -> int:
        """The sequence it read at."""
        return max(table.at for table in self.commit.tables)

    def sentence(self) -> str:
        """Its country, day, moment, seed and samples in words."""
        country, day, as_of, seed, samples = self.same
        told = f"{country} from {day}, as of {as_of or 'now'}, seed {seed}, {samples} samples"
        return f"{self.name} (commit {self.commit.sequence}): {told}"


@dataclass(frozen=True)
class Comparison:
    """Runs side by side, the first being what the others are compared with.

    rows: one for each place, level of care and run. peak_low, peak, peak_high: persons, 5 %, 50 %, 95 % of the highest census
    of the horizon; difference_low, difference, difference_high: the same of the peak less the first run's, future by future;
    chance: of more patients than beds within 28 days; first_day: by which half of the futures pass the beds; empty where not
    known. Places: the country, then those that differ most. samples: futures compared. notes: what a reader must know.
    """

    runs: tuple[Side, ...]
    rows: pd.DataFrame
    samples: int
    notes: tuple[str, ...]


def runs_of(workspace: Workspace, name: str, *, country: str | None = None) -> list[Side]:
    """Every run of a scenario, or of no scenario ("outlook"), newest first."""
    c = register.commits.c
    feeds = [feed_of(None if name == FEED else name, replayed=replayed) for replayed in (False, True)]
    query = sa.select(c.id).where(c.kind == "run", c.state == "committed", c.feed.in_(feeds)).order_by(c.sequence.desc())
    with reading(workspace.engine) as connection:
        ids = list(connection.execute(query).scalars())
    sides = [Side(name, commit_record(workspace, id)) for id in ids]
    return [side for side in sides if country in (None, side.commit.parameters["country"])]


def comparable(workspace: Workspace, names: Sequence[str], *, country: str | None = None) -> tuple[Side, ...]:
    """The newest runs of all names that can be compared. Raises DataError, saying what each name has, where there are none."""
    every = {name: runs_of(workspace, name, country=country) for name in names}
    if empty := [name for name, runs in every.items() if not runs]:
        where = f" for {country}" if country else ""
        raise DataError(f"No run of {', '.join(empty)} yet{where}. {_how_to_run(empty)}")
    for newest in every[names[-1]]:
        chosen = [next((run for run in every[name] if run.same == newest.same), None) for name in names]
        if all(chosen):
            _need_same_figures(workspace, chosen)
            return tuple(chosen)
    told = "; ".join(runs[0].sentence() for runs in every.values())
    raise DataError(
        "These runs cannot be compared: futures are the same only with one country, day, as-of, seed and number of samples. "
        f"Found {told}. {_how_to_run(names)}"
    )


def compare(snapshot: Snapshot, names: Sequence[str], *, country: str | None = None, places: int = 5) -> Comparison:
    """The runs of these names side by side; one name alone is compared with the outlook without a scenario.

    names: ids of scenarios, or "outlook". places: how many besides the country, those whose peaks differ most.
    Raises UnknownName for a scenario; DataError where there are no comparable runs, or none with a census.
    """
    names = list(dict.fromkeys(names if len(set(names)) > 1 else [FEED, *names]))
    asked = {name: scenario(snapshot, name) for name in names if name != FEED}
    if len(names) < 2:
        raise DataError("One run alone is nothing to compare: name a scenario.")
    runs = comparable(snapshot.workspace, names, country=country)
    paths = [_peaks(snapshot, run) for run in runs]
    said = {run.name: _conclusions(snapshot, run) for run in runs}
    nation = runs[0].commit.parameters["country"]
    levels = [level for level in CENSUS if all(level in p for p in paths)]
    if not levels:
        raise DataError(f"{', '.join(names)}: found no sampled census in all of these runs, so there is no peak to compare")
    rows = [row for level in levels for row in _rows(level, runs, paths, said)]
    frame = pd.DataFrame(rows)
    chosen = [nation, *_largest(frame, set(said[names[0]]["place"]), places)]
    frame = frame[frame["place"].isin(chosen)]
    order = frame.assign(place_=frame["place"].map(chosen.index), run_=frame["run"].map(names.index))
    frame = order.sort_values(["place_", "level", "run_"])[frame.columns].reset_index(drop=True)
    notes = [
        f"{name}: its overlays have changed since this run (commit {run.commit.sequence}); run it again."
        for run in runs
        if (name := run.name) in asked and asked[name].changed > run.at
    ]
    if nation not in set(frame["place"]):
        notes.append(f"{nation} as a whole is not compared: a run has no sum for it, because too many of its regions failed.")
    if len({run.commit.code_version for run in runs}) > 1:
        notes.append("The runs were made by different versions of the code; part of the difference may come from that.")
    return Comparison(runs, frame, min(p.sizes["sample"] for p in paths), tuple(notes))


def side(workspace: Workspace, name: str, commit_id: int) -> Side:
    """One committed run as a side of a comparison."""
    return Side(name, commit_record(workspace, commit_id))


def need_same_futures(workspace: Workspace, first: Side, other: Side) -> None:
    """Raises DataError, saying why, where the futures of two runs are not the same ones."""
    if first.same != other.same:
        raise DataError(f"These runs were not drawn alike. Found {first.sentence()}; {other.sentence()}.")
    _need_same_figures(workspace, (first, other))


def future_by_future(snapshot: Snapshot, first: Side, other: Side) -> pd.DataFrame:
    """What the other run has more than the first, on the same futures: the country, its parts and regions.

    One row for each target and place: `present` and `total` are differences of the highest day and of the sum over the horizon,
    each with `_low` and `_high` (5 %, 50 %, 95 %), persons. Raises DataError where the futures are not the same ones.
    """
    need_same_futures(snapshot.workspace, first, other)
    key = ["target", "place", "output_type_id"]
    found = [
        snapshot.history("forecasts")
        .filter(_.commit_id == run.commit.id, _.output_type == "sample")
        .group_by(key)
        .agg(present=_.value.max(), total=_.value.sum())
        .to_pandas()
        .set_index(key)
        for run in (first, other)
    ]
    differences = (found[1] - found[0]).dropna().groupby(["target", "place"])
    ends = dict(zip(("_low", "", "_high"), INTERVAL, strict=True))
    columns = {f"{what}{end}": (what, q) for what in ("present", "total") for end, q in ends.items()}
    return pd.DataFrame({name: differences[what].quantile(q) for name, (what, q) in columns.items()})


def _need_same_figures(workspace: Workspace, runs: Sequence[Side]) -> None:
    """Raises DataError if figures came in between the runs that both should have seen."""
    first, last = min(run.at for run in runs), max(run.at for run in runs)
    if first == last:
        return
    known = Snapshot.take(workspace, as_of=runs[0].commit.parameters.get("as_of"), at=last)
    came = sum(int(known.history(name).filter(_.sequence > first).count().execute()) for name in TABLES)
    if came:
        raise DataError(
            f"New figures came in between these runs ({came:,} rows), so they do not start from the same. "
            f"{_how_to_run([run.name for run in runs])}"
        )


def _how_to_run(names: Iterable[str]) -> str:
    commands = [f"belvedere {'outlook' if name == FEED else f'scenario run {name}'}" for name in names]
    return f"Run: {'; '.join(commands)} (the same --as-of and --seed)."


def _peaks(snapshot: Snapshot, run: Side) -> xr.Dataset:
    """Highest census of the horizon by level, dims (sample, region), of the futures kept with the run."""
    rows = (
        snapshot.history("forecasts")
        .filter(_.commit_id == run.commit.id, _.output_type == "sample", _.target.isin(list(CENSUS.values())))
        .group_by(["target", "place", "output_type_id"])
        .agg(peak=_.value.max())
        .to_pandas()
    )
    found = {}
    for level, target in CENSUS.items():
        part = rows[rows["target"] == target].assign(sample=lambda r: r["output_type_id"].astype(int))
        if len(part):
            wide = part.pivot(index="sample", columns="place", values="peak")
            found[level] = xr.DataArray(
                wide.to_numpy(), {"sample": wide.index, "region": list(wide.columns)}, ("sample", "region")
            )
    return xr.Dataset(found)


def _conclusions(snapshot: Snapshot, run: Side) -> pd.DataFrame:
    """Chance and day of passing the beds, by place and level."""
    rows = snapshot.history("outlooks").filter(_.commit_id == run.commit.id)
    return rows.select("place", "level", "chance_28", "first_day_middle").to_pandas()


def _rows(level: str, runs: Sequence[Side], paths: Sequence[xr.Dataset], said: dict[str, pd.DataFrame]) -> Iterable[dict]:
    first = paths[0][level]
    for run, path in zip(runs, paths, strict=True):
        conclusions = said[run.name]
        conclusions = conclusions[conclusions["level"] == level].set_index("place")
        peaks, before = xr.align(path[level], first, join="inner")
        for i, place in enumerate(peaks["region"].values.tolist()):
            peak = peaks.values[:, i]
            less = [None] * 3 if run is runs[0] else np.quantile(peak - before.values[:, i], INTERVAL).tolist()
            told = conclusions.loc[place] if place in conclusions.index else {}
            yield {
                "place": place, "level": level, "run": run.name,
                **dict(zip(("peak_low", "peak", "peak_high"), np.quantile(peak, INTERVAL).tolist(), strict=True)),
                **dict(zip(("difference_low", "difference", "difference_high"), less, strict=True)),
                "chance": _known(told.get("chance_28")), "first_day": _as_day(told.get("first_day_middle")),
            }  # fmt: skip


def _largest(frame: pd.DataFrame, regions: set[str], count: int) -> list[str]:
    """Regions whose peaks differ most between any run and the first, largest first."""
    known = frame[frame["place"].isin(regions) & frame["difference"].notna()]
    most = known.assign(size=known["difference"].astype(float).abs()).groupby("place")["size"].max()
    return most.sort_index().sort_values(ascending=False, kind="stable").head(count).index.tolist()


def _known(value: object) -> float | None:
    return None if pd.isna(value) else float(value)


def _as_day(value: object) -> dt.date | None:
    return None if pd.isna(value) else pd.Timestamp(value).date()
