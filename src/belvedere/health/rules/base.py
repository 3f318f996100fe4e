"""What a rule is, and what it may look at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from belvedere.health.panels import Panel, Panels, kind_of
from belvedere.health.relations import PARTS, SUMS, Part, Sum
from belvedere.health.thresholds import Thresholds


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """All a rule may look at. Rules that lack what they need find nothing.

    panels: from `build_panels`. definitions: indicator -> object with `kind` (stock, flow, cumulative, rate), `unit` and,
    where it applies,
    `cumulative_of`, `part_of`, `inflows`, `outflows`. today: the day of the check, in the feed's zone.
    rows: the long table (for duplicates and rows without a place). capacity: the `capacity` table.
    unknown_codes: quarantine counts: feed, column, code, n. parents: place -> the place it is part of.
    rest_days: country (first two letters of a place) -> public holidays, on which fewer people report.
    valid_from: feed -> first date it can have. settle_days: feed -> how many of its last days its producer calls incomplete.
    versions: feed -> dates of the versions held. sums, parts: relations the definitions cannot say.
    """

    panels: Panels
    definitions: Mapping[str, object]
    thresholds: Thresholds
    today: dt.date
    rows: pd.DataFrame | None = None
    capacity: pd.DataFrame | None = None
    unknown_codes: pd.DataFrame | None = None
    parents: Mapping[str, str] = field(default_factory=dict)
    rest_days: Mapping[str, Sequence[dt.date]] = field(default_factory=dict)
    valid_from: Mapping[str, dt.date] = field(default_factory=dict)
    settle_days: Mapping[str, int] = field(default_factory=dict)
    versions: Mapping[str, Sequence[dt.date]] = field(default_factory=dict)
    sums: tuple[Sum, ...] = SUMS
    parts: tuple[Part, ...] = PARTS

    def of_kind(self, *kinds: str) -> list[Panel]:
        """Panels whose indicator is of one of these kinds."""
        return [p for k, p in self.panels.items() if kind_of(self.definitions, k.indicator) in kinds]

    def of(self, indicator: str) -> list[Panel]:
        """Panels of one indicator."""
        return [p for k, p in self.panels.items() if k.indicator == indicator]

    def rest_day_mask(self, panel: Panel) -> np.ndarray:
        """Public holidays by place and date, shape (P, T)."""
        mask = np.zeros(panel.values.shape, dtype=bool)
        countries = np.array([str(p)[:2] for p in panel.places])
        for country, days in self.rest_days.items():
            mask[countries == country] = np.isin(panel.dates, np.array(list(days), dtype="datetime64[D]"))
        return mask


@dataclass(frozen=True)
class Rule:
    """One rule: what it is called, what a finding means, what to do about it.

    sentence: filled with the columns of a finding (`findings.COLUMNS`).
    """

    id: str
    title: str
    meaning: str
    action: str
    sentence: str
    function: Callable[[Evidence], pd.DataFrame]
