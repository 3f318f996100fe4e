"""From the rows of a file to the rows of the ontology, by a mapping; what cannot be read is set aside, cell by cell.

    places = Places.load()
    for raw in read(path, mapping.layout):
        translation = translate(raw, mapping, places)

A *cell* is a figure the mapping reads: a row of the file times a value column. Every cell is loaded, empty, set aside or
excluded; nothing is guessed and nothing is lost.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields, replace
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from belvedere.ontology.schema import Table
from belvedere.ontology.schema import table as ontology_table
from belvedere.problems import Problem
from belvedere.reference.calendar import end_of_day as calendar_end_of_day
from belvedere.reference.places import Places
from belvedere.sources.columns import RowColumn, check_header, problems_of, read_column, read_figures, read_stated
from belvedere.sources.convert import UTC_MICROSECONDS, blank, distinct, matches, one_array, to_utc
from belvedere.sources.figures import DEFINED_BY, both, keep_within, limits_of_code, limits_of_codes, limits_of_column
from belvedere.sources.mapping import Mapping, ValueColumn
from belvedere.sources.raw import RawTable

REPORTED, SUPPRESSED, WITHDRAWN = "reported", "suppressed", "withdrawn"
EndOfDay = Callable[[pa.Array, pa.Array], pa.Array]


@dataclass(frozen=True)
class Counts:
    """Rows and cells of a file. cells = loaded + empty + set_aside + excluded, always.

    rows: rows read, with those the reader set aside; a row that could not be read counts all its cells as set aside.
    """

    rows: int = 0
    cells: int = 0
    loaded: int = 0
    empty: int = 0
    set_aside: int = 0
    excluded: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    def as_dict(self) -> dict[str, int]:
        """By name."""
        return {f.name: getattr(self, f.name) for f in fields(self)}


@dataclass(frozen=True)
class Translation:
    """One chunk, translated.

    rows: the ontology table's columns, and source_row (int64), source_column (text), usual_at and stated_at (instants, UTC).
    problems: one for each thing set aside, those of the reader included.
    exempt: keys of the cells set aside whose key could be read, in the columns of `rows`; their absence is no withdrawal.
    unmapped_columns: columns of the file the mapping does not speak of.
    """

    rows: pa.Table
    problems: list[Problem]
    counts: Counts
    exempt: pa.Table
    unmapped_columns: tuple[str, ...] = ()

    @property
    def withdrawals_judged(self) -> bool:
        """Whether an absent key may be taken for a withdrawal: not when some row's key could not be read."""
        return all(problem.key_known for problem in self.problems)


def translate(raw: RawTable, mapping: Mapping, places: Places | None = None, end_of_day: EndOfDay | None = None) -> Translation:
    """The rows of one chunk as ontology rows.

    places: has resolve(scheme, codes) -> (ids, unknown). end_of_day(places, dates) -> instants (UTC).
    Raises UnreadableFile when the file lacks a column the mapping needs.
    """
    places = places or Places.load()
    job = _Job.prepare(raw, mapping, places, end_of_day or (lambda at, days: calendar_end_of_day(at, days, places)))
    parts = [job.cells_of(value) for value in job.values] if mapping.values else [job.plain_rows()]
    unread = len({p.row for p in raw.problems if p.row is not None})
    counts = sum((part.counts for part in parts), Counts(rows=job.height + unread))
    counts += Counts(cells=unread * job.width, set_aside=unread * job.width)
    return Translation(
        job.finished([part.rows for part in parts]),
        [*raw.problems, *job.problems, *(p for part in parts for p in part.problems)],
        counts,
        job.finished([part.exempt for part in parts]),
        job.unmapped,
    )


def merged(translations: Iterable[Translation], mapping: Mapping) -> Translation:
    """The chunks of one file as one translation."""
    parts = list(translations)
    empty = rows_schema(ontology_table(mapping.table)).empty_table()
    return Translation(
        pa.concat_tables([empty, *(part.rows for part in parts)]),
        [problem for part in parts for problem in part.problems],
        sum((part.counts for part in parts), Counts()),
        pa.concat_tables([empty, *(part.exempt for part in parts)]),
        tuple(dict.fromkeys(name for part in parts for name in part.unmapped_columns)),
    )


