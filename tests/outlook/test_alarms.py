"""Warnings against what came, and the two peers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from belvedere.care.capacity import passing
from belvedere.outlook import alarms
from belvedere.outlook.backtest import counted_patients
from belvedere.outlook.units import past_counts
from tests.outlook.fake_country import PART, REGIONS, honest, inputs_at, world

LAST = np.datetime64("2020-10-01")


@pytest.fixture(scope="module")
def asked():
    made = world()
    inputs = inputs_at(made, LAST)
    ahead = honest(made, inputs, seed=2)
    past, came = past_counts({n: s.counts for n, s in inputs.series.items()}), past_counts(made.counts)
    rows = alarms.alarm_rows(ahead, counted_patients(ahead, past, {}), counted_patients(ahead, came, {}), shares=(1.0, 0.6))
    return made, ahead, rows


def test_there_is_a_row_for_every_care_level_share_days_and_place(asked):
    _made, _ahead, rows = asked
    assert len(rows) == 2 * 2 * 2 * (5 + 2 + 1)
    assert not rows.duplicated(["care_level", "share", "days", "place"]).any()


def test_the_chance_is_that_of_the_outlook_and_the_outcome_that_of_the_days(asked):
    made, ahead, rows = asked
    expected = passing(
        ahead.demand.sel(level="icu", drop=True), capacity=0.6 * ahead.capacity.sel(level="icu", drop=True), quantiles=[0.5]
    )
    icu = rows[(rows["care_level"] == "icu") & (rows["share"] == 0.6) & (rows["level"] == "region") & (rows["days"] == 14)]
    np.testing.assert_allclose(icu["chance"], expected["chance_within"].sel(horizon=14, region=list(icu["place"])))
    for row in icu.itertuples():
        ahead_days = [np.datetime64(LAST + n, "ns") for n in range(1, 15)]
        counts = [float(made.counts["icu_census"].sel(region=row.place, date=day)) for day in ahead_days]
        assert row.happened == any(count > 0.6 * row.capacity for count in counts)


def test_a_sum_holds_the_beds_and_patients_of_its_regions(asked):
    _made, _ahead, rows = asked
    one = rows[(rows["care_level"] == "icu") & (rows["share"] == 1) & (rows["days"] == 7)].set_index("place")
    corsica = [region for region in REGIONS if PART[region] == "FR-20R"]
    assert one.loc["FR-20R", "capacity"] == one.loc[corsica, "capacity"].sum()
    present = one["occupancy"] * one["capacity"]
    np.testing.assert_allclose(present["FR-20R"], present[corsica].sum())


def test_what_happened_is_unknown_while_days_are_missing_unless_it_has_happened():
    census = np.array([[1.0, np.nan, 1], [9, np.nan, 1], [1, 1, np.nan]])
    np.testing.assert_array_equal(alarms.passed(census, np.full(3, 5.0), days=3), [np.nan, 1, np.nan])
    np.testing.assert_array_equal(alarms.passed(census, np.full(3, 5.0), days=2), [np.nan, 1, 0])


def test_the_occupancy_peer_is_the_frequency_among_earlier_days_in_order_of_occupancy():
    before = np.array([[0.5, 0.5, 1.5, 0.2, 0.2, 0.5], [0.2, 0.2, 0.2, 0.2, 0.2, 0.2]])
    passed = {0.2: [], 0.5: [], 1.5: []}
    for row in before:
        for day in range(4):
            passed[row[day]].append((row[day + 1 : day + 3] > 1).any())
    assert {full: np.mean(found) for full, found in passed.items()} == {0.2: 0, 0.5: 1, 1.5: 0}
    # A fuller place cannot pass less often: the two of 0.5 and the one of 1.5 are taken together.
    np.testing.assert_allclose(alarms.chance_from_occupancy(before, days=2), [2 / 3, 0])


def test_the_occupancy_peer_uses_only_outcomes_known_by_then():
    """The last week is full, the time before empty: that full places stay full cannot be known yet."""
    past = np.full((1, 60), 0.1)
    past[:, -7:] = 2.0
    judged, passed = 60 - 7, 7
    np.testing.assert_allclose(alarms.chance_from_occupancy(past, days=7), passed / judged)
    assert np.isnan(alarms.chance_from_occupancy(past[:, :7], days=7)).all()


def test_the_brier_table_agrees_with_a_slow_one():
    rng = np.random.default_rng(7)
    n = 60
    rows = pd.DataFrame(
        {
            "date": np.repeat(pd.date_range("2020-07-01", periods=6), 10),
            "care_level": "icu", "share": 1.0, "days": 7, "level": "region", "place": "x",
            "chance": rng.random(n),
            "occupancy_chance": np.where(np.arange(n) < 20, np.nan, rng.random(n)),
            "above_now": rng.integers(0, 2, n).astype(float),
            "happened": np.where(np.arange(n) % 9 == 0, np.nan, rng.integers(0, 2, n)),
        }
    )  # fmt: skip
    (found,) = alarms.brier_table(rows).to_dict("records")
    ours, now, ours_asked, asked = [], [], [], []
    for row in rows.to_dict("records"):
        if np.isnan(row["happened"]):
            continue
        ours.append((row["chance"] - row["happened"]) ** 2)
        now.append((row["above_now"] - row["happened"]) ** 2)
        if not np.isnan(row["occupancy_chance"]):
            ours_asked.append(ours[-1])
            asked.append((row["occupancy_chance"] - row["happened"]) ** 2)
    assert (found["units"], found["occupancy_units"]) == (len(ours), len(asked))
    np.testing.assert_allclose(found["brier"], np.mean(ours))
    np.testing.assert_allclose(found["now_skill"], 1 - np.mean(ours) / np.mean(now))
    np.testing.assert_allclose(found["occupancy_skill"], 1 - np.mean(ours_asked) / np.mean(asked))
    assert set(alarms.not_yet_above(rows)["above_now"]) == {0}


def test_the_classes_of_chance_count_every_warning_once():
    chance = np.array([0.0, 0.049, 0.05, 0.3, 0.5, 0.99, 1.0, np.nan])
    rows = pd.DataFrame({"chance": chance, "happened": [0, 0, 1, 0, 1, 1, 1, 1.0]})
    table = alarms.reliability(rows)
    assert table["units"].tolist() == [2, 1, 0, 1, 1, 2]
    assert table.loc[5, "frequency"] == 1
    assert np.isnan(table.loc[2, "frequency"])
