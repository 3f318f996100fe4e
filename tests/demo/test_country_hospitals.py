"""The hospitals of the demonstration: people, beds, staff and goods add up, and what was planted shows."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from belvedere.demo.country import BedsClosed, StaffAbsence, StockLost, SupplierFailure, facilities, geography, simulate
from belvedere.demo.country.beds import served, staffed_beds
from belvedere.demo.country.parameters import mean_and_sd, parameters
from belvedere.demo.country.patients import events, present
from belvedere.demo.country.stock import _when_open
from belvedere.errors import UnknownName
from belvedere.reference import tables

TODAY = dt.date(2026, 11, 22)
UNIT = "FR-DEMO-59-01-ICU"
FAILING = "Demo Masks Asia (synthetic)"


def day(before: int) -> dt.date:
    return TODAY - dt.timedelta(days=before)


@pytest.fixture(scope="module")
def planted(tiny):
    return simulate(
        tiny.with_plants(
            StaffAbsence(UNIT, day(20), day(10), share=0.5),
            BedsClosed("FR-DEMO-59-02-ICU", day(20), day(10), beds=3),
            SupplierFailure(FAILING, day(30), day(12)),
            StockLost("FR-DEMO-62-01", "gown", day(15)),
        )
    )


def change(values: np.ndarray) -> np.ndarray:
    return np.diff(values, axis=-1)


@pytest.mark.parametrize("group", ["regions", "facilities"])
def test_census_today_is_census_yesterday_plus_entries_minus_exits(truth, group):
    g = getattr(truth, group)
    net = (g["admissions"] - g["discharges"] - g["deaths"]).values
    assert (change(g["hospital_census"].values) == net[:, 1:]).all()
    assert g["hospital_census"].values.min() >= 0 and g["hospital_census"].values.max() > 50


def test_other_patients_are_conserved_too(truth):
    u = truth.units
    assert (change(u["others"].values) == (u["others_in"] - u["others_out"]).values[:, 1:]).all()
    assert (u["others"].values >= 0).all()


def test_totals_are_the_sums_of_their_units(truth):
    house, region = (truth.world.units[name].to_numpy() for name in ("facility", "region"))
    census = truth.units["census"].values
    for h in range(truth.facilities.sizes["facility"]):
        assert (truth.facilities["hospital_census"].values[h] == census[house == h].sum(axis=0)).all()
        everyone = census[house == h] + truth.units["others"].values[house == h]
        assert (truth.facilities["all_census"].values[h] == everyone.sum(axis=0)).all()
    for r in range(truth.regions.sizes["region"]):
        assert (truth.regions["hospital_census"].values[r] == census[region == r].sum(axis=0)).all()


def test_intensive_care_lies_within_hospital_and_ventilation_within_intensive_care(truth):
    for group in (truth.regions, truth.facilities):
        assert (group["icu_census"] <= group["hospital_census"]).all()
        assert (group["ventilated_census"] <= group["icu_census"]).all()
        assert group["ventilated_census"].max() > 0


def test_patients_walk_unbroken_paths(truth):
    s = truth.segments
    same = s["patient"].to_numpy()[1:] == s["patient"].to_numpy()[:-1]
    assert np.array_equal(s["start"].to_numpy()[1:][same], s["end"].to_numpy()[:-1][same])
    assert (s["end"] > s["start"]).all()
    assert len(s.groupby("patient")) == len(truth.patients)
    last = s.groupby("patient")["outcome"].last()
    assert ((last == "died") == truth.patients["died"]).all() and set(last) == {"died", "home"}


def test_admissions_counted_are_the_patients(truth):
    assert int(truth.regions["admissions"].sum()) == len(truth.patients)
    assert int(truth.regions["admissions_by_age"].sum()) == len(truth.patients)


@pytest.mark.parametrize(("level", "figure"), [("icu", "vek_icu"), ("ward", "vek_ward")])
def test_lengths_of_stay_are_those_of_the_reference(truth, level, figure):
    mean, sd = mean_and_sd("length_of_stay", figure)
    s = truth.segments[truth.segments["level"] == level]
    if level == "ward":
        s = s[s["outcome"].isin(["home", "died"]) & (s["source"] != "moved")]
    stay = (s["end"] - s["start"]).to_numpy()
    assert stay.mean() == pytest.approx(mean, abs=4 * sd / np.sqrt(len(stay)))
    assert stay.std() == pytest.approx(sd, rel=0.15)


def test_the_old_die_more_often(truth):
    died = truth.patients.groupby("age")["died"].mean()
    assert died[0] < 0.05 and died[1] < 0.12 and 0.15 < died[2] < 0.35


def test_intensive_care_beds_are_the_real_ones_by_region():
    land = geography.country(["FR-HDF", "FR-R06"])
    _, units = facilities.build(land, 20, np.random.default_rng(1))
    beds = units[(units["level"] == "icu") & (units["region"] < 5)]["beds"].sum()
    assert beds == tables.load("capacity").value("fr_sae_rea_hauts-de-france").value


def test_every_hospital_is_named_once_as_synthetic_and_stands_near_a_town():
    land = geography.country([])
    houses, units = facilities.build(land, 600, np.random.default_rng(1))
    assert len(houses) == 600 and houses["place"].is_unique and houses["name"].is_unique
    assert houses["name"].str.contains("(synthetic)", regex=False).all()
    assert units["name"].str.contains("(synthetic)", regex=False).all()
    far = np.hypot(houses["latitude"] - land.latitude[houses["region"]], houses["longitude"] - land.longitude[houses["region"]])
    assert far.max() < 3  # degrees: Guyane is large
    assert set(units["region"][units["level"] == "icu"]) == set(range(len(land)))


@given(st.lists(st.floats(0.1, 100), min_size=1, max_size=12), st.integers(0, 60), st.integers(0, 3))
def test_shares_add_up(weights, extra, least):
    total = least * len(weights) + extra
    parts = facilities.shared_out(np.array(weights), total, at_least=least)
    assert parts.sum() == total and (parts >= least).all()


@given(st.lists(st.tuples(st.integers(0, 2), st.floats(0, 30), st.floats(0.05, 20)), max_size=25))
def test_presence_counts_midnights(stays):
    place = np.array([p for p, _, _ in stays], dtype=int)
    start = np.array([s for _, s, _ in stays], dtype=float)
    end = start + np.array([n for _, _, n in stays], dtype=float)
    census = present(place, start, end, (3, 60))
    for p in range(3):
        here = place == p
        midnights = [int(((start[here] < t + 1) & (end[here] >= t + 1)).sum()) for t in range(60)]
        assert census[p].tolist() == midnights
    assert events(place, start, (3, 60)).sum() == len(stays)


def test_staffed_beds_are_the_least_of_roles_and_shifts():
    level = np.array(["icu"])
    present_ = np.array([[[4, 4], [2, 3]]])[..., None]  # nurses by day and night, aides by day and night
    assert served(level)[0, 0, 0] == 2.5  # décret 2022-694: two nurses for five open beds
    assert staffed_beds(level, present_)[0, 0] == 8  # two aides, four beds each
    present_[0, 0, 1] = 3
    assert staffed_beds(level, present_)[0, 0] == 7  # three nurses at night


def test_beds_follow_need_with_bounds(truth):
    u, usual = truth.units, truth.world.units["beds"].to_numpy()[:, None]
    share = parameters()["hospital"]["beds"]["surge_share"]["icu"]
    icu = truth.world.units["level"].to_numpy() == "icu"
    assert (u["beds_physical"].values >= usual).all()
    assert (u["beds_physical"].values[icu] <= np.ceil(usual * (1 + share))[icu]).all()
    assert (u["beds_physical"].values[icu] > usual[icu]).any()
    assert (u["staff_present"] <= u["staff_planned"]).all()


def test_planted_absence_empties_staffed_beds_there_and_then_only(truth, planted):
    at = list(truth.units["unit"].values).index(UNIT)
    when = slice(truth.world.at(day(20)), truth.world.at(day(10)) + 1)
    usual, struck = (t.units["beds_staffed"].values[at] for t in (truth, planted))
    assert struck[when].mean() < 0.75 * usual[when].mean()
    assert (struck[: when.start] == usual[: when.start]).all()
    assert (planted.units["census"].values == truth.units["census"].values).all()


def test_planted_closure_takes_equipped_beds(truth, planted):
    at = list(truth.units["unit"].values).index("FR-DEMO-59-02-ICU")
    less = (truth.units["beds_equipped"] - planted.units["beds_equipped"]).values[at]
    when = slice(truth.world.at(day(20)), truth.world.at(day(10)) + 1)
    assert (less[when] == 3).all() and less.sum() == 3 * 11


def test_stock_today_is_stock_yesterday_plus_received_minus_issued_minus_lost(planted):
    g = planted.stocks
    net = (g["received"] - g["issued"] - g["lost"]).values
    assert (change(g["on_hand"].values) == net[..., 1:]).all()
    assert (g["on_hand"].values >= 0).all() and (g["issued"] <= g["wanted"]).all()


def test_every_delivery_is_an_order(planted):
    orders = planted.orders[planted.orders["delivered"] >= 0]
    came = np.zeros(planted.stocks["received"].shape, dtype=int)
    np.add.at(came, tuple(orders[name].to_numpy() for name in ("facility", "product", "delivered")), orders["quantity"])
    assert (came == planted.stocks["received"].values).all()
    assert (orders["delivered"] > orders["ordered"]).all()


def test_a_failed_supplier_delivers_nothing_and_stores_run_down(truth, planted):
    products = list(planted.stocks["product"].values)
    masks, when = products.index("ffp2"), slice(planted.world.at(day(30)), planted.world.at(day(12)) + 1)
    assert planted.stocks["received"].values[:, masks, when].sum() == 0
    assert truth.stocks["received"].values[:, masks, when].sum() > 0
    last = planted.world.at(day(12))
    assert planted.stocks["on_hand"].values[:, masks, last].sum() < 0.6 * truth.stocks["on_hand"].values[:, masks, last].sum()


def test_a_lost_stock_is_gone(planted):
    house = list(planted.stocks["facility"].values).index("FR-DEMO-62-01")
    product, when = list(planted.stocks["product"].values).index("gown"), planted.world.at(day(15))
    assert planted.stocks["on_hand"].values[house, product, when] == 0
    assert planted.stocks["lost"].values[house, product, when] > 0


def test_what_is_due_waits_until_the_supplier_opens():
    open_days = np.array([[True, False, False, True, True]])
    assert _when_open(open_days, np.array([1])).tolist() == [3]
    assert _when_open(open_days, np.array([0])).tolist() == [0]
    assert _when_open(open_days, np.array([9])).tolist() == [9]


def test_an_unknown_supplier_or_product_is_named(tiny):
    for plant in (SupplierFailure("Demo Mask", day(3), day(2)), StockLost("FR-59", "propofol", day(2))):
        with pytest.raises(UnknownName, match="of the demonstration"):
            simulate(tiny.with_plants(plant))
