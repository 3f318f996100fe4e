"""One change a scenario makes, and what a change may be: which operations, which values, where and when."""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from belvedere.errors import DataError, UnknownName
from belvedere.outlook.beds import LEVELS
from belvedere.reference.places import Places
from belvedere.reference.tables import Figure, ReferenceTable

FUTURES, CAPACITY, PARAMETER = "futures", "capacity", "parameter"
SET, MULTIPLY, ADD = "set", "multiply", "add"
BEDS = "beds"

NAMES: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        FUTURES: {
            "transmission": (MULTIPLY,),
            "admissions": (MULTIPLY, ADD),
            "hospital_stay": (MULTIPLY,),
            "icu_stay": (MULTIPLY,),
            "icu_share": (MULTIPLY,),
        },
        CAPACITY: {BEDS: (SET, MULTIPLY, ADD)},
    }
)
"""subject -> name -> operations that make sense on it. Parameters take all three; their names are the ids of `outlook`."""
ABOVE_ZERO = ("hospital_stay", "icu_stay")
"""Nobody can stay for no time at all: a factor of zero has no meaning here."""
REDUCTIONS = ("% reduction of Rt", "% reduction of R", "% reduction of transmission")
"""Units of measured effects that are factors on the reproduction number."""


@dataclass(frozen=True)
class Overlay:
    """One change.

    subject: futures, capacity or parameter. name: which one: transmission, admissions, hospital_stay, icu_stay, icu_share;
    beds; the id of a figure of `outlook`. operation: set, multiply, add. value: a factor, or a number in the unit of the thing
    (persons a day, beds, the parameter's). level: of beds: ward or icu. place: covers all below it; "" is everywhere.
    first_day, last_day: both included; None is open. note: where the value comes from. number: of the row, 0 before it has one.
    """

    subject: str
    name: str
    operation: str
    value: float
    level: str = ""
    place: str = ""
    first_day: dt.date | None = None
    last_day: dt.date | None = None
    note: str = ""
    number: int = 0

    @property
    def target(self) -> tuple[str, str, str]:
        """What it changes: overlays of one target combine."""
        return (self.subject, self.name, self.level)

    @property
    def slot(self) -> tuple:
        """All that it says apart from value and note: a second overlay in the same slot takes the first one's place."""
        return (*self.target, self.place, self.first_day, self.last_day, self.operation)

    def sentence(self) -> str:
        """The change in words: `3: ward beds × 1.2 in FR-75, 2020-11-01 to 2020-11-30`."""
        sign = {SET: "=", MULTIPLY: "×", ADD: "+"}[self.operation]
        days = f"{self.first_day or '…'} to {self.last_day or '…'}"
        when = "" if self.subject == PARAMETER else f" {f'in {self.place}' if self.place else 'everywhere'}, {days}"
        return f"{self.number}: {f'{self.level} ' if self.level else ''}{self.name} {sign} {self.value:g}{when}"


def subject_of(name: str) -> str:
    """The subject a name belongs to; one that is neither of the futures nor of capacity names a parameter."""
    return next((subject for subject, names in NAMES.items() if name in names), PARAMETER)


def from_measure(measure: str, effects: ReferenceTable, *, note: str = "", **where) -> Overlay:
    """A factor on transmission as a study measured it, its range and source kept in the note.

    effects: the reference table `measure_effects`. note: said before the source. where: place, first_day, last_day.
    Raises UnknownName; DataError for a figure that is not a reduction of the reproduction number, or has no middle.
    """
    figure = effects.value(measure)
    if figure.unit not in REDUCTIONS or figure.value is None:
        found = figure.unit if figure.value is not None else "a range without a middle"
        fitting = [f.id for f in effects if f.unit in REDUCTIONS and f.value is not None]
        raise DataError(
            f"Measure {measure!r} gives {found}, expected one figure in {' or '.join(map(repr, REDUCTIONS))}. "
            f"Fitting ones: {', '.join(fitting)}."
        )
    factor = round(1 - figure.value / 100, 10)
    source = f"{measure}: {figure.sentence()}"
    return Overlay(FUTURES, "transmission", MULTIPLY, factor, note=f"{note}; {source}" if note else source, **where)


def check(overlay: Overlay, *, parameters: ReferenceTable, places: Places) -> None:
    """Raises UnknownName for a subject, name, level or place that does not exist; DataError for a value that cannot be."""
    if overlay.subject == PARAMETER:
        if overlay.name not in parameters.figures:
            known = [*itertools.chain.from_iterable(NAMES.values()), *parameters.figures]
            raise UnknownName("future, capacity or parameter", overlay.name, known)
    elif overlay.subject not in NAMES:
        raise UnknownName("subject of an overlay", overlay.subject, [*NAMES, PARAMETER])
    elif overlay.name not in NAMES[overlay.subject]:
        raise UnknownName(f"name of {overlay.subject}", overlay.name, NAMES[overlay.subject])
    allowed = NAMES.get(overlay.subject, {}).get(overlay.name, (SET, MULTIPLY, ADD))
    if overlay.operation not in (SET, MULTIPLY, ADD):
        raise UnknownName("operation", overlay.operation, (SET, MULTIPLY, ADD))
    _need(overlay.operation in allowed, overlay, f"operation {overlay.operation!r}", f"one of {', '.join(allowed)}")
    _check_where(overlay, places)
    _check_value(overlay)
    if overlay.subject == PARAMETER and overlay.operation == SET:
        check_parameter(parameters.value(overlay.name), overlay.value)


