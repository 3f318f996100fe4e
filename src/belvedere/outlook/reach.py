"""From which days a country can be looked ahead from: those its leading figures cover."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from ibis import _

from belvedere.outlook.feeds import choices, daily
from belvedere.reference.places import Places
from belvedere.store.snapshot import Snapshot

EVER = np.datetime64("1900-01-01")


@dataclass(frozen=True)
class Reach:
    """first, last: days covered. seen: the day by whose end the figure of the last one was known."""

    first: dt.date
    last: dt.date
    seen: dt.date

    def ended(self, today: dt.date, too_old_days: int) -> bool:
        """Whether the last day is too old to look ahead from today."""
        return (today - self.last).days >= too_old_days


def reach(snapshot: Snapshot, *, country: str, places: Places, condition: str, indicators: tuple[str, ...]) -> Reach | None:
    """The days covered by the figures that can lead an outlook, whatever moment the snapshot is of; None if there are none."""
    table = daily(replace(snapshot, as_of=None), condition)
    options = [choice for found in choices(table, indicators, country, places, since=EVER).values() for choice in found]
    if not options:
        return None
    newest = max(choice.last for choice in options)
    of_country = table.filter(
        _.indicator.isin(list(indicators)), _.place.isin(sorted({p for choice in options for p in choice.places}))
    )
    first = of_country.date.min().to_pyarrow().as_py()
    seen = of_country.filter(_.date == newest.date()).known_at.max().to_pyarrow().as_py()
    return Reach(pd.Timestamp(first).date(), newest.date(), seen.astimezone(dt.UTC).date())
