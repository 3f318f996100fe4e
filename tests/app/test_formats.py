"""Numbers and dates as the design language writes them (section 5)."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belvedere.app import formats

DAY = dt.date(2026, 11, 24)


@pytest.mark.parametrize(
    ("lang", "value", "expected"),
    [
        ("en", 14920, "14,920"), ("fr", 14920, "14\u202f920"), ("en", 1.21, "1.21"), ("fr", 1.21, "1,21"),
        ("en", -3, "\u22123"),
        ("fr", -1234.5, "\u22121\u202f234,5"), ("en", None, "–"), ("fr", float("nan"), "–"), ("en", 0, "0"),
    ],
)  # fmt: skip
def test_numbers(lang, value, expected):
    assert formats.number(lang, value) == expected


@pytest.mark.parametrize(
    ("lang", "share", "expected"),
    [
        ("en", 0.73, "73%"),
        ("fr", 0.73, "73\u00a0%"),
        ("en", 0.999, "99%"),
        ("en", 1.0, "100%"),
        ("en", 0.001, "1%"),
        ("en", 0.0, "0%"),
    ],
)
def test_percent(lang, share, expected):
    assert formats.percent(lang, share) == expected


@given(st.floats(0, 1))
def test_a_share_that_is_not_whole_never_reads_as_whole_or_nothing(share):
    shown = formats.percent("en", share)
    assert (shown == "100%") == (share == 1)
    assert (shown == "0%") == (share == 0)


@pytest.mark.parametrize(
    ("lang", "expected"), [("en", "Tue 24 Nov 2026, 07:40"), ("fr", "mar. 24 nov. 2026, 07:40")]
)  # fmt: skip
def test_moments_are_told_in_their_zone(lang, expected):
    instant = dt.datetime(2026, 11, 24, 6, 40, tzinfo=dt.UTC)
    assert formats.moment(lang, instant, "Europe/Paris").replace("\u00a0", " ") == expected
    assert formats.moment(lang, instant, "America/Guadeloupe").endswith("02:40")


def test_the_first_of_the_month_in_french():
    assert formats.date("fr", dt.date(2026, 12, 1), year=False) == "1er\u00a0déc."
    assert formats.date("en", dt.date(2026, 12, 1), year=False) == "1\u00a0Dec"


def test_spans():
    assert formats.span("en", dt.date(2026, 11, 29), dt.date(2026, 12, 2)).replace("\u00a0", " ") == "29 Nov–2 Dec 2026"
    assert formats.span("en", DAY, DAY) == formats.date("en", DAY)
    assert formats.span("fr", dt.date(2025, 12, 31), dt.date(2026, 1, 2)).replace("\u00a0", " ") == "31 déc. 2025–2 janv. 2026"


@pytest.mark.parametrize(
    ("hours", "en", "fr"), [(1, "1 h", "1 h"), (52, "52 h", "52 h"), (71.9, "3 d", "3 j"), (98, "4 d", "4 j")]
)
def test_durations(hours, en, fr):
    length = dt.timedelta(hours=hours)
    assert formats.duration("en", length).replace("\u00a0", " ") == en
    assert formats.duration("fr", length).replace("\u00a0", " ") == fr
    assert formats.duration_in_words("en", dt.timedelta(hours=1)).replace("\u00a0", " ") == "1 hour"
