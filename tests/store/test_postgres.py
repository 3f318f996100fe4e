"""The same store with its records in PostgreSQL."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
import sqlalchemy as sa

import belvedere
from belvedere.errors import BackupError, ConflictError
from belvedere.problems import Problem
from belvedere.store import lineage, quarantine, register
from belvedere.store.backup import backup
from belvedere.store.commits import Commit
from belvedere.store.engine import reading, writing
from belvedere.store.history import INCREMENT
from belvedere.store.load import Feed, load
from belvedere.store.retention import Rule, erase
from belvedere.store.workspace import open_workspace
from tests.store.conftest import Loader, at, capacity_rows, stay_rows
from tests.store.test_commits import at_once, run, sequences, version

A18, A19 = ("FR-01", "2020-03-18"), ("FR-01", "2020-03-19")


@pytest.fixture
def loader(postgres_workspace, tmp_path) -> Loader:
    (tmp_path / "incoming").mkdir()
    return Loader(postgres_workspace, tmp_path / "incoming")


def test_the_database_is_the_one_named_and_found_again(postgres_workspace):
    assert postgres_workspace.engine.dialect.name == "postgresql" and not (postgres_workspace.path / "records.db").exists()
    again = open_workspace(postgres_workspace.path)
    assert again.database_url == postgres_workspace.database_url and again.identity == postgres_workspace.identity
    again.engine.dispose()


def test_versions_corrections_and_late_files_read_as_known(loader):
    loader.version({A18: 10}, at("2020-03-19 18:00"), problems=[Problem("bad-date", "32/13", "a day", row=7)])
    loader.version({A18: 30, A19: 1}, at("2020-03-21 18:00"))
    loader.version({A18: 20, A19: 1}, at("2020-03-20 18:00"))
    loader.version({A18: 30}, at("2020-03-22 18:00"))
    assert [loader.known(f"2020-03-{day}") for day in range(18, 23)] == [
        {}, {A18: 10}, {A18: 20, A19: 1}, {A18: 30, A19: 1}, {A18: 30},
    ]  # fmt: skip
    assert loader.known("2020-03-20", at=2) == {A18: 10} | {A19: 1} and loader.known(at=1) == {A18: 10}
    assert len(quarantine.entries(loader.workspace)) == 1
    quarantine.dismiss(loader.workspace, list(quarantine.entries(loader.workspace)["id"]), "a test line", signed_by="a tester")
    assert quarantine.entries(loader.workspace).empty
    (origin,) = lineage.origins(loader.workspace.snapshot(), "indicators", date=dt.date(2020, 3, 18))
    assert origin.file.name == "2020-03-21.csv" and origin.commit.kind == "rebuild"


def test_instants_come_back_in_utc_to_the_microsecond(postgres_workspace):
    known_at = dt.datetime(2020, 3, 1, 12, 0, 0, 123_456, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    with Commit.begin(postgres_workspace, "run") as commit:
        commit.append("stays", stay_rows({"a": "2020-02-20", "b": None}), known_at=known_at, basis="ingested")
    rows = postgres_workspace.snapshot().arrow("stays").sort_by("stay").to_pylist()
    assert [r["known_at"] for r in rows] == [known_at, known_at]
    assert [r["left_at"] for r in rows] == [at("2020-02-20"), None] and rows[0]["admitted_at"] == at("2020-02-01")


def test_records_are_loaded_corrected_and_erased(postgres_workspace, tmp_path):
    (tmp_path / "incoming").mkdir()
    loader = Loader(postgres_workspace, tmp_path / "incoming", "hospital")
    feed = Feed("hospital", "stays", "sha", "mapping")
    for day, ends in ((1, {"old": "2020-03-01", "lasting": None}), (2, {"lasting": "2021-03-05"})):
        incoming = loader.incoming(stay_rows(ends, incoming=True), at(f"2021-04-0{day}"), covers=INCREMENT,
                                   problems=[Problem("unknown-code", "old", "a level", row=9)])  # fmt: skip
        load(postgres_workspace, feed, [incoming], reread=loader.reread)
    erasure = erase(postgres_workspace, Rule("stays", "left_at", "before", "2021-01-01"), reason="end of the legal term")
    assert (erasure.rows, erasure.quarantine) == (1, 2)
    (left,) = postgres_workspace.snapshot().arrow("stays").to_pylist()
    assert left["stay"] == "lasting" and left["left_at"] == at("2021-03-05")
    assert postgres_workspace.snapshot(as_of="2021-04-01").arrow("stays").to_pylist()[0]["left_at"] is None
    with reading(postgres_workspace.engine) as connection:
        assert connection.execute(sa.select(register.erasures.c.finished_at)).scalar_one() is not None
        assert connection.execute(sa.select(sa.func.count()).select_from(register.quarantine)).scalar_one() == 0
    belvedere.open(postgres_workspace.path).engine.dispose()


def test_two_processes_write_at_once(postgres_workspace, tmp_path):
    (tmp_path / "workspace").symlink_to(postgres_workspace.path)
    loads, runs = [version(h, float(h), h) for h in (1, 3)], [run("run-1"), run("run-2"), run("run-3")]
    assert at_once(tmp_path, loads, runs) == [["landed"] * 2, ["landed"] * 3]
    assert at_once(tmp_path, [version(2, 2.0, 9)], [version(4, 4.0, 10)]) == [["landed"], ["landed"]]
    frame = postgres_workspace.frame("indicators", place="FR-01")
    assert frame.value.item() == 4 and set(postgres_workspace.frame("forecasts").feed) == {"run-1", "run-2", "run-3"}
    assert [s for s, _id in sequences(postgres_workspace)] == list(range(1, 8))


def test_sequences_have_no_gaps_and_an_overtaken_commit_is_refused(postgres_workspace):
    slow, quick, failed = (Commit.begin(postgres_workspace, "load", feed="test") for _ in range(3))
    with pytest.raises(ZeroDivisionError), failed:
        raise ZeroDivisionError
    with quick:
        quick.append("capacity", capacity_rows(1), known_at=at("2020-03-01"), basis="ingested")
    with pytest.raises(ConflictError, match="load the file again"), slow:
        slow.append("stays", stay_rows({"a": None}), known_at=at("2020-03-01"), basis="ingested")
    assert sequences(postgres_workspace) == [(1, quick.id)] and postgres_workspace.frame("stays").empty


def test_a_reading_is_one_state_of_the_database(postgres_workspace):
    count = sa.select(sa.func.count()).select_from(register.mappings)
    with reading(postgres_workspace.engine) as reader:
        before = reader.execute(count).scalar_one()
        with writing(postgres_workspace.engine) as writer:
            writer.execute(sa.insert(register.mappings).values(sha256="1", feed="f", text="t"))
        assert reader.execute(count).scalar_one() == before == 0
        with pytest.raises(sa.exc.DBAPIError, match="read-only"):
            reader.execute(sa.insert(register.mappings).values(sha256="2", feed="f", text="t"))


def test_a_backup_says_to_use_the_database_s_own(postgres_workspace, tmp_path):
    with pytest.raises(BackupError, match="pg_dump"):
        backup(postgres_workspace, tmp_path / "x.tar")
    assert list(itertools.chain(tmp_path.glob("*.tar"), tmp_path.glob(".*.part"))) == []
