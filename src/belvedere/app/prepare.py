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
MORNING, EVENING = dt.timedelta(hours=6), dt.timedelta(hours=17)
"""When the demonstration's French sources publish the figures of the day before, and the Italian one those of the day."""


def demo_day(now: dt.datetime) -> dt.date:
    """The day whose files have been published by now."""
    return (now.astimezone(ZONE) - MORNING).date()


def is_evening(now: dt.datetime) -> bool:
    """Whether Italy has published the figures of that day as well."""
    return (now.astimezone(ZONE) - EVENING).date() >= demo_day(now)


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
        write_demo_files(folder, np.random.default_rng(SEED), demo_day(now), evening=is_evening(now))
        complete.write_text(f"Synthetic files, made {now.isoformat()}\n", encoding="utf-8")
    return [folder]
