"""Admissions of the coming weeks, as joint sample paths of all regions.

The log-mean of a region is the country's curve plus the region's own departure from it. Both have a level and a growth
rate that wanders and fades (`dynamic_counts`): waves go on, but neither explode nor freeze. Now and then the country's
growth turns: measures, behaviour and variants change it at once, and more often against its direction than with it.

How fast growth wanders is weighed by how well each candidate foretold the past days one step ahead, on the data given and
nothing later; each path draws its own candidate, so that not knowing the model widens the intervals. Departures of
regions move together as their past surprises did, shrunk towards independence (Schäfer & Strimmer 2005, Stat. Appl.
Genet. Mol. Biol. 4:32).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr

from belvedere.errors import DataError
from belvedere.ontology.dimensions import check_dims
from belvedere.spread.calendar_effects import CalendarEffects, align_holidays, estimate_effects, weekday_numbers
from belvedere.spread.dynamic_counts import (
    Candidates,
    Fit,
    Settings,
    State,
    filter_counts,
    posterior_weights,
    smooth_levels,
)
from belvedere.spread.screening import DOUBTFUL, FAILED, SCREENING, Screened, Screening, screen

ONE_DAY = np.timedelta64(1, "D")
WEEK = 7


@dataclass(frozen=True, kw_only=True)
class Drift:
    """How a curve wanders, as candidates among which past days choose; see `dynamic_counts`.

    growth_sd, growth_sd_spread: median and sd of the logarithm of the sd by which growth changes (per day and day).
    damping_low, damping_high: growth kept from a day to the next (0..1). level_sd_low, level_sd_high: drift of the level (log
    units a day). size_low, size_high: of the negative binomial by which counts scatter; larger is calmer.
    start_growth_sd: of growth before the first day (per day).
    """

    growth_sd: float
    growth_sd_spread: float
    damping_low: float
    damping_high: float
    level_sd_low: float
    level_sd_high: float
    size_low: float
    size_high: float
    start_growth_sd: float

    def candidates(self) -> Settings:
        """Every combination of five growth_sd, two dampings, two level_sd and four sizes."""
        return Settings.grid(
            growth_sd=Candidates.lognormal(self.growth_sd, self.growth_sd_spread),
            damping=Candidates.of(self.damping_low, self.damping_high),
            level_sd=Candidates.of(self.level_sd_low, self.level_sd_high),
            size=Candidates.of(*np.geomspace(self.size_low, self.size_high, 4)),
        )


COMMON = Drift(
    growth_sd=0.016,
    growth_sd_spread=0.4,
    damping_low=0.95,
    damping_high=0.985,
    level_sd_low=0.01,
    level_sd_high=0.03,
    size_low=10,
    size_high=300,
    start_growth_sd=0.08,
)
REGIONAL = Drift(
    growth_sd=0.006,
    growth_sd_spread=0.7,
    damping_low=0.9,
    damping_high=0.96,
    level_sd_low=0.025,
    level_sd_high=0.06,
    size_low=3,
    size_high=30,
    start_growth_sd=0.02,
)


@dataclass(frozen=True, kw_only=True)
class Priors:
    """What is believed before the data speak. The defaults were tuned on France, July 2020 to June 2021, and checked on later
    years and on Italy (bench/spread.py): they belong to respiratory waves counted by the day.

    common, regional: drift of the country's curve and of a region's departure from it.
    fade: the most that growth of the country's curve keeps from a day to the next while foretelling (0..1).
    turn_chance: of a turn of the country's growth, per day. turn_sd, turn_back: growth after a turn is normal with this sd (per
    day) around minus `turn_back` times the growth before.
    independence: share of the variance of the departures' drift that is a region's own (0..1).
    pooling: in how far regions share what they learn about candidates (0..1).
    weekday_days: days the weekday pattern is learnt from. weekday_persons: persons per weekday at which a region's own pattern
    weighs as much as the country's. holiday_days: days' worth of persons at which what holidays showed weighs as much as "like
    a Sunday".
    least_covered: share of the country's persons that must be known for a day to count for the country's curve (0..1).
    """

    common: Drift = COMMON
    regional: Drift = REGIONAL
    fade: float = 0.95
    turn_chance: float = 0.06
    turn_sd: float = 0.05
    turn_back: float = 0.7
    independence: float = 0.4
    pooling: float = 0.9
    weekday_days: int = 42
    weekday_persons: float = 100.0
    holiday_days: float = 2.0
    least_covered: float = 0.2


PRIORS = Priors()


@dataclass(frozen=True)
class AdmissionForecast:
    """paths: persons admitted a day, float32 of whole numbers, dims (sample, region, horizon), the day as coordinate `date` of
    horizon; nan in a region that failed. Sums over regions must keep those nan (`skipna=False`).
    status: `status` ("ok", "doubtful", "failed") and `reason` by region.
    learnt: what the model learnt, by topic: growth (of all regions together, a week, with its 90 % interval), wander (standard
    deviation by which growth changes a day), weekdays (0 is Monday; factors on the mean), holiday (times a Sunday), no_holiday.
    """

    paths: xr.DataArray
    status: xr.Dataset
    learnt: Mapping[str, Mapping[str, float]]


def admission_paths(
    counts: xr.DataArray,
    *,
    rng: np.random.Generator,
    horizon_days: int = 28,
    samples: int = 500,
    holidays: xr.DataArray | None = None,
    reported_share: xr.DataArray | None = None,
    history_days: int = 84,
    minimum_share: float = 0.3,
    settled_share: float = 0.95,
    priors: Priors = PRIORS,
    screening: Screening = SCREENING,
) -> AdmissionForecast:
    """Joint sample paths of daily admissions for the days after the last date of `counts`.

    counts: persons a day, dims (region, date), dates one day apart, nan = not known. Only the last `history_days` are used.
    holidays: bool, dims (date) or (region, date), for the past and the days to come; days it does not name are none.
    reported_share: share of each day's count that is known by now (0..1), dims (date) or (region, date); days it does not name
    are complete, days below `minimum_share` are left out, days below `settled_share` are not screened for jumps and silences.
    Its own uncertainty is not carried on.
    screening: from when counts and regions are not believed.

    The same generator state gives the same bytes, whatever the number of threads. Regions share the random stream: another
    order of regions changes the draws, not their distribution; another set of regions changes what is learnt from all.
    Raises DataError for other dimensions, dates that are not consecutive days, or fewer than 2 samples.
    """
    check_dims(counts, required=("region", "date"), optional=())
    window = counts.isel(date=slice(-history_days, None))
    past = _consecutive_days(window)
    days = np.concatenate([past, past[-1] + ONE_DAY * np.arange(1, horizon_days + 1)])
    if samples < 2:
        raise DataError(f"samples: found {samples}, expected at least 2")
    log_share = _log_share(reported_share, window, minimum_share)
    screened = screen(window.values.T, past, screening, filling=~(log_share > np.log(settled_share)))
    usable = np.flatnonzero(screened.status != FAILED)
    paths = np.full((samples, window.sizes["region"], horizon_days), np.nan, dtype=np.float32)
    said: tuple[str, ...] = ("no region has counts to go on from",)
    if len(usable):
        away = align_holidays(holidays, window["region"], days)[:, usable]
        drawn, surprising, said = _forecast(screened.counts[:, usable], days, log_share[:, usable], away, samples, priors, rng)
        paths[:, usable] = drawn
        _mark_surprising(screened, usable, surprising, screening.surprise_sd)
    coords = {
        "sample": np.arange(samples),
        "region": window["region"].values,
        "horizon": np.arange(1, horizon_days + 1),
        "date": ("horizon", days[len(past) :].astype("datetime64[ns]")),
    }
    result = xr.DataArray(
        paths, coords, ("sample", "region", "horizon"), name="hospital_admissions", attrs={"units": "persons/day"}
    )
    return AdmissionForecast(result, screened.report(window["region"].values), said)


def _forecast(y, days, log_share, away, samples, priors, rng):
    """Paths (S, R, H); how surprising the last week was, shape (R,); what was learnt. y, log_share: (T, R); away (T + H, R)."""
    weekdays, known = weekday_numbers(days), len(y)
    recent = slice(max(known - priors.weekday_days, 0), known)
    effects = estimate_effects(
        (y * np.exp(-log_share))[recent],
        weekdays[recent],
        away[recent],
        region_weight=priors.weekday_persons,
        holiday_weight_days=priors.holiday_days,
    )
    calendar = effects.log_factors(weekdays, away)
    offset = calendar[:known] + log_share
    common, share_of = fit_common(y, offset, priors.common, priors.least_covered)
    regional = fit_regional(y, offset + common.curve[:, None], priors.regional, priors.pooling)
    log_mean, size = _simulate(common, regional, share_of, priors, len(days) - known, samples, rng)
    mean = np.exp(log_mean + calendar[known:].T)
    drawn = rng.poisson(np.minimum(rng.standard_gamma(np.broadcast_to(size, mean.shape)) * mean / size, 1e8))
    return drawn, regional.last_week(y, offset + common.curve[:, None]), _learnt(effects, common, regional)


def fit_common(y: np.ndarray, offset: np.ndarray, drift: Drift, least_covered: float) -> tuple[Fit, np.ndarray]:
    """The country's curve, from the sum of all known counts, and each region's share of it, shape (R,).

    y, offset: shape (T, R). A day on which less than `least_covered` of the country is known is skipped.
    """
    settings = drift.candidates()
    seen = np.isfinite(y) & np.isfinite(offset)
    factor = np.where(seen, np.exp(offset), 0.0)
    usual = (np.where(seen, y, 0.0).sum(axis=0) + 0.5) / np.maximum(factor.sum(axis=0), 1e-9)
    share = usual / usual.sum()
    covered = np.einsum("tr,r->t", factor, share)
    enough = covered > least_covered
    total = np.where(enough, np.where(seen, y, 0.0).sum(axis=1), np.nan)[:, None]
    start = np.log((np.nansum(total[: 2 * WEEK]) + 1) / (covered[: 2 * WEEK].sum() + 1))
    state = State.vague(start, (len(settings), 1), level_sd=1.0, growth_sd=drift.start_growth_sd)
    filtered = filter_counts(total, np.log(np.where(enough, covered, 1.0))[:, None], settings, state, keep=True)
    weights = posterior_weights(filtered.log_likelihood, settings.weight)
    best = np.array([weights[:, 0].argmax()])
    curve, _ = smooth_levels(filtered.take(best), settings.take(best))
    return Fit(settings, weights, filtered, curve=curve[:, 0, 0]), share


def fit_regional(y: np.ndarray, offset: np.ndarray, drift: Drift, pooling: float) -> Fit:
    """Each region's departure from the country's curve, which is part of the offset. y, offset: shape (T, R)."""
    settings = drift.candidates()
    seen = np.isfinite(y) & np.isfinite(offset)
    expected = np.where(seen, np.exp(offset), 0.0).sum(axis=0)
    start = np.log((np.where(seen, y, 0.0).sum(axis=0) + 0.5) / np.maximum(expected, 1e-9))
    state = State.vague(start, (len(settings), y.shape[1]), level_sd=1.0, growth_sd=drift.start_growth_sd)
    filtered = filter_counts(y, offset, settings, state, keep=True)
    return Fit(settings, posterior_weights(filtered.log_likelihood, settings.weight, pooling=pooling), filtered)


def _simulate(
    common: Fit, regional: Fit, share: np.ndarray, priors: Priors, horizon: int, samples: int, rng: np.random.Generator
):
    """Log-means of all paths without the calendar, shape (S, R, H), and the size of the counts' scatter, shape (S, R, 1)."""
    regions = len(share)
    country, state = common.draw(rng, samples)
    level, growth = state.draw(rng)
    own, state = regional.draw(rng, samples)
    own_level, own_growth = state.draw(rng)
    together = _Together(regional.weekly_surprises(), priors.independence, samples, rng)
    # what the country's days scatter more than the regions' own scatter adds up to
    shared_size = 1 / np.maximum(1 / country.size - (share**2 / own.size).sum(axis=1, keepdims=True), 1e-4)
    # the regions' own counts say where the country stands now, its own state how surely: one mean over all samples
    today = _log_sum(own_level).mean()
    log_mean = np.empty((samples, regions, horizon))
    for day in range(horizon):
        level = level + growth + country.level_sd * rng.standard_normal(level.shape)
        growth = np.minimum(country.damping, priors.fade) * growth + country.growth_sd * rng.standard_normal(level.shape)
        turned = priors.turn_sd * rng.standard_normal(level.shape) - priors.turn_back * growth
        growth = np.where(rng.random(level.shape) < priors.turn_chance, turned, growth)
        own_level = own_level + own_growth + own.level_sd * together.draw()
        own_growth = own.damping * own_growth + own.growth_sd * together.draw()
        scatter = np.log(np.maximum(rng.standard_gamma(shared_size) / shared_size, 1e-9))
        # departures share the country's curve out; they do not raise it
        log_mean[:, :, day] = level + own_level - (_log_sum(own_level) - today) + scatter
    return log_mean, own.size[:, :, None]


