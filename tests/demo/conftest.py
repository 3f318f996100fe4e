"""The smallest demonstration country, made once for all tests of a run."""

from __future__ import annotations

import datetime as dt

import pytest

from belvedere.demo.country import Scenario, Truth, Written, simulate, write_country

TODAY = dt.date(2026, 11, 22)


@pytest.fixture(scope="session")
def tiny() -> Scenario:
    return Scenario("tiny", seed=7, today=TODAY)


@pytest.fixture(scope="session")
def truth(tiny) -> Truth:
    return simulate(tiny)


@pytest.fixture(scope="session")
def country(tiny, tmp_path_factory) -> Written:
    return write_country(tmp_path_factory.mktemp("country"), tiny)
