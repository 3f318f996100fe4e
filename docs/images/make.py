"""Draws the pictures of the pages, from the demonstration of a fixed day and seed: the same code gives the same pictures.

.venv/bin/python docs/images/make.py                  the few the documentation shows, into this folder
.venv/bin/python docs/images/make.py --all FOLDER     every page, light and dark, French and English, wide and narrow
"""

from __future__ import annotations

import argparse
import datetime as dt
import io
import itertools
import os
import shutil
import socket
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from PIL import Image
from playwright.sync_api import Browser, expect, sync_playwright

import belvedere
from belvedere.app.findings import FindingsKeeper
from belvedere.app.prepare import prepare_demo
from belvedere.app.serve import make_app
from belvedere.outlook.run import run_outlook
from belvedere.sources.ingest import ingest
from belvedere.store.jobs import Job
from belvedere.store.snapshot import Snapshot
from belvedere.store.workspace import Workspace

PAGES = {
    "situation": "/",
    "region": "/region/FR-59",
    "compare": "/compare?places=FR-59,FR-62,FR-75",
    "watch": "/watch",
    "alerts": "/alerts",
    "glossary": "/glossary",
    "data": "/data",
    "feed": "/data/demo-fr-department-flows",
    "quarantine": "/data/quarantine",
    "origin": "/region/FR-59?origin=indicators;feed=demo-fr-department-stocks;place=FR-59;indicator=icu_census;date=2026-11-20",
}
"""Every page by the name of its pictures: a new page is one line here."""

THEMES, LANGUAGES, WIDTHS = ("light", "dark"), ("en", "fr"), {"": (1440, 900), "narrow": (390, 844)}
CHOSEN = ("situation-light-en", "situation-dark-fr", "region-light-en", "data-light-en", "watch-light-en-narrow")
"""Those the documentation shows."""

HERE = Path(__file__).resolve().parent
NOW = dt.datetime(2026, 11, 22, 7, 40, tzinfo=dt.UTC)
SIZE, SEED = "small", 20261122
REPLAYED = ("2026-10-25", "2026-11-01", "2026-11-05", "2026-11-08", "2026-11-12", "2026-11-15")
COLOURS = 255
LARGEST_BYTES, LARGEST_OF_ALL_BYTES = 250_000, 2_000_000
READY_MS, SETTLE_MS = 120_000, 1_500


@dataclass(frozen=True)
class Picture:
    """One picture to draw."""

    page: str
    theme: str
    language: str
    width: str

    @property
    def name(self) -> str:
        return "-".join(part for part in (self.page, self.theme, self.language, self.width) if part)


def pictures() -> list[Picture]:
    """Every page in every dress."""
    return [Picture(*parts) for parts in itertools.product(PAGES, THEMES, LANGUAGES, WIDTHS)]


def main() -> None:
    """Draws the chosen pictures, or all of them into a folder; stops at one that is too large to commit."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--all", metavar="FOLDER", type=Path, help="every picture, into this folder")
    folder = asked.parse_args().all
    wanted = [p for p in pictures() if folder is not None or p.name in CHOSEN]
    with tempfile.TemporaryDirectory() as scratch, served(demonstration(Path(scratch) / "workspace")) as address:
        sizes = {p.name: size for p, size in draw(address, wanted, folder or HERE)}
    too_large = [name for name, size in sizes.items() if size > LARGEST_BYTES]
    if folder is None and (too_large or sum(sizes.values()) > LARGEST_OF_ALL_BYTES):
        sys.exit(f"too large to commit: {', '.join(too_large) or 'all together'}")


def demonstration(path: Path) -> Workspace:
    """The demonstration of the fixed day, with outlooks of two weeks before, so that pages can say how the past ones held."""
    workspace = belvedere.create(path)
    ingest(workspace, prepare_demo(workspace, NOW, size=SIZE, seed=SEED), now=NOW)
    for as_of in (*REPLAYED, None):
        asked = {"country": "FR", "as_of": as_of, "samples": 500}
        with Job.begin(workspace, "outlook", asked, clock=lambda: NOW) as job:
            run_outlook(workspace, **asked, moment=NOW.isoformat(), job=job)
    FindingsKeeper(workspace).work_out(Snapshot.take(workspace), NOW.date())
    return workspace


@contextmanager
def served(workspace: Workspace) -> Iterator[str]:
    """The address of its pages, on a free port, the clock at `NOW`."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(make_app(workspace, now=lambda: NOW), log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def draw(address: str, wanted: Iterable[Picture], folder: Path) -> Iterator[tuple[Picture, int]]:
    """Writes each picture; yields it with its bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    chromium = os.environ.get("BELVEDERE_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for picture in wanted:
            small = smaller(photograph(browser, address, picture))
            (folder / f"{picture.name}.png").write_bytes(small)
            yield picture, len(small)
        browser.close()


def photograph(browser: Browser, address: str, picture: Picture) -> bytes:
    """The page as a desk or a phone shows it, still and complete."""
    wide, high = WIDTHS[picture.width]
    context = browser.new_context(
        base_url=address, viewport={"width": wide, "height": high}, color_scheme=picture.theme, reduced_motion="reduce",
        locale={"en": "en-GB", "fr": "fr-FR"}[picture.language], timezone_id="Europe/Paris",
    )  # fmt: skip
    page = context.new_page()
    page.clock.set_fixed_time(NOW)
    path = PAGES[picture.page]
    page.goto(f"{path}{'&' if '?' in path else '?'}lang={picture.language}&theme={picture.theme}", timeout=READY_MS)
    page.wait_for_selector("[data-ready]", timeout=READY_MS)
    expect(page.locator(".cell .value", has_text="…")).to_have_count(0, timeout=READY_MS)  # the bar above has its figures too
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(SETTLE_MS)
    taken = page.screenshot(animations="disabled", caret="hide")
    context.close()
    return taken


def smaller(png: bytes) -> bytes:
    """The same picture in few colours: a third of the bytes, and no difference to the eye in charts and text."""
    out = io.BytesIO()
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    picture.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


if __name__ == "__main__":
    main()
