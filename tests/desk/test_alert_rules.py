"""Rules: what may be one, what is kept, who changed what."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belvedere.desk.alert_rules import (
    BEDS,
    WITHIN,
    Rule,
    effective_rules,
    remove_rule,
    rule_changes,
    rule_of,
    save_rules,
    shipped_rules,
)
from belvedere.errors import DataError, UnknownName
from belvedere.reference import tables as reference

NOW = dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)
SHIPPED = shipped_rules(reference.load("alerts").numbers())
GOOD = {"id": "x", "kind": "beds", "threshold": 0.5, "clear_at": 0.3, "least_hours": 24, "level": "icu", "within_days": 14}

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(
    st.dictionaries(st.sampled_from([*GOOD, "place", "channels", "language", "active_until", "owner", "active", "y"]), anything)
)
def test_whatever_is_written_is_a_rule_that_can_hold_or_is_refused_in_words(values):
    try:
        rule = rule_of({**GOOD, **values})
    except DataError as error:
        assert "expected" in str(error)
    else:
        assert rule.clear_at < rule.threshold and rule_of(rule.told()) == rule


names = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,4})?", fullmatch=True)


@given(
    kind=st.sampled_from(["feed", "outlook", "place_failed", "growth"]),
    threshold=st.floats(0.1, 1e6),
    share=st.floats(0, 0.9),
    hours=st.floats(0, 1e4),
    channels=st.lists(names, unique=True, max_size=4),
    until=st.none() | st.dates(),
    owner=st.text(max_size=20),
    active=st.booleans(),
)
def test_a_rule_written_out_and_read_again_is_the_same(kind, threshold, share, hours, channels, until, owner, active):
    rule = Rule(
        "r", kind, threshold, threshold * share, hours, channels=tuple(channels), active_until=until, owner=owner, active=active
    )
    assert rule_of(rule.told()) == rule


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"clear_at": 0.5}, "less than the threshold"),
        ({"threshold": 50}, "0.5 for 50 %"),
        ({"within_days": 10}, "7, 14, 28"),
        ({"level": "all"}, "icu, ward"),
        ({"kind": "feed"}, "beds where a level"),
        ({"place": "paris"}, "id of a place"),
        ({"channels": ["a b"]}, "names of channels"),
        ({"threshold": "much"}, "a number"),
        ({"threshold": float("nan")}, "a number"),
        ({"active_until": "soon"}, "a day"),
        ({"id": "A b"}, "small letters"),
        ({"colour": 1}, "expected only"),
        ({"level": 5}, "a text"),
    ],
)
def test_what_cannot_be_a_rule_is_refused_saying_what_was_expected(change, said):
    with pytest.raises(DataError, match=said):
        rule_of({**GOOD, **change})


def test_the_shipped_rules_come_from_the_reference_table():
    assert SHIPPED["beds-icu"].threshold == reference.load("alerts").value("beds-icu.threshold").value
    assert all(rule.shipped and not rule.channels for rule in SHIPPED.values())
    assert {rule.within_days for rule in SHIPPED.values() if rule.kind == BEDS} <= set(WITHIN)


def test_a_change_takes_the_place_of_the_shipped_rule_and_stands_in_the_history(workspace):
    mine = replace(SHIPPED["beds-icu"], threshold=0.4, channels=("a", "b"), active_until=dt.date(2026, 12, 31), shipped=False)
    save_rules(workspace, [mine], by="A. Martin", now=NOW)
    later = NOW + dt.timedelta(hours=1)
    save_rules(workspace, [replace(mine, threshold=0.6)], by="B. Durand", now=later)
    assert effective_rules(workspace.snapshot(), SHIPPED)["beds-icu"] == replace(mine, threshold=0.6)
    assert [(c.by, c.rule.threshold) for c in rule_changes(workspace)] == [("B. Durand", 0.6), ("A. Martin", 0.4)]


def test_a_rule_can_be_taken_away_a_shipped_one_too(workspace):
    remove_rule(workspace, "growth", SHIPPED, by="A", now=NOW)
    assert "growth" not in effective_rules(workspace.snapshot(), SHIPPED)
    assert rule_changes(workspace)[0].rule is None
    with pytest.raises(UnknownName):
        remove_rule(workspace, "growth", SHIPPED, by="A", now=NOW)
    save_rules(workspace, [SHIPPED["growth"]], by="A", now=NOW + dt.timedelta(hours=1))
    assert "growth" in effective_rules(workspace.snapshot(), SHIPPED)
