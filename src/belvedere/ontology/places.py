"""Places: from the country down to the unit."""

from __future__ import annotations

from belvedere.ontology.codes import PLACE_PATTERN
from belvedere.ontology.rules import NotBefore
from belvedere.ontology.schema import CodeList, Shelf, Table, date, integer, number, text

PLACE_LEVELS = CodeList(
    "place_level",
    {
        "country": "country",
        "region": "first level below the country: région, regione, nation of the United Kingdom",
        "state": "first level below the country where it is a state: German Land, state of the United States",
        "territory": "overseas territory outside the country's regions",
        "department": "second level in France: département",
        "province": "second level in Italy and elsewhere: provincia, county, health board",
        "city": "commune or city",
        "zone": "area made for counting, such as a mobility cell",
        "hospital_group": "group of hospitals under one board",
        "hospital": "hospital site",
        "unit": "unit of a hospital",
        "warehouse": "store or pharmacy that serves several hospitals",
    },
)

CODE_SYSTEMS = CodeList(
    "code_system",
    {
        "iso-3166-1": "ISO 3166-1 alpha-2, countries",
        "iso-3166-1-alpha-3": "ISO 3166-1 alpha-3, countries",
        "iso-3166-2": "ISO 3166-2, subdivisions",
        "nuts-2021": "Eurostat NUTS 2021",
        "insee-dep": "INSEE, départements",
        "insee-reg": "INSEE, régions",
        "it-province": "Italy, two-letter provinces",
        "istat-province": "Italy, ISTAT numbers of provinces",
        "pcm-region": "Italy, numbers of regions in the files of the Protezione Civile",
        "pcm-region-name": "Italy, names of regions in the files of the Protezione Civile",
        "de-ags": "Germany, Amtlicher Gemeindeschlüssel of Länder",
        "de-nowcast": "Germany, locations of the hospitalisation nowcast hub",
        "fips": "United States, FIPS",
        "us-postal": "United States, two-letter postal codes",
        "finess": "France, FINESS health establishments",
        "sledilnik-facility": "Slovenia, facility codes of Sledilnik",
        "scotland-health-board": "Scotland, health boards",
        "ccm": "United States, facility codes of CovidCareMap",
        "place": "the place's own id in Belvedere",
        "local": "a code of the installation's own",
    },
)


class Places(Table):
    """The register of places: countries, regions, départements or provinces, hospital groups, hospitals, units.

    `place` is the one name used in every other table: ISO 3166-1 for a country (FR), ISO 3166-2 for a subdivision (FR-75),
    NUTS 2 for an Italian region (ITC1), country and own code for a facility (FR-FINESS-750100042).
    """

    shelf = Shelf.SERIES
    caveats = (
        "The two autonomous provinces of Italy, ITH1 and ITH2, stand at region level.",
        "French overseas places keep their own time zone and holidays.",
        "A place that changed its borders is a new place: `valid_from` and `valid_to` say when each held.",
    )
    rules = (NotBefore("valid_to", "valid_from"),)

    place = text("The place's name in every table.", key=True, pattern=PLACE_PATTERN)
    code_system = text("The system its official code comes from.", codes=CODE_SYSTEMS)
    code = text("The official code in that system.")
    name = text("What people call it.")
    level = text("What kind of place.", codes=PLACE_LEVELS)
    parent = text("The place it lies in or belongs to; empty for a country.", place=True, pattern=PLACE_PATTERN, required=False)
    country = text("Its country, ISO 3166-1 alpha-2.", pattern="[A-Z]{2}")
    timezone = text("IANA time zone that its days are counted in.", required=False)
    holiday_subdivision = text("Subdivision whose public holidays apply, as the holidays library names it.", required=False)
    population = integer("Residents.", unit="persons", minimum=0, required=False)
    latitude = number("Latitude, WGS 84.", unit="degrees", minimum=-90, maximum=90, required=False)
    longitude = number("Longitude, WGS 84.", unit="degrees", minimum=-180, maximum=180, required=False)
    valid_from = date("First day it existed in this form; empty: always.", required=False)
    valid_to = date("Last day it existed in this form; empty: still does.", required=False)
