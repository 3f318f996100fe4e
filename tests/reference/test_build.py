"""The scripts that build the register and choose the figures give what is committed."""

from __future__ import annotations

import csv
from importlib import resources

import pytest

from belvedere.reference.build import figures

DATA = resources.files("belvedere.reference") / "data"


@pytest.mark.parametrize("table", list(figures.CHOSEN))
def test_committed_figures_are_the_chosen_ones(table, data_folder):
    file, ids = figures.CHOSEN[table]
    chosen = list(figures.chosen(data_folder / "reference", file, ids))
    with (DATA / f"{table}.csv").open(encoding="utf-8", newline="") as committed:
        assert list(csv.DictReader(committed)) == chosen


def test_weak_sources_are_marked():
    row = {"id": "x", "source_title": "A press note, 2020", "source_year": "2020", "source_locator": "design/x; doi:1"}
    row |= {"basis": "conventional", "note": "carried from domain.md; twice as high", "unit": "days"}
    made = figures.figure(row)
    assert made["note"] == "weak: read in the press; twice as high"
    assert made["source"] == "A press note, 2020; doi:1" and made["policy_tier"] == "conventional"
