import csv
import io
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from belvedere.errors import UnreadableFile
from belvedere.sources.csv_file import read_csv
from belvedere.sources.raw import FormatSpec


def load(path, **layout):
    """All chunks as (columns by name, row numbers, problems)."""
    tables = list(read_csv(path, FormatSpec(**layout)))
    columns = {name: [v for t in tables for v in t.columns[name].to_pylist()] for name in tables[0].columns.column_names}
    return columns, [int(r) for t in tables for r in t.rows], [p for t in tables for p in t.problems]


def refused(path, **layout):
    with pytest.raises(UnreadableFile) as error:
        load(path, **layout)
    return error.value.problem


def test_cells_are_verbatim_text(write):
    columns, rows, problems = load(write('dep;jour;hosp\n"01";2020-03-18; 2,50\n2A;18/03/2020;""\n75;;NA\n'), separator=";")
    assert columns == {"dep": ["01", "2A", "75"], "jour": ["2020-03-18", "18/03/2020", ""], "hosp": [" 2,50", "", "NA"]}
    assert (rows, problems) == ([2, 3, 4], [])


def test_rows_are_lines_where_records_start(write):
    columns, rows, _ = load(write('a,b\n\n1,"x\ny\n\nz"\n\n\n2,w\n'))
    assert columns == {"a": ["1", "2"], "b": ["x\ny\n\nz", "w"]}
    assert rows == [3, 9]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_every_line_end_and_declared_encoding(write, end, encoding):
    text = end.join(['"région",n', "Hérault,1", "", "Gers,2", ""])
    declared = "utf-8" if encoding == "utf-8-sig" else encoding
    columns, rows, problems = load(write(text.encode(encoding)), encoding=declared)
    assert columns == {"région": ["Hérault", "Gers"], "n": ["1", "2"]}
    assert (rows, problems) == ([2, 4], [])


def test_a_byte_order_mark_does_not_hide_a_quoted_name(write):
    columns, _, _ = load(write(b'\xef\xbb\xbf"a,b",c\n1,2\n'))
    assert columns == {"a,b": ["1"], "c": ["2"]}


def test_rows_with_a_wrong_number_of_fields_are_set_aside_and_the_others_load(write):
    columns, rows, problems = load(write("a,b\n1,2\n3\n4,5,6\n7,8\n"))
    assert (columns, rows) == ({"a": ["1", "7"], "b": ["2", "8"]}, [2, 5])
    assert [(p.rule, p.row, p.found, p.expected, p.key_known) for p in problems] == [
        ("wrong-number-of-fields", 3, "1 fields: 3", "2 fields", False),
        ("wrong-number-of-fields", 4, "3 fields: 4,5,6", "2 fields", False),
    ]


def test_a_truncated_last_line_is_set_aside_and_a_whole_one_without_line_end_is_not(write):
    columns, rows, problems = load(write("a,b\n1,2\n3"))
    assert (columns["a"], rows, [(p.rule, p.row) for p in problems]) == (["1"], [2], [("truncated", 3)])
    columns, rows, problems = load(write("a,b\n1,2\n3,4"))
    assert (columns["b"], rows, problems) == (["2", "4"], [2, 3], [])


def test_too_few_fields_before_a_line_end_are_no_truncation(write):
    assert load(write("a,b\n1,2\n3\n"))[2][0].rule == "wrong-number-of-fields"


def test_a_file_cut_inside_a_quote_is_truncated_there(write):
    columns, _, problems = load(write('a,b\n1,2\n3,"x\n4,5\n6,7'))
    assert columns["a"] == ["1"]
    (problem,) = problems
    assert (problem.rule, problem.row) == ("truncated", 3)
    assert "lines 3 to 5 set aside" in problem.found


def test_a_broken_quote_sets_its_record_aside_only(write):
    columns, rows, problems = load(write('a,b\n1,2\n3,"5" nail"\n6,7\n'))
    assert (columns["a"], rows) == (["1", "6"], [2, 4])
    assert [(p.rule, p.row) for p in problems] == [("broken-record", 3)]
    assert '3,"5" nail"' in problems[0].found


def test_a_quote_inside_an_unquoted_cell_is_an_ordinary_character(write):
    assert load(write('a,b\n5" nail,2\n'))[0]["a"] == ['5" nail']


