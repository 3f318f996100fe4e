"""A mapping text that contradicts itself or the ontology is refused, with file, line, key, what was found and expected."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from belvedere.errors import MappingError
from belvedere.sources.mapping import find_mapping, find_mappings, load_mapping, mappings_in, read_mapping, shipped_mappings
from belvedere.sources.mapping_errors import line_of
from belvedere.sources.mapping_rules import text_read_two_ways

GOOD = """\
feed = "xx-test"
title = "Patients"
producer = "Nobody"
licence = "CC0"
table = "indicators"
files = ["patients-*.csv"]
covers = "whole_history"
values = [
    { column = "hosp", indicator = "hospital_census" },
    { column = "incid", indicator = "hospital_admissions", optional = true },
]

[format]
kind = "csv"
separator = ";"

[clock]
rhythm = "daily"
lag = "1 day 18:00"
timezone = "Europe/Paris"

[columns]
place = { column = "dep", scheme = "insee-dep" }
date = { column = "jour", formats = ["%Y-%m-%d"] }
condition = "covid19"
"""


@pytest.fixture
def load(tmp_path):
    def _load(*changes: tuple[str, str], text: str = GOOD):
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / "xx-test.toml"
        path.write_text(text, encoding="utf-8")
        return load_mapping(path)

    return _load


def test_a_good_mapping_says_what_it_reads(load):
    mapping = load()
    assert mapping.source_columns == {"dep": True, "jour": True, "hosp": True, "incid": False}
    assert mapping.layout.separator == ";"
    assert set(mapping.layout.columns) == set(mapping.source_columns)
    assert mapping.clock.days_and_hour == (1, dt.time(18))
    assert mapping.values[0].constants == {"indicator": "hospital_census"}


BROKEN = {
    "unknown key": ('title = "Patients"', 'titel = "Patients"', 2, ["unknown key", "title"]),
    "unknown key in a section": ("rhythm =", "rythm =", 18, ["unknown key", "rhythm"]),
    "unknown option of a column": ("scheme =", "schema =", 23, ["columns.place.schema", "scheme"]),
    "unknown format key": ("separator =", "seperator =", 13, ["seperator", "separator"]),
    "unknown table": ('table = "indicators"', 'table = "indicator"', 5, ["indicator", "indicators"]),
    "unknown column": ("condition =", "kondition =", 25, ["kondition", "condition"]),
    "unknown indicator": ("hospital_census", "hospital_cencus", 9, ["hospital_cencus", "hospital_census"]),
    "unknown scheme": ("insee-dep", "insee-depp", 23, ["insee-depp", "insee-dep"]),
    "unknown code": ('condition = "covid19"', 'condition = "covid"', 25, ["covid", "covid19"]),
    "unknown rhythm": ('"daily"', '"dayly"', 18, ["dayly", "daily"]),
    "unknown zone": ("Europe/Paris", "Europe/Pari", 20, ["Europe/Pari", "time zone"]),
    "bad lag": ("1 day 18:00", "tomorrow", 17, ["tomorrow", "1 day 18:00"]),
    "bad covers": ("whole_history", "everything", 7, ["everything", "whole_history"]),
    "missing key column": ("date = {", "# date = {", 22, ["key column 'date'"]),
    "two formats for one text": ('["%Y-%m-%d"]', '["%d/%m/%Y", "%m/%d/%Y"]', 24, ["%d/%m/%Y", "%m/%d/%Y", "different days"]),
    "two-digit years": ("%Y-%m-%d", "%d/%m/%y", 24, ["two digits"]),
    "month names": ("%Y-%m-%d", "%d %b %Y", 24, ["%b"]),
    "no day": ("%Y-%m-%d", "%Y-%m", 24, ["day"]),
    "no formats": (', formats = ["%Y-%m-%d"]', "", 24, ["formats"]),
    "no scheme": (', scheme = "insee-dep"', "", 23, ["scheme"]),
    "stock told as flow": ('"hospital_census"', '"hospital_census", kind = "flow"', 9, ["stock", "flow"]),
    "flow column as stock": ("hospital_admissions", "icu_census", 10, ["incid", "icu_census"]),
    "wrong unit": ('"hospital_census"', '"hospital_census", unit = "beds"', 9, ["persons", "beds"]),
    "option nobody knows": ('"hospital_census"', '"hospital_census", optoinal = true', 9, ["optoinal", "optional"]),
    "seven-day stock": ('"hospital_census"', '"hospital_census", period = "7d"', 9, ["stock", "7-day"]),
    "same key twice": ("hospital_admissions", "hospital_census", 10, ["same key"]),
    "given twice": ('"hospital_census"', '"hospital_census", condition = "all"', 9, ["given twice"]),
    "feed named": ("condition =", 'feed = "x"\ncondition =', 25, ["filled in by itself"]),
    "read and ignored": ("covers =", 'ignored = ["dep"]\ncovers =', 7, ["both read and ignored"]),
    "no files": ('["patients-*.csv"]', "[]", 6, ["at least one file"]),
    "not a place": ('{ column = "dep", scheme = "insee-dep" }', '"Paris"', 23, ["Paris"]),
    "constant and column": ('{ column = "dep",', '{ constant = "FR", column = "dep",', 23, ["not both"]),
    "no group": ('{ column = "dep",', '{ column = "dep", extract = "[A-Z]+",', 23, ["group"]),
    "marks that clash": ('separator = ";"', 'separator = ";"\nthousands = "."', 13, ["thousands"]),
    "an hour without zone": ('timezone = "Europe/Paris"\n', "", 17, ["timezone"]),
    "where both ways": ("[columns]", '[where]\ndep = { only = ["1"], all_but = ["2"] }\n[columns]', 23, ["all_but"]),
    "not a feed name": ('feed = "xx-test"', 'feed = "XX test"', 1, ["XX test"]),
    "wrong type": ("optional = true", 'optional = "yes"', 10, ["optional", "yes"]),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "words"), BROKEN.values(), ids=BROKEN.keys())
def test_what_is_wrong_is_named_with_its_line(load, old, new, line, words):
    with pytest.raises(MappingError) as caught:
        load((old, new))
    message = str(caught.value)
    assert "xx-test.toml" in message
    assert f"line {line}" in message, message
    for word in words:
        assert word in message, message


def test_every_fault_is_told_at_once(load):
    with pytest.raises(MappingError) as caught:
        load(("insee-dep", "insee-depp"), ("%Y-%m-%d", "%d/%m/%y"))
    assert len(str(caught.value).splitlines()) == 2


def test_not_toml_and_not_text(tmp_path):
    path = tmp_path / "broken.toml"
    path.write_text("feed = ")
    with pytest.raises(MappingError, match="is not TOML"):
        load_mapping(path)
    path.write_bytes(b"feed = '\xff'")
    with pytest.raises(MappingError, match="UTF-8"):
        load_mapping(path)
    with pytest.raises(MappingError, match="cannot be read"):
        load_mapping(tmp_path / "absent.toml")


def test_the_year_first_and_the_day_first_live_together(load):
    mapping = load(('["%Y-%m-%d"]', '["%Y-%m-%d", "%d/%m/%Y"]'))
    assert mapping.columns["date"].formats == ["%Y-%m-%d", "%d/%m/%Y"]


@pytest.mark.parametrize(
    ("one", "other", "clash"),
    [
        ("%d/%m/%Y", "%m/%d/%Y", True),
        ("%Y%m%d", "%Y%d%m", True),
        ("%Y-%m-%d", "%d/%m/%Y", False),
        ("%Y-%m-%d", "%Y-%m-%d", False),
    ],
)
def test_formats_clash_when_one_text_means_two_days(one, other, clash):
    assert (text_read_two_ways(one, other) is not None) is clash
    assert (text_read_two_ways(other, one) is not None) is clash


@pytest.mark.parametrize(
    ("lag", "by_clock", "length"),
    [
        ("same day 19:00", (0, dt.time(19)), None),
        ("1 day 18:00", (1, dt.time(18)), None),
        ("3 days 06:30", (3, dt.time(6, 30)), None),
        ("36 hours", None, dt.timedelta(hours=36)),
        ("1 day", None, dt.timedelta(days=1)),
    ],
)
def test_a_lag_is_a_time_of_day_or_a_length(load, lag, by_clock, length):
    clock = load(("1 day 18:00", lag)).clock
    assert (clock.days_and_hour, clock.length) == (by_clock, length)


@pytest.mark.parametrize("lag", ["1 day 25:00", "-1 day", "1.5 days", "1 day 18", "soon"])
def test_other_lags_are_refused(load, lag):
    with pytest.raises(MappingError, match="lag"):
        load(("1 day 18:00", lag))


def published(load, pattern: str, at: str = ""):
    where = f'published = {{ from_file_name = "{pattern}"{at} }}'
    return load(('lag = "1 day 18:00"', f'lag = "1 day 18:00"\n{where}'))


def test_the_moment_in_a_file_name_is_local_to_the_source(load):
    mapping = published(load, "%Y-%m-%d-%Hh%M")
    assert mapping.published_at("incid-2023-03-31-18h01.csv") == dt.datetime(2023, 3, 31, 16, 1, tzinfo=dt.UTC)
    assert mapping.published_at("incid-2023-01-31-18h01.csv") == dt.datetime(2023, 1, 31, 17, 1, tzinfo=dt.UTC)
    assert mapping.published_at("incid-2023-02-31-18h01.csv") is None
    assert mapping.published_at("incid.csv") is None
    assert load().published_at("incid-2023-03-31-18h01.csv") is None


def test_a_bare_date_in_a_file_name_gets_its_hour(load):
    mapping = published(load, "%Y%m%d", ', at = "18:30"')
    assert mapping.published_at("regioni-20200224.csv") == dt.datetime(2020, 2, 24, 17, 30, tzinfo=dt.UTC)
    assert mapping.published_at("regioni-120200224.csv") is None


def test_files_find_their_mapping(load):
    mapping = load()
    assert find_mapping("folder/PATIENTS-2020.csv", [mapping]) is mapping
    with pytest.raises(MappingError, match=r"no mapping claims.*xx-test: patients-\*\.csv"):
        find_mapping("other.csv", [mapping])
    with pytest.raises(MappingError, match="claimed by xx-test, xx-test"):
        find_mapping("patients-1.csv", [mapping, mapping])
    assert find_mappings("patients-1.csv", [mapping, mapping]) == [mapping, mapping]


def test_a_workspace_mapping_wins_over_the_shipped_one(tmp_path):
    text = (Path(shipped_mappings()["fr-spf-hospital-flows"].path)).read_text(encoding="utf-8")
    (tmp_path / "own.toml").write_text(
        re.sub(r'url = "[^"]+"', 'url = "https://ours.example/flows.csv"', text), encoding="utf-8"
    )
    mine = shipped_mappings(tmp_path)
    assert mine["fr-spf-hospital-flows"].url == "https://ours.example/flows.csv"
    assert shipped_mappings()["fr-spf-hospital-flows"].url.startswith("https://www.data.gouv.fr/")
    assert mine.keys() == shipped_mappings().keys() == shipped_mappings(tmp_path / "absent").keys()


def test_one_feed_is_mapped_once_in_a_folder(tmp_path):
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text(GOOD, encoding="utf-8")
    with pytest.raises(MappingError, match=r"b\.toml.*already mapped by.*a\.toml"):
        mappings_in(tmp_path)


def test_values_may_stand_as_sections(load):
    start, end = GOOD.index("values = ["), GOOD.index("[format]")
    text = GOOD[:start] + GOOD[end:] + '\n[[values]]\ncolumn = "hosp"\nindicator = "hospital_census"\n'
    assert load(text=text).values[0].column == "hosp"
    with pytest.raises(MappingError, match=r"line 24, values\.1\.indicator"):
        load(("hospital_census", "hospital_cencus"), text=text)


def test_a_mapping_cannot_be_changed(load):
    with pytest.raises(ValueError, match="frozen"):
        load().feed = "other"


def test_lines_are_found():
    assert line_of(GOOD, ("columns", "place", "scheme")) == 23
    assert line_of(GOOD, ("values", 1, "indicator")) == 10
    assert line_of(GOOD, ("nothing",)) is None
    assert line_of(GOOD, ()) is None


def test_no_header_row_and_no_quotes_have_words(tmp_path):
    text = GOOD.replace(
        'separator = ";"', 'separator = ";"\nheader_row = 0\nheader = ["dep", "jour", "hosp", "incid"]\nquote = ""'
    )
    layout = read_mapping(text, tmp_path / "x.toml").format
    assert layout.header_row is None
    assert layout.quote is None
    assert layout.header == ("dep", "jour", "hosp", "incid")


def test_a_window_needs_dates(tmp_path):
    (tmp_path / "m.toml").write_text(GOOD.replace('table = "indicators"', 'table = "stays"').replace("whole_history", "window"))
    with pytest.raises(MappingError, match="a window lies between dates"):
        load_mapping(tmp_path / "m.toml")
