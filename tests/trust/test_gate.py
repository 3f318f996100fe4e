"""The gate: small counts by age are withheld, others pass, and every read stands in the log."""

from __future__ import annotations

import datetime as dt
import json
import threading

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import belvedere
from belvedere.errors import UnknownName
from belvedere.ontology import schema
from belvedere.store.commits import Commit
from belvedere.trust.gate import LOG, Gate, Read, Request, small_count

NOW = dt.datetime(2026, 11, 22, 7, 40, tzinfo=dt.UTC)
KEY = {"feed": "test-ages", "date": dt.date(2026, 11, 20), "condition": "covid19", "sex": "all", "period": "day"}


def rows(cells: list[tuple[str, str, str, float | None]]) -> pa.Table:
    """(place, indicator, age group, value) as rows of `indicators`."""
    found = [
        {**KEY, "place": place, "indicator": indicator, "age_group": age, "value": value, "status": "reported"}
        for place, indicator, age, value in cells
    ]
    return pa.Table.from_pylist(found, schema=schema.table("indicators").arrow_schema())


def gate_on(folder, cells) -> Gate:
    workspace = belvedere.create(folder / "workspace")
    with Commit.begin(workspace, "load", feed="test-ages", now=NOW) as commit:
        commit.append("indicators", rows(cells), known_at=NOW, basis="ingested")
    return Gate(workspace, lambda: NOW)


def told(gate: Gate) -> dict[tuple[str, str, str], tuple[float | None, str]]:
    request = Request(gate.snapshot(), "/test")
    found = gate.read(request, "indicators", {"feed": "test-ages"}).to_pylist()
    return {(r["place"], r["indicator"], r["age_group"]): (r["value"], r["status"]) for r in found}


def test_small_counts_of_an_age_group_are_withheld_and_nothing_else(tmp_path):
    least = small_count()
    found = told(gate_on(tmp_path, [
        ("FR-57", "icu_census", "20-29", 1.0), ("FR-57", "icu_census", "30-39", least - 1.0),
        ("FR-57", "icu_census", "40-49", float(least)), ("FR-57", "icu_census", "50-59", 0.0),
        ("FR-57", "icu_census", "all", 3.0), ("FR", "icu_census", "20-29", 3.0), ("FR-57", "positivity_percent", "20-29", 3.0),
        ("FR-57", "hospital_census", "20-29", None),
    ]))  # fmt: skip
    assert found["FR-57", "icu_census", "20-29"] == (None, "suppressed")
    assert found["FR-57", "icu_census", "30-39"] == (None, "suppressed")
    assert found["FR-57", "icu_census", "40-49"] == (least, "reported")
    assert found["FR-57", "icu_census", "50-59"] == (0.0, "reported")
    assert found["FR-57", "icu_census", "all"] == (3.0, "reported")
    assert found["FR", "icu_census", "20-29"] == (3.0, "reported")
    assert found["FR-57", "positivity_percent", "20-29"] == (3.0, "reported")
    assert found["FR-57", "hospital_census", "20-29"] == (None, "reported")


@settings(max_examples=8, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=1, max_size=12))
def test_no_small_count_passes_by_any_way_of_reading(tmp_path_factory, counts):
    cells = [("FR-57", "icu_census", f"{10 * i:02d}-{10 * i + 9:02d}", float(n)) for i, n in enumerate(counts[:10])]
    gate = gate_on(tmp_path_factory.mktemp("gate"), cells)
    snapshot = gate.snapshot()
    for values in (
        snapshot.table("indicators"),
        snapshot.history("indicators"),
        snapshot.table("indicators", include_withdrawn=True),
    ):
        seen = values.select("value").to_pyarrow()["value"].to_pylist()
        assert sorted(v for v in seen if v is not None) == sorted(v for *_, v in cells if not 0 < v < small_count())


def log(gate: Gate) -> list[dict]:
    return [json.loads(line) for file in sorted((gate.workspace.path / LOG).iterdir()) for line in file.open(encoding="utf-8")]


def test_each_read_is_written_down(tmp_path):
    gate = gate_on(tmp_path, [("FR-57", "icu_census", "all", 3.0)])
    request = Request(gate.snapshot(as_of="2026-11-23"), "/api/v1/regions/FR-57")
    gate.read(request, "indicators", {"place": ["FR-57", "FR-67"]}, columns=["place", "value"])
    gate.note(request, [Read("capacity", {"country": "FR"}, None)], kept=True)
    first, second = log(gate)
    assert first == {
        "at": NOW.isoformat(), "operator": "local operator", "purpose": "local operation", "asked": "/api/v1/regions/FR-57",
        "as_of": "2026-11-23T23:59:59.999999+00:00", "sequence": 1, "table": "indicators",
        "filters": {"place": ["FR-57", "FR-67"]}, "rows": 1, "kept": False,
    }  # fmt: skip
    assert (second["table"], second["rows"], second["kept"]) == ("capacity", None, True)
    assert (gate.workspace.path / LOG).stat().st_mode & 0o077 == 0


def test_entries_of_several_threads_do_not_mix(tmp_path):
    gate = gate_on(tmp_path, [("FR-57", "icu_census", "all", 3.0)])
    request = Request(gate.snapshot(), "/test")
    threads = [
        threading.Thread(target=lambda: [gate.note(request, [Read("indicators", {"n": "x" * 500}, 1)]) for _ in range(25)])
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(log(gate)) == 200


def test_names_that_do_not_exist_are_refused(tmp_path):
    gate = gate_on(tmp_path, [("FR-57", "icu_census", "all", 3.0)])
    with pytest.raises(UnknownName):
        gate.read(Request(gate.snapshot(), "/test"), "indicators", {"colour": "red"})
    with pytest.raises(UnknownName):
        gate.read(Request(gate.snapshot(), "/test"), "nothing", {})
