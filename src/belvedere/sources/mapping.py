"""A mapping: the small text that says everything about one feed, so that a new country needs no code.

    mapping = load_mapping(Path("fr-spf-hospital-flows.toml"))
    mapping = find_mapping("covid-hospit-incid-2023-03-31-18h01.csv", shipped_mappings().values())

The keys are explained, with an example of each, in docs/guides/mapping.md.
"""

from __future__ import annotations

import datetime as dt
import fnmatch
import re
import tomllib
from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from belvedere.errors import MappingError, UnknownName
from belvedere.reference.calendar import Rhythm
from belvedere.reference.places import Places
from belvedere.sources.convert import to_utc
from belvedere.sources.mapping_errors import sentence_of
from belvedere.sources.raw import FormatSpec

Covers = Literal["whole_history", "window", "increment"]
Constant = str | bool | int | float | dt.date


class _Part(BaseModel):
    """Base of every part of a mapping: frozen; an unknown key is an error; types are not bent."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, arbitrary_types_allowed=True)


class Binding(_Part):
    """Where one ontology column comes from: a constant, or a source column and how its text is to be read.

    column: name in the source. constant: the same value in every row (`condition = "covid19"` is short for it).
    scheme: code scheme of a place; several are tried in order. zero_pad: width that codes regain which a spreadsheet cut.
    formats: strptime formats of a date; "%G-W%V" is a week, read as its last day. plus_days: added to the day read.
    extract: regular expression whose first group is kept.
    codes: source code -> ontology code; for a place, source code -> code of the scheme, only where they differ.
    otherwise: what stands where the cell is empty, nothing matches, or the code is not listed.
    optional: the column may be absent from a file. scale: factor of a number.
    """

    column: str | None = None
    constant: Constant | None = None
    scheme: str | list[str] | None = None
    zero_pad: int | None = None
    formats: list[str] = []
    plus_days: int = 0
    extract: str | None = None
    codes: dict[str, str] = {}
    otherwise: str | None = None
    optional: bool = False
    scale: float | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, given: object) -> object:
        return given if isinstance(given, dict) else {"constant": given}

    @model_validator(mode="after")
    def _one_origin(self) -> Binding:
        if (self.column is None) == (self.constant is None):
            raise ValueError('give either a constant or column = "…", not both and not neither')
        return self

    @property
    def schemes(self) -> tuple[str, ...]:
        """The place schemes, in the order in which they are tried."""
        return () if self.scheme is None else (self.scheme,) if isinstance(self.scheme, str) else tuple(self.scheme)


class SuppressedWhen(_Part):
    """A second column that says the figure was hidden on purpose: column, and the texts that say so."""

    column: str
    equals: list[str] = ["true"]


class ValueColumn(_Part):
    """One source column of figures; each of its cells becomes one row of the table.

    into: ontology column the figure goes to. Any other key is an ontology column with its constant (indicator = "cases").
    optional: the column came later, older files lack it. scale: factor (100 turns a ratio into percent).
    kind, unit: said again by whoever writes the mapping, and held against the ontology.
    whole: whether a fraction is a fault; by default it is where the ontology counts persons, beds or other whole things.
    zero_may_be_missing: the source writes 0 where nobody reported; the row loads as 0 and says so to the checks of health.
    """

    model_config = ConfigDict(extra="allow")

    column: str
    into: str = "value"
    optional: bool = False
    scale: float | None = None
    kind: str | None = None
    unit: str | None = None
    whole: bool | None = None
    zero_may_be_missing: bool = False
    suppressed_when: SuppressedWhen | None = None

    @property
    def constants(self) -> dict[str, Constant]:
        """Ontology columns this source column gives by its mere name."""
        return dict(self.model_extra or {})


class Published(_Part):
    """Where the source says when it published: in the file's name (`from_file_name`), or row by row (`column`).

    pattern: strptime pattern found in the file's name. formats: of the column. at: hour of day meant by a bare date.
    Both are local to the clock's time zone.
    """

    from_file_name: str | None = None
    column: str | None = None
    formats: list[str] = []
    at: str = "23:59"

    @model_validator(mode="after")
    def _one_origin(self) -> Published:
        if (self.column is None) == (self.from_file_name is None):
            raise ValueError('give either from_file_name = "%Y-%m-%d" or column = "…"')
        return self

    @field_validator("at")
    @classmethod
    def _hour(cls, text: str) -> str:
        if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
            raise ValueError('an hour of day as "18:00"')
        return text

    @property
    def hour(self) -> dt.time:
        """The hour of day as a time."""
        return dt.time.fromisoformat(self.at)


LAG_FORMS = '"same day 19:00", "1 day 18:00" (time of day at the source) or "36 hours", "2 days" (after the end of the day)'
_LAG_BY_CLOCK = re.compile(r"(?:same day|(\d+) days?) (([01]\d|2[0-3]):[0-5]\d)")
_LAG_BY_LENGTH = re.compile(r"(\d+) (hours?|days?)")


class Clock(_Part):
    """When the feed comes, and how long after the day its figures are usually known.

    rhythm: "daily", "working-days", "weekly:wed", "monthly:15" or "once".
    lag: usual moment of publication. "1 day 18:00": at 18:00 on the day after, in `timezone`; "36 hours": so long after
    the day ended at the place; not needed where the source dates every row. happened: the date column it counts from,
    where the table has several.
    """

    rhythm: str
    lag: str | None = None
    timezone: str | None = None
    happened: str | None = None
    published: Published | None = None

    @field_validator("rhythm")
    @classmethod
    def _rhythm(cls, text: str) -> str:
        try:
            Rhythm.parse(text)
        except UnknownName as cause:
            raise ValueError(str(cause)) from cause
        return text

    @field_validator("timezone")
    @classmethod
    def _zone(cls, name: str | None) -> str | None:
        try:
            return name if name is None else ZoneInfo(name).key
        except (ZoneInfoNotFoundError, ValueError) as cause:
            raise ValueError('a time zone such as "Europe/Paris"') from cause

    @model_validator(mode="after")
    def _readable(self) -> Clock:
        if self.lag is None and (self.published is None or self.published.column is None):
            raise ValueError(f"a lag, unless the source dates every row (published = {{ column = … }}): {LAG_FORMS}")
        if self.lag is not None and not (_LAG_BY_CLOCK.fullmatch(self.lag) or _LAG_BY_LENGTH.fullmatch(self.lag)):
            raise ValueError(f"a lag written {LAG_FORMS}, not {self.lag!r}")
        if self.timezone is None and (self.days_and_hour or self.published):
            raise ValueError('a time of day needs timezone = "…", the zone of the source')
        return self

    @property
    def days_and_hour(self) -> tuple[int, dt.time] | None:
        """(days after, time of day) where the lag is given by the clock; None where it is a length of time."""
        found = _LAG_BY_CLOCK.fullmatch(self.lag or "")
        return None if found is None else (int(found[1] or 0), dt.time.fromisoformat(found[2]))

    @property
    def length(self) -> dt.timedelta | None:
        """Time after the end of the day, where the lag is a length of time."""
        found = _LAG_BY_LENGTH.fullmatch(self.lag or "")
        if found is None:
            return None
        return dt.timedelta(**{found[2] if found[2].endswith("s") else f"{found[2]}s": int(found[1])})


class Missing(_Part):
    """How the source writes that there is no figure.

    as: texts that mean empty (besides a cell with nothing in it). suppressed: texts that mean hidden on purpose.
    empty: what an empty cell says: "not_reported" (no row) or "withdrawn" (the source took an earlier figure back).
    """

    model_config = ConfigDict(populate_by_name=True)

    texts: list[str] = Field(default=[], alias="as")
    suppressed: list[str] = []
    empty: Literal["not_reported", "withdrawn"] = "not_reported"

    @property
    def tokens(self) -> tuple[str, ...]:
        """Every trimmed text that means empty."""
        return ("", *self.texts)


class Where(_Part):
    """Rows the feed takes, by the text of one column: only those listed, or all but those listed."""

    only: list[str] = []
    all_but: list[str] = []

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, given: object) -> object:
        return {"only": given} if isinstance(given, list) else given

    @model_validator(mode="after")
    def _one_way(self) -> Where:
        if bool(self.only) == bool(self.all_but):
            raise ValueError("give a list of texts, or all_but = [ … ]")
        return self


class Health(_Part):
    """What a complete feed looks like; translation does not use it, the checks of health do.

    places: ids expected, or "level:…" of the country. first, last: days the feed spans, where known.
    settle_days: how many of its last days the producer calls incomplete.
    """

    places: str | list[str] | None = None
    first: dt.date | None = None
    last: dt.date | None = None
    settle_days: int = Field(default=0, ge=0)


class Mapping(_Part):
    """Everything about one feed. `path` is where the text stands; the rest is the text itself."""

    feed: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    title: str
    producer: str
    licence: str
    table: str
    files: list[str]
    covers: Covers
    country: str | None = None
    url: str | None = None
    source: str | None = None
    caveats: list[str] = []
    ignored: list[str] = []
    format: FormatSpec = FormatSpec()
    clock: Clock
    columns: dict[str, Binding] = {}
    missing: Missing = Missing()
    values: list[ValueColumn] = []
    where: dict[str, Where] = {}
    health: Health = Health()
    path: Path = Path()

    @field_validator("format", mode="before")
    @classmethod
    def _format(cls, given: object) -> object:
        return given if isinstance(given, FormatSpec) else _format_spec(given)

    @cached_property
    def source_columns(self) -> dict[str, bool]:
        """Every source column the mapping reads -> whether each file must have it."""
        named: dict[str, bool] = dict.fromkeys(self.where, True)
        for binding in self.columns.values():
            if binding.column is not None:
                named[binding.column] = named.get(binding.column, False) or not binding.optional
        for value in self.values:
            named[value.column] = named.get(value.column, False) or not value.optional
            if value.suppressed_when:
                named[value.suppressed_when.column] = named.get(value.suppressed_when.column, False) or not value.optional
        if self.clock.published and self.clock.published.column:
            named[self.clock.published.column] = True
        return named

    @property
    def layout(self) -> FormatSpec:
        """The format, with the columns that are read: trouble in others is no trouble."""
        return replace(self.format, columns=tuple(self.source_columns))

    def claims(self, file_name: str) -> bool:
        """Whether a file of this name belongs to the feed."""
        return any(fnmatch.fnmatchcase(file_name.lower(), pattern.lower()) for pattern in self.files)

    def published_at(self, file_name: str) -> dt.datetime | None:
        """When the file says in its name it was published (UTC); None if the mapping or the name does not say."""
        published = self.clock.published
        if published is None or published.from_file_name is None:
            return None
        moment = _moment_in(file_name, published.from_file_name, published.hour)
        return None if moment is None else to_utc(moment, self.clock.timezone)


_DIRECTIVES = {"%Y": r"\d{4}", "%m": r"\d{2}", "%d": r"\d{2}", "%H": r"\d{2}", "%M": r"\d{2}", "%S": r"\d{2}", "%j": r"\d{3}"}


def _moment_in(name: str, pattern: str, hour: dt.time) -> dt.datetime | None:
    """The moment written in a name by a strptime pattern; a bare date gets the hour."""
    expression = re.sub(r"%[A-Za-z]", lambda m: _DIRECTIVES.get(m[0], r"\d+"), re.escape(pattern).replace("\\%", "%"))
    for found in re.finditer(rf"(?<!\d){expression}(?!\d)", name):
        try:
            moment = dt.datetime.strptime(found[0], pattern)
        except ValueError:
            continue
        return moment if "%H" in pattern else dt.datetime.combine(moment.date(), hour)
    return None


def _format_spec(given: object) -> FormatSpec:
    if not isinstance(given, dict):
        raise ValueError("a section [format] of keys")
    known = [name for name in FormatSpec.__dataclass_fields__ if name != "columns"]
    for key in given:
        if key not in known:
            raise ValueError(str(UnknownName("key in [format]", key, known)))
    none_where = {"header_row": 0, "quote": ""}  # TOML has no word for nothing
    try:
        return FormatSpec(**{key: None if none_where.get(key) == value else value for key, value in given.items()})
    except (MappingError, TypeError) as cause:
        raise ValueError(str(cause).removeprefix("format: ")) from cause


def load_mapping(path: Path, places: Places | None = None) -> Mapping:
    """Reads and checks one mapping text; raises MappingError naming the file, the line, what was found and expected.

    places: the register whose code schemes the mapping may name (default: the one that comes with Belvedere).
    """
    from belvedere.sources.mapping_rules import check_against_ontology

    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as cause:
        raise MappingError(f"{path}: cannot be read as UTF-8 text ({cause}).") from cause
    mapping = read_mapping(text, path)
    check_against_ontology(mapping, text, places or Places.load())
    return mapping


def read_mapping(text: str, path: Path) -> Mapping:
    """The mapping a text holds, its form checked but not its words against the ontology."""
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as cause:
        raise MappingError(f"{path}: is not TOML: {cause}.") from cause
    try:
        return Mapping.model_validate({**given, "path": Path(path)})
    except ValidationError as cause:
        raise MappingError("\n".join(sentence_of(error, text, path, Mapping) for error in cause.errors())) from cause


SHIPPED = Path(__file__).parent / "mappings"


def mappings_in(folder: Path, places: Places | None = None) -> dict[str, Mapping]:
    """Every mapping of a folder by feed id; two texts for one feed are refused."""
    found: dict[str, Mapping] = {}
    for path in sorted(folder.glob("*.toml")):
        mapping = load_mapping(path, places)
        if mapping.feed in found:
            raise MappingError(f"{path}: feed {mapping.feed!r} is already mapped by {found[mapping.feed].path}.")
        found[mapping.feed] = mapping
    return found


@lru_cache(maxsize=1)
def _shipped() -> dict[str, Mapping]:
    return mappings_in(SHIPPED)


def shipped_mappings(own: Path | None = None, places: Places | None = None) -> dict[str, Mapping]:
    """The mappings shipped with Belvedere by feed id; those in the folder `own` are added, and win for the same feed."""
    return {**_shipped(), **(mappings_in(own, places) if own is not None and own.is_dir() else {})}


def find_mappings(file_name: str, mappings: Iterable[Mapping]) -> list[Mapping]:
    """Every mapping that claims the file: one file may feed several tables."""
    return [m for m in mappings if m.claims(Path(file_name).name)]


def find_mapping(file_name: str, mappings: Iterable[Mapping]) -> Mapping:
    """The one mapping that claims the file; raises MappingError naming those there are when none or several do."""
    mappings = list(mappings)
    found = find_mappings(file_name, mappings)
    if len(found) == 1:
        return found[0]
    name = Path(file_name).name
    if found:
        raise MappingError(f"{name}: claimed by {', '.join(m.feed for m in found)}; say which feed is meant.")
    patterns: dict[str, list[str]] = {m.feed: m.files for m in mappings}
    known = "; ".join(f"{feed}: {', '.join(files)}" for feed, files in sorted(patterns.items())) or "none"
    raise MappingError(f"{name}: no mapping claims a file of this name. Names claimed: {known}.")
