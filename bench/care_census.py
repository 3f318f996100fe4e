"""Census 7, 14, 21 and 28 days ahead of past dates, given the true admissions, in France and Italy.

The stays, drifts and shares below were chosen on French dates whose 28 days end before December 2020 ("tuned"); the later
French dates and all of Italy were looked at afterwards ("unseen"). Italy publishes no hospital admissions: its ward census
cannot be foretold from admissions, so only intensive care is measured there.
"""

from __future__ import annotations

import resource
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
import xarray as xr

from belvedere.care.capacity import sum_regions
from belvedere.care.census import census_paths, expected_entries, hospital_and_icu_paths
from belvedere.care.fit import fit_leaving, fit_share, shared_groups
from belvedere.care.level import LevelPrior
from belvedere.care.present import inferred_elapsed
from belvedere.care.stay import Stay, gamma_stay, mixture
from bench import Figure
from bench import _census_peers as peers
from bench._census_data import Counts, france, italy

HORIZONS, AHEAD, SAMPLES, WEEKS = 28, (7, 14, 21, 28), 200, 8
QUANTILES = np.array([0.01, 0.025, *np.arange(0.05, 0.951, 0.05), 0.975, 0.99])
TUNED = pd.date_range("2020-06-06", "2020-11-02", freq="10D")
UNSEEN = pd.date_range("2020-12-01", "2021-02-08", freq="7D")
ITALY = pd.date_range("2021-03-01", "2022-12-31", freq="24D")
ICU_DELAY = (0.4, 0.25, 0.15, 0.1, 0.05, 0.05)  # mean 1.3 days; Vekaria 2021: mean 2.0 sd 2.7


def short_and_long(means: Sequence[float], longer: Sequence[tuple[float, float]]) -> list[Stay]:
    """Gamma stays of shape 1: most of mean m, a share p of a longer mean."""
    return [
        mixture([gamma_stay(mean=m, sd=m, max_days=120), gamma_stay(mean=long, sd=long, max_days=120)], [1 - p, p])
        for m in means
        for p, long in longer
    ]


HOSPITAL_STAYS = short_and_long((7, 9, 11), ((0.1, 40), (0.2, 40), (0.3, 40), (0.1, 70), (0.2, 70)))
ICU_STAYS = short_and_long((8, 12, 16), ((0.0, 40), (0.1, 40), (0.2, 40)))
COMMON = {"sd": 0.3, "region_sd": 0.2, "week_noise": 0.03, "weight": 8}
SHARED = 0.7  # of a region's variance, with the others of its group
HOSPITAL = LevelPrior(mean=1, national_step=0.12, region_step=0.1, dispersion=2.0, **COMMON)
ICU = LevelPrior(mean=1, national_step=0.1, region_step=0.05, dispersion=1.3, **COMMON)
SHARE = LevelPrior(mean=0.16, national_step=0.1, region_step=0.06, dispersion=1.3, **COMMON)


def even(stays: Sequence[Stay]) -> np.ndarray:
    return np.full(len(stays), 1 / len(stays))


def today(array: xr.DataArray) -> xr.DataArray:
    return array.isel(date=-1, drop=True)


def given(counts: xr.DataArray, origin: pd.Timestamp, samples: int) -> xr.DataArray:
    """The true counts after the origin, on every sample; a correction published as a negative day counts as 0."""
    ahead = counts.sel(date=slice(origin + pd.Timedelta(days=1), origin + pd.Timedelta(days=HORIZONS))).clip(min=0).to_numpy()
    coords = {"region": counts.region, "horizon": np.arange(1, HORIZONS + 1)}
    return xr.DataArray(np.broadcast_to(ahead, (samples, *ahead.shape)), dims=("sample", "region", "horizon"), coords=coords)


