"""Actions kept: numbered, read back as they were, and of two at once only the first counts."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from belvedere.desk.actions import act, actions
from belvedere.desk.watch import SNOOZE, TAKE, Facts, Rules
from belvedere.errors import Refused
from belvedere.store import register
from belvedere.store.engine import reading
from tests.desk.test_watch import DAY, HOUR, NOW, action

RULES = Rules(step=0.1, longest=28 * DAY)


def test_an_action_is_read_back_as_it_was_done(workspace):
    done = act(workspace, action(SNOOZE, number=0, then=Facts(0.4, "watch")), seen=0, rules=RULES)
    assert done.number == 1 and actions(workspace.snapshot()) == (done,)
    more = act(workspace, action(TAKE, number=0, at=NOW + HOUR), seen=1, rules=RULES)
    assert [a.number for a in actions(workspace.snapshot())] == [1, 2] and more.action == TAKE


def test_it_is_one_commit_of_the_desk_and_known_from_then_on(workspace):
    act(workspace, action(TAKE, number=0), seen=0, rules=RULES)
    with reading(workspace.engine) as connection:
        found = connection.execute(sa.select(register.commits.c.kind, register.commits.c.parameters)).all()
    assert found == [("desk", {"place": "FR-57", "level": "icu", "action": "take"})]
    assert actions(workspace.snapshot(as_of=NOW - HOUR)) == () and len(actions(workspace.snapshot(as_of=NOW))) == 1


def test_who_comes_second_is_told_who_was_first_and_nothing_is_written(workspace):
    first = act(workspace, action(TAKE, number=0), seen=0, rules=RULES)
    with pytest.raises(Refused, match=r"A\. Morel was first \(take, 2026-11-22 07:40 UTC\)") as refused:
        act(workspace, action(TAKE, number=0, actor="C. Haddad"), seen=0, rules=RULES)
    assert refused.value.overtaken and refused.value.values["last"] == first
    assert actions(workspace.snapshot()) == (first,)


def test_of_many_at_once_exactly_one_is_first(workspace):
    def attempt(n: int) -> str:
        try:
            return act(workspace, action(TAKE, number=0, actor=f"Person {n}"), seen=0, rules=RULES).actor
        except Refused as refused:
            assert refused.overtaken
            return ""

    with ThreadPoolExecutor(4) as pool:
        won = [name for name in pool.map(attempt, range(8)) if name]
    assert len(won) == 1 and [a.actor for a in actions(workspace.snapshot())] == won


def test_who_knows_of_an_action_that_never_was_is_refused(workspace):
    with pytest.raises(Refused, match="nobody has acted on it yet"):
        act(workspace, action(TAKE, number=0), seen=3, rules=RULES)


def test_what_is_not_allowed_is_not_written(workspace):
    with pytest.raises(Refused, match="found no reason"):
        act(workspace, action(SNOOZE, number=0, reason=None), seen=0, rules=RULES)
    assert actions(workspace.snapshot()) == ()


def test_instants_come_back_in_utc(workspace):
    act(workspace, action(SNOOZE, number=0), seen=0, rules=RULES)
    kept = actions(workspace.snapshot())[0]
    assert kept.at.utcoffset() == kept.until.utcoffset() == dt.timedelta(0)
