"""A small made-up epidemic, place by place and day by day, whose books balance: census = yesterday + in − out.

Not a forecast and not a fit: a wave of plausible size and shape, so that screens and rules have something to show.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

WEEKDAY_EFFECT = np.array([1.15, 1.10, 1.02, 1.00, 1.02, 0.88, 0.83])  # admissions by weekday, Monday first (ratio to the mean)


@dataclass(frozen=True)
class Shape:
    """The made-up world.

    peak_per_100k: admissions a day at the height of the wave. width_days: its standard deviation. icu_share: of admissions.
    leave_chance, death_chance: of one patient in a day. icu_leave_chance: the same for intensive care. spread_days: how far
    the heights of the places lie apart (standard deviation).
    """

    peak_per_100k: float = 2.4
    width_days: float = 26.0
    spread_days: float = 7.0
    icu_share: float = 0.15
    leave_chance: float = 0.085
    death_chance: float = 0.012
    icu_leave_chance: float = 0.075


@dataclass(frozen=True)
class Course:
    """Counts of persons, each of shape (places, days)."""

    admissions: np.ndarray
    discharges: np.ndarray
    deaths: np.ndarray
    census: np.ndarray
    icu_admissions: np.ndarray
    icu_census: np.ndarray


def simulate(population: np.ndarray, weekdays: np.ndarray, rng: np.random.Generator, shape: Shape = Shape()) -> Course:
    """One wave. population: persons, shape (P,); weekdays: 0 = Monday, shape (T,). The same generator gives the same course."""
    places, days = len(population), len(weekdays)
    height = 0.62 * days + rng.normal(0, shape.spread_days, places)
    size = population / 1e5 * shape.peak_per_100k * rng.lognormal(0, 0.25, places)
    time = np.arange(days)
    rate = size[:, None] * (0.08 + np.exp(-0.5 * ((time - height[:, None]) / shape.width_days) ** 2)) * WEEKDAY_EFFECT[weekdays]
    admissions = rng.poisson(rate)
    icu_admissions = rng.binomial(admissions, shape.icu_share)
    counts = {name: np.zeros((places, days), dtype=np.int64) for name in ("discharges", "deaths", "census", "icu_census")}
    present = rng.poisson(rate[:, 0] / (shape.leave_chance + shape.death_chance))
    in_icu = rng.binomial(present, shape.icu_share)
    for day in range(days):
        died = rng.binomial(present, shape.death_chance)
        left = rng.binomial(present - died, shape.leave_chance)
        present = present - died - left + admissions[:, day]
        in_icu = in_icu - rng.binomial(in_icu, shape.icu_leave_chance) + icu_admissions[:, day]
        in_icu = np.minimum(in_icu, present)
        for name, now in (("discharges", left), ("deaths", died), ("census", present), ("icu_census", in_icu)):
            counts[name][:, day] = now
    return Course(admissions, counts["discharges"], counts["deaths"], counts["census"], icu_admissions, counts["icu_census"])
