"""Rows of the watch list with what people do about them: state, owner, what may be done now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

from belvedere.app import words_desk
from belvedere.app.api.common import text
from belvedere.app.api.models_situation import WatchRow
from belvedere.app.api.reading import Reading
from belvedere.desk.watch import Facts, Item, Key, Rules, states_of
from belvedere.reference import tables as reference
from belvedere.trust.gate import OPERATOR

TABLE = "desk"


def attended(reading: Reading, rows: Sequence[WatchRow], listed: Iterable[WatchRow]) -> list[WatchRow]:
    """The rows with their states. listed: the rows of the current course, by whose facts the states are found."""
    states = items(reading, listed)
    zone = zone_of(reading)
    return [_with_state(reading, row, states.get((row.place, row.level), Item()), zone) for row in rows]


def items(reading: Reading, listed: Iterable[WatchRow]) -> dict[Key, Item]:
    """The state of every row that somebody acted on, as of the moment of the reading."""
    facts = {(row.place, row.level): facts_of(row) for row in listed}
    return states_of(reading.desk.actions, facts, now=reading.moment, rules=rules(reading))


def facts_of(row: WatchRow) -> Facts:
    """What the outlook says of a row."""
    return Facts(row.chance_14, row.mark)


def rules(reading: Reading) -> Rules:
    """The desk's rules, an installation's own before the shipped ones."""
    numbers = desk_numbers(reading)
    return Rules(step=numbers["acknowledged.step"], longest=dt.timedelta(days=numbers["snooze.longest_days"]))


def desk_numbers(reading: Reading) -> dict[str, float]:
    """The reference table of the desk, id -> value."""
    return _numbers(reading.library.workspace.path / "overrides", reading.state.data)


@lru_cache(maxsize=4)
def _numbers(overrides: Path, data: str) -> dict[str, float]:
    """data: names the overrides as they stand."""
    return reference.load(TABLE, overrides).numbers()


def zone_of(reading: Reading) -> str:
    """The zone in which moments are told."""
    return "UTC" if reading.country is None else str(reading.state.places.timezone(reading.country))


def may_act(reading: Reading) -> bool:
    """Whether the reading is of now and of the current course: past days and scenarios are only looked at."""
    return reading.asked.until is None and reading.scenario is None


def _with_state(reading: Reading, row: WatchRow, item: Item, zone: str) -> WatchRow:
    last = item.last
    return row.model_copy(
        update={
            "state": item.state,
            "state_text": last and text(lambda lang: words_desk.state(lang, item, zone)),
            "owner": item.owner,
            "actor": last and last.actor,
            "since": item.since,
            "until": last and last.until,
            "state_reason": last and last.reason,
            "graver": item.graver and text(lambda lang: words_desk.graver(lang, item, zone)),
            "seen": item.number,
            "actions": list(item.may(OPERATOR)) if may_act(reading) else [],
        }
    )
