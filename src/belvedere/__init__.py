"""Belvedere: an open, self-hosted operations platform for epidemics and hospitals.

import belvedere as bv
workspace = bv.open("workspace")
workspace.frame("indicators", as_of="2020-10-20", place="FR-75")
bv.spread.reproduction_number(counts, generation=bv.spread.discretise_gamma(5.0, 2.0))   # the rooms of models need no workspace
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version
from pathlib import Path

__version__ = version("belvedere")
LIBRARIES = ("care", "spread")
"""Rooms of models that work on plain arrays: `belvedere.spread`, `belvedere.care`, loaded when first named."""
__all__ = ["__version__", "create", "open"]


def __getattr__(name: str):
    if name in LIBRARIES:
        return import_module(f"belvedere.{name}")
    raise AttributeError(f"module 'belvedere' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *LIBRARIES})


def open(path: Path | str = "workspace"):
    """Opens a workspace: its tables as Ibis expressions (`.table(name, as_of=…)`) and DataFrames (`.frame(name, …)`)."""
    from belvedere.store import retention
    from belvedere.store.workspace import open_workspace

    workspace = open_workspace(path)
    retention.finish(workspace)
    return workspace


def create(path: Path | str, *, database_url: str | None = None):
    """Makes a new, empty workspace in an empty or missing folder. database_url: of its records, else SQLite in the folder."""
    from belvedere.store.workspace import create as make

    return make(Path(path), database_url=database_url)
