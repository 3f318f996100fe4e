"""Census of the coming days as sample paths, from admission paths and the patients in bed today.

    hospital(t) = hospital(t-1) + admissions(t) - discharges(t)        discharges ≤ those present
    icu(t)      = icu(t-1) + entries(t) - exits(t)                     0 ≤ icu ≤ hospital

People are whole and conserved on every path. Each day's leavers are binomial among those present, with the mean chance of
their days in bed: patients who came lately leave sooner than those a long stay has left behind. A path has its own stay
distribution and its own drift (`leaving`), so that what is not known about stays widens the intervals; within a
path the leavers thin all days of stay in proportion to their chance (the mean of the exact multinomial).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from belvedere.care.present import check_daily, filled, usable_counts
from belvedere.care.stay import Stay
from belvedere.errors import DataError
from belvedere.ontology.dimensions import check_dims

PATH = ("sample", "region", "horizon")


@dataclass(frozen=True)
class Leaving:
    """How patients leave, path by path.

    stays: candidate distributions. choice: which one a sample follows, int, shape (sample,).
    multiplier: factor on the rate of leaving, dims (sample, region, horizon); 1 = as the stay says.
    dispersion: variance of a day's leavers over that of the binomial, at least 1, dim (region).
    """

    stays: Sequence[Stay]
    choice: np.ndarray
    multiplier: xr.DataArray
    dispersion: xr.DataArray


def steady_leaving(stay: Stay, *, like: xr.DataArray) -> Leaving:
    """Leaving exactly as one known stay says, on paths shaped like `like` (sample, region, horizon)."""
    ones = xr.ones_like(like, dtype=float)
    return Leaving(
        [stay], np.zeros(like.sizes["sample"], dtype=int), ones, xr.ones_like(ones.isel(sample=0, horizon=0, drop=True))
    )


def census_paths(admissions: xr.DataArray, *, in_bed: np.ndarray, leaving: Leaving, rng: np.random.Generator) -> xr.Dataset:
    """Census of one kind of bed.

    admissions: persons a day, whole, dims (sample, region, horizon); horizon 1 is tomorrow.
    in_bed: patients in bed today by elapsed days, shape (stay, region, days), from `inferred_elapsed` or `known_elapsed`.
    Returns `census`, `entries`, `exits`: persons, float (whole numbers), dims (sample, region, horizon), with
    census(t) = census(t-1) + entries(t) - exits(t) and census(0) = the present. A region whose present census or
    admissions cannot be used is nan throughout and changes no other: each region draws from its own stream.
    Raises DataError when shapes or regions do not match.
    """
    arrivals = _whole_paths(admissions)
    table = _LeavingTable(leaving, in_bed, admissions)
    entries, exits = np.full(arrivals.shape, np.nan), np.full(arrivals.shape, np.nan)
    census = np.full(arrivals.shape, np.nan)
    for r, stream in enumerate(rng.spawn(arrivals.shape[1])):
        if not table.usable(r, arrivals):
            continue
        beds = table.beds(r)
        for h in range(arrivals.shape[2]):
            coming = arrivals[:, r, h].astype(np.int64)
            exits[:, r, h] = beds.day(coming, stream, kept=np.zeros_like(coming))
            entries[:, r, h], census[:, r, h] = coming, beds.present
    return _dataset({"census": census, "entries": entries, "exits": exits}, admissions)


def hospital_and_icu_paths(
    admissions: xr.DataArray,
    *,
    hospital_in_bed: np.ndarray,
    hospital_leaving: Leaving,
    icu_in_bed: np.ndarray,
    icu_leaving: Leaving,
    expected_icu_entries: xr.DataArray,
    icu_dispersion: xr.DataArray,
    rng: np.random.Generator,
) -> xr.Dataset:
    """Census of a hospital and of its intensive care, on the same futures.

    hospital_in_bed counts everyone, those in intensive care too; arguments otherwise as in `census_paths`.
    expected_icu_entries: persons a day (from `expected_entries`), dims (sample, region, horizon); who enters is drawn among
    those in the hospital and not yet in intensive care. icu_dispersion: variance of entries over the binomial's, (region).
    Nobody in intensive care leaves the hospital that day, so icu ≤ hospital on every path.
    Returns `hospital`, `icu`, `admissions`, `discharges`, `icu_entries`, `icu_exits`; nan for a region that cannot be used,
    also where ICU and hospital of today contradict each other.
    """
    arrivals, expected = _whole_paths(admissions), _aligned(expected_icu_entries, admissions)
    spread = icu_dispersion.reindex(region=admissions.region).to_numpy()
    hospital, icu = (
        _LeavingTable(hospital_leaving, hospital_in_bed, admissions),
        _LeavingTable(icu_leaving, icu_in_bed, admissions),
    )
    names = ("hospital", "icu", "admissions", "discharges", "icu_entries", "icu_exits")
    out = {name: np.full(arrivals.shape, np.nan) for name in names}
    for r, stream in enumerate(rng.spawn(arrivals.shape[1])):
        if not (hospital.usable(r, arrivals) and icu.usable(r, expected) and icu.start(r) <= hospital.start(r)):
            continue
        all_beds, icu_beds = hospital.beds(r), icu.beds(r)
        for h in range(arrivals.shape[2]):
            coming = arrivals[:, r, h].astype(np.int64)
            ward = all_beds.present + coming - icu_beds.present
            entering = overdispersed_binomial(ward, expected[:, r, h] / np.maximum(ward, 1), spread[r], stream)
            leaving_icu = icu_beds.day(entering, stream, kept=np.zeros_like(coming))
            leaving_hospital = all_beds.day(coming, stream, kept=icu_beds.present)
            today = (all_beds.present, icu_beds.present, coming, leaving_hospital, entering, leaving_icu)
            for name, value in zip(names, today, strict=True):
                out[name][:, r, h] = value
    return _dataset(out, admissions)


def expected_entries(
    admissions: xr.DataArray, *, past_admissions: xr.DataArray, share: xr.DataArray, delay: Sequence[float]
) -> xr.DataArray:
    """Expected entries to intensive care a day: share × admissions, late by the delay.

    admissions: dims (sample, region, horizon). past_admissions: dims (region, date) up to and with today.
    share: of admissions that need it, 0–1, dims (sample, region, horizon).
    delay: P(d days from admission to entry), d = 0, 1, …
    """
    check_dims(past_admissions, required=("region", "date"), optional=())
    check_daily(past_admissions)
    chances = np.asarray(delay, dtype=float)
    past = filled(past_admissions).reindex(region=admissions.region).to_numpy()[:, -chances.size :]
    ahead = admissions.to_numpy().astype(float)
    known = np.broadcast_to(past, (ahead.shape[0], *past.shape))
    whole, n = np.concatenate([known, ahead], axis=-1), past.shape[1]
    entering = np.zeros_like(ahead)
    for d, chance in enumerate(chances[: n + 1]):
        entering += chance * whole[..., n - d : n - d + ahead.shape[-1]]
    return xr.DataArray(entering * _aligned(share, admissions), coords=admissions.coords, dims=PATH)


def overdispersed_binomial(n: np.ndarray, chance: np.ndarray, dispersion: float, rng: np.random.Generator) -> np.ndarray:
    """Binomial(n, chance × g), g gamma of mean 1 whose variance makes that of the count `dispersion` times the binomial's."""
    chance = np.clip(chance, 0, 1)
    expected = n * chance
    if dispersion > 1:
        variance = (dispersion - 1) * (1 - chance) / np.maximum(expected, 1.0)  # below one expected person: no more than that
        shape = 1 / np.maximum(variance, 1e-9)
        chance = np.clip(chance * rng.standard_gamma(shape) / shape, 0, 1)
    return rng.binomial(n, chance)


