"""What a feed's history must be, told slowly: dictionaries, one version after the other, one key after the other.

Written from the words of `belvedere.store.history`, not from its SQL.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field

Key = Hashable
WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Cell:
    """What a file says of one key."""

    value: float | None
    status: str
    usual_at: dt.datetime


@dataclass(frozen=True)
class Told:
    """One file in time: what it says, what it was meant to say but was set aside, and what its silence means."""

    at: dt.datetime
    basis: str
    covers: str
    cells: dict[Key, Cell] = field(default_factory=dict)
    exempt: frozenset[Key] = frozenset()
    judged: bool = True
    grace: dt.timedelta = dt.timedelta(0)


@dataclass(frozen=True)
class Fact:
    """One row at rest: from when on it was known, how we know that, and what it says."""

    known_at: dt.datetime
    basis: str
    value: float | None
    status: str
    withdrawn: bool


Facts = dict[Key, list[Fact]]


def replay(versions: Iterable[Told]) -> Facts:
    """Every fact of every key, in the order in which the versions, taken by their time, bring them."""
    facts: Facts = defaultdict(list)
    previous: dt.datetime | None = None
    for version in sorted(versions, key=lambda v: v.at):
        gone = _absent(version, facts)
        for key, cell in version.cells.items():
            new = _said(version, cell, facts[key], previous)
            facts[key] += [new] if new else []
        for key in gone:
            facts[key].append(Fact(version.at, version.basis, None, WITHDRAWN, True))
        if version.covers in ("whole_history", "window"):
            previous = version.at
    return {key: told for key, told in facts.items() if told}


def _said(version: Told, cell: Cell, before: list[Fact], previous: dt.datetime | None) -> Fact | None:
    """What a cell adds to what was known of its key; None if nothing."""
    takes_back = cell.status == WITHDRAWN
    own_time = Fact(version.at, version.basis, cell.value, cell.status, takes_back)
    if not before:
        if takes_back:
            return None
        return Fact(cell.usual_at, "assumed", cell.value, cell.status, False) if _assumed(version, cell, previous) else own_time
    last = before[-1]
    if last.withdrawn:
        return None if takes_back else own_time
    return own_time if takes_back or (last.value, last.status) != (cell.value, cell.status) else None


def _assumed(version: Told, cell: Cell, previous: dt.datetime | None) -> bool:
    """Was a new key known before this version showed it? By its usual time, unless the version before lacked it then."""
    if version.covers == "mended":
        return False
    if previous is not None and cell.usual_at <= previous:
        return False
    latest = version.at - version.grace if version.covers == "increment" else version.at
    return cell.usual_at < latest


def _absent(version: Told, facts: Facts) -> list[Key]:
    """Keys held before the version that its silence takes back. A key is (place, date)."""
    if not version.judged or version.covers not in ("whole_history", "window"):
        return []
    held = [key for key, told in facts.items() if told and not told[-1].withdrawn]
    if version.covers == "window":
        dates = [date for _place, date in version.cells]
        held = [key for key in held if dates and min(dates) <= key[1] <= max(dates)]
    return [key for key in held if key not in version.cells and key not in version.exempt]


def replay_statements(files: Iterable[tuple[dt.datetime, dict[tuple[Key, dt.datetime], Cell]]]) -> Facts:
    """Files whose rows carry the date of their statement: {(key, stated at): cell}. The last file has the last word."""
    said: dict[tuple[Key, dt.datetime], Cell] = {}
    for _at, cells in sorted(files, key=lambda file: file[0]):
        said |= cells
    facts: Facts = defaultdict(list)
    for (key, stated), cell in sorted(said.items(), key=lambda item: item[0][1]):
        facts[key].append(Fact(stated, "published", cell.value, cell.status, cell.status == WITHDRAWN))
    return dict(facts)


def answer(facts: Facts, as_of: dt.datetime) -> dict[Key, Fact]:
    """The last word on each key among what was known by then, withdrawals left out."""
    words = {}
    for key, told in facts.items():
        word = None
        for fact in told:
            if fact.known_at <= as_of and (word is None or fact.known_at >= word.known_at):
                word = fact
        if word is not None and not word.withdrawn:
            words[key] = word
    return words


def instants(facts: Facts, versions: Iterable[dt.datetime] = ()) -> list[dt.datetime]:
    """Just before, at and just after every time at which something became known."""
    tick = dt.timedelta(microseconds=1)
    times = {fact.known_at for told in facts.values() for fact in told} | set(versions)
    return sorted({t + d for t in times for d in (-tick, dt.timedelta(0), tick)})
