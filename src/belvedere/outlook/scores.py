"""Scores of forecasts given as samples: how far off, how sure, how honest. Lower is better but for coverage.

Shapes: samples (S, ...), observed (...), nan where nothing came true yet; the score has the shape of `observed`, nan there.
Formulas: Bracher et al. (2021), PLoS Comput. Biol. 17:e1008618 (weighted interval score); Gneiting & Raftery (2007), J. Am.
Stat. Assoc. 102:359 (CRPS); Bosse et al. (2023), PLoS Comput. Biol. 19:e1011393 (log scale); Brier (1950).
"""

from __future__ import annotations

import numpy as np

from belvedere.errors import DataError

HUB_LEVELS = (0.01, 0.025, *(round(0.05 * i, 2) for i in range(1, 20)), 0.975, 0.99)


def quantile_score(quantiles: np.ndarray, levels: np.ndarray | tuple[float, ...], observed: np.ndarray) -> np.ndarray:
    """Mean over the levels of twice the pinball loss: the weighted interval score when levels lie symmetrically round a median.

    quantiles: shape (K, ...). levels: shape (K,), each between 0 and 1. observed: shape (...).
    """
    level = np.asarray(levels, dtype=float).reshape(-1, *[1] * np.ndim(observed))
    if not ((level > 0) & (level < 1)).all():
        raise DataError("levels: expected chances between 0 and 1")
    miss = observed - quantiles
    return 2 * np.mean(np.where(miss >= 0, level * miss, (level - 1) * miss), axis=0)


def wis(samples: np.ndarray, observed: np.ndarray, *, levels: tuple[float, ...] = HUB_LEVELS) -> np.ndarray:
    """Weighted interval score, in the unit of what is foretold; `levels` are those of the European and US forecast hubs."""
    return quantile_score(np.quantile(samples, levels, axis=0), levels, observed)


def log_wis(samples: np.ndarray, observed: np.ndarray, *, levels: tuple[float, ...] = HUB_LEVELS) -> np.ndarray:
    """The same of log(1 + x): errors relative to size, so that small regions and troughs weigh as much."""
    return wis(np.log1p(samples), np.log1p(observed), levels=levels)


def crps(samples: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """Continuous ranked probability score of the samples' own distribution: E|X - y| - E|X - X'| / 2."""
    ordered = np.sort(samples, axis=0)
    number = len(ordered)
    rank = (2 * np.arange(1, number + 1) - number - 1).reshape(-1, *[1] * np.ndim(observed))
    spread = (rank * ordered).sum(axis=0) / number**2
    return np.abs(ordered - observed).mean(axis=0) - spread


def energy_score(samples: np.ndarray, observed: np.ndarray) -> float:
    """CRPS of whole vectors, by Euclidean distance: samples (S, D), observed (D,). Says whether dependence is right too."""
    apart = np.linalg.norm(samples - observed, axis=1).mean()
    between = np.mean([np.linalg.norm(samples - one, axis=1).mean() for one in samples])
    return float(apart - between / 2)


def pit(samples: np.ndarray, observed: np.ndarray, *, rng: np.random.Generator) -> np.ndarray:
    """Place of what came true in the forecast, 0..1, uniform if the forecast is honest; ties are broken by chance.

    Czado, Gneiting & Held (2009), Biometrics 65:1254.
    """
    below, equal = (samples < observed).mean(axis=0), (samples == observed).mean(axis=0)
    return np.where(np.isnan(observed), np.nan, below + rng.random(np.shape(observed)) * equal)


def covered(places: np.ndarray, level: float) -> np.ndarray:
    """Whether the central interval of this level (0.9: from 5 % to 95 %) held what came true: 1, 0, nan. places: from `pit`."""
    inside = (places > (1 - level) / 2) & (places < (1 + level) / 2)
    return np.where(np.isnan(places), np.nan, inside)


def bias(samples: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """From -1 (all samples below what came true) to 1 (all above); 0 is none."""
    above, below = (samples > observed).mean(axis=0), (samples < observed).mean(axis=0)
    return np.where(np.isnan(observed), np.nan, above - below)


def brier(chance: np.ndarray, happened: np.ndarray) -> np.ndarray:
    """Squared distance of a foretold chance (0..1) from what happened (0, 1 or nan)."""
    return (np.asarray(chance, dtype=float) - happened) ** 2


def skill(score: float, reference: float) -> float:
    """Share of the reference's score that was saved: 1 perfect, 0 no better, below 0 worse; nan if that was perfect."""
    return 1 - score / reference if reference > 0 else float("nan")