@dataclass
class _Beds:
    """Patients of one region, on every sample, by elapsed days: rows by day of admission, oldest first.

    `profile` holds each row's share of the patients up to `scale`: profile × scale sums to `present`, so the chance that a
    drawn number of leavers takes is one multiplication, not one a row.
    """

    present: np.ndarray  # (sample,), int
    profile: np.ndarray  # (days + horizons, sample), float32
    newest: int  # row of those admitted last
    log_staying: np.ndarray  # (days + horizons, sample), float32; the last row is the day of admission
    multiplier: np.ndarray  # (horizon, sample), float32
    dispersion: float
    scale: np.ndarray  # (sample,)
    horizon: int = 0

    def day(self, coming: np.ndarray, rng: np.random.Generator, kept: np.ndarray) -> np.ndarray:
        """One day passes: `coming` enter, the leavers are returned; `kept` of those present cannot leave."""
        self.newest += 1
        total = self.present + coming
        self.profile[self.newest] = coming / self.scale
        rows = self.profile[: self.newest + 1]
        staying = self.log_staying[-(self.newest + 1) :] * self.multiplier[self.horizon]
        rows *= np.exp(staying, out=staying)
        after = rows.sum(axis=0).astype(float)
        chance = 1 - np.divide(after * self.scale, total, out=np.ones(total.size), where=total > 0)
        leaving = np.minimum(overdispersed_binomial(total, chance, self.dispersion, rng), total - kept)
        self.present = total - leaving
        self._rescale(rows, after)
        self.horizon += 1
        return leaving

    def _rescale(self, rows: np.ndarray, after: np.ndarray) -> None:
        """Brings the rows up to the drawn number present; rows of an empty bed, or held back beyond every table, start anew."""
        anew = (after < 1e-20) | (self.present == 0)
        self.scale = np.divide(self.present, after, out=np.ones(after.size), where=~anew)
        if anew.any():
            rows[:, anew] = 0
            rows[0, anew] = self.present[anew]


