"""The numbers an outlook starts from, all of them in the reference table `outlook`, as the parameters of the models.

A workspace replaces a number in `overrides/outlook.csv`; a scenario changes it for its own runs.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from types import MappingProxyType

import numpy as np

from belvedere.care.assess import Limits
from belvedere.care.level import LevelPrior
from belvedere.care.stay import Stay, gamma_stay, mixture
from belvedere.errors import UnknownName
from belvedere.reference import tables as reference
from belvedere.spread.admissions import PRIORS, Drift, Priors
from belvedere.spread.delays import discretise_gamma
from belvedere.spread.screening import SCREENING, Screening

TABLE = "outlook"
CANDIDATES = ("low", "middle", "high")


@dataclass(frozen=True)
class Settings:
    """Numbers by the id of their row. changed: ids that a workspace or a scenario set, with the shipped value."""

    numbers: Mapping[str, float]
    changed: Mapping[str, float]

    @classmethod
    def load(cls, overrides: Path | None = None, changes: Mapping[str, float] = MappingProxyType({})) -> Settings:
        """From the reference table, a workspace's own figures, and a scenario's changes, the later ones winning.

        Raises UnknownName for a change of a number that does not exist.
        """
        table = reference.load(TABLE, overrides)
        for id in changes:
            if id not in table.figures:
                raise UnknownName(f"figure of {TABLE}", id, table.figures)
        shipped = {figure.id: (figure.replaced or figure).value for figure in table}
        numbers = {**table.numbers(), **changes}
        changed = {id: shipped[id] for id, value in numbers.items() if value != shipped[id]}
        return cls(MappingProxyType(numbers), MappingProxyType(changed))

    def __getitem__(self, id: str) -> float:
        """The number of that row; raises UnknownName with the nearest ids."""
        if id not in self.numbers:
            raise UnknownName(f"figure of {TABLE}", id, self.numbers)
        return self.numbers[id]

    def days(self, id: str) -> int:
        """A number of days, or of anything whole."""
        return round(self[id])

    @property
    def generation(self) -> np.ndarray:
        """Chance of each generation interval in days, from 0."""
        return discretise_gamma(self["generation.mean"], self["generation.sd"])

    @property
    def infection_to_admission(self) -> np.ndarray:
        """Chance of each delay from infection to admission in days, from 0."""
        return discretise_gamma(self["infection_to_admission.mean"], self["infection_to_admission.sd"])

    @property
    def hospital_stays(self) -> list[Stay]:
        """Candidates: most stay a short time, some a long one; every short mean with every long share and mean."""
        longer = [
            (self["hospital_stay.long.share.low"], self["hospital_stay.long.days.low"]),
            (self["hospital_stay.long.share.middle"], self["hospital_stay.long.days.low"]),
            (self["hospital_stay.long.share.high"], self["hospital_stay.long.days.low"]),
            (self["hospital_stay.long.share.low"], self["hospital_stay.long.days.high"]),
            (self["hospital_stay.long.share.middle"], self["hospital_stay.long.days.high"]),
        ]
        return self._stays("hospital_stay", longer)

    @property
    def icu_stays(self) -> list[Stay]:
        """Candidates of the stay in intensive care."""
        longer = [(self[f"icu_stay.long.share.{which}"], self["icu_stay.long.days"]) for which in CANDIDATES]
        return self._stays("icu_stay", longer)

    def _stays(self, name: str, longer: list[tuple[float, float]]) -> list[Stay]:
        table = self.days("stay.table_days")
        short = [self[f"{name}.short.{which}"] for which in CANDIDATES]
        return [
            mixture([gamma_stay(mean=m, sd=m, max_days=table), gamma_stay(mean=long, sd=long, max_days=table)], [1 - p, p])
            for m, (p, long) in itertools.product(short, longer)
        ]

    @property
    def screening(self) -> Screening:
        """From when a count of admissions is not believed."""
        return Screening(**self._fields("screening", SCREENING))

    @property
    def admission_priors(self) -> Priors:
        """What is believed of admissions before the data speak."""
        drifts = {name: Drift(**self._fields(f"admissions.{name}", getattr(PRIORS, name))) for name in ("common", "regional")}
        return Priors(**drifts, **self._fields("admissions", PRIORS, but=tuple(drifts)))

    def _fields(self, prefix: str, like: object, but: tuple[str, ...] = ()) -> dict[str, float]:
        """The numbers of a dataclass, each under `prefix.<field>`, in the type of its default."""
        return {f.name: type(getattr(like, f.name))(self[f"{prefix}.{f.name}"]) for f in fields(like) if f.name not in but}

    def level_prior(self, name: str) -> LevelPrior:
        """name: hospital_leaving, icu_leaving or icu_share."""
        return LevelPrior(**{field: self[f"{name}.{field}"] for field in LevelPrior.__dataclass_fields__})

    @property
    def icu_delay(self) -> tuple[float, ...]:
        """Chance of each delay from admission to intensive care, of those who need it."""
        days = sorted((id for id in self.numbers if id.startswith("icu_delay.day_")), key=lambda id: int(id.rsplit("_", 1)[1]))
        return tuple(self[id] for id in days)

    @property
    def limits(self) -> Limits:
        """From when counts are not believed."""
        whole = ("history_days", "recent_days", "frozen_days")
        return Limits(
            **{f: self.days(f"assess.{f}") if f in whole else self[f"assess.{f}"] for f in Limits.__dataclass_fields__}
        )
