"""From files and addresses into the workspace, and from a figure back to its row."""

import datetime as dt
import shutil
from dataclasses import replace

import pytest

import belvedere
from belvedere.errors import DataError, FetchError, UnknownName
from belvedere.sources.fetch import Fetched
from belvedere.sources.ingest import ingest
from belvedere.sources.mend import export_quarantine, mend, source_row
from belvedere.store import kept, lineage, quarantine

MAPPING = """
feed = "test-flows"
title = "Hospital flows of a test"
producer = "nobody"
licence = "none"
table = "indicators"
files = ["flows-*.csv"]
covers = "whole_history"
country = "FR"
url = "http://127.0.0.1:9/flows-now.csv"
[format]
kind = "csv"
separator = ";"
[clock]
rhythm = "daily"
lag = "1 day 18:00"
timezone = "Europe/Paris"
published = {from_file_name = "%Y-%m-%d", at = "18:00"}
[columns]
place = {column = "dep", scheme = "insee-dep"}
date = {column = "jour", formats = ["%Y-%m-%d"]}
condition = "covid19"
period = "day"
[[values]]
column = "incid_hosp"
indicator = "hospital_admissions"
[[values]]
column = "incid_rea"
indicator = "icu_admissions"
"""
HEADER = "dep;jour;incid_hosp;incid_rea\n"
NOW = dt.datetime(2020, 4, 1, 8, tzinfo=dt.UTC)
SIGNED = {"reason": "told on the phone", "signed_by": "a tester"}


@pytest.fixture
def workspace(tmp_path):
    made = belvedere.create(tmp_path / "workspace")
    (made.mappings / "test.toml").write_text(MAPPING)
    return made


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


def write(folder, name, *lines):
    (folder / name).write_text(HEADER + "".join(f"{line}\n" for line in lines))
    return folder / name


def values(workspace, as_of=None):
    frame = workspace.frame("indicators", as_of=as_of, feed="test-flows")
    return {(r.place, f"{r.date:%m-%d}", r.indicator): r.value for r in frame.itertuples()}


def test_a_folder_is_loaded_in_the_order_of_the_versions(workspace, folder):
    write(folder, "flows-2020-03-21.csv", "01;2020-03-19;5;1", "01;2020-03-20;6;2")
    write(folder, "flows-2020-03-20.csv", "01;2020-03-19;4;1")
    (folder / "other.csv").write_text("one;two\n1;2\n")
    report = ingest(workspace, [folder], now=NOW)
    (feed,) = report.feeds
    assert [v.name for v in feed.versions] == ["flows-2020-03-20.csv", "flows-2020-03-21.csv"]
    assert report.unclaimed.keys() == {folder / "other.csv"} and not report.clean
    assert "belvedere mapping list" in report.unclaimed[folder / "other.csv"]
    assert values(workspace, "2020-03-20")[("FR-01", "03-19", "hospital_admissions")] == 4
    assert values(workspace)[("FR-01", "03-19", "hospital_admissions")] == 5


def test_bad_rows_are_set_aside_and_counted_and_good_ones_load(workspace, folder):
    lines = ["01;2020-03-19;5;1", "99Z;2020-03-19;6;2", "02;19/03/2020;3;1", "2A;2020-03-19;many;2", "03;2020-03-19;1"]
    report = ingest(workspace, [write(folder, "flows-2020-03-20.csv", *lines)], now=NOW)
    (version,) = report.feeds[0].versions
    found = quarantine.entries(workspace)
    assert list(found.row) == [3, 4, 5, 6]
    assert list(found.column[:3]) == ["dep", "jour", "incid_hosp"]
    assert set(found.file) == {"flows-2020-03-20.csv"}
    assert "99Z" in found.found[0] and "19/03/2020" in found.found[1] and "many" in found.found[2]
    c = version.counts
    assert c["cells"] == c["loaded"] + c["empty"] + c["set_aside"] + c["excluded"] + c["repeated"] == 10
    assert values(workspace) == {
        ("FR-01", "03-19", "hospital_admissions"): 5,
        ("FR-01", "03-19", "icu_admissions"): 1,
        ("FR-2A", "03-19", "icu_admissions"): 2,
    }


def test_an_unreadable_file_is_set_aside_whole_and_the_others_load(workspace, folder):
    (folder / "flows-2020-03-21.csv").write_text(BROKEN)
    write(folder, "flows-2020-03-20.csv", "01;2020-03-19;4;1")
    report = ingest(workspace, [folder], now=NOW)
    assert [v.outcome for v in report.feeds[0].versions] == ["loaded", "set aside"]
    assert len(values(workspace)) == 2
    (entry,) = quarantine.entries(workspace).to_dict("records")
    assert entry["file"] == "flows-2020-03-21.csv"


