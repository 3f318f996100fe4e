import datetime as dt

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from belvedere.errors import UnreadableFile
from belvedere.sources.parquet_file import read_parquet
from belvedere.sources.raw import FormatSpec


@pytest.fixture
def parquet(tmp_path):
    def _parquet(table, **options):
        pq.write_table(table, tmp_path / "t.parquet", **options)
        return tmp_path / "t.parquet"

    return _parquet


def load(path, **layout):
    tables = list(read_parquet(path, FormatSpec(kind="parquet", **layout)))
    table = pa.concat_tables([t.columns for t in tables])
    return table, [int(r) for t in tables for r in t.rows], [p for t in tables for p in t.problems]


def refused(path, **layout):
    with pytest.raises(UnreadableFile) as error:
        load(path, **layout)
    return error.value.problem


def numbers(count):
    return pa.table({"n": pa.array(range(count), pa.int32()), "t": [f"row {i}" for i in range(count)]})


def test_types_and_nulls_are_kept_and_rows_count_from_one(parquet):
    table = pa.table(
        {
            "day": pa.array([dt.date(2020, 3, 18), None]),
            "n": pa.array([None, 3], pa.int16()),
            "x": pa.array([0.5, None], pa.float32()),
            "t": pa.array(["", None]),
            "at": pa.array([dt.datetime(2020, 3, 18, 12), None], pa.timestamp("us", "UTC")),
        }
    )
    found, rows, problems = load(parquet(table))
    assert found.equals(table)
    assert (rows, problems) == ([1, 2], [])


def test_chunks_run_across_row_groups_with_their_rows(parquet):
    path = parquet(numbers(10), row_group_size=4)
    tables = list(read_parquet(path, FormatSpec(kind="parquet", chunk_rows=3)))
    assert [t.rows.tolist() for t in tables] == [[1, 2, 3], [4], [5, 6, 7], [8], [9, 10]]
    assert pa.concat_tables([t.columns for t in tables]).equals(numbers(10))


def test_dictionary_columns_come_back_as_values(parquet):
    found, _, _ = load(parquet(pa.table({"c": pa.array(["a", "b", "a"]).dictionary_encode()})))
    assert found.schema.field("c").type == pa.string()
    assert found["c"].to_pylist() == ["a", "b", "a"]


def test_a_nested_column_is_left_out_and_named(parquet):
    path = parquet(pa.table({"a": [1], "l": [[1, 2]], "s": [{"x": 1}]}))
    found, rows, problems = load(path)
    assert (found.to_pydict(), rows) == ({"a": [1]}, [1])
    assert [(p.rule, p.column, p.row) for p in problems] == [("nested-column", "l", None), ("nested-column", "s", None)]
    assert load(path, columns=("a",))[2] == []
    assert refused(parquet(pa.table({"l": [[1]]}))).rule == "nested-column"


def test_a_name_given_twice_is_refused(parquet):
    problem = refused(parquet(pa.table([[1], [2]], names=["a", "a"])))
    assert (problem.rule, problem.column) == ("duplicate-header", "a")


def test_an_empty_table_still_shows_its_columns(parquet):
    found, rows, problems = load(parquet(numbers(0)))
    assert (found.column_names, rows, problems) == (["n", "t"], [], [])


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.99])
def test_a_truncated_file_is_refused(parquet, kept):
    path = parquet(numbers(1000))
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * kept)])
    assert refused(path).rule == "truncated"


def test_a_broken_footer_is_refused(parquet):
    path = parquet(numbers(1000))
    raw = bytearray(path.read_bytes())
    raw[-200:-20] = b"\xff" * 180
    path.write_bytes(raw)
    assert refused(path).rule == "damaged"


def test_a_damaged_row_group_is_set_aside_and_the_others_load(parquet):
    path = parquet(numbers(30), row_group_size=10, write_page_checksum=True, compression="none", use_dictionary=False)
    _damage(path, group=1)
    found, rows, problems = load(path)
    assert rows == [*range(1, 11), *range(21, 31)]
    assert found["n"].to_pylist() == [*range(10), *range(20, 30)]
    assert [(p.rule, p.row) for p in problems] == [("damaged", 11)]
    assert "rows 11 to 20" in problems[0].found


def test_a_damaged_last_row_group_is_still_reported(parquet):
    path = parquet(numbers(20), row_group_size=10, write_page_checksum=True, compression="none", use_dictionary=False)
    _damage(path, group=1)
    assert [p.row for p in load(path)[2]] == [11]


def test_a_file_of_which_no_row_group_can_be_decoded_is_refused(parquet):
    path = parquet(numbers(10), write_page_checksum=True, compression="none", use_dictionary=False)
    _damage(path, group=0)
    assert refused(path).rule == "damaged"


def _damage(path, group):
    column = pq.read_metadata(path).row_group(group).column(0)
    raw = bytearray(path.read_bytes())
    raw[column.data_page_offset + column.total_compressed_size - 2] ^= 0xFF
    path.write_bytes(raw)


@pytest.mark.parametrize(
    ("content", "rule", "says"),
    [
        (b"", "empty-file", "0 bytes"),
        (b"a,b\n", "not-a-table", "text"),
        (b"<html>", "not-a-table", "an HTML page"),
        (b"PAR1", "damaged", ""),
    ],
)
def test_other_files_are_refused_by_name(write, content, rule, says):
    problem = refused(write(content, "x.parquet"))
    assert problem.rule == rule and says in problem.found


def test_a_file_over_its_limit_is_not_read(parquet):
    assert refused(parquet(numbers(10)), max_file_bytes=100).rule == "too-large"


def test_reads_a_real_table_whole(data_folder):
    found, rows, problems = load(data_folder / "france/hospital_flows_dep_day.parquet")
    assert (len(rows), rows[-1], problems) == (113_016, 113_016, [])
    assert found.schema.field("new_hosp").type != pa.string()
