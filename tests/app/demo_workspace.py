"""A workspace filled with the demonstration of a fixed day: the same for the pages, the commands and the browser."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import numpy as np

import belvedere
from belvedere.demo import MAPPING_TEXTS, write_demo_files
from belvedere.sources.ingest import ingest
from belvedere.store.workspace import Workspace

NOW = dt.datetime(2026, 11, 22, 7, 40, tzinfo=dt.UTC)
TODAY = NOW.date()
DAYS = 36

FLOWS, STOCKS = "demo-fr-hospital-flows", "demo-fr-hospital-stocks"
FACILITIES, ITALY = "demo-fr-reporting-facilities", "demo-it-hospital-regions"


def make_demo_workspace(folder: Path) -> Workspace:
    """Five weeks of the demonstration, loaded at `NOW`."""
    workspace = belvedere.create(folder / "workspace")
    for text in MAPPING_TEXTS:
        shutil.copy(text, workspace.mappings)
    write_demo_files(folder / "sources", np.random.default_rng(5), TODAY, days=DAYS)
    ingest(workspace, [folder / "sources"], now=NOW)
    return workspace
