"""Mobility: how many went, or were, from one place to another."""

from __future__ import annotations

from belvedere.ontology.codes import EARLIEST_DAY, FEED_PATTERN, LATEST_DAY, PERIODS, PLACE_PATTERN, STATUSES
from belvedere.ontology.rules import ValueMatchesStatus
from belvedere.ontology.schema import CodeList, Shelf, Table, date, number, text

FLOW_MEASURES = CodeList(
    "flow_measure",
    {
        "persons": "persons who went, scaled up to the population",
        "devices": "phones seen in both places",
        "trips": "trips",
        "night_presence": "residents of the origin who spend the night in the destination",
        "commuters": "persons who live in the origin and work in the destination",
        "passengers": "passengers of a carrier",
        "patients": "patients transferred between hospitals or regions",
    },
)

MODES = CodeList(
    "mode",
    {"all": "any, or not told", "air": "air", "rail": "rail", "road": "road", "sea": "sea", "several": "several together"},
)


class Flows(Table):
    """Movements between places: one row is one figure from one origin to one destination in one period."""

    shelf = Shelf.SERIES
    caveats = (
        "Phones are not people: users of one operator or application, scaled up by the producer.",
        "Small flows are hidden by the producers. A flow that is not there is unknown, not zero.",
        "Where origin and destination are the same, the figure counts those who stayed or moved inside.",
    )
    rules = (ValueMatchesStatus(),)

    feed = text("The feed that says so.", key=True, pattern=FEED_PATTERN)
    origin = text("From where; for presence, where they live.", key=True, place=True, pattern=PLACE_PATTERN)
    destination = text("To where.", key=True, place=True, pattern=PLACE_PATTERN)
    date = date("The day; for a longer period its last day.", key=True, minimum=EARLIEST_DAY, maximum=LATEST_DAY)
    period = text("Over which time.", key=True, codes=PERIODS, default="day")
    measure = text("What is counted.", key=True, codes=FLOW_MEASURES)
    mode = text("By which means.", key=True, codes=MODES, default="all")
    value = number("The figure; empty where the status says why.", minimum=0, required=False)
    status = text("Whether the figure is given, hidden or withdrawn.", codes=STATUSES, default="reported")
