"""Rows set aside, put right: one by one, many at once, or in a spreadsheet.

    lines = open_lines(workspace, "fr-spf-hospital-flows")          # as the source wrote them
    mended = [line.with_cells({"dep": "02"}) for line in lines]
    judged = judge(workspace, feed, mended)                         # which would load, and what they would change
    mend_lines(workspace, feed, mended, reason="…", signed_by="…")  # loads those, signed; the rest stays

The same parser, mapping and rules judge a mended row as any other. Rows still at fault stay in quarantine.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
import pyarrow as pa

from belvedere.errors import DataError, UnknownName
from belvedere.ontology import schema
from belvedere.problems import Problem
from belvedere.sources.ingest import Arrived, feed_of, load_feed, translate_stored, workspace_mappings, workspace_places
from belvedere.sources.mapping import Mapping as FeedMapping
from belvedere.sources.read_file import raw_rows, translate_file
from belvedere.sources.report import FeedReport, IngestReport
from belvedere.store import quarantine
from belvedere.store.corrections import Correction, correction_of
from belvedere.store.history import MENDED
from belvedere.store.lineage import Origin
from belvedere.store.load import StoredVersion, Translated, stored_versions
from belvedere.store.snapshot import where
from belvedere.store.workspace import Workspace

FEED, ROW, PROBLEM = "belvedere_feed", "belvedere_row", "belvedere_problem"
OWN_COLUMNS = (FEED, ROW, PROBLEM)
MENDED_SUFFIX = ".mended.csv"
FIRST_LINE = 2
"""Row of the first record of a mended copy; its header is row 1."""
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
CONTRADICTS = "duplicate-key"


@dataclass(frozen=True)
class Line:
    """A row that waits: where it stands, what is wrong, the cells as the source wrote them and as they are to be read.

    ids: its open entries. said: each as (column, found, expected, rule). chosen: somebody says that it stands as it is here,
    against another row of its file that states the same figure differently.
    """

    feed: str
    file_id: int
    file: str
    row: int
    ids: tuple[int, ...]
    said: tuple[tuple[str | None, str, str, str], ...]
    before: Mapping[str, str]
    after: Mapping[str, str]
    chosen: bool = False

    @property
    def label(self) -> str:
        """The row in words, and exactly: files of one name come again and again."""
        return f"{self.row} of {self.file} [{self.file_id}]"

    @property
    def changes(self) -> dict[str, tuple[str, str]]:
        """column -> (before, after), of the cells that differ."""
        return {name: (cell, self.after[name]) for name, cell in self.before.items() if self.after[name] != cell}

    def with_cells(self, cells: Mapping[str, str], *, chosen: bool = False) -> Line:
        """With these cells in place of the source's. Raises DataError for a column the row does not have."""
        strange = [name for name in cells if name not in self.before]
        if strange:
            raise DataError(
                f"Row {self.label}: there is no column {strange[0]!r}; its columns are {', '.join(map(repr, self.before))}."
            )
        return replace(self, after={**self.after, **cells}, chosen=chosen)


@dataclass(frozen=True)
class Figure:
    """What a mended row would say: its key, the values that are new, and those held now under the same key (None: nothing).

    change: "new", "changed" or "same".
    """

    key: Mapping[str, object]
    says: Mapping[str, object]
    held: Mapping[str, object] | None
    change: str


@dataclass(frozen=True)
class Judged:
    """A line, the first thing that is still wrong with it, and the figures it would load."""

    line: Line
    problem: Problem | None
    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True)
class Mended:
    """What a mending did. judged: every line, in its order; report: None where nothing could be loaded."""

    judged: list[Judged]
    report: FeedReport | None = None

    @property
    def loaded(self) -> int:
        """Lines that were loaded."""
        return sum(j.problem is None for j in self.judged)


# -- the rows that wait --------------------------------------------------------------------------------------------------


def open_lines(workspace: Workspace, feed: str, *, ids: Iterable[int] | None = None) -> list[Line]:
    """The rows of a feed's open entries, or of those numbered, with their cells.

    Left out: entries about whole files, and rows of files that hold persons, of which no copy is kept. Raises UnknownName.
    """
    mapping = feed_mapping(workspace, feed)
    entries = quarantine.entries(workspace, feed=feed).dropna(subset=["row"])
    if ids is not None:
        chosen = entries[entries["id"].isin(list(ids))]
        entries = entries.merge(chosen[["file_id", "row"]].drop_duplicates(), on=["file_id", "row"])
    lines = []
    for version in _once_a_file(stored_versions(workspace, feed)):
        mine = entries[entries["file_id"] == version.file_id]
        if mine.empty or not version.file.path.exists():
            continue
        by_row = {int(row): part for row, part in mine.groupby("row")}
        for number, cells in _raw_rows(version, mapping, set(by_row)):
            lines.append(_line(version, number, by_row[number], cells))
    return lines


