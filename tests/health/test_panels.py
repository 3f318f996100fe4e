from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from belvedere.health.panels import NO_ROW, REPORTED, SUPPRESSED, WITHDRAWN, build_panels, partner
from tests.health.conftest import days, rows_of


def test_a_grid_holds_each_value_at_its_place_and_date():
    values = np.array([[1.0, np.nan, 3.0], [4.0, 5.0, 6.0]])
    (panel,) = build_panels(rows_of({"cases": values}).sample(frac=1, random_state=1)).values()
    assert list(panel.places) == ["XX-00", "XX-01"]
    assert (panel.dates == days(3)).all()
    np.testing.assert_array_equal(panel.values, values)
    np.testing.assert_array_equal(panel.state == NO_ROW, np.isnan(values))


def test_states_are_kept_apart():
    rows = rows_of({"cases": np.array([[1.0, 2.0, 3.0]])})
    rows["status"] = ["reported", "suppressed", "withdrawn"]
    rows.loc[1:, "value"] = np.nan
    (panel,) = build_panels(rows).values()
    assert panel.state.tolist() == [[REPORTED, SUPPRESSED, WITHDRAWN]]


def test_the_row_known_last_holds():
    rows = rows_of({"cases": np.array([[1.0, 2.0]])})
    later = rows.assign(value=[7.0, 8.0], known_at=pd.Timestamp("2020-04-02", tz="UTC"))
    rows = rows.assign(known_at=pd.Timestamp("2020-04-01", tz="UTC"))
    (panel,) = build_panels(pd.concat([later, rows])).values()
    assert panel.values.tolist() == [[7.0, 8.0]]


def test_indicators_of_a_feed_share_axes_and_other_feeds_do_not():
    panels = build_panels(
        pd.concat(
            [
                rows_of({"cases": np.ones((2, 5)), "tests": np.array([[1.0, 2.0]])}),
                rows_of({"cases": np.ones((1, 9))}, feed="yy-other"),
            ]
        )
    )
    shapes = {(k.feed, k.indicator): p.values.shape for k, p in panels.items()}
    assert shapes == {("xx-test", "cases"): (2, 5), ("xx-test", "tests"): (2, 5), ("yy-other", "cases"): (1, 9)}


def test_weeks_lie_seven_days_apart():
    rows = rows_of({"cases": np.ones((1, 22))})
    rows = rows[rows["date"].isin(days(22)[[0, 7, 21]])].assign(period="week")
    (panel,) = build_panels(rows).values()
    assert panel.weekly
    assert panel.values.tolist()[0][:2] == [1.0, 1.0]
    assert np.isnan(panel.values[0, 2])


def test_rows_without_place_are_left_out():
    rows = rows_of({"cases": np.ones((2, 3))})
    rows.loc[0, "place"] = None
    rows.loc[1, "place"] = ""
    (panel,) = build_panels(rows).values()
    assert np.nansum(panel.values) == 4
    assert build_panels(rows.head(2)) == {}


def test_the_partner_comes_from_the_same_feed_first():
    panels = build_panels(
        pd.concat(
            [rows_of({"cases": np.ones((1, 3)), "tests": np.ones((1, 3))}), rows_of({"tests": np.ones((9, 9))}, feed="yy")]
        )
    )
    cases = next(p for k, p in panels.items() if k.indicator == "cases")
    assert partner(panels, cases, "tests").key.feed == "xx-test"
    others = {k: p for k, p in panels.items() if (k.feed, k.indicator) != ("xx-test", "tests")}
    assert partner(others, cases, "tests").key.feed == "yy"
    assert partner(panels, cases, "deaths") is None


def test_texts_as_categories_and_plain_dates_give_the_same_grids():
    rows = rows_of({"cases": np.arange(6.0).reshape(2, 3), "tests": np.ones((2, 3))})
    texts = [c for c in rows.columns if c not in ("date", "value")]
    other = rows.assign(date=rows["date"].dt.date).astype({c: pd.CategoricalDtype(sorted(set(rows[c]))[::-1]) for c in texts})
    plain, typed = build_panels(rows), build_panels(other)
    assert plain.keys() == typed.keys()
    for key, panel in plain.items():
        np.testing.assert_array_equal(typed[key].on(panel.places, panel.dates), panel.values)


@given(st.data())
def test_every_number_of_the_table_is_in_the_grid(data):
    shape = data.draw(st.tuples(st.integers(1, 4), st.integers(1, 12)))
    kept = data.draw(st.lists(st.booleans(), min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]).filter(any))
    values = np.where(np.reshape(kept, shape), np.arange(shape[0] * shape[1], dtype=float).reshape(shape), np.nan)
    (panel,) = build_panels(rows_of({"cases": values})).values()
    names = np.array([f"XX-{i:02d}" for i in range(shape[0])], dtype=object)
    np.testing.assert_array_equal(panel.on(names, days(shape[1])), values)
