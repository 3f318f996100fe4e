"""The corridor: what must hold on every future, on any input."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from belvedere.outlook.corridor import Outlook, outlook
from belvedere.outlook.effects import neutral
from belvedere.outlook.inputs import Inputs
from belvedere.outlook.notes import Note
from belvedere.outlook.settings import Settings
from tests.outlook.fake_country import REGIONS, World, inputs_at, world

LAST = np.datetime64("2021-02-15")
SETTINGS = Settings.load()
BIG, SMALL = "FR-75", "FR-2A"


@pytest.fixture(scope="module")
def country() -> World:
    return world(seed=5)


@pytest.fixture(scope="module")
def inputs(country: World) -> Inputs:
    return inputs_at(country, LAST)


@pytest.fixture(scope="module")
def made(inputs: Inputs) -> Outlook:
    return outlook(inputs, SETTINGS, seed=7, samples=120)


def changed(inputs: Inputs, indicator: str, region: str, values, days: slice) -> Inputs:
    """The inputs with some days of one series replaced by `values`, or by a function of what was there."""
    counts = inputs.series[indicator].counts.copy(deep=True)
    at = counts.get_index("region").get_loc(region)
    counts.values[at, days] = values(counts.values[at, days]) if callable(values) else values
    return replace(inputs, series={**inputs.series, indicator: replace(inputs.series[indicator], counts=counts)})


def status_of(inputs: Inputs, region: str) -> tuple[str, str]:
    found = outlook(inputs, SETTINGS, seed=7, samples=40).status.sel(region=region)
    return str(found["status"].item()), str(found["reason"].item())


def test_an_ordinary_country_is_ok_and_every_indicator_is_made(made: Outlook) -> None:
    assert set(made.paths) == {"hospital_admissions", "icu_admissions", "hospital_census", "icu_census", "ward_census"}
    assert (made.status["status"] == "ok").sum() >= len(REGIONS) - 1, made.status["reason"].values
    for paths in made.paths.values():
        assert paths.dims == ("sample", "region", "horizon") and paths.shape == (120, len(REGIONS), 28)
        assert np.isfinite(paths.values).all() and (paths.values >= 0).all() and (paths.values == np.round(paths.values)).all()


def test_intensive_care_lies_in_hospital_on_every_future(made: Outlook) -> None:
    assert (made.paths["icu_census"] <= made.paths["hospital_census"]).all()
    xr.testing.assert_equal(
        (made.paths["hospital_census"] - made.paths["icu_census"]).rename(None), made.paths["ward_census"].rename(None)
    )


def test_people_are_conserved_from_the_present_census_on(made: Outlook) -> None:
    """Nobody appears but by admission, and no more leave than were there."""
    present = made.inputs.series["hospital_census"].counts.isel(date=-1).values
    census, came = (made.paths[n].values for n in ("hospital_census", "hospital_admissions"))
    before = np.concatenate([np.broadcast_to(present[None, :, None], (*census.shape[:2], 1)), census[..., :-1]], axis=2)
    left = before + came - census
    assert (left >= 0).all() and (left <= before + came).all()


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(inputs: Inputs, made: Outlook) -> None:
    again = outlook(inputs, SETTINGS, seed=7, samples=120)
    for name, paths in made.paths.items():
        assert again.paths[name].values.tobytes() == paths.values.tobytes(), name
    other = outlook(inputs, SETTINGS, seed=8, samples=120)
    assert (other.paths["icu_census"] != made.paths["icu_census"]).any()


def test_a_kept_stage_is_not_made_again_and_changes_nothing(inputs: Inputs, made: Outlook) -> None:
    store: dict[str, xr.Dataset] = {}
    asked = []

    def keep(name, make):
        asked.append(name)
        return store.setdefault(name, store[name] if name in store else make())

    outlook(inputs, SETTINGS, seed=7, samples=120, keep=keep)
    first = {name: id(value) for name, value in store.items()}
    again = outlook(inputs, SETTINGS, seed=7, samples=120, keep=keep)
    assert asked == ["reproduction", "admissions", "census"] * 2
    assert {name: id(value) for name, value in store.items()} == first
    assert again.paths["icu_census"].values.tobytes() == made.paths["icu_census"].values.tobytes()


def test_a_scenario_that_changes_nothing_changes_nothing(inputs: Inputs, made: Outlook) -> None:
    same = outlook(inputs, SETTINGS, seed=7, samples=120, effects=neutral(inputs.regions, inputs.days_ahead))
    for name, paths in made.paths.items():
        np.testing.assert_array_equal(same.paths[name].values, paths.values)
    np.testing.assert_array_equal(same.capacity.values, made.capacity.values)


def test_a_failed_region_is_nan_with_its_reason_and_the_others_go_on(inputs: Inputs) -> None:
    without = changed(inputs, "hospital_census", SMALL, np.nan, slice(None))
    made = outlook(without, SETTINGS, seed=7, samples=40)
    assert made.status["status"].sel(region=SMALL) == "failed"
    assert "no hospital census" in made.status["reason"].sel(region=SMALL).item()
    assert np.isnan(made.paths["hospital_census"].sel(region=SMALL).values).all()
    assert np.isnan(made.passing["icu"]["chance_within"].sel(region=SMALL).values).all()
    rest = [region for region in REGIONS if region != SMALL]
    assert np.isfinite(made.paths["icu_census"].sel(region=rest).values).all()


@pytest.mark.parametrize(
    ("indicator", "values", "days"),
    [
        ("hospital_admissions", 0.0, slice(None)),
        ("hospital_admissions", lambda x: x * 10, slice(-1, None)),
        ("hospital_admissions", lambda x: x * 10, slice(-7, None)),
        ("hospital_admissions", 0.0, slice(-7, None)),
        ("hospital_admissions", np.nan, slice(-7, None)),
        ("hospital_census", lambda x: x * 10, slice(-1, None)),
        ("hospital_census", lambda x: x / 10, slice(-1, None)),
        ("icu_census", lambda x: x * 10, slice(-1, None)),
        ("hospital_census", 0.0, slice(None)),
        ("icu_census", 0.0, slice(-7, None)),
        ("hospital_census", 0.0, slice(-20, None)),
    ],
    ids=["all zeros", "ten times", "week ten times", "week of zeros", "silent week", "census ten times", "census a tenth",
         "more in intensive care than in hospital", "nobody ever in hospital",
         "a week of nobody in intensive care", "three weeks of nobody in hospital"],
)  # fmt: skip
def test_a_planted_failure_is_never_ok(inputs: Inputs, indicator: str, values, days: slice) -> None:
    status, reason = status_of(changed(inputs, indicator, BIG, values, days), BIG)
    assert status in ("doubtful", "failed") and reason


def test_a_region_whose_census_failed_has_no_census_ahead(inputs: Inputs) -> None:
    slipped = changed(inputs, "hospital_census", BIG, lambda x: x * 10, slice(-1, None))
    made = outlook(slipped, SETTINGS, seed=7, samples=40)
    assert made.status["status"].sel(region=BIG) == "failed"
    for name in ("hospital_census", "ward_census", "icu_census"):
        assert np.isnan(made.paths[name].sel(region=BIG).values).all()
    assert np.isnan(made.passing["icu"]["chance_within"].sel(region=BIG).values).all()
    assert np.isfinite(made.paths["hospital_admissions"].sel(region=BIG).values).all()


def test_figures_that_are_too_old_are_doubtful_and_then_failed(inputs: Inputs) -> None:
    import datetime as dt

    late = replace(inputs, as_of=inputs.as_of + dt.timedelta(days=5))
    status, reason = status_of(late, BIG)
    assert status == "doubtful" and "5 days old" in reason
    made = outlook(replace(inputs, as_of=inputs.as_of + dt.timedelta(days=20)), SETTINGS, seed=7, samples=40)
    assert (made.status["status"] == "failed").all()
    assert all(np.isnan(paths.values).all() for paths in made.paths.values())


def test_intensive_care_alone_where_hospital_admissions_are_not_known(inputs: Inputs) -> None:
    series = {name: one for name, one in inputs.series.items() if name.startswith("icu")}
    made = outlook(replace(inputs, driver="icu_admissions", series=series), SETTINGS, seed=7, samples=40)
    assert set(made.paths) == {"icu_admissions", "icu_census"}
    assert list(made.passing) == ["icu"]
    assert np.isfinite(made.paths["icu_census"].values).all()


def test_wards_from_their_census_where_nobody_publishes_who_comes(inputs: Inputs, made: Outlook) -> None:
    series = {name: one for name, one in inputs.series.items() if name != "hospital_admissions"}
    without = outlook(replace(inputs, driver="icu_admissions", series=series), SETTINGS, seed=7, samples=120)
    assert set(without.paths) == {"icu_admissions", "icu_census", "ward_census", "hospital_census"}
    assert (without.paths["icu_census"] <= without.paths["hospital_census"]).all()
    both = [o.paths["ward_census"].sel(region=BIG).median("sample").values for o in (without, made)]
    np.testing.assert_allclose(both[0][:7], both[1][:7], rtol=0.25)
    assert "wards_alone" in {note.code for note in without.notes}
    slipped = changed(
        replace(inputs, driver="icu_admissions", series=series), "hospital_census", BIG, lambda x: x * 10, slice(-1, None)
    )
    assert status_of(slipped, BIG)[0] != "ok"
    again = outlook(replace(inputs, driver="icu_admissions", series=series), SETTINGS, seed=7, samples=120)
    assert again.paths["ward_census"].values.tobytes() == without.paths["ward_census"].values.tobytes()


def test_admissions_alone_where_no_census_is_published(inputs: Inputs) -> None:
    series = {"hospital_admissions": inputs.series["hospital_admissions"]}
    made = outlook(replace(inputs, series=series), SETTINGS, seed=7, samples=40)
    assert set(made.paths) == {"hospital_admissions"}
    assert not made.passing and Note("not_made", {"indicator": "hospital_census"}) in made.notes
    assert (made.status["status"] == "ok").all()


def test_other_patients_lie_in_the_same_beds(inputs: Inputs) -> None:
    days = inputs.series["icu_census"].counts.isel(date=slice(-56, None))
    steady = xr.full_like(days, 30.0)
    made = outlook(replace(inputs, others={"icu": steady}), SETTINGS, seed=7, samples=40)
    alone = outlook(inputs, SETTINGS, seed=7, samples=40)
    extra = made.demand.sel(level="icu") - alone.demand.sel(level="icu")
    assert float(extra.median()) == pytest.approx(30, abs=2)
    assert made.others_known == ("icu",)
    assert (made.passing["icu"]["chance_within"] >= alone.passing["icu"]["chance_within"]).all()


def test_where_only_some_other_patients_are_known_no_chance_is_made_up(inputs: Inputs) -> None:
    days = inputs.series["icu_census"].counts.isel(date=slice(-57, None))
    others = xr.full_like(days, 30.0).where(days["region"] != BIG)
    made = outlook(replace(inputs, others={"icu": others}), SETTINGS, seed=7, samples=40)
    assert np.isnan(made.passing["icu"]["chance_within"].sel(region=BIG).values).all()
    assert made.status["status"].sel(region=BIG) == "doubtful"
    assert "other conditions are not known (icu)" in made.status["reason"].sel(region=BIG).item()
    assert np.isfinite(made.paths["icu_census"].sel(region=BIG).values).all()


def test_other_patients_unknown_of_late_are_doubtful(inputs: Inputs) -> None:
    others = xr.full_like(inputs.series["icu_census"].counts.isel(date=slice(-90, None)), 30.0)
    others.values[REGIONS.index(BIG), -4:] = np.nan
    status, reason = status_of(replace(inputs, others={"icu": others}), BIG)
    assert status == "doubtful" and "a hospital is silent" in reason


def test_a_region_with_a_silent_hospital_is_doubtful_and_names_it(inputs: Inputs) -> None:
    beds = replace(inputs.beds, silent={BIG: ("FR-DEMO-75-01",)})
    status, reason = status_of(replace(inputs, beds=beds), BIG)
    assert status == "doubtful" and "FR-DEMO-75-01 has not reported beds lately" in reason


def test_capacity_is_the_least_of_its_kinds_and_the_binding_one_is_named(inputs: Inputs) -> None:
    physical = inputs.beds.kinds["physical"]
    staffed = physical * xr.where(physical["region"] == BIG, 0.5, 2.0)
    made = outlook(
        replace(inputs, beds=replace(inputs.beds, kinds={"staffed": staffed, "physical": physical})),
        SETTINGS,
        seed=7,
        samples=40,
    )
    assert made.binding.sel(region=BIG, level="icu") == "staffed" and made.binding.sel(region=SMALL, level="icu") == "physical"
    np.testing.assert_array_equal(
        made.capacity.sel(region=BIG, level="icu").values, staffed.sel(region=BIG, level="icu").values
    )
