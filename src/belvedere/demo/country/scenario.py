"""What is to be made up: size, seed, day, and what is planted. Everything else follows from it, to the byte."""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from belvedere.demo.country.parameters import parameters
from belvedere.demo.country.plant import Plant
from belvedere.errors import UnknownName


@dataclass(frozen=True)
class Scenario:
    """One demonstration country.

    size: "tiny" (tests), "small" (three régions), "full" (France). seed: the same gives the same bytes.
    today: figures end the day before; the truth goes on for four weeks. plants: what is planted besides.
    faults: whether the usual troubles of reporting are planted too (see `faults.usual_faults`).
    """

    size: str = "small"
    seed: int = 20261122
    today: dt.date = dt.date(2026, 11, 22)
    plants: tuple[Plant, ...] = ()
    faults: bool = True

    def __post_init__(self) -> None:
        if self.size not in parameters()["sizes"]:
            raise UnknownName("size of the demonstration", self.size, parameters()["sizes"])

    @property
    def settings(self) -> Mapping:
        """The section `sizes.<size>` of the parameters."""
        return parameters()["sizes"][self.size]

    @property
    def days(self) -> np.ndarray:
        """Every simulated day, datetime64[D], shape (T,); longer than what is published, at both ends."""
        time = parameters()["time"]
        return np.datetime64(self.today, "D") + np.arange(-time["simulated_days"], time["ahead_days"])

    @property
    def now(self) -> int:
        """Index of today in `days`."""
        return parameters()["time"]["simulated_days"]

    @property
    def first(self) -> int:
        """Index of the first published day."""
        return self.now - self.settings["days"]

    def at(self, day: dt.date) -> int:
        """Index of a day, kept within the simulated time."""
        return int(np.clip((np.datetime64(day, "D") - self.days[0]).astype(int), 0, len(self.days)))

    def rng(self, part: str) -> np.random.Generator:
        """The random numbers of one part of the world: another part's plant does not change them."""
        return np.random.default_rng([self.seed, zlib.crc32(part.encode())])

    def with_plants(self, *plants: Plant) -> Scenario:
        """The same country with more planted in it."""
        return replace(self, plants=(*self.plants, *plants))
