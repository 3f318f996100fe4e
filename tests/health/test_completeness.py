from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from belvedere.health.completeness import completeness, expected, missing_places
from belvedere.health.panels import build_panels
from tests.health.conftest import days, rows_of


@given(arrays(bool, (3, 15)), st.integers(1, 20))
def test_expected_places_equal_a_look_back_day_by_day(seen, window):
    slow = np.array([[seen[p, max(0, t - window + 1) : t + 1].any() for t in range(15)] for p in range(3)])
    np.testing.assert_array_equal(expected(seen, window), slow)


def test_the_place_that_did_not_report_is_named():
    values = np.ones((4, 10))
    values[2, 7:] = np.nan
    panels = build_panels(rows_of({"cases": values}))
    share = completeness(panels, window_days=5).set_index("date")["share"]
    assert share.iloc[6] == 1
    assert share.iloc[7] == 0.75
    missing = missing_places(panels, window_days=5)
    assert missing["place"].tolist() == ["XX-02"] * 3
    assert (missing["last_reported"] == days(7)[-1]).all()


def test_a_zero_and_a_hidden_small_number_are_reports():
    rows = rows_of({"cases": np.array([[0.0, 1.0], [3.0, 4.0]])})
    rows.loc[1, ["value", "status"]] = [np.nan, "suppressed"]
    rows.loc[2, ["value", "status"]] = [np.nan, "withdrawn"]
    table = completeness(build_panels(rows), window_days=2)
    assert table["reported"].tolist() == [1, 2]
    assert table["expected"].tolist() == [1, 2]


def test_a_given_list_counts_places_never_heard_of():
    panels = build_panels(rows_of({"cases": np.ones((2, 2))}))
    wanted = {"xx-test": ["XX-00", "XX-01", "XX-09"]}
    assert completeness(panels, window_days=5, places=wanted)["share"].tolist() == pytest.approx([2 / 3, 2 / 3])
    missing = missing_places(panels, window_days=5, places=wanted)
    assert set(missing["place"]) == {"XX-09"}
    assert missing["last_reported"].isna().all()


def test_ages_count_once():
    rows = rows_of({"cases": np.ones((2, 2))})
    panels = build_panels(pd.concat([rows, rows.assign(age_group="00-19")]))
    assert completeness(panels, window_days=5)["expected"].tolist() == [2, 2]


def test_a_big_feed_takes_less_than_a_second_of_work():
    values = np.ones((101, 1100))
    panels = build_panels(rows_of(dict.fromkeys(INDICATORS_OF_TEN, values)))
    start = time.process_time()
    table = completeness(panels, window_days=28)
    assert len(table) == 11_000
    assert time.process_time() - start < 1


INDICATORS_OF_TEN = [
    "cases",
    "tests",
    "deaths",
    "hospital_census",
    "icu_census",
    "ward_census",
    "hospital_admissions",
    "icu_admissions",
    "hospital_deaths",
    "hospital_discharges",
]
