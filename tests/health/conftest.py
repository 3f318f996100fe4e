"""Clean synthetic feeds with a known truth, and the thresholds the rules are tested with."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from belvedere.health import Evidence, Thresholds, build_panels
from belvedere.ontology.indicators import INDICATORS

FIRST = np.datetime64("2020-03-02")  # a Monday
WEEKDAYS = np.array([1.15, 1.1, 1.05, 1.0, 1.0, 0.75, 0.5])
TODAY = dt.date(2030, 1, 1)
LIMITS = Thresholds(
    jump_factor=4,
    jump_minimum_count=20,
    jump_noise_sd=6,
    stale_late_after_periods=1,
    stale_very_late_after_periods=2,
    withdrawal_maximum_share=0.02,
    stock_flow_absolute_tolerance=10,
    stock_flow_relative_tolerance=0.1,
    stock_flow_drift_days=28,
    completeness_window_days=28,
    zeros_minimum_peers_share=0.4,
    swap_minimum_days=3,
    flat_minimum_days=5,
    flat_maximum_chance=1e-6,
    recent_days=14,
    recent_minimum_share=0.6,
    weekday_window_days=56,
)


@pytest.fixture
def thresholds() -> Thresholds:
    return LIMITS


def days(n: int) -> np.ndarray:
    return FIRST + np.arange(n)


def wave(n: int, *, doubling: float = 3, peak: float = 200, floor: float = 2) -> np.ndarray:
    """Expected count a day: doubles every `doubling` days, stays at its peak, halves every twelve days. Shape (n,)."""
    t = np.arange(n) - n / 3
    rise, fall = peak * 2 ** (t / doubling), peak * 2 ** (-(t - 14) / 12)
    return np.maximum(np.minimum(np.minimum(rise, fall), peak), floor)


def clean_counts(seed: int, places: int, n: int, *, spread: float = 0.6, **shape) -> np.ndarray:
    """Poisson counts round a wave, of another size in each place (log sd `spread`), with weekdays. Shape (places, n)."""
    rng = np.random.default_rng(seed)
    mean = wave(n, **shape) * WEEKDAYS[np.arange(n) % 7]
    return rng.poisson(mean * rng.lognormal(0, spread, (places, 1))).astype(float)


def clean_hospital(seed: int, places: int = 6, n: int = 200, **shape) -> dict[str, np.ndarray]:
    """Admissions, exits, deaths and the census they make, person by person; running totals too."""
    rng = np.random.default_rng(seed + 10_000)
    admissions = clean_counts(seed, places, n, **shape)
    discharges, deaths, census = (np.zeros((places, n)) for _ in range(3))
    present = np.full(places, 40.0)
    for t in range(n):
        deaths[:, t] = rng.binomial(present.astype(int), 0.015)
        discharges[:, t] = rng.binomial((present - deaths[:, t]).astype(int), 0.1)
        present = present + admissions[:, t] - discharges[:, t] - deaths[:, t]
        census[:, t] = present
    icu = np.round(census * 0.2)
    return {
        "hospital_admissions": admissions,
        "hospital_discharges": discharges,
        "hospital_deaths": deaths,
        "hospital_census": census,
        "icu_census": icu,
        "ward_census": census - icu,
        "hospital_discharges_cumulative": np.cumsum(discharges, axis=1),
        "hospital_deaths_cumulative": np.cumsum(deaths, axis=1),
    }


def rows_of(
    series: dict[str, np.ndarray], *, feed: str = "xx-test", places: list[str] | None = None, **columns
) -> pd.DataFrame:
    """Arrays of shape (places, days), NaN = no row, as rows of the `indicators` table."""
    parts = []
    for indicator, values in series.items():
        names = places or [f"XX-{i:02d}" for i in range(len(values))]
        p, t = np.nonzero(~np.isnan(values))
        parts.append(
            pd.DataFrame(
                {
                    "feed": feed,
                    "place": np.array(names, dtype=object)[p],
                    "date": days(values.shape[1])[t],
                    "indicator": indicator,
                    "condition": "covid19",
                    "age_group": "all",
                    "sex": "all",
                    "period": "day",
                    "value": values[p, t],
                    "status": "reported",
                }
            ).assign(**columns)
        )
    return pd.concat(parts, ignore_index=True)


def evidence_of(rows: pd.DataFrame, limits: Thresholds = LIMITS, **more) -> Evidence:
    return Evidence(
        panels=build_panels(rows), definitions=INDICATORS, thresholds=limits, rows=rows, **({"today": TODAY} | more)
    )


def evidence_from(series: dict[str, np.ndarray], **more) -> Evidence:
    return evidence_of(rows_of(series), **more)


def hits(found: pd.DataFrame, rule: str, place: int | None = None, day: int | None = None) -> pd.DataFrame:
    """Findings of a rule, at a place, on a day."""
    keep = found["rule"] == rule
    if place is not None:
        keep &= found["place"] == f"XX-{place:02d}"
    if day is not None:
        date = pd.Timestamp(days(day + 1)[-1]).date()
        keep &= (found["first_date"] <= date) & (found["last_date"] >= date)
    return found[keep]
