"""How complete the last days are, learnt from past versions of the same figures, however irregular they came.

A source that publishes each week says nothing of how its figures grow from day to day; but each of its versions shows what
was known of the days before it. `reporting.estimate_delay` is the finer method where a version exists for every day.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from belvedere.spread.reporting import ReportingDelay

DAY = np.timedelta64(1, "D")


def delay_from_versions(versions: list[tuple[np.datetime64, xr.DataArray]], *, longest: int, least: int) -> ReportingDelay:
    """Share of a day's final count known after so many days: sums known then over sums known now.

    versions: day of publication and the counts as published, dims (region, date), oldest first; the last one is today's.
    longest: delay in days after which a day is taken for final. least: fewest (version, day) pairs that show a delay; a delay
    shown by fewer takes the share of the next longer one, the longest delay is complete.
    Regions are added up: one delay for all. A cell counts only where both versions know it. The share never falls with the
    delay (a source that corrects downwards is taken for complete early).
    """
    today, final = versions[-1]
    known, ended = np.zeros(longest), np.zeros(longest)
    pairs = np.zeros(longest, dtype=int)
    for day, counts in versions[:-1]:
        then, now = xr.align(counts, final, join="inner")
        ages = ((day - then["date"].values.astype("datetime64[D]")) / DAY).astype(int)
        old_enough = (np.datetime64(today, "D") - then["date"].values.astype("datetime64[D]")) / DAY >= longest
        both = np.isfinite(then.values) & np.isfinite(now.values)
        for column in np.flatnonzero((ages >= 0) & (ages < longest) & old_enough):
            seen = both[:, column]
            if seen.any():
                known[ages[column]] += then.values[seen, column].sum()
                ended[ages[column]] += now.values[seen, column].sum()
                pairs[ages[column]] += 1
    tells = (pairs >= least) & (ended > 0)
    if not tells.any():
        return ReportingDelay(np.ones(1), np.full(1, np.inf), "none", np.zeros(1, dtype=int))
    share = np.ones(longest + 1)
    for delay in range(longest - 1, -1, -1):
        share[delay] = min(known[delay] / ended[delay], share[delay + 1]) if tells[delay] else share[delay + 1]
    return ReportingDelay(share, np.full(longest + 1, np.inf), "estimated", np.append(pairs, 0))
