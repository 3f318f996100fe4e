"""What every request says of country, day and scenario, read from its address."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Header, Query
from fastapi import Request as HttpRequest

from belvedere.app.api.asked import Asked


def asked(
    http: HttpRequest,
    country: Annotated[str | None, Query(pattern="^[A-Z]{2}$", description="Default: the first with an outlook.")] = None,
    as_of: Annotated[
        str | None, Query(description="As known on a past day (2020-10-20) or at an instant with its zone.")
    ] = None,
    scenario: Annotated[str | None, Query(description="Under this scenario; default: the current course.")] = None,
    if_none_match: Annotated[str | None, Header(include_in_schema=False)] = None,
    accept_encoding: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> Asked:
    """What every read takes."""
    query = http.query_params.multi_items()
    return Asked.of(http.url.path, query, country, as_of, scenario, if_none_match, accept_encoding)


AskedOption = Annotated[Asked, Depends(asked)]
