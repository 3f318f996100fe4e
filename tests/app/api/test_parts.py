"""The parts behind the answers: what is kept, which run answers, fans, what is still coming in, beds by day, scores."""

from __future__ import annotations

import datetime as dt
import threading
import time
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from belvedere.app.api.arriving import arriving
from belvedere.app.api.asked import Asked
from belvedere.app.api.ground import _carried, _curve, least, read_ground
from belvedere.app.api.kept import Kept
from belvedere.app.api.reporting import Reporting, odd_places
from belvedere.app.api.runs import Run, answering, before, runs
from belvedere.app.api.said import Fan, fans
from belvedere.app.api.scores import HORIZONS, LEAST_DAYS, records
from belvedere.errors import WorkspaceError
from belvedere.outlook.settings import Settings
from belvedere.sources.ingest import workspace_places
from belvedere.spread.reporting import ReportingDelay
from belvedere.trust.gate import Gate
from tests.app.demo_workspace import NOW

DAY = dt.date(2026, 11, 21)
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)

# -- what is kept --------------------------------------------------------------------------------------------------------


def test_a_value_is_made_once_however_many_want_it_at_once():
    kept, made, got = Kept(4), [], []

    def make():
        made.append(1)
        time.sleep(0.05)
        return "value"

    threads = [threading.Thread(target=lambda: got.append(kept.get("key", make))) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [1] and got == ["value"] * 10 and kept.has("key")


def test_what_fails_is_told_to_all_and_not_kept():
    kept = Kept(4)
    with pytest.raises(ZeroDivisionError):
        kept.get("key", lambda: 1 / 0)
    assert not kept.has("key") and kept.get("key", lambda: 2) == 2


def test_the_longest_unused_goes_first():
    kept = Kept(2)
    for key in ("a", "b"):
        kept.get(key, lambda key=key: key)
    kept.get("a", lambda: "again")
    kept.get("c", lambda: "c")
    assert kept.get("a", lambda: "new") == "a" and not kept.has("b")


# -- which run answers ---------------------------------------------------------------------------------------------------


def run(sequence: int, day: int, *, as_of: int | None = None, country: str = "FR", scenario: str | None = None) -> Run:
    """An outlook of a day of November, made on it, or replayed on the 30th."""
    made = dt.datetime(2026, 11, 30 if as_of else day, 8, tzinfo=dt.UTC)
    then = dt.datetime(2026, 11, as_of, 23, 59, tzinfo=dt.UTC) if as_of else made
    told = None if as_of is None else f"2026-11-{as_of:02d}"
    return Run(sequence, sequence, "f", country, scenario, dt.date(2026, 11, day - 1), made, told, then, ())


LIVE, OLD, REPLAY, OTHER = run(5, 20), run(2, 10), run(9, 15, as_of=15), run(8, 20, country="IT")
ALL = (REPLAY, OTHER, LIVE, OLD)


@pytest.mark.parametrize(
    ("until", "found"),
    [(None, LIVE), (9, None), (12, OLD), (16, REPLAY), (19, REPLAY), (25, LIVE)],
)
def test_the_outlook_that_knew_most_of_what_was_known_then(until, found):
    moment = None if until is None else dt.datetime(2026, 11, until, 23, 59, 59, tzinfo=dt.UTC)
    assert answering(ALL, "FR", moment, None) is found


def test_a_scenario_has_its_own_outlooks():
    what_if = run(11, 20, scenario="curfew")
    assert answering((*ALL, what_if), "FR", None, "curfew") is what_if and answering((*ALL, what_if), "FR", None, None) is LIVE


def test_outlooks_before_are_one_a_day_and_said_at_the_time_first():
    twice = run(12, 10, as_of=10)
    assert before((*ALL, twice), LIVE, 182) == (REPLAY, OLD)
    assert before((*ALL, twice), LIVE, 6) == (REPLAY,)


def test_as_of_must_be_a_day_or_an_instant():
    with pytest.raises(WorkspaceError):
        Asked.of("/x", [], None, "soon", None, None, None)


# -- fans ----------------------------------------------------------------------------------------------------------------


def fan(*columns: tuple[float, ...]) -> Fan:
    """Quantiles of LEVELS, a column a day from the 22nd on."""
    days = tuple(DAY + dt.timedelta(days=n) for n in range(1, len(columns) + 1))
    return Fan(days, LEVELS, np.array(columns, dtype=float).T)


def test_rows_become_fans_and_an_incomplete_one_is_left_out():
    rows = pd.DataFrame(
        [
            ("t", place, DAY + dt.timedelta(days=d), f"{q:g}", 10 * d + 100 * q)
            for place in "AB"
            for d in (1, 2)
            for q in LEVELS
        ],
        columns=["target", "place", "target_end_date", "output_type_id", "value"],
    ).sample(frac=1, random_state=0)
    lacking = rows[
        (rows["place"] == "A") | (rows["output_type_id"] != "0.5") | (rows["target_end_date"] != DAY + dt.timedelta(days=1))
    ]
    assert set(fans(rows)) == {("t", "A"), ("t", "B")} and set(fans(lacking)) == {("t", "A")}
    made = fans(rows)["t", "A"]
    assert made.days == (DAY + dt.timedelta(days=1), DAY + dt.timedelta(days=2)) and made.levels == LEVELS
    assert made.at(0.5).tolist() == [60.0, 70.0] and made.on(DAY) is None


@pytest.mark.parametrize(
    ("limit", "chance"), [(30.0, 0.5), (35.0, 0.375), (0.0, 0.95), (100.0, 0.05), (float("nan"), float("nan"))]
)
def test_the_chance_of_more_than_a_limit_is_read_off_the_quantiles(limit, chance):
    found = fan((10, 20, 30, 40, 50)).chance_above(np.array([limit]))
    np.testing.assert_allclose(found, [chance])


@given(st.lists(st.floats(0, 1000), min_size=5, max_size=5), st.floats(0, 1000), st.floats(0, 1000))
def test_a_higher_limit_is_never_likelier_to_be_passed(quantiles, one, other):
    low, high = sorted((one, other))
    both = (
        fan(tuple(sorted(quantiles))).chance_above(np.array([low])),
        fan(tuple(sorted(quantiles))).chance_above(np.array([high])),
    )
    assert 0 < both[1][0] <= both[0][0] < 1


# -- what is still coming in ---------------------------------------------------------------------------------------------


def coming(share, values, size=np.inf, read_later=0):
    delay = ReportingDelay(np.array(share), np.full(len(share), size), "estimated", np.ones(len(share), dtype=int))
    days = np.datetime64("2026-11-17") + np.arange(len(values))
    read = dt.datetime.fromisoformat(f"{days[-1]}T23:00+00:00") + dt.timedelta(days=read_later)
    inputs = SimpleNamespace(delay=delay, driver="hospital_admissions", last_day=days[-1], as_of=read)
    return arriving(SimpleNamespace(inputs=inputs, days=days), "hospital_admissions", np.array(values, dtype=float))


def test_days_still_coming_in_are_estimated_from_what_is_known():
    found = coming([0.5, 0.8, 1.0], [10, 10, 8, 5])
    np.testing.assert_allclose(found.expected, [10, 10, 10, 10])
    assert found.open.tolist() == [False, False, True, True]
    low, high = found.ends()
    assert (low >= found.received).all() and (low <= found.expected).all() and (high >= found.expected).all()
    assert low[0] == high[0] == 10.0


def test_delays_count_to_the_moment_of_reading_not_to_the_newest_day():
    """Read a day later, the newest day is one day old: more of it is known, and less is to be expected."""
    np.testing.assert_allclose(coming([0.5, 0.8, 1.0], [10, 10, 8], read_later=1).expected, [10, 10, 10])


def test_a_delay_less_sure_gives_wider_ends_and_an_unknown_day_stays_unknown():
    sure, unsure = coming([0.5, 1.0], [100, 50]), coming([0.5, 1.0], [100, 50], size=5.0)
    assert unsure.ends()[1][-1] > sure.ends()[1][-1] and unsure.sd[-1] > sure.sd[-1]
    assert np.isnan(coming([0.5, 1.0], [100, np.nan]).ends()[0][-1])


# -- beds by day ---------------------------------------------------------------------------------------------------------

DAYS = np.datetime64("2026-11-01") + np.arange(6)


def beds(place: str, level: str, day: int, value: float) -> dict:
    return {"place": place, "level": level, "day": np.datetime64(f"2026-11-{day:02d}"), "value": value}


def test_beds_of_a_region_add_up_its_hospitals_each_for_as_long_as_it_counts():
    rows = pd.DataFrame([beds("H1", "icu", 1, 10), beds("H1", "icu", 4, 12), beds("H2", "icu", 2, 5)])
    found = _curve(rows, "R", DAYS, 2, "icu")
    np.testing.assert_array_equal(found, [10, 15, 15, 17, 12, 12])


def test_a_survey_of_the_region_counts_however_old():
    np.testing.assert_array_equal(_curve(pd.DataFrame([beds("R", "icu", 2, 20)]), "R", DAYS, 2, "icu"), [np.nan, *[20.0] * 5])


def test_wards_without_their_main_part_are_not_known():
    assert np.isnan(_curve(pd.DataFrame([beds("H1", "hdu", 1, 3)]), "R", DAYS, 9, "ward")).all()
    np.testing.assert_array_equal(_carried(DAYS[[0]], np.array([1.0]), DAYS, 1), [1, 1, *[np.nan] * 4])


def test_the_least_of_the_known_kinds_is_named():
    value, which = least({"staffed": np.array([5.0, np.nan, np.nan]), "physical": np.array([5.0, 9.0, np.nan])})
    np.testing.assert_array_equal(value, [5, 9, np.nan])
    assert which == ["staffed", "physical", None]


def test_the_last_day_of_the_curve_is_what_the_outlook_reads(looking):
    gate = Gate(looking, lambda: NOW)
    ground = read_ground(gate.snapshot(), country="FR", places=workspace_places(looking),
                         settings=Settings.load(looking.path / "overrides"), now=NOW)  # fmt: skip
    for kind, known in ground.inputs.beds.kinds.items():
        for level in ("icu", "ward"):
            shown = [ground.beds[level, region][kind][-1] for region in ground.regions if (level, region) in ground.beds]
            expected = known.sel(level=level).values[[(level, region) in ground.beds for region in ground.regions]]
            np.testing.assert_array_equal(shown, expected)
    whole = ground.values["icu_census", "FR"]
    np.testing.assert_array_equal(whole, sum(ground.values["icu_census", region] for region in ground.regions))


# -- scores --------------------------------------------------------------------------------------------------------------


def scored(fans_of, n: int = 8):
    """n outlooks, a week apart, of a place that always counts 100."""
    days = np.datetime64("2026-06-01") + np.arange(150)
    rng = np.random.default_rng(1)
    truth = 100 + rng.normal(0, 10, len(days)).round()
    position = lambda day: int((np.datetime64(day, "D") - days[0]).astype(int))  # noqa: E731
    ground = SimpleNamespace(values={("icu_census", "P"): truth}, days=days, position=position)
    made = [dt.date(2026, 8, 1) + dt.timedelta(weeks=w) for w in range(n)]
    past = []
    for i, day in enumerate(made):
        ahead = tuple(day + dt.timedelta(days=d) for d in range(1, 29))
        fan = Fan(ahead, LEVELS, np.array([[q] * 28 for q in fans_of], dtype=float))
        past.append((SimpleNamespace(commit_id=i, reference_date=day), {("icu_census", "P"): fan}))
    return records(ground, past, ("icu_census",))["icu_census", "P"]


def test_wide_intervals_hold_everything_and_narrow_ones_beside_the_truth_nothing():
    wide, wrong = scored((0, 50, 100, 150, 200)), scored((300, 301, 302, 303, 304))
    assert [row.horizon for row in wide.rows] == list(HORIZONS) and wide.made == wide.judged == 8
    assert all(row.coverage_50 == row.coverage_90 == 1.0 for row in wide.rows)
    assert all(row.coverage_90 == 0.0 and row.relative_wis > 5 for row in wrong.rows)
    good = scored((84, 93, 100, 107, 116))
    assert all(row.relative_wis < 1 < wide_row.relative_wis for row, wide_row in zip(good.rows, wide.rows, strict=True))


def test_too_few_outlooks_have_no_score():
    assert scored((84, 93, 100, 107, 116), n=LEAST_DAYS - 1).rows == ()


def test_the_runs_of_a_workspace_newest_first(looking):
    found = runs(looking)
    assert [r.feed for r in found] == ["outlook", "replay", "replay", "replay"] and found[0].as_of is None
    assert [r.sequence for r in found] == sorted((r.sequence for r in found), reverse=True)


# -- places to check -----------------------------------------------------------------------------------------------------


def test_a_place_is_odd_where_a_rule_found_something_wrong_on_the_newest_day_of_the_leading_feed():
    told = Reporting("flows", DAY, 4, {"FR-02": None})
    rows = [("flows", "FR-59", DAY, "error"), ("flows", "FR-60", DAY, "info"), ("other", "FR-62", DAY, "error"),
            ("flows", "FR-80", DAY - dt.timedelta(days=1), "error"), ("flows", "FR-02", DAY, "warning"),
            ("flows", None, DAY, "error")]  # fmt: skip
    findings = pd.DataFrame(rows, columns=["feed", "place", "last_date", "severity"])
    assert odd_places(told, findings) == {"FR-59"}
    assert odd_places(told, None) == odd_places(None, findings) == frozenset()
