"""How indicators hang together, as data: what must add up, what cannot exceed what.

Most of it stands in the indicators' own definitions (`part_of`, `inflows`, `outflows`, `cumulative_of`); here is what those
cannot say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Sum:
    """whole = sum of parts, on the same day, of the same people, in one feed."""

    whole: str
    parts: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """part <= whole, on the same day, of the same people, in one feed."""

    part: str
    whole: str


SUMS = (
    Sum("hospital_census", ("ward_census", "icu_census")),
    Sum("active_cases", ("hospital_census", "home_isolation_census")),
    Sum("cases_cumulative", ("active_cases", "deaths_cumulative", "recovered_cumulative")),
)
PARTS = (Part("cases", "tests"), Part("cases_cumulative", "tests_cumulative"))


def parts_of(definitions: Mapping[str, object], extra: tuple[Part, ...] = PARTS) -> Iterator[Part]:
    """Every part and whole: those the definitions declare, and `extra`."""
    for name, definition in definitions.items():
        if getattr(definition, "part_of", None):
            yield Part(name, definition.part_of)
    yield from extra
