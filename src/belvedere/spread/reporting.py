"""What is not reported yet: the share of a day's count known after so many days, and the last days completed as samples.

Chain ladder on the reporting triangle, as baselinenowcast (Johnson et al. 2025) and Mack (1993, ASTIN Bull. 23:213): each day's
cumulative count grows by the factor that earlier days grew by. What is still to come of a day is negative binomial; its size
is estimated by replaying past days as they were known then. Delays count from 0: reported the same day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from scipy.special import gammaln

from belvedere.errors import DataError
from belvedere.ontology.dimensions import check_dims
from belvedere.spread.delays import check_pmf

SIZES = np.geomspace(1, 1000, 25)


@dataclass(frozen=True)
class ReportingDelay:
    """share: of a day's final count known at delays 0, 1 …, shape (D,), the last one 1; above 1 if sources correct downwards.
    size: of the negative binomial of what is still to come, at each delay; larger is surer. inf: no more than Poisson.
    basis: "estimated" from vintages, "given" as a distribution, or "none": everything is taken for complete.
    days: how many days of each delay it rests on, shape (D,).
    """

    share: np.ndarray
    size: np.ndarray
    basis: str
    days: np.ndarray

    def share_by_date(self, dates: np.ndarray, as_of: np.datetime64) -> xr.DataArray:
        """Share known on the day `as_of`, dims (date), for `admission_paths`; 1 beyond the longest delay, 0 for later days."""
        age = (np.datetime64(as_of, "D") - dates.astype("datetime64[D]")).astype(int)
        share = np.minimum(self.share[np.clip(age, 0, len(self.share) - 1)], 1.0)
        return xr.DataArray(np.where(age < 0, 0.0, share), {"date": dates.astype("datetime64[ns]")}, ("date",))


def no_delay() -> ReportingDelay:
    """Nothing is known of the delay: counts are taken as they stand, and the basis says so."""
    return ReportingDelay(np.ones(1), np.full(1, np.inf), "none", np.zeros(1, dtype=int))


def given_delay(pmf: np.ndarray, *, size: float) -> ReportingDelay:
    """From a distribution of the delay from elsewhere. pmf: chance of delays 0, 1 …, sum 1. size: see `ReportingDelay`."""
    chances = check_pmf(pmf, "reporting delay")
    share = np.cumsum(chances)
    share[-1] = 1.0
    return ReportingDelay(share, np.full(len(share), float(size)), "given", np.zeros(len(share), dtype=int))


def estimate_delay(known: xr.DataArray, *, window_days: int = 28, replays: int = 42, minimum_days: int = 14) -> ReportingDelay:
    """From what was known of each day after each delay.

    known: cumulative count, dims (date, delay) or (region, date, delay), delay 0, 1 … as coordinate, dates one day apart; nan =
    not known (not old enough, or no vintage). Regions are added up: one delay for all. The last delay is taken for final.
    window_days: how many of the last days that reached a delay say how counts grow into it. replays: how many past days are
    replayed as known then, to learn how sure the shares are. minimum_days: fewest days that reached the last delay.
    Raises DataError for other dimensions, delays not counted 0, 1 …, or fewer days than that.
    """
    triangle = cumulative_triangle(known)
    reached = np.isfinite(triangle[:, -1])
    if reached.sum() < minimum_days:
        raise DataError(f"known: {reached.sum()} days reached the last delay, {minimum_days} are needed to learn from")
    days = np.isfinite(triangle).sum(axis=0)
    return ReportingDelay(chain_ladder(triangle, window_days), _sizes(triangle, window_days, replays), "estimated", days)


def cumulative_triangle(known: xr.DataArray) -> np.ndarray:
    """The triangle of all regions together, shape (T, D), nan where any region is not known."""
    dims = tuple(map(str, known.dims))
    if dims not in (("date", "delay"), ("region", "date", "delay")):
        raise DataError(f"known: found dimensions ({', '.join(dims)}), expected (date, delay) or (region, date, delay)")
    if "delay" in known.coords and (known["delay"].values != np.arange(known.sizes["delay"])).any():
        raise DataError("known: expected delays counted 0, 1, 2 … days")
    values = known.sum("region", skipna=False) if "region" in dims else known
    return values.values.astype(float)


def chain_ladder(triangle: np.ndarray, window_days: int) -> np.ndarray:
    """Share of the final count known at each delay, shape (D,), from a cumulative triangle (T, D).

    Each step is the ratio of sums over the last `window_days` days known on both sides of it; without any person, 1.
    """
    steps = np.ones(triangle.shape[1])
    for delay in range(1, triangle.shape[1]):
        both = np.isfinite(triangle[:, delay]) & np.isfinite(triangle[:, delay - 1])
        before, after = (triangle[both, d][-window_days:].sum() for d in (delay - 1, delay))
        steps[delay] = before / after if after > 0 and before > 0 else 1.0
    return np.append(np.cumprod(steps[:0:-1])[::-1], 1.0)


def _sizes(triangle: np.ndarray, window_days: int, replays: int, *, least: int = 7) -> np.ndarray:
    """Size at each delay, shape (D,): that under which what came later of replayed days is most likely; inf where few came."""
    days, delays = triangle.shape
    age = np.arange(days)[:, None] + np.arange(delays)
    fit, seen = np.zeros((len(SIZES), delays)), np.zeros(delays)
    for today in range(max(days - delays - replays, 2 * delays), days):
        share = chain_ladder(np.where(age <= today, triangle, np.nan)[: today + 1], window_days)
        at = np.arange(delays)
        then, final = triangle[today - at, at], triangle[today - at, -1]
        mean = _still_to_come(then, share)
        tells = np.isfinite(then) & np.isfinite(final) & (mean > 0)
        came = np.where(tells, np.maximum(final - then, 0), 0)
        fit += np.stack([_log_chance(came, np.where(tells, mean, 0), size) for size in SIZES])
        seen += tells
    chance = np.exp(fit - fit.max(axis=0))
    size = np.exp(np.einsum("k,kd->d", np.log(SIZES), chance / chance.sum(axis=0)))
    return np.where(seen >= least, size, np.inf)


def _still_to_come(count: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Mean of what is not reported yet. Half a person is added to the count, so that a day without any may still have some."""
    return np.where(share < 1, (count + 0.5) * (1 - share) / np.maximum(share, 1e-3), 0.0)


