"""Admissions that a census implies, where a source publishes who is in bed but not who came.

    admissions(t) = census(t) - census(t-1) + leavers(t), the leavers those the stay lets expect among the patients present

The census alone hardly says how long patients stay: many short stays fill the beds as few long ones do. So every candidate
stay gets its own history of admissions and its own share of the samples, and what is not known about the stay remains in
the paths. A candidate under which fewer than nobody came is doubted: that much the census does say.

    def run(one, samples):
        admissions = ...                       # paths from one.admissions, as if they had been published
        in_bed = inferred_elapsed(one.admissions, present=today, stays=[one.stay], days=90)
        leaving = one.leaving.sample(samples=samples, horizons=28, rng=rng)
        return census_paths(admissions, in_bed=in_bed, leaving=leaving, rng=rng)

    over_candidates(implied_admissions(census, stays=stays, chances=chances, prior=prior, weeks=8), samples=500, run=run)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from scipy.optimize import isotonic_regression
from scipy.special import log_ndtr

from belvedere.care.fit import LeavingFit
from belvedere.care.level import WEEK, Level, LevelPrior
from belvedere.care.present import bridged, check_daily, usable_counts
from belvedere.care.stay import Stay
from belvedere.errors import DataError
from belvedere.ontology.dimensions import check_dims


@dataclass(frozen=True)
class ImpliedAdmissions:
    """One candidate stay, and what it makes of the census.

    chance: of this candidate. admissions: persons a day, whole, dims (region, date); nan on the first day and where the census
    is not known. leaving: of this stay; its level is 1 (the admissions were made so), its drift is that of the belief.
    """

    stay: Stay
    chance: float
    admissions: xr.DataArray
    leaving: LeavingFit


def implied_admissions(
    census: xr.DataArray, *, stays: Sequence[Stay], chances: Sequence[float], prior: LevelPrior, weeks: int
) -> tuple[ImpliedAdmissions, ...]:
    """The admissions that must have come in, for each candidate stay.

    census: persons in bed, dims (region, date), every day, the last one today; missing and impossible values are nan or set
    aside. The first stay's length of days serves to forget who was in bed at the start: give at least 60 days more than are
    looked at. A day on which fewer than nobody came borrows from the days around it (the nearest cumulated count that never
    falls), so corrections keep the sum and are not days without admissions; weekday effects of leaving appear as
    weekday effects of the admissions and go on from there.
    stays, chances: candidates and the chance of each before the data. prior: what is believed of the rate of leaving, of which
    drift and dispersion are used. weeks: last weeks by which candidates are weighed.
    Raises DataError for dates with gaps, fewer than weeks × 7 + 1 days, or not one chance a stay.
    """
    check_dims(census, required=("region", "date"), optional=())
    check_daily(census)
    days, before = weeks * WEEK, np.asarray(chances, dtype=float)
    if census.sizes["date"] <= days:
        raise DataError(f"to look at {weeks} weeks takes {days + 1} days of census, found {census.sizes['date']}")
    if before.shape != (len(stays),) or not (before >= 0).all() or before.sum() <= 0:
        raise DataError(f"{len(stays)} stays need as many chances of at least 0, found {list(chances)}")
    counts = usable_counts(census).to_numpy()
    known = np.isfinite(counts)
    present = bridged(counts)
    net = [_net_admissions(present, stay) for stay in stays]
    support = [_support(n[:, -days:], present[:, -days:] / stay.mean, prior) for n, stay in zip(net, stays, strict=True)]
    with np.errstate(divide="ignore"):
        log = np.array(support) + np.log(before)
    weight = np.exp(log - log.max())
    leaving = _believed_level(prior, counts.shape[0])
    unknown, no_pattern = np.zeros(counts.shape[0], dtype=int), np.ones(WEEK)  # weekdays show in the admissions already
    return tuple(
        ImpliedAdmissions(
            stay,
            float(chance),
            census.copy(data=_whole(np.where(known, n, np.nan))),
            LeavingFit((stay,), np.ones(1), (leaving,), census.region.values, unknown, no_pattern),
        )
        for stay, chance, n in zip(stays, weight / weight.sum(), net, strict=True)
    )


def over_candidates(
    implied: Sequence[ImpliedAdmissions], *, samples: int, run: Callable[[ImpliedAdmissions, int], xr.Dataset]
) -> xr.Dataset:
    """Each candidate run for its share of the samples, joined along `sample`; a share of one sample goes to the likeliest."""
    chances = np.array([one.chance for one in implied])
    shares = np.diff(np.round(np.cumsum(chances) * samples).astype(int), prepend=0)
    likeliest = int(np.argmax(chances))
    lone = (shares == 1) & (np.arange(shares.size) != likeliest)
    shares[likeliest] += lone.sum()
    shares[lone] = 0
    parts = [run(one, int(share)) for one, share in zip(implied, shares, strict=True) if share]
    return xr.concat(parts, dim="sample").assign_coords(sample=np.arange(samples))


def _net_admissions(present: np.ndarray, stay: Stay) -> np.ndarray:
    """Change of the census plus expected leavers, (region, day); below 0 where more left than expected, nan on day 1."""
    survival = stay.at(np.arange(stay.days))
    staying = np.append(stay.staying()[1:], stay.tail)
    in_bed = present[:, :1] * survival / survival.sum()  # as if admissions had been steady
    net = np.full(present.shape, np.nan)
    for day in range(1, present.shape[1]):
        still = in_bed * staying
        still = np.concatenate([np.zeros_like(still[:, :1]), still[:, :-2], still[:, -2:].sum(axis=1, keepdims=True)], axis=1)
        coming = present[:, day] - still.sum(axis=1)
        net[:, day] = coming / survival[0]
        still[:, 0] = np.maximum(coming, 0.0)
        total = still.sum(axis=1)
        in_bed = still * np.divide(present[:, day], total, out=np.zeros(total.size), where=total > 0)[:, None]
    return net


def _support(net: np.ndarray, leaving: np.ndarray, prior: LevelPrior) -> float:
    """Log chance of the weekly sums if any number from 0 up may have come; noise is that of the leavers."""
    shape = (net.shape[0], -1, WEEK)
    came, left = (values.reshape(shape).sum(axis=2) for values in (net, leaving))
    seen = np.isfinite(came)
    noise = np.sqrt(prior.dispersion * np.maximum(left[seen], 1.0))
    return float(log_ndtr(came[seen] / noise).sum())


def _whole(net: np.ndarray) -> np.ndarray:
    """Whole persons, never below 0: the cumulated sum at its nearest that never falls, rounded; nan stays."""
    whole = np.full(net.shape, np.nan)
    for row, found in zip(whole, net, strict=True):
        if (known := np.isfinite(found)).any():
            rising = isotonic_regression(np.cumsum(found[known])).x
            row[known] = np.diff(np.floor(np.maximum(rising, 0.0) + 0.5), prepend=0.0)
    return whole


def _believed_level(prior: LevelPrior, regions: int) -> Level:
    """A level of 1 today; what is not known of it is in the candidates and in the admissions they imply."""
    nothing = np.zeros(regions)
    return Level(
        national=1.0,
        national_var=0.0,
        deviation=nothing,
        deviation_var=nothing,
        national_step_var=prior.national_step**2,
        region_step_var=prior.region_step**2,
        dispersion=np.full(regions, prior.dispersion),
        log_evidence=0.0,
    )
