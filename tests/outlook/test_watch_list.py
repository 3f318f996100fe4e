"""The watch list: who stands where and why, in words a reader can check."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from belvedere.care.capacity import passing
from belvedere.outlook.corridor import FIRST_DAY_QUANTILES, Outlook
from belvedere.outlook.watch_list import Watch, watch_list
from tests.outlook.fake_country import REGIONS, inputs_at, outlook_of, world

LAST = np.datetime64("2021-02-15")
NAMES = {"FR-75": "Paris", "FR-2A": "Corse-du-Sud"}


def made(
    icu: dict[str, np.ndarray], *, failed: tuple[str, ...] = (), beds: float = 50.0, known_others: bool = False
) -> Outlook:
    """An outlook whose intensive-care futures are given by region, shape (sample, horizon); 10 patients where not given."""
    inputs = inputs_at(world(), LAST)
    census = np.stack([icu.get(region, np.full((10, 28), 10.0)) for region in REGIONS], axis=1)
    whole = {"hospital_census": census + 20.0, "icu_census": census, "hospital_admissions": census, "icu_admissions": census}
    outlook = outlook_of(inputs, whole, failed=failed)
    capacity = xr.full_like(outlook.capacity, beds)
    chances = {
        level: passing(
            outlook.demand.sel(level=level, drop=True),
            capacity=capacity.sel(level=level, drop=True),
            quantiles=FIRST_DAY_QUANTILES,
        )
        for level in ("ward", "icu")
    }
    alert = {
        level: passing(
            outlook.demand.sel(level=level, drop=True),
            capacity=0.6 * capacity.sel(level=level, drop=True),
            quantiles=FIRST_DAY_QUANTILES,
        )
        for level in ("ward", "icu")
    }
    days = inputs.series["icu_census"].counts["date"]
    r = xr.DataArray(
        np.full((len(REGIONS), days.size), 1.3), {"region": list(REGIONS), "date": days.values}, ("region", "date")
    )
    r[:, -2:] = np.nan  # the last days are still filling up
    reproduction = xr.Dataset({"q05": r - 0.2, "median": r, "q95": r + 0.2, "above_one": r * 0 + 0.95})
    binding = outlook.binding.copy(data=np.full(outlook.binding.shape, "staffed", dtype=object))
    return replace(outlook, capacity=capacity, binding=binding, passing=chances, alert=alert, reproduction=reproduction,
                   others_known=("icu",) if known_others else ())  # fmt: skip


def rising(start: float, step: float, samples: int = 10) -> np.ndarray:
    """Futures that rise by `step` a day; the later samples rise a little slower."""
    slower = np.linspace(1, 0.5, samples)[:, None]
    return np.round(start + step * slower * np.arange(1, 29))


def row(outlook: Outlook, place: str, level: str = "icu") -> Watch:
    return next(w for w in watch_list(outlook, names=NAMES) if (w.place, w.level) == (place, level))


def test_the_gravest_comes_first_and_the_failed_last() -> None:
    outlook = made({"FR-75": rising(45, 2), "FR-2A": rising(30, 1)}, failed=("FR-971",))
    ranked = watch_list(outlook, names=NAMES)
    assert [w.rank for w in ranked] == list(range(1, 11))
    assert (ranked[0].place, ranked[0].level) == ("FR-75", "icu")
    assert {w.place for w in ranked[-2:]} == {"FR-971"}
    assert ranked[-1].status == "failed" and "cannot be foretold: nothing is known" in ranked[-1].reason


def test_chances_and_days_are_those_of_the_futures() -> None:
    outlook = made({"FR-75": rising(45, 2)})
    found = row(outlook, "FR-75")
    futures = outlook.paths["icu_census"].sel(region="FR-75").values
    for within in (7, 14, 28):
        assert found.chance[within] == np.mean((futures[:, :within] > 50).any(axis=1))
    first = np.sort([np.argmax(path > 50) + 1 if (path > 50).any() else 99 for path in futures])
    assert found.first_day[0.1] == LAST + np.timedelta64(int(first[0]), "D")
    assert found.peak[1] == pytest.approx(np.median(futures.max(axis=1)))


def test_the_reason_says_beds_epidemic_and_day() -> None:
    text = row(made({"FR-75": rising(45, 2)}, known_others=False), "FR-75").reason
    assert text.startswith("Paris, intensive care: ")
    for part in ("patients of the epidemic (others are not known) in 50 staffed beds", "R 1.30 (90 %: 1.10 to 1.50)",
                 "within 14 days: above 99 %", "first from 2021-02-18"):  # fmt: skip
        assert part in text, text


def test_no_future_passing_is_said_and_not_called_impossible() -> None:
    text = row(made({}), "FR-2A").reason
    assert "no sampled future passes the beds within 28 days" in text and "Corse-du-Sud" in text


def test_less_than_half_passing_has_no_middle_day() -> None:
    some = np.full((10, 28), 10.0)
    some[:3, 20:] = 60
    found = row(made({"FR-75": some}), "FR-75")
    assert found.chance[28] == 0.3 and 0.1 in found.first_day and 0.5 not in found.first_day
    assert "less than half ever" in found.reason


def test_without_beds_the_rise_ranks_and_no_chance_is_claimed() -> None:
    outlook = made({"FR-75": rising(45, 2), "FR-77": rising(10, 1)}, beds=np.nan)
    ranked = [w for w in watch_list(outlook, names=NAMES) if w.level == "icu"]
    assert all(np.isnan(w.chance[14]) for w in ranked)
    assert "beds are not known" in ranked[0].reason and "highest in 28 days" in ranked[0].reason
    growth = [(w.peak[1] + 1) / (w.present + 1) for w in ranked]
    assert growth == sorted(growth, reverse=True)


def test_the_alert_ranks_among_those_who_do_not_pass() -> None:
    ranked = [w.place for w in watch_list(made({"FR-77": rising(20, 1)}), names=NAMES) if w.level == "icu"]
    assert ranked[0] == "FR-77"


def test_where_not_all_patients_are_known_no_number_is_made_up() -> None:
    outlook = made({"FR-75": rising(45, 2)}, known_others=True)
    unknown = outlook.inputs.series["icu_census"].counts.isel(date=slice(-57, None)) * np.nan
    text = row(replace(outlook, inputs=replace(outlook.inputs, others={"icu": unknown})), "FR-75").reason
    assert "not all patients in 50 staffed beds on 2021-02-15 are known" in text and "nan" not in text
