import numpy as np
import pyarrow as pa
import pytest

from belvedere.errors import MappingError, UnreadableFile
from belvedere.sources.raw import FormatSpec, RawTable, check_header


def test_defaults_are_those_of_plain_csv():
    spec = FormatSpec()
    assert (spec.kind, spec.separator, spec.encoding, spec.decimal) == ("csv", ",", "utf-8", ".")
    assert (spec.quote, spec.header_row, spec.sheet, spec.header) == ('"', 1, None, None)
    assert (spec.max_line_bytes, spec.max_file_bytes, spec.max_unpacked_bytes) == (1 << 20, 2 << 30, 512 << 20)


def test_lists_from_a_mapping_text_become_tuples():
    spec = FormatSpec(header=["a", "b"], columns=["a"])
    assert spec.header == ("a", "b") and spec.wants("a") and not spec.wants("b")
    assert FormatSpec().wants("anything")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"kind": "ods"}, "found kind 'ods', expected one of csv, xlsx, parquet"),
        ({"encoding": "utf-9"}, "found encoding 'utf-9'"),
        ({"separator": ";;"}, "found separator ';;', expected one character"),
        ({"separator": "\n"}, "separator"),
        ({"quote": ","}, "quote ','"),
        ({"quote": "''"}, "quote"),
        ({"decimal": ",", "thousands": ","}, "thousands ','"),
        ({"header_row": 0}, "header_row 0"),
        ({"header_row": None}, "column names, as there is no header_row"),
        ({"header": ["a", "a"]}, "each name once"),
        ({"header": ["a", " "]}, "no blank name"),
        ({"max_line_bytes": 0}, "max_line_bytes 0"),
    ],
)
def test_a_layout_that_contradicts_itself_is_refused(given, says):
    with pytest.raises(MappingError, match="format: ") as error:
        FormatSpec(**given)
    assert says in str(error.value)


def test_a_table_has_one_row_number_for_each_row():
    with pytest.raises(ValueError, match="rows has shape"):
        RawTable(pa.table({"a": ["1", "2"]}), np.array([2]))


@pytest.mark.parametrize(
    ("names", "rule", "says"),
    [(["a", "", "c", " "], "blank-header", "column 2, 4 of 4"), (["a", "b", "a"], "duplicate-header", "'a' more than once")],
)
def test_headers_must_name_every_column_once(names, rule, says):
    with pytest.raises(UnreadableFile) as error:
        check_header(names, 3)
    assert (error.value.problem.rule, error.value.problem.row) == (rule, 3)
    assert says in error.value.problem.found
