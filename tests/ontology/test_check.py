"""The border check: good rows pass unchanged, bad ones are set aside with their place, and nothing is lost."""

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from belvedere.errors import MappingError
from belvedere.ontology import Capacity, Flows, Forecasts, Indicators, Stays, table, tables
from belvedere.ontology.cast import UNREADABLE
from belvedere.ontology.check import check
from belvedere.ontology.rules import NotBefore, TextMatchesCode, ValueMatchesStatus, WithinBoundsOfCode
from belvedere.ontology.schema import Kind

NAMES = sorted(tables())
FORMS = {"quantile": st.sampled_from(["0.5", "0.025", "0", "1"]), "mean": st.just("NA"), "median": st.just("NA")}


# --- rows as the declarations allow them ---


def cells(column):
    """Values that one column allows."""
    low, high = column.minimum, column.maximum
    match column.kind:
        case Kind.TEXT if column.codes:
            values = st.sampled_from(list(column.codes))
        case Kind.TEXT if column.pattern:
            values = st.from_regex(f"(?a:{column.pattern})", fullmatch=True)
        case Kind.TEXT:
            values = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
        case Kind.INTEGER:
            values = st.integers(low if low is not None else -(2**62), high if high is not None else 2**62)
        case Kind.NUMBER:
            values = st.floats(low, high, allow_nan=False, allow_infinity=False)
        case Kind.BOOLEAN:
            values = st.booleans()
        case Kind.DATE:
            values = st.dates(low or dt.date(1800, 1, 1), high or dt.date(2200, 1, 1))
        case Kind.TIMESTAMP:
            values = st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2200, 1, 1), timezones=st.just(dt.UTC))
    return values if column.required else st.none() | values


def obey(row, rule, draw):
    """The row, changed so that the rule holds."""
    match rule:
        case NotBefore(column, other) if row[column] and row[other] and row[column] < row[other]:
            row[column], row[other] = row[other], row[column]
        case WithinBoundsOfCode(column, by, minimum, maximum) if row[column] is not None:
            low, high = minimum.get(row[by], -np.inf), maximum.get(row[by], np.inf)
            row[column] = min(max(row[column], low), high)
        case ValueMatchesStatus(column, status):
            row[column] = (row[column] or 0.0) if row[status] == "reported" else None
        case TextMatchesCode(column, by) if row[by] in FORMS:
            row[column] = draw(FORMS[row[by]])
    return row


@st.composite
def rows_of(draw, declared, min_size=0):
    """Rows of the table, keys all different, as dictionaries."""
    row = st.fixed_dictionaries({name: cells(column) for name, column in declared.columns.items()})
    rows = []
    for made in draw(st.lists(row, min_size=min_size, max_size=6)):
        for rule in declared.rules:
            obey(made, rule, draw)
        rows.append(made)
    different = {tuple(made[key] for key in declared.keys()): made for made in rows}  # noqa: SIM118
    return list(different.values())


def as_table(declared, rows, first_row=2):
    schema = pa.schema([f.with_nullable(True) for f in declared.arrow_schema()])
    return pa.Table.from_pylist(rows, schema).append_column(
        "source_row", pa.array(range(first_row, first_row + len(rows)), pa.int64())
    )


