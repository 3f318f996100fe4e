"""The ground: how fast real files come in, whether the same figures come back, and what crashes and bad files cost.

make bench NAME=store          everything, about half an hour
python -m bench store          the same
"""

from __future__ import annotations

import datetime as dt
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

import belvedere
from belvedere.reference.places import Places
from belvedere.sources.formats import read
from belvedere.sources.ingest import ingest
from belvedere.sources.mapping import find_mappings, shipped_mappings
from belvedere.store.workspace import Workspace
from bench import Figure, cold_start
from bench.health_oddities import findings, known_oddities, summarise, thresholds
from bench.kills import kills

REPOSITORY = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("BELVEDERE_DATA", REPOSITORY.parent / "shared" / "data"))
KILLS = 300


def figures() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        yield from ingest_figures(folder)
        workspace = belvedere.open(folder / "all")
        yield from same_figures(workspace)
        yield from hub_figures(folder)
    yield from oddity_figures()
    yield from malformed_figures()
    yield from cold_start.figures()
    yield from kill_figures()


# -- speed ------------------------------------------------------------------------------------------------------------


def ingest_figures(folder: Path) -> Iterator[Figure]:
    """All French and Italian files in one workspace, in a process of their own so that its peak memory is theirs."""
    measured = _in_child("ingest_all", folder / "all")
    yield Figure("ingest France and Italy: figures loaded", measured["loaded"], "figures", ">0")
    yield Figure("ingest France and Italy: time in all", measured["seconds"], "s")
    yield Figure("ingest France and Italy: time of reading and parsing alone", measured["reading"], "s")
    rate = measured["loaded"] / (measured["seconds"] - measured["reading"])
    yield Figure("ingest France and Italy: figures/s after parsing", rate, "figures/s", ">=200000")
    yield Figure("ingest France and Italy: peak memory", measured["peak_mib"], "MiB")
    floor = measured["loaded"] / measured["floor_seconds"]
    yield Figure("floor: pandas writes the same figures to one Parquet file", floor, "figures/s")
    yield Figure("second ingest of the same files", measured["again"], "s")


def ingest_all(target: Path) -> dict[str, float]:
    """Runs in the child. The floor writes the same rows, sorted by key, to one Parquet file with pandas."""
    sources = [DATA / "france", DATA / "italy"]
    workspace = belvedere.create(target)
    start = time.perf_counter()
    report = ingest(workspace, sources)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    loaded = sum(v.counts.get("loaded", 0) for f in report.feeds for v in f.versions)
    start = time.perf_counter()
    ingest(workspace, sources)
    again = time.perf_counter() - start
    frame = workspace.frame("indicators")
    start = time.perf_counter()
    frame.sort_values(["feed", "place", "date", "indicator"]).to_parquet(target / "tmp" / "floor.parquet")
    floor = (time.perf_counter() - start) * loaded / len(frame)
    return {"loaded": loaded, "seconds": seconds, "reading": _reading(sources), "peak_mib": peak, "again": again,
            "floor_seconds": floor}  # fmt: skip


def _reading(sources: list[Path]) -> float:
    """Seconds to read and parse every file once for each mapping that claims it."""
    start = time.perf_counter()
    for source in sources:
        for path in sorted(source.rglob("*")):
            for mapping in find_mappings(path.name, shipped_mappings().values()) if path.is_file() else []:
                for _chunk in read(path, mapping.layout):
                    pass
    return time.perf_counter() - start


def _in_child(function: str, *arguments: Path) -> dict:
    code = f"import json; from pathlib import Path; from bench import store; " \
           f"print(json.dumps(store.{function}(*map(Path, {[str(a) for a in arguments]!r}))))"  # fmt: skip
    command = [sys.executable, "-W", "ignore", "-c", code]
    done = subprocess.run(command, cwd=REPOSITORY, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


# -- the same figures back --------------------------------------------------------------------------------------------


def same_figures(workspace: Workspace) -> Iterator[Figure]:
    """What comes back, read by pandas straight from the files: by date, and as of past days."""
    flows = pd.read_parquet(DATA / "france" / "hospital_flows_dep_day.parquet")
    back = workspace.frame("indicators", feed="fr-spf-hospital-flows-tidy")
    columns = {"new_hosp": "hospital_admissions", "new_icu": "icu_admissions", "new_deaths_hosp": "hospital_deaths",
               "new_discharges": "hospital_discharges"}  # fmt: skip
    differing = _differing(flows, "dep_code", "insee-dep", columns, back)
    yield Figure("France, admissions to deaths: cells that differ", differing, "", "=0")
    italy = pd.read_parquet(DATA / "italy" / "hospital_region_day.parquet")
    back = workspace.frame("indicators", feed="it-pcm-regions-tidy")
    columns = {"icu": "icu_census", "hosp": "hospital_census", "new_cases": "cases_announced"}
    yield Figure("Italy, census and cases: cells that differ", _differing(italy, "nuts2", "nuts-2021", columns, back), "", "=0")
    wrong = sum(_early_or_late(workspace, flows, dt.date(2020, 10, 20) + dt.timedelta(days=30 * k)) for k in range(10))
    yield Figure("France as of 10 past days: places whose last known day is not the usual one", wrong, "", "=0")


def _differing(source: pd.DataFrame, key: str, scheme: str, columns: dict[str, str], back: pd.DataFrame) -> int:
    long = source.melt([key, "date"], list(columns), value_name="value").dropna(subset="value")
    long["place"] = long[key].map({code: Places.load().find(scheme, code) for code in long[key].unique()})
    long["indicator"] = long["variable"].map(columns)
    long["date"] = pd.to_datetime(long["date"])
    own = back[back.indicator.isin(columns.values())]
    both = long.merge(own, on=["place", "date", "indicator"], how="outer", suffixes=("", "_back"))
    return int((both["value"].astype(float) != both["value_back"].astype(float)).sum())


def _early_or_late(workspace: Workspace, source: pd.DataFrame, day: dt.date) -> int:
    """Places whose newest row known at noon is not that of the day before: published at 19:00 on the day itself."""
    noon = dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC)
    known = workspace.frame("indicators", as_of=noon, feed="fr-spf-hospital-flows-tidy", indicator="hospital_admissions")
    newest = known.groupby("place").date.max()
    return int((newest != pd.Timestamp(day) - pd.Timedelta(days=1)).sum()) + abs(len(newest) - source.dep_code.nunique())


