"""The small country with outlooks, built once for a whole test run. Tests that write make a copy."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

import belvedere
from belvedere.app.api.office import Office
from belvedere.app.findings import FindingsKeeper
from belvedere.app.serve import make_app
from belvedere.store.workspace import Workspace
from tests.app.api import outlook_workspace
from tests.app.demo_workspace import NOW


@pytest.fixture(scope="session")
def looking(tmp_path_factory) -> Workspace:
    """Read only."""
    base = tmp_path_factory.getbasetemp()
    of_run = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    return outlook_workspace.shared(of_run / "outlook-workspace", tmp_path_factory.mktemp("outlook"))


@pytest.fixture
def looking_copy(looking: Workspace, tmp_path: Path) -> Workspace:
    """A copy that a test may change."""
    shutil.copytree(looking.path, tmp_path / "workspace")
    return belvedere.open(tmp_path / "workspace")


@pytest.fixture(scope="session")
def asking(looking: Workspace, tmp_path_factory) -> Workspace:
    """The same with two scenarios, one of them run. Read only."""
    folder = tmp_path_factory.mktemp("asking") / "workspace"
    shutil.copytree(looking.path, folder)
    workspace = belvedere.open(folder)
    outlook_workspace.ask_what_if(workspace)
    return workspace


@pytest.fixture(scope="session")
def client(looking: Workspace) -> TestClient:
    """The interface on the small country, at `NOW`."""
    return TestClient(make_app(looking, now=lambda: NOW), raise_server_exceptions=False)


@pytest.fixture(scope="session")
def empty_client(tmp_path_factory) -> TestClient:
    """The interface on a workspace that holds nothing."""
    workspace = belvedere.create(tmp_path_factory.mktemp("empty") / "workspace")
    return TestClient(make_app(workspace, now=lambda: NOW), raise_server_exceptions=False)


@pytest.fixture(scope="session")
def client_of():
    """The interface on another workspace, at `NOW`."""
    return lambda workspace: TestClient(make_app(workspace, now=lambda: NOW), raise_server_exceptions=False)


@pytest.fixture(scope="session")
def office_of():
    """What answers, without HTTP."""
    return lambda workspace: Office(workspace, FindingsKeeper(workspace), lambda: NOW)
