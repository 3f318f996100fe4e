"""Builds `data/places.csv` and `data/place_codes.csv`, the register of places. Run by hand when a source changes:

    python -m belvedere.reference.build.places DATA DECOUPAGE

DATA: the folder of real data (populations, names, outlines); DECOUPAGE: folder `data` of the npm package
@etalab/decoupage-administratif (département to région; MIT). `pycountry` (ISO 3166) must be installed for the
run: it is not a dependency of Belvedere. What no open table gives in one piece stands in `inputs/`.
"""

from __future__ import annotations

import csv
import importlib.resources
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

HERE = Path(__file__).resolve().parent
OUTPUT = HERE.parent / "data"
PLACE_COLUMNS = (
    *("place", "level", "name", "parent", "country", "timezone"),
    *("holiday_subdivision", "population", "population_year", "source"),
)

INSEE = "INSEE, population estimates 2020"
ISTAT = "ISTAT, resident population 2020, by Protezione Civile"
RKI = "Destatis, population of 2022-12-31, by RKI"
CENSUS = "US Census Bureau, estimates 2024, by CDC FluSight"
UN = "UN World Population Prospects, 2023"

# zone.tab lists zones by geography; where its first is not the capital's or the most peopled one, this is.
MAIN_ZONES = {
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "FM": "Pacific/Pohnpei",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
    "UZ": "Asia/Tashkent",
}
NO_CIVIL_TIME = {"BV": "Europe/Oslo", "HM": "Indian/Kerguelen"}  # uninhabited and absent from zone.tab
SHORT_NAMES = {
    "CD": "Democratic Republic of the Congo",
    "CC": "Cocos Islands",
    "FK": "Falkland Islands",
    "FM": "Micronesia",
    "PS": "Palestine",
    "SX": "Sint Maarten",
    "TR": "Türkiye",
    "VA": "Vatican City",
    "VG": "British Virgin Islands",
    "NL": "Netherlands",
    "RU": "Russia",
}
NATIONS = {"GB-ENG": "England", "GB-SCT": "Scotland", "GB-WLS": "Wales", "GB-NIR": "Northern Ireland"}
EUROPEAN_UNION_CODES = {"GR": "EL", "GB": "UK"}  # where Eurostat and ECDC differ from ISO 3166-1
ITALIAN_REGION_NAMES = {"P.A. Bolzano": "ITH1", "P.A. Trento": "ITH2", "Friuli-Venezia Giulia": "ITH4"}


class Register:
    """Rows of both files, in the order in which they were added."""

    def __init__(self, populations: dict[str, tuple[int, int, str]]) -> None:
        self.places: list[dict] = []
        self.codes: list[tuple[str, str, str]] = []
        self.populations = populations

    def add(self, place: str, level: str, name: str, parent: str, timezone: str, *, source: str, holiday: str = "") -> None:
        """Add one place; its population follows from the table given at the start."""
        population, year, population_source = self.populations.get(place, ("", "", ""))
        country = place if not parent else parent.split("-")[0][:2]
        sources = "; ".join(dict.fromkeys(s for s in (source, population_source) if s))
        row = (place, level, name, parent, country, timezone, holiday, population, year, sources)
        self.places.append(dict(zip(PLACE_COLUMNS, row, strict=True)))
        self.code("place", place, place)

    def code(self, scheme: str, code: str, place: str) -> None:
        """Say that a scheme's code means a place."""
        self.codes.append((scheme, code, place))


