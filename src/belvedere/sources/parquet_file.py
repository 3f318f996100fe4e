"""Parquet: row groups streamed, types as they stand in the file, rows counted from 1."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from belvedere.problems import Problem, shorten
from belvedere.sources.raw import FormatSpec, RawTable, refuse
from belvedere.sources.text_inspection import recognise

WHOLE = "a whole Parquet file"


def read_parquet(path: Path, spec: FormatSpec) -> Iterator[RawTable]:
    """Yield the file in chunks of at most `spec.chunk_rows` rows; at least one.

    Dictionary columns come back as their values. A nested column (list, struct, map) is left out, with a problem that
    names it; a row group that cannot be decoded is set aside and the next ones are read.
    Raises UnreadableFile when the file is truncated, is no Parquet, names a column twice, or yields nothing.
    """
    _check_ends(path, spec)
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            columns, problems = _flat_columns(file.schema_arrow, spec)
            yield from _row_groups(file, columns, problems, spec)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        raise refuse("damaged", f"Parquet that cannot be read ({_first_line(error)})", WHOLE) from None


def _check_ends(path: Path, spec: FormatSpec) -> None:
    size = path.stat().st_size
    if size > spec.max_file_bytes:
        raise refuse("too-large", f"{size:,} bytes", f"at most {spec.max_file_bytes:,} bytes")
    with path.open("rb") as file:
        head = file.read(4096)
        file.seek(max(0, size - 4))
        tail = file.read()
    if not head:
        raise refuse("empty-file", "0 bytes", WHOLE)
    if not head.startswith((b"PAR1", b"PARE")):
        raise refuse("not-a-table", recognise(head) or "text or an unknown format", WHOLE)
    if tail == b"PARE":
        raise refuse("encrypted", "an encrypted Parquet file", "one without encryption")
    if tail != b"PAR1":
        raise refuse("truncated", f"{size:,} bytes without the mark that ends a Parquet file", WHOLE)


def _flat_columns(schema: pa.Schema, spec: FormatSpec) -> tuple[list[str], list[Problem]]:
    names = schema.names
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        found = f"{', '.join(map(repr, twice))} more than once"
        raise refuse("duplicate-header", found, "each column name once", column=twice[0])
    nested = [field for field in schema if pa.types.is_nested(field.type)]
    problems = [
        Problem("nested-column", f"the type {shorten(str(field.type), 80)}", "one plain value a row", column=field.name)
        for field in nested
        if spec.wants(field.name)
    ]
    flat = [field.name for field in schema if not pa.types.is_nested(field.type)]
    if not flat:
        raise refuse("nested-column", f"{len(names)} columns, all nested", "columns of plain values")
    return flat, problems


def _row_groups(file: pq.ParquetFile, columns: list[str], problems: list[Problem], spec: FormatSpec) -> Iterator[RawTable]:
    first, yielded = 1, False
    for group in range(file.num_row_groups):
        end = first + file.metadata.row_group(group).num_rows
        try:
            for batch in file.iter_batches(spec.chunk_rows, row_groups=[group], columns=columns):
                yield _chunk(pa.table(batch), first, problems)
                first, problems, yielded = first + batch.num_rows, [], True
        except (pa.ArrowInvalid, OSError) as error:
            found = f"rows {first:,} to {end - 1:,} that cannot be decoded ({_first_line(error)})"
            problems = [*problems, Problem("damaged", found, "data as they were written", row=first)]
        first = end
    if problems and not yielded and file.metadata.num_rows:
        raise refuse("damaged", problems[-1].found, WHOLE)
    if problems or not yielded:
        yield _chunk(_without_rows(file.schema_arrow, columns), first, problems)


def _chunk(table: pa.Table, first: int, problems: list[Problem]) -> RawTable:
    plain = pa.schema([_plain(field) for field in table.schema])
    rows = np.arange(first, first + table.num_rows, dtype=np.int64)
    return RawTable(table.cast(plain), rows, tuple(problems))


def _plain(field: pa.Field) -> pa.Field:
    return field.with_type(field.type.value_type) if pa.types.is_dictionary(field.type) else field


def _without_rows(schema: pa.Schema, columns: list[str]) -> pa.Table:
    return pa.schema([schema.field(name) for name in columns]).empty_table()


def _first_line(error: Exception) -> str:
    return shorten(str(error).splitlines()[0] if str(error) else type(error).__name__, 120)
