"""The demonstration country: real places and populations, everything else synthetic, with its truth kept for tests.

written = write_country(folder, Scenario("small", seed=1, today=today, plants=(StaffAbsence("FR-DEMO-59-01-ICU", …),)))
"""

from belvedere.demo.country.plant import (
    AllZeros,
    BedsClosed,
    Cluster,
    DecimalSlip,
    FaultyCells,
    FeedStopped,
    Measure,
    NewVariant,
    Plant,
    Silence,
    StaffAbsence,
    StockLost,
    SupplierFailure,
    UnreadableFile,
)
from belvedere.demo.country.scenario import Scenario
from belvedere.demo.country.showcase import showcase
from belvedere.demo.country.truth import Truth, simulate
from belvedere.demo.country.write import FEEDS, MAPPING_TEXTS, Written, write_country

__all__ = [
    "FEEDS",
    "MAPPING_TEXTS",
    "AllZeros",
    "BedsClosed",
    "Cluster",
    "DecimalSlip",
    "FaultyCells",
    "FeedStopped",
    "Measure",
    "NewVariant",
    "Plant",
    "Scenario",
    "Silence",
    "StaffAbsence",
    "StockLost",
    "SupplierFailure",
    "Truth",
    "UnreadableFile",
    "Written",
    "showcase",
    "simulate",
    "write_country",
]
