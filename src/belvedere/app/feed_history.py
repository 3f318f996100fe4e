"""How a feed's figures move after they are first told: what one version changed, and how late each weekday is known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import ibis
import pandas as pd
from ibis import _

from belvedere.app.status import ONE_DAY, VersionSummary, dated
from belvedere.health.rules.keys import KEYS
from belvedere.health.rules.revisions import Revision, compare_versions
from belvedere.store.load import LOADED
from belvedere.store.snapshot import Snapshot

DELAY_DAYS = 182
"""Half a year of days is looked at for the delay."""
EARLIEST = dt.datetime(1900, 1, 1, tzinfo=dt.UTC)
ASSUMED = "assumed"


@dataclass(frozen=True)
class Difference:
    """What became known after one version, up to another. before: None where `after` is the first."""

    before: VersionSummary | None
    after: VersionSummary
    revision: Revision


@dataclass(frozen=True)
class WeekdayDelay:
    """How many days after a day its figures were first known. weekday: 0 is Monday; n: place-days it rests on."""

    weekday: int
    median_days: float
    q90_days: float
    n: int


def difference(
    snapshot: Snapshot, table: str, feed: str, versions: Sequence[VersionSummary], *, before: str | None, after: str | None
) -> Difference | None:
    """What changed between two versions, named by their checksums; None where there is nothing to compare.

    versions: newest first. Default: the newest loaded one and the one before it. Corrections by hand made between count too.
    """
    loaded = [v for v in versions if v.outcome == LOADED]
    if table != "indicators" or not loaded:
        return None
    newer = next((v for v in loaded if v.sha256 == after), loaded[0])
    older = next((v for v in loaded if v.sha256 == before and v.at < newer.at), None)
    older = older or next((v for v in loaded if v.at < newer.at), None)
    since = EARLIEST if older is None else older.at
    changed = _frame(_known(snapshot, feed, newer.at).filter(_.known_at > since).select(*KEYS, "value", "withdrawn"))
    now = changed[~changed["withdrawn"]]
    then = _same_keys(snapshot, feed, since, changed)
    return Difference(older, newer, compare_versions(then, now))


def _known(snapshot: Snapshot, feed: str, at: dt.datetime):
    """The last word of the feed as known at an instant, never later than the snapshot's own."""
    table = _at(snapshot, at).table("indicators", include_withdrawn=True, among=lambda rows: rows.feed == feed)
    return table.mutate(withdrawn=_.withdrawn | (_.status == "withdrawn").fill_null(False))


def _frame(rows: ibis.Table) -> pd.DataFrame:
    """Rows whose keys can be joined even where there are none: pandas cannot join empty columns of its own text type."""
    return rows.to_pandas().astype(dict.fromkeys([key for key in KEYS if key != "date"], object))


def _at(snapshot: Snapshot, at: dt.datetime) -> Snapshot:
    until = at if snapshot.as_of is None else min(at, snapshot.as_of)
    return replace(snapshot, as_of=until)


def _same_keys(snapshot: Snapshot, feed: str, at: dt.datetime, changed: pd.DataFrame) -> pd.DataFrame:
    """What was known at the instant of the keys that changed since."""
    if changed.empty:
        return changed.drop(columns="withdrawn")
    days = sorted(pd.to_datetime(changed["date"]).dt.date.unique())
    held = _frame(_known(snapshot, feed, at).filter(_.date.between(days[0], days[-1]), ~_.withdrawn).select(*KEYS, "value"))
    return held.merge(changed[KEYS], on=KEYS)


def weekday_delays(snapshot: Snapshot, table: str, feed: str, last: dt.date | None, zone: str) -> list[WeekdayDelay]:
    """Delay from each day to the day its figures were first known, by weekday; empty where no date of knowledge was measured.

    zone: in which days begin. Dates that are assumed measure nothing and are left out.
    """
    if last is None or not dated(table):
        return []
    rows = snapshot.history(table)
    rows = rows.filter(rows.feed == feed, rows.date > last - DELAY_DAYS * ONE_DAY, ~rows.withdrawn)
    first = rows.group_by("place", "date").aggregate(first=_.known_at.min(), basis=_.known_basis.argmin(_.known_at))
    told = first.filter(_.basis != ASSUMED).select("date", "first").to_pandas()
    if told.empty:
        return []
    known = pd.to_datetime(told["first"], utc=True).dt.tz_convert(ZoneInfo(zone)).dt.tz_localize(None).dt.normalize()
    days = pd.to_datetime(told["date"])
    delays = (known - days).dt.days.groupby(days.dt.day_of_week)
    return [
        WeekdayDelay(int(weekday), float(part.median()), float(part.quantile(0.9)), len(part)) for weekday, part in delays
    ]  # fmt: skip
