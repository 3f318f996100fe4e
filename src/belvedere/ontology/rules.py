"""What must hold between the columns of one row.

A rule is data: a table lists its rules, the border check runs them, the documentation page prints them.
Each gives, for a frame whose text columns are pandas categories, one boolean a row: does the rule hold there?
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    import pandas as pd


class Rule(Protocol):
    """name: the problem's rule. columns: what it reads. column: where the problem is shown. expected: what should be there."""

    name: str
    columns: tuple[str, ...]
    column: str
    expected: str

    def holds(self, frame: pd.DataFrame) -> np.ndarray:
        """Whether the rule holds, shape (rows,)."""


def by_code(categories: pd.Series, values: Mapping[str, float], otherwise: float) -> np.ndarray:
    """The number that belongs to each row's code, shape (rows,); `otherwise` for codes without one."""
    numbers = [values.get(code, otherwise) for code in categories.cat.categories]
    return np.array([*numbers, otherwise])[categories.cat.codes.to_numpy()]  # code -1, no category, takes the last


@dataclass(frozen=True)
class NotBefore:
    """`column` is never earlier than `other`; an empty one says nothing."""

    column: str
    other: str
    name: str = "wrong-order"

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.other, self.column)

    @property
    def expected(self) -> str:
        return f"not earlier than {self.other}"

    def holds(self, frame: pd.DataFrame) -> np.ndarray:
        """Shape (rows,)."""
        return ~(frame[self.column] < frame[self.other]).to_numpy()


@dataclass(frozen=True)
class WithinBoundsOfCode:
    """The number in `column` stays within the bounds that belong to the row's code in `by`."""

    column: str
    by: str
    minimum: Mapping[str, float] = field(default_factory=dict)
    maximum: Mapping[str, float] = field(default_factory=dict)
    name: str = "out-of-range"

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.by, self.column)

    @property
    def expected(self) -> str:
        return f"a figure that its {self.by} can have (see the list `{self.by}`)"

    def holds(self, frame: pd.DataFrame) -> np.ndarray:
        """Shape (rows,)."""
        values = frame[self.column].to_numpy(dtype=float)
        low = by_code(frame[self.by], self.minimum, -np.inf)
        high = by_code(frame[self.by], self.maximum, np.inf)
        return ~((values < low) | (values > high))


@dataclass(frozen=True)
class ValueMatchesStatus:
    """A reported row has a value; a suppressed or withdrawn one has none. So an empty figure always says why it is empty."""

    column: str = "value"
    status: str = "status"
    name: str = "value-against-status"
    expected: str = "a value where the status is reported, none where it is suppressed or withdrawn"

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.status, self.column)

    def holds(self, frame: pd.DataFrame) -> np.ndarray:
        """Shape (rows,)."""
        reported = by_code(frame[self.status], {"reported": 1.0}, 0.0) == 1.0
        return reported == frame[self.column].notna().to_numpy()


@dataclass(frozen=True)
class TextMatchesCode:
    """The text in `column` has the form that belongs to the row's code in `by`; codes not listed take any."""

    column: str
    by: str
    patterns: Mapping[str, str]
    name: str = "wrong-form"

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.by, self.column)

    @property
    def expected(self) -> str:
        return f"the form that its {self.by} asks for: " + "; ".join(f"{code}: {p}" for code, p in self.patterns.items())

    def holds(self, frame: pd.DataFrame) -> np.ndarray:
        """Shape (rows,)."""
        texts, held = frame[self.column].cat, np.ones(len(frame), dtype=bool)
        codes = np.array([*frame[self.by].cat.categories, ""])[frame[self.by].cat.codes.to_numpy()]
        for code, pattern in self.patterns.items():
            fits = np.array([*(re.fullmatch(pattern, text) is not None for text in texts.categories), True])
            held &= (codes != code) | fits[texts.codes.to_numpy()]
        return held
