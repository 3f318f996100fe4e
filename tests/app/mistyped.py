"""A newer version of a feed in which a place that was silent reports the newest day, its code mistyped."""

from __future__ import annotations

from pathlib import Path

from belvedere.sources.ingest import ingest
from belvedere.store.load import stored_versions
from belvedere.store.workspace import Workspace
from tests.app.demo_workspace import FLOWS, NOW

TYPED, MEANT, VALUE = "6O", "60", 17
DAY = "2026-11-21"


def load_mistyped(workspace: Workspace, folder: Path) -> str:
    """Loads it; returns the file's name."""
    last = stored_versions(workspace, FLOWS)[-1].file
    file = folder / "synthetic-fr-department-flows-2026-11-22-07h00.csv"
    file.write_bytes(last.path.read_bytes() + f"{TYPED};{DAY};{VALUE};1;0;3\n".encode())
    ingest(workspace, [file], now=NOW)
    return file.name
