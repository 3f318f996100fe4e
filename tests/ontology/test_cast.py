"""Columns read as the ontology's types, without guessing."""

import datetime as dt

import pyarrow as pa
import pytest

from belvedere.errors import MappingError
from belvedere.ontology import Capacity, Places
from belvedere.ontology.cast import cast_column, complete
from belvedere.ontology.schema import boolean, date, integer, number, text, timestamp

UTC = dt.UTC
READ = [
    (number, ["1.5", None, "-2", "1e3"], [1.5, None, -2.0, 1000.0], []),
    (number, ["1,5", " 2", "", "nan", "inf", "3"], [None, None, None, None, None, 3.0], [0, 1, 2, 3, 4]),
    (integer, ["7", "7.0", "x", None], [7, None, None, None], [1, 2]),
    (integer, pa.array([3.0, 3.5, None]), [3, None, None], [1]),
    (number, pa.array([1, 2**53 + 1]), [1.0, None], [1]),
    (number, pa.array([1.0, float("nan"), float("inf")]), [1.0, None, None], [1, 2]),
    (boolean, ["true", "false", "maybe"], [True, False, None], [2]),
    (date, ["2020-03-19", "19/03/2020", "2020-02-30"], [dt.date(2020, 3, 19), None, None], [1, 2]),
    (date, pa.array([dt.datetime(2020, 3, 19), dt.datetime(2020, 3, 19, 12)]), [dt.date(2020, 3, 19), None], [1]),
    (timestamp, ["2020-03-19T12:00:00Z", "2020-03-19T12:00:00"], [dt.datetime(2020, 3, 19, 12, tzinfo=UTC), None], [1]),
    (text, pa.array(["a", None, "b"], pa.large_string()), ["a", None, "b"], []),
    (text, pa.array(["a", "b", "a"]).dictionary_encode(), ["a", "b", "a"], []),
]


@pytest.mark.parametrize(("kind", "given", "expected", "unreadable"), READ)
def test_cells_are_read_or_named(kind, given, expected, unreadable):
    values, rows = cast_column(pa.chunked_array([pa.array(given)]), kind("A column.", name="x"))
    assert values.to_pylist() == expected
    assert rows.tolist() == unreadable


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (text, pa.array([75])),  # the code 01 read as a number has lost its zero
        (timestamp, pa.array([dt.datetime(2020, 3, 19)])),  # in which zone?
        (timestamp, pa.array([dt.date(2020, 3, 19)])),
        (date, pa.array([dt.datetime(2020, 3, 19, tzinfo=UTC)])),
        (date, pa.array([43909])),
        (number, pa.array([True])),
    ],
)
def test_a_column_that_could_only_be_guessed_is_refused(kind, given):
    with pytest.raises(MappingError, match="'x'"):
        cast_column(pa.chunked_array([given]), kind("A column.", name="x"))


def test_chunks_and_their_dictionaries_are_joined():
    chunks = pa.chunked_array([pa.array(["a", "b"]).dictionary_encode(), pa.array(["b", "c"]).dictionary_encode()])
    assert cast_column(chunks, text("A column.", name="x"))[0].to_pylist() == ["a", "b", "b", "c"]
    assert len(cast_column(pa.chunked_array([], pa.string()), number("A column.", name="x"))[0]) == 0


def test_absent_columns_take_their_default_or_stay_empty():
    rows = pa.table(
        {
            "source_row": [2],
            "place": ["FR"],
            "feed": ["f"],
            "level": ["icu"],
            "resource": ["beds_total"],
            "date": ["2020-01-01"],
        }
    )
    full = complete(Capacity, rows)
    assert full.column_names == [*Capacity.columns, "source_row"]
    assert full.select(["age_group", "condition", "value", "status"]).to_pylist() == [
        {"age_group": "all", "condition": "all", "value": None, "status": "reported"}
    ]


def test_a_required_column_that_is_absent_is_named():
    with pytest.raises(MappingError, match="places lack the column code_system, code, name, level, country"):
        complete(Places, pa.table({"place": ["FR"]}))