def hub_figures(folder: Path) -> Iterator[Figure]:
    """Every hub's table as known on past days, against the rule of the data README written in pandas."""
    workspace = belvedere.create(folder / "hubs")
    start = time.perf_counter()
    report = ingest(workspace, [DATA / "hubs"])
    yield Figure("ingest hub vintages", time.perf_counter() - start, "s")
    wrong = compared = 0
    for feed in report.feeds:
        for version in feed.versions:
            vintages = pd.read_parquet(DATA / "hubs" / version.name)
            days = sorted(vintages["as_of"].unique())
            for day in days[:: max(1, len(days) // 12)]:
                told = workspace.frame("indicators", as_of=str(day)[:10], feed=feed.feed)
                known = vintages[vintages["as_of"] <= day].sort_values("as_of").groupby(["location", "target_end_date"]).last(
                    skipna=False).dropna(subset="value")  # fmt: skip
                compared += 1
                wrong += not (len(told) == len(known) and abs(told.value.sum() - known.value.sum()) < 1e-6)
    yield Figure("hub tables compared as of past days", compared, "", ">0")
    yield Figure("hub tables that differ", wrong, "", "=0")


# -- oddities, bad files, kills -----------------------------------------------------------------------------------------


def oddity_figures() -> Iterator[Figure]:
    """What the rules find in the real files: the known oddities all, and nothing without cause."""
    found = findings(DATA, thresholds())
    known, by_rule = known_oddities(found), summarise(found)
    yield Figure("rules: findings in the real files", len(found), "findings", ">0")
    yield Figure("rules: oddities of the data's notes", len(known), "", ">0")
    missed = int((known.expected != known.reported).sum())
    yield Figure("rules: of these not reported in the exact number of cells", missed, "", "=0")
    without = int(by_rule.loc[by_rule.explained == "", "count"].sum())
    yield Figure("rules: findings without cause", without, "findings", "=0")


def malformed_figures() -> Iterator[Figure]:
    """Files broken in every way of the issue: each must be set aside with its reason, in little memory."""
    from bench.malformed import cases

    with tempfile.TemporaryDirectory() as folder:
        outcomes = list(cases(Path(folder), long_line_bytes=2_000_000_000))
    yield Figure("malformed files tried", len(outcomes), "", ">=9")
    yield Figure("malformed files not set aside with the right reason", sum(not o.right for o in outcomes), "", "=0")
    yield Figure("malformed files: most memory above a plain file", max(o.extra_mib for o in outcomes), "MiB", "<=200")


def kill_figures() -> Iterator[Figure]:
    """SIGKILL at random instants of loads, corrections, runs, erasures and backups; all but the first two must be zero."""
    with tempfile.TemporaryDirectory() as folder:
        result = kills(KILLS, Path(folder), seed=1)
    yield Figure("kills at random instants of ingest, commit, delete and backup", result.kills, "", f">={KILLS}")
    yield Figure("kills: operations finished meanwhile", result.finished, "", ">0")
    yield Figure("kills: steps of operations they fell into", len(result.phases) + len(result.aimed), "")
    for name, meaning in {
        "lost": "finished work lost",
        "half": "half commits",
        "quarantine": "quarantine entries that disagree with their commit",
        "backups": "backups that look finished and are not, or do not verify",
        "traces": "erased rows still found in some file",
        "stuck": "processes that could not go on",
    }.items():
        yield Figure(f"kills: {meaning}", getattr(result, name), "", "=0")