def _once_a_file(versions: Iterable[StoredVersion]) -> Iterable[StoredVersion]:
    return {version.file_id: version for version in versions}.values()


def _line(version: StoredVersion, number: int, entries: pd.DataFrame, cells: Mapping[str, object]) -> Line:
    said = tuple(
        (e.column if isinstance(e.column, str) else None, e.found, e.expected, e.rule) for e in entries.itertuples()
    )  # fmt: skip
    texts = {str(name): _text(cell) for name, cell in cells.items()}
    ids = tuple(int(i) for i in entries["id"])
    return Line(version.feed, version.file_id, version.file.name, number, ids, said, texts, texts)


# -- judging and loading -------------------------------------------------------------------------------------------------


def judge(workspace: Workspace, feed: str, lines: Sequence[Line]) -> list[Judged]:
    """Each line with what is still wrong with it, or with what it would say. Nothing is written. Raises UnknownName."""
    if not lines:
        return []
    mapping = feed_mapping(workspace, feed)
    file = workspace.tmp / f"{feed}-{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S%f}{MENDED_SUFFIX}"
    try:
        _write_copy(file, lines)
        translated = translate_file(file, mapping, workspace_places(workspace), workspace.pseudonym_key, mended=True)
    finally:
        file.unlink(missing_ok=True)
    if translated.refused is not None:
        raise DataError(f"The mended rows of {feed!r} cannot be read: {translated.refused.sentence()}")
    problems: dict[int, Problem] = {}
    for problem in translated.problems:
        at = (problem.row or FIRST_LINE) - FIRST_LINE
        problems.setdefault(at, replace(problem, row=lines[at].row))
    for at, line in enumerate(lines):
        problems |= {} if at in problems else _still_contradicting(at, line)
    figures = _figures(workspace, feed, schema.table(mapping.table), translated)
    return [
        Judged(line, problems.get(at), () if at in problems else tuple(figures.get(at, ()))) for at, line in enumerate(lines)
    ]  # fmt: skip


def _still_contradicting(at: int, line: Line) -> dict[int, Problem]:
    """Two rows of one file that state a figure differently: alone, and unchanged, neither is the right one by itself."""
    contradicting = [said for said in line.said if said[3] == CONTRADICTS]
    if not contradicting or line.changes or line.chosen:
        return {}
    column, found, expected, rule = contradicting[0]
    return {at: Problem(rule, found, expected, line.row, column)}


def _figures(workspace: Workspace, feed: str, table: type[schema.Table], translated: Translated) -> dict[int, list[Figure]]:
    """Position of the line -> what it would say, beside what is held."""
    keys, values = table.keys(), table.values()
    if translated.rows.num_rows == 0:
        return {}
    held = _held(workspace, feed, table, translated.rows)
    found: dict[int, list[Figure]] = {}
    for row in translated.rows.to_pylist():
        key, says = {name: row[name] for name in keys}, {name: row[name] for name in values}
        known = held.get(tuple(key.values()))
        change = "new" if known is None else "same" if known == says else "changed"
        found.setdefault(int(row["source_row"]) - FIRST_LINE, []).append(Figure(key, says, known, change))
    return found


def _held(workspace: Workspace, feed: str, table: type[schema.Table], rows: pa.Table) -> dict[tuple, dict]:
    """Key -> values held now, of the keys that the rows name."""
    keys = table.keys()
    asked = {name: rows[name].unique().drop_null().to_pylist() for name in keys}
    if "feed" in table.columns:
        asked["feed"] = [feed]
    now = where(workspace.snapshot().table(table.name), asked).select(*keys, *table.values()).to_pyarrow().to_pylist()
    return {tuple(row[name] for name in keys): {name: row[name] for name in table.values()} for row in now}


