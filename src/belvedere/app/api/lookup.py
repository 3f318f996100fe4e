"""Looking things up: the search box, places compared, bulk columns, jobs."""

from __future__ import annotations

import datetime as dt
import unicodedata

import pyarrow as pa

from belvedere.app import formats
from belvedere.app.api import common, rates
from belvedere.app.api import models_data as data
from belvedere.app.api.common import band, cells, same, text
from belvedere.app.api.models import Text, ValueStatus
from belvedere.app.api.models_glossary import Glossary, GlossaryTerm
from belvedere.app.api.models_region import Compare, ComparedPlace, Cube, Per, SearchHit, SearchResult, Target
from belvedere.app.api.panels import FLOWS, SHOWN_DAYS, current_fan, observed
from belvedere.app.api.reading import Reading
from belvedere.app.api.said import R
from belvedere.app.glossary import glossary
from belvedere.app.sentences_words import say
from belvedere.errors import DataError, UnknownName
from belvedere.ontology.indicators import INDICATORS
from belvedere.outlook.run import KIND
from belvedere.store.jobs import JobRecord
from belvedere.store.snapshot import moment

HITS = 12
PAGES = {
    "situation": ("Situation", "Situation"),
    "watch": ("Liste de veille", "Watch list"),
    "alerts": ("Alertes", "Alerts"),
    "compare": ("Comparer des lieux", "Compare places"),
    "data": ("Santé des données", "Data health"),
    "quarantine": ("Mis de côté", "Set aside"),
    "origin": ("Origine d’un chiffre", "Origin of a figure"),
    "jobs": ("Calculs", "Runs"),
    "glossary": ("Glossaire", "Glossary"),
}

# -- search --------------------------------------------------------------------------------------------------------------


def search(reading: Reading, query: str) -> SearchResult:
    """The best hits: names that begin with the query, then words in them that do, then any other place in the name."""
    wanted = folded(query)
    found = []
    for order, hit in enumerate(_everything(reading)):
        rank = min(
            (r for name in (hit.label.fr, hit.label.en, hit.id) if (r := _rank(wanted, folded(name))) is not None), default=9
        )
        if rank < 9:
            found.append((rank, order, hit))
    found.sort(key=lambda item: item[:2])
    return SearchResult(query=query, hits=[hit for _, _, hit in found[:HITS]])


def folded(text: str) -> str:
    """Without accents, case and hyphens."""
    bare = unicodedata.normalize("NFKD", text.replace("œ", "oe")).encode("ascii", "ignore").decode()
    return bare.lower().replace("-", " ").replace("_", " ").strip()


def _rank(wanted: str, name: str) -> int | None:
    if name == wanted:
        return 0
    if name.startswith(wanted):
        return 1
    if any(word.startswith(wanted) for word in name.split()):
        return 2
    return 3 if wanted in name else None


def _everything(reading: Reading) -> list[SearchHit]:
    key = ("search", reading.state.data, reading.country)
    return reading.library.small(key, lambda: [*_places(reading), *_pages(), *_indicators(), *_feeds(reading)])


def _places(reading: Reading) -> list[SearchHit]:
    """Places of the country that have a page: those of the outlook and what lies around them."""
    ground, places = reading.ground, reading.state.places
    if ground is None:
        return []
    hits = []
    for place in dict.fromkeys([*ground.members, *ground.regions]):
        around = places[place].parent
        detail = None if not around else same(places.name(around))
        label = common.country_name(places, place) if places.level(place) == "country" else same(places.name(place))
        hits.append(SearchHit(kind="place", id=place, label=label, detail=detail))
    return hits


def _pages() -> list[SearchHit]:
    return [SearchHit(kind="page", id=id, label=Text(fr=fr, en=en), detail=None) for id, (fr, en) in PAGES.items()]


def _indicators() -> list[SearchHit]:
    return [
        SearchHit(kind="indicator", id=name, label=_indicator_name(name), detail=same(known.description))
        for name, known in INDICATORS.items()
    ]


def _indicator_name(name: str) -> Text:
    if name in {str(target) for target in Target}:
        return text(lambda lang: say(lang, name))
    return same(name.replace("_", " "))


def _feeds(reading: Reading) -> list[SearchHit]:
    return [
        SearchHit(kind="feed", id=status.feed, label=same(status.title), detail=same(status.producer))
        for status in reading.statuses
    ]


# -- compare, cube -------------------------------------------------------------------------------------------------------


def compare(reading: Reading, places: tuple[str, ...], target: Target, per: Per = Per.count) -> Compare:
    """Places on the same days. per: the unit; a place without a known population then has no line.

    Raises UnknownName; DataError for a target that is no count.
    """
    if target is Target.reproduction_number:
        raise DataError("target: found reproduction_number, expected a count: R is compared on the pages of the places.")
    ground = _ground(reading)
    for place in places:
        if (str(target), place) not in ground.values:
            raise UnknownName(f"place with {target}", place, [p for name, p in ground.values if name == target])
    return Compare(
        meta=common.meta(reading), target=target, unit="persons" if per is Per.count else rates.UNIT,
        dates=common.day_list(ground.days[-SHOWN_DAYS:]),
        places=[_in_unit(reading, _compared(reading, place, target), per) for place in places],
    )  # fmt: skip


def _ground(reading: Reading):
    if reading.ground is None:
        raise DataError("No country reports daily admissions by region: there is nothing to compare.")
    return reading.ground


