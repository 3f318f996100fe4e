"""The state of every feed: what came, what is due, who is missing, what waits in quarantine, what the rules found.

    feed_statuses(workspace, now)                   # as it is
    feed_statuses(workspace, now, as_of="2020-10-20")  # as it was known then

Glue only: `store` says what is held, `health` judges it, `reference` knows calendars and limits.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from zoneinfo import ZoneInfo

import ibis
import pandas as pd
import sqlalchemy as sa

from belvedere.app.findings import thresholds
from belvedere.demo import is_demo
from belvedere.errors import MappingError
from belvedere.health import Thresholds, build_panels, completeness, freshness, missing_places
from belvedere.health.freshness import publication_calendar
from belvedere.ontology import schema
from belvedere.reference.places import Places
from belvedere.sources.ingest import workspace_places
from belvedere.sources.mapping import Mapping, read_mapping, shipped_mappings
from belvedere.store import quarantine, register
from belvedere.store.engine import reading
from belvedere.store.load import LOADED, StoredVersion, stored_versions
from belvedere.store.snapshot import Snapshot
from belvedere.store.workspace import Workspace

RECENT_DAYS = 14
"""Days drawn on the overview, and worked out for the share over the window."""

ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class VersionSummary:
    """One version of a feed. at: its time (basis says whose); counts: cells loaded, empty, set aside, excluded, and changes."""

    name: str
    at: dt.datetime
    basis: str
    received_at: dt.datetime
    covers: str
    outcome: str
    counts: dict
    notes: list[str]
    url: str | None
    sha256: str


@dataclass(frozen=True)
class Missing:
    """A place that is expected and has not reported. last_reported: None when it never did within the window looked at."""

    place: str
    name: str
    last_reported: dt.date | None


@dataclass(frozen=True)
class DayShare:
    """How many of the expected places reported one day."""

    date: dt.date
    reported: int
    expected: int

    @property
    def share(self) -> float | None:
        """0 to 1; None when nobody is expected."""
        return self.reported / self.expected if self.expected else None


@dataclass(frozen=True)
class FeedStatus:
    """Everything the overview says of one feed.

    state: fresh, late, very_late, ended, never or unknown (no calendar: the mapping names no country).
    last_date: the newest day with a figure. expected_at: when newer figures were, or are, due (UTC).
    days: completeness of the last days, oldest first, the last one being `last_date`. window_share: over those days.
    findings: by severity; None while they have not been worked out. assumed_share: rows whose `known_at` is assumed, 0 to 1.
    """

    feed: str
    title: str
    producer: str
    licence: str
    table: str
    country: str | None
    rhythm: str
    state: str
    versions: int
    last_version: VersionSummary | None
    last_date: dt.date | None
    expected_at: dt.datetime | None
    age: dt.timedelta | None
    missed: int
    days: tuple[DayShare, ...]
    missing: tuple[Missing, ...]
    quarantine: int
    findings: dict[str, int] | None
    rows: int
    assumed_share: float | None
    demo: bool
    caveats: tuple[str, ...] = field(default=(), repr=False)
    source: str | None = None
    zone: str = "UTC"

    @property
    def last_day(self) -> DayShare | None:
        """Completeness of the newest day."""
        return self.days[-1] if self.days else None

    @property
    def window_share(self) -> float | None:
        """Share of the expected reports of the last days that came."""
        expected = sum(day.expected for day in self.days)
        return sum(day.reported for day in self.days) / expected if expected else None

    def as_json(self) -> dict:
        """Plain values, for the interface and for `status --json`."""
        plain = asdict(self)
        plain |= {
            "window_share": self.window_share,
            "age_hours": None if self.age is None else round(self.age / dt.timedelta(hours=1), 1),
        }
        del plain["age"]
        return plain


def feed_statuses(
    workspace: Workspace,
    now: dt.datetime,
    *,
    as_of: str | dt.date | dt.datetime | None = None,
    findings: pd.DataFrame | None = None,
) -> list[FeedStatus]:
    """Status of every feed that was ever loaded, or has a mapping of this workspace's own; in the order of feed ids.

    now: the moment at which feeds are late or not; with `as_of`, the moment asked for takes its place.
    findings: from `findings.FindingsKeeper`, if worked out.
    """
    snapshot = Snapshot.take(workspace, as_of=as_of)
    return statuses_in(snapshot, now, findings)


def statuses_in(
    snapshot: Snapshot, now: dt.datetime, findings: pd.DataFrame | None = None, *, places: Places | None = None
) -> list[FeedStatus]:
    """As `feed_statuses`, from a snapshot at hand. places: the workspace's, where they are at hand too."""
    workspace = snapshot.workspace
    if snapshot.as_of is not None:
        now = min(now, snapshot.as_of)
    places, limits = places or workspace_places(workspace), thresholds(workspace)
    mappings = shipped_mappings(workspace.mappings, places)
    versions = _versions_by_feed(workspace, snapshot.as_of)
    own = {feed for feed, mapping in mappings.items() if mapping.path.is_relative_to(workspace.mappings)}
    known = {feed: mappings.get(feed) or mapping_of_register(workspace, feed) for feed in sorted({*versions, *own})}
    totals = _totals(snapshot, {m.table for m in known.values()})
    reports = _recent_reports(snapshot, known, totals, limits)
    waiting = open_entries(snapshot)["feed"].value_counts()
    found = None if findings is None else findings.groupby(["feed", "severity"]).size()
    made = []
    for feed, mapping in known.items():
        recent = _recent(mapping, reports.get(feed), limits, places)
        counted = None if found is None else found.get(feed, pd.Series(dtype=int)).to_dict()
        made.append(
            _status(mapping, versions.get(feed, []), recent, totals.get(feed, NOTHING), now, limits, places,
                    waiting=int(waiting.get(feed, 0)), findings=counted)
        )  # fmt: skip
    return made


