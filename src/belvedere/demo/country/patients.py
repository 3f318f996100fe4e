"""Epidemic patients, one by one: who enters hospital, where, how long in which bed, and how it ends.

Times are days since the first simulated day, with the hour as a fraction, in the hospital's own time. Present on a day means
present at the midnight that ends it, so census today = census yesterday + entries − exits, to the person.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from belvedere.demo.country.epidemic import Epidemic
from belvedere.demo.country.facilities import LEVELS
from belvedere.demo.country.parameters import mean_and_sd, parameters
from belvedere.demo.country.world import World

SHORTEST = 1 / 24  # an hour in a bed, at least
ROUTES = ("emergency", "home", "care")
ROUTE_SHARES = (0.78, 0.15, 0.07)


@dataclass(frozen=True)
class Patients:
    """patients: one row a person: region, age, sex (1 male, 2 female), day (of entry), died, ventilated_from, ventilated_to.

    segments: one row a presence in one unit: patient, facility, unit, level, start, end, outcome, source, stay (0, or 1 after a
    transfer to another hospital); in order of time for each patient.
    admissions: entries into hospital by place, age and day, (R, A, T): what `patients` holds one by one.
    """

    patients: pd.DataFrame
    segments: pd.DataFrame
    admissions: np.ndarray


def simulate(world: World, epidemic: Epidemic, rng: np.random.Generator) -> Patients:
    """Everyone who enters hospital within the simulated days, followed to the end of the stay."""
    admissions = _admissions(world, epidemic, rng)
    people = _people(world, admissions, rng)
    return Patients(people, _segments(world, people, rng), admissions)


def delay_chances(mean: float, sd: float, longest: int) -> np.ndarray:
    """Chances of a delay of 0, 1, … `longest` whole days: a gamma distribution cut into days; shape (longest + 1,)."""
    law = stats.gamma((mean / sd) ** 2, scale=sd**2 / mean)
    chances = np.diff(law.cdf(np.arange(longest + 2)))
    return chances / chances.sum()


def day_weights(world: World, weekday: list[float], holiday: float) -> np.ndarray:
    """Relative chance of something happening on each day, (R, T): weekdays and public holidays."""
    return np.array(weekday)[world.weekdays][None, :] * np.where(world.holidays, holiday, 1.0)


def later(counts: np.ndarray, delay: np.ndarray, weights: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """When counted people get there: counts (R, A, T) by first day, delay (D,), weights of the days of arrival (R, T).

    Returns counts of shape (R, A, T) by day of arrival; those who arrive after the last day are left out.
    """
    R, A, T = counts.shape
    longest = len(delay)
    padded = np.concatenate([weights, np.ones((R, longest))], axis=1)
    arrived = np.zeros((R, A, T + longest), dtype=np.int64)
    for t in range(T):
        chances = delay * padded[:, t : t + longest]
        chances = (chances / chances.sum(axis=1, keepdims=True))[:, None, :]
        arrived[:, :, t : t + longest] += rng.multinomial(counts[:, :, t], chances)
    return arrived[:, :, :T]


def _admissions(world: World, epidemic: Epidemic, rng: np.random.Generator) -> np.ndarray:
    p = parameters()["hospital"]
    chance = np.minimum(np.array(p["hospitalised"])[None, :] * world.severity[:, None], 1.0)
    severe = rng.binomial(epidemic.infections, chance[:, None, :, None]).sum(axis=0)
    delay = delay_chances(p["to_admission_mean_days"], p["to_admission_sd_days"], p["to_admission_longest_days"])
    return later(severe, delay, day_weights(world, p["weekday"], p["holiday"]), rng)


def _people(world: World, admissions: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """One row a person, in order of entry: who, where, when."""
    counts = np.moveaxis(admissions, 2, 0)  # day, place, age
    day, region, age = (np.repeat(at.ravel(), counts.ravel()) for at in np.indices(counts.shape))
    n = len(day)
    male = rng.random(n) < np.array(parameters()["people"]["male_share_admitted"])[age]
    hour = rng.beta(2.2, 1.8, n)  # of the day: few at night
    frame = pd.DataFrame(
        dict(day=day, region=region, age=age, sex=np.where(male, 1, 2), entered=day + 0.02 + 0.95 * hour,
             facility=_nearest_of_weight(world, region, rng))
    )  # fmt: skip
    return frame.sort_values("entered", kind="stable", ignore_index=True)


def _nearest_of_weight(world: World, region: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A hospital of the own département for each person, larger ones more often."""
    return _pick(region, world.facilities["region"].to_numpy(), world.facilities["weight"].to_numpy(), rng)


