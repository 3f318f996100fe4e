"""The pages as built from `web/`: one page for every address of theirs, and its files.

The build names each file by its content, so those may be kept by the browser for good; the page itself is asked for each time.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse, PlainTextResponse, Response
from fastapi.staticfiles import StaticFiles

ADDRESSES = ("/", "/region/{place}", "/compare", "/watch", "/alerts", "/data", "/data/quarantine", "/data/{feed}")
"""Addresses of the pages; `web/src/main.tsx` has the same."""
LOOSE = {"mark.svg": "image/svg+xml", "theme.js": "text/javascript"}
FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}
NOT_BUILT = "The pages are not built yet. Run: sh scripts/build_web.sh (it needs Node.js 20.19 or newer)\n"


class _Kept(StaticFiles):
    """Files whose name changes with their content."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers.update(FOREVER)
        return response


def built_pages() -> Path:
    """Folder of the built pages; it may be missing in a source tree."""
    return Path(str(resources.files("belvedere.app"))) / "web"


def add_site(app: FastAPI, folder: Path) -> None:
    """Answers the addresses of the pages from `folder`; without a build, with what to run (503)."""

    def page() -> Response:
        index = folder / "index.html"
        if not index.is_file():
            return PlainTextResponse(NOT_BUILT, 503)
        return FileResponse(index, media_type="text/html; charset=utf-8", headers={"Cache-Control": "no-cache"})

    for address in ADDRESSES:
        app.add_api_route(address, page, methods=["GET"], include_in_schema=False)
    for name, media in LOOSE.items():
        app.add_api_route(f"/{name}", _loose(folder / name, media), methods=["GET"], include_in_schema=False)
    app.mount("/assets", _Kept(directory=str(folder / "assets"), check_dir=False), name="assets")


def _loose(path: Path, media: str) -> Callable[[], Response]:
    def file() -> Response:
        return FileResponse(path, media_type=media) if path.is_file() else PlainTextResponse(NOT_BUILT, 503)

    return file
