"""Is what we hold as new as it should be?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from belvedere.health.thresholds import Thresholds
from belvedere.reference.calendar import next_day, next_expected
from belvedere.reference.places import Places

NextPublication = Callable[[dt.date], tuple[dt.date, dt.datetime] | None]
"""Day of the last publication -> day of the next one and the instant (UTC) by which it is due; None: there will be none."""

ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Freshness:
    """How old a feed is.

    state: fresh, late, very_late or never. expected_at: when the publication after the one held was, or is, due (UTC).
    age: since the last figure became known. missed: publications due and not received, counted up to the limit of very late.
    """

    state: str
    expected_at: dt.datetime | None
    age: dt.timedelta | None
    missed: int
    sentence: str


def publication_calendar(
    rhythm: str, place: str, *, publication_time: dt.time | None = None, places: Places | None = None
) -> NextPublication:
    """The publication days of a source: working days, holidays and time zone of its place are known there."""

    def next_publication(last: dt.date) -> tuple[dt.date, dt.datetime] | None:
        day = next_day(rhythm, last, place, places)
        due = next_expected(rhythm, last, place, publication_time=publication_time, places=places)
        return None if day is None or due is None else (day, due)

    return next_publication


def freshness(
    last_known_at: dt.datetime | None,
    last_date: dt.date | None,
    lag: dt.timedelta,
    now: dt.datetime,
    *,
    next_publication: NextPublication,
    thresholds: Thresholds,
) -> Freshness:
    """State of a feed at `now`. Both instants are aware; lag: from the end of a day to the publication of its figures.

    A publication is missed when it was due and the figures we hold are not newer; days on which nothing is due are never
    missed.
    """
    if last_known_at is None or last_date is None:
        return Freshness("never", None, None, 0, "Nothing has ever been received.")
    age = now - last_known_at
    first = upcoming = next_publication(published_on(last_date, lag))
    missed = 0
    while upcoming is not None and upcoming[1] <= now and missed < thresholds.stale_very_late_after_periods:
        missed += 1
        upcoming = next_publication(upcoming[0])
    state = _state(missed, thresholds)
    expected_at = None if first is None else first[1]
    return Freshness(state, expected_at, age, missed, _sentence(state, last_date, expected_at, age))


def published_on(date: dt.date, lag: dt.timedelta) -> dt.date:
    """The day on which the figures of `date` are usually published: at its end plus the lag."""
    end = dt.datetime.combine(date, dt.time.min) + ONE_DAY
    return (end + lag - dt.timedelta.resolution).date()


def _state(missed: int, thresholds: Thresholds) -> str:
    if missed >= thresholds.stale_very_late_after_periods:
        return "very_late"
    return "late" if missed >= thresholds.stale_late_after_periods else "fresh"


def _sentence(state: str, last_date: dt.date, expected_at: dt.datetime | None, age: dt.timedelta) -> str:
    held = f"Latest figures: {_day(last_date)}, known for {_duration(age)}."
    if expected_at is None:
        return f"{held} No further publication is planned."
    due = f"{_day(expected_at)} {expected_at:%H:%M} UTC"
    if state == "fresh":
        return f"{held} Next ones due by {due}."
    return f"{held} {'Late' if state == 'late' else 'Very late'}: newer ones were due by {due}."


def _day(date: dt.date) -> str:
    return f"{date.day} {date:%B %Y}"


def _duration(age: dt.timedelta) -> str:
    return f"{age.days:,} days" if age >= 2 * ONE_DAY else f"{age / dt.timedelta(hours=1):.0f} hours"
