"""The shell and Python helpers of the Makefile: what is missing is named with the command that installs it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from scripts.smoke import clean_environment, fetch, free_port, lacking, serving
from tests.project.repository import REPOSITORY

SCRIPTS = REPOSITORY / "scripts"
OLD = 'case "$1" in --version) echo "Python 3.10.12";; *) exit 1;; esac'
NO_VENV = 'case "$2" in *ensurepip*) exit 1;; *version_info*2*) echo 3.12;; *) exit 0;; esac'
GOOD = "exit 0"


def fake_machine(folder: Path, pythons: dict[str, str]) -> dict[str, str]:
    """An environment whose PATH holds only a few plain tools and the given fake Pythons."""
    for tool in ("sh", "cut", "cat"):
        (folder / tool).symlink_to(shutil.which(tool))
    for name, body in pythons.items():
        (folder / name).write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        (folder / name).chmod(0o755)
    return {"PATH": str(folder)}


def find_python(environment: dict[str, str]) -> subprocess.CompletedProcess:
    shell = shutil.which("sh")
    return subprocess.run([shell, SCRIPTS / "find_python.sh"], env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("pythons", "chosen"),
    [
        ({"python3": GOOD}, "python3"),
        ({"python3": OLD, "python3.12": GOOD}, "python3.12"),
        ({"python3": NO_VENV, "python3.11": GOOD}, "python3.11"),
    ],
)
def test_the_first_python_that_serves_is_chosen(tmp_path, pythons, chosen):
    done = find_python(fake_machine(tmp_path, pythons))
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, chosen, "")


@pytest.mark.parametrize(
    ("pythons", "reason", "command"),
    [
        ({}, "there is none", "apt-get install --yes python3 python3-venv"),
        ({"python3": OLD}, "python3 is 3.10.12", "apt-get install --yes python3.11 python3.11-venv"),
        ({"python3": NO_VENV}, "lacks", "apt-get install --yes python3.12-venv"),
    ],
)
def test_what_is_missing_is_named_with_its_command(tmp_path, pythons, reason, command):
    done = find_python(fake_machine(tmp_path, pythons))
    assert done.returncode == 1
    assert reason in done.stderr
    assert command in done.stderr


def test_the_build_requirements_are_those_of_the_project():
    done = subprocess.run([sys.executable, SCRIPTS / "build_requirements.py"], capture_output=True, text=True, check=True)
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    stated = project["build-system"]["requires"]
    assert done.stdout.splitlines()[: len(stated)] == stated
    assert any(line.startswith("editables") for line in done.stdout.splitlines())


def test_help_lists_every_target():
    done = subprocess.run(["make", "help"], cwd=REPOSITORY, env=clean_environment(), capture_output=True, text=True, check=True)
    named = [line.split()[1] for line in done.stdout.splitlines()]
    assert named == ["help", "install", "run", "test", "bench", "lint", "docs", "lock", "clean"]


def test_make_takes_no_setting_to_run():
    """A port and a workspace have defaults; both may be given."""
    plain = subprocess.run(
        ["make", "-n", "run"], cwd=REPOSITORY, env=clean_environment(), capture_output=True, text=True, check=True
    ).stdout
    assert '--workspace "workspace" --port "8000"' in plain


def a_clone(folder: Path, recipe: str) -> Path:
    """A folder whose `make run` does what is asked."""
    (folder / "page" / "api" / "v1").mkdir(parents=True)
    (folder / "page" / "api" / "v1" / "feeds").write_text('{"lede": {}, "feeds": [{"feed": "a"}]}', encoding="utf-8")
    (folder / "Makefile").write_text(f"run:\n\t@{recipe}\n", encoding="utf-8")
    return folder


def test_a_served_page_is_seen_and_stopped(tmp_path):
    recipe = f"exec {sys.executable} -m http.server --bind 127.0.0.1 --directory page $(PORT)"
    with serving(a_clone(tmp_path, recipe), tmp_path / "workspace") as served:
        assert '"feed": "a"' in served.page
        assert lacking(served.page) == []
        assert served.seconds > 0
    assert fetch(served.url) is None


def test_a_command_that_ends_is_told_at_once(tmp_path):
    with pytest.raises(RuntimeError, match="status 2"), serving(a_clone(tmp_path, "exit 3"), tmp_path / "workspace"):
        pass


def test_nobody_answering_is_no_page():
    assert fetch(f"http://127.0.0.1:{free_port()}/") is None


def test_a_page_without_feeds_is_not_enough():
    assert lacking("<h1>Nothing here</h1>") == ["an answer about feeds"]
    assert lacking('{"feeds": []}') == ["lede", "a feed"]


def test_ci_runs_under_bash_and_stops_at_the_first_failure():
    text = (REPOSITORY / ".ci" / "run").read_text(encoding="utf-8")
    assert text.startswith("#!/usr/bin/env bash\n")
    assert "set -euo pipefail" in text
    assert os.access(REPOSITORY / ".ci" / "run", os.X_OK)
    assert subprocess.run(["bash", "-n", REPOSITORY / ".ci" / "run"], check=False).returncode == 0