def rows_schema(table: type[Table]) -> pa.Schema:
    """Columns of a translation's rows. A row set aside may lack a required value, so all may be null here."""
    own = [pa.field(f.name, f.type) for f in table.arrow_schema()]
    added = [
        ("source_row", pa.int64()),
        ("source_column", pa.string()),
        ("usual_at", UTC_MICROSECONDS),
        ("stated_at", UTC_MICROSECONDS),
    ]
    return pa.schema([*own, *(pa.field(name, kind) for name, kind in added)])


@dataclass
class _Part:
    """What one value column gave."""

    rows: pa.Table
    exempt: pa.Table
    counts: Counts
    problems: list[Problem] = field(default_factory=list)


@dataclass
class _Job:
    """One chunk under way.

    columns: row-level ontology columns, read once for all value columns.
    keys_bad, bad: rows whose key, or any required column, could not be read. excluded: rows the feed does not take.
    """

    raw: RawTable
    mapping: Mapping
    table: type[Table]
    schema: pa.Schema
    columns: dict[str, RowColumn]
    constants: dict[str, object]
    stated_at: pa.Array
    end_of_day: EndOfDay
    excluded: np.ndarray
    keys_bad: np.ndarray
    bad: np.ndarray
    problems: list[Problem]
    values: list[ValueColumn]
    unmapped: tuple[str, ...]

    @property
    def height(self) -> int:
        return self.raw.columns.num_rows

    @property
    def width(self) -> int:
        """Cells in a row."""
        return len(self.values) if self.mapping.values else max(1, len(self.plain_columns))

    @property
    def plain_columns(self) -> list[RowColumn]:
        """Without [[values]]: the columns that are read from the file and are no key."""
        keys = set(self.table.keys())
        return [c for c in self.columns.values() if c.source is not None and c.target.name not in keys]

    @classmethod
    def prepare(cls, raw: RawTable, mapping: Mapping, places: Places, end_of_day: EndOfDay) -> _Job:
        """Reads everything that is the same for all value columns."""
        table, header = ontology_table(mapping.table), raw.columns.column_names
        unmapped = check_header(header, mapping)
        height = raw.columns.num_rows
        excluded = _excluded(raw.columns, mapping)
        columns, problems = {}, []
        keys_bad, bad = np.zeros(height, bool), np.zeros(height, bool)
        stated = read_stated(raw, mapping)
        for name, binding in mapping.columns.items():
            if binding.column is None or binding.column not in header:
                continue
            read = read_column(raw.columns[binding.column], binding, table.columns[name], mapping, places)
            columns[name] = read
            if read.target.required:
                keys_bad |= (read.faults != 0) & read.target.key
                bad |= read.faults != 0
        if stated is not None:
            keys_bad, bad = keys_bad | (stated.faults != 0), bad | (stated.faults != 0)
        for read in [*columns.values(), *([stated] if stated else [])]:
            in_a_cell = not mapping.values and not read.target.required
            problems += [] if in_a_cell else problems_of(read, raw.rows, ~excluded, ~keys_bad)
        constants = _constants(mapping, table, columns)
        return cls(
            raw, mapping, table, rows_schema(table), columns, constants,
            pa.nulls(height, UTC_MICROSECONDS) if stated is None else stated.values, end_of_day,
            excluded, keys_bad & ~excluded, bad & ~excluded, problems,
            [v for v in mapping.values if v.column in header], unmapped,
        )  # fmt: skip

    def cells_of(self, value: ValueColumn) -> _Part:
        """One value column: each of its cells becomes a row, or is counted as what it is."""
        cells = one_array(self.raw.columns[value.column])
        target = self.table.columns[value.into]
        hidden = self._hidden(value, cells)
        read = read_figures(cells, value, target, self.mapping, skip=hidden)
        figures = self._within(read, value)
        gone = self.mapping.missing.empty == WITHDRAWN
        open_rows = ~self.excluded & ~self.bad
        faulty = open_rows & (figures.faults != 0)
        stays_empty = open_rows & figures.empty & ~hidden & (not gone)
        loaded = open_rows & ~faulty & ~stays_empty
        status = (
            np.where(hidden, SUPPRESSED, np.where(figures.empty, WITHDRAWN, REPORTED))
            if (hidden | figures.empty).any()
            else None
        )
        given = dict(value.constants) | {value.into: figures.values}
        if "status" in self.table.columns and "status" not in self.constants and "status" not in given:
            given["status"] = REPORTED if status is None else pa.array(status, pa.string())
        frame = self._frame(given, value.column)
        aside = faulty | (self.bad & ~self.keys_bad)
        counts = Counts(
            cells=self.height, loaded=int(loaded.sum()), empty=int(stays_empty.sum()),
            set_aside=int(faulty.sum() + self.bad.sum()), excluded=int(self.excluded.sum()),
        )  # fmt: skip
        return _Part(
            _only(frame, loaded), _only(frame, aside), counts, problems_of(figures, self.raw.rows, open_rows, ~self.keys_bad)
        )

    def plain_rows(self) -> _Part:
        """Without value columns a row of the file is a row of the table; its cells are the columns read that are no key."""
        cells = self.plain_columns
        open_rows, width = ~self.excluded & ~self.bad, max(1, len(self.plain_columns))
        empty = sum((c.empty & open_rows & (c.faults == 0) for c in cells), np.zeros(self.height, int))
        faulty = sum(((c.faults != 0) & open_rows for c in cells), np.zeros(self.height, int))
        problems = [p for c in cells if not c.target.required for p in problems_of(c, self.raw.rows, open_rows, ~self.keys_bad)]
        frame = self._frame({}, None)
        set_aside = int(faulty.sum() + self.bad.sum() * width)
        counts = Counts(
            cells=self.height * width, loaded=int(open_rows.sum() * width - empty.sum() - faulty.sum()), empty=int(empty.sum()),
            set_aside=set_aside, excluded=int(self.excluded.sum() * width),
        )  # fmt: skip
        return _Part(_only(frame, open_rows), _only(frame, self.bad & ~self.keys_bad), counts, problems)

    def _hidden(self, value: ValueColumn, cells: pa.Array) -> np.ndarray:
        """Cells the source suppressed: by what stands in them, or by a second column that says so."""
        hidden = matches(cells, self.mapping.missing.suppressed)
        flag = value.suppressed_when
        if flag is not None and flag.column in self.raw.columns.column_names:
            hidden |= matches(one_array(self.raw.columns[flag.column]), flag.equals) & blank(cells, self.mapping.missing.tokens)
        return hidden

    def _within(self, read: RowColumn, value: ValueColumn) -> RowColumn:
        """The figures that keep to the limits of their column and of what they count."""
        limits, name = limits_of_column(read.target), next((n for n in DEFINED_BY if n in self.table.columns), None)
        if name in self.columns:
            limits = both(limits, limits_of_codes(name, self.columns[name].values))
        elif name is not None:
            limits = both(limits, limits_of_code(name, value.constants.get(name, self.constants.get(name))))
        if value.whole is not None:
            limits = replace(limits, whole=value.whole)
        return read.with_converted(keep_within(read.converted, limits))

    @cached_property
    def shared(self) -> dict[str, pa.Array]:
        """What is the same for all value columns, as arrays."""
        known = {"source_row": pa.array(self.raw.rows, pa.int64()), "stated_at": self.stated_at}
        known = self.constants | {name: column.values for name, column in self.columns.items()} | known
        return {name: self._filled(source, self.schema.field(name).type) for name, source in known.items()}

    @cached_property
    def usual_at(self) -> pa.Array:
        """`_usual_at` where no value column brings its own day or place."""
        return self._usual_at(self.shared)

    def _frame(self, given: dict[str, object], source_column: str | None) -> pa.Table:
        """All rows of the chunk in the columns of the result."""
        own = {n: self._filled(s, self.schema.field(n).type) for n, s in (given | {"source_column": source_column}).items()}
        everything = self.shared | own
        everything["usual_at"] = self._usual_at(everything) if own.keys() & self.usual_from else self.usual_at
        return pa.Table.from_arrays([everything.get(f.name, self._nulls(f.type)) for f in self.schema], schema=self.schema)

    @cached_property
    def usual_from(self) -> set[str]:
        """The columns from which a row's usual time follows."""
        return {self.happened} | {name for name, column in self.table.columns.items() if column.place}

    @property
    def happened(self) -> str:
        """The column with the day it happened."""
        return self.mapping.clock.happened or "date"

    def _nulls(self, kind: pa.DataType) -> pa.Array:
        return pa.nulls(self.height, kind)

    def _filled(self, source: object, kind: pa.DataType) -> pa.Array:
        """An array as it is, a constant in every row."""
        if isinstance(source, pa.Array):
            return source if source.type == kind else source.cast(kind)
        return self._nulls(kind) if source is None else pa.repeat(pa.scalar(source).cast(kind), self.height)

    def _usual_at(self, arrays: dict[str, pa.Array]) -> pa.Array:
        """When each row is usually known: a time of day at the source, or a length of time after the day ended at the place."""
        clock, days = self.mapping.clock, arrays.get(self.happened)
        where = next((name for name, column in self.table.columns.items() if column.place and name in arrays), None)
        if days is None or clock.lag is None or (where is None and clock.length is not None):
            return self._nulls(UTC_MICROSECONDS)
        if pa.types.is_timestamp(days.type):  # the local day of an instant
            days = pc.local_timestamp(days.cast(pa.timestamp("us", clock.timezone))).cast(pa.date32(), safe=False)
        if clock.days_and_hour is not None:
            return _on_the_clock(days, *clock.days_and_hour, clock.timezone)
        return pc.add(self.end_of_day(arrays[where], days), pa.scalar(clock.length, pa.duration("us")))

    def finished(self, parts: list[pa.Table]) -> pa.Table:
        """The parts under one another."""
        return pa.concat_tables([self.schema.empty_table(), *parts])


