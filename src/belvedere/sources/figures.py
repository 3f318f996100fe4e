"""What a figure may be, by what it counts: whole or not, and between which bounds, as the ontology's code lists say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from belvedere.ontology.hospital import RESOURCES
from belvedere.ontology.indicators import INDICATORS
from belvedere.ontology.schema import Column, Kind
from belvedere.ontology.supply import STOCK_MEASURES
from belvedere.sources.convert import Converted, Fault, distinct, refuse

# Columns whose code says what is counted.
DEFINED_BY = {"indicator": INDICATORS, "resource": RESOURCES, "measure": STOCK_MEASURES}
MEASURED_UNITS = ("litres per minute",)  # the rest of what stocks and flows count comes in whole pieces
STOCK_KINDS = ("stock", "cumulative")
INFINITY = float("inf")


@dataclass(frozen=True)
class Limits:
    """whole: no fraction. stock: present at a moment, or counted since the beginning. low, high: bounds, ends included.

    Each a scalar, or an array with one entry a row.
    """

    whole: bool | np.ndarray = False
    stock: bool | np.ndarray = False
    low: float | np.ndarray = -INFINITY
    high: float | np.ndarray = INFINITY


def limits_of_code(column: str, code: str | None) -> Limits:
    """The limits of what one code counts; none for codes without a definition."""
    definition = DEFINED_BY.get(column, {}).get(code)
    if definition is None:
        return Limits()
    kind, unit = getattr(definition, "kind", "stock"), getattr(definition, "unit", "units")
    low, high = getattr(definition, "minimum", None), getattr(definition, "maximum", None)
    whole = column != "measure" and kind != "rate" and unit not in MEASURED_UNITS
    return Limits(whole, kind in STOCK_KINDS, -INFINITY if low is None else low, INFINITY if high is None else high)


def limits_of_codes(column: str, codes: pa.Array) -> Limits:
    """The limits row by row, where a source column says what is counted."""
    names, indices = distinct(codes)
    each = [limits_of_code(column, name) for name in names.to_pylist()] + [Limits()]  # the last: no code
    return Limits(
        *(np.array([getattr(limits, part) for limits in each])[indices] for part in ("whole", "stock", "low", "high"))
    )


def limits_of_column(column: Column) -> Limits:
    """The limits a table's column sets itself."""
    low = -INFINITY if column.minimum is None else column.minimum
    high = INFINITY if column.maximum is None else column.maximum
    return Limits(column.kind is Kind.INTEGER, False, low, high)


def both(one: Limits, other: Limits) -> Limits:
    """What keeps to the one and to the other."""
    whole, stock = np.logical_or(one.whole, other.whole), np.logical_or(one.stock, other.stock)
    return Limits(whole, stock, np.maximum(one.low, other.low), np.minimum(one.high, other.high))


def keep_within(figures: Converted, limits: Limits) -> Converted:
    """The figures that keep to the limits; the others are at fault: a fraction, a negative stock, out of range."""
    values = figures.values.to_numpy(zero_copy_only=False).astype(float)  # null -> nan: every comparison below is False
    with np.errstate(invalid="ignore"):
        fraction = np.asarray(limits.whole) & (np.floor(values) != values) & ~np.isnan(values)
        outside = (values < limits.low) | (values > limits.high)
    figures = refuse(figures, fraction, Fault.NOT_A_WHOLE_NUMBER)
    figures = refuse(figures, outside & (values < 0) & limits.stock, Fault.NEGATIVE_STOCK)
    return refuse(figures, outside, Fault.OUT_OF_RANGE)
