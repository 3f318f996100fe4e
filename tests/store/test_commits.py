"""A commit is there whole or not at all: for writers at once, for readers meanwhile, after an error."""

from __future__ import annotations

import datetime as dt
import itertools

import pyarrow as pa
import pytest
import sqlalchemy as sa

from belvedere.errors import ConflictError, UnknownName, WorkspaceError
from belvedere.ontology import schema
from belvedere.problems import Problem
from belvedere.store import kept, lineage, quarantine, register, series
from belvedere.store.commits import Commit, last_sequence
from belvedere.store.engine import reading
from belvedere.store.load import SourceFile, register_files
from belvedere.store.workspace import create, open_workspace
from bench._kill_work import BASE, FIGURES, moment, perform
from bench.kills import processes
from tests.store.conftest import at, capacity_rows, stay_rows

A18 = ("FR-01", "2020-03-18")


def version(hour: int, value: float, number: int) -> dict:
    return {"op": "load", "number": number, "hour": hour, "values": {"FR-01 2020-03-01": value, "FR-02 2020-03-01": -value},
            "faults": 1}  # fmt: skip


def run(name: str, rows: int = 3) -> dict:
    return {"op": "run", "run": name, "rows": rows, "number": 0}


def write_steps(path, steps, together, answers) -> None:
    """A writer process: opens the workspace, waits for the other, works, says what became of each step."""
    workspace = open_workspace(path / "workspace")
    together.wait()
    said = []
    for step in steps:
        try:
            perform(workspace, path, step)
            said.append("landed")
        except ConflictError:
            said.append("conflict")
    answers.send(said)


def at_once(path, *works: list[dict]) -> list[list[str]]:
    """What became of each writer's steps."""
    context = processes()
    together = context.Barrier(len(works))
    writers = []
    for steps in works:
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=write_steps, args=(path, steps, together, theirs))
        process.start()
        theirs.close()
        writers.append((process, ours))
    said = [ours.recv() for _process, ours in writers]
    for process, _ours in writers:
        process.join()
    return said


def sequences(workspace) -> list[tuple[int, int]]:
    c = register.commits.c
    with reading(workspace.engine) as connection:
        query = sa.select(c.sequence, c.id).where(c.state == "committed").order_by(c.sequence)
        return [tuple(row) for row in connection.execute(query)]


def states(workspace) -> list[str]:
    with reading(workspace.engine) as connection:
        return list(connection.execute(sa.select(register.commits.c.state).order_by(register.commits.c.id)).scalars())


def test_two_processes_that_write_different_things_both_land(workspace, tmp_path):
    """The very first writes to the tables, so that both also make them."""
    loads, runs = [version(h, float(h), h) for h in range(1, 5)], [run(f"run-{n}") for n in range(4)]
    assert at_once(tmp_path, loads, runs) == [["landed"] * 4, ["landed"] * 4]
    assert [workspace.frame("indicators", as_of=moment(h), place="FR-01").value.item() for h in range(1, 5)] == [1, 2, 3, 4]
    assert sorted(workspace.frame("forecasts").feed.unique()) == [f"run-{n}" for n in range(4)]
    assert [s for s, _id in sequences(workspace)] == list(range(1, 9))


def test_two_processes_that_load_one_feed_land_one_after_the_other(workspace, tmp_path):
    """Their versions interleave in time, so each tells the other's history again."""
    odd, even = [version(h, float(h), h) for h in (1, 3, 5)], [version(h, float(h), h) for h in (2, 4, 6)]
    said = at_once(tmp_path, odd, even)
    landed = [h for hours, outcome in zip(((1, 3, 5), (2, 4, 6)), said, strict=True)
              for h, s in zip(hours, outcome, strict=True) if s == "landed"]  # fmt: skip
    assert landed and {s for outcome in said for s in outcome} <= {"landed", "conflict"}
    for hour in landed:
        assert dict(workspace.frame("indicators", as_of=moment(hour)).set_index("place").value) == {
            "FR-01": hour,
            "FR-02": -hour,
        }
    assert len(quarantine.entries(workspace, feed=FIGURES)) == len(landed)
    assert [s for s, _id in sequences(workspace)] == list(range(1, len(landed) + 1))


