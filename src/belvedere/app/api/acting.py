"""Requests that change something: only from our own pages or from no browser at all, and each stands in the log.

A route class, so that no address can be added that forgets it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated, Protocol
from urllib.parse import urlsplit

from fastapi import Depends
from fastapi import Request as HttpRequest
from fastapi.responses import Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from belvedere.app.api.reading import Library
from belvedere.trust.gate import OPERATOR

READING = {"GET", "HEAD", "OPTIONS"}
OWN_SITES = {"same-origin", "none"}
"""What `Sec-Fetch-Site` says of our own pages, and of an address typed by hand."""
JSON_TYPE = "application/json"
FREE_TEXT = ("text", "reason", "cells", "replace")
"""Fields of a request that the log leaves out: what people write stands in the records, where it can be erased."""


def signed_in(http: HttpRequest) -> str:
    """Who acts. For now the one operator of this installation; never a name that the browser sends."""
    return OPERATOR


class HasLibrary(Protocol):
    """Whoever answers through the gate of a library."""

    library: Library


Person = Annotated[str, Depends(signed_in)]


def acting_route(rooms: HasLibrary) -> type[APIRoute]:
    """The class of the routes of one workspace: checks and logs whatever is no mere reading."""

    def log(http: HttpRequest, told: dict[str, object], outcome: str) -> None:
        rooms.library.gate.acted(signed_in(http), f"{http.method} {http.url.path}", told, outcome)

    class ActingRoute(APIRoute):
        def get_route_handler(self) -> Callable:
            answer = super().get_route_handler()

            async def handler(http: HttpRequest) -> Response:
                if http.method in READING:
                    return await answer(http)
                told = _told(await http.body())
                try:
                    check_origin(http)
                    response = await answer(http)
                except Exception as error:
                    log(http, told, f"refused: {type(error).__name__}")
                    raise
                log(http, told, "done")
                return response

            return handler

    return ActingRoute


def check_origin(http: HttpRequest) -> None:
    """Raises HTTPException for a request that another site made a browser send, or whose body is not declared as JSON.

    A form of another site can neither send JSON nor hide its origin; scripts outside a browser send neither header. Where a
    browser says `Sec-Fetch-Site` it is believed alone: behind a proxy, `Host` need not be the name the browser asked for.
    """
    site, origin = http.headers.get("sec-fetch-site"), http.headers.get("origin")
    if site is not None:
        if site not in OWN_SITES:
            raise HTTPException(403, f"The request comes from another site ({site}); act on the pages of Belvedere.")
    elif origin is not None and urlsplit(origin).netloc != http.headers.get("host"):
        raise HTTPException(403, f"The request comes from {origin}; act on the pages of Belvedere.")
    if http.method == "DELETE":
        return  # no form can send it, and a script of another site asks first
    media = http.headers.get("content-type", "").split(";")[0].strip().lower()
    if media != JSON_TYPE:
        raise HTTPException(415, f"Content-Type: found {media or 'nothing'}, expected {JSON_TYPE}.")


def _told(body: bytes) -> dict[str, object]:
    """What was sent, without what people wrote."""
    try:
        sent = json.loads(body)
    except ValueError:
        return {}
    if not isinstance(sent, dict):
        return {}
    entries = {"entries": sorted(sent["cells"])} if isinstance(sent.get("cells"), dict) else {}
    return {name: value for name, value in sent.items() if name not in FREE_TEXT} | entries
