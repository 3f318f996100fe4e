"""What the rules of health find in a snapshot: worked out once for each state of the workspace, kept, never shown for another.

The answer depends on the rows that count (the commits), on `as_of`, on the day of the check, on the open quarantine and on
the code; all of them are in the name under which it is kept.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pandas as pd

from belvedere.health import Evidence, Thresholds, build_panels, check
from belvedere.ontology.indicators import INDICATORS
from belvedere.reference import tables as reference
from belvedere.reference.places import Places
from belvedere.sources.ingest import workspace_mappings, workspace_places
from belvedere.store import quarantine
from belvedere.store.commits import code_version
from belvedere.store.snapshot import Snapshot
from belvedere.store.workspace import Workspace, open_workspace

SERIES = ("feed", "place", "date", "indicator", "condition", "age_group", "sex", "period", "value", "status")
CODE_RULES = ("unknown-place", "unknown-code")
KEPT_FILES = 20


def thresholds(workspace: Workspace) -> Thresholds:
    """The limits of the health rules, with the workspace's own in place of the shipped ones."""
    rules = reference.load("feed_rules", workspace.path / "overrides")
    return Thresholds.from_reference(rules.numbers())


def evidence_of(snapshot: Snapshot, today: dt.date) -> Evidence:
    """All that the rules look at, from one snapshot."""
    workspace = snapshot.workspace
    mappings, places = workspace_mappings(workspace), workspace_places(workspace)
    rows = series_rows(snapshot)
    capacity = snapshot.frame("capacity")
    dated_by_row = [m.feed for m in mappings.values() if m.clock.published and m.clock.published.column]
    return Evidence(
        panels=build_panels(rows),
        definitions=INDICATORS,
        thresholds=thresholds(workspace),
        today=today,
        rows=rows,
        capacity=None if capacity.empty else capacity,
        unknown_codes=_unknown_codes(workspace),
        parents=_parents(rows, places),
        rest_days=_rest_days(rows, places),
        valid_from={m.feed: m.health.first for m in mappings.values() if m.health.first is not None},
        settle_days={m.feed: m.health.settle_days for m in mappings.values() if m.health.settle_days},
        versions=_version_dates(snapshot, dated_by_row),
    )


def _version_dates(snapshot: Snapshot, feeds: list[str]) -> dict[str, list[dt.date]]:
    """Days on which feeds whose rows carry their own date of statement made one."""
    history = snapshot.history("indicators")
    stated = history.filter(history.feed.isin(feeds), history.known_basis == "published")
    days = stated.select(feed=stated.feed, day=stated.known_at.date()).distinct().order_by("day").to_pandas()
    return {feed: list(pd.to_datetime(part["day"]).dt.date) for feed, part in days.groupby("feed")}


def series_rows(snapshot: Snapshot) -> pd.DataFrame:
    """The last word on every indicator, withdrawn ones included and so marked; texts as categories, to spare memory."""
    latest = snapshot.table("indicators", include_withdrawn=True)
    typed = latest.mutate(status=latest.withdrawn.ifelse("withdrawn", latest.status))
    texts = [name for name in SERIES if name not in ("date", "value")]
    return typed.select(*SERIES).to_pyarrow().to_pandas(categories=texts)


def _unknown_codes(workspace: Workspace) -> pd.DataFrame:
    open_entries = quarantine.entries(workspace)
    codes = open_entries[open_entries["rule"].isin(CODE_RULES)].fillna({"column": ""})
    counted = codes.groupby(["feed", "column", "found"]).size().reset_index(name="n")
    return counted.rename(columns={"found": "code"})


def _parents(rows: pd.DataFrame, places: Places) -> dict[str, str]:
    held = [place for place in rows["place"].unique() if place in places]
    return {place: places[place].parent for place in held if places[place].parent}


def _rest_days(rows: pd.DataFrame, places: Places) -> MappingOf[str, list[dt.date]]:
    if rows.empty:
        return {}
    first, last = pd.Timestamp(rows["date"].min()).date(), pd.Timestamp(rows["date"].max()).date()
    days = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
    countries = {places[place].country for place in rows["place"].unique() if place in places}
    calendars = {country: places.holiday_calendar(country) for country in sorted(countries)}
    return {country: [day for day in days if day in calendar] for country, calendar in calendars.items()}


