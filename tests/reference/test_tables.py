"""The reader of reference tables, and the tables that come with Belvedere."""

from __future__ import annotations

import csv
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belvedere.errors import ReferenceError, UnknownName
from belvedere.reference.tables import COLUMNS, load, table_names

ROW = dict.fromkeys(COLUMNS, "") | {
    "id": "jump.factor",
    "quantity": "own factor",
    "value": "5",
    "unit": "times",
    "source": "audit of 2026",
    "status": "local",
}
HEALTH_RULES = [
    "jump.factor",
    "jump.minimum_count",
    "stale.late_after_periods",
    "stale.very_late_after_periods",
    "withdrawal.maximum_share",
    "stock_flow.absolute_tolerance",
    "stock_flow.relative_tolerance",
    "completeness.window_days",
    "zeros.minimum_peers_share",
    "swap.minimum_days",
]


def override(folder, *rows, table="feed_rules", columns=COLUMNS):
    with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return folder


@pytest.mark.parametrize("name", table_names())
def test_every_shipped_table_loads_and_may_be_shipped(name):
    table = load(name)
    assert len(table) >= (3 if name == "desk" else 10)
    for figure in table:
        assert figure.status in ("read", "chosen"), figure.id
        assert not re.search(r"Sole 24 Ore|Datadista|AGENAS|ESFT", figure.source), figure.id
        assert figure.table == name and not figure.overridden
        assert figure.basis != "as above"


def test_the_tables_that_models_will_ask_for_are_there():
    wanted = {"feed_rules", "delays", "length_of_stay", "staffing_rules", "consumption_norms"}
    assert wanted | {"capacity", "measure_effects", "thresholds"} <= set(table_names())


@pytest.mark.parametrize("id", HEALTH_RULES)
def test_health_rules_have_their_limits_with_a_reason(id):
    figure = load("feed_rules").value(id)
    assert figure.value > 0 and figure.low <= figure.value <= figure.high
    assert figure.status == "chosen" and figure.basis


def test_known_figures():
    assert load("delays").value("par_gen_o").value == 3.0
    assert load("capacity").value("fr_sae_rea").value == 5058
    rows = [f for f in load("capacity") if f.id.startswith("fr_sae_rea_")]
    assert len(rows) == 18 and sum(f.value for f in rows) == 5058
    assert load("staffing_rules").value("fr_rea_ide_22").unit == "open beds per nurse"
    assert load("staffing_rules").value("uk_surge4").policy_tier == "crisis"
    assert load("length_of_stay").value("lps_naive").note.startswith("weak: ")


def test_contradictions_are_kept():
    capacity = load("capacity")
    assert {"it_min", "it_ber", "it_boc", "it_eun"} <= set(capacity.figures)
    assert {load("delays").value(i).value for i in ("par_gen_o", "man_gen_o")} == {3.0, 6.84}


def test_a_figure_says_where_it_comes_from():
    sentence = load("length_of_stay").value("lps_true").sentence()
    assert "23.1 (18.1 to 29.7) days [read: Lapidus" in sentence
    assert "(3 to 10.4) days" in load("length_of_stay").value("fae_los").sentence()


def test_frame_has_one_row_a_figure():
    frame = load("feed_rules").frame()
    assert len(frame) == len(load("feed_rules")) and not frame["overridden"].any()
    assert list(frame.columns[: len(COLUMNS)]) == list(COLUMNS)


def test_unknown_table_and_figure():
    with pytest.raises(UnknownName, match="staffing_rules"):
        load("staffing")
    with pytest.raises(UnknownName, match=r"jump\.factor"):
        load("feed_rules").value("jump.factors")


def test_an_override_replaces_by_id_and_is_marked(tmp_path):
    table = load("feed_rules", overrides=override(tmp_path, ROW))
    figure = table.value("jump.factor")
    assert figure.value == 5 and figure.overridden and figure.replaced.value == 4
    assert "own figure, local: audit of 2026" in figure.sentence()
    assert [f.id for f in table.overridden()] == ["jump.factor"]
    assert list(table.figures) == list(load("feed_rules").figures)
    assert load("feed_rules").value("jump.factor").value == 4


def test_no_file_of_overrides_changes_nothing(tmp_path):
    assert load("delays", overrides=tmp_path).figures == load("delays").figures


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"unit": ""}, "row 2, column 'unit': found nothing, expected a value"),
        ({"source": " "}, "row 2, column 'source'"),
        ({"value": "4,5"}, "row 2, column 'value': found '4,5', expected a number with a decimal point"),
        ({"value": "nan"}, "row 2, column 'value'"),
        ({"value": ""}, "row 2, column 'value': found nothing, expected a number here, or in low or high"),
        ({"low": "6"}, "row 2, column 'low': found '6', expected at most 5"),
        ({"high": "4"}, "row 2, column 'high': found '4', expected at least 5"),
        ({"value": "", "low": "6", "high": "5"}, "row 2, column 'low': found '6', expected at most 5"),
        ({"status": "guess"}, "row 2, column 'status': found 'guess', expected one of read, memory"),
        ({"policy_tier": "emergency"}, "row 2, column 'policy_tier'"),
        ({"valid_from": "01/02/2020"}, "row 2, column 'valid_from'"),
        ({"valid_from": "2020-13"}, "row 2, column 'valid_from'"),
        ({"valid_from": "2021-03", "valid_to": "2020-12-31"}, "row 2, column 'valid_to'"),
        ({"unit": "percent"}, "row 2, column 'unit': found 'percent', expected the unit of the figure it replaces, 'times'"),
        ({"id": "jump.facto"}, "row 2, column 'id': .*Did you mean jump.factor"),
    ],
)
def test_rows_that_contradict_themselves(tmp_path, change, message):
    with pytest.raises(ReferenceError, match=message) as caught:
        load("feed_rules", overrides=override(tmp_path, ROW | change))
    assert str(tmp_path / "feed_rules.csv") in str(caught.value)


def test_a_second_row_of_one_id(tmp_path):
    with pytest.raises(ReferenceError, match=r"row 3, column 'id': found 'jump\.factor'"):
        load("feed_rules", overrides=override(tmp_path, ROW, ROW))


def test_missing_columns_and_broken_rows(tmp_path):
    with pytest.raises(ReferenceError, match="row 1: the columns source, status are missing"):
        load("feed_rules", overrides=override(tmp_path, ROW, columns=[c for c in COLUMNS if c not in ("source", "status")]))
    (tmp_path / "feed_rules.csv").write_text(f"{','.join(COLUMNS)}\njump.factor,x\n", encoding="utf-8")
    with pytest.raises(ReferenceError, match="row 2: found another number of cells"):
        load("feed_rules", overrides=tmp_path)


def test_a_year_within_a_year_is_no_contradiction(tmp_path):
    table = load("feed_rules", overrides=override(tmp_path, ROW | {"valid_from": "2020-05", "valid_to": "2020"}))
    assert table.value("jump.factor").valid_to == "2020"


@given(value=st.floats(-1e9, 1e9), low=st.floats(0, 1e6), high=st.floats(0, 1e6))
def test_ordered_bounds_are_read_back_as_written(tmp_path_factory, value, low, high):
    row = ROW | {"value": repr(value), "low": repr(value - low), "high": repr(value + high)}
    figure = load("feed_rules", overrides=override(tmp_path_factory.mktemp("own"), row)).value("jump.factor")
    assert (figure.value, figure.low, figure.high) == (value, value - low, value + high)
