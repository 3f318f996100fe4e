"""What a scenario changes against the current course: futures side by side, and the beds it opens or closes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from belvedere.app.api.ground import Ground, least
from belvedere.app.api.runs import Run
from belvedere.errors import DataError
from belvedere.outlook.beds import LEVELS
from belvedere.outlook.compare import FEED, Side, future_by_future, side
from belvedere.outlook.effects import beds_alone
from belvedere.outlook.inputs import HORIZON
from belvedere.outlook.scenarios import Scenario, scenario
from belvedere.store.snapshot import Snapshot
from belvedere.trust.gate import Gate


@dataclass(frozen=True)
class WhatIf:
    """A scenario's outlook beside the one without it.

    scenario: as it stood when the run read it. differences: see `future_by_future`; None where the two runs are not the same
    futures. beds: (level, place) -> beds by day of `days`, where the scenario changes them.
    """

    scenario: Scenario
    differences: pd.DataFrame | None
    days: tuple[dt.date, ...]
    beds: Mapping[tuple[str, str], np.ndarray]

    def difference(self, target: str, place: str, what: str) -> tuple[float, float, float] | None:
        """Low, middle and high (90 %) of `present` or `total`; None where it is not known."""
        if self.differences is None or (target, place) not in self.differences.index:
            return None
        row = self.differences.loc[(target, place)]
        return tuple(float(row[f"{what}{end}"]) for end in ("_low", "", "_high"))

    def beds_on(self, level: str, place: str, days: Sequence[dt.date]) -> np.ndarray | None:
        """Beds on these days, shape (len(days),), nan after the horizon; None where the scenario does not change them."""
        beds = self.beds.get((level, place))
        if beds is None:
            return None
        known = dict(zip(self.days, beds.tolist(), strict=True))
        return np.array([known.get(day, np.nan) for day in days])


def read_what_if(gate: Gate, taken: Snapshot, ground: Ground, current: Run, run: Run) -> WhatIf:
    """Both runs of one country, the second with a scenario. taken: the commits that count."""
    workspace = taken.workspace
    first, other = side(workspace, FEED, current.commit_id), side(workspace, str(run.scenario), run.commit_id)
    asked = scenario(gate.snapshot(at=other.at), str(run.scenario))
    days = np.datetime64(run.reference_date, "D") + np.arange(1, HORIZON + 1)
    beds = _beds(ground, asked, days)
    return WhatIf(asked, _differences(gate.gated(taken), first, other), tuple(days.astype(object).tolist()), beds)


def _differences(snapshot: Snapshot, first: Side, other: Side) -> pd.DataFrame | None:
    try:
        return future_by_future(snapshot, first, other)
    except DataError:
        return None


def _beds(ground: Ground, asked: Scenario, days: np.ndarray) -> dict[tuple[str, str], np.ndarray]:
    """Beds as the outlook took them: the scenario's changes on what was known last, place by place, then summed."""
    regions = ground.regions
    known = np.array([[_newest(ground, level, region) for level in LEVELS] for region in regions])
    effects = beds_alone(asked, regions=regions, days=days, ancestors=ground.inputs.ancestors)
    coords = {"region": np.array(regions, dtype=object), "level": np.array(list(LEVELS), dtype=object),
              "horizon": np.arange(1, len(days) + 1)}  # fmt: skip
    before = xr.DataArray(np.repeat(known[:, :, None], len(days), axis=2), coords, ("region", "level", "horizon"))
    after = effects.on_capacity(before).to_numpy()
    at = {region: r for r, region in enumerate(regions)}
    inside = {**{region: (region,) for region in regions}, **ground.members}
    found = {}
    for k, level in enumerate(LEVELS):
        for place, members in inside.items():
            rows = [at[member] for member in members]
            beds, otherwise = after[rows, k].sum(axis=0), known[rows, k].sum()
            if np.isfinite(beds).all() and (beds != otherwise).any():
                found[level, place] = beds
    return found


def _newest(ground: Ground, level: str, region: str) -> float:
    """The least of the kinds of beds on the last day; nan where none is known."""
    kinds = ground.beds.get((level, region))
    return float(least(kinds)[0][-1]) if kinds else np.nan