def hospital_and_icu(
    past: dict[str, xr.DataArray], admissions: xr.DataArray, part: xr.DataArray, rng: np.random.Generator
) -> xr.Dataset:
    """Fit to the last weeks, then paths of both censuses."""
    groups = shared_groups(part, regions=admissions.region.values, shared=SHARED)
    size = {"samples": admissions.sizes["sample"], "horizons": HORIZONS, "rng": rng, "groups": groups}
    stays = fit_leaving(
        past["admissions"], past["hospital"], stays=HOSPITAL_STAYS, chances=even(HOSPITAL_STAYS), prior=HOSPITAL, weeks=WEEKS
    )
    icu = fit_leaving(past["icu_entries"], past["icu"], stays=ICU_STAYS, chances=even(ICU_STAYS), prior=ICU, weeks=WEEKS)
    share = fit_share(past["admissions"], past["icu_entries"], delay=ICU_DELAY, prior=SHARE, weeks=WEEKS)
    return hospital_and_icu_paths(
        admissions,
        hospital_in_bed=inferred_elapsed(past["admissions"], present=today(past["hospital"]), stays=stays.stays, days=90),
        hospital_leaving=stays.sample(**size),
        icu_in_bed=inferred_elapsed(past["icu_entries"], present=today(past["icu"]), stays=icu.stays, days=60),
        icu_leaving=icu.sample(**size),
        expected_icu_entries=expected_entries(
            admissions, past_admissions=past["admissions"], share=share.sample(**size), delay=ICU_DELAY
        ),
        icu_dispersion=share.dispersion,
        rng=rng,
    )


def icu_alone(
    past: dict[str, xr.DataArray], entries: xr.DataArray, part: xr.DataArray, rng: np.random.Generator
) -> xr.DataArray:
    """Intensive care where its own entries are known."""
    icu = fit_leaving(past["icu_entries"], past["icu"], stays=ICU_STAYS, chances=even(ICU_STAYS), prior=ICU, weeks=WEEKS)
    in_bed = inferred_elapsed(past["icu_entries"], present=today(past["icu"]), stays=icu.stays, days=60)
    groups = shared_groups(part, regions=entries.region.values, shared=SHARED)
    leaving = icu.sample(samples=entries.sizes["sample"], horizons=HORIZONS, rng=rng, groups=groups)
    return census_paths(entries, in_bed=in_bed, leaving=leaving, rng=rng).census


def peer_paths(past: dict[str, xr.DataArray], series: str, entries: str, coming: np.ndarray, rng: np.random.Generator):
    census, came = past[series].to_numpy(), past[entries].to_numpy()
    yield "persistence", peers.persistence(census, samples=coming.shape[0], horizons=HORIZONS, rng=rng)
    yield "fixed stay", peers.fixed_stay(came, census, coming)
    yield "exponential", peers.exponential_rate(came, census, coming, rng=rng)


class Scores:
    """WIS, coverage and errors, by (set, series, level of sum, horizon)."""

    def __init__(self) -> None:
        self.wis = defaultdict(list)
        self.inside = defaultdict(list)

    def add(self, key: tuple, model: str, paths: np.ndarray, truth: np.ndarray) -> None:
        """paths (sample, region), truth (region)."""
        ok = np.isfinite(truth) & np.isfinite(paths).all(axis=0)
        levels = np.quantile(paths[:, ok], QUANTILES, axis=0)
        loss = truth[ok] - levels
        self.wis[(*key, model)].extend(
            (2 * np.where(loss >= 0, QUANTILES[:, None] * loss, (QUANTILES[:, None] - 1) * loss)).mean(axis=0)
        )
        for cover in (50, 90):
            low, high = np.quantile(paths[:, ok], [0.5 - cover / 200, 0.5 + cover / 200], axis=0)
            self.inside[(*key, model, cover)].extend((truth[ok] >= low) & (truth[ok] <= high))

    def ratio(self, key: tuple, peer: str) -> float:
        return float(np.mean(self.wis[(*key, "belvedere")]) / np.mean(self.wis[(*key, peer)]))

    def coverage(self, key: tuple, cover: int) -> float:
        return 100 * float(np.mean(self.inside[(*key, "belvedere", cover)]))


