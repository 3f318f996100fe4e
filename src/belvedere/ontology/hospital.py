"""The hospital: what it could hold, who lay there, who worked there."""

from __future__ import annotations

from dataclasses import dataclass

from belvedere.ontology.codes import (
    AGE_GROUP_PATTERN,
    CONDITIONS,
    EARLIEST_DAY,
    FEED_PATTERN,
    LATEST_DAY,
    LEVELS,
    PLACE_PATTERN,
    ROLES,
    SEXES,
    STATUSES,
)
from belvedere.ontology.rules import NotBefore, ValueMatchesStatus, WithinBoundsOfCode
from belvedere.ontology.schema import CodeList, Shelf, Table, date, number, text, timestamp


@dataclass(frozen=True)
class ResourceDefinition:
    """One resource that is counted: its unit, meaning, the resource it is a part of, and the lowest figure it can have."""

    unit: str
    description: str
    part_of: str | None = None
    minimum: float | None = 0.0


RESOURCES: dict[str, ResourceDefinition] = {
    "beds_total": ResourceDefinition("beds", "Beds there are, as the feed counts them."),
    "beds_max": ResourceDefinition("beds", "Beds there could be at most, with what is planned for a surge."),
    "beds_licensed": ResourceDefinition("beds", "Beds the hospital is licensed for."),
    "beds_equipped": ResourceDefinition("beds", "Beds with the equipment their level asks for."),
    "beds_staffed": ResourceDefinition("beds", "Beds with the staff their level asks for."),
    "beds_occupied": ResourceDefinition("beds", "Beds with a patient."),
    "beds_free": ResourceDefinition(
        "beds", "Beds ready for a patient; below zero: more patients than beds.", "beds_total", None
    ),
    "beds_free_max": ResourceDefinition("beds", "Beds that could be made free of the most there could be.", "beds_max", None),
    "beds_reserve_7d": ResourceDefinition("beds", "Beds that could be opened within seven days."),
    "ventilators_total": ResourceDefinition("ventilators", "Invasive ventilators there are."),
    "ventilators_max": ResourceDefinition("ventilators", "Invasive ventilators there could be at most."),
    "ventilators_occupied": ResourceDefinition("ventilators", "Invasive ventilators in use.", "ventilators_total"),
    "ventilators_free": ResourceDefinition("ventilators", "Invasive ventilators ready for use.", "ventilators_total", None),
    "ecmo_total": ResourceDefinition("machines", "ECMO machines there are."),
    "ecmo_free": ResourceDefinition("machines", "ECMO machines ready for use.", "ecmo_total", None),
    "oxygen_flow_max": ResourceDefinition("litres per minute", "Oxygen that the site's network can deliver."),
}

RESOURCE_CODES = CodeList(
    "resource",
    {name: definition.description for name, definition in RESOURCES.items()},
    facts={
        name: {"unit": d.unit, "part of": d.part_of or "", "lowest": "" if d.minimum is None else f"{d.minimum:g}"}
        for name, d in RESOURCES.items()
    },
)

STAY_OUTCOMES = CodeList(
    "stay_outcome",
    {
        "present": "still there",
        "home": "went home",
        "moved": "moved to another unit of the same hospital",
        "transferred": "transferred to another hospital",
        "care": "went to a nursing home or follow-up care",
        "died": "died there",
        "left": "left against advice",
        "unknown": "left, not known where to",
    },
)

ADMISSION_SOURCES = CodeList(
    "admission_source",
    {
        "emergency": "through the emergency department",
        "home": "from home, planned or by a physician",
        "moved": "from another unit of the same hospital",
        "transferred": "from another hospital",
        "care": "from a nursing home",
        "unknown": "not recorded",
    },
)

SHIFT_NAMES = CodeList(
    "shift_name",
    {"day": "day", "evening": "evening", "night": "night", "twelve_day": "12 h by day", "twelve_night": "12 h by night"},
)

SHIFT_STATUSES = CodeList(
    "shift_status",
    {
        "planned": "on the roster",
        "worked": "worked",
        "absent": "on the roster, did not come",
        "cancelled": "taken off the roster",
        "on_call": "at home, can be called",
    },
)

ABSENCE_REASONS = CodeList(
    "absence_reason",
    {
        "sick": "ill",
        "isolation": "isolated or quarantined",
        "leave": "on leave",
        "training": "in training",
        "other": "another reason",
    },
)


