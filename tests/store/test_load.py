"""What is written when a version of a feed arrives, and what any day then knew."""

import datetime as dt

import pytest

from belvedere.problems import Problem
from belvedere.store import lineage, quarantine
from belvedere.store.history import INCREMENT, WINDOW
from belvedere.store.load import LOADED, SET_ASIDE, stored_versions
from tests.store.conftest import at, rows

A18, A19, B18 = ("FR-01", "2020-03-18"), ("FR-01", "2020-03-19"), ("FR-02", "2020-03-18")


def test_the_first_whole_history_is_assumed_known_with_the_usual_lag(loader):
    loader.version({A18: 1, A19: 2}, at("2020-03-20 18:00"))
    frame = loader.workspace.frame("indicators").sort_values("date")
    assert list(frame.known_basis) == ["assumed", "published"]
    assert frame.known_at.iloc[0] == at("2020-03-19 18:00") and frame.known_at.iloc[1] == at("2020-03-20 18:00")
    assert loader.known("2020-03-18") == {}
    assert loader.known("2020-03-19") == {A18: 1}


def test_a_correction_adds_a_row_and_the_past_stays_as_it_was_known(loader):
    loader.version({A18: 1}, at("2020-03-19 18:00"))
    loader.version({A18: 5, A19: 2}, at("2020-03-20 18:00"))
    assert loader.known("2020-03-19") == {A18: 1}
    assert loader.known("2020-03-20") == {A18: 5, A19: 2}
    assert loader.workspace.snapshot().history("indicators").count().execute() == 3


def test_an_unchanged_version_writes_nothing(loader):
    loader.version({A18: 1}, at("2020-03-19 18:00"))
    (report,) = loader.version({A18: 1}, at("2020-03-20 18:00"))
    assert (report.new, report.changed, report.withdrawn, report.unchanged) == (0, 0, 0, 1)
    assert loader.workspace.snapshot().history("indicators").count().execute() == 1


def test_a_key_the_whole_history_no_longer_states_is_withdrawn_and_may_come_back(loader):
    loader.version({A18: 1, B18: 2}, at("2020-03-19 18:00"))
    loader.version({A18: 1}, at("2020-03-20 18:00"))
    loader.version({A18: 1, B18: 2}, at("2020-03-21 18:00"))
    assert loader.known("2020-03-20") == {A18: 1}
    assert loader.known("2020-03-21") == {A18: 1, B18: 2}
    withdrawn = loader.workspace.snapshot(as_of="2020-03-20").frame("indicators", include_withdrawn=True, place="FR-02")
    assert withdrawn.withdrawn.all() and withdrawn.value.isna().all() and list(withdrawn.status) == ["withdrawn"]


def test_a_window_withdraws_only_between_its_own_dates(loader):
    loader.version({A18: 1, A19: 2, B18: 3}, at("2020-03-20 18:00"))
    loader.version({A18: 1}, at("2020-03-21 18:00"), covers=WINDOW)
    assert loader.known() == {A18: 1, A19: 2}


def test_the_silence_of_an_increment_says_nothing(loader):
    loader.version({A18: 1}, at("2020-03-19 18:00"), covers=INCREMENT)
    loader.version({A19: 2}, at("2020-03-20 18:00"), covers=INCREMENT)
    assert loader.known() == {A18: 1, A19: 2}


def test_a_late_place_was_not_known_before_the_version_that_brought_it(loader):
    loader.version({A18: 1}, at("2020-03-19 18:00"))
    loader.version({A18: 1, A19: 1}, at("2020-03-20 18:00"))
    loader.version({A18: 1, A19: 1, B18: 9}, at("2020-03-22 18:00"))
    assert B18 not in loader.known("2020-03-21")
    assert loader.known("2020-03-22")[B18] == 9


def test_an_older_version_loaded_later_tells_the_history_again(loader):
    loader.version({A18: 10}, at("2020-03-19 18:00"))
    loader.version({A18: 10}, at("2020-03-21 18:00"))
    before = loader.workspace.snapshot().at
    loader.version({A18: 11}, at("2020-03-20 18:00"))
    assert [loader.known(d)[A18] for d in ("2020-03-19", "2020-03-20", "2020-03-21")] == [10, 11, 10]
    assert loader.known("2020-03-20", at=before)[A18] == 10


def test_a_new_mapping_tells_the_history_again_from_the_kept_copies(loader):
    loader.version({A18: 1}, at("2020-03-19 18:00"))
    (version,) = stored_versions(loader.workspace)
    loader.translated[version.file.sha256] = type(loader.translated[version.file.sha256])(rows({A18: 7}), [], {"read": 1})
    loader.mapping = "mapping 2"
    loader.load()
    assert loader.known()[A18] == 7 and loader.known(at=1)[A18] == 1


