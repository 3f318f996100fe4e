"""An outlook as rows at rest: quantiles and some sampled futures in `forecasts`, conclusions in `outlooks`."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import xarray as xr

from belvedere.ontology.schema import table
from belvedere.outlook.corridor import Outlook
from belvedere.outlook.watch_list import Watch

MODEL = "belvedere"
LEVELS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975, 0.99)
REPRODUCTION_LEVELS = {"q05": 0.05, "q25": 0.25, "median": 0.5, "q75": 0.75, "q95": 0.95}
FIRST_DAY_NAMES = {"early": 0.1, "q25": 0.25, "middle": 0.5, "q75": 0.75, "late": 0.9}
REPRODUCTION_DAYS = 84
"""Past days of which the reproduction number is kept with a run."""


def with_sums(paths: xr.DataArray, sums: xr.DataArray | None) -> xr.DataArray:
    """The paths of regions, then those of the sums, on the same futures; regions that failed are left out."""
    fine = np.isfinite(paths.values).all(axis=(0, 2))
    own = paths.isel(region=np.flatnonzero(fine))
    return own if sums is None else xr.concat([own, sums.transpose(*own.dims)], dim="region")


def forecast_rows(outlook: Outlook, *, feed: str, kept_samples: int) -> pa.Table:
    """Rows of `forecasts`: every path by quantile and as its first `kept_samples` futures, with sums; R of the past weeks.

    Where other patients are known, everyone in the beds is kept too, as `icu_patients` and `ward_patients`.
    """
    parts = []
    everyone = {f"{level}_patients": outlook.demand.sel(level=level, drop=True) for level in outlook.others_known}
    for name, paths in {**outlook.paths, **everyone}.items():
        both = with_sums(paths, outlook.sums.paths.get(str(name)))
        quantiles = np.quantile(both.values, LEVELS, axis=0)
        parts.append(_rows(outlook, str(name), both, quantiles, "quantile", [level_id(q) for q in LEVELS]))
        kept = both.values[:kept_samples]
        parts.append(_rows(outlook, str(name), both, kept, "sample", [str(i) for i in range(len(kept))]))
    estimates = (outlook.reproduction, outlook.sums.reproduction)
    parts += [_reproduction_rows(outlook, estimate) for estimate in estimates if estimate is not None]
    rows = pa.concat_tables(parts)
    n = rows.num_rows
    for name, value in {"feed": feed, "model_id": MODEL, "age_group": "all"}.items():
        rows = rows.append_column(name, _repeated(value, n))
    rows = rows.append_column("reference_date", pa.repeat(pa.scalar(outlook.inputs.last_day.astype(object), pa.date32()), n))
    return rows.select(list(table("forecasts").columns)).cast(table("forecasts").arrow_schema())


def level_id(level: float) -> str:
    """A quantile level as the hubverse writes it: 0.5, 0.025."""
    return f"{level:g}"


def _rows(outlook: Outlook, target: str, paths: xr.DataArray, values: np.ndarray, kind: str, ids: list[str]) -> pa.Table:
    """values: (id, region, horizon)."""
    _, regions, horizons = values.shape
    days = outlook.inputs.days_ahead
    horizon = paths["horizon"].values.astype(np.int64)
    return pa.table(
        {
            "target": _repeated(target, values.size),
            "horizon": pa.array(np.tile(horizon, len(ids) * regions)),
            "target_end_date": pa.array(np.tile(days, len(ids) * regions), pa.date32()),
            "place": _coded(paths["region"].values, np.tile(np.repeat(np.arange(regions), horizons), len(ids))),
            "output_type": _repeated(kind, values.size),
            "output_type_id": _coded(np.array(ids, dtype=object), np.repeat(np.arange(len(ids)), regions * horizons)),
            "value": pa.array(values.ravel().astype(float)),
        }
    )


def _reproduction_rows(outlook: Outlook, estimate: xr.Dataset) -> pa.Table:
    """R of past days: horizon 0 is the reference date, -1 the day before."""
    recent = estimate.isel(date=slice(-REPRODUCTION_DAYS, None))
    fine = np.isfinite(recent["median"].values)
    days = recent["date"].values.astype("datetime64[D]")
    region, day = np.nonzero(fine)
    parts = [
        pa.table(
            {
                "target": _repeated("reproduction_number", len(day)),
                "horizon": pa.array((days[day] - outlook.inputs.last_day).astype(np.int64)),
                "target_end_date": pa.array(days[day], pa.date32()),
                "place": _coded(recent["region"].values, region),
                "output_type": _repeated("quantile", len(day)),
                "output_type_id": _repeated(level_id(level), len(day)),
                "value": pa.array(recent[name].values[fine].astype(float)),
            }
        )
        for name, level in REPRODUCTION_LEVELS.items()
    ]
    return pa.concat_tables(parts)


def outlook_rows(outlook: Outlook, watch: list[Watch], *, feed: str) -> pa.Table:
    """Rows of `outlooks`: those of the watch list; a country without beds to foretell has one a region, level `all`."""
    rows = [_conclusion(item) for item in watch] or _without_beds(outlook)
    frame = pd.DataFrame(rows).assign(
        feed=feed, country=outlook.inputs.country, reference_date=outlook.inputs.last_day.astype(object)
    )
    declared = table("outlooks")
    frame = frame.reindex(columns=list(declared.columns))
    arrays = [pa.array(_plain(frame[c.name]), c.arrow.type) for c in declared.columns.values()]
    return pa.Table.from_arrays(arrays, schema=declared.arrow_schema())


def _conclusion(item: Watch) -> dict:
    first = {name: item.first_day.get(q) for name, q in FIRST_DAY_NAMES.items()}
    return {
        "place": item.place, "level": item.level, "rank": item.rank, "status": item.status,
        "status_reason": item.status_reason, "reason": item.reason, "present": item.present, "beds": item.beds,
        "binding": item.binding, "others_known": item.others_known,
        "beds_dated": np.datetime64(item.beds_dated).astype(object) if item.beds_dated else None,
        **{f"chance_{days}": chance for days, chance in item.chance.items()},
        **{f"alert_{days}": chance for days, chance in item.alert.items()},
        **{f"first_day_{name}": None if day is None else day.astype(object) for name, day in first.items()},
        "peak_low": item.peak[0], "peak": item.peak[1], "peak_high": item.peak[2],
        "reproduction_low": item.r[0], "reproduction": item.r[1], "reproduction_high": item.r[2], "growing": item.above_one,
    }  # fmt: skip


def _without_beds(outlook: Outlook) -> list[dict]:
    status = outlook.status
    return [
        {
            "place": region,
            "level": "all",
            "rank": rank,
            "status": str(status["status"].sel(region=region).item()),
            "status_reason": str(status["reason"].sel(region=region).item()),
        }
        for rank, region in enumerate(outlook.inputs.regions, start=1)
    ]


def _plain(column: pd.Series) -> list:
    """Values for Arrow; what is missing is null, never nan."""
    return [
        None if value is None or (isinstance(value, float) and np.isnan(value)) or value is pd.NaT else value
        for value in column
    ]


def _coded(names: np.ndarray, index: np.ndarray) -> pa.Array:
    texts = pa.array([str(name) for name in names], pa.string())
    return pa.DictionaryArray.from_arrays(pa.array(index.astype(np.int32)), texts).cast(pa.string())


def _repeated(name: str, n: int) -> pa.Array:
    return pa.repeat(pa.scalar(name), n)
