"""People's work: who follows which place of the watch list, and what they wrote on the time line."""

from __future__ import annotations

from belvedere.ontology.codes import EARLIEST_DAY, LATEST_DAY, LEVELS, PLACE_PATTERN
from belvedere.ontology.schema import CodeList, Shelf, Table, integer, text, timestamp
from belvedere.ontology.schema import date as day
from belvedere.ontology.schema import number as number_of

WATCH_STATES = CodeList(
    "watch_state",
    {
        "open": "nobody has taken it",
        "taken": "somebody follows it",
        "snoozed": "laid aside until a day; it comes back by itself",
        "acknowledged": "known and left as it is; it comes back by itself when it gets graver",
    },
)

WATCH_ACTIONS = CodeList(
    "watch_action",
    {
        "take": "the actor follows it from now on",
        "assign": "the assignee follows it from now on",
        "release": "nobody follows it any more",
        "snooze": "laid aside until a day, with the reason",
        "acknowledge": "left as it is, with the reason",
        "reopen": "back on the list before its time",
    },
)

WATCH_MARKS = CodeList(
    "watch_mark",
    {
        "none": "calm",
        "watch": "to be watched",
        "critical": "more likely than not to pass its beds",
        "failed": "not foretold",
    },
)

NOTE_KINDS = CodeList(
    "note_kind",
    {
        "comment": "what somebody thinks of the figures",
        "event": "something that happened or will: a ward opened, a change in counting",
        "measure": "a measure against the epidemic begun, changed or ended",
    },
)


class WatchActions(Table):
    """What people did with the rows of the watch list: one row is one action. The state of a row follows from its actions, the
    outlook of the day and the clock; it is kept nowhere else."""

    shelf = Shelf.RECORDS
    caveats = (
        "`actor` and `assignee` name people, in clear: whoever sees a row must know whom to ask.",
        "`chance` and `mark` are those the actor could see; later outlooks do not change them.",
    )

    place = text("The place.", key=True, place=True, pattern=PLACE_PATTERN)
    level = text("Level of care.", key=True, codes=LEVELS)
    number = integer("Number of the action on this place and level, from 1; never given twice.", key=True, minimum=1)
    action = text("What was done.", codes=WATCH_ACTIONS)
    actor = text("Who did it, signed in.")
    at = timestamp("When.")
    assignee = text("Who is to follow it, of an assignment.", required=False)
    until = timestamp("When a snooze ends.", required=False)
    reason = text("Why; always there for a snooze and an acknowledgement.", required=False)
    chance = number_of(
        "Chance of passing the beds within 14 days, as the actor saw it.",
        unit="chance",
        minimum=0,
        maximum=1,
        required=False,
    )
    mark = text("Mark of the row, as the actor saw it.", codes=WATCH_MARKS, required=False)
    reference_date = day(
        "Last complete day of the outlook it was done on.", minimum=EARLIEST_DAY, maximum=LATEST_DAY, required=False
    )


class Notes(Table):
    """Comments and events on the time line of a place. A note is never edited: it is withdrawn, with the reason, and stays
    readable."""

    shelf = Shelf.RECORDS
    caveats = (
        "Dated twice: `date` is the day it speaks of, `written_at` the moment it was written.",
        "Free text: it may hold what somebody should not have written. It can be erased like any record.",
    )

    note = integer("Number of the note, from 1; never given twice.", key=True, minimum=1)
    place = text("The place it speaks of.", place=True, pattern=PLACE_PATTERN)
    date = day("The day it speaks of.", minimum=EARLIEST_DAY, maximum=LATEST_DAY)
    kind = text("What kind of note.", codes=NOTE_KINDS)
    language = text("Language it is written in: fr, en.", pattern="[a-z]{2}", required=False)
    author = text("Who wrote it, signed in.")
    written_at = timestamp("When it was written.")
    withdrawn_by = text("Who took it back.", required=False)
    withdrawn_at = timestamp("When it was taken back.", required=False)
    withdrawn_reason = text("Why it was taken back.", required=False)
    text = text("What it says.")
