"""Growth, peak, decline and trough of curves whose phase is plain."""

from __future__ import annotations

import numpy as np
import pytest

from belvedere.errors import DataError
from belvedere.outlook.phases import phases
from tests.outlook.fake_country import REGIONS, labelled


def of(curve: np.ndarray) -> np.ndarray:
    return phases(labelled(np.broadcast_to(curve, (len(REGIONS), len(curve))).copy())).values[0]


def test_a_wave_goes_through_all_four():
    t = np.arange(200)
    found = of(1000 * np.exp(1.5 * np.sin(2 * np.pi * t / 120)))
    assert [found[day] for day in (60, 90, 30, 120, 150)] == ["decline", "trough", "peak", "growth", "peak"]


def test_growth_of_a_tenth_a_week_is_the_border():
    t = np.arange(60)
    assert set(of(1e6 * np.exp(0.11 * t / 7))[20:40]) == {"growth"}
    assert set(of(1e6 * np.exp(-0.11 * t / 7))[20:40]) == {"decline"}
    assert "growth" not in of(1e6 * np.exp(0.09 * t / 7))[20:40]


def test_the_ends_and_what_is_not_known_are_not_judged():
    curve = np.full(100, 50.0)
    curve[40:60] = np.nan
    found = of(curve)
    assert set(found[:7]) == {""}
    assert set(found[-7:]) == {""}
    assert found[50] == ""
    assert found[20] != ""


def test_a_threshold_of_nothing_is_refused():
    with pytest.raises(DataError, match="above 0"):
        phases(labelled(np.ones((len(REGIONS), 30))), flat=0)
