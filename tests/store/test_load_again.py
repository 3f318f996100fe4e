"""When a history is told again, and when the same bytes come again: nothing decided before is decided anew."""

from __future__ import annotations

import datetime as dt

import pytest

from belvedere.problems import Problem
from belvedere.store import quarantine
from belvedere.store.history import INCREMENT, MENDED
from belvedere.store.load import LOADED, stored_versions
from tests.store.conftest import at, rows

A18, A19, B18 = ("FR-01", "2020-03-18"), ("FR-01", "2020-03-19"), ("FR-02", "2020-03-18")
URL = "https://example.org/figures.csv"


@pytest.mark.parametrize("dated", [{"basis": "published"}, {"basis": "ingested", "url": URL}])
def test_a_source_that_goes_back_to_what_it_had_said_is_followed(loader, dated):
    """The bytes of the first file, published again later, or served again by their address after others."""
    for day, value in ((19, 1), (20, 2), (21, 1)):
        loader.version({A18: value}, at(f"2020-03-{day}"), **dated)
    assert [loader.known(f"2020-03-{day}")[A18] for day in (19, 20, 21)] == [1, 2, 1]
    assert loader.load(loader.incoming(rows({A18: 1}), at("2020-03-21"), **dated)) == []


def test_undated_bytes_given_again_by_hand_are_the_version_loaded_before(loader):
    for value in (1, 2, 1, 2):
        loader.version({A18: value}, at(f"2020-03-{19 + value}"), basis="ingested")
    assert len(stored_versions(loader.workspace)) == 2 and loader.known() == {A18: 2}


def test_an_increment_that_was_on_time_stays_so_when_the_history_is_told_again(loader):
    grace = dt.timedelta(days=3)
    loader.version({A18: 1}, at("2020-03-20 09:00"), covers=INCREMENT, basis="ingested", grace=grace)
    assert list(loader.workspace.frame("indicators").known_basis) == ["ingested"]
    loader.version({A19: 1}, at("2020-03-20 08:00"), covers=INCREMENT, basis="ingested", grace=grace)
    assert set(loader.workspace.frame("indicators").known_basis) == {"ingested"}
    assert loader.workspace.frame("indicators", date=dt.date(2020, 3, 18)).known_at.item() == at("2020-03-20 09:00")


def test_a_withdrawal_once_accepted_stays_accepted(loader):
    loader.version({A18: 1, A19: 1, B18: 1}, at("2020-03-20"))
    loader.load(loader.incoming(rows({A18: 1}), at("2020-03-22")), largest_withdrawal=1.0)
    late = loader.incoming(rows({A18: 2, A19: 1, B18: 1}), at("2020-03-21"))
    reports = loader.load(late, largest_withdrawal=0.1)
    assert [r.outcome for r in reports] == [LOADED] * 3
    assert loader.known() == {A18: 1} and loader.known("2020-03-21") == {A18: 2, A19: 1, B18: 1}


def test_an_entry_mended_by_a_file_that_makes_the_history_be_told_again_is_settled(loader):
    broken = Problem("not-a-number", "'1O'", "a number", row=3, column="hosp", key_known=True)
    loader.version({A18: 1}, at("2020-03-20"), problems=[broken], exempt=rows({B18: None}))
    (entry,) = quarantine.entries(loader.workspace).to_dict("records")
    loader.version({A18: 1, B18: 12}, at("2020-03-25"))
    mended = loader.incoming(rows({B18: 10}), at("2020-03-22"), covers=MENDED, basis="ingested", mends=(entry["id"],))
    loader.load(mended)
    assert quarantine.entries(loader.workspace).empty
    (settled,) = quarantine.entries(loader.workspace, settled=True).to_dict("records")
    assert (settled["row"], settled["resolution"]) == (3, "mended")
    assert [loader.known(d).get(B18) for d in ("2020-03-21", "2020-03-22", "2020-03-25")] == [None, 10, 12]


def test_an_increment_does_not_claim_an_earlier_day_than_a_whole_history_allows(loader):
    """The whole history of the 21st had no such row, so it cannot have been known by then."""
    loader.version({A18: 1}, at("2020-03-21"))
    loader.version({A19: 1, ("FR-01", "2020-03-22"): 1}, at("2020-03-26"), covers=INCREMENT)
    assert loader.known("2020-03-20") == loader.known("2020-03-21") == {A18: 1}
    assert loader.known("2020-03-23") == {A18: 1, ("FR-01", "2020-03-22"): 1}, (
        "this one came after it: known since its usual time"
    )
    assert loader.known("2020-03-26")[A19] == 1
