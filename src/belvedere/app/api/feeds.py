"""Feeds, what was set aside, and the frame that tells their state on every page."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

import belvedere
from belvedere.app import feed_history, feed_page
from belvedere.app import sentences_feeds as words
from belvedere.app.alerting import Alerting
from belvedere.app.api import common
from belvedere.app.api import models_data as data
from belvedere.app.api.alert_answers import alert_frame
from belvedere.app.api.common import cell, text
from belvedere.app.api.mending import in_group
from belvedere.app.api.models import Origin
from belvedere.app.api.models_situation import (
    BannerRow,
    Country,
    Frame,
    OldestFeed,
    OutlookDay,
    Reported,
    ScenarioRef,
)
from belvedere.app.api.reading import Reading
from belvedere.app.api.reporting import reporting
from belvedere.app.api.watch import ranked
from belvedere.app.findings import FindingsKeeper
from belvedere.app.overview import Overview
from belvedere.app.sentences import LIKELY
from belvedere.app.sentences_entries import entry_words
from belvedere.app.sentences_words import LANGUAGES, say, stretches
from belvedere.app.status import FeedStatus, VersionSummary, dated, mapping_of_register, open_entries
from belvedere.errors import UnknownName
from belvedere.sources.ingest import workspace_mappings
from belvedere.trust.gate import OPERATOR, Read

ENTRIES_A_PAGE = 100
CELLS_SHOWN = 20

# -- the frame -----------------------------------------------------------------------------------------------------------


def frame(reading: Reading) -> Frame:
    """What every page shows around itself."""
    view = _overview(reading)
    who, oldest = reporting(reading), view.oldest
    ground, country = reading.ground, reading.country
    return Frame(
        meta=common.meta(reading),
        countries=[_country(reading, name) for name in reading.countries],
        days=_days(reading),
        first_day=ground and ground.first_day,
        last_day=ground and ground.last_day,
        scenarios=[_scenario(reading, id) for id in reading.scenarios],
        reported=Reported(
            n=who.reported if who else 0, of=who.expected if who else 0,
            share=who.reported / who.expected if who and who.expected else None, level=ground and ground.level,
            date=who and who.date,
        ),
        oldest=oldest and OldestFeed(feed=oldest.feed, title=oldest.title, state=oldest.state,
                                     age_hours=round(oldest.age / dt.timedelta(hours=1), 1)),
        banner=[_banner(status) for status in view.late],
        feeds_late=len(view.late),
        quarantine_open=view.waiting,
        watch_open=sum(
            (row.chance_14 or 0) > LIKELY and row.state == "open" for row in (ranked(reading, "icu") if country else [])
        ),
        **alert_frame(Alerting(reading.library)),
        languages=sorted(LANGUAGES, reverse=True),
        version=belvedere.__version__,
        synthetic=view.demo,
        operator=OPERATOR,
    )  # fmt: skip


def _overview(reading: Reading) -> Overview:
    return Overview(reading.statuses)


def _country(reading: Reading, country: str) -> Country:
    made = any(run.country == country for run in reading.state.runs)
    return Country(id=country, name=common.country_name(reading.state.places, country), outlook=made)


def _days(reading: Reading) -> list[OutlookDay]:
    """Days with an outlook, newest first: the newest made now, and every replay; the newest of those asked for one day."""
    own = [run for run in reading.state.runs if run.country == reading.country and run.scenario == reading.scenario]
    live = max((run for run in own if not run.replay), key=lambda run: run.sequence, default=None)
    days: dict[dt.date, OutlookDay] = {}
    for run in own:
        if run.replay:
            day = run.then.date()
            days.setdefault(day, OutlookDay(as_of=day, reference_date=run.reference_date, replay=True, sequence=run.sequence))
    newest = [] if live is None else [
        OutlookDay(as_of=None, reference_date=live.reference_date, replay=False, sequence=live.sequence)
    ]  # fmt: skip
    return newest + [days[day] for day in sorted(days, reverse=True)]


def _scenario(reading: Reading, id: str) -> ScenarioRef:
    found = reading.scenarios[id]
    state = "expired" if found.expired(reading.now.date()) else found.state
    made = any(run.scenario == id and run.country == reading.country for run in reading.state.runs)
    return ScenarioRef(id=id, title=found.title, author=found.author, expires_on=found.expires_on, state=state, outlook=made)


def _banner(status: FeedStatus) -> BannerRow:
    return BannerRow(feed=status.feed, state=status.state, text=text(lambda lang: words.banner(lang, [status])))


# -- feeds ---------------------------------------------------------------------------------------------------------------


def feeds(reading: Reading, keeper: FindingsKeeper) -> data.Feeds:
    """The state of every feed; findings as far as they have been worked out."""
    found, state = _findings(reading, keeper)
    view = _overview(reading)
    counted = None if found is None else found.groupby(["feed", "severity"]).size()
    return data.Feeds(
        meta=common.plain_meta(reading, synthetic=view.demo),
        lede=common.sentence(lambda lang: stretches(words.lede(lang, view.feeds))),
        findings=state,
        axis=view.axis,
        feeds=[_summary(status, counted) for status in view.feeds],
    )


def _findings(reading: Reading, keeper: FindingsKeeper) -> tuple[pd.DataFrame | None, str]:
    """Findings and how far they are; asked for by another process where there are none yet."""
    snapshot = reading.snapshot
    if not snapshot.commits:
        return None, "ready"
    found = keeper.get_soon(snapshot, reading.today)
    if found is not None:
        return found, "ready"
    return None, "failed" if keeper.failed(snapshot, reading.today) else "working"


def found_soon(reading: Reading, keeper: FindingsKeeper) -> pd.DataFrame | None:
    """Findings if there are any yet; else they are asked for."""
    return _findings(reading, keeper)[0]


def findings_ready(reading: Reading, keeper: FindingsKeeper) -> bool:
    """Whether the rules have been worked out for this reading."""
    return keeper.get(reading.snapshot, reading.today) is not None


def _summary(status: FeedStatus, counted: pd.Series | None) -> data.FeedSummary:
    found = None if counted is None else counted.get(status.feed, pd.Series(dtype=int)).to_dict()
    last = status.last_day
    return data.FeedSummary(
        feed=status.feed, title=status.title, producer=status.producer, licence=status.licence, table=status.table,
        country=status.country, rhythm=status.rhythm, state=status.state,
        freshness=text(lambda lang: words.freshness(lang, status)), versions=status.versions,
        last_version=status.last_version and _version(status.last_version), last_date=status.last_date,
        expected_at=status.expected_at,
        age_hours=None if status.age is None else round(status.age / dt.timedelta(hours=1), 1), missed=status.missed,
        days=[data.DayCompleteness(date=d.date, reported=d.reported, expected=d.expected, share=d.share) for d in status.days],
        completeness=last and last.share, window_share=status.window_share,
        missing=[data.MissingPlace(place=m.place, name=m.name, last_reported=m.last_reported) for m in status.missing],
        missing_text=text(lambda lang: words.missing(lang, status)), quarantine=status.quarantine,
        findings=None if found is None else data.FindingCounts(**{str(k): int(v) for k, v in found.items()}),
        rows=status.rows, assumed_share=cell(status.assumed_share), synthetic=status.demo, caveats=list(status.caveats),
        source=status.source, zone=status.zone,
    )  # fmt: skip


def _version(version: VersionSummary) -> data.Version:
    counts = {name: int(n) for name, n in version.counts.items() if isinstance(n, int)}
    return data.Version(
        name=version.name, at=version.at, basis=version.basis, received_at=version.received_at, covers=version.covers,
        outcome=version.outcome, counts=counts, notes=list(version.notes), url=version.url, sha256=version.sha256,
    )  # fmt: skip


@dataclass(frozen=True)
class FeedView:
    """What of a feed is looked at: an indicator of its gaps, two versions by their checksums."""

    indicator: str | None = None
    before: str | None = None
    after: str | None = None


def feed(reading: Reading, keeper: FindingsKeeper, name: str, view: FeedView) -> data.Feed:
    """One feed. Raises UnknownName."""
    found, _state = _findings(reading, keeper)
    status = _overview(reading).feed(name)
    workspace, places = reading.library.workspace, reading.state.places
    mapping = workspace_mappings(workspace).get(name) or mapping_of_register(workspace, name)
    heat = feed_page.heat(reading.snapshot, mapping, places, status.last_date, view.indicator)
    versions = feed_page.versions_of(reading.snapshot, name)
    counted = None if found is None else found.groupby(["feed", "severity"]).size()
    reading.reads.append(Read(mapping.table, {"feed": name}, status.rows))
    return data.Feed(
        meta=common.plain_meta(reading, synthetic=status.demo),
        feed=_summary(status, counted),
        heat=heat and _heat(heat),
        findings=None if found is None else [_rule(group, places) for group in feed_page.findings_of(found, name)],
        vintages=_vintages(reading, mapping.table, name, versions, view),
        delays=[
            data.WeekdayDelay(**vars(delay))
            for delay in feed_history.weekday_delays(reading.snapshot, mapping.table, name, status.last_date, status.zone)
        ],
        origin=_an_origin(status, heat),
        loaded=[_version(v) for v in versions[: feed_page.VERSIONS_SHOWN]],
        loaded_total=len(versions),
    )


def _an_origin(status: FeedStatus, heat: feed_page.Heat | None) -> Origin | None:
    """Figures of the newest day of the feed, to follow one of them."""
    if status.last_date is None or not dated(status.table):
        return None
    return common.origin(status.table, feed=status.feed, date=status.last_date, indicator=heat and heat.indicator)


def _vintages(reading: Reading, table: str, name: str, versions: list[VersionSummary], view: FeedView) -> data.Vintages | None:
    """What one version changed, the figures that moved most first."""
    found = feed_history.difference(reading.snapshot, table, name, versions, before=view.before, after=view.after)
    if found is None:
        return None
    cells, revision = found.revision.cells, found.revision
    moved = cells.assign(size=cells["by"].abs()).sort_values("size", ascending=False, na_position="last", kind="stable")
    shown = pd.concat([moved[moved["change"] == kind] for kind in ("changed", "withdrawn", "added")]).head(CELLS_SHOWN)
    counts = cells.groupby(["indicator", "change"], observed=True).size().unstack(fill_value=0)
    by = cells.groupby("indicator", observed=True)["by"].sum()
    places = reading.state.places
    return data.Vintages(
        before=found.before and _version(found.before),
        after=_version(found.after),
        summary=text(
            lambda lang: say(lang, "vintage", added=revision.added, changed=revision.changed, withdrawn=revision.withdrawn)
        ),
        counts=[
            data.VintageCount(indicator=str(indicator), by=float(by[indicator]),
                              **{kind: int(row.get(kind, 0)) for kind in ("added", "changed", "withdrawn")})
            for indicator, row in counts.iterrows()
        ],
        cells=[
            data.VintageCell(
                place=row.place, name=places.name(row.place) if row.place in places else row.place,
                date=pd.Timestamp(row.date).date(), indicator=row.indicator, age_group=row.age_group, change=row.change,
                before=cell(row.before), after=cell(row.after), by=cell(row.by),
            )
            for row in shown.itertuples()
        ],
    )  # fmt: skip


def _heat(heat: feed_page.Heat) -> data.Heat:
    rows = [
        data.HeatRow(
            place=s.place, name=s.name, gap_days=s.gap_days, stretches=[data.HeatStretch(**vars(x)) for x in s.stretches]
        )
        for s in heat.strips
    ]
    return data.Heat(indicator=heat.indicator, indicators=list(heat.indicators), first=heat.first, last=heat.last,
                     columns=heat.columns, step_days=heat.step.days, rows=rows, complete=heat.complete)  # fmt: skip


def _rule(group: feed_page.RuleFindings, places) -> data.RuleFindings:
    def place_name(place: object) -> str | None:
        return places.name(place) if isinstance(place, str) and place in places else cell(place)

    examples = [
        data.Finding(place=cell(row["place"]), name=place_name(row["place"]),
                     text=text(lambda lang, row=row: words.finding(lang, row, place_name(row["place"]))))
        for _, row in group.examples.iterrows()
    ]  # fmt: skip
    said = {part: text(lambda lang, part=part: getattr(words.rule(lang, group.rule), part)) for part in
            ("title", "meaning", "action")}  # fmt: skip
    return data.RuleFindings(rule=group.rule, severity=group.severity, count=group.count, **said, examples=examples)


# -- quarantine ----------------------------------------------------------------------------------------------------------


def quarantine(reading: Reading, feed: str | None, rule: str | None, column: str | None, page: int) -> data.Quarantine:
    """What waits, a page at a time. Raises UnknownName for a feed that was never loaded."""
    if feed is not None and feed not in {status.feed for status in reading.statuses}:
        raise UnknownName("feed", feed, [status.feed for status in reading.statuses])
    everything = open_entries(reading.snapshot)
    entries = everything if feed is None else everything[everything["feed"] == feed]
    groups = _groups(entries)
    entries = entries if rule is None else in_group(entries, rule, column)
    start = (page - 1) * ENTRIES_A_PAGE
    shown = entries.iloc[start : start + ENTRIES_A_PAGE].to_dict("records")
    reading.reads.append(Read("quarantine", {"feed": feed} if feed else {}, len(shown)))
    waiting = everything["feed"].value_counts().sort_index()
    return data.Quarantine(
        meta=common.plain_meta(reading, synthetic=any(status.demo for status in reading.statuses)),
        total=len(entries),
        page=page,
        pages=max(1, -(-len(entries) // ENTRIES_A_PAGE)),
        feeds={str(name): int(n) for name, n in waiting.items()},
        groups=groups,
        entries=[_entry(row) for row in shown],
    )


def _groups(entries: pd.DataFrame) -> list[data.QuarantineGroup]:
    """Entries with the same reason in the same column of a feed, the most first."""
    counted = entries.groupby(["feed", "rule", "column"], dropna=False).size().sort_values(ascending=False, kind="stable")
    return [
        data.QuarantineGroup(feed=feed, rule=rule, column=cell(column), count=int(n),
                             title=text(lambda lang, rule=rule: entry_words(lang, rule)[0]),
                             action=text(lambda lang, rule=rule: entry_words(lang, rule)[1]))
        for (feed, rule, column), n in counted.items()
    ]  # fmt: skip


def _entry(row: dict) -> data.QuarantineEntry:
    number, at = cell(row["row"]), cell(row["set_aside_at"])
    return data.QuarantineEntry(
        id=int(row["id"]), feed=row["feed"], file=row["file"], row=None if number is None else int(number),
        column=cell(row["column"]), rule=row["rule"], found=cell(row["found"]), expected=cell(row["expected"]),
        at=None if at is None else pd.Timestamp(at).to_pydatetime(),
        title=text(lambda lang: entry_words(lang, row["rule"])[0]), action=text(lambda lang: entry_words(lang, row["rule"])[1]),
        mendable=number is not None and bool(row["kept"]),
    )  # fmt: skip
