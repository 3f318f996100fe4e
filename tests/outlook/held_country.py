"""The country of `fake_country`, held in a workspace as a source would have brought it; and runs of it, killed or not."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from belvedere.ontology.schema import table
from belvedere.outlook.run import run_outlook
from belvedere.store.commits import Commit
from belvedere.store.jobs import start
from belvedere.store.workspace import Workspace, create, open_workspace
from tests.outlook.fake_country import REGIONS, SHARES, SIZES, WARD, World

LAST = np.datetime64("2021-02-15")
MOMENT = dt.datetime(2021, 2, 16, 8, tzinfo=dt.UTC)
KNOWN_HOUR = pd.Timedelta(hours=18)
SAMPLES = 120


def clock() -> dt.datetime:
    """A clock that stands at the morning after the last day."""
    return MOMENT


def hold(folder: Path, world: World, *, days: int = 200) -> Workspace:
    """A new workspace with the counts of so many days up to `LAST`, and half as many beds again as the mean of the patients."""
    workspace = create(folder)
    for name, rows in (("indicators", _indicators(world, days)), ("capacity", _capacity())):
        with Commit.begin(workspace, "load", feed=f"fake-{name}") as commit:
            commit.append(name, rows, basis="published")
    return workspace


def _indicators(world: World, days: int) -> pa.Table:
    first = LAST - np.timedelta64(days, "D")
    frames = [
        counts.sel(date=slice(first, LAST)).to_series().rename("value").reset_index().assign(indicator=name)
        for name, counts in world.counts.items()
    ]
    rows = pd.concat(frames).rename(columns={"region": "place"})
    rows["known_at"] = (rows["date"] + KNOWN_HOUR).dt.tz_localize("UTC")
    same = {"feed": "fake-hospitals", "condition": "covid19", "age_group": "all", "sex": "all", "period": "day",
            "status": "reported"}  # fmt: skip
    return _rows("indicators", rows.assign(date=rows["date"].dt.date, **same))


def _capacity() -> pa.Table:
    beds = {"ward": SIZES * WARD, "icu": SIZES * SHARES["icu_census"]}
    rows = pd.DataFrame(
        [(region, level, np.ceil(1.5 * n)) for level, sizes in beds.items() for region, n in zip(REGIONS, sizes, strict=True)],
        columns=["place", "level", "value"],
    )
    same = {"feed": "fake-beds", "date": dt.date(2020, 1, 1), "resource": "beds_staffed", "age_group": "all",
            "condition": "all", "status": "reported", "known_at": pd.Timestamp("2020-01-02", tz="UTC")}  # fmt: skip
    return _rows("capacity", rows.assign(**same))


def _rows(name: str, frame: pd.DataFrame) -> pa.Table:
    fields = [*table(name).arrow_schema(), pa.field("known_at", pa.timestamp("us", tz="UTC"))]
    return pa.Table.from_pandas(frame, schema=pa.schema(fields), preserve_index=False)


def double_the_census(workspace: Workspace) -> int:
    """Corrects every census to twice what it was; returns the commit's sequence."""
    rows = workspace.snapshot().arrow("indicators", indicator=["hospital_census", "icu_census"]).drop_columns(["known_at"])
    rows = rows.set_column(rows.column_names.index("value"), "value", pc.multiply(rows["value"], 2.0))
    with Commit.begin(workspace, "load", feed="fake-indicators") as commit:
        commit.append("indicators", rows, known_at=MOMENT, basis="published")
    return commit.sequence


def written(workspace: Workspace, sequence: int) -> dict[str, pa.Table | bytes]:
    """The rows a commit wrote, by table, in the order of their keys, without the commit's own number; values to the bit."""
    found: dict[str, pa.Table | bytes] = {}
    for name in ("forecasts", "outlooks"):
        history = workspace.snapshot().history(name)
        rows = history.filter(history.sequence == sequence).order_by(table(name).keys()).to_pyarrow()
        found[name] = rows.drop_columns(["commit_id", "sequence"])
    found["values"] = found["forecasts"]["value"].to_numpy().tobytes()
    return found


def child(path: Path, job_id: int) -> None:
    """Does a waiting run in a process of its own."""
    workspace = open_workspace(path)
    with start(workspace, job_id, clock=clock) as job:
        run_outlook(workspace, **job.parameters, job=job)
