"""`python -m bench TOPIC`: run a topic, print its figures, keep them. With STRICT=1 a missed aim is a failure."""

from __future__ import annotations

import datetime as dt
import importlib
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

from bench._figures import Figure
from bench._record import facts, keep, result_file

REPOSITORY = Path(__file__).resolve().parent.parent


def topics(folder: Path) -> list[str]:
    """The topics there are: modules that define `figures()`, without those whose name starts with an underscore."""
    return sorted(f.stem for f in folder.glob("[!_]*.py") if "def figures(" in f.read_text(encoding="utf-8"))


def report(figures: Iterable[Figure], out: TextIO, notes: TextIO) -> list[Figure]:
    """Print one line a figure on `out`; missed aims and the tally on `notes`. Returns the figures that missed."""
    seen = []
    for figure in figures:
        seen.append(figure)
        out.write(figure.line() + "\n")
        out.flush()
        if figure.met() is False:
            notes.write(f"MISSED: {figure.name} is {figure.line().split(chr(9))[1]} {figure.unit}, aim {figure.aim}\n")
    aimed = [f for f in seen if f.aim]
    missed = [f for f in aimed if not f.met()]
    notes.write(f"{len(seen)} figures, {len(aimed)} with an aim, {len(missed)} missed\n")
    return missed


def main(arguments: list[str]) -> int:
    known = topics(REPOSITORY / "bench")
    if len(arguments) != 1 or arguments[0] not in known:
        sys.stderr.write(f"make bench NAME=topic, where topic is one of: {', '.join(known)}\n")
        return 2
    topic = arguments[0]
    about = facts(REPOSITORY, dt.datetime.now(dt.UTC))
    file = result_file(REPOSITORY, topic, about)
    measured = importlib.import_module(f"bench.{topic}").figures()
    missed = report(keep(measured, file, about), sys.stdout, sys.stderr)
    sys.stderr.write(f"kept in {file.relative_to(REPOSITORY)}\n")
    return 1 if missed and os.environ.get("STRICT") == "1" else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
