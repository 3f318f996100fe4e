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
from belvedere.outlook.run import run_outlook
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


def look_ahead(workspace: Workspace, *, as_of: str | None = None, now: dt.datetime = NOW) -> int:
    """An outlook, committed; returns its sequence."""
    asked = {"country": COUNTRY, "as_of": as_of, "samples": SAMPLES}
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
