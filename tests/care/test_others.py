import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from belvedere.care.others import other_patients, weekday, weekday_factors
from belvedere.errors import DataError
from tests.care.conftest import dated

WEEKLY = np.array([1.0, 1.05, 1.06, 1.05, 1.03, 0.93, 0.88])  # Monday to Sunday


def wards(rng, *, regions=8, days=200, level=300.0, step=0.01, back=0.05):
    """Others as the census of a hospital: a level that wanders and comes back, a weekday pattern, whole persons."""
    log = np.zeros((regions, days))
    for day in range(1, days):
        log[:, day] = (1 - back) * log[:, day - 1] + step * rng.standard_normal(regions)
    dates = dated(np.zeros(days)).date.values
    return dated(rng.poisson(level / 20, (regions, days)) - level / 20 + np.round(level * np.exp(log) * WEEKLY[weekday(dates)]))


def forecast(others, seed=0, **changes):
    wanted = {"samples": 200, "horizons": 28, "days": 84, "pooled_persons": 500.0, "common_drift": 0.015} | changes
    return other_patients(others, rng=np.random.default_rng(seed), **wanted)


def test_intervals_cover_what_comes():
    """Aims: 50 % covers 40-65, 90 % covers 83-97, at each of four horizons, over 12 dates and 8 regions."""
    inside = {(h, c): [] for h in (1, 7, 14, 28) for c in (50, 90)}
    for seed in range(12):
        truth = wards(np.random.default_rng(seed))
        paths = forecast(truth.isel(date=slice(None, -28)), seed)
        for h, c in inside:
            low, high = np.quantile(paths.sel(horizon=h), [0.5 - c / 200, 0.5 + c / 200], axis=0)
            inside[h, c].extend((low <= truth.values[:, -29 + h]) & (truth.values[:, -29 + h] <= high))
    for (h, c), hits in inside.items():
        assert (40 if c == 50 else 83) <= 100 * np.mean(hits) <= (65 if c == 50 else 97), (h, c, np.mean(hits))


def test_the_weekday_pattern_goes_on():
    steady = wards(np.random.default_rng(1), step=0.002)
    paths = forecast(steady)
    ahead = weekday(steady.date.values[-1].astype("datetime64[D]") + np.arange(1, 29))
    found = np.array([paths.values[:, :, ahead == d].mean() for d in range(7)])
    assert found / found.mean() == pytest.approx(WEEKLY / WEEKLY.mean(), rel=0.02)


def test_weekday_factors_are_those_planted_and_lean_on_all_regions_where_few():
    rng = np.random.default_rng(2)
    days = np.arange(140) % 7
    many, few = 1000 * WEEKLY[days], rng.poisson(0.3 * WEEKLY[days])
    found = weekday_factors(np.stack([many, few]).astype(float), days, pooled_persons=500.0)
    assert found == pytest.approx(np.stack([WEEKLY, WEEKLY]) / WEEKLY.mean(), rel=0.05)


def test_a_day_far_off_counts_for_tomorrow_as_far_as_such_days_lasted():
    """Where levels wander from day to day, tomorrow starts from today; where days only scatter, from the week."""
    rng = np.random.default_rng(3)
    wandering = np.round(400 + np.cumsum(rng.normal(0, 12, (6, 120)), axis=1) * 0.9)
    scattering = np.round(400 + rng.normal(0, 30, (6, 120)))
    wandering[:, -1], scattering[:, -1] = wandering[:, -2] + 60, 520
    after = forecast(dated(np.maximum(wandering, 0))).sel(horizon=1).mean("sample").values
    assert after == pytest.approx(wandering[:, -1], abs=25)
    after = forecast(dated(scattering)).sel(horizon=1).mean("sample").values
    assert after == pytest.approx(400, abs=60)


def test_regions_that_moved_together_do_so_again():
    rng = np.random.default_rng(4)
    together = np.cumsum(rng.normal(0, 6, 150))
    one = np.round(500 + together + rng.normal(0, 3, (2, 150)))
    apart = np.round(500 + np.cumsum(rng.normal(0, 6, (2, 150)), axis=1))
    shared, own = (np.corrcoef(forecast(dated(v), common_drift=1e-9).sel(horizon=14).values.T)[0, 1] for v in (one, apart))
    assert shared > 0.9 and own < shared - 0.2


def test_common_drift_widens_the_sum_of_all():
    flat = wards(np.random.default_rng(5), step=0.002)
    narrow, wide = (forecast(flat, common_drift=d).sum("region").sel(horizon=28).std().item() for d in (1e-9, 0.02))
    assert wide == pytest.approx(np.hypot(narrow, 8 * 300 * 0.02 * 2), rel=0.2)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), level=st.sampled_from([0.0, 0.4, 3.0, 200.0]), holes=st.floats(0, 0.4))
def test_whole_persons_never_below_zero(seed, level, holes):
    rng = np.random.default_rng(seed)
    counts = rng.poisson(level, (3, 90)).astype(float)
    counts[rng.random(counts.shape) < holes] = np.nan
    counts[:, -1] = 1.0
    paths = forecast(dated(counts), seed, samples=20).values
    known = paths[np.isfinite(paths)]
    assert known.size and (known >= 0).all() and np.array_equal(known, np.round(known))


def test_an_unknown_region_is_nan_and_changes_no_other():
    counts = wards(np.random.default_rng(6))
    broken = counts.copy()
    broken[2, -8:] = np.nan
    broken[5, :-30] = np.nan
    paths = forecast(broken)
    assert np.isnan(paths.isel(region=[2, 5])).all()
    assert np.isfinite(paths.isel(region=[0, 1, 3, 4, 6, 7])).all()


def test_same_seed_same_bytes():
    counts = wards(np.random.default_rng(7))
    assert forecast(counts, 1).values.tobytes() == forecast(counts, 1).values.tobytes()
    assert forecast(counts, 1).values.tobytes() != forecast(counts, 2).values.tobytes()


def test_too_short_a_history_is_refused():
    with pytest.raises(DataError, match="28 days take 49 days of other patients, found 40"):
        forecast(dated(np.ones((2, 40))))
