import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from belvedere.care.capacity import sum_regions
from belvedere.care.census import (
    Leaving,
    census_paths,
    expected_entries,
    hospital_and_icu_paths,
    overdispersed_binomial,
    steady_leaving,
)
from belvedere.care.present import inferred_elapsed, known_elapsed
from belvedere.care.stay import gamma_stay, mixture, pmf_stay
from belvedere.errors import DataError
from tests.care import oracle
from tests.care.conftest import by_region, constant, dated, paths

STAY = mixture([gamma_stay(mean=8, sd=8, max_days=150), gamma_stay(mean=30, sd=30, max_days=150)], [0.8, 0.2])


def both_censuses(seed, *, hospital, icu, admissions, entries=None, dispersion=1.5):
    """A run on 30 days of past admissions of 5 a day."""
    regions = admissions.sizes["region"]
    past = dated(np.full((regions, 30), 5.0))
    leaving = steady_leaving(STAY, like=admissions)
    leaving = Leaving(leaving.stays, leaving.choice, leaving.multiplier, leaving.dispersion * dispersion)
    share = xr.full_like(admissions.astype(float), 0.2)
    expected = (
        expected_entries(admissions, past_admissions=past, share=share, delay=[0.5, 0.3, 0.2]) if entries is None else entries
    )
    in_bed = {
        name: inferred_elapsed(past, present=by_region(present), stays=[STAY], days=60)
        for name, present in (("hospital_in_bed", hospital), ("icu_in_bed", icu))
    }
    return hospital_and_icu_paths(
        admissions,
        **in_bed,
        hospital_leaving=leaving,
        icu_leaving=leaving,
        expected_icu_entries=expected,
        icu_dispersion=by_region(np.full(regions, dispersion)),
        rng=np.random.default_rng(seed),
    )


def conserved(census, before, entries, exits):
    start = np.broadcast_to(before, census.shape[:2])[..., None]
    yesterday = np.concatenate([start, census[..., :-1]], axis=2)
    return np.array_equal(census, yesterday + entries - exits)


@settings(max_examples=60, deadline=None)
@given(data=st.data(), seed=st.integers(0, 2**32 - 1), dispersion=st.floats(1, 8))
def test_people_are_whole_conserved_and_icu_lies_within_the_hospital(data, seed, dispersion):
    samples, regions, horizons = 3, 2, 12
    hospital = np.array(data.draw(st.lists(st.integers(0, 300), min_size=regions, max_size=regions)))
    icu = np.array([data.draw(st.integers(0, int(h))) for h in hospital])
    counts = data.draw(st.lists(st.integers(0, 60), min_size=regions * horizons, max_size=regions * horizons))
    admissions = paths(np.broadcast_to(np.reshape(counts, (regions, horizons)), (samples, regions, horizons)))
    need = data.draw(st.floats(0, 100))
    run = both_censuses(
        seed, hospital=hospital, icu=icu, admissions=admissions, entries=constant(need, samples=3, regions=2, horizons=12),
        dispersion=dispersion,
    )  # fmt: skip
    for values in run.data_vars.values():
        assert np.array_equal(values, np.round(values)) and (values >= 0).all()
    assert (run.icu <= run.hospital).all()
    assert conserved(run.hospital.values, hospital, run.admissions.values, run.discharges.values)
    assert conserved(run.icu.values, icu, run.icu_entries.values, run.icu_exits.values)
    assert np.array_equal(run.admissions.values, admissions.values)


def test_steady_admissions_fill_admissions_times_mean_stay():
    past = dated(np.full(400, 20.0))
    admissions = constant(20, samples=400, regions=1, horizons=60)
    start = round(20 * STAY.mean)
    in_bed = inferred_elapsed(past, present=by_region([start]), stays=[STAY], days=120)
    census = census_paths(
        admissions, in_bed=in_bed, leaving=steady_leaving(STAY, like=admissions), rng=np.random.default_rng(1)
    ).census
    for horizon in (1, 7, 28, 60):
        assert census.sel(horizon=horizon).mean().item() == pytest.approx(20 * STAY.mean, rel=0.01)


