"""Answers: found once for each state of the workspace, kept as bytes, given with a tag; every giving stands in the log."""

from __future__ import annotations

import asyncio
import datetime as dt
import gzip
import hashlib
import io
import json
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import anyio.to_thread
import pyarrow as pa
from fastapi.responses import Response

from belvedere.app.api import exports, feeds, lineage, lookup
from belvedere.app.api import models_data as data
from belvedere.app.api import region as regions
from belvedere.app.api.asked import Asked
from belvedere.app.api.changes import changes
from belvedere.app.api.common import country_name
from belvedere.app.api.facilities import facilities
from belvedere.app.api.kept import Kept
from belvedere.app.api.mending_desk import MendingDesk
from belvedere.app.api.models import Model
from belvedere.app.api.models_region import Per, Target
from belvedere.app.api.pulse import Pulse
from belvedere.app.api.reading import Library, Reading
from belvedere.app.api.situation import situation
from belvedere.app.api.watch import watch_list
from belvedere.app.api.worker import Worker
from belvedere.app.findings import FindingsKeeper
from belvedere.desk.alert_book import mark as alert_mark
from belvedere.desk.watch import changes_by_itself
from belvedere.errors import UnknownName
from belvedere.outlook.run import ask_outlook
from belvedere.outlook.scenarios import scenario
from belvedere.store.commits import code_version
from belvedere.store.jobs import jobs
from belvedere.store.workspace import Workspace
from belvedere.trust.gate import Gate, Read

Clock = Callable[[], dt.datetime]
KEPT_ANSWERS = 400
MINUTES = 10
"""Answers that tell ages are made anew after so many minutes."""
SMALL_BYTES = 2_000
"""Below, an answer is not compressed."""
STREAM_SECONDS = 55
KEEP_ALIVE_SECONDS = 15
JSON = "application/json"
ARROW = "application/vnd.apache.arrow.stream"


@dataclass(frozen=True)
class Answer:
    """A kept answer. reads: what it rests on, for the log."""

    model: Model | None
    body: bytes
    packed: bytes | None
    media_type: str
    reads: tuple[Read, ...]