def mapping_of_register(workspace: Workspace, feed: str) -> Mapping:
    """The mapping a feed was last loaded with, when its text is no longer among the files."""
    v, m = register.feed_versions.c, register.mappings.c
    query = (
        sa.select(m.text).join(register.feed_versions, v.mapping_sha256 == m.sha256).where(v.feed == feed).order_by(v.id.desc())
    )
    with reading(workspace.engine) as connection:
        text = connection.execute(query.limit(1)).scalar()
    if text is None:
        raise MappingError(f"Feed {feed!r} was never loaded and has no mapping.")
    return read_mapping(text, workspace.mappings / f"{feed}.toml")


# -- what is held -------------------------------------------------------------------------------------------------------


def _versions_by_feed(workspace: Workspace, as_of: dt.datetime | None) -> dict[str, list[StoredVersion]]:
    grouped: dict[str, list[StoredVersion]] = {}
    for version in stored_versions(workspace):
        if as_of is None or version.at <= as_of:
            grouped.setdefault(version.feed, []).append(version)
    return grouped


def open_entries(snapshot: Snapshot, feed: str | None = None) -> pd.DataFrame:
    """What waits in quarantine (see `store.quarantine.entries`); with `as_of`, only of files that had come by then."""
    entries = quarantine.entries(snapshot.workspace, feed=feed)
    if snapshot.as_of is None or entries.empty:
        return entries
    come = {v.file_id for v in stored_versions(snapshot.workspace, feed) if v.at <= snapshot.as_of}
    return entries[entries["file_id"].isin(come)]


def dated(name: str) -> bool:
    """Whether a table has a feed, a place and a day, so that one can ask who reported when."""
    return {"feed", "place", "date"} <= set(schema.table(name).columns)


@dataclass(frozen=True)
class Totals:
    """Over all a feed ever wrote: rows, share with an assumed `known_at`, newest day, when the last one became known."""

    rows: int = 0
    assumed: float | None = None
    newest: dt.date | None = None
    known_at: dt.datetime | None = None


