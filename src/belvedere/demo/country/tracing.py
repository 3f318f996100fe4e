"""Tests and tracing: which infections are found, and in a few places who infected whom, person by person."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from belvedere.demo.country.epidemic import Epidemic
from belvedere.demo.country.parameters import parameters
from belvedere.demo.country.patients import day_weights, delay_chances, later
from belvedere.demo.country.world import World

NOBODY = -1


@dataclass(frozen=True)
class Tracing:
    """cases: infections found, by place, age and day of test, (R, A, T). tests: tests made, (R, T).

    pilots: indices of the places that keep a line list.
    persons: everyone infected in the pilots within the window: person, place (index), age, sex, infected, onset (days), tested
    (day index, -1: never found), infector (person, -1: outside the list), setting, cluster.
    """

    cases: np.ndarray
    tests: np.ndarray
    pilots: tuple[int, ...]
    persons: pd.DataFrame


def simulate(world: World, epidemic: Epidemic, rng: np.random.Generator) -> Tracing:
    """Finds infections everywhere by number, and in the pilots person by person: both counts agree."""
    p, q = parameters()["testing"], parameters()["tracing"]
    infections = epidemic.infections.sum(axis=0)
    delay = delay_chances(p["to_test_mean_days"], p["to_test_sd_days"], p["to_test_longest_days"])
    weights = day_weights(world, p["weekday"], p["holiday"])
    pilots = _pilots(world, world.scenario.settings["line_lists"])
    elsewhere = np.setdiff1d(np.arange(len(world.land)), pilots)
    cases = np.zeros_like(infections, dtype=np.int64)
    found = rng.binomial(infections[elsewhere], np.array(p["found"])[None, :, None])
    cases[elsewhere] = later(found, delay, weights[elsewhere], rng)
    frames = []
    for place in pilots:
        persons = _persons(infections[place], np.array(p["found"]), delay, weights[place], rng)
        tested = persons["tested"].to_numpy() >= 0
        np.add.at(cases[place], (persons["age"].to_numpy()[tested], persons["tested"].to_numpy()[tested]), 1)
        window = persons[persons["infected"] >= world.scenario.now - q["days"] - q["longest_generation_days"]]
        frames.append(_linked(world, place, window.reset_index(drop=True), epidemic.generation, rng))
    persons = pd.concat(frames, ignore_index=True)
    background = world.land.population.sum(axis=1)[:, None] * p["background_tests_per_100k"] / 1e5 * weights
    tests = cases.sum(axis=1) + rng.poisson(background + (p["tests_per_case"] - 1) * cases.sum(axis=1))
    return Tracing(cases, tests, tuple(int(place) for place in pilots), persons)


def _pilots(world: World, count: int) -> np.ndarray:
    """The least peopled départements of the mainland."""
    people = np.where(world.land.overseas, np.inf, world.land.population.sum(axis=1))
    return np.argsort(people, kind="stable")[:count]


def _persons(infections: np.ndarray, chance: np.ndarray, delay: np.ndarray, weights: np.ndarray, rng) -> pd.DataFrame:
    """Everyone infected in one place, one by one, and the day of the test. infections: (A, T); weights: (T,)."""
    day, age = (np.repeat(at.ravel(), infections.T.ravel()) for at in np.indices(infections.T.shape))
    padded = np.concatenate([weights, np.ones(len(delay))])
    tested = np.full(len(day), NOBODY)
    sought = rng.random(len(day)) < chance[age]
    for t in np.unique(day[sought]):
        here = np.flatnonzero(sought & (day == t))
        chances = delay * padded[t : t + len(delay)]
        tested[here] = t + rng.choice(len(delay), len(here), p=chances / chances.sum())
    tested = np.where(tested < len(weights), tested, NOBODY)
    return pd.DataFrame(dict(age=age, sex=rng.integers(1, 3, len(day)), infected=day, tested=tested))


def _linked(world: World, place: int, persons: pd.DataFrame, generation: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """Chooses each person's infector among those infected before, some of whom infect many; some met theirs elsewhere."""
    q = parameters()["tracing"]
    longest, n = q["longest_generation_days"], len(persons)
    interval = generation[:longest] / generation[:longest].sum()
    day, strength = persons["infected"].to_numpy(), rng.gamma(q["dispersion"], 1 / q["dispersion"], n)
    infector, at_home = np.full(n, NOBODY), rng.random(n) >= world.away[place].sum()
    for t in np.unique(day):
        new = np.flatnonzero((day == t) & at_home)
        before = np.flatnonzero((day < t) & (day >= t - longest))
        weight = strength[before] * interval[t - day[before] - 1]
        if weight.sum() > 0:
            infector[new] = before[rng.choice(len(before), len(new), p=weight / weight.sum())]
    settings = list(q["settings"])
    shares = np.array(list(q["settings"].values()))
    setting = rng.choice(settings, n, p=shares / shares.sum()).astype(object)
    cluster = np.full(n, "", dtype=object)
    for number, (where, when, size, kind) in enumerate(world.clusters, start=1):
        struck = rng.permutation(np.flatnonzero((day == when) & (where == place)))[:size]
        setting[struck], cluster[struck] = kind, f"planted-{number}"
        infector[struck] = infector[struck].max(initial=NOBODY)  # one source
    code = world.land.codes[place]
    names = np.array([f"SYN-{code}-{i:06d}" for i in range(n)], dtype=object)
    onset = day + np.maximum(np.rint(rng.gamma(4, q["onset_after_days"] / 4, n)), 1).astype(int)
    return persons.assign(
        place=place, person=names, onset=onset, setting=setting, cluster=cluster,
        infector=np.where(infector == NOBODY, "", names[infector] if n else ""),
    )  # fmt: skip
