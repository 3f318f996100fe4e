"""Who has reported: from the state of the leading feed; of a day on which none was held, from the figures themselves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from belvedere.app.api.common import day_list
from belvedere.app.api.models_situation import ReportedMember, ReportedPart
from belvedere.app.api.reading import Reading

GRAVE = ("warning", "error")


@dataclass(frozen=True)
class Reporting:
    """Of the leading feed's newest day. gone: places that are expected and have not reported -> day they last did, if known."""

    feed: str
    date: dt.date
    expected: int
    gone: Mapping[str, dt.date | None]

    @property
    def reported(self) -> int:
        """How many have."""
        return self.expected - len(self.gone)


def reporting(reading: Reading) -> Reporting | None:
    """Who has reported what leads the outlook; None without figures."""
    ground = reading.ground
    if ground is None:
        return None
    feed = ground.feed(ground.inputs.driver)
    status = next((status for status in reading.statuses if status.feed == feed), None)
    if status is not None and status.last_day is not None:
        gone = {missing.place: missing.last_reported for missing in status.missing}
        return Reporting(feed, status.last_day.date, status.last_day.expected, gone)
    values = np.stack([ground.values[ground.inputs.driver, region] for region in ground.regions])
    silent = {ground.regions[r]: _last(values[r], ground.days) for r in np.flatnonzero(~np.isfinite(values[:, -1]))}
    return Reporting(feed, ground.last_day, len(ground.regions), silent)


def _last(values: np.ndarray, days: np.ndarray) -> dt.date | None:
    known = np.flatnonzero(np.isfinite(values))
    return day_list(days[known[-1:]])[0] if known.size else None


def odd_places(told: Reporting | None, findings: pd.DataFrame | None) -> frozenset[str]:
    """Places that reported the newest day, of which a rule of health found something wrong on that day; none while the rules
    are being worked out."""
    if told is None or findings is None or findings.empty:
        return frozenset()
    grave = findings[(findings["feed"] == told.feed) & findings["severity"].isin(GRAVE) & findings["last_date"].notna()]
    newest = grave[pd.to_datetime(grave["last_date"]).dt.date == told.date]
    return frozenset(newest["place"].dropna()) - set(told.gone)


def parts(reading: Reading, told: Reporting | None, odd: Collection[str] = ()) -> list[ReportedPart]:
    """The places by larger region. Late: silent a few days; missing: longer, or for ever; odd: see `odd_places`."""
    if told is None:
        return []
    places, inputs = reading.state.places, reading.ground.inputs
    patience = reading.state.settings.days("last_day.stale_days")
    found: dict[str, list[ReportedMember]] = {}
    for place in sorted({*inputs.regions, *(p for p in told.gone if p in places)}):
        part = inputs.part.get(place) or places[place].parent or place
        found.setdefault(part, []).append(_member(places.name(place), place, told, patience, odd))
    return [ReportedPart(part=part, name=places.name(part), members=found[part]) for part in sorted(found, key=places.name)]


def _member(name: str, place: str, told: Reporting, patience: int, odd: Collection[str]) -> ReportedMember:
    if place not in told.gone:
        state = "odd" if place in odd else "reported"
        return ReportedMember(place=place, name=name, state=state, last_reported=told.date)
    last = told.gone[place]
    late = last is not None and (told.date - last).days <= patience
    return ReportedMember(place=place, name=name, state="late" if late else "missing", last_reported=last)
