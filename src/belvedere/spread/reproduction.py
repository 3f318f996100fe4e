"""The reproduction number of every region and day, with how sure it is.

Today's counts come from earlier ones through the generation interval g (renewal equation; Cori et al. 2013,
Am. J. Epidemiol. 178:1505):

    y[t] ~ negative binomial, mean R[t] · weekday[t] · sum over s of g[s] y[t-s],    log R[t] = AR(1) around its prior.

A smoother over all days, as EpiFilter (Parag 2021, PLoS Comput. Biol. 17:e1009347), but by Laplace's approximation with
banded matrices for all regions at once (Rue, Martino & Chopin 2009, J. R. Stat. Soc. B 71:319): how fast R moves and how
much counts scatter are weighed on a grid by their evidence, region by region, around what all regions show together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from scipy.linalg import lapack
from scipy.special import gammaln, ndtr

from belvedere.errors import DataError
from belvedere.ontology.dimensions import check_dims
from belvedere.spread.calendar_effects import estimate_effects, weekday_numbers
from belvedere.spread.delays import check_pmf
from belvedere.spread.dynamic_counts import posterior_weights
from belvedere.spread.screening import DOUBTFUL, FAILED, screen

QUANTILES = {"q05": -1.6448536269514722, "q25": -0.6744897501960817, "median": 0.0, "q75": 0.6744897501960817, "q95": 1.6448536269514722}


@dataclass(frozen=True)
class _Grid:
    step: np.ndarray
    size: np.ndarray


def reproduction_number(
    counts: xr.DataArray,
    *,
    generation: np.ndarray,
    holidays: xr.DataArray | None = None,
    prior_median: float = 1.0,
    prior_log_sd: float = 0.5,
    models: tuple = ((1, 1500.0), (1, 400.0), (1, 100.0), (1, 30.0), (2, 40.0), (2, 20.0), (2, 10.0), (2, 5.0)),
    sizes: tuple[float, ...] = (2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 120.0, 500.0),
    minimum_days: int = 28,
    season_days: int = 182,
) -> xr.Dataset:
    check_dims(counts, required=("region", "date"), optional=())
    g = check_pmf(generation, "generation interval")[1:]
    g = g / g.sum()
    dates = counts["date"].values.astype("datetime64[D]")
    screened = screen(counts.values.T, dates, minimum_days=minimum_days, recent_days=56)
    off = np.zeros(screened.counts.shape, bool)
    if holidays is not None:
        off = holidays.reindex(date=counts["date"], fill_value=False).broadcast_like(counts).transpose("date", "region").values.astype(bool)
    y = screened.counts
    factor = np.exp(_calendar(y, dates, off, season_days))
    pressure, known = infection_pressure(y / factor, g)
    expected = np.where(known & np.isfinite(y) & (pressure > 0), pressure * factor, 0.0)
    mean, sd = _smooth(np.nan_to_num(y), expected, models, prior_median, prior_log_sd, sizes)
    usable = (expected > 0).any(axis=0)
    out = {}
    for name, z in QUANTILES.items():
        out[name] = (("region", "date"), np.exp(mean + z * sd))
    out["above_one"] = (("region", "date"), ndtr(mean / sd))
    return xr.Dataset(out, coords={"region": counts["region"], "date": counts["date"]}).merge(screened.report(counts["region"].values))


def _calendar(y, dates, off, season):
    weekdays = weekday_numbers(dates)
    out = np.zeros(y.shape)
    n = max(len(y) // season, 1)
    for block in np.array_split(np.arange(len(y)), n):
        e = estimate_effects(y[block], weekdays[block], off[block])
        out[block] = e.log_factors(weekdays[block], off[block])
    return out


def infection_pressure(counts, g):
    """sum g[s] y[t-s]; gaps bridged"""
    seen = np.isfinite(counts)
    filled = _bridge(counts)
    T = len(counts)
    out = np.zeros(counts.shape); share = np.zeros(counts.shape)
    for s, w in enumerate(g, start=1):
        if s >= T: break
        out[s:] += w * filled[:-s]
        share[s:] += w * seen[:-s]
    return out, share >= 0.5


def _bridge(counts):
    filled = np.array(counts)
    days = np.arange(len(counts))
    for r in range(counts.shape[1]):
        gap = np.isnan(counts[:, r])
        if gap.any() and not gap.all():
            k = np.flatnonzero(~gap)
            c = np.convolve(np.where(gap, 0, counts[:, r]), np.ones(7), "same") / np.maximum(np.convolve(~gap, np.ones(7), "same"), 1)
            filled[gap, r] = np.expm1(np.interp(days[gap], k, np.log1p(c[k])))
    return np.nan_to_num(filled)


def _smooth(y, expected, models, prior_median, prior_log_sd, sizes):
    T, R = y.shape
    m0 = np.log(prior_median)
    log_e = np.log(np.where(expected > 0, expected, 1.0))
    seen = (expected > 0).astype(float)
    first = [AutoRegression.make(models[len(models) // 2], prior_log_sd, T)]
    x, _, _ = _laplace(y, log_e, seen, first, np.full(R, np.median(sizes)), m0)
    mu = np.exp(x[:, 0] + log_e)
    size = estimate_size(y, mu, seen, sizes)
    priors = [AutoRegression.make(m, prior_log_sd, T) for m in models]
    mean, var, ev = _laplace(y, log_e, seen, priors, size, m0)
    w = posterior_weights(ev, np.full(len(priors), 1 / len(priors)), pooling=0.5)
    global LAST; LAST = (w, size)
    m = np.einsum("mr,tmr->tr", w, mean)
    v = np.einsum("mr,tmr->tr", w, var + (mean - m[:, None]) ** 2)
    return m.T, np.sqrt(v).T


def estimate_size(y, mu, seen, sizes):
    ll = np.stack([(seen * _loglik(y, mu, k)).sum(axis=0) for k in sizes])
    w = posterior_weights(ll, np.full(len(sizes), 1 / len(sizes)), pooling=0.5)
    return np.exp((w * np.log(np.array(sizes))[:, None]).sum(axis=0))


def _loglik(y, mu, k):
    return gammaln(y + k) - gammaln(k) - k * np.log1p(mu / k) + y * (np.log(np.maximum(mu, 1e-300)) - np.log(k + mu))


@dataclass(frozen=True)
class AutoRegression:
    """Prior of log R: its precision matrix, pentadiagonal; bands shape (3, T)."""

    bands: np.ndarray
    log_det: float

    @classmethod
    def make(cls, model, sd, T):
        order, days = model
        rho = np.exp(-1 / days)
        if order == 1:
            a, b, var = rho, 0.0, sd**2 * (1 - rho**2)
        else:
            a, b, var = 2 * rho, -(rho**2), sd**2 * (1 - rho**2) ** 3 / (1 + rho**2)
        d = np.full(T, 1 + a**2 + b**2); d[[0, -1]] = 1; d[[1, -2]] = 1 + a**2
        e = np.full(T, -a * (1 - b)); e[[0, -2]] = -a; e[-1] = 0
        f = np.full(T, -b); f[-2:] = 0
        bands = np.stack([d, e, f]) / var
        from scipy.linalg import cholesky_banded
        return cls(bands, 2 * np.log(cholesky_banded(bands, lower=True)[0]).sum())


def _laplace(y, log_e, seen, priors, size, m0, rounds=12):
    T, R = y.shape
    q = np.stack([p.bands for p in priors])  # M,3,T
    d0, e0, f0 = (np.ascontiguousarray(q[:, i].T)[..., None] for i in range(3))  # T,M,1
    x = np.full((T, len(priors), R), m0)
    y3, s3, l3 = y[:, None], seen[:, None], log_e[:, None]
    for it in range(rounds):
        mu = np.exp(x + l3) * s3
        shrink = size / (size + mu)
        w = mu * shrink
        # Newton in the form (Q + W) x_new = W x + grad + Q m0
        rhs = w * (x - m0) + (y3 * s3 - mu) * shrink
        L1, L2, D = _factor(d0 + w, e0, f0)
        new = m0 + _solve(L1, L2, D, rhs)
        step = new - x
        x = x + np.clip(step, -0.7, 0.7)
        if np.abs(step).max() < 0.02:
            break
    global ITS; ITS = it
    mu = np.exp(x + l3)
    dev = x - m0
    quad = (dev * (d0 * dev)).sum(0) + 2 * (dev[:-1] * e0[:-1] * dev[1:]).sum(0) + 2 * (dev[:-2] * f0[:-2] * dev[2:]).sum(0)
    ll = (s3 * _loglik(y3, mu, size)).sum(0)
    ev = ll - 0.5 * quad + 0.5 * np.array([p.log_det for p in priors])[:, None] - 0.5 * np.log(D).sum(0)
    return x, _inverse_diagonal(L1, L2, D), ev


def _factor(d, e, f):
    """LDL' of pentadiagonal matrices, along the first axis"""
    T = len(d)
    D = np.empty(np.broadcast_shapes(d.shape, e.shape)); L1 = np.zeros_like(D); L2 = np.zeros_like(D)
    D[0] = d[0]; L1[0] = e[0] / D[0]; L2[0] = f[0] / D[0]
    D[1] = d[1] - L1[0] ** 2 * D[0]
    for t in range(1, T):
        if t > 1:
            D[t] = d[t] - L1[t - 1] ** 2 * D[t - 1] - L2[t - 2] ** 2 * D[t - 2]
        L1[t] = (e[t] - L2[t - 1] * D[t - 1] * L1[t - 1]) / D[t]
        L2[t] = f[t] / D[t]
    return L1, L2, D


def _solve(L1, L2, D, b):
    z = b.copy(); T = len(z)
    z[1] -= L1[0] * z[0]
    for t in range(2, T):
        z[t] -= L1[t - 1] * z[t - 1] + L2[t - 2] * z[t - 2]
    z /= D
    z[-2] -= L1[-2] * z[-1]
    for t in range(T - 3, -1, -1):
        z[t] -= L1[t] * z[t + 1] + L2[t] * z[t + 2]
    return z


def _inverse_diagonal(L1, L2, D):
    """Takahashi recursion"""
    T = len(D)
    S = np.empty_like(D)
    S[-1] = 1 / D[-1]
    s01 = -L1[-2] * S[-1]
    S[-2] = 1 / D[-2] - L1[-2] * s01
    for t in range(T - 3, -1, -1):
        c1 = -L1[t] * S[t + 1] - L2[t] * s01
        c2 = -L1[t] * s01 - L2[t] * S[t + 2]
        S[t] = 1 / D[t] - L1[t] * c1 - L2[t] * c2
        s01 = c1
    return S
