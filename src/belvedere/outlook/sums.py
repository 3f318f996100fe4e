"""The country and larger regions: sums of their regions' futures, and their own reproduction number.

Future 17 of a sum is the sum of future 17 of its members. A region that failed has no futures of its own: it is carried in the
sums as its share of the regions that did not fail, a share that moves as it moved, up or down, over spans as long in a past
week of the same weekday, the same week for all regions carried in one future. Its newest days are not believed. How well that
holds is measured in docs/methods/outlook.md. Where the regions that failed hold too much, or one of them has no past to go by,
there is no sum: that of the others is another number, and is never given the country's name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import xarray as xr

from belvedere.care.assess import STATUSES
from belvedere.care.capacity import sum_regions
from belvedere.outlook.inputs import HORIZON, Inputs
from belvedere.outlook.settings import Settings
from belvedere.spread.reproduction import bridge_gaps, reproduction_number
from belvedere.spread.screening import screen

OK, DOUBTFUL, FAILED = STATUSES
R = "reproduction_number"
WEEK = 7
HALF = 0.5
"""Added to counts, so that a day without anybody has a logarithm."""


@dataclass(frozen=True)
class Sum:
    """What a sum is made of.

    of: its regions. made: those with futures of their own (of R: whose counts are believed). carried: regions that failed and
    are carried; lost: those that are not in it. share: of its patients (of R: admissions) that the regions made hold, as far as
    known. status: failed where it is not given. reason: of the estimate of R, as the model says it.
    """

    place: str
    target: str
    of: int
    made: int
    carried: tuple[str, ...]
    lost: tuple[str, ...]
    share: float
    status: str
    reason: str = ""

    def kept(self) -> dict[str, object]:
        """As it stands in the parameters of a commit."""
        return {**vars(self), "carried": list(self.carried), "lost": list(self.lost), "share": round(self.share, 4)}


@dataclass(frozen=True)
class Sums:
    """paths: by target, dims (sample, region, horizon), region being larger ones and the country; none where not given.
    members: futures of every region as they stand in the sums, those carried among them; region by target. made: what each
    sum is made of. reproduction: R of the sums, see `spread.reproduction_number`."""

    paths: Mapping[str, xr.DataArray] = field(default_factory=dict)
    members: Mapping[str, xr.DataArray] = field(default_factory=dict)
    made: tuple[Sum, ...] = ()
    reproduction: xr.Dataset | None = None


def sums(
    inputs: Inputs,
    settings: Settings,
    paths: Mapping[str, xr.DataArray],
    status: xr.DataArray,
    *,
    counts: Mapping[str, xr.DataArray],
    everyone: Mapping[str, xr.DataArray],
    rng: np.random.Generator,
) -> Sums:
    """Sums of all paths over the larger regions and the country.

    paths: by target, dims (sample, region, horizon). status: ok, doubtful or failed by region. counts: by target, past days as
    they will stand, dims (region, date). everyone: paths of all patients in the beds, which are summed only where every member
    has its own: nobody knows how the others behave in a region that failed.
    """
    failed = _failed(paths, status)
    carry = _Carry.of(inputs, settings, failed, rng, samples=next(iter(paths.values())).sizes["sample"])
    members = {name: carry.into(array, counts.get(name)) for name, array in paths.items() if name != "hospital_census"}
    if "hospital_census" in paths:
        both = {"ward_census", "icu_census"} <= set(members)
        whole = carry.into(paths["hospital_census"], counts.get("hospital_census"))
        members["hospital_census"] = members["ward_census"] + members["icu_census"] if both else whole
    members = {name: members[name] for name in paths}
    weights = {name: _weight(inputs, counts, name) for name in paths}
    of_beds = {name: array.where(~_mask(array, failed)) for name, array in everyone.items()}
    weights |= {name: weights[f"{name.removesuffix('_patients')}_census"] for name in everyone}
    given, made = {}, []
    for name, array in {**members, **of_beds}.items():
        told = [_what(group, name, inside, array, failed, weights[name], settings) for group, inside in inputs.groups.items()]
        groups = {one.place: inputs.groups[one.place] for one in told if one.status != FAILED}
        if groups:
            given[name] = sum_regions(array, groups)
        made += told
    return Sums(given, members, tuple(made))


def with_reproduction(found: Sums, inputs: Inputs, settings: Settings, settled: xr.DataArray) -> Sums:
    """The same with the reproduction number of the sums.

    settled: the driver's counts without the days still filling up, dims (region, date), persons. Days that a region does not
    report are bridged; a sum of which more than the settings allow is bridged is not known on that day.
    """
    dates = settled["date"].values.astype("datetime64[D]")
    screened = screen(settled.values.T, dates, settings.screening)
    believed = screened.status != FAILED
    filled, seen = bridge_gaps(screened.counts), np.isfinite(screened.counts)
    at = {region: r for r, region in enumerate(settled["region"].values.tolist())}
    weight = _recent(settled)
    limit = settings["sums.carried_share"]
    rows, told = {}, []
    for group, inside in inputs.groups.items():
        index = np.array([at[member] for member in inside])
        kept = index[believed[index]]
        share = float(weight[kept].sum() / weight[index].sum()) if weight[index].sum() > 0 else 0.0
        lost = tuple(m for m in inside if not believed[at[m]])
        status = OK if share >= 1 - settings["sums.missing_share"] else DOUBTFUL
        status = status if kept.size and share >= 1 - limit else FAILED
        told.append(Sum(group, R, len(inside), len(kept), (), lost, share, status))
        if status != FAILED:
            total, bridged = filled[:, kept].sum(axis=1), np.where(seen[:, kept], 0.0, filled[:, kept]).sum(axis=1)
            rows[group] = np.where(bridged <= limit * np.maximum(total, 1.0), total, np.nan)
    if not rows:
        return replace(found, made=(*found.made, *told))
    estimate = _estimate(rows, inputs, settings, settled)
    judged = [_with_estimate(one, estimate) for one in told]
    return replace(found, made=(*found.made, *judged), reproduction=estimate)


def _estimate(rows: Mapping[str, np.ndarray], inputs: Inputs, settings: Settings, settled: xr.DataArray) -> xr.Dataset:
    names = np.array(list(rows), dtype=object)
    counts = xr.DataArray(np.stack(list(rows.values())), {"region": names, "date": settled["date"]}, ("region", "date"))
    closed = [inputs.holidays.sel(region=inputs.groups[name]).mean("region") >= HALF for name in rows]
    return reproduction_number(
        counts.round(),
        generation=settings.generation,
        holidays=xr.concat(closed, dim=xr.Variable("region", names)),
        prior_median=settings["reproduction.prior_median"],
        prior_log_sd=settings["reproduction.prior_log_sd"],
        screening=settings.screening,
    )


def _with_estimate(one: Sum, estimate: xr.Dataset) -> Sum:
    """The worse of what is in the sum and what the estimate says of it."""
    if one.place not in estimate["region"].values:
        return one
    here = estimate.sel(region=one.place)
    status = max(one.status, str(here["status"].item()), key=STATUSES.index)
    return replace(one, status=status, reason=str(here["reason"].item()))


def _failed(paths: Mapping[str, xr.DataArray], status: xr.DataArray) -> frozenset[str]:
    """Regions whose outlook failed, or that lack a path that others have."""
    lost = set(status["region"].values[status.values == FAILED].tolist())
    for array in paths.values():
        known = np.isfinite(array.transpose("sample", "region", "horizon").values).all(axis=(0, 2))
        lost |= set(array["region"].values[~known].tolist()) if known.any() else set()
    return frozenset(lost)


def _mask(array: xr.DataArray, failed: Iterable[str]) -> xr.DataArray:
    return array["region"].isin(sorted(failed))


def _what(
    group: str, target: str, inside: list[str], array: xr.DataArray, failed: frozenset[str], weight: Mapping[str, float],
    settings: Settings,
) -> Sum:  # fmt: skip
    known = np.isfinite(array.sel(region=inside).transpose("region", ...).values).all(axis=(1, 2))
    own = [m for m, k in zip(inside, known, strict=True) if k and m not in failed]
    carried = tuple(m for m, k in zip(inside, known, strict=True) if k and m in failed)
    lost = tuple(m for m, k in zip(inside, known, strict=True) if not k)
    total = sum(weight[m] for m in inside)
    share = sum(weight[m] for m in own) / total if total > 0 else len(own) / len(inside)
    status = OK if share >= 1 - settings["sums.missing_share"] else DOUBTFUL
    if lost or not own or share < 1 - settings["sums.carried_share"]:
        status = FAILED
    return Sum(group, target, len(inside), len(own), carried, lost, float(share), status)


def _recent(counts: xr.DataArray) -> np.ndarray:
    """Mean of the four newest weeks by region; of all days where none of those is known; then that of all regions."""
    values = counts.transpose("region", "date").values
    mean = np.full(len(values), np.nan)
    for part in (values[:, -4 * WEEK :], values):
        known = np.isfinite(part).any(axis=1) & ~np.isfinite(mean)
        mean[known] = np.nanmean(part[known], axis=1)
    return np.where(np.isfinite(mean), mean, np.nanmean(mean) if np.isfinite(mean).any() else 1.0)


def _weight(inputs: Inputs, counts: Mapping[str, xr.DataArray], name: str) -> dict[str, float]:
    of = counts.get(name, inputs.series[inputs.driver].counts)
    return dict(zip(of["region"].values.tolist(), _recent(of).tolist(), strict=True))


# -- regions that failed ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Carry:
    """How failed regions are carried: the same past week and direction in a future for all of them and all targets."""

    failed: tuple[str, ...]
    ignored: int
    least: int
    which: np.ndarray
    sign: np.ndarray

    @classmethod
    def of(
        cls, inputs: Inputs, settings: Settings, failed: frozenset[str], rng: np.random.Generator, *, samples: int
    ) -> _Carry:
        names = tuple(r for r in inputs.regions if r in failed)
        return cls(
            names,
            settings.days("sums.ignored_days"),
            settings.days("sums.least_weeks"),
            rng.random(samples),
            rng.choice([-1.0, 1.0], size=samples),
        )

    def into(self, paths: xr.DataArray, counts: xr.DataArray | None) -> xr.DataArray:
        """The paths with those of failed regions in place; nan where a region has no past to go by."""
        paths = paths.transpose("sample", "region", "horizon")
        if not self.failed:
            return paths
        regions = paths["region"].values.tolist()
        lost = np.isin(regions, self.failed)
        values = np.where(lost[:, None], np.nan, paths.values)
        if counts is not None and not lost.all():
            past = _bridged(counts.sel(region=regions).transpose("region", "date").values)
            values[:, lost] = self._shares(values[:, ~lost].sum(axis=1), past[lost], _of_known(past[~lost]))
        return paths.copy(data=values)

    def _shares(self, ahead: np.ndarray, own: np.ndarray, rest: np.ndarray) -> np.ndarray:
        """Paths (S, F, H) of the failed from those of all others together (S, H) and both pasts, (F, T) and (T,)."""
        log_share = np.log(own + HALF) - np.log(rest + HALF)
        base = log_share.shape[1] - 1 - self.ignored
        now, moves = self._moves(log_share, base)
        if now is None or len(moves) < self.least:
            return np.full((len(ahead), len(own), HORIZON), np.nan)
        drawn = moves[(self.which * len(moves)).astype(int)]
        share = now[:, None] + self.sign[:, None, None] * drawn
        futures = np.exp(share) * (ahead[:, None] + HALF) - HALF
        silent = ~(own[:, max(base - 8 * WEEK, 0) : base + 1] > 0).any(axis=1)
        return np.where(silent[:, None], np.nan, np.maximum(futures, 0.0).round())

    def _moves(self, log_share: np.ndarray, base: int) -> tuple[np.ndarray | None, np.ndarray]:
        """The share now, (F,), and how it moved over the horizon from each past week of the same weekday, (W, F, H)."""
        if base < WEEK:
            return None, np.empty(0)
        span = self.ignored + np.arange(1, HORIZON + 1)
        starts = [start for start in range(base - WEEK, WEEK - 1, -WEEK) if start + span[-1] <= base]
        found = [log_share[:, start + span] - _week_before(log_share, start)[:, None] for start in starts]
        moves = np.stack(found) if found else np.empty((0, len(log_share), HORIZON))
        return _week_before(log_share, base), moves[np.isfinite(moves).all(axis=(1, 2))]


def _week_before(values: np.ndarray, day: int) -> np.ndarray:
    """Median of the seven days up to that one, by row."""
    return np.median(values[:, day - WEEK + 1 : day + 1], axis=1)


def _bridged(counts: np.ndarray) -> np.ndarray:
    """Gaps between known days filled on the straight line, (R, T); nan before the first and after the last."""
    filled, days = np.where(counts >= 0, counts, np.nan), np.arange(counts.shape[1])
    for row in filled:
        known = np.flatnonzero(np.isfinite(row))
        if known.size:
            inside = slice(known[0], known[-1] + 1)
            row[inside] = np.interp(days[inside], known, row[known])
    return filled


def _of_known(counts: np.ndarray) -> np.ndarray:
    """Sum over regions by day, (T,); nan on days on which fewer than nine in ten are known."""
    known = np.isfinite(counts)
    return np.where(known.mean(axis=0) >= 0.9, np.nansum(counts, axis=0), np.nan)
