"""The addresses under `/api/v1`: what each takes, what it answers, and under which name the pages call it."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Query, Response
from fastapi import Request as HttpRequest
from fastapi.responses import StreamingResponse

from belvedere.app.api import models_changes, models_glossary
from belvedere.app.api import models_data as data
from belvedere.app.api import models_facilities as hospitals
from belvedere.app.api import models_mending as mending
from belvedere.app.api import models_region as regions
from belvedere.app.api import models_situation as situations
from belvedere.app.api.acting import Person, acting_route
from belvedere.app.api.asking import AskedOption
from belvedere.app.api.desk_routes import make_desk_router
from belvedere.app.api.feeds import FeedView
from belvedere.app.api.office import Office

PROBLEM = "application/problem+json"
ARROW = "application/vnd.apache.arrow.stream"
CSV, XLSX = "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Format = Literal["json", "csv", "xlsx"]
PerOption = Annotated[regions.Per, Query(description="The unit of counts: persons, or per 100,000 residents.")]
FormatOption = Annotated[Format, Query(description="csv and xlsx carry filters, as-of and source in the file.")]


def _fault(what: str) -> dict:
    return {"description": what, "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}}


FAULTS = {
    400: _fault("What was asked cannot be answered; `detail` says what was found and expected."),
    404: _fault("A name that does not exist; `detail` names near ones."),
    409: _fault("Somebody else changed the same things first; nothing was written."),
    422: _fault("An argument of another kind."),
}
ACT_FAULTS = {
    403: _fault("Sent by another site."),
    409: _fault("Somebody else was first; `text` says who."),
    415: _fault("The body is not declared as JSON."),
}
UNCHANGED = {304: {"description": "Nothing changed since the answer with this ETag."}}
STREAM = {200: {"content": {ARROW: {"schema": {"type": "string", "format": "binary"}}}}}
EVENTS = {200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}}
FILES = {200: {"content": {CSV: {"schema": {"type": "string"}}, XLSX: {"schema": {"type": "string", "format": "binary"}}}}}


def make_router(office: Office) -> APIRouter:
    """The router of one workspace; `office` finds the answers."""
    router = APIRouter(prefix="/api/v1", responses=FAULTS, route_class=acting_route(office))

    def read(path: str, name: str, model: type, *, files: bool = False):
        """A GET with its operation id, its schema and the answers all reads share."""
        responses = UNCHANGED | (FILES if files else {})
        return router.get(path, operation_id=name, response_model=model, responses=responses, tags=[name])

    @read("/frame", "frame", situations.Frame)
    def frame(asked: AskedOption) -> Response:
        """What the frame of every page shows."""
        return office.frame(asked)

    @read("/situation", "situation", situations.Situation, files=True)
    def situation(asked: AskedOption, format: FormatOption = "json") -> Response:
        """The situation at a glance."""
        return office.situation(asked, format)

    @read("/changes", "changes", models_changes.Changes)
    def changes(
        asked: AskedOption,
        since: Annotated[str | None, Query(description="A day (its end) or an instant; default: yesterday.")] = None,
    ) -> Response:
        """What changed since then: the world, the figures, the method, and who worked."""
        return office.changes(asked, since)

    @read("/watch", "watch", situations.WatchList, files=True)
    def watch(
        asked: AskedOption,
        level: Literal["icu", "ward", "all"] = "icu",
        within: Annotated[Literal["7", "14", "28"], Query(description="Days by whose chance the list is ranked.")] = "14",
        format: FormatOption = "json",
    ) -> Response:
        """The watch list, the gravest first."""
        return office.watch(asked, level, int(within), format)

    @read("/regions/{place}", "region", regions.Region, files=True)
    def region(asked: AskedOption, place: str, per: PerOption = regions.Per.count, format: FormatOption = "json") -> Response:
        """One place: observed, projected, capacity, past forecasts and how they held."""
        return office.region(asked, place, per, format)

    @read("/compare", "compare", regions.Compare, files=True)
    def compare(
        asked: AskedOption,
        places: Annotated[
            str, Query(description="Up to five place ids, separated by commas.", pattern=r"^[^,]+(,[^,]+){0,4}$")
        ],
        target: regions.Target = regions.Target.icu_census,
        per: PerOption = regions.Per.count,
        format: FormatOption = "json",
    ) -> Response:
        """Up to five places on the same days."""
        return office.compare(asked, tuple(dict.fromkeys(places.split(","))), target, per, format)

    @read("/facilities", "facilities", hospitals.Facilities)
    def facilities(asked: AskedOption) -> Response:
        """Hospitals with their position, beds and how many of them are free."""
        return office.facilities(asked)

    @read("/glossary", "glossary", models_glossary.Glossary)
    def glossary(asked: AskedOption) -> Response:
        """The words of the house, in both languages."""
        return office.glossary(asked)

    @read("/search", "search", regions.SearchResult)
    def search(asked: AskedOption, q: Annotated[str, Query(min_length=1, max_length=100)]) -> Response:
        """Places, feeds, indicators and pages by name, accents and case aside."""
        return office.search(asked, q)

    @read("/feeds", "feeds", data.Feeds)
    def feeds(asked: AskedOption) -> Response:
        """The state of every feed."""
        return office.feeds(asked)

    @read("/feeds/{feed}", "feed", data.Feed)
    def feed(
        asked: AskedOption,
        feed: str,
        indicator: str | None = None,
        before: Annotated[str | None, Query(description="Checksum of an older version; default: the one before.")] = None,
        after: Annotated[str | None, Query(description="Checksum of a newer version; default: the newest.")] = None,
    ) -> Response:
        """One feed: gaps, findings, versions, what one version changed, how late each weekday is known."""
        return office.feed(asked, feed, FeedView(indicator, before, after))

    @read("/quarantine", "quarantine", data.Quarantine)
    def quarantine(
        asked: AskedOption,
        feed: str | None = None,
        rule: str | None = None,
        column: Annotated[str | None, Query(description="Of the rule; without a rule it says nothing.")] = None,
        page: Annotated[int, Query(ge=1)] = 1,
    ) -> Response:
        """What was set aside and waits."""
        return office.quarantine(asked, feed, rule, column, page)

    @router.get("/quarantine/sheet.csv", operation_id="quarantine_sheet", responses=FILES, tags=["mending"])
    def quarantine_sheet(asked: AskedOption, feed: str, lang: Literal["fr", "en"] = "en") -> Response:
        """The rows of a feed that wait, in the source's own columns, ready to be mended in a spreadsheet."""
        return office.mending.sheet_out(asked, feed, lang)

    @router.post("/quarantine/preview", operation_id="preview_mending", tags=["mending"])
    def preview_mending(asked: AskedOption, wanted: mending.MendRequest) -> mending.MendPreview:
        """What a correction would do: which rows load, which still fail, which figures change. Writes nothing."""
        return office.mending.preview(asked, wanted)

    @router.post("/quarantine/mend", operation_id="mend", tags=["mending"])
    def mend(asked: AskedOption, person: Person, wanted: mending.Approved) -> mending.MendResult:
        """Loads the corrected rows that are without fault, dated and signed; tries again where nothing is corrected."""
        return office.mending.mend(asked, wanted, person)

    @router.post("/quarantine/dismiss", operation_id="dismiss", tags=["mending"])
    def dismiss(asked: AskedOption, person: Person, wanted: mending.DismissRequest) -> mending.MendResult:
        """Sets entries aside for good, with the reason."""
        return office.mending.dismiss(asked, wanted, person)

    @router.post("/quarantine/sheet", operation_id="mend_sheet", tags=["mending"])
    def mend_sheet(asked: AskedOption, person: Person, sheet: mending.Sheet) -> mending.SheetAnswer:
        """A mended sheet: what it would change; or, once approved, its carrying out."""
        return office.mending.sheet_in(asked, sheet, person)

    @read("/origin", "origin", data.OriginAnswer)
    def origin(
        asked: AskedOption,
        table: str = "indicators",
        filters: Annotated[
            list[str] | None, Query(alias="filter", description="`column:value`, once for each column: place:FR-57.")
        ] = None,
    ) -> Response:
        """Where figures come from, down to file and row."""
        return office.origin(asked, table, tuple(filters or ()))

    @router.get("/cube", operation_id="cube", response_model=regions.Cube, responses=UNCHANGED | STREAM, tags=["cube"])
    def cube(
        asked: AskedOption,
        target: regions.Target = regions.Target.icu_census,
        start: dt.date | None = None,
        end: dt.date | None = None,
        per: PerOption = regions.Per.count,
        accept: Annotated[str | None, Header(include_in_schema=False)] = None,
    ) -> Response:
        """One target for all places and days; as Arrow where `Accept` asks for it."""
        return office.cube(asked, target, start, end, per, arrow=ARROW in (accept or ""))

    @router.get("/jobs", operation_id="jobs", tags=["jobs"])
    def jobs(newest: Annotated[int, Query(ge=1, le=200)] = 20) -> data.Jobs:
        """Work under way or done."""
        return office.jobs(newest)

    @router.post("/outlooks", operation_id="start_outlook", status_code=202, tags=["jobs"])
    def start_outlook(wanted: data.OutlookRequest) -> data.OutlookAsked:
        """Asks for a run; it is carried out in another process, one after the other."""
        return office.start_outlook(wanted)

    @router.get("/events", operation_id="events", response_class=StreamingResponse, responses=EVENTS, tags=["jobs"])
    def events(http: HttpRequest) -> StreamingResponse:
        """Server-sent events: `sequence` (a new commit counts), `job` (how far a job is); the newest of each at the start."""
        return StreamingResponse(office.events(http.is_disconnected), media_type="text/event-stream")

    router.include_router(make_desk_router(office, ACT_FAULTS))
    return router
