"""The whole folder loads with the shipped engine: nothing is set aside but what was planted, and what is held is the truth."""

from __future__ import annotations

import datetime as dt
import json
import shutil

import numpy as np
import pandas as pd
import pytest

import belvedere
from belvedere.demo.country import FEEDS, MAPPING_TEXTS
from belvedere.sources.ingest import ingest

NOW = dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def loaded(country, tmp_path_factory):
    """The workspace and the report of one ingest of the folder."""
    workspace = belvedere.create(tmp_path_factory.mktemp("loaded") / "workspace")
    for text in MAPPING_TEXTS:
        shutil.copy(text, workspace.mappings)
    return workspace, ingest(workspace, [country.truth_folder.parent], now=NOW)


@pytest.fixture(scope="module")
def planted(country):
    return json.loads((country.truth_folder / "planted.json").read_text(encoding="utf-8"))["planted"]


def test_every_feed_loads_and_the_truth_is_not_ingested(loaded, country):
    _, report = loaded
    assert {feed.feed for feed in report.feeds} == set(FEEDS)
    assert report.unclaimed == {} and report.failed == {}
    assert sum(len(feed.versions) for feed in report.feeds) == len(country.files)
    assert all(feed.rows > 0 for feed in report.feeds)


def test_only_planted_faults_are_set_aside(loaded, planted):
    _, report = loaded
    found = {(v.name, p.row, p.column) for f in report.feeds for v in f.versions for p in v.problems}
    cells = {(p["file"], p["row"], p["column"]) for p in planted if p["kind"] == "FaultyCell"}
    broken = {("synthetic-fr-facility-census-2026-11-22-06h05.csv", None, None)}
    assert len(cells) == 5
    assert found == cells | broken


def test_the_held_census_is_the_truth_where_nothing_was_planted(loaded, country, planted):
    workspace, _ = loaded
    held = workspace.frame("indicators", feed="demo-fr-facility-census", indicator="hospital_census", condition="all")
    true = country.truth.facilities["all_census"].to_series()
    where = list(zip(held["place"], pd.to_datetime(held["date"]), strict=True))
    assert len(held) > 300
    assert true.loc[where].tolist() == held["value"].tolist()
    hospital = [p["place"] for p in planted if p["kind"] == "Silence"][1]
    days = set(pd.date_range("2026-10-13", "2026-11-21")) - set(pd.to_datetime(held[held["place"] == hospital]["date"]))
    assert len(days) == 9


def test_beds_taken_in_units_add_up_to_the_hospital(loaded):
    workspace, _ = loaded
    beds = workspace.frame("capacity", resource="beds_occupied")
    houses = beds.assign(house=beds["place"].str.rsplit("-", n=1).str[0]).groupby(["house", "date"])["value"].sum()
    everyone = workspace.frame("indicators", feed="demo-fr-facility-census", indicator="hospital_census", condition="all")
    assert len(everyone) == len(houses)
    expected = houses.reindex(pd.MultiIndex.from_frame(everyone[["place", "date"]]))
    assert expected.tolist() == everyone["value"].tolist()


def test_intensive_care_is_never_more_than_hospital_and_sexes_add_up(loaded, planted):
    workspace, _ = loaded
    held = workspace.frame("indicators", feed="demo-fr-department-stocks")
    wide = held.pivot(index=["place", "date", "sex"], columns="indicator", values="value")
    assert (wide["icu_census"] <= wide["hospital_census"]).all()
    by_sex = held[held["indicator"] == "icu_census"].pivot(index=["place", "date"], columns="sex", values="value")
    assert (by_sex["all"] == by_sex["female"] + by_sex["male"]).all() and len(by_sex) > 150


def test_the_past_reads_as_it_was_known(loaded):
    """A week ago the last days of admissions were still filling up."""
    workspace, _ = loaded
    then = dt.datetime(2026, 11, 15, 12, tzinfo=dt.UTC)
    keys = {"feed": "demo-fr-department-flows", "indicator": "hospital_admissions"}
    before = workspace.frame("indicators", as_of=then, **keys).set_index(["place", "date"])["value"]
    after = workspace.frame("indicators", **keys).set_index(["place", "date"])["value"]
    assert pd.to_datetime(before.index.get_level_values("date")).max() == pd.Timestamp("2026-11-14")
    change = after.reindex(before.index) - before
    assert (change.dropna() >= 0).all() and change.sum() > 10


def test_stays_orders_and_measures_read_as_they_were_known(loaded, country):
    workspace, _ = loaded
    then = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)
    stays = workspace.frame("stays", as_of=then)
    present = stays[stays["left_at"].isna()]
    at = country.truth.world.at(dt.date(2026, 10, 31))
    census = int(country.truth.facilities["hospital_census"].values[:, at].sum())
    assert present.shape[0] == pytest.approx(census, rel=0.05)  # half a day later
    orders = workspace.frame("orders", as_of=then)
    assert set(orders["status"]) == {"ordered", "delivered"}
    assert not (orders["status"].eq("ordered") & orders["delivered_on"].notna()).any()
    measures = workspace.frame("measures")
    assert measures["end_on"].isna().any() and measures["end_on"].notna().any()


def test_hospitals_and_units_stand_in_the_register(loaded, country):
    workspace, _ = loaded
    places = workspace.frame("places")
    assert len(places) == len(country.truth.world.facilities) + len(country.truth.world.units)
    units = places[places["level"] == "unit"]
    assert set(units["parent"]) == set(places[places["level"] == "hospital"]["place"])
    assert places["name"].str.contains("(synthetic)", regex=False).all()


def test_goods_add_up_as_held(loaded):
    workspace, _ = loaded
    held = workspace.frame("stocks", product="ffp2")
    wide = held.pivot(index=["place", "date"], columns="measure", values="value").sort_index()
    for place in ("FR-DEMO-59-01", "FR-DEMO-80-01"):
        rows = wide.loc[place]
        one_day = np.diff(pd.to_datetime(rows.index).to_numpy()) == np.timedelta64(1, "D")
        net = (rows["received"] - rows["issued"] - rows["lost"]).to_numpy()[1:]
        assert (np.diff(rows["on_hand"].to_numpy()) == net)[one_day].all() and one_day.sum() > 25


def test_hidden_flows_are_hidden_not_zero(loaded):
    workspace, _ = loaded
    flows = workspace.frame("flows")
    assert flows[flows["status"] == "suppressed"]["value"].isna().all()
    assert (flows[flows["status"] == "reported"]["value"] >= 16).all()
    assert set(flows["status"]) <= {"reported", "suppressed"}