@dataclass
class Office:
    """Answers the questions of one workspace. keeper: of findings; worker: of runs asked for."""

    workspace: Workspace
    keeper: FindingsKeeper
    now: Clock
    library: Library = field(init=False)
    worker: Worker = field(init=False)
    pulse: Pulse = field(init=False)
    mending: MendingDesk = field(init=False)
    _answers: Kept = field(default_factory=lambda: Kept(KEPT_ANSWERS))

    def __post_init__(self) -> None:
        self.library = Library(self.workspace, Gate(self.workspace, self.now), self.now)
        self.worker, self.pulse = Worker(self.workspace), Pulse(self.workspace)
        self.mending = MendingDesk(self.library)

    # -- the pages -------------------------------------------------------------------------------------------------------

    def frame(self, asked: Asked) -> Response:
        return self._json(asked, feeds.frame, ages=True, mark=alert_mark(self.workspace))

    def situation(self, asked: Asked, format: str) -> Response:
        def make(reading: Reading) -> Model:
            return situation(reading, feeds.found_soon(reading, self.keeper))

        return self._page(asked, make, exports.of_situation, format, ages=True, findings=True)

    def changes(self, asked: Asked, since: str | None) -> Response:
        return self._json(asked, lambda reading: changes(reading, since), ages=True)

    def watch(self, asked: Asked, level: str, within: int, format: str) -> Response:
        return self._page(asked, lambda reading: watch_list(reading, level, within), exports.of_watch, format)

    def region(self, asked: Asked, place: str, per: Per, format: str) -> Response:
        return self._page(asked, lambda reading: regions.region(reading, place, per), exports.of_region, format)

    def compare(self, asked: Asked, places: tuple[str, ...], target: Target, per: Per, format: str) -> Response:
        return self._page(asked, lambda reading: lookup.compare(reading, places, target, per), exports.of_compare, format)

    def facilities(self, asked: Asked) -> Response:
        return self._json(asked, facilities)

    def glossary(self, asked: Asked) -> Response:
        return self._json(asked, lambda reading: lookup.glossary_answer())

    def search(self, asked: Asked, query: str) -> Response:
        return self._json(asked, lambda reading: lookup.search(reading, query))

    def feeds(self, asked: Asked) -> Response:
        return self._json(asked, lambda reading: feeds.feeds(reading, self.keeper), ages=True, findings=True)

    def feed(self, asked: Asked, name: str, view: feeds.FeedView) -> Response:
        return self._json(asked, lambda reading: feeds.feed(reading, self.keeper, name, view), ages=True, findings=True)

    def quarantine(self, asked: Asked, feed: str | None, rule: str | None, column: str | None, page: int) -> Response:
        return self._json(asked, lambda reading: feeds.quarantine(reading, feed, rule, column, page))

    def origin(self, asked: Asked, table: str, filters: tuple[str, ...]) -> Response:
        return self._json(asked, lambda reading: lineage.origin_answer(reading, table, filters))

    def cube(
        self, asked: Asked, target: Target, start: dt.date | None, end: dt.date | None, per: Per, *, arrow: bool
    ) -> Response:
        """Columns of everything, as Arrow or JSON."""

        def make(reading: Reading) -> Answer:
            rows = lookup.cube(reading, target, start, end, per)
            if not arrow:
                return _packed(lookup.cube_answer(reading, target, rows), reading)
            return Answer(None, _stream(rows), None, ARROW, tuple(reading.reads))

        return self._answer(asked, make, ("arrow" if arrow else "json",))

    def answer(self, asked: Asked, make: Callable[[Reading], Model]) -> Response:
        """An answer made from a reading, kept and tagged like every other."""
        return self._json(asked, make)

    # -- giving an answer ------------------------------------------------------------------------------------------------

    def _page(self, asked: Asked, make, sheet, format: str, *, ages: bool = False, findings: bool = False) -> Response:
        """A page as JSON, or as the file that says the same."""
        if format == "json":
            return self._json(asked, make, ages=ages, findings=findings)
        reading = self.library.open(asked)
        answer = make(reading)
        self.library.gate.note(reading.request(asked.address), reading.reads)
        filters = {name: value for name, value in asked.query if name != "format"}
        return exports.file(sheet(answer, {"page": asked.path, **filters}), format)

    def _json(
        self, asked: Asked, make: Callable[[Reading], Model], *, ages: bool = False, findings: bool = False, mark: str = ""
    ) -> Response:
        """mark: names what the answer rests on beside the commits."""
        kind = (mark,) if mark else ()
        return self._answer(asked, lambda reading: _packed(make(reading), reading), kind, ages=ages, findings=findings)

    def _answer(
        self, asked: Asked, make: Callable[[Reading], Answer], kind: tuple, *, ages: bool = False, findings: bool = False
    ) -> Response:
        """The kept answer, or a new one; nothing but the tag for a reader who has it."""
        reading = self.library.open(asked)
        state = [asked.path, asked.query, *kind, reading.state.sequence, reading.state.data, reading.now.date(), code_version(),
                 changes_by_itself(reading.desk.actions, reading.moment)]  # fmt: skip
        if ages:
            state.append(int(reading.now.timestamp() // (60 * MINUTES)))
        if findings:
            state.append(feeds.findings_ready(reading, self.keeper))
        tag = f'"{hashlib.sha256(repr(state).encode()).hexdigest()[:24]}"'
        known = self._answers.has(tag)
        answer = self._answers.get(tag, lambda: make(reading))
        self.library.gate.note(reading.request(asked.address), answer.reads, kept=known)
        headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Accept, Accept-Encoding"}
        if asked.has(tag):
            return Response(status_code=304, headers=headers)
        if answer.packed is not None and asked.gzip:
            return Response(answer.packed, media_type=answer.media_type, headers={**headers, "Content-Encoding": "gzip"})
        return Response(answer.body, media_type=answer.media_type, headers=headers)

    # -- work ------------------------------------------------------------------------------------------------------------

    def jobs(self, newest: int) -> data.Jobs:
        """Work under way or done."""
        places = self.library.state().places
        names = {place: country_name(places, place) for place in places.children("")}
        return data.Jobs(jobs=[lookup.job(record, names) for record in jobs(self.workspace, newest=newest)])

    def start_outlook(self, wanted: data.OutlookRequest) -> data.OutlookAsked:
        """Puts a run in the table and has it carried out. Raises UnknownName, DataError for a scenario that is closed."""
        reading = self.library.open(Asked.plain())
        if wanted.country not in reading.countries:
            raise UnknownName("country with figures to look ahead from", wanted.country, reading.countries)
        if wanted.scenario is not None:
            scenario(reading.snapshot, wanted.scenario).need_open(self.now().date())
        as_of = None if wanted.as_of is None else wanted.as_of.isoformat()
        job_id = ask_outlook(
            self.workspace,
            country=wanted.country,
            as_of=as_of,
            scenario=wanted.scenario,
            samples=wanted.samples,
            clock=self.now,
        )
        self.worker.take_up(job_id)
        return data.OutlookAsked(job=job_id, events="/api/v1/events")

    async def events(self, gone: Callable[[], Awaitable[bool]]) -> AsyncIterator[str]:
        """Events of about a minute, then the reader comes again: a server that stops waits no longer than that."""
        told: dict[str, str] = {}
        yield "retry: 1000\n\n"
        for second in range(STREAM_SECONDS):
            if await gone():
                return
            beats = await anyio.to_thread.run_sync(self.pulse.beats)
            for name, event, body in beats:
                text = json.dumps(body)
                if told.get(name) != text:
                    told[name] = text
                    yield f"event: {event}\ndata: {text}\n\n"
            if second % KEEP_ALIVE_SECONDS == 0:
                yield ": here\n\n"
            await asyncio.sleep(1)

    # -- starting and stopping -------------------------------------------------------------------------------------------

    def warm(self) -> None:
        """Works out, beside the first requests, what the first pages want."""
        threading.Thread(target=self._warm, daemon=True).start()

    def _warm(self) -> None:
        reading = self.library.open(Asked.plain())
        situation(reading)
        for place in (reading.ground.regions if reading.ground else ())[:1]:
            regions.region(reading, place)

    def stop(self) -> None:
        """Ends the processes that may still be at work."""
        self.worker.stop()


def _packed(model: Model, reading: Reading) -> Answer:
    """An answer as bytes, compressed once for all who take it so."""
    body = model.model_dump_json().encode()
    packed = gzip.compress(body, 6, mtime=0) if len(body) >= SMALL_BYTES else None
    return Answer(model, body, packed, JSON, tuple(reading.reads))


def _stream(rows: pa.Table) -> bytes:
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, rows.schema) as writer:
        writer.write_table(rows)
    return sink.getvalue()
