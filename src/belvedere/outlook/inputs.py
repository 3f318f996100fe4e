"""From a snapshot to the arrays the models take: what was known of one country at one moment.

Every figure keeps the feed it comes from. Nothing is filled in: what is missing stays nan and is said.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import xarray as xr

from belvedere.errors import DataError
from belvedere.outlook.beds import Beds, read_beds, read_others
from belvedere.outlook.feeds import DAY, Choice, Series, choices, daily, ever_daily, read_series
from belvedere.outlook.lag import reporting_delay
from belvedere.outlook.reach import Reach, reach
from belvedere.outlook.settings import Settings
from belvedere.reference.places import Places
from belvedere.spread.reporting import ReportingDelay
from belvedere.store.snapshot import Snapshot

CONDITION = "covid19"
INDICATORS = ("hospital_admissions", "hospital_census", "icu_admissions", "icu_census")
DRIVERS = ("hospital_admissions", "icu_admissions")
"""Indicators that can lead an outlook, the best first: it sets the regions and the last complete day."""
HORIZON = 28


@dataclass(frozen=True)
class Inputs:
    """What was known.

    country, condition; as_of: the moment it was known; at: the commit sequence it was read at.
    last_day: the last complete day; horizon 1 is the day after. driver: the indicator that leads.
    regions: place ids, sorted; part: the larger region each belongs to (itself where there is none).
    series: by indicator, dims (region, date), all over the same regions and days up to `last_day`.
    holidays: bool, dims (region, date), past and coming days. delay: how complete the last days of the driver are.
    beds, others: capacity, and patients with other conditions by level, where known.
    carried_days: how long a census may be carried forward. carried: days by which a region's newest census was carried forward
    to the last day, by indicator and region.
    """

    country: str
    condition: str
    as_of: dt.datetime
    at: int
    last_day: np.datetime64
    driver: str
    regions: tuple[str, ...]
    part: Mapping[str, str]
    ancestors: Mapping[str, frozenset[str]]
    series: Mapping[str, Series]
    holidays: xr.DataArray
    delay: ReportingDelay
    beds: Beds
    others: Mapping[str, xr.DataArray]
    carried_days: int
    carried: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def age_days(self) -> int:
        """Days between the last complete day and the moment of the outlook."""
        return int((np.datetime64(self.as_of.date(), "D") - self.last_day) / DAY)

    @property
    def days_ahead(self) -> np.ndarray:
        """The days of the horizon, datetime64[D]."""
        return self.last_day + DAY * np.arange(1, HORIZON + 1)

    def others_today(self, level: str) -> np.ndarray:
        """Patients with other conditions on the last day, shape (region,): the newest within the days a census may be carried
        forward; nan where none of those is known."""
        recent = self.others[level].values[:, -(1 + self.carried_days) :]
        known = np.isfinite(recent)
        newest = recent.shape[1] - 1 - np.argmax(known[:, ::-1], axis=1)
        return np.where(known.any(axis=1), recent[np.arange(len(recent)), newest], np.nan)

    @property
    def groups(self) -> dict[str, list[str]]:
        """Larger regions with more than one member, and the country, with their regions."""
        parts: dict[str, list[str]] = {}
        for region in self.regions:
            parts.setdefault(self.part[region], []).append(region)
        return {part: members for part, members in sorted(parts.items()) if len(members) > 1} | {
            self.country: list(self.regions)
        }

    @property
    def weakest_basis(self) -> str:
        """How the dates of knowledge are known: the weakest basis of all series."""
        bases = {series.basis for series in self.series.values()}
        return next(basis for basis in ("assumed", "ingested", "published") if basis in bases)


def countries(snapshot: Snapshot, places: Places, condition: str = CONDITION) -> tuple[str, ...]:
    """Countries whose regions report a daily indicator that can lead an outlook.

    Who ever reported is read first, for that is quick; then the last word of one region of each country, for what was said may
    have been withdrawn since; and of all regions only where that one has.
    """
    said = ever_daily(snapshot, condition, tuple(DRIVERS)).select("place").distinct().to_pyarrow()["place"].to_pylist()
    regions = sorted(p for p in said if p in places and places.level(p) != "country")
    first: dict[str, str] = {}
    for region in regions:
        first.setdefault(places[region].country, region)
    found = _still_told(snapshot, condition, places, list(first.values()))
    unsure = [region for region in regions if places[region].country not in found]
    return tuple(sorted(found | _still_told(snapshot, condition, places, unsure)))


def _still_told(snapshot: Snapshot, condition: str, places: Places, regions: list[str]) -> set[str]:
    """Countries of the regions whose last words still hold."""
    if not regions:
        return set()
    told = daily(snapshot, condition, indicator=tuple(DRIVERS), place=regions).select("place").distinct()
    return {places[place].country for place in told.to_pyarrow()["place"].to_pylist()}


def read_inputs(
    snapshot: Snapshot, *, country: str, places: Places, settings: Settings, now: dt.datetime | None = None
) -> Inputs:
    """What the snapshot knows of the country.

    now: the moment of the outlook where the snapshot has no `as_of`; None: when its newest figure was known.
    Raises DataError when no indicator that can lead is known for its regions.
    """
    table = daily(snapshot, CONDITION)
    moment = snapshot.as_of or now
    since = np.datetime64("1900-01-01") if moment is None else _day(moment) - settings.days("history.days") * DAY
    options = choices(table, INDICATORS, country, places, since=since)
    driver = _lead(options, alive_days=settings.days("last_day.too_old_days"))
    if driver is None:
        raise DataError(_no_lead(country, moment, country_reach(snapshot, country=country, places=places)))
    level = options[driver][0].level
    chosen = {name: of_level[0] for name, found in options.items() if (of_level := [c for c in found if c.level == level])}
    newest = np.datetime64(chosen[driver].last.date(), "D")
    read = read_series(table, chosen, first=newest - settings.days("history.days") * DAY, last=newest)
    last_day = _last_complete_day(read[driver].counts, settings["last_day.share"])
    region = read[driver].counts["region"].values
    series = {name: _upto(one, region, last_day) for name, one in read.items() if _alive(one, last_day, settings)}
    carried = _carry(series, settings.days("census.carried_days"))
    regions = tuple(series[driver].counts["region"].values.tolist())
    as_of = snapshot.as_of or now or max(s.known_at for s in series.values()).to_pydatetime()
    return Inputs(
        country=country,
        condition=CONDITION,
        as_of=as_of,
        at=snapshot.at,
        last_day=last_day,
        driver=driver,
        regions=regions,
        part={r: _part(r, country, places) for r in regions},
        ancestors={r: frozenset((r, *places.ancestors(r))) for r in regions},
        series=series,
        holidays=_holidays(regions, places, newest - settings.days("history.days") * DAY, last_day + HORIZON * DAY),
        delay=_delay(snapshot, series[driver], settings),
        beds=read_beds(snapshot, regions, places, last_day, oldest_days=settings.days("beds.oldest_days")),
        others=read_others(snapshot, CONDITION, regions, places, last_day - settings.days("others.days") * DAY, last_day),
        carried_days=settings.days("census.carried_days"),
        carried=carried,
    )


def country_reach(snapshot: Snapshot, *, country: str, places: Places) -> Reach | None:
    """The days the country can be looked ahead from, by all that is held; None where nothing can lead."""
    return reach(snapshot, country=country, places=places, condition=CONDITION, indicators=DRIVERS)


def _lead(options: Mapping[str, list[Choice]], *, alive_days: int) -> str | None:
    """The first indicator of `DRIVERS` that is alive: known within so many days of the newest any is known."""
    newest = max((found[0].last for found in options.values()), default=None)
    for indicator in DRIVERS:
        if indicator in options and (newest - options[indicator][0].last).days <= alive_days:
            return indicator
    return None


def _no_lead(country: str, moment: dt.datetime | None, held: Reach | None) -> str:
    """What was looked for, and from where one can go on."""
    when = f" on {moment:%Y-%m-%d}" if moment else ""
    missing = f"{country}: no daily {' or '.join(DRIVERS)} of its regions is known{when}"
    if held is None:
        return f"{missing}; load a feed that brings one (belvedere mapping list)"
    return (
        f"{missing}; those held go from {held.first} to {held.last}. Look ahead from a day among them, on what was known then: "
        f"belvedere outlook --country {country} --as-of {held.seen}"
    )


def _alive(series: Series, last_day: np.datetime64, settings: Settings) -> bool:
    """Whether the series is known for any region in the days that still count."""
    recent = series.counts.sel(
        date=slice((last_day - settings.days("last_day.too_old_days") * DAY).astype("datetime64[ns]"), None)
    )
    return bool(np.isfinite(recent.values).any())


def _last_complete_day(counts: xr.DataArray, share: float) -> np.datetime64:
    """The newest day on which at least that share of the regions reports, of those seen in the last four weeks."""
    known = np.isfinite(counts.values)
    usual = known[:, -HORIZON:].any(axis=1).sum()
    enough = np.flatnonzero(known.sum(axis=0) >= share * max(usual, 1))
    return counts["date"].values[enough[-1] if len(enough) else -1].astype("datetime64[D]")


def _upto(series: Series, region: np.ndarray, last_day: np.datetime64) -> Series:
    """The series of these regions, up to that day."""
    counts = series.counts.reindex(region=region).sel(date=slice(None, last_day.astype("datetime64[ns]")))
    return replace(series, counts=counts)


def _day(moment: dt.datetime) -> np.datetime64:
    return np.datetime64(moment.date(), "D")


def _carry(series: dict[str, Series], days: int) -> dict[str, dict[str, int]]:
    """Fills a census missing at the end by the newest one, at most so many days old; says where."""
    carried: dict[str, dict[str, int]] = {}
    for name in ("hospital_census", "icu_census"):
        if name not in series:
            continue
        counts = series[name].counts
        known = np.isfinite(counts.values)
        age = np.where(known.any(axis=1), np.argmax(known[:, ::-1], axis=1), known.shape[1])
        late = np.flatnonzero((age > 0) & (age <= days))
        values = counts.values.copy()
        for r in late:
            values[r, -age[r] :] = values[r, -age[r] - 1]
        series[name] = replace(series[name], counts=counts.copy(data=values))
        carried[name] = {str(counts["region"].values[r]): int(age[r]) for r in late}
    return carried


def _part(region: str, country: str, places: Places) -> str:
    """The place around the region, below the country; the region itself where there is none."""
    return next((a for a in places.ancestors(region) if a != country), region)


def _holidays(regions: tuple[str, ...], places: Places, first: np.datetime64, last: np.datetime64) -> xr.DataArray:
    days = pd.date_range(pd.Timestamp(first), pd.Timestamp(last))
    calendar = {r: (places[r].country, places[r].holiday_subdivision) for r in regions}
    by_calendar = {}
    for r, name in calendar.items():
        if name not in by_calendar:
            known = places.holiday_calendar(r)
            by_calendar[name] = np.array([day in known for day in days.date])
    values = np.stack([by_calendar[calendar[r]] for r in regions])
    coords = {"region": np.array(regions, dtype=object), "date": days.to_numpy().astype("datetime64[ns]")}
    return xr.DataArray(values, coords, ("region", "date"))


def _delay(snapshot: Snapshot, driver: Series, settings: Settings) -> ReportingDelay:
    return reporting_delay(
        snapshot,
        driver,
        CONDITION,
        days=settings.days("lag.days"),
        longest=settings.days("lag.longest_days"),
        least=settings.days("lag.least_versions"),
    )