NOTHING = Totals()


def _totals(snapshot: Snapshot, names: Iterable[str]) -> dict[str, Totals]:
    """By feed, from one reading of each table."""
    found = {}
    for name in sorted(names):
        history = snapshot.history(name)
        if "feed" not in history.columns:
            continue
        measures = {
            "rows": history.count(),
            "assumed": (history.known_basis == "assumed").mean(),
            "known_at": history.known_at.max(),
        }
        if "date" in history.columns:
            measures["newest"] = history.date.max(where=~history.withdrawn)
        for row in history.group_by("feed").aggregate(**measures).to_pyarrow().to_pylist():
            feed = row.pop("feed")
            found[feed] = Totals(**row)
    return found


def _recent_reports(
    snapshot: Snapshot, known: dict[str, Mapping], totals: dict[str, Totals], limits: Thresholds
) -> dict[str, pd.DataFrame]:
    """Feed -> who reported when (see `who_reported`), as far back as completeness of the last days needs."""
    depth = (RECENT_DAYS + limits.completeness_window_days) * ONE_DAY
    since: dict[str, dict[str, dt.date]] = {}
    for feed, mapping in known.items():
        newest = totals.get(feed, NOTHING).newest
        if newest is not None and dated(mapping.table):
            since.setdefault(mapping.table, {})[feed] = newest - depth
    found: dict[str, pd.DataFrame] = {}
    for table, feeds in since.items():
        rows = who_reported(snapshot, table, feeds)
        found |= {str(feed): part for feed, part in rows.groupby("feed")}
        # Where everything recent was withdrawn: look further back, at all there is.
        emptied = {feed: dt.date(1, 1, 1) for feed in feeds if feed not in found}
        if emptied:
            found |= {str(feed): part for feed, part in who_reported(snapshot, table, emptied).groupby("feed")}
    return found


def who_reported(snapshot: Snapshot, table: str, since: dict[str, dt.date]) -> pd.DataFrame:
    """One row for each place and day on which a feed has any figure (or one hidden by its producer), as rows of one series.

    since: feed -> first day looked at. Columns: those of `indicators` that `health.build_panels` reads.
    """

    def recent(rows: ibis.Table) -> ibis.expr.types.BooleanValue:
        return ibis.or_(*((rows.feed == feed) & (rows.date >= day) for feed, day in since.items()))

    rows = snapshot.table(table, among=recent)
    if "status" in rows.columns:
        rows = rows.filter(((rows.status == "reported") & rows["value"].notnull()) | (rows.status == "suppressed"))
    period = rows.period if "period" in rows.columns else ibis.literal("day")
    told = rows.select("feed", "place", "date", period=period).distinct().to_pandas()
    return told.assign(indicator="any", condition="all", age_group="all", sex="all", value=1.0, status="reported")


def _recent(
    mapping: Mapping, reports: pd.DataFrame | None, limits: Thresholds, places: Places
) -> tuple[tuple[DayShare, ...], tuple[Missing, ...]]:
    """Completeness of the last days and who is missing on the newest one: whoever sent any figure of the feed has reported."""
    if reports is None:
        return (), ()
    panels = build_panels(reports)
    expected = {mapping.feed: expected_places(mapping, places)} if mapping.health.places else None
    by_day = completeness(panels, window_days=limits.completeness_window_days, places=expected)
    by_day = by_day.groupby("date")[["reported", "expected"]].sum().sort_index()
    days = tuple(
        DayShare(pd.Timestamp(d).date(), int(r.reported), int(r.expected)) for d, r in by_day.tail(RECENT_DAYS).iterrows()
    )
    gone = missing_places(panels, window_days=limits.completeness_window_days, places=expected)
    gone = gone[gone["date"] == by_day.index[-1]].drop_duplicates("place").sort_values("place")
    return days, tuple(_missing(row.place, row.last_reported, places) for row in gone.itertuples())


