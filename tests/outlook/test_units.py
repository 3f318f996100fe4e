"""Scores of one outlook against a slow second computation, and against forecasters whose score is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from belvedere.outlook.scores import HUB_LEVELS, covered
from belvedere.outlook.summary import summary, with_weeks, worst_region
from belvedere.outlook.units import TARGETS, past_counts, score_units
from tests.outlook.fake_country import PART, REGIONS, honest, inputs_at, prophet, world

LAST = np.datetime64("2020-09-20")


@pytest.fixture(scope="module")
def made():
    return world()


@pytest.fixture(scope="module")
def ahead(made):
    return honest(made, inputs_at(made, LAST), seed=5, failed=("FR-2A",))


@pytest.fixture(scope="module")
def units(made, ahead):
    return score_units(ahead, past_counts(made.counts), seed=8, samples=100)


def pinball(samples: np.ndarray, observed: float) -> float:
    """The weighted interval score, level by level."""
    losses = []
    for level in HUB_LEVELS:
        foretold = np.quantile(samples, level)
        losses.append(2 * (level * (observed - foretold) if observed >= foretold else (1 - level) * (foretold - observed)))
    return sum(losses) / len(losses)


def one(units: pd.DataFrame, **equal) -> pd.Series:
    found = units[np.logical_and.reduce([units[name] == value for name, value in equal.items()])]
    assert len(found) == 1
    return found.iloc[0]


def test_a_day_of_a_region(made, ahead, units):
    row = one(units, target="icu_census", place="FR-75", horizon=9)
    samples = ahead.paths["icu_census"].sel(region="FR-75", horizon=9).values
    observed = float(made.counts["icu_census"].sel(region="FR-75", date=np.datetime64(LAST + 9, "ns")))
    assert row["observed"] == observed
    np.testing.assert_allclose(row["wis"], pinball(samples, observed))
    np.testing.assert_allclose(row["log_wis"], pinball(np.log1p(samples), np.log1p(observed)))
    spread = np.mean([abs(a - b) for a in samples for b in samples])
    np.testing.assert_allclose(row["crps"], np.abs(samples - observed).mean() - spread / 2)
    np.testing.assert_allclose(row["q95"], np.quantile(samples, 0.95))
    np.testing.assert_allclose(row["bias"], (samples > observed).mean() - (samples < observed).mean())


def test_a_week_of_a_larger_region_is_the_sum_of_its_days_and_regions(made, ahead, units):
    members = [region for region in REGIONS if PART[region] == "FR-IDF"]
    row = one(units, target="hospital_admissions", period="week", place="FR-IDF", horizon=14)
    samples = ahead.paths["hospital_admissions"].sel(region=members, horizon=slice(8, 14)).sum(["region", "horizon"]).values
    days = [np.datetime64(LAST + n, "ns") for n in range(8, 15)]
    observed = float(made.counts["hospital_admissions"].sel(region=members, date=days).sum())
    assert row["observed"] == observed
    np.testing.assert_allclose(row["wis"], pinball(samples, observed))


def test_a_failed_region_has_no_units_and_is_left_out_of_sums_on_both_sides(made, units):
    assert "FR-2A" not in set(units["place"])
    corsica = one(units, target="hospital_census", place="FR-20R", horizon=3)
    assert corsica["members"] == 0.5
    assert corsica["observed"] == float(made.counts["hospital_census"].sel(region="FR-2B", date=np.datetime64(LAST + 3, "ns")))
    assert set(units.loc[units["place"] == "FR", "members"]) == {0.8}


def test_a_region_judged_failed_counts_for_nothing_even_where_paths_were_made(made, ahead, units):
    whole = honest(made, inputs_at(made, LAST), seed=5)
    found = score_units(replace(whole, status=ahead.status), past_counts(made.counts), seed=8, samples=20)
    assert set(found["place"]) == set(units["place"])


def test_every_target_has_its_days_and_flows_their_weeks(units):
    number = units.groupby(["target", "period"]).size()
    places = 4 + 2 + 1
    assert set(number.index.get_level_values("target")) == set(TARGETS)
    assert (number.xs("day", level="period") == 28 * places).all()
    assert number.xs("week", level="period").to_dict() == {"hospital_admissions": 4 * places, "icu_admissions": 4 * places}


def test_peers_are_scored_on_the_same_units(units):
    assert np.isfinite(units[["persistence_wis", "hub_wis", "persistence_log_wis", "hub_log_wis"]]).all(axis=None)
    with_rate = set(units.loc[np.isfinite(units["exponential_wis"]), "target"])
    assert with_rate == {"hospital_census", "icu_census"}


def test_days_without_truth_are_left_out_not_counted_as_zero(made, ahead):
    came = past_counts(made.counts)
    came["icu_census"] = came["icu_census"].where(came["icu_census"]["date"] <= np.datetime64(LAST + 10, "ns"))
    found = score_units(ahead, came, seed=8, samples=20)
    assert found.loc[found["target"] == "icu_census", "horizon"].max() == 10


def test_a_negative_correction_is_no_number_of_persons(made, ahead):
    counts = {name: values.copy() for name, values in made.counts.items()}
    day = {"region": "FR-75", "date": np.datetime64(LAST + 4, "ns")}
    counts["hospital_admissions"].loc[day] = -3
    found = score_units(ahead, past_counts(counts), seed=8, samples=20)
    of = found[(found["target"] == "hospital_admissions") & (found["place"] == "FR-75")]
    assert 4 not in set(of.loc[of["period"] == "day", "horizon"])
    assert set(of.loc[of["period"] == "week", "horizon"]) == {14, 21, 28}
    assert np.isfinite(found[["wis", "log_wis"]]).all(axis=None)


def test_a_prophet_has_no_error_and_no_bias(made):
    found = score_units(prophet(made, inputs_at(made, LAST)), past_counts(made.counts), seed=1, samples=20)
    np.testing.assert_allclose(found[["wis", "log_wis", "crps", "bias"]], 0, atol=1e-9)
    ratios = summary(found.assign(date=LAST), ["target", "period"])
    assert (ratios[["hub_ratio", "persistence_ratio"]] < 1e-9).all(axis=None)


def test_an_honest_forecaster_is_covered_as_it_says(made):
    dates = np.datetime64("2020-06-01") + 28 * np.arange(8)
    found = pd.concat(
        [
            score_units(honest(made, inputs_at(made, last), seed=n), past_counts(made.counts), seed=n, samples=20).assign(
                date=last
            )
            for n, last in enumerate(dates)
        ]
    )
    held = summary(found[found["period"] == "day"], ["level"])
    np.testing.assert_allclose(held["cover_50"], 0.5, atol=0.06)
    np.testing.assert_allclose(held["cover_90"], 0.9, atol=0.04)
    assert (held["hub_ratio"] < 0.7).all()
    np.testing.assert_allclose(held["bias"], 0, atol=0.05)


def test_a_summary_is_the_mean_of_its_units(units):
    dated = units.assign(date=LAST)
    table = summary(with_weeks(dated), ["target", "period", "level", "week"])
    row = one(table, target="ward_census", level="region", week=2)
    part = dated[(dated["target"] == "ward_census") & (dated["level"] == "region") & dated["horizon"].between(8, 14)]
    assert (row["units"], row["dates"], row["places"]) == (len(part), 1, 4)
    np.testing.assert_allclose(row["wis"], part["wis"].mean())
    np.testing.assert_allclose(row["hub_log_ratio"], part["log_wis"].mean() / part["hub_log_wis"].mean())
    np.testing.assert_allclose(row["cover_90"], covered(part["place_in_forecast"].to_numpy(), 0.9).mean())
    assert np.isnan(row["exponential_ratio"])
    assert row["exponential_units"] == 0


def test_a_peer_is_compared_only_where_it_has_a_forecast(units):
    gaps = units.assign(date=LAST, hub_wis=units["hub_wis"].where(units["place"] != "FR-75"))
    row = one(summary(gaps, ["target", "period", "level"]), target="icu_census", level="region")
    part = gaps[(gaps["target"] == "icu_census") & (gaps["level"] == "region") & (gaps["place"] != "FR-75")]
    assert row["hub_units"] == len(part)
    np.testing.assert_allclose(row["hub_ratio"], part["wis"].mean() / part["hub_wis"].mean())


def test_the_phase_of_a_region_is_that_of_the_larger_one(units):
    part = units[(units["target"] == "hospital_admissions") & (units["period"] == "day")]
    by_place = {place: rows.set_index("horizon")["phase"] for place, rows in part.groupby("place")}
    assert by_place["FR-75"].equals(by_place["FR-IDF"])
    assert by_place["FR-971"].equals(by_place["FR"])
    assert set(part["phase"]) - {""}


def test_the_worst_region_has_the_largest_log_error(units):
    part = units[(units["target"] == "icu_census") & (units["level"] == "region")]
    assert worst_region(units, "icu_census", "day") == part.groupby("place")["log_wis"].mean().idxmax()
    assert worst_region(units, "cases", "day") is None


def test_an_empty_table_gives_an_empty_summary():
    assert summary(pd.DataFrame(), ["target"]).empty
