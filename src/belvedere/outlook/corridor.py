"""The corridor: from what is known today to the next four weeks, in one function.

    reporting lag → reproduction number → admissions → hospital and intensive-care census → capacity → watch list

Everything after the reproduction number is joint sample paths: sample 17 is the same future in every array. Each stage draws
from a stream of its own, made from the seed, so that a stage replaced or repeated leaves the others' draws as they were.
A region that cannot carry a stage is nan from there on and says why; the others do not notice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import xarray as xr

from belvedere.care.capacity import passing
from belvedere.outlook import stages
from belvedere.outlook.effects import Effects
from belvedere.outlook.inputs import Inputs
from belvedere.outlook.judgement import assess_census, believed, judge, remarks, too_old
from belvedere.outlook.notes import Note
from belvedere.outlook.settings import Settings
from belvedere.outlook.sums import Sums

STREAMS = ("admissions", "leaving", "census", "others", "scenario", "sums")
"""What draws, each from its own stream. Append only: the place is part of the seed."""
FIRST_DAY_QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)

Step = Callable[[str], None]
Keep = Callable[[str, Callable[[], xr.Dataset]], xr.Dataset]


@dataclass(frozen=True)
class Outlook:
    """The next four weeks, as known then.

    status: by region, `status` (ok, doubtful, failed) and `reason`; see `judgement`.
    reproduction: see `spread.reproduction_number`. paths: dims (sample, region, horizon), persons: hospital_admissions,
    icu_admissions (a day), hospital_census, ward_census, icu_census (present), those that can be made.
    demand: everyone in the beds, epidemic or not, dims (sample, region, level, horizon); where other patients are not known,
    the epidemic's alone. others_known: levels in which they are.
    capacity, binding: dims (region, level, horizon) and (region, level). passing, alert: by level, chance and day of more
    patients than beds, and than the alert share of them; see `care.passing`.
    sums: the country and larger regions. notes: what holds for the whole outlook. seed, samples: what it can be drawn again
    from.
    """

    inputs: Inputs
    status: xr.Dataset
    reproduction: xr.Dataset
    paths: xr.Dataset
    demand: xr.DataArray
    others_known: tuple[str, ...]
    capacity: xr.DataArray
    binding: xr.DataArray
    passing: Mapping[str, xr.Dataset]
    alert: Mapping[str, xr.Dataset]
    notes: tuple[Note, ...]
    seed: int
    samples: int
    sums: Sums = field(default_factory=Sums)


def outlook(
    inputs: Inputs,
    settings: Settings,
    *,
    seed: int,
    samples: int = 500,
    effects: Effects | None = None,
    step: Step = lambda text: None,
    keep: Keep = lambda name, make: make(),
) -> Outlook:
    """The whole way for one country.

    effects: what a scenario changes; None: nothing. step: told before each stage. keep(name, make): makes a stage's arrays, or
    gives back those that a broken run had made; a job passes its own.
    The same inputs, settings, seed and samples give the same bytes, on any number of processors.
    """
    stream = dict(zip(STREAMS, np.random.default_rng(seed).spawn(len(STREAMS)), strict=True))

    step("reproduction number")
    reproduction = keep("reproduction", lambda: stages.reproduction(inputs, settings))

    step("admissions")
    entries = keep("admissions", lambda: stages.admissions(inputs, settings, samples=samples, rng=stream["admissions"]))
    entries = stages.change_admissions(entries, effects, rng=stream["scenario"])

    step("census")
    census = keep("census", lambda: stages.census(inputs, entries, settings, effects, stream["leaving"], stream["census"]))

    assessed = assess_census(inputs, settings, census)
    census = believed(census, assessed)
    if too_old(inputs, settings):
        entries, census = entries.assign(paths=entries["paths"].where(False)), census.where(False)

    step("capacity")
    demand = stages.demand(inputs, census, settings, rng=stream["others"])
    beds = stages.least_beds(inputs)
    capacity = stages.capacity_ahead(beds["capacity"], effects)
    levels = {level: demand.sel(level=level, drop=True) for level in demand["level"].values.tolist()}

    paths = stages.paths_of(inputs, entries, census)
    status = judge(
        inputs, settings, reproduction=reproduction, entries=entries, census=census, assessed=assessed, demand=demand
    )

    def chances(share: float) -> dict[str, xr.Dataset]:
        return {
            level: passing(patients, capacity=share * capacity.sel(level=level, drop=True), quantiles=FIRST_DAY_QUANTILES)
            for level, patients in levels.items()
        }

    return Outlook(
        inputs=inputs,
        status=status,
        reproduction=reproduction,
        paths=paths,
        demand=demand,
        others_known=tuple(level for level in levels if level in inputs.others),
        capacity=capacity,
        binding=beds["binding"],
        passing=chances(1.0),
        alert=chances(settings["watch.alert_share"]),
        notes=remarks(inputs, settings, entries, census),
        seed=seed,
        samples=samples,
        sums=stages.sums(inputs, settings, paths, demand, status["status"], rng=stream["sums"]),
    )
