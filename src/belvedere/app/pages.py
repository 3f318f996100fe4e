"""What each page needs, put together for its template. Nothing here knows of HTTP."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass
from urllib.parse import urlencode

import pandas as pd

from belvedere.app import feed_page
from belvedere.app.findings import FindingsKeeper
from belvedere.app.status import ONE_DAY, RECENT_DAYS, FeedStatus, mapping_of_register, open_entries, statuses_in
from belvedere.app.words import LANGUAGES, LATE, Words, words
from belvedere.demo import is_demo
from belvedere.errors import UnknownName
from belvedere.ontology import schema
from belvedere.ontology.indicators import INDICATORS
from belvedere.sources.ingest import workspace_mappings, workspace_places
from belvedere.sources.mend import source_row
from belvedere.store import quarantine
from belvedere.store.lineage import Origin, origins
from belvedere.store.snapshot import Snapshot
from belvedere.store.workspace import Workspace

ENTRIES_A_PAGE = 100
ORIGINS_SHOWN = 12
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Request:
    """What the reader asked for, whatever the page: language and day of knowledge."""

    lang: str
    as_of: str | None
    now: dt.datetime
    path: str
    query: tuple[tuple[str, str], ...] = ()

    @property
    def say(self) -> Words:
        return words(self.lang)

    def link(self, path: str, **extra: object) -> str:
        """A link that keeps language and day."""
        kept = {"lang": self.lang, "as_of": self.as_of} | extra
        query = urlencode({k: v for k, v in kept.items() if v is not None and v != ""})
        return f"{path}?{query}" if query else path

    def value(self, name: str) -> str:
        """An argument of the page, or nothing."""
        return dict(self.query).get(name, "")

    def here(self, **changed: object) -> str:
        """This page with some arguments changed."""
        return self.link(self.path, **{**dict(self.query), **changed})


@dataclass(frozen=True)
class Overview:
    """The state of all feeds, and what the frame of every page tells of it."""

    workspace: Workspace
    snapshot: Snapshot
    feeds: list[FeedStatus]
    findings: pd.DataFrame | None
    check_failed: bool = False

    @property
    def late(self) -> list[FeedStatus]:
        """Feeds that are late, the worst first."""
        return sorted((f for f in self.feeds if f.state in LATE), key=lambda f: (f.state == "late", f.title))

    @property
    def waiting(self) -> int:
        return sum(f.quarantine for f in self.feeds)

    @property
    def demo(self) -> bool:
        return any(is_demo(f.feed) for f in self.feeds)

    @property
    def reported(self) -> tuple[int, int]:
        """Places that reported and were expected on each feed's last day, added up over the feeds that go on."""
        days = [f.last_day for f in self.feeds if f.last_day is not None and f.state != "ended"]
        return sum(d.reported for d in days), sum(d.expected for d in days)

    @property
    def oldest(self) -> FeedStatus | None:
        """The feed that goes on and has been silent longest."""
        waiting = [f for f in self.feeds if f.age is not None and f.state != "ended"]
        return max(waiting, key=lambda f: f.age, default=None)

    @property
    def assumed_share(self) -> float | None:
        """Share of all rows whose `known_at` is assumed."""
        rows = sum(f.rows for f in self.feeds)
        return sum(f.rows * (f.assumed_share or 0) for f in self.feeds) / rows if rows else None

    @property
    def axis(self) -> list[dt.date]:
        """The last days, the same for every feed, so that what is late shows."""
        newest = max((f.last_date for f in self.feeds if f.last_date is not None and f.state != "ended"), default=None)
        newest = newest or max((f.last_date for f in self.feeds if f.last_date is not None), default=None)
        return [] if newest is None else [newest - n * ONE_DAY for n in range(RECENT_DAYS - 1, -1, -1)]

    def counts(self) -> dict[str, int]:
        """State -> number of feeds, in the order of the page."""
        order = ("fresh", "watch", "late", "very_late", "ended", "never", "unknown")
        shown = [seen_state(f) for f in self.feeds]
        return {state: shown.count(state) for state in order if state in shown}

    def feed(self, name: str) -> FeedStatus:
        """One feed by id. Raises UnknownName."""
        found = next((f for f in self.feeds if f.feed == name), None)
        if found is None:
            raise UnknownName("feed", name, [f.feed for f in self.feeds])
        return found


def seen_state(feed: FeedStatus) -> str:
    """The state of the mark: a feed that is on time but has something to look at is `watch`."""
    errors = (feed.findings or {}).get("error", 0)
    return "watch" if feed.state == "fresh" and (feed.quarantine or feed.missing or errors) else feed.state


def overview(workspace: Workspace, keeper: FindingsKeeper, request: Request) -> Overview:
    """Reads the state of the workspace, as of the day asked for; findings if they have been worked out."""
    snapshot = Snapshot.take(workspace, as_of=request.as_of)
    today = (request.now if snapshot.as_of is None else min(request.now, snapshot.as_of)).date()
    findings = keeper.get_soon(snapshot, today) if snapshot.commits else None
    failed = findings is None and keeper.failed(snapshot, today)
    return Overview(workspace, snapshot, statuses_in(snapshot, request.now, findings), findings, failed)


