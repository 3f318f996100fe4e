"""Fixtures every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of real data (BELVEDERE_DATA, default ../shared/data). Without it: fails under CI, skips elsewhere."""
    folder = Path(os.environ.get("BELVEDERE_DATA", REPOSITORY.parent / "shared" / "data"))
    if not (folder / "README.md").exists():
        message = f"no real data at {folder}: set BELVEDERE_DATA to the folder that holds france/, italy/, hubs/ …"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return folder
