"""What a scenario does to the coming days, as arrays the stages of the corridor multiply and add.

A change of transmission reaches admissions late and grows: a factor on the reproduction number changes infections by the
renewal equation from its first day on, and admissions follow after the delay from infection to admission.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr

from belvedere.care.census import Leaving
from belvedere.errors import DataError
from belvedere.outlook.beds import LEVELS
from belvedere.outlook.notes import Note
from belvedere.outlook.overlays import ADD, CAPACITY, FUTURES, MULTIPLY, PARAMETER, Overlay, in_order, parameter_changes
from belvedere.outlook.scenarios import Scenario
from belvedere.spread.delays import check_pmf
from belvedere.spread.reproduction import renewal_weights

DAY = np.timedelta64(1, "D")
SETTLED_GENERATIONS = 2  # longest generation intervals after which a course that changed long ago grows evenly


@dataclass(frozen=True)
class Effects:
    """Neutral where nothing is overlaid: factors 1, additions 0, nothing set.

    Dims (region, horizon): admissions: factor; added: persons a day; hospital_stay, icu_stay: factors on the mean days in bed;
    icu_share: factor on the share of admissions that needs intensive care.
    Dims (region, level, horizon): beds_set: beds, nan where not set; beds_factor; beds_added: beds.
    changes: value of every changed parameter by id. notes: rows that touch nothing in this run.
    """

    admissions: xr.DataArray
    added: xr.DataArray
    hospital_stay: xr.DataArray
    icu_stay: xr.DataArray
    icu_share: xr.DataArray
    beds_set: xr.DataArray
    beds_factor: xr.DataArray
    beds_added: xr.DataArray
    changes: Mapping[str, float]
    notes: tuple[Note, ...] = ()

    def on_admissions(self, paths: xr.DataArray, rng: np.random.Generator) -> xr.DataArray:
        """Paths of admissions, whole persons, dims (sample, region, horizon), with the scenario's factor and additions.

        Rounded up or down by chance, the expected number kept. The draws do not depend on the scenario, so that sample 17 is
        the same future under each; a day that nothing changes stays as it was. nan stays nan.
        """
        chance = rng.random(paths.shape)
        changed = paths * self._like(self.admissions, paths) + self._like(self.added, paths)
        return paths.copy(data=np.floor(changed.transpose(*paths.dims).to_numpy() + chance))

    def on_leaving(self, level: str, leaving: Leaving) -> Leaving:
        """Leaving of one level ("hospital", "icu") when stays last the factor longer: the rate is divided by it."""
        stay = {"hospital": self.hospital_stay, "icu": self.icu_stay}[level]
        return replace(leaving, multiplier=leaving.multiplier / self._like(stay, leaving.multiplier))

    def on_icu_share(self, share: xr.DataArray) -> xr.DataArray:
        """Share of admissions that needs intensive care, dims (sample, region, horizon), never above 1."""
        return (share * self._like(self.icu_share, share)).clip(max=1.0).transpose(*share.dims)

    def on_capacity(self, beds: xr.DataArray) -> xr.DataArray:
        """Beds of the coming days, dims (region, level, horizon): set, then the factor, then what is added; never below 0.

        Where capacity is not known it stays so, unless it is set: beds added to an unknown number are no number.
        """
        setting, factor, added = (self._like(a, beds) for a in (self.beds_set, self.beds_factor, self.beds_added))
        changed = xr.where(np.isfinite(setting), setting, beds) * factor + added
        return changed.clip(min=0.0).transpose(*beds.dims)

    @staticmethod
    def _like(effect: xr.DataArray, array: xr.DataArray) -> xr.DataArray:
        """The effect over the array's own regions, levels and days. Raises DataError for one it was not made for."""
        for name in effect.dims:
            if unknown := set(array[name].values.tolist()) - set(effect[name].values.tolist()):
                raise DataError(f"the effects of a scenario were made without {name} {', '.join(map(str, sorted(unknown)))}")
        return effect.sel({name: array[name].values for name in effect.dims})


