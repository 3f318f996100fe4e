"""A file no mapping names: what it seems to be, and what to do with it."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from belvedere.sources.mapping import Mapping
from belvedere.sources.text_inspection import recognise

READABLE = (".csv", ".xlsx", ".parquet")
PACKED = (".gz", ".zip", ".bz2", ".xz", ".zst", ".7z", ".xls", ".ods")
HEAD_BYTES = 64 << 10


def may_hold_data(path: Path, mappings: Iterable[Mapping]) -> bool:
    """Whether a file found in a folder is worth a word: by its ending, or by the columns of a feed in it."""
    return path.suffix.lower() in READABLE + PACKED or bool(feeds_with_columns(path, mappings))


def suggestion(path: Path, name: str, mappings: Iterable[Mapping]) -> str:
    """What to do with it, as a sentence that begins after the file's name. name: what it is called, wherever it lies."""
    fitting = feeds_with_columns(path, mappings)
    if fitting:
        feed, others = fitting[0], f" (or {', '.join(fitting[1:])})" if fitting[1:] else ""
        return (
            f"no mapping claims a file of this name, but it has the columns of {feed}{others}. "
            f"Load it as that: belvedere ingest {name!r} --feed {feed}"
        )
    kind = recognise(_head(path))
    if path.suffix.lower() not in READABLE and kind is not None:
        return f"found {kind}, expected CSV, XLSX or Parquet: unpack or save it as one of these, then load it."
    return (
        "no mapping claims a file of this name, nor is it a known source under another name. "
        "belvedere mapping list names what can be read; another source needs a mapping (docs/guides/mapping.md)."
    )


def feeds_with_columns(path: Path, mappings: Iterable[Mapping]) -> list[str]:
    """Feeds every required column of which the file has, those that use most of its columns first; none for a workbook."""
    found, head = [], _head(path)
    for mapping in mappings:
        names = _columns(path, head, mapping)
        used = set(mapping.source_columns) & names
        required = {name for name, needed in mapping.source_columns.items() if needed}
        if len(used) > 1 and required <= names:
            found.append((-len(used), mapping.feed))
    most = min((count for count, _ in found), default=0)
    return [feed for count, feed in sorted(found) if count == most]


def _columns(path: Path, head: bytes, mapping: Mapping) -> set[str]:
    layout = mapping.layout
    if layout.kind == "parquet" and head.startswith(b"PAR1"):
        try:
            return set(pq.read_schema(path).names)
        except pa.ArrowInvalid:
            return set()
    if layout.kind != "csv" or layout.header_row != 1 or recognise(head) is not None:
        return set()
    try:
        line = head.split(b"\n", 1)[0].decode(layout.encoding).lstrip("\ufeff").rstrip("\r")
        return {name.strip() for name in next(csv.reader([line], delimiter=layout.separator), [])}
    except (UnicodeDecodeError, csv.Error):
        return set()


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)
