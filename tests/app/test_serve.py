"""The application over HTTP: what it keeps out, how it fails, where the addresses of before lead."""

from __future__ import annotations

import sys

import pytest
from fastapi.testclient import TestClient

import belvedere
from belvedere.app.serve import HEADERS, make_app
from belvedere.app.site import built_pages
from belvedere.problems import Problem
from belvedere.store.commits import Commit
from belvedere.store.load import stored_versions
from tests.app.demo_workspace import BEDS, FLOWS, NOW, STOCKS

API = "/api/v1"


@pytest.fixture(scope="module")
def client(demo) -> TestClient:
    return TestClient(make_app(demo, now=lambda: NOW), follow_redirects=False)


@pytest.mark.parametrize("path", ["/", "/data", f"{API}/feeds", f"{API}/nowhere", "/nowhere", "/health"])
def test_every_answer_stays_at_home(client, path):
    headers = client.get(path).headers
    assert {h: headers.get(h) for h in HEADERS if h != "Cache-Control"} == {
        h: v for h, v in HEADERS.items() if h != "Cache-Control"
    }
    assert "Cache-Control" in headers


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("/feeds", "/data"),
        ("/feeds?lang=fr&as_of=2026-11-17", "/data?lang=fr&as_of=2026-11-17"),
        (f"/feeds/{FLOWS}", f"/data/{FLOWS}"),
        (f"/quarantine?feed={FLOWS}", f"/data/quarantine?feed={FLOWS}"),
        ("/quarantine.csv", "/data/quarantine"),
        ("/origin", "/data"),
        ("/origin?place=FR-59&date=2026-11-20&lang=en", "/data?lang=en&origin=indicators%3Bplace%3DFR-59%3Bdate%3D2026-11-20"),
        ("/api/status?as_of=2026-11-17", "/api/v1/feeds?as_of=2026-11-17"),
    ],
)
def test_an_address_of_before_leads_to_what_shows_it_now(client, before, now):
    answer = client.get(before)
    assert (answer.status_code, answer.headers["location"]) == (308, now)


def test_an_address_without_a_page_is_not_found(client):
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    if (built_pages() / "index.html").is_file():
        assert answer.headers["content-type"].startswith("text/html")
    assert client.get(f"{API}/nowhere").json()["detail"] == f"There is nothing at {API}/nowhere."


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/feeds/demo-fr-department-flow", 404, FLOWS),
        ("/feeds?as_of=yesterday", 400, "not a day"),
        ("/origin?filter=place:FR-59&filter=date:x", 400, "date"),
        ("/origin?filter=plase:FR-59", 404, "place"),
        ("/origin?table=indicatrs&filter=place:x", 404, "indicators"),
    ],
)
def test_errors_say_what_is_wrong(client, path, status, words):
    response = client.get(API + path)
    assert response.status_code == status and words in response.json()["detail"]


def feeds(client, query: str = "") -> dict:
    return client.get(f"{API}/feeds{query}").json()


def said(sentence: list[dict]) -> str:
    return "".join(part["text"] for part in sentence)


def test_the_overview_opens_with_the_sentence_and_names_the_late_feed(client):
    told = feeds(client)
    assert said(told["lede"]["en"]) == "1 of 8 feeds is late; 5 entries wait in quarantine."
    assert said(told["lede"]["fr"]).startswith("1 flux sur 8 est en retard")
    (banner,) = client.get(f"{API}/frame").json()["banner"]
    assert banner["text"]["en"] == "Tests and positive persons by département (synthetic): nothing has arrived for 4\u00a0days."
    missing = {feed["feed"]: feed["missing_text"]["en"] for feed in told["feeds"]}
    assert missing[FLOWS] == "Aisne, Oise not received"


def test_a_past_day_is_told_as_it_was_known(client):
    told = feeds(client, "?as_of=2026-11-17")
    assert said(told["lede"]["en"]) == "None of the 8 feeds is late; nothing waits in quarantine."
    assert any(feed["assumed_share"] for feed in told["feeds"])


def test_the_cells_of_every_version_add_up(client):
    for feed in feeds(client)["feeds"]:
        c = feed["last_version"]["counts"]
        assert c["cells"] == c["loaded"] + c["empty"] + c["set_aside"] + c["excluded"]


def test_a_feed_shows_gaps_by_type_and_findings_with_what_to_do(client):
    told = client.get(f"{API}/feeds/{STOCKS}").json()
    aisne = next(row for row in told["heat"]["rows"] if row["name"] == "Aisne")
    assert [(s["type"], s["first"], s["last"]) for s in aisne["stretches"]][-1] == ("not_reported", "2026-11-10", "2026-11-21")
    assert told["heat"]["complete"] == 3
    slip = next(rule for rule in told["findings"] if rule["title"]["en"] == "Factor of ten or a hundred")
    assert slip["action"]["fr"] and any(example["name"] == "Somme" for example in slip["examples"])


def test_the_indicator_of_the_gaps_can_be_chosen(client):
    one, other = (
        client.get(f"{API}/feeds/{FLOWS}?indicator={name}").json()["heat"] for name in ("hospital_admissions", "icu_admissions")
    )
    assert (one["indicator"], other["indicator"]) == ("hospital_admissions", "icu_admissions")
    kinds = [{s["type"] for row in heat["rows"] for s in row["stretches"]} for heat in (one, other)]
    assert "not_reported" in kinds[0] and "zero" in kinds[1]


