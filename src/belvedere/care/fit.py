"""Stays and ICU share learnt from daily counts alone: admissions and census of the past weeks.

Who leaves on day t is admissions(t) - (census(t) - census(t-1)). Each candidate stay says who should have left, given
who was admitted when; weekly sums of both give a rate of leaving, national and regional (`level`), and the candidates are
weighed by how well they followed. So mean stay, its shape, pooling, drift and uncertainty come from one pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from scipy.special import betaincinv, ndtr

from belvedere.care.census import PATH, Leaving
from belvedere.care.level import WEEK, Groups, Level, LevelPrior, fit_level
from belvedere.care.present import check_daily, filled, usable_counts
from belvedere.care.stay import Stay
from belvedere.errors import DataError
from belvedere.ontology.dimensions import check_dims


@dataclass(frozen=True)
class LeavingFit:
    """Stays as the counts show them.

    stays, weights: candidates and the chance of each, shape (stay,). levels: rate of leaving over the candidate's, of each.
    regions: ids, in the order of the levels. weeks: usable weeks of each region, (region,); 0: the region follows the nation.
    weekday: leavers of the 7 days from tomorrow on over what the stay alone lets expect, shape (7,), all regions together:
    few are sent home on a Sunday.
    """

    stays: tuple[Stay, ...]
    weights: np.ndarray
    levels: tuple[Level, ...]
    regions: np.ndarray
    weeks: np.ndarray
    weekday: np.ndarray

    def sample(self, *, samples: int, horizons: int, rng: np.random.Generator, groups: Groups | None = None) -> Leaving:
        """Joint draws of stay, level and drift; sample i follows one candidate in all regions."""
        groups = Groups.none(self.regions.size) if groups is None else groups
        choice = rng.choice(len(self.stays), size=samples, p=self.weights)
        multiplier = np.empty((samples, self.regions.size, horizons))
        for k, level in enumerate(self.levels):
            if (mine := choice == k).any():
                multiplier[mine] = level.paths(samples=int(mine.sum()), horizons=horizons, groups=groups, rng=rng)
        multiplier *= self.weekday[np.arange(horizons) % WEEK]
        dispersion = np.sum([w * level.dispersion for w, level in zip(self.weights, self.levels, strict=True)], axis=0)
        coords = {"region": self.regions, "horizon": np.arange(1, horizons + 1)}
        return Leaving(
            self.stays,
            choice,
            xr.DataArray(multiplier, dims=PATH, coords=coords),
            xr.DataArray(dispersion, dims="region", coords={"region": self.regions}),
        )

    def mean_stay(self) -> xr.DataArray:
        """Mean days in bed by region: each candidate's survival at its region's rate of leaving, weighed; dims (region)."""
        means = np.zeros(self.regions.size)
        for stay, weight, level in zip(self.stays, self.weights, self.levels, strict=True):
            means += weight * np.array([faster(stay, factor).mean for factor in level.regional])
        return xr.DataArray(means, dims="region", coords={"region": self.regions})


@dataclass(frozen=True)
class ShareFit:
    """Share of admissions that need intensive care; level: the share, national and regional."""

    level: Level
    regions: np.ndarray

    @property
    def dispersion(self) -> xr.DataArray:
        """Variance of entries over the Poisson's, dims (region)."""
        return xr.DataArray(self.level.dispersion, dims="region", coords={"region": self.regions})

    def sample(self, *, samples: int, horizons: int, rng: np.random.Generator, groups: Groups | None = None) -> xr.DataArray:
        """Shares of the coming days, 0–1, dims (sample, region, horizon).

        Today's share of a region is beta with the mean and variance of the fit; the national part of what is not known is
        one draw for all regions (normal ranks). From there the odds drift.
        """
        level = self.level
        groups = Groups.none(self.regions.size) if groups is None else groups
        noise = level.present_noise(samples=samples, groups=groups, rng=rng) / np.sqrt(level.present_var)
        mean = np.clip(level.regional, 1e-6, 1 - 1e-6)
        variance = mean**2 * level.present_var
        size = np.maximum(mean * (1 - mean) / variance - 1, 1.0)
        share = betaincinv(mean * size, (1 - mean) * size, ndtr(noise))[:, :, None]
        factor = np.exp(level.drift(samples=samples, horizons=horizons, groups=groups, rng=rng))
        coords = {"region": self.regions, "horizon": np.arange(1, horizons + 1)}
        return xr.DataArray(share * factor / (1 - share + share * factor), dims=PATH, coords=coords)


def fit_leaving(
    admissions: xr.DataArray,
    census: xr.DataArray,
    *,
    stays: Sequence[Stay],
    chances: Sequence[float],
    prior: LevelPrior,
    weeks: int,
) -> LeavingFit:
    """Rate of leaving from daily admissions and census.

    admissions, census: persons, dims (region, date), same dates, every day, the last one today; missing and impossible values
    are nan or set aside. The longer the admissions before the weeks looked at, the better the days in bed are known.
    stays, chances: candidate stays and the chance of each before the data. weeks: how many of the last weeks to learn from.
    Raises DataError for dates with gaps or that differ, or fewer than weeks × 7 + 1 days.
    """
    _check_pair(admissions, census, weeks)
    reach = slice(-(weeks * WEEK + 1 + max(stay.days for stay in stays)), None)  # who came earlier is in the table's tail
    admissions, census = admissions.isel(date=reach), census.isel(date=reach)
    present = usable_counts(census).to_numpy()
    admitted = usable_counts(admissions.reindex(region=census.region)).to_numpy()
    history = filled(admissions.reindex(region=census.region)).to_numpy()
    start = present.shape[1] - weeks * WEEK
    left = (admitted - np.diff(present, axis=1, prepend=np.nan))[:, start:]
    expected = [_expected_leavers(history, present, stay, start) for stay in stays]
    ok = np.isfinite(left) & np.isfinite(expected[0])
    observed = _by_week(np.where(ok, left, np.nan))
    bases = [_by_week(np.where(ok, e, np.nan)) for e in expected]
    first = [fit_level(observed, base, prior=prior) for base in bases]
    common = first[int(np.argmax([level.log_evidence for level in first]))].dispersion
    levels = tuple(fit_level(observed, base, prior=prior, dispersion_given=common) for base in bases)
    with np.errstate(divide="ignore"):
        log = np.array([level.log_evidence for level in levels]) + np.log(np.asarray(chances, dtype=float))
    weight = np.exp(log - log.max())
    weekday = _weekday(np.where(ok, left, 0.0), np.where(ok, expected[int(weight.argmax())], 0.0))
    seen = np.isfinite(observed).sum(axis=1)
    return LeavingFit(tuple(stays), weight / weight.sum(), levels, census.region.values, seen, weekday)