def _log_sum(values: np.ndarray) -> np.ndarray:
    """log of the sum of exp over regions, shape (S, 1)."""
    highest = values.max(axis=1, keepdims=True)
    return highest + np.log(np.exp(values - highest).sum(axis=1, keepdims=True))


@dataclass(frozen=True)
class _Together:
    """Standard normal shocks of all regions that move together as `surprises` (weeks, R) did, shrunk towards independence.

    A random mixture of past weeks has their correlation; no matrix is factorised, so no bytes depend on the threads.
    """

    surprises: np.ndarray
    independence: float
    samples: int
    rng: np.random.Generator

    def draw(self) -> np.ndarray:
        """Shape (S, R)."""
        weeks, regions = self.surprises.shape
        own = self.rng.standard_normal((self.samples, regions))
        if weeks < 4:
            return own
        mixture = np.einsum("sw,wr->sr", self.rng.standard_normal((self.samples, weeks)), self.surprises)
        return np.sqrt(self.independence) * own + np.sqrt((1 - self.independence) / weeks) * mixture


def _consecutive_days(window: xr.DataArray) -> np.ndarray:
    days = window["date"].values.astype("datetime64[D]")
    if len(days) == 0 or (np.diff(days) != ONE_DAY).any():
        raise DataError("counts: expected dates one day apart, in order; fill missing days with nan")
    return days