def corruptions(column):
    """rule -> a value of the column's type that breaks it."""
    found = {}
    if column.required:
        found["missing-value"] = None
    if column.codes:
        found["unknown-code"] = "no such code"
    elif column.pattern:
        found["wrong-form"] = "!\n"
    elif column.kind is Kind.TEXT and column.required:
        found["missing-value "] = ""
    step = dt.timedelta(days=1) if column.kind is Kind.DATE else 1.0 if column.kind is Kind.NUMBER else 1
    if column.minimum is not None:
        found["too-low"] = column.minimum - step
    if column.maximum is not None:
        found["too-high"] = column.maximum + step
    return list(found.items())


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_rows_as_declared_pass_unchanged(name, data):
    declared = table(name)
    rows = data.draw(rows_of(declared))
    checked = check(declared, as_table(declared, rows))
    assert checked.problems == [] and checked.notes == [] and checked.aside.num_rows == 0
    assert checked.rows.drop_columns("source_row").to_pylist() == rows
    assert checked.rows.drop_columns("source_row").schema == declared.arrow_schema()


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_one_bad_cell_sets_aside_its_row_and_no_other(name, data):
    declared = table(name)
    rows = data.draw(rows_of(declared, min_size=1))
    at = data.draw(st.integers(0, len(rows) - 1))
    column = data.draw(st.sampled_from([c for c in declared.columns.values() if corruptions(c)]))
    rule, bad = data.draw(st.sampled_from(corruptions(column)))
    checked = check(declared, as_table(declared, [{**row, column.name: bad} if i == at else row for i, row in enumerate(rows)]))
    assert checked.rows.drop_columns("source_row").to_pylist() == [row for i, row in enumerate(rows) if i != at]
    assert checked.aside["source_row"].to_pylist() == [at + 2] and checked.notes == []
    assert checked.aside.drop_columns("source_row").to_pylist() == [{**rows[at], column.name: None}]
    assert [(p.rule, p.row, p.column, p.key_known) for p in checked.problems] == [
        (rule.strip(), at + 2, column.name, not column.key)
    ]
    quoted = "nothing" if bad is None else repr(bad) if isinstance(bad, str) else str(bad)
    assert checked.problems[0].found == ("(names a person: not shown)" if column.identity else quoted)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=6, deadline=None)
@given(data=st.data())
def test_text_is_read_and_what_cannot_be_read_is_set_aside(name, data):
    """The same rows as text: all pass; with one unreadable cell that row alone is set aside."""
    declared = table(name)
    rows = data.draw(rows_of(declared, min_size=1))
    made = as_table(declared, rows)
    texts = pa.table({c: made[c] if c == "source_row" else made[c].cast(pa.string()) for c in made.column_names})
    assert check(declared, texts).rows.drop_columns("source_row").to_pylist() == rows
    unread = [c for c in declared.columns.values() if c.kind is not Kind.TEXT]
    if not unread:
        return
    column = data.draw(st.sampled_from(unread))
    at = data.draw(st.integers(0, len(rows) - 1))
    cells_of = texts[column.name].to_pylist()
    cells_of[at] = "?"
    place = texts.column_names.index(column.name)
    checked = check(declared, texts.set_column(place, column.name, pa.array(cells_of, pa.string())))
    assert checked.rows.drop_columns("source_row").to_pylist() == [row for i, row in enumerate(rows) if i != at]
    assert [(p.rule, p.row, p.column, p.found) for p in checked.problems] == [
        (UNREADABLE[column.kind][0], at + 2, column.name, "'?'")
    ]


# --- one thing at a time ---


def figures(**changes):
    """Three figures of one feed; a change replaces a whole column."""
    columns = {
        "feed": ["fr-test"] * 3,
        "place": ["FR-75", "FR-69", "FR-13"],
        "date": [dt.date(2020, 4, 1)] * 3,
        "indicator": ["icu_census"] * 3,
        "value": [10.0, 20.0, 30.0],
        "source_row": [2, 3, 4],
        "source_column": ["rea"] * 3,
    }
    return pa.table({**columns, **changes})


def told(checked):
    return [(p.rule, p.row, p.column, p.found) for p in checked.problems]


def test_absent_columns_mean_what_the_declaration_says():
    row = check(Indicators, figures()).rows.to_pylist()[0]
    assert (row["condition"], row["age_group"], row["sex"], row["period"], row["status"]) == (
        "all",
        "all",
        "all",
        "day",
        "reported",
    )
    assert (row["source_row"], row["source_column"]) == (2, "rea")


def test_a_default_never_fills_an_empty_cell():
    checked = check(Indicators, figures(sex=["all", None, "male"]))
    assert told(checked) == [("missing-value", 3, "rea", "nothing")]


def test_the_source_column_is_named_and_the_ontology_column_explained():
    problem = check(Indicators, figures(place=["FR-75", "Lyon", "FR-13"])).problems[0]
    assert (problem.row, problem.column, problem.found) == (3, "rea", "'Lyon'")
    assert problem.expected.startswith("place: the form ")


def test_without_a_source_the_position_and_the_ontology_column_are_named():
    rows = figures(value=[1.0, -1.0, 2.0]).drop_columns(["source_row", "source_column"])
    assert told(check(Indicators, rows)) == [("out-of-range", 2, "value", "-1.0")]


