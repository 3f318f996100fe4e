"""The two kinds of channel: a mail server, and an address that takes JSON.

Each knows three ways to fail: `TryAgain` (nothing was handed over), `Refused` (it will not be taken, however often), and
`Ambiguous` (handed over, and no answer came: it may have arrived).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import ipaddress
import json
import smtplib
import socket
import ssl
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import httpx
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from belvedere.errors import BelvedereError

if TYPE_CHECKING:
    from belvedere.desk.alert_book import Message

PORTS = {"starttls": 587, "ssl": 465, "none": 25}
METADATA_HOSTS = frozenset({"metadata.google.internal", "metadata", "instance-data"})
METADATA_ADDRESSES = frozenset(map(ipaddress.ip_address, ("169.254.169.254", "fd00:ec2::254", "100.100.100.200")))
TEMPORARY = frozenset({408, 425, 429, 500, 502, 503, 504})
SIGNATURE, TIMESTAMP, NUMBER = "Belvedere-Signature", "Belvedere-Timestamp", "Belvedere-Message"


class TryAgain(BelvedereError):
    """Nothing was handed over; a later try may succeed."""


class Refused(BelvedereError):
    """It will not be taken as it stands."""


class Ambiguous(BelvedereError):
    """It was handed over and no answer came: it may have arrived."""


@dataclass(frozen=True)
class Limits:
    """Waits and tries, in seconds and counts: rows `delivery.*` of the reference table `alerts`."""

    timeout: float
    quick_tries: int
    tries: int
    first_wait: float
    claim_seconds: float
    quick_wait: float = 1.0


class _Channel(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class EmailChannel(_Channel):
    """A mail server. security: starttls, ssl, or none, which takes no password."""

    host: str = Field(min_length=1)
    sender: str = Field(pattern=r"^[^\s@]+@[^\s@]+$")
    to: tuple[str, ...] = Field(min_length=1)
    port: int | None = Field(default=None, ge=1, le=65535)
    security: Literal["starttls", "ssl", "none"] = "starttls"
    user: str | None = None
    password: SecretStr | None = Field(default=None, exclude=True)
    password_file: Path | None = None
    ca_file: Path | None = None

    @property
    def kind(self) -> str:
        return "email"

    @property
    def told(self) -> str:
        """Where it goes, for people: never a secret."""
        return f"{', '.join(self.to)} ({self.host})"

    def check(self) -> None:
        """Raises Refused for a password that would travel in clear, or a file of secrets that others may read."""
        if self.security == "none" and self.user is not None:
            raise Refused("security = 'none' with a user: the password would travel in clear. Expected starttls or ssl.")
        if self.user is not None and self.password is None:
            _secret(self.password_file, "password_file")

    def send(self, message: Message, *, limits: Limits, now: dt.datetime) -> str:
        """Hands the message to the server. Returns a remark: whom it refused among several; "" mostly."""
        mail = self._mail(message, now)
        with self._connected(limits.timeout) as server:
            try:
                refused = server.send_message(mail)
            except smtplib.SMTPRecipientsRefused as error:
                codes = {code for code, _text in error.recipients.values()}
                kind = TryAgain if all(400 <= code < 500 for code in codes) else Refused
                raise kind(f"{self.host} refused every recipient: {_codes(error.recipients)}") from None
            except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
                kind = TryAgain if 400 <= error.smtp_code < 500 else Refused
                raise kind(f"{self.host} answered {error.smtp_code}: {_plain(error.smtp_error)}") from None
            except (smtplib.SMTPServerDisconnected, OSError) as error:
                raise Ambiguous(f"{self.host} broke off while it took the message ({error}): it may have arrived.") from None
        return f"refused: {_codes(refused)}" if refused else ""

    def _mail(self, message: Message, now: dt.datetime) -> EmailMessage:
        mail = EmailMessage()
        mail["From"], mail["To"] = self.sender, ", ".join(self.to)
        mail["Subject"] = " ".join(message.subject.split())
        mail["Date"] = format_datetime(now)
        mail["Message-ID"] = f"<{message.key.replace(' ', '.')[:64]}@{self.sender.split('@')[1]}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.body)
        return mail

    @contextmanager
    def _connected(self, timeout: float) -> Iterator[smtplib.SMTP]:
        """A server that is ready to take a message. Until then nothing was handed over."""
        try:
            server = self._connect(timeout)
        except smtplib.SMTPAuthenticationError as error:
            raise Refused(f"{self.host} does not take the password of {self.user!r} ({error.smtp_code}).") from None
        except ssl.SSLCertVerificationError as error:
            raise Refused(f"The certificate of {self.host} does not hold: {error.verify_message}") from None
        except smtplib.SMTPNotSupportedError as error:
            raise Refused(f"{self.host}: {error}") from None
        except (smtplib.SMTPException, OSError) as error:
            raise TryAgain(f"{self.host}:{self.port or PORTS[self.security]} cannot be reached: {error}.") from None
        try:
            yield server
        finally:
            with suppress(smtplib.SMTPException, OSError):
                server.quit()

    def _connect(self, timeout: float) -> smtplib.SMTP:
        where = (self.host, self.port or PORTS[self.security])
        trust = ssl.create_default_context(cafile=None if self.ca_file is None else str(self.ca_file))
        if self.security == "ssl":
            server: smtplib.SMTP = smtplib.SMTP_SSL(*where, timeout=timeout, context=trust)
        else:
            server = smtplib.SMTP(*where, timeout=timeout)
        try:
            if self.security == "starttls":
                server.starttls(context=trust)
            if self.user is not None:
                server.login(self.user, self._password())
        except BaseException:
            server.close()
            raise
        return server

    def _password(self) -> str:
        return self.password.get_secret_value() if self.password is not None else _secret(self.password_file, "password_file")


class WebhookChannel(_Channel):
    """An address that takes a signed JSON body by POST. allow_link_local: also addresses of the machine's own neighbourhood."""

    url: str = Field(min_length=1)
    key_file: Path
    ca_file: Path | None = None
    allow_link_local: bool = False

    @property
    def kind(self) -> str:
        return "webhook"

    @property
    def told(self) -> str:
        """Host and scheme: the path may hold a secret."""
        address = httpx.URL(self.url)
        return f"{address.scheme}://{address.netloc.decode()}"

    def check(self) -> None:
        """Raises Refused for an address that is no web address, or one of the machine's own neighbourhood."""
        try:
            address = httpx.URL(self.url)
        except httpx.InvalidURL as error:
            raise Refused(f"url: {error}") from None
        if address.scheme not in ("http", "https") or not address.host:
            raise Refused(f"url: found scheme {address.scheme!r}, expected https (or http) and a host")
        if address.userinfo:
            raise Refused("url: found a user or password in the address, expected none: the body is signed instead")
        _secret(self.key_file, "key_file")
        if not self.allow_link_local:
            _refuse_neighbourhood(address.host)

    def send(self, message: Message, *, limits: Limits, now: dt.datetime) -> str:
        """Hands the message over. Returns "" when it was taken."""
        address = httpx.URL(self.url)
        if not self.allow_link_local:
            _refuse_resolved(address.host)
        body = json.dumps(message.content, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json", "User-Agent": "Belvedere", NUMBER: str(message.id),
                   **signed(body, _secret(self.key_file, "key_file").encode(), now)}  # fmt: skip
        trust = ssl.create_default_context(cafile=None if self.ca_file is None else str(self.ca_file))
        try:
            # No proxy, no .netrc, no cookie of the environment: the address as it is written, and no other.
            with httpx.Client(timeout=limits.timeout, follow_redirects=False, trust_env=False, verify=trust) as client:
                status = client.post(address, content=body, headers=headers).status_code
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            if "certificate" in str(error).lower():
                raise Refused(f"The certificate of {address.host} does not hold: {error}") from None
            raise TryAgain(f"{self.told} cannot be reached: {error or type(error).__name__}.") from None
        except httpx.TransportError as error:
            raise Ambiguous(f"{self.told} gave no answer ({type(error).__name__}): it may have arrived.") from None
        if 200 <= status < 300:
            return ""
        if 300 <= status < 400:
            raise Refused(
                f"{self.told} answered {status}, another address: it is not followed. Write that one in the settings."
            )
        raise (TryAgain if status in TEMPORARY else Refused)(f"{self.told} answered {status}.")


