"""Alerts in the browser: looked at, a rule changed in place, the sentence and the history follow."""

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
from tests.app.conftest import demo_copy  # noqa: F401  this journey writes: it has a copy of its own
from tests.app.demo_workspace import NOW

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture
def address(demo_copy) -> Iterator[str]:  # noqa: F811
    """Where the copy is served; its clock stands at `NOW`."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(make_app(demo_copy, now=lambda: NOW), log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()


def test_a_look_and_a_rule_changed_in_place(page: Page):
    page.goto("/alerts?lang=en")
    page.wait_for_selector("[data-ready=alerts]")
    lede = page.get_by_role("heading", level=1)
    expect(lede).to_contain_text("Nobody is told")
    page.get_by_role("button", name="Look now").click()
    expect(lede).to_contain_text(re.compile("open"), timeout=120_000)
    expect(lede).not_to_contain_text("held nothing")

    rule = page.get_by_role("region", name="feed-late")
    expect(rule).to_contain_text("opens at 6 hours, closes at 0 hours")
    rule.get_by_role("button", name="Change feed-late").click()
    rule.get_by_label("Opens at").fill("3")
    expect(rule.get_by_role("status")).to_contain_text(re.compile("^With this threshold .* would alert now"), timeout=120_000)
    rule.get_by_label("Owner").fill("A. Martin")
    rule.get_by_role("button", name="Save").click()
    expect(rule).to_contain_text("opens at 3 hours, closes at 0 hours", timeout=60_000)
    expect(rule).to_contain_text("A. Martin")
    page.get_by_role("button", name="Changed rules").click()
    expect(page.get_by_role("group", name="Changed rules").get_by_role("table")).to_contain_text("opens at 3 hours")

    for theme, size in (("light", {"width": 1440, "height": 900}), ("dark", {"width": 390, "height": 844})):
        page.set_viewport_size(size)
        page.goto(f"/alerts?lang=fr&theme={theme}")
        page.wait_for_selector("[data-ready=alerts]")
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("() => axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']})")["violations"]
        assert [(v["id"], v["nodes"][0]["html"]) for v in found if v["impact"] in ("serious", "critical")] == []
        assert page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
