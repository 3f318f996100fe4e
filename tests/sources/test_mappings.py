"""The shipped mappings, run over the real files: every cell counted, the producers' own totals found again."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from belvedere.ontology.check import check
from belvedere.ontology.schema import table as ontology_table
from belvedere.problems import Problem
from belvedere.reference.places import Places
from belvedere.sources.formats import read
from belvedere.sources.mapping import (
    Binding,
    Clock,
    Health,
    Mapping,
    Missing,
    Published,
    SuppressedWhen,
    ValueColumn,
    Where,
    find_mapping,
    find_mappings,
    shipped_mappings,
)
from belvedere.sources.mapping_report import check_mapping, describe
from belvedere.sources.raw import FormatSpec
from belvedere.sources.translate import Counts, Translation, merged, translate
from tests.conftest import REPOSITORY

FEEDS = sorted(shipped_mappings())
# Not among the real files, or typed by hand: files of their form are written below.
NOT_AT_HAND = {"fr-spf-hospital-stocks", "fr-drees-beds-2018-list", "own-beds"}
# What the real files hold that cannot be loaded. Everything else loads.
ODDITIES = {
    "fr-spf-hospital-stocks-tidy": [Problem("missing", "nothing", "a place code of scheme insee-dep", 1, "dep_code")],
    "si-sledilnik-capacity": [
        Problem(
            "negative-stock",
            "-1",
            "zero or more: what is present, or counted since the beginning, cannot be fewer than none",
            16_702,
            "bed_occupied",
            key_known=True,
        )
    ],
}


def load(path: Path, mapping: Mapping) -> Translation:
    return merged((translate(raw, mapping) for raw in read(path, mapping.layout)), mapping)


@pytest.fixture(scope="module")
def loaded(data_folder):
    """feed -> the translation of each of its files, by name; read once."""

    @cache
    def _loaded(feed: str) -> dict[str, Translation]:
        mapping = shipped_mappings()[feed]
        files = [p for p in sorted(data_folder.rglob("*")) if p.suffix in (".csv", ".parquet") and mapping.claims(p.name)]
        return {p.name: load(p, mapping) for p in files}

    return _loaded


@pytest.mark.parametrize("feed", [f for f in FEEDS if f not in NOT_AT_HAND])
def test_every_cell_of_the_real_files_is_accounted_for(loaded, feed):
    done = loaded(feed)
    assert done, "no file of the data folder is claimed by this mapping"
    for name, translation in done.items():
        c = translation.counts
        assert c.cells == c.loaded + c.empty + c.set_aside + c.excluded, name
        assert translation.rows.num_rows == c.loaded > 0
        assert translation.problems == ODDITIES.get(feed, [])
        assert translation.unmapped_columns == ()
        checked = check(ontology_table(shipped_mappings()[feed].table), translation.rows)
        assert (checked.problems, checked.notes, checked.aside.num_rows) == ([], [], 0), name


def total(rows: pa.Table, **where) -> float:
    for column, value in where.items():
        rows = rows.filter(pc.equal(rows[column], pa.scalar(value, rows[column].type)))
    assert rows.num_rows
    return pc.sum(rows["value"]).as_py()


# Figures the producers or the data README state.
TOTALS = [
    ("fr-spf-hospital-flows", {"indicator": "hospital_admissions"}, 1_052_616),
    ("fr-spf-hospital-flows-tidy", {"indicator": "hospital_admissions"}, 1_052_616),
    ("fr-drees-beds-2018", {"level": "icu"}, 5_058),
    ("it-pcm-regions-tidy", {"indicator": "icu_census", "date": dt.date(2020, 4, 3)}, 4_068),
    ("de-divi-icu-state", {"indicator": "icu_census", "date": dt.date(2021, 12, 12)}, 4_876),
    ("de-divi-icu-state", {"indicator": "icu_units_limited_by_staff", "date": dt.date(2021, 12, 12)}, 864),
    ("gb-sct-staff-absence", {"indicator": "staff_absent", "date": dt.date(2020, 4, 1)}, 9_719),
    ("fr-spf-national-indicators", {"indicator": "hospital_census", "date": dt.date(2023, 6, 30)}, 8_540),
]


@pytest.mark.parametrize(("feed", "where", "figure"), TOTALS)
def test_the_stated_figures_come_out(loaded, feed, where, figure):
    (translation,) = loaded(feed).values()
    assert total(translation.rows, **where) == figure


def test_adults_in_us_hospitals_on_their_highest_day(loaded):
    (translation,) = loaded("us-hhs-hospital-state").values()
    adults = {"indicator": "hospital_census", "age_group": "adults", "date": dt.date(2022, 1, 15)}
    assert total(translation.rows, **adults) == 145_574


def test_the_official_and_the_tidy_form_say_the_same(loaded):
    key = ["place", "date", "indicator", "condition", "age_group", "sex", "period", "value", "status", "usual_at"]
    for feed in ("fr-spf-hospital-flows", "fr-spf-reporting-facilities", "fr-spf-national-indicators"):
        (official,), (tidy,) = loaded(feed).values(), loaded(f"{feed}-tidy").values()
        order = [(name, "ascending") for name in key]
        assert official.rows.select(key).sort_by(order).equals(tidy.rows.select(key).sort_by(order))


def test_the_italian_files_grow_and_agree_with_the_tidy_series(loaded):
    daily, (tidy,) = loaded("it-pcm-regions"), loaded("it-pcm-regions-tidy").values()
    cells = {name[-12:-4]: t.counts.cells for name, t in daily.items()}
    assert cells == {"20200224": 315, "20200321": 315, "20201113": 315, "20210105": 315, "20230601": 399}
    for name, translation in daily.items():
        day = dt.datetime.strptime(name[-12:-4], "%Y%m%d").date()
        for indicator in ("icu_census", "hospital_census", "cases_announced", "deaths_cumulative", "tests_cumulative"):
            where = {"indicator": indicator, "date": day}
            assert total(translation.rows, **where) == total(tidy.rows, **where)


def test_scottish_figures_hidden_by_the_producer_stay_hidden(loaded):
    (translation,) = loaded("gb-sct-hospital-boards").values()
    hidden = translation.rows.filter(pc.equal(translation.rows["status"], "suppressed"))
    assert hidden.num_rows == 2_029 + 3_400
    assert hidden["value"].null_count == hidden.num_rows


def test_vintages_are_stated_and_withdrawals_kept(loaded):
    (translation,) = loaded("hub-eu-hospital").values()
    assert translation.rows["stated_at"].null_count == 0
    assert total_rows(translation, status="withdrawn") == 4_373
    (germany,) = loaded("hub-de-hospitalisation").values()
    assert set(germany.rows.filter(pc.equal(germany.rows["age_group"], "60-79"))["place"].to_pylist()) == {"DE"}
    assert pc.count_distinct(germany.rows["place"]).as_py() == 17


def total_rows(translation: Translation, **where) -> int:
    rows = translation.rows
    for column, value in where.items():
        rows = rows.filter(pc.equal(rows[column], value))
    return rows.num_rows


def test_the_school_ages_of_sidep_are_told_apart(loaded):
    (translation,) = loaded("fr-spf-sidep-age-week").values()
    ages = set(translation.rows["age_group"].unique().to_pylist())
    assert ages == {"all", "00-02", "03-05", "06-10", "11-14", "15-17", "18+"}
    assert {day.isoweekday() for day in translation.rows["date"].unique().to_pylist()} == {7}


def test_us_admissions_are_dated_one_day_before_the_report(loaded):
    (admissions,), (census,) = loaded("us-hhs-admissions-state").values(), loaded("us-hhs-hospital-state").values()
    assert pc.max(admissions.rows["date"]).as_py() == dt.date(2022, 2, 8)
    assert pc.max(census.rows["date"]).as_py() == dt.date(2022, 2, 9)


OLD = """\
"dep";"sexe";"jour";"hosp";"rea";"rad";"dc"
"01";0;18/03/2020;2;0;1;0
"01";1;2020-03-19;1;0;1;0
"2A";2;2020-03-19;3;1;NA;0
"""
NEW = """\
"dep";"sexe";"jour";"hosp";"rea";"HospConv";"SSR_USLD";"autres";"rad";"dc"
"971";0;2021-03-19;30;10;15;4;1;500;20
"""


def stocks(tmp_path, content: str) -> Translation:
    path = tmp_path / "donnees-hospitalieres-covid19-2021-03-20-19h03.csv"
    path.write_text(content, encoding="utf-8")
    mapping = find_mapping(path.name, shipped_mappings().values())
    assert mapping.feed == "fr-spf-hospital-stocks"
    assert mapping.published_at(path.name) == dt.datetime(2021, 3, 20, 18, 3, tzinfo=dt.UTC)
    return load(path, mapping)


def test_old_french_stock_files_lack_columns_and_mix_two_ways_of_dating(tmp_path):
    done = stocks(tmp_path, OLD)
    assert done.problems == []
    assert done.counts == Counts(rows=3, cells=12, loaded=11, empty=1)
    rows = done.rows.to_pylist()
    assert {(r["place"], r["date"], r["sex"]) for r in rows} == {
        ("FR-01", dt.date(2020, 3, 18), "all"),
        ("FR-01", dt.date(2020, 3, 19), "male"),
        ("FR-2A", dt.date(2020, 3, 19), "female"),
    }


def test_new_french_stock_files_have_every_kind_of_bed(tmp_path):
    done = stocks(tmp_path, NEW)
    assert {(r["indicator"], r["value"]) for r in done.rows.to_pylist()} == {
        ("hospital_census", 30.0),
        ("icu_census", 10.0),
        ("ward_census", 15.0),
        ("rehabilitation_census", 4.0),
        ("other_census", 1.0),
        ("hospital_discharges_cumulative", 500.0),
        ("hospital_deaths_cumulative", 20.0),
    }
    assert stocks(tmp_path, NEW.replace('"971";0', '"971";3')).problems[0].rule == "unknown-code"


@pytest.mark.parametrize("feed", FEEDS)
def test_every_mapping_is_named_after_its_file_and_describes_itself(feed):
    mapping = shipped_mappings()[feed]
    assert mapping.path.stem == feed
    text = describe(mapping)
    for value in mapping.values:
        assert f"{value.column} -> value" in text
    assert mapping.title in text
    assert mapping.licence in text


def test_one_file_may_feed_two_tables():
    feeds = {m.feed: m.table for m in find_mappings("icu_state_day.parquet", shipped_mappings().values())}
    assert feeds == {"de-divi-icu-state": "indicators", "de-divi-icu-state-capacity": "capacity"}


def test_the_places_expected_exist():
    places = Places.load()
    for mapping in shipped_mappings().values():
        expected = mapping.health.places
        if isinstance(expected, str) and expected.startswith("level:"):
            assert places.at_level(expected.removeprefix("level:"), mapping.country), mapping.feed


def test_checking_a_mapping_shows_what_becomes_of_a_file(tmp_path):
    path = tmp_path / "incid.csv"
    path.write_text('"dep";"jour";"incid_hosp";"incid_rea";"incid_dc";"incid_rad";"new"\n"01";2020-03-19;1;x;0;0;5\n')
    shipped = shipped_mappings()["fr-spf-hospital-flows"].path
    report = check_mapping(shipped, path)
    assert (report.counts["cells"], report.counts["loaded"], report.counts["set_aside"]) == (4, 3, 1)
    assert not report.good
    assert report.first.num_rows == 3
    text = report.text()
    for words in (
        "1 rows, 4 cells: 3 loaded, 0 empty, 1 set aside",
        "1 × not-a-number in column 'incid_rea'",
        "found x",
        "'new'",
    ):
        assert words in text
    assert check_mapping(shipped).good


def test_checking_a_mapping_against_the_wrong_file_says_so(tmp_path):
    path = tmp_path / "other.csv"
    path.write_text("a;b\n1;2\n")
    report = check_mapping(shipped_mappings()["fr-spf-hospital-flows"].path, path)
    assert report.refused.rule == "missing-column"
    assert "Nothing could be loaded" in report.text()


@pytest.mark.parametrize("part", [Mapping, Binding, ValueColumn, Clock, Published, Missing, Where, Health, SuppressedWhen])
def test_the_guide_explains_every_key(part):
    guide = (REPOSITORY / "docs" / "guides" / "mapping.md").read_text(encoding="utf-8")
    for name, key in part.model_fields.items():
        if name != "path":
            name = key.alias or name
            assert f"`{name}`" in guide or f"`[{name}]`" in guide, f"docs/guides/mapping.md does not explain {name}"
    for name in FormatSpec.__dataclass_fields__:
        assert name == "columns" or f"`{name}`" in guide, f"docs/guides/mapping.md does not explain format.{name}"


def test_the_guide_s_example_is_a_mapping(tmp_path):
    guide = (REPOSITORY / "docs" / "guides" / "mapping.md").read_text(encoding="utf-8")
    example = guide.split("```toml\n")[1].split("```")[0]
    path = tmp_path / "example.toml"
    path.write_text(example, encoding="utf-8")
    data = tmp_path / "posti-letto-2026-11-20.csv"
    data.write_text(guide.split("```text\n")[1].split("```")[0], encoding="utf-8")
    report = check_mapping(path, data)
    assert report.mapping.claims(data.name)
    assert report.counts["set_aside"] == 1
    assert [p.rule for p in report.problems] == ["not-a-whole-number"]


def test_beds_typed_by_hand(tmp_path):
    """Places by Belvedere's own ids, ISO 3166-2 or NUTS; a cell left empty says nothing; a column left out is no trouble."""
    (tmp_path / "own-beds.csv").write_text(
        "place,since,icu_beds,ward_beds,note\nITC4,2020-10-20,983,,Lombardia\nFR-75,2020-03-01,600,1200,Paris\n"
    )
    (mapping,) = find_mappings("own-beds.csv", shipped_mappings().values())
    translation = load(tmp_path / "own-beds.csv", mapping)
    rows = {(r["place"], r["level"], r["resource"]): r["value"] for r in translation.rows.to_pylist()}
    assert not translation.problems and check(ontology_table("capacity"), translation.rows).aside.num_rows == 0
    assert rows == {
        ("ITC4", "icu", "beds_total"): 983,
        ("FR-75", "icu", "beds_total"): 600,
        ("FR-75", "ward", "beds_total"): 1200,
    }


