"""What a new version of a feed changes: the rules of the clocks.

A feed's history is a function of its versions taken in the order of their time: each is compared with the state left by those
before it, and only what changed is written. `known_at` of a written row is

- new key: the time it is *usually* known (`assumed`), if that lies after the previous version, which did not have it, and
  before this version; otherwise the version's own time;
- changed value, or a value back after a withdrawal: the version's own time;
- key no longer stated, in a version that covers it: a row marked withdrawn, at the version's own time;
- row that carries its own date of statement (hub vintages): that date (`published`), and silence says nothing.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from belvedere.ontology.schema import Table
from belvedere.store.series import rest_schema

WHOLE_HISTORY, WINDOW, INCREMENT, MENDED = "whole_history", "window", "increment", "mended"
SILENT = (INCREMENT, MENDED)


@dataclass(frozen=True)
class Version:
    """One file of a feed, in time.

    at: when the source published it, or when we received it.
    basis: "published" or "ingested".
    covers: what its silence means: "whole_history" (every key of the feed), "window" (keys between its first and last date),
        "increment" (nothing), "mended" (nothing; and its rows are known since they were mended, never assumed).
    grace: how late an increment may come before its rows count as history loaded later.
    withdrawals_judged: False when rows whose key could not be read were set aside: then no absence is taken for a withdrawal.
    """

    at: dt.datetime
    basis: str
    covers: str
    file_id: int
    grace: dt.timedelta = dt.timedelta(0)
    withdrawals_judged: bool = True


@dataclass(frozen=True)
class Changes:
    """What a version adds. rows: columns at rest but for commit_id. The rest are counts of rows.

    held: keys held before. absent: keys withdrawn by the version's silence. statements: whether rows carry their own dates.
    """

    rows: pa.Table
    new: int
    changed: int
    withdrawn: int
    unchanged: int
    held: int
    absent: int = 0
    statements: bool = False


class FeedState:
    """The last word of a feed on each of its keys, moved forward one version at a time.

    Versions must come in the order of their time. The state lives in an in-memory DuckDB; nothing is read or written elsewhere.
    """

    def __init__(self, table: type[Table], rows: pa.Table | None = None, previous_at: dt.datetime | None = None) -> None:
        """rows: the feed's rows at rest so far, all of its history (with `sequence`); previous_at: see `Version.covers`."""
        self.table = table
        self.previous_at = previous_at
        self._keys = table.keys()
        status = table.columns.get("status")
        self._states_withdrawal = status is not None and status.codes is not None and "withdrawn" in status.codes
        self._rest = pa.schema([f for f in rest_schema(table) if f.name != "commit_id"])
        self._db = duckdb.connect()
        self._db.execute("SET TimeZone = 'UTC'")
        self._db.register("empty", self._rest.empty_table())
        self._db.execute("CREATE TABLE state AS FROM empty")
        self._db.execute("CREATE TABLE statements AS FROM empty")
        if rows is not None and rows.num_rows:
            self._remember(rows)

    def close(self) -> None:
        """Frees the memory of the state."""
        self._db.close()

    def apply(self, version: Version, incoming: pa.Table, exempt: pa.Table | None = None) -> Changes:
        """Compares with a version and moves the state forward by it; returns the rows it adds. See `compare`."""
        changes = self.compare(version, incoming, exempt)
        self.move(version, changes)
        return changes

    def compare(self, version: Version, incoming: pa.Table, exempt: pa.Table | None = None) -> Changes:
        """The rows that a version adds to the state, which stays as it is.

        incoming: the table's columns, source_row, source_column, usual_at, stated_at. Keys unique (with stated_at, if stated).
        exempt: keys that stand in the file but were set aside; their absence is no withdrawal.
        """
        self._db.register("incoming", incoming)
        self._db.register("exempt", incoming.schema.empty_table() if exempt is None else exempt)
        stated = incoming.num_rows > 0 and incoming["stated_at"].null_count == 0
        return self._statements(version) if stated else self._compare(version)

    def move(self, version: Version, changes: Changes) -> None:
        """Moves the state forward by what a version added."""
        target, same = ("statements", " AND s.known_at = i.known_at") if changes.statements else ("state", "")
        self._db.register("added", changes.rows)
        self._db.execute(f"DELETE FROM {target} s USING added i WHERE {self._same_key('s', 'i')}{same}")
        self._db.execute(f"INSERT INTO {target} BY NAME FROM added")
        if version.covers not in SILENT and not changes.statements:
            self.previous_at = version.at

    # -- versions ---------------------------------------------------------------------------------------------------

    def _compare(self, version: Version) -> Changes:
        held = self._count("state WHERE NOT withdrawn")
        said = self._news()
        new, back_or_changed, gone = (
            pc.sum(flags, min_count=0).as_py()
            for flags in (
                pc.and_not(said["is_new"], said["withdrawn"]),
                pc.invert(pc.or_(said["is_new"], said["withdrawn"])),
                said["withdrawn"],
            )
        )
        absent = self._withdrawals(version) if held else self._rest.empty_table()
        added = pa.concat_tables([self._at_rest(self._dated(said, version)), self._at_rest(absent)])
        unchanged = self._count("incoming") - said.num_rows
        return Changes(added, new, back_or_changed, gone + absent.num_rows, unchanged, held, absent.num_rows)

    def _news(self) -> pa.Table:
        """The incoming rows that say something the state does not, with `is_new` (key never held) and `withdrawn`."""
        if self._count("state") == 0:
            first = self._db.sql(f"SELECT i.*, {self._says_withdrawn('i')} AS withdrawn, TRUE AS is_new FROM incoming i")
            return first.filter("NOT withdrawn").to_arrow_table()
        return self._db.sql(f"""
            SELECT i.*, {self._says_withdrawn("i")} AS withdrawn, s.known_at IS NULL AS is_new
            FROM incoming i LEFT JOIN state s ON {self._same_key("s", "i")}
            WHERE CASE WHEN {self._says_withdrawn("i")} THEN NOT coalesce(s.withdrawn, TRUE)
                       ELSE coalesce(s.withdrawn, TRUE) OR {self._differs("s")} END
            ORDER BY source_row, source_column""").to_arrow_table()

    def _dated(self, said: pa.Table, version: Version) -> pa.Table:
        """The rows with since when, and how, they are known: see the rules at the top of this module."""
        own_time = pa.scalar(version.at, pa.timestamp("us", tz="UTC"))
        previous_at = version.at if version.covers == MENDED else self.previous_at
        latest = version.at - (version.grace if version.covers == INCREMENT else dt.timedelta(0))
        usual = said["usual_at"]
        assumed = pc.and_(said["is_new"], pc.less(usual, pa.scalar(latest, own_time.type)))
        if previous_at is not None:
            assumed = pc.and_(assumed, pc.greater(usual, pa.scalar(previous_at, own_time.type)))
        assumed = pc.fill_null(assumed, False)  # no usual time is known: nothing to assume
        known_at = pc.if_else(assumed, usual, own_time)
        said = said.append_column("known_at", known_at).append_column(
            "known_basis", pc.if_else(assumed, "assumed", version.basis)
        )
        return said.append_column("file_id", pa.repeat(pa.scalar(version.file_id, pa.int64()), said.num_rows))

    def _withdrawals(self, version: Version) -> pa.Table:
        """Rows for the keys that the version covers and no longer states: the key, no values, marked withdrawn."""
        kept = {k: f's."{k}"' for k in self._keys} | ({"status": "'withdrawn'"} if self._states_withdrawal else {})
        columns = ", ".join(f'{kept.get(n, "NULL")} AS "{n}"' for n in [*self.table.columns, "source_row", "source_column"])
        return self._db.sql(
            f"""SELECT {columns}, TRUE AS withdrawn, {version.file_id}::BIGINT AS file_id,
                       $at::TIMESTAMPTZ AS known_at, $basis AS known_basis
                FROM {self._absent_keys(version)} ORDER BY {", ".join(f's."{k}"' for k in self._keys)}""",
            params={"at": version.at, "basis": version.basis},
        ).to_arrow_table()

    def _statements(self, version: Version) -> Changes:
        """Rows that carry their own date: each one not yet held with the same key, date and values is kept as it is."""
        held = self._count("state WHERE NOT withdrawn")
        same = f"{self._same_key('s', 'i')} AND s.known_at = i.stated_at"
        rows = self._db.sql(
            f"""SELECT i.* EXCLUDE (usual_at, stated_at), {self._says_withdrawn("i")} AS withdrawn,
                       s.known_at IS NULL AS is_new, {version.file_id}::BIGINT AS file_id,
                       i.stated_at AS known_at, 'published' AS known_basis
                FROM incoming i LEFT JOIN statements s ON {same}
                WHERE s.known_at IS NULL OR {self._differs("s")} ORDER BY i.source_row, i.source_column"""
        ).to_arrow_table()
        new, gone = (pc.sum(rows[name], min_count=0).as_py() for name in ("is_new", "withdrawn"))
        unchanged = self._count("incoming") - rows.num_rows
        return Changes(self._at_rest(rows), new, rows.num_rows - new, gone, unchanged, held, statements=True)

    # -- state ------------------------------------------------------------------------------------------------------

    def _remember(self, rows: pa.Table) -> None:
        keys = ", ".join(f'"{k}"' for k in self._keys)
        self._db.register("rows_so_far", rows)
        newest = "ORDER BY known_at DESC, sequence DESC, source_row DESC NULLS LAST"
        for target, by in (("state", keys), ("statements", f"{keys}, known_at")):
            self._db.execute(f"""INSERT INTO {target} BY NAME SELECT * EXCLUDE (sequence, commit_id) FROM rows_so_far
                                 QUALIFY row_number() OVER (PARTITION BY {by} {newest}) = 1""")
        self._db.unregister("rows_so_far")

    def _count(self, what: str) -> int:
        return self._db.execute(f"SELECT count(*) FROM {what}").fetchall()[0][0]

    def _at_rest(self, rows: pa.Table) -> pa.Table:
        return rows.select(self._rest.names).cast(self._rest)

    # -- SQL fragments ----------------------------------------------------------------------------------------------

    def _same_key(self, left: str, right: str) -> str:
        return " AND ".join(f'{left}."{k}" = {right}."{k}"' for k in self._keys)

    def _differs(self, state: str) -> str:
        return "(" + (" OR ".join(f'{state}."{v}" IS DISTINCT FROM i."{v}"' for v in self.table.values()) or "FALSE") + ")"

    def _absent_keys(self, version: Version) -> str:
        """FROM clause: the rows of the state that the version covers and does not state."""
        covered = {
            WHOLE_HISTORY: "TRUE",
            WINDOW: "s.date BETWEEN (SELECT min(date) FROM incoming) AND (SELECT max(date) FROM incoming)",
        }.get(version.covers, "FALSE")
        if not version.withdrawals_judged:
            covered = "FALSE"
        return f"""state s WHERE NOT s.withdrawn AND {covered}
                   AND NOT EXISTS (FROM incoming i WHERE {self._same_key("s", "i")})
                   AND NOT EXISTS (FROM exempt e WHERE {self._same_key("s", "e")})"""

    def _says_withdrawn(self, row: str) -> str:
        """Does the incoming row itself say that its value was withdrawn?"""
        return f"({row}.status IS NOT DISTINCT FROM 'withdrawn')" if self._states_withdrawal else "FALSE"
