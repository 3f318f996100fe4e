"""Under CI a run with a skipped test fails and names it; elsewhere it passes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from tests.project.repository import REPOSITORY

SKIPS = "import pytest\n\ndef test_runs():\n    assert True\n\ndef test_rests():\n    pytest." + "skip('no reason')\n"
RUNS = "def test_runs():\n    assert True\n"


@pytest.mark.parametrize("workers", [[], ["-n", "2", "--dist", "loadfile"]], ids=["one process", "two workers"])
@pytest.mark.parametrize(("source", "ci", "status"), [(SKIPS, "true", 1), (SKIPS, "", 0), (RUNS, "true", 0)])
def test_a_skip_fails_the_run_under_ci_only(tmp_path, source, ci, status, workers):
    shutil.copy(REPOSITORY / "tests" / "conftest.py", tmp_path)
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "test_one.py").write_text(RUNS, encoding="utf-8")
    (tmp_path / "test_two.py").write_text(source, encoding="utf-8")
    settings = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST")} | {"CI": ci}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(tmp_path),
        *workers,
        str(tmp_path),
    ]
    done = subprocess.run(command, cwd=tmp_path, env=settings, capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stdout
    assert ("NOT RUN" in done.stdout) == bool(status)
    if status:
        assert "test_two.py" in done.stdout
