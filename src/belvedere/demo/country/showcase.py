"""What `belvedere up --demo` shows: one country with a story, planted so that every screen has something to say.

The story is told in days before and after today, so it is the same on whatever day the demonstration is made. It needs only
Hauts-de-France, which every size has; the other régions stay calm.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from belvedere.demo.country.parameters import parameters
from belvedere.demo.country.plant import (
    AllZeros,
    DecimalSlip,
    FaultyCells,
    FeedStopped,
    Measure,
    NewVariant,
    Plant,
    Silence,
    StaffAbsence,
)
from belvedere.demo.country.scenario import Scenario

SEED = 20261122


def showcase(today: dt.date, *, size: str = "small", seed: int = SEED) -> Scenario:
    """The demonstration of a day: figures end the day before. size: tiny, small or full."""
    scenario = Scenario(size, seed=seed, today=today, faults=False)
    regions = scenario.settings["regions"]
    return scenario.with_plants(*_wave(today, regions), *_troubles(today, regions))


def _wave(today: dt.date, regions: list[str]) -> Iterator[Plant]:
    """A variant makes a wave in one région, where staff is short in one département; elsewhere a measure keeps things calm."""
    story = parameters()["showcase"]
    ends = today + dt.timedelta(days=parameters()["time"]["ahead_days"])

    def ago(key: str) -> dt.date:
        return today - dt.timedelta(days=story[key])

    rising, short = story["rising"], story["short_of_staff"]
    yield NewVariant(rising, ago("variant_from_day"), story["variant_advantage"], infections=story["variant_infections"])
    yield StaffAbsence(short, ago("absence_from_day"), ends, story["absence_share"])
    for place in regions or story["calm"]:
        if place != rising:
            yield Measure(place, ago("calm_from_day"), ends, story["calm_effect"], details="Restaurants and bars closed again",
                          measure="restaurants_closed")  # fmt: skip


def _troubles(today: dt.date, regions: list[str]) -> Iterator[Plant]:
    """What goes wrong with reporting, as named in the parameters; what lies in a région the size lacks is left out."""

    def ago(days: int) -> dt.date:
        return today - dt.timedelta(days=days)

    story = parameters()["showcase"]
    for silence in story["silent"]:
        yield Silence(silence["place"], ago(silence["days"]), ago(1))
    slip = story["slip"]
    yield DecimalSlip(slip["place"], ago(slip["day"]), slip["column"])
    zeros = story["zeros"]
    if not regions or zeros["region"] in regions:
        yield AllZeros(zeros["place"], ago(zeros["days"]), ago(1))
    stopped = story["stopped"]
    yield FeedStopped(stopped["feed"], ago(stopped["days"] + 1))
    yield FaultyCells()
