"""The stages of the corridor: each calls one room with what it needs, and gives back labelled arrays.

Everything passed on is an `xarray.Dataset` of numbers and texts, so that a job can keep it and a resumed run read it back.
"""

from __future__ import annotations

import json

import numpy as np
import xarray as xr

from belvedere.care.capacity import least_capacity
from belvedere.care.census import Leaving, census_paths, expected_entries, hospital_and_icu_paths
from belvedere.care.fit import LeavingFit, ShareFit, fit_leaving, fit_share, shared_groups
from belvedere.care.implied import ImpliedAdmissions, implied_admissions, over_candidates
from belvedere.care.level import Groups
from belvedere.care.others import other_patients
from belvedere.care.present import inferred_elapsed
from belvedere.outlook.beds import LEVELS
from belvedere.outlook.effects import Effects
from belvedere.outlook.inputs import HORIZON, Inputs
from belvedere.outlook.settings import Settings
from belvedere.outlook.sums import Sums, with_reproduction
from belvedere.outlook.sums import sums as sum_up
from belvedere.spread.admissions import AdmissionForecast, admission_paths
from belvedere.spread.reproduction import reproduction_number

PATH = ("sample", "region", "horizon")


def reported_share(inputs: Inputs) -> xr.DataArray:
    """Share of each day's count known by now, dims (date)."""
    dates = inputs.series[inputs.driver].counts["date"].values
    return inputs.delay.share_by_date(dates, np.datetime64(inputs.as_of.date(), "D"))


def completed(inputs: Inputs, settings: Settings) -> dict[str, xr.DataArray]:
    """All series as they will stand once everything is reported: the last days' admissions over the share known by now.

    Persons stay whole; a day of which too little is known is unknown. The share is that of the driver's feed.
    """
    share = reported_share(inputs)
    enough = share >= settings["lag.minimum_share"]
    return {
        name: (series.counts / share.where(enough)).round() if name.endswith("admissions") else series.counts
        for name, series in inputs.series.items()
    }


def settled(inputs: Inputs, settings: Settings) -> xr.DataArray:
    """The driver's counts without the days still filling up."""
    return inputs.series[inputs.driver].counts.where(reported_share(inputs) >= settings["lag.settled_share"])


def sums(
    inputs: Inputs, settings: Settings, paths: xr.Dataset, demand: xr.DataArray, status: xr.DataArray, rng: np.random.Generator
) -> Sums:
    """The country and larger regions: sums on each future, and R from what all their regions report, corrected for lag."""
    counts = completed(inputs, settings)
    if {"hospital_census", "icu_census"} <= set(counts):
        counts["ward_census"] = counts["hospital_census"] - counts["icu_census"]
    everyone = {
        f"{level}_patients": demand.sel(level=level, drop=True)
        for level in demand["level"].values.tolist()
        if level in inputs.others
    }
    found = sum_up(inputs, settings, paths, status, counts=counts, everyone=everyone, rng=rng)
    counted = settled(inputs, settings)
    return with_reproduction(found, inputs, settings, (counted / reported_share(inputs)).round().where(np.isfinite(counted)))


def reproduction(inputs: Inputs, settings: Settings) -> xr.Dataset:
    """Reproduction number of every region and day, from the driver's counts without the days still filling up."""
    return reproduction_number(
        settled(inputs, settings),
        generation=settings.generation,
        holidays=inputs.holidays,
        prior_median=settings["reproduction.prior_median"],
        prior_log_sd=settings["reproduction.prior_log_sd"],
        screening=settings.screening,
    )


def admissions(inputs: Inputs, settings: Settings, *, samples: int, rng: np.random.Generator) -> xr.Dataset:
    """Paths of the driver, `paths` (sample, region, horizon), with `status` and `reason` by region, and what was learnt."""
    drawn = forecast(
        inputs.series[inputs.driver].counts, inputs, settings, samples=samples, rng=rng, reported=reported_share(inputs)
    )
    paths = drawn.paths.drop_vars("date").astype(np.float64)
    return drawn.status.assign(paths=paths).assign_attrs(learnt=json.dumps(drawn.learnt))


def forecast(
    counts: xr.DataArray,
    inputs: Inputs,
    settings: Settings,
    *,
    samples: int,
    rng: np.random.Generator,
    reported: xr.DataArray | None = None,
) -> AdmissionForecast:
    """Admissions of the horizon from daily counts, with the settings' beliefs."""
    return admission_paths(
        counts,
        rng=rng,
        horizon_days=HORIZON,
        samples=samples,
        holidays=inputs.holidays,
        reported_share=reported,
        history_days=settings.days("admissions.history_days"),
        minimum_share=settings["lag.minimum_share"],
        settled_share=settings["lag.settled_share"],
        priors=settings.admission_priors,
        screening=settings.screening,
    )


