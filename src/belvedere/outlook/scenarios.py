"""Scenarios: what if, kept as data.

    new_scenario(workspace, "curfew", title="Curfew at 20 h", author="A. Martin", now=now)
    set_overlay(workspace, "curfew", Overlay("futures", "transmission", "multiply", 0.8, place="FR"), now=now)
    scenario(workspace.snapshot(), "curfew").overlays

Every change is a commit: what a scenario was when a run used it can be read again, at the run's commit.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

import pandas as pd
import pyarrow as pa
from ibis import _

from belvedere.errors import DataError, UnknownName
from belvedere.ontology import schema
from belvedere.ontology.codes import FEED_PATTERN
from belvedere.ontology.scenarios import SCENARIO_STATES
from belvedere.outlook.overlays import Overlay, check, check_parameter, check_together, parameter_changes
from belvedere.outlook.settings import TABLE
from belvedere.reference import tables as reference
from belvedere.sources.ingest import workspace_places
from belvedere.store.commits import Commit, TableInput
from belvedere.store.snapshot import Snapshot
from belvedere.store.workspace import Workspace

DRAFT, KEPT, PROMOTED, EXPIRED = SCENARIO_STATES
NEXT = {DRAFT: (KEPT, EXPIRED), KEPT: (DRAFT, PROMOTED, EXPIRED), PROMOTED: (EXPIRED,), EXPIRED: ()}
"""State -> states it may take next. A kept scenario that is changed is a draft again."""
FEED = "outlook"
"""The feed of results without a scenario; no scenario may carry its name."""


@dataclass(frozen=True)
class Scenario:
    """A question and what it changes.

    id: its name. expires_on: last day it may run; None: open. state: see `SCENARIO_STATES`. overlays: in the order of their
    numbers. changed: sequence of the commit that changed the overlays last; 0 where there never was one.
    """

    id: str
    title: str
    author: str
    question: str = ""
    expires_on: dt.date | None = None
    state: str = DRAFT
    overlays: tuple[Overlay, ...] = ()
    changed: int = 0

    @property
    def feed(self) -> str:
        """The feed its results carry."""
        return f"{FEED}-{self.id}"

    def expired(self, today: dt.date) -> bool:
        """Whether it was closed, or its last day has gone by."""
        return self.state == EXPIRED or (self.expires_on is not None and today > self.expires_on)

    def need_open(self, today: dt.date) -> Scenario:
        """Itself, if it may run. Raises DataError if it has expired."""
        if self.state == EXPIRED:
            raise DataError(f"Scenario {self.id!r} was closed; its results stay. To ask again: a new one.")
        if self.expired(today):
            raise DataError(f"Scenario {self.id!r} expired on {self.expires_on}; its results stay. To ask again: a new one.")
        return self


# --- reading ---


def scenario(snapshot: Snapshot, id: str) -> Scenario:
    """One scenario with its overlays, as it stood at the snapshot's commit.

    The snapshot's `as_of` plays no part: a scenario of today asks about a past day too. Raises UnknownName.
    """
    found = scenarios(snapshot)
    if id not in found:
        raise UnknownName("scenario", id, found)
    return found[id]


def scenarios(snapshot: Snapshot) -> dict[str, Scenario]:
    """Every scenario by its id, in their order."""
    now = replace(snapshot, as_of=None)
    heads = now.frame("scenarios")
    overlays = now.frame("scenario_overlays")
    changes = now.history("scenario_overlays").group_by("scenario").agg(changed=_.sequence.max()).to_pandas()
    changed = dict(zip(changes["scenario"], changes["changed"], strict=True))
    return {
        row["scenario"]: Scenario(
            id=row["scenario"],
            title=row["title"],
            author=row["author"],
            question=_text(row["question"]),
            expires_on=_day(row["expires_on"]),
            state=row["state"],
            overlays=tuple(_overlay(o) for o in overlays[overlays["scenario"] == row["scenario"]].to_dict("records")),
            changed=int(changed.get(row["scenario"], 0)),
        )
        for row in heads.to_dict("records")
    }


def _overlay(row: dict) -> Overlay:
    return Overlay(
        subject=row["subject"],
        name=row["name"],
        operation=row["operation"],
        value=float(row["value"]),
        level=_text(row["level"]),
        place=_text(row["place"]),
        first_day=_day(row["first_day"]),
        last_day=_day(row["last_day"]),
        note=_text(row["note"]),
        number=int(row["overlay"]),
    )


def _text(cell: object) -> str:
    return "" if pd.isna(cell) else str(cell)


def _day(cell: object) -> dt.date | None:
    return None if pd.isna(cell) else pd.Timestamp(cell).date()


# --- writing ---


def new_scenario(
    workspace: Workspace,
    id: str,
    *,
    title: str,
    author: str,
    question: str = "",
    expires_on: dt.date | None = None,
    now: dt.datetime,
) -> Scenario:
    """A new, empty draft. Raises DataError for a name that is taken or cannot be one, or a last day that has gone by."""
    if not re.fullmatch(FEED_PATTERN, id) or id == FEED:
        raise DataError(f"scenario {id!r}: expected small letters and digits, joined by hyphens, and not {FEED!r} itself")
    for what, given in (("title", title), ("author", author)):
        if not given.strip():
            raise DataError(f"scenario {id!r}: found no {what}, expected one: the next reader will ask")
    if expires_on is not None and expires_on < now.date():
        raise DataError(f"scenario {id!r}: found last day {expires_on}, expected one not before today, {now:%Y-%m-%d}")
    made = Scenario(id, title.strip(), author.strip(), question.strip(), expires_on)
    with workspace.locked("scenarios"):
        snapshot = workspace.snapshot()
        if id in scenarios(snapshot):
            raise DataError(f"There is a scenario {id!r} already: belvedere scenario show {id}")
        _write(snapshot, made, {"made": id}, now)
    return made


def set_overlay(workspace: Workspace, id: str, overlay: Overlay, *, now: dt.datetime) -> Scenario:
    """The scenario with this overlay in it, numbered; one on the same thing, place, days and operation is replaced.

    Raises UnknownName for a scenario, subject, name, level, place or parameter that does not exist; DataError for a value that
    cannot be, for a second value set for the same thing, place and day, and for a scenario that is closed.
    """
    parameters, places = _parameters(workspace), workspace_places(workspace)
    check(overlay, parameters=parameters, places=places)
    with workspace.locked("scenarios"):
        snapshot = workspace.snapshot()
        before = _open_for_change(scenario(snapshot, id), now.date())
        if before.expires_on and overlay.first_day and overlay.first_day > before.expires_on:
            raise DataError(f"overlay of {id!r}: found first day {overlay.first_day}, but it expires on {before.expires_on}")
        same = next((o.number for o in before.overlays if o.slot == overlay.slot), None)
        overlay = replace(overlay, number=same or _next_number(snapshot, id))
        kept = [o for o in before.overlays if o.number != overlay.number]
        after = replace(before, state=DRAFT, overlays=tuple(sorted([*kept, overlay], key=lambda o: o.number)))
        check_together(after.overlays, places)
        for name, value in parameter_changes(after.overlays, parameters.numbers()).items():
            check_parameter(parameters.value(name), value)
        sequence = _write(snapshot, after, {"set": overlay.sentence()}, now, changed=[_row(id, overlay)], before=before)
    return replace(after, changed=sequence)


def remove_overlay(workspace: Workspace, id: str, number: int, *, now: dt.datetime) -> Scenario:
    """The scenario without that overlay. Raises UnknownName; DataError if it is closed."""
    with workspace.locked("scenarios"):
        snapshot = workspace.snapshot()
        before = _open_for_change(scenario(snapshot, id), now.date())
        numbers = {o.number: o for o in before.overlays}
        if number not in numbers:
            raise UnknownName(f"overlay of scenario {id!r}, by number,", number, map(str, numbers))
        after = replace(before, state=DRAFT, overlays=tuple(o for o in before.overlays if o.number != number))
        gone = {"scenario": id, "overlay": number, "withdrawn": True}
        sequence = _write(snapshot, after, {"removed": numbers[number].sentence()}, now, changed=[gone], before=before)
    return replace(after, changed=sequence)


def expire(workspace: Workspace, id: str, *, now: dt.datetime) -> Scenario:
    """Closes the scenario: no more runs nor changes; its results stay. Raises UnknownName; DataError if it is closed."""
    return mark(workspace, id, EXPIRED, now=now)


def mark(workspace: Workspace, id: str, state: str, *, now: dt.datetime) -> Scenario:
    """The scenario in another state (see `NEXT`). Raises UnknownName; DataError for a state that cannot follow."""
    if state not in SCENARIO_STATES:
        raise UnknownName("state of a scenario", state, SCENARIO_STATES)
    with workspace.locked("scenarios"):
        snapshot = workspace.snapshot()
        before = scenario(snapshot, id)
        if state not in NEXT[before.state]:
            follows = ", ".join(NEXT[before.state]) or "nothing: make a new one"
            raise DataError(f"scenario {id!r} is {before.state}: found {state}, expected {follows}")
        after = replace(before, state=state)
        _write(snapshot, after, {"state": state}, now, before=before)
    return after


def _parameters(workspace: Workspace) -> reference.ReferenceTable:
    return reference.load(TABLE, workspace.path / "overrides")


def _open_for_change(before: Scenario, today: dt.date) -> Scenario:
    if before.state == PROMOTED:
        raise DataError(f"Scenario {before.id!r} was taken over into practice and is not changed any more; make a new one.")
    return before.need_open(today)


def _next_number(snapshot: Snapshot, id: str) -> int:
    """One more than any that was ever given, so that an old result's overlay 2 is never another's."""
    given = snapshot.history("scenario_overlays").filter(_.scenario == id)["overlay"].max().execute()
    return 1 if pd.isna(given) else int(given) + 1


def _row(id: str, overlay: Overlay) -> dict:
    values = {f: getattr(overlay, f) for f in ("subject", "name", "operation", "value", "first_day", "last_day")}
    texts = {f: getattr(overlay, f) or None for f in ("level", "place", "note")}
    return {"scenario": id, "overlay": overlay.number, **values, **texts, "withdrawn": False}


def _write(
    snapshot: Snapshot,
    after: Scenario,
    what: dict[str, str],
    now: dt.datetime,
    *,
    changed: Iterable[dict] = (),
    before: Scenario | None = None,
) -> int:
    """One commit: the changed overlays, and the scenario's own row where it says something else now. Returns its sequence."""
    tables = {"scenario_overlays": list(changed), "scenarios": [] if _head(after) == _head(before) else [_head(after)]}
    inputs = [TableInput(name, at=snapshot.at) for name in tables]
    parameters = {"scenario": after.id, **what}
    with Commit.begin(snapshot.workspace, "run", inputs=inputs, parameters=parameters, now=now) as commit:
        for name, rows in tables.items():
            commit.append(name, _arrow(name, rows), known_at=now, basis="ingested")
    return commit.sequence


def _head(of: Scenario | None) -> dict | None:
    if of is None:
        return None
    return {"scenario": of.id, "title": of.title, "author": of.author, "question": of.question or None,
            "expires_on": of.expires_on, "state": of.state, "withdrawn": False}  # fmt: skip


def _arrow(name: str, rows: list[dict]) -> pa.Table:
    columns = [column.arrow.with_nullable(True) for column in schema.table(name).columns.values()]
    return pa.Table.from_pylist(rows, schema=pa.schema([*columns, pa.field("withdrawn", pa.bool_())]))
