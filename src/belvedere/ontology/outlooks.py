"""What an outlook concludes for each region and level of care: the rows of the watch list."""

from __future__ import annotations

from belvedere.ontology.codes import EARLIEST_DAY, FEED_PATTERN, LATEST_DAY, LEVELS, PLACE_PATTERN
from belvedere.ontology.schema import CodeList, Shelf, Table, boolean, integer, number, text
from belvedere.ontology.schema import date as day

OUTLOOK_STATUSES = CodeList(
    "outlook_status",
    {
        "ok": "nothing speaks against it",
        "doubtful": "made, but something is odd; the reason says what",
        "failed": "not made; the reason says why",
    },
)

_DAYS = {"minimum": EARLIEST_DAY, "maximum": LATEST_DAY, "required": False}
_CHANCE = {"unit": "chance", "minimum": 0, "maximum": 1, "required": False}


class Outlooks(Table):
    """What an outlook says of one region and level of care: how far it can be trusted, and when its beds are passed.

    One run writes one row for each. The sampled futures behind it, as quantiles, are in `forecasts` under the same feed and
    reference date.
    """

    shelf = Shelf.SERIES
    caveats = (
        "A chance comes from sampled futures: 0 means none of them, not impossible.",
        "Where `others_known` is false, beds are compared with the patients of the epidemic alone: the true strain is higher.",
        "Dates of first passing are over the futures that pass; an empty one means that fewer pass than that share.",
    )

    feed = text("The run's feed: `outlook`, `outlook-<scenario>`, `replay`.", key=True, pattern=FEED_PATTERN)
    reference_date = day(
        "The last complete day; horizon 1 is the day after.", key=True, minimum=EARLIEST_DAY, maximum=LATEST_DAY
    )
    place = text("The region.", key=True, place=True, pattern=PLACE_PATTERN)
    level = text("Level of care; `all` where no beds can be foretold.", key=True, codes=LEVELS)
    country = text("Its country.", pattern="[A-Z]{2}")
    rank = integer("Place on the watch list, 1 the gravest.", unit="rank", minimum=1)
    status = text("How far it can be trusted.", codes=OUTLOOK_STATUSES)
    status_reason = text("Why it is not ok; empty when it is.", required=False)
    reason = text("Why it stands where it stands, in words.", required=False)
    present = number("Patients in these beds on the reference date.", unit="persons", minimum=0, required=False)
    beds = number("Capacity on the day after.", unit="beds", minimum=0, required=False)
    binding = text("Which kind of capacity is least: staffed, equipped, physical.", required=False)
    beds_dated = day("Day of the oldest figure in the capacity.", **_DAYS)
    others_known = boolean("Whether patients with other conditions are counted.", required=False)
    chance_7 = number("Chance of more patients than beds within 7 days.", **_CHANCE)
    chance_14 = number("The same within 14 days.", **_CHANCE)
    chance_28 = number("The same within 28 days.", **_CHANCE)
    alert_7 = number("Chance of passing the alert share of the beds within 7 days.", **_CHANCE)
    alert_14 = number("The same within 14 days.", **_CHANCE)
    alert_28 = number("The same within 28 days.", **_CHANCE)
    first_day_early = day("Day by which one future in ten has passed the beds.", **_DAYS)
    first_day_q25 = day("Day by which a quarter have; with the next but one it holds half of all futures.", **_DAYS)
    first_day_middle = day("Day by which half have.", **_DAYS)
    first_day_q75 = day("Day by which three quarters have.", **_DAYS)
    first_day_late = day("Day by which nine in ten have.", **_DAYS)
    peak_low = number("Highest number of patients in the horizon, 5 % quantile.", unit="persons", minimum=0, required=False)
    peak = number("The same, median.", unit="persons", minimum=0, required=False)
    peak_high = number("The same, 95 % quantile.", unit="persons", minimum=0, required=False)
    reproduction = number("Reproduction number, median, on the last day known.", unit="persons", minimum=0, required=False)
    reproduction_low = number("The same, 5 % quantile.", unit="persons", minimum=0, required=False)
    reproduction_high = number("The same, 95 % quantile.", unit="persons", minimum=0, required=False)
    growing = number("Chance that the reproduction number lies above 1.", **_CHANCE)