def mend_lines(
    workspace: Workspace, feed: str, lines: Sequence[Line], *, reason: str, signed_by: str, now: dt.datetime | None = None
) -> Mended:
    """Loads the lines that are without fault, known since now, signed, and settles their entries; the others stay.

    Lines of one file that contradict each other: the first changed one counts. Raises UnknownName; DataError without a reason;
    ConflictError where an entry was settled meanwhile.
    """
    if not reason.strip():
        raise DataError("A correction needs a reason: the next reader will ask. Found none.")
    now = now or dt.datetime.now(dt.UTC)
    judged = judge(workspace, feed, lines)
    good = [j.line for j in judged if j.problem is None]
    if not good:
        return Mended(judged)
    mapping = feed_mapping(workspace, feed)
    file = workspace.tmp / f"{feed}-{now:%Y%m%dT%H%M%S%f}{MENDED_SUFFIX}"
    corrections = tuple(
        Correction(at, line.file_id, line.row, reason.strip(), signed_by, now, line.changes)
        for at, line in enumerate(good, start=FIRST_LINE)
    )
    settled = tuple(entry for line in good for entry in line.ids)
    try:
        _write_copy(file, good)
        report = load_feed(
            workspace, mapping, [Arrived(file, file.name, now)], workspace_places(workspace), mends=settled,
            corrections=corrections,
        )  # fmt: skip
    finally:
        file.unlink(missing_ok=True)
    still = sorted((j.problem for j in judged if j.problem is not None), key=lambda p: p.row or 0)
    return Mended(judged, replace(report, still_at_fault=still))


def _write_copy(file: Path, lines: Sequence[Line]) -> None:
    """The cells as a plain CSV of the source's own columns, one line a record: rows are counted in it."""
    columns = list(dict.fromkeys(name for line in lines for name in line.after))
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, columns, restval="", lineterminator="\n")
        writer.writeheader()
        for line in lines:
            writer.writerow({name: " ".join(cell.splitlines()) if "\n" in cell or "\r" in cell else cell
                             for name, cell in line.after.items()})  # fmt: skip


@dataclass(frozen=True)
class Retried:
    """What trying again did. again: whether the whole history was told again, under a mapping that had changed."""

    waiting_before: int
    waiting_after: int
    again: bool


def mapping_changed(workspace: Workspace, feed: str) -> bool:
    """Whether a feed's mapping is another than the one its files were last read with."""
    sha256 = feed_of(feed_mapping(workspace, feed)).mapping_sha256
    return any(version.mapping_sha256 != sha256 for version in stored_versions(workspace, feed))


def tell_again(workspace: Workspace, feed: str) -> Retried:
    """Reads every kept file of a feed again under its changed mapping. Raises UnknownName."""
    before = len(quarantine.entries(workspace, feed=feed))
    report = load_feed(workspace, feed_mapping(workspace, feed), [], workspace_places(workspace))
    return Retried(before, len(quarantine.entries(workspace, feed=feed)), bool(report.versions))


def readable_now(workspace: Workspace, feed: str, file_ids: Iterable[int]) -> dict[int, Problem | None]:
    """Files set aside whole -> why they still would be under the mapping as it stands; None where they can be read now."""
    mapping, places = feed_mapping(workspace, feed), workspace_places(workspace)
    wanted = set(file_ids)
    versions = [v for v in _once_a_file(stored_versions(workspace, feed)) if v.file_id in wanted and v.file.path.exists()]
    return {v.file_id: translate_stored(workspace, mapping, places, v).refused for v in versions}


# -- out to a spreadsheet and back ---------------------------------------------------------------------------------------


def export_quarantine(workspace: Workspace, path: Path, feed: str) -> int:
    """Writes the rows of a feed's open entries to a CSV in the source's own columns; returns the number of rows.

    First columns: the feed, the row, what was found and expected. See `open_lines` for what is left out. Raises UnknownName.
    """
    lines = open_lines(workspace, feed)
    Path(path).write_text(export_text(lines), encoding="utf-8", newline="")
    return len(lines)


def export_text(lines: Sequence[Line], separator: str = ",") -> str:
    """The lines as CSV. A text that a spreadsheet would take for a formula gets an apostrophe, taken off on the way back."""
    columns = [*OWN_COLUMNS, *dict.fromkeys(name for line in lines for name in line.after)]
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, restval="", delimiter=separator)
    writer.writeheader()
    for line in lines:
        said = "; ".join(_said(*entry) for entry in line.said)
        own = {FEED: line.feed, ROW: line.label, PROBLEM: said}
        writer.writerow({name: guarded(cell) for name, cell in {**line.after, **own}.items()})
    return stream.getvalue()


def guarded(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula; numbers stay numbers."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) and not _is_number(cell) else cell


def unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA_STARTS) else cell


def _is_number(cell: str) -> bool:
    try:
        float(cell.replace(",", "."))
    except ValueError:
        return False
    return True


