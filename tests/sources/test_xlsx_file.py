import datetime as dt
import struct
import zipfile

import openpyxl
import pyarrow as pa
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from belvedere.errors import UnreadableFile
from belvedere.sources.raw import FormatSpec
from belvedere.sources.xlsx_file import read_xlsx

OLD_OFFICE = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(600)


@pytest.fixture
def workbook(tmp_path):
    """workbook({sheet: rows}) -> path; rows are lists of cells, None an empty one."""

    def _workbook(sheets, change=lambda book: None, name="book.xlsx"):
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(row)
        change(book)
        book.save(tmp_path / name)
        return tmp_path / name

    return _workbook


def load(path, **layout):
    tables = list(read_xlsx(path, FormatSpec(kind="xlsx", **layout)))
    table = pa.concat_tables([t.columns for t in tables])
    return table, [int(r) for t in tables for r in t.rows], [p for t in tables for p in t.problems]


def refused(path, **layout):
    with pytest.raises(UnreadableFile) as error:
        load(path, **layout)
    return error.value.problem


def rewritten(path, change, compression=zipfile.ZIP_DEFLATED):
    """A copy of an archive with change(name, bytes) -> bytes (None drops the member)."""
    copy = path.with_name("rewritten.xlsx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(copy, "w", compression) as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return copy


def in_sheet(old, new):
    return lambda name, content: content.replace(old, new) if name.endswith("sheet1.xml") else content


def test_cells_keep_their_types(workbook):
    day, moment = dt.date(2020, 3, 18), dt.datetime(2020, 3, 18, 14, 30)
    header = ["day", "at", "beds", "rate", "code", "open"]
    table, rows, problems = load(workbook({"S": [header, [day, moment, 12, 0.5, "07", True], [None] * 5 + [False]]}))
    assert table.to_pylist() == [
        {"day": day, "at": moment, "beds": 12, "rate": 0.5, "code": "07", "open": True},
        {"day": None, "at": None, "beds": None, "rate": None, "code": None, "open": False},
    ]
    assert list(map(str, table.schema.types)) == ["date32[day]", "timestamp[us]", "int64", "double", "string", "bool"]
    assert (rows, problems) == ([2, 3], [])


def test_whole_numbers_come_back_as_integers_only_where_the_column_is_whole(workbook):
    table, _, _ = load(workbook({"S": [["a", "b", "c"], [1.0, 1.0, 2**60], [2.0, 2.5, 1]]}))
    assert table.to_pydict() == {"a": [1, 2], "b": [1.0, 2.5], "c": [float(2**60), 1.0]}
    assert list(map(str, table.schema.types)) == ["int64", "double", "double"]


def test_a_column_of_mixed_kinds_is_text_in_the_mapping_s_own_writing(workbook):
    cells = [[12], [2.5], ["< 5"], [dt.date(2020, 3, 18)], [None]]
    table, _, _ = load(workbook({"S": [["x", "n"], *([*c, 1] for c in cells)]}), decimal=",")
    assert table["x"].to_pylist() == ["12", "2,5", "< 5", "2020-03-18", None]


def test_rows_are_sheet_rows_past_blank_rows_and_a_title(workbook):
    rows = [["Beds in May"], [], [None, "dep", "beds"], [], [None, "75", 3], [], [None, "13", 4]]
    table, numbers, problems = load(workbook({"S": rows}), header_row=3)
    assert table.to_pydict() == {"dep": ["75", "13"], "beds": [3, 4]}
    assert (numbers, problems) == ([5, 7], [])


def test_formula_errors_set_their_row_aside_and_name_the_cell(workbook):
    def break_formulas(book):
        for cell, text in (("B3", "#REF!"), ("C4", "#DIV/0!")):
            book["S"][cell].value, book["S"][cell].data_type = text, "e"

    path = workbook({"S": [["dep", "beds", "rate"], ["01", 1, 0.5], ["02", 2, 0.5], ["03", 3, 0.5]]}, break_formulas)
    table, rows, problems = load(path)
    assert (table.to_pydict(), rows) == ({"dep": ["01"], "beds": [1], "rate": [0.5]}, [2])
    assert [(p.rule, p.row, p.column, p.found) for p in problems] == [
        ("formula-error", 3, "beds", "#REF! in cell B3"),
        ("formula-error", 4, "rate", "#DIV/0! in cell C4"),
    ]
    table, rows, problems = load(path, columns=("dep", "beds"))
    assert (rows, [p.row for p in problems]) == ([2, 4], [3])


def test_a_formula_saved_without_its_result_is_not_taken_for_an_empty_cell(workbook):
    table, rows, problems = load(workbook({"S": [["a", "b"], [1, "=A2*2"], [2, 4]]}))
    assert (table.to_pydict(), rows) == ({"a": [2], "b": [4]}, [3])
    assert [(p.rule, p.row, p.column) for p in problems] == [("formula-without-value", 2, "b")]


def test_a_calculated_formula_gives_its_result(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "f.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["a", "b"])
        sheet.write_number(1, 0, 2)
        sheet.write_formula(1, 1, "=A2*2", None, 4)
    assert load(tmp_path / "f.xlsx")[0].to_pydict() == {"a": [2], "b": [4]}


def test_rows_touched_by_merged_cells_are_set_aside(workbook):
    path = workbook(
        {"S": [["Title", None], ["dep", "beds"], ["01", 1], ["02", 2], [None, 3], ["04", 4]]},
        lambda book: (book["S"].merge_cells("A1:B1"), book["S"].merge_cells("A4:A5")),
    )
    table, rows, problems = load(path, header_row=2)
    assert (table.to_pydict(), rows) == ({"dep": ["01", "04"], "beds": [1, 4]}, [3, 6])
    assert [(p.rule, p.row, p.column) for p in problems] == [("merged-cells", 4, "dep"), ("merged-cells", 5, "dep")]
    assert "A4:A5" in problems[0].found


@pytest.mark.parametrize(
    ("rows", "layout", "rule"),
    [
        ([["a", "a"], [1, 2]], {}, "duplicate-header"),
        ([["a", None], [1, 2]], {}, "blank-header"),
        ([["a", "b"], [], [1, 2]], {"header_row": 2}, "missing-header"),
        ([["a", "b"], [1, 2]], {"header_row": 9}, "missing-header"),
        ([["a", "b"], [1, 2]], {"header": ("x",)}, "wrong-number-of-fields"),
        ([[]], {}, "empty-file"),
    ],
)
def test_an_unusable_header_sets_the_file_aside(workbook, rows, layout, rule):
    assert refused(workbook({"S": rows}), **layout).rule == rule


def test_columns_blank_throughout_are_no_columns(workbook):
    assert load(workbook({"S": [["a", None, "c"], [1, None, 3]]}))[0].to_pydict() == {"a": [1], "c": [3]}


def test_names_from_the_mapping(workbook):
    table, rows, _ = load(workbook({"S": [[1, "x"], [2, "y"]]}), header=("n", "t"), header_row=None)
    assert (table.to_pydict(), rows) == ({"n": [1, 2], "t": ["x", "y"]}, [1, 2])


def test_the_sheet_is_chosen_by_name_or_number_and_never_guessed(workbook):
    path = workbook({"Intro": [["about"]], "Data": [["a"], [1]]})
    assert load(path, sheet="Data")[0].to_pydict() == load(path, sheet=2)[0].to_pydict() == {"a": [1]}
    for sheet in (None, "data", 3, 0):
        problem = refused(path, sheet=sheet)
        assert (problem.rule, problem.found) == ("no-such-sheet", "2 sheets: 'Intro', 'Data'")


def test_the_one_visible_sheet_needs_no_name(workbook):
    path = workbook({"Lists": [["x"]], "Data": [["a"], [1]]}, lambda b: setattr(b["Lists"], "sheet_state", "hidden"))
    assert load(path)[0].to_pydict() == {"a": [1]}


def test_chunks(workbook):
    path = workbook({"S": [["a"], *([i] for i in range(5))]})
    tables = list(read_xlsx(path, FormatSpec(kind="xlsx", chunk_rows=2)))
    assert [[int(r) for r in t.rows] for t in tables] == [[2, 3], [4, 5], [6]]
    assert len({t.columns.schema for t in tables}) == 1


def test_a_table_without_rows_still_shows_its_columns(workbook):
    table, rows, problems = load(workbook({"S": [["a", "b"]]}))
    assert (table.column_names, rows, problems) == (["a", "b"], [], [])


@pytest.mark.parametrize(
    ("content", "rule", "says"),
    [
        (b"", "empty-file", "0 bytes"),
        (b"a,b\n1,2\n", "not-a-table", "text or an unknown format"),
        (b"<!doctype html><html>", "not-a-table", "an HTML page"),
        (OLD_OFFICE, "not-a-table", "an old Excel workbook (XLS)"),
        (OLD_OFFICE + "EncryptedPackage".encode("utf-16-le"), "encrypted", "a password"),
        (b"PK\x03\x04" + bytes(100), "damaged", "cut off"),
    ],
)
def test_other_files_are_refused_by_name(write, content, rule, says):
    problem = refused(write(content, "x.xlsx"))
    assert problem.rule == rule
    assert says in problem.found


@pytest.mark.parametrize(
    ("member", "says"),
    [("xl/vbaProject.bin", "XLSM"), ("xl/workbook.bin", "XLSB"), ("content.xml", "ODS"), ("a.csv", "without")],
)
def test_other_archives_are_refused_by_name(tmp_path, member, says):
    with zipfile.ZipFile(tmp_path / "x.xlsx", "w") as archive:
        archive.writestr(member, "x")
    problem = refused(tmp_path / "x.xlsx")
    assert problem.rule == "not-a-table" and says in problem.found


@pytest.mark.parametrize("kept", [0.3, 0.9, 0.999])
def test_a_truncated_workbook_is_damaged(workbook, kept):
    path = workbook({"S": [["a", "b"], [1, 2]]})
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * kept)])
    assert refused(path).rule == "damaged"


