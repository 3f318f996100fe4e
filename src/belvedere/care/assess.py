"""Can a region's counts carry a census forecast? ok, doubtful or failed, and why, in words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from belvedere.care.present import check_daily
from belvedere.ontology.dimensions import check_dims

STATUSES = ("ok", "doubtful", "failed")


@dataclass(frozen=True)
class Limits:
    """From when counts are not believed; the values live in the reference table of feed rules.

    history_days: days of census a fit needs. recent_days: last days looked at for jumps, silence and a standing census.
    jump_factor: times off the median of the days before. jump_minimum: persons, found or expected, that a jump needs.
    frozen_days: days one census value may stand while patients come. frozen_admissions: persons that came meanwhile.
    silent_expected: persons the days before let expect, of whom none came, from which silence is not chance.
    missing_share: share of missing days that makes counts doubtful.
    vanished_minimum: persons in bed on the day before a census that has stood at nobody since.
    """

    history_days: int
    recent_days: int
    jump_factor: float
    jump_minimum: float
    frozen_days: int
    frozen_admissions: float
    silent_expected: float
    missing_share: float
    vanished_minimum: float


def assess(admissions: xr.DataArray, hospital: xr.DataArray, icu: xr.DataArray | None = None, *, limits: Limits) -> xr.Dataset:
    """Status and reasons of each region.

    admissions, hospital, icu: persons, dims (region, date), the same dates, the last one today; nan where nothing is known.
    Returns `status` (a name of STATUSES) and `reason` (sentences; "" when ok), dims (region). No region looks at another.
    """
    for counts in (admissions, hospital) if icu is None else (admissions, hospital, icu):
        check_dims(counts, required=("region", "date"), optional=())
        check_daily(counts)
    statuses, reasons = [], []
    for region in hospital.region.values:
        came, present = (_row(counts, region, hospital) for counts in (admissions, hospital))
        findings = _census(present, came, "hospital", limits) + _admissions(came, limits)
        if icu is not None:
            intensive = _row(icu, region, hospital)
            findings += _census(intensive, came, "ICU", limits) + _contradictions(intensive, present, limits)
        statuses.append(max((status for status, _ in findings), key=STATUSES.index, default="ok"))
        reasons.append("; ".join(reason for _, reason in findings))
    coords = {"region": hospital.region.values}
    return xr.Dataset(
        {"status": ("region", np.array(statuses, dtype=object)), "reason": ("region", np.array(reasons, dtype=object))},
        coords=coords,
    )


def _row(counts: xr.DataArray, region: str, like: xr.DataArray) -> np.ndarray:
    if region not in counts.region.values:
        return np.full(like.sizes["date"], np.nan)
    return counts.sel(region=region).reindex(date=like["date"]).to_numpy().astype(float)


def _census(present: np.ndarray, came: np.ndarray, name: str, limits: Limits) -> list[tuple[str, str]]:
    if not np.isfinite(present).any():
        return [("failed", f"no {name} census")]
    findings = []
    if not np.isfinite(present[-1]):
        findings.append(("failed", f"no {name} census today"))
    if (bad := present[-limits.history_days :][present[-limits.history_days :] < 0]).size:
        status = "failed" if present[-1] < 0 else "doubtful"
        findings.append((status, f"negative {name} census ({bad[-1]:g})"))
    if (known := np.isfinite(present).sum()) < limits.history_days:
        findings.append(("doubtful", f"only {known} days of {name} census, {limits.history_days} needed"))
    findings += _missing(present, f"{name} census", limits)
    findings += _jump(present, f"{name} census", limits)
    findings += _vanished(present, name, limits)
    return findings + _frozen(present, came, name, limits)


def _frozen(present: np.ndarray, came: np.ndarray, name: str, limits: Limits) -> list[tuple[str, str]]:
    last = present[np.isfinite(present)][::-1]
    run = int(np.argmax(last != last[0])) if (last != last[0]).any() else last.size
    meanwhile = np.nansum(came[-run:])
    if run < limits.frozen_days or last[0] == 0 or meanwhile < limits.frozen_admissions or _moved_little(last, run):
        return []
    return [("doubtful", f"{name} census stands at {last[0]:g} for {run} days while {meanwhile:g} patients came")]


def _vanished(present: np.ndarray, name: str, limits: Limits) -> list[tuple[str, str]]:
    """Beds that emptied from one day to the next and stayed so: patients leave one by one, reports stop at once."""
    known = present[np.isfinite(present)]
    if known.size == 0 or known[-1] != 0 or not (known > 0).any():
        return []
    empty = int(np.argmax(known[::-1] != 0))
    before = known[-1 - empty]
    if before < limits.vanished_minimum:
        return []
    days = f"{empty} {'day' if empty == 1 else 'days'}"
    return [("doubtful", f"{name} census stands at 0 for {days} after {before:g} the day before: not reported?")]


def _moved_little(last: np.ndarray, run: int) -> bool:
    """Whether a standing census is nothing new: before it, too, values repeated on at least half of the days."""
    before = last[run : run + 4 * run]
    return before.size > 1 and bool(np.mean(np.diff(before) == 0) >= 0.5)


def _jump(values: np.ndarray, name: str, limits: Limits) -> list[tuple[str, str]]:
    for day in range(max(values.size - limits.recent_days, 1), values.size):
        before = values[max(day - limits.recent_days, 0) : day]
        before = before[np.isfinite(before)]
        if not np.isfinite(values[day]) or before.size < limits.recent_days // 2:
            continue
        usual, found = max(float(np.median(before)), 1.0), max(values[day], 1.0)
        if max(usual, found) >= limits.jump_minimum and max(found / usual, usual / found) >= limits.jump_factor:
            return [("failed", f"{name} jumps to {values[day]:g} from about {np.median(before):g}")]
    return []


def _missing(values: np.ndarray, name: str, limits: Limits) -> list[tuple[str, str]]:
    recent = values[-limits.history_days :]
    share = 1 - np.isfinite(recent).mean()
    return [("doubtful", f"{share:.0%} of the days without {name}")] if share > limits.missing_share else []


def _admissions(came: np.ndarray, limits: Limits) -> list[tuple[str, str]]:
    if not np.isfinite(came).any():
        return [("failed", "no admissions")]
    findings = _missing(came, "admissions", limits)
    if (came[-limits.history_days :] < 0).any():
        findings.append(("doubtful", "negative admissions"))
    recent, before = came[-limits.recent_days :], came[-3 * limits.recent_days : -limits.recent_days]
    if not np.isfinite(recent).any():
        findings.append(("failed", f"no admissions reported in the last {limits.recent_days} days"))
    elif np.nansum(recent) == 0 and np.isfinite(before).any():
        expected = np.nanmean(before) * np.isfinite(recent).sum()
        if expected >= limits.silent_expected:
            findings.append(("doubtful", f"no admission in {limits.recent_days} days, about {expected:.0f} expected: silent?"))
    return findings + _admission_jump(came, limits)


def _admission_jump(came: np.ndarray, limits: Limits) -> list[tuple[str, str]]:
    """A day far above the largest of the weeks before; low days are weekends, silence is looked for over the week."""
    for day in range(max(came.size - limits.recent_days, 1), came.size):
        before = came[max(day - 3 * limits.recent_days, 0) : day]
        before = before[np.isfinite(before)]
        if before.size < limits.recent_days or not came[day] >= limits.jump_minimum:
            continue
        if came[day] >= limits.jump_factor * max(before.max(), 1.0):
            return [("doubtful", f"admissions jump to {came[day]:g}, at most {before.max():g} in the weeks before")]
    return []


def _contradictions(icu: np.ndarray, hospital: np.ndarray, limits: Limits) -> list[tuple[str, str]]:
    recent = slice(-limits.recent_days, None)
    wrong = icu[recent] > hospital[recent]
    if not wrong.any():
        return []
    day = np.flatnonzero(wrong)[-1]
    today = bool(icu[-1] > hospital[-1])
    text = f"ICU census {icu[recent][day]:g} above hospital census {hospital[recent][day]:g}"
    return [("failed" if today else "doubtful", text)]
