"""Rules of the alerts: data, with their history.

    rules = effective_rules(workspace.snapshot(), shipped_rules(numbers))
    save_rule(workspace, replace(rules["beds-icu"], threshold=0.4), now=now, by="A. Martin")

A shipped rule holds until a row of the same name takes its place. Every change is a commit that says who changed what.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from belvedere.errors import DataError, UnknownName
from belvedere.ontology import schema
from belvedere.ontology.alerts import ALERT_KINDS, ALERT_LANGUAGES
from belvedere.ontology.codes import FEED_PATTERN, LEVELS, PLACE_PATTERN
from belvedere.store import register
from belvedere.store.commits import Commit, TableInput
from belvedere.store.engine import reading
from belvedere.store.snapshot import Snapshot
from belvedere.store.workspace import Workspace

TABLE = "alert_rules"
BEDS, FEED, OUTLOOK, PLACE_FAILED, GROWTH = ALERT_KINDS
WITHIN = (7, 14, 28)
"""Days ahead of which an outlook gives the chance."""
OF_PLACES = (BEDS, PLACE_FAILED, GROWTH)
"""Kinds that watch places; the others watch what belongs to a country."""
TEXTS = ("id", "kind", "place", "level", "language", "owner")
NUMBERS = ("threshold", "clear_at", "least_hours")


@dataclass(frozen=True)
class Rule:
    """When people are told, of what, through which channels.

    threshold, clear_at: an alert opens at the first and closes at the second, in the unit of the kind (see `ALERT_KINDS`).
    least_hours: between two messages on the same thing. place: everything inside it, "" everywhere. within_days: of beds.
    shipped: as it comes with Belvedere, not changed here.
    """

    id: str
    kind: str
    threshold: float
    clear_at: float
    least_hours: float
    place: str = ""
    level: str = ""
    within_days: int | None = None
    channels: tuple[str, ...] = ()
    language: str = "en"
    active_until: dt.date | None = None
    owner: str = ""
    active: bool = True
    shipped: bool = False

    def holds(self, today: dt.date) -> bool:
        """Whether it is in use and its last day has not gone by."""
        return self.active and (self.active_until is None or today <= self.active_until)

    def told(self) -> dict:
        """Its values by name, as a file or the interface writes them."""
        values = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "shipped"}
        return {**values, "channels": list(self.channels)}


FIELDS = tuple(f.name for f in fields(Rule) if f.name != "shipped")
REQUIRED = ("id", "kind", *NUMBERS)


# --- what may be a rule ---


def rule_of(values: Mapping[str, object]) -> Rule:
    """A rule from a table of a file, or from the interface. Raises DataError saying what was found and expected."""
    name = values.get("id")
    strangers = sorted(str(key) for key in values if key not in FIELDS)
    if strangers:
        raise DataError(f"alert rule {name!r}: found {', '.join(strangers)}, expected only {', '.join(FIELDS)}")
    missing = [field for field in REQUIRED if values.get(field) is None]
    if missing:
        raise DataError(f"alert rule {name!r}: found no {', '.join(missing)}, expected a value for each")
    given: dict = {key: value for key, value in values.items() if value is not None}
    for field in TEXTS:
        if field in given and not isinstance(given[field], str):
            raise _wrong(name, field, given[field], "a text")
    for field in NUMBERS:
        if field in given:
            given[field] = _number(name, field, given[field])
    if "active" in given and not isinstance(given["active"], bool):
        raise _wrong(name, "active", given["active"], "true or false")
    if "active_until" in given:
        given["active_until"] = _day(name, given["active_until"])
    if "within_days" in given and (isinstance(given["within_days"], bool) or given["within_days"] not in WITHIN):
        raise _wrong(name, "within_days", given["within_days"], f"one of {', '.join(map(str, WITHIN))}")
    if "channels" in given:
        given["channels"] = _channels(name, given["channels"])
    return check_rule(Rule(**given))


def check_rule(rule: Rule) -> Rule:
    """The rule, if it says one thing and can hold. Raises DataError."""
    if not re.fullmatch(FEED_PATTERN, rule.id):
        raise _wrong(rule.id, "id", rule.id, "small letters and digits, joined by hyphens")
    if rule.kind not in ALERT_KINDS:
        raise _wrong(rule.id, "kind", rule.kind, f"one of {', '.join(ALERT_KINDS)}")
    if rule.language not in ALERT_LANGUAGES:
        raise _wrong(rule.id, "language", rule.language, f"one of {', '.join(ALERT_LANGUAGES)}")
    if rule.place and not re.fullmatch(PLACE_PATTERN, rule.place):
        raise _wrong(rule.id, "place", rule.place, "the id of a place: FR, FR-HDF, FR-59; or nothing")
    if rule.place and rule.kind not in OF_PLACES and len(rule.place) != 2:
        raise _wrong(rule.id, "place", rule.place, f"a country or nothing, for a rule of kind {rule.kind}")
    if rule.clear_at >= rule.threshold:
        raise _wrong(rule.id, "clear_at", f"{rule.clear_at:g}", f"less than the threshold, {rule.threshold:g}")
    for field in NUMBERS:
        if getattr(rule, field) < 0:
            raise _wrong(rule.id, field, getattr(rule, field), "0 or more")
    _check_beds(rule)
    return rule


def _check_beds(rule: Rule) -> None:
    if rule.kind != BEDS:
        if rule.level or rule.within_days is not None:
            raise _wrong(rule.id, "kind", rule.kind, f"{BEDS} where a level or within_days is given")
        return
    if rule.level not in LEVELS or rule.level == "all":
        raise _wrong(rule.id, "level", rule.level, "a level of care whose beds are foretold: icu, ward")
    if rule.within_days is None:
        raise _wrong(rule.id, "within_days", None, f"one of {', '.join(map(str, WITHIN))}")
    if rule.threshold > 1:
        raise _wrong(rule.id, "threshold", rule.threshold, "a chance from 0 to 1: 0.5 for 50 %")


def _number(name: object, field: str, found: object) -> float:
    if isinstance(found, bool) or not isinstance(found, (int, float)) or not math.isfinite(found):
        raise _wrong(name, field, found, "a number")
    return float(found)


def _day(name: object, found: object) -> dt.date:
    if isinstance(found, dt.date) and not isinstance(found, dt.datetime):
        return found
    try:
        return dt.date.fromisoformat(found)
    except (TypeError, ValueError):
        raise _wrong(name, "active_until", found, "a day: 2026-12-31") from None


def _channels(name: object, found: object) -> tuple[str, ...]:
    names = found if isinstance(found, (list, tuple)) else [found]
    if not all(isinstance(one, str) and re.fullmatch(FEED_PATTERN, one) for one in names):
        raise _wrong(name, "channels", found, 'names of channels in the settings: ["crisis-cell"]')
    return tuple(dict.fromkeys(names))


def _wrong(name: object, field: str, found: object, expected: str) -> DataError:
    shown = "nothing" if found in (None, "") else repr(found)
    return DataError(f"alert rule {name!r}, {field}: found {shown}, expected {expected}")


# --- shipped ---

SHIPPED = (
    ("beds-icu", BEDS, "icu"),
    ("beds-ward", BEDS, "ward"),
    ("feed-late", FEED, ""),
    ("outlook-old", OUTLOOK, ""),
    ("place-failed", PLACE_FAILED, ""),
    ("growth", GROWTH, ""),
)


def shipped_rules(numbers: Mapping[str, float]) -> dict[str, Rule]:
    """The rules that come with Belvedere, by name. numbers: of the reference table `alerts`. They tell the page alone."""
    made = {}
    for id, kind, level in SHIPPED:
        within = {"within_days": int(numbers[f"{id}.within_days"])} if kind == BEDS else {}
        limits = {field: numbers[f"{id}.{field}"] for field in NUMBERS}
        made[id] = check_rule(Rule(id, kind, level=level, shipped=True, **within, **limits))
    return made


# --- kept ---


def effective_rules(snapshot: Snapshot, shipped: Mapping[str, Rule]) -> dict[str, Rule]:
    """Every rule by its name: the shipped ones, then those of the workspace, which replace or take away."""
    rows = replace(snapshot, as_of=None).frame(TABLE, include_withdrawn=True).to_dict("records")
    gone = {row["rule"] for row in rows if row["withdrawn"]}
    own = {row["rule"]: _rule(row) for row in rows if not row["withdrawn"]}
    return {id: rule for id, rule in {**shipped, **own}.items() if id not in gone}


def save_rules(workspace: Workspace, rules: list[Rule], *, by: str, now: dt.datetime) -> int:
    """Writes rules as one commit; returns its sequence. Raises DataError for one that cannot be."""
    rows = [_row(check_rule(rule)) for rule in rules]
    return _write(workspace, rows, {"set": [rule.id for rule in rules], "by": by}, now)


def remove_rule(workspace: Workspace, id: str, shipped: Mapping[str, Rule], *, by: str, now: dt.datetime) -> int:
    """Takes a rule away, a shipped one too; returns the commit's sequence. Raises UnknownName."""
    with workspace.locked(TABLE):
        known = effective_rules(workspace.snapshot(), shipped)
        if id not in known:
            raise UnknownName("alert rule", id, known)
        return _write(workspace, [{"rule": id, "withdrawn": True}], {"removed": id, "by": by}, now)