def _log_chance(count: np.ndarray, mean: np.ndarray, size: float) -> np.ndarray:
    safe = np.maximum(mean, 1e-9)
    value = gammaln(count + size) - gammaln(size) - gammaln(count + 1)
    value = value - size * np.log1p(safe / size) + count * (np.log(safe) - np.log(size + safe))
    return np.where(mean > 0, value, 0.0)


def nowcast(
    counts: xr.DataArray, delay: ReportingDelay, *, as_of: np.datetime64, rng: np.random.Generator, samples: int = 500
) -> xr.DataArray:
    """The last days completed: counts as they will stand once all is reported, dims (sample, region, date).

    counts: as known on the day `as_of`, dims (region, date); nan stays nan. Days beyond the longest delay are as they stand.
    Chance of the days is independent given the delay. A source that corrects downwards (share above 1) is scaled and rounded.
    """
    check_dims(counts, required=("region", "date"), optional=())
    age = (np.datetime64(as_of, "D") - counts["date"].values.astype("datetime64[D]")).astype(int)
    if (age < 0).any():
        raise DataError(f"counts: found days after {as_of}")
    at = np.minimum(age, len(delay.share) - 1)
    share, size = delay.share[at], delay.size[at]
    values = np.where(share > 1, np.round(counts.values / share), counts.values)
    mean = _still_to_come(np.nan_to_num(values), share)
    shape = (samples, *values.shape)
    spread = np.where(np.isfinite(size), size, 1e9)
    later = rng.poisson(rng.standard_gamma(np.broadcast_to(spread, shape)) * mean / spread)
    coords = {"sample": np.arange(samples), "region": counts["region"].values, "date": counts["date"].values}
    return xr.DataArray(values + later, coords, ("sample", "region", "date"), name=counts.name)
