"""Cells become numbers, dates, codes and places, or are at fault; never anything in between."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from belvedere.sources import convert
from belvedere.sources.convert import Fault


def faults(converted) -> list[str | None]:
    return [Fault(f).rule if f else None for f in converted.faults]


def numbers(texts, **how):
    read = convert.to_number(pa.array(texts), **how)
    return read.values.to_pylist(), faults(read)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0.0),
        ("007", 7.0),
        ("-3", -3.0),
        ("+4", 4.0),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("2.5E-1", 0.25),
        (" 8 ", 8.0),
    ],
)
def test_a_number_as_declared_is_read(text, value):
    assert numbers([text]) == ([value], [None])


@pytest.mark.parametrize(
    "text",
    ["1,5", "1 000", "1.000,5", "5.", "--3", "1-2", "NaN", "inf", "1e999", "0x1F", "½", "١٢", "1_000", "true", "1.2.3", "e5"],
)
def test_what_is_not_written_as_declared_is_a_fault_not_a_guess(text):
    assert numbers([text]) == ([None], ["not-a-number"])


@pytest.mark.parametrize(
    ("text", "value"), [("1.234.567,5", 1234567.5), ("12,5", 12.5), ("1234", 1234.0), ("1.234", 1234.0), ("-1.000", -1000.0)]
)
def test_decimal_comma_and_thousands_points(text, value):
    assert numbers([text], decimal=",", thousands=".") == ([value], [None])


@pytest.mark.parametrize("text", ["12.34", "1.23.456", "1,234.5", ".123", "1234.567"])
def test_misplaced_thousands_are_a_fault(text):
    assert numbers([text], decimal=",", thousands=".") == ([None], ["not-a-number"])


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from([(".", None), (",", "."), (",", " "), (".", ",")]))
def test_every_number_written_out_is_read_back(number, marks):
    decimal, thousands = marks
    text = f"{number:,.6f}".replace(",", "T").replace(".", "D").replace("T", thousands or "").replace("D", decimal)
    (value,), (fault,) = numbers([text], decimal=decimal, thousands=thousands)
    assert fault is None
    assert math.isclose(value, float(f"{number:.6f}"), rel_tol=1e-15)


@given(st.lists(st.text(max_size=6)))
def test_any_text_is_read_or_at_fault_and_an_empty_column_is_neither(texts):
    values, rules = numbers(pa.array(texts, pa.string()))
    assert all((value is None) == (rule is not None) for value, rule in zip(values, rules, strict=True))
    assert numbers(pa.array([None, None], pa.string())) == ([None, None], [None, None])


def test_parquet_numbers_pass_and_not_a_number_is_no_number():
    assert numbers(pa.array([1, None], pa.int32())) == ([1.0, None], [None, None])
    assert numbers(pa.array([2.5, math.inf, -math.inf])) == ([2.5, None, None], [None, "not-a-number", "not-a-number"])
    assert convert.blank(pa.array([1.0, math.nan, None]), ("",)).tolist() == [False, True, True]


def test_other_kinds_are_no_numbers():
    assert numbers(pa.array([True])) == ([None], ["not-a-number"])


def test_whole_numbers_only():
    read = convert.to_integer(pa.array(["3", "3.0", "1.5", "x", "9999999999999999999"]))
    assert read.values.to_pylist() == [3, 3, None, None, None]
    assert faults(read) == [None, None, "not-a-whole-number", "not-a-number", "out-of-range"]


def dates(texts, *formats):
    read = convert.to_date(pa.array(texts), formats=formats)
    return read.values.to_pylist(), faults(read)


def test_dates_are_read_by_the_declared_formats_only():
    days, rules = dates(
        ["2020-03-18", "18/03/2020", "2020-02-30", "18.03.2020", "20-03-18", "2020-3-8"], "%Y-%m-%d", "%d/%m/%Y"
    )
    assert days == [dt.date(2020, 3, 18), dt.date(2020, 3, 18), None, None, None, dt.date(2020, 3, 8)]
    assert rules == [None, None, "bad-date", "bad-date", "bad-date", None]


@given(st.dates(min_value=dt.date(1900, 1, 1), max_value=dt.date(2199, 12, 31)))
def test_a_day_written_out_is_read_back(day):
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%Y%m%d", "%Y-%j"):
        assert dates([day.strftime(form)], form) == ([day], [None])


def test_a_week_is_its_sunday_even_across_the_year():
    days, rules = dates(["2020-W53", "2021-W01", "2021-W53"], "%G-W%V")
    assert days == [dt.date(2021, 1, 3), dt.date(2021, 1, 10), None]
    assert rules == [None, None, "bad-date"]


def test_day_366_is_in_leap_years_only():
    assert dates(["2020-366", "2021-366"], "%Y-%j") == ([dt.date(2020, 12, 31), None], [None, "bad-date"])


def test_without_separators_every_digit_must_be_there():
    assert dates(["20200111", "2020111", "202011"], "%Y%m%d") == (
        [dt.date(2020, 1, 11), None, None],
        [None, "bad-date", "bad-date"],
    )


def test_dates_of_parquet_and_xlsx_pass():
    moments = pa.array([dt.datetime(2020, 3, 18, 17), None])
    assert dates(moments) == ([dt.date(2020, 3, 18), None], [None, None])
    assert dates(pa.array([True])) == ([None], ["bad-date"])


def test_local_times_become_instants_and_a_skipped_hour_is_a_fault():
    read = convert.to_timestamp(
        pa.array(["2021-03-28 01:59", "2021-03-28 02:30", "2021-10-31 02:30"]), formats=["%Y-%m-%d %H:%M"], zone="Europe/Paris"
    )
    assert read.values.to_pylist() == [
        dt.datetime(2021, 3, 28, 0, 59, tzinfo=dt.UTC),
        None,
        dt.datetime(2021, 10, 31, 0, 30, tzinfo=dt.UTC),
    ]
    assert faults(read) == [None, "bad-time", None]


def test_a_text_with_offset_keeps_it_and_a_parquet_instant_too():
    read = convert.to_timestamp(pa.array(["2021-01-01T00:00:00+0300"]), formats=["%Y-%m-%dT%H:%M:%S%z"], zone="Europe/Paris")
    assert read.values.to_pylist() == [dt.datetime(2020, 12, 31, 21, tzinfo=dt.UTC)]
    naive = convert.to_timestamp(pa.array([dt.datetime(2021, 7, 1, 12)]), formats=(), zone="Europe/Paris")
    assert naive.values.to_pylist() == [dt.datetime(2021, 7, 1, 10, tzinfo=dt.UTC)]


def test_yes_and_no_are_two_words():
    read = convert.to_boolean(pa.array(["true", "FALSE", "yes", "1"]))
    assert read.values.to_pylist() == [True, False, None, None]
    assert faults(read) == [None, None, "not-yes-or-no", "not-yes-or-no"]


def test_codes_come_from_the_list_only():
    read = convert.to_code(pa.array(["0", "1", "3", None]), codes={"0": "all", "1": "male"})
    assert read.values.to_pylist() == ["all", "male", None, None]
    assert faults(read) == [None, None, "unknown-code", None]


def test_codes_of_a_spreadsheet_lose_their_point_zero():
    assert convert.as_text(pa.array([75.0, 1.5, None, math.nan])).to_pylist() == ["75", "1.5", None, None]
    assert convert.as_text(pa.array([True, False])).to_pylist() == ["true", "false"]


def test_a_part_of_a_text():
    read = convert.to_part(pa.array(["DE|60-79", "DE"]), pattern=r"\|(.+)$")
    assert read.values.to_pylist() == ["60-79", None]
    assert faults(read) == [None, "no-match"]


def test_places_take_the_first_scheme_that_knows_the_code():
    known = {"one": {"A": "FR-01"}, "two": {"A": "FR-02", "B": "FR-03"}}

    def resolve(scheme, codes):
        ids = [known[scheme].get(code) for code in codes]
        return ids, [i is None for i in ids]

    read = convert.to_place(pa.array(["A", "B", "C", None]), schemes=("one", "two"), resolve=resolve)
    assert read.values.to_pylist() == ["FR-01", "FR-03", None, None]
    assert faults(read) == [None, None, "unknown-place", None]


def test_bounds_include_their_ends():
    read = convert.only_between(convert.to_number(pa.array([-1.0, 0.0, 5.0, 6.0, None])), 0, 5)
    assert read.values.to_pylist() == [None, 0.0, 5.0, None, None]
    assert faults(read) == ["out-of-range", None, None, "out-of-range", None]


def test_tokens_are_compared_trimmed():
    assert convert.blank(pa.array(["", "  ", "NA", " NA ", "0"]), ("", "NA")).tolist() == [True, True, True, True, False]
    assert convert.matches(pa.array([1, 2, None]), ("1",)).tolist() == [True, False, False]
    assert convert.matches(pa.array([], pa.string()), ("1",)).tolist() == []


def test_spreading_keeps_faults_with_their_rows():
    texts = pa.array(["x", "1", "x", None, "1"])
    read = convert.to_number(texts)
    assert read.faults.dtype == np.int8
    assert faults(read) == ["not-a-number", None, "not-a-number", None, None]