def change_admissions(entries: xr.Dataset, effects: Effects | None, *, rng: np.random.Generator) -> xr.Dataset:
    """The admissions a scenario makes of them: whole persons, on the same futures."""
    if effects is None:
        return entries
    return entries.assign(paths=effects.on_admissions(entries["paths"], rng))


def census(
    inputs: Inputs,
    entries: xr.Dataset,
    settings: Settings,
    effects: Effects | None,
    leaving_rng: np.random.Generator,
    rng: np.random.Generator,
) -> xr.Dataset:
    """Paths of all that lie in bed, from those present today and the admissions to come.

    Of `hospital_census`, `icu_census`, `icu_admissions` those that the inputs carry: both levels together where hospital
    admissions are known; otherwise each level alone from its own admissions.
    """
    known = completed(inputs, settings)
    window = _Window(inputs, settings, known, entries["paths"], effects, leaving_rng)
    has_hospital = {"hospital_admissions", "hospital_census"} <= set(known)
    has_icu = {"icu_admissions", "icu_census"} <= set(known)
    if not window.long_enough or not (has_hospital or has_icu):
        return xr.Dataset(coords=entries["paths"].coords)
    if inputs.driver == "icu_admissions":
        made = xr.Dataset({"icu_census": window.alone("icu", entries["paths"], rng)} if has_icu else {})
        return with_wards(inputs, settings, known, made, rng) if has_icu and "hospital_census" in known else made
    if has_hospital and has_icu:
        return window.together(rng)
    if has_hospital:
        return xr.Dataset({"hospital_census": window.alone("hospital", entries["paths"], rng)})
    return xr.Dataset(coords=entries["paths"].coords)


def with_wards(
    inputs: Inputs, settings: Settings, known: dict[str, xr.DataArray], made: xr.Dataset, rng: np.random.Generator
) -> xr.Dataset:
    """Adds the wards where nobody publishes who comes to them: from the admissions that their census implies.

    Each candidate stay has its own history of admissions and its share of the samples; futures of the wards and of intensive
    care are then drawn apart.
    """
    days = settings.days("implied.history_days")
    ward = (known["hospital_census"] - known["icu_census"]).isel(date=slice(-days, None))
    stays = settings.hospital_stays
    implied = implied_admissions(
        ward,
        stays=stays,
        chances=np.full(len(stays), 1 / len(stays)),
        prior=settings.level_prior("implied_leaving"),
        weeks=settings.days("leaving.weeks"),
    )

    def run(one: ImpliedAdmissions, samples: int) -> xr.Dataset:
        drawn = forecast(one.admissions, inputs, settings, samples=samples, rng=rng)
        in_bed = inferred_elapsed(
            one.admissions,
            present=ward.isel(date=-1, drop=True),
            stays=[one.stay],
            days=settings.days("hospital_stay.in_bed_days"),
        )
        leaving = one.leaving.sample(samples=samples, horizons=HORIZON, rng=rng)
        return census_paths(drawn.paths.drop_vars("date").astype(float), in_bed=in_bed, leaving=leaving, rng=rng)[["census"]]

    wards = over_candidates(implied, samples=made.sizes["sample"], run=run)["census"].assign_coords(made.coords)
    return made.assign(ward_census=wards, hospital_census=wards + made["icu_census"])