def test_broken_xml_is_damaged(workbook):
    path = workbook({"S": [["a"], [1]]})
    assert refused(rewritten(path, in_sheet(b"</sheetData>", b""))).rule == "damaged"
    assert refused(rewritten(path, lambda name, content: None if name.endswith("sheet1.xml") else content)).rule == "damaged"


def test_one_stray_cell_far_away_does_not_fill_the_memory(workbook):
    """calamine would ask for a dense grid of 17 thousand million cells and abort the process."""
    stray = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    problem = refused(rewritten(workbook({"S": [["a"], [1]]}), in_sheet(b"</sheetData>", stray)))
    assert problem.rule == "unpacks-too-large"
    assert "XFD1048576" in problem.found


def test_a_formatted_but_empty_cell_far_away_does_no_harm(workbook):
    stray = b'<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'
    assert load(rewritten(workbook({"S": [["a"], [1]]}), in_sheet(b"</sheetData>", stray)))[0].to_pydict() == {"a": [1]}


def test_limits_on_unpacked_size_and_ratio(workbook):
    path = workbook({"S": [["a"], *([i % 7] for i in range(40_000))]})
    assert len(load(path)[1]) == 40_000
    assert refused(path, max_unpacked_bytes=500_000).rule == "unpacks-too-large"
    problem = refused(path, max_unpack_ratio=3)
    assert problem.rule == "unpacks-too-large" and "3 times" in problem.expected


