"""What a mapping must agree with: the ontology, and itself. Each broken rule is a sentence with file, line and key."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from itertools import combinations

from belvedere.errors import MappingError, UnknownName
from belvedere.ontology.indicators import INDICATORS
from belvedere.ontology.schema import Column, Kind, Table
from belvedere.ontology.schema import table as ontology_table
from belvedere.reference.places import Places
from belvedere.sources.convert import read_moment
from belvedere.sources.mapping import Binding, Mapping, ValueColumn
from belvedere.sources.mapping_errors import Location, at, near

NUMERIC = (Kind.NUMBER, Kind.INTEGER)
DIRECTIVES = {"Y", "m", "d", "j", "G", "V", "u", "H", "M", "S", "f", "z", "%"}
DAY_GIVEN_BY = ({"Y", "m", "d"}, {"Y", "j"}, {"G", "V"})
# Words that name a flow in a source's column: anywhere, or at its end ("icu_in", but not "in_hospital").
FLOW_WORDS = ("incid", "new", "nuovi", "ingressi", "entrees", "sorties", "admissions", "adm", "discharges", "deaths")
FLOW_ENDINGS = ("in", "out")
STOCK, CUMULATIVE, MOVING_WEEK = "stock", "cumulative", "7d"
Fault = tuple[Location, str]


def check_against_ontology(mapping: Mapping, text: str, places: Places) -> None:
    """Raises MappingError with every contradiction found, one a line."""
    try:
        table = ontology_table(mapping.table)
    except UnknownName as cause:
        raise MappingError(f"{at(mapping.path, text, ('table',))}: {cause}") from cause
    rules: tuple[Callable[[Mapping, type[Table]], Iterator[Fault]], ...] = (
        _columns_exist, _keys_are_given, _bindings_fit, _values_fit, _indicators_fit, _figures_are_told_apart,
        _dates_are_certain, _clock_fits, _nothing_is_both, _window_has_dates,
    )  # fmt: skip
    found = [fault for rule in rules for fault in rule(mapping, table)] + list(_places_are_known(mapping, table, places))
    if found:
        raise MappingError("\n".join(f"{at(mapping.path, text, location)}: {words}" for location, words in found))


def _window_has_dates(mapping: Mapping, table: type[Table]) -> Iterator[Fault]:
    if mapping.covers == "window" and "date" not in table.columns:
        yield (
            ("covers",),
            f"a window lies between dates, and table {table.name!r} has no column 'date'; say whole_history or increment",
        )


def _columns_exist(mapping: Mapping, table: type[Table]) -> Iterator[Fault]:
    known = list(table.columns)
    for name in mapping.columns:
        if name == "feed":
            yield ("columns", name), "the feed's id is filled in by itself; take this line out."
        elif name not in table.columns:
            yield ("columns", name), f"table {table.name!r} has no column {name!r}. {near(name, known)}"
    for index, value in enumerate(mapping.values):
        for name in value.constants:
            if name not in table.columns:
                options = [*ValueColumn.model_fields, *known]
                yield ("values", index, name), f"neither an option nor a column of {table.name!r}. {near(name, options)}"


def _keys_are_given(mapping: Mapping, table: type[Table]) -> Iterator[Fault]:
    given = set(mapping.columns) | _filled_in(table)
    always = set.intersection(*(set(v.constants) | {v.into} for v in mapping.values)) if mapping.values else set()
    for column in table.columns.values():
        if column.required and column.default is None and column.name not in given | always:
            which = "key" if column.key else "required"
            yield ("columns",), f"{which} column {column.name!r} of table {table.name!r} is not given ({column.description})"


def _filled_in(table: type[Table]) -> set[str]:
    """Columns that translation fills by itself: the feed's id, and the status of a figure where that is what `status` means."""
    status = table.columns.get("status")
    says_how_reported = status is not None and status.codes is not None and "reported" in status.codes
    return {"feed", "status"} if says_how_reported else {"feed"}


def _bindings_fit(mapping: Mapping, table: type[Table]) -> Iterator[Fault]:
    for name, binding in mapping.columns.items():
        if name in table.columns:
            for words in _binding_faults(binding, table.columns[name], mapping):
                yield ("columns", name), words


