"""The files of the demonstration: what two countries would have published until yesterday, with what goes wrong in real life.

What goes wrong, on purpose: one département falls silent, one is two days behind, one feed stopped coming, the last days of
the earlier version were incomplete and are corrected by the later one, one census has a digit too many, and the newest flows
file has faulty cells.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from belvedere.demo.epidemic import Course, simulate
from belvedere.reference.places import Places

DEMO_PREFIX = "demo-"
FEEDS = ("demo-fr-hospital-flows", "demo-fr-hospital-stocks", "demo-fr-reporting-facilities", "demo-it-hospital-regions")
MAPPING_TEXTS = tuple(Path(__file__).parent / "mappings" / f"{feed}.toml" for feed in FEEDS)

DAYS = 120
ITALIAN_DAYS = 21
SILENT, SILENT_DAYS = "FR-2B", 12
BEHIND, BEHIND_DAYS = "FR-976", 2
FACILITIES_STOPPED_DAYS = 4
CORRECTED_DAYS = 3
SLIP, SLIP_DAYS_AGO = "FR-59", 9

FLOW_COLUMNS = ("dep", "jour", "incid_hosp", "incid_rea", "incid_dc", "incid_rad")
STOCK_COLUMNS = ("dep", "sexe", "jour", "hosp", "rea", "rad", "dc")
FACILITY_COLUMNS = ("dep", "jour", "nb")
ITALIAN_COLUMNS = (
    "data", "stato", "codice_regione", "denominazione_regione", "ricoverati_con_sintomi", "terapia_intensiva",
    "totale_ospedalizzati", "deceduti", "ingressi_terapia_intensiva",
)  # fmt: skip


def is_demo(feed: str) -> bool:
    """Whether the feed is one of the demonstration."""
    return feed.startswith(DEMO_PREFIX)


def write_demo_files(
    folder: Path, rng: np.random.Generator, today: dt.date, *, days: int = DAYS, evening: bool = False
) -> list[Path]:
    """Writes the source files into `folder` (made if missing) and returns their paths, oldest version first.

    today: figures end the day before, and begin `days` days before. evening: Italy has published the figures of today as well.
    The same generator and day give the same bytes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    register = Places.load()
    dates = [today - dt.timedelta(days=n) for n in range(days, -1, -1)]
    france = _wave(register, register.at_level("department", "FR"), dates, rng)
    italy = _wave(register, register.at_level("region", "IT"), dates, rng)
    files = _french_versions(folder, register, france, dates[:-1], rng)
    files += _facilities(folder, register, dates[:-1], rng)
    return files + _italian_days(folder, register, italy, dates if evening else dates[:-1])


class _Wave:
    """A course with the places it belongs to."""

    def __init__(self, places: tuple[str, ...], course: Course) -> None:
        self.places, self.course = places, course


def _wave(register: Places, places: Iterable[str], days: list[dt.date], rng: np.random.Generator) -> _Wave:
    counted = tuple(place for place in places if register[place].population)
    population = np.array([register[place].population for place in counted], dtype=float)
    return _Wave(counted, simulate(population, np.array([day.weekday() for day in days]), rng))


# -- France: whole history in each file ---------------------------------------------------------------------------------


def _french_versions(folder: Path, register: Places, wave: _Wave, days: list[dt.date], rng: np.random.Generator) -> list[Path]:
    """The version of two days ago, whose last days were incomplete, and yesterday's, which corrects it."""
    received = _received(wave, len(days), rng)
    written = []
    for back in (1, 0):
        until = len(days) - back
        early = received if back else {}
        stamp = f"{days[until - 1] + dt.timedelta(days=1):%Y-%m-%d}-06h00"
        flows = list(_flow_rows(register, wave, days, until, early))
        if not back:
            _spoil(flows)
        written.append(_write(folder / f"synthetic-covid-hospit-incid-{stamp}.csv", FLOW_COLUMNS, flows))
        stocks = _stock_rows(register, wave, days, until)
        written.append(_write(folder / f"synthetic-donnees-hospitalieres-covid19-{stamp}.csv", STOCK_COLUMNS, stocks))
    return written


