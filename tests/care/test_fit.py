import numpy as np
import pytest

from belvedere.care.fit import faster, fit_leaving, fit_share, shared_groups
from belvedere.care.stay import gamma_stay, mixture
from belvedere.errors import DataError
from tests.care import oracle
from tests.care.conftest import by_region, dated

SHORT = gamma_stay(mean=7, sd=7, max_days=120)
LONG = gamma_stay(mean=14, sd=14, max_days=120)
TAILED = mixture([gamma_stay(mean=7, sd=7, max_days=120), gamma_stay(mean=45, sd=45, max_days=120)], [0.8, 0.2])
CANDIDATES = [SHORT, LONG, TAILED]
EVEN = [1 / 3] * 3


def wave(rng: np.random.Generator, regions: int, days: int = 150) -> np.ndarray:
    mean = 25 * np.exp(1.1 * np.sin(np.arange(days) / 24))
    return rng.poisson(mean * rng.uniform(0.5, 1.5, regions)[:, None])


def truth(stays, seed=0, regions=8):
    """Admissions and census of regions whose patients follow stays[r]."""
    rng = np.random.default_rng(seed)
    admitted = wave(rng, regions)
    census = np.stack([oracle.simulate(row, stay, rng)[0] for row, stay in zip(admitted, stays, strict=True)])
    return dated(admitted), dated(census)


@pytest.fixture(scope="module")
def tailed():
    return truth([TAILED] * 8)


def fitted(pair, prior, **changes):
    return fit_leaving(*pair, **({"stays": CANDIDATES, "chances": EVEN, "prior": prior, "weeks": 8} | changes))


def test_a_long_tail_is_told_from_none(prior, tailed):
    assert fitted(tailed, prior).weights[2] > 0.8
    assert fitted(truth([SHORT] * 8, seed=1), prior).weights[2] < 0.2


@pytest.mark.parametrize("true", [SHORT, LONG])
def test_the_mean_stay_is_found_from_either_candidate(true, prior):
    """Two exponential stays are one family: the rate of leaving makes up for the candidate."""
    fit = fitted(truth([true] * 8, seed=2), prior)
    assert fit.mean_stay().mean().item() == pytest.approx(true.mean, rel=0.1)


def test_mean_stay_of_regions_is_recovered_within_the_samples(prior):
    """Half of the regions discharge 1.5 times as fast."""
    stays = [faster(SHORT, 1.0)] * 6 + [faster(SHORT, 1.5)] * 6
    fit = fitted(truth(stays, seed=5, regions=12), prior, stays=[SHORT], chances=[1.0])
    leaving = fit.sample(samples=2000, horizons=1, rng=np.random.default_rng(1))
    low, high = np.quantile(leaving.multiplier.values[:, :, 0], [0.05, 0.95], axis=0)
    true = np.array([1.0] * 6 + [1.5] * 6)
    assert ((low <= true) & (true <= high)).mean() >= 0.75
    assert fit.mean_stay().values == pytest.approx([faster(SHORT, f).mean for f in true], rel=0.15)


def test_regions_with_few_patients_shrink_to_the_nation(prior):
    admissions, census = truth([SHORT] * 8, seed=6)
    rng = np.random.default_rng(1)
    admissions[0] = rng.poisson(0.1, 150)
    census[0] = oracle.simulate(admissions[0].to_numpy(), faster(SHORT, 3.0), rng)[0]
    fit = fitted((admissions, census), prior, stays=[SHORT], chances=[1.0])
    assert abs(fit.levels[0].deviation[0]) < 0.2  # three times as fast, by a handful of patients
    assert fit.levels[0].deviation_var[0] > 3 * fit.levels[0].deviation_var[1:].max()


def test_outliers_and_missing_days_hardly_move_the_fit(tailed, prior):
    admissions, census = tailed
    clean = fitted(tailed, prior)
    dirty = census.copy()
    dirty[0, -20] *= 10
    dirty[1, -30:-27] = np.nan
    dirty[2, -12] = -5
    moved = fitted((admissions, dirty), prior)
    assert moved.weights.argmax() == clean.weights.argmax()
    assert moved.mean_stay().values == pytest.approx(clean.mean_stay().values, rel=0.2)
    assert moved.levels[2].national == pytest.approx(clean.levels[2].national, rel=0.04)


