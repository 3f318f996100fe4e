"""The made-up epidemic keeps its books."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from belvedere.demo.epidemic import simulate

POPULATIONS = st.lists(st.integers(500, 3_000_000), min_size=1, max_size=6)


@settings(max_examples=40, deadline=None)
@given(POPULATIONS, st.integers(2, 60), st.integers(0, 2**32 - 1))
def test_census_is_yesterday_plus_entries_minus_exits(population, days, seed):
    course = simulate(np.array(population, float), np.arange(days) % 7, np.random.default_rng(seed))
    expected = course.census[:, :-1] + course.admissions[:, 1:] - course.discharges[:, 1:] - course.deaths[:, 1:]
    np.testing.assert_array_equal(course.census[:, 1:], expected)


@settings(max_examples=40, deadline=None)
@given(POPULATIONS, st.integers(2, 60), st.integers(0, 2**32 - 1))
def test_no_count_is_negative_and_no_part_above_its_whole(population, days, seed):
    course = simulate(np.array(population, float), np.arange(days) % 7, np.random.default_rng(seed))
    for counts in (
        course.admissions,
        course.discharges,
        course.deaths,
        course.census,
        course.icu_admissions,
        course.icu_census,
    ):
        assert counts.shape == (len(population), days)
        assert (counts >= 0).all()
    assert (course.icu_census <= course.census).all()
    assert (course.icu_admissions <= course.admissions).all()


def test_the_same_generator_gives_the_same_course_and_another_does_not():
    population, weekdays = np.array([1e6, 2e5]), np.arange(30) % 7
    one, again, other = (simulate(population, weekdays, np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.census, again.census)
    assert (one.census != other.census).any()


def test_admissions_follow_the_size_of_the_place():
    course = simulate(np.array([4e6, 1e5]), np.arange(120) % 7, np.random.default_rng(3))
    large, small = course.admissions.sum(axis=1)
    assert 10 < large / small < 160
