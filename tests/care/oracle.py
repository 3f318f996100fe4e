"""A slow, obvious hospital: every patient is a row with a day of admission and a day of discharge."""

from __future__ import annotations

import numpy as np

from belvedere.care.stay import Stay


def draw_stays(stay: Stay, number: int, rng: np.random.Generator) -> np.ndarray:
    """Days in bed of each patient, the first day whose survival lies below a uniform draw."""
    table = stay.at(np.arange(3000))
    return np.searchsorted(-table, -rng.random(number))


def simulate(admissions: np.ndarray, stay: Stay, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Census of each day, shape (day,), and the last day's patients by day of admission, shape (day,)."""
    days = admissions.size
    census, since = np.zeros(days, dtype=int), np.zeros(days, dtype=int)
    for day, number in enumerate(admissions):
        for length in draw_stays(stay, int(number), rng):
            census[day : day + length] += 1
            since[day] += day + length > days - 1
    return census, since


def icu_entry_days(admissions: np.ndarray, share: float, delay: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """ICU entries a day: each admission needs it with chance `share`, after a delay drawn from P(d days)."""
    entries = np.zeros(admissions.size, dtype=int)
    for day, number in enumerate(admissions):
        for _ in range(int(number)):
            if rng.random() < share:
                entered = day + int(rng.choice(delay.size, p=delay))
                if entered < admissions.size:
                    entries[entered] += 1
    return entries
