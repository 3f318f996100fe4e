"""The register of places: codes, tree, zones, populations."""

from __future__ import annotations

import zoneinfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from belvedere.errors import ReferenceError, UnknownName
from belvedere.ontology.places import PLACE_LEVELS
from belvedere.reference.places import Places

PLACES = Places.load()
OWN = {"place": "FR-FINESS-750100042", "level": "hospital", "name": "Lariboisière", "parent": "FR-75", "country": "FR"}
OWN |= {"timezone": "Europe/Paris", "source": "FINESS"}


def test_register_is_built_once():
    assert Places.load() is PLACES


@pytest.mark.parametrize(
    ("country", "level", "expected"),
    [
        ("FR", "region", 18),
        ("FR", "department", 101),
        ("FR", "territory", 7),
        ("IT", "region", 21),
        ("IT", "province", 107),
        ("DE", "state", 16),
        ("US", "state", 51),
        ("GB", "province", 14),
        ("SI", "hospital", 20),
    ],
)
def test_counts(country, level, expected):
    assert len(PLACES.at_level(level, country)) == expected


@pytest.mark.parametrize(
    ("scheme", "code", "place"),
    [
        ("insee-dep", "01", "FR-01"),
        ("insee-dep", "2A", "FR-2A"),
        ("insee-dep", "971", "FR-971"),
        ("insee-dep", "978", "FR-MF"),
        ("insee-reg", "11", "FR-IDF"),
        ("insee-reg", "94", "FR-20R"),
        ("insee-reg", "01", "FR-R01"),
        ("iso-3166-1", "FR", "FR"),
        ("iso-3166-1", "GP", "FR-971"),
        ("iso-3166-1", "PR", "US-PR"),
        ("iso-3166-1", "NA", "NA"),
        ("iso-3166-2", "FR-75C", "FR-75"),
        ("nuts-2021", "ITC1", "ITC1"),
        ("nuts-2021", "EL", "GR"),
        ("nuts-2021", "FR101", "FR-75"),
        ("nuts-2021", "DE2", "DE-BY"),
        ("pcm-region", "21", "ITH1"),
        ("pcm-region", "01", "ITC1"),
        ("pcm-region", "1", "ITC1"),
        ("pcm-region-name", "P.A. Trento", "ITH2"),
        ("it-province", "NA", "IT-NA"),
        ("istat-province", "063", "IT-NA"),
        ("fips", "06", "US-CA"),
        ("fips", "US", "US"),
        ("us-postal", "DC", "US-DC"),
        ("sledilnik-facility", "ukclj", "SI-ukclj"),
        ("scotland-health-board", "Fife", "GB-S08000029"),
        ("scotland-health-board", "S08000018", "GB-S08000029"),
        ("de-nowcast", "DE|60-79", "DE"),
        ("de-ags", "09", "DE-BY"),
    ],
)
def test_codes_mean_the_right_place(scheme, code, place):
    ids, unknown = PLACES.resolve(scheme, pa.array([code]))
    assert ids.to_pylist() == [place] and not unknown[0]
    assert PLACES.find(scheme, code) == place


def test_resolve_marks_what_it_does_not_know():
    codes = pa.chunked_array([["75", None], ["1", "99", " 75"]])
    ids, unknown = PLACES.resolve("insee-dep", codes)
    assert ids.to_pylist() == ["FR-75", None, None, None, None]
    assert unknown.tolist() == [False, True, True, True, True]


def test_resolve_takes_numbers_and_dictionaries():
    ids, _ = PLACES.resolve("pcm-region", pa.array([1, 21]))
    assert ids.to_pylist() == ["ITC1", "ITH1"]
    ids, _ = PLACES.resolve("fips", pa.array(["06", "06", "72"]).dictionary_encode())
    assert ids.to_pylist() == ["US-CA", "US-CA", "US-PR"]


def test_resolve_of_nothing_is_nothing():
    ids, unknown = PLACES.resolve("fips", pa.array([], pa.string()))
    assert len(ids) == 0 and unknown.shape == (0,)