def _missing(place: str, last: pd.Timestamp, places: Places) -> Missing:
    name = places.name(place) if place in places else place
    return Missing(place, name, None if pd.isna(last) else pd.Timestamp(last).date())


def expected_places(mapping: Mapping, places: Places) -> tuple[str, ...]:
    """The places a mapping says a complete feed has; empty when it does not say."""
    stated = mapping.health.places
    if stated is None:
        return ()
    if isinstance(stated, str):
        level = stated.removeprefix("level:")
        return places.at_level(level, mapping.country) if stated.startswith("level:") else (stated,)
    return tuple(stated)


# -- what it means ------------------------------------------------------------------------------------------------------


def _status(mapping, versions, recent, totals: Totals, now, limits, places, *, waiting, findings) -> FeedStatus:
    days, missing = recent
    known = [totals.known_at, *(v.at for v in versions if v.outcome == LOADED)]
    last_known = max((moment for moment in known if moment is not None), default=None)
    last_date = days[-1].date if days else totals.newest
    if last_date is None and last_known is not None:  # records have no day of their own: the day they were known
        last_date = last_known.astimezone(ZoneInfo(zone_of(mapping, places))).date()
    fresh = _freshness(mapping, last_known, last_date, now, limits, places)
    return FeedStatus(
        feed=mapping.feed, title=mapping.title, producer=mapping.producer, licence=mapping.licence, table=mapping.table,
        country=mapping.country, rhythm=mapping.clock.rhythm, state=_state(mapping, fresh, last_date, last_known),
        versions=len(versions), last_version=summary(versions[-1]) if versions else None, last_date=last_date,
        expected_at=None if fresh is None else fresh.expected_at, age=None if fresh is None else fresh.age,
        missed=0 if fresh is None else fresh.missed, days=days, missing=missing, quarantine=waiting, findings=findings,
        rows=totals.rows,
        assumed_share=totals.assumed, demo=is_demo(mapping.feed),
        caveats=tuple(mapping.caveats), source=mapping.source or mapping.url,
        zone=zone_of(mapping, places),
    )  # fmt: skip


def zone_of(mapping: Mapping, places: Places) -> str:
    """The zone in which the feed's times are told."""
    if mapping.clock.timezone:
        return mapping.clock.timezone
    return places.timezone(mapping.country).key if mapping.country else "UTC"


def _freshness(mapping: Mapping, known_at: dt.datetime | None, last_date, now: dt.datetime, limits: Thresholds, places: Places):
    if known_at is None or mapping.country is None:
        return None
    by_clock = mapping.clock.days_and_hour
    stated = mapping.clock.length or dt.timedelta(0)
    lag = stated if by_clock is None else (by_clock[0] - 1) * ONE_DAY + _since_midnight(by_clock[1])
    hour = by_clock[1] if by_clock is not None and by_clock[1] != dt.time(0) else None
    calendar = publication_calendar(mapping.clock.rhythm, mapping.country, publication_time=hour, places=places)
    return freshness(min(known_at, now), last_date, lag, now, next_publication=calendar, thresholds=limits)


def _since_midnight(time: dt.time) -> dt.timedelta:
    return dt.timedelta(hours=time.hour, minutes=time.minute)


def _state(mapping: Mapping, fresh, last_date: dt.date | None, known_at: dt.datetime | None) -> str:
    if known_at is None:
        return "never"
    ended = mapping.health.last is not None and last_date is not None and last_date >= mapping.health.last
    if ended or mapping.clock.rhythm == "once":
        return "ended"
    return "unknown" if fresh is None else fresh.state


def summary(version: StoredVersion) -> VersionSummary:
    """A version in the words of the page."""
    file = version.file
    return VersionSummary(file.name, version.at, version.basis, file.received_at, version.covers, version.outcome,
                          version.counts, version.notes, file.url, file.sha256)  # fmt: skip