def test_the_whole_history_and_the_stable_addresses_are_claimed_by_their_feeds():
    """What a person saves from an address is claimed by the mapping that names the address."""
    named = {m.feed: m for m in shipped_mappings().values() if m.url is not None}
    assert {"fr-spf-hospital-stocks", "fr-spf-hospital-flows", "it-pcm-regions"} <= named.keys()
    for feed, mapping in named.items():
        assert mapping.url.startswith("https://") and mapping.source is not None
        assert [m.feed for m in find_mappings(mapping.url.rsplit("/", 1)[-1], shipped_mappings().values())] == [feed]


def test_the_list_of_beds_whose_first_line_lacks_a_name(tmp_path):
    file = tmp_path / "lits-departements-france.csv"
    file.write_text("dep_id,dep,rea,si_usic,si_unv,si_autres,sc\n01,Ain,22,6,4,,10,18\n2A,Corse du Sud,10,8,3,4,15,13\n")
    (mapping,) = find_mappings(file.name, shipped_mappings().values())
    translation = load(file, mapping)
    rows = {(r["place"], r["level"]): r["value"] for r in translation.rows.to_pylist()}
    assert not translation.problems and len(rows) == 11
    assert (rows["FR-01", "icu"], rows["FR-01", "intermediate"], rows["FR-01", "hdu"], rows["FR-2A", "icu"]) == (22, 10, 18, 10)
