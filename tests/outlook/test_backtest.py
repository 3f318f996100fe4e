"""Past days replayed: nothing of what came is read, days do not depend on one another, failures are counted."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from belvedere.errors import DataError
from belvedere.outlook import backtest as replays
from belvedere.outlook.backtest import Plan, Truth, past_days, replay
from belvedere.outlook.inputs import HORIZON, Inputs, read_inputs
from belvedere.outlook.settings import Settings
from belvedere.reference.places import Places
from tests.outlook.fake_country import REGIONS, FakeTruth, honest, inputs_at, outlook_of, world
from tests.outlook.held_country import LAST, double_the_census, hold

DAY = dt.date(2021, 1, 3)
PLAN = Plan("FR", (DAY,), at=1, samples=40, shares=(1.0,))


def as_it_stands(inputs: Inputs, seed: int):
    """Foretells that all stays as it is, with a little noise: something that shows what was read."""
    rng = np.random.default_rng(seed)
    today = {name: np.nan_to_num(series.counts.values[:, -1]) for name, series in inputs.series.items()}
    today["hospital_census"] = today["hospital_census"] + today["icu_census"]
    size = (PLAN.samples, len(REGIONS), HORIZON)
    return outlook_of(inputs, {name: rng.poisson(values[:, None], size).astype(float) for name, values in today.items()})


def reader(seen: list[Inputs]):
    def read(snapshot) -> Inputs:
        inputs = read_inputs(snapshot, country="FR", places=Places.load(), settings=Settings.load())
        seen.append(inputs)
        return inputs

    return read


def replayed(workspace, plan: Plan, day: dt.date = DAY, seen: list[Inputs] | None = None) -> dict[str, pd.DataFrame]:
    truth = Truth(workspace.snapshot(at=plan.at))
    snapshot = workspace.snapshot(as_of=day, at=plan.at)
    read = reader([] if seen is None else seen)
    tables = replay(snapshot, day, plan, truth=truth, read=read, forecast=as_it_stands)
    return {name: table.to_pandas() for name, table in tables.items()}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """Read only."""
    return hold(tmp_path_factory.mktemp("backtest") / "held", world())


def test_nothing_known_after_the_day_is_read(workspace):
    seen: list[Inputs] = []
    found = replayed(workspace, Plan("FR", (DAY,), at=workspace.snapshot().at, samples=40), seen=seen)
    (inputs,) = seen
    assert inputs.last_day == np.datetime64(DAY)
    end = pd.Timestamp(DAY, tz="UTC") + pd.Timedelta(days=1)
    assert all(series.known_at < end for series in inputs.series.values())
    assert all(series.counts["date"].values.max() <= np.datetime64(DAY, "ns") for series in inputs.series.values())
    assert (pd.to_datetime(found["series"]["known_at"], utc=True) < end).all()
    assert (found["units"]["target_date"] > pd.Timestamp(DAY)).all()
    assert set(found["series"]["basis"]) == {"published"}


def test_a_later_correction_changes_what_came_but_not_what_was_said(tmp_path):
    workspace = hold(tmp_path / "held", world())
    before = replayed(workspace, Plan("FR", (DAY,), at=workspace.snapshot().at, samples=40))
    corrected = double_the_census(workspace)
    after = replayed(workspace, Plan("FR", (DAY,), at=corrected, samples=40))
    said = ["q05", "q50", "q95"]
    pd.testing.assert_frame_equal(after["units"][said], before["units"][said])
    icu = before["units"]["target"] == "icu_census"
    np.testing.assert_array_equal(after["units"].loc[icu, "observed"], 2 * before["units"].loc[icu, "observed"])
    pd.testing.assert_frame_equal(
        after["alarms"][["chance", "occupancy", "occupancy_chance"]],
        before["alarms"][["chance", "occupancy", "occupancy_chance"]],
    )


def test_a_day_of_which_nothing_is_known_is_named_with_its_reason(workspace):
    found = replayed(workspace, PLAN, day=dt.date(2019, 5, 1))
    assert found["units"].empty
    assert found["dates"]["date"].tolist() == [pd.Timestamp("2019-05-01")]
    assert "2019-05-01" in found["dates"]["reason"].iloc[0]


def faked(day: dt.date, failed: tuple[str, ...] = ()) -> dict[str, pd.DataFrame]:
    made = world()
    tables = replay(
        SimpleNamespace(), day, PLAN, truth=FakeTruth(made), read=lambda snapshot: inputs_at(made, np.datetime64(day)),
        forecast=lambda inputs, seed: honest(made, inputs, seed=seed, samples=40, failed=failed),
    )  # fmt: skip
    return {name: table.to_pandas() for name, table in tables.items()}


def test_failed_regions_are_counted_and_named():
    found = faked(DAY, failed=("FR-2A", "FR-971"))
    assert found["dates"][["regions", "ok", "doubtful", "failed"]].iloc[0].tolist() == [5, 3, 0, 2]
    failed = found["regions"][found["regions"]["status"] == "failed"]
    assert dict(zip(failed["region"], failed["reason"], strict=True)) == dict.fromkeys(("FR-2A", "FR-971"), "nothing is known")
    assert set(found["units"].loc[found["units"]["level"] == "region", "place"]) == {"FR-2B", "FR-75", "FR-77"}
    assert "FR-2A" not in set(found["alarms"]["place"])


def test_a_day_is_the_same_whatever_is_replayed_beside_it():
    plans = [Plan("FR", days, at=1) for days in ((DAY,), (dt.date(2020, 8, 1), DAY))]
    assert plans[0].seed_of(DAY) == plans[1].seed_of(DAY)
    assert plans[1].seed_of(DAY) != plans[1].seed_of(dt.date(2020, 8, 1))
    pd.testing.assert_frame_equal(faked(DAY)["units"], faked(DAY)["units"])


@pytest.fixture
def quick(monkeypatch, workspace):
    """The whole backtest with the naive forecast in place of the corridor; says which days were made."""
    made: list[dt.date] = []

    def replay_in(path, plan, day):
        made.append(day)
        tables = replayed(workspace, plan, day)
        return {name: replays.pa.Table.from_pandas(table, preserve_index=False) for name, table in tables.items()}

    monkeypatch.setattr(replays, "replay_in", replay_in)
    return made


def plan_for(workspace, *days: dt.date) -> Plan:
    return Plan("FR", days, at=workspace.snapshot().at, samples=40, shares=(1.0,))


def test_days_done_are_kept_and_not_made_again(workspace, quick):
    plan, shelf = plan_for(workspace, DAY, dt.date(2020, 12, 6)), {}

    def kept(name, make):
        if name not in shelf:
            shelf[name] = make()
        return shelf[name]

    told: list[tuple[int, int]] = []
    first = replays.backtest(workspace, plan, kept=kept, step=lambda text, done, total: told.append((done, total)))
    assert quick == list(plan.days)
    assert told == [(0, 2), (1, 2), (2, 2)]
    again = replays.backtest(workspace, plan, kept=kept)
    assert len(quick) == 2
    pd.testing.assert_frame_equal(again.units, first.units)


def test_days_given_to_a_pool_come_out_the_same_and_in_order(workspace, quick):
    plan = plan_for(workspace, dt.date(2020, 12, 6), dt.date(2020, 12, 20), DAY)
    alone = replays.backtest(workspace, plan)
    with ThreadPoolExecutor(2) as pool:
        shared = replays.backtest(workspace, plan, pool=pool, at_once=2)
    pd.testing.assert_frame_equal(shared.units, alone.units)
    pd.testing.assert_frame_equal(shared.alarms, alone.alarms)
    assert [day.date() for day in shared.dates["date"]] == list(plan.days)


def test_stopping_between_days_leaves_the_rest_unmade(workspace, quick):
    class Stop(Exception):
        pass

    def step(text, done, total):
        if done == 1:
            raise Stop

    with pytest.raises(Stop):
        replays.backtest(workspace, plan_for(workspace, DAY, dt.date(2020, 12, 6)), step=step)
    assert quick == [DAY]


def test_the_whole_tells_what_came_and_on_what_basis(workspace, quick):
    early = dt.date(2019, 5, 1)
    found = replays.backtest(workspace, plan_for(workspace, early, DAY))
    assert len(found.replayed) == 1
    assert not found.assumed
    assert set(found.groups) == {"FR", "FR-20R", "FR-IDF"}
    assert found.came["icu_census"]["date"].values.max() == LAST.astype("datetime64[ns]")
    assert replays.backtest(workspace, plan_for(workspace, early)).units.empty


def test_warnings_are_tried_at_all_beds_and_at_official_shares():
    assert replays.warning_levels() == (1.0, 0.6, 0.3)


def test_past_days_are_evenly_apart():
    assert past_days(dt.date(2020, 7, 1), dt.date(2020, 7, 20), 7) == tuple(dt.date(2020, 7, d) for d in (1, 8, 15))
    with pytest.raises(DataError, match="first before the last"):
        past_days(dt.date(2020, 7, 2), dt.date(2020, 7, 1), 7)
