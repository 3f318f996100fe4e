"""The pages over HTTP: what they say, what they keep out, and how they fail."""

from __future__ import annotations

import csv
import io
import re
import sys
from html.parser import HTMLParser

import pytest
from fastapi.testclient import TestClient

import belvedere
from belvedere.app.serve import HEADERS, make_app
from belvedere.problems import Problem
from belvedere.store.commits import Commit
from belvedere.store.load import stored_versions
from tests.app.demo_workspace import CENSUS, FLOWS, NOW, STOCKS, TESTS

PAGES = [
    "/feeds",
    f"/feeds/{FLOWS}",
    f"/feeds/{CENSUS}",
    "/quarantine",
    "/origin",
    "/origin?place=FR-59&date=2026-11-20&indicator=icu_census",
]


@pytest.fixture(scope="module")
def client(demo) -> TestClient:
    return TestClient(make_app(demo, now=lambda: NOW))


def plain(html: str) -> str:
    """The text of a page, white space made single."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).replace("&#39;", "'")


class Reader(HTMLParser):
    """Collects tags with their attributes, and checks that they close in order."""

    VOID = frozenset({"meta", "link", "input", "br", "path", "circle", "rect", "line"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict]] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> at {self.getpos()}")


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    return reader


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_sound_and_stays_at_home(client, path, lang):
    response = client.get(path, params={"lang": lang}) if "?" not in path else client.get(f"{path}&lang={lang}")
    assert response.status_code == 200
    assert {h: response.headers.get(h) for h in HEADERS} == HEADERS
    page = read(response.text)
    assert page.faults == [] and page.open == []
    assert ("html", {"lang": lang}) in page.tags
    addresses = [a[k] for _, a in page.tags for k in ("src", "href", "action") if a.get(k)]
    assert [a for a in addresses if "//" in a] == []
    assert [a for t, a in page.tags if "style" in a or any(k.startswith("on") for k in a)] == [], "refused by the policy"
    ids = [a["id"] for _, a in page.tags if "id" in a]
    assert len(ids) == len(set(ids))
    labelled = {a["for"] for t, a in page.tags if t == "label"}
    fields = [a["id"] for t, a in page.tags if t in ("input", "select") and a.get("type") != "hidden"]
    assert set(fields) <= labelled
    assert sum(t == "h1" for t, _ in page.tags) == 1 and sum(t == "main" for t, _ in page.tags) == 1
    assert "None" not in plain(response.text)


def test_the_overview_opens_with_the_sentence_and_names_the_late_feed(client):
    text = plain(client.get("/feeds?lang=en").text)
    assert "1 of 8 feeds is late; 5 entries wait in quarantine." in text
    assert "Tests and positive persons by département (synthetic): nothing has arrived for 4 days." in text
    assert "Demonstration: synthetic data." in text
    assert "3" in text and "Aisne, Oise not received" in text
    assert "1 flux sur 8 est en retard" in plain(client.get("/feeds", headers={"Accept-Language": "fr"}).text)


def test_a_past_day_turns_the_bar_and_says_its_basis(client):
    page = client.get("/feeds?lang=en&as_of=2026-11-17")
    assert 'class="as-of past"' in page.text
    text = plain(page.text)
    assert "You are seeing what was known on 17 Nov 2026." in text and "of the figures on assumed dates" in text
    assert "None of the 8 feeds is late; nothing waits in quarantine." in text
    assert 'class="as-of past"' not in client.get("/feeds").text


def test_links_keep_language_and_day(client):
    page = read(client.get("/feeds?lang=fr&as_of=2026-11-17").text)
    feeds = [a["href"] for t, a in page.tags if t == "a" and a.get("href", "").startswith("/feeds/")]
    assert feeds and all("lang=fr" in f and "as_of=2026-11-17" in f for f in feeds)


def test_a_feed_shows_gaps_by_type_findings_with_what_to_do_and_versions_that_add_up(client):
    text = plain(client.get(f"/feeds/{STOCKS}?lang=en").text)
    assert "Aisne not received 10 Nov–21 Nov 2026 12" in text
    assert "3 places reported every day" in text
    assert "Factor of ten or a hundred" in text and "What to do" in text and "Somme" in text
    api = {f["feed"]: f for f in client.get("/api/status").json()["feeds"]}
    for feed in api.values():
        c = feed["last_version"]["counts"]
        assert c["cells"] == c["loaded"] + c["empty"] + c["set_aside"] + c["excluded"]


def test_the_indicator_of_the_strip_can_be_chosen(client):
    one, other = (
        client.get(f"/feeds/{FLOWS}?lang=en&indicator={name}").text for name in ("hospital_admissions", "icu_admissions")
    )
    assert re.search(r'aria-current="true">hospital admissions', one)
    assert re.search(r'aria-current="true">icu admissions', other)
    assert 'class="cell-not_reported"' in one and 'class="cell-zero"' in other


def test_the_origin_of_a_figure_leads_to_its_row(client, demo):
    text = plain(client.get(f"/origin?feed={FLOWS}&place=FR-59&date=2026-11-20&indicator=icu_admissions&lang=en").text)
    row = demo.snapshot().table("indicators").filter(
        lambda t: (t.feed == FLOWS) & (t.place == "FR-59") & (t.indicator == "icu_admissions") & (t.date == "2026-11-20")
    ).to_pandas().iloc[0]  # fmt: skip
    assert f"row {row.source_row:,}, column incid_rea" in text
    assert "known since Sat 21 Nov 2026, 06:00, as published" in text
    assert f" {row.value:g} " in text


def test_a_corrected_figure_shows_what_was_said_before(client, demo):
    history = demo.snapshot().history("indicators").filter(lambda t: t.feed == FLOWS).to_pandas()
    keys = ["place", "date", "indicator"]
    told = history[history.indicator == "hospital_admissions"].sort_values("known_at").groupby(keys).agg(
        first=("value", "first"), last=("value", "last"), times=("value", "size"), since=("known_at", "max")
    ).reset_index()  # fmt: skip
    twice = told[(told.times == 2) & (told.since >= "2026-11-22")].iloc[0]
    first, last = twice[["first", "last"]]
    asked = f"place={twice.place}&date={twice.date:%Y-%m-%d}&indicator=hospital_admissions&feed={FLOWS}"
    now, then = (plain(client.get(f"/origin?{asked}{more}&lang=en").text) for more in ("", "&as_of=2026-11-21"))
    assert "What was said before" in now and f" {last:g} " in now and f" {first:g} " in now
    assert "What was said before" not in then


def test_a_whole_series_is_no_figure(client):
    assert "No figure matches." in plain(client.get("/origin?place=FR-59&lang=en").text)


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/nowhere", 404, "There is no such page."), ("/feeds/demo-fr-department-flow", 404, FLOWS),
        ("/feeds?as_of=yesterday", 400, "not a day"),
        ("/origin?place=FR-59&date=x", 400, "date"), ("/origin?plase=FR-59", 404, "place"),
        ("/origin?table=indicatrs&place=x", 404, "indicators"),
    ],
)  # fmt: skip
def test_errors_are_pages_that_say_what_is_wrong(client, path, status, words):
    response = client.get(path, headers={"Accept-Language": "en"})
    assert response.status_code == status
    assert words in plain(response.text) and "What is stored is unchanged." in plain(response.text)
    assert response.headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]


def test_what_a_source_wrote_is_never_markup_nor_a_formula(demo_copy):
    version = stored_versions(demo_copy, FLOWS)[-1]
    with Commit.begin(demo_copy, "mend") as commit:
        commit.set_aside(
            FLOWS,
            version.file_id,
            [
                Problem("not-a-number", "<script>alert(1)</script>", "x", row=7, column="=cmd()"),
                Problem("unreadable", "<html>502", "a table"),
            ],
        )
    client = TestClient(make_app(demo_copy, now=lambda: NOW))
    assert "<script>alert" not in client.get("/quarantine").text
    assert "&lt;script&gt;alert" in client.get("/quarantine").text
    assert "whole file" in plain(client.get("/quarantine?lang=en").text)
    rows = list(csv.DictReader(io.StringIO(client.get("/quarantine.csv").text)))
    assert [r["column"] for r in rows if r["row"] == "7"] == ["'=cmd()"]


def test_the_quarantine_page_filters_and_its_csv_has_every_entry(client):
    page = plain(client.get(f"/quarantine?feed={TESTS}&lang=en").text)
    assert "Nothing waits in quarantine." in page
    body = client.get(f"/quarantine.csv?feed={FLOWS}").text
    assert len(list(csv.DictReader(io.StringIO(body)))) == 5
    assert client.get("/quarantine.csv").headers["Content-Disposition"].endswith('.csv"')


def test_an_empty_workspace_says_what_to_do_next(tmp_path):
    client = TestClient(make_app(belvedere.create(tmp_path / "w"), now=lambda: NOW))
    text = plain(client.get("/feeds?lang=en").text)
    assert "No feed has been loaded yet." in text and "belvedere ingest FILES" in text
    assert "Demonstration" not in text


def test_findings_that_are_not_there_yet_are_said_to_be_checked(demo_copy, monkeypatch):
    started = []
    monkeypatch.setattr(
        "belvedere.app.findings._command", lambda *a: started.append(a) or [sys.executable, "-c", "raise SystemExit(3)"]
    )
    keeper_app = make_app(demo_copy, now=lambda: NOW.replace(day=23))
    client = TestClient(keeper_app)
    assert "The rules are being checked" in plain(client.get("/feeds?lang=en").text) or started
    for _ in range(3):
        text = plain(client.get("/feeds?lang=en").text)
    assert len(started) == 1, "a check that fails is not begun again and again"
    assert "The rules could not be checked" in text


def test_health_and_status_are_plain(client):
    assert client.get("/health").json() == {"status": "ok", "version": belvedere.__version__, "sequence": 8}
    told = client.get("/api/status?lang=fr&as_of=2026-11-17").json()
    assert told["as_of"] == "2026-11-17" and len(told["feeds"]) == 8 and "flux" in told["lede"]
    assert client.get("/api/status?as_of=x").json()["error"].startswith("as_of 'x'")