def test_negative_flows_load_and_negative_stocks_do_not():
    rows = figures(indicator=["hospital_admissions", "icu_census", "deaths_cumulative"], value=[-3.0, -3.0, -3.0])
    checked = check(Indicators, rows)
    assert checked.rows["value"].to_pylist() == [-3.0]
    assert [p.row for p in checked.problems] == [3, 4] and all(p.key_known for p in checked.problems)


def test_free_beds_may_be_below_zero_and_occupied_ones_not():
    rows = figures(resource=["beds_free", "beds_occupied", "beds_total"], level=["icu"] * 3, value=[-8.0, -1.0, 0.0])
    assert told(check(Capacity, rows.drop_columns("indicator"))) == [("out-of-range", 3, "rea", "-1.0")]


def test_a_share_stays_within_a_hundred_percent():
    rows = figures(indicator=["positivity_percent", "icu_occupancy_ratio", "positivity_percent"], value=[100.0, 1.4, 100.1])
    assert [p.row for p in check(Indicators, rows).problems] == [4]


def test_an_empty_figure_says_why():
    rows = figures(value=[None, None, 5.0], status=["reported", "suppressed", "withdrawn"])
    checked = check(Indicators, rows)
    assert [(p.rule, p.row) for p in checked.problems] == [("value-against-status", 2), ("value-against-status", 4)]
    assert checked.rows["status"].to_pylist() == ["suppressed"]


def test_a_number_that_is_not_finite_is_not_a_number():
    checked = check(Indicators, figures(value=[float("nan"), float("inf"), 1.0]))
    assert told(checked) == [("not-a-number", 2, "rea", "nan"), ("not-a-number", 3, "rea", "inf")]


def test_a_row_with_two_faults_is_one_row_and_two_problems():
    checked = check(Indicators, figures(place=["FR-75", "?", "FR-13"], value=["1", "x", "3"]))
    assert sorted(p.rule for p in checked.problems) == ["not-a-number", "wrong-form"]
    assert checked.rows.num_rows == 2 and checked.aside.num_rows == 1
    assert not any(p.key_known for p in checked.problems)


def test_rows_repeated_to_the_letter_count_once_and_are_noted():
    rows = pa.concat_tables([figures(), figures(source_row=[12, 13, 14]).slice(1, 1)])
    checked = check(Indicators, rows)
    assert checked.problems == [] and checked.rows["source_row"].to_pylist() == [2, 3, 4]
    assert [(n.rule, n.row, n.found) for n in checked.notes] == [("repeated-row", 13, "the same as row 3")]


def test_of_rows_that_contradict_each_other_none_is_chosen():
    rows = pa.concat_tables([figures(), figures(source_row=[12, 13, 14], value=[10.0, 21.0, 30.0]).slice(1, 1)])
    checked = check(Indicators, rows)
    assert checked.rows["source_row"].to_pylist() == [2, 4] and checked.aside["value"].to_pylist() == [20.0, 21.0]
    assert [(p.rule, p.row, p.key_known) for p in checked.problems] == [("duplicate-key", 3, True), ("duplicate-key", 13, True)]
    assert checked.problems[1].found == "value 21.0, status 'reported'; same key in rows 3, 13"


def test_two_hidden_figures_of_one_key_are_the_same():
    rows = figures(place=["FR-75"] * 3, value=[None] * 3, status=["suppressed"] * 3)
    checked = check(Indicators, rows)
    assert checked.rows.num_rows == 1 and len(checked.notes) == 2


def test_an_unreadable_row_does_not_drag_down_the_good_one_of_its_key():
    checked = check(Indicators, figures(place=["FR-75", "FR-75", "FR-13"], value=["1", "x", "3"]))
    assert checked.rows["value"].to_pylist() == [1.0, 3.0] and [p.rule for p in checked.problems] == ["not-a-number"]


def test_versions_of_one_key_are_not_duplicates():
    stated = pa.array([dt.datetime(2020, 4, d, tzinfo=dt.UTC) for d in (2, 3, 3)], pa.timestamp("us", tz="UTC"))
    rows = figures(place=["FR-75"] * 3).append_column("stated_at", stated)
    checked = check(Indicators, rows)
    assert checked.rows["value"].to_pylist() == [10.0] and [p.row for p in checked.problems] == [3, 4]


