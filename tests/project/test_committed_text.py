"""Nothing committed names this machine, a package host, or leaves a thing unfinished."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.project.repository import REPOSITORY, committed_files, text_of

# Written in pieces, so that this file does not name them either.
HOSTS = [
    "pypi" + ".org",
    "python" + "hosted.org",
    "registry." + "npmjs.org",
    "registry." + "yarnpkg.com",
    "conda." + "anaconda.org",
]
MACHINE_PATHS = [
    r"/" + r"work/(?:main|shared)\b",
    r"/" + r"root/",
    r"/" + r"home/[a-z]\w*/",
    r"/" + r"Users/[A-Za-z]\w*/",
    r"[A-Z]:\\" + r"Users\\",
]
UNFINISHED = [r"\b" + "TO" + r"DO\b", r"\b" + "FIX" + r"ME\b", r"\b" + "XX" + r"X\b", "raise " + "NotImplemented" + "Error"]


def offences(file: Path, patterns: list[str]) -> list[str]:
    """`file:line: text` for each line that matches one of the patterns."""
    text = text_of(file)
    if text is None:
        return []
    found = re.compile("|".join(patterns))
    return [f"{file}:{n}: {line.strip()[:120]}" for n, line in enumerate(text.splitlines(), 1) if found.search(line)]


def all_offences(patterns: list[str], files: list[Path]) -> list[str]:
    return [line for file in files for line in offences(file, patterns)]


def test_no_package_host_is_named():
    assert all_offences([re.escape(host) for host in HOSTS], committed_files()) == []


def test_no_path_of_a_machine_is_named():
    here = [re.escape(str(place)) + r"\b" for place in (REPOSITORY, Path.home()) if len(place.parts) > 2]
    assert all_offences(MACHINE_PATHS + here, committed_files()) == []


def test_nothing_is_left_unfinished():
    code = [file for file in committed_files() if file.suffix in {".py", ".sh", ".sql"} or file.name in {"Makefile", "run"}]
    assert all_offences(UNFINISHED, code) == []


@pytest.mark.parametrize("line", ["see https://" + HOSTS[0] + "/simple", "cd /" + "root/x", "open('/" + "home/ann/x')"])
def test_the_search_finds_what_it_looks_for(tmp_path, line):
    file = tmp_path / "note.md"
    file.write_text(f"fine\n{line}\n", encoding="utf-8")
    patterns = [re.escape(host) for host in HOSTS] + MACHINE_PATHS
    assert offences(file, patterns) == [f"{file}:2: {line}"]


def test_files_stay_short():
    """One idea a file: about 400 lines at most."""
    long = {str(f): n for f in committed_files() if f.suffix == ".py" and (n := len(text_of(f).splitlines())) > 450}
    assert long == {}


def test_no_data_file_is_committed():
    """Data stay outside: only small reference tables and mappings, as text, belong here."""
    heavy = {".parquet", ".xlsx", ".xls", ".zip", ".gz", ".zst", ".db", ".sqlite", ".duckdb", ".feather"}
    large = {str(f): (REPOSITORY / f).stat().st_size for f in committed_files() if f.name != "requirements.lock"}
    assert [f for f in large if Path(f).suffix in heavy] == []
    assert {f: size for f, size in large.items() if size > 2**20} == {}