BROKEN = "<html>Maintenance</html>"


def test_a_file_set_aside_whole_is_not_tried_again_until_its_mapping_changes(workspace, folder):
    (folder / "flows-2020-03-21.csv").write_text("dep,jour,incid_hosp,incid_rea\n01,2020-03-19,5,1\n")
    ingest(workspace, [folder], now=NOW)
    again = [ingest(workspace, [folder], now=NOW).feeds[0] for _ in range(2)]
    assert [(f.versions, f.already, f.aside_before) for f in again] == [([], 0, 1)] * 2
    assert len(quarantine.entries(workspace)) == 1
    (workspace.mappings / "test.toml").write_text(MAPPING.replace('separator = ";"', 'separator = ","'))
    (version,) = ingest(workspace, [folder], now=NOW).feeds[0].versions
    assert version.outcome == "loaded" and quarantine.entries(workspace).empty
    assert values(workspace)[("FR-01", "03-19", "hospital_admissions")] == 5


def test_the_same_bytes_set_aside_are_tried_at_another_published_time_only_once(workspace, folder):
    for day in ("21", "22", "22"):
        (folder / f"flows-2020-03-{day}.csv").write_text(BROKEN)
        ingest(workspace, [folder], now=NOW)
    assert list(quarantine.entries(workspace).rule) == ["not-a-table"] * 2


def test_what_withdraws_too_much_is_tried_again_when_withdrawals_are_accepted(workspace, folder):
    write(folder, "flows-2020-03-20.csv", *(f"{n:02};2020-03-19;5;1" for n in range(1, 10)))
    write(folder, "flows-2020-03-21.csv", "01;2020-03-19;5;1")
    ingest(workspace, [folder], now=NOW)
    assert ingest(workspace, [folder], now=NOW).feeds[0].aside_before == 1
    assert list(quarantine.entries(workspace).rule) == ["withdraws-too-much"]
    accepted = ingest(workspace, [folder], now=NOW, accept_withdrawals=True).feeds[0]
    assert [v.outcome for v in accepted.versions] == ["loaded"] and quarantine.entries(workspace).empty
    assert len(values(workspace)) == 2
    assert ingest(workspace, [folder], now=NOW).feeds[0].already == 2


def test_quarantine_is_exported_mended_and_loaded_again(workspace, folder, tmp_path):
    lines = ["01;2020-03-19;5;1", "99Z;2020-03-19;6;2", "2A;2020-03-19;many;2"]
    ingest(workspace, [write(folder, "flows-2020-03-20.csv", *lines)], now=NOW)
    out = tmp_path / "mend.csv"
    assert export_quarantine(workspace, out, "test-flows") == 2
    text = out.read_text()
    assert "3 of flows-2020-03-20.csv" in text and "99Z" in text and "found" in text
    out.write_text(text.replace("99Z", "02"))
    report = mend(workspace, out, now=NOW + dt.timedelta(hours=1), **SIGNED)
    assert [p.column for p in report.feeds[0].still_at_fault] == ["incid_hosp"]
    assert values(workspace)[("FR-02", "03-19", "hospital_admissions")] == 6
    assert ("FR-02", "03-19", "hospital_admissions") not in values(workspace, "2020-03-31")
    assert list(quarantine.entries(workspace).column) == ["incid_hosp"]
    assert list(quarantine.entries(workspace, settled=True).resolution.dropna()) == ["mended"]


def test_a_mended_row_survives_the_next_version_that_still_has_the_fault(workspace, folder, tmp_path):
    ingest(workspace, [write(folder, "flows-2020-03-20.csv", "01;2020-03-19;5;1", "2A;2020-03-19;many;2")], now=NOW)
    out = tmp_path / "mend.csv"
    export_quarantine(workspace, out, "test-flows")
    out.write_text(out.read_text().replace("many", "8").replace("'8'", "'many'"))
    mend(workspace, out, now=NOW, **SIGNED)
    lines = ["01;2020-03-19;5;1", "2A;2020-03-19;many;2"]
    later = folder / "flows-2020-04-02.csv"
    later.write_text(HEADER + "\n".join(lines) + "\n")
    ingest(workspace, [later], now=NOW + dt.timedelta(days=1))
    assert values(workspace)[("FR-2A", "03-19", "hospital_admissions")] == 8


