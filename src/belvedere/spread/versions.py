"""How complete the last days are, learnt from past versions of the same figures, however irregular they came.

A source that publishes each week says nothing of how its figures grow from day to day; but each of its versions shows what
was known of the days before it. `reporting.estimate_delay` is the finer method where a version exists for every day.
Reports rest at weekends: what a Sunday's version lacks, another Sunday's shows best, so versions of the same weekday speak
first.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from belvedere.spread.calendar_effects import weekday_numbers
from belvedere.spread.reporting import ReportingDelay

DAY = np.timedelta64(1, "D")
Version = tuple[np.datetime64, xr.DataArray]


def delay_from_versions(versions: Sequence[Version], *, longest: int, least: int) -> ReportingDelay:
    """Share of a day's final count known after so many days: sums known then over sums known now.

    versions: day of publication and the counts as published, dims (region, date), oldest first; the last one is today's.
    longest: delay in days after which a day is taken for final. least: fewest versions that must show a delay. A delay is
    learnt from versions published on today's weekday where there are so many, else from all; one shown by fewer takes the
    share of the next longer one; the longest is complete.
    Regions are added up: one delay for all. A cell counts only where both versions know it. The share never falls with the
    delay (a source that corrects downwards is taken for complete early).
    """
    today = np.datetime64(versions[-1][0], "D")
    same = [version for version in versions[:-1] if weekday_numbers(version[0]) == weekday_numbers(today)]
    own, all_days = (_seen(group, versions[-1], longest) for group in (same, versions[:-1]))
    enough = own[2] >= least
    known, ended, shown = (np.where(enough, mine, every) for mine, every in zip(own, all_days, strict=True))
    tells = (shown >= least) & (ended > 0)
    if not tells.any():
        return ReportingDelay(np.ones(1), np.full(1, np.inf), "none", np.zeros(1, dtype=int))
    share = np.ones(longest + 1)
    for delay in range(longest - 1, -1, -1):
        share[delay] = min(known[delay] / ended[delay], share[delay + 1]) if tells[delay] else share[delay + 1]
    return ReportingDelay(share, np.full(longest + 1, np.inf), "estimated", np.append(shown, 0).astype(int))


def _seen(versions: Sequence[Version], newest: Version, longest: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """By delay, shape (longest,): persons known in these versions, persons of the same cells known now, and how many versions
    showed it. Only days now old enough to be final teach anything."""
    today, final = newest
    known, ended, shown = np.zeros(longest), np.zeros(longest), np.zeros(longest)
    for day, counts in versions:
        then, now = xr.align(counts, final, join="inner")
        dates = then["date"].values.astype("datetime64[D]")
        age, old_enough = ((day - dates) / DAY).astype(int), (np.datetime64(today, "D") - dates) / DAY >= longest
        both = np.isfinite(then.values) & np.isfinite(now.values)
        for column in np.flatnonzero((age >= 0) & (age < longest) & old_enough & both.any(axis=0)):
            seen = both[:, column]
            known[age[column]] += then.values[seen, column].sum()
            ended[age[column]] += now.values[seen, column].sum()
            shown[age[column]] += 1
    return known, ended, shown
