"""What opens, stays and closes; what is told, once; what a rule would have done."""

from __future__ import annotations

import datetime as dt
import multiprocessing
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belvedere.desk import alert_book as book
from belvedere.desk.alert_rules import Rule
from belvedere.desk.alerts import BELOW, ENDED, Facts, FeedFact, OutlookFact, evaluate, judge, reaches, replay
from belvedere.errors import BelvedereError
from tests.desk.alert_facts import BEDS, DAY, HOUR, NOW, RULES, beds, compose, inside, place, settle_once


def look(workspace, *, at=NOW, rules=RULES, **chances):
    return book.settle(workspace, rules, beds(**chances), now=at, inside=inside, compose=compose)


def told(workspace) -> list[str]:
    return [message.body for message in reversed(book.messages(workspace, newest=100))]


# --- opening and closing ---


def test_an_alert_opens_at_its_threshold_and_closes_only_at_the_lower_one(workspace):
    for hour, chance, open_now in ((0, 0.49, 0), (1, 0.5, 1), (2, 0.31, 1), (3, 0.3, 0), (4, 0.49, 0)):
        assert look(workspace, at=NOW + hour * HOUR, n59=chance).open == open_now
    closed = book.closed_alerts(workspace, newest=5)
    assert [(a.subject, a.closed_because) for a in closed] == [("FR-59", BELOW)]


def test_what_is_not_known_neither_opens_nor_closes(workspace):
    assert look(workspace, n59=None).raised == 0
    look(workspace, n59=0.8)
    for facts in ({"n59": None}, {}):
        assert look(workspace, at=NOW + HOUR, **facts).open == 1
    alert = book.open_alerts(workspace)[0]
    assert (alert.facts["value"], alert.judged_at) == (0.8, NOW)


def test_one_alert_a_thing_however_many_looks(workspace):
    assert sum(look(workspace, at=NOW + n * HOUR, n59=0.9).raised for n in range(5)) == 1


@given(st.lists(st.one_of(st.none(), st.floats(0, 1)), max_size=12))
def test_between_the_two_limits_nothing_changes(chances):
    """An alert is open exactly if the last known value outside the band between the limits was the upper one."""
    open_now, expected = [], False
    for chance in chances:
        verdict = evaluate([BEDS], beds(n59=chance), open_now, NOW, inside=inside)
        if verdict.raised:
            j = verdict.raised[0]
            open_now = [book.Alert(1, j.rule, j.kind, j.subject, j.level, NOW, NOW, j.facts)]
        elif verdict.cleared:
            open_now = []
        if chance is not None and chance >= BEDS.threshold:
            expected = True
        elif chance is not None and chance <= BEDS.clear_at:
            expected = False
        assert bool(open_now) == expected


def test_a_rule_that_ends_or_no_longer_covers_closes_its_alerts(workspace):
    look(workspace, n59=0.9, n62=0.9)
    look(workspace, rules={BEDS.id: replace(BEDS, place="FR-62")}, n59=0.9, n62=0.9)
    assert [a.subject for a in book.open_alerts(workspace)] == ["FR-62"]
    look(workspace, rules={BEDS.id: replace(BEDS, active_until=NOW.date() - dt.timedelta(days=1))}, n62=0.9)
    assert {a.closed_because for a in book.closed_alerts(workspace, newest=5)} == {ENDED}


def test_each_kind_has_its_value():
    late = FeedFact("f", "F", "FR", 7.0, False, DAY, False)
    facts = Facts(
        places=[place("FR-59", 0.1, failed_runs=2, growing_days=8)],
        feeds=[late, replace(late, feed="g", hours_late=0.0, rejected=True), replace(late, feed="h", hours_late=None)],
        outlooks=[OutlookFact("FR", 3.0, "", DAY, False), OutlookFact("IT", 0.1, "no admissions", DAY, False)],
    )
    rules = [
        Rule("a", "feed", 6, 0, 1),
        Rule("b", "outlook", 2, 1, 1),
        Rule("c", "place_failed", 1, 0, 1),
        Rule("d", "growth", 7, 0, 1),
    ]
    found = [(rule.id, j.subject) for rule in rules for j in judge(rule, facts, inside) if reaches(rule, j)]
    assert found == [("a", "f"), ("a", "g"), ("b", "FR"), ("b", "IT"), ("c", "FR-59"), ("d", "FR-59")]


# --- telling ---


def test_many_at_once_are_one_message_the_gravest_first(workspace):
    made = look(workspace, **{f"n{n}": 0.5 + n / 200 for n in range(10, 50)})
    assert (made.raised, len(made.messages)) == (40, 1)
    assert told(workspace)[0].split()[:2] == ["FR-49", "FR-48"]


def test_the_least_hours_between_two_messages_hold_through_closing_and_opening(workspace):
    looks = (
        (0, 0.9, 1),
        (1, 0.9, 1),
        (2, 0.1, 1),
        (3, 0.9, 1),
        (23, 0.9, 1),
        (24, 0.9, 2),
        (30, 0.1, 2),
        (47, 0.1, 2),
        (48, 0.1, 3),
    )
    for hour, chance, messages in looks:
        look(workspace, at=NOW + hour * HOUR, n59=chance)
        assert len(told(workspace)) == messages, hour
    assert [a.told for a in book.closed_alerts(workspace, newest=5)] == ["closed"]


