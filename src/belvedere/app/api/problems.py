"""Errors as RFC 9457 has them, their title in both languages."""

from __future__ import annotations

import secrets

from fastapi import FastAPI
from fastapi import Request as HttpRequest
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse, Response

from belvedere.app.api.models import Problem, Text
from belvedere.errors import BelvedereError

PREFIX = "/api/v1"
MEDIA_TYPE = "application/problem+json"
TITLES = {
    400: Text(fr="Cette demande ne peut recevoir de réponse", en="This cannot be answered as asked"),
    403: Text(fr="Cette demande vient d’un autre site", en="This comes from another site"),
    404: Text(fr="Ce nom n’existe pas", en="There is no such thing"),
    405: Text(fr="Cette adresse ne s’emploie pas ainsi", en="This address is not used that way"),
    409: Text(fr="Quelqu’un a été plus rapide", en="Somebody else was first"),
    415: Text(fr="Le contenu envoyé n’est pas du JSON", en="What was sent is not JSON"),
    422: Text(fr="Un argument n’est pas de la sorte attendue", en="An argument is not of the kind expected"),
    500: Text(fr="Une erreur de Belvedere", en="A fault of Belvedere"),
}


class Told(BelvedereError):
    """A refusal that has a sentence in both languages, and says which field of the form is wrong, if one is."""

    def __init__(self, status: int, detail: str, text: Text, field: str | None) -> None:
        super().__init__(detail)
        self.status, self.text, self.field = status, text, field


def problem(http: HttpRequest, status: int, detail: str, *, text: Text | None = None, field: str | None = None) -> Response:
    """An error answer; its number finds it in the log."""
    title = TITLES.get(status, TITLES[400 if status < 500 else 500])
    body = Problem(
        type=f"urn:belvedere:problem:{status}", title=title, status=status, detail=detail, request=secrets.token_hex(4),
        text=text, field=field,
    )  # fmt: skip
    return Response(body.model_dump_json(), status, media_type=MEDIA_TYPE)


def of_the_api(http: HttpRequest) -> bool:
    """Whether the request is one of this interface."""
    return http.url.path.startswith(PREFIX)


def install(app: FastAPI) -> None:
    """Arguments of the wrong kind, and faults of the program, are told the same way."""

    @app.exception_handler(RequestValidationError)
    def wrong_kind(http: HttpRequest, error: RequestValidationError) -> Response:
        told = "; ".join(f"{'.'.join(map(str, e['loc'][1:]))}: found {e.get('input')!r}: {e['msg']}" for e in error.errors())
        return problem(http, 422, told) if of_the_api(http) else PlainTextResponse(told, 422)

    @app.exception_handler(Told)
    def told(http: HttpRequest, error: Told) -> Response:
        return problem(http, error.status, str(error), text=error.text, field=error.field)

    @app.exception_handler(Exception)
    def fault(http: HttpRequest, error: Exception) -> Response:
        return problem(http, 500, type(error).__name__) if of_the_api(http) else PlainTextResponse("Internal Server Error", 500)
