"""The border: rows are checked against the ontology; those that break a rule are set aside with the reason.

pandera checks each column (text once for each distinct value, numbers and dates as vectors) and each rule between columns, and
reports all failures at once. Nothing is mended and nothing is guessed: a row passes whole or is set aside whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
import pandera.pandas as pandera
import pyarrow as pa
import pyarrow.compute as pc
from pandera.errors import SchemaErrors

from belvedere.ontology.cast import UNREADABLE, cast_column, complete
from belvedere.ontology.keys import find_duplicates, numbered
from belvedere.ontology.rules import Rule
from belvedere.ontology.schema import Column, Kind, Table
from belvedere.problems import Problem, shorten

# Columns outside the ontology that tell two versions of one key apart: a hub's vintages are not duplicates.
VERSION_COLUMNS = ("stated_at",)
CODES_SHOWN = 8
ROWS_SHOWN = 5
NOT_SHOWN = "(names a person: not shown)"


@dataclass(frozen=True)
class Checked:
    """What came of a check. Rows in = rows + aside + notes, always.

    rows: the good rows, of the table's Arrow types; columns the table does not know are kept behind.
    problems: what was wrong, by row; one row may have several. A cell that names a person is never quoted.
    aside: the rows set aside, in the same columns, each cell that broke a rule emptied. Where all keys are there the key is
        known, and its absence from `rows` must not be taken for a withdrawal.
    notes: one for each row dropped because it repeats an earlier one to the letter.
    """

    rows: pa.Table
    problems: list[Problem]
    aside: pa.Table
    notes: list[Problem]


@dataclass(frozen=True)
class _Failure:
    """One rule that some rows break: rule and expectation in words, the column where it shows, the rows' positions.

    found: what stands in each of the rows, in words, where it is more than the cell.
    """

    rule: str
    expected: str
    column: str
    rows: np.ndarray
    found: list[str] | None = None


def check(table: type[Table], rows: pa.Table) -> Checked:
    """Checks rows against the table's columns, rules and keys, and sets aside those that fail.

    The rows' columns carry the table's names; text is read as numbers and dates where it fits exactly. An absent column takes
    its default or stays empty. `source_row` and `source_column`, if there, name the place in each Problem (otherwise: the
    row's position from 1, the table's column). Two rows of one key with equal values count once and are noted; with differing
    values all are set aside, since nothing says which is right. Raises MappingError where a required column is missing or of
    a type that cannot become the table's.
    """
    given = complete(table, rows)
    cast = {name: cast_column(given[name], column) for name, column in table.columns.items()}
    values = {name: array for name, (array, _) in cast.items()}
    texts = {name: a.dictionary_encode() for name, a in values.items() if table.columns[name].kind is Kind.TEXT}

    failures = [_unreadable(table.columns[name], at) for name, (_, at) in cast.items() if len(at)]
    for name, column in table.columns.items():
        failures += _column_failures(table, column, texts.get(name, values[name]), cast[name][1])
    failures += _rule_failures(table, {**values, **texts}, _mask(failures, len(given)))

    conflicts, notes, repeated = _duplicates(table, given, {**values, **texts}, np.flatnonzero(~_mask(failures, len(given))))
    failures += conflicts
    bad = _mask(failures, len(given))
    whole = pa.table({**values, **{name: given[name] for name in given.column_names if name not in values}})
    if not bad.any() and not len(repeated):
        return Checked(_as_declared(table, whole), [], whole.slice(0, 0), [])
    kept = ~bad
    kept[repeated] = False
    good = _as_declared(table, whole.filter(pa.array(kept)))
    return Checked(good, _problems(table, given, failures), _aside(whole, failures, bad), notes)


def _as_declared(table: type[Table], rows: pa.Table) -> pa.Table:
    """The rows under the table's own schema, which also says which columns are never empty."""
    declared = [c.arrow for c in table.columns.values()]
    extra = [rows.schema.field(name) for name in rows.column_names[len(declared) :]]
    return pa.Table.from_arrays(rows.columns, schema=pa.schema([*declared, *extra]))


def _mask(failures: Iterable[_Failure], length: int) -> np.ndarray:
    mask = np.zeros(length, dtype=bool)
    for failure in failures:
        mask[failure.rows] = True
    return mask


def _unreadable(column: Column, rows: np.ndarray) -> _Failure:
    rule, expected = UNREADABLE[column.kind]
    return _Failure(rule, expected, column.name, rows)


# --- one column ---


