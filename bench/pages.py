"""What a reader of the pages waits for: the morning page and a region's page in a Chromium without GPU, the size of the first
load, and the interface under twenty readers, at rest and while an outlook is computed beside them.

The demonstration of a fixed day is served by `belvedere serve`, a process of its own, as it is in use.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import gzip
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import numpy as np
from playwright.sync_api import Browser, BrowserContext, sync_playwright

import belvedere
from belvedere.app.prepare import prepare_demo
from belvedere.app.site import built_pages
from belvedere.errors import MissingTool
from belvedere.sources.ingest import ingest
from belvedere.store.jobs import ENDED, job_record
from bench import Figure

NOW = dt.datetime(2026, 11, 22, 7, 40, tzinfo=dt.UTC)
SEED, SIZE = 20261122, "small"
PLACE = "FR-59"
REPEATS = 5
READERS, PAUSE_S, REST_S, LONGEST_S = 20, 1.0, 20.0, 120.0
WAIT_S = 120.0


def figures() -> Iterator[Figure]:
    if not (built_pages() / "index.html").is_file():
        raise MissingTool("The pages are not built: sh scripts/build_web.sh")
    yield from size_figures()
    with tempfile.TemporaryDirectory() as scratch:
        workspace = Path(scratch) / "workspace"
        ingest(made := belvedere.create(workspace), prepare_demo(made, NOW, size=SIZE, seed=SEED), now=NOW)
        made.engine.dispose()
        # A step back from today, so that the demonstration's day is never too old to look ahead from.
        command("outlook", "--country", "FR", "--as-of", f"{NOW:%Y-%m-%d}", workspace=workspace).wait()
        with served(workspace) as address:
            yield from page_figures(address)
            yield from interface_figures(address, workspace)


# -- size ----------------------------------------------------------------------------------------------------------------


def size_figures() -> Iterator[Figure]:
    """What the page itself names, packed as the server packs it; other pages and maps come when they are wanted."""
    index = (built_pages() / "index.html").read_text(encoding="utf-8")
    named = set(re.findall(r'(?:src|href)="/(assets/[^"]+\.(?:js|css))"', index))
    packed = {name: len(gzip.compress((built_pages() / name).read_bytes(), 9)) / 1000 for name in named}
    yield Figure("first load, scripts, gzip", sum(kb for name, kb in packed.items() if name.endswith(".js")), "kB", "<=320")
    yield Figure("first load, styles, gzip", sum(kb for name, kb in packed.items() if name.endswith(".css")), "kB")


# -- pages ---------------------------------------------------------------------------------------------------------------


def page_figures(address: str) -> Iterator[Figure]:
    """From the asking to the page complete (`data-ready`). Cold: a browser that has never been here; warm: it has."""
    chromium = os.environ.get("BELVEDERE_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        yield Figure("situation, the server's first answer to anyone", cold(browser, address, "/"), "s")
        for name, path, aim in (("situation", "/", "<=2"), (f"region {PLACE}", f"/region/{PLACE}", "<=1")):
            first = [cold(browser, address, path) for _ in range(REPEATS)]
            yield Figure(f"{name}, browser cold, median of {REPEATS}", statistics.median(first), "s", aim)
            yield Figure(f"{name}, browser cold, slowest", max(first), "s")
            with browser.new_context() as context:
                opened(context, address, path)
                again = [opened(context, address, path) for _ in range(REPEATS)]
            yield Figure(f"{name}, browser warm, median of {REPEATS}", statistics.median(again), "s", aim)
        yield Figure("floor: an empty page in the same browser", floor(browser), "s")
        browser.close()


def cold(browser: Browser, address: str, path: str) -> float:
    with browser.new_context() as context:
        return opened(context, address, path)


def opened(context: BrowserContext, address: str, path: str) -> float:
    """Seconds until the page says that it is complete."""
    page = context.new_page()
    began = time.perf_counter()
    page.goto(f"{address}{path}{'&' if '?' in path else '?'}as_of={NOW:%Y-%m-%d}", timeout=WAIT_S * 1000, wait_until="commit")
    page.wait_for_selector("[data-ready]", timeout=WAIT_S * 1000)
    took = time.perf_counter() - began
    page.close()
    return took


def floor(browser: Browser) -> float:
    with browser.new_context() as context:
        page = context.new_page()
        began = time.perf_counter()
        page.goto("data:text/html,<p data-ready>")
        page.wait_for_selector("[data-ready]", state="attached")
        return time.perf_counter() - began


# -- the interface -------------------------------------------------------------------------------------------------------


def interface_figures(address: str, workspace: Path) -> Iterator[Figure]:
    """Twenty readers of region pages, each about once a second, everything asked for anew."""
    with httpx.Client(base_url=address, timeout=WAIT_S) as client:
        rows = client.get("/api/v1/watch", params={"as_of": f"{NOW:%Y-%m-%d}"}).raise_for_status().json()["rows"]
    places = [row["place"] for row in rows]
    ends = time.monotonic() + REST_S
    rest = read_by_many(address, places, until=lambda: time.monotonic() > ends)
    with httpx.Client(base_url=address, timeout=WAIT_S) as client:
        # Asked for as the page does: the server has it computed beside itself, giving way to readers.
        wanted = {"country": "FR", "as_of": f"{NOW:%Y-%m-%d}", "samples": 500}
        job = client.post("/api/v1/outlooks", json=wanted).raise_for_status().json()["job"]
    opened = belvedere.open(workspace)
    ends = time.monotonic() + LONGEST_S
    busy = read_by_many(address, places, until=lambda: job_record(opened, job).state in ENDED or time.monotonic() > ends)
    asked = f"region pages, {READERS} readers"
    yield Figure(f"{asked}, at rest, p95 of {len(rest)}", p95(rest), "ms")
    yield Figure(f"{asked}, at rest, median", float(np.median(rest)), "ms")
    yield Figure(f"{asked}, while an outlook runs, p95 of {len(busy)}", p95(busy), "ms", "<=150")
    yield Figure(f"{asked}, while an outlook runs, median", float(np.median(busy)), "ms")
    yield Figure(f"{asked}, p95 while an outlook runs over at rest", p95(busy) / p95(rest), "x")


def p95(took: list[float]) -> float:
    return float(np.quantile(took, 0.95)) if took else float("nan")


def read_by_many(address: str, places: list[str], *, until: Callable[[], bool]) -> list[float]:
    """Milliseconds of every answer to the readers. Raises HTTPStatusError for one that is no answer."""
    took: list[float] = []
    failed: list[Exception] = []

    def read(number: int) -> None:
        rng = np.random.default_rng(number)
        with httpx.Client(base_url=address, timeout=WAIT_S) as client:
            while not until() and not failed:
                time.sleep(rng.uniform(0.5, 1.5) * PAUSE_S)
                began = time.perf_counter()
                try:
                    client.get(f"/api/v1/regions/{rng.choice(places)}", params={"as_of": f"{NOW:%Y-%m-%d}"}).raise_for_status()
                except httpx.HTTPError as error:
                    failed.append(error)
                    return
                took.append(1000 * (time.perf_counter() - began))

    threads = [threading.Thread(target=read, args=(number,)) for number in range(READERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return took


# -- processes -----------------------------------------------------------------------------------------------------------


def command(*words: str, workspace: Path) -> subprocess.Popen:
    """`belvedere WORDS` in a process of its own; what it prints goes to standard error."""
    program = [sys.executable, "-c", "from belvedere.app.cli import main; main()", *words, "--workspace", str(workspace)]
    return subprocess.Popen(program, stdout=subprocess.PIPE if words[0] == "serve" else sys.stderr, text=True)


@contextlib.contextmanager
def served(workspace: Path) -> Iterator[str]:
    """The address of the workspace's pages while they are served."""
    server = command("serve", "--port", "0", workspace=workspace)
    try:
        line = server.stdout.readline()
        yield re.search(r"http://\S+", line)[0]
    finally:
        server.terminate()
        server.wait()
