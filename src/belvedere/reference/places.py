"""The register of places: what a code means, what lies inside what, and how each place keeps time.

    places = Places.load()
    ids, unknown = places.resolve("insee-dep", pa.array(["75", "971", "99"]))   # FR-75, FR-971, null; 1 unknown
    places.name("FR-971"), places.timezone("FR-971")                            # Guadeloupe, America/Guadeloupe

Place ids: ISO 3166-1 alpha-2 for countries, ISO 3166-2 for subdivisions, NUTS 2 for Italian regions, `FR-R01` … `FR-R06`
for the French overseas régions (ISO gives one code to région and département), `GB-S08…` for Scottish health boards,
`SI-…` for Slovenian hospitals.
"""

from __future__ import annotations

import csv
import zoneinfo
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
from importlib import resources
from types import MappingProxyType

import holidays
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from belvedere.errors import ReferenceError, UnknownName
from belvedere.ontology.places import PLACE_LEVELS


@dataclass(frozen=True)
class Place:
    """One row of the register.

    place: id; parent: id of the place around it ("" for a country); country: id of its country.
    timezone: IANA zone in which most of its people live.
    holiday_subdivision: code the `holidays` library takes within the country ("" = national calendar).
    population: residents in population_year, None where no open figure was chosen.
    """

    place: str
    level: str
    name: str
    parent: str
    country: str
    timezone: str
    holiday_subdivision: str = ""
    population: int | None = None
    population_year: int | None = None
    source: str = ""


COLUMNS = tuple(f.name for f in fields(Place))
REQUIRED = ("place", "level", "name", "country", "timezone", "source")


@dataclass(frozen=True, eq=False)
class Places:
    """Every known place and every code that means one. Build it with `Places.load()`, extend it with `with_rows`."""

    rows: Mapping[str, Place]
    codes: Mapping[str, Mapping[str, str]]
    inside: Mapping[str, tuple[str, ...]] = field(repr=False)
    lookup: Mapping[str, tuple[pa.Array, pa.Array]] = field(repr=False)

    @classmethod
    @lru_cache(maxsize=1)
    def load(cls) -> Places:
        """The register that comes with Belvedere, read once."""
        rows = {row.place: row for row in _read_places(_csv("places.csv"), "places.csv")}
        codes: dict[str, dict[str, str]] = {}
        for line, record in enumerate(_csv("place_codes.csv"), start=2):
            _add_code(codes, record, rows, f"place_codes.csv, row {line}")
        return cls._built(rows, codes)

    @classmethod
    def _built(cls, rows: dict[str, Place], codes: dict[str, dict[str, str]]) -> Places:
        _check_tree(rows)
        inside: dict[str, list[str]] = {}
        for row in rows.values():
            inside.setdefault(row.parent, []).append(row.place)
        codes = {**codes, "place": {place: place for place in rows}}
        lookup = {s: (pa.array(list(c), pa.string()), pa.array(list(c.values()), pa.string())) for s, c in codes.items()}
        return cls(
            MappingProxyType(rows),
            MappingProxyType({scheme: MappingProxyType(known) for scheme, known in codes.items()}),
            MappingProxyType({parent: tuple(children) for parent, children in inside.items()}),
            MappingProxyType(lookup),
        )

    def __contains__(self, place: object) -> bool:
        return place in self.rows

    def __iter__(self) -> Iterator[str]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, place: str) -> Place:
        """The whole row; raises UnknownName with the nearest ids."""
        if place not in self.rows:
            raise UnknownName("place", place, self.rows)
        return self.rows[place]

    @property
    def schemes(self) -> tuple[str, ...]:
        """Names of the known coding schemes."""
        return tuple(sorted(self.codes))

    def resolve(self, scheme: str, codes: pa.Array | pa.ChunkedArray | Iterable[object]) -> tuple[pa.Array, np.ndarray]:
        """Place ids of codes, and which have none.

        codes: shape (n,), text or whole numbers, compared as they stand (case, spaces and leading zeros matter).
        Returns ids, string array of shape (n,) with null where unknown, and a bool array of shape (n,), True where
        unknown; a null code is unknown. Raises UnknownName for a scheme that does not exist.
        """
        if scheme not in self.lookup:
            raise UnknownName("scheme of place codes", scheme, self.lookup)
        known, ids = self.lookup[scheme]
        found = ids.take(pc.index_in(_as_text(codes), value_set=known, skip_nulls=True))
        return found, found.is_null().to_numpy(zero_copy_only=False)

    def find(self, scheme: str, code: str) -> str:
        """Place id of one code; raises UnknownName with the nearest codes."""
        if scheme not in self.codes:
            raise UnknownName("scheme of place codes", scheme, self.codes)
        if code not in self.codes[scheme]:
            raise UnknownName(f"{scheme} code", code, self.codes[scheme])
        return self.codes[scheme][code]

    def children(self, place: str, level: str | None = None) -> tuple[str, ...]:
        """Places directly inside, in the register's order; of one level only if given. `""` gives the countries."""
        if place:
            self[place]
        inside = self.inside.get(place, ())
        return inside if level is None else tuple(child for child in inside if self.rows[child].level == level)

    def descendants(self, place: str, level: str | None = None) -> tuple[str, ...]:
        """Places at any depth inside, outer before inner; of one level only if given."""
        found: list[str] = []
        waiting = list(self.children(place))
        while waiting:
            found += waiting
            waiting = [child for outer in waiting for child in self.inside.get(outer, ())]
        return tuple(p for p in found if level is None or self.rows[p].level == level)

    def ancestors(self, place: str) -> tuple[str, ...]:
        """Places around it, nearest first, the country last."""
        found: list[str] = []
        outer = self[place].parent
        while outer:
            found.append(outer)
            outer = self.rows[outer].parent
        return tuple(found)

    def at_level(self, level: str, country: str | None = None) -> tuple[str, ...]:
        """Every place of a level, of one country if given. Raises UnknownName for a level that does not exist."""
        if level not in PLACE_LEVELS:
            raise UnknownName("level of places", level, PLACE_LEVELS)
        return tuple(p for p, row in self.rows.items() if row.level == level and country in (None, row.country))

    def level(self, place: str) -> str:
        """A key of `PLACE_LEVELS`."""
        return self[place].level

    def name(self, place: str) -> str:
        """Name in the place's own language; countries in English."""
        return self[place].name

    def timezone(self, place: str) -> zoneinfo.ZoneInfo:
        """The zone in which most of its people live."""
        return zoneinfo.ZoneInfo(self[place].timezone)

    def holiday_calendar(self, place: str) -> holidays.HolidayBase:
        """Public holidays and weekend of the place. Raises ReferenceError where no calendar is known."""
        row = self[place]
        return _calendar(row.country, row.holiday_subdivision)

    def with_rows(self, rows: pd.DataFrame, codes: pd.DataFrame | None = None) -> Places:
        """A register with a workspace's own places added; a row with a known id replaces it.

        rows: the columns of `Place`; holiday_subdivision, population and population_year may be absent.
        codes: scheme, code, place. Raises ReferenceError naming row and column (first row = 1).
        """
        records = (_texts(r) for r in rows.to_dict("records"))
        merged = dict(self.rows) | {row.place: row for row in _read_places(records, "own places", first=1)}
        schemes = {scheme: dict(known) for scheme, known in self.codes.items()}
        for line, record in enumerate([] if codes is None else codes.to_dict("records"), start=1):
            _add_code(schemes, _texts(record), merged, f"own place codes, row {line}")
        return Places._built(merged, schemes)