@dataclass
class FindingsKeeper:
    """Keeps the findings of a workspace (in its `tmp/`). `get` answers at once or not at all; `work_out` takes its time.

    `get_soon` lets another process work them out: the pages stay quick, and the memory goes back when it is done.
    """

    workspace: Workspace
    _workers: dict[str, subprocess.Popen] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @cached_property
    def folder(self) -> Path:
        folder = self.workspace.tmp / "findings"
        folder.mkdir(exist_ok=True)
        return folder

    def get(self, snapshot: Snapshot, today: dt.date) -> pd.DataFrame | None:
        """The findings of this very state, or None if nobody has worked them out yet."""
        path = self._place(snapshot, today)
        return pd.read_parquet(path) if path.exists() else None

    def work_out(self, snapshot: Snapshot, today: dt.date) -> pd.DataFrame:
        """The findings, worked out now unless they are kept."""
        kept = self.get(snapshot, today)
        if kept is not None:
            return kept
        path = self._place(snapshot, today)
        found = check(evidence_of(snapshot, today))
        path.parent.mkdir(exist_ok=True)
        part = path.with_name(f"{path.name}.{os.getpid()}.part")
        found.to_parquet(part)
        part.replace(path)
        self._tidy()
        return found

    def get_soon(self, snapshot: Snapshot, today: dt.date) -> pd.DataFrame | None:
        """As `get`; when there is nothing yet, another process begins to work it out (one at a time, each state once)."""
        kept = self.get(snapshot, today)
        if kept is None:
            with self._lock:
                name = self._place(snapshot, today).name
                if name not in self._workers and not any(worker.poll() is None for worker in self._workers.values()):
                    self._workers[name] = subprocess.Popen(_command(self.workspace, snapshot, today), start_new_session=True)
        return kept

    def failed(self, snapshot: Snapshot, today: dt.date) -> bool:
        """Whether working out the findings of this state came to a bad end; the process said why on standard error."""
        worker = self._workers.get(self._place(snapshot, today).name)
        return worker is not None and worker.poll() not in (None, 0)

    def stop(self) -> None:
        """Ends the process that may still be at work."""
        for worker in self._workers.values():
            if worker.poll() is None:
                worker.terminate()
                worker.wait()

    def _place(self, snapshot: Snapshot, today: dt.date) -> Path:
        as_of = None if snapshot.as_of is None else snapshot.as_of.isoformat()
        state = [sorted(snapshot.commits), as_of, today.isoformat(), code_version(), _overrides(self.workspace)]
        return self.folder / f"{hashlib.sha256(json.dumps(state).encode()).hexdigest()[:24]}.parquet"

    def _tidy(self) -> None:
        kept = sorted(self.folder.glob("*.parquet"), key=lambda p: p.stat().st_mtime)
        for path in kept[:-KEPT_FILES]:
            path.unlink(missing_ok=True)


def _overrides(workspace: Workspace) -> list[list]:
    """The installation's own texts that change what the rules say."""
    files = [*(workspace.path / "overrides").glob("*.csv"), *workspace.mappings.glob("*.toml")]
    return sorted([path.name, hashlib.sha256(path.read_bytes()).hexdigest()] for path in files)


def _command(workspace: Workspace, snapshot: Snapshot, today: dt.date) -> list[str]:
    as_of = "" if snapshot.as_of is None else snapshot.as_of.isoformat()
    return [sys.executable, "-m", "belvedere.app.findings", str(workspace.path), as_of, str(snapshot.at), today.isoformat()]


def _main(path: str, as_of: str, at: str, today: str) -> None:
    workspace = open_workspace(path)
    FindingsKeeper(workspace).work_out(Snapshot.take(workspace, as_of=as_of or None, at=int(at)), dt.date.fromisoformat(today))


if __name__ == "__main__":
    _main(*sys.argv[1:])
