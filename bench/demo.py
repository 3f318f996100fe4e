"""The demonstration country: how long it takes to make and to load, how large it is, and whether it is the same twice."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

import belvedere
from belvedere.demo.country import MAPPING_TEXTS, Scenario, simulate
from belvedere.sources.ingest import ingest
from bench import Figure

TODAY = dt.date(2026, 11, 22)
MAKE = """
import datetime as dt, json, resource, sys, time
from pathlib import Path
from belvedere.demo.country import Scenario, write_country
start = time.monotonic()
written = write_country(Path(sys.argv[2]), Scenario(sys.argv[1], seed=1, today=dt.date(2026, 11, 22)))
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"wall": time.monotonic() - start, "cpu": used.ru_utime + used.ru_stime, "memory": used.ru_maxrss / 2**20,
                  "files": len(written.files), "size": sum(f.stat().st_size for f in written.files) / 1e6}))
"""
AIMS = {"small": 60, "full": 300}  # seconds


def made(size: str, folder: Path) -> dict[str, float]:
    """Makes the country in a process of its own, so that its memory is its own."""
    done = subprocess.run([sys.executable, "-c", MAKE, size, str(folder)], check=True, text=True, stdout=subprocess.PIPE)
    return json.loads(done.stdout)


def checksum(folder: Path) -> str:
    """Of every file below a folder, names included."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        digest.update(str(path.relative_to(folder)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def making(size: str, folder: Path) -> Iterator[Figure]:
    """Time, memory and size of one country."""
    cost = made(size, folder)
    yield Figure(f"{size}: made and written", cost["wall"], "s", f"<={AIMS[size]}")
    yield Figure(f"{size}: processor time", cost["cpu"], "s")
    yield Figure(f"{size}: peak memory", cost["memory"], "GiB", "<=2")
    yield Figure(f"{size}: files", cost["files"], "files")
    yield Figure(f"{size}: their size", cost["size"], "MB")


def loading(folder: Path, scratch: Path) -> Iterator[Figure]:
    """Time to load a country, and what is set aside."""
    workspace = belvedere.create(scratch / "workspace")
    for text in MAPPING_TEXTS:
        shutil.copy(text, workspace.mappings)
    wall, cpu = time.monotonic(), time.process_time()
    report = ingest(workspace, [folder])
    yield Figure("small: loaded into a workspace", time.monotonic() - wall, "s", "<=60")
    yield Figure("small: processor time of loading", time.process_time() - cpu, "s")
    planted = json.loads((folder / ".truth" / "planted.json").read_text(encoding="utf-8"))["planted"]
    faults = sum(p["kind"] in ("FaultyCell", "UnreadableFile") for p in planted)
    yield Figure("small: entries in quarantine beyond those planted", sum(f.set_aside for f in report.feeds) - faults, "", "=0")
    yield Figure("small: files not claimed", len(report.unclaimed), "files", "=0")


def shape() -> Iterator[Figure]:
    """What kind of country it is, full size."""
    truth = simulate(Scenario("full", seed=1, today=TODAY))
    now, regions = truth.scenario.now, truth.regions
    published = slice(truth.scenario.first, now)
    daily = regions["admissions"].sum("region").values[published]
    icu = regions["icu_census"].sum("region").values[published]
    yield Figure("full: most admissions in a day", float(daily.max()), "persons")
    yield Figure("full: most epidemic patients in intensive care", float(icu.max()), "persons")
    yield Figure("full: infected by today, share of the people",
                 1 - regions["susceptible"].values[..., now].sum() / truth.world.land.population.sum(), "share")  # fmt: skip
    infections = regions["infections"].values.astype(float)
    pressure = np.array([np.convolve(row, [0, *truth.generation_interval])[: len(row)] for row in infections])
    true = (regions["reproduction_number"].values * pressure).sum(axis=0)
    error = np.abs(infections.sum(axis=0)[published] / true[published] - 1)
    yield Figure(
        "full: planted R found by the renewal equation, median error of a day", float(np.median(error)), "share", "<=0.05"
    )


def figures() -> Iterator[Figure]:
    """Every figure, the dear ones last."""
    with tempfile.TemporaryDirectory() as scratch:
        small, again = Path(scratch) / "small", Path(scratch) / "again"
        yield from making("small", small)
        made("small", again)
        yield Figure("small: same bytes from another process", float(checksum(small) == checksum(again)), "", "=1")
        yield from loading(small, Path(scratch))
        yield from making("full", Path(scratch) / "full")
    yield from shape()
