"""The book of the alerts: what is open, what people were told, and whether it arrived.

    settle(workspace, rules, facts, now=now, inside=inside, compose=compose)   # decides, in one transaction
    while message := claim(workspace, now=now, after=seconds): …               # sends, each message taken by one process
    finish(workspace, message, SENT, "", now=now)

Deciding and sending are apart. A message is decided on once: whoever decides holds the table, and its key is unique. It is
taken up by one process; if that one dies before it says how it ended, the message is marked *unknown*: it may have arrived, so
it is not sent again by itself, and the page says so.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import sqlalchemy as sa

from belvedere.desk.alert_rules import Rule
from belvedere.desk.alerts import CLOSED, NOTHING, OPEN, Alert, Facts, Inside, Judged, due, evaluate
from belvedere.errors import BelvedereError, UnknownName
from belvedere.store import register
from belvedere.store.engine import reading, writing
from belvedere.store.workspace import Workspace

WAITING, SENDING, SENT, FAILED, UNKNOWN, AGAIN = "waiting", "sending", "sent", "failed", "unknown", "again"
ALERTS, TEST = "alerts", "test"
A, M, T = register.alerts, register.alert_messages, register.alert_attempts


@dataclass(frozen=True)
class Draft:
    """A message as it is to be sent. content: its JSON body."""

    subject: str
    body: str
    content: Mapping[str, object]


Compose = Callable[[str, Sequence[Alert], Sequence[Alert]], Draft]
"""Language, alerts to tell (the gravest first), all that stay open -> the message."""


@dataclass(frozen=True)
class Message:
    """A message of the book. state: waiting, sending, sent, failed or unknown."""

    id: int
    key: str
    channel: str
    kind: str
    created_at: dt.datetime
    subject: str
    body: str
    content: dict
    state: str
    tries: int
    next_try_at: dt.datetime | None
    claimed_at: dt.datetime | None
    claimed_by: str | None
    ended_at: dt.datetime | None


@dataclass(frozen=True)
class Attempt:
    """One try to send a message. outcome: sent, failed, again (will be tried once more) or unknown."""

    message_id: int
    channel: str
    subject: str
    at: dt.datetime
    outcome: str
    reason: str
    next_try_at: dt.datetime | None


@dataclass(frozen=True)
class Settled:
    """What one look decided: how many alerts opened, closed and stay open; the numbers of the messages."""

    raised: int
    cleared: int
    open: int
    messages: tuple[int, ...]


# --- deciding ---


def settle(
    workspace: Workspace, rules: Mapping[str, Rule], facts: Facts, *, now: dt.datetime, inside: Inside, compose: Compose
) -> Settled:
    """Holds the rules against what is known, keeps what opened and closed, and decides on the messages: one for each channel
    and language, however many alerts it tells of."""
    with _alone(workspace) as connection:
        standing = _alerts(connection, A.c.open_key.is_not(None))
        verdict = evaluate(rules.values(), facts, standing, now, inside=inside)
        for judged in verdict.raised:
            _open(connection, judged, rules[judged.rule], now)
        for alert, found in verdict.still:
            if found is not None and found.value is not None:
                _update(connection, alert.id, facts=dict(found.facts), judged_at=now)
        for alert, found, why in verdict.cleared:
            known = {} if found is None else {"facts": dict(found.facts), "judged_at": now}
            _update(connection, alert.id, open_key=None, closed_at=now, closed_because=why, **known)
        untold = sa.and_(A.c.closed_at.is_not(None), A.c.told == OPEN)
        alerts = _alerts(connection, sa.or_(A.c.open_key.is_not(None), untold))
        messages = _decide(connection, due(alerts, rules, now), alerts, rules, now, compose)
        left = sum(alert.open for alert in alerts)
    return Settled(len(verdict.raised), len(verdict.cleared), left, tuple(messages))


def _open(connection: sa.Connection, judged: Judged, rule: Rule, now: dt.datetime) -> None:
    """A new alert; or the last one on the same thing once more, if people were told of it too lately to be told anew."""
    same = sa.and_(A.c.rule == judged.rule, A.c.subject == judged.subject, A.c.level == judged.level)
    last = connection.execute(sa.select(A).where(same).order_by(A.c.id.desc()).limit(1)).mappings().first()
    state = {"open_key": judged.key, "facts": dict(judged.facts), "judged_at": now}
    resting = last is not None and last["told_at"] is not None and now - last["told_at"] < dt.timedelta(hours=rule.least_hours)
    if last is not None and (resting or last["told"] == OPEN):
        unmade = {"acknowledged_at": None, "acknowledged_by": None, "acknowledged_reason": None}
        _update(connection, last["id"], closed_at=None, closed_because=None, **state, **unmade)
        return
    connection.execute(
        sa.insert(A).values(
            rule=judged.rule, kind=judged.kind, subject=judged.subject, level=judged.level, opened_at=now, told=NOTHING,
            tellings=0, **state,
        )
    )  # fmt: skip


def _decide(
    connection: sa.Connection,
    telling: Sequence[Alert],
    alerts: Sequence[Alert],
    rules: Mapping[str, Rule],
    now,
    compose: Compose,
) -> Iterator[int]:
    groups: dict[tuple[str, str], list[Alert]] = {}
    for alert in telling:
        rule = rules[alert.rule]
        for channel in rule.channels:
            groups.setdefault((channel, rule.language), []).append(alert)
    standing = [alert for alert in alerts if alert.open]
    made = []
    for (channel, lang), told in groups.items():
        key = ",".join(f"{alert.id}.{alert.tellings + 1}" for alert in told)
        draft = compose(lang, told, standing)
        made.append(
            _insert(connection, hashlib.sha256(f"{channel} {lang} {key}".encode()).hexdigest(), channel, ALERTS, draft, now)
        )
    for alert in telling:
        _update(
            connection, alert.id, told=OPEN if alert.open else CLOSED, told_at=now, told_facts=dict(alert.facts),
            tellings=alert.tellings + 1,
        )  # fmt: skip
    return made


def put_test(workspace: Workspace, channel: str, draft: Draft, *, now: dt.datetime) -> int:
    """A message that only says that the channel works, waiting to be sent. Returns its number."""
    with _alone(workspace) as connection:
        number = connection.execute(sa.select(sa.func.count()).select_from(M)).scalar_one()
        return _insert(connection, f"{TEST} {channel} {now.isoformat()} {number}", channel, TEST, draft, now)


def _insert(connection: sa.Connection, key: str, channel: str, kind: str, draft: Draft, now: dt.datetime) -> int:
    row = connection.execute(
        sa.insert(M).values(
            key=key, channel=channel, kind=kind, created_at=now, subject=draft.subject, body=draft.body,
            content=dict(draft.content), state=WAITING, tries=0, next_try_at=now,
        )
    )  # fmt: skip
    return row.inserted_primary_key[0]


@contextmanager
def _alone(workspace: Workspace) -> Iterator[sa.Connection]:
    """A transaction in which no other process decides."""
    with writing(workspace.engine) as connection:
        if connection.dialect.name == "postgresql":
            # SQLite's write lock already keeps the others waiting.
            connection.exec_driver_sql("LOCK TABLE alerts IN SHARE ROW EXCLUSIVE MODE")
        yield connection


# --- sending ---


def claim(workspace: Workspace, *, now: dt.datetime, after: float) -> Message | None:
    """The next message that waits, taken for this process; None if none does. after: seconds from which on a sending that has
    not ended is taken for cut off, and marked unknown."""
    with writing(workspace.engine) as connection:
        _mark_cut_off(connection, now, now - dt.timedelta(seconds=after))
        waiting = sa.and_(M.c.state == WAITING, M.c.next_try_at <= now)
        found = connection.execute(sa.select(M.c.id).where(waiting).order_by(M.c.id).limit(1)).scalar()
        if found is None:
            return None
        owner = f"{socket.gethostname()} {os.getpid()}"
        taken = connection.execute(
            sa.update(M)
            .where(M.c.id == found, M.c.state == WAITING)
            .values(state=SENDING, claimed_at=now, claimed_by=owner, tries=M.c.tries + 1)
        )
        if taken.rowcount == 0:  # another process was quicker
            return None
        return Message(**connection.execute(sa.select(M).where(M.c.id == found)).mappings().one())


def _mark_cut_off(connection: sa.Connection, now: dt.datetime, before: dt.datetime) -> None:
    lost = sa.and_(M.c.state == SENDING, M.c.claimed_at < before)
    for row in connection.execute(sa.select(M.c.id, M.c.claimed_by).where(lost)).all():
        connection.execute(sa.update(M).where(M.c.id == row.id).values(state=UNKNOWN, ended_at=now))
        reason = f"The process that sent it ({row.claimed_by}) stopped before it could say whether it arrived."
        connection.execute(sa.insert(T).values(message_id=row.id, at=now, outcome=UNKNOWN, reason=reason))


def note_attempt(workspace: Workspace, message: Message, reason: str, *, now: dt.datetime, next_try_at: dt.datetime) -> None:
    """A try that failed and is made once more at once."""
    with writing(workspace.engine) as connection:
        connection.execute(
            sa.insert(T).values(message_id=message.id, at=now, outcome=AGAIN, reason=reason, next_try_at=next_try_at)
        )


def finish(
    workspace: Workspace,
    message: Message,
    outcome: str,
    reason: str,
    *,
    now: dt.datetime,
    next_try_at: dt.datetime | None = None,
) -> None:
    """How a sending ended. outcome: sent, failed, unknown; again, with the time of the next try."""
    state = WAITING if outcome == AGAIN else outcome
    with writing(workspace.engine) as connection:
        connection.execute(
            sa.update(M)
            .where(M.c.id == message.id)
            .values(state=state, next_try_at=next_try_at, ended_at=None if outcome == AGAIN else now)
        )
        connection.execute(
            sa.insert(T).values(message_id=message.id, at=now, outcome=outcome, reason=reason, next_try_at=next_try_at)
        )


# --- reading ---


def open_alerts(workspace: Workspace) -> list[Alert]:
    """Every open alert, in the order in which they opened."""
    with reading(workspace.engine) as connection:
        return _alerts(connection, A.c.open_key.is_not(None))


def closed_alerts(workspace: Workspace, *, newest: int) -> list[Alert]:
    """Alerts that have closed, the newest first."""
    query = sa.select(A).where(A.c.open_key.is_(None)).order_by(A.c.closed_at.desc()).limit(newest)
    with reading(workspace.engine) as connection:
        return [_alert(row) for row in connection.execute(query).mappings()]


def alert(workspace: Workspace, id: int) -> Alert:
    """One alert. Raises UnknownName."""
    with reading(workspace.engine) as connection:
        found = _alerts(connection, A.c.id == id)
        if not found:
            raise UnknownName("alert", id, map(str, connection.execute(sa.select(A.c.id)).scalars()))
    return found[0]


def acknowledge(workspace: Workspace, id: int, reason: str, *, by: str, now: dt.datetime) -> Alert:
    """The alert, acknowledged: people are not told of it again until it closes. Raises UnknownName, BelvedereError."""
    if not reason.strip():
        raise BelvedereError(f"alert {id}: found no reason, expected why it needs no further message: the next reader will ask")
    found = alert(workspace, id)
    if not found.open:
        raise BelvedereError(f"Alert {id} closed on {found.closed_at:%Y-%m-%d %H:%M} UTC; there is nothing to acknowledge.")
    given = {"acknowledged_at": now, "acknowledged_by": by, "acknowledged_reason": reason.strip()}
    with writing(workspace.engine) as connection:
        _update(connection, id, **given)
    return replace(found, **given)


def attempts(workspace: Workspace, *, newest: int, channel: str | None = None) -> list[Attempt]:
    """Tries to send, newest first."""
    query = sa.select(T, M.c.channel, M.c.subject).join(M, T.c.message_id == M.c.id).order_by(T.c.id.desc()).limit(newest)
    if channel is not None:
        query = query.where(M.c.channel == channel)
    with reading(workspace.engine) as connection:
        rows = connection.execute(query).mappings().all()
    return [Attempt(**{name: row[name] for name in Attempt.__dataclass_fields__}) for row in rows]


def messages(workspace: Workspace, *, newest: int) -> list[Message]:
    """Messages, newest first."""
    with reading(workspace.engine) as connection:
        rows = connection.execute(sa.select(M).order_by(M.c.id.desc()).limit(newest)).mappings().all()
    return [Message(**row) for row in rows]


def last_attempts(workspace: Workspace) -> dict[str, Attempt]:
    """Channel -> its newest try."""
    newest = sa.select(sa.func.max(T.c.id)).join(M, T.c.message_id == M.c.id).group_by(M.c.channel)
    query = sa.select(T, M.c.channel, M.c.subject).join(M, T.c.message_id == M.c.id).where(T.c.id.in_(newest))
    with reading(workspace.engine) as connection:
        rows = connection.execute(query).mappings().all()
    return {row["channel"]: Attempt(**{name: row[name] for name in Attempt.__dataclass_fields__}) for row in rows}


def mark(workspace: Workspace) -> str:
    """Changes whenever the book does in what the pages show: what is open, acknowledged, tried."""
    query = sa.select(
        sa.select(sa.func.count()).select_from(A).scalar_subquery(),
        sa.select(sa.func.count(A.c.open_key)).scalar_subquery(),
        sa.select(sa.func.max(A.c.judged_at)).scalar_subquery(),
        sa.select(sa.func.max(A.c.acknowledged_at)).scalar_subquery(),
        sa.select(sa.func.max(T.c.id)).scalar_subquery(),
    )
    with reading(workspace.engine) as connection:
        return repr(tuple(connection.execute(query).one()))


def _alerts(connection: sa.Connection, condition: sa.ColumnElement) -> list[Alert]:
    return [_alert(row) for row in connection.execute(sa.select(A).where(condition).order_by(A.c.id)).mappings()]


def _alert(row: Mapping[str, object]) -> Alert:
    return Alert(**{name: value for name, value in row.items() if name != "open_key"})


def _update(connection: sa.Connection, id: int, **values: object) -> None:
    connection.execute(sa.update(A).where(A.c.id == id).values(**values))
