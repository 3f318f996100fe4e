"""The status pages and their interface: `make_app(workspace)` gives an ASGI application.

Everything comes from this application itself: no script, style, font or picture of another host, and the headers say so.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib import resources

from fastapi import FastAPI
from fastapi import Request as HttpRequest
from fastapi.responses import HTMLResponse, JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware

import belvedere
from belvedere.app import pages
from belvedere.app.alert_clock import AlertClock
from belvedere.app.alerting import Alerting
from belvedere.app.api import problems
from belvedere.app.api.alert_routes import make_alert_router
from belvedere.app.api.office import Office
from belvedere.app.api.router import make_router
from belvedere.app.findings import FindingsKeeper
from belvedere.app.site import add_site, built_pages
from belvedere.app.words import LANGUAGES, preferred, words
from belvedere.errors import BelvedereError, UnknownName
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
FRAME_ARGUMENTS = ("lang", "as_of")

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
    templates = _templates()

    def asked(http: HttpRequest) -> pages.Request:
        lang = http.query_params.get("lang")
        lang = lang if lang in LANGUAGES else preferred(http.headers.get("accept-language"))
        rest = tuple((k, v) for k, v in http.query_params.items() if k not in FRAME_ARGUMENTS and v)
        return pages.Request(lang, http.query_params.get("as_of") or None, now(), http.url.path, rest)

    def page(name: str, request: pages.Request, view: pages.Overview, **values: object) -> HTMLResponse:
        shared = pages.shared(request, view)
        return HTMLResponse(templates.get_template(name).render(**shared, **values))

    @app.get("/feeds")
    def feeds(http: HttpRequest) -> HTMLResponse:
        request = asked(http)
        return page("overview.html", request, pages.overview(workspace, keeper, request))

    @app.get("/feeds/{name}")
    def feed(http: HttpRequest, name: str, indicator: str | None = None) -> HTMLResponse:
        request = asked(http)
        view = pages.overview(workspace, keeper, request)
        return page("feed.html", request, view, **pages.feed_view(view, name, indicator))

    @app.get("/quarantine")
    def set_aside(http: HttpRequest, feed: str | None = None, page_number: int = 1) -> HTMLResponse:
        request = asked(http)
        view = pages.overview(workspace, keeper, request)
        return page("quarantine.html", request, view, **pages.quarantine_view(view, feed, page_number))

    @app.get("/quarantine.csv")
    def set_aside_csv(feed: str | None = None) -> Response:
        body = pages.quarantine_csv(workspace, feed)
        headers = {"Content-Disposition": 'attachment; filename="belvedere-quarantine.csv"'}
        return Response(body, media_type="text/csv; charset=utf-8", headers=headers)

    @app.get("/origin")
    def origin(http: HttpRequest) -> HTMLResponse:
        request = asked(http)
        wanted = {k: v.strip() for k, v in http.query_params.items() if k not in FRAME_ARGUMENTS}
        view = pages.overview(workspace, keeper, request)
        return page("origin.html", request, view, **pages.origin_view(view, wanted))

    @app.get("/api/status")
    def status(http: HttpRequest) -> dict:
        request = asked(http)
        view = pages.overview(workspace, keeper, request)
        return {
            "now": request.now.isoformat(), "as_of": request.as_of, "at_sequence": view.snapshot.at,
            "version": belvedere.__version__,
            "lede": request.say.lede(view.feeds), "findings_checked": view.findings is not None,
            "feeds": [f.as_json() for f in view.feeds],
        }  # fmt: skip

    @app.get("/health")
    def health() -> dict:
        return {"status": "ok", "version": belvedere.__version__, "sequence": last_sequence(workspace)}

    def failed(http: HttpRequest, status: int, message: str, *, english: bool = True) -> Response:
        """An error as a page, or as JSON for the interface; the number finds it in the log."""
        if problems.of_the_api(http):
            return problems.problem(http, status, message)
        number = secrets.token_hex(4)
        if http.url.path.startswith("/api/"):
            return JSONResponse({"error": message, "request": number}, status)
        request = asked(http)
        html = templates.get_template("error.html").render(
            request=request, say=request.say, message=message, english=english, number=number
        )
        return HTMLResponse(html, status)

    @app.exception_handler(BelvedereError)
    def refused(http: HttpRequest, error: BelvedereError) -> Response:
        return failed(http, 404 if isinstance(error, UnknownName) else 400, str(error))

    @app.exception_handler(HTTPException)
    def missing(http: HttpRequest, error: HTTPException) -> Response:
        if error.status_code != 404:
            return failed(http, error.status_code, str(error.detail))
        if problems.of_the_api(http):
            return problems.problem(http, 404, f"There is nothing at {http.url.path}.")
        return failed(http, 404, words(asked(http).lang)("not_found"), english=False)

    @app.middleware("http")
    async def guard(http: HttpRequest, call_next) -> Response:
        response = await call_next(http)
        for header, value in HEADERS.items():
            response.headers.setdefault(header, value)
        return response

    app.mount("/static", StaticFiles(directory=str(resources.files("belvedere.app") / "static")), name="static")
    add_site(app, built_pages())
    app.add_middleware(GZipMiddleware, minimum_size=2_000)
    return app


def _templates() -> Environment:
    """Templates that fail on a name that is not there, and escape everything."""
    return Environment(
        loader=PackageLoader("belvedere.app"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
