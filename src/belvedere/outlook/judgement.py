"""How far each region's outlook can be trusted, and why not: one status from all stages, and remarks on the whole."""

from __future__ import annotations

import json

import numpy as np
import xarray as xr

from belvedere.care.assess import STATUSES, assess
from belvedere.outlook.beds import LEVELS
from belvedere.outlook.inputs import Inputs
from belvedere.outlook.notes import Note
from belvedere.outlook.settings import Settings

OK, DOUBTFUL, FAILED = STATUSES
CENSUS = {"hospital_census": "hospital census", "icu_census": "intensive-care census"}


def judge(
    inputs: Inputs,
    settings: Settings,
    *,
    reproduction: xr.Dataset,
    entries: xr.Dataset,
    census: xr.Dataset,
    assessed: xr.Dataset | None,
    demand: xr.DataArray,
) -> xr.Dataset:
    """`status` and `reason` by region: the worst of what the stages say, every reason once.

    A stage that no region of the country can have (no census is published) is a remark, not a region's failure.
    """
    statuses = dict.fromkeys(inputs.regions, OK)
    reasons: dict[str, list[str]] = {region: [] for region in inputs.regions}

    def add(region: str, status: str, reason: str) -> None:
        if reason and reason not in reasons[region]:
            reasons[region].append(reason)
        statuses[region] = max(statuses[region], status, key=STATUSES.index)

    for stage in (entries, reproduction, *([] if assessed is None else [assessed])):
        for region in stage["region"].values.tolist():
            here = stage.sel(region=region)
            add(region, str(here["status"].item()), str(here["reason"].item()))
    for region, status, reason in (
        *_stale(inputs, settings),
        *_carried(inputs),
        *_not_made(census),
        *_alone(census, demand),
        *_silent(inputs),
        *_others_late(inputs),
    ):
        add(region, status, reason)
    names = list(inputs.regions)
    return xr.Dataset(
        {
            "status": ("region", np.array([statuses[r] for r in names], dtype=object)),
            "reason": ("region", np.array(["; ".join(reasons[r]) for r in names], dtype=object)),
        },
        {"region": names},
    )


def assess_census(inputs: Inputs, settings: Settings, census: xr.Dataset) -> xr.Dataset | None:
    """What the counts of beds and admissions say of each other, `status` and `reason` by region; nothing without a census."""
    known = {name: series.counts for name, series in inputs.series.items()}
    came = known.get("hospital_admissions", known.get("icu_admissions"))
    if "hospital_census" in census:
        icu = known.get("icu_census") if "icu_census" in census else None
        return assess(came, known["hospital_census"], icu, limits=settings.limits)
    return assess(came, known["icu_census"], limits=settings.limits) if "icu_census" in census else None


def believed(paths: xr.Dataset, assessed: xr.Dataset | None) -> xr.Dataset:
    """The paths without those of regions whose counts failed: a wrong start gives a wrong number that looks right."""
    return paths if assessed is None else paths.where(assessed["status"] != FAILED)


def too_old(inputs: Inputs, settings: Settings) -> bool:
    """Whether the newest complete day lies too far back for any outlook."""
    return inputs.age_days >= settings["last_day.too_old_days"]


def _stale(inputs: Inputs, settings: Settings):
    if inputs.age_days < settings["last_day.stale_days"]:
        return
    status = FAILED if too_old(inputs, settings) else DOUBTFUL
    for region in inputs.regions:
        yield region, status, f"the newest complete day is {inputs.age_days} days old"


def _carried(inputs: Inputs):
    for name, regions in inputs.carried.items():
        for region, days in regions.items():
            yield region, DOUBTFUL, f"{CENSUS[name]} of {days} {'day' if days == 1 else 'days'} ago taken for today's"


def _not_made(census: xr.Dataset):
    for name, said in CENSUS.items():
        if name in census:
            lost = ~np.isfinite(census[name].values).all(axis=(0, 2))
            for region in census["region"].values[lost].tolist():
                yield region, FAILED, f"the {said} could not be carried forward"


def _silent(inputs: Inputs):
    """Regions whose hospitals have not all said how many beds they have: capacity is lower than it is."""
    for region, hospitals in inputs.beds.silent.items():
        who = f"{len(hospitals)} hospitals have" if len(hospitals) > 1 else f"{hospitals[0]} has"
        yield region, DOUBTFUL, f"{who} not reported beds lately: capacity is counted without"


def _others_late(inputs: Inputs):
    """Regions whose other patients were known and are not known now: a hospital among them has fallen silent."""
    for level, others in inputs.others.items():
        late = np.isfinite(others.values).any(axis=1) & ~np.isfinite(inputs.others_today(level))
        for region in others["region"].values[late].tolist():
            yield (
                region,
                DOUBTFUL,
                f"patients with other conditions ({level}) are not known for the last days: a hospital is silent",
            )


def _alone(census: xr.Dataset, demand: xr.DataArray):
    """Regions whose epidemic can be foretold but not who else lies in the beds."""
    for level in demand["level"].values.tolist():
        unknown = ~np.isfinite(demand.sel(level=level).values).all(axis=(0, 2))
        made = np.isfinite(census[f"{level}_census"].values).all(axis=(0, 2))
        for region in demand["region"].values[unknown & made].tolist():
            yield (
                region,
                DOUBTFUL,
                f"patients with other conditions are not known ({level}): no chance of passing the beds is given",
            )


def remarks(inputs: Inputs, settings: Settings, entries: xr.Dataset, census: xr.Dataset) -> tuple[Note, ...]:
    """What holds for the whole outlook and a reader must know."""
    led = {"indicator": inputs.driver, "feed": inputs.series[inputs.driver].feed, "last_day": str(inputs.last_day)}
    said = [Note("led_by", led)]
    if inputs.weakest_basis == "assumed":
        said.append(Note("dates_assumed"))
    if inputs.delay.basis == "none":
        said.append(Note("no_lag"))
    else:
        said.append(Note("lag", {"shares": [float(share) for share in inputs.delay.share[:4]]}))
    said += [Note("not_made", {"indicator": name}) for name in CENSUS if name not in census]
    if "ward_census" in census and "hospital_admissions" not in inputs.series:
        said.append(Note("wards_alone"))
    said += [
        Note("others_unknown", {"level": level})
        for level in LEVELS
        if f"{level}_census" in census and level not in inputs.others
    ]
    said += [
        Note("no_beds", {"level": level})
        for level in LEVELS
        if f"{level}_census" in census and not any(np.isfinite(k.sel(level=level)).any() for k in inputs.beds.kinds.values())
    ]
    if settings.changed:
        changes = [{"id": id, "value": settings[id], "was": was} for id, was in sorted(settings.changed.items())]
        said.append(Note("numbers_set", {"changes": changes}))
    if silent := sum(len(names) for names in inputs.beds.silent.values()):
        said.append(Note("hospitals_silent", {"n": silent}))
    learnt = json.loads(entries.attrs.get("learnt", "{}"))
    return (*said, *(Note(f"learnt_{topic}", values) for topic, values in learnt.items()))
