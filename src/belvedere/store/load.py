"""Loading versions of a feed: compare, write what changed, keep the copy, put the rest in quarantine — as one commit.

Versions usually arrive in the order of their time and are compared with the state so far. When one arrives late (an older
file, or a mended mapping), the feed's whole history is told again from the kept copies, in order, in one commit that supersedes
the earlier ones; `at=` still reads what stood before.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from belvedere.ontology import schema
from belvedere.problems import Problem
from belvedere.store import kept, quarantine, register, series
from belvedere.store.commits import Commit, FileInput
from belvedere.store.corrections import Correction
from belvedere.store.engine import reading, writing
from belvedere.store.history import SILENT, Changes, FeedState, Version
from belvedere.store.workspace import Workspace, visible_commits

LOADED, SET_ASIDE = "loaded", "set aside"


@dataclass(frozen=True)
class SourceFile:
    """A file at hand. keep=False for files that hold persons: only their checksum is remembered."""

    path: Path
    name: str
    sha256: str
    bytes: int
    received_at: dt.datetime
    url: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    keep: bool = True


@dataclass(frozen=True)
class Feed:
    """What the store must know of a feed: its id, its table, and the mapping text its versions are read with."""

    id: str
    table: str
    mapping_sha256: str
    mapping_text: str


@dataclass(frozen=True)
class Translated:
    """One file, read and translated.

    rows: the ontology table's columns, source_row, source_column, usual_at, stated_at; keys unique.
    exempt: keys that were set aside, in the same columns. counts: cells read, loaded, empty, set_aside, excluded.
    refused: the one problem for which nothing of the file may be loaded.
    """

    rows: pa.Table
    problems: list[Problem]
    counts: dict[str, int]
    exempt: pa.Table | None = None
    withdrawals_judged: bool = True
    notes: list[str] = field(default_factory=list)
    refused: Problem | None = None


@dataclass(frozen=True)
class Incoming:
    """A version to load: the file, its time, and how to translate it (called only when its turn comes).

    mends: quarantine entries that this version puts right. corrections: who signed its rows, and why.
    accepted: it was loaded before, so what it withdraws is not judged again.
    """

    file: SourceFile
    at: dt.datetime
    basis: str
    covers: str
    translate: Callable[[], Translated]
    grace: dt.timedelta = dt.timedelta(0)
    mends: tuple[int, ...] = ()
    accepted: bool = False
    corrections: tuple[Correction, ...] = ()


@dataclass(frozen=True)
class StoredVersion:
    """A version loaded earlier, as the register knows it; enough to read its kept copy again."""

    feed: str
    file_id: int
    file: SourceFile
    at: dt.datetime
    basis: str
    covers: str
    outcome: str
    mapping_sha256: str
    counts: dict
    notes: list[str]
    commit_id: int
    grace: dt.timedelta = dt.timedelta(0)


@dataclass(frozen=True)
class VersionReport:
    """What became of one version."""

    name: str
    outcome: str
    new: int = 0
    changed: int = 0
    withdrawn: int = 0
    unchanged: int = 0
    counts: dict = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return self.new + self.changed + self.withdrawn


def stored_versions(workspace: Workspace, feed: str | None = None) -> list[StoredVersion]:
    """Every version that counts now, in order of time, then of loading."""
    v, f = register.feed_versions.c, register.files.c
    counted = {row.id for row in visible_commits(workspace)}
    query = (
        sa.select(register.feed_versions, f.sha256, f.name, f.bytes, f.url, f.etag, f.last_modified, f.received_at, f.kept)
        .join(register.files, v.file_id == f.id)
        .order_by(v.version_at, v.id)
    )
    if feed is not None:
        query = query.where(v.feed == feed)
    with reading(workspace.engine) as connection:
        rows = [row for row in connection.execute(query) if row.commit_id in counted]
    return [_stored(workspace, row) for row in rows]


def source_file(workspace: Workspace, row: sa.Row) -> SourceFile:
    """A file as the register knows it."""
    path = kept.place(workspace.files, row.sha256)
    return SourceFile(
        path, row.name, row.sha256, row.bytes, row.received_at, row.url, row.etag, row.last_modified, row.kept
    )  # fmt: skip


def _stored(workspace: Workspace, row: sa.Row) -> StoredVersion:
    file, grace = source_file(workspace, row), dt.timedelta(seconds=row.grace_seconds)
    return StoredVersion(
        row.feed, row.file_id, file, row.version_at, row.basis, row.covers, row.outcome, row.mapping_sha256, row.counts,
        row.notes, row.commit_id, grace,
    )  # fmt: skip


def load(
    workspace: Workspace,
    feed: Feed,
    incoming: Iterable[Incoming],
    *,
    reread: Callable[[StoredVersion], Translated],
    largest_withdrawal: float = 1.0,
    on_version: Callable[[VersionReport], None] = lambda report: None,
) -> list[VersionReport]:
    """Loads versions of one feed as one commit; returns what became of each.

    reread: translates the kept copy of an earlier version, for when the history must be told again.
    largest_withdrawal: a version that withdraws a larger share of what is held is set aside whole, as probably cut off.
    Raises ConflictError when another process loads the same feed, or settled an entry to be mended; nothing is kept then.
    """
    incoming = list(incoming)
    with workspace.locked(f"feed-{feed.id}"):
        quarantine.need_open(workspace, [entry for i in incoming for entry in i.mends])
        earlier = stored_versions(workspace, feed.id)
        # Files of persons are not kept, so their history cannot be told again: a new mapping holds for new files only.
        can_reread = schema.table(feed.table).shelf is schema.Shelf.SERIES
        remapped = [v for v in earlier if can_reread and v.mapping_sha256 != feed.mapping_sha256]
        asked = {"mapping_sha256": feed.mapping_sha256, "largest": largest_withdrawal}
        tried = partial(tried_before, workspace, earlier=earlier, **asked)
        wanted = [i for i in sorted(incoming, key=lambda i: i.at) if i.mends or not (is_held(i, earlier) or tried(i))]
        # What was set aside under another mapping is tried again with the rest of the history.
        fresh = [i for i in wanted if i.mends or not remapped or not _set_aside(i, earlier)]
        if not fresh and not remapped:
            return []
        if not can_reread:
            fresh = [_without_copy(i, earlier) for i in fresh]
            return _carry_on(workspace, feed, earlier, fresh, largest_withdrawal, on_version)
        if remapped or _arrives_late(fresh, earlier):
            return _tell_again(workspace, feed, earlier, fresh, reread, largest_withdrawal, on_version)
        return _carry_on(workspace, feed, earlier, fresh, largest_withdrawal, on_version)


def is_held(incoming: Incoming, earlier: list[StoredVersion]) -> bool:
    """Whether this very version was loaded before.

    The same bytes at another published time, or fetched again after others came from their address, are a version of their own:
    the source went back to what it had said.
    """
    loaded = [v for v in earlier if v.outcome == LOADED]
    same = [v for v in loaded if v.file.sha256 == incoming.file.sha256]
    if incoming.basis == "published":
        return any(v.at == incoming.at for v in same)
    fetched = [v for v in loaded if incoming.file.url is not None and v.file.url == incoming.file.url]
    return bool(same) and (not fetched or fetched[-1].file.sha256 == incoming.file.sha256)


def tried_before(
    workspace: Workspace, incoming: Incoming, *, earlier: list[StoredVersion], mapping_sha256: str, largest: float
) -> bool:
    """Whether these very bytes were set aside whole under this mapping and no stricter a limit: they would be again."""
    same = [v.commit_id for v in _set_aside(incoming, earlier) if v.mapping_sha256 == mapping_sha256]
    if not same:
        return False
    c = register.commits.c
    with reading(workspace.engine) as connection:
        asked = connection.execute(sa.select(c.parameters).where(c.id.in_(same))).scalars().all()
    return any(parameters.get("largest_withdrawal", 0.0) >= largest for parameters in asked)


def _set_aside(incoming: Incoming, earlier: list[StoredVersion]) -> list[StoredVersion]:
    """Earlier versions of the same bytes (and the same published time) of which nothing was loaded."""
    same = [v for v in earlier if v.outcome == SET_ASIDE and v.file.sha256 == incoming.file.sha256]
    return [v for v in same if v.at == incoming.at] if incoming.basis == "published" else same


def _without_copy(incoming: Incoming, earlier: list[StoredVersion]) -> Incoming:
    """A file of persons: no copy is kept, so a history cannot be told again and a late file cannot take its place in it."""
    incoming = replace(incoming, file=replace(incoming.file, keep=False))
    if not _arrives_late([incoming], earlier):
        return incoming
    newest = max(v.at for v in earlier if v.outcome == LOADED)
    problem = Problem(
        "older-than-held",
        f"a file of {incoming.at:%Y-%m-%d %H:%M} UTC",
        f"one not older than the newest loaded ({newest:%Y-%m-%d %H:%M} UTC): files of persons are not kept, so what came "
        "between cannot be told again",
    )
    return replace(incoming, translate=lambda: _refuse(problem))


def _refuse(problem: Problem) -> Translated:
    return Translated(pa.table({}), [], {}, refused=problem)


def _arrives_late(fresh: list[Incoming], earlier: list[StoredVersion]) -> bool:
    newest = max((v.at for v in earlier if v.outcome == LOADED), default=None)
    return newest is not None and any(i.at < newest for i in fresh)


def _carry_on(workspace, feed, earlier, fresh, largest_withdrawal, on_version) -> list[VersionReport]:
    """The usual case: the versions are newer than all that is held."""
    table = schema.table(feed.table)
    held = feed_history(workspace, feed)
    previous = max((v.at for v in earlier if v.covers not in SILENT and v.outcome == LOADED), default=None)
    state = FeedState(table, held, previous)
    kind = "mend" if any(i.mends for i in fresh) else "load"
    return _write(workspace, feed, kind, state, [], fresh, largest_withdrawal, on_version)


def _tell_again(workspace, feed, earlier, fresh, reread, largest_withdrawal, on_version) -> list[VersionReport]:
    """The whole history once more, in the order of time, superseding every earlier commit of the feed."""
    replaced = {i.file.sha256 for i in fresh}
    told = [v for v in earlier if v.outcome == LOADED or v.file.sha256 not in replaced]
    again = [_again(version, reread) for version in told]
    merged = sorted([*again, *fresh], key=lambda i: i.at)
    superseded = sorted({v.commit_id for v in earlier})
    state = FeedState(schema.table(feed.table))
    return _write(workspace, feed, "rebuild", state, superseded, merged, largest_withdrawal, on_version)


def _again(version: StoredVersion, reread: Callable[[StoredVersion], Translated]) -> Incoming:
    return Incoming(version.file, version.at, version.basis, version.covers, lambda: reread(version), version.grace,
                    accepted=version.outcome == LOADED)  # fmt: skip


def _write(workspace, feed, kind, state, superseded, versions, largest_withdrawal, on_version) -> list[VersionReport]:
    file_ids = register_files(workspace, [i.file for i in versions])
    inputs = [FileInput(file_ids[i.file.sha256]) for i in versions]
    reports = []
    parameters = {"mapping_sha256": feed.mapping_sha256, "largest_withdrawal": largest_withdrawal}
    with Commit.begin(workspace, kind, feed=feed.id, inputs=inputs, parameters=parameters) as commit:
        commit.supersedes = superseded
        _remember_mapping(workspace, feed)
        settled = _settled(workspace, superseded, commit, [problem for i in versions for problem in i.mends])
        rows = []
        for version in versions:
            file_id, final = file_ids[version.file.sha256], version is versions[-1]
            report, changes = _apply(state, version, file_id, largest_withdrawal, final=final)
            if changes is not None:
                rows.append(changes.rows)
            _register_version(commit, feed, version, report, file_id, settled)
            on_version(report)
            reports.append(report)
        state.close()
        if rows:
            commit.append(feed.table, _last_said(schema.table(feed.table), rows))
    if schema.table(feed.table).shelf is schema.Shelf.SERIES:
        series.compact(workspace.series, schema.table(feed.table))
    return reports


def _last_said(table: type[schema.Table], versions: list[pa.Table]) -> pa.Table:
    """The rows of one commit but for those that a later version overwrote at the same instant: nothing would order them."""
    rows = pa.concat_tables(versions)
    instants = Counter(t for version in versions for t in pc.unique(version["known_at"]).to_pylist())
    shared = pa.array([t for t, n in instants.items() if n > 1], rows.schema.field("known_at").type)
    if len(shared) == 0:
        return rows
    numbers = pa.array(np.arange(rows.num_rows))
    doubtful = rows.append_column("number_", numbers).filter(pc.is_in(rows["known_at"], shared))
    last = doubtful.group_by([*table.keys(), "known_at"]).aggregate([("number_", "max")])["number__max"]
    overwritten = doubtful["number_"].filter(pc.invert(pc.is_in(doubtful["number_"], last.combine_chunks())))
    return rows.filter(pc.invert(pc.is_in(numbers, overwritten.combine_chunks())))


def _apply(
    state: FeedState, incoming: Incoming, file_id: int, largest: float, *, final: bool
) -> tuple[VersionReport, Changes | None]:
    """Compares one version with the state and, unless it is the last, moves the state by it."""
    translated = incoming.translate()
    counts, notes, problems = translated.counts, list(translated.notes), translated.problems
    if translated.refused is not None:
        return VersionReport(incoming.file.name, SET_ASIDE, counts=counts, problems=[translated.refused], notes=notes), None
    version = Version(incoming.at, incoming.basis, incoming.covers, file_id, incoming.grace, translated.withdrawals_judged)
    changes = state.compare(version, translated.rows, translated.exempt)
    if not incoming.accepted and changes.absent > largest * changes.held:
        problem = Problem(
            "withdraws-too-much",
            f"{changes.absent:,} of {changes.held:,} figures held are missing from this file",
            f"at most {largest:.1%}; if the source really withdrew them, load the file again with --accept-withdrawals",
        )
        return VersionReport(incoming.file.name, SET_ASIDE, counts=counts, problems=[problem], notes=notes), None
    if not translated.withdrawals_judged and incoming.covers not in SILENT:
        notes.append("Withdrawals were not judged: rows whose key could not be read were set aside.")
    if not final:
        state.move(version, changes)
    report = VersionReport(incoming.file.name, LOADED, changes.new, changes.changed, changes.withdrawn, changes.unchanged,
                           counts, problems, notes)  # fmt: skip
    return report, changes


def _register_version(commit: Commit, feed: Feed, version: Incoming, report: VersionReport, file_id: int, settled) -> None:
    counts = report.counts | {"new": report.new, "changed": report.changed, "withdrawn": report.withdrawn,
                              "unchanged": report.unchanged}  # fmt: skip
    commit.also(
        sa.insert(register.feed_versions),
        [dict(feed=feed.id, file_id=file_id, commit_id=commit.id, mapping_sha256=feed.mapping_sha256, version_at=version.at,
              basis=version.basis, covers=version.covers, grace_seconds=int(version.grace.total_seconds()),
              outcome=report.outcome, counts=counts, notes=report.notes)],
    )  # fmt: skip
    commit.set_aside(feed.id, file_id, report.problems, settled)
    if report.outcome == LOADED:
        commit.resolves |= dict.fromkeys([*version.mends, *_whole_file_entries(commit, feed, file_id)], "mended")
        corrections = [c.columns(file_id, commit.id) for c in version.corrections]
        if corrections:
            commit.also(sa.insert(register.corrections), corrections)


def _whole_file_entries(commit: Commit, feed: Feed, file_id: int) -> list[int]:
    """Entries of an earlier attempt at the same file that had set it aside whole."""
    q, c, v = register.quarantine.c, register.commits.c, register.feed_versions.c
    query = (
        sa.select(q.id)
        .join(register.commits, q.commit_id == c.id)
        .join(register.feed_versions, sa.and_(v.commit_id == c.id, v.file_id == q.file_id, v.outcome == SET_ASIDE))
        .where(q.feed == feed.id, q.file_id == file_id, q.resolution.is_(None))
        .where(c.state == "committed", c.superseded_by.is_(None), c.id.not_in(commit.supersedes))
    )
    with reading(commit.workspace.engine) as connection:
        return list(connection.execute(query).scalars())


def _settled(workspace: Workspace, superseded: list[int], commit: Commit, mended: list[int]) -> dict[tuple, tuple]:
    """How entries of commits about to be superseded were settled, so that telling the history again does not reopen them.

    mended: entries that this commit settles itself.
    """
    q = register.quarantine.c
    query = sa.select(register.quarantine).where(
        q.commit_id.in_(superseded), sa.or_(q.resolution.is_not(None), q.id.in_(mended))
    )
    with reading(workspace.engine) as connection:
        return {
            (r.file_id, r.row, r.column, r.rule):
                (r.resolved_by, r.resolution, r.reason) if r.resolution else (commit.id, "mended", None)
            for r in connection.execute(query)
        }  # fmt: skip


def register_files(workspace: Workspace, files: Iterable[SourceFile]) -> dict[str, int]:
    """Keeps a copy of each file (where allowed) and returns its number in the register, by checksum."""
    numbers = {}
    for file in files:
        if file.keep and file.path != kept.place(workspace.files, file.sha256):
            kept.keep(workspace.files, file.path, file.sha256)
    with writing(workspace.engine) as connection:
        for file in files:
            known = connection.execute(sa.select(register.files.c.id).where(register.files.c.sha256 == file.sha256)).scalar()
            if known is None:
                known = connection.execute(
                    sa.insert(register.files).values(
                        sha256=file.sha256,
                        name=file.name,
                        bytes=file.bytes,
                        url=file.url,
                        etag=file.etag,
                        last_modified=file.last_modified,
                        received_at=file.received_at,
                        kept=file.keep,
                    )
                ).inserted_primary_key[0]
            numbers[file.sha256] = known
    return numbers


def _remember_mapping(workspace: Workspace, feed: Feed) -> None:
    with writing(workspace.engine) as connection:
        m = register.mappings
        if connection.execute(sa.select(m.c.sha256).where(m.c.sha256 == feed.mapping_sha256)).scalar() is None:
            connection.execute(sa.insert(m).values(sha256=feed.mapping_sha256, feed=feed.id, text=feed.mapping_text))


def feed_history(workspace: Workspace, feed: Feed) -> pa.Table | None:
    """All rows the feed ever wrote and that still count, with `sequence`; None if there are none."""
    history = workspace.snapshot().history(feed.table)
    if "feed" in history.columns:
        history = history.filter(history.feed == feed.id)
    rows = history.to_pyarrow()
    return rows if rows.num_rows else None
