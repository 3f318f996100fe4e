"""Backup and restore: one tar file, verified by the checksums it carries.

The database is copied first (its own consistent copy), the series after: every commit the copy knows has its rows in files
already written. The file is written beside its place and renamed, so a backup found under its name is whole.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from deltalake import DeltaTable

from belvedere.errors import BackupError
from belvedere.store import retention
from belvedere.store.workspace import Workspace, open_workspace

MANIFEST = "MANIFEST.json"


@dataclass(frozen=True)
class BackupReport:
    """What a backup holds."""

    path: Path
    files: int
    bytes: int
    sequence: int
    made_at: str


def backup(workspace: Workspace, target: Path, *, with_keys: bool = False, now: dt.datetime | None = None) -> BackupReport:
    """Writes a backup of the whole workspace to a new file. Raises BackupError if the file exists.

    with_keys: also the secrets that turn identities into pseudonyms. Keep such a backup as you keep the keys.
    """
    target = Path(target).resolve()
    if target.exists():
        raise BackupError(f"{target} exists already; a backup never overwrites another. Choose another name.")
    if workspace.engine.dialect.name != "sqlite":
        raise BackupError("This workspace keeps its records in PostgreSQL: back up that database with pg_dump.")
    if target.is_relative_to(workspace.path):
        raise BackupError(f"{target} lies in the workspace itself, where nothing erased may leave a copy. Choose another.")
    if not target.parent.is_dir():
        raise BackupError(f"The folder {target.parent} does not exist.")
    handle, part = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as stream:
            with workspace.locked("backup"), tempfile.TemporaryDirectory(dir=workspace.tmp) as scratch:
                report = _write(workspace, stream, Path(scratch), target, with_keys, now or dt.datetime.now(dt.UTC))
            stream.flush()
            os.fsync(stream.fileno())
        Path(part).replace(target)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise
    return report


def _write(workspace: Workspace, stream, scratch: Path, target: Path, with_keys: bool, now: dt.datetime) -> BackupReport:
    database = scratch / "records.db"
    _copy_database(workspace.path / "records.db", database)
    sequence = _sequence_of(database)
    checksums: dict[str, str] = {}
    size = 0
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT, encoding="utf-8") as tar:
        for name, path in _contents(workspace, database, with_keys):
            checksums[name], written = _add_file(tar, name, path)
            size += written
        manifest = {
            "belvedere_backup": 1, "identity": workspace.identity, "made_at": now.isoformat(), "sequence": sequence,
            "with_keys": with_keys, "files": checksums,
        }  # fmt: skip
        _add(tar, MANIFEST, _sealed(manifest))
    return BackupReport(target, len(checksums), size, sequence, now.isoformat())


def _sealed(manifest: dict) -> bytes:
    """The manifest as text, with a checksum of itself."""
    plain = json.dumps(manifest, indent=1, sort_keys=True).encode()
    return json.dumps(manifest | {"sha256": hashlib.sha256(plain).hexdigest()}, indent=1, sort_keys=True).encode()


def _unsealed(data: bytes) -> dict:
    manifest = json.loads(data)
    manifest.pop("sha256")
    if _sealed(manifest) != data:
        raise ValueError(f"{MANIFEST} was changed")
    return manifest


def _contents(workspace: Workspace, database: Path, with_keys: bool) -> Iterator[tuple[str, Path]]:
    root = workspace.path
    yield "belvedere.toml", root / "belvedere.toml"
    yield "records.db", database
    for table in sorted(p for p in workspace.series.iterdir() if (p / "_delta_log").is_dir()):
        version = DeltaTable(table)
        yield from ((p.relative_to(root).as_posix(), p) for p in _log_until(table, version.version()))
        yield from ((Path(p).relative_to(root).as_posix(), Path(p)) for p in version.file_uris())
    folders = ["files", "mappings", "overrides", "audit", *(["keys"] if with_keys else [])]
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and path.suffix != ".part":
                yield path.relative_to(root).as_posix(), path


def _log_until(table: Path, version: int) -> list[Path]:
    """The log of a Delta table up to a version, so that it names no data file younger than the copy."""
    log = sorted((table / "_delta_log").iterdir())
    return [p for p in log if p.is_file() and p.name[:20].isdigit() and int(p.name[:20]) <= version]


def _copy_database(source: Path, target: Path) -> None:
    with sqlite3.connect(source) as original, sqlite3.connect(target) as copy:
        original.backup(copy)
    copy.execute("PRAGMA journal_mode = DELETE")
    original.close()
    copy.close()


def _sequence_of(database: Path) -> int:
    with sqlite3.connect(database) as connection:
        sequence = connection.execute("SELECT coalesce(max(sequence), 0) FROM commits").fetchone()[0]
    connection.close()
    return sequence


class _Hashed(io.RawIOBase):
    """A stream that hashes what is read through it: what is hashed is what is written."""

    def __init__(self, stream) -> None:
        self._stream = stream
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self.digest.update(data)
        return data


def _add_file(tar: tarfile.TarFile, name: str, path: Path) -> tuple[str, int]:
    """Adds a file; returns its checksum and size."""
    with path.open("rb") as stream:
        hashed = _Hashed(stream)
        info = _plain(name, os.fstat(stream.fileno()).st_size)
        tar.addfile(info, hashed)
    return hashed.digest.hexdigest(), info.size


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    tar.addfile(_plain(name, len(data)), io.BytesIO(data))


def _plain(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info


def verify(path: Path) -> dict:
    """Reads a backup whole and compares every checksum. Returns its manifest; raises BackupError naming what is wrong."""
    found: dict[str, str] = {}
    manifest = None
    try:
        with tarfile.open(path, mode="r:", encoding="utf-8") as tar:
            for member in tar:
                if not member.isfile() or PurePosixPath(member.name).is_absolute() or ".." in PurePosixPath(member.name).parts:
                    raise BackupError(f"{path}: {member.name!r} is not a plain file inside the backup.")
                if member.name in found:
                    raise BackupError(f"{path}: {member.name!r} is in it twice.")
                stream = tar.extractfile(member)
                if member.name == MANIFEST:
                    manifest = _unsealed(stream.read())
                else:
                    found[member.name] = hashlib.file_digest(stream, "sha256").hexdigest()
            stray = _stray(path, tar.getmembers())
    except (tarfile.TarError, OSError, ValueError, KeyError, TypeError, EOFError) as error:
        raise BackupError(f"{path} is not a whole Belvedere backup: {error}") from error
    if manifest is None:
        raise BackupError(f"{path} carries no {MANIFEST}: it was cut off, or is not a Belvedere backup.")
    stated = manifest["files"]
    wrong = sorted(n for n in stated.keys() | found.keys() if stated.get(n) != found.get(n))
    if wrong:
        raise BackupError(f"{path} does not verify: {len(wrong)} of {len(stated)} files differ, first {wrong[0]!r}.")
    if stray is not None:
        raise BackupError(f"{path} does not verify: it was changed {stray}.")
    return manifest


def _stray(path: Path, members: list[tarfile.TarInfo]) -> str | None:
    """Where the bytes around the members are not those the writer puts there; None if all are."""
    with path.open("rb") as stream:
        for member in members:
            header = _plain(member.name, member.size).tobuf(tarfile.PAX_FORMAT, "utf-8")
            if stream.read(len(header)) != header:
                return f"before {member.name!r}"
            stream.seek(member.size, os.SEEK_CUR)
            if any(stream.read(-member.size % tarfile.BLOCKSIZE)):
                return f"after {member.name!r}"
        end = stream.tell() + 2 * tarfile.BLOCKSIZE
        rest = stream.read()
    return None if rest == bytes(2 * tarfile.BLOCKSIZE + -end % tarfile.RECORDSIZE) else "at its end"


def restore(path: Path, target: Path, *, keys_from: Path | None = None) -> Workspace:
    """Makes a workspace from a backup in a new folder, then carries out its ledger of erasures again.

    keys_from: the keys folder to use when the backup carries none; its ledger knows erasures younger than the backup.
    Raises BackupError; the target appears whole or not at all.
    """
    target = Path(target).resolve()
    if target.exists() and any(target.iterdir()):
        raise BackupError(f"{target} is not empty: restore into a new or empty folder.")
    manifest = verify(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part"))
    try:
        with tarfile.open(path, mode="r:") as tar:
            tar.extractall(scratch, filter="data")
        (scratch / MANIFEST).unlink()
        if keys_from is not None:
            shutil.copytree(keys_from, scratch / "keys", dirs_exist_ok=True)
        elif not manifest["with_keys"]:
            raise BackupError(
                f"{path} carries no keys. Name the keys folder it belongs to (--keys), "
                "or pseudonyms made from now on will not match those in it."
            )
        (scratch / "keys").chmod(0o700)
        restored = open_workspace(scratch)
        if restored.identity != manifest["identity"]:
            raise BackupError(f"{path} does not hold the workspace its manifest names.")
        # Before the folder gets its name: cut off here, nothing appears that holds what was erased.
        retention.apply_again(restored)
        restored.engine.dispose()
        if target.exists():
            target.rmdir()
        scratch.replace(target)
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise
    return open_workspace(target)
