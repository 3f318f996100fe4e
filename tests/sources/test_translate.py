"""Rows of files become rows of the ontology; what cannot be read is set aside, and everything is counted."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from belvedere.errors import UnreadableFile
from belvedere.problems import Problem
from belvedere.reference.places import Places
from belvedere.sources.mapping import load_mapping
from belvedere.sources.raw import RawTable
from belvedere.sources.translate import Counts, merged, translate
from tests.sources.slow_translation import COLUMNS, MAPPING_TEXT, translate_slowly

SERIES = """
feed = "xx-series"
title = "t"
producer = "p"
licence = "l"
table = "indicators"
files = ["*.csv"]
covers = "whole_history"
values = [
    { column = "hosp", indicator = "hospital_census" },
    { column = "incid", indicator = "hospital_admissions" },
    { column = "autres", indicator = "other_census", optional = true },
]
[format]
kind = "csv"
separator = ";"
[clock]
rhythm = "daily"
lag = "1 day 18:00"
timezone = "Europe/Paris"
[columns]
place = { column = "dep", scheme = "insee-dep" }
date = { column = "jour", formats = ["%Y-%m-%d"] }
condition = "covid19"
"""


@pytest.fixture
def mapping(tmp_path):
    def _mapping(text=SERIES, *changes):
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / "m.toml"
        path.write_text(text, encoding="utf-8")
        return load_mapping(path)

    return _mapping


def raw_table(columns, problems=()):
    table = pa.table(columns)
    return RawTable(table, np.arange(2, 2 + table.num_rows), tuple(problems))


def series(dep="01", jour="2020-03-18", hosp="1", incid="2", **more):
    """One row of the French kind; lists make several."""
    given_columns = dict(dep=dep, jour=jour, hosp=hosp, incid=incid, **more)
    height = max((len(v) for v in given_columns.values() if isinstance(v, list)), default=1)
    return raw_table({name: v if isinstance(v, list) else [v] * height for name, v in given_columns.items()})


def told(translation):
    return [(p.row, p.column, p.rule) for p in translation.problems]


def test_one_row_of_the_source_gives_one_row_a_figure(mapping):
    rows = translate(series(), mapping()).rows.to_pylist()
    assert rows[0] == {
        "feed": "xx-series",
        "place": "FR-01",
        "date": dt.date(2020, 3, 18),
        "indicator": "hospital_census",
        "condition": "covid19",
        "age_group": "all",
        "sex": "all",
        "period": "day",
        "value": 1.0,
        "status": "reported",
        "source_row": 2,
        "source_column": "hosp",
        "usual_at": dt.datetime(2020, 3, 19, 17, tzinfo=dt.UTC),
        "stated_at": None,
    }
    assert [(r["indicator"], r["value"], r["source_column"]) for r in rows[1:]] == [("hospital_admissions", 2.0, "incid")]


def test_a_bad_figure_is_set_aside_alone(mapping):
    done = translate(series(hosp="1,5", incid="3"), mapping())
    assert told(done) == [(2, "hosp", "not-a-number")]
    assert done.problems[0].found == "1,5"
    assert "decimal sign '.'" in done.problems[0].expected
    assert [r["indicator"] for r in done.rows.to_pylist()] == ["hospital_admissions"]
    assert done.counts == Counts(rows=1, cells=2, loaded=1, set_aside=1)
    assert [(e["place"], e["indicator"], e["value"]) for e in done.exempt.to_pylist()] == [("FR-01", "hospital_census", None)]
    assert done.withdrawals_judged


def test_a_row_whose_key_cannot_be_read_is_set_aside_whole(mapping):
    done = translate(series(dep=["99", "01", ""], jour=["2020-02-30", "18/03/2020", "2020-03-18"]), mapping())
    assert sorted(told(done)) == [
        (2, "dep", "unknown-place"),
        (2, "jour", "bad-date"),
        (3, "jour", "bad-date"),
        (4, "dep", "missing"),
    ]
    assert done.counts == Counts(rows=3, cells=6, set_aside=6)
    assert done.exempt.num_rows == 0
    assert not done.withdrawals_judged


def test_a_stock_cannot_be_negative_a_flow_can(mapping):
    done = translate(series(hosp="-1", incid="-1"), mapping())
    assert told(done) == [(2, "hosp", "negative-stock")]
    assert done.rows["value"].to_pylist() == [-1.0]


def test_persons_come_whole(mapping):
    done = translate(series(hosp=["1.5", "2.0"], incid=["1", "2"]), mapping())
    assert told(done) == [(2, "hosp", "not-a-whole-number")]
    assert (
        translate(series(hosp="1.5"), mapping(SERIES, ('"hospital_census"', '"hospital_census", whole = false'))).problems == []
    )


def test_a_rate_has_its_bounds(mapping):
    done = translate(series(hosp=["101", "55.5"]), mapping(SERIES, ("hospital_census", "positivity_percent")))
    assert told(done) == [(2, "hosp", "out-of-range")]
    assert done.rows["value"].to_pylist()[0] == 55.5


def test_empty_is_no_row_and_not_zero(mapping):
    done = translate(series(hosp=["", "0", " "]), mapping())
    assert done.counts == Counts(rows=3, cells=6, loaded=4, empty=2)
    assert [r["value"] for r in done.rows.to_pylist() if r["source_column"] == "hosp"] == [0.0]


def test_an_optional_column_may_be_absent_a_needed_one_not(mapping):
    assert translate(series(), mapping()).counts.cells == 2
    assert translate(series(autres="4"), mapping()).counts.cells == 3
    with pytest.raises(UnreadableFile, match=r"column 'hosp' \(Did you mean hospi\?"):
        translate(raw_table({"dep": ["01"], "jour": ["2020-03-18"], "hospi": ["1"], "incid": ["1"]}), mapping())


def test_a_header_in_one_piece_names_the_separator(mapping):
    with pytest.raises(UnreadableFile, match=r"is the separator ',', not ';'\?") as caught:
        translate(raw_table({"dep,jour,hosp,incid": ["01,2020-03-18,1,2"]}), mapping())
    assert caught.value.problem.rule == "missing-column"


def test_new_columns_are_told(mapping):
    done = translate(series(new="1", skip="2"), mapping(SERIES, ("covers =", 'ignored = ["skip"]\ncovers =')))
    assert done.unmapped_columns == ("new",)


def test_a_flag_column_says_what_was_hidden(mapping):
    flagged = ('"hospital_census" }', '"hospital_census", suppressed_when = { column = "hidden" } }')
    done = translate(series(hosp=["", "", "7"], hidden=["true", "false", "true"]), mapping(SERIES, flagged))
    assert [(r["value"], r["status"]) for r in done.rows.to_pylist() if r["source_column"] == "hosp"] == [
        (None, "suppressed"),
        (7.0, "reported"),
    ]
    assert done.counts == Counts(rows=3, cells=6, loaded=5, empty=1)


VINTAGES = (
    ('lag = "1 day 18:00"', 'published = { column = "as_of", formats = ["%Y-%m-%d"], at = "06:00" }'),
    ("[format]", '[missing]\nempty = "withdrawn"\n[format]'),
)


def test_a_row_that_dates_itself_is_stated_then_and_an_empty_figure_was_taken_back(mapping):
    done = translate(series(hosp="", as_of=["2021-07-12", "2021-13-12"]), mapping(SERIES, *VINTAGES))
    assert told(done) == [(3, "as_of", "bad-date")]
    assert done.counts == Counts(rows=2, cells=4, loaded=2, set_aside=2)
    first, second = done.rows.to_pylist()
    assert (first["value"], first["status"]) == (None, "withdrawn")
    assert (second["value"], second["status"]) == (2.0, "reported")
    assert first["stated_at"] == dt.datetime(2021, 7, 12, 4, tzinfo=dt.UTC)
    assert first["usual_at"] is None


def test_a_lag_in_hours_counts_from_the_end_of_the_day_at_the_place(mapping):
    lagged = mapping(SERIES, ("1 day 18:00", "36 hours"))
    done = translate(series(dep=["75", "971", "974"], jour=["2020-07-01"] * 3, incid=[""] * 3), lagged)
    assert [r["usual_at"].isoformat() for r in done.rows.to_pylist()] == [
        "2020-07-03T10:00:00+00:00",
        "2020-07-03T16:00:00+00:00",
        "2020-07-03T08:00:00+00:00",
    ]


def test_a_lag_by_the_clock_keeps_the_hour_over_summer_time(mapping):
    done = translate(series(jour=["2020-03-27", "2020-03-28"], incid=["", ""]), mapping())
    assert [r["usual_at"].hour for r in done.rows.to_pylist()] == [17, 16]


def test_the_day_may_be_shifted_and_codes_padded(mapping):
    changed = mapping(
        SERIES,
        ('["%Y-%m-%d"]', '["%Y-%m-%d"], plus_days = -1'),
        ('"insee-dep"', '"insee-dep", zero_pad = 2'),
        ('"csv"', '"xlsx"'),
    )
    raw = raw_table({"dep": [1.0, 75.0], "jour": [dt.datetime(2020, 3, 1)] * 2, "hosp": [1.0, 2.5], "incid": [3, 4]})
    done = translate(raw, changed)
    assert set(done.rows["place"].to_pylist()) == {"FR-01", "FR-75"}
    assert set(done.rows["date"].to_pylist()) == {dt.date(2020, 2, 29)}
    assert told(done) == [(3, "hosp", "not-a-whole-number")]


def test_only_the_rows_asked_for_are_taken(mapping):
    only = mapping(SERIES, ("[format]", '[where]\nlevel = ["dep"]\n[format]'))
    done = translate(series(dep=["01", "zz"], level=["dep", "reg"]), only)
    assert done.problems == []
    assert done.counts == Counts(rows=2, cells=4, loaded=2, excluded=2)


def test_rows_the_reader_set_aside_stay_counted(mapping):
    problems = [Problem("wrong-width", "3 cells", "4", row=9), Problem("wrong-width", "again", "4", row=9)]
    table = series()
    done = translate(RawTable(table.columns, table.rows, tuple(problems)), mapping())
    assert done.problems == problems
    assert done.counts == Counts(rows=2, cells=4, loaded=2, set_aside=2)
    assert not done.withdrawals_judged


LONG = """
feed = "xx-long"
title = "t"
producer = "p"
licence = "l"
table = "indicators"
files = ["*.csv"]
covers = "increment"
values = [{ column = "n" }]
[format]
kind = "csv"
[clock]
rhythm = "daily"
lag = "1 day"
[columns]
place = "FR"
date = { column = "day", formats = ["%Y-%m-%d"] }
condition = "covid19"
[columns.indicator]
column = "what"
codes = { "present" = "hospital_census", "entered" = "hospital_admissions", "R" = "reproduction_number" }
"""


def test_long_files_keep_the_limits_of_each_indicator(mapping):
    raw = raw_table(
        {
            "day": ["2020-03-18"] * 5,
            "what": ["present", "entered", "R", "present", "left"],
            "n": ["-1", "-1", "1.5", "1.5", "1"],
        }
    )
    done = translate(raw, mapping(LONG))
    assert sorted(told(done)) == [(2, "n", "negative-stock"), (5, "n", "not-a-whole-number"), (6, "what", "unknown-code")]
    assert done.rows["value"].to_pylist() == [-1.0, 1.5]
    assert {p.row: p.key_known for p in done.problems} == {2: True, 5: True, 6: False}


STAYS = """
feed = "xx-stays"
title = "t"
producer = "p"
licence = "l"
table = "stays"
files = ["*.csv"]
covers = "increment"
[format]
kind = "csv"
[clock]
rhythm = "daily"
lag = "1 day"
timezone = "Europe/Paris"
happened = "admitted_at"
[columns]
stay = { column = "id" }
patient = { column = "ipp" }
admitted_at = { column = "in", formats = ["%d/%m/%Y %H:%M"] }
left_at = { column = "out", formats = ["%d/%m/%Y %H:%M"] }
facility = "FR-75"
level = { column = "unit", codes = { "REA" = "icu", "MED" = "ward" } }
condition = "covid19"
age_group = { column = "age", otherwise = "unknown" }
sex = { column = "sex", codes = { "H" = "male", "F" = "female" } }
"""


def stays(**columns):
    row = {"id": "s1", "ipp": "p1", "in": "01/03/2021 08:00", "out": "", "unit": "REA", "age": "60-79", "sex": "F"} | columns
    return raw_table({name: [text] for name, text in row.items()})


def test_a_table_without_figures_takes_one_row_for_one(mapping):
    done = translate(stays(), mapping(STAYS))
    (row,) = done.rows.to_pylist()
    assert row["admitted_at"] == dt.datetime(2021, 3, 1, 7, tzinfo=dt.UTC)
    assert (row["left_at"], row["level"], row["sex"], row["outcome"]) == (None, "icu", "female", None)
    assert row["usual_at"] == dt.datetime(2021, 3, 2, 23, tzinfo=dt.UTC)
    assert done.counts == Counts(rows=1, cells=5, loaded=4, empty=1)  # ipp, out, unit, age, sex


def test_a_bad_optional_cell_leaves_the_row_a_bad_required_one_takes_it(mapping):
    done = translate(stays(out="31/02/2021 08:00"), mapping(STAYS))
    assert told(done) == [(2, "out", "bad-time")]
    assert done.rows["left_at"].to_pylist() == [None]
    assert done.counts == Counts(rows=1, cells=5, loaded=4, set_aside=1)
    done = translate(stays(unit="CHIR"), mapping(STAYS))
    assert told(done) == [(2, "unit", "unknown-code")]
    assert (done.rows.num_rows, done.exempt.num_rows) == (0, 1)
    assert done.counts == Counts(rows=1, cells=5, set_aside=5)


def test_an_otherwise_stands_for_an_empty_cell(mapping):
    assert translate(stays(age=""), mapping(STAYS)).rows["age_group"].to_pylist() == ["unknown"]
    assert told(translate(stays(age="old"), mapping(STAYS))) == [(2, "age", "wrong-form")]


def test_names_of_persons_never_stand_in_a_problem(mapping):
    strict = mapping(STAYS, ('stay = { column = "id" }', 'stay = { column = "id", extract = "^([0-9]+)$" }'))
    (problem,) = translate(stays(id="Jeanne Martin"), strict).problems
    assert "Martin" not in problem.sentence()
    assert (problem.row, problem.rule) == (2, "no-match")


def test_chunks_add_up(mapping):
    one, other = translate(series(), mapping()), translate(series(hosp="x", new="1"), mapping())
    whole = merged([one, other], mapping())
    assert whole.counts == Counts(rows=2, cells=4, loaded=3, set_aside=1)
    assert (whole.rows.num_rows, whole.exempt.num_rows, len(whole.problems), whole.unmapped_columns) == (3, 1, 1, ("new",))
    assert merged([], mapping()).rows.schema == whole.rows.schema


def test_an_empty_file_is_no_trouble(mapping):
    raw = raw_table({name: pa.array([], pa.string()) for name in ("dep", "jour", "hosp", "incid")})
    assert translate(raw, mapping()).counts == Counts()


@pytest.fixture(scope="module")
def slow_mapping(tmp_path_factory):
    path = tmp_path_factory.mktemp("slow") / "m.toml"
    path.write_text(MAPPING_TEXT, encoding="utf-8")
    return load_mapping(path)


CELLS = {
    "dep": st.sampled_from(["01", "2A", "971", " 01 ", "1", "", "NA", "zz"]),
    "day": st.sampled_from(
        ["2020-12-01", "01/12/2020", "2021-01-31", "31/1/2021", "2021-02-30", "12/31/2020", "20-12-01", "", "x"]
    ),
    "sex": st.sampled_from(["0", "1", "2", "3", "", "NA"]),
    "age": st.sampled_from(["00-19", "20-59", "", "all", "old"]),
    "kind": st.sampled_from(["count", "estimate", ""]),
    "note": st.text(max_size=3),
}
FIGURES = st.one_of(
    st.sampled_from(["", "NA", "*", "0", "-1", "7", "1,5", "1.5", "0,25", "1 000", "abc", "+3", ",5", "2,0"]),
    st.integers(-5, 2000).map(str),
)
ROWS = st.lists(st.fixed_dictionaries({**CELLS, "hosp": FIGURES, "adm": FIGURES, "share": FIGURES}), max_size=12)


@given(ROWS)
def test_it_says_what_the_slow_translation_says(slow_mapping, rows):
    raw = raw_table({name: pa.array([row[name] for row in rows], pa.string()) for name in COLUMNS})
    done = translate(raw, slow_mapping, Places.load())
    results, problems, counts = translate_slowly(rows)
    compared = [
        "place", "date", "indicator", "condition", "age_group", "sex", "period", "value", "status", "source_row",
        "source_column", "usual_at",
    ]  # fmt: skip
    fast = [tuple(row[name] for name in compared) for row in done.rows.to_pylist()]
    assert {(*row[:-1], row[-1].replace(tzinfo=None)) for row in fast} == results
    assert {(p.row, p.column, p.rule, p.key_known) for p in done.problems} == problems
    assert done.counts.as_dict() == counts
    assert done.counts.cells == done.counts.loaded + done.counts.empty + done.counts.set_aside + done.counts.excluded
    assert done.rows.num_rows == done.counts.loaded
    assert done.exempt.num_rows == sum(p.key_known for p in done.problems)


def test_a_row_whose_date_of_statement_cannot_be_read_has_no_known_key(mapping):
    done = translate(series(as_of="2021-13-12"), mapping(SERIES, *VINTAGES))
    assert [p.key_known for p in done.problems] == [False]
    assert done.exempt.num_rows == 0


def test_a_rate_below_its_bound_is_no_stock(mapping):
    done = translate(series(hosp="-1"), mapping(SERIES, ("hospital_census", "positivity_percent")))
    assert told(done) == [(2, "hosp", "out-of-range")]
    done = translate(series(hosp="-1"), mapping(SERIES, ("hospital_census", "deaths_cumulative")))
    assert told(done) == [(2, "hosp", "negative-stock")]
