"""Symmetric matrices with two bands beside the diagonal, many at once: factor, solve, diagonal of the inverse.

Time runs along the first axis, so a step of a recursion works on all matrices together; cost grows with the days, not
their cube. A matrix is three arrays, shape (T, ...): its diagonal, and the bands one and two below it (entry t joins t with
t + 1, t + 2; what would reach beyond the end is zero).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Factor:
    """Matrix = L D L': `below` and `below2` are the bands of L, `pivots` is D; shape (T, ...)."""

    below: np.ndarray
    below2: np.ndarray
    pivots: np.ndarray

    @classmethod
    def of(cls, diagonal: np.ndarray, band: np.ndarray, band2: np.ndarray) -> Factor:
        """Factorises positive definite matrices of at least three rows; bands may be broadcast against the diagonal."""
        pivots = np.empty(np.broadcast_shapes(diagonal.shape, band.shape))
        below, below2, scaled = np.zeros_like(pivots), np.zeros_like(pivots), np.zeros_like(pivots)
        for t in range(len(pivots)):
            pivots[t] = diagonal[t]
            scaled[t] = band[t]
            if t > 0:
                pivots[t] -= below[t - 1] * scaled[t - 1]
                scaled[t] -= below2[t - 1] * scaled[t - 1]
            if t > 1:
                pivots[t] -= below2[t - 2] * band2[t - 2]
            below[t] = scaled[t] / pivots[t]
            below2[t] = band2[t] / pivots[t]
        return cls(below, below2, pivots)

    def solve(self, right: np.ndarray) -> np.ndarray:
        """x with matrix · x = right, shape (T, ...)."""
        x = right.copy()
        x[1] -= self.below[0] * x[0]
        for t in range(2, len(x)):
            x[t] -= self.below[t - 1] * x[t - 1] + self.below2[t - 2] * x[t - 2]
        x /= self.pivots
        x[-2] -= self.below[-2] * x[-1]
        for t in range(len(x) - 3, -1, -1):
            x[t] -= self.below[t] * x[t + 1] + self.below2[t] * x[t + 2]
        return x

    def inverse_diagonal(self) -> np.ndarray:
        """Diagonal of the inverse, shape (T, ...) (Takahashi, Fagan & Chin 1973)."""
        result = np.empty_like(self.pivots)
        result[-1] = 1 / self.pivots[-1]
        beside = -self.below[-2] * result[-1]
        result[-2] = 1 / self.pivots[-2] - self.below[-2] * beside
        for t in range(len(result) - 3, -1, -1):
            one = -self.below[t] * result[t + 1] - self.below2[t] * beside
            two = -self.below[t] * beside - self.below2[t] * result[t + 2]
            result[t] = 1 / self.pivots[t] - self.below[t] * one - self.below2[t] * two
            beside = one
        return result

    def log_determinant(self) -> np.ndarray:
        """Shape (...)."""
        return np.log(self.pivots).sum(axis=0)


def quadratic(values: np.ndarray, diagonal: np.ndarray, band: np.ndarray, band2: np.ndarray) -> np.ndarray:
    """values' · matrix · values, shape (...)."""
    sides = (values[:-1] * band[:-1] * values[1:]).sum(axis=0) + (values[:-2] * band2[:-2] * values[2:]).sum(axis=0)
    return (diagonal * values**2).sum(axis=0) + 2 * sides


def autoregression(order: int, days: float, sd: float, length: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Precision of a stationary autoregression with mean zero: the three bands, each shape (length,).

    order 1: rough paths, correlation exp(-lag / days). order 2: smooth ones (both roots exp(-1 / days)). sd: on every day.
    length: at least 5.
    """
    rho = np.exp(-1 / days)
    if order == 1:
        a, b, noise = rho, 0.0, sd**2 * (1 - rho**2)
    else:
        a, b, noise = 2 * rho, -(rho**2), sd**2 * (1 - rho**2) ** 3 / (1 + rho**2)
    diagonal = np.full(length, 1 + a**2 + b**2)
    diagonal[[0, -1]], diagonal[[1, -2]] = 1, 1 + a**2
    band = np.full(length, -a * (1 - b))
    band[[0, -2]], band[-1] = -a, 0
    band2 = np.full(length, -b)
    band2[-2:] = 0
    return diagonal / noise, band / noise, band2 / noise
