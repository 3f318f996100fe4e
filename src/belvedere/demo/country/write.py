"""From a scenario to a folder: the files of every source, and beside them, hidden from ingestion, the truth."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pacsv

from belvedere.demo.country import reports, truth
from belvedere.demo.country.reports import File, Reports
from belvedere.demo.country.reports_hospital import hospital_files, register_files
from belvedere.demo.country.reports_others import other_files
from belvedere.demo.country.reports_people import person_files
from belvedere.demo.country.scenario import Scenario
from belvedere.errors import UnknownName

TRUTH = ".truth"  # ingestion passes over hidden folders
FEEDS = (
    *("demo-fr-register-1-hospitals", "demo-fr-register-2-units", "demo-fr-register-3-products"),
    *("demo-fr-department-flows", "demo-fr-department-stocks", "demo-fr-department-tests"),
    *("demo-fr-facility-census", "demo-fr-unit-capacity", "demo-fr-stays", "demo-fr-shifts"),
    *("demo-fr-supply-stocks", "demo-fr-orders", "demo-fr-phone-flows"),
    *("demo-fr-cases", "demo-fr-contacts", "demo-fr-measures"),
)
MAPPING_TEXTS = tuple(Path(__file__).parent.parent / "mappings" / f"{feed}.toml" for feed in FEEDS)
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Written:
    """What was written: the source files, oldest version of each feed first, and the folder of the truth."""

    files: tuple[Path, ...]
    truth_folder: Path
    truth: truth.Truth


def write_country(folder: Path, scenario: Scenario, on_progress: Progress = lambda text: None) -> Written:
    """Makes the country and writes what its sources have published until today; the same scenario gives the same bytes.

    folder: made if missing; to be ingested as a whole. The truth lies in its hidden folder `.truth`.
    """
    on_progress("simulating")
    what_happened = truth.simulate(scenario)
    published = reports.build(what_happened)
    files = []
    for file in published_files(published):
        on_progress(file.name)
        path = folder / file.folder / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_csv(file.table, path)
        files.append(path)
    what_happened.save(folder / TRUTH, [*published.planted, *({"kind": "FaultyCell"} | fault for fault in published.faults)])
    return Written(tuple(files), folder / TRUTH, what_happened)


def published_files(published: Reports) -> Iterator[File]:
    """Every file of every source, the places first, but for those of a feed that stopped coming."""
    for feed in published.stopped:
        if feed not in FEEDS:
            raise UnknownName("feed of the demonstration", feed, FEEDS)
    sources = (register_files, reports.department_files, hospital_files, person_files, other_files)
    for file in itertools.chain.from_iterable(source(published) for source in sources):
        if file.stamp <= published.stopped.get(file.feed, file.stamp):
            yield file


def write_csv(table: pa.Table, path: Path) -> None:
    """Semicolons, no quotes, as the official files have them."""
    plain = pa.table({name: c.cast(c.type.value_type) if pa.types.is_dictionary(c.type) else c
                      for name, c in zip(table.column_names, table.columns, strict=True)})  # fmt: skip
    with path.open("wb") as file:
        file.write((";".join(plain.column_names) + "\n").encode())
        pacsv.write_csv(plain, file, pacsv.WriteOptions(include_header=False, delimiter=";", quoting_style="none"))