def _inputs(name: str) -> Iterator[dict[str, str]]:
    with (HERE / "inputs" / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _properties(data: Path, name: str) -> list[dict]:
    return [f["properties"] for f in json.loads((data / "geo" / name).read_text(encoding="utf-8"))["features"]]


def _plain(name: str) -> str:
    return name.replace("’", "'").replace("-", " ").casefold()


def populations(data: Path, departements: list[dict]) -> dict[str, tuple[int, int, str]]:
    """Population, year and source by place id, from the tables of the data folder and `inputs/`."""
    known: dict[str, tuple[int, int, str]] = {}
    french = pd.read_parquet(data / "france/population_dep_age_sex.parquet").query("sex == 'all' and age_class == 'total'")
    by_departement = french.groupby("dep_code")["population"].sum()
    regions = {row["insee"]: row["place"] for row in _inputs("france_regions.csv")}
    region_of = {d["code"]: d["region"] for d in departements}
    by_region = by_departement.groupby(by_departement.index.map(region_of)).sum()
    known |= {f"FR-{code}": (int(n), 2020, INSEE) for code, n in by_departement.items()}
    known |= {regions[code]: (int(n), 2020, INSEE) for code, n in by_region.items()}
    known["FR"] = (int(by_departement.sum()), 2020, INSEE)

    italian = pd.read_parquet(data / "italy/population_region_age.parquet").groupby("nuts2")["total"].sum()
    known |= {code: (int(n), 2020, ISTAT) for code, n in italian.items()}
    known["IT"] = (int(italian.sum()), 2020, ISTAT)

    german = pd.read_parquet(data / "germany/hospitalisation_7d_rki_nowcast.parquet").groupby("location")["population"].last()
    known |= {place: (int(n), 2022, RKI) for place, n in german.items()}

    american = {f"US-{row['postal']}": row for row in _inputs("us_states.csv") if row["population"]}
    known |= {place: (int(row["population"]), 2024, CENSUS) for place, row in american.items()}
    known["US"] = (sum(int(row["population"]) for row in american.values() if row["level"] == "state"), 2024, CENSUS)

    world = pd.read_parquet(data / "contacts/population_single_age.parquet").groupby("country")["population"].sum()
    known |= {place: (int(n), 2023, UN) for place, n in world.items() if place not in known}
    return known


def main_zones() -> dict[str, str]:
    """ISO 3166-1 code -> the time zone most of its people live in, from the tz database."""
    table = (importlib.resources.files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    zones: dict[str, str] = {}
    for line in table.splitlines():
        if not line.startswith("#"):
            country, _, zone, *_ = line.split("\t")
            zones.setdefault(country, zone)
    return NO_CIVIL_TIME | zones | MAIN_ZONES


def add_countries(register: Register, elsewhere: dict[str, str]) -> None:
    """Every ISO 3166-1 entry; `elsewhere` maps those that are parts of another country here (Guadeloupe, Puerto Rico …)."""
    import pycountry

    zones = main_zones()
    for entry in sorted(pycountry.countries, key=lambda c: c.alpha_2):
        place = elsewhere.get(entry.alpha_2, entry.alpha_2)
        if place == entry.alpha_2:
            name = SHORT_NAMES.get(place, getattr(entry, "common_name", entry.name))
            register.add(place, "country", name, "", zones[place], source="ISO 3166-1")
            register.code("nuts-2021", EUROPEAN_UNION_CODES.get(place, place), place)
            register.code("iso-3166-2", place, place)
        register.code("iso-3166-1", entry.alpha_2, place)
        register.code("iso-3166-1-alpha-3", entry.alpha_3, place)


def add_france(register: Register, data: Path, departements: list[dict]) -> None:
    """18 régions, 101 départements, seven collectivités and territories."""
    names = {r["reg_code"]: r["name"] for r in _properties(data, "france_regions.geojson")}
    overseas = {row["insee"]: row for row in _inputs("france_territories.csv")}
    region_of = {d["code"]: d["region"] for d in departements}
    only = {region_of[code]: row for code, row in overseas.items() if row["note"] == "département"}
    regions = {}
    for row in _inputs("france_regions.csv"):
        insee, place, alone = row["insee"], row["place"], only.get(row["insee"], {})
        zone, holiday = alone.get("timezone", "Europe/Paris"), alone.get("holiday_subdivision", "")
        register.add(place, "region", names[insee], "FR", zone, source="INSEE; IGN Admin Express", holiday=holiday)
        register.code("insee-reg", insee, place)
        register.code("nuts-2021", row["nuts1"], place)
        if not place.startswith("FR-R"):
            register.code("iso-3166-2", place, place)
        regions[insee] = place

    nuts = {_plain(f["name"]): f["nuts_id"] for f in _properties(data, "europe_nuts3_2021.geojson") if f["country"] == "FR"}
    for row in sorted(_properties(data, "france_departements.geojson"), key=lambda r: r["dep_code"]):
        code, name = row["dep_code"], row["name"]
        place, there = f"FR-{code}", overseas.get(code, {})
        holiday = there.get("holiday_subdivision") or {"57": "57", "67": "6AE", "68": "6AE"}.get(code, "")
        zone, parent = there.get("timezone", "Europe/Paris"), regions[region_of[code]]
        register.add(place, "department", name, parent, zone, source="INSEE; IGN Admin Express", holiday=holiday)
        register.code("insee-dep", code, place)
        register.code("iso-3166-2", place, place)
        register.code("nuts-2021", nuts[_plain(name)], place)
    register.code("iso-3166-2", "FR-75C", "FR-75")
    for code, row in overseas.items():
        if row["note"] == "territory":
            register.add(
                row["iso"], "territory", row["name"], "FR", row["timezone"], source="INSEE", holiday=row["holiday_subdivision"]
            )
            register.code("insee-dep", code, row["iso"])
            register.code("iso-3166-2", row["iso"], row["iso"])


def add_italy(register: Register, data: Path) -> None:
    """21 regions (the two autonomous provinces count as regions) and 107 provinces."""
    people = pd.read_parquet(data / "italy/population_region_age.parquet")
    names = dict(zip(people["nuts2"], people["region_name"], strict=True))
    istat = {}
    for path in sorted((data / "italy/raw").glob("dpc-covid19-ita-regioni-*.csv")):
        table = pd.read_csv(path, dtype=str, usecols=["codice_regione", "denominazione_regione"])
        istat |= dict(zip(table["codice_regione"], table["denominazione_regione"], strict=True))
    by_name = {name: place for place, name in names.items()} | ITALIAN_REGION_NAMES
    names |= {"ITH1": "P.A. Bolzano", "ITH2": "P.A. Trento"}  # as Protezione Civile writes them, unlike the provinces
    for place, name in sorted(names.items()):
        holiday = {"ITH1": "BZ"}.get(place, "")  # Whit Monday is a holiday of the whole province; patron saints are a city's
        register.add(place, "region", name, "IT", "Europe/Rome", source="ISTAT; Eurostat NUTS 2021", holiday=holiday)
        register.code("nuts-2021", place, place)
    for name, place in by_name.items():
        register.code("pcm-region-name", name, place)
    for code, name in sorted(istat.items()):
        for spelling in dict.fromkeys((code, str(int(code)))):  # written with and without its zero by the producer
            register.code("pcm-region", spelling, by_name[name])

    cases = pd.read_parquet(data / "italy/cases_province_day.parquet", columns=["province", "nuts2"]).drop_duplicates()
    region_of = dict(zip(cases["province"], cases["nuts2"], strict=True))
    nuts = {_plain(f["name"]): f["nuts_id"] for f in _properties(data, "europe_nuts3_2021.geojson") if f["country"] == "IT"}
    nuts["bolzano/bozen"] = nuts["bolzano bozen"]
    for row in sorted(_properties(data, "italy_provinces.geojson"), key=lambda r: r["province"]):
        code, name, place = row["province"], row["name"], f"IT-{row['province']}"
        holiday = "BZ" if code == "BZ" else ""
        register.add(place, "province", name, region_of[code], "Europe/Rome", source="ISTAT", holiday=holiday)
        register.code("it-province", code, place)
        register.code("iso-3166-2", place, place)
        register.code("nuts-2021", nuts[_plain(name)], place)
        for spelling in dict.fromkeys((row["istat_code"], str(int(row["istat_code"])))):
            register.code("istat-province", spelling, place)


def add_germany(register: Register, data: Path) -> None:
    """16 Länder, and the locations of the German nowcasting hub, of which the age groups are all Germany."""
    for row in _inputs("germany_states.csv"):
        place = row["iso"]
        register.add(place, "state", row["name"], "DE", "Europe/Berlin", source="Destatis; ISO 3166-2", holiday=place[3:])
        for scheme, code in (("iso-3166-2", place), ("de-ags", row["ags"]), ("nuts-2021", row["nuts1"])):
            register.code(scheme, code, place)
    for location in sorted(pd.read_parquet(data / "hubs/de_nowcast_units.parquet", columns=["location"])["location"].unique()):
        register.code("de-nowcast", location, location.split("|")[0])


def add_united_states(register: Register) -> None:
    """50 states, the District of Columbia and the five inhabited territories; US stands for the whole in both schemes."""
    for scheme in ("fips", "us-postal"):
        register.code(scheme, "US", "US")
    for row in _inputs("us_states.csv"):
        place = f"US-{row['postal']}"
        register.add(place, row["level"], row["name"], "US", row["timezone"], source="ANSI INCITS 38", holiday=row["postal"])
        for scheme, code in (("fips", row["fips"]), ("us-postal", row["postal"]), ("iso-3166-2", place)):
            register.code(scheme, code, place)


def add_united_kingdom(register: Register) -> None:
    """Four nations, the 14 Scottish health boards and the national hospital that reports beside them."""
    for place, name in NATIONS.items():
        register.add(place, "region", name, "GB", "Europe/London", source="ISO 3166-2", holiday=place[3:])
        register.code("iso-3166-2", place, place)
    source = "Public Health Scotland, geography codes"
    boards = [(r["code"], r["name"], "province", r["former_code"]) for r in _inputs("scotland_health_boards.csv")]
    for code, name, level, former in [*boards, ("SB0801", "The Golden Jubilee National Hospital", "hospital", "")]:
        place = f"GB-{code}"
        register.add(place, level, name, "GB-SCT", "Europe/London", source=source, holiday="SCT")
        for known_as in filter(None, (name, code, former)):
            register.code("scotland-health-board", known_as, place)


def add_slovenia(register: Register) -> None:
    """The 20 hospitals that report beds and patients."""
    for row in _inputs("slovenia_hospitals.csv"):
        place = f"SI-{row['code']}"
        register.add(place, "hospital", row["name"], "SI", "Europe/Ljubljana", source=row["source"])
        register.code("sledilnik-facility", row["code"], place)


def build(data: Path, decoupage: Path) -> Register:
    """The whole register."""
    all_departements = json.loads((decoupage / "departements.json").read_text(encoding="utf-8"))
    departements = [d for d in all_departements if d["zone"] in ("metro", "drom")]
    register = Register(populations(data, departements))
    french = {"GP": "FR-971", "MQ": "FR-972", "GF": "FR-973", "RE": "FR-974", "YT": "FR-976"}
    french |= {row["iso"][3:]: row["iso"] for row in _inputs("france_territories.csv") if row["note"] == "territory"}
    american = {row["postal"]: f"US-{row['postal']}" for row in _inputs("us_states.csv") if row["level"] == "territory"}
    add_countries(register, french | american)
    add_france(register, data, departements)
    add_italy(register, data)
    add_germany(register, data)
    add_united_states(register)
    add_united_kingdom(register)
    add_slovenia(register)
    return register


def write(register: Register, folder: Path) -> None:
    """Both files, UTF-8, one row a line, always in the same order."""
    with (folder / "places.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, PLACE_COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(register.places)
    with (folder / "place_codes.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("scheme", "code", "place"))
        writer.writerows(sorted(set(register.codes)))


if __name__ == "__main__":
    write(build(Path(sys.argv[1]), Path(sys.argv[2])), OUTPUT)