class _LeavingTable:
    """What `_Beds` of each region start from."""

    def __init__(self, leaving: Leaving, in_bed: np.ndarray, admissions: xr.DataArray) -> None:
        samples, regions, horizons = (admissions.sizes[name] for name in PATH)
        in_bed = np.asarray(in_bed, dtype=float)
        if in_bed.ndim != 3 or in_bed.shape[0] not in (1, len(leaving.stays)) or in_bed.shape[1] != regions:
            raise DataError(f"patients in bed must have shape (stay, region, days) = (1 or {len(leaving.stays)}, {regions}, …)")
        if np.shape(leaving.choice) != (samples,):
            raise DataError(f"the choice of stays must have one entry a sample ({samples}), found {np.shape(leaving.choice)}")
        self.in_bed, self.horizons, self.choice = in_bed, horizons, np.asarray(leaving.choice)
        self.multiplier = _aligned(leaving.multiplier, admissions)
        self.dispersion = leaving.dispersion.reindex(region=admissions.region).to_numpy().astype(float)
        width = in_bed.shape[2] + horizons
        elapsed = np.arange(width)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratios = [stay.at(elapsed) / np.concatenate([[1.0], stay.at(elapsed[:-1])]) for stay in leaving.stays]
            logs = [np.log(np.where(np.isfinite(ratio), ratio, 0.0)) for ratio in ratios]
        by_stay = np.maximum(np.stack(logs), -50.0).astype(np.float32)[:, ::-1]
        self.log_staying = np.ascontiguousarray(by_stay[self.choice].T)

    def start(self, r: int) -> float:
        """Patients of region r today."""
        return float(np.round(self.in_bed[0, r].sum(), 6))

    def usable(self, r: int, paths: np.ndarray) -> bool:
        """Whether region r has a present census and paths to follow."""
        ok = np.isfinite(self.in_bed[:, r]).all() and np.isfinite(paths[:, r]).all()
        return bool(ok and np.isfinite(self.multiplier[:, r]).all() and np.isfinite(self.dispersion[r]))

    def beds(self, r: int) -> _Beds:
        samples, days = self.choice.size, self.in_bed.shape[2]
        which = np.minimum(self.choice, self.in_bed.shape[0] - 1)
        profile = np.zeros((days + self.horizons, samples), dtype=np.float32)
        profile[:days] = self.in_bed[which, r, ::-1].T
        present = np.full(samples, round(self.start(r)), dtype=np.int64)
        multiplier = np.ascontiguousarray(self.multiplier[:, r].T, dtype=np.float32)
        return _Beds(present, profile, days - 1, self.log_staying, multiplier, float(self.dispersion[r]), np.ones(samples))


def _whole_paths(admissions: xr.DataArray) -> np.ndarray:
    check_dims(admissions, required=PATH, optional=())
    return usable_counts(admissions).to_numpy()


def _aligned(paths: xr.DataArray, admissions: xr.DataArray) -> np.ndarray:
    check_dims(paths, required=PATH, optional=())
    values = paths.reindex(region=admissions.region).to_numpy()
    if values.shape != admissions.shape:
        raise DataError(f"paths of shape {values.shape} do not match admissions of shape {admissions.shape}")
    return values


def _dataset(arrays: dict[str, np.ndarray], like: xr.DataArray) -> xr.Dataset:
    return xr.Dataset({name: (PATH, values) for name, values in arrays.items()}, coords=like.coords)
