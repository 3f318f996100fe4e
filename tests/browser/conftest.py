"""The pages served on a free port, and a Chromium to look at them with."""

from __future__ import annotations

import os
import shutil
import socket
import threading
from collections.abc import Iterator

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect, sync_playwright

from belvedere.app.serve import make_app
from tests.app.conftest import demo  # noqa: F401  the same workspace as the other tests of the pages
from tests.app.demo_workspace import NOW

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def address(demo) -> Iterator[str]:  # noqa: F811
    """Where the demonstration is served; its clock stands at `NOW`."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(make_app(demo, now=lambda: NOW), log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium of this machine."""
    found = os.environ.get("BELVEDERE_CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        pytest.fail("This machine lacks Chromium. Install it: sudo apt-get update && sudo apt-get install --yes chromium")
    expect.set_options(timeout=30_000)  # on a busy machine an answer that is not kept yet takes seconds
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A page of desk width, English, that fails the test on any message of trouble or request to another host."""
    context = browser.new_context(base_url=address, viewport={"width": 1440, "height": 900}, locale="en-GB")
    opened = context.new_page()
    opened.set_default_timeout(60_000)
    trouble: list[str] = []
    opened.on("console", lambda message: trouble.append(message.text) if message.type in ("error", "warning") else None)
    opened.on("pageerror", lambda error: trouble.append(str(error)))
    own = (address, f"blob:{address}")  # a picture is made from a blob of the page
    opened.on("request", lambda request: None if request.url.startswith(own) else trouble.append(request.url))
    yield opened
    context.close()
    assert trouble == []