def _binding_faults(binding: Binding, column: Column, mapping: Mapping) -> Iterator[str]:
    if binding.column is None:
        if not column.place:  # places are looked up in the register
            yield from _constant_faults(binding.constant, column)
        return
    if column.place and not binding.schemes:
        yield 'a place needs the scheme of its codes: scheme = "insee-dep", "iso-3166-2", "nuts-2021" …'
    if binding.schemes and not column.place:
        yield f"scheme is for places; {column.name!r} is none."
    if binding.formats and column.kind not in (Kind.DATE, Kind.TIMESTAMP):
        yield f"formats are for dates; {column.name!r} is {column.kind}."
    if column.kind in (Kind.DATE, Kind.TIMESTAMP) and mapping.format.kind == "csv" and not binding.formats:
        yield 'a date from a CSV file needs formats = ["%Y-%m-%d"] or whatever the file has.'
    if column.kind is Kind.TIMESTAMP and mapping.clock.timezone is None:
        yield "an instant needs clock.timezone, the zone of the source."
    if binding.plus_days and column.kind is not Kind.DATE:
        yield f"plus_days is for dates; {column.name!r} is {column.kind}."
    if binding.scale is not None and column.kind not in NUMERIC:
        yield f"scale is for numbers; {column.name!r} is {column.kind}."
    if binding.extract is not None:
        yield from _pattern_faults(binding.extract)
    if not column.place:  # the codes of a place lead to a scheme, not to a code list
        for code in [*binding.codes.values(), *([binding.otherwise] if binding.otherwise is not None else [])]:
            yield from _constant_faults(code, column)


def _places_are_known(mapping: Mapping, table: type[Table], places: Places) -> Iterator[Fault]:
    for name, binding in mapping.columns.items():
        for scheme in binding.schemes:
            if scheme not in places.schemes:
                yield ("columns", name), str(UnknownName("scheme of place codes", scheme, places.schemes))
        constant = binding.constant
        if name not in table.columns or not table.columns[name].place:
            continue
        for place in (constant, binding.otherwise):
            if place is not None and place not in places:
                yield ("columns", name), str(UnknownName("place", place, places))


def _pattern_faults(pattern: str) -> Iterator[str]:
    try:
        groups = re.compile(pattern).groups
    except re.error as cause:
        yield f"extract {pattern!r} is no regular expression: {cause}."
        return
    if groups < 1:
        yield f"extract {pattern!r} needs a group ( ) around the part to keep."


def _constant_faults(value: object, column: Column) -> Iterator[str]:
    if column.codes is not None and value not in column.codes:
        yield f"{value!r} is not one of the codes of {column.name!r}. {near(value, list(column.codes))}"
    if column.pattern is not None and not (isinstance(value, str) and re.fullmatch(column.pattern, value)):
        yield f"{value!r} is not written as {column.name!r} must be: {column.pattern}."


def _values_fit(mapping: Mapping, table: type[Table]) -> Iterator[Fault]:
    for index, value in enumerate(mapping.values):
        target = table.columns.get(value.into)
        if target is None or target.kind not in NUMERIC:
            numeric = [c.name for c in table.columns.values() if c.kind in NUMERIC]
            yield (
                ("values", index, "into"),
                f"{value.into!r} is no column of figures of {table.name!r}. {near(value.into, numeric)}",
            )
        if value.suppressed_when and "status" not in table.columns:
            yield ("values", index, "suppressed_when"), f"table {table.name!r} has no status in which to keep that."
        for name, constant in value.constants.items():
            if name in mapping.columns:
                yield ("values", index, name), f"{name!r} is given twice: here and in [columns]."
            elif name in table.columns:
                for words in _constant_faults(constant, table.columns[name]):
                    yield ("values", index, name), words
    if {"value", "status"} <= set(table.columns) and not mapping.values:
        yield ("values",), f"table {table.name!r} takes its figures from [[values]]: name at least one column of them."
    if "status" not in table.columns and (mapping.missing.suppressed or mapping.missing.empty == "withdrawn"):
        yield ("missing",), f"table {table.name!r} has no status in which to keep suppressed or withdrawn figures."


def _indicators_fit(mapping: Mapping, table: type[Table]) -> Iterator[Fault]:
    if "indicator" not in table.columns:
        return
    common = mapping.columns.get("indicator")
    for index, value in enumerate(mapping.values):
        name = value.constants.get("indicator", common.constant if common else None)
        if name not in INDICATORS:  # none here, or said already: it is not in the column's code list
            continue
        meant = INDICATORS[name]
        period = value.constants.get("period", mapping.columns["period"].constant if "period" in mapping.columns else None)
        if value.kind is not None and value.kind != meant.kind:
            yield ("values", index, "kind"), f"{name} is a {meant.kind}, not a {value.kind}."
        if value.unit is not None and value.unit != meant.unit:
            yield ("values", index, "unit"), f"{name} counts {meant.unit}, not {value.unit}; use scale if it can be converted."
        if meant.kind in (STOCK, CUMULATIVE) and period == MOVING_WEEK:
            yield ("values", index, "indicator"), f"{name} is a {meant.kind}: it has no 7-day sum. Name the flow meant instead."
        word = _flow_word(value.column)
        if meant.kind == STOCK and word and value.kind is None:
            yield (
                ("values", index, "indicator"),
                (
                    f"column {value.column!r} reads like a flow ({word!r}) but {name} is a stock: {meant.description} "
                    'If it is one, write kind = "stock".'
                ),
            )