def _received(wave: _Wave, days: int, rng: np.random.Generator) -> dict[tuple[int, int], int]:
    """(place, day) -> admissions known so far, for the last days of one place in eight."""
    late = rng.choice(len(wave.places), size=len(wave.places) // 8, replace=False)
    return {
        (int(p), t): int(rng.binomial(wave.course.admissions[p, t], 0.75))
        for p in sorted(late)
        for t in range(days - 1 - CORRECTED_DAYS, days - 1)
    }


def _last_sent(place: str, days: int) -> int:
    """How many of the days this place has sent."""
    return days - {SILENT: SILENT_DAYS, BEHIND: BEHIND_DAYS}.get(place, 0)


def _flow_rows(register: Places, wave: _Wave, days: list[dt.date], until: int, early: dict) -> Iterable[list]:
    course = wave.course
    for p, place in enumerate(wave.places):
        code = _code(register, "insee-dep", place)
        for t in range(min(until, _last_sent(place, len(days)))):
            admitted = early.get((p, t), course.admissions[p, t])
            yield [code, days[t], admitted, course.icu_admissions[p, t], course.deaths[p, t], course.discharges[p, t]]


def _spoil(rows: list[list]) -> None:
    """Faults as people make them: day and month exchanged, an unknown code, words and a decimal in a count."""
    rows[40][1] = f"{rows[40][1]:%d/%m/%Y}"
    rows[900][0] = "99"
    rows[1500][2] = "n.c."
    rows[1501][3] = "en cours"
    rows[3200][4] = "2,5"


def _stock_rows(register: Places, wave: _Wave, days: list[dt.date], until: int) -> Iterable[list]:
    course = wave.course
    left, died = np.cumsum(course.discharges, axis=1), np.cumsum(course.deaths, axis=1)
    for p, place in enumerate(wave.places):
        code = _code(register, "insee-dep", place)
        for t in range(min(until, _last_sent(place, len(days)))):
            slipped = place == SLIP and t == len(days) - SLIP_DAYS_AGO
            whole = np.array([course.census[p, t] * (10 if slipped else 1), course.icu_census[p, t], left[p, t], died[p, t]])
            men = (whole * 0.54).astype(int)
            for sex, counts in ((0, whole), (1, men), (2, whole - men)):
                yield [code, sex, days[t], *counts.tolist()]


def _facilities(folder: Path, register: Places, days: list[dt.date], rng: np.random.Generator) -> list[Path]:
    """How many hospitals have declared a case so far: a feed that stopped coming some days ago."""
    until = len(days) - FACILITIES_STOPPED_DAYS
    rows = []
    for place in register.at_level("department", "FR"):
        joined = np.sort(rng.integers(0, until // 2, size=1 + rng.poisson(8)))
        code = _code(register, "insee-dep", place)
        rows += [[code, days[t], int(np.searchsorted(joined, t, side="right"))] for t in range(until)]
    stamp = f"{days[until]:%Y-%m-%d}-06h00"
    return [_write(folder / f"synthetic-covid-hospit-etab-{stamp}.csv", FACILITY_COLUMNS, rows)]


# -- Italy: one file a day ----------------------------------------------------------------------------------------------


def _italian_days(folder: Path, register: Places, wave: _Wave, days: list[dt.date]) -> list[Path]:
    course = wave.course
    died = np.cumsum(course.deaths, axis=1)
    written = []
    for t in range(len(days) - ITALIAN_DAYS, len(days)):
        rows = [
            [f"{days[t]}T17:00:00", "ITA", _code(register, "pcm-region", place), register.name(place),
             course.census[p, t] - course.icu_census[p, t], course.icu_census[p, t], course.census[p, t], died[p, t],
             course.icu_admissions[p, t]]
            for p, place in enumerate(wave.places)
        ]  # fmt: skip
        written.append(_write(folder / f"synthetic-dpc-regioni-{days[t]:%Y%m%d}.csv", ITALIAN_COLUMNS, rows, separator=","))
    return written


# -- writing ------------------------------------------------------------------------------------------------------------


def _code(register: Places, scheme: str, place: str) -> str:
    """The code by which a source calls the place: the first of the scheme."""
    return next(code for code, meant in register.codes[scheme].items() if meant == place)


def _write(path: Path, columns: tuple[str, ...], rows: Iterable[list], separator: str = ";") -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=separator, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
    return path
