"""What hospitals send: their register, census and beds day by day, stays and rosters. Only some send stays and rosters."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa

from belvedere.demo.country.beds import ROLES, SHIFTS
from belvedere.demo.country.parameters import parameters
from belvedere.demo.country.reports import File, Reports
from belvedere.demo.country.world import World

DAILY_FILES = 7          # files of one day each; before them one a month
STARTS = {"twelve_day": 7, "twelve_night": 19}
HOUR = np.timedelta64(3600, "s")
QUARTER_HOURS = 96       # times are sent to the quarter of an hour
ROLE_OF_LEVEL = {("nurse", "icu"): "icu_nurse", ("nurse", "hdu"): "nurse", ("nurse", "ward"): "nurse"}


def hospital_files(reports: Reports) -> Iterator[File]:
    """Census and beds, every file, oldest first; then stays and rosters."""
    yield from _in_pieces(reports, "hospitals", "demo-fr-facility-census", _facility_days(reports))
    yield from _in_pieces(reports, "hospitals", "demo-fr-unit-capacity", _unit_days(reports))
    if reports.unreadable:
        page = pa.table({"<html><body>502 Bad Gateway": ["</body></html>"]})
        yield File("hospitals", "demo-fr-facility-census", reports.stamp(reports.span.stop - 1, "18h00"), page)
    stamp = reports.stamp(reports.span.stop - 1)
    yield File("hospitals", "demo-fr-stays", stamp, stays(reports))
    yield File("hospitals", "demo-fr-shifts", stamp, shifts(reports))


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


def _in_pieces(reports: Reports, folder: str, feed: str, table: pa.Table) -> Iterator[File]:
    """The rows of a table with the column `jour` as files of a month each, and of a day each for the last days."""
    days, world = reports.span, reports.world
    jour = table["jour"].to_numpy().astype("datetime64[D]")
    daily = range(max(days.stop - DAILY_FILES, days.start), days.stop)
    months = world.days[days.start : daily.start].astype("datetime64[M]")
    for month in np.unique(months):
        inside = (jour.astype("datetime64[M]") == month) & (jour < world.days[daily.start])
        last = days.start + int(np.flatnonzero(months == month)[-1])
        yield File(folder, feed, reports.stamp(last), table.filter(pa.array(inside)))
    for day in daily:
        yield File(folder, feed, reports.stamp(day), table.filter(pa.array(jour == world.days[day])))


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


# -- people -------------------------------------------------------------------------------------------------------------


def sharing(world: World) -> np.ndarray:
    """Which hospitals send stays and rosters; bool, (H,): large and small ones evenly."""
    beds = np.bincount(world.units["facility"], world.units["beds"], minlength=len(world.facilities))
    rank = np.empty(len(beds), dtype=int)
    rank[np.argsort(-beds, kind="stable")] = np.arange(len(beds))
    return rank % max(1, round(1 / world.scenario.settings["stay_share"])) == 0


def utc(world: World, facility: np.ndarray, when: np.ndarray) -> np.ndarray:
    """Instants (datetime64[s], UTC) of local times in days, to the quarter of an hour below; NaT where there is none."""
    quarters = np.floor(np.where(np.isfinite(when), when, 0) * QUARTER_HOURS + 1e-6).astype(np.int64)
    local = world.days[0].astype("datetime64[s]") + quarters * 900 * np.timedelta64(1, "s")
    local = np.where(np.isfinite(when), local, np.datetime64("NaT"))
    zones = np.array(world.land.zones, dtype=object)[world.facilities["region"].to_numpy()[facility]]
    found = np.empty(len(when), dtype="datetime64[s]")
    for zone in np.unique(zones):
        here = zones == zone
        times = pd.DatetimeIndex(local[here]).tz_localize(zone, ambiguous=np.ones(here.sum(), bool), nonexistent="shift_forward")
        found[here] = times.tz_convert("UTC").tz_localize(None).to_numpy().astype("datetime64[s]")
    return found


def written(instants: np.ndarray) -> pa.Array:
    """Instants as text with their zone, 2026-11-20T14:15:00Z; empty where there is none."""
    different, at = np.unique(instants, return_inverse=True)
    texts = [None if np.isnat(t) else f"{t}Z" for t in different]
    return pa.array(texts, pa.string()).take(pa.array(at))


def stays(reports: Reports) -> pa.Table:
    """One row when a patient enters a unit and one more when the patient leaves it, as messages of admission software do."""
    world, truth = reports.world, reports.truth
    s = truth.segments
    sent = sharing(world)[s["facility"].to_numpy()]
    seen = (s["start"] < reports.span.stop).to_numpy() & (s["end"] >= reports.span.start).to_numpy()
    s = s[sent & seen].reset_index(drop=True)
    person, facility = truth.patients.loc[s["patient"]], s["facility"].to_numpy()
    start, end = utc(world, facility, s["start"].to_numpy()), utc(world, facility, s["end"].to_numpy())
    gone = (s["end"] < reports.span.stop).to_numpy()
    ages = np.array(parameters()["people"]["ages"], dtype=object)
    patient = np.array([f"SYN-P{number:07d}" for number in s["patient"]], dtype=object)
    common = dict(
        patient=patient, sejour=patient + np.array(["-A", "-B"], dtype=object)[s["stay"]],
        etablissement=world.facilities["place"].to_numpy()[facility], unite=world.units["place"].to_numpy()[s["unit"]],
        niveau=s["level"].to_numpy(), provenance=s["source"].to_numpy(), age=ages[person["age"]], sexe=person["sex"].to_numpy(),
    )  # fmt: skip
    nothing = np.full(len(s), np.datetime64("NaT"), dtype="datetime64[s]")
    entered = pd.DataFrame(common | dict(message=start + HOUR, entree=start, sortie=nothing, mode_sortie="present"))
    left = pd.DataFrame(common | dict(message=end + HOUR, entree=start, sortie=end, mode_sortie=s["outcome"].to_numpy()))[gone]
    both = pd.concat([entered, left]).sort_values(["message", "sejour", "entree"], kind="stable")
    return _with_instants(both, "message", "entree", "sortie")


def _with_instants(frame: pd.DataFrame, *columns: str) -> pa.Table:
    texts = {name: written(frame[name].to_numpy().astype("datetime64[s]")) for name in columns}
    rest = {name: pa.array(frame[name].to_numpy()) for name in frame.columns if name not in columns}
    return pa.table({name: texts.get(name, rest.get(name)) for name in frame.columns})


def shifts(reports: Reports) -> pa.Table:
    """Rosters of some days back and ahead: each shift when it is planned, and again when it was worked or missed."""
    world, settings, time = reports.world, reports.truth.scenario.settings, parameters()["time"]
    now, staff = reports.span.stop, reports.truth.units
    units = np.flatnonzero(sharing(world)[world.units["facility"].to_numpy()])
    days = np.arange(now - settings["roster_days"], now + time["roster_ahead_days"])
    planned = staff["staff_planned"].values[units][..., days]
    unit, role, shift, day, place = _spread(planned)
    came = staff["staff_present"].values[units][..., days][unit, role, shift, day]
    pool = np.ceil(planned.max(axis=-1) / parameters()["staff"]["presence"]).astype(int)
    turn = (days[day] * planned.max(axis=-1)[unit, role, shift] + place) % pool[unit, role, shift]
    names, level = world.units["place"].to_numpy()[units], world.units["level"].to_numpy()[units]
    facility = world.units["facility"].to_numpy()[units][unit]
    starts = np.array([STARTS[name] for name in SHIFTS])[shift] / 24
    start = utc(world, facility, days[day] + starts)
    letters = np.array(["N", "A"], dtype=object)[role] + np.array(["D", "T"], dtype=object)[shift]
    common = pd.DataFrame(
        dict(agent=names[unit] + "-" + letters + np.array([f"{i:04d}" for i in turn], dtype=object),
             etablissement=world.facilities["place"].to_numpy()[facility], unite=names[unit],
             metier=np.where(role == 1, "nursing_aide", np.where(level[unit] == "icu", "icu_nurse", "nurse")),
             poste=np.array(SHIFTS, dtype=object)[shift], debut=start, fin=start + 12 * HOUR)
    )  # fmt: skip
    past = days[day] < now
    ahead = common.assign(message=start - 14 * 24 * HOUR, statut="planned", motif="", heures=np.nan)
    missed = place >= came
    after = common.assign(message=start + 13 * HOUR, statut=np.where(missed, "absent", "worked"),
                          motif=np.where(missed, "sick", ""), heures=np.where(missed, 0.0, 11.5))[past]  # fmt: skip
    assert ROLES == ("nurse", "aide")
    both = pd.concat([ahead, after]).sort_values(["message", "agent"], kind="stable")
    both["heures"] = both["heures"].astype(object).where(both["heures"].notna(), None)
    return _with_instants(both, "message", "debut", "fin")


def _spread(counts: np.ndarray) -> tuple[np.ndarray, ...]:
    """Indices of every single post of counts by unit, role, shift and day, and its number among them."""
    flat = counts.ravel()
    where = np.repeat(np.arange(flat.size), flat)
    number = np.arange(flat.sum()) - np.repeat(np.cumsum(flat) - flat, flat)
    return (*np.unravel_index(where, counts.shape), number)
