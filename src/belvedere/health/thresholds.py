"""What counts as late, as a jump, as a gap: numbers the caller reads from `reference` by their ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from belvedere.errors import ReferenceError


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """One field a reference id; the first underscore after the topic stands for the dot (see `IDS`).

    jump_factor: how many times above or below its neighbourhood a value must lie to be a jump (ratio).
    jump_minimum_count: smallest count, found or expected, of which a jump is worth a word (persons).
    jump_noise_sd: and how many local standard deviations away, on the variance-stabilised scale.
    stale_late_after_periods, stale_very_late_after_periods: publications missed before a feed is late, very late.
    withdrawal_maximum_share: share of a feed's figures one version may take away (0..1).
    stock_flow_absolute_tolerance (persons), stock_flow_relative_tolerance (share of the stock): what a day's
        census may differ from yesterday's plus entries minus exits.
    stock_flow_drift_days: window over which those differences are added up.
    completeness_window_days: a place is expected on a day when it reported within so many days before.
    zeros_minimum_peers_share: share of places that must report more than zero before a zero series is doubted.
    swap_minimum_days: shortest stretch of swapped columns that is reported.
    flat_minimum_days: shortest stretch of one repeated value that is looked at.
    flat_maximum_chance: reported when chance alone would repeat the value so long less often than this (probability).
    recent_days: how many of the last days may still be filling up.
    recent_minimum_share: share of the usual value for that weekday below which a last day is called incomplete.
    weekday_window_days: length of the stretches whose weekday patterns are compared.
    """

    jump_factor: float
    jump_minimum_count: float
    jump_noise_sd: float
    stale_late_after_periods: float
    stale_very_late_after_periods: float
    withdrawal_maximum_share: float
    stock_flow_absolute_tolerance: float
    stock_flow_relative_tolerance: float
    stock_flow_drift_days: int
    completeness_window_days: int
    zeros_minimum_peers_share: float
    swap_minimum_days: int
    flat_minimum_days: int
    flat_maximum_chance: float
    recent_days: int
    recent_minimum_share: float
    weekday_window_days: int

    @classmethod
    def from_reference(cls, values: Mapping[str, float]) -> Thresholds:
        """From reference ids (`jump.factor` …) to fields; raises ReferenceError naming every id that is missing."""
        missing = sorted(reference_id for reference_id in IDS if reference_id not in values)
        if missing:
            raise ReferenceError(f"the reference table of thresholds lacks {', '.join(missing)}")
        whole = {f.name for f in fields(cls) if f.type == "int"}
        return cls(**{name: int(values[i]) if name in whole else float(values[i]) for i, name in IDS.items()})


_TOPICS = ("jump", "stale", "withdrawal", "stock_flow", "completeness", "zeros", "swap", "flat", "recent", "weekday")


def _reference_id(name: str) -> str:
    topic = next(t for t in _TOPICS if name.startswith(f"{t}_"))
    return f"{topic}.{name[len(topic) + 1 :]}"


IDS: dict[str, str] = {_reference_id(f.name): f.name for f in fields(Thresholds)}
"""Reference id -> field of Thresholds."""
