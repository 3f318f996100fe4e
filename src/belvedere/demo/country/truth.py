"""What truly happened in the made-up country: every figure as a labelled array or table, kept beside the files for tests."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import xarray as xr

from belvedere.demo.country import beds, epidemic, patients, stock, tracing
from belvedere.demo.country import world as worlds
from belvedere.demo.country.beds import ROLES, SHIFTS
from belvedere.demo.country.parameters import parameters
from belvedere.demo.country.patients import Patients, events, present
from belvedere.demo.country.scenario import Scenario
from belvedere.demo.country.tracing import Tracing
from belvedere.demo.country.world import World


@dataclass(frozen=True)
class Truth:
    """world: what was given, plants included. Days are all simulated days: longer than what is published, at both ends.

    regions (by region and date): infections, reproduction_number, admissions, icu_admissions, deaths, discharges, cases, tests,
        hospital_census, icu_census, ventilated_census; by age as well: infections_by_age, admissions_by_age, susceptible,
        infected, recovered; by variant: infections_by_variant.
    facilities (by facility, date): admissions, discharges, deaths, icu_admissions, hospital_census, icu_census and
        ventilated_census of epidemic patients; all_census and all_icu_census of everyone.
    units (by unit, date; staff also by role, shift): census, others, others_in, others_out, beds_physical, beds_equipped,
        beds_staffed, staff_planned, staff_present.
    stocks (by facility, product, date): on_hand, issued, received, lost, wanted, mean_use.
    generation_interval: chances of 1, 2, … days. patients, segments: see `patients.Patients`. orders: see `stock.Stocks`.
    tracing: the line list's truth, who infected whom.
    """

    world: World
    regions: xr.Dataset
    facilities: xr.Dataset
    units: xr.Dataset
    stocks: xr.Dataset
    generation_interval: np.ndarray
    patients: pd.DataFrame
    segments: pd.DataFrame
    orders: pd.DataFrame
    tracing: Tracing

    @property
    def scenario(self) -> Scenario:
        return self.world.scenario

    def save(self, folder: Path, planted: list[dict]) -> None:
        """Writes the truth as Parquet, one file a group of figures, and `planted.json`."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("regions", "facilities", "units", "stocks"):
            for kind, table in long_tables(getattr(self, name)):
                pq.write_table(table, folder / f"{name}{kind}.parquet", compression="zstd")
        tables = {
            "patients": self.patients, "segments": self.segments, "orders": self.orders, "persons": self.tracing.persons,
            "facilities_list": self.world.facilities, "units_list": self.world.units,
        }  # fmt: skip
        for name, frame in tables.items():
            pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), folder / f"{name}.parquet", compression="zstd")
        scenario = self.scenario
        story = {
            "label": "synthetic: no figure here ever happened",
            "size": scenario.size, "seed": scenario.seed, "today": scenario.today.isoformat(), "faults": scenario.faults,
            "first_published_day": str(self.world.days[scenario.first]),
            "generation_interval": self.generation_interval.tolist(),
            "planted": planted,
        }  # fmt: skip
        (folder / "planted.json").write_text(json.dumps(story, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def long_tables(dataset: xr.Dataset):
    """A dataset as tables of one row a combination of labels; variables of the same axes stand in one table."""
    by_axes: dict[tuple, list[str]] = {}
    for name in dataset.data_vars:
        by_axes.setdefault(dataset[name].dims, []).append(name)
    usual = max(by_axes, key=lambda axes: len(by_axes[axes]))
    for axes, names in by_axes.items():
        sizes = [dataset.sizes[axis] for axis in axes]
        columns = {}
        for at, axis in enumerate(axes):
            index = np.broadcast_to(np.arange(sizes[at]).reshape([-1 if i == at else 1 for i in range(len(axes))]), sizes)
            labels = pa.array(dataset[axis].values.astype("datetime64[D]" if axis == "date" else str).tolist())
            columns[axis] = pa.DictionaryArray.from_arrays(pa.array(index.ravel().astype(np.int32)), labels)
        columns |= {name: pa.array(dataset[name].values.ravel()) for name in names}
        yield "" if axes == usual else f"_{'_'.join(axes)}", pa.table(columns)


def simulate(scenario: Scenario) -> Truth:
    """Lives through the scenario."""
    world = worlds.build(scenario)
    spread = epidemic.simulate(world, scenario.rng("epidemic"))
    ill = patients.simulate(world, spread, scenario.rng("patients"))
    people = world.land.population.sum(axis=1)
    shape = (len(world.units), len(world.days))
    segments = ill.segments
    census = present(segments["unit"].to_numpy(), segments["start"].to_numpy(), segments["end"].to_numpy(), shape)
    hospital = beds.simulate(world, census, spread.infected.sum(axis=1) / people[:, None], scenario.rng("hospital"))
    facilities = _facilities(world, ill, census, hospital)
    of_level = _census_by_level(world, census)
    goods = stock.simulate(
        world, of_level["ward"] + of_level["hdu"], of_level["icu"], facilities["ventilated_census"].values,
        (facilities["all_census"] - facilities["hospital_census"]).values, scenario.rng("stock"),
    )  # fmt: skip
    found = tracing.simulate(world, spread, scenario.rng("tracing"))
    return Truth(
        world, _regions(world, spread, ill, found), facilities, _units(world, census, hospital), _stocks(world, goods),
        spread.generation, ill.patients, segments, goods.orders, found,
    )  # fmt: skip


def _dataset(coordinates: dict, **arrays) -> xr.Dataset:
    return xr.Dataset({name: (axes, values) for name, (axes, values) in arrays.items()}, coords=coordinates)


def _dates(world: World) -> np.ndarray:
    return world.days.astype("datetime64[ns]")


def _regions(world: World, spread: epidemic.Epidemic, ill: Patients, found: Tracing) -> xr.Dataset:
    flow, by_age = ("region", "date"), ("region", "age", "date")
    counted = people_by(world, ill, world.units["region"].to_numpy(), len(world.land))
    coordinates = {
        "region": list(world.land.places), "age": parameters()["people"]["ages"], "date": _dates(world),
        "variant": [f"variant-{v}" for v in range(len(world.advantage))],
    }  # fmt: skip
    named = {"admissions": ill.admissions.sum(axis=1)} | {k: v for k, v in counted.items() if k != "admissions"}
    return _dataset(
        coordinates,
        **{name: (flow, values) for name, values in named.items()},
        infections=(flow, spread.infections.sum(axis=(0, 2))),
        reproduction_number=(flow, spread.reproduction),
        cases=(flow, found.cases.sum(axis=1)),
        tests=(flow, found.tests),
        infections_by_age=(by_age, spread.infections.sum(axis=0)),
        admissions_by_age=(by_age, ill.admissions),
        susceptible=(by_age, spread.susceptible),
        infected=(by_age, spread.infected),
        recovered=(by_age, spread.recovered),
        infections_by_variant=(("variant", *flow), spread.infections.sum(axis=2)),
    )


def people_by(world: World, ill: Patients, place_of_unit: np.ndarray, places: int, who: np.ndarray | None = None) -> dict:
    """Counts of epidemic patients by place and day, (places, T): flows across the border of the place, and who is present.

    place_of_unit: place index of each unit. who: bool by patient; only these are counted.
    """
    segments = ill.segments if who is None else ill.segments[who[ill.segments["patient"].to_numpy()]]
    shape = (places, len(world.days))
    place = place_of_unit[segments["unit"].to_numpy()]
    start, end = segments["start"].to_numpy(), segments["end"].to_numpy()
    patient = segments["patient"].to_numpy()
    follows = np.concatenate([[False], (patient[1:] == patient[:-1]) & (place[1:] == place[:-1])])
    stays_on = np.concatenate([follows[1:], [False]])
    dead = segments["outcome"].to_numpy() == "died"
    icu = segments["level"].to_numpy() == "icu"
    of_people = ill.patients
    breathing = of_people["ventilated_from"].notna().to_numpy() & (who if who is not None else True)
    icu_unit = np.zeros(len(of_people), dtype=int)
    icu_unit[patient[icu]] = place[icu]
    return {
        "admissions": events(place[~follows], start[~follows], shape),
        "discharges": events(place[~stays_on & ~dead], end[~stays_on & ~dead], shape),
        "deaths": events(place[dead], end[dead], shape),
        "icu_admissions": events(place[icu], start[icu], shape),
        "hospital_census": present(place, start, end, shape),
        "icu_census": present(place[icu], start[icu], end[icu], shape),
        "ventilated_census": present(
            icu_unit[breathing], of_people["ventilated_from"].to_numpy()[breathing],
            of_people["ventilated_to"].to_numpy()[breathing], shape,
        ),
    }  # fmt: skip


def _facilities(world: World, ill: Patients, census: np.ndarray, hospital: beds.Hospital) -> xr.Dataset:
    house, H = world.units["facility"].to_numpy(), len(world.facilities)
    counted = people_by(world, ill, house, H)
    everyone = census + hospital.others
    icu = world.units["level"].to_numpy() == "icu"
    axes = ("facility", "date")
    return _dataset(
        {"facility": world.facilities["place"].to_numpy(), "date": _dates(world)},
        **{name: (axes, values) for name, values in counted.items()},
        all_census=(axes, add_by(everyone, house, H)),
        all_icu_census=(axes, add_by(everyone[icu], house[icu], H)),
    )


def add_by(values: np.ndarray, group: np.ndarray, groups: int) -> np.ndarray:
    """Sums of rows by group, (n, T) to (groups, T)."""
    total = np.zeros((groups, values.shape[1]), dtype=values.dtype)
    np.add.at(total, group, values)
    return total


def _census_by_level(world: World, census: np.ndarray) -> dict[str, np.ndarray]:
    level, house = world.units["level"].to_numpy(), world.units["facility"].to_numpy()
    return {name: add_by(census[level == name], house[level == name], len(world.facilities)) for name in np.unique(level)}


def _units(world: World, census: np.ndarray, hospital: beds.Hospital) -> xr.Dataset:
    axes, staff = ("unit", "date"), ("unit", "role", "shift", "date")
    coordinates = {
        "unit": world.units["place"].to_numpy(), "role": list(ROLES), "shift": list(SHIFTS), "date": _dates(world),
    }  # fmt: skip
    return _dataset(
        coordinates,
        census=(axes, census),
        others=(axes, hospital.others),
        others_in=(axes, hospital.others_in),
        others_out=(axes, hospital.others_out),
        beds_physical=(axes, hospital.physical),
        beds_equipped=(axes, hospital.equipped),
        beds_staffed=(axes, hospital.staffed),
        staff_planned=(staff, hospital.planned),
        staff_present=(staff, hospital.present),
    )


def _stocks(world: World, goods: stock.Stocks) -> xr.Dataset:
    axes = ("facility", "product", "date")
    labels = {"facility": world.facilities["place"], "product": world.products["product"]}
    coordinates = {axis: values.to_numpy() for axis, values in labels.items()} | {"date": _dates(world)}
    names = ("on_hand", "issued", "received", "lost", "wanted", "mean_use")
    return _dataset(coordinates, **{name: (axes, getattr(goods, name)) for name in names})
