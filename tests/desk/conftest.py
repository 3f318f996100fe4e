"""An empty workspace."""

from __future__ import annotations

from pathlib import Path

import pytest

import belvedere
from belvedere.store.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return belvedere.create(tmp_path / "workspace")
