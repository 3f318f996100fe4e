"""What a scenario does to the coming days: neutral without rows, multiplicative, local, and without an order of rows."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from belvedere.care.census import steady_leaving
from belvedere.care.stay import gamma_stay
from belvedere.errors import DataError, UnknownName
from belvedere.outlook.effects import Effects, effects, neutral, renewed
from belvedere.outlook.overlays import Overlay
from belvedere.outlook.scenarios import Scenario
from belvedere.spread.delays import discretise_gamma, growth_to_reproduction

REGIONS = ("FR-33", "FR-75", "FR-92")
ANCESTORS = {"FR-33": {"FR-NAQ", "FR"}, "FR-75": {"FR-IDF", "FR"}, "FR-92": {"FR-IDF", "FR"}}
INSIDE = {"": set(REGIONS), "FR": set(REGIONS), "FR-IDF": {"FR-75", "FR-92"}, "FR-75": {"FR-75"}, "DE": set()}
FIRST = dt.date(2020, 11, 1)
DAYS = np.datetime64(FIRST) + np.arange(28)
MEAN, SD = 6.0, 3.0
GENERATION = discretise_gamma(MEAN, SD)
POPULATION = {"FR-33": 1_600_000, "FR-75": 2_100_000, "FR-92": 1_600_000}
NUMBERS = {"icu_share.mean": 0.2, "leaving.weeks": 8.0}
few = settings(max_examples=40, deadline=None)
FIELDS = ("admissions", "added", "hospital_stay", "icu_stay", "icu_share", "beds_set", "beds_factor", "beds_added")


def made(*overlays: Overlay, delay=7, **more) -> Effects:
    numbered = tuple(replace(o, number=i) for i, o in enumerate(overlays, start=1))
    given = {"share": POPULATION, "numbers": NUMBERS} | more
    return effects(
        Scenario("what-if", "What if", "A. Martin", overlays=numbered),
        regions=REGIONS,
        days=DAYS,
        ancestors=ANCESTORS,
        generation=GENERATION,
        infection_to_admission=delay,
        **given,
    )


def futures(name: str, value: float, operation: str = "multiply", **where) -> Overlay:
    return Overlay("futures", name, operation, value, **where)


def beds(value: float, operation: str, level: str = "icu", **where) -> Overlay:
    return Overlay("capacity", "beds", operation, value, level=level, **where)


def same(one: Effects, other: Effects) -> bool:
    return all(getattr(one, f).identical(getattr(other, f)) for f in FIELDS) and one.changes == other.changes


days = st.none() | st.dates(dt.date(2020, 10, 1), dt.date(2020, 12, 10))
spans = st.tuples(days, days).map(lambda d: d if None in d else tuple(sorted(d)))
places = st.sampled_from(list(INSIDE))
factors = st.floats(0.1, 3)


@st.composite
def multiplying(draw) -> Overlay:
    name = draw(st.sampled_from(["transmission", "admissions", "hospital_stay", "icu_stay", "icu_share", "beds"]))
    first, last = draw(spans)
    where = {"place": draw(places), "first_day": first, "last_day": last}
    if name == "beds":
        return beds(draw(factors), "multiply", draw(st.sampled_from(["ward", "icu"])), **where)
    return futures(name, draw(factors), **where)


@st.composite
def adding(draw) -> Overlay:
    first, last = draw(spans)
    where = {"first_day": first, "last_day": last}
    if draw(st.booleans()):
        return beds(draw(st.floats(-50, 50)), "add", place=draw(st.sampled_from(["FR-75", "DE"])), **where)
    return futures("admissions", draw(st.floats(0, 50)), "add", place=draw(places), **where)


def test_nothing_overlaid_changes_nothing():
    nothing = made()
    for field in FIELDS:
        array = getattr(nothing, field)
        level = {"level": 2} if field.startswith("beds") else {}
        assert dict(array.sizes) == {"region": 3, **level, "horizon": 28}, field
        assert list(array["horizon"].values[[0, -1]]) == [1, 28]
    ones = ("admissions", "hospital_stay", "icu_stay", "icu_share", "beds_factor")
    assert all((getattr(nothing, f) == 1).all() for f in ones)
    assert (nothing.added == 0).all() and (nothing.beds_added == 0).all() and nothing.beds_set.isnull().all()
    assert nothing.changes == {} and nothing.notes == ()
    assert same(nothing, neutral(REGIONS, DAYS))


@few
@given(st.lists(multiplying(), max_size=6), st.data())
def test_factors_have_no_order(overlays, data):
    assert same(made(*overlays), made(*data.draw(st.permutations(overlays))))


@few
@given(st.lists(multiplying() | adding(), max_size=6), st.data())
def test_additions_have_no_order_either(overlays, data):
    assert same(made(*overlays), made(*data.draw(st.permutations(overlays))))


@few
@given(multiplying(), st.floats(0.2, 2), st.sampled_from([0, 7]))
def test_two_factors_are_one_factor_of_their_product(overlay, other, delay):
    twice = made(overlay, replace(overlay, value=other), delay=delay)
    once = made(replace(overlay, value=overlay.value * other), delay=delay)
    for field in FIELDS:
        xr.testing.assert_allclose(getattr(twice, field), getattr(once, field), rtol=1e-9)


@few
@given(multiplying() | adding(), multiplying() | adding())
def test_an_overlay_touches_only_regions_inside_its_place(overlay, other):
    """The others stay byte by byte what they were without it."""
    before, after = made(other), made(other, overlay)
    outside = [r for r in REGIONS if r not in INSIDE[overlay.place]]
    for field in FIELDS:
        assert getattr(before, field).sel(region=outside).identical(getattr(after, field).sel(region=outside))


@few
@given(st.sampled_from(["admissions", "hospital_stay", "icu_stay", "icu_share"]), spans, factors)
def test_a_factor_holds_on_its_days_and_on_no_other(name, span, value):
    first, last = span
    inside = np.array([(first is None or d >= first) and (last is None or d <= last) for d in DAYS.astype(object)])
    found = getattr(made(futures(name, value, first_day=first, last_day=last)), name)
    assert (found.sel(horizon=inside) == value).all() and (found.sel(horizon=~inside) == 1).all()


# --- transmission ---


def slow_renewal(factors: list[float]) -> np.ndarray:
    """Infections day by day from R = 1, one obvious sum at a time."""
    infections = list(np.ones(60))
    for factor in factors:
        earlier = sum(g * infections[-s] for s, g in enumerate(GENERATION) if s)
        infections.append(factor * earlier / (1 - GENERATION[0]))
    return np.array(infections[60:])


@few
@given(st.lists(st.floats(0.05, 4), min_size=1, max_size=28))
def test_infections_follow_the_renewal_equation(factors):
    found = renewed(np.array([factors]), GENERATION[1:] / GENERATION[1:].sum())[0]
    np.testing.assert_allclose(found, slow_renewal(factors), rtol=1e-9)


def test_in_the_long_run_the_growth_is_that_of_the_reproduction_number():
    course = slow_renewal([0.7] * 120)
    growth = np.log(course[-1] / course[-2])
    assert float(growth_to_reproduction(growth, GENERATION)) == pytest.approx(0.7, abs=0.01)


def test_a_change_of_transmission_comes_later_by_the_delay_and_heaps_up():
    found = made(futures("transmission", 0.7, first_day=FIRST), delay=7).admissions.sel(region="FR-75").values
    np.testing.assert_allclose(found, [1.0] * 7 + slow_renewal([0.7] * 21).tolist())
    assert found[6] == 1 and found[7] == pytest.approx(0.7)


def test_it_settles_after_its_last_day_and_stays_below():
    span = {"first_day": FIRST, "last_day": dt.date(2020, 11, 5)}
    found = made(futures("transmission", 0.7, **span), delay=7).admissions.sel(region="FR-33").values
    np.testing.assert_allclose(found, [1.0] * 7 + slow_renewal([0.7] * 5 + [1.0] * 16).tolist())
    assert found[-1] < 0.85


def test_what_began_long_ago_is_in_the_counts_already():
    """Only the growth still to be seen counts: the same from the first day of the horizon, whenever it began."""
    found = made(futures("transmission", 0.7, first_day=dt.date(2020, 8, 1)), delay=7).admissions.sel(region="FR-33").values
    steady = slow_renewal([0.7] * 120)
    np.testing.assert_allclose(np.log(found), np.log(steady[-1] / steady[-2]) * np.arange(1, 29), rtol=0.02)
    assert same(made(futures("transmission", 0.7)), made(futures("transmission", 0.7, first_day=dt.date(2020, 8, 1))))


def test_a_delay_with_chances_is_the_mixture_of_its_days():
    """All infections alike before: admissions are the weighted mean of what each delay alone would give."""
    overlay, chances = futures("transmission", 0.6, first_day=dt.date(2020, 11, 4)), [0.25, 0.5, 0.25]
    mixed = made(overlay, delay=np.array(chances)).admissions
    alone = sum(p * made(overlay, delay=d).admissions for d, p in enumerate(chances))
    xr.testing.assert_allclose(mixed, alone)


# --- persons and beds ---


def test_added_persons_are_shared_by_weight_and_none_is_lost():
    found = made(futures("admissions", 37, "add", place="FR-IDF", last_day=FIRST)).added
    assert found.sel(region="FR-75", horizon=1).item() == pytest.approx(37 * 2.1 / 3.7)
    assert found.sum("region").values.tolist() == pytest.approx([37] + [0] * 27)


@pytest.mark.parametrize("share", [None, {"FR-75": 1.0}, {"FR-75": 0.0, "FR-92": 0.0}, {"FR-75": 1.0, "FR-92": np.nan}])
def test_persons_are_not_shared_without_weights(share):
    with pytest.raises(DataError, match="weight"):
        made(futures("admissions", 37, "add", place="FR-IDF"), share=share)
    one = made(futures("admissions", 37, "add", place="FR-75"), share=share).added
    assert (one.sel(region="FR-75") == 37).all() and float(one.sum()) == 37 * 28


def test_beds_are_set_then_multiplied_then_added():
    known = xr.DataArray(
        np.full((3, 2, 28), 100.0), {"region": list(REGIONS), "level": ["ward", "icu"], "horizon": range(1, 29)},
        ("region", "level", "horizon"),
    )  # fmt: skip
    known.loc["FR-92"] = np.nan
    overlays = [beds(10, "add", place="FR-75"), beds(0.5, "multiply"), beds(60, "set", place="FR-75", last_day=FIRST)]
    found = made(*overlays).on_capacity(known)
    assert found.dims == known.dims
    assert found.sel(region="FR-75", level="icu").values[:2].tolist() == [60 * 0.5 + 10, 100 * 0.5 + 10]
    assert (found.sel(region="FR-33", level="icu") == 50).all() and (found.sel(region="FR-33", level="ward") == 100).all()
    assert found.sel(region="FR-92").isnull().all(), "half of an unknown number of beds is unknown"
    assert (made(beds(-500, "add", place="FR-33")).on_capacity(known).sel(region="FR-33", level="icu") == 0).all()
    assert (made(beds(7, "set", place="FR-92")).on_capacity(known).sel(region="FR-92", level="icu") == 7).all()


@pytest.mark.parametrize("operation", ["set", "add"])
def test_a_number_of_beds_belongs_to_one_region(operation):
    with pytest.raises(DataError, match="3 regions"):
        made(beds(500, operation, place="FR"))


def test_two_numbers_of_beds_for_one_day_are_refused():
    with pytest.raises(DataError, match="another number"):
        made(beds(50, "set", place="FR-75"), beds(60, "set", place="FR-75", first_day=FIRST))
    made(beds(50, "set", place="FR-75", last_day=FIRST), beds(60, "set", place="FR-75", first_day=dt.date(2020, 11, 2)))


# --- parameters and remarks ---


def test_parameters_change_by_id():
    overlays = [Overlay("parameter", "icu_share.mean", "multiply", 1.5), Overlay("parameter", "leaving.weeks", "set", 4)]
    assert made(*overlays).changes == {"icu_share.mean": pytest.approx(0.3), "leaving.weeks": 4}
    with pytest.raises(UnknownName, match=r"icu_share\.mean"):
        made(Overlay("parameter", "icu_share.men", "set", 0.3))


def test_rows_that_touch_nothing_say_so():
    found = made(
        futures("admissions", 2, place="DE"),
        futures("icu_stay", 1.2, last_day=dt.date(2020, 10, 31)),
        futures("transmission", 0.7, first_day=dt.date(2020, 11, 25)),
        futures("transmission", 0.7, first_day=dt.date(2020, 11, 20)),
        Overlay("parameter", "leaving.weeks", "set", 4),
    )
    assert [note.values["overlay"].split(":")[0] for note in found.notes] == ["1", "2", "3"]
    assert [note.code for note in found.notes] == ["overlay_elsewhere", "overlay_other_days", "overlay_too_late"]


# --- on the arrays of the corridor ---


def paths(seed: int = 1) -> xr.DataArray:
    values = np.random.default_rng(seed).poisson(20, (200, 3, 28)).astype(float)
    values[:, 1] = np.nan
    coords = {"sample": range(200), "region": list(REGIONS), "horizon": range(1, 29)}
    return xr.DataArray(values, coords, ("sample", "region", "horizon"))


def test_admissions_stay_whole_on_the_same_futures_and_keep_their_mean():
    before = paths()
    changed = made(futures("admissions", 1.3, place="FR-33", first_day=dt.date(2020, 11, 11)))
    after = changed.on_admissions(before, np.random.default_rng(5))
    assert after.dims == before.dims and np.array_equal(after, np.floor(after), equal_nan=True)
    assert after.sel(horizon=slice(1, 10)).equals(before.sel(horizon=slice(1, 10))), "days without a change stay"
    assert after.sel(region="FR-75").isnull().all() and after.sel(region="FR-92").equals(before.sel(region="FR-92"))
    late = {"region": "FR-33", "horizon": slice(11, 28)}
    assert float(after.sel(late).mean()) == pytest.approx(1.3 * float(before.sel(late).mean()), rel=0.01)
    assert after.equals(changed.on_admissions(before, np.random.default_rng(5)))


def test_a_larger_factor_never_gives_fewer_on_any_future():
    less, more = (
        made(futures("admissions", f)).on_admissions(paths(), np.random.default_rng(5)).fillna(0) for f in (1.2, 1.25)
    )
    assert (more >= less).all() and (more > less).any()


def test_longer_stays_slow_leaving():
    leaving = steady_leaving(gamma_stay(mean=8, sd=8, max_days=60), like=paths())
    changed = made(futures("icu_stay", 1.25, place="FR-33"))
    found = changed.on_leaving("icu", leaving).multiplier
    assert found.dims == ("sample", "region", "horizon")
    assert (found.sel(region="FR-33") == 0.8).all() and (found.sel(region="FR-92") == 1).all()
    assert (changed.on_leaving("hospital", leaving).multiplier == 1).all()


def test_a_share_never_goes_above_one():
    share = xr.full_like(paths().fillna(0), 0.4)
    assert (made(futures("icu_share", 1.5)).on_icu_share(share) == pytest.approx(0.6)).all()
    assert (made(futures("icu_share", 3.0)).on_icu_share(share) == 1).all()


def test_arrays_of_other_regions_are_refused():
    stranger = paths().assign_coords(region=["FR-33", "FR-75", "FR-13"])
    with pytest.raises(DataError, match="FR-13"):
        made().on_admissions(stranger, np.random.default_rng(5))


def test_days_with_a_hole_are_refused():
    with pytest.raises(DataError, match="follow one another"):
        neutral(REGIONS, DAYS[[0, 2]])