def _only(frame: pa.Table, rows: np.ndarray) -> pa.Table:
    return frame if rows.all() else frame.filter(pa.array(rows)) if rows.any() else frame.slice(0, 0)


def _excluded(columns: pa.Table, mapping: Mapping) -> np.ndarray:
    excluded = np.zeros(columns.num_rows, dtype=bool)
    for name, where in mapping.where.items():
        cells = one_array(columns[name])
        excluded |= ~matches(cells, where.only) if where.only else matches(cells, where.all_but)
    return excluded


def _constants(mapping: Mapping, table: type[Table], read: dict[str, RowColumn]) -> dict[str, object]:
    """Ontology columns that are the same in every row: the feed's id, declared constants, and what an absent column means."""
    constants: dict[str, object] = {"feed": mapping.feed} if "feed" in table.columns else {}
    for name, column in table.columns.items():
        binding = mapping.columns.get(name)
        if binding is not None and binding.column is None:
            constants[name] = binding.constant
        elif binding is not None and name not in read:
            constants[name] = binding.otherwise if binding.otherwise is not None else column.default
        elif binding is None and column.default is not None and not (name == "status" and mapping.values):
            constants[name] = column.default
    return constants


def _on_the_clock(days: pa.Array, after: int, hour: dt.time, zone: str) -> pa.Array:
    """`after` days later at that hour in the zone; each different day is converted once."""
    different, indices = distinct(days)
    moments = [
        None if day is None else to_utc(dt.datetime.combine(day + dt.timedelta(days=after), hour), zone)
        for day in different.to_pylist()
    ]
    return pa.array(moments, UTC_MICROSECONDS).take(pa.array(indices, mask=indices < 0))
