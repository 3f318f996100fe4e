"""XLSX: typed cells with their sheet row, read by python-calamine once the archive is known to be safe.

calamine returns nothing for a formula error and fills memory with a dense grid from the first to the last cell, so the
sheet's XML is scanned first, streaming, for its extent, its errors and its formulas never calculated.
"""

from __future__ import annotations

import datetime as dt
import posixpath
import xml.parsers.expat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pyarrow as pa
import python_calamine as calamine

from belvedere.problems import Problem
from belvedere.sources.raw import MEBIBYTE, FormatSpec, RawTable, check_header, refuse
from belvedere.sources.text_inspection import recognise
from belvedere.sources.zip_check import check_zip

GRID_BYTES_PER_CELL = 32  # calamine's size of a cell, empty or not
MAX_PART_BYTES = 4 * MEBIBYTE  # of the parts read whole; the list of sheets takes some kilobytes
EXACT_INTEGERS = 2**53  # beyond it a float no longer tells neighbouring integers apart
ENCRYPTED_MARK = "EncryptedPackage".encode("utf-16-le")
OTHER_WORKBOOKS = {"xl/vbaProject.bin": "a workbook with macros (XLSM)", "xl/workbook.bin": "a binary workbook (XLSB)",
                   "content.xml": "an OpenDocument file (ODS)"}  # fmt: skip
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

WHOLE = "a whole XLSX workbook"
Cell = tuple[int, int]  # row and column, both from 1
Range = tuple[Cell, Cell]  # top left and bottom right


def read_xlsx(path: Path, spec: FormatSpec) -> Iterator[RawTable]:
    """Yield one sheet in chunks of at most `spec.chunk_rows` rows; at least one.

    A column has one type throughout: whole numbers come back as int64, dates and times as such, and a column that mixes
    kinds as text (dates in ISO form, numbers with `spec.decimal`). Empty cells are null, blank rows are passed over.
    Set aside: rows with a formula error, with a formula saved without its value, or touched by merged cells.
    What Excel has dropped (leading zeros) cannot be known here.
    Raises UnreadableFile when the workbook or the sheet as a whole cannot be used.
    """
    names = check_workbook(path, spec)
    try:
        with calamine.CalamineWorkbook.from_path(path) as workbook:
            sheet_name = _choose_sheet(workbook, spec)
            marks = _scan_sheet(path, _sheet_member(path, sheet_name, names))
            _check_extent(marks, spec)
            sheet = workbook.get_sheet_by_name(sheet_name)
            grid, merged = _grid(sheet), _merged(sheet)
    except calamine.CalamineError as error:
        raise refuse("damaged", f"a workbook that cannot be read ({error})", WHOLE) from None
    yield from _tables(grid, marks, merged, spec)


def check_workbook(path: Path, spec: FormatSpec) -> list[str]:
    """The members of an XLSX workbook that is safe to open; raises UnreadableFile for anything else."""
    with path.open("rb") as file:
        head = file.read(4096)
        if head.startswith(b"\xd0\xcf\x11\xe0"):
            raise _old_or_encrypted(head + file.read(1 << 22))
    if not head.startswith(b"PK"):
        found = recognise(head) or ("text or an unknown format" if head else "0 bytes")
        raise refuse("not-a-table" if head else "empty-file", found, "an XLSX workbook")
    names = check_zip(path, spec)
    other = next((kind for member, kind in OTHER_WORKBOOKS.items() if member in names), None)
    if other or "xl/workbook.xml" not in names:
        raise refuse("not-a-table", other or "a ZIP archive without a workbook", "an XLSX workbook: save as XLSX or CSV")
    return names


@dataclass
class SheetMarks:
    """What the scan of a sheet's XML notes: first and last cell that holds anything, and cells whose value cannot be had."""

    first: Cell | None = None
    last: Cell | None = None
    errors: dict[Cell, str] = field(default_factory=dict)
    uncalculated: set[Cell] = field(default_factory=set)


class _SheetScan:
    """Expat handlers for the elements row, c (cell), f (formula), v (value) and is (inline text)."""

    def __init__(self) -> None:
        self.marks = SheetMarks()
        self.row = self.column = 0
        self.is_error = self.has_formula = self.has_value = False
        self.text: list[str] = []
        self.parser = xml.parsers.expat.ParserCreate()
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "c":
            self.row, self.column = _cell(attributes["r"]) if "r" in attributes else (self.row, self.column + 1)
            self.is_error, self.has_formula, self.has_value = attributes.get("t") == "e", False, False
        elif name == "row":
            self.row, self.column = int(attributes.get("r", self.row + 1)), 0
        elif name == "f":
            self.has_formula = True
        elif name in ("v", "is"):
            self.text = []
            self.parser.CharacterDataHandler = self.text.append

    def end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        if name in ("v", "is"):
            self.parser.CharacterDataHandler = None
            self.has_value = name == "is" or bool(self.text)
        elif name == "c" and (self.has_value or self.has_formula):
            self._note()

    def _note(self) -> None:
        marks, cell = self.marks, (self.row, self.column)
        marks.first = cell if marks.first is None else tuple(map(min, marks.first, cell))
        marks.last = cell if marks.last is None else tuple(map(max, marks.last, cell))
        if self.is_error:
            marks.errors[cell] = "".join(self.text)
        elif self.has_formula and not self.has_value:
            marks.uncalculated.add(cell)