def test_a_file_that_is_no_export_is_refused_with_the_reason(workspace, tmp_path):
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    with pytest.raises(DataError, match="belvedere_feed"):
        mend(workspace, tmp_path / "x.csv", **SIGNED)


def test_a_figure_is_followed_to_the_very_row(workspace, folder):
    ingest(workspace, [write(folder, "flows-2020-03-20.csv", "01;2020-03-19;5;1", "02;2020-03-19;6;2")], now=NOW)
    (origin,) = lineage.origins(workspace.snapshot(), "indicators", place="FR-02", indicator="icu_admissions")
    assert (origin.file.name, origin.source_row, origin.source_column) == ("flows-2020-03-20.csv", 3, "incid_rea")
    assert source_row(workspace, origin) == {"dep": "02", "jour": "2020-03-19", "incid_hosp": "6", "incid_rea": "2"}


def test_a_known_source_under_another_name_is_told_with_the_command_that_loads_it(workspace, folder):
    line = "01;2020-03-19;5;1"
    renamed, bare = write(folder, "renamed.csv", line), write(folder, "6f9f", line)
    (folder / "README").write_text("About these files.\n")
    (folder / "flows.csv.gz").write_bytes(b"\x1f\x8b and so on")
    report = ingest(workspace, [folder], now=NOW)
    assert report.unclaimed.keys() == {renamed, bare, folder / "flows.csv.gz"}
    assert report.unclaimed[renamed].endswith("belvedere ingest 'renamed.csv' --feed test-flows")
    assert report.unclaimed[bare].endswith("belvedere ingest '6f9f' --feed test-flows")
    assert "found a gzip file" in report.unclaimed[folder / "flows.csv.gz"]


def test_only_feeds_of_a_country_are_taken(workspace, folder):
    write(folder, "flows-2020-03-20.csv", "01;2020-03-19;4;1")
    assert not ingest(workspace, [folder], country="IT", now=NOW).feeds
    assert ingest(workspace, [folder], country="FR", now=NOW).feeds[0].rows == 2
    with pytest.raises(UnknownName, match="country with feeds 'XX'"):
        ingest(workspace, [folder], country="XX", now=NOW)


def test_the_name_at_the_end_of_redirects_says_when_the_file_was_published(workspace, folder):
    file = write(folder, "served", "01;2020-03-19;5;1")

    def serve(url, into, *, previous):
        return replace(fetched(file), name="flows-2020-03-20.csv")

    report = ingest(workspace, ["http://127.0.0.1:9/r/6f9f"], now=NOW, fetcher=serve)
    assert report.feeds[0].rows == 2 and not report.failed
    assert workspace.frame("indicators").known_at.dt.date.astype(str).max() == "2020-03-20"


def fetched(path):
    return Fetched(path, kept.sha256(path), path.stat().st_size, '"1"', None, NOW, "new")


def test_an_address_is_fetched_kept_and_its_etag_remembered(workspace, folder):
    file = write(folder, "served", "01;2020-03-19;5;1")
    seen = []

    def serve(url, into, *, previous):
        seen.append(previous)
        return fetched(file)

    assert ingest(workspace, feed="test-flows", now=NOW, fetcher=serve).feeds[0].rows == 2
    again = ingest(workspace, feed="test-flows", now=NOW, fetcher=serve)
    assert again.feeds[0].already == 1 and again.feeds[0].rows == 0
    assert seen[0] is None and seen[1].etag == '"1"' and seen[1].path.exists()
    assert set(workspace.frame("indicators").known_basis) == {"assumed"}


def test_an_address_that_fails_is_reported_and_the_files_load(workspace, folder):
    def refuse(url, into, *, previous):
        raise FetchError(f"{url}: 503 five times")

    file = write(folder, "flows-2020-03-20.csv", "01;2020-03-19;4;1")
    report = ingest(workspace, ["http://127.0.0.1:9/flows-x.csv", file], now=NOW, fetcher=refuse)
    assert list(report.failed.values()) == ["http://127.0.0.1:9/flows-x.csv: 503 five times"]
    assert report.feeds[0].rows == 2


def test_a_file_named_for_a_feed_is_taken_whatever_its_name(workspace, folder):
    file = write(folder, "flows-2020-03-20.csv", "01;2020-03-19;4;1")
    other = shutil.copy(file, folder / "renamed.csv")
    report = ingest(workspace, [other], feed="test-flows", now=NOW)
    assert report.feeds[0].rows == 2 and not report.unclaimed
    with pytest.raises(UnknownName, match="test-flows"):
        ingest(workspace, [other], feed="test-flow")
