"""What a newcomer waits for: a fresh clone, nothing cached, then `make run`, `make run` again, `make test`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench import Figure
from scripts.smoke import clean_environment, serving

REPOSITORY = Path(__file__).resolve().parent.parent
COUNT = re.compile(r"(\d+) (passed|failed|skipped|errors?)\b")


def clone(target: Path) -> Path:
    """HEAD of this repository, as a newcomer gets it."""
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(REPOSITORY), str(target)], check=True)
    return target


def newcomer() -> dict[str, str]:
    """Settings that make a clone start with nothing: no pip cache; the data folder as here, since the clone lies elsewhere."""
    data = os.environ.get("BELVEDERE_DATA", str(REPOSITORY.parent / "shared" / "data"))
    return {"PIP_NO_CACHE_DIR": "1", "BELVEDERE_DATA": data}


def counts(output: str) -> dict[str, int]:
    """Passed, failed, skipped and errors from pytest's last line."""
    last = next((line for line in reversed(output.splitlines()) if COUNT.search(line)), "")
    found = {word.rstrip("s") if word.startswith("error") else word: int(n) for n, word in COUNT.findall(last)}
    return {word: found.get(word, 0) for word in ("passed", "failed", "skipped", "error")}


def run_figures(folder: Path) -> Iterator[Figure]:
    """Minutes to the first page in a cold clone, seconds the second time on the same workspace, and seconds on a new one."""
    here, settings = clone(folder / "run"), newcomer()
    with serving(here, folder / "workspace", settings) as cold:
        yield Figure("cold clone, make run to the first page", cold.seconds / 60, "min", "<=6")
    with serving(here, folder / "workspace", settings) as warm:
        yield Figure("second make run to the first page", warm.seconds, "s")
    with serving(here, folder / "another", settings) as installed:
        yield Figure(
            "make run on a new workspace: country made, loaded and foretold, to the first page", installed.seconds, "s", "<=60"
        )


def test_figures(folder: Path) -> Iterator[Figure]:
    """Minutes of `make test` in a cold clone, installation included, and what it counted."""
    here = clone(folder / "test")
    start = time.monotonic()
    done = subprocess.run(["make", "test"], cwd=here, env=clean_environment() | newcomer(), text=True, stdout=subprocess.PIPE)
    minutes = (time.monotonic() - start) / 60
    sys.stderr.write(done.stdout[-2000:])
    seen = counts(done.stdout)
    yield Figure("cold clone, make test", minutes, "min", "<=10")
    yield Figure("make test: exit status", done.returncode, "", "=0")
    yield Figure("make test: passed", seen["passed"], "tests", ">0")
    yield Figure("make test: failed", seen["failed"] + seen["error"], "tests", "=0")
    yield Figure("make test: skipped", seen["skipped"], "tests", "=0")


def figures() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        yield from run_figures(Path(folder))
        yield from test_figures(Path(folder))