def score_dates(scores: Scores, label: str, counts: Counts, dates: Sequence[pd.Timestamp], seed: int) -> None:
    for number, origin in enumerate(dates):
        rng = np.random.default_rng([seed, number])
        past = {name: array.sel(date=slice(None, origin)) for name, array in counts.arrays.items()}
        runs = {}
        entries = given(counts.arrays["icu_entries"], origin, SAMPLES)
        if "hospital" in past:
            admissions = given(counts.arrays["admissions"], origin, SAMPLES)
            both = hospital_and_icu(past, admissions, counts.part, rng)
            shared = peers.icu_share(
                past["admissions"].to_numpy(), past["icu_entries"].to_numpy(), admissions.to_numpy(), rng=rng
            )
            runs["hospital"] = (
                "hospital",
                both.hospital,
                peer_paths(past, "hospital", "admissions", admissions.to_numpy(), rng),
            )
            runs["ICU"] = ("icu", both.icu, peer_paths(past, "icu", "icu_entries", shared, rng))
        own = icu_alone(past, entries, counts.part, rng)
        runs["ICU given its entries"] = ("icu", own, peer_paths(past, "icu", "icu_entries", entries.to_numpy(), rng))
        for name, (series, ours, others) in runs.items():
            add_all(
                scores, (label, name), {"belvedere": ours} | {m: ours.copy(data=p) for m, p in others}, counts, series, origin
            )


def add_all(
    scores: Scores, key: tuple, models: dict[str, xr.DataArray], counts: Counts, series: str, origin: pd.Timestamp
) -> None:
    parts = {name: members for name, members in counts.groups.items() if name != "nation"}
    whole = {"nation": counts.groups["nation"]}
    for model, paths in models.items():
        paths = paths.where(models["belvedere"].notnull())  # all are held against the same regions
        for level, groups in (("region", None), ("sums", parts), ("nation", whole)):
            summed = paths if groups is None else sum_regions(paths, groups)
            for h in AHEAD:
                truth = counts.arrays[series].sel(date=origin + pd.Timedelta(days=h))
                truth = truth if groups is None else sum_regions(truth, groups)
                scores.add((*key, level, h), model, summed.sel(horizon=h).to_numpy(), truth.to_numpy())


def shown(scores: Scores) -> Iterator[Figure]:
    for key in dict.fromkeys(full[:4] for full in scores.wis):
        where = f"{key[0]}, {key[1]}, {key[2]}, {key[3]} days"
        aimed = key[2] == "region" or key[2] == "sums"
        yield Figure(f"{where}: 50 % covers", scores.coverage(key, 50), "%")
        yield Figure(f"{where}: 90 % covers", scores.coverage(key, 90), "%", ">=85" if aimed else "")
        yield Figure(f"{where}: WIS over exponential", scores.ratio(key, "exponential"), "", "<=0.9" if aimed else "")
        yield Figure(f"{where}: WIS over fixed stay", scores.ratio(key, "fixed stay"), "")
        yield Figure(f"{where}: WIS over persistence", scores.ratio(key, "persistence"), "")


def cost(counts: Counts) -> Iterator[Figure]:
    """One run at full size."""
    origin = pd.Timestamp("2020-11-01")
    past = {name: array.sel(date=slice(None, origin)) for name, array in counts.arrays.items()}
    rng = np.random.default_rng(1)
    start = time.process_time()
    fit_leaving(
        past["admissions"], past["hospital"], stays=HOSPITAL_STAYS, chances=even(HOSPITAL_STAYS), prior=HOSPITAL, weeks=WEEKS
    )
    fit_leaving(past["icu_entries"], past["icu"], stays=ICU_STAYS, chances=even(ICU_STAYS), prior=ICU, weeks=WEEKS)
    fit_share(past["admissions"], past["icu_entries"], delay=ICU_DELAY, prior=SHARE, weeks=WEEKS)
    yield Figure("fits of 101 départements to 8 weeks, CPU", time.process_time() - start, "s", "<=3")
    start = time.process_time()
    hospital_and_icu(past, given(counts.arrays["admissions"], origin, 500), counts.part, rng)
    yield Figure(
        "fits and paths, 101 départements × 28 days × 500, hospital and ICU, CPU", time.process_time() - start, "s", "<=5"
    )
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield Figure("peak memory of the process by then, data read", memory, "MiB", "<=500")


def figures() -> Iterator[Figure]:
    french = france()
    yield from cost(french)
    scores = Scores()
    score_dates(scores, "France tuned", french, TUNED, 2020)
    score_dates(scores, "France unseen", french, UNSEEN, 2021)
    score_dates(scores, "Italy unseen", italy(), ITALY, 2022)
    yield Figure("past dates", len(TUNED) + len(UNSEEN) + len(ITALY), "", ">=25")
    yield from shown(scores)