def test_an_acknowledged_alert_is_silent_until_it_closes(workspace):
    look(workspace, n59=0.9)
    with pytest.raises(BelvedereError, match="no reason"):
        book.acknowledge(workspace, 1, "  ", by="A", now=NOW)
    book.acknowledge(workspace, 1, "beds are being opened", by="A", now=NOW)
    look(workspace, at=NOW + 72 * HOUR, n59=0.95)
    assert len(told(workspace)) == 1
    look(workspace, at=NOW + 73 * HOUR, n59=0.1)
    assert len(told(workspace)) == 2
    with pytest.raises(BelvedereError, match="closed on"):
        book.acknowledge(workspace, 1, "again", by="A", now=NOW)


def test_a_rule_without_channels_speaks_on_the_page_alone(workspace):
    look(workspace, rules={BEDS.id: replace(BEDS, channels=())}, n59=0.9)
    assert told(workspace) == []
    look(workspace, at=NOW + HOUR, n59=0.9)
    assert told(workspace) == ["FR-59"]


def test_processes_that_decide_at_once_make_one_message(workspace):
    processes = 3
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager, context.Pool(processes) as pool:
        start = manager.Barrier(processes)
        made = pool.starmap(settle_once, [(str(workspace.path), start)] * processes)
    assert sorted(made) == [0, 0, 1]
    assert told(workspace) == ["FR-59 FR-62"] and len(book.open_alerts(workspace)) == 2


# --- taking up ---


def test_a_message_decided_on_before_a_restart_is_taken_up_once_after_it(workspace):
    look(workspace, n59=0.9)
    workspace.engine.dispose()  # the process that decided is gone
    first = book.claim(workspace, now=NOW, after=300)
    assert first.body == "FR-59" and book.claim(workspace, now=NOW, after=300) is None
    book.finish(workspace, first, book.SENT, "", now=NOW)
    assert book.claim(workspace, now=NOW + 9 * HOUR, after=300) is None


def test_a_message_whose_sender_died_is_marked_unknown_and_not_sent_again(workspace):
    look(workspace, n59=0.9)
    book.claim(workspace, now=NOW, after=300)  # and then nothing more is heard of it
    assert book.claim(workspace, now=NOW + dt.timedelta(seconds=299), after=300) is None
    assert book.messages(workspace, newest=1)[0].state == book.SENDING
    assert book.claim(workspace, now=NOW + HOUR, after=300) is None
    assert book.messages(workspace, newest=1)[0].state == book.UNKNOWN
    assert [(t.outcome, "stopped before" in t.reason) for t in book.attempts(workspace, newest=5)] == [(book.UNKNOWN, True)]


def test_a_message_to_be_tried_again_waits_for_its_time(workspace):
    look(workspace, n59=0.9)
    book.finish(workspace, book.claim(workspace, now=NOW, after=300), book.AGAIN, "down", now=NOW, next_try_at=NOW + HOUR)
    assert book.claim(workspace, now=NOW + HOUR / 2, after=300) is None
    assert book.claim(workspace, now=NOW + HOUR, after=300).tries == 2


# --- looking back ---


def days(*facts) -> list:
    return [(DAY + dt.timedelta(days=n), [replace(f, reference_date=DAY + dt.timedelta(days=n))]) for n, f in enumerate(facts)]


def test_a_replay_counts_openings_and_the_days_until_the_beds_were_passed():
    calm = place("FR-59", 0.1, present=50, beds=100)
    warned, full = replace(calm, chance={14: 0.6}), replace(calm, chance={14: 0.9}, present=110)
    found = replay(BEDS, days(calm, warned, warned, warned, full), inside=inside)
    assert (found.outlooks, found.alerts, found.lead_days, found.not_come) == (5, 1, (3,), 0)
    assert replay(BEDS, days(full), inside=inside).already == 1


def test_a_replay_says_that_an_alert_did_not_come_true_only_when_every_day_was_seen():
    week = replace(BEDS, within_days=7)
    calm, warned = (place("FR-59", None, present=50, beds=100), place("FR-59", None, present=50, beds=100))
    calm, warned = replace(calm, chance={7: 0.1}), replace(warned, chance={7: 0.6})
    seen = days(warned, *[calm] * 7)
    assert replay(week, seen, inside=inside).not_come == 1
    gap = [seen[0], *seen[2:]]
    assert (replay(week, gap, inside=inside).not_come, replay(week, gap, inside=inside).open_question) == (0, 1)
    short = seen[:4]
    assert replay(week, short, inside=inside).open_question == 1


def test_a_lead_over_days_without_an_outlook_is_the_least_it_can_have_been():
    warned = place("FR-59", 0.6, present=50, beds=100)
    seen = days(warned, *[warned] * 6, replace(warned, present=120))
    assert replay(BEDS, [seen[0], seen[7]], inside=inside).lead_days == (1,)
