"""Intervals and powers of the claims' estimators on series whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import t

from detente.errors import DataGapError
from detente.estimators.drifting import fit_drifting
from detente.estimators.eventstudy import event_study
from detente.estimators.matching import Grid
from detente.estimators.power import visible_log_ratio
from detente.estimators.rates import log_rate_ratio, rate_contrast
from detente.estimators.resample import equal_tailed, swing_error


def autoregression(rng: np.random.Generator, length: int, memory: float) -> np.ndarray:
    values, noise = np.zeros(length + 50), rng.standard_normal(length + 50)
    for i in range(1, len(values)):
        values[i] = memory * values[i - 1] + noise[i]
    return values[50:]


@pytest.mark.parametrize("memory", [0.0, 0.3, 0.7])
def test_slow_swings_give_intervals_that_cover(memory: float) -> None:
    covered = []
    for seed in range(400):
        values = autoregression(np.random.default_rng(seed), 60, memory)
        rest = (values - values.mean()) / len(values)
        error, freedom = swing_error(rest, np.ones((60, 1)))
        covered.append(abs(values.mean()) < t.ppf(0.95, freedom) * error)
    assert 0.85 <= np.mean(covered) <= 0.95


def test_equal_tails_split_the_error_of_a_lopsided_null() -> None:
    rng = np.random.default_rng(0)
    null, seen = -rng.exponential(size=4000), -rng.exponential(size=4000)
    p = np.array([equal_tailed(effect, null) for effect in seen])
    low, high = seen < np.median(null), seen >= np.median(null)
    assert np.mean((p < 0.1) & low) == pytest.approx(0.05, abs=0.015)
    assert np.mean((p < 0.1) & high) == pytest.approx(0.05, abs=0.015)


def test_strata_must_hold_both_states() -> None:
    high = np.arange(20) < 10
    with pytest.raises(DataGapError, match="No stratum"):
        log_rate_ratio(np.ones(20), np.ones(20), high, ~high, strata=high.astype(np.int64))


def test_the_ratio_called_visible_is_seen_four_times_in_five() -> None:
    seen = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        state = np.convolve(rng.random(182) < 0.1, np.ones(3))[2:182] > 0  # spells of three
        flat = rng.poisson(2.0, 180).astype(float)
        size = visible_log_ratio(flat, np.ones(180), state, ~state)
        counts = rng.poisson(2.0 * np.exp(size * state)).astype(float)
        seen.append(rate_contrast(counts, np.ones(180), state, ~state, draws=1).p_placebo < 0.05)
    assert 0.7 <= np.mean(seen) <= 0.9


def test_a_season_is_not_an_effect() -> None:
    month = np.arange(240)
    season = 0.8 * np.cos(2 * np.pi * month / 12)
    effects = []
    for seed in range(30):
        noise = 0.2 * np.random.default_rng(seed).standard_normal(240)
        grid = Grid(season + noise, np.zeros(240, int), 2000 + month / 12, (month % 12) / 12)
        causes = list(range(9, 230, 12))  # always before the peak
        effects.append(
            event_study(grid, causes, window_periods=3, baseline_periods=3, draws=49).effect
        )
    assert abs(np.mean(effects)) < 0.03


def test_odds_follow_the_season() -> None:
    rng = np.random.default_rng(2)
    day = np.arange(4015)  # eleven years; the history ends at the start of a year
    rate = 0.02 * np.exp(1.2 * np.cos(2 * np.pi * day / 365.25))
    counts = (rng.random(len(day)) < rate).astype(float)
    winter = fit_drifting(counts).probability(14).mean()
    summer = fit_drifting(counts[:-183]).probability(14).mean()
    assert winter > 2 * summer


def test_too_few_events_have_no_odds() -> None:
    with pytest.raises(DataGapError, match="Events before the date: 3"):
        fit_drifting(np.array([1.0, 0, 1, 0, 1] + [0.0] * 900))
