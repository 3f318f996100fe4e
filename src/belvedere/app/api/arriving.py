"""Counts of recent days that are still coming in: what to expect of them, by the delay their feed is known to have."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from belvedere.app.api.ground import Ground

SETTLED = 0.95
"""From this share known on a day is drawn as counted; below, as estimated."""
ENDS = (0.05, 0.95)


@dataclass(frozen=True)
class Arriving:
    """By day, shape (T,): what is known, the share of the final count that it is, and the final count to expect.

    sd: of the persons still to be reported. first: position of the first day whose share is below `SETTLED`.
    """

    received: np.ndarray
    share: np.ndarray
    expected: np.ndarray
    sd: np.ndarray
    size: np.ndarray

    @property
    def open(self) -> np.ndarray:
        """Days still coming in."""
        return self.share < SETTLED

    def ends(self) -> tuple[np.ndarray, np.ndarray]:
        """90 % interval of each day's final count: what is known, plus a negative binomial of what is to come."""
        missing = self.expected - self.received
        low, high = (_quantile(q, missing, self.size) for q in ENDS)
        return self.received + low, self.received + high


def arriving(ground: Ground, indicator: str, values: np.ndarray) -> Arriving | None:
    """What is to come of a series of the leading feed; None where its delay is not known. values: (T,) on the ground's days."""
    delay = ground.inputs.delay
    if indicator != ground.inputs.driver or delay.basis == "none":
        return None
    today = np.datetime64(ground.inputs.as_of.date(), "D")  # delays count to the moment of reading, not to the newest day
    share = delay.share_by_date(ground.days, today).values
    age = np.clip((today - ground.days.astype("datetime64[D]")).astype(int), 0, len(delay.size) - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = np.where(share > 0, values / share, np.nan)
    missing = expected - values
    size = delay.size[age].astype(float)
    return Arriving(values, share, expected, np.sqrt(missing + missing**2 / size), size)


def _quantile(q: float, mean: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Of a negative binomial by mean and size; Poisson where the size is not finite; nan where the mean is not known."""
    known = np.isfinite(mean)
    mu = np.where(known, mean, 0.0)
    finite = np.isfinite(size)
    spread = np.where(finite, size, 1.0)
    found = np.where(finite, stats.nbinom.ppf(q, spread, spread / (spread + mu)), stats.poisson.ppf(q, mu))
    return np.where(known, np.where(mu > 0, found, 0.0), np.nan)