@dataclass(frozen=True)
class RuleChange:
    """One change of one rule: when, by whom, and what it then said; None: taken away."""

    at: dt.datetime
    by: str
    id: str
    rule: Rule | None
    sequence: int


def rule_changes(workspace: Workspace, *, newest: int = 20) -> list[RuleChange]:
    """What was changed last, newest first."""
    rows, commits = register.records_tables()[TABLE], register.commits
    query = (
        sa.select(rows, commits.c.sequence, commits.c.parameters)
        .join(commits, rows.c.commit_id == commits.c.id)
        .where(commits.c.state == "committed")
        .order_by(commits.c.sequence.desc(), rows.c.rule)
    )
    with reading(workspace.engine) as connection:
        found = connection.execute(query.limit(newest)).mappings().all()
    return [
        RuleChange(
            at=row["known_at"],
            by=row["parameters"]["alert_rules"]["by"],
            id=row["rule"],
            rule=None if row["withdrawn"] else _rule(row),
            sequence=row["sequence"],
        )
        for row in found
    ]


def _rule(row: Mapping[str, object]) -> Rule:
    text = {name: "" if pd.isna(row[name]) else str(row[name]) for name in ("place", "level", "owner", "channels")}
    return Rule(
        id=row["rule"],
        kind=row["kind"],
        threshold=float(row["threshold"]),
        clear_at=float(row["clear_at"]),
        least_hours=float(row["least_hours"]),
        within_days=None if pd.isna(row["within_days"]) else int(row["within_days"]),
        language=row["language"],
        active_until=None if pd.isna(row["active_until"]) else pd.Timestamp(row["active_until"]).date(),
        active=bool(row["active"]),
        **{**text, "channels": tuple(text["channels"].split())},
    )


def _row(rule: Rule) -> dict:
    plain = {name: getattr(rule, name) for name in (*NUMBERS, "kind", "within_days", "language", "active_until", "active")}
    texts = {name: getattr(rule, name) or None for name in ("place", "level", "owner")}
    return {"rule": rule.id, **plain, **texts, "channels": " ".join(rule.channels) or None, "withdrawn": False}


def _write(workspace: Workspace, rows: list[dict], what: Mapping[str, object], now: dt.datetime) -> int:
    columns = [column.arrow.with_nullable(True) for column in schema.table(TABLE).columns.values()]
    table = pa.Table.from_pylist(rows, schema=pa.schema([*columns, pa.field("withdrawn", pa.bool_())]))
    inputs = [TableInput(TABLE, at=workspace.snapshot().at)]
    with Commit.begin(workspace, "run", inputs=inputs, parameters={"alert_rules": dict(what)}, now=now) as commit:
        commit.append(TABLE, table, known_at=now, basis="ingested")
    return commit.sequence
