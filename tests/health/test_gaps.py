from __future__ import annotations

import numpy as np

from belvedere.health.gaps import CODES, cell_types, summarise_gaps, zero_throughout
from belvedere.health.panels import build_panels
from tests.health.conftest import clean_counts, rows_of


def test_each_gap_has_its_type(thresholds):
    rows = rows_of({"cases": np.array([[5.0, 0.0, np.nan, 7.0, 8.0]])})
    rows.loc[2, ["value", "status"]] = [np.nan, "withdrawn"]
    rows.loc[3, ["value", "status"]] = [np.nan, "suppressed"]
    (panel,) = build_panels(rows).values()
    names = ["reported", "zero", "not_reported", "withdrawn", "suppressed"]
    assert cell_types(panel, thresholds)[0].tolist() == [CODES[n] for n in names]


def test_stretches_are_summarised(thresholds):
    values = np.full((2, 12), 30.0)
    values[1, 3:7] = np.nan
    values[1, 9] = np.nan
    table = summarise_gaps(build_panels(rows_of({"cases": values})), thresholds)
    assert table[["place", "days", "type"]].values.tolist() == [["XX-01", 4, "not_reported"], ["XX-01", 1, "not_reported"]]


def test_a_place_that_is_zero_throughout_is_doubted(thresholds):
    values = clean_counts(1, 8, 120)
    values[3] = 0
    (panel,) = build_panels(rows_of({"sos_medecins_acts": values})).values()
    assert np.flatnonzero(zero_throughout(panel, thresholds)).tolist() == [3]
    assert (cell_types(panel, thresholds)[3] == CODES["zero_throughout"]).all()


def test_zero_is_believed_when_most_are_zero_or_all_are_rare(thresholds):
    most_zero = np.zeros((10, 50))
    most_zero[0] = 40
    rare = np.random.default_rng(1).poisson(0.05, (10, 50)).astype(float)
    rare[4] = 0
    for values in (most_zero, rare):
        (panel,) = build_panels(rows_of({"deaths": values})).values()
        assert not zero_throughout(panel, thresholds).any()


def test_a_single_zero_day_is_a_zero(thresholds):
    values = clean_counts(2, 5, 60)
    values[2, 30] = 0
    (panel,) = build_panels(rows_of({"cases": values})).values()
    assert cell_types(panel, thresholds)[2, 30] == CODES["zero"]
