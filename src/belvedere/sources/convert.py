"""From the text of a cell to a number, a date, a code: strictly, and whole columns at a time.

Each function takes an Arrow array as a reader yields it (text from CSV, own types from Parquet and XLSX) and returns
`Converted`: the values, and for each row which fault, if any, kept it from being read. Nothing is guessed: a text that the
declared form does not cover is a fault. Text columns hold few distinct values: those are read, and spread over the rows.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

UTC_MICROSECONDS = pa.timestamp("us", tz="UTC")
LARGEST_WHOLE_DIGITS = 18  # more digits may not fit in 64 bits


class Fault(IntEnum):
    """Why a cell could not be read; `rule` is the name shown to people."""

    NONE = 0
    NOT_A_NUMBER = 1
    NOT_A_WHOLE_NUMBER = 2
    BAD_DATE = 3
    BAD_TIME = 4
    UNKNOWN_CODE = 5
    UNKNOWN_PLACE = 6
    NOT_YES_OR_NO = 7
    NO_MATCH = 8
    WRONG_FORM = 12
    OUT_OF_RANGE = 9
    NEGATIVE_STOCK = 10
    MISSING = 11

    @property
    def rule(self) -> str:
        """The fault's name in the vocabulary of problems: "not-a-number", "bad-date" …"""
        return self.name.lower().replace("_", "-")


@dataclass(frozen=True)
class Converted:
    """values: Arrow array of the wanted type, null where empty or at fault. faults: int8 `Fault`, same length."""

    values: pa.Array
    faults: np.ndarray

    def spread(self, indices: np.ndarray) -> Converted:
        """The same, one entry per row: indices (rows,) into this one; below zero means an empty cell."""
        empty = indices < 0
        faults = (
            np.where(empty, np.int8(0), self.faults[np.where(empty, 0, indices)]) if len(self.faults) else _no_faults(indices)
        )
        return Converted(self.values.take(pa.array(indices, mask=empty)), faults.astype(np.int8))


def _no_faults(rows: Sequence) -> np.ndarray:
    return np.zeros(len(rows), dtype=np.int8)


def _is_text(array: pa.Array) -> bool:
    return pa.types.is_string(array.type) or pa.types.is_large_string(array.type)


def _is_numeric(array: pa.Array) -> bool:
    kind = array.type
    return pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)