@given(st.data())
def test_every_code_resolves_to_a_place_that_resolves_to_itself(data):
    scheme = data.draw(st.sampled_from(PLACES.schemes))
    codes = data.draw(st.lists(st.sampled_from(list(PLACES.codes[scheme])), min_size=1))
    ids, unknown = PLACES.resolve(scheme, pa.array(codes))
    assert not unknown.any()
    again, unknown = PLACES.resolve("place", ids)
    assert again == ids and not unknown.any()


@given(st.lists(st.one_of(st.text(), st.sampled_from(list(PLACES.codes["fips"])))))
def test_resolve_equals_a_look_up_one_by_one(codes):
    ids, unknown = PLACES.resolve("fips", pa.array(codes, pa.string()))
    expected = [PLACES.codes["fips"].get(code) for code in codes]
    assert ids.to_pylist() == expected
    assert unknown.tolist() == [place is None for place in expected]


def test_every_place_has_its_official_code():
    of = {"FR": "insee-dep", "IT": "it-province", "US": "fips", "SI": "sledilnik-facility", "DE": "de-ags"}
    for country, scheme in of.items():
        meant = set(PLACES.codes[scheme].values())
        wanted = {
            "FR": ("department", "territory"),
            "IT": ("province",),
            "US": ("state",),
            "SI": ("hospital",),
            "DE": ("state",),
        }
        for level in wanted[country]:
            assert set(PLACES.at_level(level, country)) <= meant


def test_parents_form_a_tree():
    for place in PLACES:
        ancestors = PLACES.ancestors(place)
        assert len(set(ancestors)) == len(ancestors) and place not in ancestors
        assert (ancestors[-1] if ancestors else place) == PLACES[place].country
        assert all(PLACES[child].parent == place for child in PLACES.children(place))
    reached = [p for country in PLACES.children("") for p in (country, *PLACES.descendants(country))]
    assert sorted(reached) == sorted(PLACES)


def test_each_departement_lies_in_a_region_of_france():
    for departement in PLACES.at_level("department", "FR"):
        region = PLACES[departement].parent
        assert PLACES.level(region) == "region" and PLACES[region].parent == "FR"
    assert PLACES.ancestors("FR-75") == ("FR-IDF", "FR")
    assert PLACES.children("FR-20R") == ("FR-2A", "FR-2B")
    assert len(PLACES.children("FR-IDF")) == 8


def test_italian_provinces_lie_where_istat_puts_them():
    assert PLACES.ancestors("IT-NA") == ("ITF3", "IT")
    assert PLACES.children("ITH1") == ("IT-BZ",)


def test_zones_exist_and_levels_are_declared():
    known = zoneinfo.available_timezones()
    for place in PLACES:
        assert PLACES[place].timezone in known, place
        assert PLACES.level(place) in PLACE_LEVELS
    assert PLACES.timezone("FR-974").key == "Indian/Reunion"
    assert PLACES.timezone("AU").key == "Australia/Sydney"


def test_populations_add_up_to_their_parents():
    summed = 0
    for place in PLACES:
        total = PLACES[place].population
        for level in ("region", "state", "department", "province"):
            parts = [PLACES[child].population for child in PLACES.children(place, level)]
            if total is not None and parts and None not in parts:
                assert sum(parts) == total, (place, level)
                summed += 1
    assert summed >= 18 + 4
    assert PLACES["FR"].population == 67_063_703
    assert PLACES["IT"].population == 59_210_972
    assert PLACES["DE"].population == 84_358_845


def test_population_is_never_given_without_year_and_source():
    for row in PLACES.rows.values():
        assert (row.population is None) == (row.population_year is None)
        assert row.source


def test_populations_equal_the_data(data_folder):
    table = pd.read_parquet(data_folder / "france/population_dep_age_sex.parquet").query(
        "sex == 'all' and age_class == 'total'"
    )
    for code, population in zip(table["dep_code"], table["population"], strict=True):
        assert PLACES[f"FR-{code}"].population == population


