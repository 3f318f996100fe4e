"""Code lists and text patterns that several tables share."""

from __future__ import annotations

import datetime as dt

from belvedere.ontology.schema import CodeList

# A day outside these is a mistyped year: no series or line list we know of starts before 1800.
EARLIEST_DAY = dt.date(1800, 1, 1)
LATEST_DAY = dt.date(2200, 12, 31)

# "FR", "FR-75", "FR-FINESS-750100042", "ITC1": ISO 3166-1, ISO 3166-2, a facility of a country, or NUTS.
PLACE_PATTERN = r"[A-Z]{2}([A-Z0-9]{1,3}|(-[A-Za-z0-9._]+)+)?"

# "all", "adults", "children", "unknown", or a class with both ends included: "00-19", "80+".
AGE_GROUP_PATTERN = r"all|adults|children|unknown|\d{2,3}-\d{2,3}|\d{2,3}\+"

# The name of a feed is the name of its mapping text: "fr-spf-hospital-flows".
FEED_PATTERN = r"[a-z0-9]+(-[a-z0-9]+)*"

CONDITIONS = CodeList(
    "condition",
    {
        "all": "everyone, whatever the condition",
        "covid19": "COVID-19 (ICD-10 U07.1, U07.2)",
        "influenza": "seasonal or pandemic influenza (ICD-10 J09–J11)",
        "rsv": "respiratory syncytial virus",
        "respiratory": "any acute respiratory infection, cause not told",
        "measles": "measles (ICD-10 B05)",
        "mers": "Middle East respiratory syndrome",
        "ebola": "Ebola virus disease (ICD-10 A98.4)",
        "cholera": "cholera (ICD-10 A00)",
        "other": "another named condition: see the feed",
    },
)

SEXES = CodeList("sex", {"all": "both, or not broken down", "female": "female", "male": "male", "unknown": "not recorded"})

STATUSES = CodeList(
    "status",
    {
        "reported": "the source gives this figure",
        "suppressed": "the source hides the figure, usually because it is small; no value",
        "withdrawn": "the source gave a figure and later took it away; no value",
    },
)

PERIODS = CodeList(
    "period",
    {
        "day": "one day; for a stock, the state on that day",
        "week": "seven days, dated by the last",
        "7d": "moving window of the seven days that end on the date",
        "month": "calendar month, dated by its last day",
    },
)

LEVELS = CodeList(
    "level",
    {
        "all": "the whole hospital",
        "acute": "acute somatic care as a whole",
        "emergency": "emergency department",
        "ward": "general ward",
        "care": "nursing or social care beds of a hospital",
        "rehabilitation": "rehabilitation and follow-up care (France: SSR)",
        "long_term_care": "long-term care (France: USLD)",
        "hdu": "high-dependency or step-down care (France: surveillance continue)",
        "intermediate": "specialised intermediate care as a whole (France: soins intensifs)",
        "intermediate_cardiac": "cardiac intermediate care (France: USIC)",
        "intermediate_stroke": "stroke unit (France: USINV)",
        "intermediate_other": "other specialised intermediate care",
        "icu": "intensive care (France: réanimation)",
        "icu_low_care": "intensive care without invasive ventilation (Germany: low care)",
        "icu_high_care": "intensive care with invasive ventilation (Germany: high care)",
        "ventilated": "places with invasive ventilation, wherever they stand",
        "ecmo": "places with extracorporeal membrane oxygenation",
        "recovery_room": "recovery rooms and theatres, opened as surge capacity",
    },
    source="names differ between countries; each feed's mapping says which of its names meets which level",
)

ROLES = CodeList(
    "role",
    {
        "nurse": "registered nurse",
        "icu_nurse": "nurse trained for intensive care",
        "nursing_aide": "nursing assistant (France: aide-soignant)",
        "physician": "physician",
        "intensivist": "physician of intensive care",
        "anaesthetist": "anaesthetist",
        "resident": "physician in training",
        "physiotherapist": "physiotherapist",
        "midwife": "midwife",
        "pharmacist": "pharmacist",
        "technician": "laboratory or imaging technician",
        "biomedical": "biomedical engineer or technician",
        "cleaner": "cleaning staff",
        "ambulance": "ambulance crew",
        "administration": "administration and call desk",
        "other": "another role: see the feed",
    },
)