class _Window:
    """The days the care models learn from, and the pieces both levels share."""

    def __init__(self, inputs, settings, known, paths, effects, rng) -> None:
        self.settings, self.paths, self.effects, self.rng = settings, paths, effects, rng
        self.weeks = settings.days("leaving.weeks")
        self.table_days = settings.days("stay.table_days")
        days = self.weeks * 7 + 1 + self.table_days
        self.known = {name: counts.isel(date=slice(-days, None)) for name, counts in known.items()}
        self.long_enough = all(counts.sizes["date"] >= self.weeks * 7 + 1 for counts in self.known.values())
        self.groups = shared_groups(
            xr.DataArray([inputs.part[r] for r in inputs.regions], {"region": list(inputs.regions)}, ("region",)),
            regions=paths["region"].values,
            shared=settings["leaving.group_shared"],
        )

    def alone(self, level: str, entries: xr.DataArray, rng: np.random.Generator) -> xr.DataArray:
        """Census of one level from its own admissions."""
        fit = self._fit(level)
        return census_paths(entries, in_bed=self._in_bed(level, fit), leaving=self._leaving(level, fit), rng=rng).census

    def together(self, rng: np.random.Generator) -> xr.Dataset:
        """Census of hospital and intensive care on the same futures, intensive care drawn among those in hospital."""
        hospital, icu = self._fit("hospital"), self._fit("icu")
        share = fit_share(
            self.known["hospital_admissions"],
            self.known["icu_admissions"],
            delay=self.settings.icu_delay,
            prior=self.settings.level_prior("icu_share"),
            weeks=self.weeks,
        )
        both = hospital_and_icu_paths(
            self.paths,
            hospital_in_bed=self._in_bed("hospital", hospital),
            hospital_leaving=self._leaving("hospital", hospital),
            icu_in_bed=self._in_bed("icu", icu),
            icu_leaving=self._leaving("icu", icu),
            expected_icu_entries=expected_entries(
                self.paths,
                past_admissions=self.known["hospital_admissions"],
                share=self._share(share),
                delay=self.settings.icu_delay,
            ),
            icu_dispersion=share.dispersion,
            rng=rng,
        )
        named = both[["hospital", "icu", "icu_entries"]].rename(
            hospital="hospital_census", icu="icu_census", icu_entries="icu_admissions"
        )
        return named.assign(ward_census=named["hospital_census"] - named["icu_census"])

    def _fit(self, level: str) -> LeavingFit:
        stays = self.settings.hospital_stays if level == "hospital" else self.settings.icu_stays
        return fit_leaving(
            self.known[f"{level}_admissions"],
            self.known[f"{level}_census"],
            stays=stays,
            chances=np.full(len(stays), 1 / len(stays)),
            prior=self.settings.level_prior(f"{level}_leaving"),
            weeks=self.weeks,
        )

    def _in_bed(self, level: str, fit: LeavingFit) -> np.ndarray:
        return inferred_elapsed(
            self.known[f"{level}_admissions"],
            present=self.known[f"{level}_census"].isel(date=-1, drop=True),
            stays=fit.stays,
            days=self.settings.days(f"{level}_stay.in_bed_days"),
        )

    def _leaving(self, level: str, fit: LeavingFit) -> Leaving:
        leaving = fit.sample(**self._size())
        return leaving if self.effects is None else self.effects.on_leaving(level, leaving)

    def _share(self, fit: ShareFit) -> xr.DataArray:
        share = fit.sample(**self._size())
        return share if self.effects is None else self.effects.on_icu_share(share)

    def _size(self) -> dict[str, int | Groups | np.random.Generator]:
        return {"samples": self.paths.sizes["sample"], "horizons": HORIZON, "rng": self.rng, "groups": self.groups}


def paths_of(inputs: Inputs, entries: xr.Dataset, census: xr.Dataset) -> xr.Dataset:
    """All sampled futures by the name of their indicator; entries to intensive care come from the census where it has them."""
    lead = entries["paths"].rename(inputs.driver)
    return census if inputs.driver in census else census.assign({inputs.driver: lead})


def demand(inputs: Inputs, census: xr.Dataset, settings: Settings, *, rng: np.random.Generator) -> xr.DataArray:
    """Everyone in the beds of each level, dims (sample, region, level, horizon); levels without a census are not there."""
    by_level = {level: census[f"{level}_census"] for level in LEVELS if f"{level}_census" in census}
    if not by_level:
        shape = {"sample": 0, "region": len(inputs.regions), "level": 0, "horizon": HORIZON}
        coords = {"region": list(inputs.regions), "level": np.array([], dtype=object), "horizon": np.arange(1, HORIZON + 1)}
        return xr.DataArray(np.empty(tuple(shape.values())), coords, tuple(shape))
    for level, stream in zip(LEVELS, rng.spawn(len(LEVELS)), strict=True):
        if level in by_level and level in inputs.others:
            others = other_patients(
                inputs.others[level],
                rng=stream,
                samples=by_level[level].sizes["sample"],
                horizons=HORIZON,
                days=settings.days("others.days"),
                pooled_persons=settings["others.pooled_persons"],
                common_drift=settings["others.common_drift"],
            )
            # a region whose other patients nobody knows is nan: more than the epidemic lie there, and nobody knows how many
            by_level[level] = by_level[level] + others.transpose(*PATH).assign_coords(by_level[level].coords)
    stacked = xr.concat(list(by_level.values()), dim="level", coords="minimal", compat="override")
    return stacked.assign_coords(level=np.array(list(by_level), dtype=object)).transpose("sample", "region", "level", "horizon")


def least_beds(inputs: Inputs) -> xr.Dataset:
    """`capacity`, the least of the kinds of beds, and `binding`, which that is; dims (region, level)."""
    by_level = [
        least_capacity({kind: beds.sel(level=level, drop=True) for kind, beds in inputs.beds.kinds.items()}) for level in LEVELS
    ]
    both = xr.concat(by_level, dim="level").assign_coords(level=np.array(list(LEVELS), dtype=object))
    return both.transpose("region", "level")


def capacity_ahead(capacity: xr.DataArray, effects: Effects | None) -> xr.DataArray:
    """Capacity of the coming days, dims (region, level, horizon): as today, unless a scenario opens or closes beds."""
    ahead = capacity.expand_dims(horizon=np.arange(1, HORIZON + 1)).transpose("region", "level", "horizon")
    return ahead if effects is None else effects.on_capacity(ahead)
