"""Commits: how anything is written, whole or not at all.

Rows go to the shelves first, marked with the commit's number; the last act is one SQL transaction that gives the commit its
sequence. Readers take the list of committed numbers first and the rows after, so they see all of a commit or nothing of it.
A process that dies in between leaves rows that nobody reads.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from belvedere.errors import ConflictError
from belvedere.ontology.schema import Shelf, table
from belvedere.problems import Problem
from belvedere.store import register, series
from belvedere.store.engine import reading, writing
from belvedere.store.workspace import Workspace

KINDS = ("load", "rebuild", "mend", "run", "erase", "desk")
INSERT_ROWS = 5_000


@cache
def code_version() -> str:
    """Version of the package and checksum of its source, so that a figure names the very code that made it."""
    digest = hashlib.sha256()
    root = Path(__file__).resolve().parent.parent
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(path.read_bytes())
    return f"{version('belvedere')}+{digest.hexdigest()[:12]}"


@dataclass
class Commit:
    """One unit of writing. Use as a context manager: leaving it normally commits, an exception keeps nothing.

    with Commit.begin(workspace, "run", inputs=[TableInput("indicators", at=41)], parameters={"seed": 1}) as commit:
        commit.append("forecasts", rows, known_at=now, basis="ingested")
    """

    workspace: Workspace
    id: int
    kind: str
    feed: str | None
    started_at: dt.datetime
    base_sequence: int
    supersedes: list[int] = field(default_factory=list)
    resolves: dict[int, str] = field(default_factory=dict)
    sequence: int | None = None
    _writes: dict[str, int] = field(default_factory=dict)
    _statements: list[tuple[sa.Executable, list[dict]]] = field(default_factory=list)

    @classmethod
    def begin(
        cls,
        workspace: Workspace,
        kind: str,
        *,
        feed: str | None = None,
        inputs: Iterable[FileInput | TableInput] = (),
        parameters: Mapping[str, object] | None = None,
        now: dt.datetime | None = None,
    ) -> Commit:
        """Registers the commit as open, with everything it will be made from."""
        if kind not in KINDS:
            raise ValueError(f"kind of commit {kind!r}, expected one of {KINDS}")
        started = now or dt.datetime.now(dt.UTC)
        with writing(workspace.engine) as connection:
            base = connection.execute(sa.select(sa.func.coalesce(sa.func.max(register.commits.c.sequence), 0))).scalar_one()
            row = connection.execute(
                sa.insert(register.commits).values(
                    state="open",
                    kind=kind,
                    feed=feed,
                    started_at=started,
                    code_version=code_version(),
                    parameters=json.loads(json.dumps(dict(parameters or {}), default=str)),
                )
            )
            commit_id = row.inserted_primary_key[0]
            for given in inputs:
                connection.execute(sa.insert(register.commit_inputs).values(commit_id=commit_id, **given.columns()))
        return cls(workspace, commit_id, kind, feed, started, base)

    def append(
        self,
        name: str,
        rows: pa.Table,
        *,
        known_at: dt.datetime | None = None,
        basis: str | None = None,
    ) -> int:
        """Adds rows to a table. Columns of clocks that the rows lack are filled from known_at and basis. Returns the count."""
        if rows.num_rows == 0:
            return 0
        declared = table(name)
        complete = self._with_clocks(rows, known_at, basis).select(series.rest_schema(declared).names)
        complete = complete.cast(series.rest_schema(declared))
        if declared.shelf is Shelf.SERIES:
            series.append(self.workspace.series, declared, complete)
        else:
            target = register.records_tables()[name]
            for batch in complete.to_batches(max_chunksize=INSERT_ROWS):
                self._statements.append((sa.insert(target), batch.to_pylist()))
        self._writes[name] = self._writes.get(name, 0) + complete.num_rows
        return complete.num_rows

    def set_aside(
        self, feed: str, file_id: int, problems: Iterable[Problem], settled: Mapping[tuple, tuple] | None = None
    ) -> int:
        """Puts problems in quarantine, as part of this commit. Returns the count.

        settled: (file, row, column, rule) -> (resolved_by, resolution, reason) of entries that were put right before.
        """
        settled = settled or {}
        rows = []
        for p in problems:
            resolved_by, resolution, reason = settled.get((file_id, p.row, p.column, p.rule), (None, None, None))
            rows.append(
                dict(commit_id=self.id, feed=feed, file_id=file_id, row=p.row, column=p.column, rule=p.rule, found=p.found,
                     expected=p.expected, resolved_by=resolved_by, resolution=resolution, reason=reason)
            )  # fmt: skip
        for start in range(0, len(rows), INSERT_ROWS):
            self._statements.append((sa.insert(register.quarantine), rows[start : start + INSERT_ROWS]))
        return len(rows)

    def also(self, statement: sa.Executable, rows: list[dict] | None = None) -> None:
        """Adds a statement on the register to the closing transaction."""
        self._statements.append((statement, rows or []))

    def __enter__(self) -> Commit:
        return self

    def __exit__(self, kind, error, trace) -> None:
        if error is not None:
            self._abort()
            return
        try:
            self._close()
        except BaseException:
            self._abort()
            raise

    def _with_clocks(self, rows: pa.Table, known_at: dt.datetime | None, basis: str | None) -> pa.Table:
        n = rows.num_rows
        fill = {
            "known_at": pa.scalar(known_at, pa.timestamp("us", tz="UTC")),
            "known_basis": pa.scalar(basis, pa.string()),
            "withdrawn": pa.scalar(False),
            "file_id": pa.scalar(None, pa.int64()),
            "source_row": pa.scalar(None, pa.int64()),
            "source_column": pa.scalar(None, pa.string()),
        }
        for name, value in fill.items():
            if name not in rows.column_names:
                rows = rows.append_column(name, pa.repeat(value, n))
        if "commit_id" in rows.column_names:
            rows = rows.drop_columns(["commit_id"])
        rows = rows.append_column("commit_id", pa.repeat(pa.scalar(self.id, pa.int64()), n))
        if pc.any(pc.is_null(rows["known_at"])).as_py():
            raise ValueError("every row needs known_at: since when it was known")
        return rows

    def _close(self) -> None:
        c = register.commits
        with writing(self.workspace.engine) as connection:
            if connection.dialect.name == "postgresql":
                # SQLite's write lock already makes sequences follow one another.
                connection.exec_driver_sql("LOCK TABLE commits IN SHARE ROW EXCLUSIVE MODE")
            self._refuse_if_overtaken(connection)
            for statement, rows in self._statements:
                connection.execute(statement, rows) if rows else connection.execute(statement)
            for name, count in self._writes.items():
                connection.execute(sa.insert(register.commit_writes).values(commit_id=self.id, table_name=name, rows=count))
            last = connection.execute(sa.select(sa.func.coalesce(sa.func.max(c.c.sequence), 0))).scalar_one()
            sequence = last + 1
            if self.supersedes:
                connection.execute(sa.update(c).where(c.c.id.in_(self.supersedes)).values(superseded_by=sequence))
            for problem_id, resolution in self.resolves.items():
                connection.execute(
                    sa.update(register.quarantine)
                    .where(register.quarantine.c.id == problem_id)
                    .values(resolved_by=self.id, resolution=resolution)
                )
            connection.execute(
                sa.update(c)
                .where(c.c.id == self.id)
                .values(state="committed", sequence=sequence, committed_at=dt.datetime.now(dt.UTC))
            )
        self.sequence = sequence

    def _refuse_if_overtaken(self, connection: sa.Connection) -> None:
        """What a feed's commit writes depends on the feed's rows; if they changed meanwhile, it must start again."""
        if self.feed is None:
            return
        c = register.commits.c
        newer = connection.execute(
            sa.select(c.id).where(c.feed == self.feed, c.sequence > self.base_sequence).limit(1)
        ).scalar()
        if newer is not None:
            raise ConflictError(
                f"Another process loaded feed {self.feed!r} (commit {newer}) while commit {self.id} was being written. "
                "Nothing of this one was kept; load the file again."
            )

    def _abort(self) -> None:
        with writing(self.workspace.engine) as connection:
            connection.execute(
                sa.update(register.commits)
                .where(register.commits.c.id == self.id, register.commits.c.state == "open")
                .values(state="aborted")
            )


@dataclass(frozen=True)
class FileInput:
    """A source file a commit was made from."""

    file_id: int

    def columns(self) -> dict:
        return {"file_id": self.file_id}


@dataclass(frozen=True)
class TableInput:
    """A table a commit was made from, as it stood at a sequence and as of a moment."""

    table: str
    at: int
    as_of: dt.datetime | None = None

    def columns(self) -> dict:
        return {"table_name": self.table, "at_sequence": self.at, "as_of": self.as_of}


def last_sequence(workspace: Workspace) -> int:
    """The sequence of the newest commit; 0 in an empty workspace."""
    with reading(workspace.engine) as connection:
        return connection.execute(sa.select(sa.func.coalesce(sa.func.max(register.commits.c.sequence), 0))).scalar_one()
