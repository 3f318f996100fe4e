"""What if: scenarios, and what each of them changes."""

from __future__ import annotations

from belvedere.ontology.codes import EARLIEST_DAY, FEED_PATTERN, LATEST_DAY, LEVELS, PLACE_PATTERN
from belvedere.ontology.rules import NotBefore
from belvedere.ontology.schema import CodeList, Shelf, Table, date, integer, number, text

SCENARIO_STATES = CodeList(
    "scenario_state",
    {
        "draft": "being written, or changed since it last ran",
        "kept": "has run as it stands; its results can be compared",
        "promoted": "taken over into practice; not changed any more",
        "expired": "closed: its results stay, it does not run again",
    },
)

OVERLAY_SUBJECTS = CodeList(
    "overlay_subject",
    {
        "futures": "what is coming: transmission, admissions, stays, the share that needs intensive care",
        "capacity": "beds by level of care",
        "parameter": "a number of the reference table `outlook`",
    },
)

OPERATIONS = CodeList(
    "operation",
    {
        "set": "the value takes the place of what stands there",
        "multiply": "what stands there, times the value",
        "add": "what stands there, plus the value",
    },
)


class Scenarios(Table):
    """Questions of the form "what if": one row is one scenario; what it changes stands in `scenario_overlays`."""

    shelf = Shelf.RECORDS
    caveats = (
        "A scenario past `expires_on` is expired, whatever its state says.",
        "It is asked today of any past day: read it by commit, never by the `as_of` of the run that uses it.",
        "`author` names the one who asks, in clear: whoever uses the result must know whom to ask.",
    )

    scenario = text("The scenario's name; its results carry the feed `outlook-<scenario>`.", key=True, pattern=FEED_PATTERN)
    title = text("What it is, in a few words.")
    author = text("Who asks.")
    question = text("Why: the question it is to answer.", required=False)
    expires_on = date("Last day it may run; empty: open.", minimum=EARLIEST_DAY, maximum=LATEST_DAY, required=False)
    state = text("How far it is.", codes=SCENARIO_STATES)


class ScenarioOverlays(Table):
    """What a scenario changes: one row is one change, over some days in some place.

    Rows on the same thing combine: first what is set, then every factor, then every addition; their order does not matter.
    """

    shelf = Shelf.RECORDS
    caveats = (
        "A place covers all places below it; an empty place is everywhere.",
        "A change is relative to the outlook without it, never to a world without measures.",
    )
    rules = (NotBefore("last_day", "first_day"),)

    scenario = text("The scenario.", key=True, pattern=FEED_PATTERN)
    overlay = integer("Number of the row in its scenario, from 1; never given twice.", key=True, minimum=1)
    subject = text("What kind of thing changes.", codes=OVERLAY_SUBJECTS)
    name = text("Which one: `transmission`, `beds`, the id of a parameter.")
    level = text("Level of care, of beds.", codes=LEVELS, required=False)
    place = text("Where; empty: everywhere.", place=True, pattern=PLACE_PATTERN, required=False)
    first_day = date("First day; empty: from the start.", minimum=EARLIEST_DAY, maximum=LATEST_DAY, required=False)
    last_day = date("Last day; empty: to the end.", minimum=EARLIEST_DAY, maximum=LATEST_DAY, required=False)
    operation = text("How the value is applied.", codes=OPERATIONS)
    value = number("The value: a factor, or a number in the unit of what it changes.")
    note = text("Where it comes from: a source with its range, a decision.", required=False)