def _expectations(column: Column) -> dict[str, tuple[str, pandera.Check]]:
    """rule -> (what is expected, in words; the check)."""
    found = {}
    if column.codes:
        codes = list(column.codes)
        more = f" … {len(codes) - CODES_SHOWN} more" if len(codes) > CODES_SHOWN else ""
        words = f"a code of the list `{column.codes.name}`: {', '.join(codes[:CODES_SHOWN])}{more}"
        found["unknown-code"] = (words, pandera.Check.isin(codes))
    if column.pattern:
        found["wrong-form"] = (f"the form {column.pattern}", pandera.Check.str_matches(rf"(?:{column.pattern})\Z"))
    if column.kind is Kind.TEXT and column.required and not found:
        found["missing-value"] = (f"{column.name}, not an empty text", pandera.Check.str_length(min_value=1))
    if column.minimum is not None:
        found["too-low"] = (f"{column.minimum} or more", pandera.Check.ge(_bound(column, column.minimum)))
    if column.maximum is not None:
        found["too-high"] = (f"{column.maximum} or less", pandera.Check.le(_bound(column, column.maximum)))
    return found


def _bound(column: Column, bound: object) -> object:
    return pd.Timestamp(bound) if column.kind is Kind.DATE else bound


@cache
def _column_schemas(table: type[Table]) -> dict[str, tuple[dict[str, str], pandera.SeriesSchema]]:
    """For each column what each rule expects, in words, and the pandera schema that checks it."""
    schemas = {}
    for name, column in table.columns.items():
        expectations = _expectations(column)
        checks = []
        for rule, (_, made) in expectations.items():
            made.error = rule
            checks.append(made)
        words = {rule: words for rule, (words, _) in expectations.items()}
        words["not_nullable"] = f"a value: {name} is required"
        schemas[name] = (words, pandera.SeriesSchema(None, checks=checks, nullable=not column.required, name=name))
    return schemas


