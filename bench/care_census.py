"""Census one day to four weeks ahead of past dates, in France and Italy: given the true admissions, and from the census alone.

The stays, drifts and shares (reference table `outlook`) were chosen on French dates whose 28 days end before December 2020
("tuned"); the later French dates and all of Italy were looked at afterwards ("unseen"). Italy publishes no hospital
admissions: given admissions, only intensive care is measured there. Its ward census is foretold from itself
(`care.implied`, whose drift was chosen on it), and so is the French one with its admissions hidden ("unseen").
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
from belvedere.care.present import inferred_elapsed
from belvedere.care.stay import Stay
from belvedere.outlook.baselines import exponential_discharge
from belvedere.outlook.settings import Settings
from bench import Figure
from bench import _census_implied as implied
from bench import _census_peers as peers
from bench._census_data import Counts, france, italy, italy_wards

HORIZONS, AHEAD, SAMPLES = 28, (1, 3, 7, 14, 21, 28), 200
QUANTILES = np.array([0.01, 0.025, *np.arange(0.05, 0.951, 0.05), 0.975, 0.99])
TUNED = pd.date_range("2020-06-06", "2020-11-02", freq="10D")
UNSEEN = pd.date_range("2020-12-01", "2021-02-08", freq="8D")  # not one weekday only: leaving has a weekly pattern
HIDDEN = pd.date_range("2020-06-20", "2021-02-08", freq="20D")
WARDS = pd.date_range("2021-03-01", "2024-10-15", freq="40D")
ITALY = pd.date_range("2021-03-01", "2022-12-31", freq="24D")
SETTINGS = Settings.load()
HOSPITAL_STAYS, ICU_STAYS, ICU_DELAY = SETTINGS.hospital_stays, SETTINGS.icu_stays, SETTINGS.icu_delay
HOSPITAL, ICU, SHARE = (SETTINGS.level_prior(name) for name in ("hospital_leaving", "icu_leaving", "icu_share"))
IMPLIED = SETTINGS.level_prior("implied_leaving")
SHARED, WEEKS = SETTINGS["leaving.group_shared"], SETTINGS.days("leaving.weeks")
IN_BED = {name: SETTINGS.days(f"{name}_stay.in_bed_days") for name in ("hospital", "icu")}


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
        hospital_in_bed=inferred_elapsed(
            past["admissions"], present=today(past["hospital"]), stays=stays.stays, days=IN_BED["hospital"]
        ),
        hospital_leaving=stays.sample(**size),
        icu_in_bed=inferred_elapsed(past["icu_entries"], present=today(past["icu"]), stays=icu.stays, days=IN_BED["icu"]),
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
    in_bed = inferred_elapsed(past["icu_entries"], present=today(past["icu"]), stays=icu.stays, days=IN_BED["icu"])
    groups = shared_groups(part, regions=entries.region.values, shared=SHARED)
    leaving = icu.sample(samples=entries.sizes["sample"], horizons=HORIZONS, rng=rng, groups=groups)
    return census_paths(entries, in_bed=in_bed, leaving=leaving, rng=rng).census


def peer_paths(past: dict[str, xr.DataArray], series: str, entries: str, coming: np.ndarray, rng: np.random.Generator):
    census, came = past[series].to_numpy(), past[entries].to_numpy()
    yield "persistence", peers.persistence(census, samples=coming.shape[0], horizons=HORIZONS, rng=rng)
    yield "fixed stay", peers.fixed_stay(came, census, coming)
    yield "exponential", exponential_discharge(came, census, coming, rng=rng)


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


def score_without_admissions(scores: Scores, label: str, counts: Counts, dates: Sequence[pd.Timestamp], seed: int) -> None:
    """The census from its own past; where admissions are published, also from their own paths."""
    settings = {"shared": SHARED, "samples": SAMPLES, "horizons": HORIZONS, "weeks": WEEKS, "days": IN_BED["hospital"]}
    census = counts.arrays["hospital"]
    for number, origin in enumerate(dates):
        rng = np.random.default_rng([seed, number])
        past = {name: array.sel(date=slice(None, origin)) for name, array in counts.arrays.items()}
        history = past["hospital"].isel(date=slice(-SETTINGS.days("implied.history_days"), None))
        ours = implied.from_census(history, counts.part, rng, stays=HOSPITAL_STAYS, prior=IMPLIED, **settings)
        models = {"belvedere": ours, "as counts": implied.as_counts(past["hospital"], rng, samples=SAMPLES, horizons=HORIZONS)}
        if "admissions" in past:
            models["admissions known"] = implied.from_admissions(
                past, counts.part, rng, stays=HOSPITAL_STAYS, prior=HOSPITAL, **settings
            )
        held = peers.persistence(past["hospital"].to_numpy(), samples=SAMPLES, horizons=HORIZONS, rng=rng)
        models["persistence"] = ours.copy(data=held)
        usable = np.all([m.notnull().all(("sample", "horizon")) for m in models.values()], axis=0)
        here = {"hospital": census.where(xr.DataArray(usable, {"region": census.region.values}, ("region",)))}
        add_all(scores, (label, "census alone"), models, Counts(here, counts.groups, counts.part), "hospital", origin)


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
    peers_of = defaultdict(list)
    for *key, model in scores.wis:
        if model != "belvedere":
            peers_of[tuple(key)].append(model)
    for key, others in peers_of.items():
        where = f"{key[0]}, {key[1]}, {key[2]}, {key[3]} days"
        aimed = key[2] == "region" or key[2] == "sums"
        yield Figure(f"{where}: 50 % covers", scores.coverage(key, 50), "%")
        yield Figure(f"{where}: 90 % covers", scores.coverage(key, 90), "%", ">=85" if aimed else "")
        for peer in others:
            aim = (
                "<=0.9" if aimed and key[3] >= 7 and peer == ("persistence" if "census alone" in key else "exponential") else ""
            )
            yield Figure(f"{where}: WIS over {peer}", scores.ratio(key, peer), "", aim)


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
    score_without_admissions(scores, "Italy wards tuned", italy_wards(), WARDS, 2023)
    score_without_admissions(scores, "France hidden unseen", french, HIDDEN, 2024)
    yield Figure("past dates", len(TUNED) + len(UNSEEN) + len(ITALY) + len(WARDS) + len(HIDDEN), "", ">=25")
    yield from shown(scores)
