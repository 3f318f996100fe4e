"""Admissions of the coming weeks, as joint sample paths of all regions.

The log-mean of a region is the country's curve plus the region's own departure from it. Both have a level and a growth
rate that wanders and fades (`dynamic_counts`): waves go on, but neither explode nor freeze. How fast growth wanders is
weighed by how well each candidate foretold the past days one step ahead, on data up to the last day only; each path
draws its own candidate, so that what is not known about the model widens the intervals. Departures of regions move
together as their past surprises did, shrunk towards independence (Schäfer & Strimmer 2005, Stat. Appl. Genet. Mol. Biol. 4:32).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from belvedere.errors import DataError
from belvedere.ontology.dimensions import check_dims
from belvedere.spread.calendar_effects import CalendarEffects, estimate_effects, weekday_numbers
from belvedere.spread.dynamic_counts import (
    Candidates,
    Filtered,
    Settings,
    State,
    filter_counts,
    posterior_weights,
    smooth_levels,
)
from belvedere.spread.screening import FAILED, screen

DAY = np.timedelta64(1, "D")


@dataclass(frozen=True)
class Priors:
    """What is believed before the data speak; tuned on France, July 2020 to June 2021, and checked elsewhere (docs/).

    common, regional: candidates for the drift of the country's curve and of a region's departure from it.
    independence: share of the departures' drift that is a region's own (0..1).
    weekday_days: days the weekday pattern is learnt from.
    """

    common: Settings
    regional: Settings
    independence: float = 0.5
    weekday_days: int = 70
    pooling: float = 0.9
    fade: float = 1.0
    turn_chance: float = 0.0
    turn_sd: float = 0.04
    turn_back: float = 0.0
    wider: float = 1.0


PRIORS = Priors(
    common=Settings.grid(
        growth_sd=Candidates.lognormal(0.008, 0.5),
        damping=Candidates.of(0.95, 0.97, 0.985),
        level_sd=Candidates.of(0.01, 0.03),
        size=Candidates.of(30, 100, 300),
    ),
    regional=Settings.grid(
        growth_sd=Candidates.lognormal(0.005, 0.7),
        damping=Candidates.of(0.9, 0.96),
        level_sd=Candidates.of(0.02, 0.05),
        size=Candidates.of(8, 20, 60),
    ),
)


@dataclass(frozen=True)
class AdmissionForecast:
    """paths: persons admitted a day, int32, dims (sample, region, horizon), with the day as coordinate `date`.
    expected: their mean before chance decides who comes, float32, same dims.
    status: Dataset of `status` (ok, doubtful, failed) and `reason` by region. A failed region's paths are nan-free but void:
    they are -1 nowhere; see `usable`.
    diagnostics: what the model learnt, in words.
    """

    paths: xr.DataArray
    status: xr.Dataset
    diagnostics: tuple[str, ...]


def admission_paths(
    counts: xr.DataArray,
    *,
    rng: np.random.Generator,
    horizon_days: int = 28,
    samples: int = 500,
    holidays: xr.DataArray | None = None,
    reported_share: xr.DataArray | None = None,
    history_days: int = 84,
    minimum_days: int = 28,
    priors: Priors = PRIORS,
) -> AdmissionForecast:
    check_dims(counts, required=("region", "date"), optional=())
    window = counts.isel(date=slice(-history_days, None))
    dates = window["date"].values.astype("datetime64[D]")
    future = dates[-1] + DAY * np.arange(1, horizon_days + 1)
    days = np.concatenate([dates, future])
    screened = screen(window.values.T, dates, minimum_days=minimum_days, recent_days=56)
    usable = screened.status != FAILED
    y = screened.counts[:, usable]
    off = np.zeros((len(days), window.sizes["region"]), bool)
    if holidays is not None:
        off = holidays.reindex(date=days.astype("datetime64[ns]"), fill_value=False).broadcast_like(window.isel(date=0, drop=True)).transpose("date", "region").values
    off = off[:, usable]
    weekdays = weekday_numbers(days)
    T = len(dates)
    w0 = max(T - priors.weekday_days, 0)
    effects = estimate_effects(y[w0:], weekdays[w0:T], off[w0:T])
    calendar = effects.log_factors(weekdays, off)
    share = np.zeros(y.shape)
    common = _fit_common(y, calendar[:T] + share, priors.common)
    regional = _fit_regional(y, calendar[:T] + share + common.curve[:, None], priors)
    log_mean, size = _simulate(common, regional, priors, rng=rng, samples=samples, horizon_days=horizon_days)
    mean = np.exp(np.minimum(log_mean + calendar[None, T:].transpose(0, 2, 1), 15))
    drawn = rng.poisson(rng.standard_gamma(np.broadcast_to(size, mean.shape)) * mean / size)
    full = np.zeros((samples, window.sizes["region"], horizon_days), np.int32)
    full[:, usable] = drawn
    paths = xr.DataArray(full, dims=("sample", "region", "horizon"), coords={"sample": np.arange(samples), "region": window["region"].values, "horizon": np.arange(1, horizon_days + 1), "date": ("horizon", future.astype("datetime64[ns]"))}, name="admissions")
    return AdmissionForecast(paths, screened.report(window["region"].values), (str(regional.about), str(common.about)))


@dataclass(frozen=True)
class Fit:
    settings: Settings
    weights: np.ndarray
    last: State
    curve: np.ndarray | None = None
    surprises: np.ndarray | None = None
    start: np.ndarray | None = None
    about: dict | None = None


def _fit_common(y, offset, settings):
    seen = np.isfinite(y)
    size_of = np.nanmean(y / np.exp(offset), axis=0) + 0.1
    share = size_of / size_of.sum()
    total = np.where(seen, y, 0).sum(axis=1)
    expected = (np.where(seen, np.exp(offset), 0) * share).sum(axis=1)
    known = expected > 0.2
    n = np.where(known, total, np.nan)[:, None]
    o = np.log(np.where(known, expected, 1))[:, None]
    level = np.log((np.nansum(n[:14]) + 1) / (np.where(known, expected, 0)[:14].sum() + 0.1))
    start = State.vague(np.array(level), (len(settings), 1), level_sd=1.0, growth_sd=0.08)
    f = filter_counts(n, o, settings, start, keep=True)
    weights = posterior_weights(f.log_likelihood, settings.weight)
    best = weights[:, 0].argmax()
    one = settings.take(np.array([best]))
    kept = Filtered(f.last, f.log_likelihood, None, f.before[:, :, best : best + 1], f.after[:, :, best : best + 1])
    curve = smooth_levels(kept, one)[0][:, 0, 0]
    about = {k: float((weights[:, 0] * getattr(settings, k)).sum()) for k in ("growth_sd", "damping", "level_sd", "size")}
    return Fit(settings, weights, f.last, curve=curve, about=about, start=share)


def _fit_regional(y, offset, priors):
    settings = priors.regional
    level = np.log((np.nansum(y, axis=0) + 0.5) / (np.exp(offset) * np.isfinite(y)).sum(axis=0))
    start = State.vague(level, (len(settings), y.shape[1]), level_sd=1.0, growth_sd=0.02)
    f = filter_counts(y, offset, settings, start, keep=True)
    weights = posterior_weights(f.log_likelihood, settings.weight, pooling=priors.pooling)
    surprise = (weights * np.nan_to_num(f.surprise)).sum(axis=1)
    T = len(surprise)
    weeks = surprise[T % 7 :].reshape(-1, 7, y.shape[1]).sum(axis=1)[2:]
    weeks = weeks - weeks.mean(axis=0)
    z = weeks / np.maximum(weeks.std(axis=0), 1e-9)
    about = {k: float((weights.mean(axis=1) * getattr(settings, k)).sum()) for k in ("growth_sd", "damping", "level_sd", "size")}
    return Fit(settings, weights, f.last, surprises=z, about=about)


def _pick(weights, rng, shape):
    """index drawn per (sample, series)"""
    cum = np.cumsum(weights, axis=0)
    u = rng.random(shape)
    return (u[..., None] > cum.T[None]).sum(axis=-1).clip(0, len(weights) - 1)


def _simulate(common, regional, priors, *, rng, samples, horizon_days):
    R = regional.weights.shape[1]
    gi = _pick(common.weights, rng, (samples, 1))
    cs = common.settings.take(gi)
    lc = State(*(getattr(common.last, k)[gi, 0] for k in ("level", "growth", "level_var", "both_cov", "growth_var")))
    level_c, growth_c = lc.draw(rng)
    level_c = np.broadcast_to(common.curve[-1], level_c.shape)
    ri = _pick(regional.weights, rng, (samples, R))
    rs = regional.settings.take(ri)
    cols = np.arange(R)
    lr = State(*(getattr(regional.last, k)[ri, cols] for k in ("level", "growth", "level_var", "both_cov", "growth_var")))
    level_r, growth_r = lr.draw(rng)
    out = np.empty((samples, R, horizon_days))
    z = regional.surprises
    a = np.sqrt(priors.independence)
    b = np.sqrt((1 - priors.independence) / len(z))

    own = (common.start**2 / rs.size).sum(axis=1, keepdims=True)
    noise_size = 1 / np.maximum(1 / cs.size - own, 1e-4)

    def together():
        return a * rng.standard_normal((samples, R)) + b * np.einsum("sw,wr->sr", rng.standard_normal((samples, len(z))), z)

    for h in range(horizon_days):
        level_c = level_c + growth_c + cs.level_sd * rng.standard_normal((samples, 1))
        growth_c = np.minimum(cs.damping, priors.fade) * growth_c + cs.growth_sd * rng.standard_normal((samples, 1))
        turned = rng.random((samples, 1)) < priors.turn_chance
        growth_c = np.where(turned, priors.turn_sd * rng.standard_normal((samples, 1)) - priors.turn_back * growth_c, growth_c)
        level_r = level_r + growth_r + priors.wider * rs.level_sd * together()
        growth_r = rs.damping * growth_r + priors.wider * rs.growth_sd * together()
        noise = np.log(rng.standard_gamma(np.maximum(noise_size, 2)) / np.maximum(noise_size, 2))
        out[..., h] = level_c + level_r + noise
    return out, rs.size[..., None]
