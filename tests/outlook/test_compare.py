"""Runs are compared on the same futures or not at all."""

from __future__ import annotations

import datetime as dt
import shutil

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from belvedere.errors import DataError, UnknownName
from belvedere.ontology.schema import table
from belvedere.outlook.compare import compare, runs_of
from belvedere.outlook.overlays import Overlay
from belvedere.outlook.scenarios import new_scenario, set_overlay
from belvedere.store.commits import Commit, TableInput
from belvedere.store.workspace import Workspace, create, open_workspace

NOW = dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)
DAY = dt.date(2026, 11, 21)
BASE = {"FR-33": 20.0, "FR-75": 50.0, "FR-92": 30.0}
SAMPLES, HORIZONS = 40, 3


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A workspace with two scenarios that have not run."""
    path = tmp_path_factory.mktemp("template") / "workspace"
    made = create(path)
    for id in ("curfew", "lockdown"):
        new_scenario(made, id, title=id, author="A. Martin", now=NOW)
    made.engine.dispose()
    return path


@pytest.fixture
def workspace(template, tmp_path) -> Workspace:
    shutil.copytree(template, tmp_path / "workspace")
    return open_workspace(tmp_path / "workspace")


def futures(place: str, level: float) -> np.ndarray:
    """Shape (samples, horizons): the same scatter for the same place, whatever the level; the peak is on the second day."""
    scatter = np.random.default_rng(len(place) + ord(place[-1])).normal(0, level / 5, SAMPLES)
    return level + scatter[:, None] * np.array([0.5, 1.0, 0.2]) + np.array([0, level, -1])


def run(
    workspace: Workspace, scenario: str | None = None, *, factor=lambda place: 1.0, targets=("icu_census",), **changes
) -> int:
    """Commits a run as `run_outlook` would: sampled futures of each region and of the country, and a conclusion each."""
    asked = {
        "country": "FR",
        "as_of": None,
        "reference_date": str(DAY),
        "seed": 7,
        "samples": 500,
        "scenario": scenario,
    } | changes
    feed = ("outlook" if asked["as_of"] is None else "replay") + (f"-{scenario}" if scenario else "")
    paths = {place: futures(place, level) * factor(place) for place, level in BASE.items()}
    paths["FR"] = sum(paths.values())
    rows = [
        {"feed": feed, "model_id": "belvedere", "reference_date": DAY, "target": target, "horizon": h + 1,
         "target_end_date": DAY + dt.timedelta(days=h + 1), "place": place, "age_group": "all", "output_type": "sample",
         "output_type_id": str(sample), "value": float(values[sample, h])}
        for target in targets for place, values in paths.items() for sample in range(SAMPLES) for h in range(HORIZONS)
    ]  # fmt: skip
    said = [
        {"feed": feed, "reference_date": DAY, "place": place, "level": "icu", "country": "FR", "rank": 1, "status": "ok",
         "chance_28": 0.4 * factor(place), "first_day_middle": DAY if factor(place) == 1 else None}
        for place in BASE
    ]  # fmt: skip
    at = workspace.snapshot().at
    inputs = [TableInput(name, at) for name in ("indicators", "capacity")]
    with Commit.begin(workspace, "run", feed=feed, inputs=inputs, parameters=asked, now=NOW) as commit:
        commit.append("forecasts", rows_of("forecasts", rows), known_at=NOW, basis="ingested")
        commit.append("outlooks", rows_of("outlooks", said), known_at=NOW, basis="ingested")
    return commit.sequence


def rows_of(name: str, rows: list[dict]) -> pa.Table:
    columns = [c.arrow.with_nullable(True) for c in table(name).columns.values()]
    return pa.Table.from_pylist(rows, schema=pa.schema(columns))


def figures(workspace: Workspace, day: dt.date = DAY) -> None:
    """New figures come in."""
    row = {"feed": "f", "place": "FR-75", "date": day, "indicator": "icu_census", "condition": "covid19", "age_group": "all",
           "sex": "all", "period": "day", "value": 3.0, "status": "reported"}  # fmt: skip
    known = dt.datetime.combine(day, dt.time(18), tzinfo=dt.UTC)
    with Commit.begin(workspace, "load", feed="f") as commit:
        commit.append("indicators", rows_of("indicators", [row]), known_at=known, basis="ingested")


def cells(rows: pd.DataFrame, place: str, run: str) -> pd.Series:
    return rows[(rows["place"] == place) & (rows["run"] == run)].iloc[0]


def test_one_scenario_is_compared_with_the_outlook_future_by_future(workspace):
    run(workspace)
    run(workspace, "curfew", factor=lambda place: 0.5 if place == "FR-92" else 1.0)
    found = compare(workspace.snapshot(), ["curfew"])
    assert [side.name for side in found.runs] == ["outlook", "curfew"] and found.samples == SAMPLES and found.notes == ()
    base, changed = (cells(found.rows, "FR-92", name) for name in ("outlook", "curfew"))
    peaks = futures("FR-92", 30.0).max(axis=1)
    assert [base.peak_low, base.peak, base.peak_high] == pytest.approx(np.quantile(peaks, [0.05, 0.5, 0.95]).tolist())
    assert changed.peak == pytest.approx(np.median(peaks) / 2)
    less = [changed.difference_low, changed.difference, changed.difference_high]
    assert less == pytest.approx(np.quantile(-peaks / 2, [0.05, 0.5, 0.95]).tolist())
    assert pd.isna(base.difference) and (base.chance, changed.chance) == (0.4, 0.2)
    assert base.first_day == DAY and pd.isna(changed.first_day)
    whole = cells(found.rows, "FR", "curfew")
    assert whole.difference == pytest.approx(np.median(-peaks / 2)) and pd.isna(whole.chance)
    # Peaks of sums, each with its own interval: the difference is far surer than either peak.
    assert whole.difference_high - whole.difference_low < whole.peak_high - whole.peak_low


def test_places_that_differ_most_come_after_the_country(workspace):
    run(workspace)
    run(workspace, "curfew", factor=lambda place: {"FR-33": 0.1, "FR-75": 0.9, "FR-92": 1.2}[place])
    found = compare(workspace.snapshot(), ["curfew"], places=2)
    assert found.rows["place"].drop_duplicates().tolist() == ["FR", "FR-33", "FR-92"]
    assert set(compare(workspace.snapshot(), ["curfew"], places=0).rows["place"]) == {"FR"}


def test_the_first_named_is_what_the_others_differ_from(workspace):
    run(workspace, "curfew", factor=lambda place: 0.8)
    run(workspace, "lockdown", factor=lambda place: 0.4)
    found = compare(workspace.snapshot(), ["lockdown", "curfew", "lockdown"]).rows
    assert found["run"].drop_duplicates().tolist() == ["lockdown", "curfew"]
    assert pd.isna(cells(found, "FR", "lockdown").difference) and cells(found, "FR", "curfew").difference > 0


@pytest.mark.parametrize(
    "changes", [{"seed": 8}, {"as_of": "2026-11-20"}, {"reference_date": "2026-11-20"}, {"country": "IT"}, {"samples": 100}]
)
def test_other_futures_are_refused(workspace, changes):
    run(workspace, **changes)
    run(workspace, "curfew")
    with pytest.raises(DataError, match=r"cannot be compared: .*outlook \(commit 3\).*curfew \(commit 4\).*run curfew"):
        compare(workspace.snapshot(), ["curfew"])


def test_the_newest_runs_that_can_be_compared_are_taken(workspace):
    for seed in (7, 8, 7, 9):
        run(workspace, seed=seed)
    for seed in (7, 8, 10):
        run(workspace, "curfew", seed=seed)
    assert [side.commit.sequence for side in runs_of(workspace, "curfew")] == [9, 8, 7]
    chosen = compare(workspace.snapshot(), ["curfew"]).runs
    assert [(side.commit.sequence, side.commit.parameters["seed"]) for side in chosen] == [(4, 8), (8, 8)]


def test_a_country_is_compared_by_itself(workspace):
    run(workspace)
    run(workspace, "curfew")
    with pytest.raises(DataError, match="No run of outlook, curfew yet for IT"):
        compare(workspace.snapshot(), ["curfew"], country="IT")
    assert compare(workspace.snapshot(), ["curfew"], country="FR").runs[0].commit.parameters["country"] == "FR"


def test_runs_with_figures_in_between_are_refused(workspace):
    run(workspace)
    figures(workspace)
    run(workspace, "curfew")
    with pytest.raises(DataError, match=r"between these runs \(1 rows\)"):
        compare(workspace.snapshot(), ["curfew"])


def test_figures_that_a_past_day_did_not_know_do_no_harm(workspace):
    run(workspace, as_of="2026-11-20")
    figures(workspace, DAY)
    run(workspace, "curfew", as_of="2026-11-20")
    assert compare(workspace.snapshot(), ["curfew"]).samples == SAMPLES


def test_a_scenario_changed_since_its_run_is_told(workspace):
    run(workspace)
    run(workspace, "curfew")
    set_overlay(workspace, "curfew", Overlay("futures", "icu_stay", "multiply", 1.1), now=NOW)
    assert compare(workspace.snapshot(), ["curfew"]).notes == (
        "curfew: its overlays have changed since this run (commit 4); run it again.",
    )
    run(workspace, "curfew")
    assert compare(workspace.snapshot(), ["curfew"]).notes == ()


def test_what_there_is_not_is_told(workspace):
    run(workspace)
    with pytest.raises(UnknownName, match="curfew"):
        compare(workspace.snapshot(), ["curfw"])
    with pytest.raises(DataError, match=r"No run of curfew yet.*belvedere scenario run curfew"):
        compare(workspace.snapshot(), ["curfew"])
    with pytest.raises(DataError, match="name a scenario"):
        compare(workspace.snapshot(), ["outlook"])
    run(workspace, "curfew", targets=("hospital_admissions",))
    with pytest.raises(DataError, match="no sampled census"):
        compare(workspace.snapshot(), ["curfew"])
