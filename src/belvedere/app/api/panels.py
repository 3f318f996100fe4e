"""The charts of one place: what is observed and projected, against the beds there are, with what was said before."""

from __future__ import annotations

import datetime as dt

import numpy as np

from belvedere.app import formats
from belvedere.app.api import rates
from belvedere.app.api.arriving import arriving
from belvedere.app.api.common import band, cells, day_list, origin, text
from belvedere.app.api.ground import Ground, least
from belvedere.app.api.models import Text, ValueStatus
from belvedere.app.api.models_region import (
    CapacityCurve,
    ChanceByDay,
    Everyone,
    Nowcast,
    Observed,
    Panel,
    Panels,
    PastForecast,
    Target,
)
from belvedere.app.api.reading import Reading
from belvedere.app.api.said import EVERYONE, Fan
from belvedere.app.api.sums import sum_of
from belvedere.app.sentences_words import day, estimates, say
from belvedere.outlook.inputs import HORIZON

SHOWN_DAYS = 98
"""Past days of a chart: fourteen weeks."""
WEEK = 7
PAST_SHOWN = 4
"""Past forecasts drawn behind a chart, the newest."""
FLOWS = (Target.hospital_admissions, Target.icu_admissions)
LEVEL_OF = {Target.icu_census: "icu", Target.ward_census: "ward"}


def panels(reading: Reading, place: str, by: float | None = None) -> Panels:
    """Every chart that can be drawn of the place. by: rates per 100,000 instead of persons, see `rates.factor`."""
    return Panels(**{name: panel(reading, place, Target(name), by) for name in Panels.model_fields})


def panel(reading: Reading, place: str, target: Target, by: float | None = None) -> Panel | None:
    """One chart; None where nothing is observed nor said. by: as for `panels`."""
    found = _panel(reading, place, target, by)
    return found if found is None or by is None else rates.panel(found, by)


def _panel(reading: Reading, place: str, target: Target, by: float | None) -> Panel | None:
    """In persons; only its texts are in the unit asked for."""
    ground = reading.ground
    values = ground.values.get((str(target), place))
    fan = None if reading.said is None else reading.said.fans.get((str(target), place))
    if target is Target.reproduction_number:
        return None if fan is None else _estimated(reading, place, fan)
    if values is None and fan is None:
        return None
    level = LEVEL_OF.get(target)
    capacity = None if level is None else capacity_curve(reading, place, level)
    by_day, missing = (None, None) if level is None else chance_by_day(reading, place, level)
    known = None if values is None else np.isfinite(values)
    return Panel(
        target=target, label=text(lambda lang: say(lang, str(target))), unit="persons", kind="counted",
        observed=None if values is None else observed(ground, values, flow=target in FLOWS, target=str(target)), estimated=None,
        nowcast=None if values is None else nowcast(ground, str(target), values), projected=band(fan),
        current=band(current_fan(reading, str(target), place)), difference=difference(reading, place, target, by),
        everyone=None if level is None else everyone(reading, place, level),
        capacity=capacity, others_known=None if level is None else (level, place) in ground.others, chance_by_day=by_day,
        chance_by_day_missing=missing, past=past(reading, place, target),
        sum=sum_of(reading, place, str(target)), caption=caption(reading, place, target, values, fan, by),
        origin=origin("indicators", feed=ground.feed(str(target)), place=place if place in ground.regions else None,
                      indicator="hospital_census" if target is Target.ward_census else str(target),
                      condition=ground.inputs.condition, age_group="all", sex="all", date=ground.last_day),
        date=None if known is None or not known.any() else day_list(ground.days[known][-1:])[0],
        completeness=_completeness(ground, str(target), place),
    )  # fmt: skip


def observed(ground: Ground, values: np.ndarray, *, flow: bool, target: str = "") -> Observed:
    """The last days. The line of a flow is the mean of the seven days up to each, where all are known and have come in."""
    line = _week_means(values) if flow else values
    coming = arriving(ground, target, values)
    line = line if coming is None else np.where(coming.open, np.nan, line)
    shown = slice(-SHOWN_DAYS, None)
    return Observed(
        dates=day_list(ground.days[shown]), values=cells(line[shown]), raw=cells(values[shown]), status=statuses(values[shown])
    )


def statuses(values: np.ndarray) -> list[ValueStatus]:
    """Reported, or missing: the outlook's inputs are whole populations, of which nothing is withheld."""
    return [ValueStatus.reported if known else ValueStatus.missing for known in np.isfinite(values).tolist()]


def _week_means(values: np.ndarray) -> np.ndarray:
    means = np.full(len(values), np.nan)
    means[WEEK - 1 :] = np.lib.stride_tricks.sliding_window_view(values, WEEK).mean(axis=1)
    return means


