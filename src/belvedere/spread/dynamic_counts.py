"""Counts whose log-mean has a level and a growth rate that drift: filter, smoother, likelihood, for many series at once.

State of a series on day t: level l (log persons a day) and growth g (per day),

    l[t] = l[t-1] + g[t-1] + N(0, level_sd²),    g[t] = damping · g[t-1] + N(0, growth_sd²),
    y[t] ~ negative binomial, mean exp(l[t] + offset[t]), variance mean + mean² / size.

Each count moves the state to its posterior mode (Fahrmeir 1992, Posterior mode estimation by extended Kalman filtering for
multivariate dynamic generalized linear models, J. Am. Stat. Assoc. 87:501); a zero is a count like any other, a gap moves
nothing. (Conjugate updating after West, Harrison & Migon 1985 was tried: long runs of zeros drive its variance to infinity.)
Damped trend: Gardner & McKenzie (1985), Management Science 31:1237.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, zeta

NEWTON_STEPS = 4
LARGEST_STEP = 1.5


@dataclass(frozen=True)
class Settings:
    """What drives the drift; every field shape (G,), one entry a candidate.

    growth_sd: per day and day. damping: growth kept from one day to the next (0..1). level_sd: log units a day.
    size: of the negative binomial (larger = closer to Poisson). weight: prior chance, sums to one.
    """

    growth_sd: np.ndarray
    damping: np.ndarray
    level_sd: np.ndarray
    size: np.ndarray
    weight: np.ndarray

    @classmethod
    def grid(cls, *, growth_sd: Candidates, damping: Candidates, level_sd: Candidates, size: Candidates) -> Settings:
        """Every combination; the prior is the product of the candidates' weights."""
        axes = (growth_sd, damping, level_sd, size)
        values = np.meshgrid(*(axis.values for axis in axes), indexing="ij")
        weights = np.meshgrid(*(axis.weights / axis.weights.sum() for axis in axes), indexing="ij")
        return cls(*(v.ravel() for v in values), weight=np.prod([w.ravel() for w in weights], axis=0))

    def take(self, index: np.ndarray) -> Settings:
        """The chosen candidates, in any shape; weights are kept as they are."""
        return Settings(self.growth_sd[index], self.damping[index], self.level_sd[index], self.size[index], self.weight[index])

    def __len__(self) -> int:
        return len(self.weight)


@dataclass(frozen=True)
class Candidates:
    """Values a setting may take, with prior weights; both shape (n,)."""

    values: np.ndarray
    weights: np.ndarray

    @classmethod
    def lognormal(cls, median: float, spread: float, points: int = 5) -> Candidates:
        """Points from -1.5 to 1.5 log-sds (`spread`) around the median, weighted by the normal density."""
        z = np.linspace(-1.5, 1.5, points) if points > 1 else np.zeros(1)
        return cls(median * np.exp(spread * z), np.exp(-0.5 * z**2))

    @classmethod
    def of(cls, *values: float) -> Candidates:
        """Equally likely values."""
        return cls(np.array(values, dtype=float), np.ones(len(values)))


