"""Answers about what changed between two days of knowledge."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from belvedere.app.api.models import Meta, Model, Origin, Sentence, Text

Kind = Literal[
    "method", "source", "passing", "stopped", "failed", "corrected", "withdrawn", "late", "moved", "relieved", "figures",
    "came", "restored", "caught_up", "run", "scenario",
]  # fmt: skip
"""What changed, the gravest first."""
Cause = Literal["world", "data", "method", "work"]


class Change(Model):
    """One thing that changed. cause: the world moved, past figures were corrected, the method changed, or someone worked."""

    kind: Kind
    cause: Cause
    cause_label: Text
    text: Sentence
    place: str | None
    size: float | None = Field(description="Of its kind: chance, persons, places, days. What larger means, the text says.")
    origin: Origin | None


class Changes(Model):
    """What changed since a day, ranked. total: how many there are; the gravest ten are listed."""

    meta: Meta
    since: dt.datetime = Field(description="The moment whose knowledge is compared with.")
    heading: Text
    reference_before: dt.date | None = Field(description="Last complete day of the outlook known then.")
    new_outlook: bool = Field(description="Whether another outlook answers now than then.")
    new_method: bool = Field(description="Whether the program or its numbers changed between the two.")
    total: int
    rows: list[Change]
    empty: Text | None = Field(description="Why there is nothing to tell.")
