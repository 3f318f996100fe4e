"""The three clocks every stored row carries, and the trail back to its source.

`date` (when it happened) is a column of the tables themselves. The rest is the same for all tables, so it is declared here.
"""

from __future__ import annotations

from belvedere.ontology.schema import CodeList, Column, boolean, integer, text, timestamp

KNOWN_BASIS = CodeList(
    "known_basis",
    {
        "published": "the source dates its versions: known since the date it states",
        "ingested": "known since we received it",
        "assumed": "history loaded later: the day it happened plus the source's usual lag",
    },
)


class Clocks:
    """Columns added to every row at rest."""

    known_at: Column = timestamp("Since when this was known (UTC).")
    known_basis: Column = text("How we know since when.", codes=KNOWN_BASIS)
    withdrawn: Column = boolean("From this moment on the source no longer states the row; its values are empty.")
    commit_id: Column = integer("The commit that wrote the row.")
    file_id: Column = integer("The source file, by its number in the register of files.", required=False)
    source_row: Column = integer("Row of the source file (CSV line, sheet row, or Parquet row from 1).", required=False)
    source_column: Column = text("Column of the source file.", required=False)


CLOCK_COLUMNS: dict[str, Column] = {n: c for n, c in vars(Clocks).items() if isinstance(c, Column)}