@dataclass(frozen=True)
class State:
    """Level and growth, as mean and covariance; every field of one shape."""

    level: np.ndarray
    growth: np.ndarray
    level_var: np.ndarray
    both_cov: np.ndarray
    growth_var: np.ndarray

    @classmethod
    def vague(cls, level: np.ndarray, shape: tuple[int, ...], *, level_sd: float, growth_sd: float) -> State:
        """A start that knows little: the level given, no growth."""
        full = np.broadcast_to(level, shape).astype(float)
        nought = np.zeros(shape)
        return cls(full, nought, nought + level_sd**2, nought, nought + growth_sd**2)

    def predict(self, settings: Settings) -> State:
        """One day on."""
        d = settings.damping
        return State(
            self.level + self.growth,
            d * self.growth,
            self.level_var + 2 * self.both_cov + self.growth_var + settings.level_sd**2,
            d * (self.both_cov + self.growth_var),
            d**2 * self.growth_var + settings.growth_sd**2,
        )

    def draw(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """One level and one growth for each entry.

        The level is the logarithm of a gamma variate whose mode it is, as after Poisson counts: a normal one would put waves
        into its right tail that no count supports, and raise the mean of every small region.
        """
        shape = _gamma_shape(self.level_var)
        departure = np.log(np.maximum(rng.standard_gamma(shape), 1e-300) / shape)
        slope = self.both_cov / self.level_var
        rest = np.sqrt(np.maximum(self.growth_var - slope * self.both_cov, 0))
        return self.level + departure, self.growth + slope * departure + rest * rng.standard_normal(shape.shape)

    def stack(self) -> np.ndarray:
        """All five fields, shape (5, ...)."""
        return np.stack([self.level, self.growth, self.level_var, self.both_cov, self.growth_var])


@dataclass(frozen=True)
class Filtered:
    """What the filter leaves behind.

    last: the state after the last day, shape (G, R). log_likelihood: of the one-day-ahead forecasts, shape (G, R).
    surprise: standardised one-day-ahead error of the log-mean, shape (T, G, R), nan where nothing was seen; None unless kept.
    before, after: states before and after each day's count, shape (T, 5, G, R); None unless kept.
    """

    last: State
    log_likelihood: np.ndarray
    surprise: np.ndarray | None = None
    before: np.ndarray | None = None
    after: np.ndarray | None = None

    def take(self, chosen: np.ndarray) -> Filtered:
        """The same of some candidates only, `chosen` shape (n,)."""
        kept = {"before": self.before, "after": self.after}
        return Filtered(
            State(*self.last.stack()[:, chosen]),
            self.log_likelihood[chosen],
            None if self.surprise is None else self.surprise[:, chosen],
            **{name: None if part is None else part[:, :, chosen] for name, part in kept.items()},
        )


def filter_counts(
    counts: np.ndarray, offset: np.ndarray, settings: Settings, start: State, *, burn_in: int = 14, keep: bool = False
) -> Filtered:
    """Runs all series through all candidates of the settings at once.

    counts: shape (T, R), nan = not seen. offset: shape (T, R), known part of the log-mean (nan: the day is skipped).
    start: state on the day before the first, shape (G, R). burn_in: first days that do not count in the likelihood.
    """
    settings = settings.take(np.arange(len(settings))[:, None])
    state, log_likelihood = start, np.zeros(start.level.shape)
    surprise, before, after = [], [], []
    seen = np.isfinite(counts) & np.isfinite(offset)
    for t in range(len(counts)):
        predicted = state.predict(settings)
        y, known = np.where(seen[t], counts[t], 0.0), np.where(seen[t], offset[t], 0.0)
        state, gain, error = _meet(predicted, y, known, seen[t], settings.size)
        if t >= burn_in:
            log_likelihood += gain
        if keep:
            surprise.append(error)
            before.append(predicted.stack())
            after.append(state.stack())
    if not keep:
        return Filtered(state, log_likelihood)
    return Filtered(state, log_likelihood, np.stack(surprise), np.stack(before), np.stack(after))


def _meet(predicted: State, y: np.ndarray, known: np.ndarray, seen: np.ndarray, size: np.ndarray):
    """The state after a count, the log chance of that count, and its standardised surprise."""
    forecast, var = predicted.level + known, predicted.level_var
    mode = forecast
    for _ in range(NEWTON_STEPS):
        mean = np.exp(mode)
        slope = (y - mean) * size / (size + mean) - (mode - forecast) / var
        bend = mean * size * (size + y) / (size + mean) ** 2 + 1 / var
        mode = mode + np.clip(slope / bend, -LARGEST_STEP, LARGEST_STEP)
    mean = np.exp(mode)
    left = np.where(seen, 1 / (1 + var * mean * size * (size + y) / (size + mean) ** 2), 1.0)
    shift = np.where(seen, mode - forecast, 0.0)
    chance = (
        gammaln(size + y) - gammaln(size) - gammaln(y + 1) - size * np.log1p(mean / size) + y * (mode - np.log(size + mean))
    )
    gain = np.where(seen, chance - shift**2 / (2 * var) + 0.5 * np.log(left), 0.0)
    to_growth, shrink = predicted.both_cov / var, var * (1 - left)
    after = State(
        predicted.level + shift,
        predicted.growth + to_growth * shift,
        var * left,
        predicted.both_cov * left,
        predicted.growth_var - to_growth**2 * shrink,
    )
    error = np.where(seen, shift / np.sqrt(np.maximum(shrink, 1e-12)), np.nan)
    return after, gain, error


def _gamma_shape(var: np.ndarray) -> np.ndarray:
    """Shape of the gamma whose logarithm has this variance: trigamma inverted, one Newton step from its expansion."""
    guess = (1 + np.sqrt(1 + 2 * var)) / (2 * var)
    slope = -1 / guess**2 - 1 / guess**3 - 0.5 / guess**4
    return np.maximum(guess - (zeta(2.0, guess) - var) / slope, 0.25 * guess)


def smooth_levels(filtered: Filtered, settings: Settings) -> tuple[np.ndarray, np.ndarray]:
    """Level and its sd on each day given all days, both shape (T, G, R) (Rauch, Tung & Striebel 1965). Needs `keep=True`."""
    damping = settings.damping[:, None]
    before, after = filtered.before, filtered.after
    mean, cov = after[-1, :2], after[-1, 2:]
    levels, variances = [mean[0]], [cov[0]]
    for t in range(len(after) - 2, -1, -1):
        mean, cov = _step_back(after[t], before[t + 1], mean, cov, damping)
        levels.append(mean[0])
        variances.append(cov[0])
    return np.stack(levels[::-1]), np.sqrt(np.maximum(np.stack(variances[::-1]), 0))


def _step_back(after: np.ndarray, ahead: np.ndarray, mean: np.ndarray, cov: np.ndarray, damping: np.ndarray):
    """One step of the smoother: gain J = P F' inverse(ahead), written out for two states."""
    p11, p12, p22 = after[2:]
    a11, a12, a22 = ahead[2:]
    f11, f12, f21, f22 = p11 + p12, damping * p12, p12 + p22, damping * p22
    det = a11 * a22 - a12**2
    j11, j12 = (f11 * a22 - f12 * a12) / det, (f12 * a11 - f11 * a12) / det
    j21, j22 = (f21 * a22 - f22 * a12) / det, (f22 * a11 - f21 * a12) / det
    e1, e2 = mean[0] - ahead[0], mean[1] - ahead[1]
    d11, d12, d22 = cov[0] - a11, cov[1] - a12, cov[2] - a22
    g11, g12 = j11 * d11 + j12 * d12, j11 * d12 + j12 * d22
    g21, g22 = j21 * d11 + j22 * d12, j21 * d12 + j22 * d22
    new_mean = np.stack([after[0] + j11 * e1 + j12 * e2, after[1] + j21 * e1 + j22 * e2])
    new_cov = np.stack([p11 + g11 * j11 + g12 * j12, p12 + g11 * j21 + g12 * j22, p22 + g21 * j21 + g22 * j22])
    return new_mean, new_cov


def posterior_weights(log_likelihood: np.ndarray, prior: np.ndarray, *, pooling: float = 0.0, rounds: int = 5) -> np.ndarray:
    """Chance of each candidate for each series, shape (G, R).

    log_likelihood: shape (G, R). prior: shape (G,). pooling: in how far the series share one prior learnt from all of them
    (0: none, each uses `prior`; 1: the shared prior is their average posterior), found by `rounds` of empirical Bayes.
    """
    shared = prior
    for _ in range(rounds if pooling > 0 else 0):
        shared = (1 - pooling) * prior + pooling * _normalised(log_likelihood + np.log(shared)[:, None]).mean(axis=1)
    return _normalised(log_likelihood + np.log(shared)[:, None])


def _normalised(log_weights: np.ndarray) -> np.ndarray:
    weights = np.exp(log_weights - log_weights.max(axis=0))
    return weights / weights.sum(axis=0)


@dataclass(frozen=True)
class Fit:
    """Candidates weighed by data: settings (G,), weights (G, R), what the filter left; curve: smoothed level, shape (T,)."""

    settings: Settings
    weights: np.ndarray
    filtered: Filtered
    curve: np.ndarray | None = None

    def draw(self, rng: np.random.Generator, samples: int) -> tuple[Settings, State]:
        """A candidate for each sample and series by its chance, and the last state under it; shapes (S, R)."""
        series = np.arange(self.weights.shape[1])
        steps = np.cumsum(self.weights, axis=0)
        level = rng.random((samples, len(series)))
        index = np.stack([np.searchsorted(steps[:, r], level[:, r]) for r in series], axis=1)
        index = np.minimum(index, len(self.settings) - 1)
        return self.settings.take(index), State(*self.filtered.last.stack()[:, index, series])

    def weekly_surprises(self, *, skip: int = 2) -> np.ndarray:
        """Standardised sums of a week's surprises, counted back from the last day, the first `skip` left out; shape (W, R)."""
        daily = self._surprise()
        weeks = daily[len(daily) % 7 :].reshape(-1, 7, daily.shape[1]).sum(axis=1)[skip:]
        if len(weeks) == 0:
            return weeks
        centred = weeks - weeks.mean(axis=0)
        return centred / np.maximum(centred.std(axis=0), 1e-9)

    def last_week(self, counts: np.ndarray, offset: np.ndarray) -> np.ndarray:
        """How far the last week's persons lie from what the days before it foretold, in sds of the logarithm, shape (R,).

        counts, offset: as filtered, shape (T, R), T at least 8. 0 where fewer than four days of the week are known.
        """
        settings = self.settings.take(np.arange(len(self.settings))[:, None])
        state = State(*self.filtered.after[-8])
        for _ in range(4):
            state = state.predict(settings)
        level = np.einsum("gr,gr->r", self.weights, state.level)
        var = np.einsum("gr,gr->r", self.weights, state.level_var + 1 / (7 * settings.size) + (state.level - level) ** 2)
        seen = np.isfinite(counts[-7:]) & np.isfinite(offset[-7:])
        foretold = np.where(seen, np.exp(level + offset[-7:]), 0.0).sum(axis=0)
        came = np.where(seen, counts[-7:], 0.0).sum(axis=0)
        departure = np.log((came + 0.5) / (foretold + 0.5)) / np.sqrt(var + 1 / (foretold + 1))
        return np.where(seen.sum(axis=0) >= 4, departure, 0.0)

    def growth_now(self) -> tuple[float, float]:
        """Mean and sd of the growth rate of the first series today."""
        weight, last = self.weights[:, 0], self.filtered.last
        mean = float((weight * last.growth[:, 0]).sum())
        return mean, float(np.sqrt((weight * (last.growth_var[:, 0] + (last.growth[:, 0] - mean) ** 2)).sum()))

    def mean_of(self, setting: str) -> float:
        """Mean of a setting over candidates and series."""
        return float((getattr(self.settings, setting) * self.weights.mean(axis=1)).sum())

    def _surprise(self) -> np.ndarray:
        return np.einsum("gr,tgr->tr", self.weights, np.nan_to_num(self.filtered.surprise))
