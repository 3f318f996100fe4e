"""Writes the description of the interface, from which the pages' client is made: `python -m belvedere.app.api.openapi FILE`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from fastapi import FastAPI

import belvedere
from belvedere.app.api.alert_routes import make_alert_router
from belvedere.app.api.models import Problem, Text
from belvedere.app.api.router import make_router


def description() -> dict:
    """The OpenAPI document; it depends on no workspace."""
    app = FastAPI(title="Belvedere", version=belvedere.__version__)
    app.include_router(make_router(None))
    app.include_router(make_alert_router(None))
    document = app.openapi()
    # Errors are told by handlers, not by the functions whose types FastAPI reads.
    for model in (Problem, Text):
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schema.pop("$defs", None)
        document["components"]["schemas"][model.__name__] = schema
    return document


def text() -> str:
    """The document as it is committed: one key a line, sorted, so that a change reads as one."""
    return json.dumps(description(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(text(), encoding="utf-8")
