"""Every gap has a type: zero is not "not reported", and a figure taken back is neither."""

from __future__ import annotations

import numpy as np
import pandas as pd

from belvedere.health.findings import runs
from belvedere.health.panels import NO_ROW, SUPPRESSED, WITHDRAWN, Panel, Panels
from belvedere.health.thresholds import Thresholds

TYPES = {
    "reported": "a number other than zero",
    "zero": "the place said zero",
    "not_reported": "nothing was sent",
    "withdrawn": "a figure was published and later removed by its source",
    "suppressed": "the producer hides the figure because it is small",
    "zero_throughout": "zero on every day while most places report more: it may mean that the place does not report",
}
CODES = {name: code for code, name in enumerate(TYPES)}
GAPS = ("not_reported", "withdrawn", "suppressed", "zero_throughout")


def cell_types(panel: Panel, thresholds: Thresholds) -> np.ndarray:
    """Type of each cell of the grid as a code of CODES, int8, shape (P, T)."""
    value, state = panel.values, panel.state
    out = np.full(value.shape, CODES["reported"], dtype=np.int8)
    out[value == 0] = CODES["zero"]
    out[(state == NO_ROW) | np.isnan(value)] = CODES["not_reported"]
    out[state == WITHDRAWN] = CODES["withdrawn"]
    out[state == SUPPRESSED] = CODES["suppressed"]
    doubted = zero_throughout(panel, thresholds)
    out[doubted[:, None] & (out == CODES["zero"])] = CODES["zero_throughout"]
    return out


def zero_throughout(panel: Panel, thresholds: Thresholds) -> np.ndarray:
    """Places whose every number is zero while their peers report, shape (P,), bool.

    Doubted only when at least `zeros_minimum_peers_share` of the places with numbers report more than zero, and when even
    the lowest tenth of those count `jump_minimum_count` or more over the whole time: a rare event may well be zero
    everywhere in a
    small place.
    """
    has_number = (~np.isnan(panel.values)).any(axis=1)
    total = np.nansum(np.abs(panel.values), axis=1)
    nonzero = has_number & (total > 0)
    zero = has_number & (total == 0)
    if not zero.any() or not nonzero.any() or nonzero.sum() < thresholds.zeros_minimum_peers_share * has_number.sum():
        return np.zeros(len(panel.places), dtype=bool)
    rare = np.quantile(total[nonzero], 0.1) < thresholds.jump_minimum_count
    return zero & (not rare)


def summarise_gaps(panels: Panels, thresholds: Thresholds, types: tuple[str, ...] = GAPS) -> pd.DataFrame:
    """Stretches of gaps. Columns: feed, indicator, condition, age_group, sex, period, place, first_date, last_date, days, type.

    days: calendar days covered (a missing week counts seven).
    """
    out = []
    for key, panel in panels.items():
        cells = cell_types(panel, thresholds)
        step = 7 if panel.weekly else 1
        for name in types:
            row, first, last, n = runs(cells == CODES[name])
            if len(row):
                out.append(
                    pd.DataFrame(
                        {
                            **{c: getattr(key, c) for c in key.__dataclass_fields__},
                            "place": panel.places[row],
                            "first_date": panel.dates[first],
                            "last_date": panel.dates[last],
                            "days": n * step,
                            "type": name,
                        }
                    )
                )
    columns = [
        "feed",
        "indicator",
        "condition",
        "age_group",
        "sex",
        "period",
        "place",
        "first_date",
        "last_date",
        "days",
        "type",
    ]
    return pd.concat(out, ignore_index=True) if out else pd.DataFrame(columns=columns)
