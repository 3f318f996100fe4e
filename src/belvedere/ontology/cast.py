"""Columns brought to the ontology's Arrow types, cell by cell where they do not all fit."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from belvedere.errors import MappingError
from belvedere.ontology.schema import ARROW_TYPES, Column, Kind, Table

# What each kind calls a cell it cannot read, and what should have stood there.
UNREADABLE: dict[Kind, tuple[str, str]] = {
    Kind.TEXT: ("not-text", "text"),
    Kind.INTEGER: ("not-a-whole-number", "a whole number"),
    Kind.NUMBER: ("not-a-number", "a number"),
    Kind.BOOLEAN: ("not-yes-or-no", "true or false"),
    Kind.DATE: ("bad-date", "a day, YYYY-MM-DD"),
    Kind.TIMESTAMP: ("bad-timestamp", "an instant with its time zone, YYYY-MM-DDThh:mm:ssZ"),
}


def _is_number(given: pa.DataType) -> bool:
    return pa.types.is_integer(given) or pa.types.is_floating(given) or pa.types.is_decimal(given)


def _is_timestamp(given: pa.DataType, *, zoned: bool) -> bool:
    return pa.types.is_timestamp(given) and (given.tz is not None) == zoned


def can_become(given: pa.DataType, kind: Kind) -> bool:
    """Whether values of that Arrow type may be read as that kind: no number as a code, no instant without its time zone."""
    if pa.types.is_dictionary(given):
        given = given.value_type
    is_text = pa.types.is_string(given) or pa.types.is_large_string(given) or pa.types.is_string_view(given)
    if pa.types.is_null(given) or is_text:
        return True
    match kind:
        case Kind.INTEGER | Kind.NUMBER:
            return _is_number(given)
        case Kind.BOOLEAN:
            return pa.types.is_boolean(given)
        case Kind.DATE:
            return pa.types.is_date(given) or _is_timestamp(given, zoned=False)
        case Kind.TIMESTAMP:
            return _is_timestamp(given, zoned=True)
    return False


def _cast_one(value: pa.Scalar, target: pa.DataType) -> pa.Scalar | None:
    try:
        return value.cast(target)
    except pa.ArrowInvalid:
        return None


def _cast_distinct(values: pa.Array, target: pa.DataType) -> pa.Array:
    """Each distinct value cast on its own; those that do not fit become null."""
    encoded = values.dictionary_encode()
    return pa.array([_cast_one(value, target) for value in encoded.dictionary], target).take(encoded.indices)


def cast_column(values: pa.ChunkedArray, column: Column) -> tuple[pa.Array, np.ndarray]:
    """The values as the column's Arrow type, and the rows whose cell could not be read (null in the result).

    A number that is not finite cannot be read. Raises MappingError where the whole column is of a type that cannot become the
    column's without guessing.
    """
    target = ARROW_TYPES[column.kind]
    if not can_become(values.type, column.kind):
        raise MappingError(f"column {column.name!r} holds {values.type}, expected {UNREADABLE[column.kind][1]} ({target})")
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    given = values.combine_chunks()
    try:
        cast = given.cast(target)
    except pa.ArrowInvalid:
        cast = _cast_distinct(given, target)
    if column.kind is Kind.NUMBER and not _all(pc.is_finite(cast)):
        cast = pc.if_else(pc.is_finite(cast), cast, None)
    if column.kind is Kind.DATE and pa.types.is_timestamp(given.type):  # an hour is never cut off in silence
        cast = pc.if_else(pc.equal(cast.cast(given.type), given), cast, None)
    if cast.null_count == given.null_count:
        return cast, np.array([], dtype=np.int64)
    unreadable = pc.and_(pc.is_null(cast), pc.is_valid(given))
    return cast, np.flatnonzero(unreadable.to_numpy(zero_copy_only=False))


def _all(held: pa.BooleanArray) -> bool:
    return pc.all(held).as_py() is not False


def complete(table: type[Table], rows: pa.Table) -> pa.Table:
    """The rows with every column of the table, in its order, then the columns the table does not know.

    A column that is not there takes its default, or is empty where it may be; otherwise MappingError.
    """
    missing = [c.name for c in table.columns.values() if c.name not in rows.column_names and c.required and c.default is None]
    if missing:
        raise MappingError(f"rows for the table {table.name} lack the column {', '.join(missing)}")
    extra = [name for name in rows.column_names if name not in table.columns]
    columns = {c.name: rows[c.name] if c.name in rows.column_names else _filled(c, len(rows)) for c in table.columns.values()}
    return pa.table({**columns, **{name: rows[name] for name in extra}})


def _filled(column: Column, length: int) -> pa.ChunkedArray:
    return pa.chunked_array([pa.repeat(pa.scalar(column.default, ARROW_TYPES[column.kind]), length)])
