"""The operations of the kill measurement, on the public face of the store."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path

import pyarrow as pa

from belvedere.ontology import schema
from belvedere.problems import Problem
from belvedere.store.backup import backup
from belvedere.store.commits import Commit, TableInput
from belvedere.store.history import INCREMENT, WHOLE_HISTORY
from belvedere.store.load import Feed, Incoming, SourceFile, Translated, load
from belvedere.store.retention import Rule, erase
from belvedere.store.workspace import Workspace

BASE = dt.datetime(2020, 4, 1, tzinfo=dt.UTC)
MAPPING = "a mapping for the kills"
FIGURES, PEOPLE = "kill-figures", "kill-people"


def moment(hour: int) -> dt.datetime:
    """The time of a version."""
    return BASE + dt.timedelta(hours=hour)


def perform(workspace: Workspace, place: Path, step: dict) -> None:
    """Carries out one step."""
    op = step["op"]
    if op in ("load", "correct", "late"):
        _load(workspace, place, step, FIGURES, "indicators", moment(step["hour"]), WHOLE_HISTORY)
    elif op == "stays":
        _load(workspace, place, step, PEOPLE, "stays", moment(step["number"]), INCREMENT)
    elif op == "run":
        _run(workspace, step)
    elif op == "erase":
        erase(workspace, Rule("stays", "left_at", "before", step["before"]), reason="a measurement")
    else:
        (place / "backups").mkdir(exist_ok=True)
        backup(workspace, place / "backups" / step["file"])


def _load(workspace: Workspace, place: Path, step: dict, feed: str, table: str, at: dt.datetime, covers: str) -> None:
    (place / "incoming").mkdir(exist_ok=True)
    path = place / "incoming" / f"{step['number']:05d}.json"
    path.write_text(json.dumps(step))
    sha = hashlib.sha256(path.read_bytes()).hexdigest()
    file = SourceFile(path, path.name, sha, path.stat().st_size, at, keep=table == "indicators")
    incoming = Incoming(file, at, "published", covers, lambda: _translate(path))
    mapping = Feed(feed, table, hashlib.sha256(MAPPING.encode()).hexdigest(), MAPPING)
    load(workspace, mapping, [incoming], reread=lambda version: _translate(version.file.path))
    path.unlink()


def _translate(path: Path) -> Translated:
    step = json.loads(path.read_text())
    if step["op"] == "stays":
        problems = [Problem("unknown-code", name, "a code", row, "level") for row, name in enumerate(step["aside"], start=2)]
        return Translated(_stays(step["stays"]), problems, {"set_aside": len(problems)})
    problems = [Problem("not-a-number", "'abc'", "a number", row, "hosp") for row in range(step["faults"])]
    return Translated(_indicators(step["values"]), problems, {"set_aside": len(problems)})


def _incoming(table: str, rows: list[dict]) -> pa.Table:
    columns = [c.arrow.with_nullable(True) for c in schema.table(table).columns.values()]
    extra = [("source_row", pa.int64()), ("source_column", pa.string()), ("usual_at", pa.timestamp("us", tz="UTC")),
             ("stated_at", pa.timestamp("us", tz="UTC"))]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=pa.schema([*columns, *(pa.field(*e) for e in extra)]))


def _indicators(values: dict[str, float]) -> pa.Table:
    rows = []
    for number, (key, value) in enumerate(values.items(), start=2):
        place, day = key.split(" ")
        rows.append({"feed": FIGURES, "place": place, "date": dt.date.fromisoformat(day), "indicator": "hospital_census",
                     "condition": "covid19", "age_group": "all", "sex": "all", "period": "day", "value": value,
                     "status": "reported", "source_row": number, "source_column": "hosp"})  # fmt: skip
    return _incoming("indicators", rows)


def _stays(ends: dict[str, str]) -> pa.Table:
    rows = []
    for number, (name, day) in enumerate(ends.items(), start=2):
        end = dt.datetime.fromisoformat(day).replace(tzinfo=dt.UTC)
        rows.append({"feed": PEOPLE, "stay": name, "admitted_at": end - dt.timedelta(days=5), "patient": name,
                     "facility": "FR-01", "level": "icu", "left_at": end, "condition": "covid19", "age_group": "all",
                     "source_row": number})  # fmt: skip
    return _incoming("stays", rows)


def _run(workspace: Workspace, step: dict) -> None:
    """A result in two tables, as one commit."""
    inputs = [TableInput("indicators", at=workspace.snapshot().at)]
    forecasts = [
        {"feed": step["run"], "model_id": "naive", "reference_date": dt.date(2020, 3, 1), "target": "census", "horizon": n,
         "target_end_date": dt.date(2020, 3, 1), "place": "FR-01", "age_group": "all", "output_type": "median",
         "output_type_id": "NA", "value": float(n)}
        for n in range(step["rows"])
    ]  # fmt: skip
    capacity = [
        {"feed": step["run"], "place": "FR-01", "date": dt.date(2020, 3, 1) + dt.timedelta(days=n), "level": "icu",
         "resource": "beds_total", "age_group": "all", "condition": "all", "value": float(n), "status": "reported"}
        for n in range(step["rows"])
    ]  # fmt: skip
    with Commit.begin(workspace, "run", inputs=inputs, parameters={"rows": step["rows"]}) as commit:
        for name, rows in (("forecasts", forecasts), ("capacity", capacity)):
            table = pa.Table.from_pylist(rows, schema=schema.table(name).arrow_schema())
            commit.append(name, table, known_at=BASE, basis="ingested")