def test_the_same_file_twice_is_loaded_once(loader):
    version = loader.incoming(rows({A18: 1}), at("2020-03-19 18:00"))
    assert len(loader.load(version)) == 1
    assert loader.load(version) == []


def test_a_file_that_withdraws_too_much_is_set_aside_whole(loader):
    loader.version({A18: 1, A19: 2, B18: 3}, at("2020-03-20 18:00"))
    (report,) = loader.load(loader.incoming(rows({A18: 5}), at("2020-03-21 18:00")), largest_withdrawal=0.5)
    assert report.outcome == SET_ASIDE
    assert loader.known() == {A18: 1, A19: 2, B18: 3}
    (entry,) = quarantine.entries(loader.workspace).to_dict("records")
    assert entry["rule"] == "withdraws-too-much" and "2 of 3" in entry["found"]


def test_a_cell_set_aside_is_not_taken_for_a_withdrawal(loader):
    loader.version({A18: 1, B18: 2}, at("2020-03-19 18:00"))
    problem = Problem("not-a-number", "'abc'", "a whole number", row=3, column="hosp", key_known=True)
    loader.load(loader.incoming(rows({A18: 1}), at("2020-03-20 18:00"), problems=[problem], exempt=rows({B18: None})))
    assert loader.known() == {A18: 1, B18: 2}
    assert list(quarantine.entries(loader.workspace)["row"]) == [3]


def test_nothing_is_withdrawn_when_a_row_without_readable_key_was_set_aside(loader):
    loader.version({A18: 1, B18: 2}, at("2020-03-19 18:00"))
    (report,) = loader.load(loader.incoming(rows({A18: 1}), at("2020-03-20 18:00"), withdrawals_judged=False))
    assert loader.known() == {A18: 1, B18: 2}
    assert report.outcome == LOADED and "not judged" in report.notes[0]


def test_statements_keep_their_own_dates(loader):
    first = rows({A18: 1}, stated=at("2020-03-20"))
    second = rows({A18: 4}, stated=at("2020-03-25"))
    gone = rows({A18: None}, stated=at("2020-04-01"))
    import pyarrow as pa

    loader.load(loader.incoming(pa.concat_tables([first, second, gone]), at("2026-01-01"), covers=INCREMENT))
    assert loader.known("2020-03-19") == {}
    assert loader.known("2020-03-24") == {A18: 1}
    assert loader.known("2020-03-31") == {A18: 4}
    assert loader.known("2020-04-01") == {}
    assert set(loader.workspace.frame("indicators", as_of="2020-03-24").known_basis) == {"published"}


def test_an_increment_on_time_is_known_since_it_came_a_late_one_is_history(loader):
    live = loader.incoming(rows({A18: 1}), at("2020-03-20 09:00"), covers=INCREMENT, basis="ingested")
    loader.load(live.__class__(**{**live.__dict__, "grace": dt.timedelta(days=2)}))
    assert list(loader.workspace.frame("indicators").known_basis) == ["ingested"]


def test_a_figure_is_followed_to_its_file_row_and_column(loader):
    loader.version({A18: 1, B18: 2}, at("2020-03-19 18:00"))
    (origin,) = lineage.origins(loader.workspace.snapshot(), "indicators", place="FR-02")
    assert origin.file.name == "2020-03-19.csv" and (origin.source_row, origin.source_column) == (3, "hosp")
    assert origin.file.path.exists() and origin.mapping_text == "mapping 1"
    assert origin.commit.kind == "load" and origin.commit.code_version.startswith("0.")


def test_settled_entries_stay_settled_when_the_history_is_told_again(loader):
    problem = Problem("not-a-number", "'abc'", "a whole number", row=3, column="hosp")
    loader.load(loader.incoming(rows({A18: 1}), at("2020-03-20 18:00"), problems=[problem]))
    quarantine.dismiss(loader.workspace, list(quarantine.entries(loader.workspace)["id"]), "a test line", signed_by="a tester")
    loader.version({A18: 2}, at("2020-03-19 18:00"))
    assert quarantine.entries(loader.workspace).empty
    (settled,) = quarantine.entries(loader.workspace, settled=True).to_dict("records")
    assert settled["resolution"] == "dismissed" and settled["reason"] == "a test line"


def test_an_error_in_one_version_keeps_nothing_of_the_load(loader):
    good = loader.incoming(rows({A18: 1}), at("2020-03-19 18:00"))
    bad = loader.incoming(rows({A18: 2}), at("2020-03-20 18:00"))
    broken = bad.__class__(**{**bad.__dict__, "translate": lambda: (_ for _ in ()).throw(OSError("disk"))})
    with pytest.raises(OSError, match="disk"):
        loader.load(good, broken)
    assert loader.known() == {} and stored_versions(loader.workspace) == []
