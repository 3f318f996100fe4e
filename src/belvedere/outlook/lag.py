"""The reporting lag: how much of the last days is known by now, learnt from the versions the feed has published."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr
from ibis import _

from belvedere.outlook.feeds import WHOLE, Series, as_array
from belvedere.spread.reporting import ReportingDelay, no_delay
from belvedere.spread.versions import delay_from_versions
from belvedere.store.snapshot import Snapshot

DAY = np.timedelta64(1, "D")


def reporting_delay(
    snapshot: Snapshot, series: Series, condition: str, *, days: int, longest: int, least: int
) -> ReportingDelay:
    """How complete the days are, by their age.

    Only versions whose day of publication is known teach anything: "assumed" dates are the mapping's belief, not an
    observation. days: how far back versions are looked at. longest, least: see `delay_from_versions`.
    """
    last = series.counts["date"].values[-1].astype("datetime64[D]")
    first = last - days * DAY
    history = snapshot.history("indicators").filter(
        _.feed == series.feed, _.indicator == series.indicator, _.condition == condition, _.date >= pd.Timestamp(first).date()
    )
    for column, value in WHOLE.items():
        history = history.filter(history[column] == value)
    rows = history.select("place", "date", "value", "known_at", "known_basis", "sequence").to_pandas()
    rows = rows[rows["place"].isin(series.counts["region"].values)].sort_values(["known_at", "sequence"])
    published = sorted(rows.loc[rows["known_basis"] != "assumed", "known_at"].unique())
    if len(published) < 2:
        return no_delay()
    places = tuple(series.counts["region"].values)
    versions = [(np.datetime64(pd.Timestamp(at).date()), _as_known(rows, at, places, first)) for at in published]
    return delay_from_versions(versions, longest=longest, least=least)


def _as_known(rows: pd.DataFrame, at: pd.Timestamp, places: tuple[str, ...], first: np.datetime64) -> xr.DataArray:
    """Counts as they were known at that moment."""
    known = rows[rows["known_at"] <= at].groupby(["place", "date"], sort=False).tail(1)
    last = np.datetime64(pd.Timestamp(known["date"].max()).date())
    return as_array(known, places, first, last, "counts")
