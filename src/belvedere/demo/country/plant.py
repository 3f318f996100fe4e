"""What can be planted: a truth that a capability must later find. Each plant says in one line what it does, and does it.

    Scenario("small", plants=(StaffAbsence("FR-DEMO-59-01-ICU", day1, day2, share=0.3), AllZeros("FR-HDF", day1, day2)))

A new kind is a subclass: `shape` changes the world before it is simulated, `distort` changes what the sources publish. What was
planted is kept in `planted.json` beside the truth.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from belvedere.errors import UnknownName

if TYPE_CHECKING:
    from belvedere.demo.country.reports import Reports
    from belvedere.demo.country.world import World


@dataclass(frozen=True)
class Plant:
    """Base of all plants. Days are inclusive at both ends."""

    def shape(self, world: World) -> None:
        """Changes the world before it is simulated."""

    def distort(self, reports: Reports) -> None:
        """Changes what the sources publish of it."""

    def record(self) -> dict:
        """The plant as plain data, for the list of what was planted."""
        return {"kind": type(self).__name__} | {
            name: value.isoformat() if isinstance(value, dt.date) else value for name, value in asdict(self).items()
        }


def span(world: World, first: dt.date, last: dt.date) -> slice:
    """The days from first to last as a slice of the axis of days."""
    return slice(world.at(first), world.at(last) + 1)


# -- in the world -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class NewVariant(Plant):
    """A variant whose R is `advantage` times that of the others is brought to a place, some infections a day for a week."""

    place: str
    start: dt.date
    advantage: float = 1.4
    severity: float = 1.0
    infections: int = 20

    def shape(self, world: World) -> None:
        brought = np.zeros_like(world.seeds[:1])
        week = slice(world.at(self.start), world.at(self.start) + 7)
        brought[0, np.flatnonzero(world.regions_in(self.place)), week] = self.infections
        world.seeds = np.concatenate([world.seeds, brought])
        world.advantage = np.append(world.advantage, self.advantage)
        world.severity = np.append(world.severity, self.severity)


@dataclass(frozen=True)
class Measure(Plant):
    """A measure in force in a place, which multiplies R by `effect` (below 1: fewer infections)."""

    place: str
    start: dt.date
    end: dt.date
    effect: float
    measure: str = "curfew"
    extent: str = "full"
    details: str = "Planted measure"

    def shape(self, world: World) -> None:
        where, days = world.regions_in(self.place), span(world, self.start, self.end)
        order = dict(measure=self.measure, extent=self.extent, effect=self.effect, details=self.details)
        world.order(where, days.start, days.stop - 1, **order)


@dataclass(frozen=True)
class Cluster(Plant):
    """So many infections in one setting of a département on one day, with one source.

    Person by person it is seen only where a line list is kept: the least peopled départements (`tracing.pilots`).
    """

    place: str
    day: dt.date
    infections: int = 40
    setting: str = "social"

    def shape(self, world: World) -> None:
        where = int(np.flatnonzero(world.regions_in(self.place))[0])
        world.seeds[0, where, world.at(self.day)] += self.infections
        world.clusters.append((where, world.at(self.day), self.infections, self.setting))


@dataclass(frozen=True)
class StaffAbsence(Plant):
    """A share of the staff of a place (unit, hospital, département …) absent beside the usual."""

    place: str
    start: dt.date
    end: dt.date
    share: float = 0.3

    def shape(self, world: World) -> None:
        world.absence[world.units_in(self.place), span(world, self.start, self.end)] += self.share


@dataclass(frozen=True)
class BedsClosed(Plant):
    """So many beds of each unit of a level closed in a place."""

    place: str
    start: dt.date
    end: dt.date
    level: str = "icu"
    beds: int = 4

    def shape(self, world: World) -> None:
        here = world.units_in(self.place) & (world.units["level"].to_numpy() == self.level)
        world.beds_closed[here, span(world, self.start, self.end)] += self.beds


@dataclass(frozen=True)
class SupplierFailure(Plant):
    """A supplier delivers nothing for some days; what was due comes when it opens again."""

    supplier: str
    start: dt.date
    end: dt.date

    def shape(self, world: World) -> None:
        names = list(world.suppliers["supplier"])
        if self.supplier not in names:
            raise UnknownName("supplier of the demonstration", self.supplier, names)
        world.supplier_open[names.index(self.supplier), span(world, self.start, self.end)] = False


@dataclass(frozen=True)
class StockLost(Plant):
    """The stock of a product lost in a place on a day: a stock-out, unless `share` is below one."""

    place: str
    product: str
    day: dt.date
    share: float = 1.0

    def shape(self, world: World) -> None:
        products = list(world.products["product"])
        if self.product not in products:
            raise UnknownName("product of the demonstration", self.product, products)
        world.lost[world.facilities_in(self.place), products.index(self.product), world.at(self.day)] = self.share


# -- in the reports -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AllZeros(Plant):
    """Every figure of the départements of a place is zero for some days, in the files of départements."""

    place: str
    start: dt.date
    end: dt.date

    def distort(self, reports: Reports) -> None:
        here, days = reports.world.regions_in(self.place), span(reports.world, self.start, self.end)
        reports.zeros[here, days] = True


@dataclass(frozen=True)
class Silence(Plant):
    """A place sends nothing for some days. Its départements lack their rows, its hospitals too."""

    place: str
    start: dt.date
    end: dt.date

    def distort(self, reports: Reports) -> None:
        world, days = reports.world, span(reports.world, self.start, self.end)
        houses = world.facilities_in(self.place)
        reports.silent_facilities[houses, days] = True
        if self.place not in set(world.facilities["place"]):
            reports.silent_regions[world.regions_in(self.place), days] = True


@dataclass(frozen=True)
class DecimalSlip(Plant):
    """One figure of a département multiplied by ten (or by `factor`) on one day, in every version of the file.

    column: a column of the files of départements: hosp, rea, incid_hosp, incid_rea, incid_dc, incid_rad.
    """

    place: str
    day: dt.date
    column: str = "hosp"
    factor: float = 10.0

    def distort(self, reports: Reports) -> None:
        for where in np.flatnonzero(reports.world.regions_in(self.place)):
            reports.slips.append((self.column, int(where), reports.world.at(self.day), self.factor))


@dataclass(frozen=True)
class FaultyCells(Plant):
    """Cells of the newest file of admissions and exits as people spoil them; the engine must set aside just these."""

    def distort(self, reports: Reports) -> None:
        reports.spoil = True


@dataclass(frozen=True)
class UnreadableFile(Plant):
    """One more daily file of the hospitals that lost its columns on the way."""

    def distort(self, reports: Reports) -> None:
        reports.unreadable = True


@dataclass(frozen=True)
class FeedStopped(Plant):
    """A feed of which nothing comes any more: its last file has the figures of the day `last`."""

    feed: str
    last: dt.date

    def distort(self, reports: Reports) -> None:
        reports.stopped[self.feed] = reports.stamp(reports.world.at(self.last))