def test_a_reader_sees_both_tables_of_a_commit_or_neither(workspace, tmp_path):
    context = processes()
    together, (ours, theirs) = context.Barrier(2), context.Pipe(duplex=False)
    writer = context.Process(target=write_steps, args=(tmp_path, [run(f"run-{n}") for n in range(12)], together, theirs))
    writer.start()
    together.wait()
    seen = set()
    while not ours.poll():
        snapshot = workspace.snapshot()
        both = [set(snapshot.arrow(name)["feed"].to_pylist()) for name in ("capacity", "forecasts")]
        assert both[0] == both[1] and len(both[0]) == snapshot.at
        seen.add(snapshot.at)
    assert ours.recv() == ["landed"] * 12
    writer.join()
    assert len(seen) > 1, "no reading fell between two commits"


def test_of_two_commits_of_one_feed_the_one_that_began_first_and_ends_last_is_refused(workspace):
    slow = Commit.begin(workspace, "load", feed="test")
    slow.append("capacity", capacity_rows(1), known_at=BASE, basis="ingested")
    with Commit.begin(workspace, "load", feed="test") as quick:
        quick.append("capacity", capacity_rows(2), known_at=BASE, basis="ingested")
    with pytest.raises(ConflictError, match=r"'test'.*Nothing of this one was kept"), slow:
        pass
    assert set(workspace.frame("capacity").commit_id) == {quick.id} and states(workspace) == ["aborted", "committed"]
    with Commit.begin(workspace, "load", feed="another"):
        pass
    assert [s for s, _id in sequences(workspace)] == [1, 2]


def test_an_error_keeps_nothing(workspace, tmp_path):
    (tmp_path / "file").write_text("x")
    source = file_of(tmp_path / "file")
    file_id = register_files(workspace, [source])[source.sha256]
    with pytest.raises(ZeroDivisionError), Commit.begin(workspace, "load", feed="test") as commit:
        commit.append("capacity", capacity_rows(3), known_at=BASE, basis="ingested")
        commit.append("stays", stay_rows({"a": "2020-03-01"}), known_at=BASE, basis="ingested")
        commit.set_aside("test", file_id, [Problem("bad-date", "x", "a date")])
        raise ZeroDivisionError
    assert workspace.frame("capacity").empty and workspace.frame("stays").empty and quarantine.entries(workspace).empty
    assert states(workspace) == ["aborted"] and last_sequence(workspace) == 0


def file_of(path) -> SourceFile:
    return SourceFile(path, path.name, kept.sha256(path), path.stat().st_size, BASE)


def test_an_error_in_the_closing_transaction_keeps_nothing(workspace):
    with pytest.raises(sa.exc.IntegrityError), Commit.begin(workspace, "run") as commit:
        commit.append("capacity", capacity_rows(3), known_at=BASE, basis="ingested")
        commit.append("stays", stay_rows({"a": "2020-03-01"}), known_at=BASE, basis="ingested")
        commit.also(sa.insert(register.mappings), [{"sha256": "1", "feed": None, "text": ""}])
    assert workspace.frame("capacity").empty and workspace.frame("stays").empty and states(workspace) == ["aborted"]


def test_an_open_commit_is_seen_by_nobody(workspace):
    commit = Commit.begin(workspace, "run")
    commit.append("capacity", capacity_rows(3), known_at=BASE, basis="ingested")
    commit.append("stays", stay_rows({"a": "2020-03-01"}), known_at=BASE, basis="ingested")
    assert series.files(workspace.series, schema.table("capacity"))
    assert workspace.frame("capacity").empty and workspace.frame("stays").empty
    assert lineage.commit_record(workspace, commit.id).state == "open" and lineage.commit_records(workspace) == []
    with commit:
        pass
    assert len(workspace.frame("capacity")) == 3 and len(workspace.frame("stays")) == 1
    assert lineage.commit_record(workspace, commit.id).writes == {"capacity": 3, "stays": 1}


