"""Numbers, dates and durations as people write them, in English and French (design: numbers and dates)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from zoneinfo import ZoneInfo

NARROW, NO_BREAK, MINUS = "\u202f", "\u00a0", "\u2212"
NOTHING = "–"

MONTHS: Mapping[str, tuple[str, ...]] = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "fr": ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."),
}
WEEKDAYS: Mapping[str, tuple[str, ...]] = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "fr": ("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."),
}
WEEKDAYS_LONG: Mapping[str, tuple[str, ...]] = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
}


def number(lang: str, value: float | None, digits: int | None = None) -> str:
    """14,920 or 14 920; digits: decimals, by default as many as the value needs (at most 6 significant)."""
    if value is None or value != value:
        return NOTHING
    if digits is None:
        text = f"{abs(value):,.0f}" if float(value).is_integer() else f"{abs(value):,.6g}"
    else:
        text = f"{abs(value):,.{digits}f}"
    if lang == "fr":
        text = text.replace(",", NARROW).replace(".", ",")
    return (MINUS if value < 0 else "") + text


def percent(lang: str, share: float | None) -> str:
    """A share of 0 to 1 in whole per cent. Never 100 % while something is missing, never 0 % while something is there."""
    if share is None or share != share:
        return NOTHING
    whole = round(100 * share)
    if share < 1 and whole == 100:
        whole = 99
    if share > 0 and whole == 0:
        whole = 1
    return f"{whole}{NO_BREAK}%" if lang == "fr" else f"{whole}%"


def date(lang: str, day: dt.date | None, *, weekday: bool = False, year: bool = True) -> str:
    """24 Nov 2026, Tue 24 Nov 2026; 1er déc. 2026, mar. 24 nov. 2026."""
    if day is None:
        return NOTHING
    first = "1er" if lang == "fr" and day.day == 1 else str(day.day)
    parts = [WEEKDAYS[lang][day.weekday()]] if weekday else []
    parts += [first, MONTHS[lang][day.month - 1]]
    return NO_BREAK.join([*parts, str(day.year)] if year else parts)


def moment(lang: str, instant: dt.datetime | None, zone: str, *, year: bool = True) -> str:
    """Tue 24 Nov 2026, 07:40, told in the zone."""
    if instant is None:
        return NOTHING
    local = instant.astimezone(ZoneInfo(zone))
    return f"{date(lang, local.date(), weekday=True, year=year)}, {local:%H:%M}"


def span(lang: str, first: dt.date | None, last: dt.date | None) -> str:
    """29 Nov–2 Dec 2026; one day is written once."""
    if first is None or last is None or first == last:
        return date(lang, last or first)
    return f"{date(lang, first, year=first.year != last.year)}–{date(lang, last)}"


def duration(lang: str, length: dt.timedelta | None) -> str:
    """3 h, 52 h, 6 d (6 j in French): hours below three days, whole days from there on."""
    if length is None:
        return NOTHING
    hours = round(length / dt.timedelta(hours=1))
    if hours < 72:
        return f"{hours}{NO_BREAK}h"
    return f"{number(lang, hours // 24)}{NO_BREAK}{'j' if lang == 'fr' else 'd'}"


def duration_in_words(lang: str, length: dt.timedelta) -> str:
    """For a sentence: 52 hours, 4 days; 52 heures, 4 jours."""
    hours = round(length / dt.timedelta(hours=1))
    names = {"en": ("hour", "hours", "day", "days"), "fr": ("heure", "heures", "jour", "jours")}[lang]
    if hours < 72:
        return f"{hours}{NO_BREAK}{names[hours != 1 if lang == 'en' else hours > 1]}"
    return f"{number(lang, hours // 24)}{NO_BREAK}{names[3]}"
