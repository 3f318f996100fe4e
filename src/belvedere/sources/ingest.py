"""From files, folders and addresses into the workspace: find the mapping, read, translate, check, commit.

    report = ingest(workspace, ["downloads/", "https://…/covid-hospit-incid.csv"])

Each file is claimed by the mappings that name it; each mapping's files become versions of its feed, in the order of their time,
as one commit. What cannot be read is in quarantine with its reason, and the report says so.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from belvedere.errors import FetchError, UnknownName
from belvedere.ontology import schema
from belvedere.reference import tables
from belvedere.reference.places import Places
from belvedere.sources.fetch import Fetched, fetch
from belvedere.sources.mapping import Mapping, find_mappings, shipped_mappings
from belvedere.sources.read_file import translate_file
from belvedere.sources.report import FeedReport, IngestReport
from belvedere.sources.unclaimed import may_hold_data, suggestion
from belvedere.store import kept, register
from belvedere.store.corrections import Correction
from belvedere.store.engine import reading
from belvedere.store.history import MENDED
from belvedere.store.load import (
    Feed,
    Incoming,
    SourceFile,
    StoredVersion,
    Translated,
    VersionReport,
    is_held,
    load,
    stored_versions,
    tried_before,
)
from belvedere.store.workspace import Workspace

PERIOD = {"daily": dt.timedelta(days=1), "working-days": dt.timedelta(days=1), "weekly": dt.timedelta(weeks=1),
          "monthly": dt.timedelta(days=31), "once": dt.timedelta(0)}  # fmt: skip

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Arrived:
    """A file at hand, with what its server said of it if it came from an address."""

    path: Path
    name: str
    received_at: dt.datetime
    url: str | None = None
    etag: str | None = None
    last_modified: str | None = None


def ingest(
    workspace: Workspace,
    sources: Iterable[str | Path] = (),
    *,
    feed: str | None = None,
    country: str | None = None,
    accept_withdrawals: bool = False,
    now: dt.datetime | None = None,
    on_progress: Progress = lambda text, done, total: None,
    fetcher: Callable[..., Fetched] = fetch,
) -> IngestReport:
    """Loads every file of the sources that a mapping claims; returns what became of each.

    sources: files, folders (with everything below them), addresses; none means the address of every feed that has one.
    feed: takes only this feed's files, and takes the files named one by one whatever their name.
    country: takes only feeds about this country.
    accept_withdrawals: loads also a file that withdraws a large share of what is held.
    now: the time of receipt. fetcher: brings an address (replaced in tests).
    """
    now = now or dt.datetime.now(dt.UTC)
    places = workspace_places(workspace)
    mappings = shipped_mappings(workspace.mappings, places)
    chosen = [_named(mappings, feed)] if feed else _about(mappings, country)
    addresses, files, unclaimed, failed = _sort_out(sources, chosen, named_feed=feed is not None)
    if not list(sources):
        addresses = {m.url: [m] for m in chosen if m.url}
    arrived = [(m, Arrived(path, path.name, now)) for path, ms in files.items() for m in ms]
    for done, (url, ms) in enumerate(addresses.items()):
        on_progress(f"fetching {url}", done, len(addresses))
        try:
            brought = _bring(workspace, url, fetcher)
        except FetchError as error:
            failed[url] = str(error)
            continue
        claiming = ms or find_mappings(brought.name, chosen)
        if not claiming:
            failed[url] = f"{brought.name}: {suggestion(brought.path, brought.name, chosen)}"
        arrived += [(m, brought) for m in claiming]
    return IngestReport(_load_all(workspace, places, arrived, accept_withdrawals, on_progress), unclaimed, failed)


def workspace_mappings(workspace: Workspace) -> dict[str, Mapping]:
    """The shipped mappings and the workspace's own, by feed; its own win."""
    return shipped_mappings(workspace.mappings, workspace_places(workspace))


def workspace_places(workspace: Workspace) -> Places:
    """The shipped register of places with the workspace's own added."""
    own = workspace.frame("places")
    if own.empty:
        return Places.load()
    return Places.load().with_rows(own[list(schema.table("places").columns)].assign(source="this workspace"))


def _about(mappings: dict[str, Mapping], country: str | None) -> list[Mapping]:
    known = {m.country for m in mappings.values() if m.country}
    if country is not None and country not in known:
        raise UnknownName("country with feeds", country, known)
    return [m for m in mappings.values() if country in (None, m.country)]


def _named(mappings: dict[str, Mapping], feed: str) -> Mapping:
    if feed not in mappings:
        raise UnknownName("feed", feed, mappings)
    return mappings[feed]


def _sort_out(sources, chosen: list[Mapping], *, named_feed: bool):
    """Sources as addresses and files with the mappings that claim them, and files nobody claims."""
    addresses: dict[str, list[Mapping]] = {}
    files: dict[Path, list[Mapping]] = {}
    unclaimed: dict[Path, str] = {}
    failed: dict[str, str] = {}
    for source in sources:
        if str(source).startswith(("http://", "https://")):
            addresses[str(source)] = chosen if named_feed else []
            continue
        path = Path(source)
        if not path.exists():
            failed[str(source)] = "no such file or folder"
            continue
        for file in [path] if path.is_file() else list(_files_below(path)):
            claiming = chosen if named_feed and path.is_file() else find_mappings(file.name, chosen)
            if claiming:
                files[file] = claiming
            elif path.is_file() or may_hold_data(file, chosen):
                unclaimed[file] = suggestion(file, file.name, chosen)
    return addresses, files, unclaimed, failed


