"""Messages leave through real servers on this machine; every try is a row, and what is uncertain is called so."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import smtplib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from belvedere.desk import alert_book as book
from belvedere.desk import channels
from belvedere.desk.channels import EmailChannel, Limits, Refused, WebhookChannel
from belvedere.desk.delivery import deliver, read_settings
from tests.desk.alert_facts import NOW

LIMITS = Limits(timeout=3, quick_tries=2, tries=2, first_wait=60, claim_seconds=300, quick_wait=0.01)
DRAFT = book.Draft("Two alerts\nBcc: x@example.org", "Nord : 98 %\n", {"version": 1, "alerts": [{"name": "Nord"}]})


def write_settings(workspace, text: str, *, keys: dict[str, int] | None = None) -> None:
    for name, mode in (keys or {}).items():
        (workspace.path / "keys" / name).write_text("a secret\n")
        (workspace.path / "keys" / name).chmod(mode)
    path = workspace.path / "belvedere.toml"
    path.write_text(f"{path.read_text()}\n[alerts]\nbase_url = 'https://b.example.org/'\n{text}")


def email(port: int, **more) -> str:
    given = {"kind": "email", "host": "127.0.0.1", "port": port, "security": "none", "sender": "b@example.org",
             "to": ["cell@example.org"], **more}  # fmt: skip
    return "[alerts.channels.desk]\n" + "".join(f"{k} = {json.dumps(v)}\n" for k, v in given.items())


def webhook(url: str, **more) -> str:
    given = {"kind": "webhook", "url": url, "key_file": "keys/desk.key", **more}
    return "[alerts.channels.desk]\n" + "".join(f"{k} = {json.dumps(v)}\n" for k, v in given.items())


def send(workspace, *, at: dt.datetime = NOW, environ=None) -> book.Attempt:
    """One message through the channel `desk`, if none waits; returns the newest try."""
    if not any(m.state == book.WAITING for m in book.messages(workspace, newest=1)):
        book.put_test(workspace, "desk", DRAFT, now=at)
    deliver(workspace, read_settings(workspace, environ or {}), LIMITS, clock=lambda: at)
    return book.attempts(workspace, newest=1)[0]


def closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


# --- e-mail ---


class Inbox:
    """A mail server's handler: keeps what comes, or answers as it is told."""

    def __init__(self, answer: str = "250 OK") -> None:
        self.answer, self.mails = answer, []

    async def handle_DATA(self, _server, _session, envelope) -> str:
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return self.answer


@contextmanager
def mail_server(inbox: Inbox, **options) -> Iterator[int]:
    controller = Controller(inbox, hostname="127.0.0.1", port=closed_port(), **options)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def test_an_e_mail_arrives_whole_once_and_without_headers_of_others(workspace):
    inbox = Inbox()
    with mail_server(inbox) as port:
        write_settings(workspace, email(port, to=["cell@example.org", "desk@example.org"]))
        assert send(workspace).outcome == book.SENT
        assert deliver(workspace, read_settings(workspace, {}), LIMITS, clock=lambda: NOW) == 0
    mail = inbox.mails[0]
    assert len(inbox.mails) == 1 and mail["Subject"] == "Two alerts Bcc: x@example.org" and mail["Bcc"] is None
    assert mail["To"] == "cell@example.org, desk@example.org" and mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content().strip() == "Nord : 98 %"


@pytest.mark.parametrize(("answer", "outcome"), [("451 later", book.AGAIN), ("550 no", book.FAILED)])
def test_a_mail_server_that_refuses_is_told_with_its_answer(workspace, answer, outcome):
    with mail_server(Inbox(answer)) as port:
        write_settings(workspace, email(port))
        tried = send(workspace)
    assert tried.outcome == outcome and answer[:3] in tried.reason
    assert (tried.next_try_at is not None) == (outcome == book.AGAIN)


