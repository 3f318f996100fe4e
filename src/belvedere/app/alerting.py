"""Alerts at work: reads what is known, lets `desk` decide, has it sent. The server, the clock and the command line call this.

alerting = Alerting(office.library)
alerting.check()          # decides and sends; safe to call from several processes at once
"""

from __future__ import annotations

import datetime as dt
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from belvedere.app.alert_facts import Facts, facts_now, past_outlooks, with_failures
from belvedere.app.alert_words import Voice
from belvedere.app.api.asked import Asked
from belvedere.app.api.reading import Library
from belvedere.desk import alert_book as book
from belvedere.desk import alert_rules
from belvedere.desk.alert_rules import FEED, OUTLOOK, Rule
from belvedere.desk.alerts import Judged, Replayed, judge, replay
from belvedere.desk.channels import Limits
from belvedere.desk.delivery import DeliverySettings, deliver, read_settings
from belvedere.errors import BelvedereError, UnknownName
from belvedere.outlook.settings import Settings
from belvedere.reference import tables as reference
from belvedere.reference.places import Places

TABLE = "alerts"


@dataclass(frozen=True)
class Look:
    """The last look of this process: when, and what stopped it; "" if nothing did."""

    at: dt.datetime | None
    error: str


@dataclass
class Alerting:
    """The alerts of one workspace. library: what the pages read from, and its clock."""

    library: Library
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    looked: Look = field(default_factory=lambda: Look(None, ""))
    _turn: threading.Lock = field(default_factory=threading.Lock)

    @property
    def workspace(self):
        return self.library.workspace

    def numbers(self) -> dict[str, float]:
        """The reference table `alerts`, with the workspace's own figures."""
        return reference.load(TABLE, self.workspace.path / "overrides").numbers()

    def shipped(self) -> dict[str, Rule]:
        return alert_rules.shipped_rules(self.numbers())

    def rules(self) -> dict[str, Rule]:
        """Every rule by its name."""
        return alert_rules.effective_rules(self.workspace.snapshot(), self.shipped())

    def rule(self, id: str) -> Rule:
        """One rule. Raises UnknownName."""
        known = self.rules()
        if id not in known:
            raise UnknownName("alert rule", id, known)
        return known[id]

    def settings(self) -> DeliverySettings:
        return read_settings(self.workspace, self.environ)

    def limits(self) -> Limits:
        """How long and how often a message is tried."""
        numbers = self.numbers()
        whole = {name: int(numbers[f"delivery.{name}"]) for name in ("quick_tries", "tries")}
        return Limits(**whole, **{name: numbers[f"delivery.{name}"] for name in ("timeout", "first_wait", "claim_seconds")})

    def voice(self) -> Voice:
        """Who tells alerts now."""
        plain, numbers = self.library.open(Asked.plain()), self.numbers()
        stale = Settings.load(self.workspace.path / "overrides").days("last_day.stale_days")
        return Voice(plain.state.places, self.settings().base_url, plain.now, stale, int(numbers["message.shown"]))

    def facts(self) -> Facts:
        """What the rules are held against."""
        return facts_now(self.library, weeks=int(self.numbers()["replay.weeks"]))

    # -- working -------------------------------------------------------------------------------------------------------

    def check(self) -> book.Settled:
        """Holds every rule against what is known, and sends what is to be told, and what waits from before."""
        with self._turn:  # within one process one after the other; between processes the book decides
            voice = self.voice()
            settled = book.settle(
                self.workspace, self.rules(), self.facts(), now=voice.now, inside=inside(voice.places), compose=voice.compose
            )
            self.send()
            self.looked = Look(voice.now, "")
        return settled

    def try_check(self) -> None:
        """As `check`; what stops it is kept for the page, which tells it loudly."""
        try:
            self.check()
        except Exception as error:  # noqa: BLE001  a look that fails must be seen, and must not end the looking
            told = str(error) if isinstance(error, BelvedereError) else f"{type(error).__name__}: {error}"
            self.looked = Look(self.library.clock(), told)

    def send(self) -> int:
        """Sends what waits; returns how many messages left."""
        return deliver(self.workspace, self.settings(), self.limits(), clock=self.library.clock)

    def test(self, channel: str, lang: str) -> book.Attempt:
        """Sends a test message through a channel, and says how it went. Raises UnknownName."""
        settings = self.settings()
        if channel not in {*settings.channels, *settings.faults}:
            raise UnknownName("channel of the alerts", channel, {*settings.channels, *settings.faults} - {""})
        voice = self.voice()
        book.put_test(self.workspace, channel, voice.test(lang, channel), now=voice.now)
        self.send()
        return book.attempts(self.workspace, newest=1, channel=channel)[0]

    # -- trying out ----------------------------------------------------------------------------------------------------

    def judged(self, rule: Rule, facts: Facts) -> list[Judged]:
        """Everything in the scope of a rule, as it stands."""
        return judge(rule, facts, inside(self.library.open(Asked.plain()).state.places))

    def replayed(self, rule: Rule) -> Replayed | None:
        """The rule on the outlooks of the past weeks, all countries together; None for a kind whose past is not kept."""
        if rule.kind in (FEED, OUTLOOK):
            return None
        plain, weeks = self.library.open(Asked.plain()), int(self.numbers()["replay.weeks"])
        countries = [c for c in plain.countries if not rule.place or rule.place[:2] == c[:2]]
        found = [
            replay(rule, with_failures(past_outlooks(self.library.open(replace(Asked.plain(), country=c)), weeks=weeks)[:-1]),
                   inside=inside(plain.state.places))
            for c in countries
        ]  # fmt: skip
        return _together(found)


def inside(places: Places):
    """Whether the first place lies in the second, or is it."""

    def lies_in(place: str, scope: str) -> bool:
        return place == scope or (place in places and scope in places.ancestors(place))

    return lies_in


def _together(found: list[Replayed]) -> Replayed:
    """The sum over countries."""
    days = [day for one in found for day in (one.first, one.last) if day is not None]
    sums = {name: sum(getattr(one, name) for one in found) for name in ("outlooks", "alerts", "already", "not_come")}
    lead = tuple(days for one in found for days in one.lead_days)
    return Replayed(
        **sums, first=min(days, default=None), last=max(days, default=None), lead_days=lead,
        open_question=sum(one.open_question for one in found),
    )  # fmt: skip
