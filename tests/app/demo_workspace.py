"""A workspace filled with the demonstration of a fixed day: the same for the pages, the commands and the browser."""

from __future__ import annotations

import datetime as dt
import fcntl
import shutil
from pathlib import Path

import belvedere
from belvedere.app.findings import FindingsKeeper
from belvedere.demo.country import MAPPING_TEXTS, showcase, write_country
from belvedere.sources.ingest import ingest
from belvedere.store.snapshot import Snapshot
from belvedere.store.workspace import Workspace

NOW = dt.datetime(2026, 11, 22, 7, 40, tzinfo=dt.UTC)
TODAY = NOW.date()
DAYS = 40

FLOWS, STOCKS, TESTS = "demo-fr-department-flows", "demo-fr-department-stocks", "demo-fr-department-tests"
CENSUS, BEDS, ORDERS = "demo-fr-facility-census", "demo-fr-unit-capacity", "demo-fr-orders"
HOSPITALS, UNITS = "demo-fr-register-1-hospitals", "demo-fr-register-2-units"
FEEDS = (HOSPITALS, UNITS, FLOWS, STOCKS, TESTS, CENSUS, BEDS, ORDERS)
"""Of the demonstration's feeds those that the pages are tested with: every kind of trouble is among them."""

SILENT, SILENT_DAYS = "FR-02", 12
BEHIND, BEHIND_DAYS = "FR-60", 2


def make_demo_workspace(folder: Path) -> Workspace:
    """The smallest demonstration, loaded at `NOW`, its rules worked out; sources beside it."""
    workspace = belvedere.create(folder / "workspace")
    for text in MAPPING_TEXTS:
        if text.stem in FEEDS:
            shutil.copy(text, workspace.mappings)
    sources = folder / "sources"
    for file in write_country(sources, showcase(TODAY, size="tiny")).files:
        if not file.name.startswith(tuple(feed.replace("demo-", "synthetic-", 1) for feed in FEEDS)):
            file.unlink()
    ingest(workspace, [sources], now=NOW)
    return with_findings(workspace)


def with_findings(workspace: Workspace) -> Workspace:
    """The rules worked out, unless they are: they are kept for one state of the data and of the code."""
    FindingsKeeper(workspace).work_out(Snapshot.take(workspace), TODAY)
    return workspace


def shared_demo_workspace(shared: Path, own: Path) -> Workspace:
    """A copy, in the folder `own`, of the one workspace that all the processes of a test run make once, in `shared`."""
    shared.mkdir(parents=True, exist_ok=True)
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "made").is_dir():
            shutil.rmtree(shared / "making", ignore_errors=True)
            make_demo_workspace(shared / "making")
            (shared / "making").rename(shared / "made")
        shutil.copytree(shared / "made", own, dirs_exist_ok=True)
    return with_findings(belvedere.open(own / "workspace"))