def test_without_quotes_every_quote_is_verbatim(write):
    columns, rows, problems = load(write('a,b\n"x,2\n3,y"\n'), quote=None)
    assert (columns, rows, problems) == ({"a": ['"x', "3"], "b": ["2", 'y"']}, [2, 3], [])


def test_a_stray_carriage_return_sets_its_record_aside(write):
    columns, _, problems = load(write(b"a,b\n1,x\ry\n3,4\n"))
    assert columns["a"] == ["3"]
    assert [(p.rule, p.row) for p in problems] == [("broken-record", 2)]


@pytest.mark.parametrize("filler", ["x" * 80, '""', 'y"",""z'])
def test_a_quote_that_never_closes_invents_no_rows(write, filler):
    """What follows may be the inside of a cell: all of it is set aside, within bounded memory."""
    body = "".join(f"{i},{filler}\n" for i in range(40_000)) if "," not in filler else f"{filler}\n" * 40_000
    columns, rows, problems = load(write('a,b\n1,2\n3,"' + body), max_line_bytes=200_000)
    assert (columns["a"], rows) == (["1"], [2])
    (problem,) = problems
    assert (problem.rule, problem.row) == ("broken-record", 3)
    assert "lines 3 to 40,002 set aside" in problem.found


def test_a_huge_cell_without_quotes_costs_its_own_row_only(write):
    columns, _, problems = load(write("a,b\n1," + "x" * 200_000 + "\n3,4\n"))
    assert columns["a"] == ["3"]
    assert [(p.rule, p.row) for p in problems] == [("broken-record", 2)]
    assert len(problems[0].sentence()) < 400


@pytest.mark.parametrize(
    ("text", "layout", "says"),
    [
        ("dep;jour;hosp\n1;2;3\n", {}, "dep;jour;hosp, which ';' would split into 3 columns"),
        ('"dep";"jour";"hosp"\n"1";"2";"3"\n', {}, "';' would split into 3 columns"),
        ("dep,jour\n1,2\n", {"separator": ";"}, "',' would split into 2 columns"),
        ("dep\tjour\n1\t2\n", {"separator": ","}, "'\\t' would split into 2 columns"),
        ("dep|jour\n", {}, "'|' would split into 2 columns"),
    ],
)
def test_a_wrong_separator_is_named_with_the_right_one(write, text, layout, says):
    problem = refused(write(text), **layout)
    assert (problem.rule, problem.row) == ("wrong-separator", 1)
    assert says in problem.found


def test_one_column_is_a_table_too(write):
    assert load(write('"a;b"\nx\ny\n'))[0] == {"a;b": ["x", "y"]}


@pytest.mark.parametrize(
    ("text", "layout", "rule", "row"),
    [
        ("a,b,a\n1,2,3\n", {}, "duplicate-header", 1),
        ("a,,c\n1,2,3\n", {}, "blank-header", 1),
        ("\na,b\n1,2\n", {}, "missing-header", 1),
        ("a,b\n1,2\n", {"header_row": 9}, "missing-header", 9),
        ('"a,b\n1,2\n', {}, "truncated", 1),
    ],
)
def test_an_unusable_header_sets_the_file_aside(write, text, layout, rule, row):
    problem = refused(write(text), **layout)
    assert (problem.rule, problem.row) == (rule, row)


def test_header_below_a_title(write):
    columns, rows, _ = load(write('Report, of "May\n\na,b\n1,2\n'), header_row=3)
    assert (columns, rows) == ({"a": ["1"], "b": ["2"]}, [4])


def test_names_from_the_mapping_replace_a_broken_header_or_stand_for_a_missing_one(write):
    columns, rows, _ = load(write("a,a\n1,2\n"), header=("x", "y"))
    assert (columns, rows) == ({"x": ["1"], "y": ["2"]}, [2])
    columns, rows, _ = load(write("1,2\n"), header=("x", "y"), header_row=None)
    assert (columns, rows) == ({"x": ["1"], "y": ["2"]}, [1])


def test_a_table_without_rows_still_shows_its_columns(write):
    assert load(write("a,b\n")) == ({"a": [], "b": []}, [], [])