def _flow_word(column: str) -> str | None:
    words = [word for word in re.split(r"[^a-z]+", column.lower()) if word]
    return next((w for i, w in enumerate(words) if w in FLOW_WORDS or (w in FLOW_ENDINGS and i == len(words) - 1)), None)


def _figures_are_told_apart(mapping: Mapping, table: type[Table]) -> Iterator[Fault]:
    seen: dict[tuple, str] = {}
    for index, value in enumerate(mapping.values):
        keys = sorted((k, v) for k, v in value.constants.items() if k in table.columns and table.columns[k].key)
        identity = (value.into, tuple(keys))
        if identity in seen:
            yield ("values", index), f"columns {seen[identity]!r} and {value.column!r} would give rows with the same key."
        seen.setdefault(identity, value.column)


def _dates_are_certain(mapping: Mapping, table: type[Table]) -> Iterator[Fault]:
    places_of_formats: list[tuple[Location, list[str]]] = [(("columns", n), b.formats) for n, b in mapping.columns.items()]
    if mapping.clock.published:
        places_of_formats.append((("clock", "published"), mapping.clock.published.formats))
    for location, formats in places_of_formats:
        faults = [words for form in formats for words in _format_faults(form)]
        yield from ((location, words) for words in faults)
        for one, other in combinations(formats, 2):
            text = None if faults else text_read_two_ways(one, other)
            if text is not None:
                yield (
                    location,
                    (
                        f"formats {one!r} and {other!r} both read {text!r}, as different days. Keep the one the source uses; "
                        "if it uses both, no rule can tell them apart: split the feed by file name."
                    ),
                )


def _format_faults(form: str) -> Iterator[str]:
    used = set(re.findall(r"%(.)", form))
    if "y" in used:
        yield f"{form!r}: years of two digits are refused; their century would be guessed."
    elif used - DIRECTIVES:
        wrong, usable = (" ".join(f"%{d}" for d in sorted(some)) for some in (used - DIRECTIVES, DIRECTIVES))
        yield f"{form!r}: {wrong} cannot be used (names of months differ by machine). Use {usable}."
    elif not any(needed <= used for needed in DAY_GIVEN_BY):
        yield f"{form!r} does not say the day; it needs %Y %m %d, %Y %j or %G %V."


def text_read_two_ways(one: str, other: str) -> str | None:
    """A text that two formats read as different days, if there is one within four probed years."""
    first = dt.datetime(2011, 1, 1, 10, 11, 12)
    days = [first + dt.timedelta(days=n) for n in range(4 * 365)]
    for writer, reader in ((one, other), (other, one)):
        for day in days:
            text = day.strftime(writer)
            as_written, as_read = read_moment(text, writer), read_moment(text, reader)
            if as_written and as_read and as_written.date() != as_read.date():
                return text
    return None


def _clock_fits(mapping: Mapping, table: type[Table]) -> Iterator[Fault]:
    happened = mapping.clock.happened
    dates = [c.name for c in table.columns.values() if c.kind in (Kind.DATE, Kind.TIMESTAMP)]
    if happened is not None and happened not in dates:
        yield ("clock", "happened"), f"{happened!r} is no date of table {table.name!r}. {near(happened, dates)}"
    published = mapping.clock.published
    if published and published.column and mapping.format.kind == "csv" and not published.formats:
        yield ("clock", "published"), 'a date from a CSV file needs formats = ["%Y-%m-%d"] or whatever the file has.'
    if not mapping.files:
        yield ("files",), 'name at least one file, as "hospitals-*.csv".'


def _nothing_is_both(mapping: Mapping, table: type[Table]) -> Iterator[Fault]:
    for name in mapping.ignored:
        if name in mapping.source_columns:
            yield ("ignored",), f"column {name!r} is both read and ignored."
    if mapping.format.thousands is not None and mapping.format.thousands == mapping.format.decimal:
        yield ("format", "thousands"), f"the same sign {mapping.format.decimal!r} cannot part both decimals and thousands."