def one_array(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """The column as a single array, dictionaries unpacked."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], array.type)
    return array.dictionary_decode() if pa.types.is_dictionary(array.type) else array


def as_text(array: pa.Array) -> pa.Array:
    """Any column as trimmed text: whole floats without their ".0" (spreadsheets hold codes so), ISO dates, true, false."""
    if pa.types.is_null(array.type):
        return pa.nulls(len(array), pa.string())
    if pa.types.is_floating(array.type):
        array = pc.if_else(pc.is_nan(array), pa.scalar(None, array.type), array)
        whole = pc.and_(pc.equal(pc.floor(array), array), pc.less(pc.abs(array), 1e15))
        as_whole = pc.if_else(whole, array, pa.scalar(None, array.type)).cast(pa.int64()).cast(pa.string())
        return pc.coalesce(as_whole, array.cast(pa.string()))
    return pc.utf8_trim_whitespace(array.cast(pa.string()))


def distinct(array: pa.Array) -> tuple[pa.Array, np.ndarray]:
    """The distinct texts of a column and, for each row, which one (-1: null)."""
    encoded = array.dictionary_encode()
    indices = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False)
    return encoded.dictionary, indices


def _distinct_texts(array: pa.Array) -> tuple[pa.Array, np.ndarray]:
    """As `distinct`, trimmed; only the distinct cells are trimmed, so two may read alike."""
    cells, indices = distinct(array)
    return as_text(cells), np.where(_is_nan(cells)[indices], -1, indices) if pa.types.is_floating(cells.type) else indices


def _is_nan(numbers: pa.Array) -> np.ndarray:
    """shape (n + 1,): the last entry, False, is for index -1."""
    return np.append(np.isnan(numbers.to_numpy(zero_copy_only=False)), False)


def blank(array: pa.Array, tokens: Sequence[str]) -> np.ndarray:
    """Which cells are empty (rows,): null, not-a-number, or one of the tokens once trimmed."""
    if _is_text(array):
        return array.is_null().to_numpy(zero_copy_only=False) | matches(array, tokens)
    return array.is_null(nan_is_null=pa.types.is_floating(array.type)).to_numpy(zero_copy_only=False)


def matches(array: pa.Array, tokens: Sequence[str]) -> np.ndarray:
    """Which cells, as trimmed text, are one of the tokens (rows,)."""
    if not tokens:
        return np.zeros(len(array), dtype=bool)
    texts, indices = _distinct_texts(array)
    found = pc.is_in(texts, value_set=pa.array(list(tokens), pa.string())).to_numpy(zero_copy_only=False)
    return np.where(indices < 0, False, found[np.where(indices < 0, 0, indices)]) if len(found) else np.zeros(len(array), bool)


def by_distinct(array: pa.Array, convert: Callable[[pa.Array], Converted]) -> Converted:
    """Converts the distinct texts only, and spreads the result over the rows."""
    texts, indices = _distinct_texts(array)
    return convert(texts).spread(indices)


def number_pattern(decimal: str, thousands: str | None) -> str:
    """Regular expression of one number as declared: no other sign may separate anything."""
    whole = r"\d+" if not thousands else rf"(?:\d{{1,3}}(?:{re.escape(thousands)}\d{{3}})+|\d+)"
    fraction = rf"(?:{re.escape(decimal)}\d+)?"
    return rf"^[+-]?(?:{whole}{fraction}|{re.escape(decimal)}\d+)(?:[eE][+-]?\d{{1,3}})?$"


def to_number(array: pa.Array, *, decimal: str = ".", thousands: str | None = None) -> Converted:
    """Real numbers, float64. "1,5" under decimal="." is a fault, never a guess; so are infinities."""
    if _is_numeric(array):
        return _finite(array.cast(pa.float64()))
    if not _is_text(array) and not pa.types.is_null(array.type):
        return _all_at_fault(array, Fault.NOT_A_NUMBER, pa.float64())
    return by_distinct(array, lambda texts: _numbers_from_text(texts, decimal, thousands))


def _numbers_from_text(texts: pa.Array, decimal: str, thousands: str | None) -> Converted:
    good = pc.fill_null(pc.match_substring_regex(texts, number_pattern(decimal, thousands)), False)
    plain = pc.if_else(good, texts, pa.scalar(None, pa.string()))
    if thousands:
        plain = pc.replace_substring(plain, thousands, "")
    if decimal != ".":
        plain = pc.replace_substring(plain, decimal, ".")
    # Arrow's reader knows no leading "+".
    read = _finite(pc.replace_substring_regex(plain, r"^\+", "").cast(pa.float64()))
    unread = pc.invert(good).to_numpy(zero_copy_only=False)
    return Converted(read.values, np.where(unread, np.int8(Fault.NOT_A_NUMBER), read.faults).astype(np.int8))


def _finite(numbers: pa.Array) -> Converted:
    infinite = pc.fill_null(pc.is_inf(numbers), False).to_numpy(zero_copy_only=False)
    values = pc.if_else(pc.is_finite(numbers), numbers, pa.scalar(None, pa.float64()))
    return Converted(values, np.where(infinite, np.int8(Fault.NOT_A_NUMBER), np.int8(0)))


def _all_at_fault(array: pa.Array, fault: Fault, kind: pa.DataType) -> Converted:
    there = array.is_valid().to_numpy(zero_copy_only=False)
    return Converted(pa.nulls(len(array), kind), np.where(there, np.int8(fault), np.int8(0)))


def only_whole(converted: Converted) -> Converted:
    """Numbers that must be counts: "3", 3.0 pass; 1.5 is a fault."""
    broken = pc.fill_null(pc.not_equal(pc.floor(converted.values), converted.values), False).to_numpy(zero_copy_only=False)
    return refuse(converted, broken, Fault.NOT_A_WHOLE_NUMBER)


def only_between(converted: Converted, low: object | None, high: object | None) -> Converted:
    """Values within their declared bounds, ends included."""
    outside = np.zeros(len(converted.faults), dtype=bool)
    for bound, beyond in ((low, pc.less), (high, pc.greater)):
        if bound is not None:
            scalar = pa.scalar(bound, converted.values.type)
            outside |= pc.fill_null(beyond(converted.values, scalar), False).to_numpy(zero_copy_only=False)
    return refuse(converted, outside, Fault.OUT_OF_RANGE)


def refuse(converted: Converted, refused: np.ndarray, fault: Fault) -> Converted:
    """The same with these rows at fault, unless they already are."""
    if not refused.any():
        return converted
    values = pc.if_else(pa.array(~refused), converted.values, pa.scalar(None, converted.values.type))
    return Converted(values, np.where(refused & (converted.faults == 0), np.int8(fault), converted.faults).astype(np.int8))


def to_integer(array: pa.Array, *, decimal: str = ".", thousands: str | None = None) -> Converted:
    """Whole numbers, int64."""
    if pa.types.is_integer(array.type) and not pa.types.is_uint64(array.type):
        return Converted(array.cast(pa.int64()), _no_faults(array))
    read = only_whole(to_number(array, decimal=decimal, thousands=thousands))
    limit = float(10**LARGEST_WHOLE_DIGITS)
    read = only_between(read, -limit, limit)
    return Converted(read.values.cast(pa.int64()), read.faults)


def has_separators(form: str) -> bool:
    """Whether every two directives of a date format are kept apart, so that a missing digit cannot shift the others."""
    return re.search(r"%[A-Za-z]%[A-Za-z]", form) is None


def read_moment(text: str, form: str) -> dt.datetime | None:
    """One text by one strptime format; None if it does not fit. A week ("%G-W%V") is its last day, the Sunday."""
    week_only = "%V" in form and "%u" not in form
    try:
        moment = dt.datetime.strptime(f"{text} 7", f"{form} %u") if week_only else dt.datetime.strptime(text, form)
    except ValueError:
        return None
    # strptime rolls week 53 and day 366 into the next year, and shifts digits where nothing parts them.
    exact = "%V" in form or "%j" in form or not has_separators(form)
    return None if exact and moment.strftime(form) != text else moment


def _first_fit(text: str, formats: Sequence[str]) -> dt.datetime | None:
    for form in formats:
        moment = read_moment(text, form)
        if moment is not None:
            return moment
    return None


def to_date(array: pa.Array, *, formats: Sequence[str]) -> Converted:
    """Days, date32, by the declared formats only; date and timestamp columns pass as they are."""
    if pa.types.is_date(array.type) or pa.types.is_timestamp(array.type):
        return Converted(array.cast(pa.date32(), safe=False), _no_faults(array))
    if not _is_text(array) and not _is_numeric(array) and not pa.types.is_null(array.type):
        return _all_at_fault(array, Fault.BAD_DATE, pa.date32())

    def read(texts: pa.Array) -> Converted:
        days = [None if m is None else m.date() for m in (_first_fit(t, formats) for t in texts.to_pylist())]
        return Converted(pa.array(days, pa.date32()), _faults_where_none(days, Fault.BAD_DATE))

    return by_distinct(array, read)


def to_timestamp(array: pa.Array, *, formats: Sequence[str], zone: str) -> Converted:
    """Instants, UTC microseconds. A text without offset is local time in `zone`; one that the clock skipped is a fault."""
    if pa.types.is_timestamp(array.type):
        if array.type.tz:
            return Converted(array.cast(UTC_MICROSECONDS), _no_faults(array))
        local = pc.assume_timezone(array.cast(pa.timestamp("us")), zone, ambiguous="earliest", nonexistent="earliest")
        return Converted(local.cast(UTC_MICROSECONDS), _no_faults(array))
    if not _is_text(array):
        return _all_at_fault(array, Fault.BAD_TIME, UTC_MICROSECONDS)

    def read(texts: pa.Array) -> Converted:
        moments = [None if m is None else to_utc(m, zone) for m in (_first_fit(t, formats) for t in texts.to_pylist())]
        return Converted(pa.array(moments, UTC_MICROSECONDS), _faults_where_none(moments, Fault.BAD_TIME))

    return by_distinct(array, read)


def to_utc(moment: dt.datetime, zone: str) -> dt.datetime | None:
    """The instant of a local time; None if summer time skipped it. Of a time that occurs twice, the first."""
    if moment.tzinfo is not None:
        return moment.astimezone(dt.UTC)
    instant = moment.replace(tzinfo=ZoneInfo(zone)).astimezone(dt.UTC)
    return instant if instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == moment else None


def _faults_where_none(values: Sequence, fault: Fault) -> np.ndarray:
    return np.fromiter((np.int8(fault) if v is None else 0 for v in values), np.int8, len(values))


def to_boolean(array: pa.Array) -> Converted:
    """Yes or no: boolean columns, or the words true and false in any case. Other words need codes."""
    if pa.types.is_boolean(array.type):
        return Converted(array, _no_faults(array))
    words = {"true": True, "false": False}

    def read(texts: pa.Array) -> Converted:
        found = [words.get(t.lower()) for t in texts.to_pylist()]
        return Converted(pa.array(found, pa.bool_()), _faults_where_none(found, Fault.NOT_YES_OR_NO))

    return by_distinct(array, read)


def to_code(array: pa.Array, *, codes: Mapping[str, str], partial: bool = False) -> Converted:
    """Texts replaced by the codes listed for them; one not listed is a fault, or stays as it is where the list is partial."""

    def read(texts: pa.Array) -> Converted:
        found = [codes.get(t, t if partial else None) for t in texts.to_pylist()]
        return Converted(pa.array(found, pa.string()), _faults_where_none(found, Fault.UNKNOWN_CODE))

    return by_distinct(array, read)


def to_part(array: pa.Array, *, pattern: str) -> Converted:
    """The first group of a regular expression within each text; a text without a match is at fault."""
    search = re.compile(pattern).search

    def read(texts: pa.Array) -> Converted:
        hits = [search(t) for t in texts.to_pylist()]
        parts = [None if hit is None else hit.group(1) for hit in hits]
        return Converted(pa.array(parts, pa.string()), _faults_where_none(parts, Fault.NO_MATCH))

    return by_distinct(array, read)


def to_place(array: pa.Array, *, schemes: Sequence[str], resolve: Callable) -> Converted:
    """Place ids of foreign codes: the first scheme that knows a code wins.

    resolve(scheme, codes) -> (ids, unknown mask), as `belvedere.reference.places.resolve`.
    """

    def read(texts: pa.Array) -> Converted:
        codes = texts.to_pylist()
        found: list[str | None] = [None] * len(codes)
        for scheme in schemes:
            ids, unknown = resolve(scheme, codes)
            found = [
                old if old is not None else (None if missing else str(new))
                for old, new, missing in zip(found, ids, unknown, strict=True)
            ]
        return Converted(pa.array(found, pa.string()), _faults_where_none(found, Fault.UNKNOWN_PLACE))

    return by_distinct(array, read)
