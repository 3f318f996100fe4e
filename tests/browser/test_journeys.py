"""What a data manager does with the pages, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.app.demo_workspace import FLOWS, STOCKS

PAGES = [
    "/feeds",
    f"/feeds/{STOCKS}",
    "/quarantine",
    "/origin?place=FR-59&date=2026-11-20&indicator=icu_census",
    "/feeds?as_of=2026-11-17",
]


def test_from_the_late_feed_to_what_it_means(page: Page):
    page.goto("/feeds")
    expect(page.get_by_role("status")).to_contain_text(
        "Tests and positive persons by département (synthetic): nothing has arrived"
    )
    page.get_by_role("link", name="Open the feed").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tests and positive persons by département (synthetic)")
    expect(page.get_by_text("Very late.")).to_be_visible()


def test_from_quarantine_count_to_the_rows_and_their_csv(page: Page):
    page.goto("/feeds")
    page.get_by_role("row", name=re.compile("Hospital admissions")).get_by_role("link", name="5", exact=True).click()
    expect(page.get_by_role("row")).to_have_count(6)
    expect(page.get_by_role("cell", name="n.c.")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download CSV").click()
    assert len(download.value.path().read_text(encoding="utf-8").splitlines()) == 6


def test_a_figure_is_followed_to_its_source_row(page: Page):
    page.goto("/feeds")
    page.get_by_role("textbox", name="Place", exact=True).fill("FR-59")
    page.get_by_label("Day", exact=True).fill("2026-11-20")
    page.get_by_label("Indicator", exact=True).fill("icu_census")
    page.get_by_role("button", name="Look up").click()
    figure = page.locator(".box.figure .big").first
    expect(figure).to_be_visible()
    assert figure.inner_text() == page.locator("td.source").first.inner_text()


def test_a_past_day_and_back(page: Page):
    page.goto(f"/feeds/{FLOWS}")
    page.locator("#as_of").fill("2026-11-17")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("You are seeing what was known on 17")).to_be_visible()
    assert page.locator(".as-of.past").evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(21, 32, 43)"
    page.get_by_role("link", name="Back to now").click()
    expect(page.locator(".as-of.past")).to_have_count(0)
    assert f"/feeds/{FLOWS}" in page.url


def test_language_and_theme_stay(page: Page):
    page.goto("/feeds")
    page.get_by_role("link", name="Français").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Santé des données")
    page.get_by_role("button", name="Sombre ou clair").click()
    page.get_by_role("link", name="Quarantaine").click()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(236, 233, 225)"


def test_the_keyboard_reaches_everything_and_shows_where_it_is(page: Page):
    page.goto("/feeds")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to content")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    names = []
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
        names.append(page.evaluate("document.activeElement.textContent.trim().slice(0, 18)"))
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", page.evaluate("document.activeElement.outerHTML.slice(0, 120)")
    assert any("Hospital admission" in name for name in names) and "Look up" in names


@pytest.mark.parametrize("width", [390, 820, 1440])
@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_cut_off_or_scrolls_sideways(page: Page, path, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    small = """[...document.querySelectorAll('main *, .as-of *')].filter(e => e.childNodes.length && [...e.childNodes].some(
        n => n.nodeType === 3 && n.data.trim())).filter(e => parseFloat(getComputedStyle(e).fontSize) < 11).length"""
    assert page.evaluate(small) == 0
    least = 44 if width < 900 else 24
    targets = """least => [...document.querySelectorAll('button, .button, input:not([type=hidden]), select')].filter(
        e => e.offsetParent && e.getBoundingClientRect().height < least - .5).map(e => e.outerHTML.slice(0, 80))"""
    assert page.evaluate(targets, least) == []


def test_pages_work_without_scripts(browser, address):
    context = browser.new_context(base_url=address, java_script_enabled=False, locale="fr-FR")
    page = context.new_page()
    page.goto("/feeds", timeout=60_000)
    expect(page.get_by_text("1 flux sur 8 est en retard")).to_be_visible()
    expect(page.locator("button.theme")).to_be_hidden()
    context.close()


def test_printing_is_light_and_leaves_the_controls_out(page: Page):
    page.emulate_media(media="print", color_scheme="dark")
    page.goto("/feeds")
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(21, 32, 43)"
    expect(page.locator(".rail")).to_be_hidden()
    expect(page.locator(".fields")).to_be_hidden()
