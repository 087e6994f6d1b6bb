"""The same call gives the same numbers in every version: one small example of each method.

The examples were computed when the methods had passed their calibrations; they are no answers known
from elsewhere, which stand in the other files. Whoever means to change a number changes it here.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest

import detente.estimators as e
from detente.answers import Shown
from detente.estimators.false_signs import false_signs
from detente.estimators.levels.lasting import lasting_changes, turning_point
from detente.estimators.levels.paths import level_paths
from detente.estimators.projections.moved import followed

RNG = np.random.default_rng(5)
MONTHS = np.arange(120)
BLOCK = np.repeat([0, 1], [70, 50])
PAIR = RNG.normal(size=(120, 2)) @ np.array([[1.0, 0.3], [0.0, 1.0]])
PAIR[1:] += 0.4 * PAIR[:-1]
COUNTS = RNG.poisson(RNG.gamma(2.0, 2.0, 120)) * 1.0
WORLD = RNG.integers(800, 1200, 120) * 1.0
HOT = MONTHS % 11 < 4
STARTS = [14, 30, 44, 90, 104]
EVENTS = RNG.poisson(np.where(np.arange(300)[:, None] % 9 < 3, 0.8, 0.2), (300, 2))
TIMES = np.sort(RNG.uniform(0.0, 90.0, 60))
KINDS = RNG.integers(0, 2, 60)
OFF = ~np.eye(7, dtype=bool)
QUARRELS = OFF * RNG.poisson(RNG.gamma(0.5, 8.0, (6, 7, 7))) * 1.0
FRIENDS = OFF * RNG.poisson(30.0, (6, 7, 7)) * 1.0
SIX = np.full(6, 5e3)
NAMES = list("ABCDEFG")
SCORES = 10 + np.cumsum(RNG.normal(0, 0.3, 60)) + RNG.normal(0, 1.0, 60)
CASES = RNG.normal(0.4, 1.0, 30)
CAUSES = np.eye(120)[STARTS].sum(axis=0)
UNIT = 2000 + MONTHS / 12, MONTHS % 12 / 12
GRID = e.Grid(PAIR[:, 0], BLOCK, *UNIT)
COUNTED = e.CountGrid(COUNTS, WORLD, BLOCK, *UNIT)
PROCESS = e.hawkes_process([0.4, 0.2], [[0.2, 0.1], [0.3, 0.0]], 0.5, 90.0)


@cache
def bvar() -> Any:
    return e.fit_bvar(PAIR, 2, names=["a", "b"], segments=BLOCK)


@cache
def var() -> Any:
    return e.fit_var(PAIR, 2, names=["a", "b"], segments=BLOCK)


@cache
def regimes() -> Any:
    calm = PAIR * np.repeat([1.0, 4.0], 60)[:, None]
    return e.fit_regimes(calm, 1, sweeps=40, burn=10, chains=2, segments=BLOCK)


@cache
def by_date() -> Any:
    return e.fit_hawkes_by_date(EVENTS, harmonics=1, exposure=np.ones(300), ridge=0.1)


@cache
def by_time() -> Any:
    return e.fit_hawkes_by_time(TIMES, KINDS, window_days=(0.0, 90.0), decays_per_day=[0.5])


@cache
def projection() -> Any:
    return e.local_projection(PAIR[:, 1], PAIR[:, 0], horizons=4, lags=2, segments=BLOCK)


METHODS: dict[str, Callable[[], Any]] = {
    "event_study": lambda: e.event_study(
        GRID, STARTS, window_periods=3, baseline_periods=6, lag_periods=1, draws=49
    ),
    "change_at": lambda: e.change_at(GRID, 3, 6, 1)[[20, 60]],
    "path_around": lambda: e.path_around(GRID, np.array(STARTS[1:]), 3, 3, 6),
    "rate_study": lambda: e.rate_study(
        COUNTED, STARTS, window_periods=3, baseline_periods=6, draws=49
    ),
    "usual_counts": lambda: e.usual_counts(COUNTED, STARTS, window_periods=3),
    "rate_path": lambda: np.concatenate(
        [part.ravel() for part in e.rate_path(COUNTED, np.array(STARTS), 2, 2, 6, draws=50)]
    ),
    "left_out_ratios": lambda: e.left_out_ratios(
        COUNTED, STARTS, np.array(STARTS), [np.array([1]), np.array([0, 3])],
        window_periods=3, baseline_periods=6,
    ),
    "level_shift": lambda: e.level_shift(GRID, 35, window_periods=12, skip_periods=1),
    "rate_shift": lambda: e.rate_shift(COUNTED, 35, window_periods=12),
    "local_projection": projection,
    "local_projection of counts": lambda: e.local_projection(
        COUNTS, PAIR[:, 0], horizons=[0, 2], lags=1, family="poisson", exposure=WORLD, state=HOT * 1
    ),
    "joint_band": lambda: np.concatenate(projection().joint_band(0.8)),
    "followed": lambda: followed(
        PAIR[:, 1], CAUSES, window=2, lags=2, controls=np.zeros((120, 0)), segments=BLOCK, moves=20
    ),
    "rate_contrast": lambda: e.rate_contrast(COUNTS, WORLD, HOT, ~HOT, strata=BLOCK, draws=99),
    "log_rate_ratio": lambda: e.log_rate_ratio(COUNTS, WORLD, HOT, ~HOT),
    "visible_log_ratio": lambda: e.visible_log_ratio(COUNTS, WORLD, HOT, ~HOT),
    "share_seen": lambda: e.share_seen(COUNTS, WORLD, HOT, ~HOT, 0.2),
    "steady_contrast": lambda: e.steady_contrast(COUNTS, WORLD, HOT, ~HOT, draws=99),
    "steady_log_ratio": lambda: e.steady_log_ratio(COUNTS, WORLD, HOT, ~HOT, strata=BLOCK),
    "group_contrast": lambda: e.group_contrast(PAIR[:100].reshape(10, 20), 3, draws=99),
    "fit_poisson": lambda: e.fit_poisson(COUNTS, PAIR, exposure=WORLD, ridge=0.5),
    "fit_negative_binomial": lambda: e.fit_negative_binomial(COUNTS, PAIR, exposure=WORLD),
    "fit_logit": lambda: e.fit_logit(HOT, PAIR, weights=WORLD / 1000),
    "odds_at": lambda: e.odds_at(np.tile(EVENTS[:, 0], 3) * 1.0, [7], [None], draws=50, seed=2)[0][0],
    "fit_drifting": lambda: e.fit_drifting(EVENTS[:, 1] * 1.0, draws=50),
    "local_level": lambda: e.local_level(SCORES, burst_periods=2.0, draws=30),
    "local_level with a trend": lambda: e.local_level(SCORES, trend=True, draws=30),
    "count_level": lambda: e.count_level(
        COUNTS[:40], exposure=WORLD[:40], periods_per_year=12, trend=True, draws=30
    ),
    "peak_rates": lambda: e.peak_rates(COUNTS[:24], exposure=WORLD[:24], draws=40),
    "lasting_changes": lambda: lasting_changes(COUNTS[None, :40], MONTHS[:40] >= 25),
    "turning_point": lambda: turning_point(np.where(MONTHS < 60, COUNTS, 3 * COUNTS), WORLD),
    "level_paths": lambda: level_paths(COUNTS[None, :30], WORLD[None, :30]),
    "false_signs": lambda: false_signs(RNG_FREE, np.full(80, 0.4)),
    "fit_var": var,
    "choose_lags": lambda: e.choose_lags(PAIR, 3),
    "granger": lambda: e.granger(var()),
    "fit_bvar": bvar,
    "choose_hyperparameters": lambda: e.choose_hyperparameters(
        PAIR, 1, grid={"lambda1": (0.1, 1.0), "lambda3": (1.0, 2.0)}
    ),
    "impulse_responses": lambda: e.impulse_responses(var(), 3, "generalized"),
    "impulse_bands": lambda: e.impulse_bands(bvar(), steps=3, draws=40),
    "joint impulse_bands": lambda: e.impulse_bands(var(), steps=3, draws=40, covers="joint"),
    "eigen impulse_bands": lambda: e.impulse_bands(bvar(), steps=3, draws=40, covers="eigen"),
    "impulse_draws": lambda: e.impulse_draws(bvar(), steps=3, draws=20, impulse=1),
    "mean_responses": lambda: e.mean_responses(bvar(), steps=3, draws=40),
    "variance_decomposition": lambda: e.variance_decomposition(bvar(), 4),
    "conditional_forecast": lambda: e.conditional_forecast(
        bvar(), steps=3, draws=60, hard=e.forecast_conditions(["a", "b"], 3, {"a": {2: 1.0}})
    ),
    "fit_regimes": lambda: regimes().parameters,
    "regime_responses": lambda: e.regime_responses(regimes(), 1, steps=3),
    "hamilton_filter": lambda: np.append(
        *e.hamilton_filter(-np.square(PAIR[:20]), [[0.9, 0.1], [0.3, 0.7]], [0.5, 0.5])
    ),
    "simulate_regimes": lambda: e.simulate_regimes(
        np.full((2, 3, 2), 0.1), np.stack([np.eye(2), 3 * np.eye(2)]),
        [[0.9, 0.1], [0.3, 0.7]], np.zeros((1, 2)), 30, np.random.default_rng(1),
    )[0],
    "fit_hawkes_by_date": by_date,
    "fit_hawkes_by_time": by_time,
    "excitation_tests": lambda: e.excitation_tests(by_date()),
    "goodness by date": lambda: e.hawkes_goodness(by_date()),
    "goodness by time": lambda: e.hawkes_goodness(by_time()),
    "hawkes_futures": lambda: e.hawkes_futures(by_date(), 6, paths=30, exposure=1.0, every_days=2),
    "simulate_hawkes": lambda: e.simulate_hawkes(PROCESS).times,
    "hawkes_likelihood": lambda: e.hawkes_likelihood(PROCESS, TIMES, KINDS).total,
    "etas": lambda: e.etas_log_likelihood(
        TIMES, RNG_FREE[:60] ** 2, (0.3, 0.2, 0.5, 0.1, 1.2), (5.0, 90.0)
    ),
    "triad_law": lambda: e.triad_law(QUARRELS, FRIENDS, SIX, NAMES, draws=9),
    "attacker_effect": lambda: e.attacker_effect(QUARRELS, FRIENDS, SIX, NAMES, "C", draws=9),
    "structural_balance": lambda: e.structural_balance(FRIENDS[0] - FRIENDS[0].mean(), draws=19),
    "simulated_dyads": lambda: e.simulated_dyads(e.TriadWorld(states=5, effect=0.3), 1).cooperation,
    "max_t": lambda: e.max_t([1.0, 0.1], PAIR, coverage=0.8),
    "sup_t": lambda: e.sup_t(np.array([[1.0, 0.5], [0.5, 2.0]]), draws=500, degrees=9),
    "interval_of_mean": lambda: np.array(e.interval_of_mean(CASES, draws=200)),
    "block_index": lambda: e.block_index(9, 3, 2, np.random.default_rng(1)),
    "calibrate": lambda: e.calibrate(
        lambda rng: (rng.normal(size=1), rng.normal(size=(9, 1))), simulations=30, bins=2
    ),
}  # fmt: skip
RNG_FREE = np.random.default_rng(6).normal(size=80)
SAME: dict[str, str] = {
}


def columns(result: Shown) -> Iterator[float]:
    """The mean of each column of numbers that a result shows."""
    for exhibit in result.exhibits():
        for column in exhibit.table.columns:
            values = [v for v in exhibit.table.column(column.name) if type(v) in (int, float)]
            if values:
                yield float(np.nanmean(values))


def numbers(result: Any) -> list[float]:
    """What stands for a result: means of the columns that it shows and of its numbers."""
    shown = list(columns(result)) if isinstance(result, Shown) else []
    if hasattr(result, "__dataclass_fields__"):
        parts = [part for part in vars(result).values() if isinstance(part, float | np.ndarray)]
        return shown + [number for part in parts for number in numbers(part)]
    array = np.atleast_1d(np.asarray(result, dtype=np.float64))
    finite = array[np.isfinite(array)]
    return [float(finite.mean()), float((finite * np.cos(np.arange(finite.size))).mean())]


@pytest.mark.parametrize("name", METHODS)
def test_a_method_gives_the_numbers_that_it_gave(name: str) -> None:
    given = [float(number) for number in SAME[name].split()]
    assert numbers(METHODS[name]()) == pytest.approx(given, rel=2e-4, abs=1e-6)
