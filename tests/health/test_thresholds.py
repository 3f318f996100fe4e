from __future__ import annotations

import dataclasses

import pytest

from belvedere.errors import ReferenceError
from belvedere.health.thresholds import IDS, Thresholds
from belvedere.reference.tables import load


def test_every_field_has_a_reference_id():
    assert set(IDS.values()) == {f.name for f in dataclasses.fields(Thresholds)}
    assert IDS["stock_flow.absolute_tolerance"] == "stock_flow_absolute_tolerance"
    assert IDS["jump.noise_sd"] == "jump_noise_sd"


def test_the_shipped_reference_table_has_them_all():
    numbers = load("feed_rules").numbers()
    limits = Thresholds.from_reference(numbers)
    assert limits.jump_factor == numbers["jump.factor"]
    assert isinstance(limits.flat_minimum_days, int)


def test_a_missing_id_is_named():
    values = dict.fromkeys(IDS, 1.0)
    del values["swap.minimum_days"]
    with pytest.raises(ReferenceError, match=r"swap\.minimum_days"):
        Thresholds.from_reference(values)
