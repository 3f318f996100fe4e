"""A small workspace, and a way to load versions of a feed without any file format."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
import sqlalchemy as sa

from belvedere.ontology import schema
from belvedere.store.history import WHOLE_HISTORY
from belvedere.store.load import Feed, Incoming, SourceFile, StoredVersion, Translated, load
from belvedere.store.workspace import Workspace, create, open_workspace
from tests.store import postgres

UTC = dt.UTC
INDICATORS = schema.table("indicators")
INCOMING_SCHEMA = pa.schema(
    [
        *[c.arrow.with_nullable(True) for c in INDICATORS.columns.values()],
        pa.field("source_row", pa.int64()),
        pa.field("source_column", pa.string()),
        pa.field("usual_at", pa.timestamp("us", tz="UTC")),
        pa.field("stated_at", pa.timestamp("us", tz="UTC")),
    ]
)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def at(text: str) -> dt.datetime:
    """An instant: "2020-03-20" is midnight UTC, "2020-03-20 18:00" an hour of that day."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=UTC)


def rows(values: dict, *, feed: str = "test", lag: dt.timedelta = dt.timedelta(days=1, hours=18), stated=None) -> pa.Table:
    """Rows of `indicators` from {(place, "2020-03-18"): value}; None stands for a value the source itself withdrew."""
    made = []
    for number, ((place, date), value) in enumerate(values.items(), start=2):
        midnight = dt.datetime.combine(day(date), dt.time(), tzinfo=UTC)
        made.append(
            {
                "feed": feed,
                "place": place,
                "date": day(date),
                "indicator": "hospital_census",
                "condition": "covid19",
                "age_group": "all",
                "sex": "all",
                "period": "day",
                "value": value,
                "status": "reported" if value is not None else "withdrawn",
                "source_row": number,
                "source_column": "hosp",
                "usual_at": midnight + lag,
                "stated_at": stated,
            }
        )
    return pa.Table.from_pylist(made, schema=INCOMING_SCHEMA)


def capacity_rows(n: int, *, feed: str = "test") -> pa.Table:
    """n rows of `capacity`, one a day."""
    first = day("2020-03-01")
    made = [
        {
            "feed": feed,
            "place": "FR-01",
            "date": first + dt.timedelta(days=i),
            "level": "icu",
            "resource": "beds_total",
            "age_group": "all",
            "condition": "all",
            "value": float(i),
            "status": "reported",
        }
        for i in range(n)
    ]
    return pa.Table.from_pylist(made, schema=schema.table("capacity").arrow_schema())


def stay_rows(ends: dict[str, str | None], *, feed: str = "hospital", incoming: bool = False) -> pa.Table:
    """Rows of `stays` from {pseudonym: day it ended, or None while it lasts}; `incoming` adds the columns of a translation."""
    made = []
    for number, (name, end) in enumerate(ends.items(), start=2):
        made.append(
            {
                "feed": feed,
                "stay": name,
                "admitted_at": at("2020-02-01"),
                "patient": f"patient-of-{name}",
                "facility": "FR-01",
                "level": "icu",
                "left_at": at(end) if end else None,
                "condition": "covid19",
                "age_group": "all",
                "source_row": number,
            }
        )
    columns = [c.arrow.with_nullable(True) for c in schema.table("stays").columns.values()]
    return pa.Table.from_pylist(made, schema=pa.schema([*columns, *(list(INCOMING_SCHEMA)[-4:] if incoming else [])]))


class Loader:
    """Loads versions given as dictionaries; keeps each one's rows so that history can be told again."""

    def __init__(self, workspace: Workspace, folder: Path, feed: str = "test") -> None:
        self.workspace, self.folder, self.feed = workspace, folder, feed
        self.translated: dict[str, Translated] = {}
        self.mapping = "mapping 1"

    def incoming(
        self,
        table: pa.Table,
        when: dt.datetime,
        *,
        covers: str = WHOLE_HISTORY,
        basis: str = "published",
        grace: dt.timedelta = dt.timedelta(0),
        mends: tuple[int, ...] = (),
        url: str | None = None,
        **options,
    ):
        """A version whose bytes follow from what it says alone: saying the same at another time is the same file again."""
        shown = {name: o.to_pylist() if isinstance(o, pa.Table) else o for name, o in options.items()}
        text = f"{self.feed} {table.to_pylist()} {shown}"
        sha = hashlib.sha256(text.encode()).hexdigest()
        path = self.folder / sha[:16]
        path.write_text(text)
        self.translated[sha] = Translated(table, options.pop("problems", []), {"read": table.num_rows}, **options)
        file = SourceFile(path, f"{when:%Y-%m-%d}.csv", sha, len(text), when, url=url)
        return Incoming(file, when, basis, covers, lambda: self.translated[sha], grace, mends)

    def load(self, *incoming: Incoming, largest_withdrawal: float = 1.0):
        mapping_sha = hashlib.sha256(self.mapping.encode()).hexdigest()
        return load(
            self.workspace,
            Feed(self.feed, "indicators", mapping_sha, self.mapping),
            incoming,
            reread=self.reread,
            largest_withdrawal=largest_withdrawal,
        )

    def reread(self, version: StoredVersion) -> Translated:
        return self.translated[version.file.sha256]

    def version(self, values: dict, when: dt.datetime, **options):
        return self.load(self.incoming(rows(values, feed=self.feed), when, **options))

    def known(self, as_of=None, at=None) -> dict:
        """{(place, "2020-03-18"): value} as of a day."""
        frame = self.workspace.frame("indicators", as_of=as_of, at=at, feed=self.feed)
        return {(r.place, str(r.date.date())): r.value for r in frame.itertuples()}


@pytest.fixture(scope="session")
def empty_workspace(tmp_path_factory) -> Path:
    """An empty workspace to copy: making one costs ten times as much."""
    path = tmp_path_factory.mktemp("template") / "workspace"
    create(path).engine.dispose()
    return path


@pytest.fixture
def workspace(tmp_path: Path, empty_workspace: Path) -> Workspace:
    shutil.copytree(empty_workspace, tmp_path / "workspace")
    return open_workspace(tmp_path / "workspace")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL server. Its absence fails under CI; elsewhere the test is skipped by name."""
    programs = postgres.programs()
    if programs is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(postgres.INSTALL)
    with postgres.cluster(programs) as address:
        yield address


@pytest.fixture
def postgres_workspace(postgres_server: str, tmp_path: Path) -> Iterator[Workspace]:
    """A workspace whose records lie in a new PostgreSQL database."""
    name = f"test_{uuid.uuid4().hex}"
    server = sa.create_engine(f"{postgres_server}/postgres", isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    server.dispose()
    made = create(tmp_path / "on-postgres", database_url=f"{postgres_server}/{name}")
    yield made
    made.engine.dispose()


@pytest.fixture
def loader(workspace: Workspace, tmp_path: Path) -> Loader:
    (tmp_path / "incoming").mkdir()
    return Loader(workspace, tmp_path / "incoming")