def test_a_server_that_is_away_is_tried_at_once_then_later_then_given_up(workspace):
    write_settings(workspace, email(closed_port()))
    assert send(workspace).next_try_at == NOW + dt.timedelta(seconds=LIMITS.first_wait)
    assert [t.outcome for t in book.attempts(workspace, newest=9)] == [book.AGAIN, book.AGAIN]
    last = send(workspace, at=NOW + dt.timedelta(minutes=2))
    assert last.outcome == book.FAILED and "Given up after 2 tries" in last.reason
    assert book.messages(workspace, newest=1)[0].state == book.FAILED


def test_a_connection_lost_while_the_message_is_taken_is_unknown_not_sent_again(workspace):
    class Breaks(Inbox):
        async def handle_DATA(self, server, session, envelope):
            await super().handle_DATA(server, session, envelope)
            server.transport.abort()

    inbox = Breaks()
    with mail_server(inbox) as port:
        write_settings(workspace, email(port))
        assert send(workspace).outcome == book.UNKNOWN
        assert deliver(workspace, read_settings(workspace, {}), LIMITS, clock=lambda: NOW + dt.timedelta(days=1)) == 0
    assert len(inbox.mails) == 1


def test_a_password_comes_from_the_environment_or_a_file_of_ones_own_and_never_travels_in_clear(workspace):
    write_settings(workspace, email(1, security="none", user="b", password_file="keys/mail"), keys={"mail": 0o600})
    assert "in clear" in read_settings(workspace, {}).faults["desk"]


@pytest.mark.parametrize(
    ("mode", "environ", "fault"), [(0o644, {}, "chmod 600"), (0o600, {}, None), (0o644, {"BELVEDERE_PASSWORD_DESK": "p"}, None)]
)
def test_a_file_of_secrets_that_others_may_read_is_refused(workspace, mode, environ, fault):
    write_settings(workspace, email(1, security="starttls", user="b", password_file="keys/mail"), keys={"mail": mode})
    settings = read_settings(workspace, environ)
    assert (fault in settings.faults["desk"]) if fault else ("desk" in settings.channels)


def test_a_server_without_encryption_gets_no_message_where_encryption_is_asked(workspace):
    inbox = Inbox()
    with mail_server(inbox) as port:
        write_settings(workspace, email(port, security="starttls"))
        tried = send(workspace)
    assert tried.outcome == book.FAILED and "STARTTLS" in tried.reason and inbox.mails == []


def test_a_wrong_password_is_not_tried_again(workspace, monkeypatch):
    def refuse(_server, _session, _envelope, _mechanism, _data):
        return AuthResult(success=False, handled=False)

    inbox = Inbox()
    with mail_server(inbox, authenticator=refuse, auth_require_tls=False) as port:
        server = smtplib.SMTP("127.0.0.1", port, timeout=3)
        channel = EmailChannel(host="127.0.0.1", sender="b@example.org", to=("c@example.org",), user="b", password="wrong")

        def connect(_self, _timeout):
            server.login("b", "wrong")

        monkeypatch.setattr(EmailChannel, "_connect", connect)
        book.put_test(workspace, "desk", DRAFT, now=NOW)
        with pytest.raises(Refused, match="password"):
            channel.send(book.messages(workspace, newest=1)[0], limits=LIMITS, now=NOW)
        server.close()
    assert inbox.mails == []


# --- webhook ---


