"""The real data: what their notes call odd is reported, in the very number of cells."""

from __future__ import annotations

import dataclasses
import time

import pytest

from bench.health_oddities import FRANCE, KNOWN, findings, long_rows, summarise, thresholds


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


def test_the_tables_of_france_hold_more_than_a_million_figures(data_folder):
    start = time.process_time()
    assert sum(len(long_rows(data_folder, feed)) for feed in FRANCE) > 1_100_000
    assert time.process_time() - start < 60


def test_stricter_thresholds_find_less(data_folder, limits, found):
    strict = dataclasses.replace(limits, jump_factor=20.0)
    fewer = findings(data_folder, strict)
    assert (fewer["rule"] == "jump").sum() < (found["rule"] == "jump").sum()
