"""The answer about hospitals: where they stand, how many beds can be used, how many are free."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from belvedere.app.api.models import Meta, Model


class FacilityBeds(Model):
    """Beds of one level of care. usable: the least of physical, equipped and staffed, unit by unit, then summed."""

    level: Literal["icu", "ward"]
    usable: float | None
    occupied: float | None
    free: float | None = Field(description="As reported, else usable less occupied; below zero: more patients than beds.")
    occupancy: float | None = Field(description="Occupied over usable.")
    date: dt.date = Field(description="Day of the oldest figure in it.")
    fresh: bool = Field(description="Whether that day is recent enough for the figures to count; else they are null.")


class Facility(Model):
    """One hospital. region: the place of the outlook that it lies in."""

    place: str
    name: str
    region: str | None
    latitude: float
    longitude: float
    beds: list[FacilityBeds]


class Facilities(Model):
    """Hospitals whose position is known."""

    meta: Meta
    facilities: list[Facility]
    without_position: int = Field(description="Hospitals that cannot be drawn.")
    oldest_days: int = Field(description="How old a figure may be and still count.")
