"""CSV: every cell verbatim as text, every record with the line it starts on.

Read with the standard library's csv module: of the readers at hand it alone knows the physical line of each record when
quoted cells hold line ends (pyarrow.csv numbers records, not lines, and only those it rejects).
"""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import numpy as np
import pyarrow as pa

from belvedere.problems import Problem, shorten
from belvedere.sources.raw import MEBIBYTE, FormatSpec, RawTable, check_header, refuse
from belvedere.sources.text_inspection import TextShape, inspect_text

OTHER_SEPARATORS = (",", ";", "\t", "|")
CHUNK_CHARACTERS = 4 * MEBIBYTE  # as Python strings some 15 times as much


def read_csv(path: Path, spec: FormatSpec) -> Iterator[RawTable]:
    """Yield the file in chunks of at most `spec.chunk_rows` rows; at least one, so that the columns are known.

    Blank lines are passed over. Set aside with a reason: records with a wrong number of fields, with broken quotes, or cut off
    at the end of the file. A last line without line end is kept if it has all its fields.
    Raises UnreadableFile before the first chunk when the file as a whole cannot be used.
    """
    shape = inspect_text(path, spec)
    with path.open(encoding=spec.encoding, newline=shape.line_end) as file:
        if file.read(1) != "\ufeff":  # a byte order mark is no part of the first name
            file.seek(0)
        skipped = 0 if spec.header_row is None else spec.header_row - 1
        for _ in itertools.islice(file, skipped):
            pass
        yield from _Records(file, spec, shape, skipped).chunks()


class _Records:
    """The records of one open file, from its header on."""

    def __init__(self, file: TextIO, spec: FormatSpec, shape: TextShape, skipped: int) -> None:
        self.spec, self.shape, self.skipped = spec, shape, skipped
        self.file = file
        self.characters = 0
        self.record: list[str] = []  # the lines of the record being read
        quoting = {"quoting": csv.QUOTE_NONE} if spec.quote is None else {"quotechar": spec.quote}
        self.reader = csv.reader(self._lines(), delimiter=spec.separator, strict=True, **quoting)

    def chunks(self) -> Iterator[RawTable]:
        columns = self._columns()
        width = len(columns)
        cells: list[str] = []  # flat: a list per row costs twice the time
        rows: list[int] = []
        problems: list[Problem] = []
        yielded = False
        for start, fields in self._records():
            if isinstance(fields, Problem):
                problems.append(fields)
            elif len(fields) == width:
                cells.extend(fields)
                rows.append(start)
            elif fields:
                problems.append(self._miscounted(start, fields, width))
            if len(rows) + len(problems) >= self.spec.chunk_rows or self.characters >= CHUNK_CHARACTERS:
                yield _table(columns, cells, rows, problems)
                cells, rows, problems, yielded, self.characters = [], [], [], True, 0
        if rows or problems or not yielded:
            yield _table(columns, cells, rows, problems)

    def _lines(self) -> Iterator[str]:
        held = 0
        for line in self.file:
            held = held + len(line) if self.record else len(line)
            if held > self.spec.max_line_bytes and self.record:
                raise _EndlessRecord
            self.record.append(line)
            self.characters += len(line)
            yield line

    def _records(self) -> Iterator[tuple[int, list[str] | Problem]]:
        """Each record with its first line: its fields ([] for a blank line), or the problem that sets it aside."""
        while True:
            start = self.skipped + self.reader.line_num + 1
            self.record.clear()
            try:
                yield start, next(self.reader)
            except StopIteration:
                return
            except (csv.Error, _EndlessRecord) as error:
                if not self.record:
                    return
                problem, resume = self._broken(start, error)
                yield start, problem
                if not resume:
                    return

    def _columns(self) -> list[str]:
        """The column names; leaves the reader on the first data record."""
        spec = self.spec
        if spec.header_row is None:
            return list(spec.header)
        start, found = next(self._records(), (spec.header_row, []))
        if isinstance(found, Problem) or len(found) == 1:
            self._check_separator(start)
        if isinstance(found, Problem):
            raise refuse(found.rule, found.found, "a row of column names", row=start)
        if not found:
            lines = "a blank line" if start <= self.shape.lines else f"{self.shape.lines:,} lines in all"
            raise refuse("missing-header", lines, "a row of column names", row=start)
        if spec.header is not None:
            return list(spec.header)
        check_header(found, start)
        return found

    def _check_separator(self, row: int) -> None:
        """Raise UnreadableFile if another separator would split the header."""
        text = "".join(self.record).rstrip("\r\n")
        widths = {mark: _width(text, mark, self.spec.quote) for mark in OTHER_SEPARATORS if mark != self.spec.separator}
        best = max(widths, key=widths.get)
        if widths[best] > 1:
            raise refuse("wrong-separator", f"{shorten(text, 80)}, which {best!r} would split into {widths[best]} columns",
                         f"columns separated by {self.spec.separator!r}", row=row)  # fmt: skip

    def _miscounted(self, start: int, fields: list[str], width: int) -> Problem:
        last = self.skipped + self.reader.line_num == self.shape.lines
        if last and not self.shape.complete and len(fields) < width:
            found = f"{len(fields)} fields, then the end of the file"
            return Problem("truncated", found, f"{width} fields and a line end", row=start)
        shown = shorten(self.spec.separator.join(fields), 80)
        return Problem("wrong-number-of-fields", f"{len(fields)} fields: {shown}", f"{width} fields", row=start)

    def _broken(self, start: int, error: Exception) -> tuple[Problem, bool]:
        """The problem for a record the csv module rejects, and whether the line after it can be trusted to start another.

        A quote that never closes swallows what follows; rows made of what may be the inside of a cell would be invented, so
        all of it is set aside.
        """
        end = self.skipped + self.reader.line_num
        text = "".join(self.record)
        at_end = str(error) == "unexpected end of data"
        overlong = str(error).startswith("field larger") and (self.spec.quote or "\0") in text
        if at_end or overlong or isinstance(error, _EndlessRecord):
            lines = f"lines {start:,} to {self.shape.lines:,} set aside"
            found = f"a quote opened here and not closed: {shorten(text, 60)!r}; {lines}"
            return Problem("truncated" if at_end else "broken-record", found, "a closing quote", row=start), False
        lines = f"lines {start:,} to {end:,}: " if end > start else ""
        found = f"{lines}{shorten(text.rstrip(), 80)} ({error})"
        expected = f"fields separated by {self.spec.separator!r}, quotes closed, and doubled inside"
        return Problem("broken-record", found, expected, row=start), True


class _EndlessRecord(Exception):
    """A record has grown past the limit of a line: its quote will hardly close."""


def _table(columns: list[str], cells: list[str], rows: list[int], problems: list[Problem]) -> RawTable:
    arrays = [pa.array(cells[i :: len(columns)], pa.string()) for i in range(len(columns))]
    return RawTable(pa.table(arrays, names=columns), np.array(rows, dtype=np.int64), tuple(problems))


def _width(text: str, separator: str, quote: str | None) -> int:
    """Into how many fields a separator splits a line, by a lenient count that no stray quote can stop."""
    outside = text.split(quote)[::2] if quote else [text]
    return sum(part.count(separator) for part in outside) + 1
