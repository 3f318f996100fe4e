"""The files of the demonstration: official forms, what goes wrong on purpose, and labelled synthetic."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from belvedere.demo import DEMO_PREFIX, MAPPING_TEXTS, is_demo, write_demo_files
from belvedere.demo.files import BEHIND_DAYS, FACILITIES_STOPPED_DAYS, FLOW_COLUMNS, ITALIAN_DAYS, SILENT_DAYS
from belvedere.sources.mapping import find_mappings, load_mapping, shipped_mappings

TODAY = dt.date(2026, 11, 22)
DAYS = 36


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> list[Path]:
    return write_demo_files(tmp_path_factory.mktemp("demo"), np.random.default_rng(5), TODAY, days=DAYS)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="," if "regioni" in path.name else ";"))


def named(files: list[Path], part: str) -> list[Path]:
    return sorted(f for f in files if part in f.name)


def test_the_same_seed_and_day_give_the_same_bytes(files, tmp_path):
    again = write_demo_files(tmp_path, np.random.default_rng(5), TODAY, days=DAYS)
    assert [(f.name, f.read_bytes()) for f in again] == [(f.name, f.read_bytes()) for f in files]


def test_every_file_is_named_synthetic_and_claimed_by_one_mapping_of_the_demonstration(files):
    own, shipped = [load_mapping(text) for text in MAPPING_TEXTS], shipped_mappings()
    for file in files:
        assert file.name.startswith("synthetic-")
        assert len(find_mappings(file.name, own)) == 1
        assert find_mappings(file.name, shipped.values()) == []


def test_every_mapping_says_synthetic():
    for mapping in map(load_mapping, MAPPING_TEXTS):
        assert is_demo(mapping.feed) and mapping.feed.startswith(DEMO_PREFIX)
        assert "synthetic" in mapping.producer and "Synthetic" in mapping.caveats[0]


def test_the_last_figures_are_of_yesterday_and_one_place_is_silent_one_behind(files):
    newest = named(files, "hospit-incid")[-1]
    with newest.open() as file:
        assert file.readline().strip() == ";".join(FLOW_COLUMNS)
    last: dict[str, str] = {}
    for row in rows(newest):
        if row["jour"][4] == "-":
            last[row["dep"]] = max(row["jour"], last.get(row["dep"], ""))
    assert len(set(last) - {"99"}) == 101
    assert last["75"] == str(TODAY - dt.timedelta(days=1))
    assert last["2B"] == str(TODAY - dt.timedelta(days=1 + SILENT_DAYS))
    assert last["976"] == str(TODAY - dt.timedelta(days=1 + BEHIND_DAYS))


def test_the_later_version_corrects_the_earlier_one_upwards(files):
    earlier, later = (
        {(r["dep"], r["jour"]): r["incid_hosp"] for r in rows(f) if r["incid_hosp"].isdigit()}
        for f in named(files, "hospit-incid")
    )
    changed = {key for key in earlier.keys() & later.keys() if earlier[key] != later[key]}
    assert 5 < len(changed) < 60
    assert all(int(later[key]) > int(earlier[key]) for key in changed)


def test_the_stopped_feed_ends_earlier(files):
    (file,) = named(files, "hospit-etab")
    assert max(r["jour"] for r in rows(file)) == str(TODAY - dt.timedelta(days=1 + FACILITIES_STOPPED_DAYS))


def test_italy_comes_one_file_a_day(files):
    italian = named(files, "regioni")
    assert len(italian) == ITALIAN_DAYS
    for file in italian:
        days = {r["data"][:10] for r in rows(file)}
        assert days == {f"{file.stem[-8:-4]}-{file.stem[-4:-2]}-{file.stem[-2:]}"}
        assert len(rows(file)) == 21


def test_men_and_women_make_the_whole_in_the_stock_file(files):
    counted: dict[tuple, dict[str, int]] = {}
    for row in rows(named(files, "hospitalieres")[-1]):
        counted.setdefault((row["dep"], row["jour"]), {})[row["sexe"]] = int(row["hosp"])
    assert all(sexes["0"] == sexes["1"] + sexes["2"] for sexes in counted.values())
