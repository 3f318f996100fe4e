"""Quarantine out to a spreadsheet and back: the rows as the source wrote them, with what is wrong beside each.

The data manager mends the cells, keeps the two first columns, and loads the file again. Rows still at fault stay in quarantine.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pandas as pd

from belvedere.errors import DataError, UnknownName
from belvedere.sources.ingest import Arrived, load_feed, workspace_mappings, workspace_places
from belvedere.sources.mapping import Mapping
from belvedere.sources.read_file import raw_rows, translate_file
from belvedere.sources.report import FeedReport, IngestReport
from belvedere.store import quarantine
from belvedere.store.history import MENDED
from belvedere.store.lineage import Origin
from belvedere.store.load import StoredVersion, stored_versions
from belvedere.store.workspace import Workspace

FEED, ROW, PROBLEM = "belvedere_feed", "belvedere_row", "belvedere_problem"
OWN_COLUMNS = (FEED, ROW, PROBLEM)
MENDED_SUFFIX = ".mended.csv"


def export_quarantine(workspace: Workspace, path: Path, feed: str) -> int:
    """Writes the rows of a feed's open entries to a CSV in the source's own columns; returns the number of rows.

    First columns: the feed, the row ("17 of incid.csv"), what was found and expected. Entries about whole files, and rows of
    files that hold persons (never kept), have no row to write. Raises UnknownName.
    """
    mapping = _mapping(workspace, feed)
    entries = quarantine.entries(workspace, feed=feed).dropna(subset=["row"])
    rows = []
    for version in stored_versions(workspace, feed):
        mine = entries[entries.file_id == version.file_id]
        if mine.empty or not version.file.path.exists():
            continue
        said = mine.groupby("row").apply(lambda g: "; ".join(_said(e) for e in g.itertuples()), include_groups=False)
        for number, cells in _raw_rows(version, mapping, set(map(int, said.index))):
            label = {FEED: feed, ROW: f"{number} of {version.file.name}", PROBLEM: said[number]}
            rows.append(label | {name: _text(cell) for name, cell in cells.items()})
    columns = [*OWN_COLUMNS, *dict.fromkeys(name for row in rows for name in row if name not in OWN_COLUMNS)]
    with Path(path).open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, columns)
        writer.writeheader()
        writer.writerows(rows)
    return len(rows)


def mend(workspace: Workspace, path: Path, *, now: dt.datetime | None = None) -> IngestReport:
    """Loads a mended export. Rows now without fault are loaded, known since now, and their entries settled.

    Rows still at fault are reported and stay in quarantine as they are. Raises DataError where the file is no export.
    """
    path, now = Path(path), now or dt.datetime.now(dt.UTC)
    try:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise DataError(f"{path.name}: not a CSV in UTF-8 ({error}). Save the spreadsheet as 'CSV UTF-8'.") from error
    lacking = [name for name in (FEED, ROW) if name not in frame.columns]
    if lacking:
        raise DataError(
            f"{path.name}: the column {lacking[0]!r} is missing. Mend a file written by 'belvedere quarantine export'; "
            "its first columns say which rows are meant."
        )
    reports = [_mend_feed(workspace, feed, part, now) for feed, part in frame.groupby(FEED, sort=True)]
    return IngestReport(reports)


def _mend_feed(workspace: Workspace, feed: str, rows: pd.DataFrame, now: dt.datetime) -> FeedReport:
    mapping = _mapping(workspace, feed)
    entries = quarantine.entries(workspace, feed=feed)
    labels = entries.row.map(lambda row: "" if pd.isna(row) else str(int(row))) + " of " + entries.file
    unknown = sorted(set(rows[ROW]) - set(labels))
    if unknown:
        raise DataError(f"Feed {feed!r}: no open entry for row {unknown[0]!r}. It may have been mended already; export again.")
    cells = rows.drop(columns=[c for c in OWN_COLUMNS if c in rows.columns])
    file = workspace.tmp / f"{feed}-{now:%Y%m%dT%H%M%S}{MENDED_SUFFIX}"
    try:
        still = _faulty_lines(workspace, mapping, cells, file)
        good = ~rows.index.isin(rows.index[sorted(still)])
        if not good.any():
            return FeedReport(feed, mapping.title, [], 0, sorted(still.values(), key=lambda p: p.row))
        cells[good].to_csv(file, index=False)
        settled = tuple(int(i) for i in entries.id[labels.isin(rows[ROW][good])])
        report = load_feed(workspace, mapping, [Arrived(file, file.name, now)], workspace_places(workspace), mends=settled)
        return replace(report, still_at_fault=sorted(still.values(), key=lambda p: p.row))
    finally:
        file.unlink(missing_ok=True)


def _faulty_lines(workspace: Workspace, mapping: Mapping, cells: pd.DataFrame, file: Path) -> dict[int, object]:
    """Position in `cells` -> the first problem of every row that cannot be loaded yet."""
    cells.to_csv(file, index=False)
    translated = translate_file(file, mapping, workspace_places(workspace), workspace.pseudonym_key, mended=True)
    if translated.refused is not None:
        raise DataError(f"The mended rows of {mapping.feed!r} cannot be read: {translated.refused.sentence()}")
    first_line = 2
    faulty: dict[int, object] = {}
    for problem in translated.problems:
        faulty.setdefault(problem.row - first_line, problem)
    return faulty


def source_row(workspace: Workspace, origin: Origin) -> dict[str, object] | None:
    """The row of the source file a figure came from, column by column; None where no copy is kept (files of persons)."""
    if origin.file is None or origin.source_row is None or not origin.file.path.exists():
        return None
    mapping = _mapping(workspace, origin.row["feed"])
    mended = origin.file.name.endswith(MENDED_SUFFIX)
    return next((cells for _, cells in raw_rows(origin.file.path, mapping, {origin.source_row}, mended=mended)), None)


def _mapping(workspace: Workspace, feed: str) -> Mapping:
    mappings = workspace_mappings(workspace)
    if feed not in mappings:
        raise UnknownName("feed", feed, mappings)
    return mappings[feed]


def _raw_rows(version: StoredVersion, mapping: Mapping, numbers: set[int]) -> Iterable[tuple[int, dict]]:
    return raw_rows(version.file.path, mapping, numbers, mended=version.covers == MENDED)


def _said(entry) -> str:
    where = f"{entry.column}: " if isinstance(entry.column, str) else ""
    return f"{where}found {entry.found}, expected {entry.expected}"


def _text(cell: object) -> str:
    return "" if cell is None else str(cell)
