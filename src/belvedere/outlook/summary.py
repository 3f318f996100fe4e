"""From units to tables: errors against peers on the same units, and how often intervals held what came."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from belvedere.outlook.scores import covered
from belvedere.outlook.units import PEERS, WEEK

INTERVALS = (0.5, 0.9)
OURS = ("wis", "log_wis", "crps", "bias")


def summary(units: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Scores by group, the groups as columns in the order of `by`.

    Columns: units, dates, places; wis, log_wis, crps, bias (means); cover_50, cover_90 (shares); and for each peer
    `<peer>_ratio`, `<peer>_log_ratio`: mean score over that of the peer, on the units both have (below 1: better), with
    `<peer>_units`. nan where a peer has none.
    """
    if units.empty:
        return pd.DataFrame(columns=[*by, "units", "dates", "places"])
    place = units["place_in_forecast"].to_numpy()
    scored = units[[*by, "date", "place", *OURS]].assign(
        units=1, **{f"cover_{100 * level:.0f}": covered(place, level) for level in INTERVALS}
    )
    for peer in PEERS:
        for score in ("wis", "log_wis"):
            theirs = units.get(f"{peer}_{score}", pd.Series(np.nan, units.index))
            both = np.isfinite(theirs)
            scored[f"{peer}_{score}"], scored[f"{peer}_own_{score}"] = theirs, units[score].where(both)
    groups = scored.groupby(list(by), sort=True, observed=True)
    means = groups.mean(numeric_only=True)
    counts = groups.agg(units=("units", "size"), dates=("date", "nunique"), places=("place", "nunique"))
    counts = counts.join(groups[[f"{peer}_wis" for peer in PEERS]].count().rename(columns=lambda name: name[:-4] + "_units"))
    covers = [f"cover_{100 * level:.0f}" for level in INTERVALS]
    table = counts.join(means[[*OURS, *covers]])
    for peer in PEERS:
        for score, name in (("wis", "ratio"), ("log_wis", "log_ratio")):
            theirs = means[f"{peer}_{score}"]
            table[f"{peer}_{name}"] = (means[f"{peer}_own_{score}"] / theirs).where(theirs > 0)
    return table.reset_index()


def with_weeks(units: pd.DataFrame) -> pd.DataFrame:
    """The units with a column `week`: 1 for the days 1 to 7 ahead, 2 for 8 to 14 …"""
    return units.assign(week=(units["horizon"] - 1) // WEEK + 1)


def worst_region(units: pd.DataFrame, target: str, period: str) -> str | None:
    """The region whose forecasts were the worst on the log scale, all dates together; None without any."""
    of = units[(units["target"] == target) & (units["period"] == period) & (units["level"] == "region")]
    return None if of.empty else str(of.groupby("place")["log_wis"].mean().idxmax())
