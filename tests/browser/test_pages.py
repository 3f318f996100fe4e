"""The pages of `web/` in a real browser: one selection everywhere, the address keeps it, every figure leads to its source."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Page, expect

from belvedere.app.serve import make_app
from belvedere.app.site import built_pages
from tests.app.api.conftest import looking  # noqa: F401  the small country with outlooks
from tests.app.demo_workspace import FLOWS, NOW

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
PAGES = (
    "/", "/?twin=1", "/region/{place}", "/region/{place}?twin=1", "/compare", "/watch",
    "/data", f"/data/{FLOWS}", "/data/quarantine",
)  # fmt: skip
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def address(looking) -> Iterator[str]:  # noqa: F811
    """Where the small country is served, its clock at `NOW`."""
    if not (built_pages() / "index.html").is_file():
        pytest.fail("The pages are not built. Run: sh scripts/build_web.sh")
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(make_app(looking, now=lambda: NOW), log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()


def ready(page: Page, address: str) -> Page:
    page.goto(address)
    page.wait_for_selector("[data-ready]")
    page.wait_for_load_state("load")
    return page


def first_place(page: Page) -> str:
    return ready(page, "/?lang=en").locator(".watch tbody tr").first.get_attribute("data-place") or ""


def test_the_morning_page_says_where_it_will_hurt(page: Page):
    ready(page, "/?lang=en")
    assert len(page.locator("h1").inner_text()) > 20
    expect(page.locator(".headline")).to_have_count(5)
    expect(page.locator(".watch tbody tr").first).to_be_visible()
    expect(page.locator(".map .place.known").first).to_be_visible()
    assert page.locator(".map .inset").count() == 6  # inner Paris and five overseas départements, never dropped


def test_one_selection_for_list_map_and_address(page: Page):
    place = first_place(page)
    page.locator(f".watch tr[data-place={place}] .reason").click()
    expect(page.locator(f".watch tr[data-place={place}]")).to_have_class("selected")
    expect(page.locator(".map .chosen").first).to_be_visible()
    assert f"place={place}" in page.url
    page.locator(".map svg[role=img]").focus()
    page.keyboard.press("ArrowDown")
    page.wait_for_url(lambda url: "place=" in url and f"place={place}" not in url)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/region/FR-"))


def test_the_map_has_a_table_twin_one_key_away(page: Page):
    ready(page, "/?lang=fr")
    page.keyboard.press("t")
    rows = page.locator(".map-panel tbody tr")
    expect(rows.first).to_be_visible()
    shown = [re.sub(r"\D", "", row.locator("td").first.inner_text()) for row in rows.all()]
    chances = [int(text) for text in shown if text]
    assert chances == sorted(chances, reverse=True)


def test_language_changes_words_and_numbers_without_a_request(page: Page):
    ready(page, "/?lang=fr")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/api/v1/situation" in request.url else None)
    page.get_by_role("button", name="EN, English").click()
    expect(page.get_by_role("heading", name="Watch list")).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "en"
    assert asked == []


def test_a_past_day_turns_the_bar_and_back(page: Page):
    ready(page, "/?lang=en")
    page.get_by_role("slider").focus()
    page.keyboard.press("PageDown")
    expect(page.get_by_text("You are seeing what was known on")).to_be_visible()
    assert "as_of=2026-11-15" in page.url
    page.get_by_role("button", name="Back to now").click()
    expect(page.get_by_text("You are seeing what was known on")).to_have_count(0)


def test_a_place_shows_what_is_known_what_is_coming_and_the_ceiling(page: Page):
    place = first_place(page)
    ready(page, f"/region/{place}?lang=en")
    chart = page.locator(".main-panel .fan svg")
    for part in (".observed", ".median", ".band-90", ".ceiling.binding", ".now"):
        assert chart.locator(part).count() == 1, part
    chart.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".readout")).to_contain_text("projected")
    page.get_by_role("button", name="28 d").click()
    assert "within=28" in page.url
    assert page.locator("[data-ready=region]").count() == 1


def test_every_figure_leads_to_its_file_and_row(page: Page):
    place = first_place(page)
    ready(page, f"/region/{place}?lang=en")
    page.locator(".main-panel .origin").click()
    drawer = page.get_by_role("dialog")
    expect(drawer.locator(".step-file").first).to_contain_text(re.compile(r"row [\d,]+"))
    expect(drawer.locator(".step-figure strong")).not_to_be_empty()
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)
    assert "origin=" not in page.url


@pytest.mark.parametrize("address_of", ["/", "/region/FR-59", "/watch", f"/data/{FLOWS}"])
def test_the_origin_of_a_figure_of_every_page_ends_at_a_file(page: Page, address_of: str):
    """Of a count and of a forecast alike: run, tables, feeds, files."""
    ready(page, f"{address_of}?lang=en")
    page.locator(".origin").first.click()
    drawer = page.get_by_role("dialog")
    expect(drawer.locator(".step-figure")).to_be_visible(timeout=60_000)
    assert drawer.locator(".step-file").count() > 0
    expect(drawer.locator(".citation")).to_contain_text("read in Belvedere as known on")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("() => axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']})")["violations"]
    assert [(v["id"], v["nodes"][0]["html"]) for v in found if v["impact"] in ("serious", "critical")] == []


def test_search_finds_a_place_by_its_first_letters(page: Page):
    ready(page, "/?lang=en")
    page.keyboard.press("/")
    page.keyboard.type("Ais")
    expect(page.get_by_role("option").first).to_contain_text("Aisne")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/region/FR-02"))


def test_places_are_compared_and_the_choice_is_in_the_address(page: Page):
    ready(page, "/compare?lang=en")
    lines = page.locator(".compare-chart .line")
    expect(lines).to_have_count(3)
    page.get_by_role("button", name=re.compile("^Remove ")).first.click()
    expect(lines).to_have_count(2)
    assert len(re.search(r"places=([^&]+)", page.url)[1].replace("%2C", ",").split(",")) == 2
    page.get_by_role("button", name="Per 100,000").click()
    assert "per=100k" in page.url


@pytest.mark.parametrize("address_of", PAGES)
def test_no_serious_finding_of_axe_and_no_sideways_scroll(page: Page, address_of: str):
    address_of = address_of.replace("{place}", "FR-02")
    for theme, lang, size in (("light", "fr", None), ("dark", "en", None), ("dark", "fr", PHONE), ("light", "en", PHONE)):
        if size:
            page.set_viewport_size(size)
        ready(page, f"{address_of}{'&' if '?' in address_of else '?'}lang={lang}&theme={theme}")
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("() => axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']})")["violations"]
        assert [(v["id"], v["nodes"][0]["html"]) for v in found if v["impact"] in ("serious", "critical")] == [], (theme, lang)
        assert page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