def _scan_sheet(path: Path, member: str) -> SheetMarks:
    scan = _SheetScan()
    try:
        with zipfile.ZipFile(path) as archive, archive.open(member) as xml_file:
            scan.parser.ParseFile(xml_file)
    except (xml.parsers.expat.ExpatError, ValueError, zipfile.BadZipFile) as error:
        raise refuse("damaged", f"the sheet's XML is broken ({error})", WHOLE) from None
    return scan.marks


def _check_extent(marks: SheetMarks, spec: FormatSpec) -> None:
    if marks.first is None:
        raise refuse("empty-file", "a sheet without any value", "a table with column names")
    rows, columns = (last - first + 1 for first, last in zip(marks.first, marks.last, strict=True))
    limit = spec.max_unpacked_bytes // GRID_BYTES_PER_CELL
    if rows * columns > limit:
        found = f"cells spread over {rows:,} rows and {columns:,} columns, down to {_name(marks.last)}"
        expected = f"a table of at most {limit:,} cells: remove the stray cell or split the sheet"
        raise refuse("unpacks-too-large", found, expected)


def _choose_sheet(workbook: calamine.CalamineWorkbook, spec: FormatSpec) -> str:
    sheets = [s for s in workbook.sheets_metadata if s.typ == calamine.SheetTypeEnum.WorkSheet]
    names = [s.name for s in sheets]
    if isinstance(spec.sheet, str) and spec.sheet in names:
        return spec.sheet
    if isinstance(spec.sheet, int) and 1 <= spec.sheet <= len(names):
        return names[spec.sheet - 1]
    visible = [s.name for s in sheets if s.visible == calamine.SheetVisibleEnum.Visible]
    if spec.sheet is None and len(visible) == 1:
        return visible[0]
    listed = f"{len(names)} sheets: {', '.join(map(repr, names))}"
    wanted = "the mapping to name one of them" if spec.sheet is None else f"the sheet {spec.sheet!r}"
    raise refuse("no-such-sheet", listed, wanted)


