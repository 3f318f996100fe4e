"""A small country with enough of a past to look ahead from, and outlooks made of it: what the interface is tested on."""

from __future__ import annotations

import datetime as dt
import fcntl
import shutil
from pathlib import Path
from unittest.mock import patch

import belvedere
from belvedere.demo.country import MAPPING_TEXTS, showcase, write_country
from belvedere.demo.country.parameters import parameters
from belvedere.outlook.overlays import Overlay
from belvedere.outlook.run import run_outlook
from belvedere.outlook.scenarios import new_scenario, set_overlay
from belvedere.sources.ingest import ingest
from belvedere.store.jobs import Job
from belvedere.store.workspace import Workspace
from tests.app.demo_workspace import BEDS, CENSUS, FLOWS, HOSPITALS, NOW, STOCKS, TODAY, UNITS

FEEDS = (HOSPITALS, UNITS, FLOWS, STOCKS, CENSUS, BEDS)
HISTORY_DAYS = 110
REPLAYED = ("2026-11-01", "2026-11-08", "2026-11-15")
SAMPLES = 100
COUNTRY, PART = "FR", "FR-HDF"
SILENT = "FR-02"
"""Reports nothing for days: its outlook fails."""
PLACE = "FR-59"
CLOSING, UNTRIED = "evening-closing", "untried"
"""A scenario with an outlook: less transmission, and beds opened in `PLACE`; one that nobody has run."""
BEDS_OPENED, OPENED_ON = 12, TODAY + dt.timedelta(days=6)


def make(folder: Path) -> Workspace:
    """The workspace with its sources beside it: three replays, then the outlook of `NOW`."""
    workspace = belvedere.create(folder / "workspace")
    for text in MAPPING_TEXTS:
        if text.stem in FEEDS:
            shutil.copy(text, workspace.mappings)
    sources = folder / "sources"
    with patch.dict(parameters()["sizes"]["tiny"], {"days": HISTORY_DAYS}):
        files = write_country(sources, showcase(TODAY, size="tiny")).files
    for file in files:
        if not file.name.startswith(tuple(feed.replace("demo-", "synthetic-", 1) for feed in FEEDS)):
            file.unlink()
    ingest(workspace, [sources], now=NOW)
    for as_of in (*REPLAYED, None):
        look_ahead(workspace, as_of=as_of)
    return workspace


def ask_what_if(workspace: Workspace) -> None:
    """Two scenarios, of which one is run."""
    closing = Overlay("futures", "transmission", "multiply", 0.6, place=COUNTRY, first_day=TODAY - dt.timedelta(days=9))
    opened = Overlay("capacity", "beds", "add", BEDS_OPENED, level="icu", place=PLACE, first_day=OPENED_ON)
    new_scenario(workspace, CLOSING, title="Fermeture le soir", author="A. Martin", expires_on=dt.date(2026, 12, 31), now=NOW)
    for overlay in (closing, opened):
        set_overlay(workspace, CLOSING, overlay, now=NOW)
    new_scenario(workspace, UNTRIED, title="Écoles à distance", author="B. Roux", now=NOW)
    look_ahead(workspace, scenario=CLOSING)


def look_ahead(workspace: Workspace, *, as_of: str | None = None, scenario: str | None = None, now: dt.datetime = NOW) -> int:
    """An outlook, committed; returns its sequence."""
    asked = {"country": COUNTRY, "as_of": as_of, "scenario": scenario, "samples": SAMPLES}
    with Job.begin(workspace, "outlook", asked, clock=lambda: now) as job:
        return run_outlook(workspace, **asked, moment=now.isoformat(), job=job)


def shared(folder: Path, own: Path) -> Workspace:
    """A copy, in the folder `own`, of the one workspace that all processes of a test run make once, in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "made").is_dir():
            shutil.rmtree(folder / "making", ignore_errors=True)
            make(folder / "making")
            (folder / "making").rename(folder / "made")
        shutil.copytree(folder / "made", own, dirs_exist_ok=True)
    return belvedere.open(own / "workspace")
