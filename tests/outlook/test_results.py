"""An outlook at rest: every number of it, sums that are sums, nothing where there is nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from belvedere.ontology.schema import table
from belvedere.outlook.corridor import Outlook, outlook
from belvedere.outlook.results import LEVELS, forecast_rows, outlook_rows
from belvedere.outlook.settings import Settings
from belvedere.outlook.sums import Sums
from belvedere.outlook.watch_list import watch_list
from tests.outlook.fake_country import REGIONS, inputs_at, world

LAST = np.datetime64("2021-02-15")


@pytest.fixture(scope="module")
def made() -> Outlook:
    return outlook(inputs_at(world(), LAST), Settings.load(), seed=3, samples=60)


@pytest.fixture(scope="module")
def rows(made: Outlook):
    return forecast_rows(made, feed="outlook", kept_samples=20).to_pandas()


def test_rows_fit_the_table_and_no_key_comes_twice(made: Outlook, rows) -> None:
    assert list(rows.columns) == list(table("forecasts").columns)
    assert not rows.duplicated(table("forecasts").keys()).any()
    assert rows[table("forecasts").keys()].notna().all().all()
    assert set(rows["target"]) == {*made.paths, "reproduction_number"}
    assert (rows["reference_date"].astype(str) == "2021-02-15").all()


def test_quantiles_are_those_of_all_futures_and_samples_are_the_first(made: Outlook, rows) -> None:
    paths = made.paths["icu_census"].sel(region="FR-75").values
    here = rows[(rows["target"] == "icu_census") & (rows["place"] == "FR-75")]
    wide = here[here["output_type"] == "quantile"].pivot(index="output_type_id", columns="horizon", values="value")
    for level in LEVELS:
        np.testing.assert_allclose(wide.loc[f"{level:g}"].to_numpy(), np.quantile(paths, level, axis=0))
    kept = here[here["output_type"] == "sample"].pivot(index="output_type_id", columns="horizon", values="value")
    assert len(kept) == 20
    np.testing.assert_array_equal(kept.loc["17"].to_numpy(), paths[17])


def test_the_country_is_the_sum_on_each_future_not_of_quantiles(made: Outlook, rows) -> None:
    total = made.paths["hospital_census"].sum("region").values
    here = rows[(rows["target"] == "hospital_census") & (rows["place"] == "FR") & (rows["output_type"] == "quantile")]
    wide = here.pivot(index="output_type_id", columns="horizon", values="value")
    np.testing.assert_allclose(wide.loc["0.95"].to_numpy(), np.quantile(total, 0.95, axis=0))
    corsica = made.paths["hospital_census"].sel(region=["FR-2A", "FR-2B"]).sum("region").values
    here = rows[(rows["target"] == "hospital_census") & (rows["place"] == "FR-20R") & (rows["output_type_id"] == "0.5")]
    np.testing.assert_allclose(here.sort_values("horizon")["value"].to_numpy(), np.quantile(corsica, 0.5, axis=0))


def test_the_country_has_its_own_reproduction_number(made: Outlook, rows) -> None:
    here = rows[(rows["target"] == "reproduction_number") & (rows["place"] == "FR") & (rows["horizon"] == 0)]
    wide = here.set_index("output_type_id")["value"]
    expected = made.sums.reproduction.sel(region="FR").isel(date=-1)
    assert wide["0.5"] == expected["median"].item() and wide["0.05"] < wide["0.5"] < wide["0.95"]


def test_the_reproduction_number_belongs_to_past_days(rows) -> None:
    here = rows[rows["target"] == "reproduction_number"]
    assert (here["horizon"] <= 0).all() and here["horizon"].min() > -90
    assert (here["target_end_date"].astype("datetime64[ns]") <= np.datetime64(LAST, "ns")).all()


def test_a_sum_that_is_not_given_has_no_rows(made: Outlook) -> None:
    given = {name: totals.sel(region=["FR-IDF"]) for name, totals in made.sums.paths.items() if name != "icu_census"}
    rows = forecast_rows(replace(made, sums=Sums(given)), feed="outlook", kept_samples=2).to_pandas()
    census = rows[rows["target"] == "icu_census"]
    assert not ({"FR", "FR-IDF"} & set(census["place"])) and "FR-77" in set(census["place"])
    assert "FR-IDF" in set(rows[rows["target"] == "hospital_admissions"]["place"])


def test_conclusions_are_the_watch_list_and_unknown_is_null(made: Outlook) -> None:
    watch = watch_list(made, names={})
    rows = outlook_rows(made, watch, feed="outlook")
    assert rows.schema.equals(table("outlooks").arrow_schema())
    frame = rows.to_pandas()
    named = {"early": 0.1, "q25": 0.25, "middle": 0.5, "q75": 0.75, "late": 0.9}
    for name, level in named.items():
        told = [None if day is None else np.datetime64(day) for day in frame[f"first_day_{name}"]]
        assert told == [item.first_day.get(level) for item in watch]
    assert list(frame["rank"]) == list(range(1, len(watch) + 1)) and not frame.duplicated(["place", "level"]).any()
    assert np.isclose(frame.loc[0, "chance_14"], watch[0].chance[14])
    without_beds = [replace(w, beds=np.nan, chance=dict.fromkeys(w.chance, np.nan)) for w in watch]
    assert outlook_rows(made, without_beds, feed="outlook").column("chance_14").null_count == len(watch)


def test_a_country_without_beds_to_foretell_still_says_how_far_it_can_be_trusted(made: Outlook) -> None:
    rows = outlook_rows(replace(made, passing={}, alert={}), [], feed="outlook").to_pandas()
    assert list(rows["level"].unique()) == ["all"] and set(rows["place"]) == set(REGIONS)
    assert set(rows["status"]) <= {"ok", "doubtful", "failed"} and rows["chance_14"].isna().all()


def test_everyone_in_the_beds_is_kept_where_other_patients_are_known(made: Outlook) -> None:
    more = replace(made, demand=made.demand + 7, others_known=("icu",))
    rows = forecast_rows(more, feed="outlook", kept_samples=2).to_pandas()
    assert "ward_patients" not in set(rows["target"])
    at = (rows["place"] == "FR-75") & (rows["output_type_id"] == "0.5") & (rows["horizon"] == 9)
    value = {target: rows[at & (rows["target"] == target)]["value"].item() for target in ("icu_census", "icu_patients")}
    assert value["icu_patients"] == value["icu_census"] + 7
