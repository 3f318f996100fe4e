"""One source column as one ontology column: which reader its kind and its binding ask for, and the problems it gives."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from belvedere.errors import UnreadableFile
from belvedere.ontology.schema import Column, Kind
from belvedere.problems import Problem, shorten
from belvedere.reference.places import Places
from belvedere.sources import convert
from belvedere.sources.convert import Converted, Fault, blank, by_distinct, one_array
from belvedere.sources.figures import keep_within, limits_of_column
from belvedere.sources.mapping import Binding, Mapping, ValueColumn
from belvedere.sources.mapping_errors import near
from belvedere.sources.raw import RawTable

SEPARATORS = (";", ",", "\t", "|")
WITHHELD = "a text that may name a person (not shown)"
NUMERIC = (Kind.NUMBER, Kind.INTEGER)
FILLED_BY_OTHERWISE = (Fault.NO_MATCH, Fault.UNKNOWN_CODE)
INSTANT = "the moment the row was published"


@dataclass(frozen=True)
class RowColumn:
    """A source column read as an ontology column: its cells, what was read, which were empty, what was expected."""

    target: Column
    source: str
    cells: pa.Array
    converted: Converted
    empty: np.ndarray
    expected: str

    @property
    def values(self) -> pa.Array:
        return self.converted.values

    @property
    def faults(self) -> np.ndarray:
        return self.converted.faults

    def with_converted(self, converted: Converted) -> RowColumn:
        """The same cells, read more strictly."""
        return replace(self, converted=converted)


def check_header(header: list[str], mapping: Mapping) -> tuple[str, ...]:
    """Columns of the file that the mapping does not speak of; raises UnreadableFile when one that it needs is missing."""
    lacking = [name for name, needed in mapping.source_columns.items() if needed and name not in header]
    if lacking:
        expected = "; ".join(f"column {name!r} ({near(name, header)})" for name in lacking)
        separators = [mark for mark in SEPARATORS if len(header) == 1 and mark in header[0]]
        if separators:
            expected += (
                f"; the header came as one column: is the separator {separators[0]!r}, not {mapping.format.separator!r}?"
            )
        raise UnreadableFile(Problem("missing-column", f"columns {shorten(', '.join(header))}", expected))
    spoken_of = {*mapping.source_columns, *mapping.ignored}
    return tuple(name for name in header if name not in spoken_of)


def read_column(column: pa.ChunkedArray, binding: Binding, target: Column, mapping: Mapping, places: Places) -> RowColumn:
    """A column of keys, codes, dates or texts. An empty cell of a required column is a fault without an `otherwise`."""
    cells = one_array(column)
    empty = blank(cells, mapping.missing.tokens)
    there = pc.if_else(pa.array(~empty), cells, pa.scalar(None, cells.type)) if empty.any() else cells
    converted, expected = _read(there, binding, target, mapping, places)
    if binding.otherwise is not None:
        filled = empty | np.isin(converted.faults, FILLED_BY_OTHERWISE)
        values = pc.if_else(pa.array(filled), _constant(binding.otherwise, target), converted.values)
        converted, empty = Converted(values, np.where(filled, 0, converted.faults).astype(np.int8)), empty & ~filled
    if target.required:
        converted = convert.refuse(converted, empty, Fault.MISSING)
    return RowColumn(target, binding.column, cells, converted, empty, expected)


def _constant(text: str, target: Column) -> pa.Scalar:
    return pa.scalar(text, pa.string()).cast(target.arrow.type)


def _read(cells: pa.Array, binding: Binding, target: Column, mapping: Mapping, places: Places) -> tuple[Converted, str]:
    """What was read, and in words what was expected."""
    texts, faults = cells, np.zeros(len(cells), dtype=np.int8)
    if binding.extract is not None:
        part = convert.to_part(cells, pattern=binding.extract)
        texts, faults = part.values, part.faults
    if binding.zero_pad is not None:
        texts = pc.utf8_lpad(convert.as_text(texts), binding.zero_pad, "0")
    if binding.codes:
        part = convert.to_code(texts, codes=binding.codes, partial=target.place)
        texts, faults = part.values, np.maximum(faults, part.faults)
    read, expected = _typed(texts, binding, target, mapping, places)
    if binding.codes and not target.place:
        expected = f"one of {shorten(', '.join(binding.codes))}"
    return Converted(read.values, np.maximum(faults, read.faults)), expected


def _typed(texts: pa.Array, binding: Binding, target: Column, mapping: Mapping, places: Places) -> tuple[Converted, str]:
    """Texts read as the kind of the ontology column."""
    layout = mapping.format
    if target.place:
        read = convert.to_place(texts, schemes=binding.schemes, resolve=places.resolve)
        expected = f"a place code of scheme {' or '.join(binding.schemes)}"
    elif target.kind is Kind.DATE:
        read = _shifted(convert.to_date(texts, formats=binding.formats), binding.plus_days)
        read = convert.only_between(read, target.minimum, target.maximum)
        expected = f"a date written {' or '.join(binding.formats) or 'as a date'}"
    elif target.kind is Kind.TIMESTAMP:
        read = convert.to_timestamp(texts, formats=binding.formats, zone=mapping.clock.timezone)
        expected = f"a moment written {' or '.join(binding.formats) or 'as a timestamp'}"
    elif target.kind in NUMERIC:
        reader = convert.to_integer if target.kind is Kind.INTEGER and binding.scale is None else convert.to_number
        read = _scaled(reader(texts, decimal=layout.decimal, thousands=layout.thousands), binding.scale)
        read = keep_within(read, limits_of_column(target))
        expected = number_expected(mapping)
    elif target.kind is Kind.BOOLEAN:
        read, expected = convert.to_boolean(texts), "true or false"
    else:
        read = _closed(by_distinct(texts, lambda found: Converted(found, np.zeros(len(found), np.int8))), target)
        expected = _text_expected(target)
    return read, expected


def _text_expected(target: Column) -> str:
    if target.codes is not None:
        return f"one of {shorten(', '.join(target.codes))}"
    return f"a text of the form {target.pattern}" if target.pattern else "a text"


def _closed(read: Converted, target: Column) -> Converted:
    """Texts that are in the column's code list and have its form; the rest at fault."""
    if target.codes is None and target.pattern is None:
        return read

    def check(texts: pa.Array) -> Converted:
        found = texts.to_pylist()
        form = re.compile(target.pattern or ".*", re.DOTALL)
        stranger = np.array([target.codes is not None and t not in target.codes for t in found], dtype=bool)
        ill_formed = np.array([form.fullmatch(t) is None for t in found], dtype=bool)
        checked = convert.refuse(Converted(texts, np.zeros(len(found), np.int8)), stranger, Fault.UNKNOWN_CODE)
        return convert.refuse(checked, ill_formed, Fault.WRONG_FORM)

    checked = by_distinct(read.values, check)
    return Converted(checked.values, np.maximum(read.faults, checked.faults))


