"""One file must say one thing of one key. Where it says two, nobody can know which is meant: both are set aside."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import numpy as np
import pyarrow as pa

from belvedere.ontology.schema import table as ontology_table
from belvedere.problems import Problem
from belvedere.sources.mapping import Mapping
from belvedere.sources.translate import Counts, Translation


def set_aside_duplicates(translation: Translation, mapping: Mapping) -> Translation:
    """The translation of a whole file, each key once (each key and date of statement, where the source states one).

    Rows that say the same of the same key: the first stays, the others are set aside as "repeated-row".
    Rows that contradict one another: all are set aside as "contradicting-rows". Their keys are exempt: they are in the file.
    """
    table = ontology_table(mapping.table)
    keys, values = [*table.keys(), "stated_at"], [name for name in table.values() if name in translation.rows.column_names]
    repeats = _repeated(translation.rows, keys, values)
    if repeats.num_rows == 0:
        return translation
    positions = repeats["position"].to_numpy()
    aside = np.zeros(translation.rows.num_rows, dtype=bool)
    contradicts, first = repeats["contradicts"].to_numpy(), repeats["first"].to_numpy()
    dropped = contradicts | (positions != first)
    aside[positions[dropped]] = True
    cells = _cells_in(translation.rows.filter(pa.array(aside)), mapping, table.keys())
    first_rows = translation.rows["source_row"].take(pa.array(first[dropped])).to_pylist()
    problems = [
        Problem(
            "contradicting-rows" if contradicting else "repeated-row",
            f"the key of row {other:,} again" if row != other else "a key that stands in other rows too",
            "each key once, or always with the same figures" if contradicting else "each key once",
            row=row,
            column=column,
            key_known=True,
        )
        for row, column, contradicting, other in zip(
            translation.rows["source_row"].take(pa.array(positions[dropped])).to_pylist(),
            translation.rows["source_column"].take(pa.array(positions[dropped])).to_pylist(),
            contradicts[dropped].tolist(),
            first_rows,
            strict=True,
        )
    ]
    lost = translation.rows.take(pa.array(positions[dropped & contradicts]))
    return replace(
        translation,
        rows=translation.rows.filter(pa.array(~aside)),
        problems=[*translation.problems, *problems],
        counts=translation.counts + Counts(loaded=-cells, set_aside=cells),
        exempt=pa.concat_tables([translation.exempt, lost]),
    )


def _cells_in(rows: pa.Table, mapping: Mapping, keys: list[str]) -> int:
    """How many cells these rows came from: one each where every figure is a row, else the filled columns that are no key."""
    read = [name for name, binding in mapping.columns.items() if binding.column is not None and name not in keys]
    if mapping.values or not read:
        return rows.num_rows
    return sum(rows.num_rows - rows[name].null_count for name in read)


def _repeated(rows: pa.Table, keys: list[str], values: list[str]) -> pa.Table:
    """Rows whose key stands more than once: position, position of the first with that key, whether they contradict."""
    numbered = rows.select([*keys, *values]).append_column("position", pa.array(np.arange(rows.num_rows)))
    by = ", ".join(f'"{key}"' for key in keys)
    said = ", ".join(f'"{value}"' for value in values) or "1"
    same = " AND ".join(f'numbered."{key}" IS NOT DISTINCT FROM twice."{key}"' for key in keys)
    with duckdb.connect() as db:
        db.execute("SET TimeZone = 'UTC'")
        db.register("numbered", numbered)
        return db.sql(f"""
            WITH twice AS (SELECT {by} FROM numbered GROUP BY ALL HAVING count(*) > 1),
                 stated AS (SELECT *, row({said}) AS said FROM numbered SEMI JOIN twice ON {same})
            SELECT position, min(position) OVER same AS first, count(DISTINCT said) OVER same > 1 AS contradicts
            FROM stated WINDOW same AS (PARTITION BY {by}) ORDER BY position""").to_arrow_table()