def fit_share(
    admissions: xr.DataArray,
    icu_entries: xr.DataArray,
    *,
    delay: Sequence[float],
    prior: LevelPrior,
    weeks: int,
) -> ShareFit:
    """ICU share from daily hospital admissions and ICU entries.

    Arguments as in `fit_leaving`, delay as in `expected_entries`.
    """
    _check_pair(admissions, icu_entries, weeks)
    entered = usable_counts(icu_entries).to_numpy()
    history = filled(admissions.reindex(region=icu_entries.region)).to_numpy()
    due = np.zeros_like(history)
    for d, chance in enumerate(delay):
        due[:, d:] += chance * history[:, : history.shape[1] - d]
    start = entered.shape[1] - weeks * WEEK
    ok = np.isfinite(entered[:, start:])
    observed, base = (_by_week(np.where(ok, values[:, start:], np.nan)) for values in (entered, due))
    return ShareFit(fit_level(observed, base, prior=prior), icu_entries.region.values)


def faster(stay: Stay, factor: float) -> Stay:
    """The stay with its rate of leaving multiplied on every day."""
    with np.errstate(divide="ignore"):
        return Stay(np.cumprod(stay.staying() ** factor))


def _expected_leavers(admitted: np.ndarray, present: np.ndarray, stay: Stay, start: int) -> np.ndarray:
    """Who should leave each day from `start` on, (region, day); the model's census is scaled to the day before's observed."""
    days = admitted.shape[1]
    lag = np.subtract.outer(np.arange(days), np.arange(days))  # [census day, admission day]
    here = np.where(lag >= 0, stay.at(np.maximum(lag, 0)), 0.0)
    model = admitted @ here.T
    of_today = admitted * (1 - stay.survival[0])
    of_before = np.zeros_like(model)
    of_before[:, 1:] = model[:, :-1] - (model[:, 1:] - admitted[:, 1:] * stay.survival[0])
    before = np.concatenate([np.full((model.shape[0], 1), np.nan), model[:, :-1]], axis=1)
    observed = np.concatenate([np.full((model.shape[0], 1), np.nan), present[:, :-1]], axis=1)
    scale = np.divide(observed, before, out=np.full(model.shape, np.nan), where=before > 0)
    beyond = observed * (1 - stay.tail)  # nobody admitted in sight: those in bed are beyond the table
    expected = np.where(before > 0, of_before * scale, beyond) + of_today
    return expected[:, start:]


def _by_week(daily: np.ndarray) -> np.ndarray:
    """Sums of whole weeks back from today; a week with missing days is scaled up from at least four, else nan."""
    weeks = daily.reshape(daily.shape[0], -1, WEEK)
    seen = np.isfinite(weeks).sum(axis=2)
    total = np.nansum(weeks, axis=2)
    return np.where(seen >= 4, total, np.nan)


def _weekday(left: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Share of the leavers on each day of the week over the expected share, shape (7,); the first is tomorrow's weekday.

    Mixed with one week without a pattern, so that few patients make none.
    """
    found, due = (values.sum(axis=0).reshape(-1, WEEK).sum(axis=0) for values in (left, expected))
    if due.min() <= 0 or found.sum() <= 0:
        return np.ones(WEEK)
    level, one_week = found.sum() / due.sum(), due * WEEK / left.shape[1]
    return np.maximum((found / level + one_week) / (due + one_week), 0.1)


def shared_groups(labels: xr.DataArray, *, regions: np.ndarray, shared: float) -> Groups:
    """Groups from a label of each region, dims (region); shared: 0–1, see `Groups`. Raises DataError outside 0–1."""
    check_dims(labels, required=("region",), optional=())
    if not 0 <= shared <= 1:
        raise DataError(f"the share of variance that groups have in common lies between 0 and 1, found {shared}")
    _, index = np.unique(labels.sel(region=regions).to_numpy().astype(str), return_inverse=True)
    return Groups(index, shared)


def _check_pair(first: xr.DataArray, second: xr.DataArray, weeks: int) -> None:
    for counts in (first, second):
        check_dims(counts, required=("region", "date"), optional=())
        check_daily(counts)
    if not np.array_equal(first["date"].values, second["date"].values):
        raise DataError("admissions and census must cover the same dates")
    if first.sizes["date"] < weeks * WEEK + 1:
        raise DataError(f"to learn from {weeks} weeks takes {weeks * WEEK + 1} days of counts, found {first.sizes['date']}")
    if set(first.region.values) != set(second.region.values):
        raise DataError("admissions and census must be of the same regions")