def _broken(schema: pandera.SeriesSchema | pandera.DataFrameSchema, data: pd.Series | pd.DataFrame) -> dict[str, np.ndarray]:
    """rule -> positions in the data that break it."""
    try:
        schema.validate(data, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases
        return {rule: np.unique(part["index"].to_numpy(dtype=np.int64)) for rule, part in cases.groupby("check")}
    return {}


def _column_failures(table: type[Table], column: Column, values: pa.Array, unreadable: np.ndarray) -> list[_Failure]:
    words, schema = _column_schemas(table)[column.name]
    checked_nulls = column.required and values.null_count > 0
    if len(words) == 1 and not checked_nulls:
        return []
    if column.kind is Kind.TEXT:
        distinct = [*values.dictionary.to_pylist(), *([None] if checked_nulls else [])]
        broken = _broken(schema, pd.Series(distinct, dtype=object, name=column.name))
        broken = {rule: _rows_of_codes(values, at) for rule, at in broken.items()}
    else:
        broken = _broken(schema, values.to_pandas(date_as_object=False).rename(column.name))
        broken = {rule: np.setdiff1d(at, unreadable) for rule, at in broken.items()}
    return [
        _Failure("missing-value" if rule == "not_nullable" else rule, words[rule], column.name, rows)
        for rule, rows in broken.items()
        if len(rows)
    ]


def _rows_of_codes(values: pa.DictionaryArray, broken: np.ndarray) -> np.ndarray:
    """Rows whose value stands at one of the broken places of the dictionary; the place after the last is null's."""
    lookup = np.zeros(len(values.dictionary) + 1, dtype=bool)
    lookup[broken] = True
    return np.flatnonzero(lookup[_codes(values)])


def _codes(values: pa.DictionaryArray) -> np.ndarray:
    """Places in the dictionary, -1 for null."""
    return pc.fill_null(values.indices, -1).to_numpy()


# --- between columns ---


@cache
def _rule_schemas(table: type[Table]) -> list[tuple[Rule, pandera.DataFrameSchema]]:
    return [(rule, _rule_schema(rule)) for rule in table.rules]


def _rule_schema(rule: Rule) -> pandera.DataFrameSchema:
    def holds(frame: pd.DataFrame) -> pd.Series:
        return pd.Series(rule.holds(frame), index=frame.index)

    return pandera.DataFrameSchema(checks=[pandera.Check(holds, error=rule.name, ignore_na=False)])


def _frame(values: dict[str, pa.Array], names: Iterable[str]) -> pd.DataFrame:
    """The columns as pandas sees them best: text as categories, days as datetimes."""
    columns = {}
    for name in names:
        array = values[name]
        if pa.types.is_dictionary(array.type):
            columns[name] = pd.Categorical.from_codes(
                _codes(array), categories=pd.Index(array.dictionary.to_pylist(), dtype=object)
            )
        else:
            columns[name] = array.to_pandas(date_as_object=False)
    return pd.DataFrame(columns)


def _rule_failures(table: type[Table], values: dict[str, pa.Array], bad: np.ndarray) -> list[_Failure]:
    """Rows that break a rule between columns; a row already set aside is not judged again."""
    failures = []
    for rule, schema in _rule_schemas(table):
        broken = _broken(schema, _frame(values, rule.columns)).get(rule.name, np.array([], dtype=np.int64))
        broken = broken[~bad[broken]]
        if len(broken):
            failures.append(_Failure(rule.name, rule.expected, rule.column, broken))
    return failures


# --- keys ---


def _duplicates(
    table: type[Table], given: pa.Table, values: dict[str, pa.Array], good: np.ndarray
) -> tuple[list[_Failure], list[Problem], np.ndarray]:
    """Conflicting rows as failures, repeated rows as notes, and the positions of the repeated ones."""
    versions = [given[name].combine_chunks() for name in VERSION_COLUMNS if name in given.column_names]
    keys_of = table.keys()
    keys = [*(values[name] for name in keys_of), *versions]
    said = [values[name] for name in table.values()]
    if len(good) < len(given):
        taken = pa.array(good)
        keys, said = [k.take(taken) for k in keys], [s.take(taken) for s in said]
    found = find_duplicates([_key_numbers(k) for k in keys], [_plain(s) for s in said])
    if not len(found.repeated) and not len(found.conflicting):
        return [], [], found.repeated
    named = _Places(given)
    notes = [
        Problem(
            "repeated-row",
            f"the same as row {named.row(good[first])}",
            "one row for each key",
            *named(good[at]),
            key_known=True,
        )
        for at, first in zip(found.repeated, found.first, strict=True)
    ]
    if not len(found.conflicting):
        return [], notes, good[found.repeated]
    rows = good[found.conflicting]
    expected = f"one row for each key ({', '.join(keys_of)})"
    conflict = _Failure("duplicate-key", expected, keys_of[0], rows, _conflicts(table, given, named, rows, found.groups))
    return [conflict], notes, good[found.repeated]


def _conflicts(table: type[Table], given: pa.Table, named: _Places, rows: np.ndarray, groups: np.ndarray) -> list[str]:
    """For each row its values, and the rows that share its key."""
    sharing = defaultdict(list)
    for at, group in zip(rows, groups, strict=True):
        sharing[group].append(named.row(at))
    told = [name for name in table.values() if not table.columns[name].identity]
    said = given.select(told).take(pa.array(rows)).to_pylist()
    words = []
    for values, group in zip(said, groups, strict=True):
        shown = shorten(", ".join(f"{name} {_shown(value)}" for name, value in values.items()))
        others = ", ".join(str(row) for row in sharing[group][:ROWS_SHOWN])
        words.append(f"{shown}; same key in rows {others}{' …' if len(sharing[group]) > ROWS_SHOWN else ''}")
    return words


def _key_numbers(values: pa.Array) -> np.ndarray:
    return values.indices.to_numpy().astype(np.int64) if pa.types.is_dictionary(values.type) else numbered(values)


def _plain(values: pa.Array) -> pa.Array:
    return values.dictionary_decode() if pa.types.is_dictionary(values.type) else values


# --- words ---


class _Places:
    """Names the place of a row in its source. Made only where there is something to tell: it unpacks two whole columns."""

    def __init__(self, given: pa.Table) -> None:
        self.rows = given["source_row"].to_pylist() if "source_row" in given.column_names else None
        self.columns = given["source_column"].to_pylist() if "source_column" in given.column_names else None

    def row(self, at: int) -> int | None:
        return int(at) + 1 if self.rows is None else self.rows[at]

    def column(self, at: int) -> str | None:
        return None if self.columns is None else self.columns[at]

    def __call__(self, at: int) -> tuple[int | None, str | None]:
        return self.row(at), self.column(at)


def _problems(table: type[Table], given: pa.Table, failures: list[_Failure]) -> list[Problem]:
    """One Problem for each failure of each row, in the order of the rows."""
    named, keys = _Places(given), set(table.keys())
    unknown = _mask((f for f in failures if f.column in keys and f.rule != "duplicate-key"), len(given))
    problems = []
    for failure in failures:
        cells = given[failure.column].take(pa.array(failure.rows)).to_pylist()
        shown = [NOT_SHOWN] * len(cells) if table.columns[failure.column].identity else map(_shown, cells)
        for at, found in zip(failure.rows, failure.found or shown, strict=True):
            row, column = named(at)
            expected = failure.expected if column is None else f"{failure.column}: {failure.expected}"
            problem = Problem(failure.rule, found, expected, row, column or failure.column, key_known=not unknown[at])
            problems.append((at, problem))
    return [problem for _, problem in sorted(problems, key=lambda pair: pair[0])]


def _shown(cell: object) -> str:
    return "nothing" if cell is None else shorten(repr(cell) if isinstance(cell, str) else str(cell))


def _aside(whole: pa.Table, failures: list[_Failure], bad: np.ndarray) -> pa.Table:
    """The rows set aside, without the cells that broke a rule."""
    for name in {failure.column for failure in failures if failure.rule != "duplicate-key"}:
        broken = _mask((f for f in failures if f.column == name and f.rule != "duplicate-key"), len(whole))
        emptied = pc.if_else(pa.array(broken), None, whole[name])
        whole = whole.set_column(whole.column_names.index(name), name, emptied)
    return whole.filter(pa.array(bad))