def test_a_region_without_census_follows_the_nation_and_says_so(tailed, prior):
    admissions, census = tailed
    gone = census.copy()
    gone[3] = np.nan
    fit = fitted((admissions, gone), prior)
    assert fit.weeks[3] == 0 and (np.delete(fit.weeks, 3) == 8).all()
    assert fit.levels[2].deviation[3] == 0


def test_recent_weeks_weigh_more(prior):
    """Patients leave half as fast in the last three weeks: the level of today follows."""
    rng = np.random.default_rng(8)
    admitted = rng.poisson(40, (6, 150))
    census = np.empty_like(admitted)
    for r in range(6):
        present = 280
        for day in range(150):
            present += admitted[r, day] - rng.binomial(present, 0.07 if day >= 129 else 0.14)
            census[r, day] = present
    level = fitted((dated(admitted), dated(census)), prior, stays=[SHORT], chances=[1.0]).levels[0]
    assert 0.4 < level.national < 0.7


def test_share_and_its_spread_are_recovered(prior):
    rng = np.random.default_rng(9)
    admitted = rng.poisson(60, (20, 90))
    delay = np.array([0.5, 0.3, 0.2])
    true = rng.normal(0.18, 0.03, 20)
    entered = np.stack([oracle.icu_entry_days(row, share, delay, rng) for row, share in zip(admitted, true, strict=True)])
    fit = fit_share(dated(admitted), dated(entered), delay=delay, prior=prior.__class__(**vars(prior) | {"mean": 0.2}), weeks=8)
    shares = fit.sample(samples=1000, horizons=28, rng=np.random.default_rng(1))
    assert ((shares > 0) & (shares < 1)).all()
    today = shares.sel(horizon=1)
    low, high = np.quantile(today, [0.05, 0.95], axis=0)
    assert ((low <= true) & (true <= high)).mean() >= 0.8
    assert today.mean("sample").values == pytest.approx(true, abs=0.04)
    assert shares.sel(horizon=28).std("sample").mean() > 1.2 * today.std("sample").mean()  # it drifts


def test_groups_widen_their_sums_and_nothing_else(tailed, prior):
    fit = fitted(tailed, prior)
    groups = shared_groups(by_region(np.repeat([1, 2], 4)), regions=fit.regions, shared=0.5)
    size = {"samples": 4000, "horizons": 28}
    apart, together = (
        np.log(fit.sample(**size, groups=g, rng=np.random.default_rng(2)).multiplier.sel(horizon=28).values)
        for g in (None, groups)
    )
    assert together.std(axis=0) == pytest.approx(apart.std(axis=0), rel=0.06)
    assert together[:, :4].sum(axis=1).std() > 1.1 * apart[:, :4].sum(axis=1).std()
    correlation = np.corrcoef(together.T)
    assert correlation[0, 1] > correlation[0, 5] + 0.1


def test_same_seed_same_draws(tailed, prior):
    fit = fitted(tailed, prior)
    one, same = (fit.sample(samples=50, horizons=28, rng=np.random.default_rng(3)) for _ in range(2))
    assert one.multiplier.values.tobytes() == same.multiplier.values.tobytes()
    assert np.array_equal(one.choice, same.choice)


def test_too_short_a_history_and_other_dates_are_refused(tailed, prior):
    admissions, census = tailed
    with pytest.raises(DataError, match="57 days of counts, found 40"):
        fitted((admissions.isel(date=slice(-40, None)), census.isel(date=slice(-40, None))), prior)
    with pytest.raises(DataError, match="same dates"):
        fitted((admissions.isel(date=slice(1, None)), census), prior)


def test_a_weekday_on_which_few_leave_is_found_and_goes_on(prior, tailed):
    """On one day of each week 12 patients a region stay until the next day: fewer leavers on it, more on the next."""
    admissions, census = tailed
    held = census.copy()
    held[:, -4::-7] += 12  # three days ago, ten days ago, …; tomorrow's weekday is number 0, so this is number 3
    plain, found = (fitted((admissions, c), prior).weekday for c in (census, held))
    assert plain == pytest.approx(np.ones(7), abs=0.15)
    assert found[3] < plain[3] - 0.3 and found[4] > plain[4] + 0.3
    assert np.delete(found, [3, 4]) == pytest.approx(np.delete(plain, [3, 4]), abs=0.05)
    leaving = fitted((admissions, held), prior).sample(samples=200, horizons=14, rng=np.random.default_rng(1))
    weeks = leaving.multiplier.mean(("sample", "region")).values.reshape(2, 7)
    assert weeks / weeks.mean() == pytest.approx(np.stack([found, found]) / found.mean(), abs=0.1)
