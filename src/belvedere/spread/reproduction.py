"""The reproduction number of every region and day, with how sure it is.

Today's counts come from earlier ones through the generation interval g (renewal equation; Cori et al. 2013,
Am. J. Epidemiol. 178:1505):

    y[t] ~ negative binomial, mean R[t] · weekday[t] · sum over s of g[s] y[t-s],    log R ~ stationary autoregression.

A smoother over all days, in the spirit of EpiFilter (Parag 2021, PLoS Comput. Biol. 17:e1009347), by Laplace's approximation
with banded matrices for all regions at once (Rue, Martino & Chopin 2009, J. R. Stat. Soc. B 71:319). How fast and how
smoothly R moves is weighed by the evidence for each candidate, region by region, around what all regions show together;
how much counts scatter is estimated from them. Every candidate has the same spread on a single day: the prior.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from scipy.special import gammaln, ndtr, ndtri

from belvedere.errors import DataError
from belvedere.ontology.dimensions import check_dims
from belvedere.spread.banded import Factor, autoregression, quadratic
from belvedere.spread.calendar_effects import align_holidays, calendar_offset
from belvedere.spread.delays import check_pmf
from belvedere.spread.dynamic_counts import posterior_weights
from belvedere.spread.screening import FAILED, SCREENING, Screening, screen

PACES = ((1, 1500.0), (1, 400.0), (1, 100.0), (1, 30.0), (2, 80.0), (2, 40.0), (2, 20.0), (2, 10.0))
SIZES = (2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 120.0, 500.0)
QUANTILES = {"q05": 0.05, "q25": 0.25, "median": 0.5, "q75": 0.75, "q95": 0.95}
NEWTON_STEPS, LARGEST_STEP, SMALL_ENOUGH = 15, 0.7, 0.02
POOLING = 0.5


def reproduction_number(
    counts: xr.DataArray,
    *,
    generation: np.ndarray,
    holidays: xr.DataArray | None = None,
    prior_median: float = 1.0,
    prior_log_sd: float = 0.5,
    known_pressure: float = 0.5,
    paces: Sequence[tuple[int, float]] = PACES,
    sizes: Sequence[float] = SIZES,
    screening: Screening = SCREENING,
) -> xr.Dataset:
    """Reproduction number by region and day, given all the days.

    counts: persons a day by the day it happened, dims (region, date), nan = not known; leave off days still filling up.
    generation: chance of each generation interval in days from 0; the same-day part is shared out among the others.
    holidays: bool, dims (date) or (region, date). prior_median, prior_log_sd: R on a day of which nothing is known.
    known_pressure: share of the generation interval that must lie on known days for a day
    to say anything. paces: candidates for R's movement, (order, days), see `banded.autoregression`. sizes: candidates for the
    negative binomial's. screening: from when counts and regions are not believed.

    Returns, by (region, date): `q05`, `q25`, `median`, `q75`, `q95`; `above_one`, the chance that R > 1; `informed`, the
    share of the prior's variance that the counts removed (0: this is the prior). By region: `status`, `reason`. And
    `prior_q05`, `prior_median`, `prior_q95`. A region that failed has nan; the others do not notice.

    Where counts scatter by chance of reporting and not of transmission, intervals come out too wide (bench/spread.py): the
    renewal takes counts for infections. A person where none came before was infected elsewhere: such days say nothing about R.
    Raises DataError for other dimensions or a generation interval that is none. Permuting regions permutes results.
    """
    check_dims(counts, required=("region", "date"), optional=())
    intervals = renewal_weights(generation)
    dates = counts["date"].values.astype("datetime64[D]")
    screened = screen(counts.values.T, dates, screening)
    usable = screened.status != FAILED
    estimate = np.full((3, *screened.counts.shape), np.nan)
    if usable.any():
        y = screened.counts[:, usable]
        factor = np.exp(calendar_offset(y, dates, align_holidays(holidays, counts["region"], dates)[:, usable]))
        pressure, known = infection_pressure(y / factor, intervals)
        tells = np.isfinite(y) & (known >= known_pressure) & (pressure > 0)
        expected = np.where(tells, pressure * factor, 0.0)
        mean, sd = _smooth(np.nan_to_num(y), expected, np.log(prior_median), prior_log_sd, paces, sizes)
        estimate[:, :, usable] = mean, sd, 1 - (sd / prior_log_sd) ** 2
    return _result(counts, *estimate.transpose(0, 2, 1), np.log(prior_median), prior_log_sd).merge(
        screened.report(counts["region"].values)
    )


def renewal_weights(generation: np.ndarray) -> np.ndarray:
    """Weights of the counts 1, 2 … days before, shape (S,), sum 1."""
    weights = check_pmf(generation, "generation interval")[1:]
    if not weights.sum() > 0:
        raise DataError("generation interval: all its chance lies on the same day, expected some on later days")
    return weights / weights.sum()


def infection_pressure(counts: np.ndarray, intervals: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Persons expected per day if each infected one other, and the share of the weights that fell on known days; shape (T, R).

    Gaps are bridged on the log scale between the weeks beside them.
    """
    filled, seen = bridge_gaps(counts), np.isfinite(counts).astype(float)
    pressure, known = np.zeros(counts.shape), np.zeros(counts.shape)
    for days, weight in enumerate(intervals[: len(counts) - 1], start=1):
        pressure[days:] += weight * filled[:-days]
        known[days:] += weight * seen[:-days]
    return pressure, known


