"""The usual troubles of reporting, planted unless the scenario says otherwise, each at a place that follows from the seed."""

from __future__ import annotations

import datetime as dt

import numpy as np

from belvedere.demo.country.plant import DecimalSlip, FaultyCells, Plant, Silence, UnreadableFile
from belvedere.demo.country.world import World

DEPARTMENT_SILENT_DAYS = 5  # up to yesterday
HOSPITAL_SILENT_DAYS = 9
HOSPITAL_SILENT_AGO = 20
SLIP_AGO = 12


def usual_faults(world: World) -> tuple[Plant, ...]:
    """A département fallen silent, a hospital that was silent for a while, a digit too many, faulty cells, a broken file."""
    rng, today = world.scenario.rng("faults"), world.scenario.today
    silent, slipped = rng.choice(len(world.land), 2, replace=False)
    elsewhere = np.flatnonzero(~np.isin(world.facilities["region"].to_numpy(), [silent, slipped]))
    hospital = world.facilities["place"].iloc[int(rng.choice(elsewhere))]

    def ago(days: int) -> dt.date:
        return today - dt.timedelta(days=days)

    return (
        Silence(world.land.places[silent], ago(DEPARTMENT_SILENT_DAYS), ago(1)),
        Silence(hospital, ago(HOSPITAL_SILENT_AGO), ago(HOSPITAL_SILENT_AGO - HOSPITAL_SILENT_DAYS + 1)),
        DecimalSlip(world.land.places[slipped], ago(SLIP_AGO)),
        FaultyCells(),
        UnreadableFile(),
    )
