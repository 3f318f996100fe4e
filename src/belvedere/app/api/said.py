"""What an outlook said: its quantiles as arrays, its conclusions as rows; and how past ones held."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from ibis import _

from belvedere.app.api.runs import Run
from belvedere.outlook.results import LEVELS
from belvedere.store.snapshot import Snapshot
from belvedere.trust.gate import Read

R = "reproduction_number"
R_LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
FAILED = "failed"
FORETOLD = (
    "chance_7", "chance_14", "chance_28", "alert_7", "alert_14", "alert_28", "first_day_early", "first_day_q25",
    "first_day_middle", "first_day_q75", "first_day_late", "peak_low", "peak", "peak_high",
)  # fmt: skip
"""What is not shown of a place whose outlook failed, whatever a stage may have made of it."""
EVERYONE = {"icu": "icu_patients", "ward": "ward_patients"}
"""Targets that count all patients in the beds, where a run has kept them."""


@dataclass(frozen=True)
class Fan:
    """Quantiles by day of one target and place. quantiles: shape (len(levels), H)."""

    days: tuple[dt.date, ...]
    levels: tuple[float, ...]
    quantiles: np.ndarray

    def at(self, level: float) -> np.ndarray:
        """One quantile by day."""
        return self.quantiles[self.levels.index(level)]

    def on(self, day: dt.date) -> np.ndarray | None:
        """All quantiles of one day."""
        return self.quantiles[:, self.days.index(day)] if day in self.days else None

    def times(self, factor: float) -> Fan:
        """The same in another unit."""
        return replace(self, quantiles=self.quantiles * factor)

    def chance_above(self, limit: np.ndarray) -> np.ndarray:
        """Chance of more than the limit by day, read off between the quantiles; beyond them the last holds. nan: no limit."""
        ordered = np.sort(self.quantiles, axis=0)
        below = np.array([np.interp(x, q, self.levels) for x, q in zip(limit, ordered.T, strict=True)])
        return np.where(np.isfinite(limit), 1 - below, np.nan)


@dataclass(frozen=True)
class Said:
    """One run. watch: its rows of `outlooks`, the gravest first. fans: (target, place) -> Fan."""

    run: Run
    watch: pd.DataFrame
    fans: Mapping[tuple[str, str], Fan]
    reads: tuple[Read, ...]


def read_said(snapshot: Snapshot, run: Run) -> Said:
    """What a run committed. The snapshot must not be of a past moment: a replay became known when it was made."""
    watch = snapshot.history("outlooks").filter(_.commit_id == run.commit_id).order_by("rank").to_pandas()
    failed = watch["status"] == FAILED
    watch.loc[failed, [name for name in FORETOLD if name in watch]] = None
    lost = set(watch.loc[failed, "place"])
    rows = (
        snapshot.history("forecasts")
        .filter(_.commit_id == run.commit_id, _.output_type == "quantile")
        .select("target", "place", "target_end_date", "output_type_id", "value")
        .to_pandas()
    )
    filters = {"feed": run.feed, "reference_date": run.reference_date.isoformat(), "country": run.country}
    reads = (Read("outlooks", filters, len(watch)), Read("forecasts", filters | {"output_type": "quantile"}, len(rows)))
    kept = {key: fan for key, fan in fans(rows).items() if key[0] == R or key[1] not in lost}
    return Said(run, watch, kept, reads)


def fans(rows: pd.DataFrame) -> dict[tuple[str, str], Fan]:
    """Rows (target, place, target_end_date, output_type_id, value) as fans. A fan that lacks one of its numbers is left out."""
    if rows.empty:
        return {}
    level = rows["output_type_id"].astype("category")
    rows = rows.assign(level=level.map({text: float(text) for text in level.cat.categories}).astype(float))
    rows = rows.sort_values(["target", "place", "level", "target_end_date"], kind="stable")
    levels, values = rows["level"].to_numpy(), rows["value"].to_numpy(dtype=float)
    days = rows["target_end_date"].to_numpy("datetime64[D]").astype(object)
    found = {}
    starts = np.flatnonzero(~rows.duplicated(["target", "place"]).to_numpy())
    keys = rows[["target", "place"]].iloc[starts].itertuples(index=False, name=None)
    for key, start, end in zip(keys, starts, [*starts[1:], len(rows)], strict=True):
        own = tuple(np.unique(levels[start:end]).tolist())
        width, rest = divmod(end - start, len(own))
        if rest == 0:
            found[key] = Fan(tuple(days[start : start + width]), own, values[start:end].reshape(len(own), width))
    return found


def read_past(snapshot: Snapshot, past: Sequence[Run]) -> dict[int, dict[tuple[str, str], Fan]]:
    """commit id -> fans of past runs, R left out: it was no forecast."""
    if not past:
        return {}
    rows = (
        snapshot.history("forecasts")
        .filter(_.commit_id.isin([run.commit_id for run in past]), _.output_type == "quantile", _.target != R)
        .filter(_.output_type_id.isin([f"{level:g}" for level in LEVELS]))
        .select("commit_id", "target", "place", "target_end_date", "output_type_id", "value")
        .to_pandas()
    )
    lost = _lost(snapshot, past)
    return {
        int(commit_id): {key: fan for key, fan in fans(part).items() if (commit_id, key[1]) not in lost}
        for commit_id, part in rows.groupby("commit_id")
    }


def _lost(snapshot: Snapshot, past: Sequence[Run]) -> set[tuple[int, str]]:
    """(commit id, place) of outlooks that failed when they were made: they are not held against anyone."""
    rows = snapshot.history("outlooks").filter(_.commit_id.isin([run.commit_id for run in past]), _.status == FAILED)
    return set(rows.select("commit_id", "place").to_pandas().itertuples(index=False, name=None))
