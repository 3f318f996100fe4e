"""The rest of the hospital: patients without the epidemic disease, beds opened and closed, staff who come or do not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from belvedere.demo.country.facilities import LEVELS
from belvedere.demo.country.parameters import parameters, ratio
from belvedere.demo.country.world import World

ROLES = ("nurse", "aide")
SHIFTS = ("twelve_day", "twelve_night")


@dataclass(frozen=True)
class Hospital:
    """Units day by day; U units, T days.

    others, others_in, others_out: patients without the epidemic disease present at the end of the day, entered, left, (U, T).
    physical, equipped, staffed: beds, (U, T). planned, present: staff by unit, role, shift and day, (U, 2, 2, T).
    put_off: share of planned care put off by département, (R, T).
    """

    others: np.ndarray
    others_in: np.ndarray
    others_out: np.ndarray
    physical: np.ndarray
    equipped: np.ndarray
    staffed: np.ndarray
    planned: np.ndarray
    present: np.ndarray
    put_off: np.ndarray


def simulate(world: World, epidemic_census: np.ndarray, infected: np.ndarray, rng: np.random.Generator) -> Hospital:
    """epidemic_census: epidemic patients present by unit and day, (U, T). infected: share of the people, (R, T)."""
    occupied = _occupy(world, epidemic_census, rng)
    others, others_in, others_out, opened, put_off = occupied
    usual = world.units["beds"].to_numpy()
    share = parameters()["hospital"]["beds"]["equipped_share"]
    physical = usual[:, None] + opened
    equipped = np.maximum(np.rint(usual * share).astype(int)[:, None] + opened - world.beds_closed, 0)
    planned, present = _staff(world, opened, infected, rng)
    return Hospital(
        others, others_in, others_out, physical, equipped, staffed_beds(world.units["level"].to_numpy(), present),
        planned, present, put_off,
    )  # fmt: skip


def by_level(world: World, figures: dict[str, float]) -> np.ndarray:
    """A figure of each level as a figure of each unit, shape (U,)."""
    return np.array([float(figures[level]) for level in world.units["level"]])


def _occupy(world: World, epidemic_census: np.ndarray, rng: np.random.Generator):
    """Day by day: others leave and come, fewer where intensive care is full; beds are opened where they run short."""
    p, beds = parameters()["hospital"]["others"], parameters()["hospital"]["beds"]
    U, T = epidemic_census.shape
    region, usual = world.units["region"].to_numpy(), world.units["beds"].to_numpy()
    icu = world.units["level"].to_numpy() == "icu"
    icu_beds = np.bincount(region[icu], usual[icu], minlength=len(world.land))
    leaving = 1 / by_level(world, p["stay_days"])
    usual_in = usual * by_level(world, p["occupancy"]) * leaving
    weekday = np.array(p["weekday"])[world.weekdays]
    present = rng.binomial(usual, by_level(world, p["occupancy"]))
    largest = by_level(world, beds["surge_share"]) * usual
    wish, level_open = np.zeros((U, T)), np.zeros(U)
    others, coming, going, opened = (np.zeros((U, T), dtype=np.int64) for _ in range(4))
    put_off = np.zeros((len(world.land), T))
    for t in range(T):
        taken = np.bincount(region[icu], (present + epidemic_census[:, t])[icu], minlength=len(world.land)) / icu_beds
        short = np.clip((taken - p["put_off_from"]) / (1.1 - p["put_off_from"]), 0, 1) * p["put_off_at_most"]
        put_off[:, t] = np.maximum(short, world.care_put_off[:, t] * p["put_off_at_most"] / 0.5)
        going[:, t] = rng.binomial(present, leaving)
        coming[:, t] = rng.poisson(usual_in * weekday[t] * (1 - put_off[region, t]))
        present = present - going[:, t] + coming[:, t]
        others[:, t] = present
        wish[:, t] = np.clip((present + epidemic_census[:, t]) - beds["surge_from"] * usual, 0, largest)
        asked = wish[:, max(t - beds["surge_lag_days"], 0)]
        level_open = np.clip(asked, level_open - beds["surge_down_a_day"] * usual, level_open + beds["surge_up_a_day"] * usual)
        opened[:, t] = np.floor(level_open)
    return others, coming, going, opened, put_off


def served(level: np.ndarray) -> np.ndarray:
    """Open beds that one nurse or aide serves, by unit, role and shift, shape (U, 2, 2)."""
    p = parameters()["staff"]
    table = {
        name: [[ratio(p[role][name]), ratio(p[role][name]) * p["night_factor"][name]] for role in ROLES] for name in LEVELS
    }
    return np.array([table[name] for name in level])


def _staff(world: World, opened: np.ndarray, infected: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Posts on the roster and people who came, (U, 2, 2, T)."""
    p = parameters()["staff"]
    beds_each = served(world.units["level"].to_numpy())
    usual = np.ceil(world.units["beds"].to_numpy()[:, None, None] / beds_each * p["spare"])
    more = np.floor(opened[:, None, None, :] / beds_each[..., None] * p["surge_staffing"])
    planned = (usual[..., None] + more).astype(np.int64)
    away = p["absent"] + p["absent_by_prevalence"] * infected[world.units["region"].to_numpy()]
    absent = rng.binomial(planned, np.minimum(away, 0.9)[:, None, None, :])
    present = planned - absent + rng.binomial(absent, p["replaced"])
    # What is planted is drawn apart, so that it changes nothing elsewhere; nobody replaces these.
    apart = world.scenario.rng("planted absence")
    return planned, present - apart.binomial(present, np.minimum(world.absence, 1.0)[:, None, None, :])


def staffed_beds(level: np.ndarray, present: np.ndarray) -> np.ndarray:
    """Beds that those present can serve, the least over roles and shifts, (U, T). level: of each unit, (U,)."""
    return np.floor(present * served(level)[..., None] + 1e-9).min(axis=(1, 2)).astype(np.int64)
