"""Hospitals on the map: position, beds that can be used, patients in them, and how old that is."""

from __future__ import annotations

import datetime as dt

import pandas as pd
from ibis import _

from belvedere.app.api import common
from belvedere.app.api.common import cell
from belvedere.app.api.models_facilities import Facilities, Facility, FacilityBeds
from belvedere.app.api.reading import Reading
from belvedere.outlook.beds import KINDS, LEVELS
from belvedere.trust.gate import Read

HOSPITAL = "hospital"
OCCUPIED, FREE = "beds_occupied", "beds_free"


def facilities(reading: Reading) -> Facilities:
    """Every hospital of the reading's country that has a position, by id."""
    oldest = reading.state.settings.days("beds.oldest_days")
    table = reading.snapshot.table("places")
    found = table.filter(_.level == HOSPITAL, _.country == reading.country).order_by("place").to_pandas()
    reading.reads.append(Read("places", {"level": HOSPITAL, "country": reading.country}, len(found)))
    placed = found[found["latitude"].notna() & found["longitude"].notna()]
    beds = _beds(reading, oldest)
    return Facilities(
        meta=common.meta(reading),
        facilities=[_facility(reading, row, beds.get(row["place"], [])) for row in placed.to_dict("records")],
        without_position=len(found) - len(placed),
        oldest_days=oldest,
    )


def _facility(reading: Reading, row: dict, beds: list[FacilityBeds]) -> Facility:
    regions = set(reading.ground.regions) if reading.ground else set()
    region = next((place for place in reading.state.places.ancestors(row["place"]) if place in regions), None)
    return Facility(place=row["place"], name=row["name"], region=region, latitude=row["latitude"], longitude=row["longitude"],
                    beds=beds)  # fmt: skip


def _beds(reading: Reading, oldest: int) -> dict[str, list[FacilityBeds]]:
    """Hospital -> its levels of care, from the newest figures of its units or of itself."""
    resources = [*KINDS.values(), OCCUPIED, FREE]
    rows = (
        reading.snapshot.table("capacity")
        .filter(
            _.status == "reported",
            _.resource.isin(resources),
            _.level.isin([part for parts in LEVELS.values() for part in parts]),
            _.age_group == "all",
            _.condition == "all",
            _.date <= reading.today,
        )
        .group_by(["feed", "place", "level", "resource"])
        .agg(value=_.value.argmax(_.date), date=_.date.max())
        .to_pandas()
    )
    reading.reads.append(Read("capacity", {"country": reading.country, "resource": resources}, len(rows)))
    hospital_of = {place: _hospital_of(reading, place) for place in rows["place"].unique()}
    rows = rows.assign(hospital=rows["place"].map(hospital_of), day=pd.to_datetime(rows["date"]).dt.date)
    level_of = {part: level for level, parts in LEVELS.items() for part in parts}
    rows = rows.dropna(subset="hospital").assign(kind=lambda r: r["level"].map(level_of))
    found: dict[str, list[FacilityBeds]] = {}
    for (hospital, kind), part in rows.groupby(["hospital", "kind"]):
        found.setdefault(hospital, []).append(_level(kind, _newest_feed(part), reading.today, oldest))
    return found


def _hospital_of(reading: Reading, place: str) -> str | None:
    """The hospital a unit belongs to, or the place itself."""
    places = reading.state.places
    around = (place, *places.ancestors(place)) if place in places else ()
    return next((one for one in around if places.level(one) == HOSPITAL), None)


def _newest_feed(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of the feed that knows the newest day; ties by name."""
    newest = rows.groupby("feed")["day"].max()
    return rows[rows["feed"] == newest[newest == newest.max()].index.max()]


def _level(kind: str, rows: pd.DataFrame, today: dt.date, oldest: int) -> FacilityBeds:
    """rows: the newest figure of each unit and resource."""
    day = rows["day"].min()
    if (today - day).days > oldest:
        nothing = dict.fromkeys(("usable", "occupied", "free", "occupancy"))
        return FacilityBeds(level=kind, **nothing, date=day, fresh=False)
    units = rows.pivot_table(index=["place", "level"], columns="resource", values="value")
    units = units.reindex(columns=[*KINDS.values(), OCCUPIED, FREE])
    units["usable"] = units[list(KINDS.values())].min(axis=1)
    units[FREE] = units[FREE].fillna(units["usable"] - units[OCCUPIED])
    usable, occupied, free = (cell(units[name].sum(skipna=False)) for name in ("usable", OCCUPIED, FREE))
    occupancy = occupied / usable if usable and occupied is not None else None
    return FacilityBeds(level=kind, usable=usable, occupied=occupied, free=free, occupancy=occupancy, date=day, fresh=True)