def feed_view(view: Overview, name: str, indicator: str | None) -> dict[str, object]:
    """The page of one feed."""
    feed = view.feed(name)
    mapping = workspace_mappings(view.workspace).get(name) or mapping_of_register(view.workspace, name)
    places = workspace_places(view.workspace)
    heat = feed_page.heat(view.snapshot, mapping, places, feed.last_date, indicator)
    gaps = [] if heat is None else [(strip, gap) for strip in heat.strips for gap in strip.gaps()]
    versions = feed_page.versions_of(view.snapshot, name)
    return {
        "feed": feed, "mapping": mapping, "heat": heat, "gaps": gaps, "gaps_shown": feed_page.GAPS_SHOWN,
        "found": None if view.findings is None else feed_page.findings_of(view.findings, name),
        "versions": versions[: feed_page.VERSIONS_SHOWN], "older": max(0, len(versions) - feed_page.VERSIONS_SHOWN),
    }  # fmt: skip


def quarantine_view(view: Overview, feed: str | None, page: int) -> dict[str, object]:
    """The page of what was set aside."""
    entries = open_entries(view.snapshot, feed or None)
    start = max(0, page - 1) * ENTRIES_A_PAGE
    shown = entries.iloc[start : start + ENTRIES_A_PAGE]
    return {
        "entries": [r._asdict() for r in shown.itertuples(index=False)], "total": len(entries), "chosen": feed or "",
        "page": max(1, page),
        "pages": -(-len(entries) // ENTRIES_A_PAGE), "feeds_with": int(entries["feed"].nunique()),
        "names": sorted(f.feed for f in view.feeds if f.quarantine),
    }  # fmt: skip


def quarantine_csv(workspace: Workspace, feed: str | None) -> str:
    """The open entries as CSV, safe to open in a spreadsheet: a text that could be read as a formula gets an apostrophe."""
    entries = quarantine.entries(workspace, feed=feed or None).drop(columns=["file_id", "resolution", "reason"])
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(entries.columns)
    for record in entries.itertuples(index=False):
        writer.writerow([_safe(cell) for cell in record])
    return stream.getvalue()


def _safe(cell: object) -> str:
    if pd.isna(cell):
        return ""
    text = cell.isoformat() if isinstance(cell, pd.Timestamp) else str(cell)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


@dataclass(frozen=True)
class Lineage:
    """One figure with the row of the source it came from, and what was said of it before."""

    origin: Origin
    raw: MappingOf[str, object] | None
    earlier: list[Origin]


def origin_view(view: Overview, asked: MappingOf[str, str]) -> dict[str, object]:
    """The page of one figure. asked: `table` and any of its columns. Raises UnknownName for names that do not exist."""
    from belvedere.app.selection import typed

    declared = schema.table(asked.get("table") or "indicators")
    equal = {}
    for name, text in asked.items():
        if name == "table" or not text:
            continue
        if name not in declared.columns:
            raise UnknownName("column", name, declared.columns)
        equal[name] = typed(declared.columns[name], text)
    found = _origins(view.snapshot, declared, equal)
    return {
        "table": declared.name, "asked": asked, "lineages": found[:ORIGINS_SHOWN], "total": len(found),
        "keys": declared.keys(), "searched": bool(equal),
    }  # fmt: skip


def _origins(snapshot: Snapshot, declared: type[schema.Table], equal: dict[str, object]) -> list[Lineage]:
    """Nothing unless the day is named: a whole series is no single figure."""
    if not equal or ("date" in declared.columns and "date" not in equal):
        return []
    keys = declared.keys()
    last = origins(snapshot, declared.name, **equal)
    last.sort(key=lambda origin: [str(origin.row[name]) for name in keys])
    made = []
    for origin in last[:ORIGINS_SHOWN]:
        key = {name: origin.row[name] for name in keys}
        told = origins(snapshot, declared.name, history=True, **key)
        said = [o for o in told if (o.row["commit_id"], o.row["known_at"]) != (origin.row["commit_id"], origin.row["known_at"])]
        made.append(Lineage(origin, source_row(snapshot.workspace, origin), said))
    return made + [Lineage(o, None, []) for o in last[ORIGINS_SHOWN:]]


def shared(request: Request, view: Overview) -> dict[str, object]:
    """What every template may use."""
    places = workspace_places(view.workspace)

    def place_name(place: object) -> object:
        return places.name(place) if isinstance(place, str) and place in places else place

    def examples(group: feed_page.RuleFindings) -> list[str]:
        return [request.say.finding(finding, place_name(finding["place"])) for _, finding in group.examples.iterrows()]

    return {
        "request": request, "say": request.say, "view": view, "languages": tuple(LANGUAGES), "seen_state": seen_state,
        "language_name": lambda lang: words(lang)("language"), "day_shares": lambda feed: {d.date: d.share for d in feed.days},
        "indicator_names": sorted(INDICATORS), "place_name": place_name, "examples": examples,
        "zone_of": lambda feed: next((f.zone for f in view.feeds if f.feed == feed), "UTC"),
    }  # fmt: skip
