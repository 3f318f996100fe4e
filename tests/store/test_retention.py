"""What is erased stands in no file any more, and no backup brings it back."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

import belvedere
from belvedere.errors import ConflictError, UnknownName, WorkspaceError
from belvedere.problems import Problem
from belvedere.store import engine, quarantine, register, retention
from belvedere.store.backup import backup, restore
from belvedere.store.commits import Commit
from belvedere.store.engine import reading
from belvedere.store.history import INCREMENT
from belvedere.store.load import Feed, load
from belvedere.store.retention import Rule, erase
from tests.store.conftest import Loader, at, stay_rows

OLD, YOUNG, LASTING, ASIDE = "MARKED-OLD-STAY", "MARKED-YOUNG-STAY", "MARKED-LASTING-STAY", "MARKED-ASIDE"
ENDS = {OLD: "2020-03-01", YOUNG: "2021-03-01", LASTING: None}
APRIL = at("2021-04-01")
BEFORE_2021 = Rule("stays", "left_at", "before", "2021-01-01")


def files_with(folder: Path, marker: str) -> list[str]:
    """Every file below the folder in whose bytes the marker stands."""
    texts = [marker.encode(), marker.encode("utf-16-le")]
    files = (p for p in folder.rglob("*") if p.is_file())
    return sorted(p.relative_to(folder).as_posix() for p in files if any(t in p.read_bytes() for t in texts))


def append_stays(workspace) -> None:
    with Commit.begin(workspace, "run") as commit:
        commit.append("stays", stay_rows(ENDS), known_at=at("2021-04-01"), basis="ingested")


def load_stays(workspace, folder: Path, *, ends=ENDS, when=APRIL) -> Loader:
    """Through `load`, with a cell set aside that holds a name, from a file the caller wanted kept."""
    (folder / "incoming").mkdir(exist_ok=True)
    loader = Loader(workspace, folder / "incoming", "hospital")
    problem = Problem("unknown-code", ASIDE, "a level of care", row=9, column="level")
    incoming = loader.incoming(stay_rows(ends, incoming=True), when, covers=INCREMENT, problems=[problem])
    load(workspace, Feed("hospital", "stays", "sha", "mapping"), [incoming], reread=loader.reread)
    return loader


@pytest.fixture(params=["append", "load"])
def filled(request, workspace, tmp_path):
    append_stays(workspace) if request.param == "append" else load_stays(workspace, tmp_path)
    return workspace


def stays(workspace) -> set[str]:
    return set(workspace.frame("stays").stay)


def test_erased_rows_stand_in_no_file(filled):
    assert files_with(filled.path, OLD), "the search must find what is there"
    erasure = erase(filled, BEFORE_2021, reason="end of the legal term")
    assert erasure.rows == 1 and stays(filled) == {YOUNG, LASTING}
    assert files_with(filled.path, OLD) == files_with(filled.path, f"patient-of-{OLD}") == []
    assert files_with(filled.path, YOUNG)


def test_what_was_set_aside_goes_with_the_rows_of_its_feed(workspace, tmp_path):
    load_stays(workspace, tmp_path)
    loader = Loader(workspace, tmp_path / "incoming", "figures")
    problem = Problem("bad-date", "another feed", "a day", row=2)
    loader.version({("FR-01", "2020-03-18"): 1}, at("2020-03-19"), problems=[problem])
    assert files_with(workspace.path, ASIDE)
    erasure = erase(workspace, BEFORE_2021, reason="end of the legal term")
    assert erasure.quarantine == 1 and files_with(workspace.path, ASIDE) == []
    assert list(quarantine.entries(workspace).feed) == ["figures"] and len(list(workspace.files.rglob("??/*"))) == 1


def test_no_copy_of_a_file_of_persons_is_kept(workspace, tmp_path):
    load_stays(workspace, tmp_path)
    assert [p for p in workspace.files.rglob("*") if p.is_file()] == []
    with reading(workspace.engine) as connection:
        assert connection.execute(sa.select(register.files.c.kept)).scalars().all() == [False]


def test_leftovers_of_killed_processes_go_too(filled):
    (filled.tmp / "spilled").mkdir()
    (filled.tmp / "spilled" / "block").write_text(OLD)
    (filled.tmp / "copy.db").write_text(OLD)
    erase(filled, BEFORE_2021, reason="end of the legal term")
    assert files_with(filled.path, OLD) == [] and list(filled.tmp.iterdir()) == []


def test_every_version_of_a_matching_row_goes(workspace):
    with Commit.begin(workspace, "run") as commit:
        commit.append("stays", stay_rows({OLD: None}), known_at=at("2020-02-01"), basis="ingested")
    with Commit.begin(workspace, "run") as commit:
        commit.append("stays", stay_rows({OLD: "2020-03-01"}), known_at=at("2020-03-02"), basis="ingested")
    assert erase(workspace, BEFORE_2021, reason="end of the legal term").rows == 2
    assert workspace.snapshot(as_of="2020-02-15").frame("stays").empty and files_with(workspace.path, OLD) == []


def test_the_ledger_lies_with_the_keys_and_names_nobody(filled):
    erase(filled, BEFORE_2021, reason="end of the legal term")
    (line,) = retention.ledger(filled).read_text().splitlines()
    assert retention.ledger(filled).parent.name == "keys"
    assert json.loads(line)["rule"] == dataclasses.asdict(BEFORE_2021)
    with reading(filled.engine) as connection:
        (row,) = connection.execute(sa.select(register.erasures)).all()
    assert row.rows == 1 and row.finished_at is not None and row.reason == "end of the legal term"


def test_an_older_backup_does_not_bring_erased_rows_back(filled, tmp_path):
    backup(filled, tmp_path / "before.tar")
    erase(filled, BEFORE_2021, reason="end of the legal term")
    restored = restore(tmp_path / "before.tar", tmp_path / "restored", keys_from=filled.path / "keys")
    assert stays(restored) == {YOUNG, LASTING} and files_with(restored.path, OLD) == []


def test_a_restore_that_cannot_carry_out_the_ledger_leaves_nothing(filled, tmp_path, monkeypatch):
    backup(filled, tmp_path / "before.tar")
    erase(filled, BEFORE_2021, reason="end of the legal term")

    def broken(_workspace):
        raise OSError("disk full")

    monkeypatch.setattr(retention, "apply_again", broken)
    with pytest.raises(OSError, match="disk full"):
        restore(tmp_path / "before.tar", tmp_path / "restored", keys_from=filled.path / "keys")
    assert not (tmp_path / "restored").exists() and not list(tmp_path.glob(".restored*"))


@pytest.mark.parametrize("step", ["_forget_files", "wipe_deleted"])
def test_an_erasure_cut_off_is_finished_at_the_next_opening(filled, monkeypatch, step):
    def cut(*_arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(retention, step, cut)
        erase(filled, BEFORE_2021, reason="end of the legal term")
    filled.engine.dispose()
    again = belvedere.open(filled.path)
    assert stays(again) == {YOUNG, LASTING} and files_with(filled.path, OLD) == []
    with reading(again.engine) as connection:
        assert connection.execute(sa.select(register.erasures.c.finished_at)).scalar_one() is not None


def test_while_another_reads_the_old_state_an_erasure_is_not_called_finished(workspace, monkeypatch):
    append_stays(workspace)
    workspace.engine.dispose()
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.1)
    reader = sqlite3.connect(workspace.path / "records.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM stays").fetchone()
    with pytest.raises(ConflictError, match="Opening the workspace again finishes"):
        erase(workspace, BEFORE_2021, reason="end of the legal term")
    reader.execute("COMMIT")
    reader.close()
    assert stays(belvedere.open(workspace.path)) == {YOUNG, LASTING} and files_with(workspace.path, OLD) == []


def test_a_load_under_way_does_not_bring_rows_back(workspace, tmp_path, monkeypatch):
    """An erasure waits for the load that holds the feed's rows in memory."""
    load_stays(workspace, tmp_path)
    monkeypatch.setattr("belvedere.store.workspace.LOCK_SECONDS", 0.1)
    with workspace.locked("feed-hospital"), pytest.raises(ConflictError, match="feed-hospital"):
        erase(workspace, BEFORE_2021, reason="end of the legal term")
    assert stays(workspace) == {OLD, YOUNG, LASTING}


