"""Days as a place lives them: holidays, working days, when a day ends, and when a feed is next due.

Every function takes `places`, the register to look in (default: the one that comes with Belvedere). Days are calendar
days in the place's own zone; instants are UTC.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from belvedere.errors import UnknownName
from belvedere.reference.places import Places

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
RHYTHMS = ("daily", "working-days", "weekly", "weekly:mon … weekly:sun", "monthly", "monthly:1 … monthly:31", "once")
ISO_WEEK = re.compile(r"(\d{4})-?[WS](\d{2})")
MIDNIGHT = dt.time(0)
ONE_DAY = dt.timedelta(days=1)


def is_holiday(place: str, date: dt.date, places: Places | None = None) -> bool:
    """Whether the day is a public holiday there (Sundays are not, unless the law names them)."""
    return date in (places or Places.load()).holiday_calendar(place)


def is_working_day(place: str, date: dt.date, places: Places | None = None) -> bool:
    """Whether the day is neither weekend nor public holiday there."""
    return (places or Places.load()).holiday_calendar(place).is_working_day(date)


def working_days(place: str, start: dt.date, end: dt.date, places: Places | None = None) -> np.ndarray:
    """Working days from start to end, both included: datetime64[D], shape (n,). Empty if end is before start."""
    here = (places or Places.load()).holiday_calendar(place)
    days = (start + ONE_DAY * i for i in range((end - start).days + 1))
    return np.array([day for day in days if here.is_working_day(day)], dtype="datetime64[D]")


def end_of_day(
    place: str | pa.Array | Iterable[str | None], dates: pa.Array | np.ndarray, places: Places | None = None
) -> pa.Array:
    """The instants at which days end: midnight at the end of each, in the place's own zone.

    place: one id for all, or shape (n,); dates: date32 or datetime64[D], shape (n,).
    Returns timestamp[us, UTC], shape (n,); null where place or date is null. Where clocks change at midnight, the
    first instant of the next day. Raises UnknownName for a place that does not exist.
    """
    register = places or Places.load()
    days = _as_days(dates)
    if isinstance(place, str):
        return _to_utc(_midnights_after(days, register.timezone(place)))
    ids = _as_strings(place).dictionary_encode()
    if len(ids) != len(days):
        raise ValueError(f"place has {len(ids)} entries and dates {len(days)}: expected as many, or one place")
    zones = pa.array([register.timezone(name).key for name in ids.dictionary.to_pylist()], pa.string())
    zone_of = zones.take(ids.indices).dictionary_encode()
    which = zone_of.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    result = np.full(len(days), np.datetime64("NaT"), dtype="datetime64[us]")
    for number, zone in enumerate(zone_of.dictionary.to_pylist()):
        here = which == number
        result[here] = _midnights_after(days[here], ZoneInfo(zone))
    return _to_utc(result)


def _midnights_after(days: np.ndarray, zone: ZoneInfo) -> np.ndarray:
    """datetime64[us] in UTC; each different day is converted once."""
    different, where = np.unique(days, return_inverse=True)
    instants = [np.datetime64("NaT") if day is None else _utc(day + ONE_DAY, MIDNIGHT, zone) for day in different.tolist()]
    return np.array(instants, dtype="datetime64[us]")[where]


def _utc(day: dt.date, time: dt.time, zone: ZoneInfo) -> dt.datetime:
    """Wall clock to UTC without its zone mark. Skipped hour: the instant of the change; repeated hour: the first of the two."""
    return dt.datetime.combine(day, time, zone).astimezone(dt.UTC).replace(tzinfo=None)


def _as_days(dates: pa.Array | pa.ChunkedArray | np.ndarray) -> np.ndarray:
    if isinstance(dates, (pa.Array, pa.ChunkedArray)):
        dates = dates.to_numpy(zero_copy_only=False) if isinstance(dates, pa.Array) else dates.to_numpy()
    return np.asarray(dates, dtype="datetime64[D]")


def _as_strings(values: pa.Array | pa.ChunkedArray | Iterable[str | None]) -> pa.Array:
    array = values if isinstance(values, (pa.Array, pa.ChunkedArray)) else pa.array(values, pa.string())
    array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    return array.dictionary_decode() if pa.types.is_dictionary(array.type) else array


def _to_utc(instants: np.ndarray) -> pa.Array:
    return pa.array(instants, pa.timestamp("us")).cast(pa.timestamp("us", tz="UTC"))


def iso_week_end(weeks: pa.Array | Iterable[str | None]) -> pa.Array:
    """Last day (Sunday) of ISO weeks written `2020-W53`, `2020W53` or, in French, `2020-S53`.

    weeks: text, shape (n,). Returns date32, shape (n,); null where the text is no week of the calendar.
    """
    encoded = _as_strings(weeks).dictionary_encode()
    ends = pa.array([_week_end(week) for week in encoded.dictionary.to_pylist()], pa.date32())
    return ends.take(encoded.indices)


def _week_end(week: str) -> dt.date | None:
    match = ISO_WEEK.fullmatch(week)
    if not match:
        return None
    year, number = int(match[1]), int(match[2])
    if not (year >= 1 and 1 <= number <= dt.date(year, 12, 28).isocalendar().week):
        return None
    return dt.date.fromisocalendar(year, number, 7)


@dataclass(frozen=True)
class Rhythm:
    """How often a source publishes.

    kind: daily, working-days, weekly, monthly or once.
    day: the weekday (0 = Monday) or the day of the month; None where none is named.
    """

    kind: str
    day: int | None = None

    @classmethod
    def parse(cls, text: str) -> Rhythm:
        """From the text of a mapping: `daily`, `working-days`, `weekly[:wed]`, `monthly[:15]`, `once`. Raises UnknownName."""
        kind, _, day = text.partition(":")
        if kind == "weekly" and day in WEEKDAYS:
            return cls(kind, WEEKDAYS.index(day))
        if kind == "monthly" and day.isdecimal() and 1 <= int(day) <= 31:
            return cls(kind, int(day))
        if ":" not in text and kind in ("daily", "working-days", "weekly", "monthly", "once"):
            return cls(kind)
        raise UnknownName("rhythm", text, RHYTHMS)


def next_day(rhythm: str, last: dt.date, place: str, places: Places | None = None) -> dt.date | None:
    """The first day after `last` on which a source of this rhythm publishes; None for `once`.

    last: day of the last publication. Without a named day, weekly and monthly count from it. A month without the day
    asked for takes its last one. Weekly days that are a public holiday, and monthly ones that are no working day, move
    to the next working day. Raises ReferenceError where no calendar is known.
    """
    register = places or Places.load()
    match Rhythm.parse(rhythm):
        case Rhythm("once"):
            return None
        case Rhythm("daily"):
            return last + ONE_DAY
        case Rhythm("working-days"):
            return _working_day_from(last + ONE_DAY, place, register)
        case Rhythm("weekly", weekday):
            day = last + ONE_DAY * (7 if weekday is None else (weekday - last.weekday() - 1) % 7 + 1)
            return _working_day_from(day, place, register) if is_holiday(place, day, register) else day
        case Rhythm(_, day_of_month):
            day = _in_month(last.year, last.month, day_of_month or last.day)
            if day <= last:
                day = _in_month(last.year + last.month // 12, last.month % 12 + 1, day_of_month or last.day)
            return _working_day_from(day, place, register)


def _working_day_from(day: dt.date, place: str, register: Places) -> dt.date:
    while not is_working_day(place, day, register):
        day += ONE_DAY
    return day


def _in_month(year: int, month: int, day: int) -> dt.date:
    return dt.date(year, month, min(day, calendar.monthrange(year, month)[1]))


def next_expected(
    rhythm: str, last: dt.date, place: str, *, publication_time: dt.time | None = None, places: Places | None = None
) -> dt.datetime | None:
    """The instant (UTC) by which the next publication should be there; None for `once`.

    last: day of the last publication, in the place's zone. publication_time: wall clock there; None = end of the day.
    """
    register = places or Places.load()
    day = next_day(rhythm, last, place, register)
    if day is None:
        return None
    if publication_time is None:
        day, publication_time = day + ONE_DAY, MIDNIGHT
    return _utc(day, publication_time, register.timezone(place)).replace(tzinfo=dt.UTC)


def next_figures(
    rhythm: str, last_date: dt.date, lag: dt.timedelta, place: str, places: Places | None = None
) -> tuple[dt.date, dt.datetime] | None:
    """The day of the next figures after those of `last_date`, and the instant (UTC) by which they should be there.

    lag: from the end of a day, at the place, to the usual publication of its figures. The figures of `last_date` came
    on the first publication day at or after that; the next ones come on the publication day after. None for `once`.
    """
    register = places or Places.load()
    usual = dt.datetime.combine(last_date, MIDNIGHT) + ONE_DAY + lag
    hour = usual.time()
    day = usual.date() - (ONE_DAY if hour == MIDNIGHT else dt.timedelta(0))  # midnight closes the day before
    kind = Rhythm.parse(rhythm)
    counted = kind.kind in ("weekly", "monthly") and kind.day is None
    came = day if counted else next_day(rhythm, day - ONE_DAY, place, register)
    if came is None:
        return None
    due = next_expected(rhythm, came, place, publication_time=None if hour == MIDNIGHT else hour, places=register)
    step = {"weekly": 7 * ONE_DAY, "monthly": _in_next_month(last_date) - last_date}
    return last_date + step.get(kind.kind, next_day(rhythm, came, place, register) - came), due


def _in_next_month(day: dt.date) -> dt.date:
    """The same day of the next month; the last of a month gives the last of the next."""
    last = calendar.monthrange(day.year, day.month)[1]
    return _in_month(day.year + day.month // 12, day.month % 12 + 1, 31 if day.day == last else day.day)


def due_days(rhythm: str, start: dt.date, end: dt.date, place: str, places: Places | None = None) -> np.ndarray:
    """Days from start to end, both included, on which a source publishes: datetime64[D], shape (n,).

    Rhythms without a named day (`weekly`, `monthly`) count from start, which is then the first.
    """
    named = Rhythm.parse(rhythm)
    counted = named.kind in ("weekly", "monthly") and named.day is None
    day = start if counted else next_day(rhythm, start - ONE_DAY, place, places)
    days = []
    while day is not None and day <= end:
        days.append(day)
        day = next_day(rhythm, day, place, places)
    return np.array(days, dtype="datetime64[D]")