def _log_share(reported_share: xr.DataArray | None, window: xr.DataArray, minimum: float) -> np.ndarray:
    """Log of the share known by now, shape (T, R); nan where too little is known."""
    if reported_share is None:
        return np.zeros((window.sizes["date"], window.sizes["region"]))
    check_dims(reported_share, required=("date",), optional=("region",))
    share = reported_share.reindex({d: window[d] for d in reported_share.dims}, fill_value=1.0)
    values = share.broadcast_like(window).transpose("date", "region").values.astype(float)
    if ((values < 0) | (values > 1)).any():
        raise DataError("reported_share: expected shares from 0 to 1")
    return np.where(values >= minimum, np.log(np.maximum(values, minimum)), np.nan)


def _mark_surprising(screened: Screened, usable: np.ndarray, surprising: np.ndarray, limit: float) -> None:
    """Regions whose last week lies far from what the days before foretold."""
    departure = np.zeros(len(screened.status))
    departure[usable] = surprising
    side = np.where(departure > 0, "above", "below")
    reasons = [
        f"the last week lies far {s} what the weeks before foretold ({abs(d):.1f} sd)"
        for s, d in zip(side, departure, strict=True)
    ]
    screened.mark(np.abs(departure) > limit, DOUBTFUL, reasons)


def _learnt(effects: CalendarEffects, common: Fit, regional: Fit) -> dict[str, dict[str, float]]:
    growth, growth_sd = common.growth_now()
    weekly, low, high = (float(np.expm1(WEEK * (growth + z * growth_sd))) for z in (0, -1.645, 1.645))
    factors = effects.weekday.mean(axis=1)
    busiest, quietest = int(factors.argmax()), int(factors.argmin())
    found = {
        "growth": {"weekly_rate": weekly, "low_rate": low, "high_rate": high},
        "wander": {"common": float(common.mean_of("growth_sd")), "regional": float(regional.mean_of("growth_sd"))},
        "weekdays": {
            "busiest_weekday": busiest, "busiest": float(factors[busiest]),
            "quietest_weekday": quietest, "quietest": float(factors[quietest]),
        },
    }  # fmt: skip
    if not effects.holidays_seen:
        return {**found, "no_holiday": {}}
    return {**found, "holiday": {"factor": float(effects.holiday), "n": int(effects.holidays_seen)}}
