"""One file, from its bytes to rows fit for the store: read, translated, checked, identities replaced."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from belvedere.errors import UnreadableFile
from belvedere.ontology import schema
from belvedere.ontology.check import check
from belvedere.privacy.pseudonyms import pseudonyms
from belvedere.problems import Problem
from belvedere.reference.places import Places
from belvedere.sources.formats import read
from belvedere.sources.mapping import Mapping
from belvedere.sources.raw import FormatSpec, RawTable
from belvedere.sources.translate import Translation, merged, rows_schema, translate
from belvedere.store.load import Translated


def layout(mapping: Mapping, *, mended: bool = False) -> FormatSpec:
    """How the mapping's files are laid out; mended rows always come as plain CSV with the source's own columns."""
    if not mended:
        return mapping.layout
    plain = FormatSpec(decimal=mapping.format.decimal, thousands=mapping.format.thousands)
    return replace(plain, columns=mapping.layout.columns)


def translate_file(path: Path, mapping: Mapping, places: Places, key: bytes, *, mended: bool = False) -> Translated:
    """The file as rows of the mapping's table. A file of which nothing can be loaded comes back `refused`, with the reason.

    key: the secret under which columns that name persons become pseudonyms, before anything is written.
    """
    table = schema.table(mapping.table)
    try:
        parts = [translate(raw, mapping, places) for raw in read(path, layout(mapping, mended=mended))]
    except UnreadableFile as error:
        return Translated(rows_schema(table).empty_table(), [], {}, refused=error.problem)
    return finish(merged(parts, mapping), mapping, key)


def finish(translation: Translation, mapping: Mapping, key: bytes) -> Translated:
    """Identities replaced and the border check passed; what it sets aside is counted."""
    table = schema.table(mapping.table)
    rows, exempt = (_without_identities(t, table, mapping, key) for t in (translation.rows, translation.exempt))
    checked = check(table, rows)
    own = rows_schema(table)
    counts = translation.counts.as_dict()
    counts["loaded"] -= checked.aside.num_rows + len(checked.notes)
    counts["set_aside"] += checked.aside.num_rows
    counts["repeated"] = len(checked.notes)
    notes = [
        f"Column {name!r} is not in the mapping: neither loaded nor ignored by name." for name in translation.unmapped_columns
    ]
    if checked.notes:
        notes.append(f"{len(checked.notes):,} rows repeat an earlier one to the letter; first: {checked.notes[0].sentence()}")
    problems = [*translation.problems, *checked.problems]
    return Translated(
        checked.rows.select(own.names).cast(own),
        _masked(problems, table, mapping),
        counts,
        pa.concat_tables([exempt.cast(own), checked.aside.select(own.names).cast(own)]),
        withdrawals_judged=all(problem.key_known for problem in problems),
        notes=notes,
    )


def _identities(table: type[schema.Table]) -> list[str]:
    return [column.name for column in table.columns.values() if column.identity]


def _without_identities(rows: pa.Table, table: type[schema.Table], mapping: Mapping, key: bytes) -> pa.Table:
    for name in _identities(table):
        at = rows.column_names.index(name)
        rows = rows.set_column(at, rows.schema.field(name), pseudonyms(key, table.identity_purpose or table.name, rows[name]))
    return rows


def _masked(problems: list[Problem], table: type[schema.Table], mapping: Mapping) -> list[Problem]:
    """Problems without what stood in a column that names a person, nor in a row of a table of persons that could not be cut."""
    named = {mapping.columns[n].column for n in _identities(table) if n in mapping.columns}
    if not named:
        return problems
    return [replace(p, found="(withheld: names a person)") if p.column in named or p.column is None else p for p in problems]


def raw_rows(path: Path, mapping: Mapping, numbers: set[int], *, mended: bool = False) -> Iterator[tuple[int, dict]]:
    """The file's own rows with these row numbers, as (number, {column: cell}); stops when all are found."""
    wanted = set(numbers)
    every_column = replace(layout(mapping, mended=mended), columns=None)
    for raw in read(path, every_column):
        for number, cells in _picked(raw, wanted):
            wanted.discard(number)
            yield number, cells
        if not wanted:
            return


def _picked(raw: RawTable, wanted: set[int]) -> Iterator[tuple[int, dict]]:
    for at, number in enumerate(raw.rows):
        if int(number) in wanted:
            yield int(number), {name: raw.columns[name][at].as_py() for name in raw.columns.column_names}
