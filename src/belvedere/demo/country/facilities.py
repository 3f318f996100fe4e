"""Synthetic hospitals near real towns, and their units: beds by level, the sum of a région's intensive care as in reality."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

import numpy as np
import pandas as pd

from belvedere.demo.country.geography import Country
from belvedere.demo.country.parameters import parameters
from belvedere.reference import tables
from belvedere.reference.places import Places

LEVELS = ("ward", "hdu", "icu")
LABEL = "(synthetic)"
KINDS = ("Centre hospitalier {}", "Hôpital {}", "Clinique {}", "Hôpital nord {}", "Polyclinique {}")
UNIT_NAMES = {"ward": "Medicine", "hdu": "High dependency", "icu": "Intensive care"}


def build(land: Country, count: int, rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Hospitals and units.

    Hospitals: place, name, region (index), latitude, longitude, weight (share of the département's beds).
    Units: place, name, facility (index), region (index), level, beds (physical, usual).
    """
    numbers = shared_out(land.population.sum(axis=1), max(count, len(land)), at_least=1)
    hospitals = [row for r, n in enumerate(numbers) for row in _hospitals(land, r, int(n), rng)]
    facilities = pd.DataFrame(hospitals)
    beds = {level: _beds_by_department(land, level) for level in LEVELS}
    units = [row for r in range(len(land)) for row in _units(facilities[facilities["region"] == r], r, beds)]
    return facilities, pd.DataFrame(units)


def shared_out(weights: np.ndarray, total: int, at_least: int = 0) -> np.ndarray:
    """Whole numbers in proportion to weights that add up to the total (largest remainders); int, shape of the weights."""
    free = total - at_least * len(weights)
    exact = np.asarray(weights, dtype=float) / np.sum(weights) * free
    parts = np.floor(exact).astype(int)
    largest = np.argsort(-(exact - parts), kind="stable")[: free - parts.sum()]
    parts[largest] += 1
    return parts + at_least


def _hospitals(land: Country, r: int, n: int, rng: np.random.Generator) -> list[dict]:
    towns, power = land.cities[r], parameters()["hospital"]["size_power"]
    shares = 1 / np.arange(1, n + 1) ** power
    near = rng.normal(0, 0.008, (n, 2))
    found = []
    for k in range(n):
        town = towns[k % len(towns)]
        kind = KINDS[0 if k == 0 else 1 + k % 2 if k < len(towns) else 3 + k % 2]
        found.append(
            dict(place=f"FR-DEMO-{land.codes[r]}-{k + 1:02d}", name=f"{kind.format(of(town.name))} {LABEL}", region=r,
                 latitude=round(town.latitude + near[k, 0], 4), longitude=round(town.longitude + near[k, 1], 4),
                 weight=shares[k] / shares.sum())
        )  # fmt: skip
    names = Counter()
    for row in found:
        names[row["name"]] += 1
        if names[row["name"]] > 1:
            row["name"] = row["name"].replace(LABEL, f"{names[row['name']]} {LABEL}")
    return found


def of(town: str) -> str:
    """The words `de` and the town's name, as French has it before a vowel."""
    plain = unicodedata.normalize("NFD", town)[0].lower()
    return f"d'{town}" if plain in "aeiouy" else f"de {town}"


def _beds_by_department(land: Country, level: str) -> np.ndarray:
    """Usual beds by département: the région's real ones (DREES, SAE 2018) shared out by people; wards by people alone."""
    people, p = land.population.sum(axis=1), parameters()["hospital"]
    if level == "ward":
        return np.rint(people * p["ward_beds_per_100k"] / 1e5).astype(int)
    prefix = {"icu": "fr_sae_rea_", "hdu": "fr_sae_usc_"}[level]
    figures, register = tables.load("capacity"), Places.load()
    beds = np.zeros(len(land), dtype=int)
    for region in dict.fromkeys(land.parents):
        here = np.array([parent == region for parent in land.parents])
        total = int(figures.value(prefix + slug(register.name(region))).value)
        beds[here] = shared_out(people[here], total)
    return np.maximum(beds, p["icu_minimum_beds"] if level == "icu" else 0)


def slug(name: str) -> str:
    """A région's name as the reference ids write it: "Provence-Alpes-Côte d'Azur" is provence-alpes-cote_dazur."""
    plain = unicodedata.normalize("NFD", name.lower()).encode("ascii", "ignore").decode()
    return re.sub(r"\s+", "_", plain.replace("'", ""))


def _units(facilities: pd.DataFrame, r: int, beds: dict[str, np.ndarray]) -> list[dict]:
    """One unit a level and hospital; the largest hospitals have intensive care and high dependency."""
    p, n = parameters()["hospital"], len(facilities)
    with_icu = int(np.clip(beds["icu"][r] // (2 * p["icu_minimum_beds"]), 1, max(1, (n + 1) // 2)))
    with_hdu = min(n, max(with_icu, round(n * p["hdu_share_of_facilities"]))) if beds["hdu"][r] else 0
    weights = facilities["weight"].to_numpy()
    found = []
    for level, houses, least in (("ward", n, 4), ("hdu", with_hdu, 1), ("icu", with_icu, p["icu_minimum_beds"])):
        if not houses:
            continue
        total = max(int(beds[level][r]), houses * least)
        for at, size in enumerate(shared_out(weights[:houses], total, at_least=least)):
            row = facilities.iloc[at]
            name = row["name"].replace(LABEL, f"– {UNIT_NAMES[level]} {LABEL}")
            found.append(dict(place=f"{row['place']}-{level.upper()}", name=name, facility=facilities.index[at], region=r,
                              level=level, beds=int(size)))  # fmt: skip
    return found
