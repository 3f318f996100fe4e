"""Beds: more in use than there are, fewer than none free."""

from __future__ import annotations

import numpy as np
import pandas as pd

from belvedere.health.findings import from_mask, gather
from belvedere.health.panels import Panel, build_panels
from belvedere.health.rules.base import Evidence

RESOURCE_PAIRS = (("beds_occupied", "beds_total", "beds_free"),)


def bed_counts(evidence: Evidence) -> pd.DataFrame:
    """Occupied above total, and negative free beds: overflow, or a total brought up to date late. One finding a place and
    stretch.
    """
    if evidence.capacity is None:
        return gather([])
    panels = capacity_panels(evidence.capacity)
    out = []
    for key, panel in panels.items():
        level, resource = key.indicator.split("/")
        for occupied, total, free in RESOURCE_PAIRS:
            if resource == occupied:
                whole = _sibling(panels, panel, level, total)
                if whole is not None:
                    with np.errstate(invalid="ignore"):
                        above = panel.values > whole.values
                    out.append(from_mask("occupied_above_total", panel, above, severity="warning", expected=whole.values))
            if resource == free:
                with np.errstate(invalid="ignore"):
                    out.append(from_mask("negative_free", panel, panel.values < 0, severity="warning", expected=0.0))
    return gather(out)


def capacity_panels(capacity: pd.DataFrame) -> dict:
    """Grids of a `capacity` table; the indicator reads level/resource."""
    rows = capacity.assign(
        indicator=capacity["level"].astype(str) + "/" + capacity["resource"].astype(str),
        condition="all",
        sex="all",
        period="day",
        age_group=capacity["age_group"] if "age_group" in capacity.columns else "all",
    )
    return build_panels(rows)


def _sibling(panels: dict, panel: Panel, level: str, resource: str) -> Panel | None:
    wanted = (panel.key.feed, f"{level}/{resource}", panel.key.age_group)
    return next((p for k, p in panels.items() if (k.feed, k.indicator, k.age_group) == wanted), None)
