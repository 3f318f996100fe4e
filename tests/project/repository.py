"""What the project's own tests look at: the files that are, or are about to be, committed."""

from __future__ import annotations

import subprocess
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent.parent


def committed_files() -> list[Path]:
    """Tracked files, and new ones git does not ignore, relative to the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"], cwd=REPOSITORY, capture_output=True, check=True
    )
    names = sorted(set(listed.stdout.decode("utf-8").split("\0")) - {""})
    return [Path(name) for name in names if (REPOSITORY / name).is_file()]


def text_of(file: Path) -> str | None:
    """The file as text, or None if it is not text."""
    raw = (REPOSITORY / file).read_bytes()
    if b"\0" in raw[:8192]:
        return None
    return raw.decode("utf-8", errors="replace")