def test_what_one_version_changed_and_by_how_much(client, demo):
    told = client.get(f"{API}/feeds/{FLOWS}").json()
    vintages = told["vintages"]
    history = demo.snapshot().history("indicators").filter(lambda t: t.feed == FLOWS).to_pandas()
    since = history[history["known_at"] > vintages["before"]["at"]]
    assert sum(c["added"] + c["changed"] + c["withdrawn"] for c in vintages["counts"]) == len(since)
    changed = [cell for cell in vintages["cells"] if cell["change"] == "changed"]
    assert changed and all(cell["by"] == cell["after"] - cell["before"] != 0 for cell in changed)
    assert [abs(cell["by"]) for cell in changed] == sorted((abs(cell["by"]) for cell in changed), reverse=True)


def test_the_delay_of_each_weekday_rests_on_measured_dates(client):
    delays = client.get(f"{API}/feeds/{FLOWS}").json()["delays"]
    assert delays and all(0 <= d["weekday"] <= 6 and 0 < d["median_days"] <= d["q90_days"] and d["n"] for d in delays)
    assert client.get(f"{API}/feeds/{BEDS}").json()["vintages"] is None


def test_the_origin_of_a_figure_leads_to_its_row(client, demo):
    where = f"filter=feed:{FLOWS}&filter=place:FR-59&filter=date:2026-11-20&filter=indicator:icu_admissions"
    (figure,) = client.get(f"{API}/origin?{where}").json()["figures"]
    row = demo.snapshot().table("indicators").filter(
        lambda t: (t.feed == FLOWS) & (t.place == "FR-59") & (t.indicator == "icu_admissions") & (t.date == "2026-11-20")
    ).to_pandas().iloc[0]  # fmt: skip
    (file,) = (node for node in figure["nodes"] if node["kind"] == "file")
    assert (file["detail"]["row"], file["detail"]["column"]) == (row.source_row, "incid_rea")
    assert figure["value"] == row.value and f"row {row.source_row}" in figure["citation"]["en"].replace(",", "")
    assert "as published" in figure["citation"]["en"] and "tel que publié" in figure["citation"]["fr"]


def test_a_corrected_figure_shows_what_was_said_before(client, demo):
    history = demo.snapshot().history("indicators").filter(lambda t: t.feed == FLOWS).to_pandas()
    keys = ["place", "date", "indicator"]
    told = history[history.indicator == "hospital_admissions"].sort_values("known_at").groupby(keys).agg(
        first=("value", "first"), last=("value", "last"), times=("value", "size"), since=("known_at", "max")
    ).reset_index()  # fmt: skip
    twice = told[(told.times == 2) & (told.since >= "2026-11-22")].iloc[0]
    where = (
        f"filter=place:{twice.place}&filter=date:{twice.date:%Y-%m-%d}&filter=indicator:hospital_admissions&filter=feed:{FLOWS}"
    )
    now, then = (client.get(f"{API}/origin?{where}{more}").json()["figures"][0] for more in ("", "&as_of=2026-11-21"))
    assert [said["value"] for said in now["history"]] == [twice["first"], twice["last"]]
    assert [said["value"] for said in then["history"]] == [twice["first"]]


def test_what_a_source_wrote_is_told_as_it_stands(demo_copy):
    version = stored_versions(demo_copy, FLOWS)[-1]
    problems = [
        Problem("not-a-number", "<script>alert(1)</script>", "x", row=7, column="=cmd()"),
        Problem("unreadable", "<html>502", "a table"),
    ]
    with Commit.begin(demo_copy, "mend") as commit:
        commit.set_aside(FLOWS, version.file_id, problems)
    client = TestClient(make_app(demo_copy, now=lambda: NOW))
    answer = client.get(f"{API}/quarantine")
    assert answer.headers["content-type"] == "application/json"
    assert {"<script>alert(1)</script>", "<html>502"} <= {entry["found"] for entry in answer.json()["entries"]}
    assert [e["mendable"] for e in answer.json()["entries"] if e["row"] is None] == [False]


def test_an_empty_workspace_has_an_answer_too(tmp_path):
    client = TestClient(make_app(belvedere.create(tmp_path / "w"), now=lambda: NOW))
    told = feeds(client)
    assert said(told["lede"]["en"]) == "No feed has been loaded yet." and told["feeds"] == []


def test_findings_that_are_not_there_yet_are_said_to_be_checked(demo_copy, monkeypatch):
    started = []
    monkeypatch.setattr(
        "belvedere.app.findings._command", lambda *a: started.append(a) or [sys.executable, "-c", "raise SystemExit(3)"]
    )
    client = TestClient(make_app(demo_copy, now=lambda: NOW.replace(day=23)))
    first = feeds(client)["findings"]
    assert first in ("working", "failed") and len(started) == 1
    assert feeds(client)["findings"] in ("working", "failed")
    assert len(started) == 1, "a check that fails is not begun again and again"


def test_health_is_plain(client):
    assert client.get("/health").json() == {"status": "ok", "version": belvedere.__version__, "sequence": 8}
