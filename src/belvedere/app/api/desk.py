"""People's work through the interface: acting on the watch list, its history, notes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from belvedere.app import words_desk
from belvedere.app.api import common
from belvedere.app.api import models_desk as models
from belvedere.app.api.asked import Asked
from belvedere.app.api.attending import desk_numbers, facts_of, rules, zone_of
from belvedere.app.api.common import same, text
from belvedere.app.api.models import Text
from belvedere.app.api.models_region import Event
from belvedere.app.api.models_situation import WatchRow
from belvedere.app.api.problems import Told
from belvedere.app.api.reading import Library, Reading
from belvedere.app.api.watch import listed, ranked
from belvedere.desk import notes as desk_notes
from belvedere.desk.actions import act
from belvedere.desk.watch import Action, by_row
from belvedere.errors import Refused, UnknownName

# -- the watch list ------------------------------------------------------------------------------------------------------


def take_action(
    library: Library, asked: Asked, place: str, level: str, wanted: models.WatchActionRequest, person: str
) -> WatchRow:
    """Does what a person asks on one row and returns the row as it stands then.

    Raises UnknownName for a place that does not exist; Told for what is not allowed.
    """
    reading = open_for_change(library, asked, place)
    row = _listed_row(reading, place, level)
    until = None if wanted.until is None else dt.datetime.combine(
        wanted.until, dt.time(), tzinfo=reading.state.places.timezone(place)
    )  # fmt: skip
    action = Action(
        place, level, 0, wanted.action, person, reading.now, reason=wanted.reason or None,
        until=until and until.astimezone(dt.UTC), assignee=wanted.assignee or None, then=facts_of(row),
        reference_date=reading.run.reference_date,
    )  # fmt: skip
    with told(zone_of(reading)):
        act(library.workspace, action, seen=wanted.seen, rules=rules(reading))
    after = Reading(library, reading.asked, library.state(), reading.now)
    return next(found for found in ranked(after, "all") if (found.place, found.level) == (place, level))


def _listed_row(reading: Reading, place: str, level: str) -> WatchRow:
    for row in listed(reading):
        if (row.place, row.level) == (place, level):
            return row
    with told(zone_of(reading)):
        raise Refused("not_listed", f"{place}, {level}: expected a row of the watch list of the current outlook.")


def history(reading: Reading, place: str, level: str) -> models.WatchHistory:
    """What was done with a row up to the moment of the reading, the newest first."""
    need_place(reading, place)
    zone = str(reading.state.places.timezone(place))
    own = by_row(a for a in reading.desk.actions if a.at <= reading.moment).get((place, level), [])
    return models.WatchHistory(
        meta=common.meta(reading), place=place, level=level, actions=[_done(a, zone) for a in reversed(own)]
    )


def _done(action: Action, zone: str) -> models.WatchActionDone:
    return models.WatchActionDone(
        number=action.number, action=action.action, text=text(lambda lang: words_desk.did(lang, action, zone)),
        actor=action.actor, at=action.at, reason=action.reason, until=action.until, assignee=action.assignee,
        chance_14=action.then and action.then.chance,
    )  # fmt: skip


# -- notes ---------------------------------------------------------------------------------------------------------------


def notes(reading: Reading, place: str) -> models.Notes:
    """The notes that concern a place, by the day they speak of, the newest first. Raises UnknownName."""
    need_place(reading, place)
    return models.Notes(
        meta=common.meta(reading), place=place, may_write=reading.asked.until is None,
        notes=[_note(reading, note) for note in reversed(notes_of(reading, place))],
    )  # fmt: skip


def notes_of(reading: Reading, place: str) -> list[desk_notes.Note]:
    """Notes of a place and of the larger places it lies in, as they stood at the moment of the reading."""
    concerned = {place, *reading.state.places.ancestors(place)}
    return [note for note in desk_notes.notes_at(reading.desk.notes, reading.moment) if note.place in concerned]


def note_events(reading: Reading, place: str) -> list[Event]:
    """The notes that stand, for the time axis."""
    return [
        Event(date=note.date, text=same(note.text), author=note.author, kind=note.kind)
        for note in notes_of(reading, place)
        if note.stands
    ]


def write_note(library: Library, asked: Asked, place: str, wanted: models.NoteRequest, person: str) -> models.Note:
    """Writes a note and returns it. Raises UnknownName for a place that does not exist; Told for what is not allowed."""
    reading = open_for_change(library, asked, place)
    made = desk_notes.Note(0, place, wanted.date, wanted.kind, wanted.text, person, reading.now, wanted.language)
    last_day = reading.today + dt.timedelta(days=desk_numbers(reading)["note.ahead_days"])
    with told(zone_of(reading)):
        return _note(reading, desk_notes.write(library.workspace, made, last_day=last_day))


def withdraw_note(library: Library, asked: Asked, id: int, reason: str, person: str) -> models.Note:
    """Takes a note back and returns it. Raises UnknownName for one that does not exist; Told for what is not allowed."""
    reading = open_for_change(library, asked, None)
    with told(zone_of(reading)):
        return _note(reading, desk_notes.withdraw(library.workspace, id, by=person, reason=reason, now=reading.now))


def _note(reading: Reading, note: desk_notes.Note) -> models.Note:
    return models.Note(
        **vars(note), place_name=reading.state.places.name(note.place),
        may_withdraw=note.stands and reading.asked.until is None,
    )  # fmt: skip


# -- what both share -----------------------------------------------------------------------------------------------------


def open_for_change(library: Library, asked: Asked, place: str | None) -> Reading:
    """A reading of now, in the country of the place. Raises Told on a past day and in a scenario; UnknownName."""
    reading = library.open(asked)
    with told(zone_of(reading)):
        if asked.until is not None:
            raise Refused("past_day", f"as_of {asked.until:%Y-%m-%d}: a past day is read only; act without as_of.")
        if asked.scenario is not None:
            raise Refused("scenario", f"scenario {asked.scenario}: people act on the current course; act without scenario.")
    if place is None:
        return reading
    need_place(reading, place)
    country = reading.state.places[place].country
    return Reading(library, Asked(asked.path, country=country), reading.state, reading.now)


def need_place(reading: Reading, place: str) -> None:
    """Raises UnknownName for a place that does not exist."""
    if place not in reading.state.places:
        raise UnknownName("place", place, reading.state.places)


@contextmanager
def told(zone: str) -> Iterator[None]:
    """Says a refusal of the desk in both languages."""
    try:
        yield
    except Refused as refused:
        said = Text(**{lang: words_desk.refusal(lang, refused.rule, refused.values, zone) for lang in ("fr", "en")})
        raise Told(409 if refused.overtaken else 400, str(refused), said, refused.field) from refused