def nowcast(ground: Ground, target: str, values: np.ndarray) -> Nowcast | None:
    """The recent days that are still coming in; None where no delay is known, or none of them is."""
    coming = arriving(ground, target, values)
    if coming is None or not coming.open.any():
        return None
    low, high = coming.ends()
    columns = {"known_share": coming.share, "received": values, "estimate": coming.expected, "low": low, "high": high}
    return Nowcast(dates=day_list(ground.days[coming.open]), **{k: cells(v[coming.open]) for k, v in columns.items()})


def everyone(reading: Reading, place: str, level: str) -> Everyone | None:
    """All patients in the beds, with the epidemic or not; what the beds must be compared with."""
    ground = reading.ground
    values = ground.everyone(level, place)
    if values is None:
        return None
    fan = None if reading.said is None else reading.said.fans.get((EVERYONE[level], place))
    current = band(current_fan(reading, EVERYONE[level], place))
    return Everyone(observed=observed(ground, values, flow=False), projected=band(fan), current=current)


def current_fan(reading: Reading, target: str, place: str) -> Fan | None:
    """The course without the scenario; None where no scenario was asked for, or it has said nothing of the target."""
    asked = reading.said is not None and (target, place) in reading.said.fans
    return reading.current.fans.get((target, place)) if asked and reading.current is not None else None


def difference(reading: Reading, place: str, target: Target, by: float | None) -> Text | None:
    """What the scenario changes: of a census its highest day, of admissions their sum. Else why that is not known."""
    if reading.scenario is None or reading.run is None:
        return None
    title = reading.scenarios[reading.scenario].title
    if reading.what_if is None:
        return text(lambda lang: say(lang, "what_if_no_current", title=title))
    if reading.what_if.differences is None:
        return text(lambda lang: say(lang, "what_if_not_alike", title=title))
    flow, level = target in FLOWS, LEVEL_OF.get(target)
    named = EVERYONE[level] if level is not None and (level, place) in reading.ground.others else str(target)
    found = reading.what_if.difference(named, place, "total" if flow else "present")
    if found is None:
        return text(lambda lang: say(lang, "what_if_no_samples"))
    return text(lambda lang: _difference(lang, title, "what_if_total" if flow else "what_if_peak", found, by))


def _difference(lang: str, title: str, name: str, ends: tuple[float, float, float], by: float | None) -> str:
    if not any(ends):
        return say(lang, "what_if_same", title=title, days=HORIZON)
    low, middle, high = (end * (by or 1.0) for end in ends)
    value, least_, most = (_signed(x) for x in estimates(lang, middle, low, high, low=low, high=high, whole=by is None))
    unit = "" if by is None else say(lang, "per_100k_unit")
    return say(lang, name, title=title, days=HORIZON, value=value + unit, low=least_, high=most)


def _signed(written: str) -> str:
    """A difference always says which way it goes."""
    return written if written.startswith(formats.MINUS) or not any(c in "123456789" for c in written) else f"+{written}"


def capacity_curve(reading: Reading, place: str, level: str) -> CapacityCurve | None:
    """Beds by day and kind; ahead the last known, or what the outlook took where its scenario changed them."""
    ground = reading.ground
    kinds = ground.beds.get((level, place))
    if kinds is None or not set(kinds) - {"least"}:
        return None
    fan = None if reading.said is None else next(iter(reading.said.fans.values()), None)
    ahead = [d for d in (fan.days if fan else ()) if d > ground.last_day]
    ahead = ahead or [ground.last_day + dt.timedelta(days=n) for n in range(1, HORIZON + 1)]
    known, binding = least(kinds)
    columns = {name: _extended(kinds.get(name), len(ahead)) for name in ("physical", "equipped", "staffed")}
    current = _extended(known, len(ahead))
    changed = None if reading.what_if is None else reading.what_if.beds_on(level, place, ahead)
    return CapacityCurve(
        dates=day_list(ground.days[-SHOWN_DAYS:]) + ahead, **columns,
        binding=binding[-SHOWN_DAYS:] + _binding_ahead(binding[-1], known[-1], changed, len(ahead)),
        dated=ground.dated.get((level, place)), least=current if changed is None else current[:SHOWN_DAYS] + cells(changed),
        current=None if changed is None else current,
    )  # fmt: skip


def _binding_ahead(kind: str | None, beds: float, changed: np.ndarray | None, n: int) -> list[str | None]:
    """Where a scenario sets the number of beds no kind of them is the least."""
    return [kind] * n if changed is None else [kind if value == beds else None for value in changed.tolist()]


def _extended(values: np.ndarray | None, n: int) -> list[float | None]:
    if values is None:
        return [None] * (SHOWN_DAYS + n)
    return cells(np.concatenate([values[-SHOWN_DAYS:], np.full(n, values[-1])]))


