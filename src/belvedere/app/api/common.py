"""Pieces every answer is put together from: the certificate, places, texts, columns without nan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

import holidays
import numpy as np
import pandas as pd

from belvedere.app.api.models import Band, Meta, Origin, PlaceRef, Segment, Sentence, Text
from belvedere.app.api.reading import Reading
from belvedere.app.api.runs import Run
from belvedere.app.api.said import Fan
from belvedere.app.sentences_notes import note_text
from belvedere.app.sentences_words import Stretch, both
from belvedere.demo import is_demo
from belvedere.reference.places import Places

COUNTRY_NAMES_FR = {
    "FR": "France", "IT": "Italie", "DE": "Allemagne", "US": "États-Unis", "GB": "Royaume-Uni", "SI": "Slovénie",
    "ES": "Espagne", "BE": "Belgique", "CH": "Suisse", "AT": "Autriche", "PT": "Portugal", "NL": "Pays-Bas",
}  # fmt: skip


def meta(reading: Reading) -> Meta:
    """The certificate of an answer about a country."""
    run, ground = reading.run, reading.ground
    feeds = [] if ground is None else [series.feed for series in ground.inputs.series.values()]
    return Meta(
        country=reading.country, as_of=reading.asked.until, now=reading.now, sequence=reading.state.sequence,
        feed=run and run.feed, reference_date=run and run.reference_date, run_at=run and run.made_at,
        run_sequence=run and run.sequence, last_day=ground and ground.last_day, basis=ground and ground.basis,
        scenario=reading.scenario, synthetic=any(map(is_demo, feeds)), ahead_from=reading.ahead_from,
        notes=_notes(run),
    )  # fmt: skip


def _notes(run: Run | None) -> list[Text]:
    return [] if run is None else [text(lambda lang, note=note: note_text(lang, note)) for note in run.notes]


def plain_meta(reading: Reading, *, synthetic: bool) -> Meta:
    """The certificate of an answer that is about no country."""
    return Meta(
        country=None, as_of=reading.asked.until, now=reading.now, sequence=reading.state.sequence, feed=None,
        reference_date=None, run_at=None, run_sequence=None, last_day=None, basis=None, scenario=None, synthetic=synthetic,
    )  # fmt: skip


def text(make: Callable[[str], str]) -> Text:
    """One text in both languages."""
    return Text(**both(make))


def same(value: str) -> Text:
    """A name that is the same in both languages."""
    return Text(fr=value, en=value)


def sentence(make: Callable[[str], Sequence[Stretch]]) -> Sentence:
    """A sentence in both languages, its facts marked."""
    return Sentence(**{lang: [Segment(text=t, strong=s) for t, s in make(lang)] for lang in ("fr", "en")})


def cells(values: Iterable[float]) -> list[float | None]:
    """Numbers as JSON has them: what is not known is null."""
    return [None if v != v else v for v in np.asarray(values, dtype=float).tolist()]


def cell(value: object):
    """One value without nan, NaT and NA."""
    return None if value is None or pd.isna(value) else value


def day_of(value: object) -> dt.date | None:
    """A day of a data frame."""
    return None if pd.isna(value) else pd.Timestamp(value).date()


def day_list(days: np.ndarray) -> list[dt.date]:
    """datetime64[D] as days."""
    return days.astype("datetime64[D]").astype(object).tolist()


def band(fan: Fan | None) -> Band | None:
    """The quantiles of a fan that are drawn."""
    if fan is None:
        return None
    names = {0.025: "q025", 0.05: "q05", 0.25: "q25", 0.5: "q50", 0.75: "q75", 0.95: "q95", 0.975: "q975"}
    return Band(dates=list(fan.days), **{name: cells(fan.at(q)) for q, name in names.items() if q in fan.levels})


def place_ref(places: Places, place: str) -> PlaceRef:
    """A place as the pages name it."""
    row = places[place]
    return PlaceRef(id=place, name=row.name, level=row.level, code=code(place), parent=row.parent or None,
                    population=row.population)  # fmt: skip


def code(place: str) -> str:
    """The official code without its country: FR-57 is 57."""
    return place.split("-", 1)[-1]


def country_name(places: Places, country: str) -> Text:
    """A country by its name in both languages."""
    english = places.name(country)
    return Text(fr=COUNTRY_NAMES_FR.get(country, english), en=english)


@lru_cache(maxsize=256)
def holiday_names(country: str, subdivision: str, first: dt.date, last: dt.date, lang: str) -> dict[dt.date, str]:
    """Public holidays from first to last by name, in the language where the calendar has it, else in its own."""
    years = range(first.year, last.year + 1)
    calendar = holidays.country_holidays(country, subdiv=subdivision or None, years=years)
    spoken = next((known for known in calendar.supported_languages if known.startswith(lang)), calendar.default_language)
    calendar = holidays.country_holidays(country, subdiv=subdivision or None, years=years, language=spoken)
    return {day: name for day, name in sorted(calendar.items()) if first <= day <= last}


def origin(table: str, **filters: object) -> Origin:
    """What to ask for to see where a figure comes from; filters that are None are left out."""
    return Origin(table=table, filters={k: str(v) for k, v in filters.items() if v is not None})