def _compared(reading: Reading, place: str, target: Target) -> ComparedPlace:
    shown = observed(reading.ground, reading.ground.values[str(target), place], flow=target in FLOWS, target=str(target))
    fan = None if reading.said is None else reading.said.fans.get((str(target), place))
    rows = [] if reading.said is None else reading.said.watch.to_dict("records")
    level = "ward" if target is Target.ward_census else "icu"
    row = next((row for row in rows if row["place"] == place and row["level"] in (level, "all")), None)
    return ComparedPlace(
        place=common.place_ref(reading.state.places, place), observed=shown.values, raw=shown.raw, status=shown.status,
        projected=band(fan), current=band(current_fan(reading, str(target), place)),
        chance_14=row and common.cell(row["chance_14"]), outlook_status=row and row["status"],
    )  # fmt: skip


def _in_unit(reading: Reading, one: ComparedPlace, per: Per) -> ComparedPlace:
    if per is Per.count:
        return one
    by = rates.factor(reading.ground, reading.state.places, one.place.id)
    if by is None:
        nothing = [None] * len(one.observed)
        why = text(lambda lang: say(lang, "per_100k_no_line", name=one.place.name))
        return one.model_copy(update={"observed": nothing, "raw": nothing, "projected": None, "current": None, "missing": why})
    bands = {"projected": rates.band(one.projected, by), "current": rates.band(one.current, by)}
    return one.model_copy(update={"observed": rates.times(one.observed, by), "raw": rates.times(one.raw, by), **bands})


def cube(reading: Reading, target: Target, start: dt.date | None, end: dt.date | None, per: Per = Per.count) -> pa.Table:
    """Every place and day of a target: what is observed (quantile null), what is foretold, R's past. Columns place, date,
    quantile, value, status; rows by place, then date, then quantile. per: the unit; a place without a known population has no
    rows then, and the schema's metadata name it."""
    ground = _ground(reading)
    first, last = start or dt.date.min, end or dt.date.max
    rows: list[tuple] = []
    days = common.day_list(ground.days)
    for name, place in sorted(ground.values):
        if name == target:
            for day, value in zip(days, cells(ground.values[name, place]), strict=True):
                if first <= day <= last:
                    status = ValueStatus.missing if value is None else ValueStatus.reported
                    rows.append((place, day, None, value, str(status)))
    fans = {} if reading.said is None else reading.said.fans
    for name, place in fans:
        if name == target:
            fan = fans[name, place]
            rows += [
                (place, day, level, value, str(ValueStatus.reported))
                for level in fan.levels
                for day, value in zip(fan.days, cells(fan.at(level)), strict=True)
                if first <= day <= last
            ]
    rows.sort(key=lambda row: (row[0], row[1], -1.0 if row[2] is None else row[2]))
    schema = pa.schema([("place", pa.string()), ("date", pa.date32()), ("quantile", pa.float64()), ("value", pa.float64()),
                        ("status", pa.string())])  # fmt: skip
    without: list[str] = []
    if per is Per.per_100k and target != R:
        by = {place: rates.factor(ground, reading.state.places, place) for place in {row[0] for row in rows}}
        without = sorted(place for place, found in by.items() if found is None)
        rows = [(p, day, level, None if v is None else v * by[p], status) for p, day, level, v, status in rows if by[p]]
    unit = "1" if target == R else "persons" if per is Per.count else rates.UNIT
    schema = schema.with_metadata({"unit": unit, "without_population": ",".join(without)})
    columns = list(zip(*rows, strict=True)) if rows else [[]] * len(schema)
    return pa.table([pa.array(c, t) for c, t in zip(columns, schema.types, strict=True)], schema=schema)


def cube_answer(reading: Reading, target: Target, rows: pa.Table) -> Cube:
    """The same as parallel columns."""
    columns = {name: rows[name].to_pylist() for name in rows.column_names}
    told = {name.decode(): value.decode() for name, value in rows.schema.metadata.items()}
    without = [place for place in told["without_population"].split(",") if place]
    return Cube(meta=common.meta(reading), target=target, unit=told["unit"], without_population=without, **columns)


# -- glossary ------------------------------------------------------------------------------------------------------------


def glossary_answer() -> Glossary:
    """The words of the house."""
    return Glossary(
        terms=[
            GlossaryTerm(id=t.id, term=Text(fr=t.fr, en=t.en), definition=Text(fr=t.definition_fr, en=t.definition_en),
                         pages=list(t.pages))
            for t in glossary()
        ]
    )  # fmt: skip


# -- jobs ----------------------------------------------------------------------------------------------------------------


def job(record: JobRecord, names: dict[str, Text]) -> data.Job:
    """A job as the pages show it. names: of countries."""
    return data.Job(
        id=record.id, kind=record.kind, title=text(lambda lang: _title(lang, record, names)), state=record.state,
        step=record.step, done=record.done, total=record.total, share=record.done / record.total if record.total else None,
        asked_at=record.asked_at, started_at=record.started_at, finished_at=record.finished_at, error=record.error,
        result=record.result, resumable=record.resumable,
    )  # fmt: skip


def _title(lang: str, record: JobRecord, names: dict[str, Text]) -> str:
    told = record.parameters
    if record.kind != KIND:
        return say(lang, "job_other", kind=record.kind)
    country = getattr(names[told["country"]], lang) if told["country"] in names else told["country"]
    title = say(lang, "job_outlook", country=country)
    if told.get("as_of") is not None:
        then = formats.date(lang, moment(told["as_of"]).date())
        title = say(lang, "job_outlook_as_of", country=country, day=then)
    return title if told.get("scenario") is None else say(lang, "scenario", what=title, scenario=told["scenario"])