def test_a_size_that_lies_is_found_out(workbook):
    """Central directory says less than the member holds; readers differ in what they would then unpack."""
    path = workbook({"S": [["a"], *([i] for i in range(200))]})
    raw = bytearray(path.read_bytes())
    at = raw.rfind(b"PK\x01\x02", 0, raw.rfind(b"xl/worksheets/sheet1.xml"))
    struct.pack_into("<I", raw, at + 24, 10)
    path.write_bytes(raw)
    problem = refused(path)
    assert problem.rule == "damaged" and "claims 10" in problem.found


def test_an_encrypted_member_is_refused(workbook):
    path = workbook({"S": [["a"], [1]]})
    raw = bytearray(path.read_bytes())
    at = raw.find(b"PK\x01\x02")
    raw[at + 8] |= 1
    path.write_bytes(raw)
    assert refused(path).rule == "encrypted"


CELL = st.one_of(
    st.none(),
    st.integers(-(2**40), 2**40),
    st.floats(-1e9, 1e9, allow_nan=False).map(lambda x: round(x, 6)),
    st.text("abc0 é", min_size=1, max_size=5).filter(str.strip),  # Excel's XML does not keep blanks alone
    st.dates(dt.date(1990, 1, 1), dt.date(2090, 1, 1)),
    st.booleans(),
)


@settings(deadline=None, max_examples=50)  # the machine may be busy
@given(st.sampled_from(["whole", "mixed"]), st.lists(st.tuples(CELL, CELL), max_size=8))
def test_what_is_written_is_read_back(tmp_path_factory, kind, rows):
    """Every row that holds something comes back under its sheet row, with each cell as it was or as text."""
    if kind == "whole":
        rows = [tuple(cell if type(cell) is int else None for cell in row) for row in rows]
    path = tmp_path_factory.mktemp("xlsx") / "t.xlsx"
    book = openpyxl.Workbook()
    for row in [("x", "y"), *rows]:
        book.active.append(row)
    book.save(path)
    table, numbers, problems = load(path)
    assert problems == []
    expected = [(i, row) for i, row in enumerate(rows, start=2) if any(cell is not None for cell in row)]
    assert numbers == [i for i, _ in expected]
    for name, position in (("x", 0), ("y", 1)):
        wanted = [row[position] for _, row in expected]
        found = table[name].to_pylist()
        assert [v is None for v in found] == [v is None for v in wanted]
        if len({float if type(v) is int else type(v) for v in wanted if v is not None}) <= 1:
            assert found == wanted
        else:
            assert all(v is None or isinstance(v, str) for v in found)