def signed(body: bytes, key: bytes, now: dt.datetime) -> dict[str, str]:
    """The headers that prove who sent a body, and when: HMAC-SHA256 of the time, a full stop and the body."""
    at = str(int(now.timestamp()))
    digest = hmac.new(key, at.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {TIMESTAMP: at, SIGNATURE: f"v1={digest}"}


def _secret(path: Path | None, name: str) -> str:
    """The text of a file that its owner alone may read. Raises Refused."""
    if path is None:
        raise Refused(f"{name}: found nothing, expected a file (mode 600) with the secret; passwords also from the environment")
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        text = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise Refused(f"{name}: {path.name} cannot be read: {error.strerror}.") from None
    if mode & 0o077:
        raise Refused(f"{name}: {path.name} may be read by others (mode {mode:o}). Run: chmod 600 {path.name}")
    if not text:
        raise Refused(f"{name}: {path.name} is empty.")
    return text


def _refuse_neighbourhood(host: str) -> None:
    """Raises Refused for a host that is written as a link-local address, in any of the ways they can be written."""
    name = host.strip("[]").rstrip(".").lower()
    if name in METADATA_HOSTS:
        raise _neighbour(host)
    try:
        address = ipaddress.ip_address(name.split("%")[0])
    except ValueError:
        try:
            address = ipaddress.ip_address(socket.inet_aton(name))  # 2852039166, 0xa9.254.43518: the same as 169.254.169.254
        except OSError:
            return
    if _near(address):
        raise _neighbour(host)


def _refuse_resolved(host: str) -> None:
    """Raises Refused if the name leads to such an address; TryAgain if it leads nowhere."""
    try:
        found = {row[4][0] for row in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
    except OSError as error:
        raise TryAgain(f"{host} is not known to the name service: {error.strerror}.") from None
    if any(_near(ipaddress.ip_address(address.split("%")[0])) for address in found):
        raise _neighbour(host)


def _near(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    plain = getattr(address, "ipv4_mapped", None) or address
    return plain.is_link_local or plain.is_multicast or plain.is_unspecified or plain in METADATA_ADDRESSES


def _neighbour(host: str) -> Refused:
    return Refused(
        f"url: {host} is an address of the machine's own neighbourhood (link-local or metadata), expected one of a service; "
        "if it is meant, add allow_link_local = true"
    )


def _codes(refused: dict) -> str:
    return ", ".join(f"{who} ({code} {_plain(text)})" for who, (code, text) in refused.items())


def _plain(text: bytes | str) -> str:
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
