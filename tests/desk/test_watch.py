"""The states of the watch list: every sequence of actions leads to one state, and what is not allowed is refused."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belvedere.desk.watch import (
    ACKNOWLEDGE,
    ACKNOWLEDGED,
    ASSIGN,
    BECOMES,
    NEEDS,
    NEXT,
    OPEN,
    RELEASE,
    REOPEN,
    SNOOZE,
    SNOOZED,
    TAKE,
    TAKEN,
    Action,
    Facts,
    Rules,
    by_row,
    changes_by_itself,
    check,
    is_graver,
    state_of,
    states_of,
)  # fmt: skip
from belvedere.errors import Refused
from belvedere.ontology.desk import WATCH_ACTIONS, WATCH_MARKS, WATCH_STATES

NOW = dt.datetime(2026, 11, 22, 7, 40, tzinfo=dt.UTC)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
RULES = Rules(step=0.1, longest=28 * DAY)
CALM, WATCHED, GRAVE = Facts(0.1, "none"), Facts(0.4, "watch"), Facts(0.7, "critical")
LOST = Facts(None, "failed")


def action(
    name: str, *, number: int = 1, at: dt.datetime = NOW, actor: str = "A. Morel", then: Facts = WATCHED, **more
) -> Action:
    """An action with all it needs."""
    given = {"reason": "two beds open tomorrow", "until": at + DAY, "assignee": "C. Haddad"}
    needed = {field: given[field] for field in NEEDS.get(name, ())}
    return Action("FR-57", "icu", number, name, actor, at, then=then, **{**needed, **more})


def state(*actions: Action, facts: Facts | None = WATCHED, now: dt.datetime = NOW):
    return state_of(actions, facts, now=now, rules=RULES)


# -- the table of states -------------------------------------------------------------------------------------------------


def test_every_state_and_action_of_the_records_is_in_the_table():
    assert set(NEXT) == set(WATCH_STATES) and set(BECOMES) == set(WATCH_ACTIONS)
    assert {to for leads in NEXT.values() for to in leads.values()} == set(WATCH_STATES)


def test_an_action_leads_to_one_state_wherever_it_is_allowed():
    for leads in NEXT.values():
        assert all(BECOMES[name] == to for name, to in leads.items())


def test_a_row_nobody_touched_is_open():
    item = state()
    assert (item.state, item.owner, item.number, item.since) == (OPEN, None, 0, None)
    assert item.may("A. Morel") == (TAKE, ASSIGN, SNOOZE, ACKNOWLEDGE)


@pytest.mark.parametrize(("name", "owner"), [(TAKE, "A. Morel"), (ASSIGN, "C. Haddad"), (SNOOZE, None), (ACKNOWLEDGE, None)])
def test_who_follows_a_row(name, owner):
    item = state(action(name))
    assert (item.state, item.owner, item.since) == (BECOMES[name], owner, NOW)


def test_who_follows_a_row_does_not_take_it_again_and_others_may():
    item = state(action(TAKE))
    assert TAKE not in item.may("A. Morel") and TAKE in item.may("C. Haddad")
    with pytest.raises(Refused, match="you follow it already"):
        check(item, action(TAKE, number=0), rules=RULES)
    check(item, action(TAKE, number=0, actor="C. Haddad"), rules=RULES)


# -- what happens by itself ----------------------------------------------------------------------------------------------


def test_a_snooze_ends_by_itself_at_its_moment():
    done = action(SNOOZE, until=NOW + DAY)
    assert state(done, now=NOW + DAY - HOUR).state == SNOOZED
    back = state(done, now=NOW + DAY)
    assert (back.state, back.ended, back.since) == (OPEN, SNOOZED, NOW + DAY)
    assert [changes_by_itself([done], NOW + d * DAY) for d in (0, 1, 2)] == [0, 1, 1]


def test_an_acknowledged_row_comes_back_when_it_gets_graver_and_says_so():
    done = action(ACKNOWLEDGE, then=WATCHED)
    assert state(done, facts=Facts(0.49, "watch")).state == ACKNOWLEDGED
    back = state(done, facts=GRAVE)
    assert (back.state, back.ended, back.graver) == (OPEN, ACKNOWLEDGED, (WATCHED, GRAVE))
    assert state(done, facts=WATCHED).state == ACKNOWLEDGED
    assert state(done, facts=None).state == ACKNOWLEDGED


def test_a_snoozed_row_that_gets_graver_stays_and_says_so():
    item = state(action(SNOOZE, then=WATCHED), facts=GRAVE)
    assert item.state == SNOOZED and item.graver == (WATCHED, GRAVE)


@pytest.mark.parametrize(
    ("then", "now", "graver"),
    [
        (WATCHED, Facts(0.5, "watch"), False),
        (WATCHED, Facts(0.501, "watch"), True),
        (Facts(0.7, "critical"), Facts(0.8, "critical"), False),
        (Facts(0.24, "none"), Facts(0.25, "watch"), True),
        (Facts(None, "none"), Facts(0.2, "none"), False),
        (GRAVE, WATCHED, False),
        (WATCHED, LOST, True),
        (LOST, LOST, False),
        (LOST, CALM, False),
        (LOST, WATCHED, True),
        (WATCHED, None, False),
        (None, GRAVE, False),
    ],
)
def test_what_is_graver(then, now, graver):
    assert is_graver(then, now, step=0.1) is graver


@given(st.floats(0, 1), st.floats(0, 1))
def test_the_same_facts_are_never_graver_and_of_two_at_most_one(a, b):
    one, other = Facts(a, "watch"), Facts(b, "watch")
    assert not is_graver(one, one, step=0.1)
    assert not (is_graver(one, other, step=0.1) and is_graver(other, one, step=0.1))


# -- any sequence --------------------------------------------------------------------------------------------------------

steps = st.lists(
    st.tuples(st.sampled_from(list(WATCH_ACTIONS)), st.sampled_from(["A. Morel", "C. Haddad"]), st.integers(1, 72)), max_size=12
)
facts = st.builds(Facts, st.one_of(st.none(), st.floats(0, 1)), st.sampled_from([m for m in WATCH_MARKS if m != "failed"]))


@given(steps, facts, facts)
def test_any_sequence_of_actions_gives_one_state_and_refuses_what_is_not_allowed(steps, then, now_facts):
    done: list[Action] = []
    now = NOW
    for name, actor, hours in steps:
        now += hours * HOUR
        wanted = action(name, number=len(done) + 1, at=now, actor=actor, then=then)
        before = state_of(done, then, now=now, rules=RULES)
        allowed = name in before.may(actor) and not (name == ASSIGN and before.owner == "C. Haddad")
        if not allowed:
            with pytest.raises(Refused) as refused:
                check(before, wanted, rules=RULES)
            assert str(refused.value) and refused.value.rule
            continue
        check(before, wanted, rules=RULES)
        done.append(wanted)
        after = state_of(done, then, now=now, rules=RULES)
        assert after.state == NEXT[before.state][name] and after.number == len(done)
    item = state_of(done, now_facts, now=now, rules=RULES)
    assert item.state in NEXT and (item.owner is not None) == (item.state == TAKEN)
    assert set(item.may("A. Morel")) <= set(NEXT[item.state])


@given(steps, st.integers(0, 500))
def test_the_state_of_a_past_day_is_what_it_was_then(steps, hours):
    """Actions of later leave the state of a past moment as it was."""
    done: list[Action] = []
    at = NOW
    for name, actor, gap in steps:
        at += gap * HOUR
        wanted = action(name, number=len(done) + 1, at=at, actor=actor)
        if name in state_of(done, WATCHED, now=at, rules=RULES).may(actor):
            done.append(wanted)
    moment = NOW + hours * HOUR
    by_then = [a for a in done if a.at <= moment]
    seen = states_of(done, {("FR-57", "icu"): WATCHED}, now=moment, rules=RULES)
    expected = {("FR-57", "icu"): state_of(by_then, WATCHED, now=moment, rules=RULES)} if by_then else {}
    assert seen == expected


def test_rows_are_kept_apart():
    other = replace(action(TAKE), level="ward")
    assert set(by_row([action(TAKE), other])) == {("FR-57", "icu"), ("FR-57", "ward")}


# -- what has to come with an action -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "rule", "field"),
    [
        (replace(action(SNOOZE), reason=None), "reason_needed", "reason"),
        (replace(action(SNOOZE), until=None), "until_needed", "until"),
        (replace(action(ACKNOWLEDGE), reason=None), "reason_needed", "reason"),
        (replace(action(ASSIGN), assignee=None), "assignee_needed", "assignee"),
        (replace(action(TAKE), until=NOW + DAY), "until_only", "until"),
        (replace(action(TAKE), assignee="C. Haddad"), "assignee_only", "assignee"),
        (replace(action(SNOOZE), until=NOW), "until_past", "until"),
        (replace(action(SNOOZE), until=NOW + 29 * DAY), "until_far", "until"),
        (action(RELEASE), "not_in_this_state", None),
        (action(REOPEN), "not_in_this_state", None),
    ],
)
def test_what_is_lacking_or_wrong_is_named_with_its_field(wanted, rule, field):
    with pytest.raises(Refused) as refused:
        check(state(), wanted, rules=RULES)
    assert (refused.value.rule, refused.value.field, refused.value.overtaken) == (rule, field, False)


def test_assigning_a_row_to_who_has_it_is_refused():
    with pytest.raises(Refused, match=r"C\. Haddad follows it already"):
        check(state(action(ASSIGN)), action(ASSIGN, number=0), rules=RULES)
