"""A rate seen through counts: observed against expected, by region and week, with a national level and regional ones.

    observed(r, w) ≈ national(w) × (1 + deviation(r, w)) × expected(r, w)

Both levels wander (local level model, Kalman filter), so recent weeks weigh more, missing weeks weigh nothing and an outlier is
held back (its surprise is cut, Huber). Regions shrink to the nation by as much as the data say they resemble one another.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from belvedere.errors import DataError

HUBER = 2.5  # standard deviations from which a surprise is cut; the usual tuning constant for 95-99 % efficiency
CHI2_MEDIAN = 0.4549  # median of chi-square with one degree of freedom: turns a median of squares into a variance
WEEK = 7


@dataclass(frozen=True)
class LevelPrior:
    """What is believed before the data.

    mean: of the level (1 for leaving as a reference stay says; the usual share for an ICU share).
    sd: of the national level, as a share of it. region_sd: of regions around the nation, as a share.
    national_step, region_step: drift a week, as a share of the level. weight: weeks of data this belief about drift equals.
    week_noise: what all regions share in one week and not in the next (a holiday, a late count), as a share of the level.
    dispersion: variance of counts over the Poisson's, at least 1.
    """

    mean: float
    sd: float
    region_sd: float
    national_step: float
    region_step: float
    week_noise: float
    weight: float
    dispersion: float

    def __post_init__(self) -> None:
        if not all(np.isfinite(value) and value > 0 for value in vars(self).values()) or self.dispersion < 1:
            raise DataError(f"the beliefs about a level must be above 0 and its dispersion at least 1, found {self}")


@dataclass(frozen=True)
class Groups:
    """Which regions share their surprises (départements of a région: one authority, one network of hospitals).

    index: group of each region, int, shape (region,). shared: share of a region's variance its group has in common, 0–1;
    each region's own spread stays what it is, sums over a group become wider.
    """

    index: np.ndarray
    shared: float

    @classmethod
    def none(cls, regions: int) -> Groups:
        """Regions whose surprises have nothing in common but the nation's."""
        return cls(np.arange(regions), 0.0)

    def normal(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        """Standard normal draws, shape (sample, region, …), correlated by `shared` within a group."""
        own = rng.standard_normal(shape)
        if not self.shared:
            return own
        common = rng.standard_normal((shape[0], self.index.max() + 1, *shape[2:]))[:, self.index]
        return np.sqrt(self.shared) * common + np.sqrt(1 - self.shared) * own


@dataclass(frozen=True)
class Level:
    """The level of today and how it may wander.

    national, national_var: mean of the national level; variance as a share of it squared.
    deviation, deviation_var: of each region from the nation, as a share, shape (region,).
    national_step_var, region_step_var: drift a week, as shares squared.
    dispersion: variance of a week's counts over the Poisson's, shape (region,).
    log_evidence: how well the observed followed, for weighing candidates that share a `dispersion_given`.
    """

    national: float
    national_var: float
    deviation: np.ndarray
    deviation_var: np.ndarray
    national_step_var: float
    region_step_var: float
    dispersion: np.ndarray
    log_evidence: float

    @property
    def regional(self) -> np.ndarray:
        """Level of each region, shape (region,)."""
        return self.national * (1 + self.deviation)

    @property
    def present_var(self) -> np.ndarray:
        """Variance of today's level of each region, as a share of it squared, shape (region,)."""
        return self.national_var + self.deviation_var

    def paths(self, *, samples: int, horizons: int, groups: Groups, rng: np.random.Generator) -> np.ndarray:
        """Sampled levels of the coming days, shape (sample, region, horizon): lognormal around today's level, then drifting."""
        now = self.present_noise(samples=samples, groups=groups, rng=rng)
        drift = self.drift(samples=samples, horizons=horizons, groups=groups, rng=rng)
        typical = self.national * np.maximum(1 + self.deviation, 0.1)
        return typical[None, :, None] * np.exp(now[:, :, None] + drift)

    def present_noise(self, *, samples: int, groups: Groups, rng: np.random.Generator) -> np.ndarray:
        """What is not known of today's level, as a share of it, shape (sample, region); one national draw a sample."""
        nation = rng.standard_normal((samples, 1)) * np.sqrt(self.national_var)
        return nation + groups.normal((samples, self.deviation.size), rng) * np.sqrt(self.deviation_var)

    def drift(self, *, samples: int, horizons: int, groups: Groups, rng: np.random.Generator) -> np.ndarray:
        """Random walk of the log level from today, shape (sample, region, horizon); the nation's steps are shared."""
        nation = rng.standard_normal((samples, 1, horizons)) * np.sqrt(self.national_step_var / WEEK)
        steps = groups.normal((samples, self.deviation.size, horizons), rng) * np.sqrt(self.region_step_var / WEEK)
        return np.cumsum(nation + steps, axis=2)


def fit_level(
    observed: np.ndarray, expected: np.ndarray, *, prior: LevelPrior, dispersion_given: np.ndarray | None = None
) -> Level:
    """Level of observed over expected, oldest week first.

    observed, expected: persons a week, shape (region, week); nan or an expected 0 where there is nothing to compare. Observed
    may be negative (a census corrected upwards). dispersion_given: of counts, (region,), to compare candidates on equal terms.
    """
    seen = np.isfinite(observed) & np.isfinite(expected) & (expected > 0)
    count, base = np.where(seen, observed, 0.0), np.where(seen, expected, 0.0)
    crude = max((count.sum() + prior.mean) / (base.sum() + 1), 0.05 * prior.mean)
    base = base * crude  # from here on levels are relative to the crude one, so that candidates compare
    count = _cut(count, base, prior.dispersion)
    national = _ratio(count.sum(axis=0), base.sum(axis=0))
    base = base * np.where(np.isfinite(national) & (national > 0), national, 1.0)
    z, noise = _ratio(count, base) - 1, _inverse(base)
    dispersion = _dispersion(z, noise, prior) if dispersion_given is None else dispersion_given
    noise = noise * dispersion[:, None]
    nation_noise = _inverse(_inverse(noise).sum(axis=0))[None] + prior.week_noise**2
    nation_step = _step_variance(national[None], nation_noise, prior.national_step**2, prior.weight)
    start = (prior.mean / crude, (prior.sd * prior.mean / crude) ** 2)
    nation, nation_var, evidence = _filter(national[None], nation_noise, start, nation_step)
    # many rows say more of drift, so the prior counts for a quarter of them
    region_step = _step_variance(z, noise, prior.region_step**2, prior.weight * max(1, z.shape[0] / 4))
    own, own_var, own_evidence = _filter(z, noise, (0.0, _between(z, noise, prior)), region_step)
    return Level(
        national=float(max(nation[0] * crude, 0.05 * prior.mean)),
        national_var=float(nation_var[0]),
        deviation=own,
        deviation_var=own_var,
        national_step_var=nation_step,
        region_step_var=region_step,
        dispersion=dispersion,
        log_evidence=float(evidence.sum() + own_evidence.sum()),
    )


def _ratio(count: np.ndarray, base: np.ndarray) -> np.ndarray:
    return np.divide(count, base, out=np.full(base.shape, np.nan), where=base > 0)


def _inverse(values: np.ndarray) -> np.ndarray:
    """1 / values, infinite for 0 and 0 for infinite."""
    return np.divide(1.0, values, out=np.full(values.shape, np.inf), where=values > 0)


def _filter(z: np.ndarray, noise: np.ndarray, start: tuple[float, float], step: float):
    """Local level filter of the rows of z, (row, week): mean and variance after the last week, log likelihood."""
    mean, var = np.full(z.shape[0], start[0]), np.full(z.shape[0], start[1])
    evidence = np.zeros(z.shape[0])
    for w in range(z.shape[1]):
        var = var + step
        seen = np.isfinite(z[:, w]) & np.isfinite(noise[:, w])
        total = np.where(seen, var + np.where(seen, noise[:, w], 0.0), 1.0)
        surprise = np.where(seen, z[:, w] - mean, 0.0) / np.sqrt(total)
        surprise = np.clip(surprise, -HUBER, HUBER)
        gain = np.where(seen, var / total, 0.0)
        mean = mean + gain * surprise * np.sqrt(total)
        var = var * (1 - gain)
        evidence += np.where(seen, -0.5 * surprise**2 - 0.5 * np.log(total), 0.0)
    return mean, var, evidence


def _cut(count: np.ndarray, expected: np.ndarray, dispersion: float) -> np.ndarray:
    """Counts with those absurdly far off the expected brought in: four Huber widths of an overdispersed count."""
    reach = 4 * HUBER * np.sqrt(dispersion * np.maximum(expected, 1.0)) + expected
    return np.clip(count, expected - reach, expected + reach)


def _dispersion(z: np.ndarray, noise: np.ndarray, prior: LevelPrior) -> np.ndarray:
    """Variance of a week's counts over the Poisson's by region: from squared changes, shrunk to all regions' and the prior."""
    ratio = np.diff(z, axis=1) ** 2 / (noise[:, 1:] + noise[:, :-1])
    ratio[~np.isfinite(ratio)] = np.nan
    if not np.isfinite(ratio).any():
        return np.full(z.shape[0], prior.dispersion)
    common = (np.nanmedian(ratio) / CHI2_MEDIAN * np.isfinite(ratio).sum() + prior.dispersion * prior.weight) / (
        np.isfinite(ratio).sum() + prior.weight
    )
    cut = np.where(np.isfinite(ratio), np.minimum(ratio, common * HUBER**2), 0.0)
    own = (cut.sum(axis=1) + prior.weight * common) / (np.isfinite(ratio).sum(axis=1) + prior.weight)
    return np.maximum(own, 1.0)


def _step_variance(z: np.ndarray, noise: np.ndarray, prior: float, weight: float) -> float:
    """Weekly drift: squared changes less what noise explains, averaged by precision and shrunk to the prior."""
    change = np.diff(z, axis=1) ** 2
    explained = noise[:, 1:] + noise[:, :-1]
    ok = np.isfinite(change) & np.isfinite(explained)
    if not ok.any():
        return prior
    excess = np.minimum(change[ok], HUBER**2 * (explained[ok] + prior)) - explained[ok]
    precision = (prior / (prior + explained[ok])) ** 2
    return float(max((precision @ excess + weight * prior) / (precision.sum() + weight), 0.1 * prior))


def _between(z: np.ndarray, noise: np.ndarray, prior: LevelPrior) -> float:
    """Variance between regions: spread of their window means less noise, shrunk to the prior."""
    weight = np.where(np.isfinite(z), 1 / noise, 0.0)
    known = weight.sum(axis=1) > 0
    if not known.any():
        return prior.region_sd**2
    own_noise = 1 / weight[known].sum(axis=1)
    own = (np.where(np.isfinite(z), z, 0.0) * weight)[known].sum(axis=1) * own_noise
    precision = (prior.region_sd**2 / (prior.region_sd**2 + own_noise)) ** 2
    excess = np.minimum(own**2, HUBER**2 * (own_noise + prior.region_sd**2)) - own_noise
    pooled = (precision @ excess + prior.weight * prior.region_sd**2) / (precision.sum() + prior.weight)
    return float(max(pooled, 0.1 * prior.region_sd**2))
