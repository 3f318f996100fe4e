"""How files are cut and times written: pieces by month and day, instants with their zone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa

from belvedere.demo.country.reports import File, Reports
from belvedere.demo.country.world import World

DAILY_FILES = 7  # files of one day each; before them one a month
HOUR = np.timedelta64(3600, "s")
QUARTERS_A_DAY = 96  # times are sent to the quarter of an hour


def in_pieces(reports: Reports, folder: str, feed: str, table: pa.Table) -> Iterator[File]:
    """The rows of a table with the column `jour` as files of a month each, and of a day each for the last days."""
    days, world = reports.span, reports.world
    jour = table["jour"].to_numpy().astype("datetime64[D]")
    daily = range(max(days.stop - DAILY_FILES, days.start), days.stop)
    months = world.days[days.start : daily.start].astype("datetime64[M]")
    for month in np.unique(months):
        inside = (jour.astype("datetime64[M]") == month) & (jour < world.days[daily.start])
        last = days.start + int(np.flatnonzero(months == month)[-1])
        yield File(folder, feed, reports.stamp(last), table.filter(pa.array(inside)))
    for day in daily:
        yield File(folder, feed, reports.stamp(day), table.filter(pa.array(jour == world.days[day])))


def utc(world: World, facility: np.ndarray, when: np.ndarray) -> np.ndarray:
    """Instants (datetime64[s], UTC) of local times in days, to the quarter of an hour below; NaT where there is none."""
    quarters = np.floor(np.where(np.isfinite(when), when, 0) * QUARTERS_A_DAY + 1e-6).astype(np.int64)
    local = world.days[0].astype("datetime64[s]") + quarters * 900 * np.timedelta64(1, "s")
    local = np.where(np.isfinite(when), local, np.datetime64("NaT"))
    zones = np.array(world.land.zones, dtype=object)[world.facilities["region"].to_numpy()[facility]]
    found = np.empty(len(when), dtype="datetime64[s]")
    for zone in np.unique(zones):
        here = zones == zone
        summer = np.ones(here.sum(), dtype=bool)  # the first of two times that occur twice
        times = pd.DatetimeIndex(local[here]).tz_localize(zone, ambiguous=summer, nonexistent="shift_forward")
        found[here] = times.tz_convert("UTC").tz_localize(None).to_numpy().astype("datetime64[s]")
    return found


def written(instants: np.ndarray) -> pa.Array:
    """Instants as text with their zone, 2026-11-20T14:15:00Z; empty where there is none."""
    different, at = np.unique(instants, return_inverse=True)
    texts = [None if np.isnat(t) else f"{t}Z" for t in different]
    return pa.array(texts, pa.string()).take(pa.array(at))


def with_instants(frame: pd.DataFrame, *columns: str) -> pa.Table:
    """A frame as a table, the named columns written as instants."""
    texts = {name: written(frame[name].to_numpy().astype("datetime64[s]")) for name in columns}
    rest = {name: pa.array(frame[name].to_numpy()) for name in frame.columns if name not in columns}
    return pa.table({name: texts.get(name, rest.get(name)) for name in frame.columns})
