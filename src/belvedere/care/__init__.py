"""The hospital: length of stay, census by level of care as sample paths, and when capacity is passed.

Pure functions on labelled arrays (`xarray.DataArray`, dimensions from `belvedere.ontology`); randomness comes in as `rng`.

    fit = fit_leaving(past_admissions, past_census, stays=stays, chances=chances, prior=prior, weeks=8)
    in_bed = inferred_elapsed(past_admissions, present=past_census.isel(date=-1, drop=True), stays=fit.stays, days=90)
    leaving = fit.sample(samples=500, horizons=28, rng=rng)
    census = census_paths(admissions, in_bed=in_bed, leaving=leaving, rng=rng).census
    passing(census, capacity=beds, quantiles=[0.05, 0.5, 0.95])
"""

from belvedere.care.assess import Limits, assess
from belvedere.care.capacity import least_capacity, passing, sum_regions
from belvedere.care.census import Leaving, census_paths, expected_entries, hospital_and_icu_paths, steady_leaving
from belvedere.care.fit import LeavingFit, ShareFit, fit_leaving, fit_share, shared_groups
from belvedere.care.implied import ImpliedAdmissions, implied_admissions, over_candidates
from belvedere.care.level import Groups, Level, LevelPrior
from belvedere.care.others import other_patients
from belvedere.care.present import inferred_elapsed, known_elapsed
from belvedere.care.stay import Stay, candidate_stays, gamma_stay, mixture, pmf_stay, residual

__all__ = [
    "Groups",
    "ImpliedAdmissions",
    "Leaving",
    "LeavingFit",
    "Level",
    "LevelPrior",
    "Limits",
    "ShareFit",
    "Stay",
    "assess",
    "candidate_stays",
    "census_paths",
    "expected_entries",
    "fit_leaving",
    "fit_share",
    "gamma_stay",
    "hospital_and_icu_paths",
    "implied_admissions",
    "inferred_elapsed",
    "known_elapsed",
    "least_capacity",
    "mixture",
    "other_patients",
    "over_candidates",
    "passing",
    "pmf_stay",
    "residual",
    "shared_groups",
    "steady_leaving",
    "sum_regions",
]
