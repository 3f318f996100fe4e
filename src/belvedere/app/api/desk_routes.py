"""The addresses of people's work under `/api/v1`: actions on the watch list, notes."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Response

from belvedere.app.api import desk
from belvedere.app.api import models_desk as models
from belvedere.app.api.acting import Person, acting_route
from belvedere.app.api.asking import AskedOption
from belvedere.app.api.models_situation import WatchRow
from belvedere.app.api.office import Office

Level = Literal["icu", "ward", "all"]


def make_desk_router(office: Office, faults: dict) -> APIRouter:
    """The desk's routes. faults: answers that all of them share."""
    router = APIRouter(route_class=acting_route(office), responses=faults, tags=["desk"])

    @router.post("/watch/{place}/{level}/actions", operation_id="act_on_watch", status_code=201)
    def act_on_watch(
        asked: AskedOption, person: Person, place: str, level: Level, wanted: models.WatchActionRequest
    ) -> WatchRow:
        """Takes, assigns, releases, snoozes, acknowledges or reopens a row; answers with the row as it stands then."""
        return desk.take_action(office.library, asked, place, level, wanted, person)

    @router.get("/watch/{place}/{level}/actions", operation_id="watch_history", response_model=models.WatchHistory)
    def watch_history(asked: AskedOption, place: str, level: Level) -> Response:
        """What was done with a row, the newest first."""
        return office.answer(asked, lambda reading: desk.history(reading, place, level))

    @router.get("/regions/{place}/notes", operation_id="notes", response_model=models.Notes)
    def notes(asked: AskedOption, place: str) -> Response:
        """Notes that concern a place, the newest day first."""
        return office.answer(asked, lambda reading: desk.notes(reading, place))

    @router.post("/regions/{place}/notes", operation_id="write_note", status_code=201)
    def write_note(asked: AskedOption, person: Person, place: str, wanted: models.NoteRequest) -> models.Note:
        """Writes a note on the time line of a place."""
        return desk.write_note(office.library, asked, place, wanted, person)

    @router.post("/notes/{id}/withdraw", operation_id="withdraw_note")
    def withdraw_note(asked: AskedOption, person: Person, id: int, wanted: models.WithdrawRequest) -> models.Note:
        """Takes a note back, with the reason; it stays readable."""
        return desk.withdraw_note(office.library, asked, id, wanted.reason, person)

    return router