def test_a_past_sequence_reads_as_it_stood(loader):
    known = []
    for day in range(19, 24):
        loader.version({A18: day, ("FR-02", "2020-03-18"): day} if day % 2 else {A18: day}, at(f"2020-03-{day} 18:00"))
        known.append(loader.known())
    assert [loader.known(at=s) for s in range(1, 6)] == known
    assert loader.known(at=0) == {} and loader.known(at=99) == known[-1]


def test_sequences_follow_one_another_in_the_order_of_ending(workspace):
    first, second, third = (Commit.begin(workspace, "run") for _ in range(3))
    with pytest.raises(ZeroDivisionError), second:
        raise ZeroDivisionError
    with third:
        pass
    with first:
        pass
    assert [c.sequence for c in (first, second, third)] == [2, None, 1] and last_sequence(workspace) == 2


def test_every_row_needs_to_say_since_when_it_was_known(workspace):
    with pytest.raises(ValueError, match="known_at"), Commit.begin(workspace, "run") as commit:
        commit.append("capacity", capacity_rows(1), basis="ingested")
    with pytest.raises(ValueError, match="kind of commit"):
        Commit.begin(workspace, "frobnicate")
    with pytest.raises(UnknownName, match="capacity"), Commit.begin(workspace, "run") as commit:
        commit.append("capacities", capacity_rows(1), known_at=BASE, basis="ingested")


def test_no_rows_make_no_write(workspace):
    with Commit.begin(workspace, "run") as commit:
        assert commit.append("capacity", capacity_rows(0), known_at=BASE, basis="ingested") == 0
    assert lineage.commit_record(workspace, commit.id).writes == {}
    assert series.files(workspace.series, schema.table("capacity")) == []


@pytest.mark.parametrize("as_of", ["2020-3-1", "tomorrow", dt.datetime(2020, 3, 1)])
def test_an_as_of_that_is_no_instant_is_refused(workspace, as_of):
    with pytest.raises(WorkspaceError, match=r"as_of"):
        workspace.snapshot(as_of=as_of)


def test_a_day_means_through_its_end_and_an_instant_its_own_zone(loader):
    loader.version({A18: 1}, dt.datetime(2020, 3, 18, 23, 59, tzinfo=dt.UTC))
    assert loader.known("2020-03-18") == loader.known(dt.date(2020, 3, 18)) == {A18: 1} and loader.known("2020-03-17") == {}
    assert loader.known("2020-03-19T00:59+01:00") == {A18: 1} and loader.known("2020-03-19T00:58+01:00") == {}


def test_a_workspace_is_made_once_and_only_in_an_empty_folder(tmp_path):
    create(tmp_path / "one")
    with pytest.raises(WorkspaceError, match="not empty"):
        create(tmp_path / "one")
    with pytest.raises(WorkspaceError, match="belvedere init"):
        open_workspace(tmp_path / "none")
    manifest = tmp_path / "one" / "belvedere.toml"
    manifest.write_text(manifest.read_text().replace("format = 1", "format = 99"))
    with pytest.raises(WorkspaceError, match="newer Belvedere"):
        open_workspace(tmp_path / "one")


def test_a_column_that_is_not_there_is_named_with_the_nearest(workspace):
    with pytest.raises(UnknownName, match="place"):
        workspace.frame("indicators", plce="FR-01")


def test_rows_are_filtered_by_value_or_by_a_list(loader):
    loader.version({(f"FR-0{n}", "2020-03-18"): n for n in (1, 2, 3)}, at("2020-03-19"))
    assert list(loader.workspace.frame("indicators", place=["FR-03", "FR-01"]).value) == [1, 3]
    assert pa.types.is_timestamp(loader.workspace.snapshot().arrow("indicators", place="FR-02")["known_at"].type)


def test_places_and_days_come_in_the_order_of_their_keys(loader):
    days = [f"2020-03-{n}" for n in (20, 18, 19)]
    loader.version(dict.fromkeys(itertools.product(("FR-02", "FR-01"), days), 1), at("2020-03-21"))
    frame = loader.workspace.frame("indicators")
    assert list(zip(frame.place, frame.date, strict=True)) == sorted(zip(frame.place, frame.date, strict=True))
