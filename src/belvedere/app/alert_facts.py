"""What the rules of the alerts are held against: the newest outlook of each country, those before it, and the feeds.

The same reading as the pages: whatever they withhold, an alert withholds too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd
from ibis import _

from belvedere.app.api.asked import Asked
from belvedere.app.api.common import cell, day_of
from belvedere.app.api.reading import Library, Reading
from belvedere.app.api.reporting import reporting
from belvedere.app.api.runs import Run, answering, before
from belvedere.app.api.said import FAILED, FORETOLD, R
from belvedere.app.status import FeedStatus
from belvedere.desk.alert_rules import WITHIN
from belvedere.desk.alerts import Facts, FeedFact, OutlookFact, PlaceFact
from belvedere.reference.places import Places
from belvedere.store import jobs as job_table
from belvedere.store.load import LOADED
from belvedere.trust.gate import Read

SURE = "0.05"
"""R is surely above one where this quantile of it is."""
JOBS_LOOKED_AT = 50
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
TOLD = ("binding", "others_known", "peak_low", "peak", "peak_high", "reproduction_low", "reproduction", "reproduction_high",
        "growing", "status_reason")  # fmt: skip

Past = list[tuple[dt.date, list[PlaceFact]]]
"""Outlooks of a country, one a reference date, oldest first, with what they said of each place."""


def facts_now(library: Library, *, weeks: int) -> Facts:
    """Everything as it stands. weeks: how far back outlooks are looked at for places that failed again and again."""
    plain = library.open(Asked.plain())
    places, outlooks = [], []
    for country in plain.countries:
        reading = library.open(replace(Asked.plain(), country=country))
        past = past_outlooks(reading, weeks=weeks)
        places += newest(reading, past)
        outlooks.append(_outlook(reading))
        library.gate.note(reading.request("alerts"), reading.reads)
    return Facts(places, [_feed(status, plain.now) for status in plain.statuses], outlooks)


# --- outlooks ---


def past_outlooks(reading: Reading, *, weeks: int) -> Past:
    """The newest outlook of the reading's country and those of the weeks before it."""
    run = answering(reading.state.runs, reading.country, None, None)
    if run is None:
        return []
    runs = (run, *before(reading.state.runs, run, 7 * weeks))
    key = ("alert outlooks", tuple(r.commit_id for r in runs))
    rows, sure = reading.library.small(key, lambda: _rows(reading, runs))
    reading.reads.append(Read("outlooks", {"country": reading.country, "commits": len(runs)}, len(rows)))
    synthetic = any(s.demo for s in reading.statuses if s.country in (None, reading.country))
    by_run = {int(id): part for id, part in rows.groupby("commit_id")} if len(rows) else {}
    return [
        (r.reference_date, [_place(row, reading.state.places, synthetic, sure.get((r.commit_id, row["place"])))
                            for row in by_run.get(r.commit_id, pd.DataFrame()).to_dict("records")])
        for r in reversed(runs)
    ]  # fmt: skip


def _rows(reading: Reading, runs: Sequence[Run]) -> tuple[pd.DataFrame, dict[tuple[int, str], int]]:
    """Rows of `outlooks`, what failed emptied; for (commit, place) the days in a row, up to the last, with R surely above 1."""
    snapshot, commits = reading.library.gate.gated(reading.state.taken), [run.commit_id for run in runs]
    rows = snapshot.history("outlooks").filter(_.commit_id.isin(commits)).order_by("rank").to_pandas()
    rows.loc[rows["status"] == FAILED, [name for name in FORETOLD if name in rows]] = None
    low = (
        snapshot.history("forecasts")
        .filter(_.commit_id.isin(commits), _.target == R, _.output_type == "quantile", _.output_type_id == SURE)
        .select("commit_id", "place", "target_end_date", "value")
        .to_pandas()
        .sort_values("target_end_date", ascending=False)
    )
    last = {run.commit_id: run.reference_date for run in runs}
    sure = {(int(id), place): _in_a_row(part, last[int(id)]) for (id, place), part in low.groupby(["commit_id", "place"])}
    return rows, {key: days for key, days in sure.items() if days is not None}


