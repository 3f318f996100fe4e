"""The page of a morning: the sentence, five figures, the map, the first of the watch list, who has reported."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd

from belvedere.app import formats
from belvedere.app.api import common
from belvedere.app.api.arriving import arriving
from belvedere.app.api.common import cells, day_list, origin, text
from belvedere.app.api.ground import Ground, least
from belvedere.app.api.models import Text, ValueStatus
from belvedere.app.api.models_situation import (
    Figure,
    MapColumns,
    Situation,
    Spark,
    WatchRow,
)
from belvedere.app.api.reading import Reading
from belvedere.app.api.reporting import odd_places, parts, reporting
from belvedere.app.api.said import Fan, R
from belvedere.app.api.sums import sum_of
from belvedere.app.api.watch import facts, ranked
from belvedere.app.sentences import LIKELY, SituationFacts, bed_kind, situation_kind, situation_lede
from belvedere.app.sentences_words import estimates, places_word, say
from belvedere.desk.watch import SNOOZED

WEEK = 7
SPARK_PAST, SPARK_AHEAD = 42, 14
WATCH_SHOWN = 8


def situation(reading: Reading, findings: pd.DataFrame | None = None) -> Situation:
    """The situation of the reading's country. findings: of the rules of health, once they have been worked out."""
    told = situation_facts(reading)
    rows = ranked(reading, "icu")
    awake = [row for row in rows if row.state != SNOOZED]
    who = reporting(reading)
    return Situation(
        meta=common.meta(reading),
        lede=common.sentence(lambda lang: situation_lede(lang, told)),
        lede_kind=situation_kind(told),
        figures=figures(reading, rows),
        map=map_columns(reading, rows),
        watch=[*awake[:WATCH_SHOWN], *(row for row in rows if row.state == SNOOZED)],
        watch_total=len(rows),
        reported=parts(reading, who, odd_places(who, findings)),
        reported_feed=who and who.feed,
        reported_date=who and who.date,
    )


def situation_facts(reading: Reading) -> SituationFacts:
    """What the lede tells of the country."""
    places, ground = reading.state.places, reading.ground
    watch = [] if reading.said is None else reading.said.watch.to_dict("records")
    who = reporting(reading)
    return SituationFacts(
        places=[facts(row, places) for row in watch if row["level"] in ("icu", "all")],
        place_level=ground.level if ground else "place",
        today=reading.today,
        stale_days=reading.state.settings.days("last_day.stale_days"),
        reference_date=reading.run and reading.run.reference_date,
        silent=[places.name(place) if place in places else place for place in who.gone] if who else (),
        expected=who.expected if who else 0,
        as_of=None if reading.asked.until is None else reading.today,
        ended=reading.ahead_from,
    )


# -- figures -------------------------------------------------------------------------------------------------------------


def figures(reading: Reading, rows: Sequence[WatchRow]) -> list[Figure]:
    """The headline figures that can be made; one that cannot is null, never left out."""
    made = [_admissions(reading), *(_counted(reading, name) for name in ("hospital_census", "icu_census"))]
    return [*made, _reproduction(reading), _passing(reading, rows)]


def _counted(reading: Reading, id: str) -> Figure:
    """A census: a sum over the places that report; change over the places known both days."""
    ground = reading.ground
    label = text(lambda lang: say(lang, id))
    if ground is None or (id, reading.country) not in ground.values:
        return _unknown(id, label, "counted", "persons", origin("indicators", indicator=id))
    now, then, by_place = _both_days(ground, id)
    known, both = np.isfinite(now), np.isfinite(now) & np.isfinite(then)
    before = then[both].sum()
    beds, everyone = _beds_of_all(ground) if id == "icu_census" else (None, None)
    return Figure(
        id=id, label=label, value=float(now[known].sum()) if known.any() else None, kind="counted", low=None, high=None,
        level=None, of=beds, change=float(now[both].sum() / before - 1) if before > 0 else None, change_days=WEEK,
        change_kind="share", unit="persons", date=ground.last_day, completeness=float(known.mean()),
        text=text(lambda lang: _counted_text(lang, beds, everyone)),
        spark=_spark(reading, by_place.sum(axis=0), reading.said and reading.said.fans.get((id, reading.country))),
        origin=_origin(ground, id), sum=sum_of(reading, reading.country, id),
    )  # fmt: skip


