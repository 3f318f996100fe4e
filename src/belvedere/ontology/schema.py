"""How a table is declared: once, as a class, with everything the rest of the house needs to know of it.

    class Indicators(Table):
        "Counts, censuses and rates by place and date."
        shelf = Shelf.SERIES
        place = text("Where.", key=True)
        value = number("The figure.", required=False)

The class docstring is the documentation page's text; `caveats` are what a reader must know before using the figures.
"""

from __future__ import annotations

import datetime as dt
import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

import pyarrow as pa

from belvedere.errors import UnknownName

if TYPE_CHECKING:
    from belvedere.ontology.rules import Rule


class Shelf(StrEnum):
    """Where a table rests: aggregates and results, or people and events (really deletable)."""

    SERIES = "series"
    RECORDS = "records"


class Kind(StrEnum):
    """The type of a column's values."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"


ARROW_TYPES: dict[Kind, pa.DataType] = {
    Kind.TEXT: pa.string(),
    Kind.INTEGER: pa.int64(),
    Kind.NUMBER: pa.float64(),
    Kind.BOOLEAN: pa.bool_(),
    Kind.DATE: pa.date32(),
    Kind.TIMESTAMP: pa.timestamp("us", tz="UTC"),
}


@dataclass(frozen=True)
class CodeList:
    """A closed list of codes with their meaning.

    name: what the list is called on the documentation page.
    codes: code -> meaning, in the order in which a person would read them.
    source: the standard or institution the codes come from, if any.
    facts: code -> what else is to be known of it (kind, unit, …), by name, for the documentation page.
    """

    name: str
    codes: Mapping[str, str]
    source: str = ""
    facts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def __contains__(self, code: object) -> bool:
        return code in self.codes

    def __iter__(self):
        return iter(self.codes)


@dataclass(frozen=True)
class Column:
    """One column: its type, unit, and what may stand in it.

    unit: unit of measure in words ("persons", "days", "litres per minute"); None for codes and names.
    key: part of what identifies a row; a key is always required.
    codes: the closed list a text value must come from.
    identity: names a person; replaced by a keyed pseudonym before the first write.
    place: holds a place code, to be resolved against the register of places.
    default: what an absent column means ("all": not broken down). It never fills an empty cell of a column that is there.
    """

    kind: Kind
    description: str
    name: str = ""
    unit: str | None = None
    key: bool = False
    required: bool = True
    codes: CodeList | None = None
    minimum: float | dt.date | None = None
    maximum: float | dt.date | None = None
    pattern: str | None = None
    identity: bool = False
    place: bool = False
    default: str | None = None

    def __set_name__(self, owner: type, name: str) -> None:
        object.__setattr__(self, "name", name)

    @property
    def arrow(self) -> pa.Field:
        """The column as an Arrow field."""
        return pa.field(self.name, ARROW_TYPES[self.kind], nullable=not self.required)


def text(description: str, **options) -> Column:
    """A column of text: a name, a code, a sentence."""
    return Column(Kind.TEXT, description, **options)


def integer(description: str, **options) -> Column:
    """A column of whole numbers."""
    return Column(Kind.INTEGER, description, **options)


def number(description: str, **options) -> Column:
    """A column of real numbers."""
    return Column(Kind.NUMBER, description, **options)


def boolean(description: str, **options) -> Column:
    """A column of yes or no."""
    return Column(Kind.BOOLEAN, description, **options)


def date(description: str, **options) -> Column:
    """A column of calendar days, in the place's own time zone."""
    return Column(Kind.DATE, description, **options)


def timestamp(description: str, **options) -> Column:
    """A column of instants, UTC, to the microsecond."""
    return Column(Kind.TIMESTAMP, description, **options)


# Columns that clocks.py and the translation add to every row; no table may declare its own.
CLOCK_NAMES = frozenset(
    {"known_at", "known_basis", "commit_id", "file_id", "source_row", "source_column", "usual_at", "stated_at"}
)


@dataclass(frozen=True)
class _Registry:
    tables: dict[str, type[Table]] = field(default_factory=dict)


_REGISTRY = _Registry()


class Table:
    """Base of every declared table. Subclass it, set `shelf`, declare the columns.

    caveats: what a reader must know before using the figures.
    rules: what must hold between the columns of one row (see `rules.py`).
    identity_purpose: tables of one purpose give a person the same pseudonym and can be joined; empty: the table's own name.

    A column may be called `name`: `Places.columns["name"]` is the column, `Places.name` is always the table's own name.
    `register=False` declares a table that `tables()` does not list (a test's, a plug-in's trial).
    """

    name: ClassVar[str]
    shelf: ClassVar[Shelf]
    caveats: ClassVar[tuple[str, ...]] = ()
    identity_purpose: ClassVar[str] = ""
    rules: ClassVar[tuple[Rule, ...]] = ()
    columns: ClassVar[dict[str, Column]] = {}

    def __init_subclass__(cls, *, register: bool = True) -> None:
        declared = {name: value for name, value in vars(cls).items() if isinstance(value, Column)}
        if taken := declared.keys() & (vars(Table).keys() | CLOCK_NAMES):
            raise TypeError(f"{cls.__name__}: a column cannot be called {', '.join(sorted(taken))}, the house uses that name")
        cls.columns = {name: replace(c, required=True) if c.key else c for name, c in declared.items()}
        cls.name = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
        if not register:
            return
        if cls.name in _REGISTRY.tables:
            raise TypeError(f"the table {cls.name} is declared twice")
        _REGISTRY.tables[cls.name] = cls

    @classmethod
    def keys(cls) -> list[str]:
        """Names of the columns that identify a row."""
        return [c.name for c in cls.columns.values() if c.key]

    @classmethod
    def values(cls) -> list[str]:
        """Names of the columns that are not keys: what a correction may change."""
        return [c.name for c in cls.columns.values() if not c.key]

    @classmethod
    def arrow_schema(cls) -> pa.Schema:
        """The declared columns as an Arrow schema."""
        return pa.schema([c.arrow for c in cls.columns.values()])

    @classmethod
    def description(cls) -> str:
        """The class docstring, cleaned."""
        return inspect.getdoc(cls) or ""


def tables() -> dict[str, type[Table]]:
    """Every declared table by name."""
    import belvedere.ontology  # noqa: F401 - importing the room declares its tables

    return dict(_REGISTRY.tables)


def table(name: str) -> type[Table]:
    """The declared table of that name; raises UnknownName with the nearest ones."""
    known = tables()
    if name not in known:
        raise UnknownName("table", name, known)
    return known[name]
