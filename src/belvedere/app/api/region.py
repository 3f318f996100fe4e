"""The page of one place: charts with what is observed and projected, how past outlooks held, what lies inside."""

from __future__ import annotations

import datetime as dt

from belvedere.app import formats
from belvedere.app.api import common, rates
from belvedere.app.api.common import code, holiday_names, text
from belvedere.app.api.desk import note_events
from belvedere.app.api.models import OutlookStatus, Text
from belvedere.app.api.models_region import Event, Member, Panels, Per, Region, Score, Target, TargetScore
from belvedere.app.api.models_situation import WatchRow
from belvedere.app.api.panels import SHOWN_DAYS, panels
from belvedere.app.api.reading import PAST_DAYS, Reading
from belvedere.app.api.scores import LEAST_DAYS, Record, records
from belvedere.app.api.watch import facts, ranked
from belvedere.app.sentences import PlaceFacts, SituationFacts, place_lede, situation_lede
from belvedere.app.sentences_words import say, stretches
from belvedere.errors import UnknownName

SCORED = (Target.icu_census, Target.hospital_census, Target.hospital_admissions, Target.icu_admissions)


def region(reading: Reading, place: str, per: Per = Per.count) -> Region:
    """One place of the reading's country. per: the unit of its counts. Raises UnknownName for a place it does not have."""
    places = reading.state.places
    if place not in places or places[place].country != reading.country:
        raise UnknownName(f"place of {reading.country or 'any country with figures'}", place, _known(reading))
    rows = [row for row in ranked(reading, "all") if row.place == place]
    rank_in_level = {(row.place, row.level): row.rank for level in ("icu", "ward") for row in ranked(reading, level)}
    rows = [row.model_copy(update={"rank": rank_in_level.get((row.place, row.level), row.rank)}) for row in rows]
    rows.sort(key=lambda row: ("icu", "ward", "all").index(row.level))
    by = rates.factor(reading.ground, places, place) if per is Per.per_100k and reading.ground else None
    without = per is Per.per_100k and by is None
    return Region(
        meta=common.meta(reading),
        place=common.place_ref(places, place),
        per=per if by else Per.count,
        per_missing=text(lambda lang: say(lang, "per_100k_missing", name=places.name(place))) if without else None,
        lede=_lede(reading, place),
        status=_worst(rows),
        status_reason=rows[0].status_reason if rows else None,
        panels=panels(reading, place, by) if reading.ground else _no_panels(),
        levels=rows,
        scores=scores(reading, place),
        members=members(reading, place),
        events=sorted([*events(reading, place), *note_events(reading, place)], key=lambda event: event.date),
    )


def _known(reading: Reading) -> list[str]:
    """Places there are figures of."""
    ground = reading.ground
    return [] if ground is None else [*ground.regions, *ground.members]


def _worst(rows: list[WatchRow]) -> OutlookStatus | None:
    order = (OutlookStatus.ok, OutlookStatus.doubtful, OutlookStatus.failed)
    return max((row.status for row in rows), key=order.index, default=None)


def _no_panels() -> Panels:
    return Panels(**dict.fromkeys(Panels.model_fields))


def _lede(reading: Reading, place: str):
    places = reading.state.places
    if reading.scenario is not None and reading.run is None:
        title = reading.scenarios[reading.scenario].title
        return common.sentence(lambda lang: stretches(say(lang, "what_if_untried", name=places.name(place), title=title)))
    stale_days = reading.state.settings.days("last_day.stale_days")
    watch = [] if reading.said is None else reading.said.watch.to_dict("records")
    inside = () if reading.ground is None else reading.ground.members.get(place, ())
    if inside and place not in (reading.ground.regions if reading.ground else ()):
        told = SituationFacts(
            places=[facts(row, places) for row in watch if row["level"] in ("icu", "all") and row["place"] in inside],
            place_level=reading.ground.level, today=reading.today, stale_days=stale_days,
            reference_date=reading.run and reading.run.reference_date,
            as_of=None if reading.asked.until is None else reading.today, name=places.name(place),
        )  # fmt: skip
        return common.sentence(lambda lang: situation_lede(lang, told))
    own = [facts(row, places) for row in watch if row["place"] == place]
    gravest: PlaceFacts | None = own[0] if own else None
    name = places.name(place)
    return common.sentence(lambda lang: place_lede(lang, gravest, name=name, today=reading.today, stale_days=stale_days))


def members(reading: Reading, place: str) -> list[Member]:
    """The places inside, the gravest first."""
    if reading.ground is None:
        return []
    inside = set(reading.ground.members.get(place, ())) - {place}
    ranks = {row.place: row for row in ranked(reading, "icu") if row.place in inside}
    places = reading.state.places
    ordered = [*ranks, *sorted(inside - set(ranks))]
    return [_member(places.name(p), p, ranks.get(p)) for p in ordered]


def _member(name: str, place: str, row: WatchRow | None) -> Member:
    return Member(
        place=place, name=name, code=code(place), status=row and row.status, chance_7=row and row.chance_7,
        chance_14=row and row.chance_14, chance_28=row and row.chance_28, binding=row and row.binding, rank=row and row.rank,
    )  # fmt: skip


def events(reading: Reading, place: str) -> list[Event]:
    """Public holidays of the days shown and foretold."""
    last = reading.ground.last_day if reading.ground else reading.today
    first, end = last - dt.timedelta(days=SHOWN_DAYS), last + dt.timedelta(days=28)
    row = reading.state.places[place]
    named = {lang: holiday_names(row.country, row.holiday_subdivision, first, end, lang) for lang in ("fr", "en")}
    return [
        Event(date=day, text=Text(fr=named["fr"][day], en=named["en"][day]), author=None, kind="holiday")
        for day in sorted(named["fr"])
    ]


# -- how past outlooks held ----------------------------------------------------------------------------------------------


def scores(reading: Reading, place: str) -> list[TargetScore]:
    """Of each target, over the last weeks; where there are too few, the reason."""
    if reading.ground is None:
        return []
    key = ("scores", reading.state.data, reading.asked.until, reading.today, tuple(run.commit_id for run, _ in reading.past))
    targets = [str(target) for target in SCORED]
    found = reading.library.small((*key, reading.country), lambda: records(reading.ground, reading.past, targets))
    return [
        _score(target, found.get((str(target), place))) for target in SCORED if (str(target), place) in reading.ground.values
    ]


def _score(target: Target, record: Record | None) -> TargetScore:
    rows = [] if record is None else [Score(**vars(row)) for row in record.rows]
    fourteen = next((row for row in rows if row.horizon == 14), None)
    return TargetScore(
        target=target, weeks=PAST_DAYS // 7, first=record and record.first, last=record and record.last, rows=rows,
        missing=None if rows else text(lambda lang: _why_none(lang, record)),
        sentence=fourteen and text(lambda lang: say(lang, "score_14", share=formats.percent(lang, fourteen.coverage_90))),
    )  # fmt: skip


def _why_none(lang: str, record: Record | None) -> str:
    if record is None:
        return say(lang, "score_none")
    if record.judged == 0:
        return say(lang, "score_no_truth")
    return say(lang, "score_few", record.judged, needed=LEAST_DAYS)
