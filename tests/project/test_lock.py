"""The lock pins every package with its hashes, covers what pyproject.toml asks, and names no address."""

from __future__ import annotations

import re
import tomllib

import pytest

from tests.project.repository import REPOSITORY

LOCK = (REPOSITORY / "requirements.lock").read_text(encoding="utf-8")
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
ENTRY = re.compile(r"(?P<name>[a-z0-9][a-z0-9-]*)(?:\[[^]]*\])?==(?P<version>\S+)(?: ; .*)?")


def entries(lock: str) -> dict[str, list[str]]:
    """Package -> its hashes. Raises ValueError at a line that is neither a pin, a hash nor a comment."""
    packages: dict[str, list[str]] = {}
    name = ""
    for line in lock.splitlines():
        body = line.removesuffix("\\").strip()
        if not body or body.startswith("#"):
            continue
        if hashed := re.fullmatch(r"--hash=sha256:([0-9a-f]{64})", body):
            packages[name].append(hashed[1])
        elif pin := ENTRY.fullmatch(body):
            name = pin["name"]
            packages[name] = []
        else:
            raise ValueError(f"not a pin, a hash or a comment: {line!r}")
    return packages


def asked() -> set[str]:
    """Every package pyproject.toml names for the installation of `make`: runtime, build, and the locked extras."""
    project = PROJECT["project"]
    extras = [project["optional-dependencies"][extra] for extra in ("dev", "postgres", "docs")]
    wanted = [*project["dependencies"], *PROJECT["build-system"]["requires"], *(name for extra in extras for name in extra)]
    return {re.match(r"[A-Za-z0-9._-]+", requirement)[0].lower().replace("_", "-").replace(".", "-") for requirement in wanted}


def test_every_package_is_pinned_with_hashes():
    packages = entries(LOCK)
    assert len(packages) > 50
    assert [name for name, hashes in packages.items() if not hashes] == []


def test_the_lock_covers_what_the_project_asks():
    assert asked() - set(entries(LOCK)) == set()


def test_the_lock_names_no_address():
    assert [
        line for line in LOCK.splitlines() if "://" in line or line.startswith(("-i", "--index", "--extra-index", "--find"))
    ] == []


def test_one_version_for_every_python():
    """The same numbers on 3.11, 3.12 and 3.13: no package is pinned twice."""
    names = re.findall(r"^([a-z0-9-]+)(?:\[[^]]*\])?==", LOCK, flags=re.MULTILINE)
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("line", ["numpy>=2", "--index-url x", "numpy @ file:///x"])
def test_anything_else_in_the_lock_is_refused(line):
    with pytest.raises(ValueError, match="not a pin"):
        entries(f"{line}\n")
