"""Weekdays and holidays: the factor by which a day's count differs from the week around it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from belvedere.ontology.dimensions import check_dims

WEEK = 7
SUNDAY = 6


@dataclass(frozen=True)
class CalendarEffects:
    """weekday: factor by weekday (Monday first) and region, mean 1 over the week, shape (7, R).
    holiday: of a holiday against a Sunday of the same region, one figure for all regions.
    holidays_seen: how many days it rests on.
    """

    weekday: np.ndarray
    holiday: float
    holidays_seen: int

    def log_factors(self, weekdays: np.ndarray, holidays: np.ndarray) -> np.ndarray:
        """Log factor of each day and region, shape (T, R). weekdays: 0 = Monday, shape (T,). holidays: bool, shape (T, R)."""
        on_holiday = np.minimum(self.weekday[weekdays], self.holiday * self.weekday[SUNDAY])
        return np.log(np.where(holidays, on_holiday, self.weekday[weekdays]))


def weekday_numbers(dates: np.ndarray) -> np.ndarray:
    """0 for Monday … 6 for Sunday; dates datetime64, any shape."""
    return (dates.astype("datetime64[D]").astype(int) + 3) % WEEK


def align_holidays(holidays: xr.DataArray | None, region: xr.DataArray, days: np.ndarray) -> np.ndarray:
    """Holidays as bool, shape (days, regions); days not named are none. holidays: dims (date) or (region, date)."""
    empty = xr.DataArray(
        np.zeros((region.size, len(days)), dtype=bool),
        {"region": region.values, "date": days.astype("datetime64[ns]")},
        ("region", "date"),
    )
    if holidays is None:
        return empty.values.T
    check_dims(holidays, required=("date",), optional=("region",))
    named = holidays.reindex({d: empty[d] for d in holidays.dims}, fill_value=False)
    return named.broadcast_like(empty).transpose("date", "region").values.astype(bool)


def estimate_effects(
    counts: np.ndarray,
    weekdays: np.ndarray,
    holidays: np.ndarray,
    *,
    region_weight: float = 100.0,
    holiday_weight_days: float = 2.0,
) -> CalendarEffects:
    """Ratio of counts to their centred week, shrunk: regions to all together, holidays to Sundays.

    counts: shape (T, R), nan = unknown. weekdays: shape (T,). holidays: bool, shape (T, R).
    region_weight: expected persons per weekday at which a region's own pattern weighs as much as the common one.
    holiday_weight_days: days' worth of persons at which what holidays showed weighs as much as "like a Sunday".
    """
    trend = centred_week(counts)
    usual = np.isfinite(counts) & np.isfinite(trend) & ~holidays
    observed, expected = _by_weekday(np.where(usual, counts, 0), weekdays), _by_weekday(np.where(usual, trend, 0), weekdays)
    prior = 1.0
    common = (observed.sum(axis=1) + region_weight * prior) / (expected.sum(axis=1) + region_weight)
    weekday = (observed + region_weight * common[:, None]) / (expected + region_weight)
    weekday = weekday / weekday.mean(axis=0)
    on_holiday = np.isfinite(counts) & np.isfinite(trend) & holidays & (weekdays != SUNDAY)[:, None]
    as_sunday = np.where(on_holiday, trend * weekday[SUNDAY], 0)
    days = int(on_holiday.any(axis=1).sum())
    weight = holiday_weight_days * as_sunday.sum() / max(days, 1)
    seen = np.where(on_holiday, counts, 0).sum()
    holiday = (seen + weight) / (as_sunday.sum() + weight) if weight > 0 else 1.0
    return CalendarEffects(weekday, float(holiday), days)


def calendar_offset(counts: np.ndarray, dates: np.ndarray, holidays: np.ndarray, *, season_days: int = 182) -> np.ndarray:
    """Log factor of each past day and region, shape (T, R), the pattern learnt anew in each season (habits change).

    counts: shape (T, R). dates: datetime64[D], shape (T,). holidays: bool, shape (T, R). season_days: of a season, about.
    """
    weekdays = weekday_numbers(dates)
    offset = np.zeros(counts.shape)
    for days in np.array_split(np.arange(len(counts)), max(len(counts) // season_days, 1)):
        effects = estimate_effects(counts[days], weekdays[days], holidays[days])
        offset[days] = effects.log_factors(weekdays[days], holidays[days])
    return offset


def centred_week(counts: np.ndarray) -> np.ndarray:
    """Mean of the seven days around each day, nan unless all are known; shape (T, R)."""
    result = np.full(counts.shape, np.nan)
    if len(counts) >= WEEK:
        result[3:-3] = np.lib.stride_tricks.sliding_window_view(counts, WEEK, axis=0).mean(axis=-1)
    return result


def _by_weekday(values: np.ndarray, weekdays: np.ndarray) -> np.ndarray:
    return np.stack([values[weekdays == day].sum(axis=0) for day in range(WEEK)])
