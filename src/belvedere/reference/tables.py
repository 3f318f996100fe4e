"""Numbers from the world outside: one reader for every reference table.

    rules = load("feed_rules", overrides=workspace / "overrides")
    rules.value("jump.factor").value        # 4.0
    rules.value("jump.factor").sentence()   # "Factor from its neighbourhood …: 4 times [chosen: Belvedere, 2026]"

A table is a CSV file; a row is one figure with unit, basis, population, validity, source and policy tier. A workspace may
replace rows by id in `<folder>/<table>.csv`, same columns: the new figure is marked and keeps the one it replaced.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from importlib import resources
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from belvedere.errors import ReferenceError, UnknownName

STATUSES: Mapping[str, str] = MappingProxyType(
    {
        "read": "seen in the source named",
        "memory": "from general knowledge: check before use",
        "chosen": "a judgement of this project; its basis says why",
        "local": "an estimate of the installation itself",
    }
)
POLICY_TIERS = ("", "conventional", "contingency", "crisis")
DAY = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")


@dataclass(frozen=True)
class Figure:
    """One row of a reference table.

    value: the figure; None where the source gives only a range. low, high: its bounds, of the kind `interval` names.
    unit, basis (per what, how found), population (whose), valid_from, valid_to (YYYY, YYYY-MM or YYYY-MM-DD; "" = open).
    status: a key of `STATUSES`. policy_tier: of practice under shortage, "" where it does not apply.
    table: where it stands. replaced: the figure of the shipped table that an override stands for.
    """

    id: str
    quantity: str
    value: float | None
    low: float | None
    high: float | None
    interval: str
    unit: str
    basis: str
    population: str
    valid_from: str
    valid_to: str
    source: str
    status: str
    policy_tier: str
    note: str = ""
    table: str = ""
    replaced: Figure | None = None

    @property
    def overridden(self) -> bool:
        """Whether a workspace put its own figure in place of the shipped one."""
        return self.replaced is not None

    def sentence(self) -> str:
        """The figure with its range, unit and source, in one line."""
        shown = "" if self.value is None else f"{self.value:g}"
        if self.low is not None or self.high is not None:
            shown = f"{shown} ({_bound(self.low)} to {_bound(self.high)})".strip()
        own = "own figure, " if self.overridden else ""
        return f"{self.quantity}: {shown} {self.unit} [{own}{self.status}: {self.source}]"


def _bound(value: float | None) -> str:
    return "…" if value is None else f"{value:g}"


COLUMNS = tuple(f.name for f in fields(Figure) if f.name not in ("note", "table", "replaced"))
NUMBERS = ("value", "low", "high")
REQUIRED = ("id", "quantity", "unit", "source", "status")


@dataclass(frozen=True, eq=False)
class ReferenceTable:
    """A whole table; figures by id, in the order of the file."""

    name: str
    figures: Mapping[str, Figure]

    def value(self, id: str) -> Figure:
        """The figure with its provenance; raises UnknownName with the nearest ids."""
        if id not in self.figures:
            raise UnknownName(f"figure of {self.name}", id, self.figures)
        return self.figures[id]

    def numbers(self) -> dict[str, float]:
        """id -> value, of the figures that have one."""
        return {id: figure.value for id, figure in self.figures.items() if figure.value is not None}

    def overridden(self) -> tuple[Figure, ...]:
        """Figures a workspace put in place of the shipped ones."""
        return tuple(figure for figure in self if figure.overridden)

    def frame(self) -> pd.DataFrame:
        """The table as a DataFrame, one row a figure, with a column `overridden`."""
        names = [*COLUMNS, "note", "overridden"]
        return pd.DataFrame([{name: getattr(figure, name) for name in names} for figure in self], columns=names)

    def __iter__(self) -> Iterator[Figure]:
        return iter(self.figures.values())

    def __len__(self) -> int:
        return len(self.figures)


def table_names() -> tuple[str, ...]:
    """Names of the tables that come with Belvedere."""
    folder = resources.files("belvedere.reference") / "data"
    names = (entry.name.removesuffix(".csv") for entry in folder.iterdir() if entry.name.endswith(".csv"))
    return tuple(sorted(name for name in names if name not in ("places", "place_codes")))


def load(table: str, overrides: Path | None = None) -> ReferenceTable:
    """One table, checked row by row.

    overrides: folder that may hold `<table>.csv`, whose rows replace shipped ones of the same id and unit.
    Raises UnknownName for a table that does not exist; ReferenceError naming file, row and column for a row that
    contradicts itself, or an override of an unknown id or in another unit.
    """
    if table not in table_names():
        raise UnknownName("reference table", table, table_names())
    with (resources.files("belvedere.reference") / "data" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        figures = dict(_read(file, f"{table}.csv", table))
    own = None if overrides is None else overrides / f"{table}.csv"
    if own is not None and own.exists():
        with own.open(encoding="utf-8-sig", newline="") as file:
            figures |= dict(_replacements(file, str(own), table, figures))
    return ReferenceTable(table, MappingProxyType(figures))


def _replacements(file, name: str, table: str, shipped: Mapping[str, Figure]) -> Iterator[tuple[str, Figure]]:
    for line, (id, figure) in enumerate(_read(file, name, table), start=2):
        if id not in shipped:
            raise ReferenceError(f"{name}, row {line}, column 'id': {UnknownName(f'figure of {table}', id, shipped)}")
        if figure.unit != shipped[id].unit:
            raise _wrong(name, line, "unit", figure.unit, f"the unit of the figure it replaces, {shipped[id].unit!r}")
        yield id, replace(figure, replaced=shipped[id])


def _read(file, name: str, table: str) -> Iterator[tuple[str, Figure]]:
    reader = csv.DictReader(file, strict=True)
    missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        raise ReferenceError(f"{name}, row 1: the columns {', '.join(missing)} are missing")
    seen: set[str] = set()
    for line, row in enumerate(reader, start=2):
        if None in row or None in row.values():
            raise ReferenceError(f"{name}, row {line}: found another number of cells than the header has columns")
        figure = _figure({column: text.strip() for column, text in row.items()}, name, line, table)
        if figure.id in seen:
            raise _wrong(name, line, "id", figure.id, "an id that no other row has")
        seen.add(figure.id)
        yield figure.id, figure


def _figure(row: dict[str, str], name: str, line: int, table: str) -> Figure:
    for column in REQUIRED:
        if not row[column]:
            raise _wrong(name, line, column, "", "a value")
    numbers = {column: _number(row[column], name, line, column) for column in NUMBERS}
    _check_order(numbers, row, name, line)
    if row["status"] not in STATUSES:
        raise _wrong(name, line, "status", row["status"], f"one of {', '.join(STATUSES)}")
    if row["policy_tier"] not in POLICY_TIERS:
        raise _wrong(name, line, "policy_tier", row["policy_tier"], f"nothing or one of {', '.join(POLICY_TIERS[1:])}")
    for column in ("valid_from", "valid_to"):
        if row[column] and not DAY.fullmatch(row[column]):
            raise _wrong(name, line, column, row[column], "a date as YYYY, YYYY-MM or YYYY-MM-DD, or nothing")
    start, end = row["valid_from"], row["valid_to"]
    if start and end and start[: len(end)] > end[: len(start)]:
        raise _wrong(name, line, "valid_to", end, f"a date not before {start}")
    return Figure(**{column: row[column] for column in COLUMNS} | numbers, note=row.get("note", ""), table=table)


def _check_order(numbers: Mapping[str, float | None], row: Mapping[str, str], name: str, line: int) -> None:
    value, low, high = (numbers[column] for column in NUMBERS)
    if value is None and low is None and high is None:
        raise _wrong(name, line, "value", "", "a number here, or in low or high")
    top = high if value is None else value
    if low is not None and top is not None and low > top:
        raise _wrong(name, line, "low", row["low"], f"at most {top:g}")
    if high is not None and value is not None and high < value:
        raise _wrong(name, line, "high", row["high"], f"at least {value:g}")


def _number(text: str, name: str, line: int, column: str) -> float | None:
    if text == "":
        return None
    if not re.fullmatch(r"-?\d+(\.\d+)?([eE][+-]?\d+)?", text):
        raise _wrong(name, line, column, text, "a number with a decimal point, or nothing")
    return float(text)


def _wrong(name: str, line: int, column: str, found: str, expected: str) -> ReferenceError:
    return ReferenceError(
        f"{name}, row {line}, column {column!r}: found {repr(found) if found else 'nothing'}, expected {expected}"
    )
