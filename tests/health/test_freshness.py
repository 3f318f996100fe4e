from __future__ import annotations

import datetime as dt

import pytest

from belvedere.health.freshness import freshness, publication_calendar, published_on

GOOD_FRIDAY, EASTER_MONDAY = dt.date(2021, 4, 2), dt.date(2021, 4, 5)


def at(day: dt.date, hour: int) -> dt.datetime:
    return dt.datetime(day.year, day.month, day.day, hour, tzinfo=dt.UTC)


@pytest.fixture
def german(thresholds):
    """Published on working days by 12:00 in Germany, the day after."""
    calendar = publication_calendar("working-days", "DE", publication_time=dt.time(12))

    def state(last_date: dt.date, now: dt.datetime):
        known = at(last_date + dt.timedelta(days=1), 10)
        return freshness(known, last_date, dt.timedelta(hours=12), now, next_publication=calendar, thresholds=thresholds)

    return state


def test_a_working_day_feed_is_not_late_on_easter_monday(german):
    held = german(GOOD_FRIDAY - dt.timedelta(days=2), at(EASTER_MONDAY, 20))
    assert held.state == "fresh"
    assert held.missed == 0
    assert held.expected_at == dt.datetime(2021, 4, 6, 10, tzinfo=dt.UTC)


def test_it_is_late_on_tuesday_afternoon_and_very_late_on_wednesday(german):
    last = GOOD_FRIDAY - dt.timedelta(days=2)
    assert german(last, dt.datetime(2021, 4, 6, 9, 59, tzinfo=dt.UTC)).state == "fresh"
    late = german(last, dt.datetime(2021, 4, 6, 10, 1, tzinfo=dt.UTC))
    assert (late.state, late.missed) == ("late", 1)
    assert "Late: newer ones were due by 6 April 2021 10:00 UTC" in late.sentence
    assert german(last, dt.datetime(2021, 4, 7, 11, tzinfo=dt.UTC)).state == "very_late"


def test_a_feed_that_stopped_years_ago_says_its_age(german):
    held = german(dt.date(2021, 3, 8), dt.datetime(2026, 11, 1, tzinfo=dt.UTC))
    assert held.state == "very_late"
    assert "known for 2,062 days" in held.sentence


def test_never_received(thresholds):
    nothing = freshness(
        None,
        None,
        dt.timedelta(0),
        at(GOOD_FRIDAY, 1),
        next_publication=publication_calendar("daily", "FR"),
        thresholds=thresholds,
    )
    assert (nothing.state, nothing.expected_at, nothing.age) == ("never", None, None)


def test_a_feed_published_once_is_never_late(thresholds):
    held = freshness(
        at(GOOD_FRIDAY, 1),
        dt.date(2018, 12, 31),
        dt.timedelta(0),
        dt.datetime(2030, 1, 1, tzinfo=dt.UTC),
        next_publication=publication_calendar("once", "FR"),
        thresholds=thresholds,
    )
    assert (held.state, held.expected_at) == ("fresh", None)
    assert "No further publication" in held.sentence


@pytest.mark.parametrize(("hours", "day"), [(0, 1), (12, 2), (24, 2), (25, 3), (19 + 48, 4)])
def test_the_lag_counts_from_the_end_of_the_day(hours, day):
    assert published_on(dt.date(2021, 4, 1), dt.timedelta(hours=hours)) == dt.date(2021, 4, day)
