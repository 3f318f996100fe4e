"""Rows set aside and put right: the same rules judge them, the signature stays with the figures, and nothing is lost."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

import belvedere
from belvedere.errors import ConflictError, DataError
from belvedere.sources import mend
from belvedere.sources.ingest import ingest
from belvedere.store import lineage, quarantine
from belvedere.store.corrections import correction_of
from tests.sources.test_ingest import MAPPING, NOW, SIGNED, values, write

FEED = "test-flows"
LATER = NOW + dt.timedelta(hours=1)
LINES = ("01;2020-03-19;5;1", "99Z;2020-03-19;6;2", "2A;2020-03-19;many;2", "2B;2020-03-19;7;few")


@pytest.fixture
def workspace(tmp_path):
    made = belvedere.create(tmp_path / "workspace")
    (made.mappings / "test.toml").write_text(MAPPING)
    (tmp_path / "in").mkdir()
    ingest(made, [write(tmp_path / "in", "flows-2020-03-20.csv", *LINES)], now=NOW)
    return made


def line(workspace, row: int) -> mend.Line:
    return next(found for found in mend.open_lines(workspace, FEED) if found.row == row)


def test_a_line_that_waits_has_the_cells_of_the_source_and_what_is_wrong(workspace):
    found = line(workspace, 4)
    assert found.before == {"dep": "2A", "jour": "2020-03-19", "incid_hosp": "many", "incid_rea": "2"} == found.after
    assert [(column, rule) for column, _, _, rule in found.said] == [("incid_hosp", "not-a-number")]
    assert found.changes == {} and "4 of flows-2020-03-20.csv" in found.label


def test_judging_writes_nothing_and_tells_what_would_change(workspace):
    good = line(workspace, 4).with_cells({"incid_hosp": "9"})
    bad = line(workspace, 3).with_cells({"dep": "98Z"})
    one, other = mend.judge(workspace, FEED, [good, bad])
    assert one.problem is None
    assert {f.key["indicator"]: (f.says["value"], f.held and f.held["value"], f.change) for f in one.figures} == {
        "hospital_admissions": (9, None, "new"), "icu_admissions": (2, 2, "same"),
    }  # fmt: skip
    assert (other.problem.row, other.problem.column, other.problem.rule) == (3, "dep", "unknown-place")
    assert len(quarantine.entries(workspace)) == 3


def test_a_mended_row_is_known_since_now_and_signed(workspace):
    done = mend.mend_lines(workspace, FEED, [line(workspace, 4).with_cells({"incid_hosp": "9"})], now=LATER, **SIGNED)
    assert done.loaded == 1 and values(workspace)[("FR-2A", "03-19", "hospital_admissions")] == 9
    assert ("FR-2A", "03-19", "hospital_admissions") not in values(workspace, NOW)
    (origin,) = lineage.origins(workspace.snapshot(), "indicators", place="FR-2A", indicator="hospital_admissions")
    signed, file = mend.correction_behind(workspace, origin)
    assert (signed.signed_by, signed.reason, signed.signed_at) == ("a tester", "told on the phone", LATER)
    assert signed.changes == {"incid_hosp": ("many", "9")} and (file, signed.source_row) == ("flows-2020-03-20.csv", 4)
    (untouched,) = lineage.origins(workspace.snapshot(), "indicators", place="FR-01", indicator="hospital_admissions")
    assert mend.correction_behind(workspace, untouched) is None


def test_the_signature_stays_when_the_history_is_told_again(workspace, tmp_path):
    mend.mend_lines(workspace, FEED, [line(workspace, 4).with_cells({"incid_hosp": "9"})], now=LATER, **SIGNED)
    ingest(workspace, [write(tmp_path / "in", "flows-2020-03-19.csv", "01;2020-03-18;4;1")], now=LATER)  # an older file
    (origin,) = lineage.origins(workspace.snapshot(), "indicators", place="FR-2A", indicator="hospital_admissions")
    assert origin.commit.kind == "rebuild"
    assert mend.correction_behind(workspace, origin)[0].signed_by == "a tester"
    assert set(quarantine.entries(workspace).row) == {3, 5}


def test_no_reason_no_correction(workspace):
    with pytest.raises(DataError, match="reason"):
        mend.mend_lines(workspace, FEED, mend.open_lines(workspace, FEED), reason=" ", signed_by="a tester")


def test_an_entry_settled_meanwhile_is_refused_and_nothing_is_written(workspace, tmp_path):
    mended = line(workspace, 4).with_cells({"incid_hosp": "9"})
    ingest(workspace, [write(tmp_path / "in", "flows-2020-03-19.csv", "01;2020-03-18;4;1")], now=LATER)  # told again
    with pytest.raises(ConflictError, match="no longer wait"):
        mend.mend_lines(workspace, FEED, [mended], now=LATER, **SIGNED)
    assert ("FR-2A", "03-19", "hospital_admissions") not in values(workspace)
    assert len(quarantine.entries(workspace)) == 3


def test_two_rows_that_contradict_each_other_need_somebody_to_choose(tmp_path):
    made = belvedere.create(tmp_path / "other")
    (made.mappings / "test.toml").write_text(MAPPING)
    ingest(made, [write(tmp_path, "flows-2020-03-20.csv", "01;2020-03-19;5;1", "01;2020-03-19;6;1")], now=NOW)
    first, second = mend.open_lines(made, FEED)
    assert [j.problem.rule for j in mend.judge(made, FEED, [first])] == ["duplicate-key"]
    both = [found.with_cells({}, chosen=True) for found in (first, second)]
    assert {j.problem.rule for j in mend.judge(made, FEED, both)} == {"duplicate-key"}
    assert mend.mend_lines(made, FEED, [second.with_cells({}, chosen=True)], now=LATER, **SIGNED).loaded == 1
    assert values(made)[("FR-01", "03-19", "hospital_admissions")] == 6


def test_after_the_mapping_changed_the_files_are_read_again(workspace):
    assert not mend.mapping_changed(workspace, FEED)
    (workspace.mappings / "test.toml").write_text(MAPPING + '\n[missing]\nas = ["many"]\n')
    assert mend.mapping_changed(workspace, FEED)
    done = mend.tell_again(workspace, FEED)
    assert done.again and done.waiting_before == 3 and done.waiting_after < 3
    assert not mend.mapping_changed(workspace, FEED)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_sheet_comes_back_with_its_changes_whatever_separates_its_cells(workspace, separator):
    text = mend.export_text(mend.open_lines(workspace, FEED), separator)
    mended = text.replace(f"{separator}many{separator}", f"{separator}9{separator}")
    back = mend.lines_of_text(workspace, "\ufeff" + mended, "x.csv")
    assert [(found.row, found.changes) for found in back[FEED] if found.changes] == [(4, {"incid_hosp": ("many", "9")})]


def test_a_row_that_does_not_wait_or_stands_twice_is_refused(workspace):
    text = mend.export_text(mend.open_lines(workspace, FEED))
    last = text.splitlines()[-1]
    for broken, words in ((text.replace("3 of flows", "33 of flows"), "no open entry"), (f"{text}{last}\r\n", "stands twice")):
        with pytest.raises(DataError, match=words):
            mend.lines_of_text(workspace, broken, "x.csv")


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=20))
def test_a_cell_is_never_a_formula_on_its_way_out_and_the_same_when_it_comes_back(cell):
    guarded = mend.guarded(cell)
    assert not guarded.startswith(("=", "@", "\t")) or guarded.lstrip("+-").replace(".", "").isdigit()
    assert mend.unguarded(guarded) == cell or cell.startswith("'")


def test_the_correction_of_a_row_nobody_touched_is_none(workspace):
    assert correction_of(workspace, 1, 2) is None
