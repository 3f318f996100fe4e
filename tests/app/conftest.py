"""The demonstration workspace, built once for a whole test run. Tests that write make a copy."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

import belvedere
from belvedere.store.workspace import Workspace
from tests.app.demo_workspace import shared_demo_workspace


@pytest.fixture(scope="session")
def demo(tmp_path_factory) -> Workspace:
    """Read only."""
    base = tmp_path_factory.getbasetemp()
    of_run = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base  # each worker has a folder of its own below it
    return shared_demo_workspace(of_run / "demo-workspace", tmp_path_factory.mktemp("demo"))


@pytest.fixture
def demo_copy(demo: Workspace, tmp_path: Path) -> Workspace:
    """A copy that a test may change."""
    shutil.copytree(demo.path, tmp_path / "workspace")
    return belvedere.open(tmp_path / "workspace")
