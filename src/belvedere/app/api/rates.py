"""Counts per 100,000 residents: the same answers in another unit."""

from __future__ import annotations

from belvedere.app.api.ground import Ground
from belvedere.app.api.models import Band
from belvedere.app.api.models_region import CapacityCurve, Everyone, Nowcast, Observed, Panel, PastForecast
from belvedere.reference.places import Places

BASE = 100_000
UNIT = "per_100k"

Column = list[float | None]


def factor(ground: Ground, places: Places, place: str) -> float | None:
    """What to multiply the persons of a place by; None where its population is not known.

    A larger place counts only the residents of those members whose patients are counted in its sums.
    """
    inside = (place,) if place in ground.regions else ground.members.get(place, ())
    known = [places[member].population for member in inside]
    return BASE / sum(known) if known and all(known) else None


def times(values: Column, by: float) -> Column:
    """A column in another unit; what is not known stays so."""
    return [None if value is None else value * by for value in values]


def band(found: Band | None, by: float) -> Band | None:
    return None if found is None else _scaled(found, ("q025", "q05", "q25", "q50", "q75", "q95", "q975"), by)


def observed(found: Observed, by: float) -> Observed:
    return _scaled(found, ("values", "raw"), by)


def panel(found: Panel, by: float) -> Panel:
    """A chart of counts in persons per 100,000; one that counts nobody (R) as it is. Its texts are made in the unit already."""
    if found.unit != "persons":
        return found
    return found.model_copy(
        update={
            "unit": UNIT,
            "observed": found.observed and observed(found.observed, by),
            "nowcast": found.nowcast and _nowcast(found.nowcast, by),
            "projected": band(found.projected, by),
            "current": band(found.current, by),
            "everyone": found.everyone and _everyone(found.everyone, by),
            "capacity": found.capacity and _capacity(found.capacity, by),
            "past": [_past(one, by) for one in found.past],
        }
    )


def _nowcast(found: Nowcast, by: float) -> Nowcast:
    return _scaled(found, ("received", "estimate", "low", "high"), by)


def _everyone(found: Everyone, by: float) -> Everyone:
    bands = {"projected": band(found.projected, by), "current": band(found.current, by)}
    return found.model_copy(update={"observed": observed(found.observed, by), **bands})


def _capacity(found: CapacityCurve, by: float) -> CapacityCurve:
    names = ("physical", "equipped", "staffed", "least", *(("current",) if found.current is not None else ()))
    return _scaled(found, names, by)


def _past(found: PastForecast, by: float) -> PastForecast:
    return _scaled(found, ("q05", "q50", "q95"), by)


def _scaled(found, names: tuple[str, ...], by: float):
    return found.model_copy(update={name: times(getattr(found, name), by) for name in names})
