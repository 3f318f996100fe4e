"""The real data: what their notes call odd is reported, in the very number of cells."""

from __future__ import annotations

import dataclasses

import pytest

from belvedere.health import Evidence, build_panels, check
from belvedere.ontology.indicators import INDICATORS
from bench.health_oddities import END_OF_CHECK, KNOWN, findings, long_rows, summarise, thresholds


@pytest.fixture(scope="module")
def limits():
    return thresholds()


@pytest.fixture(scope="module")
def found(data_folder, limits):
    return findings(data_folder, limits)


@pytest.mark.parametrize("oddity", KNOWN)
def test_a_known_oddity_is_reported(found, oddity):
    count, expected = KNOWN[oddity]
    assert int(count(found).sum()) == expected


def test_nearly_every_finding_is_explained(found):
    table = summarise(found)
    unexplained = table.loc[table["explained"] == "", "count"].sum()
    assert unexplained / table["count"].sum() < 0.01


def test_stricter_thresholds_find_less(data_folder, limits):
    rows = long_rows(data_folder, "it-dpc-regions")

    def jumps(factor: float) -> int:
        evidence = Evidence(
            panels=build_panels(rows),
            definitions=INDICATORS,
            thresholds=dataclasses.replace(limits, jump_factor=factor),
            today=END_OF_CHECK,
        )
        return len(check(evidence, ["jump"]))

    assert jumps(4) > jumps(8) > jumps(20) > 0