def _check_where(overlay: Overlay, places: Places) -> None:
    if overlay.subject == CAPACITY and overlay.level not in LEVELS:
        raise UnknownName("level of beds", overlay.level, LEVELS)
    if overlay.subject != CAPACITY:
        _need(not overlay.level, overlay, f"level {overlay.level!r}", "none: only beds have a level")
    if overlay.subject == PARAMETER:
        found = [str(part) for part in (overlay.place, overlay.first_day, overlay.last_day) if part]
        _need(not found, overlay, ", ".join(found), "no place and no days: a parameter holds for the whole run")
    if overlay.place:
        places[overlay.place]
    if overlay.first_day and overlay.last_day:
        expected = f"a last day not before {overlay.first_day}"
        _need(overlay.first_day <= overlay.last_day, overlay, f"last day {overlay.last_day}", expected)


def _check_value(overlay: Overlay) -> None:
    found = f"{overlay.value:g}"
    _need(math.isfinite(overlay.value), overlay, found, "a number")
    if overlay.subject == PARAMETER:
        return
    if overlay.operation == MULTIPLY and overlay.name in ABOVE_ZERO:
        _need(overlay.value > 0, overlay, found, "a factor above 0: nobody stays for no time at all")
    elif overlay.operation == MULTIPLY:
        _need(overlay.value >= 0, overlay, found, "a factor of at least 0 (0.8 is a fifth less)")
    elif overlay.operation == SET or overlay.subject == FUTURES:
        unit = "beds" if overlay.subject == CAPACITY else "persons a day"
        _need(overlay.value >= 0, overlay, found, f"at least 0 {unit}")


def check_parameter(figure: Figure, value: float) -> None:
    """Raises DataError for a value that the figure's unit excludes: a share above 1, a negative number of days."""
    if figure.unit.startswith("share") and not 0 <= value <= 1:
        raise DataError(f"parameter {figure.id}: found {value:g}, expected a share from 0 to 1 ({figure.quantity})")
    if not figure.unit.startswith("log") and value < 0:
        raise DataError(f"parameter {figure.id}: found {value:g}, expected at least 0 {figure.unit} ({figure.quantity})")


def check_together(overlays: Iterable[Overlay], places: Places) -> None:
    """Raises DataError where two overlays set one thing to two values in the same place and on the same day."""
    setting = [overlay for overlay in overlays if overlay.operation == SET]
    for one, other in itertools.combinations(setting, 2):
        meet = one.target == other.target and _days_meet(one, other) and _places_meet(one.place, other.place, places)
        if meet and one.value != other.value:
            raise DataError(
                f"Two overlays set the same thing to two values: {one.sentence()}; {other.sentence()}. "
                "End the first before the second begins, or remove one."
            )


def parameter_changes(overlays: Iterable[Overlay], numbers: Mapping[str, float]) -> dict[str, float]:
    """Value of every parameter that the overlays change: what is set, times all factors, plus all additions.

    numbers: the values without the scenario, by id. Raises UnknownName for an id that is not among them.
    """
    changes: dict[str, float] = {}
    for overlay in in_order(overlay for overlay in overlays if overlay.subject == PARAMETER):
        if overlay.name not in numbers:
            raise UnknownName("parameter", overlay.name, numbers)
        stands = changes.get(overlay.name, numbers[overlay.name])
        changes[overlay.name] = {
            SET: overlay.value,
            MULTIPLY: stands * overlay.value,
            ADD: stands + overlay.value,
        }[overlay.operation]
    return changes


def in_order(overlays: Iterable[Overlay]) -> list[Overlay]:
    """In the one order they are applied in, whatever their numbers: set, multiply, add; among equals by value and place."""
    return sorted(overlays, key=lambda o: ((SET, MULTIPLY, ADD).index(o.operation), o.value, o.place, str(o.slot)))


def _days_meet(one: Overlay, other: Overlay) -> bool:
    first = max(one.first_day or dt.date.min, other.first_day or dt.date.min)
    return first <= min(one.last_day or dt.date.max, other.last_day or dt.date.max)


def _places_meet(one: str, other: str, places: Places) -> bool:
    if not one or not other or one == other:
        return True
    return one in places.ancestors(other) or other in places.ancestors(one)


def _need(holds: bool, overlay: Overlay, found: str, expected: str) -> None:
    if not holds:
        raise DataError(f"overlay on {overlay.subject} {overlay.name}: found {found}, expected {expected}")
