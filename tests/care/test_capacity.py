import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from belvedere.care.capacity import least_capacity, passing, sum_regions
from belvedere.errors import DataError, UnknownName
from tests.care.conftest import by_region, paths


def test_chance_and_first_day_by_hand():
    census = paths([[[9, 11, 9]], [[9, 10, 12]], [[9, 9, 9]], [[12, 9, 9]]])
    found = passing(census, capacity=by_region([10]), quantiles=[0.25, 0.5, 0.9])
    assert found.chance.values[0] == pytest.approx([0.25, 0.25, 0.25])  # 10 in 10 beds is full, not past
    assert found.chance_within.values[0] == pytest.approx([0.25, 0.5, 0.75])
    assert found.first_horizon.values[:2, 0] == pytest.approx([1, 2])
    assert np.isnan(found.first_horizon.values[2, 0])


def test_no_median_day_when_more_than_half_never_pass():
    census = paths([[[9, 11]], [[9, 9]], [[9, 9]]])
    assert np.isnan(passing(census, capacity=by_region([10]), quantiles=[0.5]).first_horizon.item())


def test_missing_capacity_is_not_zero_and_not_endless():
    census = paths(np.full((4, 2, 3), 50))
    beds = census.isel(sample=0, drop=True).astype(float) * 0 + 10
    beds[0, 0], beds[1, :] = np.nan, np.nan
    found = passing(census, capacity=beds, quantiles=[0.5])
    assert np.isnan(found.chance.values[0, 0]) and found.chance.values[0, 1] == 1
    assert np.isnan(found.chance_within.values[1]).all()
    assert found.known.values == pytest.approx([2 / 3, 0])
    assert np.isnan(passing(census * np.nan, capacity=by_region([9, 9]), quantiles=[0.5]).chance).all()


@given(st.lists(st.integers(0, 30), min_size=40, max_size=40), st.integers(0, 30))
def test_chance_within_rises_and_is_at_least_the_days_chance(values, beds):
    census = paths(np.reshape(values, (10, 1, 4)))
    found = passing(census, capacity=by_region([beds]), quantiles=[0.5])
    within = found.chance_within.values[0]
    assert (np.diff(within) >= 0).all() and (within >= found.chance.values[0]).all()
    assert np.isfinite(found.first_horizon.item()) == (within[-1] >= 0.5)


def test_the_least_capacity_binds_and_is_named():
    found = least_capacity({"physical": by_region([20, 20, np.nan]), "staffed": by_region([15, np.nan, np.nan])})
    assert found.capacity.values[:2] == pytest.approx([15, 20]) and np.isnan(found.capacity.values[2])
    assert found.binding.values.tolist() == ["staffed", "physical", ""]


def test_a_curve_and_a_constant_meet():
    curve = paths([[[10, 30]]]).isel(sample=0, drop=True)
    found = least_capacity({"physical": by_region([20]), "equipped": curve})
    assert found.capacity.values.tolist() == [[10, 20]]
    assert found.binding.values.tolist() == [["equipped", "physical"]]


def test_a_group_with_a_missing_member_is_missing():
    census = paths([[[1.0], [np.nan], [4.0]]])
    summed = sum_regions(census, {"a": ["r0", "r2"], "b": ["r0", "r1"]})
    assert summed.sel(region="a").item() == 5 and np.isnan(summed.sel(region="b").item())


def test_wrong_names_are_refused():
    census = paths([[[1.0]]])
    with pytest.raises(UnknownName):
        sum_regions(census, {"a": ["r9"]})
    with pytest.raises(DataError):
        sum_regions(census, {"a": ["r0", "r0"]})
    with pytest.raises(DataError):
        passing(census, capacity=by_region([1]), quantiles=[1.0])
    with pytest.raises(DataError):
        least_capacity({})