def test_exponential_stay_without_admissions_decays_in_closed_form():
    stay = gamma_stay(mean=8, sd=8, max_days=200)
    admissions = constant(0, samples=4000, regions=1, horizons=20)
    in_bed = known_elapsed(dated([0, 40, 60, 0]), present=by_region([100]), days=30)
    census = census_paths(
        admissions, in_bed=in_bed, leaving=steady_leaving(stay, like=admissions), rng=np.random.default_rng(2)
    ).census
    still = np.exp(-np.arange(1, 21) / 8)
    assert census.mean("sample").values[0] == pytest.approx(100 * still, abs=0.4)
    assert census.var("sample").values[0] == pytest.approx(
        100 * still * (1 - still), rel=0.12
    )  # each person a coin of their own


def test_against_every_patient_simulated():
    """Mean and spread as in the slow simulator, from known elapsed days, growing admissions, a stay with a long tail."""
    rng = np.random.default_rng(3)
    past = np.round(np.exp(np.linspace(0.5, 3, 80))).astype(int)
    coming = np.round(np.exp(np.linspace(3, 2, 28))).astype(int)
    census, since = oracle.simulate(past, STAY, rng)
    in_bed = known_elapsed(dated(since), present=by_region([census[-1]]), days=100)
    admissions = paths(np.broadcast_to(coming, (800, 1, 28)))
    ours = census_paths(admissions, in_bed=in_bed, leaving=steady_leaving(STAY, like=admissions), rng=rng).census.values[:, 0]
    slow = np.array([continued(since, coming, rng) for _ in range(300)])
    for h in (0, 6, 13, 27):
        error = slow[:, h].std() / np.sqrt(300) + ours[:, h].std() / np.sqrt(800)
        assert ours[:, h].mean() == pytest.approx(slow[:, h].mean(), abs=4 * error)
        assert ours[:, h].std() == pytest.approx(slow[:, h].std(), rel=0.2)


