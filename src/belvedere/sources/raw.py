"""What every format reader is given (`FormatSpec`) and what it yields (`RawTable`)."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from belvedere.errors import MappingError, UnreadableFile
from belvedere.problems import Problem, shorten

MEBIBYTE = 1 << 20
GIBIBYTE = 1 << 30
KINDS = ("csv", "xlsx", "parquet")


@dataclass(frozen=True)
class FormatSpec:
    """How one file is laid out, and how much of it may be taken into memory.

    kind: "csv", "xlsx" or "parquet".
    separator, encoding, quote: CSV only; quote None means that quotes are ordinary characters.
    decimal, thousands: how numbers are written; the CSV reader passes cells on verbatim.
    sheet: XLSX sheet by name or number (first is 1); None when the workbook has one visible sheet.
    header_row: row of the column names, first row is 1; None when the file has no such row.
    header: column names to use instead of those in the file (required when header_row is None).
    columns: the columns that will be read; formula errors, merged cells and nested columns elsewhere are no trouble. None: all.
    chunk_rows: rows in a yielded table at most. max_*: limits beyond which a file is refused.

    Raises MappingError for a layout that contradicts itself.
    """

    kind: str = "csv"
    separator: str = ","
    encoding: str = "utf-8"
    decimal: str = "."
    thousands: str | None = None
    quote: str | None = '"'
    sheet: str | int | None = None
    header_row: int | None = 1
    header: tuple[str, ...] | None = None
    columns: tuple[str, ...] | None = None
    chunk_rows: int = 200_000
    max_line_bytes: int = MEBIBYTE
    max_file_bytes: int = 2 * GIBIBYTE
    max_unpacked_bytes: int = 512 * MEBIBYTE
    max_unpack_ratio: int = 200

    def __post_init__(self) -> None:
        for name in ("header", "columns"):
            names = getattr(self, name)
            if names is not None:
                object.__setattr__(self, name, tuple(names))
        try:
            codecs.lookup(self.encoding)
        except LookupError:
            raise MappingError(f"format: found encoding {self.encoding!r}, expected one such as 'utf-8' or 'cp1252'") from None
        names = self.header or ()
        self._require(self.kind in KINDS, "kind", f"one of {', '.join(KINDS)}")
        self._require(_is_mark(self.separator), "separator", "one character")
        self._require(self.quote is None or _is_mark(self.quote), "quote", "one character, or nothing")
        self._require(self.quote != self.separator, "quote", "another character than the separator")
        self._require(self.decimal != self.thousands, "thousands", "another mark than the decimal one")
        self._require(self.header_row is None or self.header_row >= 1, "header_row", "1 or more, or nothing")
        self._require(self.header_row is not None or bool(names), "header", "column names, as there is no header_row")
        self._require(len(set(names)) == len(names), "header", "each name once")
        self._require(all(name.strip() for name in names), "header", "no blank name")
        for limit in ("chunk_rows", "max_line_bytes", "max_file_bytes", "max_unpacked_bytes", "max_unpack_ratio"):
            self._require(getattr(self, limit) >= 1, limit, "1 or more")

    def _require(self, holds: bool, field: str, expected: str) -> None:
        if not holds:
            raise MappingError(f"format: found {field} {getattr(self, field)!r}, expected {expected}")

    def wants(self, column: str) -> bool:
        """Whether trouble in this column matters."""
        return self.columns is None or column in self.columns


@dataclass(frozen=True)
class RawTable:
    """One chunk of a file, as it stands there.

    columns: CSV: string columns, cells verbatim, never null (an empty cell is "", quoted or not).
        XLSX, Parquet: own types, an empty cell is null.
    rows: int64, shape (columns.num_rows,): row of each record in its source. CSV: line on which the record starts,
        first line is 1; XLSX: sheet row; Parquet: first row is 1.
    problems: what the reader set aside in this chunk.
    """

    columns: pa.Table
    rows: np.ndarray
    problems: tuple[Problem, ...] = ()

    def __post_init__(self) -> None:
        if self.rows.shape != (self.columns.num_rows,):
            raise ValueError(f"rows has shape {self.rows.shape}, expected ({self.columns.num_rows},)")


def refuse(rule: str, found: object, expected: str, *, row: int | None = None, column: str | None = None) -> UnreadableFile:
    """The error that sets a whole file aside."""
    return UnreadableFile(Problem(rule, shorten(found), expected, row=row, column=column))


def check_header(names: list[str], row: int | None) -> None:
    """Raise UnreadableFile unless every column has a name of its own."""
    hint = "a name for each column; the mapping may give them as header = [...]"
    blank = [str(i) for i, name in enumerate(names, start=1) if not name.strip()]
    if blank:
        raise refuse("blank-header", f"no name for column {', '.join(blank)} of {len(names)}", hint, row=row)
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise refuse("duplicate-header", f"{', '.join(map(repr, twice))} more than once", hint, row=row, column=twice[0])


def _is_mark(text: str) -> bool:
    return len(text) == 1 and text not in "\r\n\0"
