"""Where figures are kept: one file a run, with its date, commit and machine."""

from __future__ import annotations

import datetime as dt
import os
import platform
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from bench._figures import Figure

RESULTS = Path("bench/results")


def commit(repository: Path) -> str:
    """The short commit, with "-dirty" when the tree differs from it (results of earlier runs aside); "unknown" outside git."""

    def git(*arguments: str) -> str:
        return subprocess.run(["git", *arguments], cwd=repository, capture_output=True, text=True, check=True).stdout.strip()

    try:
        head = git("rev-parse", "--short", "HEAD")
        changed = git("status", "--porcelain", "--", ".", f":!{RESULTS}")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return f"{head}-dirty" if changed else head


def load() -> str:
    """The load averages over 1, 5 and 15 minutes."""
    return " ".join(f"{average:.2f}" for average in os.getloadavg())


def facts(repository: Path, now: dt.datetime) -> dict[str, str]:
    """What a reader needs to judge a run: when, which code, on what machine, how busy it was."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "date": now.isoformat(timespec="seconds"),
        "commit": commit(repository),
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, {memory / 2**30:.1f} GiB",
        "load at start": load(),
    }


def result_file(repository: Path, topic: str, about: dict[str, str]) -> Path:
    """bench/results/<topic>/<date>-<commit>.tsv; the date to the second, so that no run overwrites another."""
    when = dt.datetime.fromisoformat(about["date"]).strftime("%Y%m%dT%H%M%SZ")
    return repository / RESULTS / topic / f"{when}-{about['commit']}.tsv"


def keep(figures: Iterable[Figure], file: Path, about: dict[str, str]) -> Iterator[Figure]:
    """Pass figures on, each written to the file as it comes: a run that dies keeps what it had measured."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("x", encoding="utf-8") as out:
        for name, fact in about.items():
            out.write(f"# {name}: {fact}\n")
        out.write("figure\tvalue\tunit\taim\n")
        for figure in figures:
            out.write(figure.line() + "\n")
            out.flush()
            yield figure
        out.write(f"# load at end: {load()}\n")