def lines_of_text(workspace: Workspace, text: str, name: str) -> dict[str, list[Line]]:
    """A mended export as lines by feed, whatever mark separates its cells. Raises DataError where it is none.

    name: of the file, for what is said of it.
    """
    frame = _table_of(text, name)
    found = {}
    for feed, part in frame.groupby(FEED, sort=True):
        known = {line.label: line for line in open_lines(workspace, str(feed))}
        twice = [label for label, n in Counter(part[ROW]).items() if n > 1]
        unknown = [label for label in part[ROW] if label not in known]
        if twice or unknown:
            what = f"row {twice[0]!r} stands twice" if twice else f"no open entry for row {unknown[0]!r}"
            raise DataError(f"{name}, feed {feed!r}: {what}. It may have been mended already; export again.")
        rows = part.drop(columns=[c for c in OWN_COLUMNS if c != ROW and c in part.columns]).to_dict("records")
        found[str(feed)] = [_changed(known[row.pop(ROW)], row) for row in rows]
    return found


def _changed(line: Line, cells: Mapping[str, str]) -> Line:
    """The line with the cells of the sheet; columns of other files of the feed stay empty there."""
    other = {column for column, cell in cells.items() if column not in line.before and cell == ""}
    return line.with_cells({c: unguarded(cell) for c, cell in cells.items() if c not in other})


def _table_of(text: str, name: str) -> pd.DataFrame:
    first = text.lstrip("\ufeff").split("\n", 1)[0]
    separator = max((",", ";", "\t"), key=first.count)
    try:
        frame = pd.read_csv(io.StringIO(text.lstrip("\ufeff")), dtype=str, keep_default_na=False, sep=separator)
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise DataError(f"{name}: not a CSV ({error}). Save the spreadsheet as 'CSV UTF-8'.") from error
    lacking = [column for column in (FEED, ROW) if column not in frame.columns]
    if lacking:
        raise DataError(
            f"{name}: the column {lacking[0]!r} is missing. Mend a file written by 'belvedere quarantine export', or "
            "downloaded from the quarantine page; its first columns say which rows are meant."
        )
    return frame


def mend(workspace: Workspace, path: Path, *, reason: str, signed_by: str, now: dt.datetime | None = None) -> IngestReport:
    """Loads a mended export; see `mend_lines`. Raises DataError where the file is no export."""
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{path.name}: not a CSV in UTF-8 ({error}). Save the spreadsheet as 'CSV UTF-8'.") from error
    reports = []
    for feed, lines in lines_of_text(workspace, text, path.name).items():
        done = mend_lines(workspace, feed, lines, reason=reason, signed_by=signed_by, now=now)
        still = sorted((j.problem for j in done.judged if j.problem is not None), key=lambda p: p.row or 0)
        title = feed_mapping(workspace, feed).title
        reports.append(done.report or FeedReport(feed, title, [], still_at_fault=still))
    return IngestReport(reports)


# -- back from a figure --------------------------------------------------------------------------------------------------


def source_row(workspace: Workspace, origin: Origin) -> dict[str, object] | None:
    """The row of the file a figure was read from, column by column; None where no copy is kept (files of persons)."""
    if origin.file is None or origin.source_row is None or not origin.file.path.exists():
        return None
    mapping = feed_mapping(workspace, origin.row["feed"])
    mended = origin.file.name.endswith(MENDED_SUFFIX)
    return next((cells for _, cells in raw_rows(origin.file.path, mapping, {origin.source_row}, mended=mended)), None)


def correction_behind(workspace: Workspace, origin: Origin) -> tuple[Correction, str] | None:
    """The signed correction a figure rests on, with the name of the source's file; None where nobody corrected it."""
    file_id, row = origin.row.get("file_id"), origin.source_row
    if file_id is None or row is None:
        return None
    found = correction_of(workspace, file_id, row)
    if found is None:
        return None
    names = {v.file_id: v.file.name for v in stored_versions(workspace, origin.row.get("feed"))}
    return found, names.get(found.source_file_id, "")


def feed_mapping(workspace: Workspace, feed: str) -> FeedMapping:
    """The mapping of a feed. Raises UnknownName."""
    mappings = workspace_mappings(workspace)
    if feed not in mappings:
        raise UnknownName("feed", feed, mappings)
    return mappings[feed]


def _raw_rows(version: StoredVersion, mapping: FeedMapping, numbers: set[int]) -> Iterable[tuple[int, dict]]:
    return raw_rows(version.file.path, mapping, numbers, mended=version.covers == MENDED)


def _said(column: str | None, found: str, expected: str, rule: str) -> str:
    return f"{f'{column}: ' if column else ''}found {found}, expected {expected}"


def _text(cell: object) -> str:
    return "" if cell is None else str(cell)
