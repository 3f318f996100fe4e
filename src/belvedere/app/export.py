"""Rows out of the house: CSV, XLSX or Parquet, each with its certificate.

The certificate says which rows these are: filters, as of when, after which commit, made when, by which code, from which feeds
under which licence. Beside a CSV it is `NAME.about.json`; in a workbook the sheet `about`; in Parquet the schema's metadata.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
import xlsxwriter

from belvedere.app.selection import Selected
from belvedere.errors import BelvedereError
from belvedere.ontology import schema
from belvedere.sources.ingest import workspace_mappings
from belvedere.store.commits import code_version

FORMATS = (".csv", ".xlsx", ".parquet")
SHEET_ROWS = 1_048_576  # of Excel, the header included
METADATA_KEY = b"belvedere.certificate"


@dataclass(frozen=True)
class Export:
    """What was written: the file, its rows, and the file of the certificate if that is another one."""

    path: Path
    rows: int
    about: Path | None


def certificate(selected: Selected, rows: pa.Table, now: dt.datetime) -> dict[str, object]:
    """Which rows these are and where they come from; plain values."""
    snapshot, selection = selected.snapshot, selected.selection
    feeds = sorted(pc.unique(rows["feed"]).to_pylist()) if "feed" in rows.column_names else []
    mappings = workspace_mappings(snapshot.workspace)
    return {
        "table": selection.table,
        "filters": selection.described(),
        "rows": rows.num_rows,
        "as_of": None if snapshot.as_of is None else snapshot.as_of.isoformat(),
        "at_sequence": snapshot.at,
        "workspace": snapshot.workspace.identity,
        "made_at": now.isoformat(),
        "code_version": code_version(),
        "feeds": [_feed(mappings, feed) for feed in feeds],
        "columns": {name: c.description for name, c in _declared(selection.table).items() if name in rows.column_names},
        "caveats": list(schema.table(selection.table).caveats),
        "missing": "A row that is not there was never reported: it is not zero. An empty value has its reason in status.",
    }


def _declared(table: str) -> dict[str, schema.Column]:
    from belvedere.ontology.clocks import CLOCK_COLUMNS

    return {**schema.table(table).columns, **CLOCK_COLUMNS}


def _feed(mappings: dict, feed: str) -> dict[str, object]:
    mapping = mappings.get(feed)
    if mapping is None:
        return {"feed": feed}
    return {
        "feed": feed, "title": mapping.title, "producer": mapping.producer, "licence": mapping.licence,
        "source": mapping.source or mapping.url, "caveats": list(mapping.caveats),
    }  # fmt: skip


def write(selected: Selected, path: Path, now: dt.datetime) -> Export:
    """Writes a selection to a file; the ending says the format. Raises BelvedereError; never writes over another file."""
    path = Path(path)
    if path.suffix.lower() not in FORMATS:
        raise BelvedereError(f"{path.name}: found the ending {path.suffix!r}, expected one of {', '.join(FORMATS)}.")
    if path.exists():
        raise BelvedereError(f"{path} exists already. Choose another name, or remove it first.")
    if not path.absolute().parent.is_dir():
        raise BelvedereError(f"The folder {path.absolute().parent} does not exist.")
    rows = selected.arrow()
    stated = certificate(selected, rows, now)
    writers = {".csv": _write_csv, ".xlsx": _write_xlsx, ".parquet": _write_parquet}
    return writers[path.suffix.lower()](path, rows, stated)


def _write_csv(path: Path, rows: pa.Table, stated: dict) -> Export:
    about = path.with_name(f"{path.stem}.about.json")
    about.write_text(json.dumps(stated, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    plain = rows
    for index, field in enumerate(plain.schema):
        if pa.types.is_timestamp(field.type):
            plain = plain.set_column(index, field.name, pc.strftime(plain.column(index), format="%Y-%m-%dT%H:%M:%SZ"))
    options = pa.csv.WriteOptions(quoting_style="needed")
    pa.csv.write_csv(plain, path, options)
    return Export(path, rows.num_rows, about)


def _write_parquet(path: Path, rows: pa.Table, stated: dict) -> Export:
    text = json.dumps(stated, ensure_ascii=False).encode()
    pq.write_table(rows.replace_schema_metadata({**(rows.schema.metadata or {}), METADATA_KEY: text}), path)
    return Export(path, rows.num_rows, None)


def _write_xlsx(path: Path, rows: pa.Table, stated: dict) -> Export:
    if rows.num_rows >= SHEET_ROWS:
        raise BelvedereError(
            f"{rows.num_rows:,} rows do not fit on one sheet of a workbook ({SHEET_ROWS - 1:,} at most). "
            "Narrow the filters, or write .csv or .parquet."
        )
    # Texts stay texts: a cell that begins with = must not become a formula.
    settings = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(path, settings) as book:
        _sheet_of_rows(book, rows, stated["table"])
        _sheet_about(book, stated)
    return Export(path, rows.num_rows, None)


def _sheet_of_rows(book: xlsxwriter.Workbook, rows: pa.Table, name: str) -> None:
    sheet = book.add_worksheet(name[:31])
    head = book.add_format({"bold": True, "bottom": 1})
    day, moment = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    sheet.freeze_panes(1, 0)
    for column, field in enumerate(rows.schema):
        sheet.set_column(column, column, 20 if pa.types.is_timestamp(field.type) else 14)
        sheet.write_string(0, column, field.name, head)
    if rows.num_rows:
        sheet.autofilter(0, 0, rows.num_rows, rows.num_columns - 1)
    at = 0
    for batch in rows.to_batches(max_chunksize=10_000):
        for record in zip(*(batch.column(i).to_pylist() for i in range(batch.num_columns)), strict=True):
            at += 1
            for column, value in enumerate(record):
                _cell(sheet, at, column, value, day, moment)


def _cell(sheet, row: int, column: int, value: object, day, moment) -> None:
    """One cell in its own type; nothing at all where there is no value."""
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, (int, float)):
        sheet.write_number(row, column, value)
    elif isinstance(value, dt.datetime):
        sheet.write_datetime(row, column, value.astimezone(dt.UTC).replace(tzinfo=None), moment)
    elif isinstance(value, dt.date):
        sheet.write_datetime(row, column, dt.datetime.combine(value, dt.time()), day)
    else:
        sheet.write_string(row, column, str(value))


def _sheet_about(book: xlsxwriter.Workbook, stated: dict) -> None:
    sheet = book.add_worksheet("about")
    bold, wrapped = book.add_format({"bold": True, "valign": "top"}), book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 110)
    for row, (name, value) in enumerate(_flat(stated)):
        sheet.write_string(row, 0, name, bold)
        sheet.write_string(row, 1, value, wrapped)


def _flat(stated: dict) -> list[tuple[str, str]]:
    """The certificate as two columns of text."""
    lines: list[tuple[str, str]] = []
    for name, value in stated.items():
        if name == "feeds":
            lines += [
                (f"feed {feed['feed']}: {key}", _text(v)) for feed in value for key, v in feed.items() if key != "feed" and v
            ]
        elif isinstance(value, dict):
            lines += [(f"{name.removesuffix('s')} {key}", _text(v)) for key, v in value.items()]
        else:
            lines.append((name, _text(value)))
    return lines


def _text(value: object) -> str:
    if value is None:
        return "now"
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value)
