from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from belvedere.health.rules.revisions import compare_versions, growth_by_age, revision_findings, still_growing
from tests.health.conftest import days, rows_of

cells = st.lists(st.one_of(st.none(), st.integers(0, 5)), min_size=12, max_size=12)


def table(values: list[int | None]) -> pd.DataFrame:
    return rows_of({"cases": np.array([np.nan if v is None else v for v in values], dtype=float).reshape(3, 4)})


@settings(max_examples=25, deadline=None)
@given(cells.filter(any), cells.filter(any))
def test_versions_are_compared_cell_by_cell(before, after):
    pairs = list(zip(before, after, strict=True))
    revision = compare_versions(table(before), table(after))
    assert revision.added == sum(a is None and b is not None for a, b in pairs)
    assert revision.withdrawn == sum(a is not None and b is None for a, b in pairs)
    assert revision.changed == sum(a is not None and b is not None and a != b for a, b in pairs)
    assert revision.unchanged == sum(a is not None and a == b for a, b in pairs)
    assert len(revision.cells) == revision.added + revision.withdrawn + revision.changed


def test_the_biggest_changes_come_first(thresholds):
    revision = compare_versions(table([1, 2, 3, 4] * 3), table([1, 9, 3, 2] * 3))
    assert revision.biggest(4)["by"].tolist() == [7, 7, 7, -2]
    (row,) = revision_findings(revision, thresholds).to_dict("records")
    assert (row["rule"], row["n"], row["found"], row["expected"], row["severity"]) == ("changed", 6, 9.0, 2.0, "info")


@pytest.mark.parametrize(("gone", "severity"), [(1, "warning"), (5, "error")])
def test_too_many_withdrawals_are_an_error(thresholds, gone, severity):
    before = rows_of({"cases": np.ones((10, 10))})
    (row,) = revision_findings(compare_versions(before, before.iloc[gone:]), thresholds).to_dict("records")
    assert (row["rule"], row["n"], row["severity"]) == ("withdrawn", gone, severity)


def reported_late(shares: list[float], n: int = 40) -> pd.DataFrame:
    """100 a day, of which a growing share is known after one day, two days, … ."""
    rows = rows_of({"cases": np.full((2, n), 100.0)})
    known = [
        rows.assign(
            value=100.0 * share, known_at=pd.to_datetime(rows["date"]).dt.tz_localize("UTC") + pd.Timedelta(days=age + 1)
        )
        for age, share in enumerate(shares)
    ]
    last = pd.Timestamp(days(n)[-1], tz="UTC") + pd.Timedelta(days=1)
    return pd.concat([v[v["known_at"] <= last] for v in known])


def test_completeness_by_age_is_measured_on_the_history(thresholds):
    history = reported_late([0.25, 0.5, 0.9, 1.0])
    share = growth_by_age(history, max_age_days=14).set_index("age_days")["share"]
    assert share.loc[[1, 2, 3, 4, 10]].tolist() == [0.25, 0.5, 0.9, 1.0, 1.0]
    (row,) = still_growing(history, thresholds).to_dict("records")
    assert (row["n"], row["found"]) == (2, 0.25)
    assert still_growing(reported_late([1.0]), thresholds).empty
