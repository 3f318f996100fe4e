"""Prepares a workspace for the demonstration: its mappings and its synthetic files of the day."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

from belvedere.demo.country import MAPPING_TEXTS, showcase, write_country
from belvedere.demo.country.showcase import SEED
from belvedere.demo.country.write import TRUTH
from belvedere.errors import BelvedereError
from belvedere.store.workspace import Workspace

FOLDER = "demo"
SIZE = "small"
ZONE = ZoneInfo("Europe/Paris")
MORNING = dt.timedelta(hours=6)
"""When the demonstration's sources publish the figures of the day before."""


def demo_day(now: dt.datetime) -> dt.date:
    """The day whose files have been published by now."""
    return (now.astimezone(ZONE) - MORNING).date()


def prepare_demo(
    workspace: Workspace,
    now: dt.datetime,
    *,
    size: str | None = None,
    seed: int | None = None,
    on_progress: Callable[[str], None] = lambda text: None,
) -> list[Path]:
    """Puts the demonstration's mappings and files in the workspace, once; returns the folder to ingest.

    size, seed: of the made-up country (see `demo.country.showcase`); by default those of the one at hand.
    The files stay those of the day on which the demonstration was made: a feed that ages is shown as it is. Raises
    BelvedereError when the workspace holds a demonstration of another size or seed: the two would mix.
    """
    folder = workspace.path / FOLDER
    held = made(folder)
    if held is None:
        new = workspace.tmp / FOLDER
        for unfinished in (new, folder):  # cut off on the way, or made by an older Belvedere
            shutil.rmtree(unfinished, ignore_errors=True)
        scenario = showcase(demo_day(now), size=size or SIZE, seed=SEED if seed is None else seed)
        write_country(new, scenario, on_progress)
        new.rename(folder)
    elif (size or held["size"], held["seed"] if seed is None else seed) != (held["size"], held["seed"]):
        raise BelvedereError(
            f"{workspace.path} holds the demonstration of size {held['size']} and seed {held['seed']}; "
            "another one needs a workspace of its own (--workspace)."
        )
    for text in MAPPING_TEXTS:
        own = workspace.mappings / text.name
        if not own.exists() or own.read_bytes() != text.read_bytes():
            own.write_bytes(text.read_bytes())
    return [folder]


def made(folder: Path) -> dict | None:
    """What is told of a demonstration that was made whole: size, seed, today, planted …; None if there is none."""
    story = folder / TRUTH / "planted.json"
    return json.loads(story.read_text(encoding="utf-8")) if story.is_file() else None
