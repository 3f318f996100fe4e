"""Sample paths of admissions: calibrated on simulated waves, joint, repeatable, honest about what is broken."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from belvedere.errors import DataError
from belvedere.ontology.dimensions import check_dims
from belvedere.spread.admissions import admission_paths
from belvedere.spread.reporting import given_delay
from belvedere.spread.screening import Screening
from tests.spread.simulate import WEEKDAYS, joint_wave, labelled


def paths_of(counts, seed=0, samples=300, **options):
    return admission_paths(counts, rng=np.random.default_rng(seed), samples=samples, **options)


def places(paths, truth, seed):
    """Randomised place of the truth among the samples."""
    below, equal = (paths < truth).mean(axis=0), (paths == truth).mean(axis=0)
    return below + np.random.default_rng(seed).random(truth.shape) * equal


@pytest.fixture(scope="module")
def waves():
    """Forecasts of twelve simulated countries against what came: (paths (S, R, H), truth (R, H)) each."""
    result = []
    for seed in range(12):
        counts, _ = joint_wave(12, 150, seed)
        forecast = paths_of(counts.isel(date=slice(0, 122)), seed)
        result.append((forecast.paths.values, counts.values[:, 122:]))
    return result


def test_shape_names_and_days():
    counts, _ = joint_wave(4, 90, 0)
    forecast = paths_of(counts, horizon_days=14, samples=50)
    check_dims(forecast.paths, required=("sample", "region", "horizon"), optional=())
    assert forecast.paths.shape == (50, 4, 14)
    assert forecast.paths["horizon"].values[0] == 1
    assert forecast.paths["date"].values[0] - counts["date"].values[-1] == np.timedelta64(1, "D")
    assert (forecast.paths.values >= 0).all()
    assert (forecast.paths.values == np.round(forecast.paths.values)).all()
    assert (forecast.status["status"] == "ok").all()
    assert forecast.learnt["growth"]["low_rate"] < forecast.learnt["growth"]["high_rate"]


def test_places_are_even_on_simulated_waves(waves):
    place = np.concatenate([places(p, y, i).ravel() for i, (p, y) in enumerate(waves)])
    assert 0.85 <= ((place > 0.05) & (place < 0.95)).mean() <= 0.97
    assert 0.42 <= ((place > 0.25) & (place < 0.75)).mean() <= 0.64
    assert 0.42 <= place.mean() <= 0.58


def test_sums_are_covered_too(waves):
    place = np.concatenate([places(p.sum(1), y.sum(0), i) for i, (p, y) in enumerate(waves)])
    assert 0.8 <= ((place > 0.05) & (place < 0.95)).mean() <= 1.0
    # regions drawn apart would make a much narrower sum: this is what joint means
    joint = np.mean([np.log1p(p.sum(1)).std(axis=0)[-1] for p, _ in waves])
    rng = np.random.default_rng(0)
    apart = np.mean([np.log1p(rng.permuted(p, axis=0).sum(1)).std(axis=0)[-1] for p, _ in waves])
    assert joint > 1.5 * apart


def test_sums_are_covered_from_the_first_week_on():
    """Days on which all regions scatter together say little of where the country stands: its level is uncertain too."""
    place = []
    for seed in range(30):
        counts, _ = joint_wave(12, 150, 100 + seed, level=(20, 60), growth_sd=0.012)
        rng = np.random.default_rng(seed)
        counts = counts.copy(data=rng.poisson(counts.values * rng.gamma(25, 1 / 25, 150)).astype(float))
        weeks = paths_of(counts.isel(date=slice(0, 122)), seed).paths.values.sum(axis=1).reshape(300, 4, 7).sum(axis=-1)
        place.append(places(weeks, counts.values[:, 122:].sum(axis=0).reshape(4, 7).sum(axis=-1), seed))
    first, all_weeks = np.array(place)[:, 0], np.array(place)
    assert 0.4 <= ((first > 0.25) & (first < 0.75)).mean() <= 0.65
    assert ((first > 0.05) & (first < 0.95)).mean() >= 0.85
    assert 0.42 <= ((all_weeks > 0.25) & (all_weeks < 0.75)).mean() <= 0.68


def test_the_further_the_less_sure_and_neither_frozen_nor_exploding(waves):
    for paths, _ in waves:
        spread = np.log1p(paths.sum(1)).std(axis=0)
        assert spread[20:].mean() > 1.5 * spread[:7].mean()
        assert spread[27] < 1.2
    grown = labelled(np.random.default_rng(0).poisson(5 * np.exp(0.07 * np.arange(84)), (3, 84)))
    median = np.median(paths_of(grown).paths.values, axis=0).sum(axis=0)
    last = grown.values[:, -7:].sum(axis=0).mean()
    assert median[6] > 1.15 * last
    assert median[27] < last * np.exp(0.07 * 28)


def test_weekdays_come_back():
    days = np.arange(84)
    counts = labelled(np.random.default_rng(1).poisson(80 * WEEKDAYS[days % 7], (5, 84)))
    mean = paths_of(counts).paths.values.mean(axis=(0, 1))
    assert mean[:14].reshape(2, 7).mean(axis=0) / mean[:14].mean() == pytest.approx(WEEKDAYS / WEEKDAYS.mean(), abs=0.08)


def test_a_holiday_to_come_is_a_quiet_day():
    days = np.arange(84)
    counts = labelled(np.random.default_rng(1).poisson(80 * WEEKDAYS[days % 7], (5, 84)))
    holiday = counts["date"].values[-1] + np.timedelta64(2, "D")  # a Tuesday
    mask = xr.DataArray([True], {"date": [holiday]}, ("date",))
    with_, without = (paths_of(counts, holidays=h).paths.values.mean(axis=(0, 1)) for h in (mask, None))
    assert with_[1] / without[1] == pytest.approx(WEEKDAYS[6] / WEEKDAYS[1], abs=0.1)
    assert with_[2] / without[2] == pytest.approx(1, abs=0.1)


def test_days_still_being_reported_do_not_look_like_a_decline():
    counts = labelled(np.random.default_rng(2).poisson(60, (6, 84)))
    share = given_delay(np.array([0.4, 0.3, 0.2, 0.1]), size=50.0).share_by_date(
        counts["date"].values, counts["date"].values[-1]
    )
    partial = counts.copy(data=np.random.default_rng(3).binomial(counts.values.astype(int), share.values).astype(float))
    told, untold = (paths_of(partial, reported_share=s).paths.values[:, :, :7].mean() for s in (share, None))
    assert told == pytest.approx(60, rel=0.12)
    assert untold < 0.9 * told
    assert (paths_of(partial, reported_share=share).status["status"] == "ok").all()


def test_regions_that_move_together_are_drawn_together():
    rng = np.random.default_rng(4)
    shock = np.cumsum(0.09 * rng.standard_normal(12).repeat(7))
    log_mean = np.log(90) + np.vstack([shock, shock, -shock, -shock])
    forecast = paths_of(labelled(rng.poisson(np.exp(log_mean))), samples=600).paths.values
    size = np.log1p(forecast[:, :, 21:].sum(axis=2))
    together = np.corrcoef((size - size.mean(axis=1, keepdims=True)).T)
    assert together[0, 1] > together[0, 2] + 0.2
    assert together[2, 3] > together[1, 3] + 0.2


def test_the_same_seed_gives_the_same_bytes_and_another_does_not():
    counts, _ = joint_wave(5, 90, 7)
    one, two, other = (paths_of(counts, seed, samples=60).paths.values.tobytes() for seed in (1, 1, 2))
    assert one == two
    assert one != other


def test_only_the_past_given_matters():
    counts, _ = joint_wave(5, 200, 7)
    until = counts.isel(date=slice(0, 150))
    long, short = paths_of(until), paths_of(until.isel(date=slice(-84, None)))
    assert long.paths.values.tobytes() == short.paths.values.tobytes()


def test_permuting_regions_keeps_their_distributions():
    counts, _ = joint_wave(6, 90, 9)
    order = [4, 2, 0, 5, 3, 1]
    straight, turned = (paths_of(c, samples=1500).paths for c in (counts, counts.isel(region=order)))
    turned = turned.sel(region=straight["region"])
    for level in (0.1, 0.5, 0.9):
        a, b = (p.sum("horizon").quantile(level, "sample").values for p in (straight, turned))
        assert a == pytest.approx(b, rel=0.15)


def test_planted_failures_are_never_ok_and_never_spread():
    counts, _ = joint_wave(8, 100, 3, level=(15, 40))
    broken = counts.copy()
    broken[0] = 0.0
    broken[1, 95] *= 10
    broken[2, -7:] = 0.0
    broken[3, :-20] = np.nan
    broken[4, 90] = -7
    broken[5, -10:] = np.nan
    forecast = paths_of(broken)
    status = list(forecast.status["status"].values)
    assert status == ["doubtful", "doubtful", "doubtful", "failed", "doubtful", "doubtful", "ok", "ok"]
    assert all(forecast.status["reason"].values[:6])
    assert np.isnan(forecast.paths.values[:, 3]).all()
    assert np.isfinite(forecast.paths.values[:, [0, 1, 2, 4, 5, 6, 7]]).all()
    assert np.quantile(forecast.paths.values[:, 0], 0.99) <= 2
    clean = paths_of(counts).paths.values
    for r in (1, 4, 6, 7):
        assert np.median(forecast.paths.values[:, r]) == pytest.approx(np.median(clean[:, r]), rel=0.25)


def test_a_week_unlike_what_was_foretold_is_doubtful():
    rng = np.random.default_rng(5)
    values = rng.poisson(40, (12, 84)).astype(float)
    values[0, -7:] = rng.poisson(160, 7)
    forecast = paths_of(labelled(values))
    assert forecast.status["status"].values[0] == "doubtful"
    assert "above what the weeks before foretold" in forecast.status["reason"].values[0]
    assert (forecast.status["status"].values[1:] == "ok").all()


def test_the_screening_is_an_argument():
    counts, _ = joint_wave(3, 60, 0)
    strict = paths_of(counts, screening=Screening(minimum_days=61))
    assert (strict.status["status"] == "failed").all()
    assert "60 days are known, 61 are needed" in strict.status["reason"].values[0]


@pytest.mark.parametrize("mean", [0.02, 0.3])
def test_very_small_regions_stay_small(mean):
    counts = labelled(np.random.default_rng(6).poisson(mean, (10, 84)))
    forecast = paths_of(counts)
    assert forecast.paths.values.mean() == pytest.approx(counts.values.mean(), abs=0.35 * mean + 0.03)
    assert np.quantile(forecast.paths.values, 0.999) <= 20 * mean + 3


def test_one_region_alone_and_none_that_works():
    counts, _ = joint_wave(1, 90, 0)
    assert np.isfinite(paths_of(counts).paths.values).all()
    empty = paths_of(counts * np.nan)
    assert np.isnan(empty.paths.values).all()
    assert empty.status["status"].item() == "failed"


def test_what_cannot_be_used_is_refused():
    counts, _ = joint_wave(2, 60, 0)
    with pytest.raises(DataError, match="one day apart"):
        paths_of(counts.isel(date=[*range(30), *range(31, 60)]))
    with pytest.raises(DataError, match="region"):
        paths_of(counts.transpose("date", "region"))
    with pytest.raises(DataError, match="samples"):
        paths_of(counts, samples=1)
    with pytest.raises(DataError, match="reported_share"):
        paths_of(counts, reported_share=xr.ones_like(counts) * 1.5)
