"""The filter: growth found, gaps and zeros harmless, likelihood and posterior as integration has them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nbinom

from belvedere.spread.dynamic_counts import Candidates, Fit, Settings, State, filter_counts, posterior_weights, smooth_levels

ONE = Settings.grid(
    growth_sd=Candidates.of(0.004), damping=Candidates.of(0.97), level_sd=Candidates.of(0.01), size=Candidates.of(50.0)
)


def run(counts, settings=ONE, level=2.0, keep=True, **options):
    counts = np.asarray(counts, dtype=float).reshape(len(counts), -1)
    start = State.vague(np.array(level), (len(settings), counts.shape[1]), level_sd=1.0, growth_sd=0.05)
    return filter_counts(counts, np.zeros(counts.shape), settings, start, keep=keep, **options)


def test_growth_of_an_exponential_is_found():
    days = np.arange(90)
    steady = Settings.grid(
        growth_sd=Candidates.of(0.002), damping=Candidates.of(1.0), level_sd=Candidates.of(0.01), size=Candidates.of(50.0)
    )
    last = run(np.round(50 * np.exp(0.03 * days)), steady).last
    assert last.growth.item() == pytest.approx(0.03, abs=0.004)
    assert last.level.item() == pytest.approx(np.log(50) + 0.03 * 89, abs=0.05)


def test_one_count_moves_the_state_as_integration_does():
    count, size, level, var = 17.0, 50.0, 2.0, 0.3
    start = State(*(np.array([[v]]) for v in (level, 0.0, var - 0.01**2, 0.0, 0.0)))
    after = filter_counts(np.array([[count]]), np.zeros((1, 1)), ONE, start, burn_in=0)
    x = np.linspace(-2, 6, 20001)
    prior = np.exp(-((x - level) ** 2) / (2 * var)) / np.sqrt(2 * np.pi * var)
    joint = prior * nbinom.pmf(count, size, size / (size + np.exp(x)))
    total = np.trapezoid(joint, x)
    mean = np.trapezoid(joint * x, x) / total
    assert after.last.level.item() == pytest.approx(mean, abs=0.02)
    assert after.last.level_var.item() == pytest.approx(np.trapezoid(joint * (x - mean) ** 2, x) / total, rel=0.05)
    assert after.log_likelihood.item() == pytest.approx(np.log(total), abs=0.01)


def test_a_gap_only_lets_time_pass():
    seen = run([10, 12, 11, 9, 10, 11])
    gap = run([10, 12, 11, 9, 10, 11, np.nan])
    assert gap.last.level == pytest.approx(seen.last.predict(ONE).level)
    assert gap.last.level_var > seen.last.level_var
    assert gap.log_likelihood == pytest.approx(seen.log_likelihood)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(st.just(float("nan")), st.integers(0, 3000).map(float)), min_size=5, max_size=60))
def test_no_run_of_counts_breaks_it(counts):
    last = run(counts, keep=False).last
    assert np.isfinite(last.stack()).all()
    assert last.level_var > 0
    assert last.growth_var > 0
    assert last.level_var * last.growth_var >= last.both_cov**2


def test_half_a_year_of_zeros_lowers_the_level_and_keeps_it_sane():
    last = run([5, 4, 3, 2, 1] + [0] * 180).last
    assert -20 < last.level.item() < -1
    assert last.level_var.item() < 10
    level, _ = State(*(np.repeat(v, 4000, axis=1) for v in last.stack())).draw(np.random.default_rng(0))
    assert np.quantile(np.exp(level), 0.999) < 2


def test_smoothing_looks_ahead_and_agrees_on_the_last_day():
    rng = np.random.default_rng(3)
    truth = np.log(200) + 0.6 * np.sin(np.arange(120) / 15)
    filtered = run(rng.poisson(np.exp(truth)), level=5.0)
    level, sd = smooth_levels(filtered, ONE)
    assert level[-1] == pytest.approx(filtered.last.level)
    assert (sd[:-1, 0, 0] <= np.sqrt(filtered.after[:-1, 2, 0, 0]) + 1e-9).all()
    smoothed_error = np.abs(level[20:-20, 0, 0] - truth[20:-20]).mean()
    assert smoothed_error < np.abs(filtered.after[20:-20, 0, 0, 0] - truth[20:-20]).mean()


def test_the_likelier_scatter_is_chosen():
    rng = np.random.default_rng(5)
    grid = Settings.grid(
        growth_sd=Candidates.of(0.004), damping=Candidates.of(0.97), level_sd=Candidates.of(0.01), size=Candidates.of(3, 100)
    )
    wild = rng.poisson(rng.gamma(3, 100 / 3, (150, 6)))
    calm = rng.poisson(100, (150, 6))
    filtered = run(np.hstack([wild, calm]), grid, level=4.6)
    weights = posterior_weights(filtered.log_likelihood, grid.weight)
    assert (weights[0, :6] > 0.99).all()
    assert (weights[1, 6:] > 0.99).all()


def test_pooling_lets_a_silent_series_learn_from_the_others():
    likelihood = np.zeros((2, 11))
    likelihood[0, :10] = 5.0
    alone = posterior_weights(likelihood, np.array([0.5, 0.5]))
    together = posterior_weights(likelihood, np.array([0.5, 0.5]), pooling=0.9)
    assert alone[0, 10] == 0.5
    assert together[0, 10] > 0.85
    assert together.sum(axis=0) == pytest.approx(1)


def test_candidates_are_drawn_by_their_chance():
    grid = Settings.grid(
        growth_sd=Candidates.of(0.004), damping=Candidates.of(0.97), level_sd=Candidates.of(0.01), size=Candidates.of(3, 100)
    )
    fit = Fit(grid, np.array([[0.2, 1.0], [0.8, 0.0]]), run(np.full((30, 2), 9.0), grid))
    drawn, state = fit.draw(np.random.default_rng(0), 4000)
    assert (drawn.size[:, 0] == 3).mean() == pytest.approx(0.2, abs=0.03)
    assert (drawn.size[:, 1] == 3).all()
    assert state.level.shape == (4000, 2)
