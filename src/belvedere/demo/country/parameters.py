"""The figures of the made-up country: `parameters.toml` beside this file, and reference figures named there by id."""

from __future__ import annotations

import csv
import re
import tomllib
from functools import lru_cache
from pathlib import Path

from belvedere.errors import ReferenceError
from belvedere.reference import tables

HERE = Path(__file__).parent


@lru_cache(maxsize=1)
def parameters() -> dict:
    """Everything in `parameters.toml`, by section. Read-only by agreement."""
    return tomllib.loads((HERE / "parameters.toml").read_text(encoding="utf-8"))


def rows(name: str) -> list[dict[str, str]]:
    """Rows of a table beside this file: cities.csv, products.csv, suppliers.csv."""
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def mean_and_sd(table: str, figure_id: str) -> tuple[float, float]:
    """Mean and standard deviation (days) of a reference figure; without one it is taken as exponential: sd = mean."""
    figure = tables.load(table).value(figure_id)
    if figure.value is None:
        raise ReferenceError(f"{table}: {figure_id} has no value to take as a mean")
    found = re.fullmatch(r"sd (\d+(?:\.\d+)?)", figure.interval)
    return figure.value, float(found[1]) if found else figure.value


def ratio(given: float | str) -> float:
    """A number as it is, or the value of a staffing rule named by its id."""
    return float(given) if isinstance(given, (int, float)) else tables.load("staffing_rules").value(given).value
