"""Actions on the watch list, kept.

    wanted = Action("FR-57", "icu", 0, "snooze", "A. Martin", now, reason="two beds open tomorrow", until=tomorrow, then=facts)
    act(workspace, wanted, seen=3, rules=rules)

Two persons may act at once: who knew of fewer actions than there are is told who was first, and nothing is written.
"""

from __future__ import annotations

from dataclasses import replace

from belvedere.desk import records
from belvedere.desk.watch import Action, Facts, Rules, by_row, check, state_of
from belvedere.errors import Refused
from belvedere.store.snapshot import Snapshot
from belvedere.store.workspace import Workspace

TABLE = "watch_actions"
SAME = ("place", "level", "number", "action", "actor", "at", "reason", "until", "assignee", "reference_date")
"""Columns that are fields of an action of the same name."""


def actions(snapshot: Snapshot) -> tuple[Action, ...]:
    """Every action, in the order of writing."""
    return tuple(_action(row) for row in records.read(snapshot, TABLE))


def act(workspace: Workspace, wanted: Action, *, seen: int, rules: Rules) -> Action:
    """Writes an action, whose number is not known yet, and returns it with its number.

    seen: number of the newest action of this row that the actor knew of; 0: none. Raises Refused if the row changed meanwhile,
    if the action is not allowed in its state, or lacks what it needs.
    """
    with workspace.locked(records.KIND):
        before = by_row(actions(workspace.snapshot())).get(wanted.key, [])
        item = state_of(before, wanted.then, now=wanted.at, rules=rules)
        if item.number != seen:
            raise _overtaken(wanted, item.last)
        check(item, wanted, rules=rules)
        done = replace(wanted, number=item.number + 1)
        what = {"place": done.place, "level": done.level, "action": done.action}
        records.write(workspace, TABLE, _row(done), what=what, now=done.at)
    return done


def _overtaken(wanted: Action, last: Action | None) -> Refused:
    where = f"{wanted.place}, {wanted.level}"
    if last is None:
        return Refused("never_acted", f"{where}: nobody has acted on it yet; read it again.", overtaken=True)
    said = f"{where}: {last.actor} was first ({last.action}, {last.at:%Y-%m-%d %H:%M} UTC). Nothing was changed; read it again."
    return Refused("overtaken", said, overtaken=True, last=last)


def _action(row: dict) -> Action:
    then = None if row["mark"] is None else Facts(row["chance"], row["mark"])
    return Action(**{name: row[name] for name in SAME}, then=then)


def _row(of: Action) -> dict:
    seen = {"chance": of.then and of.then.chance, "mark": of.then and of.then.mark}
    return {**{name: getattr(of, name) for name in SAME}, **seen, "withdrawn": False}
