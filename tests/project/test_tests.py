"""Every test asserts something, and none can be passed over."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.project.repository import REPOSITORY, committed_files

CHECKS = ("assert", "check", "expect", "fail", "raises", "warns")
PASSED_OVER = {"skip", "skipif", "importorskip", "xfail"}
# Away from CI a machine without the real data says so by skipping; under CI the same fixture fails.
MAY_SKIP = {Path("tests/conftest.py"), Path("tests/store/conftest.py")}


def called_name(call: ast.Call) -> str:
    """The last word of what is called: `np.testing.assert_allclose(…)` -> "assert_allclose"."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def asserts(function: ast.AST) -> bool:
    """Whether the body holds an assert, or calls something named as a check (pytest.raises, assert_allclose, check_…)."""
    return any(
        isinstance(node, ast.Assert) or (isinstance(node, ast.Call) and called_name(node).lstrip("_").startswith(CHECKS))
        for node in ast.walk(function)
    )


def idle_tests(source: str) -> Iterator[str]:
    """Names of test functions that check nothing."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_") and not asserts(node):
            yield node.name


def passing_over(source: str) -> Iterator[str]:
    """`line: name` of each skip or expected failure."""
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Attribute)
            and node.attr in PASSED_OVER
            and ast.unparse(node.value) in {"pytest", "pytest.mark", "mark"}
        ):
            yield f"{node.lineno}: {ast.unparse(node)}"


def python_files() -> list[Path]:
    return [file for file in committed_files() if file.parts[0] == "tests" and file.suffix == ".py"]


def read(file: Path) -> str:
    return (REPOSITORY / file).read_text(encoding="utf-8")


def test_every_test_asserts_something():
    assert [
        f"{file}: {name}" for file in python_files() for name in idle_tests(read(file)) if file.name.startswith("test_")
    ] == []


def test_no_test_is_passed_over():
    assert [f"{file}:{line}" for file in python_files() if file not in MAY_SKIP for line in passing_over(read(file))] == []


def test_test_files_lie_in_a_room_of_their_own():
    """tests/<room>/test_<module>.py: none lies loose in tests/."""
    assert [str(file) for file in python_files() if file.name.startswith("test_") and len(file.parts) < 3] == []


@pytest.mark.parametrize(
    ("body", "idle"),
    [
        ("assert x == 1", []),
        ("with pytest.raises(ValueError): f()", []),
        ("np.testing.assert_allclose(a, b)", []),
        ("check_equal(a, b)", []),
        ("f()", ["test_it"]),
        ("pass", ["test_it"]),
    ],
)
def test_an_idle_test_is_found(body, idle):
    assert list(idle_tests(f"def test_it():\n    {body}\n")) == idle


@pytest.mark.parametrize("line", ["@pytest.mark.skipif(x)\ndef f(): ...", "pytest.skip('no')", "pytest.importorskip('x')"])
def test_a_skip_is_found(line):
    assert len(list(passing_over(line))) == 1
