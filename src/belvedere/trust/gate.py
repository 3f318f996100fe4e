"""The one way to a table: withholds small counts, and writes down every read.

    gate = Gate(workspace, clock=clock)
    request = Request(gate.snapshot(as_of="2020-10-20"), asked="/api/v1/regions/FR-57")
    rows = gate.read(request, "indicators", {"place": "FR-57", "indicator": ["icu_census"]})

For now there is one operator, on the local address, and one purpose.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import ibis
import pyarrow as pa
from ibis import _

from belvedere.ontology import schema
from belvedere.ontology.indicators import INDICATORS
from belvedere.store.snapshot import Snapshot, moment, where
from belvedere.store.workspace import Workspace

OPERATOR, PURPOSE = "local operator", "local operation"
WITHHELD = "suppressed"
LOG = "audit"

Filters = Mapping[str, object]


@dataclass(frozen=True)
class Read:
    """What was read of a table. rows: how many came out; None where only a count or a sum left the database."""

    table: str
    filters: Filters
    rows: int | None


@dataclass(frozen=True)
class GatedSnapshot(Snapshot):
    """A snapshot whose tables come without small counts by age. Whatever reads from a snapshot can read from this one."""

    small_count: int = 0

    def history(self, name: str) -> ibis.Table:
        """As `Snapshot.history`; a count of 1 to `small_count` - 1 in an age group is null, its status `suppressed`."""
        return withhold(super().history(name), self.small_count)


@dataclass(frozen=True)
class Request:
    """Who asks for what: a snapshot from `Gate.snapshot`, and the address of the page."""

    snapshot: GatedSnapshot
    asked: str
    operator: str = OPERATOR
    purpose: str = PURPOSE


@dataclass(frozen=True)
class Gate:
    """The gate of one workspace. clock: what the log writes as the time."""

    workspace: Workspace
    clock: Callable[[], dt.datetime]

    def snapshot(self, *, as_of=None, at: int | None = None) -> GatedSnapshot:
        """What is known, or was known on a past day; see `Snapshot.take`."""
        return self.gated(Snapshot.take(self.workspace, at=at), as_of=as_of)

    def gated(self, taken: Snapshot, *, as_of=None) -> GatedSnapshot:
        """The same commits, as known on a past day, behind the gate."""
        return GatedSnapshot(taken.workspace, moment(as_of), taken.at, taken.commits, small_count())

    def read(
        self,
        request: Request,
        table: str,
        filters: Filters,
        *,
        columns: Iterable[str] | None = None,
        history: bool = False,
        withdrawn: bool = False,
    ) -> pa.Table:
        """Rows of a table that equal the filters (a list: any of them), in the order of its keys, and an entry in the log.

        history: every version of each row. withdrawn: also rows their source took back. Raises UnknownName.
        """
        snapshot = request.snapshot
        rows = snapshot.history(table) if history else snapshot.table(table, include_withdrawn=withdrawn)
        rows = where(rows, dict(filters)).order_by(schema.table(table).keys())
        read = (rows if columns is None else rows.select(*columns)).to_pyarrow()
        self.note(request, [Read(table, filters, read.num_rows)])
        return read

    def note(self, request: Request, reads: Iterable[Read], *, kept: bool = False) -> None:
        """Writes reads into the log, one line each. kept: an answer made from an earlier read was given once more."""
        at = self.clock()
        who = {
            "at": at.isoformat(), "operator": request.operator, "purpose": request.purpose, "asked": request.asked,
            "as_of": None if request.snapshot.as_of is None else request.snapshot.as_of.isoformat(),
            "sequence": request.snapshot.at,
        }  # fmt: skip
        lines = [
            json.dumps({**who, "table": r.table, "filters": dict(r.filters), "rows": r.rows, "kept": kept}, default=str)
            for r in reads
        ]
        if lines:
            self._append("".join(f"{line}\n" for line in lines), at)

    def note_act(self, request: Request, act: str, details: Mapping[str, object]) -> None:
        """Writes into the log what was done, or asked to be done, in one line."""
        at = self.clock()
        line = {
            "at": at.isoformat(), "operator": request.operator, "purpose": request.purpose, "asked": request.asked,
            "sequence": request.snapshot.at, "act": act, "details": dict(details),
        }  # fmt: skip
        self._append(f"{json.dumps(line, default=str)}\n", at)

    def _append(self, text: str, at: dt.datetime) -> None:
        """One write to a file opened for appending: entries of several threads and processes do not mix."""
        folder = self.workspace.path / LOG
        folder.mkdir(mode=0o700, exist_ok=True)
        file = os.open(folder / f"reads-{at:%Y-%m}.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, text.encode())
        finally:
            os.close(file)


@cache
def small_count() -> int:
    """The smallest count of persons shown for an age group of a place (`disclosure.toml`)."""
    text = (resources.files("belvedere.trust") / "disclosure.toml").read_text(encoding="utf-8")
    return int(tomllib.loads(text)["small_count"]["value"])


def withhold(rows: ibis.Table, smallest: int) -> ibis.Table:
    """Rows with every count of persons from 1 to `smallest` - 1, of an age group below the country, emptied and so marked.

    Tables without place, age group, value and status pass as they are; so do rates, and counts of anything but persons.
    """
    if not {"place", "age_group", "value", "status"} <= set(rows.columns):
        return rows
    small = (_.age_group != "all") & (_.place.length() > 2) & (_["value"] > 0) & (_["value"] < smallest)
    if "indicator" in rows.columns:
        small &= _.indicator.isin(_counts_of_persons())
    hidden = rows.mutate(hidden_=small.fill_null(False))
    return hidden.mutate(
        value=_.hidden_.ifelse(ibis.null("float64"), _["value"]), status=_.hidden_.ifelse(WITHHELD, _.status)
    ).drop("hidden_")


@cache
def _counts_of_persons() -> list[str]:
    return [name for name, known in INDICATORS.items() if known.unit == "persons"]
