"""What the sources publish of the truth, and when: delays, silence, slips. The files of départements stand here.

An event becomes known when its hospital declares it; a file of a day holds what was declared by the day before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa

from belvedere.demo.country.faults import usual_faults
from belvedere.demo.country.parameters import parameters
from belvedere.demo.country.patients import Patients
from belvedere.demo.country.plant import Plant
from belvedere.demo.country.truth import Truth, people_by
from belvedere.demo.country.world import World

SEXES = (0, 1, 2)  # as in the official form: both, men, women


@dataclass(frozen=True)
class File:
    """One file to write: the feed it belongs to, the folder it lies in, the stamp in its name, its columns."""

    folder: str
    feed: str
    stamp: str
    table: pa.Table

    @property
    def name(self) -> str:
        """Every name says that the file is synthetic."""
        return f"synthetic-{self.feed.removeprefix('demo-')}-{self.stamp}.csv"


@dataclass
class Reports:
    """The truth, and what goes wrong on the way to the reader. Plants change the arrays in `Plant.distort`.

    silent_regions (R, T), silent_facilities (H, T): days on which a place sends nothing. zeros (R, T): zeros only.
    slips: (column, place index, day index, factor). spoil, unreadable: whether to write faulty cells, a broken file.
    stopped: by feed, the stamp of the last file that still came.
    planted: every plant as plain data. faults: cells spoilt, each with file, row, column and what stands there.
    """

    truth: Truth
    silent_regions: np.ndarray
    silent_facilities: np.ndarray
    zeros: np.ndarray
    slips: list[tuple[str, int, int, float]] = field(default_factory=list)
    spoil: bool = False
    unreadable: bool = False
    stopped: dict[str, str] = field(default_factory=dict)
    planted: list[dict] = field(default_factory=list)
    faults: list[dict] = field(default_factory=list)

    @property
    def world(self) -> World:
        return self.truth.world

    @property
    def span(self) -> range:
        """Day indices that are published: from the first day to yesterday."""
        return range(self.truth.scenario.first, self.truth.scenario.now)

    def stamp(self, last: int, hour: str = "06h00") -> str:
        """Of a file published on the morning after its last day."""
        return f"{self.world.days[last] + 1}-{hour}"


def build(truth: Truth) -> Reports:
    """The reports of a truth, with every plant's distortion and, if the scenario wants them, the usual faults."""
    world = truth.world
    R, H, T = len(world.land), len(world.facilities), len(world.days)
    reports = Reports(truth, *(np.zeros(shape, dtype=bool) for shape in ((R, T), (H, T), (R, T))))
    plants: tuple[Plant, ...] = truth.scenario.plants
    for plant in (*plants, *(usual_faults(world) if truth.scenario.faults else ())):
        plant.distort(reports)
        reports.planted.append(plant.record())
    return reports


# -- declaration --------------------------------------------------------------------------------------------------------


