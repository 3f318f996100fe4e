"""The world before it lives: everything the simulation takes as given, as arrays that plants may change.

Axes: V variants, R départements, A age classes, T days (all simulated ones), H hospitals, U units, P products, S suppliers.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from belvedere.demo.country import facilities, geography
from belvedere.demo.country.geography import Country
from belvedere.demo.country.parameters import parameters, rows
from belvedere.demo.country.scenario import Scenario
from belvedere.errors import UnknownName
from belvedere.reference.calendar import is_holiday


@dataclass
class World:
    """What is given. Plants change the arrays in place, in `Plant.shape`.

    away: share of contacts made in each other place, (R, R). travel: factor of that, (R, T).
    reproduction: R without immunity and caution, (R, T). seeds: infections brought in, (V, R, T).
    advantage, severity: factors of R and of the chance of hospital, (V,). care_put_off: share of planned care put off, (R, T).
    holidays: (R, T). absence: share of staff absent beside the usual, (U, T). beds_closed: beds, (U, T).
    supplier_open: whether orders are delivered, (S, T). lost: share of the stock lost on a day, (H, P, T).
    measures: rows of the table of measures, days as indices.
    clusters: (place index, day index, persons, setting), for the line list.
    """

    scenario: Scenario
    land: Country
    days: np.ndarray
    away: np.ndarray
    reproduction: np.ndarray
    travel: np.ndarray
    seeds: np.ndarray
    advantage: np.ndarray
    severity: np.ndarray
    care_put_off: np.ndarray
    holidays: np.ndarray
    facilities: pd.DataFrame
    units: pd.DataFrame
    absence: np.ndarray
    beds_closed: np.ndarray
    products: pd.DataFrame
    suppliers: pd.DataFrame
    supplier_open: np.ndarray
    lost: np.ndarray
    measures: list[dict] = field(default_factory=list)
    clusters: list[tuple[int, int, int, str]] = field(default_factory=list)

    @property
    def weekdays(self) -> np.ndarray:
        """0 = Monday; shape (T,)."""
        return (self.days.astype("datetime64[D]").astype(int) + 3) % 7

    def at(self, day: dt.date) -> int:
        """Index of a day."""
        return self.scenario.at(day)

    def regions_in(self, place: str) -> np.ndarray:
        """Which départements lie in a place; bool, shape (R,). Raises UnknownName."""
        found = self.land.within(place)
        if not found.any():
            raise UnknownName("place of the demonstration", place, [*self.land.places, *self.land.parents])
        return found

    def units_in(self, place: str) -> np.ndarray:
        """Which units lie in a place: a unit, a hospital, a département, a région, the country; bool, shape (U,)."""
        houses = self.facilities["place"].to_numpy()[self.units["facility"].to_numpy()]
        found = (self.units["place"].to_numpy() == place) | (houses == place)
        return found if found.any() else self.regions_in(place)[self.units["region"].to_numpy()]

    def facilities_in(self, place: str) -> np.ndarray:
        """Which hospitals lie in a place; bool, shape (H,)."""
        found = self.facilities["place"].to_numpy() == place
        return found if found.any() else self.regions_in(place)[self.facilities["region"].to_numpy()]

    def order(
        self, where: np.ndarray, first: int, last: int, *, measure: str, extent: str, effect: float, travel: float = 1.0,
        care_put_off: float = 0.0, details: str = "",
    ) -> None:  # fmt: skip
        """Puts a measure in force in some départements (bool, (R,)), from one day index to another, both included."""
        here = np.zeros_like(self.holidays)
        here[where, max(first, 0) : last + 1] = True
        self.reproduction[here] *= effect
        self.travel[here] *= travel
        self.care_put_off[here] = np.maximum(self.care_put_off[here], care_put_off)
        everywhere = where.all() and len(where) > 1
        for place in ["FR"] if everywhere else np.array(self.land.places)[where]:
            row = dict(place=str(place), measure=measure, extent=extent, first=max(first, 0), last=last, details=details)
            self.measures.append(row)


def build(scenario: Scenario) -> World:
    """The world of a scenario, with its plants in the ground."""
    land = geography.country(scenario.settings["regions"])
    days, R, T = scenario.days, len(land), len(scenario.days)
    houses, units = facilities.build(land, scenario.settings["facilities"], scenario.rng("facilities"))
    products, suppliers = pd.DataFrame(rows("products.csv")), pd.DataFrame(rows("suppliers.csv"))
    U, H, P, S = len(units), len(houses), len(products), len(suppliers)
    world = World(
        scenario, land, days, geography.away(land), _reproduction(scenario, land), np.ones((R, T)),
        _seeds(scenario, land), np.ones(1), np.ones(1), np.zeros((R, T)), _holidays(land, days), houses, units,
        np.zeros((U, T)), np.zeros((U, T), dtype=int), products, suppliers, np.ones((S, T), dtype=bool),
        np.zeros((H, P, T), dtype=np.float32),
    )  # fmt: skip
    for measure in parameters()["epidemic"]["measures"]:
        first, last = scenario.now - measure["from_day"], scenario.now - measure["to_day"]
        world.order(np.ones(R, dtype=bool), first, last, **{k: v for k, v in measure.items() if not k.endswith("_day")})
    for plant in scenario.plants:
        plant.shape(world)
    return world


def _reproduction(scenario: Scenario, land: Country) -> np.ndarray:
    """R by place and day, without immunity and measures: the national course, season, and places that differ."""
    p, rng, T = parameters()["epidemic"], scenario.rng("reproduction"), len(scenario.days)
    before = scenario.now - np.arange(T)
    knots = np.array(p["days_before"])
    national = np.interp(-before, -knots, p["reproduction"])
    season = 1 + p["season_amplitude"] * np.cos(2 * np.pi * (before + p["season_peak_in_days"]) / 365.25)
    lasting = rng.normal(0, p["place_sd"], len(land))
    steps, drift = rng.normal(0, p["drift_sd"], (T, len(land))), np.zeros((T, len(land)))
    for t in range(1, T):
        drift[t] = p["drift_memory"] * drift[t - 1] + steps[t]
    return (national * season)[None, :] * np.exp(lasting[:, None] + drift.T)


def _seeds(scenario: Scenario, land: Country) -> np.ndarray:
    """Infections brought in from outside, (1, R, T): a first sowing, then a trickle."""
    p, rng = parameters()["epidemic"], scenario.rng("seeds")
    people = land.population.sum(axis=1)
    trickle = rng.poisson(people[:, None] * p["imported_per_million"] / 1e6, (len(land), len(scenario.days)))
    first = rng.poisson(people * p["first_infections_per_100k"] / 1e5 / 7 * rng.lognormal(0, 0.6, len(land)), (7, len(land)))
    trickle[:, :7] += first.T
    return trickle[None]


def _holidays(land: Country, days: np.ndarray) -> np.ndarray:
    """Public holidays, bool, shape (R, T)."""
    listed = days.astype(object)
    return np.array([[is_holiday(place, day) for day in listed] for place in land.places])
