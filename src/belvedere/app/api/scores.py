"""How past outlooks held: coverage and weighted interval score at 7, 14 and 21 days, against going on with the last value."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from belvedere.app.api.ground import Ground
from belvedere.app.api.runs import Run
from belvedere.app.api.said import Fan
from belvedere.outlook.baselines import WEEK, WINDOW_DAYS, WINDOW_WEEKS, by_weekday, persistence
from belvedere.outlook.scores import quantile_score

HORIZONS = (7, 14, 21)
INTERVALS = {0.5: (0.25, 0.75), 0.9: (0.05, 0.95)}
LEAST_DAYS = 5
"""Outlooks a score needs: below, a share of them says nothing."""
PEER_SAMPLES = 200
FLOWS = ("hospital_admissions", "icu_admissions")

Past = Sequence[tuple[Run, Mapping[tuple[str, str], Fan]]]


@dataclass(frozen=True)
class Held:
    """How forecasts of one target, place and horizon held. relative_wis: over persistence; None where that was perfect."""

    horizon: int
    n: int
    coverage_50: float
    coverage_90: float
    relative_wis: float | None


@dataclass(frozen=True)
class Record:
    """Of one target and place. made: outlooks kept; judged: those of which something has come; first, last: their days."""

    made: int
    judged: int
    first: dt.date | None
    last: dt.date | None
    rows: tuple[Held, ...]


def records(ground: Ground, past: Past, targets: Sequence[str]) -> dict[tuple[str, str], Record]:
    """(target, place) -> how it held, for every place with past outlooks. What came is as known at the reading's moment."""
    found = {}
    for target in targets:
        places = [place for name, place in ground.values if name == target]
        peers = {run.commit_id: _peer(ground, target, places, run) for run, _fans in past}
        for p, place in enumerate(places):
            units = [
                _unit(fans[target, place], ground.values[target, place], ground, run, peers[run.commit_id][:, p])
                for run, fans in past
                if (target, place) in fans
            ]
            if units:
                found[target, place] = _record(units)
    return found


@dataclass(frozen=True)
class _Unit:
    """One outlook of one place: by horizon what came, the fan's quantiles and the peer's; nan where nothing came yet."""

    day: dt.date
    came: np.ndarray
    own: np.ndarray
    levels: tuple[float, ...]
    peer: np.ndarray


def _unit(fan: Fan, truth: np.ndarray, ground: Ground, run: Run, peer: np.ndarray) -> _Unit:
    own = np.full((len(fan.levels), len(HORIZONS)), np.nan)
    came = np.full(len(HORIZONS), np.nan)
    for h, horizon in enumerate(HORIZONS):
        day = run.reference_date + dt.timedelta(days=horizon)
        at = ground.position(day)
        quantiles = fan.on(day)
        if quantiles is not None and 0 <= at < len(truth):
            own[:, h], came[h] = quantiles, truth[at]
    return _Unit(run.reference_date, came, own, fan.levels, np.quantile(peer, fan.levels, axis=0))


def _peer(ground: Ground, target: str, places: Sequence[str], run: Run) -> np.ndarray:
    """Going on with the last value, as the backtest does; a flow by weekday. Shape (samples, place, horizon); nan where the
    past is too short to know changes of that length."""
    upto = ground.position(run.reference_date) + 1
    if upto < max(HORIZONS) + WEEK:
        return np.full((PEER_SAMPLES, len(places), len(HORIZONS)), np.nan)
    known = np.stack([ground.values[target, place][:upto] for place in places])
    rng = np.random.default_rng(0)
    if target in FLOWS:
        days = by_weekday(persistence, known, days=max(HORIZONS), samples=PEER_SAMPLES, rng=rng, window=WINDOW_WEEKS)
    else:
        days = persistence(known, steps=max(HORIZONS), samples=PEER_SAMPLES, rng=rng, window=WINDOW_DAYS)
    return days[:, :, [h - 1 for h in HORIZONS]]


def _record(units: Sequence[_Unit]) -> Record:
    judged = [unit for unit in units if np.isfinite(unit.came).any()]
    days = sorted(unit.day for unit in judged)
    rows = tuple(row for h in range(len(HORIZONS)) if (row := _held(judged, h)) is not None)
    return Record(len(units), len(judged), days[0] if days else None, days[-1] if days else None, rows)


def _held(units: Sequence[_Unit], h: int) -> Held | None:
    """Over the outlooks whose day at this horizon has come; None where they are too few."""
    known = [unit for unit in units if np.isfinite(unit.came[h])]
    if len(known) < LEAST_DAYS:
        return None
    inside = {share: [_covered(unit, h, *ends) for unit in known] for share, ends in INTERVALS.items()}
    own = [float(quantile_score(unit.own[:, h], unit.levels, unit.came[h])) for unit in known]
    peer = [float(quantile_score(unit.peer[:, h], unit.levels, unit.came[h])) for unit in known]
    both = np.isfinite(peer)
    reference = float(np.mean(np.array(peer)[both])) if both.any() else 0.0
    relative = float(np.mean(np.array(own)[both])) / reference if reference > 0 else None
    return Held(HORIZONS[h], len(known), float(np.mean(inside[0.5])), float(np.mean(inside[0.9])), relative)


def _covered(unit: _Unit, h: int, lower: float, upper: float) -> bool:
    """Whether the interval held what came, its ends included: counts lie on them often."""
    low, high = (unit.own[unit.levels.index(level), h] for level in (lower, upper))
    return bool(low <= unit.came[h] <= high)