def _sheet_member(path: Path, sheet_name: str, names: list[str]) -> str:
    """The archive member that holds the sheet, by the workbook's relations."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = [archive.getinfo(name) for name in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")]
            if max(part.file_size for part in parts) > MAX_PART_BYTES:
                raise refuse("unpacks-too-large", f"a list of sheets of over {MAX_PART_BYTES:,} bytes", "an XLSX workbook")
            workbook, relations = (ElementTree.fromstring(archive.read(part)) for part in parts)
    except (ElementTree.ParseError, KeyError) as error:
        raise refuse("damaged", f"the workbook's list of sheets is broken ({error})", WHOLE) from None
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    wanted = next((e.get(RELATION) for e in workbook.iter() if e.tag.endswith("}sheet") and e.get("name") == sheet_name), None)
    member = posixpath.normpath(posixpath.join("/xl", targets.get(wanted, ""))).lstrip("/")
    if member not in names:
        raise refuse("damaged", f"the sheet {sheet_name!r} is listed and not there", WHOLE)
    return member


@dataclass(frozen=True)
class _Grid:
    """Cells from the first to the last that holds a value; row and column are those of cells[0][0], from 1."""

    cells: list[list[object]]
    row: int
    column: int


def _grid(sheet: calamine.CalamineSheet) -> _Grid:
    row, column = sheet.start or (0, 0)
    return _Grid(sheet.to_python(), row + 1, column + 1)


def _merged(sheet: calamine.CalamineSheet) -> list[Range]:
    ranges = sheet.merged_cell_ranges or []
    return [((r1 + 1, c1 + 1), (r2 + 1, c2 + 1)) for (r1, c1), (r2, c2) in ranges if (r1, c1) != (r2, c2)]


def _tables(grid: _Grid, marks: SheetMarks, merged: list[Range], spec: FormatSpec) -> Iterator[RawTable]:
    header_row = spec.header_row or 0
    body = grid.cells[max(0, header_row + 1 - grid.row) :]
    first = max(grid.row, header_row + 1)
    columns = _columns(grid, body, spec)
    aside = _set_aside(columns, marks, merged, header_row, first + len(body) - 1, spec)
    kept = [first + i for i, cells in enumerate(body) if first + i not in aside and any(cell != "" for cell in cells)]
    arrays = [_array([body[row - first][at - grid.column] for row in kept], spec) for at in columns]
    table = pa.table(arrays, list(columns.values()))
    problems = [problem for row in sorted(aside) for problem in aside[row]]
    rows = np.array(kept, dtype=np.int64)
    for start in range(0, max(1, len(kept)), spec.chunk_rows):
        stop = start + spec.chunk_rows
        yield RawTable(table.slice(start, spec.chunk_rows), rows[start:stop], tuple(problems) if start == 0 else ())


def _columns(grid: _Grid, body: list[list[object]], spec: FormatSpec) -> dict[int, str]:
    """Column names by sheet column; columns without name and without any value are dropped."""
    width = len(grid.cells[0]) if grid.cells else 0
    at = (spec.header_row or 0) - grid.row
    found = grid.cells[at] if spec.header_row and 0 <= at < len(grid.cells) else [""] * width
    if spec.header is not None:
        if len(spec.header) != width:
            raise refuse("wrong-number-of-fields", f"{width} columns", f"{len(spec.header)} columns: {', '.join(spec.header)}")
        return {grid.column + i: name for i, name in enumerate(spec.header)}
    if all(cell == "" for cell in found):
        raise refuse("missing-header", "a blank row", "a row of column names", row=spec.header_row)
    named = {grid.column + i: _text(cell, spec) for i, cell in enumerate(found)}
    used = {at: name for at, name in named.items() if name.strip() or any(row[at - grid.column] != "" for row in body)}
    check_header(list(used.values()), spec.header_row)
    return used


def _set_aside(
    columns: dict[int, str], marks: SheetMarks, merged: list[Range], header_row: int, last_row: int, spec: FormatSpec
) -> dict[int, list[Problem]]:
    """Problems by sheet row, for rows below the header and columns that matter."""
    aside: dict[int, list[Problem]] = {}

    def note(rule: str, cell: Cell, found: str, expected: str) -> None:
        row, column = cell
        if row > header_row and column in columns and spec.wants(columns[column]):
            aside.setdefault(row, []).append(Problem(rule, f"{found} in cell {_name(cell)}", expected, row, columns[column]))

    for cell, text in marks.errors.items():
        note("formula-error", cell, text, "a value: mend the formula in the workbook")
    for cell in marks.uncalculated:
        note("formula-without-value", cell, "a formula saved without its result", "a value: open and save it in Excel")
    for (top, left), (bottom, right) in merged:
        found = f"merged cells {_name((top, left))}:{_name((bottom, right))}"
        column = next((c for c in range(left, right + 1) if c in columns and spec.wants(columns[c])), left)
        for row in range(max(top, header_row + 1), min(bottom, last_row) + 1):
            if row not in aside:
                note("merged-cells", (row, column), found, "one value in each cell: unmerge and fill in")
    return aside


def _array(values: list[object], spec: FormatSpec) -> pa.Array:
    """One Arrow type for a column, text when it mixes kinds; "" is null."""
    kinds = {type(value) for value in values if value != ""}
    cells = [None if value == "" else value for value in values]
    if kinds and kinds <= {float, int}:
        whole = all(v is None or _is_whole(v) for v in cells)
        if whole:
            return pa.array([None if v is None else int(v) for v in cells], pa.int64())
        return pa.array([None if v is None else float(v) for v in cells], pa.float64())
    if kinds == {dt.date, dt.datetime}:
        midnights = [dt.datetime.combine(v, dt.time()) if type(v) is dt.date else v for v in cells]
        return pa.array(midnights, pa.timestamp("us"))
    if len(kinds) > 1:
        return pa.array([None if v is None else _text(v, spec) for v in cells], pa.string())
    return pa.array(cells, pa.string()) if kinds <= {str} else pa.array(cells)


def _is_whole(value: float) -> bool:
    return float(value).is_integer() and abs(value) < EXACT_INTEGERS


def _text(value: object, spec: FormatSpec) -> str:
    if isinstance(value, float):
        return str(int(value)) if _is_whole(value) else repr(value).replace(".", spec.decimal)
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)


def _cell(name: str) -> Cell:
    """ "C5" as (5, 3)."""
    letters = name.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter.upper()) - 64
    return int(name[len(letters) :]), column


def _name(cell: Cell) -> str:
    row, column = cell
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"


def _old_or_encrypted(data: bytes) -> Exception:
    if ENCRYPTED_MARK in data:
        return refuse("encrypted", "a workbook protected by a password", "a workbook saved without password")
    return refuse("not-a-table", "an old Excel workbook (XLS)", "an XLSX workbook: save as XLSX or CSV")
