import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from belvedere.care.census import census_paths
from belvedere.care.implied import implied_admissions, over_candidates
from belvedere.care.level import LevelPrior
from belvedere.care.present import inferred_elapsed
from belvedere.care.stay import gamma_stay, mixture
from belvedere.errors import DataError
from tests.care import oracle
from tests.care.conftest import constant, dated

STAY = mixture([gamma_stay(mean=8, sd=8, max_days=120), gamma_stay(mean=40, sd=40, max_days=120)], [0.8, 0.2])
SHORT, LONG = gamma_stay(mean=5, sd=5, max_days=120), gamma_stay(mean=30, sd=30, max_days=120)
PRIOR = LevelPrior(mean=1, sd=0.3, region_sd=0.2, national_step=0.2, region_step=0.15, week_noise=0.03, weight=8, dispersion=2)


def implied(census, *stays, weeks=8):
    return implied_admissions(census, stays=stays, chances=np.ones(len(stays)), prior=PRIOR, weeks=weeks)


def test_admissions_of_every_patient_simulated_come_back():
    """A wave over 200 days in five regions: each region's weeks follow the truth, all together within 3 %."""
    rng = np.random.default_rng(1)
    admitted = rng.poisson(40 + 30 * np.sin(np.arange(200) / 18), (5, 200))
    census = [oracle.simulate(region, STAY, rng)[0] for region in admitted]
    found = implied(dated(census), STAY)[0].admissions.values[:, -140:]
    assert found.sum() == pytest.approx(admitted[:, -140:].sum(), rel=0.03)
    for came, truth in zip(found.reshape(5, -1, 7).sum(axis=2), admitted[:, -140:].reshape(5, -1, 7).sum(axis=2), strict=True):
        assert np.corrcoef(came, truth)[0, 1] > 0.97


def test_a_steady_census_is_filled_by_census_over_mean_stay():
    found = implied(dated(np.full((1, 200), 300)), STAY)[0].admissions.values[0, -100:]
    assert found.mean() == pytest.approx(300 / STAY.mean, rel=0.02)


def test_a_correction_is_not_days_without_admissions_in_the_end():
    """50 of 400 taken away in a day: the days around lend, the weeks after go on as before."""
    census = np.full(200, 400.0)
    census[120:] -= 50
    found = implied(dated(census), STAY)[0].admissions.values[0]
    usual = found[80:110].mean()
    assert found[150:].mean() == pytest.approx(usual * 350 / 400, rel=0.1)
    assert found[1:].sum() == pytest.approx(usual * 120 + usual * 80 * 350 / 400 - 50, rel=0.02)


def test_a_mistyped_day_leaves_the_weeks_around_as_they_were():
    census = np.full(200, 400.0)
    census[120] = 440
    found = implied(dated(census), STAY)[0].admissions.values[0]
    assert found[100:140].mean() == pytest.approx(found[60:100].mean(), rel=0.05)


def test_unknown_days_are_unknown_and_their_neighbours_do_not_jump():
    census = np.full((2, 200), 300.0)
    census[0, 150:155], census[1] = np.nan, np.nan
    found = implied(dated(census), STAY)[0].admissions.values
    assert np.isnan(found[0, 150:155]).all() and np.isnan(found[:, 0]).all()
    assert np.isfinite(found[0, 1:150]).all() and np.isfinite(found[0, 155:]).all()
    assert found[0, 155:160].max() <= found[0, 100:150].max() + 1
    assert np.isnan(found[1]).all()


def test_a_stay_too_long_for_a_falling_census_is_doubted_and_a_steady_one_says_little():
    falling = dated(np.round(600 * np.exp(-np.arange(150) / 9)) + 5)
    short, long = implied(falling.isel(date=slice(0, 60)), SHORT, LONG, weeks=6)
    assert short.chance > 0.99
    short, long = implied(dated(np.full((3, 150), 300.0)), SHORT, LONG)
    assert 0.3 < long.chance < 0.7


@settings(max_examples=40, deadline=None)
@given(
    counts=st.lists(st.one_of(st.none(), st.integers(0, 200)), min_size=30, max_size=60),
    mean=st.floats(2, 40),
)
def test_whole_persons_never_below_zero_for_any_census(counts, mean):
    values = np.array([np.nan if c is None else c for c in counts], dtype=float)
    for one in implied(dated(values), gamma_stay(mean=mean, sd=mean, max_days=100), SHORT, weeks=4):
        found = one.admissions.values[0]
        known = found[np.isfinite(found)]
        assert (known >= 0).all() and np.array_equal(known, np.round(known))
        assert np.isnan(found[np.isnan(values)]).all()


def test_the_history_of_a_stay_and_that_stay_keep_a_steady_census():
    """Handed on as it is meant to be, with the same admissions coming: the census stays, whatever the candidate."""
    census = dated(np.full((2, 200), 240.0))

    def run(one, number):
        admissions = constant(0, samples=number, regions=2, horizons=28) + round(240 / one.stay.mean)
        today = census.isel(date=-1, drop=True)
        in_bed = inferred_elapsed(one.admissions, present=today, stays=[one.stay], days=90)
        leaving = one.leaving.sample(samples=number, horizons=28, rng=rng)
        return census_paths(admissions, in_bed=in_bed, leaving=leaving, rng=rng)

    rng = np.random.default_rng(2)
    paths = over_candidates(implied(census, SHORT, gamma_stay(mean=12, sd=12, max_days=120)), samples=200, run=run).census
    assert paths.shape == (200, 2, 28) and np.array_equal(paths.sample, np.arange(200))
    assert paths.mean().item() == pytest.approx(240, rel=0.05)
    assert paths[:100].sel(horizon=28).mean().item() == pytest.approx(paths[100:].sel(horizon=28).mean().item(), rel=0.08)


def test_a_share_of_one_sample_goes_to_the_likeliest():
    candidates = implied_admissions(
        dated(np.full((1, 100), 50.0)), stays=[SHORT, STAY, LONG], chances=[0.9, 0.08, 0.02], prior=PRIOR, weeks=4
    )
    asked = []

    def run(one, number):
        asked.append(number)
        return constant(1, samples=number, regions=1, horizons=2).to_dataset(name="census")

    assert over_candidates(candidates, samples=20, run=run).sizes["sample"] == 20
    assert 1 not in asked and sum(asked) == 20


def test_what_does_not_fit_is_refused():
    census = dated(np.ones((1, 40)))
    with pytest.raises(DataError, match="8 weeks takes 57 days of census, found 40"):
        implied(census, SHORT)
    with pytest.raises(DataError, match="2 stays need as many chances"):
        implied_admissions(census, stays=[SHORT, LONG], chances=[1.0], prior=PRIOR, weeks=4)
    with pytest.raises(DataError, match="without a gap"):
        implied(census.isel(date=[0, 1, 5, 6]), SHORT, weeks=4)
