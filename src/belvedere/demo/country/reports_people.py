"""What some hospitals send person by person: stays in units, and rosters with shifts worked. Nobody has a name, only a code."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa

from belvedere.demo.country.beds import SHIFTS
from belvedere.demo.country.messages import HOUR, utc, with_instants
from belvedere.demo.country.parameters import parameters
from belvedere.demo.country.reports import File, Reports
from belvedere.demo.country.world import World

STARTS = {"twelve_day": 7, "twelve_night": 19}  # local time, hours


def person_files(reports: Reports) -> Iterator[File]:
    """Stays and rosters, one file each: every row says since when it holds."""
    stamp = reports.stamp(reports.span.stop - 1)
    yield File("hospitals", "demo-fr-stays", stamp, stays(reports))
    yield File("hospitals", "demo-fr-shifts", stamp, shifts(reports))


def sharing(world: World, what: str) -> np.ndarray:
    """Which hospitals send their stays or rosters (`stay_share`, `roster_share`); bool, (H,): large and small ones evenly."""
    beds = np.bincount(world.units["facility"], world.units["beds"], minlength=len(world.facilities))
    rank = np.empty(len(beds), dtype=int)
    rank[np.argsort(-beds, kind="stable")] = np.arange(len(beds))
    return rank % max(1, round(1 / world.scenario.settings[what])) == 0


def stays(reports: Reports) -> pa.Table:
    """One row when a patient enters a unit and one more when the patient leaves it, as messages of admission software do."""
    world, truth = reports.world, reports.truth
    s = truth.segments
    sent = sharing(world, "stay_share")[s["facility"].to_numpy()]
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
    return with_instants(both, "message", "entree", "sortie")


def shifts(reports: Reports) -> pa.Table:
    """Rosters of some days back and ahead: each shift when it is planned, and again when it was worked or missed."""
    world, settings, time = reports.world, reports.truth.scenario.settings, parameters()["time"]
    now, staff = reports.span.stop, reports.truth.units
    units = np.flatnonzero(sharing(world, "roster_share")[world.units["facility"].to_numpy()])
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
    both = pd.concat([ahead, after]).sort_values(["message", "agent"], kind="stable")
    both["heures"] = both["heures"].astype(object).where(both["heures"].notna(), None)
    return with_instants(both, "message", "debut", "fin")


def _spread(counts: np.ndarray) -> tuple[np.ndarray, ...]:
    """Indices of every single post of counts by unit, role, shift and day, and its number among them."""
    flat = counts.ravel()
    where = np.repeat(np.arange(flat.size), flat)
    number = np.arange(flat.sum()) - np.repeat(np.cumsum(flat) - flat, flat)
    return (*np.unravel_index(where, counts.shape), number)
