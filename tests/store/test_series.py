"""The series shelf: only what the log names is read, and keeping house changes no answer."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable, write_deltalake

from belvedere.ontology import schema
from belvedere.store import load, series
from belvedere.store.commits import Commit
from tests.store.conftest import at, capacity_rows

CAPACITY, INDICATORS = schema.table("capacity"), schema.table("indicators")
A18, A19 = ("FR-01", "2020-03-18"), ("FR-01", "2020-03-19")


def commit_capacity(workspace, n: int, hour: int = 0) -> Commit:
    with Commit.begin(workspace, "run") as commit:
        commit.append("capacity", capacity_rows(n), known_at=at(f"2020-03-01 {hour:02}:00"), basis="ingested")
    return commit


def test_a_file_that_no_log_names_is_not_read(workspace):
    """What a killed writer leaves: rows marked with a commit that counts, in a file the log does not know."""
    commit_capacity(workspace, 3)
    (named,) = series.files(workspace.series, CAPACITY)
    orphan = workspace.series / "capacity" / "part-orphan.parquet"
    pq.write_table(pq.read_table(named), orphan)
    assert series.files(workspace.series, CAPACITY) == [named]
    assert workspace.snapshot().history("capacity").count().execute() == 3


def test_files_no_log_names_are_removed_and_nothing_else(workspace):
    for hour in range(3):
        commit_capacity(workspace, 3, hour)
    before = workspace.snapshot().arrow("capacity").to_pylist()
    orphan = workspace.series / "capacity" / "part-00000-orphan-c000.snappy.parquet"
    pq.write_table(pa.table({"x": [1]}), orphan)
    assert series.remove_unnamed(workspace.series, CAPACITY, older_than_hours=0) == [orphan.name]
    assert not orphan.exists() and workspace.snapshot().arrow("capacity").to_pylist() == before
    assert series.remove_unnamed(workspace.series, INDICATORS, older_than_hours=0) == []


def test_young_files_no_log_names_yet_are_left_to_their_writer(workspace):
    commit_capacity(workspace, 3)
    orphan = workspace.series / "capacity" / "part-00000-orphan-c000.snappy.parquet"
    pq.write_table(pa.table({"x": [1]}), orphan)
    assert series.remove_unnamed(workspace.series, CAPACITY, older_than_hours=1) == [] and orphan.exists()


def test_a_column_added_later_reads_as_null_in_older_rows(workspace):
    """As a table written before the ontology gave it `condition` and `status`."""
    rest = series.rest_schema(CAPACITY)
    older = pa.schema([f for f in rest if f.name not in ("condition", "status")])
    with Commit.begin(workspace, "run") as commit:
        table = capacity_rows(2).drop_columns(["condition", "status"])
        clocks = {
            "known_at": pa.scalar(at("2020-03-01"), pa.timestamp("us", "UTC")),
            "known_basis": pa.scalar("ingested"),
            "withdrawn": pa.scalar(False),
            "commit_id": pa.scalar(commit.id, pa.int64()),
            "file_id": pa.scalar(None, pa.int64()),
            "source_row": pa.scalar(None, pa.int64()),
            "source_column": pa.scalar(None, pa.string()),
        }
        for name, value in clocks.items():
            table = table.append_column(name, pa.repeat(value, 2))
        write_deltalake(workspace.series / "capacity", table.select(older.names).cast(older), mode="append")
    assert workspace.frame("capacity").condition.isna().all() and workspace.frame("capacity").status.isna().all()
    commit_capacity(workspace, 3, hour=1)
    frame = workspace.snapshot().history("capacity").to_pandas()
    assert frame.condition.isna().sum() == 2 and (frame.condition == "all").sum() == 3 and frame.value.notna().all()


def test_joining_small_files_changes_no_answer(loader, monkeypatch):
    monkeypatch.setattr(series, "COMPACT_ABOVE_FILES", 1_000)
    days = range(19, 23)
    for day in days:
        loader.version({A18: day, A19: 1} if day % 2 else {A18: day}, at(f"2020-03-{day} 18:00"))

    def answers() -> list:
        return [loader.known(as_of=f"2020-03-{day}", at=sequence) for day in (19, 21) for sequence in (None, 3)]

    before, files = answers(), series.files(loader.workspace.series, INDICATORS)
    assert not series.compact(loader.workspace.series, INDICATORS)
    snapshot = loader.workspace.snapshot()
    pending = snapshot.table("indicators")
    monkeypatch.setattr(series, "COMPACT_ABOVE_FILES", 2)
    assert series.compact(loader.workspace.series, INDICATORS)
    assert len(files) == 4 and len(series.files(loader.workspace.series, INDICATORS)) == 1
    assert pending.count().execute() == 1, "a reading begun before still finds its files"
    assert answers() == before
    removed = series.remove_unnamed(loader.workspace.series, INDICATORS, older_than_hours=0)
    assert len(removed) == 4 and answers() == before


def test_loading_joins_small_files_by_itself(loader, monkeypatch):
    monkeypatch.setattr(load.series, "COMPACT_ABOVE_FILES", 3)
    counts = []
    for day in range(19, 25):
        loader.version({A18: day}, at(f"2020-03-{day} 18:00"))
        counts.append(len(series.files(loader.workspace.series, INDICATORS)))
    assert counts == [1, 2, 3, 1, 2, 3]


def test_each_delta_version_names_the_commit_that_wrote_it(workspace):
    commit = commit_capacity(workspace, 1)
    (entry,) = DeltaTable(workspace.series / "capacity").history()
    assert entry["commit_id"] == str(commit.id)


def test_nothing_written_reads_as_an_empty_table(workspace):
    assert series.files(workspace.series, CAPACITY) == [] and not series.compact(workspace.series, CAPACITY)
    table = workspace.snapshot().arrow("capacity")
    assert table.num_rows == 0 and set(series.rest_schema(CAPACITY).names) <= set(table.column_names)


def test_a_key_at_rest_is_required_and_a_value_is_not(workspace):
    rest = series.rest_schema(CAPACITY)
    assert not rest.field("place").nullable and rest.field("status").nullable and not rest.field("known_at").nullable
    broken = capacity_rows(1).set_column(1, "place", pa.array([None], pa.string()))
    with pytest.raises(ValueError, match="place"), Commit.begin(workspace, "run") as commit:
        commit.append("capacity", broken, known_at=at("2020-03-01"), basis="ingested")
