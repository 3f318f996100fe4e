"""What hospitals send as counts: their register, and census and beds day by day."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa

from belvedere.demo.country.messages import in_pieces
from belvedere.demo.country.parameters import parameters
from belvedere.demo.country.reports import File, Reports


def hospital_files(reports: Reports) -> Iterator[File]:
    """Census and beds, every file, oldest first."""
    yield from in_pieces(reports, "hospitals", "demo-fr-facility-census", _facility_days(reports))
    yield from in_pieces(reports, "hospitals", "demo-fr-unit-capacity", _unit_days(reports))
    if reports.unreadable:
        page = pa.table({"<html><body>502 Bad Gateway": ["</body></html>"]})
        yield File("hospitals", "demo-fr-facility-census", reports.stamp(reports.span.stop - 1, "06h05"), page)


def register_files(reports: Reports) -> Iterator[File]:
    """Hospitals, units and products. They sort before all others, so that what comes after finds its places."""
    world, stamp = reports.world, f"{reports.world.days[reports.span.start]}"
    houses, land = world.facilities, world.land
    region = houses["region"].to_numpy()
    zones = np.array(land.zones, dtype=object)
    hospitals = pd.DataFrame(
        dict(lieu=houses["place"], nom=houses["name"], departement=np.array(land.places, dtype=object)[region],
             fuseau=zones[region], latitude=houses["latitude"], longitude=houses["longitude"])
    )  # fmt: skip
    units = world.units
    of_units = pd.DataFrame(
        dict(lieu=units["place"], nom=units["name"], etablissement=houses["place"].to_numpy()[units["facility"]],
             fuseau=zones[units["region"]])
    )  # fmt: skip
    columns = ("product", "name", "product_group", "unit", "atc", "strength", "pack_units", "substitution_group", "reusable")
    for feed, frame in (("1-hospitals", hospitals), ("2-units", of_units), ("3-products", world.products[list(columns)])):
        yield File("1-register", f"demo-fr-register-{feed}", stamp, pa.Table.from_pandas(frame, preserve_index=False))


def _grid(reports: Reports, silent: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Row and day indices of everything that is sent, by day; silent: (n, T)."""
    days = np.arange(reports.span.start, reports.span.stop)
    day, row = (at.ravel() for at in np.meshgrid(days, np.arange(len(silent)), indexing="ij"))
    sent = ~silent[row, day]
    return row[sent], day[sent]


def _facility_days(reports: Reports) -> pa.Table:
    """One row a hospital and day: epidemic patients, everyone, and staff who did not come."""
    world, figures = reports.world, reports.truth.facilities
    row, day = _grid(reports, reports.silent_facilities)
    staff = reports.truth.units
    missing = (staff["staff_planned"] - staff["staff_present"]).sum(["role", "shift"]).values
    absent = np.zeros(reports.silent_facilities.shape, dtype=np.int64)
    np.add.at(absent, world.units["facility"].to_numpy(), missing)
    named = {
        "entrees": "admissions", "sorties": "discharges", "deces": "deaths", "entrees_rea": "icu_admissions",
        "hosp": "hospital_census", "rea": "icu_census", "ventiles": "ventilated_census", "hosp_tous": "all_census",
        "rea_tous": "all_icu_census",
    }  # fmt: skip
    columns = {"etablissement": world.facilities["place"].to_numpy()[row], "jour": world.days[day]}
    columns |= {column: figures[name].values[row, day] for column, name in named.items()}
    return pa.table(columns | {"absents": absent[row, day]})


def _unit_days(reports: Reports) -> pa.Table:
    """One row a unit and day: beds that exist, are equipped, have staff, are taken; ventilators of intensive care."""
    world, units = reports.world, reports.truth.units
    level = world.units["level"].to_numpy()
    row, day = _grid(reports, reports.silent_facilities[world.units["facility"].to_numpy()])
    p, surge = parameters()["hospital"], parameters()["hospital"]["beds"]["surge_share"]
    usual = world.units["beds"].to_numpy()
    most = usual + np.floor(usual * np.array([surge[name] for name in level])).astype(int)
    ventilators = np.rint(units["beds_physical"].values[row, day] * p["ventilators_per_icu_bed"]).astype(np.int64)
    columns = {
        "unite": world.units["place"].to_numpy()[row], "niveau": level[row], "jour": world.days[day],
        "lits": units["beds_physical"].values[row, day], "lits_max": most[row],
        "lits_equipes": units["beds_equipped"].values[row, day], "lits_armes": units["beds_staffed"].values[row, day],
        "lits_occupes": (units["census"] + units["others"]).values[row, day],
        "respirateurs": pa.array(ventilators, mask=level[row] != "icu"),
    }  # fmt: skip
    return pa.table(columns)
