"""An empty workspace for each test."""

from __future__ import annotations

import shutil

import pytest

from belvedere.store.workspace import Workspace, create, open_workspace


@pytest.fixture(scope="session")
def empty(tmp_path_factory):
    path = tmp_path_factory.mktemp("desk") / "workspace"
    create(path).engine.dispose()
    return path


@pytest.fixture
def workspace(empty, tmp_path) -> Workspace:
    shutil.copytree(empty, tmp_path / "workspace")
    return open_workspace(tmp_path / "workspace")
