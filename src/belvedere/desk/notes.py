"""Notes on the time line of a place: comments, events, measures. Withdrawn with a reason, never edited away.

note = write(workspace, Note(0, "FR-57", day, "event", "Ward B opened, 12 beds", "A. Martin", now), last_day=last_day)
withdraw(workspace, note.id, by="A. Martin", reason="wrong hospital", now=now)
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from belvedere.desk import records
from belvedere.errors import Refused, UnknownName
from belvedere.ontology.codes import EARLIEST_DAY
from belvedere.ontology.desk import NOTE_KINDS
from belvedere.store.snapshot import Snapshot
from belvedere.store.workspace import Workspace

TABLE = "notes"
FIELDS = ("place", "date", "kind", "text", "author", "written_at", "language", "withdrawn_by", "withdrawn_at",
          "withdrawn_reason")  # fmt: skip


@dataclass(frozen=True)
class Note:
    """A note. date: the day it speaks of. withdrawn_at: None while it stands."""

    id: int
    place: str
    date: dt.date
    kind: str
    text: str
    author: str
    written_at: dt.datetime
    language: str | None = None
    withdrawn_by: str | None = None
    withdrawn_at: dt.datetime | None = None
    withdrawn_reason: str | None = None

    @property
    def stands(self) -> bool:
        """Whether it was not taken back."""
        return self.withdrawn_at is None


def versions(snapshot: Snapshot) -> tuple[Note, ...]:
    """Every note as it was written and, once more, as it was withdrawn, in the order of writing."""
    return tuple(Note(row["note"], **{name: row[name] for name in FIELDS}) for row in records.read(snapshot, TABLE))


def notes_at(found: Iterable[Note], moment: dt.datetime) -> list[Note]:
    """The notes as they stood at a moment, by the day they speak of, then by when they were written."""
    known = {note.id: note for note in found if (note.withdrawn_at or note.written_at) <= moment}
    return sorted(known.values(), key=lambda note: (note.date, note.written_at))


def write(workspace: Workspace, wanted: Note, *, last_day: dt.date) -> Note:
    """Writes a note, whose number is not known yet, and returns it with its number.

    last_day: the latest it may speak of. Raises Refused for a note without text or author, or of a day out of bounds.
    """
    _check(wanted, last_day)
    with workspace.locked(records.KIND):
        taken = (note.id for note in versions(workspace.snapshot()))
        made = replace(wanted, id=max(taken, default=0) + 1)
        _keep(workspace, made, {"note": made.id, "place": made.place, "kind": made.kind}, made.written_at)
    return made


def withdraw(workspace: Workspace, id: int, *, by: str, reason: str, now: dt.datetime) -> Note:
    """Takes a note back; it stays readable, with the reason. Raises UnknownName; Refused without a reason, or a second time."""
    if not reason:
        raise Refused("reason_needed", "withdraw: found no reason, expected one.", field="reason")
    with workspace.locked(records.KIND):
        known = {note.id: note for note in versions(workspace.snapshot())}
        if id not in known:
            raise UnknownName("note", id, map(str, known))
        before = known[id]
        if not before.stands:
            said = f"Note {id} was withdrawn by {before.withdrawn_by} already. Nothing was changed."
            raise Refused("withdrawn_already", said, overtaken=True, by=before.withdrawn_by, at=before.withdrawn_at)
        gone = replace(before, withdrawn_by=by, withdrawn_at=now, withdrawn_reason=reason)
        _keep(workspace, gone, {"note": id, "withdrawn": True}, now)
    return gone


def _check(wanted: Note, last_day: dt.date) -> None:
    if wanted.kind not in NOTE_KINDS:
        raise UnknownName("kind of note", wanted.kind, NOTE_KINDS)
    if not wanted.text:
        raise Refused("text_needed", "A note without text: expected some words.", field="text")
    if not EARLIEST_DAY <= wanted.date <= last_day:
        said = f"A note of {wanted.date}: expected a day from {EARLIEST_DAY} to {last_day}."
        raise Refused("date_out", said, field="date", first=EARLIEST_DAY, last=last_day)


def _keep(workspace: Workspace, note: Note, what: dict[str, object], now: dt.datetime) -> None:
    row = {"note": note.id, **{name: getattr(note, name) for name in FIELDS}, "withdrawn": not note.stands}
    records.write(workspace, TABLE, row, what=what, now=now)
