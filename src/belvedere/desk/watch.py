"""The state of each row of the watch list, from what people did, the outlook of the day and the clock.

    item = state_of(actions, facts, now=now, rules=rules)
    item.state, item.owner, item.may("A. Martin")      # taken, A. Martin, (assign, release, snooze, acknowledge)

A snooze ends by itself; an acknowledged row comes back by itself when it gets graver. Nothing is written for either: with the
actions and the facts of a past day, the same functions give the state of that day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from belvedere.errors import Refused
from belvedere.ontology.desk import WATCH_ACTIONS, WATCH_STATES

OPEN, TAKEN, SNOOZED, ACKNOWLEDGED = WATCH_STATES
TAKE, ASSIGN, RELEASE, SNOOZE, ACKNOWLEDGE, REOPEN = WATCH_ACTIONS
FAILED = "failed"
GRAVITY = {"none": 0, "watch": 1, "critical": 2}

_FOLLOW = {TAKE: TAKEN, ASSIGN: TAKEN}
_LEAVE = {SNOOZE: SNOOZED, ACKNOWLEDGE: ACKNOWLEDGED}
NEXT: Mapping[str, Mapping[str, str]] = {
    OPEN: {**_FOLLOW, **_LEAVE},
    TAKEN: {**_FOLLOW, RELEASE: OPEN, **_LEAVE},
    SNOOZED: {**_FOLLOW, **_LEAVE, REOPEN: OPEN},
    ACKNOWLEDGED: {**_FOLLOW, SNOOZE: SNOOZED, REOPEN: OPEN},
}
"""State -> action -> the state it leads to."""
BECOMES: Mapping[str, str] = {action: state for leads in NEXT.values() for action, state in leads.items()}
"""Action -> the state it leads to, wherever it is allowed: the last action alone tells what people wanted."""
NEEDS: Mapping[str, tuple[str, ...]] = {ASSIGN: ("assignee",), SNOOZE: ("reason", "until"), ACKNOWLEDGE: ("reason",)}
"""Action -> what has to come with it."""
ONLY = {"assignee": ASSIGN, "until": SNOOZE}
"""What may come with one action alone; a reason may come with any."""

Key = tuple[str, str]
"""Place and level of care."""


@dataclass(frozen=True)
class Rules:
    """From the reference table `desk`. step: rise of a chance that brings an acknowledged row back; longest: of a snooze."""

    step: float
    longest: dt.timedelta


@dataclass(frozen=True)
class Facts:
    """What the outlook says of a row. chance: of more patients than beds within 14 days; None: not known."""

    chance: float | None
    mark: str


@dataclass(frozen=True)
class Action:
    """One row of `watch_actions`. then: what the actor saw; None: the row was not on the list any more."""

    place: str
    level: str
    number: int
    action: str
    actor: str
    at: dt.datetime
    reason: str | None = None
    until: dt.datetime | None = None
    assignee: str | None = None
    then: Facts | None = None
    reference_date: dt.date | None = None

    @property
    def key(self) -> Key:
        return self.place, self.level


@dataclass(frozen=True)
class Item:
    """The state of one row.

    last: the newest action; None: nobody did anything yet. since: when the state began; None where only the outlook knows.
    ended: the state that ended by itself: `snoozed` or `acknowledged`; "" if none did. graver: the facts at the
    acknowledgement and now, where they got graver, of a row that is snoozed or came back.
    """

    state: str = OPEN
    owner: str | None = None
    last: Action | None = None
    since: dt.datetime | None = None
    ended: str = ""
    graver: tuple[Facts, Facts] | None = None

    @property
    def number(self) -> int:
        """Of the newest action: what a page sends back, so that nobody acts on a row that changed meanwhile."""
        return 0 if self.last is None else self.last.number

    def may(self, person: str) -> tuple[str, ...]:
        """What this person may do now; who follows a row already does not take it again."""
        return tuple(action for action in NEXT[self.state] if action != TAKE or self.owner != person)


def state_of(actions: Sequence[Action], facts: Facts | None, *, now: dt.datetime, rules: Rules) -> Item:
    """The state of one row. actions: of this row, in their order, none after `now`. facts: of the outlook; None: not listed."""
    if not actions:
        return Item()
    last = actions[-1]
    state = BECOMES[last.action]
    worse = (last.then, facts) if is_graver(last.then, facts, step=rules.step) else None
    if state == SNOOZED:
        if last.until <= now:
            return Item(OPEN, last=last, since=last.until, ended=SNOOZED)
        return Item(SNOOZED, last=last, since=last.at, graver=worse)
    if state == ACKNOWLEDGED and worse:
        return Item(OPEN, last=last, ended=ACKNOWLEDGED, graver=worse)
    owner = None if state != TAKEN else last.assignee if last.action == ASSIGN else last.actor
    return Item(state, owner, last, last.at)


def is_graver(then: Facts | None, now: Facts | None, *, step: float) -> bool:
    """Whether the chance rose by more than the step, or the mark got graver. No forecast any more is graver, too: an
    acknowledgement was of a chance, and now there is none."""
    if then is None or now is None:
        return False
    if then.mark == FAILED or now.mark == FAILED:
        return now.mark == FAILED != then.mark or GRAVITY.get(now.mark, 0) > 0
    # Rounded: 0.8 - 0.7 is a step of 0.1, not more.
    rose = None not in (then.chance, now.chance) and round(now.chance - then.chance, 9) > step
    return rose or GRAVITY[now.mark] > GRAVITY[then.mark]


def states_of(actions: Iterable[Action], facts: Mapping[Key, Facts], *, now: dt.datetime, rules: Rules) -> dict[Key, Item]:
    """The state of every row that somebody acted on. Actions after `now` do not count."""
    done = by_row(action for action in actions if action.at <= now)
    return {key: state_of(own, facts.get(key), now=now, rules=rules) for key, own in done.items()}


def by_row(actions: Iterable[Action]) -> dict[Key, list[Action]]:
    """Actions of each row, in their order."""
    found: dict[Key, list[Action]] = {}
    for action in sorted(actions, key=lambda a: a.number):
        found.setdefault(action.key, []).append(action)
    return found


def changes_by_itself(actions: Iterable[Action], now: dt.datetime) -> int:
    """How many snoozes have ended by now: a number that changes whenever the clock alone changes a state."""
    return sum(action.until is not None and action.until <= now for action in actions)


def check(item: Item, wanted: Action, *, rules: Rules) -> None:
    """Raises Refused if this action is not allowed in this state, or lacks what it needs."""
    if wanted.action not in item.may(wanted.actor):
        if wanted.action == TAKE and item.state == TAKEN:
            raise Refused("yours_already", f"{wanted.place}, {wanted.level}: you follow it already.")
        allowed = ", ".join(item.may(wanted.actor))
        raise Refused("not_in_this_state", f"{wanted.place}, {wanted.level} is {item.state}: found {wanted.action}, "
                      f"expected {allowed}.", state=item.state, action=wanted.action)  # fmt: skip
    for name in NEEDS.get(wanted.action, ()):
        if not getattr(wanted, name):
            raise Refused(f"{name}_needed", f"{wanted.action}: found no {name}, expected one.", field=name)
    for name, action in ONLY.items():
        if getattr(wanted, name) is not None and wanted.action != action:
            raise Refused(f"{name}_only", f"{wanted.action} takes no {name}; {action} does.", field=name)
    if wanted.action == ASSIGN and wanted.assignee == item.owner:
        raise Refused("theirs_already", f"{item.owner} follows it already.", field="assignee", owner=item.owner)
    if wanted.until is not None:
        _check_until(wanted.until, wanted.at, rules.longest)


def _check_until(until: dt.datetime, now: dt.datetime, longest: dt.timedelta) -> None:
    if until <= now:
        raise Refused("until_past", f"until {until.isoformat()}: expected a moment still to come.", field="until")
    if until > now + longest:
        days = longest.days
        raise Refused("until_far", f"until {until.isoformat()}: expected one within {days} days.", field="until", days=days)
