"""The epidemic person by person, and what was ordered against it."""

from __future__ import annotations

from belvedere.ontology.codes import (
    AGE_GROUP_PATTERN,
    CONDITIONS,
    EARLIEST_DAY,
    FEED_PATTERN,
    LATEST_DAY,
    PLACE_PATTERN,
    SEXES,
)
from belvedere.ontology.rules import NotBefore
from belvedere.ontology.schema import CodeList, Shelf, Table, boolean, date, number, text

CLASSIFICATIONS = CodeList(
    "classification",
    {
        "suspected": "meets the clinical definition",
        "probable": "suspected and linked to a case, or by a physician's judgement",
        "confirmed": "confirmed by a laboratory",
        "discarded": "tested and ruled out",
    },
)

CASE_OUTCOMES = CodeList("case_outcome", {"recovered": "recovered", "died": "died", "ill": "still ill", "unknown": "not known"})

SETTINGS = CodeList(
    "setting",
    {
        "household": "same household",
        "family": "family outside the household",
        "work": "workplace",
        "school": "school or childcare",
        "healthcare": "hospital or practice",
        "care_home": "care home",
        "social": "meal, party, sport, worship",
        "travel": "journey",
        "funeral": "funeral",
        "community": "elsewhere",
        "unknown": "not known",
    },
)

LINKS = CodeList(
    "link",
    {
        "exposed": "the contact was exposed to the case",
        "infected": "the contact was infected by the case, as the investigation found",
        "cluster": "both belong to one cluster; who infected whom is not known",
    },
)

CONTACT_STATUSES = CodeList(
    "contact_status",
    {
        "to_call": "not reached yet",
        "followed": "under follow-up",
        "completed": "follow-up ended, not ill",
        "became_case": "became a case",
        "lost": "could not be reached",
        "unknown": "not recorded",
    },
)

MEASURES = CodeList(
    "measure",
    {
        "stay_at_home": "stay-at-home order",
        "curfew": "curfew",
        "gatherings_limited": "gatherings limited to a number",
        "events_cancelled": "public events cancelled",
        "schools_closed": "schools closed",
        "universities_closed": "universities closed",
        "businesses_closed": "some or all businesses closed",
        "restaurants_closed": "restaurants and bars closed",
        "telework": "work from home asked or ordered",
        "masks": "masks asked or ordered",
        "travel_limited": "travel inside the country limited",
        "border_controls": "border checks, quarantine or closure",
        "testing": "testing policy",
        "tracing": "contact tracing policy",
        "isolation": "isolation of cases and contacts",
        "vaccination": "vaccination campaign",
        "health_pass": "pass asked at entry",
        "surgery_postponed": "planned care put off",
        "hospital_plan": "hospital emergency plan (France: plan blanc)",
        "alert_level": "alert level or colour of the place",
        "other": "another measure: see the details",
    },
)

EXTENTS = CodeList(
    "extent", {"advised": "advised", "partial": "ordered in part", "full": "ordered in full", "lifted": "lifted"}
)


class Cases(Table):
    """Persons who have, or may have, the condition: one row is one case."""

    shelf = Shelf.RECORDS
    identity_purpose = "tracing"
    caveats = (
        "Cases are keyed pseudonyms. Small places with age and sex can still name a person: never publish rows.",
        "The day of onset is told by the patient and often missing; days that are missing are not guessed here.",
        "Line lists are fuller for the first cases of an epidemic than for the later ones.",
    )

    feed = text("The feed that says so.", key=True, pattern=FEED_PATTERN)
    case = text("The case.", key=True, identity=True)
    condition = text("Of what.", codes=CONDITIONS)
    classification = text("How sure it is.", codes=CLASSIFICATIONS)
    place = text("Where the person lives.", place=True, pattern=PLACE_PATTERN)
    facility = text("The hospital, if any.", place=True, pattern=PLACE_PATTERN, required=False)
    infected_on = date("Day of infection.", minimum=EARLIEST_DAY, maximum=LATEST_DAY, required=False)
    onset_on = date("First symptoms.", minimum=EARLIEST_DAY, maximum=LATEST_DAY, required=False)
    tested_on = date("Sample taken.", minimum=EARLIEST_DAY, maximum=LATEST_DAY, required=False)
    confirmed_on = date("Confirmed.", minimum=EARLIEST_DAY, maximum=LATEST_DAY, required=False)
    reported_on = date("Reported.", minimum=EARLIEST_DAY, maximum=LATEST_DAY, required=False)
    hospitalised_on = date("Entered hospital.", minimum=EARLIEST_DAY, maximum=LATEST_DAY, required=False)
    outcome = text("How it ended.", codes=CASE_OUTCOMES, required=False)
    outcome_on = date("Day of the outcome.", minimum=EARLIEST_DAY, maximum=LATEST_DAY, required=False)
    age_group = text("Age class.", pattern=AGE_GROUP_PATTERN)
    sex = text("Sex.", codes=SEXES)
    setting = text("Where the infection happened.", codes=SETTINGS, required=False)
    cluster = text("The cluster it belongs to, as the investigation names it.", required=False)
    imported = boolean("Whether the infection was acquired abroad.", required=False)


class Contacts(Table):
    """Who met whom: one row links a case to one contact."""

    shelf = Shelf.RECORDS
    identity_purpose = "tracing"
    caveats = (
        "The shortest-lived table of the house: it is kept as long as the law allows and then really deleted.",
        "Contacts are those that were named; the missing ones are not a random part.",
    )

    feed = text("The feed that says so.", key=True, pattern=FEED_PATTERN)
    case = text("The case.", key=True, identity=True)
    contact = text("The person met.", key=True, identity=True)
    link = text("How they are linked.", key=True, codes=LINKS)
    setting = text("Where they met.", codes=SETTINGS, required=False)
    first_on = date("First day they met.", minimum=EARLIEST_DAY, maximum=LATEST_DAY, required=False)
    last_on = date("Last day they met.", minimum=EARLIEST_DAY, maximum=LATEST_DAY, required=False)
    follow_until = date("Last day of follow-up.", minimum=EARLIEST_DAY, maximum=LATEST_DAY, required=False)
    status = text("How far the follow-up is.", codes=CONTACT_STATUSES)
    place = text("Where the contact lives.", place=True, pattern=PLACE_PATTERN, required=False)

    rules = (NotBefore("last_on", "first_on"),)


class Measures(Table):
    """Measures in force: one row is one measure in one place from one day."""

    shelf = Shelf.SERIES
    caveats = (
        "A measure in force is an order, not a behaviour: people change earlier, and not all of them.",
        "Measures come in bundles; their separate effects can hardly be told apart.",
        "An empty end means in force when the row was known, not for ever.",
    )
    rules = (NotBefore("end_on", "start_on"),)

    feed = text("The feed that says so.", key=True, pattern=FEED_PATTERN)
    place = text("Where.", key=True, place=True, pattern=PLACE_PATTERN)
    measure = text("What.", key=True, codes=MEASURES)
    target = text("For whom or what, in the feed's words, or `all`.", key=True, default="all")
    start_on = date("First day in force.", key=True, minimum=EARLIEST_DAY, maximum=LATEST_DAY)
    end_on = date("Last day in force.", minimum=EARLIEST_DAY, maximum=LATEST_DAY, required=False)
    extent = text("How far it goes.", codes=EXTENTS)
    level = text("The level or colour, where the place has one.", required=False)
    limit = number("The number it sets (persons, hours, kilometres), told in the details.", minimum=0, required=False)
    details = text("The measure in words.", required=False)
