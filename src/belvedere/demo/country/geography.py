"""The real part: départements, their people, where their towns lie, and how far people go."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from belvedere.demo.country.parameters import parameters, rows
from belvedere.reference.places import Places

EARTH_KM = 6371.0
MAINLAND = ("Europe/Paris",)


@dataclass(frozen=True)
class City:
    """A town near which hospitals stand: its name, latitude and longitude (degrees), and people."""

    name: str
    latitude: float
    longitude: float
    population: int


@dataclass(frozen=True)
class Country:
    """The départements of a scenario, in the order of every array's axis `region`.

    population: persons by place and age class, shape (R, A). latitude, longitude: degrees, shape (R,), of the mean inhabitant
    of its towns. parents: régions. codes: INSEE. zones: IANA names.
    """

    places: tuple[str, ...]
    names: tuple[str, ...]
    codes: tuple[str, ...]
    parents: tuple[str, ...]
    zones: tuple[str, ...]
    population: np.ndarray
    latitude: np.ndarray
    longitude: np.ndarray
    cities: tuple[tuple[City, ...], ...]

    def __len__(self) -> int:
        return len(self.places)

    @property
    def overseas(self) -> np.ndarray:
        """Which départements lie overseas; bool, shape (R,)."""
        return np.array([zone not in MAINLAND for zone in self.zones])

    def within(self, place: str) -> np.ndarray:
        """Which départements lie in a place (itself, its région, the country); bool, shape (R,)."""
        return np.array([place in (p, parent, "FR") for p, parent in zip(self.places, self.parents, strict=True)])


def country(regions: list[str]) -> Country:
    """The départements of some régions; of all, if none is named."""
    register = Places.load()
    places = [p for p in register.at_level("department", "FR") if not regions or register[p].parent in regions]
    towns: dict[str, list[City]] = {}
    for row in rows("cities.csv"):
        city = City(row["name"], float(row["latitude"]), float(row["longitude"]), int(row["population"]))
        towns.setdefault(row["place"], []).append(city)
    code_of = {place: code for code, place in reversed(register.codes["insee-dep"].items())}
    people = np.array([register[p].population for p in places], dtype=float)
    shares = np.array(parameters()["people"]["age_share"])
    centres = np.array([_centre(towns[p]) for p in places])
    return Country(
        tuple(places),
        tuple(register.name(p) for p in places),
        tuple(code_of[p] for p in places),
        tuple(register[p].parent for p in places),
        tuple(register[p].timezone for p in places),
        np.rint(people[:, None] * shares).astype(np.int64),
        centres[:, 0],
        centres[:, 1],
        tuple(tuple(towns[p]) for p in places),
    )


def _centre(towns: list[City]) -> tuple[float, float]:
    weights = [t.population for t in towns]
    return (
        float(np.average([t.latitude for t in towns], weights=weights)),
        float(np.average([t.longitude for t in towns], weights=weights)),
    )


def distances_km(latitude: np.ndarray, longitude: np.ndarray) -> np.ndarray:
    """Great-circle distances, shape (n, n)."""
    phi, lam = np.radians(latitude), np.radians(longitude)
    half = np.sin((phi[:, None] - phi) / 2) ** 2 + np.cos(phi[:, None]) * np.cos(phi) * np.sin((lam[:, None] - lam) / 2) ** 2
    return 2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(half, 0, 1)))


def away(land: Country) -> np.ndarray:
    """Share of a resident's contacts made in each other département, shape (R, R), zero on the diagonal: a gravity model.

    Smaller places send a larger share away. Zipf, American Sociological Review 11 (1946).
    """
    p = parameters()["mixing"]
    people = land.population.sum(axis=1)
    far = np.maximum(distances_km(land.latitude, land.longitude), p["smallest_distance_km"])
    pull = people ** p["population_power"] / far ** p["distance_power"]
    np.fill_diagonal(pull, 0.0)
    outgoing = p["away_share"] * np.sqrt(np.median(people) / people)
    outgoing = np.where(land.overseas, p["away_share_overseas"], np.minimum(outgoing, 2.5 * p["away_share"]))
    return outgoing[:, None] * pull / np.maximum(pull.sum(axis=1, keepdims=True), np.finfo(float).tiny)