@lru_cache(maxsize=512)
def _calendar(country: str, subdivision: str) -> holidays.HolidayBase:
    try:
        return holidays.country_holidays(country, subdiv=subdivision or None)
    except NotImplementedError:
        raise ReferenceError(f"No calendar of public holidays is known for {country} {subdivision}".rstrip()) from None


def _as_text(codes: pa.Array | pa.ChunkedArray | Iterable[object]) -> pa.Array:
    array = codes if isinstance(codes, (pa.Array, pa.ChunkedArray)) else pa.array(codes)
    array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    array = array.dictionary_decode() if pa.types.is_dictionary(array.type) else array
    return array.cast(pa.string())


def _csv(name: str) -> list[dict[str, str]]:
    with (resources.files("belvedere.reference") / "data" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _texts(record: Mapping[str, object]) -> dict[str, str]:
    return {str(k): "" if v is None or v is pd.NA or v != v else str(v).removesuffix(".0") for k, v in record.items()}


def _read_places(records: Iterable[Mapping[str, str]], file: str, first: int = 2) -> Iterator[Place]:
    seen: set[str] = set()
    for line, record in enumerate(records, start=first):
        row = _place(record, f"{file}, row {line}")
        if row.place in seen:
            raise ReferenceError(f"{file}, row {line}, column 'place': {row.place!r} stands there a second time")
        seen.add(row.place)
        yield row


def _place(record: Mapping[str, str], where: str) -> Place:
    for column in REQUIRED:
        if not record.get(column):
            raise ReferenceError(f"{where}, column {column!r}: found nothing, expected a value")
    if record["level"] not in PLACE_LEVELS:
        raise ReferenceError(f"{where}, column 'level': found {record['level']!r}, expected one of {', '.join(PLACE_LEVELS)}")
    try:
        zoneinfo.ZoneInfo(record["timezone"])
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        found = record["timezone"]
        raise ReferenceError(f"{where}, column 'timezone': found {found!r}, expected a zone such as 'Europe/Paris'") from None
    counts = {c: _count(record.get(c, ""), f"{where}, column {c!r}") for c in ("population", "population_year")}
    return Place(**{column: record.get(column, "") for column in COLUMNS} | counts)


def _count(text: str, where: str) -> int | None:
    if text == "":
        return None
    if not text.isdecimal():
        raise ReferenceError(f"{where}: found {text!r}, expected a whole number or nothing")
    return int(text)


def _add_code(codes: dict[str, dict[str, str]], record: Mapping[str, str], rows: Mapping[str, Place], where: str) -> None:
    scheme, code, place = (record.get(column, "") for column in ("scheme", "code", "place"))
    if place not in rows:
        raise ReferenceError(f"{where}, column 'place': found {place!r}, expected the id of a place")
    already = codes.setdefault(scheme, {}).setdefault(code, place)
    if already != place:
        raise ReferenceError(f"{where}, column 'code': {scheme} {code!r} means {already} already, not {place}")


def _check_tree(rows: Mapping[str, Place]) -> None:
    for row in rows.values():
        seen, outer = {row.place}, row.parent
        while outer:
            if outer not in rows:
                raise ReferenceError(f"place {row.place}, column 'parent': {outer!r} is no place")
            if outer in seen:
                raise ReferenceError(f"place {row.place}, column 'parent': the places around it go round in a circle")
            seen.add(outer)
            outer = rows[outer].parent
        if row.country not in rows:
            raise ReferenceError(f"place {row.place}, column 'country': {row.country!r} is no place")