def _pick(region: np.ndarray, of_region: np.ndarray, weight: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Index of a candidate in the person's region, with chances in proportion to weight; shape (n,)."""
    drawn, found = rng.random(len(region)), np.zeros(len(region), dtype=int)
    for r in np.unique(region):
        here, mine = np.flatnonzero(of_region == r), region == r
        bounds = np.cumsum(weight[here]) / weight[here].sum()
        found[mine] = here[np.minimum(np.searchsorted(bounds, drawn[mine], side="right"), len(here) - 1)]
    return found


def _gamma(mean_sd: tuple[float, float], n: int, rng: np.random.Generator) -> np.ndarray:
    mean, sd = mean_sd
    return np.maximum(rng.gamma((mean / sd) ** 2, sd**2 / mean, n), SHORTEST)


def _segments(world: World, people: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """The pathways: ward; or ward (unless at once), intensive care, and ward or high dependency for those who live."""
    p, n = parameters()["hospital"], len(people)
    age, house = people["age"].to_numpy(), people["facility"].to_numpy()
    unit_of = _units_by_level(world)
    needs = rng.random(n) < np.array(p["icu_share"])[age]
    at_once = needs & (rng.random(n) < p["icu_at_once"])
    dies = rng.random(n) < np.where(needs, np.array(p["death_icu"])[age], np.array(p["death_ward"])[age])
    before = np.where(at_once, 0.0, _gamma(mean_and_sd("delays", p["icu_after"]), n, rng))
    ward = np.where(needs, before, _gamma(mean_and_sd("length_of_stay", p["ward_stay"]), n, rng))
    intensive = _gamma(mean_and_sd("length_of_stay", p["icu_stay"]), n, rng)
    down = _gamma(mean_and_sd("length_of_stay", p["step_down_stay"]), n, rng)
    icu_house = _intensive_house(world, people, unit_of, rng)
    to_hdu = (rng.random(n) < p["step_down_hdu"]) & (unit_of["hdu"][icu_house] >= 0)
    ventilated = needs & (rng.random(n) < p["ventilated_share"])

    entered = people["entered"].to_numpy()
    into = entered + np.where(at_once, 0.0, ward)
    out = into + intensive
    people["died"], people["needs_icu"] = dies, needs
    people["ventilated_from"] = np.where(ventilated, into, np.nan)
    people["ventilated_to"] = np.where(ventilated, into + p["ventilated_part"] * intensive, np.nan)

    moved = needs & ~at_once & (icu_house != house)
    index = np.arange(n)
    first = ~at_once
    third = needs & ~dies
    ward_end = np.where(needs, np.where(moved, "transferred", "moved"), np.where(dies, "died", "home"))
    icu_source = np.where(at_once, "", np.where(moved, "transferred", "moved"))
    route = rng.choice(ROUTES, n, p=ROUTE_SHARES)
    parts = [
        _part(index[first], house[first], "ward", entered[first], (entered + ward)[first], ward_end[first], route[first], 0),
        _part(index[needs], icu_house[needs], "icu", into[needs], out[needs], np.where(dies, "died", "moved")[needs],
              np.where(at_once, route, icu_source)[needs], moved[needs].astype(int)),
        _part(index[third], icu_house[third], np.where(to_hdu, "hdu", "ward")[third], out[third], (out + down)[third],
              np.full(third.sum(), "home"), np.full(third.sum(), "moved"), moved[third].astype(int)),
    ]  # fmt: skip
    people["facility"] = np.where(at_once, icu_house, house)
    segments = pd.concat(parts, ignore_index=True).sort_values(["patient", "start"], kind="stable", ignore_index=True)
    level = segments["level"].to_numpy()
    segments["unit"] = np.choose(
        [LEVELS.index(name) for name in level], [unit_of[name][segments["facility"].to_numpy()] for name in LEVELS]
    )
    return segments


def _part(patient, facility, level, start, end, outcome, source, stay) -> pd.DataFrame:
    return pd.DataFrame(
        dict(patient=patient, facility=facility, level=level, start=start, end=end, outcome=outcome, source=source, stay=stay)
    )


def _units_by_level(world: World) -> dict[str, np.ndarray]:
    """Unit of each hospital by level, -1 where it has none; (H,) each."""
    found = {level: np.full(len(world.facilities), -1) for level in LEVELS}
    for at, (house, level) in enumerate(zip(world.units["facility"], world.units["level"], strict=True)):
        found[level][house] = at
    return found


def _intensive_house(world: World, people: pd.DataFrame, unit_of: dict, rng: np.random.Generator) -> np.ndarray:
    """Where each person would find intensive care: the own hospital if it has some, else one of the département."""
    icu = world.units[world.units["level"] == "icu"]
    found = _pick(people["region"].to_numpy(), icu["region"].to_numpy(), icu["beds"].to_numpy(), rng)
    other = icu["facility"].to_numpy()[found]
    own = people["facility"].to_numpy()
    return np.where(unit_of["icu"][own] >= 0, own, other)


def present(place: np.ndarray, start: np.ndarray, end: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Persons present at the end of each day by place index; int, shape (places, T)."""
    return np.cumsum(events(place, start, shape) - events(place, end, shape), axis=1)


def events(place: np.ndarray, when: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Events by place index and day; those outside the simulated days are left out. int, shape (places, T)."""
    day = np.floor(when)
    inside = np.isfinite(day) & (day >= 0) & (day < shape[1])
    flat = place[inside].astype(np.int64) * shape[1] + day[inside].astype(np.int64)
    return np.bincount(flat, minlength=shape[0] * shape[1]).reshape(shape)
