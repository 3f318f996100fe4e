"""What in a series of counts cannot be true, set aside before any model sees it, with the reason in words.

Nothing is repaired: a doubtful day becomes unknown (nan), and the region says so. Missing is not zero.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import xarray as xr

from belvedere.spread.calendar_effects import estimate_effects, weekday_numbers
from belvedere.spread.oddities import decimal_slips, jumps, log_chance_of_zeros, silences, zeros_now

OK, DOUBTFUL, FAILED = "ok", "doubtful", "failed"


@dataclass(frozen=True, kw_only=True)
class Screening:
    """From when a count is not believed, and from when a region is not. Measured on French départements (bench/spread.py).

    minimum_days: fewest reported days, else the region fails. recent_days: trouble within so many last days makes it doubtful.
    missing_share: of the recent days, from which on it is doubtful (0..1).
    silent_days: last days without a known count that make it doubtful. too_old_days: last days without a report that make it
    fail; zeros that go on as long are believed, and doubtful.
    jump_factor: times the median of the days around that a single day may be. jump_sd, jump_persons: standard deviations of
    Poisson scatter and persons that it must exceed them by as well. jump_busiest: times the third busiest day of eight weeks.
    slip_odds: odds for a count ten times too high against its being right from which on it is set aside. slip_doubt: odds from
    which on one of the last `silent_days` stays, and the region is doubtful. slip_log_sd: by how much the level changes
    meanwhile, in either reading (sd of its logarithm).
    silence_chance: a run of zeros rarer than this is taken for missing reports. silence_doubt: one of at least `silent_days`
    that ends today and is rarer than this stays, and the region is doubtful.
    size: of the negative binomial these chances are of; small allows for heaps of reports and quiet weekends.
    surprise_sd: standard deviations of a forecast made a week ago from which on the last week makes a region doubtful.
    """

    minimum_days: int = 28
    recent_days: int = 28
    missing_share: float = 0.3
    silent_days: int = 7
    too_old_days: int = 28
    jump_factor: float = 4.0
    jump_sd: float = 6.0
    jump_persons: float = 4.0
    jump_busiest: float = 2.0
    slip_odds: float = 1000.0
    slip_doubt: float = 20.0
    slip_log_sd: float = 0.7
    silence_chance: float = 1e-5
    silence_doubt: float = 0.05
    size: float = 3.0
    surprise_sd: float = 3.5


SCREENING = Screening()


@dataclass
class Screened:
    """Counts fit for a model, and what was wrong with the others.

    counts: shape (T, R), float, nan where unknown or set aside.
    status: shape (R,), "ok", "doubtful" or "failed". reasons: one list of sentences a region.
    """

    counts: np.ndarray
    status: np.ndarray
    reasons: list[list[str]] = field(default_factory=list)

    def mark(self, regions: np.ndarray, status: str, reasons: list[str]) -> None:
        """Lowers the status of the regions where `regions` (bool, shape (R,)) holds, and adds the reason of each."""
        for r in np.flatnonzero(regions):
            if self.status[r] != FAILED:
                self.status[r] = status
            self.reasons[r].append(reasons[r])

    def reason(self) -> np.ndarray:
        """One text a region, empty where nothing is wrong; shape (R,)."""
        return np.array(["; ".join(texts) for texts in self.reasons], dtype=object)

    def report(self, region: np.ndarray) -> xr.Dataset:
        """`status` and `reason` by region."""
        return xr.Dataset({"status": ("region", self.status), "reason": ("region", self.reason())}, {"region": region})


def screen(
    counts: np.ndarray, dates: np.ndarray, rules: Screening = SCREENING, *, filling: np.ndarray | None = None
) -> Screened:
    """Sets aside negatives, jumps, slips of the decimal point and silences; fails what is too short or too old.

    counts: shape (T, R), persons a day, nan = not reported. dates: datetime64, shape (T,). filling: bool, shape (T, R), days
    still being reported, neither jumps nor silences. Trouble older than the recent days is set aside and not held against
    the region; slips are looked for in recent days only.
    """
    values = np.array(counts, dtype=float)
    settled = np.ones(values.shape, dtype=bool) if filling is None else ~filling
    screened = Screened(values, np.full(values.shape[1], OK, dtype=object), [[] for _ in range(values.shape[1])])
    _set_aside(screened, values < 0, dates, rules, "below zero")
    _set_aside(screened, np.isinf(values), dates, rules, "not a number of persons")
    slips, jumped = np.where(settled, _slips(values, dates, rules), -np.inf), _jumps(values, rules) & settled
    _set_aside(screened, slips > np.log(rules.slip_odds), dates, rules, "ten times too high by the look of it")
    _set_aside(screened, jumped, dates, rules, f"more than {rules.jump_factor:g} times the days around")
    reported = np.isfinite(values)
    silent = silences(values, chance=rules.silence_chance, size=rules.size, longest=rules.too_old_days) & settled
    _set_aside(screened, silent, dates, rules, "zero in a row where persons were expected: taken for missing reports")
    _doubt(screened, slips, settled, dates, rules)
    _judge(screened, reported, rules)
    return screened


def _jumps(values: np.ndarray, rules: Screening) -> np.ndarray:
    return jumps(values, factor=rules.jump_factor, sd=rules.jump_sd, persons=rules.jump_persons, busiest=rules.jump_busiest)


def _slips(values: np.ndarray, dates: np.ndarray, rules: Screening) -> np.ndarray:
    """Log odds by day and region; what to expect is learnt without the jumps."""
    usual, weekdays = np.where(_jumps(values, rules), np.nan, values), weekday_numbers(dates)
    factors = estimate_effects(usual, weekdays, np.zeros(values.shape, dtype=bool)).weekday[weekdays]
    return decimal_slips(values, usual, factors, recent=rules.recent_days, size=rules.size, log_sd=rules.slip_log_sd)


def _set_aside(screened: Screened, found: np.ndarray, dates: np.ndarray, rules: Screening, name: str) -> None:
    screened.counts[found] = np.nan
    recent = found.copy()
    recent[: max(len(found) - rules.recent_days, 0)] = False
    sentences = [_sentence(recent[:, r], dates, f"set aside (first {{first}}): {name}") for r in range(found.shape[1])]
    screened.mark(recent.any(axis=0), DOUBTFUL, sentences)


def _doubt(screened: Screened, slips: np.ndarray, settled: np.ndarray, dates: np.ndarray, rules: Screening) -> None:
    """What may be wrong and stays: nobody can tell."""
    odd = (slips > np.log(rules.slip_doubt)) & np.isfinite(screened.counts)
    odd[: -rules.silent_days] = False
    sentences = [_sentence(odd[:, r], dates, "may be ten times too high (first {first})") for r in range(odd.shape[1])]
    screened.mark(odd.any(axis=0), DOUBTFUL, sentences)
    days, expected = zeros_now(np.where(settled, screened.counts, np.nan))
    rare = log_chance_of_zeros(expected, days, rules.size) < np.log(rules.silence_doubt)
    screened.mark(
        (days >= rules.silent_days) & (days < rules.recent_days) & rare,
        DOUBTFUL,
        [f"nobody counted for {d} days where about {d * e:.0f} were expected: true or not reported cannot be told"
         for d, e in zip(days, expected, strict=True)],
    )  # fmt: skip


def _judge(screened: Screened, reported: np.ndarray, rules: Screening) -> None:
    """What the days left allow. Zeros that were taken for missing reports make a region doubtful, not failed."""
    days, old = reported.sum(axis=0), _days_since(reported)
    enough = days >= rules.minimum_days
    screened.mark(~enough, FAILED, [f"{n} days are known, {rules.minimum_days} are needed" for n in days])
    seen = np.isfinite(screened.counts)
    since = _days_since(seen)
    late = [f"no count known for the last {n} days" for n in since]
    screened.mark((since >= rules.silent_days) & enough, DOUBTFUL, late)
    screened.mark((old >= rules.too_old_days) & enough, FAILED, ["too long ago to go on from"] * len(days))
    recent, known = screened.counts[-rules.recent_days :], seen[-rules.recent_days :]
    missing = 1 - known.mean(axis=0)
    unknown = [f"{m:.0%} of the last {len(recent)} days are unknown" for m in missing]
    screened.mark((missing > rules.missing_share) & (since < rules.silent_days), DOUBTFUL, unknown)
    nobody = known.any(axis=0) & (np.nansum(recent, axis=0) == 0)
    unsaid = f"nobody counted in the last {len(recent)} days: true or not reported cannot be told"
    screened.mark(nobody, DOUBTFUL, [unsaid] * len(days))


def _days_since(seen: np.ndarray) -> np.ndarray:
    """Days at the end without any known count, shape (R,)."""
    return np.where(seen.any(axis=0), np.argmax(seen[::-1], axis=0), len(seen))


def _sentence(found: np.ndarray, dates: np.ndarray, text: str) -> str:
    """How many days, and the first of them put into the text."""
    if not found.any():
        return ""
    first = pd.Timestamp(dates[np.argmax(found)]).date().isoformat()
    return f"{found.sum()} {'day' if found.sum() == 1 else 'days'} {text.format(first=first)}"
