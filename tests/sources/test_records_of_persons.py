"""Files of persons: identities are replaced before the first write, and nothing keeps what they were."""

import datetime as dt

import pytest

import belvedere
from belvedere.sources.ingest import ingest
from belvedere.store import quarantine

NOW = dt.datetime(2020, 4, 1, 8, tzinfo=dt.UTC)
CASES = """
feed = "test-cases"
title = "Line list of a test"
producer = "nobody"
licence = "none"
table = "cases"
files = ["cases-*.csv"]
covers = "increment"
country = "FR"
[format]
kind = "csv"
[clock]
rhythm = "daily"
lag = "1 days"
happened = "reported_on"
[columns]
case = {column = "nir"}
condition = "covid19"
classification = "confirmed"
place = {column = "dep", scheme = "insee-dep"}
reported_on = {column = "jour", formats = ["%Y-%m-%d"]}
age_group = "all"
sex = "all"
"""
CONTACTS = """
feed = "test-contacts"
title = "Contacts of a test"
producer = "nobody"
licence = "none"
table = "contacts"
files = ["contacts-*.csv"]
covers = "increment"
country = "FR"
[format]
kind = "csv"
[clock]
rhythm = "daily"
lag = "1 days"
happened = "last_on"
[columns]
case = {column = "nir"}
contact = {column = "contact"}
link = "exposed"
status = "followed"
last_on = {column = "jour", formats = ["%Y-%m-%d"]}
"""


@pytest.fixture
def workspace(tmp_path):
    made = belvedere.create(tmp_path / "workspace")
    (made.mappings / "cases.toml").write_text(CASES)
    (made.mappings / "contacts.toml").write_text(CONTACTS)
    return made


@pytest.fixture
def loaded(workspace, tmp_path):
    (tmp_path / "cases-1.csv").write_text(
        "nir,dep,jour\nMARKER-ANNA,01,2020-03-19\nMARKER-BERT,99Z,2020-03-19\n,01,2020-03-20\n"
    )
    (tmp_path / "contacts-1.csv").write_text("nir,contact,jour\nMARKER-ANNA,MARKER-CARL,2020-03-18\n")
    ingest(workspace, [tmp_path / "cases-1.csv", tmp_path / "contacts-1.csv"], now=NOW)
    return workspace


def test_no_identity_lies_in_any_file(loaded):
    held = [p for p in loaded.path.rglob("*") if p.is_file() and b"MARKER" in p.read_bytes()]
    assert held == []
    assert len(loaded.frame("cases")) == 1


def test_one_person_can_be_followed_from_cases_to_contacts(loaded):
    (case,) = loaded.frame("cases").case
    (link,) = loaded.frame("contacts").to_dict("records")
    assert link["case"] == case and link["contact"] != case and "ANNA" not in case


def test_what_was_set_aside_names_nobody(loaded):
    entries = quarantine.entries(loaded, feed="test-cases")
    assert sorted(entries.row) == [3, 4]
    assert not entries.found.str.contains("MARKER").any()


def test_no_copy_is_kept_and_the_second_file_is_compared_all_the_same(loaded, tmp_path):
    assert [p for p in loaded.files.rglob("*") if p.is_file()] == []
    (tmp_path / "cases-2.csv").write_text("nir,dep,jour\nMARKER-ANNA,02,2020-03-19\n")
    report = ingest(loaded, [tmp_path / "cases-2.csv"], now=NOW + dt.timedelta(days=1))
    assert [(v.new, v.changed) for v in report.feeds[0].versions] == [(0, 1)]
    assert list(loaded.frame("cases").place) == ["FR-02"]
    assert list(loaded.frame("cases", as_of="2020-04-01").place) == ["FR-01"]
