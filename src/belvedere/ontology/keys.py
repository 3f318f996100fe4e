"""Rows that say the same thing twice, or two things at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

# Above this, products of ranges are first brought down to the ranks of what is really there.
WIDEST_RANGE = 2**31


def numbered(values: pa.Array) -> np.ndarray:
    """A number for each value, equal for equal values, int64 from 0; null has its own."""
    fixed = pa.types.is_integer(values.type) or pa.types.is_date32(values.type) or pa.types.is_timestamp(values.type)
    if not fixed or values.null_count:
        return values.dictionary_encode(null_encoding="encode").indices.to_numpy().astype(np.int64)
    if pa.types.is_date32(values.type):
        values = values.cast(pa.int32())
    numbers = values.cast(pa.int64()).to_numpy()
    if not len(numbers):
        return numbers
    low, high = int(numbers.min()), int(numbers.max())
    return numbers - low if high - low < WIDEST_RANGE else pd.factorize(numbers)[0]


def combined(columns: list[np.ndarray]) -> np.ndarray:
    """One number for each distinct combination of the columns' numbers, int64, shape (rows,)."""
    total, size = np.zeros(len(columns[0]), dtype=np.int64), 1
    for numbers in columns:
        width = int(numbers.max()) + 1 if len(numbers) else 1
        if size * width > 2**62:
            total, distinct = pd.factorize(total)
            size = len(distinct)
        total = total * width + numbers
        size *= width
    return total


@dataclass(frozen=True)
class Duplicates:
    """Row positions, int64. repeated: equal to an earlier row, given in `first`. conflicting: rows of one key that differ.

    groups: for each conflicting row, the number of its key.
    """

    repeated: np.ndarray
    first: np.ndarray
    conflicting: np.ndarray
    groups: np.ndarray


def find_duplicates(keys: list[np.ndarray], values: list[pa.Array]) -> Duplicates:
    """Rows with the same key (numbers by column, as `numbered` gives them), told apart by whether their values agree."""
    key = combined(keys)
    ordered = np.sort(key)
    nothing = np.array([], dtype=np.int64)
    if not (ordered[1:] == ordered[:-1]).any():
        return Duplicates(nothing, nothing, nothing, nothing)
    positions = np.flatnonzero(pd.Series(key).duplicated(keep=False).to_numpy())
    taken = pa.array(positions)
    groups = pd.factorize(key[positions])[0]
    said = combined([np.zeros(len(positions), dtype=np.int64), *(numbered(column.take(taken)) for column in values)])
    frame = pd.DataFrame({"position": positions, "group": groups, "said": said})
    by_group = frame.groupby("group")
    differs = (by_group["said"].transform("nunique") > 1).to_numpy()
    first = by_group["position"].transform("first").to_numpy()
    repeated = ~differs & (first != positions)
    return Duplicates(positions[repeated], first[repeated], positions[differs], groups[differs])
