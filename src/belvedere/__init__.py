"""Belvedere: an open, self-hosted operations platform for epidemics and hospitals.

import belvedere
workspace = belvedere.open("workspace")
workspace.frame("indicators", as_of="2020-10-20", place="FR-75")
"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

__version__ = version("belvedere")
__all__ = ["__version__", "create", "open"]


def open(path: Path | str = "workspace"):
    """Opens a workspace: its tables as Ibis expressions (`.table(name, as_of=…)`) and DataFrames (`.frame(name, …)`)."""
    from belvedere.store import retention
    from belvedere.store.workspace import open_workspace

    workspace = open_workspace(path)
    retention.finish(workspace)
    return workspace


def create(path: Path | str):
    """Makes a new, empty workspace in an empty or missing folder."""
    from belvedere.store.workspace import create as make

    return make(Path(path))