def effects(
    scenario: Scenario,
    *,
    regions: Iterable[str],
    days: np.ndarray,
    ancestors: Mapping[str, Collection[str]],
    generation: np.ndarray,
    infection_to_admission: np.ndarray | int,
    share: Mapping[str, float] | None = None,
    numbers: Mapping[str, float] | None = None,
) -> Effects:
    """What the scenario does in these regions on these days.

    days: the horizon, datetime64[D], one after the other; the day before the first is the last complete one.
    ancestors: for each region the places that contain it. generation: chance of each generation interval
    in days, from 0.
    infection_to_admission: chance of each delay in days, from 0, or one delay for all.
    share: weight of each region in persons added to a larger place: its population, or its recent admissions.
    numbers: value of every parameter without the scenario, by id.
    Raises DataError for rows that cannot be applied: beds set or added in a place of several regions, two values set at once,
    persons to share without weights; UnknownName for a parameter that does not exist.
    """
    grid = _Grid(tuple(regions), np.asarray(days, dtype="datetime64[D]"), ancestors)
    overlays = in_order(scenario.overlays)
    delay = _delay(infection_to_admission)

    def named(name: str) -> list[Overlay]:
        return [overlay for overlay in overlays if overlay.subject == FUTURES and overlay.name == name]

    def factor(name: str) -> np.ndarray:
        return _product(grid, named(name), grid.days)

    def rise(transmission: list[Overlay]) -> np.ndarray:
        early = grid.early(len(delay) + SETTLED_GENERATIONS * len(generation))
        return _rise(_product(grid, transmission, early), delay, renewal_weights(generation), len(grid.days))

    late = [overlay for overlay in named("transmission") if (rise([overlay]) == 1).all()]
    return Effects(
        admissions=grid.array(rise(named("transmission")) * factor("admissions")),
        added=grid.array(_added(grid, named("admissions"), share)),
        hospital_stay=grid.array(factor("hospital_stay")),
        icu_stay=grid.array(factor("icu_stay")),
        icu_share=grid.array(factor("icu_share")),
        **_beds(grid, [overlay for overlay in overlays if overlay.subject == CAPACITY]),
        changes=parameter_changes(overlays, numbers or {}),
        notes=tuple(_idle(grid, scenario.overlays, late)),
    )


