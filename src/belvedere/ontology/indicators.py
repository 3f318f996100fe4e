"""Indicators: one figure for one place, day, condition, age and sex."""

from __future__ import annotations

from belvedere.ontology.codes import (
    AGE_GROUP_PATTERN,
    CONDITIONS,
    EARLIEST_DAY,
    FEED_PATTERN,
    LATEST_DAY,
    PERIODS,
    PLACE_PATTERN,
    SEXES,
    STATUSES,
)
from belvedere.ontology.indicator_list import INDICATOR_CODES, INDICATORS, IndicatorDefinition, SeriesKind, indicator
from belvedere.ontology.rules import ValueMatchesStatus, WithinBoundsOfCode
from belvedere.ontology.schema import Shelf, Table, date, number, text

__all__ = ["INDICATORS", "INDICATOR_CODES", "IndicatorDefinition", "Indicators", "SeriesKind", "indicator"]


class Indicators(Table):
    """Counts, censuses and rates by place and date: one row is one figure.

    What is counted is a code (`indicator`), with its kind (stock, flow, cumulative or rate) and unit in the code list. The
    condition, the age and the sex are columns, so a new disease or age class needs no new column.
    """

    shelf = Shelf.SERIES
    caveats = (
        "Two feeds may give the same indicator with different definitions, delays and coverage: compare within a feed first.",
        "The last days of a series are usually incomplete: read them with the feed's lag.",
        "A negative flow is a producer's correction of earlier days. It loads; the health rules show it.",
        "A negative stock or cumulative figure cannot exist and is set aside.",
        "A row that is not there was never reported. It is not zero.",
        "Stocks add over places, never over days; rates add over nothing; `7d` windows overlap.",
    )
    rules = (
        WithinBoundsOfCode(
            "value",
            by="indicator",
            minimum={name: d.minimum for name, d in INDICATORS.items() if d.minimum is not None},
            maximum={name: d.maximum for name, d in INDICATORS.items() if d.maximum is not None},
        ),
        ValueMatchesStatus(),
    )

    feed = text("The feed that says so: the name of its mapping.", key=True, pattern=FEED_PATTERN)
    place = text("Where.", key=True, place=True, pattern=PLACE_PATTERN)
    date = date("The day it happened; for a longer period its last day.", key=True, minimum=EARLIEST_DAY, maximum=LATEST_DAY)
    indicator = text("What is counted.", key=True, codes=INDICATOR_CODES)
    condition = text("Among whom: the condition.", key=True, codes=CONDITIONS, default="all")
    age_group = text("Among whom: the age class, both ends included.", key=True, pattern=AGE_GROUP_PATTERN, default="all")
    sex = text("Among whom: the sex.", key=True, codes=SEXES, default="all")
    period = text("Over which time.", key=True, codes=PERIODS, default="day")
    value = number("The figure, in the indicator's unit; empty where the status says why.", required=False)
    status = text("Whether the figure is given, hidden or withdrawn.", codes=STATUSES, default="reported")
