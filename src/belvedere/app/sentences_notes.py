"""What a run says of itself, in words: its notes in both languages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from belvedere.app import formats
from belvedere.app.sentences_words import say
from belvedere.outlook.notes import Note


def note_text(lang: str, note: Note) -> str:
    """One note as a sentence. A note of another version, for which there are no words or not with these values, is shown by its
    code: it must not take the page with it."""
    name = f"note_{note.code}"
    shown = {k: _cell(lang, k, v) for k, v in note.values.items() if k != "n"}
    try:
        return say(lang, name, note.values.get("n"), **shown)
    except KeyError:
        return f"{note.code} {dict(note.values)}" if note.values else note.code


def _cell(lang: str, name: str, value: object) -> object:
    """A value as its name says: …_day, …_rate (a change), …_weekday, shares, changes, indicator, level."""
    kind = name.rsplit("_", 1)[-1]
    return _CELLS[kind](lang, value) if kind in _CELLS else value


def _rate(lang: str, change: float) -> str:
    sign = "+" if change > 0 else formats.MINUS if change < 0 else ""
    return f"{sign}{formats.percent(lang, abs(change))}"


def _shares(lang: str, shares: Sequence[float]) -> str:
    return ", ".join(say(lang, "note_share_after", n, share=formats.percent(lang, share)) for n, share in enumerate(shares))


def _changes(lang: str, changes: Sequence[Mapping[str, str | float]]) -> str:
    return ", ".join(say(lang, "note_number_set", **change) for change in changes)


def _name(lang: str, name: str) -> str:
    """An indicator or level of care as the pages call it."""
    return say(lang, {"icu": "icu_census", "ward": "ward_census"}.get(name, name))


_CELLS: Mapping[str, Callable[[str, object], str]] = {
    "day": lambda lang, day: formats.date(lang, dt.date.fromisoformat(day)),
    "rate": _rate,
    "weekday": lambda lang, number: formats.WEEKDAYS_LONG[lang][int(number)],
    "shares": _shares,
    "changes": _changes,
    "indicator": _name,
    "level": _name,
    "factor": lambda lang, factor: formats.number(lang, factor, 2),
    "busiest": lambda lang, factor: formats.number(lang, factor, 2),
    "quietest": lambda lang, factor: formats.number(lang, factor, 2),
    "common": lambda lang, sd: formats.number(lang, sd, 4),
    "regional": lambda lang, sd: formats.number(lang, sd, 4),
}
