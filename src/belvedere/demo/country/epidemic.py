"""Infections: a stochastic metapopulation of susceptible, latent and infectious people who meet where they go.

Every person is in one stage; each day binomial draws move people on. Two latent and two infectious stages give a generation
interval with a mode. Independent of the models of the house: nothing here knows a renewal equation.
Keeling and Rohani, Modeling Infectious Diseases (2008), chapters 6 and 7.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from belvedere.demo.country.parameters import parameters
from belvedere.demo.country.world import World

LONGEST_GENERATION = 40


@dataclass(frozen=True)
class Epidemic:
    """What happened, person counts.

    infections: by variant, place, age and day, (V, R, A, T). susceptible: at the end of the day, (R, A, T).
    infected: latent or infectious at the end of the day, (R, A, T). recovered: (R, A, T).
    reproduction: mean infections that one infectious person of the place causes, were the day's conditions to last, (R, T).
    generation: chances of generation intervals of 1, 2, … days, shape (G,).
    """

    infections: np.ndarray
    susceptible: np.ndarray
    infected: np.ndarray
    recovered: np.ndarray
    reproduction: np.ndarray
    generation: np.ndarray


def contacts() -> np.ndarray:
    """Relative contacts of an age class (row) with another (column), scaled to a largest eigenvalue of 1; shape (A, A)."""
    matrix = np.array(parameters()["epidemic"]["contacts"])
    return matrix / np.abs(np.linalg.eigvals(matrix)).max()


def leaving_chances() -> tuple[float, float]:
    """Daily chance of leaving a latent and an infectious stage; two of each."""
    p = parameters()["epidemic"]
    return 2 / p["latent_days"], 2 / p["infectious_days"]


def generation_interval() -> np.ndarray:
    """Chances of 1, 2, … days from infection to infecting another, shape (LONGEST_GENERATION,): exact for these stages."""
    latent, infectious = leaving_chances()
    leave = np.array([latent, latent, infectious, infectious])
    step = np.diag(1 - leave) + np.diag(leave[:3], 1)
    state, chances = np.array([1.0, 0, 0, 0]), []
    for _ in range(LONGEST_GENERATION):
        chances.append(state[2:].sum())
        state = state @ step
    return np.array(chances) / np.sum(chances)


def simulate(world: World, rng: np.random.Generator) -> Epidemic:
    """Runs every simulated day."""
    people, (R, T) = world.land.population, world.reproduction.shape
    V, A = len(world.advantage), people.shape[1]
    mix, latent_out, infectious_out = contacts(), *leaving_chances()
    susceptible = people.copy()
    stages = np.zeros((4, V, R, A), dtype=np.int64)  # two latent, two infectious
    recovered = np.zeros((R, A), dtype=np.int64)
    infections = np.zeros((V, R, A, T), dtype=np.int32)
    kept = np.zeros((3, R, A, T), dtype=np.int32)
    days_infectious, reproduction = 2 / infectious_out, world.reproduction.copy()
    for t in range(T):
        there = _presence(world, t)
        reproduction[:, t] *= _caution(stages, people)
        infectious = stages[2:].sum(axis=0)
        prevalence = np.einsum("jk,vja->vka", there, infectious) / np.einsum("jk,ja->ka", there, people)
        met = np.einsum("ik,vkb,ab->via", there, prevalence, mix)
        rate = reproduction[:, t] / days_infectious
        force = met * rate[None, :, None] * world.advantage[:, None, None]
        new = _infect(susceptible, force, rng) + _brought(world.seeds[:, :, t], susceptible, rng)
        new = _no_more_than(new, susceptible)
        out = rng.binomial(stages, np.array([latent_out, latent_out, infectious_out, infectious_out])[:, None, None, None])
        stages = stages - out
        stages[1:] += out[:3]
        stages[0] += new
        susceptible = susceptible - new.sum(axis=0)
        recovered = recovered + out[3].sum(axis=0)
        infections[..., t] = new
        kept[:, :, :, t] = susceptible, stages.sum(axis=(0, 1)), recovered
    return Epidemic(infections, *kept, _reproduction(world, reproduction, kept[0], infections, mix), generation_interval())


def _presence(world: World, t: int) -> np.ndarray:
    """Share of their contacts that residents (row) make in each place (column) on a day; rows add up to 1."""
    going = world.away * world.travel[:, t][:, None]
    return going + np.diag(1 - going.sum(axis=1))


def _infect(susceptible: np.ndarray, force: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """New infections by variant: one draw for all, then shared out; shape (V, R, A)."""
    total = force.sum(axis=0)
    drawn = rng.binomial(susceptible, -np.expm1(-total))
    shares = np.divide(force, total, out=np.full_like(force, 1 / len(force)), where=total > 0)
    return np.moveaxis(rng.multinomial(drawn, np.moveaxis(shares, 0, -1)), -1, 0)


def _brought(seeds: np.ndarray, susceptible: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Infections from outside, shared over the ages of the place; shape (V, R, A)."""
    return rng.multinomial(seeds, susceptible / susceptible.sum(axis=1, keepdims=True))


def _no_more_than(new: np.ndarray, susceptible: np.ndarray) -> np.ndarray:
    """Never more infected than were left to infect: the first variants come first."""
    before = np.cumsum(new, axis=0) - new
    return np.minimum(new, np.maximum(susceptible - before, 0))


def _caution(stages: np.ndarray, people: np.ndarray) -> np.ndarray:
    """Factor of R where many are infected at the time: people are careful of their own accord; shape (R,)."""
    p = parameters()["epidemic"]
    infected = stages.sum(axis=(0, 1, 3)) / people.sum(axis=1)
    return 1 - p["caution_at_most"] * infected / (infected + p["caution_half_at"])


def _reproduction(
    world: World, reproduction: np.ndarray, susceptible: np.ndarray, infections: np.ndarray, mix: np.ndarray
) -> np.ndarray:
    """R by place and day: what caution left of the given one, times what immunity does, averaged over the variants."""
    left = np.moveaxis(susceptible / world.land.population[:, :, None], 2, 1)  # (R, T, A)
    immunity = np.abs(np.linalg.eigvals(left[..., :, None] * mix)).max(axis=-1)
    by_variant = infections.sum(axis=2).astype(float)
    total = by_variant.sum(axis=0)
    advantage = np.einsum("v,vrt->rt", world.advantage, by_variant)
    mean = np.divide(advantage, total, out=np.ones_like(total), where=total > 0)
    return reproduction * immunity * mean