def declared(reports: Reports, facility: np.ndarray, day: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The day (index) on which each event is declared: a delay, then weekends, forgotten weeks and silent hospitals."""
    p, world = parameters()["reporting"], reports.world
    T, H = len(world.days), len(world.facilities)
    delay = rng.choice(len(p["delay"]), len(day), p=np.array(p["delay"]) / np.sum(p["delay"]))
    forgotten = np.where(
        rng.random((H, T // 7 + 1)) < p["late_batch_chance"], rng.integers(*p["late_batch_days"], (H, T // 7 + 1)), 0
    )
    when = day + delay + forgotten[facility, day // 7]
    off = np.pad(world.holidays | (world.weekdays >= 5)[None, :], ((0, 0), (0, p["longest"])))
    region, waits = world.facilities["region"].to_numpy()[facility], rng.random(len(day)) < p["weekend_waits"]
    for _ in range(5):
        when = when + (waits & off[region, np.minimum(when, off.shape[1] - 1)])
    return _when_heard(reports.silent_facilities, facility, when)


def _when_heard(silent: np.ndarray, facility: np.ndarray, when: np.ndarray) -> np.ndarray:
    """The first day from `when` on which the hospital is not silent."""
    T = silent.shape[1]
    heard = np.where(silent, T, np.arange(T))
    heard = np.minimum.accumulate(heard[:, ::-1], axis=1)[:, ::-1]
    return np.where(when < T, heard[facility, np.minimum(when, T - 1)], when)


def versions(reports: Reports, daily: int) -> list[int]:
    """Last days of the versions of a file: weekly first, then one a day."""
    days = reports.span
    recent = range(max(days.stop - daily, days.start), days.stop)
    return [*range(days.start + 6, recent.start, 7), *recent]


# -- files of départements ----------------------------------------------------------------------------------------------


def department_files(reports: Reports) -> Iterator[File]:
    """Flows, stocks and tests, every version, oldest first."""
    settings = reports.truth.scenario.settings
    daily = settings["daily_versions"]
    flows, stocks, tests = _flows(reports), _stocks(reports), _tests(reports)
    for last in versions(reports, settings["daily_flow_versions"]):
        yield File("departments", "demo-fr-department-flows", reports.stamp(last), _spoilt(reports, flows(last), last))
    numbers = versions(reports, daily)
    for last in [*numbers[:-daily:4], *numbers[-daily:]]:
        yield File("departments", "demo-fr-department-tests", reports.stamp(last), tests(last))
    for last in [*numbers[:-daily:4], *numbers[-max(daily // 2, 1) :]]:
        yield File("departments", "demo-fr-department-stocks", reports.stamp(last), stocks(last))


def _flows(reports: Reports):
    """A function of the last day: the official file of new admissions, intensive care, deaths and discharges."""
    truth, world, rng = reports.truth, reports.world, reports.truth.scenario.rng("reports")
    known = {name: (e, declared(reports, e[0], e[1], rng)) for name, e in _events(truth).items()}
    of_facility, shape = world.facilities["region"].to_numpy(), (len(world.land), len(world.days))

    def version(last: int) -> pa.Table:
        figures = {}
        for name, ((facility, day), when) in known.items():
            heard = when <= last
            flat = of_facility[facility[heard]] * shape[1] + day[heard]
            figures[name] = np.bincount(flat, minlength=shape[0] * shape[1]).reshape(shape)
        return _by_day(reports, last, figures)

    return version


def _events(truth: Truth) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Column -> facility and day of each event, within the simulated days. Transfers are no entry and no exit."""
    s, T = truth.segments, len(truth.world.days)
    first = ~s["patient"].duplicated().to_numpy()
    dead, icu = (s["outcome"] == "died").to_numpy(), (s["level"] == "icu").to_numpy()
    home = (s["outcome"] == "home").to_numpy()
    chosen = {
        "incid_hosp": (first, "start"), "incid_rea": (icu, "start"), "incid_dc": (dead, "end"), "incid_rad": (home, "end"),
    }  # fmt: skip
    found = {}
    for name, (rows, column) in chosen.items():
        facility, day = s["facility"].to_numpy()[rows], np.floor(s[column].to_numpy()[rows]).astype(np.int64)
        found[name] = (facility[day < T], day[day < T])
    return found


def _by_day(reports: Reports, last: int, figures: dict[str, np.ndarray], **more: np.ndarray) -> pa.Table:
    """One row a département and day up to the last, but for those silent; zeros and slips are put in."""
    world, first = reports.world, reports.span.start
    days = np.arange(first, last + 1)
    region, day = (at.ravel() for at in np.meshgrid(np.arange(len(world.land)), days, indexing="ij"))
    sent = ~reports.silent_regions[region, day]
    region, day = region[sent], day[sent]
    columns = {"dep": np.array(world.land.codes, dtype=object)[region], **more, "jour": world.days[day]}
    for name, values in figures.items():
        cells = np.where(reports.zeros[region, day], 0, values[region, day])
        for column, where, when, factor in reports.slips:
            if column == name:
                cells = np.where((region == where) & (day == when), np.rint(cells * factor), cells)
        columns[name] = cells.astype(np.int64)
    return pa.table(columns)


def _stocks(reports: Reports):
    """A function of the last day: present in hospital and intensive care, left and died so far, by sex."""
    truth, world = reports.truth, reports.world
    sex, ill = truth.patients["sex"].to_numpy(), Patients(truth.patients, truth.segments, np.empty(0))
    of_unit, of_facility = world.units["facility"].to_numpy(), world.facilities["region"].to_numpy()
    by_sex = []
    for code in SEXES:
        who = None if code == 0 else sex == code
        houses = people_by(world, ill, of_unit, len(world.facilities), who)
        places = people_by(world, ill, world.units["region"].to_numpy(), len(world.land), who)
        figures = {}
        for column, name in (("hosp", "hospital_census"), ("rea", "icu_census")):
            sent = _last_sent(houses[name], reports.silent_facilities)
            total = np.zeros((len(world.land), len(world.days)), dtype=np.int64)
            np.add.at(total, of_facility, sent)
            figures[column] = total
        for column, name in (("rad", "discharges"), ("dc", "deaths")):
            figures[column] = np.cumsum(np.where(np.arange(len(world.days)) >= reports.span.start, places[name], 0), axis=1)
        by_sex.append(figures)

    def version(last: int) -> pa.Table:
        parts = []
        for code, figures in zip(SEXES, by_sex, strict=True):
            part = _by_day(reports, last, figures)
            parts.append(part.add_column(1, "sexe", pa.array(np.full(part.num_rows, code))))
        return pa.concat_tables(parts)

    return version


def _last_sent(values: np.ndarray, silent: np.ndarray) -> np.ndarray:
    """Figures by hospital and day as the hub holds them: a silent hospital stands at what it sent last."""
    days = np.where(silent, -1, np.arange(values.shape[1]))
    return np.take_along_axis(values, np.maximum(np.maximum.accumulate(days, axis=1), 0), axis=1)


def _tests(reports: Reports):
    """A function of the last day: tests and positive persons by day of test, which fill up over some days."""
    world, rng = reports.world, reports.truth.scenario.rng("reports of tests")
    chances = np.array(parameters()["reporting"]["delay"])
    filling = {}
    for column, name in (("P", "cases"), ("T", "tests")):
        parts = rng.multinomial(reports.truth.regions[name].values, chances / chances.sum())
        filling[column] = np.cumsum(parts, axis=-1)

    def version(last: int) -> pa.Table:
        age = np.clip(last - np.arange(len(world.days)), -1, len(chances) - 1)
        known = {
            column: np.where(age >= 0, np.take_along_axis(parts, np.maximum(age, 0)[None, :, None], axis=2)[..., 0], 0)
            for column, parts in filling.items()
        }
        return _by_day(reports, last, known)

    return version


def _spoilt(reports: Reports, table: pa.Table, last: int) -> pa.Table:
    """The newest file with cells as people spoil them: day and month exchanged, an unknown code, words, a decimal."""
    if not reports.spoil or last != reports.span.stop - 1:
        return table
    frame = pd.DataFrame({name: column.to_pandas().astype(str) for name, column in zip(table.column_names, table, strict=True)})
    name = File("", "demo-fr-department-flows", reports.stamp(last), table).name
    day = pd.Timestamp(frame.at[7, "jour"])
    bad = [(7, "jour", f"{day:%d/%m/%Y}"), (23, "dep", "99"), (41, "incid_hosp", "n.c."), (42, "incid_rea", "en cours"),
           (60, "incid_dc", "2,5")]  # fmt: skip
    for row, column, text in bad:
        frame.loc[row, column] = text
        reports.faults.append({"file": name, "row": row + 2, "column": column, "found": text})
    return pa.Table.from_pandas(frame, preserve_index=False)
