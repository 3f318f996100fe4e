"""Length of stay as a distribution over days in bed.

A patient admitted on day t is counted in the daily census of t + a with probability S(a) = P(D > a), D the number of
censuses that count the patient. So S sums to the mean stay, and a constant λ admissions a day fill λ × mean beds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import gammainc

from belvedere.errors import DataError

TOLERANCE = 1e-9  # of sums of probabilities, for rounding only


@dataclass(frozen=True, eq=False)
class Stay:
    """A length of stay in days in bed.

    survival: float, shape (days,); P(still in bed a days after admission), a = 0 the census of the day of admission.
    Beyond its end the hazard of the last two days goes on, so nobody is sent home because a table ends.

    Raises DataError for values outside 0–1, rising ones, or fewer than two days.
    """

    survival: np.ndarray

    def __post_init__(self) -> None:
        survival = np.array(self.survival, dtype=float)
        if survival.ndim != 1 or survival.size < 2:
            raise DataError(f"a stay needs the survival of at least two days, found shape {survival.shape}")
        inside = np.all((survival >= 0) & (survival <= 1 + TOLERANCE))  # False for nan
        if not inside or np.any(np.diff(survival) > TOLERANCE):
            raise DataError("the survival of a stay must fall from at most 1 to at least 0")
        survival.flags.writeable = False
        object.__setattr__(self, "survival", survival)

    @property
    def days(self) -> int:
        """Number of days the table covers."""
        return self.survival.size

    @property
    def tail(self) -> float:
        """P(in bed one more day) beyond the end of the table."""
        last, before = self.survival[-1], self.survival[-2]
        return float(last / before) if before > 0 else 0.0

    @property
    def mean(self) -> float:
        """Mean days in bed, the tail beyond the table included; inf when nobody leaves there."""
        beyond = self.survival[-1]
        if beyond == 0:
            return float(self.survival.sum())
        return float(self.survival.sum() + beyond * self.tail / (1 - self.tail)) if self.tail < 1 else np.inf

    def staying(self) -> np.ndarray:
        """P(in bed a days after admission | in bed the day before), shape (days,); the first is P(counted at all)."""
        before = np.concatenate([[1.0], self.survival[:-1]])
        return np.divide(self.survival, before, out=np.zeros(self.days), where=before > 0)

    def pmf(self) -> np.ndarray:
        """P(D = d) for d = 0 … days; the last is P(D ≥ days)."""
        return -np.diff(np.concatenate([[1.0], self.survival, [0.0]]))

    def at(self, elapsed: np.ndarray) -> np.ndarray:
        """S at these whole days since admission, any shape, also beyond the table."""
        elapsed = np.asarray(elapsed)
        beyond = np.maximum(elapsed - (self.days - 1), 0)
        return self.survival[np.minimum(elapsed, self.days - 1)] * self.tail**beyond


def gamma_stay(*, mean: float, sd: float, max_days: int) -> Stay:
    """Gamma-distributed stay, of which each whole day's share in bed is counted.

    mean, sd: days; the shape is (mean / sd)², about 1 in the data (domain.md 3.1). Admission falls uniformly within the day,
    so S(a) = ∫ P(T > u) du from a to a + 1, and the mean is kept exactly (up to the tail after max_days).
    Raises DataError for a mean or sd that is not above 0.
    """
    if not (mean > 0 and sd > 0 and np.isfinite(mean * sd)):
        raise DataError(f"a stay needs a mean and an sd above 0 days, found mean {mean}, sd {sd}")
    shape, scale = (mean / sd) ** 2, sd**2 / mean
    day = np.arange(max_days + 1.0)
    expected_min = mean * gammainc(shape + 1, day / scale) + day * (1 - gammainc(shape, day / scale))  # E[min(T, day)]
    survival = np.minimum.accumulate(np.clip(np.diff(expected_min), 0, 1))
    return Stay(np.where(survival > TOLERANCE, survival, 0.0))  # below it a difference of sums is rounding


def pmf_stay(pmf: Sequence[float] | np.ndarray) -> Stay:
    """Stay from P(D = d), d = 0, 1, … days in bed; raises DataError when it is negative or does not sum to 1."""
    pmf = np.asarray(pmf, dtype=float)
    if pmf.ndim != 1 or not np.all(pmf >= 0) or abs(pmf.sum() - 1) > 1e-6:
        raise DataError(f"the chances of a stay must be at least 0 and sum to 1, found a sum of {pmf.sum():g}")
    return Stay(np.clip(1 - np.cumsum(pmf), 0, 1))


def mixture(stays: Sequence[Stay], weights: Sequence[float]) -> Stay:
    """Stay of a patient who follows stay i with chance weights[i]; the longest table's days are covered.

    Raises DataError for weights that are negative, do not sum to 1, or are not one a stay.
    """
    share = np.asarray(weights, dtype=float)
    if share.shape != (len(stays),) or not np.all(share >= 0) or abs(share.sum() - 1) > 1e-6:
        raise DataError(f"a mixture of {len(stays)} stays needs as many weights that sum to 1, found {list(weights)}")
    day = np.arange(max(stay.days for stay in stays))
    return Stay(sum(w * stay.at(day) for w, stay in zip(share, stays, strict=True)))


def candidate_stays(
    *, short: Sequence[float], long: Sequence[float], long_shares: Sequence[float], max_days: int
) -> tuple[Stay, ...]:
    """Every combination of a short mean, a long mean and the share of patients who stay long: gamma stays of shape 1.

    short, long: mean days in bed. long_shares: 0–1; with 0 there is no long stay, and one candidate for all long means.
    max_days: of the tables.
    """
    whole = {(s, long[0] if p == 0 else other, p): None for s in short for other in long for p in long_shares}
    return tuple(
        mixture([gamma_stay(mean=s, sd=s, max_days=max_days), gamma_stay(mean=other, sd=other, max_days=max_days)], [1 - p, p])
        for s, other, p in whole
    )


def residual(stay: Stay, elapsed: int) -> Stay:
    """Stay still ahead of a patient in bed `elapsed` days after admission: S(elapsed + 1 + a) / S(elapsed).

    Day 0 of the residual is tomorrow's census. Raises DataError when nobody stays that long.
    """
    day = elapsed + 1 + np.arange(stay.days)
    now = float(stay.at(np.array(elapsed)))
    if now <= 0:
        raise DataError(f"nobody is in bed {elapsed} days after admission under this stay of {stay.days} days")
    return Stay(stay.at(day) / now)
