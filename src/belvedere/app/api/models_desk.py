"""What the desk takes and answers: actions on the watch list, notes on the time line."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from belvedere.app.api.models import Meta, Model, Text
from belvedere.app.api.models_situation import WatchAction

NoteKind = Literal["comment", "event", "measure"]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=80, pattern=r"^[^\x00-\x1f\x7f]*$")]


class WatchActionRequest(Model):
    """An action on one row of the watch list. seen: the row's `seen`, so that nobody acts on what changed meanwhile."""

    action: WatchAction
    seen: int = Field(ge=0)
    reason: Words | None = Field(default=None, description="Needed for snooze and acknowledge.")
    until: dt.date | None = Field(default=None, description="Of a snooze: the row is back when this day begins, at the place.")
    assignee: Name | None = Field(default=None, description="Of an assignment.")


class WatchActionDone(Model):
    """One action, as it stands in the history."""

    number: int
    action: WatchAction
    text: Text
    actor: str
    at: dt.datetime
    reason: str | None
    until: dt.datetime | None
    assignee: str | None
    chance_14: float | None = Field(description="As the actor saw it.")


class WatchHistory(Model):
    """Everything that was done with a row, the newest first."""

    meta: Meta
    place: str
    level: str
    actions: list[WatchActionDone]


class NoteRequest(Model):
    """A note on the time line of a place."""

    date: dt.date = Field(description="The day it speaks of.")
    kind: NoteKind
    text: Words
    language: Literal["fr", "en"] | None = None


class WithdrawRequest(Model):
    """Takes a note back."""

    reason: Words


class Note(Model):
    """A note; a withdrawn one stays readable, with the reason."""

    id: int
    place: str
    place_name: str
    date: dt.date
    kind: NoteKind
    text: str
    language: str | None
    author: str
    written_at: dt.datetime
    withdrawn_by: str | None
    withdrawn_at: dt.datetime | None
    withdrawn_reason: str | None
    may_withdraw: bool = Field(description="False on past days, and once withdrawn.")


class Notes(Model):
    """Notes that concern a place: its own, and those of the larger places it lies in."""

    meta: Meta
    place: str
    notes: list[Note]
    may_write: bool = Field(description="False on past days.")
