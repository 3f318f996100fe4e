"""On clean series nothing is found."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from belvedere.errors import UnknownName
from belvedere.health import RULES, check, sentence
from tests.health.conftest import clean_counts, clean_hospital, evidence_from, evidence_of, rows_of


@settings(max_examples=6, deadline=None, derandomize=True)
@given(st.integers(0, 10_000), st.sampled_from([3, 4, 7]), st.sampled_from([5, 60, 400, 3000]))
def test_a_wave_that_doubles_in_days_is_clean(seed, doubling, peak):
    series = clean_hospital(seed, doubling=doubling, peak=peak)
    found = check(evidence_from(series))
    assert found[["rule", "place", "indicator", "first_date", "found", "expected"]].to_dict("records") == []


@settings(max_examples=6, deadline=None, derandomize=True)
@given(st.integers(0, 10_000), st.floats(0.05, 12))
def test_small_counts_are_clean(seed, mean):
    values = np.random.default_rng(seed).poisson(mean, (12, 250)).astype(float)
    found = check(evidence_from({"cases": values, "deaths": np.floor(values / 3), "cases_cumulative": values.cumsum(axis=1)}))
    assert found[["rule", "place", "indicator", "first_date", "found", "expected"]].to_dict("records") == []


def test_weekly_figures_are_clean():
    rows = rows_of({"cases": np.repeat(clean_counts(3, 4, 60, doubling=7), 7, axis=1)})
    weekly = rows[rows["date"].dt.day_of_week == 6].assign(period="week")
    assert check(evidence_of(weekly)).empty


def test_a_public_holiday_is_not_a_jump():
    values = clean_counts(5, 6, 200, doubling=20, peak=2000, floor=900)
    day = 100
    values[:, day] *= 0.2
    values[:, day + 1] *= 1.4
    holiday = [pd.Timestamp(np.datetime64("2020-03-02") + day).date()]
    quiet_weekend = values.copy()
    quiet_weekend[:, np.arange(200) % 7 == 6] *= 0.3
    assert not check(evidence_from({"cases": quiet_weekend}), ["jump", "decimal_slip"]).empty
    assert check(evidence_from({"cases": quiet_weekend}, rest_days={"XX": holiday}), ["jump", "decimal_slip"]).empty


def test_an_empty_table_is_no_error():
    assert check(evidence_of(rows_of({"cases": np.full((1, 1), np.nan)}))).empty


def test_every_rule_can_say_what_it_found():
    values = {"cases": np.array([[50.0, -3.0, 40.0]]), "tests": np.array([[10.0, 900.0, 900.0]])}
    found = check(evidence_from(values))
    words = [sentence(row) for _, row in found.iterrows()]
    assert "XX-00: cases is -3 on 2020-03-03." in words
    assert all(r.title and r.meaning and r.action and r.sentence for r in RULES.values())


def test_an_unknown_rule_is_named_with_its_neighbour():
    with pytest.raises(UnknownName, match="jump"):
        check(evidence_from({"cases": np.ones((1, 3))}), ["jumps"])
