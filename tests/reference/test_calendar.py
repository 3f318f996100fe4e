"""Days as places live them: holidays, clock changes, rhythms."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from belvedere.errors import UnknownName
from belvedere.reference import calendar
from belvedere.reference.places import Places

D = dt.date
PLACES = Places.load()
DAYS = st.dates(D(2019, 1, 1), D(2026, 12, 31))
RHYTHMS = st.sampled_from(["daily", "working-days", "weekly", "weekly:wed", "weekly:sun", "monthly", "monthly:1", "monthly:31"])


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("place", "day", "expected"),
    [
        ("FR-972", D(2021, 5, 22), True),  # abolition of slavery, Martinique
        ("FR-R02", D(2021, 5, 22), True),
        ("FR-971", D(2021, 5, 27), True),  # Guadeloupe
        ("FR-974", D(2021, 12, 20), True),  # La Réunion
        ("FR-75", D(2021, 5, 22), False),
        ("FR-75", D(2021, 12, 20), False),
        ("FR-67", D(2021, 4, 2), True),  # Good Friday, Alsace-Moselle
        ("FR-57", D(2021, 4, 2), True),
        ("FR-68", D(2021, 12, 26), True),
        ("FR-54", D(2021, 4, 2), False),
        ("FR", D(2021, 7, 14), True),
        ("DE-BY", D(2021, 1, 6), True),
        ("DE-BE", D(2021, 1, 6), False),
        ("ITH1", D(2021, 5, 24), True),  # Whit Monday, South Tyrol
        ("IT-MI", D(2021, 5, 24), False),
        ("GB-S08000015", D(2021, 1, 4), True),  # 2 January is a Saturday: moved to Monday
        ("GB-ENG", D(2021, 1, 4), False),
        ("SI-ukclj", D(2021, 2, 8), True),  # Prešeren
        ("US-PR", D(2021, 7, 25), True),
    ],
)
def test_holidays(place, day, expected):
    assert calendar.is_holiday(place, day) is expected


def test_working_days_include_both_ends_and_leave_out_holidays():
    days = calendar.working_days("FR-75", D(2021, 5, 12), D(2021, 5, 17))
    assert days.astype(str).tolist() == ["2021-05-12", "2021-05-14", "2021-05-17"]  # Ascension on the 13th
    assert calendar.working_days("FR", D(2021, 5, 15), D(2021, 5, 16)).shape == (0,)
    assert calendar.working_days("FR", D(2021, 5, 2), D(2021, 5, 1)).shape == (0,)


def test_weekends_follow_the_country():
    assert calendar.is_working_day("AE", D(2020, 6, 7)) and not calendar.is_working_day("AE", D(2020, 6, 5))


@pytest.mark.parametrize(
    ("place", "day", "expected"),
    [
        ("FR", D(2021, 3, 27), "2021-03-27T23:00"),  # clocks go forward the next night
        ("FR", D(2021, 3, 28), "2021-03-28T22:00"),
        ("FR", D(2021, 10, 30), "2021-10-30T22:00"),
        ("FR", D(2021, 10, 31), "2021-10-31T23:00"),
        ("FR-971", D(2021, 7, 1), "2021-07-02T04:00"),
        ("FR-974", D(2021, 7, 1), "2021-07-01T20:00"),
        ("FR-PM", D(2021, 7, 1), "2021-07-02T02:00"),
        ("FR-WF", D(2021, 7, 1), "2021-07-01T12:00"),
        ("US-HI", D(2021, 7, 1), "2021-07-02T10:00"),
        ("CU", D(2021, 3, 13), "2021-03-14T05:00"),  # midnight does not exist on the 14th
        ("CU", D(2021, 11, 6), "2021-11-07T04:00"),  # midnight comes twice on the 7th: the first
    ],
)
def test_end_of_day(place, day, expected):
    assert calendar.end_of_day(place, pa.array([day])).to_pylist() == [at(expected)]


def test_end_of_day_of_many_places_keeps_order_and_nulls():
    places = pa.chunked_array([["FR-974", None], ["FR-971", "FR-974"]])
    dates = pa.array([D(2021, 7, 1), D(2021, 7, 1), None, D(2021, 7, 2)])
    found = calendar.end_of_day(places, dates)
    assert found.type == pa.timestamp("us", tz="UTC")
    assert found.to_pylist() == [at("2021-07-01T20:00"), None, None, at("2021-07-02T20:00")]


def test_end_of_day_asks_for_as_many_places_as_days():
    with pytest.raises(ValueError, match="place has 1 entries and dates 2"):
        calendar.end_of_day(["FR"], np.array(["2021-01-01", "2021-01-02"], dtype="datetime64[D]"))
    with pytest.raises(UnknownName):
        calendar.end_of_day(["FR-999"], np.array(["2021-01-01"], dtype="datetime64[D]"))


@given(st.lists(st.tuples(st.sampled_from(sorted(PLACES)), DAYS), max_size=20))
def test_end_of_day_is_the_first_instant_of_the_next_day(rows):
    places, days = [r[0] for r in rows], [r[1] for r in rows]
    found = calendar.end_of_day(pa.array(places, pa.string()), pa.array(days, pa.date32())).to_pylist()
    for place, day, instant in zip(places, days, found, strict=True):
        zone = zoneinfo.ZoneInfo(PLACES[place].timezone)
        assert instant.astimezone(zone).date() > day
        assert (instant - dt.timedelta(seconds=1)).astimezone(zone).date() <= day


def test_iso_weeks_end_on_sunday():
    weeks = pa.array(["2020-W53", "2020W01", "2020-S21", "2021-W53", "2020-W00", "21", None])
    found = calendar.iso_week_end(weeks).to_pylist()
    assert found == [D(2021, 1, 3), D(2020, 1, 5), D(2020, 5, 24), None, None, None, None]


@given(DAYS)
def test_every_day_lies_in_the_week_that_ends_after_it(day):
    year, week, weekday = day.isocalendar()
    [end] = calendar.iso_week_end([f"{year}-W{week:02}"]).to_pylist()
    assert end - day == dt.timedelta(days=7 - weekday)


@pytest.mark.parametrize(
    ("rhythm", "last", "place", "expected"),
    [
        ("daily", D(2021, 12, 24), "FR", D(2021, 12, 25)),
        ("working-days", D(2021, 5, 12), "FR", D(2021, 5, 14)),  # Ascension
        ("working-days", D(2021, 5, 21), "FR-972", D(2021, 5, 25)),  # abolition on Saturday, Whit Monday
        ("working-days", D(2021, 4, 1), "FR-67", D(2021, 4, 6)),  # Good Friday, weekend, Easter Monday
        ("working-days", D(2021, 4, 1), "FR-54", D(2021, 4, 2)),
        ("weekly:wed", D(2021, 11, 3), "FR", D(2021, 11, 10)),
        ("weekly:wed", D(2021, 11, 4), "FR", D(2021, 11, 10)),
        ("weekly:thu", D(2021, 11, 4), "FR", D(2021, 11, 12)),  # 11 November
        ("weekly:thu", D(2021, 11, 12), "FR", D(2021, 11, 18)),
        ("weekly:sun", D(2021, 11, 3), "FR", D(2021, 11, 7)),
        ("weekly", D(2021, 11, 3), "FR", D(2021, 11, 10)),
        ("monthly", D(2021, 12, 10), "FR", D(2022, 1, 10)),
        ("monthly:15", D(2021, 12, 10), "FR", D(2021, 12, 15)),
        ("monthly:15", D(2021, 12, 15), "FR", D(2022, 1, 17)),  # a Saturday
        ("monthly:31", D(2022, 3, 31), "FR", D(2022, 5, 2)),  # 30 April is a Saturday
        ("once", D(2021, 12, 10), "FR", None),
    ],
)
def test_next_day(rhythm, last, place, expected):
    assert calendar.next_day(rhythm, last, place) == expected


@given(RHYTHMS, DAYS, st.sampled_from(["FR", "FR-972", "DE-BY", "US", "SI"]))
def test_the_next_day_comes_later_and_within_its_period(rhythm, last, place):
    following = calendar.next_day(rhythm, last, place)
    longest = {"daily": 1, "working-days": 8, "weekly": 14, "monthly": 40}[rhythm.split(":")[0]]
    assert 1 <= (following - last).days <= longest
    assert rhythm == "daily" or not calendar.is_holiday(place, following)


def test_next_expected_at_a_wall_clock_and_at_the_end_of_the_day():
    evening = dt.time(19)
    assert calendar.next_expected("daily", D(2021, 3, 26), "FR", publication_time=evening) == at("2021-03-27T18:00")
    assert calendar.next_expected("daily", D(2021, 3, 27), "FR", publication_time=evening) == at("2021-03-28T17:00")
    assert calendar.next_expected("daily", D(2021, 3, 27), "FR-974") == at("2021-03-28T20:00")
    assert calendar.next_expected("once", D(2021, 3, 27), "FR") is None


@pytest.mark.parametrize(
    ("rhythm", "last", "hours", "place", "expected"),
    [
        ("daily", D(2021, 3, 26), 19, "FR", (D(2021, 3, 27), "2021-03-28T17:00")),
        ("daily", D(2021, 3, 26), 0, "FR", (D(2021, 3, 27), "2021-03-27T23:00")),
        ("working-days", D(2021, 11, 10), 19, "DE", (D(2021, 11, 11), "2021-11-12T18:00")),
        ("working-days", D(2021, 11, 11), 19, "DE", (D(2021, 11, 14), "2021-11-15T18:00")),
        ("working-days", D(2021, 11, 12), 19, "DE", (D(2021, 11, 13), "2021-11-16T18:00")),
        ("weekly:wed", D(2021, 11, 6), 84, "US", (D(2021, 11, 13), "2021-11-17T17:00")),
        ("monthly", D(2021, 1, 31), 240, "FR", (D(2021, 2, 28), "2021-03-10T23:00")),
    ],
)
def test_next_figures(rhythm, last, hours, place, expected):
    day, instant = calendar.next_figures(rhythm, last, dt.timedelta(hours=hours), place)
    assert (day, instant) == (expected[0], at(expected[1]))


@given(RHYTHMS, DAYS, st.integers(0, 200), st.sampled_from(["FR", "FR-972", "US"]))
def test_next_figures_move_on(rhythm, last, hours, place):
    lag = dt.timedelta(hours=hours)
    day, instant = calendar.next_figures(rhythm, last, lag, place)
    later, then = calendar.next_figures(rhythm, day, lag, place)
    assert last < day < later and instant <= then


def test_figures_that_come_once_are_never_due_again():
    assert calendar.next_figures("once", D(2021, 1, 1), dt.timedelta(0), "FR") is None


def test_due_days():
    days = calendar.due_days("weekly:wed", D(2021, 11, 3), D(2021, 11, 24), "FR")
    assert days.astype(str).tolist() == ["2021-11-03", "2021-11-10", "2021-11-17", "2021-11-24"]
    assert calendar.due_days("weekly", D(2021, 11, 4), D(2021, 11, 11), "SI").astype(str).tolist() == [
        "2021-11-04",
        "2021-11-11",
    ]
    assert calendar.due_days("once", D(2021, 11, 4), D(2021, 11, 11), "FR").shape == (0,)
    assert len(calendar.due_days("working-days", D(2021, 5, 1), D(2021, 5, 31), "FR")) == len(
        calendar.working_days("FR", D(2021, 5, 1), D(2021, 5, 31))
    )


@pytest.mark.parametrize("text", ["hourly", "weekly:mittwoch", "monthly:32", "monthly:0", "daily:", "daily:3", ""])
def test_rhythms_that_do_not_exist(text):
    with pytest.raises(UnknownName, match="rhythm"):
        calendar.Rhythm.parse(text)
