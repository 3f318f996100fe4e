"""The files of the demonstration: labelled, repeatable, and true but for what was planted."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from belvedere.demo import is_demo
from belvedere.demo.country import (
    FEEDS,
    MAPPING_TEXTS,
    AllZeros,
    Cluster,
    DecimalSlip,
    Plant,
    Scenario,
    Silence,
    reports,
    simulate,
    write_country,
)
from belvedere.demo.country.reports_others import line_list
from belvedere.demo.country.reports_people import shifts, stays
from belvedere.sources.mapping import find_mappings, load_mapping, shipped_mappings

TODAY = dt.date(2026, 11, 22)


def day(before: int) -> dt.date:
    return TODAY - dt.timedelta(days=before)


def checksums(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def newest(written, feed: str) -> pd.DataFrame:
    """The newest version of a feed's file, all text."""
    name = feed.removeprefix("demo-")
    path = sorted(p for p in written.files if p.name.startswith(f"synthetic-{name}") and not p.name.endswith("06h05.csv"))[-1]
    return pd.read_csv(path, sep=";", dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def clean(truth):
    """The reports of the tiny country without any fault."""
    scenario = Scenario("tiny", seed=truth.scenario.seed, today=TODAY, faults=False)
    return reports.build(simulate(scenario))


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(country, tiny, tmp_path):
    again = write_country(tmp_path / "again", tiny)
    assert checksums(again.truth_folder.parent) == checksums(country.truth_folder.parent)
    other = write_country(tmp_path / "other", Scenario("tiny", seed=8, today=TODAY))
    assert checksums(other.truth_folder.parent) != checksums(country.truth_folder.parent)


def test_every_file_and_feed_says_synthetic(country):
    mappings = [load_mapping(text) for text in MAPPING_TEXTS]
    for file in country.files:
        assert file.name.startswith("synthetic-")
        assert len(find_mappings(file.name, mappings)) == 1
        assert find_mappings(file.name, shipped_mappings().values()) == []
    for feed, mapping in zip(FEEDS, mappings, strict=True):
        assert mapping.feed == feed and is_demo(feed)
        assert "(synthetic)" in mapping.title and "(synthetic)" in mapping.producer
        assert mapping.caveats[0] == "Synthetic: no figure here ever happened."
    assert "synthetic" in json.loads((country.truth_folder / "planted.json").read_text())["label"]


def test_nobody_and_nothing_made_up_could_be_taken_for_real(country):
    assert newest(country, "demo-fr-stays")["patient"].str.startswith("SYN-").all()
    assert newest(country, "demo-fr-cases")["cas"].str.startswith("SYN-").all()
    assert newest(country, "demo-fr-facility-census")["etablissement"].str.startswith("FR-DEMO-").all()
    assert newest(country, "demo-fr-orders")["fournisseur"].str.endswith("(synthetic)").all()


def test_what_was_planted_is_written_beside_the_truth(country):
    story = json.loads((country.truth_folder / "planted.json").read_text(encoding="utf-8"))
    kinds = [plant["kind"] for plant in story["planted"]]
    assert kinds.count("Silence") == 2 and kinds.count("FaultyCell") == 5
    assert {"DecimalSlip", "FaultyCells", "UnreadableFile"} <= set(kinds)
    saved = pd.read_parquet(country.truth_folder / "regions.parquet")
    held = country.truth.regions["infections"].sel(region="FR-59").values
    assert np.array_equal(saved[saved["region"] == "FR-59"]["infections"], held)


def test_the_last_days_fill_up_and_old_ones_are_true(clean):
    flows = {file.stamp: file.table.to_pandas() for file in reports.department_files(clean) if file.feed.endswith("flows")}
    stamps = sorted(flows)
    admissions = clean.truth.regions["admissions"].values
    first, now = clean.span.start, clean.span.stop

    def matrix(stamp: str) -> np.ndarray:
        return flows[stamp].pivot(index="dep", columns="jour", values="incid_hosp").to_numpy()

    last = matrix(stamps[-1])
    true = admissions[:, first:now]
    assert (last <= true).all()
    assert (last[:, :-30] == true[:, :-30]).all()
    assert last[:, -1].sum() < 0.8 * true[:, -1].sum()
    earlier = matrix(stamps[-2])
    assert (earlier <= last[:, : earlier.shape[1]]).all() and (earlier < last[:, : earlier.shape[1]]).any()


def test_the_census_in_the_files_is_the_truth(clean):
    table = next(f.table for f in reversed([*reports.department_files(clean)]) if f.feed.endswith("stocks")).to_pandas()
    days = slice(clean.span.start, clean.span.stop)
    for column, name in (("hosp", "hospital_census"), ("rea", "icu_census")):
        by_sex = [table[table["sexe"] == s].pivot(index="dep", columns="jour", values=column).to_numpy() for s in (0, 1, 2)]
        assert (by_sex[0] == clean.truth.regions[name].values[:, days]).all()
        assert (by_sex[0] == by_sex[1] + by_sex[2]).all()
    dead = table[table["sexe"] == 0].pivot(index="dep", columns="jour", values="dc").to_numpy()
    assert (dead == np.cumsum(clean.truth.regions["deaths"].values[:, days], axis=1)).all()


def test_weekends_are_declared_late(clean):
    patients = clean.truth.patients
    when = patients["day"].to_numpy()
    declared = reports.declared(clean, patients["facility"].to_numpy(), when, np.random.default_rng(1))
    wait = np.minimum(declared - when, 10)
    weekday = clean.world.weekdays[when]
    assert wait[weekday == 5].mean() > wait[weekday == 1].mean() + 0.5
    assert (declared >= when).all()


def test_a_digit_too_many_and_a_silent_departement_are_all_that_is_wrong_with_the_census(country):
    story = json.loads((country.truth_folder / "planted.json").read_text(encoding="utf-8"))["planted"]
    silent, hospital = (p for p in story if p["kind"] == "Silence")
    slip = next(p for p in story if p["kind"] == "DecimalSlip")
    table = newest(country, "demo-fr-department-stocks").query("sexe == '0'")
    true = country.truth.regions["hospital_census"].to_series()
    for dep, jour, hosp in zip(table["dep"], table["jour"], table["hosp"].astype(int), strict=True):
        expected, place = true[f"FR-{dep}", pd.Timestamp(jour)], f"FR-{dep}"
        if place == slip["place"] and jour == slip["day"]:
            assert hosp == 10 * expected
        elif not (hospital["place"].startswith(f"FR-DEMO-{dep}") and hospital["start"] <= jour <= hospital["end"]):
            assert hosp == expected
    assert table[("FR-" + table["dep"]) == silent["place"]]["jour"].max() < silent["start"]


def test_zeros_silence_and_slips_go_where_they_are_planted(truth):
    slip = DecimalSlip("FR-80", day(3), "incid_hosp")
    plants = (AllZeros("FR-59", day(9), day(5)), Silence("FR-DEMO-62-01", day(8), day(4)), slip)
    scenario = Scenario("tiny", seed=truth.scenario.seed, today=TODAY, plants=plants, faults=False)
    distorted = reports.build(simulate(scenario))
    flows = next(f.table for f in reversed([*reports.department_files(distorted)]) if f.feed.endswith("flows")).to_pandas()
    zero = flows[(flows["dep"] == "59") & flows["jour"].between(day(9), day(5))]
    assert len(zero) == 5 and (zero[["incid_hosp", "incid_rea", "incid_dc", "incid_rad"]] == 0).all(axis=None)
    assert (flows[flows["dep"] != "59"]["incid_hosp"] > 0).mean() > 0.5
    assert distorted.silent_facilities.sum() == 5 and distorted.silent_regions.sum() == 0
    stayed = reports._last_sent(np.array([[1, 2, 3, 4]]), np.array([[False, True, True, False]]))
    assert stayed.tolist() == [[1, 1, 1, 4]]
    assert [slip[0] for slip in distorted.slips] == ["incid_hosp"]
    assert [p["kind"] for p in distorted.planted] == ["AllZeros", "Silence", "DecimalSlip"]


def test_stays_come_when_they_begin_and_again_when_they_end(clean):
    table = stays(clean).to_pandas()
    ended = table["mode_sortie"] != "present"
    keys = ["sejour", "entree"]
    assert not table[ended].duplicated(keys).any() and not table[~ended].duplicated(keys).any()
    assert table[ended].merge(table[~ended], on=keys).shape[0] == ended.sum()
    assert (table["sortie"].notna() == ended).all()
    assert (table["message"] > table["entree"]).all() and table["message"].is_monotonic_increasing


def test_stays_give_the_census(clean):
    """All hospitals of the tiny country send their stays: who is present at the last midnight is the census."""
    table = stays(clean).to_pandas()
    last = table.groupby(["sejour", "entree"])["mode_sortie"].last()
    final = clean.truth.facilities["hospital_census"].values[:, clean.span.stop - 1].sum()
    assert (last == "present").sum() == final


def test_rosters_hold_as_many_people_as_planned_and_came(clean):
    table = shifts(clean).to_pandas()
    units, staff = clean.truth.units, table["unite"].unique()
    start, now = clean.span.stop - clean.truth.scenario.settings["roster_days"], clean.span.stop
    came = units["staff_present"].sel(unit=staff).values[..., start:now].sum()
    assert (table["statut"] == "worked").sum() == came
    past = units["staff_planned"].sel(unit=staff).values[..., start:now].sum()
    assert table["statut"].isin(["worked", "absent"]).sum() == past
    assert (table["statut"] == "planned").sum() > past
    planned = table[table["statut"] == "planned"]
    assert not planned.duplicated(["agent", "debut"]).any()


def test_the_line_list_has_the_cases_counted_in_its_places(clean):
    cases, found = line_list(clean), clean.truth.tracing
    counted = clean.truth.regions["cases"].values
    window = range(clean.span.stop - 30, clean.span.stop - 3)
    for place in found.pilots:
        mine = cases[cases["place"] == place]["tested"].value_counts()
        assert [mine.get(t, 0) for t in window] == counted[place, list(window)].tolist()


def test_infectors_were_infected_before_those_they_infect(clean):
    persons = clean.truth.tracing.persons.set_index("person")
    linked = persons[persons["infector"] != ""]
    gap = linked["infected"].to_numpy() - persons.loc[linked["infector"], "infected"].to_numpy()
    assert len(linked) > 0.5 * len(persons) and gap.min() >= 1 and gap.max() <= 14
    assert linked["infector"].value_counts().max() > 8  # some infect many


def test_a_planted_cluster_has_one_source_in_the_line_list(tiny):
    pilot = "FR-02"
    found = simulate(tiny.with_plants(Cluster(pilot, day(15), infections=60, setting="care_home"))).tracing
    cluster = found.persons[found.persons["cluster"] == "planted-1"]
    assert len(cluster) == 60 and set(cluster["setting"]) == {"care_home"} and cluster["infector"].nunique() == 1


def test_plants_of_later_rooms_have_both_hooks(tiny):
    """A new kind of plant is a subclass of its own; the generator needs no change."""

    class OneBedFewer(Plant):
        def shape(self, world):
            world.beds_closed[0, :] += 1

        def distort(self, reports):
            reports.silent_regions[0, :] = True

    planted = reports.build(simulate(Scenario("tiny", plants=(OneBedFewer(),), faults=False)))
    assert planted.world.beds_closed[0].all() and planted.silent_regions[0].all()
    assert planted.planted == [{"kind": "OneBedFewer"}]


@given(st.lists(st.booleans(), min_size=1, max_size=12), st.integers(0, 15))
def test_a_silent_hospital_is_heard_when_it_speaks_again(silent, when):
    T = len(silent)
    heard = int(reports._when_heard(np.array([silent]), np.array([0]), np.array([when]))[0])
    expected = next((t for t in range(when, T) if not silent[t]), T) if when < T else when
    assert heard == expected
