"""A backup is whole and says so itself; what comes back is what was there."""

from __future__ import annotations

import io
import json
import shutil
import tarfile
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from belvedere.errors import BackupError
from belvedere.problems import Problem
from belvedere.store import lineage, quarantine
from belvedere.store.backup import MANIFEST, backup, restore, verify
from belvedere.store.commits import Commit
from belvedere.store.workspace import create
from bench._kill_work import moment, perform
from tests.store.conftest import Loader, at, capacity_rows, stay_rows

A18, A19 = ("FR-01", "2020-03-18"), ("FR-01", "2020-03-19")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A workspace with a history, records, quarantine, a mapping of its own; and its backup."""
    folder = tmp_path_factory.mktemp("backup")
    workspace = create(folder / "workspace")
    (folder / "incoming").mkdir()
    loader = Loader(workspace, folder / "incoming")
    loader.version({A18: 1}, at("2020-03-19 18:00"), problems=[Problem("bad-date", "32/13", "a day", row=7, column="jour")])
    loader.version({A18: 5, A19: 2}, at("2020-03-21 18:00"))
    loader.version({A18: 3}, at("2020-03-20 18:00"))
    with Commit.begin(workspace, "run") as commit:
        commit.append("stays", stay_rows({"a": "2020-03-01", "b": None}), known_at=at("2020-03-22"), basis="ingested")
        commit.append("capacity", capacity_rows(2), known_at=at("2020-03-22"), basis="ingested")
    (workspace.mappings / "own-ünïcode.toml").write_text("feed = 'own'\n")
    (workspace.path / "audit").mkdir()
    (workspace.path / "audit" / "reads-2020-03.jsonl").write_text('{"operator": "local operator"}\n')
    return loader, backup(workspace, folder / "all.tar")


def everything(workspace) -> dict:
    """What the workspace answers, in all the ways of asking."""
    said = {}
    for name in ("indicators", "capacity", "stays"):
        said[name] = (
            workspace.snapshot().history(name).order_by(["known_at", "commit_id", "source_row"]).to_pyarrow().to_pylist()
        )
        for sequence in (1, 2):
            said[name, sequence] = workspace.snapshot(at=sequence).arrow(name).to_pylist()
        said[name, "as of"] = workspace.snapshot(as_of="2020-03-20").arrow(name).to_pylist()
    said["quarantine"] = quarantine.entries(workspace).to_dict("records")
    said["commits"] = [(c.id, c.sequence, c.kind, c.parameters, c.writes) for c in lineage.commit_records(workspace)]
    said["origins"] = [(o.source_row, o.source_column, o.mapping_text, o.file.path.read_bytes())
                       for o in lineage.origins(workspace.snapshot(), "indicators")]  # fmt: skip
    return said


def test_what_comes_back_is_what_was_there(made, tmp_path):
    loader, report = made
    restored = restore(report.path, tmp_path / "restored", keys_from=loader.workspace.path / "keys")
    assert everything(restored) == everything(loader.workspace)
    assert restored.identity == loader.workspace.identity and restored.pseudonym_key == loader.workspace.pseudonym_key
    assert (restored.mappings / "own-ünïcode.toml").read_text() == "feed = 'own'\n"
    assert (restored.path / "audit" / "reads-2020-03.jsonl").read_text() == '{"operator": "local operator"}\n'
    again = Loader(restored, loader.folder)
    again.translated = loader.translated
    again.version({A18: 9}, at("2020-03-25"))
    assert again.known() == {A18: 9}


def test_the_manifest_says_what_is_in_it(made):
    loader, report = made
    manifest = verify(report.path)
    assert manifest["sequence"] == report.sequence == 4 and manifest["identity"] == loader.workspace.identity
    assert len(manifest["files"]) == report.files and not manifest["with_keys"]
    assert not [name for name in manifest["files"] if name.startswith(("keys/", "tmp/", "locks/"))]
    with tarfile.open(report.path) as tar:
        assert {m.name for m in tar} == {*manifest["files"], MANIFEST}


def test_a_backup_without_keys_asks_for_them(made, tmp_path):
    with pytest.raises(BackupError, match="carries no keys"):
        restore(made[1].path, tmp_path / "restored")
    assert list(tmp_path.iterdir()) == []


def test_a_backup_with_keys_needs_none(made, tmp_path):
    loader, _report = made
    backup(loader.workspace, tmp_path / "with-keys.tar", with_keys=True)
    restored = restore(tmp_path / "with-keys.tar", tmp_path / "restored")
    assert restored.pseudonym_key == loader.workspace.pseudonym_key
    assert (tmp_path / "restored" / "keys").stat().st_mode & 0o777 == 0o700


@given(where=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
@settings(max_examples=60, deadline=None)
def test_one_flipped_bit_anywhere_is_found(made, tmp_path_factory, where, bit):
    path = tmp_path_factory.getbasetemp() / "flipped.tar"
    data = bytearray(made[1].path.read_bytes())
    data[int(where * len(data))] ^= 1 << bit
    path.write_bytes(data)
    with pytest.raises(BackupError, match=r"flipped\.tar"):
        verify(path)


def test_a_flipped_byte_in_any_part_of_a_header_is_found(made, tmp_path):
    """Every byte of one member's header, its gap, the manifest and the end: the places a checksum of contents does not see."""
    data = made[1].path.read_bytes()
    with tarfile.open(made[1].path) as tar:
        first = tar.getmember("belvedere.toml")
        manifest = tar.getmember(MANIFEST)
    gap = range(first.offset_data + first.size, first.offset_data + 512)
    spots = [*range(first.offset, first.offset_data, 3), *gap, *range(manifest.offset, len(data), 97), len(data) - 1]
    path = tmp_path / "flipped.tar"
    for spot in spots:
        path.write_bytes(data[:spot] + bytes([data[spot] ^ 0x15]) + data[spot + 1 :])
        with pytest.raises(BackupError, match=r"flipped\.tar"):
            verify(path)
    assert len(spots) > 300


