"""The pages and their interface: `make_app(workspace)` gives an ASGI application.

Everything comes from this application itself: no script, style, font or picture of another host, and the headers say so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi import Request as HttpRequest
from fastapi.responses import PlainTextResponse, Response
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware

import belvedere
from belvedere.app.alert_clock import AlertClock
from belvedere.app.alerting import Alerting
from belvedere.app.api import problems
from belvedere.app.api.alert_routes import make_alert_router
from belvedere.app.api.office import Office
from belvedere.app.api.router import make_router
from belvedere.app.findings import FindingsKeeper
from belvedere.app.site import add_site, built_pages
from belvedere.errors import BelvedereError, ConflictError, UnknownName
from belvedere.store.commits import last_sequence
from belvedere.store.workspace import Workspace

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; font-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}

Clock = Callable[[], dt.datetime]


def make_app(workspace: Workspace, *, now: Clock = lambda: dt.datetime.now(dt.UTC), alerts: bool = False) -> FastAPI:
    """The application for one workspace. now: the clock; tests pass a fixed one. alerts: whether to look for them all the time,
    and send them; without it only when asked to."""
    keeper = FindingsKeeper(workspace)
    office = Office(workspace, keeper, now)
    alerting = Alerting(office.library)
    clock = AlertClock(alerting)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        office.warm()
        if alerts:
            clock.start()
        yield
        clock.stop()
        office.stop()
        keeper.stop()

    app = FastAPI(title="Belvedere", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    app.include_router(make_router(office))
    app.include_router(make_alert_router(alerting))
    problems.install(app)

    @app.get("/health")
    def health() -> dict:
        return {"status": "ok", "version": belvedere.__version__, "sequence": last_sequence(workspace)}

    def failed(http: HttpRequest, status: int, message: str) -> Response:
        """An error as the interface tells it; elsewhere in plain words, or the page that says there is none."""
        if http.url.path.startswith("/api/"):
            return problems.problem(http, status, message)
        return not_found() if status == 404 else PlainTextResponse(message, status)

    @app.exception_handler(BelvedereError)
    def refused(http: HttpRequest, error: BelvedereError) -> Response:
        known = {UnknownName: 404, ConflictError: 409}
        return failed(http, next((code for kind, code in known.items() if isinstance(error, kind)), 400), str(error))

    @app.exception_handler(HTTPException)
    def missing(http: HttpRequest, error: HTTPException) -> Response:
        told = f"There is nothing at {http.url.path}." if error.status_code == 404 else str(error.detail)
        return failed(http, error.status_code, told)

    @app.middleware("http")
    async def guard(http: HttpRequest, call_next) -> Response:
        response = await call_next(http)
        for header, value in HEADERS.items():
            response.headers.setdefault(header, value)
        return response

    not_found = add_site(app, built_pages())
    app.add_middleware(GZipMiddleware, minimum_size=2_000)
    return app
