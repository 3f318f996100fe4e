"""Each room imports only what the plan of the house allows (docs/decisions/0001-rooms.md)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.project.repository import REPOSITORY

HOUSE = REPOSITORY / "src" / "belvedere"
EVERYWHERE = {"errors", "problems"}
GROUND = {"ontology", "reference", "privacy", "store", "sources"}
MODELS = {"spread", "mobility", "tracing", "care", "supply", "plan"}
MAY_IMPORT: dict[str, set[str]] = {
    "ontology": set(),
    "reference": {"ontology"},
    "privacy": set(),
    "store": {"ontology", "privacy"},
    "sources": {"ontology", "reference", "privacy", "store"},
    "health": {"ontology", "reference"},
    "spread": {"ontology", "privacy"},
    "mobility": {"ontology", "privacy"},
    "tracing": {"ontology", "privacy"},
    "care": {"ontology"},
    "supply": {"ontology"},
    "plan": {"ontology"},
    "outlook": GROUND | {"health"} | MODELS,
    "desk": {"ontology", "store"},
    "trust": {"ontology", "privacy", "store"},
    "demo": {"ontology", "reference"},
    "app": GROUND | {"health", "outlook", "desk", "trust", "demo"},
}
# The root: errors.py and problems.py stand under every room; the package itself opens a workspace for notebooks.
ROOT_MODULES = {"__init__": GROUND, "__main__": {"app"}, "errors": set(), "problems": set()}


def imported_rooms(source: str, package: str) -> Iterator[str]:
    """Rooms (or root modules) of ours that a module of `package` ("belvedere.store") imports, at any depth of its code."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level:
            parent = package.split(".")[: len(package.split(".")) - node.level + 1]
            targets = [".".join([*parent, *(node.module or "").split(".")]).rstrip(".")]
        elif isinstance(node, ast.ImportFrom):
            from_root = node.module == "belvedere"
            targets = [f"belvedere.{alias.name}" for alias in node.names] if from_root else [node.module]
        else:
            continue
        yield from (target.split(".")[1] for target in targets if target.startswith("belvedere."))


def modules(room: str) -> list[Path]:
    return sorted((HOUSE / room).rglob("*.py"))


def rooms() -> list[str]:
    return sorted(folder.name for folder in HOUSE.iterdir() if (folder / "__init__.py").is_file())


def package_of(module: Path) -> str:
    return ".".join(("belvedere", *module.relative_to(HOUSE).parent.parts))


@pytest.mark.parametrize("room", rooms())
def test_a_room_imports_only_what_it_may(room):
    allowed = MAY_IMPORT[room] | EVERYWHERE | {room}
    strangers = {
        f"{module.relative_to(HOUSE)} imports {other}"
        for module in modules(room)
        for other in imported_rooms(module.read_text(encoding="utf-8"), package_of(module))
        if other not in allowed
    }
    assert strangers == set()


@pytest.mark.parametrize("module", sorted(HOUSE.glob("*.py")), ids=lambda m: m.stem)
def test_the_root_imports_only_what_it_may(module):
    assert module.stem in ROOT_MODULES, f"{module.name}: modules live in rooms; the root holds only {sorted(ROOT_MODULES)}"
    found = set(imported_rooms(module.read_text(encoding="utf-8"), "belvedere"))
    assert found - ROOT_MODULES[module.stem] - EVERYWHERE == set()


def test_the_rooms_form_no_circle():
    """Taking away, again and again, the rooms that need no other leaves none."""
    left = {room: set(others) for room, others in MAY_IMPORT.items()}
    while free := {room for room, others in left.items() if not others}:
        left = {room: others - free for room, others in left.items() if room not in free}
    assert left == {}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("import belvedere.store.series", ["store"]),
        ("from belvedere.store import series", ["store"]),
        ("from belvedere import privacy, errors", ["privacy", "errors"]),
        ("from ..store import series", ["store"]),
        ("def f():\n    from belvedere.app import cli", ["app"]),
        ("import numpy, belvedere_tools", []),
    ],
)
def test_imports_are_found_however_they_are_written(line, expected):
    assert list(imported_rooms(line, "belvedere.health")) == expected


def test_the_decision_shows_the_same_table():
    """docs/decisions/0001-rooms.md lists each room with what it may import; the two must not drift apart."""
    page = (REPOSITORY / "docs" / "decisions" / "0001-rooms.md").read_text(encoding="utf-8")
    rows = [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in page.splitlines() if line.startswith("| `")]
    shown = {row[0]: {name.strip(" `") for name in row[2].split(",") if name.strip(" `–")} for row in rows}
    assert shown == MAY_IMPORT
