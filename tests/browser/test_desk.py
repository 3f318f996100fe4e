"""People act in a real browser: take, assign, snooze and back; notes on chart and list; nothing on past days."""

from __future__ import annotations

import datetime as dt
import shutil
import socket
import threading
from collections.abc import Iterator

import pytest
import uvicorn
from playwright.sync_api import Page, expect

import belvedere
from belvedere.app.serve import make_app
from belvedere.trust.gate import OPERATOR
from tests.app.api.conftest import looking  # noqa: F401  the small country with outlooks
from tests.app.api.outlook_workspace import PLACE, REPLAYED
from tests.app.demo_workspace import NOW
from tests.browser.test_pages import AXE, PHONE, ready

CLOCK = [NOW]
ROW = f".watch tr[data-place={PLACE}]"


@pytest.fixture
def address(looking, tmp_path) -> Iterator[str]:  # noqa: F811
    """A copy that the tests may act on, served with a clock they put forward."""
    shutil.copytree(looking.path, tmp_path / "workspace")
    CLOCK[0] = NOW
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        app = make_app(belvedere.open(tmp_path / "workspace"), now=lambda: CLOCK[0])
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()


def choose(page: Page, action: str) -> None:
    """Opens the menu of the row and takes an entry, by keyboard alone."""
    page.locator(f"{ROW} .dots").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name=action, exact=True).focus()
    page.keyboard.press("Enter")


def test_from_taking_a_row_to_its_return(page: Page):
    ready(page, "/watch?lang=en")
    page.locator(f"{ROW} .c-owner button").click()
    expect(page.locator(f"{ROW} .c-owner")).to_contain_text(f"{OPERATOR} 08:40")
    choose(page, "Assign to…")
    expect(page.get_by_label("To whom")).to_be_focused()
    page.keyboard.type("C. Haddad")
    page.keyboard.press("Enter")
    expect(page.locator(f"{ROW} .c-owner")).to_contain_text("C. Haddad")
    choose(page, "Snooze…")
    page.get_by_label("Reason").fill("two beds open tomorrow")
    page.get_by_role("button", name="3 days").click()
    page.get_by_role("button", name="Snooze", exact=True).click()
    expect(page.locator(ROW)).to_have_count(0)
    page.get_by_role("button", name="1 snoozed").click()
    expect(page.locator(f"{ROW} .c-owner")).to_contain_text("until 25 Nov")
    page.get_by_role("button", name="Snoozed 1").click()
    expect(page.locator(".watch tbody tr")).to_have_count(1)
    CLOCK[0] = NOW + dt.timedelta(days=3)
    ready(page, "/watch?lang=en&follow=nobody")
    expect(page.locator(f"{ROW} .c-owner button")).to_have_text("Take")
    choose(page, "History")
    expect(page.locator(".history li")).to_have_count(3)
    expect(page.locator(".history li").first).to_contain_text("snoozed until")


def test_escape_closes_the_form_and_the_focus_goes_back(page: Page):
    ready(page, "/watch?lang=fr")
    choose(page, "Prendre acte…")
    expect(page.get_by_label("Motif")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".beneath")).to_have_count(0)
    expect(page.locator(f"{ROW} .dots")).to_be_focused()


def test_what_is_lacking_is_said_under_its_field(browser, address):
    context = browser.new_context(base_url=address, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    ready(page, "/watch?lang=en")
    choose(page, "Acknowledge…")
    page.get_by_role("button", name="Acknowledge", exact=True).click()
    expect(page.get_by_text("Give the reason: the next reader will ask.")).to_be_visible()
    expect(page.get_by_label("Reason")).to_have_attribute("aria-invalid", "true")
    context.close()


def test_who_comes_second_sees_who_was_first(browser, address):
    context = browser.new_context(base_url=address, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.route("**/api/v1/events", lambda route: route.abort())  # nothing tells this page what happens meanwhile
    ready(page, "/watch?lang=en")
    wanted = {"action": "assign", "seen": 0, "assignee": "C. Haddad"}
    first = context.request.post(f"/api/v1/watch/{PLACE}/icu/actions", data=wanted)
    assert first.status == 201
    page.locator(f"{ROW} .c-owner button").click()
    expect(page.get_by_text(f"{OPERATOR} was first: assigned to C. Haddad")).to_be_visible()
    expect(page.locator(f"{ROW} .c-owner")).to_contain_text("C. Haddad")
    context.close()


def test_a_past_day_is_only_looked_at(page: Page):
    ready(page, f"/watch?lang=en&as_of={REPLAYED[-1]}")
    expect(page.locator(ROW)).to_be_visible()
    assert page.locator(".watch .c-owner button, .watch .c-more button").count() == 0
    ready(page, f"/region/{PLACE}?lang=en&as_of={REPLAYED[-1]}")
    expect(page.locator(".events")).to_be_visible()
    assert page.locator(".events form").count() == 0


def test_a_note_appears_on_chart_and_list_and_leaves_the_chart_when_withdrawn(page: Page):
    ready(page, f"/region/{PLACE}?lang=en")
    marks = page.locator(".main-panel .fan .event")
    expect(marks.first).to_be_attached()
    before = marks.count()
    page.get_by_label("Day it speaks of").fill("2026-11-18")
    page.get_by_label("Kind").select_option("event")
    page.get_by_label("Note").fill("Ward B opened, 12 beds")
    page.get_by_role("button", name="Add").click()
    expect(page.locator(".events li", has_text="Ward B opened")).to_contain_text(OPERATOR)
    expect(marks).to_have_count(before + 1)
    page.get_by_role("button", name="Withdraw…").click()
    page.get_by_label("Reason").fill("wrong hospital")
    page.get_by_role("button", name="Withdraw", exact=True).click()
    expect(page.locator(".events li", has_text="Ward B opened")).to_contain_text("wrong hospital")
    expect(marks).to_have_count(before)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [{"width": 1440, "height": 900}, PHONE])
def test_forms_have_no_serious_fault_of_accessibility_and_fit(page: Page, viewport, theme):
    page.set_viewport_size(viewport)
    for path, opened in ((f"/watch?lang=fr&theme={theme}", True), (f"/region/{PLACE}?lang=fr&theme={theme}", False)):
        ready(page, path)
        if opened:
            choose(page, "Mettre en pause…")
        expect(page.locator(".act-form").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("() => axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']})")["violations"]
        grave = [v for v in found if v["impact"] in ("serious", "critical")]
        assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in grave] == []
