"""What changed between two days of knowledge, told apart by why: the world moved, figures were corrected, the method changed.

Both days are read as they were known, each with the outlook that answered then. A chance that moved while the method stayed and
no past figure of its place was corrected moved with the world.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import get_args

import numpy as np
import pandas as pd

from belvedere.app import sentences_feeds
from belvedere.app.api import common
from belvedere.app.api.arriving import arriving
from belvedere.app.api.common import cell, day_list, origin, text
from belvedere.app.api.ground import Ground
from belvedere.app.api.models import Origin
from belvedere.app.api.models_changes import Change, Changes, Kind
from belvedere.app.api.reading import Reading
from belvedere.app.api.reporting import reporting
from belvedere.app.api.said import Said
from belvedere.app.sentences import LIKELY
from belvedere.app.sentences_words import Stretch, chance, day, names, places_word, say, stretches
from belvedere.errors import DataError, UnknownName
from belvedere.store.snapshot import moment

SHOWN = 10
AT_MOST = {"passing": 4, "moved": 3, "corrected": 3, "late": 3}
"""Rows of one kind; of the others two."""
MOVE = 0.05
"""Chances that move less are not told."""
ORDER = {kind: n for n, kind in enumerate(get_args(Kind))}
LATE = ("late", "very_late")
PERSON = 1.0
"""Counts are whole persons: a smaller difference is rounding."""


@dataclass(frozen=True)
class Found:
    """One change before it is put into words. name, values: of its text."""

    kind: str
    cause: str
    name: str
    values: dict[str, object]
    n: float | None = None
    place: str | None = None
    size: float | None = None
    origin: Origin | None = None


def changes(reading: Reading, since: str | None) -> Changes:
    """What changed since a day (its end, UTC) or instant; None: since yesterday. Raises DataError for one that is to come."""
    then = _then(reading, since)
    found = [] if reading.country is None else _ranked(_all(reading, then))
    yesterday = then.moment.date() == reading.today - dt.timedelta(days=1)
    before, now = then.run, reading.run
    return Changes(
        meta=common.meta(reading),
        since=then.moment,
        heading=text(lambda lang: _heading(lang, then, reading, yesterday=yesterday)),
        reference_before=before and before.reference_date,
        new_outlook=before is not None and now is not None and before.commit_id != now.commit_id,
        new_method=_new_method(reading, then),
        total=len(found),
        rows=[_row(one, reading) for one in _shown(found)],
        empty=None if found else text(lambda lang: _empty(lang, then, reading, yesterday=yesterday)),
    )


def _then(reading: Reading, since: str | None) -> Reading:
    """The same question as of the earlier moment."""
    until = moment(since or reading.today - dt.timedelta(days=1))
    if until >= reading.moment:
        raise DataError(f"since: found {until:%Y-%m-%d}, expected a day before {reading.today}, the day that is looked at")
    return Reading(reading.library, replace(reading.asked, until=until, country=reading.country), reading.state, reading.now)


def _heading(lang: str, then: Reading, reading: Reading, *, yesterday: bool) -> str:
    return say(lang, "since_yesterday") if yesterday else say(lang, "since_day", day=day(lang, then.today, reading.today))


def _empty(lang: str, then: Reading, reading: Reading, *, yesterday: bool) -> str:
    if _nothing_known(then):
        return say(lang, "changes_nothing_then", day=day(lang, then.today, reading.today))
    when = _heading(lang, then, reading, yesterday=yesterday)
    return say(lang, "changes_none", since=when[:1].lower() + when[1:])


def _nothing_known(then: Reading) -> bool:
    return then.country is None or (_ground(then) is None and then.run is None)


def _ground(reading: Reading) -> Ground | None:
    try:
        return reading.ground
    except UnknownName:  # nothing of the country was known yet
        return None


def _all(reading: Reading, then: Reading) -> Iterator[Found]:
    try:
        if _nothing_known(then):
            return
    except UnknownName:  # nothing of the country was known yet
        return
    yield from _method(reading, then)
    yield from _corrections(reading, then)
    yield from _chances(reading, then, _corrected_places(reading, then))
    yield from _reporters(reading, then)
    yield from _statuses(reading, then)
    yield from _feeds(reading, then)
    yield from _figures(reading, then)
    yield from _work(reading, then)


# -- the method ------------------------------------------------------------------------------------------------------------


def _new_method(reading: Reading, then: Reading) -> bool:
    before, now = then.run, reading.run
    if before is None or now is None or before.commit_id == now.commit_id:
        return False
    return bool(before.code and now.code and before.code != now.code) or dict(before.settings) != dict(now.settings)


def _method(reading: Reading, then: Reading) -> Iterator[Found]:
    before, now = then.run, reading.run
    if not _new_method(reading, then):
        return
    where = origin("outlooks", feed=now.feed, reference_date=now.reference_date)
    if before.code != now.code:
        yield Found("method", "method", "change_code", {"before": before.code, "after": now.code}, origin=where)
    moved = sorted(k for k in {*before.settings, *now.settings} if before.settings.get(k) != now.settings.get(k))
    if moved:
        yield Found("method", "method", "change_settings", {"ids": ", ".join(moved)}, n=len(moved), origin=where)


# -- chances ---------------------------------------------------------------------------------------------------------------


def _chances(reading: Reading, then: Reading, corrected: set[str]) -> Iterator[Found]:
    """Places above or below the mark that were not, and those that moved most."""
    if not (reading.said and then.said) or reading.run.commit_id == then.run.commit_id:
        return
    method, before = _new_method(reading, then), _by_place(then.said)
    for key, now in _by_place(reading.said).items():
        was = before.get(key)
        if was is None or now is None:
            continue
        place, level = key
        crossed = (was > LIKELY) != (now > LIKELY)
        if not crossed and abs(now - was) < MOVE:
            continue
        kind = ("passing" if now > was else "relieved") if crossed else "moved"
        cause = "method" if method else "data" if place in corrected else "world"
        where = origin("outlooks", feed=reading.run.feed, reference_date=reading.run.reference_date, place=place, level=level)
        told = {"place": place, "level": level, "now": now, "was": was}
        yield Found(kind, cause, f"change_{kind}", told, place=place, size=abs(now - was), origin=where)


def _by_place(said: Said) -> dict[tuple[str, str], float | None]:
    rows = said.watch[said.watch["level"].isin(["icu", "ward"])]
    return {(row["place"], row["level"]): cell(row["chance_14"]) for row in rows.to_dict("records")}


# -- figures ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Both:
    """Counts of one indicator on the days and in the places of both readings, shape (place, day); nan: not settled."""

    name: str
    places: tuple[str, ...]
    days: np.ndarray
    was: np.ndarray
    now: np.ndarray


def _both(reading: Reading, then: Reading) -> Iterator[_Both]:
    after, before = _ground(reading), _ground(then)
    if after is None or before is None:
        return
    for name in before.inputs.series:
        if name not in after.inputs.series or before.feed(name) != after.feed(name):
            continue
        places = tuple(p for p in before.regions if (name, p) in after.values)
        days = np.intersect1d(before.days, after.days)
        was, now = (_on(ground, name, places, days) for ground in (before, after))
        lagging = name.endswith("admissions") and before.feed(name) == before.feed(before.inputs.driver)
        coming = arriving(before, before.inputs.driver, np.ones(len(before.days))) if lagging else None
        if coming is not None:  # what was still coming in then is no correction now
            was[:, np.isin(days, before.days[coming.open])] = np.nan
        yield _Both(name, places, days, was, now)


def _on(ground: Ground, name: str, places: Sequence[str], days: np.ndarray) -> np.ndarray:
    """Counts as reported: a census carried forward to the last days is not."""
    at = np.searchsorted(ground.days, days)
    values = np.stack([ground.values[name, place][at] for place in places]) if places else np.empty((0, len(days)))
    carried = ground.inputs.carried.get(name, {})
    for row, place in enumerate(places):
        if carried.get(place):
            values[row, days > ground.days[-1] - np.timedelta64(carried[place], "D")] = np.nan
    return values


def _changed(both: _Both) -> np.ndarray:
    return np.isfinite(both.was) & np.isfinite(both.now) & (np.abs(both.now - both.was) >= PERSON)


def _corrected_places(reading: Reading, then: Reading) -> set[str]:
    return {both.places[r] for both in _both(reading, then) for r in np.flatnonzero(_changed(both).any(axis=1))}


def _corrections(reading: Reading, then: Reading) -> Iterator[Found]:
    """Past figures that are others now, or gone: one row an indicator, with the largest."""
    after, before = _ground(reading), _ground(then)
    if after is None or before is None:
        return
    for name in before.inputs.series:
        if name in after.inputs.series and before.feed(name) != after.feed(name):
            told = {"indicator": name, "before": before.feed(name), "after": after.feed(name)}
            where = origin("indicators", feed=after.feed(name), indicator=name, date=after.last_day)
            yield Found("source", "data", "change_source", told, origin=where)
    for both in _both(reading, then):
        for kind, which in (
            ("corrected", _changed(both)),
            ("withdrawn", np.isfinite(both.was) & ~np.isfinite(both.now) & (both.days <= after.inputs.last_day)),
        ):
            if which.any():
                yield _largest(kind, both, which, after)


def _largest(kind: str, both: _Both, which: np.ndarray, ground: Ground) -> Found:
    size = np.where(which, np.abs(np.nan_to_num(both.now) - both.was), -1.0)
    r, t = np.unravel_index(size.argmax(), size.shape)
    date = day_list(both.days[[t]])[0]
    told = {
        "indicator": both.name, "places": int(which.any(axis=1).sum()), "level": ground.level, "place": both.places[r],
        "day": date, "was": float(both.was[r, t]), "now": cell(both.now[r, t]),
    }  # fmt: skip
    where = origin("indicators", feed=ground.feed(both.name), indicator=both.name, place=both.places[r], date=date,
                   condition=ground.inputs.condition, age_group="all", sex="all")  # fmt: skip
    return Found(kind, "data", f"change_{kind}", told, n=int(which.sum()), place=both.places[r], size=float(size[r, t]),
                 origin=where)  # fmt: skip


def _figures(reading: Reading, then: Reading) -> Iterator[Found]:
    """How the counts in bed moved from the last day known then to the last known now, over places known on both."""
    after, before = _ground(reading), _ground(then)
    if after is None or before is None or after.last_day <= before.last_day:
        return
    for name in ("icu_census", "hospital_census"):
        if name not in after.inputs.series or before.inputs.last_day not in after.days:
            continue
        at = int(np.searchsorted(after.days, before.inputs.last_day))
        values = np.stack([after.values[name, region] for region in after.regions])
        known = np.isfinite(values[:, at]) & np.isfinite(values[:, -1])
        if known.any():
            was, now = float(values[known, at].sum()), float(values[known, -1].sum())
            told = {"indicator": name, "now": now, "was": was, "day": after.last_day, "before": before.last_day}
            where = origin("indicators", feed=after.feed(name), indicator=name, date=after.last_day)
            yield Found("figures", "world", "change_figures", told, size=abs(now - was), origin=where)
            return


# -- who reports, what failed, which feeds are late ---------------------------------------------------------------------------


def _reporters(reading: Reading, then: Reading) -> Iterator[Found]:
    now, was = (reporting(one) if _ground(one) is not None else None for one in (reading, then))
    if now is None or was is None or now.feed != was.feed:
        return
    where = origin("indicators", feed=now.feed, date=now.date)
    for kind, places in (("stopped", set(now.gone) - set(was.gone)), ("came", set(was.gone) - set(now.gone))):
        if places:
            yield _places_row(kind, "data", places, where)


def _statuses(reading: Reading, then: Reading) -> Iterator[Found]:
    if not (reading.said and then.said) or reading.run.commit_id == then.run.commit_id:
        return
    now, was = (set(s.watch.loc[s.watch["status"] == "failed", "place"]) for s in (reading.said, then.said))
    both = set(reading.said.watch["place"]) & set(then.said.watch["place"])
    where = origin("outlooks", feed=reading.run.feed, reference_date=reading.run.reference_date)
    for kind, places in (("failed", (now - was) & both), ("restored", (was - now) & both)):
        if places:
            yield _places_row(kind, "method" if _new_method(reading, then) else "data", places, where)


def _places_row(kind: str, cause: str, places: Iterable[str], where: Origin) -> Found:
    found = sorted(places)
    alone = found[0] if len(found) == 1 else None
    return Found(kind, cause, f"change_{kind}", {"names": found}, n=len(found), place=alone, size=len(found), origin=where)


def _feeds(reading: Reading, then: Reading) -> Iterator[Found]:
    was = {status.feed: status.state for status in then.statuses}
    for status in reading.statuses:
        before = was.get(status.feed)
        where = origin(status.table, feed=status.feed)
        told = {"feed": status, "title": status.title}
        age = None if status.age is None else status.age / dt.timedelta(hours=1)
        if status.state in LATE and before is not None and before not in LATE:
            yield Found("late", "data", "change_late", told, size=age, origin=where)
        elif before in LATE and status.state == "fresh":
            yield Found("caught_up", "data", "change_caught_up", told, size=age, origin=where)


# -- who worked ---------------------------------------------------------------------------------------------------------------


def _work(reading: Reading, then: Reading) -> Iterator[Found]:
    """Runs made and scenarios written between the two moments."""
    made = [
        run
        for run in reading.state.runs
        if run.country == reading.country and not run.replay and then.moment < run.made_at <= reading.moment
    ]
    for run in made:
        where = origin("outlooks", feed=run.feed, reference_date=run.reference_date)
        title = run.scenario and (reading.scenarios[run.scenario].title if run.scenario in reading.scenarios else run.scenario)
        told = {"day": run.reference_date, "title": title}
        yield Found("run", "work", "change_run_scenario" if title else "change_run", told, origin=where)
    rows = reading.library.gate.gated(reading.state.taken).history("scenarios").to_pandas()
    if rows.empty:
        return
    known = pd.to_datetime(rows["known_at"], utc=True)
    written = rows[(known > then.moment) & (known <= reading.moment)].drop_duplicates("scenario", keep="last")
    for row in written.to_dict("records"):
        told = {"title": row["title"], "author": row["author"], "state": row["state"]}
        yield Found("scenario", "work", "change_scenario", told, origin=origin("scenarios", scenario=row["scenario"]))


# -- ranking and words --------------------------------------------------------------------------------------------------------


def _ranked(found: Iterable[Found]) -> list[Found]:
    """By kind, the gravest first, then by size."""
    return sorted(found, key=lambda one: (ORDER[one.kind], -(one.size or 0.0), one.place or "", one.name))


def _shown(found: Sequence[Found]) -> list[Found]:
    """At most ten, and not all of one kind."""
    told: dict[str, int] = {}
    kept = []
    for one in found:
        told[one.kind] = told.get(one.kind, 0) + 1
        if told[one.kind] <= AT_MOST.get(one.kind, 2):
            kept.append(one)
    return kept[:SHOWN]


def _row(one: Found, reading: Reading) -> Change:
    return Change(
        kind=one.kind, cause=one.cause, cause_label=text(lambda lang: say(lang, f"cause_{one.cause}")),
        text=common.sentence(lambda lang: change_sentence(lang, one, reading)), place=one.place, size=one.size,
        origin=one.origin,
    )  # fmt: skip


def change_sentence(lang: str, one: Found, reading: Reading) -> list[Stretch]:
    """The change in one sentence."""
    if one.kind == "late":
        return stretches(sentences_feeds.banner(lang, [one.values["feed"]]))
    shown = {name: _cell(lang, name, value, one, reading) for name, value in one.values.items() if name != "feed"}
    return stretches(say(lang, one.name, one.n, **shown))


def _cell(lang: str, name: str, value: object, one: Found, reading: Reading) -> object:
    known = reading.state.places
    if name == "place":
        return names(lang, [known.name(value)])
    if name == "names":
        return names(lang, [known.name(place) if place in known else place for place in value])
    if isinstance(value, dt.date):
        return day(lang, value, reading.today)
    if name == "indicator":
        return say(lang, value)
    if name == "level" and value in ("icu", "ward"):
        return say(lang, f"beds_{value}")
    if name == "places":
        return f"{value} {places_word(lang, one.values['level'], value)}"
    if name == "state":
        return say(lang, f"scenario_{value}")
    if one.kind in ("passing", "relieved", "moved"):
        return chance(lang, value)
    return "–" if value is None else round(value) if isinstance(value, float) else value
