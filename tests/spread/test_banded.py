"""Banded algebra against dense matrices."""

from __future__ import annotations

import numpy as np
import pytest

from belvedere.spread.banded import Factor, autoregression, quadratic


def dense(diagonal, band, band2):
    return np.diag(diagonal) + np.diag(band[:-1], -1) + np.diag(band[:-1], 1) + np.diag(band2[:-2], -2) + np.diag(band2[:-2], 2)


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("days", [3.0, 40.0])
def test_the_precision_is_that_of_a_stationary_path(order, days):
    precision = dense(*autoregression(order, days, 0.5, 30))
    covariance = np.linalg.inv(precision)
    rho, lags = np.exp(-1 / days), np.arange(30)
    expected = rho**lags if order == 1 else (1 + lags * (1 - rho**2) / (1 + rho**2)) * rho**lags
    assert covariance[0] == pytest.approx(0.25 * expected, rel=1e-6)
    assert np.diag(covariance) == pytest.approx(np.full(30, 0.25), rel=1e-6)


def test_factor_solves_and_inverts_as_dense_matrices_do():
    rng = np.random.default_rng(0)
    bands = [np.stack([b, b * 1.3], axis=1) for b in autoregression(2, 8.0, 0.4, 25)]
    diagonal = bands[0] + rng.gamma(1, 5, (25, 2))
    factor = Factor.of(diagonal, bands[1], bands[2])
    right = rng.standard_normal((25, 2))
    solved, inverse, determinant = factor.solve(right), factor.inverse_diagonal(), factor.log_determinant()
    for k in range(2):
        full = dense(diagonal[:, k], bands[1][:, k], bands[2][:, k])
        assert solved[:, k] == pytest.approx(np.linalg.solve(full, right[:, k]))
        assert inverse[:, k] == pytest.approx(np.diag(np.linalg.inv(full)))
        assert determinant[k] == pytest.approx(np.linalg.slogdet(full)[1])
        value = quadratic(right[:, k], diagonal[:, k], bands[1][:, k], bands[2][:, k])
        assert value == pytest.approx(right[:, k] @ full @ right[:, k])
