"""How messages leave: by e-mail and to an address of the installation's own (webhook). Nothing leaves unless it is set up.

`belvedere.toml` of the workspace:

    [alerts]
    base_url = "https://belvedere.example.org"      # of the links in the messages

    [alerts.channels.crisis-cell]
    kind = "email"
    host = "mail.example.org"                       # port 587 and STARTTLS, unless said otherwise
    sender = "belvedere@example.org"
    to = ["cell@example.org"]
    user = "belvedere"
    password_file = "keys/mail.password"            # mode 600; or the environment: BELVEDERE_PASSWORD_CRISIS_CELL

    [alerts.channels.duty-desk]
    kind = "webhook"
    url = "https://desk.example.org/belvedere"
    key_file = "keys/desk.key"                      # mode 600: signs what is sent
"""

from __future__ import annotations

import datetime as dt
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import tenacity
from pydantic import BaseModel, ConfigDict, Field, HttpUrl, ValidationError

from belvedere.desk import alert_book as book
from belvedere.desk.channels import Ambiguous, EmailChannel, Limits, Refused, TryAgain, WebhookChannel
from belvedere.store.workspace import Workspace

Clock = Callable[[], dt.datetime]
Channel = EmailChannel | WebhookChannel


class _Section(BaseModel):
    """The section [alerts] of the settings."""

    model_config = ConfigDict(extra="forbid")

    base_url: HttpUrl | None = None
    channels: dict[str, dict] = Field(default_factory=dict)


@dataclass(frozen=True)
class DeliverySettings:
    """Where messages go. faults: of channels (or "" for the whole section) whose settings cannot be used, in words."""

    base_url: str = ""
    channels: Mapping[str, Channel] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)


def read_settings(workspace: Workspace, environ: Mapping[str, str] = os.environ) -> DeliverySettings:
    """From `belvedere.toml` and the environment (BELVEDERE_BASE_URL, BELVEDERE_PASSWORD_<CHANNEL>).

    One channel that is written wrong does not keep the others from working: it is among the faults.
    """
    try:
        declared = tomllib.loads((workspace.path / "belvedere.toml").read_text(encoding="utf-8")).get("alerts", {})
        section = _Section.model_validate(declared)
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        return DeliverySettings(faults={"": f"belvedere.toml, [alerts]: {_told(error)}"})
    base = environ.get("BELVEDERE_BASE_URL") or (str(section.base_url) if section.base_url else "")
    channels, faults = {}, {}
    for name, values in section.channels.items():
        secret = environ.get(f"BELVEDERE_PASSWORD_{name.upper().replace('-', '_')}")
        try:
            channels[name] = _channel(values, workspace, secret)
        except ValidationError as error:
            faults[name] = f"belvedere.toml, [alerts.channels.{name}]: {_told(error)}"
        except Refused as error:
            faults[name] = str(error)
    return DeliverySettings(base.rstrip("/"), channels, faults)


def _channel(values: dict, workspace: Workspace, secret: str | None) -> Channel:
    kinds = {"email": EmailChannel, "webhook": WebhookChannel}
    kind = values.get("kind")
    if kind not in kinds:
        raise Refused(f"kind of channel: found {kind!r}, expected one of {', '.join(kinds)}")
    if "password" in values:
        raise Refused("password: found in belvedere.toml, expected it in a file (password_file, mode 600) or the environment")
    given = {name: value for name, value in values.items() if name != "kind"}
    for name in ("password_file", "key_file", "ca_file"):
        if name in given:
            given[name] = workspace.path / str(given[name])
    if kind == "email" and secret is not None:
        given["password"] = secret
    channel = kinds[kind].model_validate(given)
    channel.check()
    return channel


def _told(error: Exception) -> str:
    """What is wrong, without the values: one of them might be a secret in the wrong place."""
    if isinstance(error, ValidationError):
        return "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False))
    return str(error)


# --- sending what waits ---


def deliver(workspace: Workspace, settings: DeliverySettings, limits: Limits, *, clock: Clock) -> int:
    """Sends every message that waits, one after the other; returns how many left. Every try is a row of the book."""
    sent = 0
    while message := book.claim(workspace, now=clock(), after=limits.claim_seconds):
        outcome, reason, next_try_at = _send(workspace, message, settings, limits, clock)
        book.finish(workspace, message, outcome, reason, now=clock(), next_try_at=next_try_at)
        sent += outcome == book.SENT
    return sent


def _send(
    workspace: Workspace, message: book.Message, settings: DeliverySettings, limits: Limits, clock: Clock
) -> tuple[str, str, dt.datetime | None]:
    """(outcome, reason, next try) of one message."""
    channel = settings.channels.get(message.channel)
    if channel is None:
        missing = f"belvedere.toml has no channel {message.channel!r} in [alerts.channels]."
        return book.FAILED, settings.faults.get(message.channel, missing), None

    def note(state: tenacity.RetryCallState) -> None:
        now = clock()
        later = now + dt.timedelta(seconds=state.upcoming_sleep)
        book.note_attempt(workspace, message, str(state.outcome.exception()), now=now, next_try_at=later)

    quick = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(TryAgain), stop=tenacity.stop_after_attempt(limits.quick_tries),
        wait=tenacity.wait_random_exponential(max=limits.quick_wait), before_sleep=note, reraise=True,
    )  # fmt: skip
    try:
        remark = quick(channel.send, message, limits=limits, now=clock())
    except TryAgain as error:
        if message.tries >= limits.tries:
            return book.FAILED, f"{error} Given up after {message.tries} tries.", None
        wait = dt.timedelta(seconds=limits.first_wait * 2 ** (message.tries - 1))
        return book.AGAIN, str(error), clock() + wait
    except Ambiguous as error:
        return book.UNKNOWN, str(error), None
    except Refused as error:
        return book.FAILED, str(error), None
    except Exception as error:  # noqa: BLE001  whatever a channel raises must be told, and must not keep the others from working
        return book.UNKNOWN, f"{type(error).__name__}: {error}", None
    return book.SENT, remark, None
