"""From any row to the code, the parameters, the tables and in the end the lines of the files it was made from."""

from __future__ import annotations

import pytest

from belvedere.errors import UnknownName
from belvedere.store import lineage
from belvedere.store.commits import Commit, TableInput, code_version
from bench._kill_work import perform
from tests.store.conftest import at, capacity_rows

A18, B18 = ("FR-01", "2020-03-18"), ("FR-02", "2020-03-18")


def sources(workspace, origin: lineage.Origin) -> set[tuple[str, int, str]]:
    """(file, row, column) of everything a row was made from, through the tables its commit names, as they stood."""
    if origin.file is not None:
        return {(origin.file.name, origin.source_row, origin.source_column)}
    found = set()
    for table in origin.commit.tables:
        snapshot = workspace.snapshot(as_of=table.as_of, at=table.at)
        for before in lineage.origins(snapshot, table.table):
            found |= sources(workspace, before)
    return found


def test_a_forecast_is_followed_through_its_inputs_to_the_lines_of_files(loader):
    workspace = loader.workspace
    loader.version({A18: 1, B18: 2}, at("2020-03-19 18:00"))
    inputs = [TableInput("indicators", at=workspace.snapshot().at)]
    with Commit.begin(workspace, "run", inputs=inputs, parameters={"seed": 7, "model": "naive"}) as nowcast:
        nowcast.append("capacity", capacity_rows(2, feed="nowcast"), known_at=at("2020-03-20"), basis="ingested")
    loader.version({A18: 5, B18: 2}, at("2020-03-21 18:00"))  # a correction the forecast never saw
    step = {"op": "run", "run": "later", "rows": 1, "number": 1}
    perform(workspace, loader.folder, step)
    with Commit.begin(workspace, "run", inputs=[TableInput("capacity", at=2, as_of=at("2020-03-20 12:00"))]) as forecast:
        forecast.append("capacity", capacity_rows(1, feed="forecast"), known_at=at("2020-03-22"), basis="ingested")
    (origin,) = lineage.origins(workspace.snapshot(), "capacity", feed="forecast")
    assert origin.commit.kind == "run" and origin.file is None and origin.mapping_text is None
    assert [(t.table, t.at, t.as_of) for t in origin.commit.tables] == [("capacity", 2, at("2020-03-20 12:00"))]
    assert sources(workspace, origin) == {("2020-03-19.csv", 2, "hosp"), ("2020-03-19.csv", 3, "hosp")}
    record = lineage.commit_record(workspace, nowcast.id)
    assert record.parameters == {"seed": 7, "model": "naive"} and record.code_version == code_version()
    assert record.started_at <= record.committed_at and record.writes == {"capacity": 2}


def test_the_origin_of_a_corrected_figure_tells_every_value_it_had(loader):
    loader.version({A18: 1}, at("2020-03-19 18:00"))
    loader.version({A18: 5}, at("2020-03-20 18:00"))
    told = lineage.origins(loader.workspace.snapshot(), "indicators", history=True, place="FR-01")
    assert [(o.row["value"], o.file.name, o.commit.sequence) for o in told] == [
        (1, "2020-03-19.csv", 1),
        (5, "2020-03-20.csv", 2),
    ]
    (last,) = lineage.origins(loader.workspace.snapshot(), "indicators", place="FR-01")
    assert last.row["value"] == 5


def test_a_withdrawal_names_the_file_whose_silence_it_was(loader):
    loader.version({A18: 1, B18: 2}, at("2020-03-19 18:00"))
    loader.version({A18: 1}, at("2020-03-20 18:00"))
    (origin,) = lineage.origins(loader.workspace.snapshot(), "indicators", place="FR-02")
    assert origin.row["withdrawn"] and origin.file.name == "2020-03-20.csv" and origin.source_row is None


def test_after_the_history_was_told_again_rows_still_name_their_own_files(loader):
    loader.version({A18: 1}, at("2020-03-19 18:00"))
    loader.version({A18: 3}, at("2020-03-21 18:00"))
    loader.version({A18: 2}, at("2020-03-20 18:00"))
    told = lineage.origins(loader.workspace.snapshot(), "indicators", history=True)
    assert [(o.row["value"], o.file.name) for o in told] == [(n, f"2020-03-{d}.csv") for n, d in ((1, 19), (2, 20), (3, 21))]
    assert {o.commit.kind for o in told} == {"rebuild"} and {f.name for f in told[0].commit.files} == {
        o.file.name for o in told
    }
    before = lineage.origins(loader.workspace.snapshot(at=2), "indicators", history=True)
    assert [o.commit.kind for o in before] == ["load", "load"]


def test_the_newest_commits_come_first(loader):
    for day in (19, 20, 21):
        loader.version({A18: day}, at(f"2020-03-{day}"))
    assert [c.sequence for c in lineage.commit_records(loader.workspace, newest=2)] == [3, 2]
    with pytest.raises(UnknownName, match="commit '99'"):
        lineage.commit_record(loader.workspace, 99)


def test_the_code_version_changes_with_the_code():
    package, checksum = code_version().split("+")
    assert package.count(".") == 2 and len(checksum) == 12 and int(checksum, 16) >= 0
