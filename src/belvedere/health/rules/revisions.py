"""Two versions of a feed: what was added, changed, taken away; and how much the last days usually still grow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from belvedere.health.findings import finding, gather, table
from belvedere.health.rules.keys import KEYS
from belvedere.health.thresholds import Thresholds


@dataclass(frozen=True)
class Revision:
    """What changed from one version of a feed to the next.

    cells: every key that changed: the keys, before, after, change (added, changed, withdrawn), by (after - before).
    """

    added: int
    changed: int
    withdrawn: int
    unchanged: int
    cells: pd.DataFrame

    def biggest(self, n: int = 10) -> pd.DataFrame:
        """The changed cells that moved most."""
        moved = self.cells[self.cells["change"] == "changed"]
        return moved.reindex(moved["by"].abs().sort_values(ascending=False, kind="stable").index).head(n)


def compare_versions(before: pd.DataFrame, after: pd.DataFrame, keys: list[str] = KEYS) -> Revision:
    """Compare two snapshots of the `indicators` table (one row a key)."""
    left = _numbers(before, keys)
    right = _numbers(after, keys)
    both = left.merge(right, on=keys, how="outer", suffixes=("_before", "_after"))
    old, new = both["value_before"].to_numpy(), both["value_after"].to_numpy()
    had, has = ~np.isnan(old), ~np.isnan(new)
    kind = np.select([~had & has, had & ~has, had & has & (old != new)], ["added", "withdrawn", "changed"], default="same")
    cells = both.assign(before=old, after=new, change=kind, by=new - old)[[*keys, "before", "after", "change", "by"]]
    count = {name: int((kind == name).sum()) for name in ("added", "changed", "withdrawn")}
    return Revision(
        **count, unchanged=int((had & has & (old == new)).sum()), cells=cells[cells["change"] != "same"].reset_index(drop=True)
    )


def _numbers(table: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Keys and values of the rows that hold a number; the last one where a key stands twice."""
    return table.loc[table["value"].notna(), [*keys, "value"]].drop_duplicates(keys, keep="last")


def revision_findings(revision: Revision, thresholds: Thresholds) -> pd.DataFrame:
    """One finding a feed: figures withdrawn (an error above `withdrawal_maximum_share`), and figures changed."""
    held = revision.unchanged + revision.changed + revision.withdrawn
    out = []
    for change, rows in revision.cells.groupby("change", observed=True):
        for feed, part in rows.groupby("feed", observed=True):
            if change == "added":
                continue
            share = len(part) / max(held, 1)
            too_many = change == "withdrawn" and share > thresholds.withdrawal_maximum_share
            worst = part.loc[part["by"].abs().idxmax()] if change == "changed" else part.iloc[0]
            out.append(
                finding(
                    change,
                    feed,
                    place=worst["place"],
                    indicator=worst["indicator"],
                    severity="error" if too_many else "warning" if change == "withdrawn" else "info",
                    n=len(part),
                    dates=(part["date"].min(), part["date"].max()),
                    found=worst["after"],
                    expected=worst["before"],
                    share=round(share, 4),
                )
            )
    return table(out)


def growth_by_age(history: pd.DataFrame, *, max_age_days: int) -> pd.DataFrame:
    """How complete a figure is by age, measured on a history (rows with `known_at`): value known at each age over the last
    value known.

    Columns: feed, indicator, age_days, share (median over places and dates), n. Only dates followed for `max_age_days` count.
    """
    keys = [k for k in KEYS if k in history.columns]
    known = pd.to_datetime(history["known_at"], utc=True)
    age = (known.dt.tz_localize(None).dt.normalize() - pd.to_datetime(history["date"])).dt.days
    rows = history.assign(age=age)[[*keys, "age", "value"]].dropna(subset="value")
    rows = rows.sort_values([*keys, "age"], kind="stable")
    series = rows.groupby(keys, observed=True, sort=False).ngroup().to_numpy()
    ages, values = rows["age"].to_numpy(), rows["value"].to_numpy(dtype=float)
    newest = known.max().tz_localize(None).normalize()
    followed = ((newest - pd.to_datetime(rows["date"])).dt.days >= max_age_days).to_numpy()
    last = np.r_[series[1:] != series[:-1], True] if len(series) else np.zeros(0, dtype=bool)
    final = values[last][series] if len(series) else values
    names = rows[["feed", "indicator"]].reset_index(drop=True)
    out = []
    for step in range(max_age_days + 1):
        # the value in force at this age: the newest row of each key that is not younger
        held = followed & (ages <= step)
        newest_held = held & np.r_[(series[1:] != series[:-1]) | ~held[1:], True]
        usable = newest_held & (final > 0)
        part = names[usable].assign(share=values[usable] / final[usable])
        grouped = part.groupby(["feed", "indicator"], observed=True)["share"].agg(share="median", n="size").reset_index()
        out.append(grouped.assign(age_days=step))
    return pd.concat(out, ignore_index=True)[["feed", "indicator", "age_days", "share", "n"]]


def still_growing(history: pd.DataFrame, thresholds: Thresholds) -> pd.DataFrame:
    """Findings for indicators whose last days rise between versions: the ages at which less than all is usually known."""
    shares = growth_by_age(history, max_age_days=thresholds.recent_days)
    out = []
    for (feed, indicator), part in shares.groupby(["feed", "indicator"], observed=True):
        short = part[part["share"] < thresholds.recent_minimum_share]
        if short.empty:
            continue
        newest = pd.to_datetime(history["date"]).max()
        worst = short.iloc[0]
        out.append(
            table(
                [
                    finding(
                        "still_growing",
                        feed,
                        indicator=indicator,
                        severity="info",
                        n=len(short),
                        dates=(newest - pd.Timedelta(days=int(short["age_days"].max())), newest),
                        found=worst["share"],
                        expected=1.0,
                        age_days=int(worst["age_days"]),
                    )
                ]
            )
        )
    return gather(out)
