"""The demonstration workspace, built once for the whole folder. Tests that write make a copy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import belvedere
from belvedere.store.workspace import Workspace
from tests.app.demo_workspace import make_demo_workspace


@pytest.fixture(scope="session")
def demo(tmp_path_factory) -> Workspace:
    """Read only."""
    return make_demo_workspace(tmp_path_factory.mktemp("demo"))


@pytest.fixture
def demo_copy(demo: Workspace, tmp_path: Path) -> Workspace:
    """A copy that a test may change."""
    shutil.copytree(demo.path, tmp_path / "workspace")
    return belvedere.open(tmp_path / "workspace")