def _in_a_row(rows: pd.DataFrame, last: dt.date) -> int | None:
    """Days up to the last one, newest first, on which the quantile lies above 1; None where the last one is not known."""
    n = 0
    for day, low in zip(rows["target_end_date"], rows["value"], strict=True):
        if day_of(day) != last - n * DAY:
            break
        if low <= 1:
            return n
        n += 1
    return n or None


def newest(reading: Reading, past: Past) -> list[PlaceFact]:
    """What the newest outlook says, with what only the earlier ones know: how often a place failed in a row; and with how many
    places have reported."""
    if not past:
        return []
    who = reporting(reading)
    reported = who.reported / who.expected if who is not None and who.expected else None
    failed = [{fact.place for fact in facts if fact.status == FAILED} for _day, facts in reversed(past)]
    return [
        replace(fact, failed_runs=next((n for n, lost in enumerate(failed) if fact.place not in lost), len(failed)),
                reported=reported)
        for fact in past[-1][1]
    ]  # fmt: skip


def with_failures(past: Past) -> Past:
    """The same, each outlook knowing how many before it failed in a row: as rules would have seen it at the time."""
    running: dict[str, int] = {}
    made = []
    for day, facts in past:
        lost = {fact.place for fact in facts if fact.status == FAILED}
        running = {place: running.get(place, 0) + 1 for place in lost}
        made.append((day, [replace(fact, failed_runs=running.get(fact.place, 0)) for fact in facts]))
    return made


def _place(row: Mapping[str, object], places: Places, synthetic: bool, growing_days: int | None) -> PlaceFact:
    value = {name: cell(found) for name, found in row.items()}
    told = {name: value[name] for name in TOLD} | {
        "name": places.name(value["place"]) if value["place"] in places else value["place"],
        "first_day": _iso(row["first_day_early"]), "chance_28": value["chance_28"],
    }  # fmt: skip
    return PlaceFact(
        place=value["place"], level=value["level"], country=value["country"], reference_date=day_of(row["reference_date"]),
        status=value["status"], synthetic=synthetic, chance={days: value[f"chance_{days}"] for days in WITHIN},
        growing_days=growing_days, present=value["present"], beds=value["beds"], told=told,
    )  # fmt: skip


def _iso(found: object) -> str | None:
    day = day_of(found)
    return None if day is None else day.isoformat()


def _outlook(reading: Reading) -> OutlookFact:
    run = answering(reading.state.runs, reading.country, None, None)
    tried = [
        job
        for job in job_table.jobs(reading.library.workspace, newest=JOBS_LOOKED_AT)
        if job.kind == "outlook"
        and job.parameters.get("country") == reading.country
        and job.parameters.get("as_of") is None
        and job.parameters.get("scenario") is None
        and (run is None or job.asked_at > run.made_at)
    ]
    lost = [job for job in tried if job.state in (job_table.FAILED, job_table.INTERRUPTED)]
    return OutlookFact(
        country=reading.country,
        age_days=None if run is None else (reading.now - run.made_at) / DAY,
        failure=(lost[0].error or f"stopped at: {lost[0].step}") if lost and lost[0] is tried[0] else "",
        reference_date=run and run.reference_date,
        synthetic=any(s.demo for s in reading.statuses if s.country in (None, reading.country)),
    )


# --- feeds ---


def _feed(status: FeedStatus, now: dt.datetime) -> FeedFact:
    last = status.last_version
    rejected = last is not None and last.outcome != LOADED
    return FeedFact(
        feed=status.feed, title=status.title, country=status.country, hours_late=_hours_late(status, now), rejected=rejected,
        last_date=status.last_date, synthetic=status.demo, reason="; ".join(last.notes) if rejected else "",
    )  # fmt: skip


def _hours_late(status: FeedStatus, now: dt.datetime) -> float | None:
    """Hours beyond the expectation; 0 on time or when nothing more is to come; None where nothing is known to be expected."""
    if status.state == "ended":
        return 0.0
    if status.state in ("never", "unknown"):
        return None
    return 0.0 if status.expected_at is None else max(0.0, (now - status.expected_at) / HOUR)