def chance_by_day(reading: Reading, place: str, level: str) -> tuple[ChanceByDay | None, Text | None]:
    """Chance of more patients than beds on each day, from the quantiles of everyone in the beds; else why there is none.

    Where others are not known the epidemic's own patients are compared, as the outlook does.
    """
    ground, said = reading.ground, reading.said
    if said is None:
        return None, text(lambda lang: say(lang, "by_day_no_outlook"))
    own = said.fans.get((f"{level}_census", place))
    fan = said.fans.get((EVERYONE[level], place)) or (None if (level, place) in ground.others else own)
    kinds = ground.beds.get((level, place))
    if kinds is None:
        return None, text(lambda lang: say(lang, "by_day_no_beds"))
    if fan is None:
        return None, text(lambda lang: say(lang, "by_day_others" if own else "by_day_no_outlook"))
    changed = None if reading.what_if is None else reading.what_if.beds_on(level, place, fan.days)
    limit = np.full(len(fan.days), least(kinds)[0][-1]) if changed is None else changed
    return ChanceByDay(dates=list(fan.days), chance=cells(fan.chance_above(limit))), None


def past(reading: Reading, place: str, target: Target) -> list[PastForecast]:
    """The newest past outlooks of the place, oldest first."""
    found = [(run, fans[str(target), place]) for run, fans in reading.past if (str(target), place) in fans][:PAST_SHOWN]
    return [
        PastForecast(made=run.reference_date, feed=run.feed, dates=list(fan.days), q05=cells(fan.at(0.05)),
                     q50=cells(fan.at(0.5)), q95=cells(fan.at(0.95)))
        for run, fan in reversed(found)
    ]  # fmt: skip


def _completeness(ground: Ground, name: str, place: str) -> float | None:
    """Share of the last fourteen days that are known."""
    values = ground.values.get((name, place))
    return None if values is None else float(np.isfinite(values[-2 * WEEK :]).mean())


def _estimated(reading: Reading, place: str, fan: Fan) -> Panel:
    target = Target.reproduction_number
    run = reading.run
    return Panel(
        target=target, label=text(lambda lang: say(lang, str(target))), unit="1", kind="estimated", observed=None,
        estimated=band(fan), nowcast=None, projected=None, everyone=None, capacity=None, others_known=None,
        chance_by_day=None, chance_by_day_missing=None, past=[],
        sum=sum_of(reading, place, str(target)), caption=caption(reading, place, target, None, fan),
        origin=origin("forecasts", feed=run.feed, target=str(target), place=place, reference_date=run.reference_date),
        date=fan.days[-1], completeness=None,
    )  # fmt: skip


def caption(
    reading: Reading, place: str, target: Target, values: np.ndarray | None, fan: Fan | None, by: float | None = None
) -> Text:
    """The chart in words: the last value, what is expected in two weeks, between what. by: as for `panels`."""
    name = reading.state.places.name(place)
    if by is not None and target is not Target.reproduction_number:
        values, fan = None if values is None else values * by, None if fan is None else fan.times(by)
    return text(lambda lang: _caption(lang, reading, name, target, values, fan, whole=by is None))


def _caption(
    lang: str, reading: Reading, name: str, target: Target, values: np.ndarray | None, fan: Fan | None, *, whole: bool
) -> str:
    label = say(lang, str(target))
    if target is Target.reproduction_number:
        low, middle, high = (float(fan.at(q)[-1]) for q in (0.05, 0.5, 0.95))
        value, low, high = estimates(lang, middle, low, high, low=low, high=high, whole=False)
        when = day(lang, fan.days[-1], reading.today)
        return say(lang, "caption_estimated", label=label, name=name, value=value, day=when, low=low, high=high)
    label += "" if whole else say(lang, "per_100k_unit")
    ground = reading.ground
    known = np.array([]) if values is None else np.flatnonzero(np.isfinite(values))
    if known.size == 0:
        said = [say(lang, "caption_none", label=label, name=name)]
    else:
        when = day(lang, day_list(ground.days[known[-1:]])[0], reading.today)
        value = formats.number(lang, float(values[known[-1]]), 0 if whole else 1)
        said = [say(lang, "caption_counted", label=label, name=name, value=value, day=when)]
    if fan is not None:
        at = min(2 * WEEK, len(fan.days)) - 1
        low, middle, high = (float(fan.at(q)[at]) for q in (0.05, 0.5, 0.95))
        value, low, high = estimates(lang, middle, low, high, low=low, high=high, whole=whole)
        said.append(say(lang, "caption_ahead", day=day(lang, fan.days[at], reading.today), value=value, low=low, high=high))
    return " ".join(said)