def test_codes_of_the_data_are_known(data_folder):
    files = {
        ("france/pcr_tests_dep_day", "dep_code", "insee-dep"),
        ("italy/hospital_region_day", "nuts2", "nuts-2021"),
        ("italy/cases_province_day", "province", "it-province"),
        ("germany/icu_state_day", "state_iso", "iso-3166-2"),
        ("slovenia/patients_facility_day", "facility", "sledilnik-facility"),
        ("scotland/hospital_health_board_day", "health_board", "scotland-health-board"),
        ("usa/hhs_hospital_capacity_state_day", "state", "us-postal"),
        ("usa/mobility_flows_state_week", "origin_fips", "fips"),
        ("hubs/us_flu_truth_vintages", "location", "fips"),
        ("hubs/eu_hosp_truth_vintages", "location", "iso-3166-1"),
        ("hubs/de_nowcast_truth_vintages", "location", "de-nowcast"),
    }
    for file, column, scheme in files:
        codes = pa.array(pd.read_parquet(data_folder / f"{file}.parquet", columns=[column])[column].unique())
        ids, unknown = PLACES.resolve(scheme, codes)
        assert not unknown.any(), (file, np.asarray(codes)[unknown])
        assert all(place in PLACES for place in ids.to_pylist())


@pytest.mark.parametrize("ask", [PLACES.name, PLACES.level, PLACES.ancestors, PLACES.children, PLACES.timezone])
def test_unknown_places_are_named_with_near_ones(ask):
    with pytest.raises(UnknownName, match="FR-75"):
        ask("FR-755")


def test_unknown_scheme_code_and_level():
    with pytest.raises(UnknownName, match="insee-dep"):
        PLACES.resolve("insee-dept", pa.array(["75"]))
    with pytest.raises(UnknownName, match="insee-dep code '999'"):
        PLACES.find("insee-dep", "999")
    with pytest.raises(UnknownName, match="department"):
        PLACES.at_level("departement")


def test_own_places_are_added_without_touching_the_register():
    codes = pd.DataFrame([{"scheme": "finess", "code": "750100042", "place": OWN["place"]}])
    more = PLACES.with_rows(pd.DataFrame([OWN]), codes)
    assert more.ancestors(OWN["place"]) == ("FR-75", "FR-IDF", "FR")
    assert more.find("finess", "750100042") == OWN["place"] and more.find("place", OWN["place"])
    assert more[OWN["place"]].population is None
    assert OWN["place"] not in PLACES and "finess" not in PLACES.schemes
    assert more.find("insee-dep", "75") == "FR-75"


def test_own_row_replaces_a_known_place():
    row = OWN | {
        "place": "FR-75",
        "level": "department",
        "name": "Ville de Paris",
        "parent": "FR-IDF",
        "population": 2_100_000.0,
    }
    more = PLACES.with_rows(pd.DataFrame([row]))
    assert more.name("FR-75") == "Ville de Paris" and more["FR-75"].population == 2_100_000
    assert len(more) == len(PLACES)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"level": "clinic"}, "row 1, column 'level': found 'clinic'"),
        ({"timezone": "Europe/Lutetia"}, "row 1, column 'timezone': found 'Europe/Lutetia'"),
        ({"parent": "FR-99"}, "column 'parent': 'FR-99' is no place"),
        ({"country": "XX"}, "column 'country': 'XX' is no place"),
        ({"name": None}, "row 1, column 'name': found nothing"),
        ({"population": "many"}, "row 1, column 'population': found 'many'"),
        ({"place": "FR-75", "parent": "FR-75"}, "circle"),
    ],
)
def test_own_places_that_cannot_be(change, message):
    with pytest.raises(ReferenceError, match=message):
        PLACES.with_rows(pd.DataFrame([OWN | change]))


def test_own_codes_that_contradict():
    codes = pd.DataFrame([{"scheme": "insee-dep", "code": "75", "place": OWN["place"]}])
    with pytest.raises(ReferenceError, match="row 1, column 'code': insee-dep '75' means FR-75 already"):
        PLACES.with_rows(pd.DataFrame([OWN]), codes)
    with pytest.raises(ReferenceError, match="second time"):
        PLACES.with_rows(pd.DataFrame([OWN, OWN]))