def test_nobody_leaves_before_coming():
    def at(day):
        return dt.datetime(2020, 4, day, tzinfo=dt.UTC)

    row = {"feed": "h", "stay": "s", "patient": "p", "facility": "FR-FINESS-1", "level": "icu", "condition": "covid19"}
    rows = [
        {**row, "age_group": "80+", "admitted_at": at(day), "left_at": left}
        for day, left in ((1, at(2)), (2, at(1)), (3, None))
    ]
    checked = check(Stays, pa.Table.from_pylist(rows))
    assert [(p.rule, p.row, p.column, p.expected) for p in checked.problems] == (
        [("wrong-order", 2, "left_at", "not earlier than admitted_at")]
    )


def test_quantile_levels_are_written_in_one_way():
    row = {"feed": "hub", "model_id": "m", "reference_date": "2021-11-08", "target": "wk inc covid hosp", "horizon": 1}
    row |= {"target_end_date": "2021-11-13", "place": "DE", "output_type": "quantile", "value": 3.0}
    rows = pa.Table.from_pylist([{**row, "output_type_id": level} for level in ("0.5", "0.50", "50", "0.975")])
    checked = check(Forecasts, rows)
    assert checked.rows["output_type_id"].to_pylist() == ["0.5", "0.975"]
    assert [(p.rule, p.row) for p in checked.problems] == [("wrong-form", 2), ("wrong-form", 3)]


def test_no_rows_and_only_bad_rows():
    empty = check(Indicators, figures().slice(0, 0))
    assert empty.rows.num_rows == empty.aside.num_rows == 0 and empty.rows.schema.names[-1] == "source_column"
    none_good = check(Indicators, figures(indicator=["x"] * 3))
    assert none_good.rows.num_rows == 0 and none_good.aside.num_rows == 3
    assert none_good.aside["indicator"].to_pylist() == [None] * 3


def test_long_cells_are_cut_in_the_report():
    problem = check(Indicators, figures(indicator=["x" * 5000, "icu_census", "icu_census"])).problems[0]
    assert len(problem.found) < 250 and "characters" in problem.found


def test_a_missing_or_impossible_column_is_an_error_of_the_mapping():
    with pytest.raises(MappingError, match="indicators lack the column date, indicator"):
        check(Indicators, figures().drop_columns(["date", "indicator"]))
    with pytest.raises(MappingError, match="'place' holds int64"):
        check(Indicators, figures(place=[75, 69, 13]))


def test_slices_and_chunks_keep_their_places():
    """A table in pieces, from the middle of a larger one, is checked like a whole one."""
    rows = pa.concat_tables([figures(place=["FR-1", "FR-2", "FR-3"]), figures(value=[1.0, -1.0, 2.0])]).slice(1)
    checked = check(Indicators, rows)
    assert checked.rows["place"].to_pylist() == ["FR-2", "FR-3", "FR-75", "FR-13"] and [p.row for p in checked.problems] == [3]


def test_a_flow_below_zero_between_places_is_set_aside():
    rows = pa.table({"feed": ["m"] * 2, "origin": ["FR-75"] * 2, "destination": ["FR-69", "FR-13"], "date": ["2020-03-17"] * 2})
    rows = rows.append_column("measure", pa.array(["persons"] * 2)).append_column("value", pa.array([-1, 5]))
    assert [(p.rule, p.row, p.column) for p in check(Flows, rows).problems] == [("too-low", 1, "value")]


def test_a_person_is_never_quoted():
    row = {"feed": "h", "stay": "s", "facility": "FR-FINESS-1", "level": "icu", "condition": "covid19", "age_group": "80+"}
    row |= {"admitted_at": dt.datetime(2020, 4, 1, tzinfo=dt.UTC)}
    checked = check(Stays, pa.Table.from_pylist([{**row, "patient": name} for name in ("Anne", "Berthe", "")]))
    assert [p.rule for p in checked.problems] == ["duplicate-key", "duplicate-key", "missing-value"]
    assert not [p for p in checked.problems if "Anne" in p.sentence() or "Berthe" in p.sentence()]