def _shifted(read: Converted, days: int) -> Converted:
    if days == 0:
        return read
    moved = pc.add(read.values.cast(pa.int32()), pa.scalar(days, pa.int32())).cast(pa.date32())
    return Converted(moved, read.faults)


def _scaled(read: Converted, factor: float | None) -> Converted:
    return read if factor is None else Converted(pc.multiply(read.values.cast(pa.float64()), factor), read.faults)


def number_expected(mapping: Mapping) -> str:
    """In words: how a number must be written."""
    marks = f"decimal sign {mapping.format.decimal!r}"
    return f"a number, {marks}" + (f", thousands parted by {mapping.format.thousands!r}" if mapping.format.thousands else "")


def read_figures(cells: pa.Array, value: ValueColumn, target: Column, mapping: Mapping, skip: np.ndarray) -> RowColumn:
    """A value column as numbers. skip: cells hidden by the source, which are read as no figure at all."""
    empty = blank(cells, mapping.missing.tokens)
    silent = empty | skip
    there = pc.if_else(pa.array(~silent), cells, pa.scalar(None, cells.type)) if silent.any() else cells
    read = _scaled(convert.to_number(there, decimal=mapping.format.decimal, thousands=mapping.format.thousands), value.scale)
    return RowColumn(target, value.column, cells, read, empty, number_expected(mapping))


def read_stated(raw: RawTable, mapping: Mapping) -> RowColumn | None:
    """When the source says it published each row; None where it does not say so row by row."""
    published = mapping.clock.published
    if published is None or published.column is None:
        return None
    cells = one_array(raw.columns[published.column])
    empty = blank(cells, mapping.missing.tokens)
    target = Column(Kind.TIMESTAMP, INSTANT, name="stated_at", required=True)
    has_hour = any("%H" in form for form in published.formats) or pa.types.is_timestamp(cells.type)
    if has_hour:
        read = convert.to_timestamp(cells, formats=published.formats, zone=mapping.clock.timezone)
    else:
        days = convert.to_date(cells, formats=published.formats)
        at = lambda d: convert.to_utc(dt.datetime.combine(d, published.hour), mapping.clock.timezone)  # noqa: E731
        different, indices = convert.distinct(days.values)
        moments = pa.array([at(day) for day in different.to_pylist()], convert.UTC_MICROSECONDS)
        read = Converted(moments.take(pa.array(indices, mask=indices < 0)), days.faults)
    read = convert.refuse(Converted(read.values, np.where(empty, 0, read.faults).astype(np.int8)), empty, Fault.MISSING)
    return RowColumn(
        target, published.column, cells, read, empty, f"a date written {' or '.join(published.formats) or 'as a date'}"
    )


def problems_of(column: RowColumn, rows: np.ndarray, among: np.ndarray, key_known: np.ndarray) -> list[Problem]:
    """One problem for each cell at fault among the rows asked for."""
    where = np.flatnonzero((column.faults != 0) & among)
    if not len(where):
        return []
    found = column.cells.take(pa.array(where)).to_pylist()
    expected = {fault: expected_of(Fault(fault), column) for fault in np.unique(column.faults[where]).tolist()}
    return [
        Problem(Fault(fault).rule, _shown(text, fault, column.target), expected[fault], row, column.source, known)
        for text, fault, row, known in zip(
            found, column.faults[where].tolist(), rows[where].tolist(), key_known[where].tolist(), strict=True
        )
    ]


def _shown(found: object, fault: int, target: Column) -> str:
    if fault == Fault.MISSING:
        return "nothing"
    return WITHHELD if target.identity else shorten(found if isinstance(found, str) else str(found))


def expected_of(fault: Fault, column: RowColumn) -> str:
    """In words: what should have stood there."""
    if fault is Fault.NOT_A_WHOLE_NUMBER:
        return "a whole number: what is counted here comes in whole ones"
    if fault is Fault.NEGATIVE_STOCK:
        return "zero or more: what is present, or counted since the beginning, cannot be fewer than none"
    if fault is Fault.OUT_OF_RANGE:
        low, high = column.target.minimum, column.target.maximum
        bounds = [f"at least {low}"] * (low is not None) + [f"at most {high}"] * (high is not None)
        return " and ".join(bounds) or "a figure that what is counted can have"
    return column.expected