@pytest.mark.parametrize("share", [0, 0.001, 0.3, 0.9, 0.9999])
def test_a_cut_tail_is_found(made, tmp_path, share):
    data = made[1].path.read_bytes()
    (tmp_path / "cut.tar").write_bytes(data[: int(share * len(data))])
    with pytest.raises(BackupError, match=r"cut\.tar"):
        verify(tmp_path / "cut.tar")


def rewritten(source: Path, target: Path, change) -> Path:
    """The backup with its members passed through `change`: (name, bytes) -> list of (TarInfo, bytes)."""
    with tarfile.open(source) as old, tarfile.open(target, "w") as new:
        for member in old:
            for name, data in change(member.name, old.extractfile(member).read()):
                info = name if isinstance(name, tarfile.TarInfo) else tarfile.TarInfo(name)
                info.size = len(data)
                info.mode = 0o600
                new.addfile(info, io.BytesIO(data))
    return target


def link(name: str) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
    return info


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda n, d: [] if n == "records.db" else [(n, d)], "records.db"),
        (lambda n, d: [(n, d), ("files/extra", b"x")] if n == "records.db" else [(n, d)], "files/extra"),
        (lambda n, d: [("records2.db" if n == "records.db" else n, d)], "records"),
        (lambda n, d: [(n, d), ("../outside", b"x")] if n == "records.db" else [(n, d)], r"'\.\./outside'"),
        (lambda n, d: [(n, d), ("/etc/outside", b"x")] if n == "records.db" else [(n, d)], "'/etc/outside'"),
        (lambda n, d: [(n, d), (link("files/link"), b"")] if n == "records.db" else [(n, d)], "files/link"),
        (lambda n, d: [(n, b"x"), (n, d)] if n == "records.db" else [(n, d)], "records.db.*twice"),
        (lambda n, d: [] if n == MANIFEST else [(n, d)], MANIFEST),
        (lambda n, d: [(n, json.dumps(json.loads(d) | {"sequence": 9}).encode() if n == MANIFEST else d)], MANIFEST),
        (lambda n, d: [(n, b"[]" if n == MANIFEST else d)], "not a whole"),
    ],
)
def test_a_changed_set_of_members_is_found_and_named(made, tmp_path, change, words):
    path = rewritten(made[1].path, tmp_path / "changed.tar", change)
    with pytest.raises(BackupError, match=words):
        verify(path)
    with pytest.raises(BackupError, match=words):
        restore(path, tmp_path / "restored", keys_from=made[0].workspace.path / "keys")
    assert not (tmp_path / "restored").exists() and not (tmp_path / "outside").exists()


def test_what_is_no_backup_is_said_so(tmp_path):
    (tmp_path / "note.tar").write_text("not a tar")
    for name in ("note.tar", "missing.tar"):
        with pytest.raises(BackupError, match=name):
            verify(tmp_path / name)


def test_a_backup_is_never_written_over_another_nor_into_the_workspace(made, tmp_path):
    workspace = made[0].workspace
    (tmp_path / "there.tar").write_text("another")
    for target, words in [(tmp_path / "there.tar", "exists already"), (tmp_path / "no" / "x.tar", "does not exist"),
                          (workspace.path / "files" / "x.tar", "in the workspace")]:  # fmt: skip
        with pytest.raises(BackupError, match=words):
            backup(workspace, target)
    assert (tmp_path / "there.tar").read_text() == "another"


def test_a_backup_cut_off_leaves_nothing(made, tmp_path, monkeypatch):
    def broken(*_arguments):
        raise OSError("disk full")

    monkeypatch.setattr("belvedere.store.backup._copy_database", broken)
    with pytest.raises(OSError, match="disk full"):
        backup(made[0].workspace, tmp_path / "x.tar")
    assert list(tmp_path.iterdir()) == [] and list(made[0].workspace.tmp.iterdir()) == []


def test_a_restore_goes_into_a_new_or_empty_folder_only(made, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("mine")
    with pytest.raises(BackupError, match="not empty"):
        restore(made[1].path, tmp_path / "full", keys_from=made[0].workspace.path / "keys")
    assert [p.name for p in (tmp_path / "full").iterdir()] == ["file"]
    (tmp_path / "empty").mkdir()
    restore(made[1].path, tmp_path / "empty", keys_from=made[0].workspace.path / "keys")
    assert (tmp_path / "empty" / "belvedere.toml").exists()


def test_a_backup_made_while_another_writes_holds_whole_commits(workspace, tmp_path):
    """A thread commits two tables over and over; each backup has both of every commit it knows, and all it knew of them."""
    stop, failed = threading.Event(), []

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            try:
                perform(workspace, tmp_path, {"op": "run", "run": f"run-{number}", "rows": 4, "number": number})
            except BaseException as error:
                failed.append(error)
                raise

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while workspace.snapshot().at < 2:
            stop.wait(0.01)
        reports = [backup(workspace, tmp_path / f"{n}.tar") for n in range(3)]
    finally:
        stop.set()
        writer.join()
    assert failed == [] and reports[0].sequence >= 2
    restored = restore(reports[-1].path, tmp_path / "restored", keys_from=workspace.path / "keys")
    runs = {f"run-{n}" for n in range(1, reports[-1].sequence + 1)}
    for name in ("forecasts", "capacity"):
        frame = restored.frame(name)
        assert set(frame.feed) == runs and len(frame) == 4 * len(runs)
    assert restored.snapshot(as_of=moment(0)).at == reports[-1].sequence
    shutil.rmtree(tmp_path / "restored")
