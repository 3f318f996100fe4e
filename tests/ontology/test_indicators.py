"""The list of indicators: complete, consistent, and wide enough for the real data."""

import re

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from belvedere.errors import UnknownName
from belvedere.ontology import INDICATORS, RESOURCES, Indicators, SeriesKind, indicator
from belvedere.ontology.check import check
from belvedere.ontology.codes import AGE_GROUP_PATTERN, CONDITIONS, PLACE_PATTERN

ITALY = {
    "ward": "ward_census",
    "icu": "icu_census",
    "hosp": "hospital_census",
    "new_icu": "icu_admissions",
    "home_isolation": "home_isolation_census",
    "active": "active_cases",
    "new_cases": "cases",
    "cases_cum": "cases_cumulative",
    "deaths_cum": "deaths_cumulative",
    "recovered_cum": "recovered_cumulative",
    "tests_cum": "tests_cumulative",
}


def test_relations_lead_to_indicators_of_the_right_kind():
    for name, d in INDICATORS.items():
        for other in (d.cumulative_of, d.part_of, *d.inflows, *d.outflows):
            assert other is None or other in INDICATORS, (name, other)
        if d.part_of:
            assert (d.kind, d.unit) in {(INDICATORS[d.part_of].kind, INDICATORS[d.part_of].unit), (d.kind, "persons")}, name
        assert (d.cumulative_of is not None) == (d.kind is SeriesKind.CUMULATIVE)
        assert all(INDICATORS[flow].kind is SeriesKind.FLOW for flow in (d.cumulative_of, *d.inflows, *d.outflows) if flow)
        assert d.kind is SeriesKind.STOCK or not (d.inflows or d.outflows)


def test_no_name_holds_a_condition_an_age_or_a_sex():
    words = {*CONDITIONS, "covid", "flu", "adult", "pediatric", "male", "female"} - {"all", "other"}
    assert not [name for name in INDICATORS if words & set(name.split("_"))]


def test_only_flows_and_changes_may_be_negative():
    assert INDICATORS["hospital_admissions"].minimum is None
    assert INDICATORS["icu_census"].minimum == 0 and INDICATORS["deaths_cumulative"].minimum == 0
    assert RESOURCES["beds_free"].minimum is None and RESOURCES["beds_occupied"].minimum == 0


def test_parts_of_a_resource_are_resources():
    assert all(d.part_of is None or d.part_of in RESOURCES for d in RESOURCES.values())


def test_an_unknown_indicator_is_named_with_the_nearest():
    assert indicator("icu_census").unit == "persons"
    with pytest.raises(UnknownName, match="icu_census"):
        indicator("icu_cenus")


@pytest.mark.parametrize(
    "place", ["FR", "FR-75", "FR-971", "FR-IDF", "FR-FINESS-750100042", "DE-BB", "ITC1", "ITH1", "IT-AG", "SI-sbce", "US-CA"]
)
def test_place_ids_have_the_form(place):
    assert re.fullmatch(PLACE_PATTERN, place)


@pytest.mark.parametrize("place", ["", "F", "fr-75", "75", "FR-", "FR 75", "FR-75 ", "FRANCE", "FR--75"])
def test_other_texts_are_not_place_ids(place):
    assert not re.fullmatch(PLACE_PATTERN, place)


@pytest.mark.parametrize(
    ("group", "fits"), [("all", True), ("00-19", True), ("80+", True), ("0-19", False), ("19", False), ("00+x", False)]
)
def test_age_groups_have_the_form(group, fits):
    assert bool(re.fullmatch(AGE_GROUP_PATTERN, group)) is fits


def test_the_italian_regions_pass_whole(data_folder):
    """401,043 figures, 19 of them negative corrections of flows: all load, as they stand."""
    wide = pq.read_table(data_folder / "italy" / "hospital_region_day.parquet")
    parts = []
    for column, name in ITALY.items():
        there = wide.filter(pa.compute.is_valid(wide[column]))
        parts.append(
            pa.table(
                {
                    "place": there["nuts2"].cast(pa.string()),
                    "date": there["date"],
                    "value": there[column].cast(pa.float64()),
                    "indicator": pa.repeat(name, len(there)),
                    "feed": pa.repeat("it-dpc-regions", len(there)),
                    "condition": pa.repeat("covid19", len(there)),
                }
            )
        )
    rows = pa.concat_tables(parts)
    checked = check(Indicators, rows)
    assert len(checked.rows) == len(rows) and checked.problems == [] and checked.notes == []
    assert pa.compute.sum(pa.compute.less(checked.rows["value"], 0)).as_py() == 19
    assert checked.rows.schema.equals(Indicators.arrow_schema(), check_metadata=False)