def test_only_records_are_erased_and_never_by_name(workspace):
    for rule, error, words in [
        (Rule("indicators", "date", "before", "2021-01-01"), WorkspaceError, "append-only"),
        (Rule("stays", "patient", "equals", "x"), WorkspaceError, "names a person"),
        (Rule("stays", "left", "before", "2021-01-01"), UnknownName, "left_at"),
        (Rule("stays", "left_at", "prior", "2021-01-01"), UnknownName, "before"),
        (Rule("stay", "left_at", "before", "2021-01-01"), UnknownName, "stays"),
        (Rule("stays", "left_at", "before", "in spring"), WorkspaceError, "not a timestamp"),
    ]:
        with pytest.raises(error, match=words):
            erase(workspace, rule, reason="a test")
    assert not retention.ledger(workspace).exists()


@pytest.mark.parametrize(
    ("rule", "gone"),
    [
        (Rule("stays", "left_at", "before", "2020-03-01"), set()),
        (Rule("stays", "left_at", "until", "2020-03-01"), {OLD}),
        (Rule("stays", "left_at", "before", "2020-03-01T00:30:00+00:00"), {OLD}),
        (Rule("stays", "level", "equals", "icu"), {OLD, YOUNG, LASTING}),
    ],
)
def test_the_operators(workspace, rule, gone):
    append_stays(workspace)
    assert erase(workspace, rule, reason="a test").rows == len(gone)
    assert stays(workspace) == set(ENDS) - gone


def test_a_file_of_persons_older_than_what_is_held_is_set_aside(workspace, tmp_path):
    """Its place in the history cannot be told again without the copies."""
    load_stays(workspace, tmp_path)
    load_stays(workspace, tmp_path, ends={"MARKED-LATE": "2020-01-01"}, when=at("2021-03-01"))
    assert stays(workspace) == set(ENDS)
    assert "older-than-held" in set(quarantine.entries(workspace).rule)


def test_rows_of_persons_are_corrected_and_withdrawn_like_any(workspace, tmp_path):
    load_stays(workspace, tmp_path)
    load_stays(workspace, tmp_path, ends={OLD: "2020-03-01", LASTING: "2021-04-02"}, when=at("2021-04-03"))
    assert workspace.frame("stays", stay=LASTING).left_at.item() == at("2021-04-02")
    assert workspace.frame("stays", as_of="2021-04-02", stay=LASTING).left_at.isna().all()
    assert stays(workspace) == set(ENDS)
