from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from belvedere.health.findings import COLUMNS, from_mask, runs
from belvedere.health.panels import build_panels
from tests.health.conftest import rows_of


def slow_runs(row: list[bool], join: int) -> list[tuple[int, int, int]]:
    """First, last and number of True cells of each stretch, cell by cell."""
    out: list[list[int]] = []
    for t, hit in enumerate(row):
        if not hit:
            continue
        if out and t - out[-1][1] <= join + 1:
            out[-1] = [out[-1][0], t, out[-1][2] + 1]
        else:
            out.append([t, t, 1])
    return [tuple(r) for r in out]


@given(st.lists(st.lists(st.booleans(), min_size=9, max_size=9), min_size=1, max_size=4), st.integers(0, 3))
def test_runs_equal_a_walk_along_each_row(mask, join):
    found = [tuple(int(v) for v in r) for r in zip(*runs(np.array(mask), join), strict=True)]
    assert found == [(p, *r) for p, row in enumerate(mask) for r in slow_runs(row, join)]


def test_a_finding_shows_its_worst_day():
    (panel,) = build_panels(rows_of({"cases": np.array([[5.0, 90.0, 7.0, 8.0]])})).values()
    found = from_mask("jump", panel, np.array([[True, True, False, False]]), severity="warning", expected=6.0)
    assert list(found.columns) == COLUMNS
    (row,) = found.to_dict("records")
    assert (row["found"], row["expected"], row["n"]) == (90.0, 6.0, 2)
    assert (str(row["first_date"]), str(row["last_date"])) == ("2020-03-02", "2020-03-03")
    assert json.loads(row["details"])["worst_date"] == "2020-03-03"


@pytest.mark.parametrize("mask", [np.zeros((1, 4), dtype=bool)])
def test_nothing_found_is_an_empty_table(mask):
    (panel,) = build_panels(rows_of({"cases": np.ones((1, 4))})).values()
    found = from_mask("jump", panel, mask, severity="warning")
    assert list(found.columns) == COLUMNS
    assert found.empty
