"""The country and larger regions: sums that are sums on every future, regions that failed carried honestly, R of the whole."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from belvedere.outlook.corridor import Outlook
from belvedere.outlook.inputs import Inputs
from belvedere.outlook.settings import Settings
from belvedere.outlook.sums import Sum, Sums, sums, with_reproduction
from belvedere.spread.reproduction import infection_pressure, renewal_weights, reproduction_number
from tests.outlook.fake_country import PART, REGIONS, ahead, honest, inputs_at, world
from tests.spread.simulate import GENERATION, country, lockdown_reproduction, smooth_reproduction

LAST = np.datetime64("2021-05-10")
WORLD = world()
SETTINGS = Settings.load()
INPUTS = inputs_at(WORLD, LAST)
WHOLE = honest(WORLD, INPUTS, seed=1, samples=40)


def summed(made: Outlook, failed: tuple[str, ...] = (), *, inputs: Inputs | None = None, **more) -> Sums:
    inputs = inputs or made.inputs
    status = xr.DataArray(
        np.where(np.isin(REGIONS, failed), "failed", "ok").astype(object), {"region": list(REGIONS)}, ("region",)
    )
    counts = {name: series.counts for name, series in inputs.series.items()}
    counts["ward_census"] = counts["hospital_census"] - counts["icu_census"]
    options = {"everyone": {}, "rng": np.random.default_rng(2), **more}
    return sums(inputs, SETTINGS, made.paths, status, counts=counts, **options)


def of(found: Sums, place: str, target: str) -> Sum:
    return next(one for one in found.made if (one.place, one.target) == (place, target))


@given(failed=st.sets(st.sampled_from(REGIONS), max_size=4), seed=st.integers(0, 1000))
@limits(max_examples=25, deadline=None)
def test_a_total_is_the_sum_of_its_members_on_every_future(failed, seed):
    found = summed(WHOLE, tuple(failed), rng=np.random.default_rng(seed))
    for target, totals in found.paths.items():
        for place in totals["region"].values:
            inside = INPUTS.groups[place]
            expected = found.members[target].sel(region=inside).sum("region", skipna=False)
            np.testing.assert_array_equal(totals.sel(region=place), expected)
            assert np.isfinite(expected).all() and (expected >= 0).all()
    for one in found.made:
        given_ = one.target in found.paths and one.place in found.paths[one.target]["region"].values
        assert given_ == (one.status != "failed") and one.made + len(one.carried) + len(one.lost) == one.of
    wards, icu, hospital = (found.members[f"{name}_census"] for name in ("ward", "icu", "hospital"))
    np.testing.assert_array_equal(wards + icu, hospital)


def test_larger_regions_and_the_rest_add_up_to_the_country():
    found = summed(WHOLE, ("FR-2A",))
    total = found.paths["icu_census"]
    alone = [region for region in REGIONS if PART[region] == region]
    parts = total.sel(region=["FR-20R", "FR-IDF"]).sum("region") if "FR-20R" in total["region"] else None
    assert parts is None  # half of Corsica failed: its sum is not given, that of the country is
    corsica = found.members["icu_census"].sel(region=["FR-2A", "FR-2B"]).sum("region")
    rest = total.sel(region="FR-IDF") + found.members["icu_census"].sel(region=alone).sum("region")
    np.testing.assert_array_equal(total.sel(region="FR"), corsica + rest)


def test_without_a_failure_nothing_is_drawn_and_nothing_doubtful():
    found = summed(WHOLE)
    assert {one.status for one in found.made} == {"ok"} and all(one.share == 1 for one in found.made)
    for name, paths in WHOLE.paths.items():
        np.testing.assert_array_equal(found.paths[name].sel(region="FR"), paths.sum("region"))


def test_a_small_failed_region_is_carried_and_a_large_one_forbids_the_sum():
    small, large = summed(WHOLE, ("FR-2A",)), summed(WHOLE, ("FR-75",))
    told = of(small, "FR", "icu_census")
    assert (told.of, told.made, told.carried, told.lost) == (5, 4, ("FR-2A",), ())
    assert 0.9 < told.share < 1 and told.status == ("ok" if told.share >= 0.95 else "doubtful")
    told = of(large, "FR", "icu_census")
    assert told.status == "failed" and told.share < 0.75 and "icu_census" in large.paths
    assert set(large.paths["icu_census"]["region"].values) == {"FR-20R"}
    assert of(summed(WHOLE, ("FR-2A", "FR-2B")), "FR", "icu_census").status == "doubtful"


def test_the_newest_days_of_a_failed_region_are_not_believed():
    """A decimal slipped in the last week of a region that failed does not reach the sum."""
    counts = {name: series.counts.copy() for name, series in INPUTS.series.items()}
    for name in ("icu_census", "hospital_census"):
        counts[name].loc[{"region": "FR-971"}][..., -7:] *= 10
    series = {name: replace(INPUTS.series[name], counts=values) for name, values in counts.items()}
    wrong = summed(WHOLE, ("FR-971",), inputs=replace(INPUTS, series=series))
    right = summed(WHOLE, ("FR-971",))
    xr.testing.assert_identical(wrong.paths["icu_census"], right.paths["icu_census"])


def test_a_region_without_a_past_is_not_made_up():
    counts = {name: series.counts.copy() for name, series in INPUTS.series.items()}
    for values in counts.values():
        values.loc[{"region": "FR-2A"}] = np.nan
    series = {name: replace(INPUTS.series[name], counts=values) for name, values in counts.items()}
    found = summed(WHOLE, ("FR-2A",), inputs=replace(INPUTS, series=series))
    told = of(found, "FR", "icu_census")
    assert told.status == "failed" and told.lost == ("FR-2A",) and told.carried == ()
    assert "FR" not in found.paths["icu_census"]["region"].values


def test_nobody_who_only_reports_zeros_is_carried_as_zero():
    counts = {name: series.counts.copy() for name, series in INPUTS.series.items()}
    counts["icu_census"].loc[{"region": "FR-971"}] = 0
    series = {name: replace(INPUTS.series[name], counts=values) for name, values in counts.items()}
    found = summed(WHOLE, ("FR-971",), inputs=replace(INPUTS, series=series))
    assert of(found, "FR", "icu_census").lost == ("FR-971",)


def test_all_patients_are_summed_only_where_every_member_has_its_own():
    everyone = {"icu_patients": WHOLE.paths["icu_census"] + 7}
    found = summed(WHOLE, ("FR-2A",), everyone=everyone)
    assert set(found.paths["icu_patients"]["region"].values) == {"FR-IDF"}
    assert of(found, "FR", "icu_patients").lost == ("FR-2A",)
    assert set(summed(WHOLE, everyone=everyone).paths["icu_patients"]["region"].values) == {"FR", "FR-20R", "FR-IDF"}


def test_intervals_of_a_sum_that_carries_regions_hold_what_came():
    """Of the country with a fifth of its patients in regions that failed two weeks ago, over many days of known truth."""
    failed, inside, halves = ("FR-77",), [], []
    for days in range(0, 84, 7):
        inputs = inputs_at(WORLD, LAST - np.timedelta64(days, "D"))
        found = summed(honest(WORLD, inputs, seed=days, samples=100, failed=failed), failed, inputs=inputs)
        if days == 0:
            assert 0.75 < of(found, "FR", "hospital_census").share < 0.85
        for target in ("hospital_census", "hospital_admissions"):
            if of(found, "FR", target).status == "failed":
                continue
            came = ahead(WORLD.counts[target], inputs).sum(axis=0)
            low, q25, q75, high = np.quantile(found.paths[target].sel(region="FR").values, (0.05, 0.25, 0.75, 0.95), axis=0)
            inside.append((low <= came) & (came <= high))
            halves.append((q25 <= came) & (came <= q75))
    assert len(inside) >= 6
    assert 0.85 <= np.mean(inside) <= 1.0 and 0.4 <= np.mean(halves) <= 0.95


# -- the reproduction number of the whole --------------------------------------------------------------------------------

PMF = GENERATION / GENERATION.sum()


def one_country(counts: xr.DataArray) -> Inputs:
    """The simulated regions as a country of one level."""
    names = tuple(counts["region"].values.tolist())
    series = {"hospital_admissions": replace(INPUTS.series["hospital_admissions"], counts=counts)}
    return replace(
        INPUTS, regions=names, part={name: name for name in names}, series=series, holidays=counts.astype(bool) & False
    )


def simulated_settings() -> Settings:
    class Simulated(Settings):
        generation = PMF

    return Simulated(SETTINGS.numbers, SETTINGS.changed)


@pytest.mark.parametrize(("kind", "least"), [(smooth_reproduction, 0.85), (lockdown_reproduction, 0.75)])
def test_the_countrys_r_is_that_of_all_its_infections_and_no_mean_of_the_regions(kind, least):
    held, errors, naive = [], [], []
    for seed in range(3):
        counts, truth = country(kind, regions=16, days=240, seed=seed)
        estimate = with_reproduction(Sums(), one_country(counts), simulated_settings(), counts).reproduction
        pressure, _ = infection_pressure(counts.values.T, renewal_weights(PMF))
        shown = slice(30, None)
        national = ((truth.T * pressure).sum(axis=1)[shown]) / pressure.sum(axis=1)[shown]
        low, middle, high = (estimate[q].sel(region="FR").values[shown] for q in ("q05", "median", "q95"))
        held.append((low <= national) & (national <= high))
        errors.append(np.abs(middle - national).mean())
        each = reproduction_number(counts, generation=PMF)["median"].values[:, shown]
        naive.append(np.abs(np.nanmean(each, axis=0) - national).mean())
    assert least <= np.mean(held) <= 0.99
    assert np.mean(errors) < np.mean(naive)


def test_r_of_a_country_does_not_jump_with_who_reports():
    """A region silent for two weeks changes neither level nor R of the sum by much."""
    counts, _ = country(smooth_reproduction, regions=8, days=150, seed=4)
    settings = simulated_settings()
    whole = with_reproduction(Sums(), one_country(counts), settings, counts).reproduction["median"].sel(region="FR")
    gaps = counts.copy()
    gaps[2, 90:100] = np.nan
    some = with_reproduction(Sums(), one_country(gaps), settings, gaps).reproduction["median"].sel(region="FR")
    assert np.nanmax(np.abs(some.values - whole.values)[40:]) < 0.1


def test_a_region_whose_counts_failed_is_left_out_of_r_and_said():
    counts, _ = country(smooth_reproduction, regions=6, days=150, seed=5, starts=(50, 60))
    broken = counts.copy()
    broken[1, 20:] = np.nan
    found = with_reproduction(Sums(), one_country(broken), simulated_settings(), broken)
    told = of(found, "FR", "reproduction_number")
    assert (told.made, told.lost) == (5, ("R001",)) and 0.75 < told.share < 1
    assert told.status == ("ok" if told.share >= 0.95 else "doubtful")
    broken[2:, 20:] = np.nan
    gone = with_reproduction(Sums(), one_country(broken), simulated_settings(), broken)
    assert of(gone, "FR", "reproduction_number").status == "failed" and gone.reproduction is None