def renewed(factor: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Infections of each day over those of an unchanged course, shape (regions, days), by the renewal equation.

    factor: on the reproduction number, same shape. weights: of the infections 1, 2 … days before, sum 1.
    Infections before the first day are as without the scenario: 1. Around a reproduction number of 1 (Cori et al. 2013).
    """
    course = np.ones((factor.shape[0], len(weights) + factor.shape[1]))
    for day in range(factor.shape[1]):
        earlier = (course[:, day : day + len(weights)] * weights[::-1]).sum(axis=1)
        course[:, len(weights) + day] = factor[:, day] * earlier
    return course[:, len(weights) :]


def _rise(factor: np.ndarray, delay: np.ndarray, weights: np.ndarray, horizon: int) -> np.ndarray:
    """Factor on admissions, shape (regions, horizon), from the factor on R, shape (regions, early days + horizon).

    Admissions are infections, each after its delay. What was changed in admissions before the horizon is in the counts already,
    so the factor starts from 1 on the last complete day.
    """
    infections = renewed(factor, weights)
    days = infections.shape[1]
    admissions = sum(p * infections[:, days - horizon - 1 - k : days - k] for k, p in enumerate(delay))
    return admissions[:, 1:] / admissions[:, :1]


def _delay(given: np.ndarray | int) -> np.ndarray:
    if isinstance(given, (int, np.integer)):
        return np.eye(1, int(given) + 1, int(given))[0]
    return check_pmf(given, "delay from infection to admission")


@dataclass(frozen=True)
class _Grid:
    """Where and when: the regions and days of a run."""

    regions: tuple[str, ...]
    days: np.ndarray
    ancestors: Mapping[str, Collection[str]]

    def __post_init__(self) -> None:
        if len(self.days) == 0 or (np.diff(self.days) != DAY).any():
            raise DataError("the days of a run follow one another, at least one")

    def early(self, before: int) -> np.ndarray:
        """The days of the horizon, and so many before it."""
        return self.days[0] + DAY * np.arange(-before, len(self.days))

    def inside(self, overlay: Overlay) -> np.ndarray:
        """Which regions the overlay's place covers, bool, shape (regions,)."""
        covers = [overlay.place in ("", region) or overlay.place in self.ancestors.get(region, ()) for region in self.regions]
        return np.array(covers, dtype=bool)

    def mask(self, overlay: Overlay, days: np.ndarray) -> np.ndarray:
        """Where and when the overlay holds, bool, shape (regions, days)."""
        return self.inside(overlay)[:, None] & _when(overlay, days)

    def array(self, values: np.ndarray) -> xr.DataArray:
        """Shape (regions, days) as dims (region, horizon)."""
        return xr.DataArray(values, self._coords(), ("region", "horizon"))

    def array_by_level(self, values: np.ndarray) -> xr.DataArray:
        """Shape (regions, levels, days) as dims (region, level, horizon)."""
        coords = {**self._coords(), "level": np.array(list(LEVELS), dtype=object)}
        return xr.DataArray(values, coords, ("region", "level", "horizon"))

    def _coords(self) -> dict[str, np.ndarray]:
        return {"region": np.array(self.regions, dtype=object), "horizon": np.arange(1, len(self.days) + 1)}


def _when(overlay: Overlay, days: np.ndarray) -> np.ndarray:
    first, last = overlay.first_day or dt.date.min, overlay.last_day or dt.date.max
    return (days >= np.datetime64(first)) & (days <= np.datetime64(last))


def _product(grid: _Grid, overlays: Iterable[Overlay], days: np.ndarray) -> np.ndarray:
    """All factors of the overlays multiplied, shape (regions, days)."""
    product = np.ones((len(grid.regions), len(days)))
    for overlay in overlays:
        if overlay.operation == MULTIPLY:
            product[grid.mask(overlay, days)] *= overlay.value
    return product


def _added(grid: _Grid, overlays: Iterable[Overlay], share: Mapping[str, float] | None) -> np.ndarray:
    """Persons a day added to each region, shape (regions, days); those of a larger place shared over its regions by weight."""
    added = np.zeros((len(grid.regions), len(grid.days)))
    for overlay in overlays:
        inside = grid.inside(overlay)
        if overlay.operation == ADD and inside.any():
            added += overlay.value * _parts(grid, overlay, inside, share)[:, None] * grid.mask(overlay, grid.days)
    return added


def _parts(grid: _Grid, overlay: Overlay, inside: np.ndarray, share: Mapping[str, float] | None) -> np.ndarray:
    """Each region's part of what is added, shape (regions,), sum 1 over those inside."""
    if inside.sum() == 1:
        return inside.astype(float)
    weights = np.array([(share or {}).get(region, np.nan) for region in grid.regions], dtype=float)
    bad = np.array(grid.regions, dtype=object)[inside & ~(np.isfinite(weights) & (weights >= 0))].tolist()
    if bad or weights[inside].sum() == 0:
        missing = f"none for {', '.join(bad[:5])}" if bad else "only zeros"
        raise DataError(
            f"overlay {overlay.sentence()}: its persons are shared over {inside.sum()} regions and need a weight for each, "
            f"found {missing}; name one region, or give weights"
        )
    return np.where(inside, weights, 0.0) / weights[inside].sum()


def _beds(grid: _Grid, overlays: list[Overlay]) -> dict[str, xr.DataArray]:
    """beds_set, beds_factor, beds_added, dims (region, level, horizon)."""
    shape = (len(grid.regions), len(LEVELS), len(grid.days))
    setting, factor, added = np.full(shape, np.nan), np.ones(shape), np.zeros(shape)
    for overlay in overlays:
        at = list(LEVELS).index(overlay.level)
        mask = grid.mask(overlay, grid.days)
        if overlay.operation == MULTIPLY:
            factor[:, at][mask] *= overlay.value
            continue
        if grid.inside(overlay).sum() > 1:
            raise DataError(
                f"overlay {overlay.sentence()}: a number of beds for {grid.inside(overlay).sum()} regions at once does not say "
                "which gets how many; name one region, or use multiply"
            )
        if overlay.operation == ADD:
            added[:, at][mask] += overlay.value
            continue
        if (mask & np.isfinite(setting[:, at]) & (setting[:, at] != overlay.value)).any():
            raise DataError(f"overlay {overlay.sentence()}: another one sets another number for the same days")
        setting[:, at][mask] = overlay.value
    named = {"beds_set": setting, "beds_factor": factor, "beds_added": added}
    return {name: grid.array_by_level(values) for name, values in named.items()}


def _idle(grid: _Grid, overlays: Iterable[Overlay], late: Iterable[Overlay]) -> Iterable[Note]:
    """A note for each overlay that touches no region or no day of this run. late: those on transmission that do not."""
    days = {"first_day": str(grid.days[0]), "last_day": str(grid.days[-1])}
    for overlay in overlays:
        told = {"overlay": overlay.sentence()}
        if overlay.subject == PARAMETER:
            continue
        if not grid.inside(overlay).any():
            yield Note("overlay_elsewhere", told)
        elif overlay in late:
            yield Note("overlay_too_late", told | days)
        elif overlay.name != "transmission" and not _when(overlay, grid.days).any():
            yield Note("overlay_other_days", told | days)


def beds_alone(
    scenario: Scenario, *, regions: Iterable[str], days: np.ndarray, ancestors: Mapping[str, Collection[str]]
) -> Effects:
    """What the scenario does to beds, all else left as it is: what a chart of capacity needs. Arguments as for `effects`."""
    beds = replace(scenario, overlays=tuple(overlay for overlay in scenario.overlays if overlay.subject == CAPACITY))
    return effects(
        beds, regions=regions, days=days, ancestors=ancestors, generation=np.array([0.0, 1.0]), infection_to_admission=0
    )


def neutral(regions: Iterable[str], days: np.ndarray) -> Effects:
    """Effects that change nothing."""
    nothing = Scenario(id="nothing", title="", author="")
    return effects(nothing, regions=regions, days=days, ancestors={}, generation=np.array([0.0, 1.0]), infection_to_admission=0)
