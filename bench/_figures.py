"""One measured figure, the aim it is held against, and how both are written."""

from __future__ import annotations

import math
import operator
import re
from dataclasses import dataclass

AIM = re.compile(r"(?P<sign><=|>=|<|>|=)(?P<bound>-?\d+(\.\d+)?([eE][+-]?\d+)?)")
COMPARE = {"<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt, "=": operator.eq}


@dataclass(frozen=True)
class Figure:
    """One line of a measurement.

    name: what was measured; a peer's or a floor's figure of the same run says so in its name ("ingest, peer: pandas").
    value: the figure, unrounded; nan when it could not be measured, which misses any aim.
    unit: "s", "MiB", "rows/s" …; empty for a pure count.
    aim: "<=20", ">=0.15", "=0", "<1", ">0", or empty when the figure is only to be known.

    Raises ValueError for an aim of another form, or a tab or line break in a text.
    """

    name: str
    value: float
    unit: str = ""
    aim: str = ""

    def __post_init__(self) -> None:
        if not self.name:
            raise ValueError("a figure needs a name")
        if self.aim and not AIM.fullmatch(self.aim):
            raise ValueError(f"figure {self.name!r}: aim {self.aim!r} is not one of <=n, >=n, <n, >n, =n or empty")
        if re.search(r"[\t\r\n]", self.name + self.unit):
            raise ValueError(f"figure {self.name!r}: no tab or line break in a name or unit")

    def met(self) -> bool | None:
        """Whether the unrounded value meets the aim; None without an aim."""
        if not self.aim:
            return None
        sign, bound = AIM.fullmatch(self.aim).group("sign", "bound")
        return COMPARE[sign](self.value, float(bound))

    def line(self) -> str:
        """`figure<TAB>value<TAB>unit<TAB>aim`."""
        return "\t".join((self.name, shown(self.value), self.unit, self.aim))


def shown(value: float) -> str:
    """The value with four significant digits, whole numbers in full, never with an exponent unless tiny.

    >>> [shown(v) for v in (3, 0.123456, 12.3456, 223_456.7, 0.0)]
    ['3', '0.1235', '12.35', '223457', '0']
    """
    if math.isfinite(value) and (value == int(value) or abs(value) >= 1000):
        return str(round(value))
    return f"{value:.4g}"
