"""Reporting delay: shares recovered, nowcasts that hold what was reported later, nothing invented where nothing is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from belvedere.errors import DataError
from belvedere.spread.reporting import chain_ladder, estimate_delay, given_delay, no_delay, nowcast
from tests.spread.simulate import FIRST, labelled

PMF = np.array([0.3, 0.25, 0.2, 0.1, 0.08, 0.05, 0.02])


def reports(days: int, seed: int, *, mean=60.0, wobble=200.0, regions=1) -> np.ndarray:
    """Cumulative counts (R, T, D) as known after each delay, the chances of the delays wobbling from day to day."""
    rng = np.random.default_rng(seed)
    level = mean * np.exp(0.4 * np.sin(np.arange(days) / 20))
    result = np.empty((regions, days, len(PMF)))
    for r in range(regions):
        for day in range(days):
            chances = rng.dirichlet(PMF * wobble)
            result[r, day] = np.cumsum(rng.multinomial(rng.poisson(level[day]), chances))
    return result


def as_known(cumulative: np.ndarray, today: int) -> xr.DataArray:
    """(R, T, D) with what lies after `today` unknown."""
    known = cumulative[:, : today + 1].copy()
    age = today - np.arange(today + 1)
    known[:, np.arange(len(PMF)) > age[:, None]] = np.nan
    days = (FIRST + np.arange(today + 1)).astype("datetime64[ns]")
    return xr.DataArray(known, {"date": days, "delay": np.arange(len(PMF))}, ("region", "date", "delay"))


def test_shares_are_recovered_from_vintages():
    delay = estimate_delay(as_known(reports(150, 0, mean=300), 149))
    assert delay.basis == "estimated"
    assert delay.share == pytest.approx(np.cumsum(PMF), abs=0.03)
    assert (np.diff(delay.share) > 0).all()
    assert delay.share[-1] == 1


def test_a_changed_delay_is_followed():
    before, after = reports(100, 1, mean=300), reports(60, 2, mean=300)
    after[:, :, 0] *= 0.3
    delay = estimate_delay(as_known(np.concatenate([before, np.round(after)], axis=1), 159))
    assert delay.share[0] == pytest.approx(0.09, abs=0.015)


def test_the_nowcast_is_calibrated():
    cumulative = reports(330, 3, wobble=60)
    places = []
    for today in range(120, 320, 7):
        delay = estimate_delay(as_known(cumulative, today))
        age = np.arange(6, -1, -1)
        now = cumulative[0, today - age, age]
        paths = nowcast(
            labelled(now, FIRST + today - 6), delay, as_of=FIRST + today, rng=np.random.default_rng(today), samples=400
        ).values[:, 0]
        final = cumulative[0, today - age, -1]
        below, equal = (paths < final).mean(axis=0), (paths == final).mean(axis=0)
        places.append((below + np.random.default_rng(today).random(7) * equal)[age < 5])
    places = np.array(places)
    assert 0.84 <= ((places > 0.05) & (places < 0.95)).mean() <= 0.97
    assert 0.40 <= ((places > 0.25) & (places < 0.75)).mean() <= 0.62


def test_nothing_already_counted_is_lost_and_old_days_stand():
    counts = labelled([[5.0, 9, 0, 7, 3, 2, 1, 0, np.nan, 4]])
    delay = given_delay(PMF, size=20.0)
    paths = nowcast(counts, delay, as_of=FIRST + 9, rng=np.random.default_rng(0), samples=300)
    assert paths.dims == ("sample", "region", "date")
    assert (paths.values[:, 0, :4] == counts.values[0, :4]).all()
    assert np.isnan(paths.values[:, 0, 8]).all()
    known = np.isfinite(counts.values[0])
    assert (paths.values[:, 0, known] >= counts.values[0, known]).all()
    # 4 counted at delay 0, of which 30 % are known: (4 + ½) · 0.7 / 0.3 more are expected
    assert paths.values[:, 0, 9].mean() == pytest.approx(4 + 4.5 * 0.7 / 0.3, rel=0.1)


def test_without_vintages_it_says_so_and_changes_nothing():
    counts = labelled([[5.0, 9, 0, 7]])
    delay = no_delay()
    assert delay.basis == "none"
    paths = nowcast(counts, delay, as_of=FIRST + 3, rng=np.random.default_rng(0), samples=5)
    assert (paths.values == counts.values).all()
    assert given_delay(PMF, size=5.0).basis == "given"


def test_delays_count_from_zero():
    share = given_delay(PMF, size=9.0).share_by_date(FIRST + np.arange(10), FIRST + 8)
    assert share.values[8] == pytest.approx(PMF[0])
    assert share.values[7] == pytest.approx(PMF[0] + PMF[1])
    assert share.values[9] == 0
    assert (share.values[:3] == 1).all()


def test_the_chain_ladder_by_hand():
    triangle = np.array([[10.0, 20, 40], [20, 40, 80], [30, 60, np.nan], [5, np.nan, np.nan]])
    assert chain_ladder(triangle, 28) == pytest.approx([0.25, 0.5, 1.0])


def test_corrections_downwards_are_scaled():
    triangle = np.tile([12.0, 11.0, 10.0], (60, 1))
    known = xr.DataArray(triangle, {"date": FIRST + np.arange(60), "delay": [0, 1, 2]}, ("date", "delay"))
    delay = estimate_delay(known)
    assert delay.share[0] == pytest.approx(1.2)
    paths = nowcast(labelled([[12.0]]), delay, as_of=FIRST, rng=np.random.default_rng(0), samples=3)
    assert (paths.values == 10).all()


def test_the_same_seed_gives_the_same_bytes():
    counts, delay = labelled([[5.0, 9, 0, 7]]), given_delay(PMF, size=3.0)
    one, two = (nowcast(counts, delay, as_of=FIRST + 3, rng=np.random.default_rng(4)).values for _ in range(2))
    assert one.tobytes() == two.tobytes()


def test_what_cannot_be_used_is_refused():
    known = as_known(reports(60, 0), 59)
    with pytest.raises(DataError, match="dimensions"):
        estimate_delay(known.transpose("date", "region", "delay"))
    with pytest.raises(DataError, match="0, 1, 2"):
        estimate_delay(known.assign_coords(delay=np.arange(1, 8)))
    with pytest.raises(DataError, match="14 are needed"):
        estimate_delay(known.isel(date=slice(0, 12)))
    with pytest.raises(DataError, match="after"):
        nowcast(labelled([[5.0, 9, 0, 7]]), no_delay(), as_of=FIRST, rng=np.random.default_rng(0))


def test_a_real_triangle(data_folder):
    """German hospitalisations 2021 as reported day by day: finals foretold twenty days deep, in months of worsening delay."""
    table = pd.read_parquet(data_folder / "germany" / "hospitalisation_reporting_triangle_2021.parquet")
    table = table[table["age_group"] == "00+"]
    cumulative = table.pivot(index="reference_date", columns="delay", values="count").to_numpy(dtype=float).cumsum(axis=1)
    inside, deep = [], np.arange(19, -1, -1)
    for today in range(100, 195, 12):
        age = today - np.arange(today + 1)
        known = np.where(np.arange(41) <= age[:, None], cumulative[: today + 1], np.nan)
        delay = estimate_delay(xr.DataArray(known, {"date": FIRST + np.arange(today + 1)}, ("date", "delay")))
        now = labelled(cumulative[today - deep, deep], FIRST + today - 19)
        paths = nowcast(now, delay, as_of=FIRST + today, rng=np.random.default_rng(today)).values[:, 0]
        low, high = np.quantile(paths, [0.05, 0.95], axis=0)
        final = cumulative[today - deep, -1]
        inside.append((low <= final) & (final <= high))
        if today > 150:
            assert np.abs(np.median(paths, axis=0)[:15] / final[:15] - 1).max() < 0.35
    assert np.mean(inside) > 0.7
