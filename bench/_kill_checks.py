"""After a kill: the workspace against the story of what was finished."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import sqlalchemy as sa

import belvedere
from belvedere.errors import BelvedereError
from belvedere.ontology import schema
from belvedere.store import quarantine, register, retention, series
from belvedere.store.backup import restore, verify
from belvedere.store.engine import reading
from belvedere.store.workspace import Workspace
from bench._kill_story import Story, Teller
from bench._kill_work import FIGURES, PEOPLE, moment

NAME = re.compile(rb"PERSON-\d{5}-\d{3}")


def check(place: Path, story: Story, result, verified: set[str]) -> None:
    """Opens the workspace again, counts in `result` what is not as told, and settles what became of the step under way.

    verified: backups found good before.
    """
    workspace = belvedere.open(place / "workspace")
    step = story.under_way
    landed = step is not None and _landed(workspace, place, story, step, result)
    if step is not None:
        with Teller(place) as teller:
            (teller.ends if landed else teller.dropped)(step)
    now = story.after(step) if landed else story
    _compare(workspace, now, result)
    _commits(workspace, result)
    _backups(workspace, place, now, result, verified)
    _traces(workspace, now, result)
    workspace.engine.dispose()


def _landed(workspace: Workspace, place: Path, story: Story, step: dict, result) -> bool:
    """Whether the step under way is there; a part of it is a finding."""
    op = step["op"]
    if op in ("load", "correct", "late"):
        with reading(workspace.engine) as connection:
            v, c = register.feed_versions.c, register.commits.c
            query = sa.select(v.id).join(register.commits, c.id == v.commit_id).where(
                v.feed == FIGURES, v.version_at == moment(step["hour"]), c.state == "committed"
            )  # fmt: skip
            return connection.execute(query).first() is not None
    if op == "run":
        counts = {len(workspace.frame(name, feed=step["run"])) for name in ("forecasts", "capacity")}
        if len(counts) > 1 or counts - {0, step["rows"]}:
            result.found("half", f"{step['run']}: {counts} of {step['rows']} rows in its two tables")
        return counts != {0}
    if op == "stays":
        there = _stays(workspace) & step["stays"].keys()
        if there and there != step["stays"].keys():
            result.found("half", f"stays: {len(there)} of {len(step['stays'])}")
        return bool(there)
    if op == "erase":
        doomed = {name for name, end in story.stays.items() if end < step["before"]}
        left = doomed & _stays(workspace)
        if left and left != doomed:
            result.found("half", f"erase: {len(left)} of {len(doomed)} left")
        return _count(workspace, register.erasures) > story.erasures
    return (place / "backups" / step["file"]).exists()


def _count(workspace: Workspace, table: sa.Table) -> int:
    with reading(workspace.engine) as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def _stays(workspace: Workspace) -> set[str]:
    return set(workspace.frame("stays")["stay"])


def _figures(workspace: Workspace, as_of=None) -> dict[str, float]:
    frame = workspace.frame("indicators", as_of=as_of, feed=FIGURES)
    return {f"{p} {d:%Y-%m-%d}": v for p, d, v in zip(frame.place, frame.date, frame.value, strict=True)}


def _compare(workspace: Workspace, story: Story, result, *, kind: str = "lost") -> None:
    """Every finished operation's effect, nothing less and nothing more."""
    hours = sorted(story.versions)
    for hour in {*hours[-1:], *hours[len(hours) // 2 :][:1]}:
        if _figures(workspace, moment(hour)) != story.versions[hour]:
            result.found(kind, f"the version of hour {hour} does not read as loaded")
    runs = Counter(workspace.snapshot().arrow("forecasts")["feed"].to_pylist())
    if dict(runs) != story.runs:
        result.found(kind, f"runs {dict(runs)}, told {story.runs}")
    if differ := _stays(workspace) ^ story.stays.keys():
        result.found(kind, f"stays: {len(differ)} differ")
    entries = quarantine.entries(workspace)
    aside = set(entries[entries.feed == PEOPLE]["found"])
    if aside != story.aside or (entries.feed == FIGURES).sum() != sum(story.faults.values()):
        result.found("quarantine", f"{len(entries)} entries, told {len(story.aside)} and {story.faults}")


def _commits(workspace: Workspace, result) -> None:
    """Each commit whole or absent: the rows at rest are those the register counts; none that did not land left any in SQL."""
    c, w = register.commits.c, register.commit_writes.c
    with reading(workspace.engine) as connection:
        states = dict(connection.execute(sa.select(c.id, c.state)).tuples().all())
        sequences = sorted(connection.execute(sa.select(c.sequence).where(c.sequence.is_not(None))).scalars())
        writes = connection.execute(sa.select(w.table_name, w.commit_id, w.rows)).all()
        marked = [register.quarantine, register.feed_versions, register.records_tables()["stays"]]
        ids = {t.name: set(connection.execute(sa.select(t.c.commit_id).distinct()).scalars()) for t in marked}
    if sequences != list(range(1, len(sequences) + 1)):
        result.found("half", f"sequences are not gapless: {sequences}")
    for name, commits in ids.items():
        if loose := {i for i in commits if states.get(i) != "committed"}:
            kind = "quarantine" if name == "quarantine" else "half"
            result.found(kind, f"{name} holds rows of commits {loose} that did not land")
    for name in ("indicators", "forecasts", "capacity"):
        at_rest = _rows_by_commit(workspace, name)
        for table, commit, rows in writes:
            if table == name and at_rest.get(commit, 0) != rows:
                result.found("half", f"commit {commit} wrote {rows} rows to {name}, {at_rest.get(commit, 0)} are there")


def _rows_by_commit(workspace: Workspace, name: str) -> dict[int, int]:
    counts: Counter = Counter()
    for file in series.files(workspace.series, schema.table(name)):
        for entry in pc.value_counts(pq.read_table(file, columns=["commit_id"])["commit_id"]).to_pylist():
            counts[entry["values"]] += entry["counts"]
    return counts


def _backups(workspace: Workspace, place: Path, story: Story, result, verified: set[str]) -> None:
    """Every finished backup verifies; the newest restores to what was known then, less what was erased since."""
    folder = place / "backups"
    there = {p.name for p in folder.glob("[!.]*")} if folder.exists() else set()
    if there != story.backups.keys():
        result.found("backups", f"{there ^ story.backups.keys()} unfinished under their final name, or gone")
    fresh = sorted((there & story.backups.keys()) - verified)
    try:
        for name in fresh:
            verify(folder / name)
            verified.add(name)
        for name in fresh[-1:]:
            restored = restore(folder / name, place / "restored", keys_from=place / "workspace" / "keys")
            then = story.backups[name]
            for line in retention.ledger(workspace).read_text().splitlines() if retention.ledger(workspace).exists() else []:
                then = then.without_stays(json.loads(line)["rule"]["value"])
            _compare(restored, then, result, kind="backups")
            restored.engine.dispose()
            shutil.rmtree(place / "restored")
    except BelvedereError as error:
        result.found("backups", str(error))


def _traces(workspace: Workspace, story: Story, result) -> None:
    """No name that was erased stands in any file of the workspace; names that were not must, or the search finds nothing."""
    found: set[str] = set()
    for path in workspace.path.rglob("*"):
        if path.is_file():
            found |= {name.decode() for name in NAME.findall(path.read_bytes())}
    if left := found & story.erased:
        result.found("traces", f"{len(left)} names, one is {min(left)}")
    if story.stays.keys() - found:
        result.found("traces", "the search does not even find the names that are there")
