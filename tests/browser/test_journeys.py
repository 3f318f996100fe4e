"""What a data manager does with the pages, in a real browser: from the late feed to a mended row."""

from __future__ import annotations

import csv
import io
import re
import shutil
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Page, expect

import belvedere
from belvedere.app.serve import make_app
from tests.app.conftest import demo  # noqa: F401  the same workspace as the other tests of the pages
from tests.app.demo_workspace import FLOWS, NOW, TESTS
from tests.app.mistyped import MEANT, TYPED, load_mistyped
from tests.browser.test_pages import AXE, ready

expect.set_options(timeout=60_000)  # a busy machine
REASON = "code confirmed by the agency on the phone"


@pytest.fixture
def address(demo, tmp_path: Path) -> Iterator[str]:  # noqa: F811
    """A copy of the demonstration in which a place that was silent reports under a mistyped code."""
    shutil.copytree(demo.path, tmp_path / "workspace")
    workspace = belvedere.open(tmp_path / "workspace")
    load_mistyped(workspace, tmp_path)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(make_app(workspace, now=lambda: NOW), log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()


def axe_is_clean(page: Page) -> None:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("() => axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']})")["violations"]
    assert [(v["id"], v["nodes"][0]["html"]) for v in found if v["impact"] in ("serious", "critical")] == []


def completeness(page: Page) -> int:
    ready(page, "/data?lang=en")
    row = page.get_by_role("row", name=re.compile("Hospital admissions and exits"))
    return int(re.search(r"(\d+)%", row.inner_text())[1])


def test_from_the_late_feed_to_what_it_means(page: Page):
    ready(page, "/feeds?lang=en")  # an address of before
    assert "/data?" in page.url
    page.get_by_role("row", name=re.compile("Tests and positive persons")).get_by_role("link").first.click()
    page.wait_for_selector("[data-ready=feed]")
    assert f"/data/{TESTS}" in page.url
    expect(page.get_by_role("heading", level=1)).to_contain_text("Tests and positive persons by département (synthetic)")
    expect(page.get_by_role("heading", name="Reporting delay, as measured")).to_be_visible()
    expect(page.get_by_role("heading", name="What one version changed")).to_be_visible()


def test_one_row_is_mended_and_the_day_is_more_complete(page: Page):
    before = completeness(page)
    ready(page, f"/data/quarantine?lang=en&feed={FLOWS}")
    row = page.locator(".entries tbody tr", has_text=f"'{TYPED}'").or_(page.locator(".entries tbody tr", has_text=TYPED)).first
    row.get_by_role("button").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("dep : Corrected").fill("nowhere")
    dialog.get_by_role("button", name="Check").click()
    expect(dialog.get_by_text("1 still fails")).to_be_visible()
    expect(dialog.get_by_role("button", name="Load", exact=True)).to_be_disabled()
    dialog.get_by_label("dep : Corrected").fill(MEANT)
    dialog.get_by_role("button", name="Check").click()
    expect(dialog.get_by_text("1 row would load.")).to_be_visible()
    dialog.get_by_label("Reason, kept with the correction").fill(REASON)
    axe_is_clean(page)
    dialog.get_by_role("button", name="Load", exact=True).click()
    expect(dialog.get_by_text("1 row loaded.")).to_be_visible()
    dialog.get_by_role("button", name="Close").click()
    expect(row).to_have_count(0)
    assert completeness(page) > before
    ready(page, f"/data?lang=en&origin=indicators;feed={FLOWS};place=FR-60;date=2026-11-21;indicator=hospital_admissions")
    drawer = page.get_by_role("dialog")
    expect(drawer.locator(".step-correction")).to_contain_text("signed local operator")
    assert drawer.locator(".step-correction").evaluate("e => getComputedStyle(e).borderStyle") == "dashed"
    expect(drawer.locator(".correction")).to_contain_text(REASON)
    axe_is_clean(page)


def test_a_sheet_is_downloaded_edited_looked_at_and_approved(page: Page, tmp_path: Path):
    ready(page, f"/data/quarantine?lang=en&feed={FLOWS}")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download for a spreadsheet").click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    for row in rows:
        row["dep"] = MEANT if row["dep"] == TYPED else row["dep"]
    mended = tmp_path / "mended.csv"
    with mended.open("w", newline="", encoding="cp1252") as stream:  # as a spreadsheet of another country saves it
        writer = csv.DictWriter(stream, rows[0], delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    page.locator("input[type=file]").set_input_files(mended)
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("1 row would load.")).to_be_visible()
    expect(dialog.locator("mark")).to_have_text([TYPED, MEANT])
    dialog.get_by_label("Reason, kept with the correction").fill(REASON)
    axe_is_clean(page)
    dialog.get_by_role("button", name="Approve and load").click()
    expect(dialog.get_by_text("1 row loaded.")).to_be_visible()


def test_entries_of_one_reason_are_mended_together(page: Page):
    ready(page, f"/data/quarantine?lang=en&feed={FLOWS}")
    page.get_by_role("listitem").filter(has_text="Unknown place").get_by_role("button", name="Mend together…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(f"{TYPED} : Corrected").fill(MEANT)
    dialog.get_by_role("button", name="Check").click()
    expect(dialog.get_by_text("1 row would load, 2 still fail.")).to_be_visible()


def test_the_past_is_read_and_not_mended(page: Page):
    ready(page, "/data/quarantine?lang=en&as_of=2026-11-22")
    expect(page.get_by_text("the past is read, not mended")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^(Correct|Settle|Mend)"))).to_have_count(0)