class Desk(BaseHTTPRequestHandler):
    """An address that keeps what it gets and answers as its server is told."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((dict(self.headers), body, self.path))
        answer = self.server.answers.pop(0) if len(self.server.answers) > 1 else self.server.answers[0]
        if answer == 0:
            self.connection.close()
            return
        self.send_response(answer)
        self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/other")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args) -> None:
        """Says nothing."""


@contextmanager
def desk_server(*answers: int) -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
    server.got, server.answers = [], list(answers)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_webhook_gets_the_body_and_can_tell_who_sent_it_and_when(workspace):
    with desk_server(204) as server:
        write_settings(workspace, webhook(f"http://127.0.0.1:{server.server_port}/in"), keys={"desk.key": 0o600})
        assert send(workspace).outcome == book.SENT
    headers, body, path = server.got[0]
    assert (json.loads(body), path) == (DRAFT.content, "/in")
    expected = hmac.new(b"a secret", f"{int(NOW.timestamp())}.".encode() + body, hashlib.sha256).hexdigest()
    assert headers[channels.SIGNATURE] == f"v1={expected}" and headers[channels.TIMESTAMP] == str(int(NOW.timestamp()))
    assert headers[channels.NUMBER] == str(book.messages(workspace, newest=1)[0].id)


@pytest.mark.parametrize(
    ("answers", "outcome", "calls"),
    [
        ((503, 200), book.SENT, 2),
        ((503,), book.AGAIN, 2),
        ((401,), book.FAILED, 1),
        ((302,), book.FAILED, 1),
        ((0,), book.UNKNOWN, 1),
    ],
)
def test_what_a_webhook_answers_decides_whether_it_is_tried_again(workspace, answers, outcome, calls):
    with desk_server(*answers) as server:
        write_settings(workspace, webhook(f"http://127.0.0.1:{server.server_port}/in"), keys={"desk.key": 0o600})
        assert send(workspace).outcome == outcome
    assert [path for _headers, _body, path in server.got] == ["/in"] * calls


@pytest.mark.parametrize(
    "url",
    ["http://169.254.169.254/latest", "http://[fe80::1]/x", "http://2852039166/", "http://0xa9fea9fe/", "http://[::ffff:169.254.169.254]/",
     "http://metadata.google.internal/", "http://0.0.0.0/", "ftp://example.org/", "https://user:pw@example.org/", "file:///etc/hosts"],
)  # fmt: skip
def test_addresses_that_no_service_has_are_refused_before_anything_is_sent(workspace, url):
    write_settings(workspace, webhook(url), keys={"desk.key": 0o600})
    assert "desk" in read_settings(workspace, {}).faults


def test_a_name_that_leads_into_the_neighbourhood_is_refused_when_it_is_used(workspace, monkeypatch):
    write_settings(workspace, webhook("https://desk.example.org/in"), keys={"desk.key": 0o600})
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("169.254.169.254", 443))]
    monkeypatch.setattr(channels.socket, "getaddrinfo", lambda *_args, **_more: found)
    tried = send(workspace)
    assert tried.outcome == book.FAILED and "neighbourhood" in tried.reason


def test_the_neighbourhood_can_be_allowed(workspace):
    write_settings(workspace, webhook("http://169.254.1.1/in", allow_link_local=True), keys={"desk.key": 0o600})
    assert isinstance(read_settings(workspace, {}).channels["desk"], WebhookChannel)


# --- settings ---


def test_one_channel_written_wrong_does_not_keep_the_others_from_working(workspace):
    text = email(25) + "[alerts.channels.other]\nkind = 'pigeon'\n[alerts.channels.third]\nkind = 'email'\nhost = 'h'\n"
    write_settings(workspace, text)
    settings = read_settings(workspace, {})
    assert (set(settings.channels), set(settings.faults)) == ({"desk"}, {"other", "third"})
    assert "pigeon" in settings.faults["other"] and settings.base_url == "https://b.example.org"
    assert read_settings(workspace, {"BELVEDERE_BASE_URL": "https://c.example.org/"}).base_url == "https://c.example.org"


def test_a_password_written_into_the_settings_is_refused_and_not_repeated(workspace):
    write_settings(workspace, email(25, password="hunter2"))
    settings = read_settings(workspace, {})
    assert settings.channels == {} and "password_file" in settings.faults["desk"] and "hunter2" not in settings.faults["desk"]


def test_a_message_for_a_channel_that_is_not_there_fails_loudly(workspace):
    tried = send(workspace)
    assert tried.outcome == book.FAILED and "no channel 'desk'" in tried.reason


def test_a_workspace_without_settings_has_no_channel(workspace):
    settings = read_settings(workspace, {})
    assert (dict(settings.channels), dict(settings.faults), settings.base_url) == ({}, {}, "")
