"""What people want to be told of: the rules of the alerts."""

from __future__ import annotations

from belvedere.ontology.codes import EARLIEST_DAY, FEED_PATTERN, LATEST_DAY, LEVELS, PLACE_PATTERN
from belvedere.ontology.schema import CodeList, Shelf, Table, boolean, date, integer, number, text

ALERT_KINDS = CodeList(
    "alert_kind",
    {
        "beds": "chance of more patients than beds of a level of care within some days",
        "feed": "a feed late beyond its expectation, in hours; or its newest file set aside",
        "outlook": "age of the newest outlook of a country, in days; or its newest run failed",
        "place_failed": "outlooks of a place that failed, one after the other",
        "growth": "days in a row on which R lies surely above one: its 5 % quantile does",
    },
)

ALERT_LANGUAGES = CodeList("alert_language", {"fr": "French", "en": "English"})


class AlertRules(Table):
    """When people are told: one row is one rule. A shipped rule holds until a row of the same name stands here."""

    shelf = Shelf.RECORDS
    caveats = (
        "An alert opens when the value reaches `threshold` and closes when it is `clear_at` or less.",
        "The unit of both follows from the kind: a chance from 0 to 1, hours, days, outlooks.",
        "A withdrawn row takes a rule away, one that came with Belvedere too.",
        "`owner` names the one who answers for the rule, in clear.",
    )

    rule = text("The rule's name.", key=True, pattern=FEED_PATTERN)
    kind = text("What is watched.", codes=ALERT_KINDS)
    place = text("Where: everything inside it; empty: everywhere.", place=True, pattern=PLACE_PATTERN, required=False)
    level = text("Level of care, of beds.", codes=LEVELS, required=False)
    within_days = integer("Days ahead, of beds: 7, 14 or 28.", unit="days", minimum=1, required=False)
    threshold = number("Value from which an alert opens.", minimum=0)
    clear_at = number("Value down to which it stays open.", minimum=0)
    least_hours = number("Least hours between two messages on the same thing.", unit="hours", minimum=0)
    channels = text("Channels of the settings that are told, separated by blanks; empty: the page alone.", required=False)
    language = text("Language of the messages.", codes=ALERT_LANGUAGES)
    active_until = date("Last day it holds; empty: open.", minimum=EARLIEST_DAY, maximum=LATEST_DAY, required=False)
    owner = text("Who answers for it.", required=False)
    active = boolean("Whether it is in use.")
