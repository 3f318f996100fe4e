"""The pages as built from `web/`: one page for every address of theirs, and its files.

The build names each file by its content, so those may be kept by the browser for good; the page itself is asked for each time.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources
from pathlib import Path
from urllib.parse import quote, urlencode

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles

ADDRESSES = ("/", "/region/{place}", "/compare", "/watch", "/alerts", "/glossary", "/data", "/data/quarantine", "/data/{feed}")
"""Addresses of the pages; `web/src/main.tsx` has the same."""
MOVED = {
    "/feeds": "/data", "/feeds/{name}": "/data/{feed}",
    "/quarantine": "/data/quarantine", "/quarantine.csv": "/data/quarantine", "/origin": "/data",
    "/api/status": "/api/v1/feeds",
}  # fmt: skip
"""Addresses of the pages of before, and where what they showed is now."""
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


def add_site(app: FastAPI, folder: Path) -> Callable[[], Response]:
    """Answers the addresses of the pages from `folder`; without a build, with what to run (503).

    Returns the answer to an address there is no page for.
    """

    def page(status: int = 200) -> Response:
        index = folder / "index.html"
        if not index.is_file():
            return PlainTextResponse(NOT_BUILT, 503 if status == 200 else status)
        headers = {"Cache-Control": "no-cache"}
        return FileResponse(index, status, media_type="text/html; charset=utf-8", headers=headers)

    def found() -> Response:
        return page()

    for address in ADDRESSES:
        app.add_api_route(address, found, methods=["GET"], include_in_schema=False)
    for name, media in LOOSE.items():
        app.add_api_route(f"/{name}", _loose(folder / name, media), methods=["GET"], include_in_schema=False)
    for address in MOVED:
        app.add_api_route(address, _moved, methods=["GET"], include_in_schema=False)
    app.mount("/assets", _Kept(directory=str(folder / "assets"), check_dir=False), name="assets")
    return lambda: page(404)


def _moved(http: Request) -> Response:
    """An address of before, at its new place; arguments go along, and a figure asked for opens its drawer."""
    path = http.url.path
    arguments = dict(http.query_params)
    if path == "/origin":
        shared = {name: arguments.pop(name) for name in ("lang", "as_of") if name in arguments}
        table = arguments.pop("table", "") or "indicators"
        wanted = [f"{name}={value.strip()}" for name, value in arguments.items() if value.strip()]
        arguments = shared | ({"origin": ";".join([table, *wanted])} if wanted else {})
    target = next((new for old, new in MOVED.items() if old == path), f"/data/{quote(path.rsplit('/', 1)[-1])}")
    return RedirectResponse(f"{target}?{urlencode(arguments)}" if arguments else target, 308)


def _loose(path: Path, media: str) -> Callable[[], Response]:
    def file() -> Response:
        return FileResponse(path, media_type=media) if path.is_file() else PlainTextResponse(NOT_BUILT, 503)

    return file
