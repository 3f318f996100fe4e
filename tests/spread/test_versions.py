"""How complete the last days are, from past versions: exact on a triangle whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from belvedere.spread.calendar_effects import weekday_numbers
from belvedere.spread.versions import delay_from_versions

DAY = np.timedelta64(1, "D")
START = np.datetime64("2026-01-01")
SHARE = np.array([0.5, 0.8, 0.95, 1.0])


def published(day: np.datetime64, final: np.ndarray) -> tuple[np.datetime64, xr.DataArray]:
    """What is known on that day of finals (region, day) when the share SHARE is known by age."""
    days = START + np.arange(final.shape[1]) * DAY
    age = ((day - days) / DAY).astype(int)
    share = np.where(age < 0, np.nan, SHARE[np.clip(age, 0, len(SHARE) - 1)])
    seen = age >= 0
    coords = {"region": np.arange(len(final)).astype(str), "date": days[seen].astype("datetime64[ns]")}
    return day, xr.DataArray((final * share)[:, seen], coords, ("region", "date"))


def test_the_share_is_found_exactly_from_daily_and_from_weekly_versions() -> None:
    final = np.full((3, 60), 100.0) * np.array([1, 2, 5])[:, None]
    for every in (1, 7):
        versions = [published(START + day * DAY, final) for day in range(10, 60, every)] + [published(START + 59 * DAY, final)]
        delay = delay_from_versions(versions, longest=5, least=3)
        assert delay.basis == "estimated"
        np.testing.assert_allclose(delay.share, [0.5, 0.8, 0.95, 1, 1, 1])


def test_too_few_versions_teach_nothing_and_say_so() -> None:
    final = np.full((1, 40), 10.0)
    one = [published(START + 20 * DAY, final), published(START + 39 * DAY, final)]
    assert delay_from_versions(one, longest=5, least=3).basis == "none"
    assert delay_from_versions(one[-1:], longest=5, least=1).basis == "none"


def test_days_still_filling_up_teach_nothing() -> None:
    """The newest version is not final for its own last days: they may not count as the whole."""
    final = np.full((1, 30), 10.0)
    versions = [published(START + day * DAY, final) for day in range(20, 30)]
    delay = delay_from_versions(versions, longest=4, least=1)
    np.testing.assert_allclose(delay.share[:4], SHARE)


def test_a_cell_one_version_lacks_counts_in_neither() -> None:
    final = np.full((2, 40), 10.0)
    versions = [published(START + day * DAY, final) for day in range(20, 40)]
    for _, counts in versions[:-1]:
        counts.loc[{"region": "1"}] = np.nan
    np.testing.assert_allclose(delay_from_versions(versions, longest=4, least=1).share[:3], SHARE[:3])


def test_a_source_that_corrects_downwards_is_complete_early_and_never_above_one() -> None:
    day, counts = published(START + 39 * DAY, np.full((1, 40), 10.0))
    early = [(START + d * DAY, published(START + d * DAY, np.full((1, 40), 30.0))[1]) for d in range(20, 39)]
    share = delay_from_versions([*early, (day, counts)], longest=4, least=1).share
    assert (share <= 1).all() and (np.diff(share) >= 0).all()


def test_a_weekday_that_reports_less_is_learnt_from_its_own_weekday() -> None:
    """On Sundays only a fifth of the day before is known; today is a Sunday."""
    final = np.full((1, 100), 50.0)
    versions = []
    for n in range(30, 99):
        day = START + n * DAY
        version = published(day, final)
        if weekday_numbers(day) == 6:
            version[1].values[:, -2] = 10.0  # the day before the version's last
        versions.append(version)
    sunday = next(n for n in range(len(versions) - 1, 0, -1) if weekday_numbers(versions[n][0]) == 6)
    share = delay_from_versions(versions[: sunday + 1], longest=5, least=3).share
    assert share[1] == pytest.approx(0.2) and share[2] == pytest.approx(0.95)
    monday = delay_from_versions(versions[: sunday + 2], longest=5, least=3).share
    assert monday[1] == pytest.approx(0.8)
