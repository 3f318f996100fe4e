"""Draws the pictures of the documentation: serves the demonstration of a fixed day and photographs its pages.

.venv/bin/python docs/images/make.py
"""

from __future__ import annotations

import shutil
import socket
import sys
import tempfile
import threading
from pathlib import Path

import uvicorn
from playwright.sync_api import sync_playwright

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from belvedere.app.findings import FindingsKeeper  # noqa: E402
from belvedere.app.serve import make_app  # noqa: E402
from belvedere.store.snapshot import Snapshot  # noqa: E402
from tests.app.demo_workspace import NOW, TODAY, make_demo_workspace  # noqa: E402

PICTURES = {"status.png": "/feeds?lang=en"}
LARGEST_BYTES = 300_000


def main() -> None:
    """Writes every picture beside this file; stops at one that is too large to commit."""
    with tempfile.TemporaryDirectory() as scratch, socket.socket() as listening:
        workspace = make_demo_workspace(Path(scratch))
        FindingsKeeper(workspace).work_out(Snapshot.take(workspace), TODAY)
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(make_app(workspace, now=lambda: NOW), log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            photograph(f"http://127.0.0.1:{listening.getsockname()[1]}")
        finally:
            server.should_exit = True
            thread.join()


def photograph(address: str) -> None:
    """One picture a page, at desk width."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 640}, locale="en-GB")
        for name, path in PICTURES.items():
            page.goto(address + path, timeout=120_000)
            page.screenshot(path=HERE / name)
            if (HERE / name).stat().st_size > LARGEST_BYTES:
                raise SystemExit(f"{name} is larger than {LARGEST_BYTES:,} bytes")
        browser.close()


if __name__ == "__main__":
    main()
