"""Copies of what came in, kept under the checksum of their bytes.

A copy is written beside its place and renamed into it, so a file found there is whole.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

BLOCK = 1 << 20


def sha256(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def place(folder: Path, checksum: str) -> Path:
    """Where the copy with that checksum lies."""
    return folder / checksum[:2] / checksum


def keep(folder: Path, source: Path, checksum: str) -> Path:
    """Copies a file under its checksum; does nothing if it is there already."""
    target = place(folder, checksum)
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as copy, source.open("rb") as original:
            shutil.copyfileobj(original, copy, BLOCK)
            copy.flush()
            os.fsync(copy.fileno())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return target


def forget(folder: Path, checksum: str) -> None:
    """Removes the copy with that checksum, if there is one."""
    place(folder, checksum).unlink(missing_ok=True)
