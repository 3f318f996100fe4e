"""Where it will hurt: regions and levels of care ranked by the chance of more patients than beds, each with its reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr

from belvedere.outlook.corridor import Outlook
from belvedere.outlook.inputs import Inputs

WITHIN = (7, 14, 28)
FIRST_DAYS = (0.1, 0.25, 0.5, 0.75, 0.9)
LEVEL_NAMES = {"icu": "intensive care", "ward": "wards"}


@dataclass(frozen=True)
class Watch:
    """One region and level of care.

    present: patients in these beds on the last day (everyone, where others are known); beds: capacity that day, and binding:
    the kind that is least. chance: by days, of more patients than beds within so many days; alert: the same for the alert
    share of the beds. first_day: quantile of FIRST_DAYS -> day; nothing where that share of futures never passes.
    peak: median and 90 % interval of the highest census of the horizon. above_one: chance that R is above 1; r: its quantiles.
    """

    place: str
    level: str
    rank: int
    status: str
    status_reason: str
    present: float
    beds: float
    binding: str
    beds_dated: str
    others_known: bool
    chance: Mapping[int, float]
    alert: Mapping[int, float]
    first_day: Mapping[float, np.datetime64]
    peak: tuple[float, float, float]
    r: tuple[float, float, float]
    above_one: float
    reason: str


def watch_list(outlook: Outlook, *, names: Mapping[str, str]) -> list[Watch]:
    """Every region and level of care, the gravest first: by the chance of more patients than beds within 14 days, then 28, then
    of the alert; then, where beds are not known, by how far patients are to rise.

    names: of the places, for the reasons. Regions that failed come last: nothing is known of them, which is no reassurance.
    """
    found = [watch for level in outlook.passing for watch in _of_level(outlook, level, names)]
    found.sort(key=_gravity)
    return [replace(watch, rank=rank) for rank, watch in enumerate(found, start=1)]


def _gravity(watch: Watch) -> tuple:
    chances = [watch.chance[14], watch.chance[28], watch.alert[14], watch.alert[28]]
    if np.isfinite(chances).all():
        order = (0, *(-chance for chance in chances), -watch.present / watch.beds if watch.beds > 0 else -np.inf)
    elif np.isfinite(watch.peak[1]):
        order = (1, -(watch.peak[1] + 1) / (watch.present + 1), -watch.peak[1])
    else:
        order = (2,)
    return (*order, watch.place, watch.level)


def _of_level(outlook: Outlook, level: str, names: Mapping[str, str]) -> Iterator[Watch]:
    """One row for each region, unranked; arrays are taken out of their labels once, regions in the order of the inputs."""
    regions = list(outlook.inputs.regions)
    chance, alert = (
        {days: table[level]["chance_within"].sel(region=regions, horizon=days).values for days in WITHIN}
        for table in (outlook.passing, outlook.alert)
    )
    first = outlook.passing[level]["first_horizon"].sel(region=regions, quantile=list(FIRST_DAYS)).values
    highest = outlook.demand.sel(region=regions, level=level).max("horizon", skipna=False).values
    fine = np.isfinite(highest).all(axis=0)
    peak = np.quantile(np.where(fine, highest, 0.0), (0.05, 0.5, 0.95), axis=0)
    r = _last_reproduction(outlook.reproduction.sel(region=regions))
    beds, binding, dated = (
        array.sel(region=regions, level=level).values
        for array in (outlook.capacity.isel(horizon=0), outlook.binding, outlook.inputs.beds.dated)
    )
    status, status_reason = (outlook.status[name].sel(region=regions).values for name in ("status", "reason"))
    present = present_in(outlook.inputs, level)
    for i, region in enumerate(regions):
        watch = Watch(
            place=region,
            level=level,
            rank=0,
            status=str(status[i]),
            status_reason=str(status_reason[i]),
            present=float(present[i]),
            beds=float(beds[i]),
            binding=str(binding[i]),
            beds_dated="" if np.isnat(dated[i]) else str(dated[i].astype("datetime64[D]")),
            others_known=level in outlook.others_known,
            chance={days: float(chances[i]) for days, chances in chance.items()},
            alert={days: float(chances[i]) for days, chances in alert.items()},
            first_day={
                q: outlook.inputs.last_day + np.timedelta64(int(first[k, i]), "D")
                for k, q in enumerate(FIRST_DAYS)
                if np.isfinite(first[k, i])
            },
            peak=tuple(peak[:, i].tolist()) if fine[i] else (np.nan,) * 3,
            r=tuple(r[:3, i].tolist()),
            above_one=float(r[3, i]),
            reason="",
        )
        yield replace(watch, reason=reason(watch, names.get(region, region), outlook.inputs.last_day))


def present_in(inputs: Inputs, level: str) -> np.ndarray:
    """Patients in the beds of a level on the last day, shape (region,): everyone, where the outlook counts other patients;
    nan where those are not known."""
    known = {name: series.counts.values[:, -1] for name, series in inputs.series.items()}
    epidemic = known["icu_census"] if level == "icu" else known["hospital_census"] - known["icu_census"]
    if level not in inputs.others:
        return epidemic
    return epidemic + inputs.others_today(level)


def _last_reproduction(reproduction: xr.Dataset) -> np.ndarray:
    """q05, median, q95 and the chance of more than one on the last day known of each region, shape (4, region)."""
    values = np.stack([reproduction[name].transpose("region", "date").values for name in ("q05", "median", "q95", "above_one")])
    known = np.isfinite(values[1])
    last = known.shape[1] - 1 - np.argmax(known[:, ::-1], axis=1)
    return values[:, np.arange(values.shape[1]), last]


def reason(watch: Watch, name: str, last_day: np.datetime64) -> str:
    """Why the place stands where it stands, in words: beds now, where the epidemic goes, when the beds are passed."""
    if not np.isfinite(watch.peak[1]):
        return f"{name}, {LEVEL_NAMES[watch.level]}: cannot be foretold: {watch.status_reason or 'figures are missing'}."
    everyone = "patients" if watch.others_known else "patients of the epidemic (others are not known)"
    kind = {"physical": "beds", "": "beds"}.get(watch.binding, f"{watch.binding} beds")
    share = f" ({100 * watch.present / watch.beds:.0f} %)" if watch.beds > 0 and np.isfinite(watch.present) else ""
    where = f"in {watch.beds:.0f} {kind}{share}" if np.isfinite(watch.beds) else "(beds are not known)"
    if np.isfinite(watch.present):
        parts = [f"{watch.present:.0f} {everyone} {where} on {last_day}"]
    else:
        parts = [f"not all patients {where} on {last_day} are known"]
    if np.isfinite(watch.r[1]):
        parts.append(f"R {watch.r[1]:.2f} (90 %: {watch.r[0]:.2f} to {watch.r[2]:.2f})")
    parts.append(_passing_words(watch))
    return f"{name}, {LEVEL_NAMES[watch.level]}: " + "; ".join(parts) + "."


def _passing_words(watch: Watch) -> str:
    if not np.isfinite(watch.chance[28]):
        return f"highest in 28 days {watch.peak[1]:.0f} (90 %: {watch.peak[0]:.0f} to {watch.peak[2]:.0f})"
    if watch.chance[28] == 0:
        return "no sampled future passes the beds within 28 days"
    text = f"more patients than beds within 14 days: {_percent(watch.chance[14])}, within 28: {_percent(watch.chance[28])}"
    if 0.1 in watch.first_day:
        late = f"half of the futures by {watch.first_day[0.5]}" if 0.5 in watch.first_day else "less than half ever"
        text += f", first from {watch.first_day[0.1]}, {late}"
    return text


def _percent(chance: float) -> str:
    """A chance from samples is never certain."""
    if chance < 0.005:
        return "below 1 %"
    return "above 99 %" if 0.995 <= chance <= 1 else f"{100 * chance:.0f} %"