def _files_below(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith((".", "~$")) for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden:
            yield path


def _bring(workspace: Workspace, url: str, fetcher: Callable[..., Fetched]) -> Arrived:
    """Fetches an address unless what is held is still what it serves."""
    f = register.files.c
    with reading(workspace.engine) as connection:
        row = connection.execute(sa.select(register.files).where(f.url == url, f.kept).order_by(f.id.desc()).limit(1)).first()
    previous = None
    if row is not None:
        path = kept.place(workspace.files, row.sha256)
        previous = Fetched(path, row.sha256, row.bytes, row.etag, row.last_modified, row.received_at, "unchanged")
    brought = fetcher(url, workspace.tmp / "fetched", previous=previous)
    name = brought.name or url.split("?")[0].rstrip("/").rsplit("/", 1)[-1]
    return Arrived(brought.path, name, brought.fetched_at, url, brought.etag, brought.last_modified)


def _load_all(workspace, places, arrived: list[tuple[Mapping, Arrived]], accept_withdrawals: bool, on_progress: Progress):
    by_feed: dict[str, list[Arrived]] = {}
    mappings = {m.feed: m for m, _ in arrived}
    for mapping, file in arrived:
        by_feed.setdefault(mapping.feed, []).append(file)
    done, total = 0, len(arrived)
    reports = []
    for feed, files in by_feed.items():
        on_progress(f"{feed}: {len(files)} file{'s' if len(files) > 1 else ''}", done, total)
        count = partial(_count, on_progress, feed, done, total)
        reports.append(
            load_feed(workspace, mappings[feed], files, places, accept_withdrawals=accept_withdrawals, on_version=count)
        )
        if mappings[feed].table == "places":  # what follows may speak of the places just loaded
            places = workspace_places(workspace)
        done += len(files)
    on_progress("done", total, total)
    return reports


def _count(on_progress: Progress, feed: str, done: int, total: int, report: VersionReport) -> None:
    on_progress(f"{feed}: {report.name}", done, total)


def load_feed(
    workspace: Workspace,
    mapping: Mapping,
    files: Iterable[Arrived],
    places: Places,
    *,
    accept_withdrawals: bool = False,
    mends: tuple[int, ...] = (),
    corrections: tuple[Correction, ...] = (),
    on_version: Callable[[VersionReport], None] = lambda report: None,
) -> FeedReport:
    """Loads files as versions of one feed. Known bytes (loaded, or set aside whole) are counted and passed over.

    No files: tells the feed's history again where its mapping changed. mends, corrections: of a mended copy, see `Incoming`.
    """
    feed = feed_of(mapping)
    earlier = stored_versions(workspace, mapping.feed)
    incoming = [_incoming(workspace, mapping, places, file, mends, corrections) for file in files]
    largest = 1.0 if accept_withdrawals else _largest_withdrawal(workspace)
    held = [not mends and is_held(i, earlier) for i in incoming]
    tried = [
        not mends and tried_before(workspace, i, earlier=earlier, mapping_sha256=feed.mapping_sha256, largest=largest)
        for i in incoming
    ]
    reports = load(
        workspace,
        feed,
        incoming,
        reread=lambda version: translate_stored(workspace, mapping, places, version),
        largest_withdrawal=largest,
        on_version=on_version,
    )
    aside = sum(t and not h for h, t in zip(held, tried, strict=True))
    return FeedReport(mapping.feed, mapping.title, reports, sum(held), aside)


def _largest_withdrawal(workspace: Workspace) -> float:
    return tables.load("feed_rules", workspace.path / "overrides").value("withdrawal.maximum_share").value


def feed_of(mapping: Mapping) -> Feed:
    """What the store must know of a mapping: its feed, table, and text."""
    text = mapping.path.read_text(encoding="utf-8")
    return Feed(mapping.feed, mapping.table, hashlib.sha256(text.encode()).hexdigest(), text)


def _incoming(
    workspace: Workspace, mapping: Mapping, places: Places, file: Arrived, mends: tuple[int, ...],
    corrections: tuple[Correction, ...] = (),
) -> Incoming:  # fmt: skip
    holds_persons = schema.table(mapping.table).shelf is schema.Shelf.RECORDS
    source = SourceFile(
        file.path, file.name, kept.sha256(file.path), file.path.stat().st_size, file.received_at, file.url, file.etag,
        file.last_modified, keep=not holds_persons,
    )  # fmt: skip
    published = None if holds_persons or mends else mapping.published_at(file.name)
    at, basis = (published, "published") if published else (file.received_at, "ingested")
    covers = MENDED if mends else mapping.covers
    translate = partial(translate_file, file.path, mapping, places, workspace.pseudonym_key, mended=bool(mends))
    return Incoming(
        source, at, basis, covers, translate, grace(workspace, mapping), mends, corrections=corrections
    )  # fmt: skip


def grace(workspace: Workspace, mapping: Mapping) -> dt.timedelta:
    """How late an increment may come before its rows count as history loaded later."""
    periods = tables.load("feed_rules", workspace.path / "overrides").value("stale.very_late_after_periods").value
    return periods * PERIOD[mapping.clock.rhythm.split(":")[0]]


def translate_stored(workspace: Workspace, mapping: Mapping, places: Places, version: StoredVersion) -> Translated:
    """The kept copy of an earlier version, translated with today's mapping."""
    return translate_file(version.file.path, mapping, places, workspace.pseudonym_key, mended=version.covers == MENDED)