class Capacity(Table):
    """What a place can hold, day by day: beds by level of care, ventilators, and how many are taken.

    Capacity is a curve in time. Beds that exist, beds equipped and beds staffed are separate resources, because the least of
    the three is what can be used.
    """

    shelf = Shelf.SERIES
    caveats = (
        "`beds_total` means what the feed counts: licensed, equipped or open beds. Its mapping says which.",
        "Free beds below zero are real: patients beyond the beds, or a total brought up to date later than the occupancy.",
        "Free and occupied beds do not always add up to the total: they may be reported at different hours.",
        "Ventilated beds are not additional to intensive-care beds.",
    )
    rules = (
        WithinBoundsOfCode(
            "value", by="resource", minimum={name: d.minimum for name, d in RESOURCES.items() if d.minimum is not None}
        ),
        ValueMatchesStatus(),
    )

    feed = text("The feed that says so: the name of its mapping.", key=True, pattern=FEED_PATTERN)
    place = text("Where.", key=True, place=True, pattern=PLACE_PATTERN)
    date = date("The day.", key=True, minimum=EARLIEST_DAY, maximum=LATEST_DAY)
    level = text("Level of care.", key=True, codes=LEVELS)
    resource = text("What is counted.", key=True, codes=RESOURCE_CODES)
    age_group = text("For whom: the age class.", key=True, pattern=AGE_GROUP_PATTERN, default="all")
    condition = text("For whom: the condition the resource is kept for.", key=True, codes=CONDITIONS, default="all")
    value = number("The figure, in the resource's unit; empty where the status says why.", required=False)
    status = text("Whether the figure is given, hidden or withdrawn.", codes=STATUSES, default="reported")


class Stays(Table):
    """Who lay where: one row is one patient's unbroken presence in one unit at one level of care.

    A move to another unit or level ends the row and begins another with the same `stay`.
    """

    shelf = Shelf.RECORDS
    caveats = (
        "Patients and stays are keyed pseudonyms; the names never reach the store.",
        "A stay still running has no end. Lengths of stay must be estimated with that in mind, or they come out too short.",
        "A stay is not a person: one patient may have several.",
    )
    rules = (NotBefore("left_at", "admitted_at"),)

    feed = text("The feed that says so.", key=True, pattern=FEED_PATTERN)
    stay = text("The stay, from entering the hospital to leaving it.", key=True, identity=True)
    admitted_at = timestamp("Entered the unit.", key=True)
    patient = text("The patient.", identity=True)
    facility = text("The hospital.", place=True, pattern=PLACE_PATTERN)
    unit = text("The unit.", place=True, pattern=PLACE_PATTERN, required=False)
    level = text("Level of care.", codes=LEVELS)
    left_at = timestamp("Left the unit; empty while present.", required=False)
    source = text("Where the patient came from.", codes=ADMISSION_SOURCES, required=False)
    outcome = text("How the presence ended; empty while present or not known.", codes=STAY_OUTCOMES, required=False)
    condition = text("Why, or with what.", codes=CONDITIONS)
    age_group = text("Age class at admission.", pattern=AGE_GROUP_PATTERN)
    sex = text("Sex.", codes=SEXES, required=False)


class Shifts(Table):
    """Who worked where and when: one row is one shift of one person, planned or worked."""

    shelf = Shelf.RECORDS
    caveats = (
        "Persons are keyed pseudonyms. The table serves to see whether units are staffed, never to watch one person's work.",
        "Planned and worked hours differ; `status` says which this is.",
        "Night shifts end on the day after they begin.",
    )
    rules = (NotBefore("end", "start"),)

    feed = text("The feed that says so.", key=True, pattern=FEED_PATTERN)
    person = text("The person.", key=True, identity=True)
    start = timestamp("Begins.", key=True)
    facility = text("The hospital.", place=True, pattern=PLACE_PATTERN)
    unit = text("The unit.", place=True, pattern=PLACE_PATTERN, required=False)
    role = text("As what.", codes=ROLES)
    skill = text("A further qualification, as the hospital names it.", required=False)
    shift = text("Which shift of the day.", codes=SHIFT_NAMES, required=False)
    end = timestamp("Ends.")
    hours = number("Hours paid or worked, breaks taken off.", unit="hours", minimum=0, required=False)
    status = text("Planned, worked or missed.", codes=SHIFT_STATUSES)
    absence_reason = text("Why absent.", codes=ABSENCE_REASONS, required=False)