def test_chunks_hold_at_most_chunk_rows_and_problems_come_with_their_chunk(write):
    tables = list(read_csv(write("a,b\n1,1\n2\n3,3\n4,4\n5\n"), FormatSpec(chunk_rows=2)))
    assert [[int(r) for r in t.rows] for t in tables] == [[2], [4, 5], []]
    assert [[p.row for p in t.problems] for t in tables] == [[3], [], [6]]


def obvious_records(text: str, separator: str) -> list[tuple[int, list[str]]]:
    """Slow oracle: one character at a time, counting line feeds."""
    records, fields, cell, line, start, quoted, i = [], [], "", 1, 1, False, 0
    while i < len(text):
        char = text[i]
        if quoted and char == '"' and text[i + 1 : i + 2] == '"':
            cell, i = cell + '"', i + 1
        elif char == '"':
            quoted = not quoted
        elif char == separator and not quoted:
            fields, cell = [*fields, cell], ""
        elif char == "\n" and not quoted:
            if fields or cell or text[i - 1] == '"':
                records.append((start, [*fields, cell.removesuffix("\r")]))
            fields, cell, start = [], "", line + 1
        else:
            cell += char
        line += char == "\n"
        i += 1
    return records


CELL = st.text(st.sampled_from(list('ab1é",;\n .-')), max_size=6)


@settings(deadline=None)  # the machine may be busy
@given(
    st.lists(st.one_of(st.just([]), st.lists(CELL, min_size=1, max_size=4)), max_size=12),
    st.sampled_from([";", ","]),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    st.integers(1, 5),
)
def test_rows_and_cells_equal_those_of_a_slow_obvious_reader(tmp_path_factory, records, separator, quoting, chunk_rows):
    """Blank lines, quoted line ends, separators and quotes, wrong numbers of fields: every record is accounted for."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, quoting=quoting, lineterminator="\n")
    writer.writerow(["x", "y"])
    for record in records:
        if record:
            writer.writerow(record)
        else:
            out.write("\n")
    text = out.getvalue()
    path = tmp_path_factory.mktemp("csv") / "t.csv"
    path.write_bytes(text.encode())

    columns, rows, problems = load(path, separator=separator, chunk_rows=chunk_rows)

    expected = obvious_records(text, separator)[1:]
    assert len(expected) == sum(1 for record in records if record)
    assert list(zip(rows, columns["x"], columns["y"], strict=True)) == [(n, *f) for n, f in expected if len(f) == 2]
    assert [p.row for p in problems] == [n for n, f in expected if len(f) != 2]


@settings(deadline=None)  # the machine may be busy
@given(st.binary(max_size=300))
def test_any_bytes_are_read_set_aside_or_refused(tmp_path_factory, content):
    """Nothing but UnreadableFile escapes, and no record counts twice."""
    path = tmp_path_factory.mktemp("csv") / "t.csv"
    path.write_bytes(b"a,b\n" + content)
    try:
        _, rows, problems = load(path)
    except UnreadableFile as error:
        assert error.problem.found and error.problem.expected
    else:
        starts = [*rows, *(p.row for p in problems)]
        assert len(set(starts)) == len(starts)
        assert all(1 < start <= content.count(b"\n") + content.count(b"\r") + 2 for start in starts)


def test_reads_the_official_french_files_whole(data_folder):
    columns, rows, problems = load(data_folder / "france/raw/covid-hospit-incid-2023-03-31-18h01.csv", separator=";")
    assert (len(rows), rows[0], rows[-1], problems) == (113_016, 2, 113_017, [])
    assert sum(map(int, columns["incid_hosp"])) == 1_052_616  # the national file's sum (data README)


def test_reads_more_than_a_million_cells_a_second(write):
    text = "a;b;c;d;e;f\n" + '"01";2020-03-19;1;0;0;0\n' * 100_000
    path = write(text)
    list(read_csv(path, FormatSpec(separator=";")))
    best = min(_seconds(path) for _ in range(3))
    assert 600_000 / best > 1_000_000


def _seconds(path) -> float:
    start = time.process_time()
    rows = sum(len(t.rows) for t in read_csv(path, FormatSpec(separator=";")))
    assert rows == 100_000
    return time.process_time() - start