def bridge_gaps(counts: np.ndarray) -> np.ndarray:
    """Counts with gaps filled from the mean weeks beside them, linear in log(1 + persons); shape (T, R). Without any: 0."""
    filled = np.nan_to_num(counts)
    days = np.arange(len(counts))
    seen = np.isfinite(counts)
    for r in np.flatnonzero(~seen.all(axis=0) & seen.any(axis=0)):
        week = np.convolve(filled[:, r], np.ones(7), "same") / np.maximum(np.convolve(seen[:, r], np.ones(7), "same"), 1)
        known = np.flatnonzero(seen[:, r])
        gap = ~seen[:, r]
        filled[gap, r] = np.expm1(np.interp(days[gap], known, np.log1p(week[known])))
    return filled


def _smooth(y, expected, prior_mean, prior_sd, paces, sizes) -> tuple[np.ndarray, np.ndarray]:
    """Mean and sd of log R, both shape (T, R). y, expected: shape (T, R); expected 0 where a day says nothing."""
    middle = paces[len(paces) // 2 : len(paces) // 2 + 1]
    first, _, _ = _laplace(y, expected, np.full(y.shape[1], 20.0), prior_mean, prior_sd, middle)
    size = _estimate_size(y, expected * np.exp(first[:, 0]), sizes)
    mean, var, evidence = _laplace(y, expected, size, prior_mean, prior_sd, paces)
    weight = posterior_weights(evidence, np.full(len(paces), 1 / len(paces)), pooling=POOLING)
    mixed = np.einsum("mr,tmr->tr", weight, mean)
    return mixed, np.sqrt(np.einsum("mr,tmr->tr", weight, var + (mean - mixed[:, None]) ** 2))


def _laplace(y, expected, size, prior_mean, prior_sd, paces):
    """For each pace: mode and variance of log R, shape (T, M, R), and the log evidence, shape (M, R)."""
    bands = [autoregression(order, days, prior_sd, len(y)) for order, days in paces]
    diagonal, band, band2 = (np.stack([b[i] for b in bands], axis=1)[:, :, None] for i in range(3))
    y, seen = y[:, None], (expected > 0)[:, None]
    log_expected = np.log(np.where(expected > 0, expected, 1.0))[:, None] + prior_mean
    x = np.zeros((len(y), len(paces), y.shape[2]))
    for _ in range(NEWTON_STEPS):
        mean = np.where(seen, np.exp(x + log_expected), 0.0)
        damped = size / (size + mean)
        information = mean * damped
        factor = Factor.of(diagonal + information, band, band2)
        step = factor.solve(information * x + (np.where(seen, y, 0.0) - mean) * damped) - x
        x += np.clip(step, -LARGEST_STEP, LARGEST_STEP)
        if np.abs(step).max() < SMALL_ENOUGH:
            break
    fit = _log_chance(y, np.where(seen, np.exp(x + log_expected), 0.0), size).sum(axis=0)
    prior = Factor.of(diagonal, band, band2).log_determinant() - quadratic(x, diagonal, band, band2)
    return x + prior_mean, factor.inverse_diagonal(), fit + 0.5 * (prior - factor.log_determinant())


def _estimate_size(y, mean, sizes) -> np.ndarray:
    """Size of the negative binomial by region, shape (R,): mean of its log over the candidates, weighed by likelihood."""
    likelihood = np.stack([_log_chance(y, mean, size).sum(axis=0) for size in sizes])
    weight = posterior_weights(likelihood, np.full(len(sizes), 1 / len(sizes)), pooling=POOLING)
    return np.exp(np.einsum("k,kr->r", np.log(sizes), weight))


def _log_chance(y, mean, size) -> np.ndarray:
    """Log chance of each count, without the part that knows neither mean nor size; 0 where the mean is 0."""
    known = mean > 0
    safe = np.where(known, mean, 1.0)
    chance = gammaln(y + size) - gammaln(size) - size * np.log1p(safe / size) + y * (np.log(safe) - np.log(size + safe))
    return np.where(known, chance, 0.0)


def _result(counts, mean, sd, informed, prior_mean, prior_sd) -> xr.Dataset:
    dims = ("region", "date")
    values = {name: (dims, np.exp(mean + ndtri(q) * sd)) for name, q in QUANTILES.items()}
    values |= {"above_one": (dims, ndtr(mean / sd)), "informed": (dims, np.clip(informed, 0, 1))}
    values |= {
        f"prior_{name}": float(np.exp(prior_mean + ndtri(QUANTILES[name]) * prior_sd)) for name in ("q05", "median", "q95")
    }
    return xr.Dataset(values, {"region": counts["region"], "date": counts["date"]})