def _both_days(ground: Ground, name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Today and a week ago by place, and all days, shape (place, T)."""
    by_place = np.stack([ground.values[name, region] for region in ground.regions])
    return by_place[:, -1], by_place[:, -1 - WEEK], by_place


def _origin(ground: Ground, name: str):
    return origin("indicators", feed=ground.feed(name), indicator=name, condition=ground.inputs.condition, age_group="all",
                  sex="all", date=ground.last_day)  # fmt: skip


def _admissions(reading: Reading) -> Figure:
    """Admissions of the newest seven days that are all reported, over the places whose two weeks are known: a count.

    The days still coming in are left out rather than scaled up: an estimate of them hangs on a share that differs from day to
    day. The region pages draw them, each with its interval.
    """
    ground, id, name = reading.ground, "admissions_7d", "hospital_admissions"
    label = text(lambda lang: say(lang, id))
    if ground is None or (name, reading.country) not in ground.values:
        return _unknown(id, label, "counted", "persons", origin("indicators", indicator=name))
    by_place = _both_days(ground, name)[2]
    coming = arriving(ground, name, by_place.sum(axis=0))
    end = len(ground.days) if coming is None else len(ground.days) - int(coming.open.sum())
    known = np.isfinite(by_place[:, end - 2 * WEEK : end]).all(axis=1)
    if end < 2 * WEEK or not known.any():
        return _unknown(id, label, "counted", "persons", _origin(ground, name))
    weeks = _sums(by_place[known].sum(axis=0))
    value, before = float(weeks[end - 1]), float(weeks[end - 1 - WEEK])
    weeks[end:] = np.nan
    return Figure(
        id=id, label=label, value=value, kind="counted", low=None, high=None, level=None,
        change=value / before - 1 if before > 0 else None, change_days=WEEK, change_kind="share", unit="persons",
        date=day_list(ground.days[end - 1 : end])[0], completeness=float(known.mean()),
        text=text(lambda lang: say(lang, "counted")), spark=_spark(reading, weeks, None), origin=_origin(ground, name),
    )  # fmt: skip


def _counted_text(lang: str, beds: float | None, everyone: float | None) -> str:
    if beds is None:
        return say(lang, "counted")
    shown = {"of": round(beds), "kind": bed_kind(lang, None, beds)}
    return say(lang, "counted_of", **shown) if everyone is None else say(lang, "counted_all", everyone=round(everyone), **shown)


def _beds_of_all(ground: Ground) -> tuple[float | None, float | None]:
    """ICU beds, and all patients in them, over the places that know both; without the patients where others are not known."""
    beds = {r: float(least(ground.beds["icu", r])[0][-1]) for r in ground.regions if ("icu", r) in ground.beds}
    beds = {r: n for r, n in beds.items() if np.isfinite(n)}
    present = {r: float(values[-1]) for r in beds if (values := ground.everyone("icu", r)) is not None}
    both = [r for r, n in present.items() if np.isfinite(n)]
    if both:
        return sum(beds[r] for r in both), sum(present[r] for r in both)
    return (sum(beds.values()), None) if beds else (None, None)


def _sums(by_day: np.ndarray) -> np.ndarray:
    """Sums of the seven days up to each day, shape as given; nan where a day is not known."""
    added = np.full(by_day.shape, np.nan)
    for t in range(WEEK - 1, by_day.shape[-1]):
        added[..., t] = by_day[..., t - WEEK + 1 : t + 1].sum(axis=-1)
    return added


def _spark(reading: Reading, values: np.ndarray, fan: Fan | None) -> Spark:
    """A sum over the country: six weeks observed, two weeks ahead where the sum is foretold."""
    return spark(reading.ground.days[-SPARK_PAST:], values[-SPARK_PAST:], fan)


def spark(days: np.ndarray, values: np.ndarray, fan: Fan | None) -> Spark:
    """Observed days, then the days of the fan after them."""
    past = common.day_list(days)
    ahead = [past[-1] + dt.timedelta(days=n) for n in range(1, SPARK_AHEAD + 1)]
    at = {day: i for i, day in enumerate(fan.days)} if fan else {}
    blank = [None] * len(past)

    def column(level: float) -> list[float | None]:
        return blank + [float(fan.at(level)[at[day]]) if day in at else None for day in ahead]

    return Spark(dates=past + ahead, observed=cells(values) + [None] * len(ahead), median=column(0.5), q05=column(0.05),
                 q95=column(0.95))  # fmt: skip


def _reproduction(reading: Reading) -> Figure:
    """R of the country, from what all its places report; where it cannot be estimated, nothing: a mean of regions would be
    another number."""
    label = text(lambda lang: say(lang, R))
    fan = None if reading.said is None else reading.said.fans.get((R, reading.country))
    where = origin("forecasts", feed=reading.run and reading.run.feed, target=R, place=reading.country,
                   reference_date=reading.run and reading.run.reference_date)  # fmt: skip
    made_of = sum_of(reading, reading.country, R) if reading.country else None
    if fan is None:
        return _unknown(R, label, "estimated", "1", where).model_copy(
            update={"sum": made_of} | ({"text": made_of.text} if made_of and made_of.status == "failed" else {})
        )
    low, middle, high = (float(fan.at(q)[-1]) for q in (0.05, 0.5, 0.95))
    before = float(fan.at(0.5)[-1 - WEEK]) if len(fan.days) > WEEK else None
    return Figure(
        id=R, label=label, value=middle, kind="estimated", low=low, high=high, level=0.9,
        change=None if before is None else middle - before, change_days=WEEK, change_kind="absolute", unit="1",
        date=fan.days[-1], completeness=None, text=text(lambda lang: _between(lang, low, high, whole=False)),
        spark=spark(np.array(fan.days[-SPARK_PAST:], dtype="datetime64[D]"), fan.at(0.5)[-SPARK_PAST:], None), origin=where,
        sum=made_of,
    )  # fmt: skip


def _between(lang: str, low: float, high: float, *, whole: bool) -> str:
    shown = estimates(lang, low, high, low=low, high=high, whole=whole)
    return say(lang, "between", low=shown[0], high=shown[1])


def _passing(reading: Reading, rows: Sequence[WatchRow]) -> Figure:
    """How many places are more likely than not to pass their beds. Chances of neighbours go together, so that no interval can
    be made from them; the mean number can."""
    known = [row for row in rows if row.chance_14 is not None]
    level = reading.ground.level if reading.ground else "place"
    label = text(lambda lang: say(lang, "places_passing_icu", places=places_word(lang, level, 2).capitalize()))
    where = origin("outlooks", feed=reading.run and reading.run.feed, level="icu", country=reading.country,
                   reference_date=reading.run and reading.run.reference_date)  # fmt: skip
    if not known:
        return _unknown("places_passing_icu", label, "projected", "places", where)
    n = sum(row.chance_14 > LIKELY for row in known)
    earlier = None if reading.previous is None else reading.previous.watch
    before = None if earlier is None else int((earlier.loc[earlier["level"] == "icu", "chance_14"] > LIKELY).sum())
    gap = 0 if reading.previous is None else (reading.run.reference_date - reading.previous.run.reference_date).days
    expected = sum(row.chance_14 for row in known)
    return Figure(
        id="places_passing_icu", label=label, value=float(n), kind="projected", low=None, high=None, level=None,
        of=float(len(rows)), change=None if before is None else float(n - before), change_days=gap, change_kind="absolute",
        unit="places", date=reading.run.reference_date, completeness=len(known) / len(rows),
        text=text(lambda lang: say(lang, "expected_number", expected=formats.number(lang, expected, 1))), spark=None,
        origin=where,
    )  # fmt: skip


def _unknown(id: str, label: Text, kind: str, unit: str, where) -> Figure:
    return Figure(
        id=id, label=label, value=None, kind=kind, low=None, high=None, level=None, change=None, change_days=WEEK,
        change_kind="absolute" if kind != "counted" else "share", unit=unit, date=None, completeness=None,
        text=text(lambda lang: say(lang, "no_interval")), spark=None, origin=where,
    )  # fmt: skip


# -- the map --------------------------------------------------------------------------------------------------------------


def map_columns(reading: Reading, rows: Sequence[WatchRow], within: int = 14) -> MapColumns:
    """Every place of the country's level, with or without an outlook: a place nothing is known of is drawn as such."""
    ground, country = reading.ground, reading.country
    level = ground.level if ground else "region"
    by_place = {row.place: row for row in rows}
    places = [] if country is None else sorted({*reading.state.places.at_level(level, country), *by_place})
    found = [by_place.get(place) for place in places]
    values = [getattr(row, f"chance_{within}") if row else None for row in found]
    return MapColumns(
        level=level, within=within, places=places, value=values, status=[row.status if row else None for row in found],
        rank=[row.rank if row and row.chance_14 is not None else None for row in found],
        value_status=[ValueStatus.missing if value is None else ValueStatus.reported for value in values],
    )  # fmt: skip
