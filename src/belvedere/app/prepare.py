"""Prepares a workspace for the demonstration: its mappings and its synthetic files of the day."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from belvedere.demo import MAPPING_TEXTS, write_demo_files
from belvedere.store.workspace import Workspace

FOLDER = "demo"
SEED = 20261122
ZONE = ZoneInfo("Europe/Paris")
PUBLICATION = dt.timedelta(hours=6)
"""The demonstration's sources publish at 06:00; until then the newest day is the one before."""


def demo_day(now: dt.datetime) -> dt.date:
    """The day whose files have been published by now."""
    return (now.astimezone(ZONE) - PUBLICATION).date()


def prepare_demo(workspace: Workspace, now: dt.datetime) -> list[Path]:
    """Puts the demonstration's mappings and files in the workspace, once; returns the folder to ingest.

    The files stay those of the day on which the demonstration was made: a feed that ages is shown as it is.
    """
    for text in MAPPING_TEXTS:
        own = workspace.mappings / text.name
        if not own.exists() or own.read_bytes() != text.read_bytes():
            own.write_bytes(text.read_bytes())
    folder = workspace.path / FOLDER
    complete = folder / "COMPLETE"
    if not complete.exists():
        write_demo_files(folder, np.random.default_rng(SEED), demo_day(now))
        complete.write_text(f"Synthetic files, made {now.isoformat()}\n", encoding="utf-8")
    return [folder]
