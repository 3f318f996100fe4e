import numpy as np
import pytest

from belvedere.care.assess import assess
from tests.care.conftest import dated

DAYS = 70


@pytest.fixture
def counts():
    rng = np.random.default_rng(1)
    admitted = rng.poisson(12, (3, DAYS)).astype(float)
    hospital = 120 + np.cumsum(rng.integers(-6, 7, (3, DAYS)), axis=1).astype(float)
    return {"admissions": dated(admitted), "hospital": dated(hospital), "icu": dated(np.round(hospital * 0.15))}


PLANTED = {
    "no hospital census": ("hospital", slice(None), lambda v: v * np.nan),
    "no hospital census today": ("hospital", slice(-1, None), lambda v: v * np.nan),
    "stands at": ("hospital", slice(-8, None), lambda v: v * 0 + 118),
    "above hospital census": ("icu", slice(-1, None), lambda v: v * 0 + 400),
    "negative hospital census": ("hospital", slice(-1, None), lambda v: -v),
    "hospital census jumps": ("hospital", slice(-2, None), lambda v: v * 10),
    "hospital census jumps to": ("hospital", slice(-1, None), lambda v: np.round(v / 10)),
    "no admission in 7 days": ("admissions", slice(-7, None), lambda v: v * 0),
    "no admissions reported in the last 7 days": ("admissions", slice(-7, None), lambda v: v * np.nan),
    "no admissions": ("admissions", slice(None), lambda v: v * np.nan),
    "admissions jump": ("admissions", slice(-3, -2), lambda v: v * 0 + 150),
    "negative admissions": ("admissions", slice(-3, -2), lambda v: v * 0 - 4),
    "of the days without hospital census": ("hospital", slice(-20, -10), lambda v: v * np.nan),
}


@pytest.mark.parametrize("words", PLANTED)
def test_what_is_planted_is_named_and_only_there(words, counts, limits):
    name, days, change = PLANTED[words]
    values = counts[name].values
    values[1, days] = change(values[1, days])
    found = assess(**counts, limits=limits)
    assert found.status.values.tolist()[0] == found.status.values.tolist()[2] == "ok"
    assert found.status.values[1] in ("doubtful", "failed")
    assert words in found.reason.values[1]


def test_good_counts_are_ok(counts, limits):
    found = assess(**counts, limits=limits)
    assert found.status.values.tolist() == ["ok"] * 3
    assert found.reason.values.tolist() == [""] * 3


def test_all_zeros_where_patients_were_is_not_ok(counts, limits):
    for name in counts:
        counts[name].values[1, -5:] = 0
    assert assess(**counts, limits=limits).status.values[1] == "failed"


def test_a_region_absent_from_the_admissions_is_failed(counts, limits):
    counts["admissions"] = counts["admissions"].isel(region=[0, 2])
    found = assess(**counts, limits=limits)
    assert found.status.values.tolist() == ["ok", "failed", "ok"]


def test_a_quiet_region_that_stands_still_is_ok(limits):
    rng = np.random.default_rng(2)
    admitted = (rng.random((1, DAYS)) < 0.1).astype(float)
    found = assess(dated(admitted), dated(np.full((1, DAYS), 2.0)), limits=limits)
    assert found.status.item() == "ok"