def continued(since: np.ndarray, coming: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The slow simulator from the patients in bed: each one's stay is drawn until it is longer than the days already spent."""
    census = np.zeros(coming.size, dtype=int)
    for day, number in enumerate(since):
        elapsed = since.size - 1 - day
        if number:
            drawn = (
                oracle.draw_stays(STAY, 400 * int(number), rng)
                if elapsed > 40
                else oracle.draw_stays(STAY, 60 * int(number), rng)
            )
            for length in drawn[drawn > elapsed][: int(number)]:
                census[: length - elapsed - 1] += 1
    for day, number in enumerate(coming):
        for length in oracle.draw_stays(STAY, int(number), rng):
            census[day : day + length] += 1
    return census


def test_inferred_elapsed_days_foretell_as_well_as_known_ones():
    rng = np.random.default_rng(4)
    past = rng.poisson(60, 200)
    census, since = oracle.simulate(past, STAY, rng)
    present = by_region([census[-1]])
    admissions = constant(0, samples=300, regions=1, horizons=28)
    run = {"leaving": steady_leaving(STAY, like=admissions)}
    known = census_paths(admissions, in_bed=known_elapsed(dated(since), present=present, days=120), rng=rng, **run)
    guessed = inferred_elapsed(dated(past), present=present, stays=[STAY], days=120)
    assert guessed.sum() == pytest.approx(census[-1])
    inferred = census_paths(admissions, in_bed=guessed, rng=rng, **run)
    for h in (7, 14, 28):
        one, other = (c.census.sel(horizon=h).mean().item() for c in (known, inferred))
        assert other == pytest.approx(one, rel=0.06)


def test_icu_entries_follow_share_and_delay():
    rng = np.random.default_rng(5)
    delay = np.array([0.2, 0.3, 0.5])
    admitted = np.concatenate([np.full(10, 40), np.arange(40, 12, -2)])
    slow = np.mean([oracle.icu_entry_days(admitted, 0.25, delay, rng) for _ in range(300)], axis=0)[10:]
    admissions = paths(admitted[None, None, 10:])
    share = xr.full_like(admissions.astype(float), 0.25)
    expected = expected_entries(admissions, past_admissions=dated(admitted[:10]), share=share, delay=delay)
    assert expected.values[0, 0] == pytest.approx(slow, rel=0.1)


def test_start_is_the_present_to_the_person():
    """With nobody coming and nobody leaving, tomorrow is today."""
    admissions = constant(0, samples=5, regions=3, horizons=4)
    forever = pmf_stay([0.0] * 300 + [1.0])
    past = dated(np.full((3, 40), 3.0))
    in_bed = inferred_elapsed(past, present=by_region([17, 0, 251]), stays=[forever], days=60)
    census = census_paths(
        admissions, in_bed=in_bed, leaving=steady_leaving(forever, like=admissions), rng=np.random.default_rng(6)
    ).census
    assert (census == np.array([17, 0, 251])[None, :, None]).all()


def test_same_seed_same_bytes_and_another_seed_others():
    admissions = constant(9, samples=20, regions=3, horizons=28)
    one, same, other = (both_censuses(seed, hospital=[80, 90, 5], icu=[9, 0, 5], admissions=admissions) for seed in (1, 1, 2))
    assert all(one[name].values.tobytes() == same[name].values.tobytes() for name in one)
    assert one.hospital.values.tobytes() != other.hospital.values.tobytes()


@pytest.mark.parametrize(
    ("hospital", "icu"), [([np.nan, 40], [3, 3]), ([-4, 40], [0, 3]), ([10, 40], [11, 3]), ([10.5, 40], [1, 3])]
)
def test_a_region_that_cannot_be_used_is_missing_and_changes_no_other(hospital, icu):
    admissions = constant(4, samples=10, regions=2, horizons=28)
    broken = both_censuses(7, hospital=hospital, icu=icu, admissions=admissions)
    whole = both_censuses(7, hospital=[40, 40], icu=[3, 3], admissions=admissions)
    for name in broken:
        assert np.isnan(broken[name].sel(region="r0")).all()
        assert broken[name].sel(region="r1").values.tobytes() == whole[name].sel(region="r1").values.tobytes()


def test_sums_nest():
    admissions = constant(6, samples=15, regions=4, horizons=10)
    census = both_censuses(8, hospital=[30, 40, 50, 60], icu=[1, 2, 3, 4], admissions=admissions).hospital
    parts = sum_regions(census, {"west": ["r0", "r1"], "east": ["r2", "r3"]})
    nation = sum_regions(census, {"all": ["r0", "r1", "r2", "r3"]})
    assert np.array_equal(sum_regions(parts, {"all": ["west", "east"]}).values, nation.values)


def test_overdispersion_is_the_variance_asked_for():
    rng = np.random.default_rng(9)
    drawn = overdispersed_binomial(np.full(200_000, 500), np.full(200_000, 0.1), 3.0, rng)
    assert drawn.mean() == pytest.approx(50, rel=0.01)
    assert drawn.var() == pytest.approx(3 * 45, rel=0.05)


def test_known_patients_must_sum_to_the_census():
    with pytest.raises(DataError, match=r"'r0': 5 patients by day of admission, but a present census of 6"):
        known_elapsed(dated([2, 3]), present=by_region([6]), days=10)


def test_gaps_in_the_dates_are_refused():
    gap = dated(np.ones(10)).isel(date=[0, 1, 2, 5, 6])
    with pytest.raises(DataError, match="without a gap"):
        inferred_elapsed(gap, present=by_region([6]), stays=[STAY], days=10)
