"""Answers about alerts, and what may be asked of them."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from belvedere.app.api.models import Model, Sentence, Text

Kind = Literal["beds", "feed", "outlook", "place_failed", "growth"]
Unit = Literal["chance", "hours", "days", "outlooks"]


class AlertRow(Model):
    """An alert: one place (and level), feed or country under one rule."""

    id: int
    rule: str
    kind: Kind
    subject: str = Field(description="Place, feed or country.")
    level: str | None
    name: Text
    short: Text
    sentence: Sentence
    basis: list[Sentence] = Field(description="Age and completeness of the figures, and doubts.")
    stale_days: int | None = Field(description="Age of the figures where they are old; null where they are not.")
    value: float | None = Field(description="As last known, in the unit of the kind.")
    unit: Unit
    address: str = Field(description="Page that shows it, without the host.")
    synthetic: bool
    opened_at: dt.datetime
    judged_at: dt.datetime
    told_at: dt.datetime | None
    closed_at: dt.datetime | None
    closed: Text | None = Field(description="Why it closed.")
    acknowledged_at: dt.datetime | None
    acknowledged_by: str | None
    acknowledged_reason: str | None


class RuleBody(Model):
    """A rule as it is written. threshold and clear_at are in the unit of the kind; clear_at lies below."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)
    kind: Kind
    threshold: float
    clear_at: float
    least_hours: float
    place: str = Field(default="", max_length=60)
    level: str = Field(default="", max_length=20)
    within_days: Literal[7, 14, 28] | None = None
    channels: list[str] = Field(default=[], max_length=20)
    language: Literal["fr", "en"] = "en"
    active_until: dt.date | None = None
    owner: str = Field(default="", max_length=200)
    active: bool = True


class RulePatch(Model):
    """What is to change of a rule; null: stays as it is. An empty place is everywhere; `open_end`: no last day any more."""

    threshold: float | None = None
    clear_at: float | None = None
    least_hours: float | None = None
    place: str | None = Field(default=None, max_length=60)
    within_days: Literal[7, 14, 28] | None = None
    channels: list[str] | None = Field(default=None, max_length=20)
    language: Literal["fr", "en"] | None = None
    active_until: dt.date | None = None
    open_end: bool = False
    owner: str | None = Field(default=None, max_length=200)
    active: bool | None = None


class RuleRow(Model):
    """A rule with its title. holds: in use today."""

    rule: RuleBody
    title: Text
    scope: Text
    unit: Unit
    unit_text: Text
    limits: Text = Field(description="Where it opens and closes, in words.")
    shipped: bool
    holds: bool
    open: int = Field(description="Alerts open under it.")


class ChannelRow(Model):
    """A channel of the settings, or one that only a rule names. target: where it goes, without secrets."""

    name: str
    kind: Literal["email", "webhook"] | None
    target: str | None
    state: Literal["works", "unused", "again", "failed", "unknown", "fault"]
    text: Sentence


class AttemptRow(Model):
    """One try to send a message."""

    at: dt.datetime
    channel: str
    subject: str
    outcome: Literal["sent", "failed", "again", "unknown"]
    reason: str
    next_try_at: dt.datetime | None


class ChangeRow(Model):
    """A change of a rule. rule: what it then said; null where it was taken away."""

    at: dt.datetime
    by: str
    id: str
    rule: RuleBody | None
    text: Text
    sequence: int


class AlertsAnswer(Model):
    """The page of the alerts. looked_at: last look of this server; fault: what stopped it."""

    now: dt.datetime
    lede: Sentence
    synthetic: bool
    looked_at: dt.datetime | None
    fault: str | None
    open: list[AlertRow]
    closed: list[AlertRow]
    rules: list[RuleRow]
    templates: list[RuleBody] = Field(description="The rules as they come with Belvedere: where a new one starts from.")
    channels: list[ChannelRow]
    base_url: str | None
    attempts: list[AttemptRow]
    changes: list[ChangeRow]


class AlertHistory(Model):
    """Alerts that closed, newest first."""

    rows: list[AlertRow]


class RuleEffect(Model):
    """What a rule would do. alerts_now: things that reach the threshold now; the rest is over past outlooks."""

    text: Sentence
    alerts_now: int
    unknown_now: int
    past_outlooks: int | None = Field(description="Null for a kind whose past is not kept.")
    past_alerts: int | None
    lead_days: float | None = Field(description="Mean days from alert to passing the beds, of those that were passed after.")


class AcknowledgeBody(Model):
    """Why an alert needs no further message."""

    reason: str = Field(min_length=1, max_length=1000)


class TestBody(Model):
    """Language of the test message."""

    __test__ = False

    language: Literal["fr", "en"] = "en"


class AlertsDone(Model):
    """What was changed."""

    id: str
    sequence: int
