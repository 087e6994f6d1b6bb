"""The same call gives the same numbers in every version: one small example of each method.

The examples were computed when the methods had passed their calibrations; they are no answers known
from elsewhere, which stand in the other files. Whoever means to change a number changes it here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, cached_property
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
GAPPED = np.where(MONTHS % 7 == 3, np.nan, COUNTS)
WORLD = RNG.integers(800, 1200, 120) * 1.0
HOT = MONTHS % 11 < 4
STARTS = [14, 30, 44, 90, 104]
EVENTS = RNG.poisson(np.where(np.arange(300)[:, None] % 9 < 3, 0.8, 0.2), (300, 2))
TIMES = np.sort(RNG.uniform(0.0, 90.0, 60))
KINDS = RNG.integers(0, 2, 60)
OFF = ~np.eye(7, dtype=bool)
QUARRELS = OFF * RNG.poisson(RNG.gamma(0.5, 8.0, (6, 7, 7))) * 1.0
FRIENDS = OFF * RNG.poisson(30.0, (6, 7, 7)) * 1.0
TIES = FRIENDS + FRIENDS.swapaxes(1, 2) - 60 * OFF
SIX = np.full(6, 5e3)
NAMES = list("ABCDEFG")
SCORES = 10 + np.cumsum(RNG.normal(0, 0.3, 60)) + RNG.normal(0, 1.0, 60)
NORMAL = np.random.default_rng(6).normal(size=80)
CASES = RNG.normal(0.4, 1.0, 30)
CAUSES = np.eye(120)[STARTS].sum(axis=0)
VOLUME = 1 + 0.5 * np.sin(np.arange(300) / 9.0)
NEWS = VOLUME[:120, None]
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
def scattered() -> Any:
    return e.fit_hawkes_by_date(3 * EVENTS, family="negative binomial")


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
    "path_around": lambda: e.path_around(GRID, np.array(STARTS), 6, 3, 6),
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
    "local_projection with controls": lambda: e.local_projection(
        PAIR[:, 1], PAIR[:, 0], horizons=[1], lags=2, controls=NEWS, others=NEWS**2,
        cumulative=True, augment=False, bandwidth_periods=3,
    ),
    "local_projection without lags of the shock": lambda: e.local_projection(
        PAIR[:, 1], PAIR[:, 0], horizons=[0, 20], lags=1, augment=False
    ),
    "local_projection of counts": lambda: e.local_projection(
        COUNTS, PAIR[:, 0], horizons=[0, 2], lags=1, family="poisson", exposure=WORLD, state=HOT * 1
    ),
    "joint_band": lambda: np.concatenate(projection().joint_band(0.8)),
    "followed": lambda: followed(
        PAIR[:, 1], CAUSES, window_periods=2, lags=2, controls=np.zeros((120, 0)), segments=BLOCK,
        moves=20,
    ),
    "rate_contrast": lambda: e.rate_contrast(COUNTS, WORLD, HOT, ~HOT, strata=BLOCK, draws=99),
    "rate_contrast against silence": lambda: e.rate_contrast(
        COUNTS * HOT, WORLD, HOT, ~HOT, strata=BLOCK, draws=99
    ),
    "log_rate_ratio": lambda: e.log_rate_ratio(COUNTS, WORLD, HOT, ~HOT),
    "visible_log_ratio": lambda: e.visible_log_ratio(COUNTS, WORLD, HOT, ~HOT),
    "visible_log_ratio beyond a drift": lambda: e.visible_log_ratio(
        COUNTS, WORLD, HOT, ~HOT, steady=True
    ),
    "share_seen beyond a drift": lambda: e.share_seen(
        COUNTS, WORLD, HOT, ~HOT, 0.4, steady=True
    ),
    "share_seen": lambda: e.share_seen(COUNTS, WORLD, HOT, ~HOT, 0.2),
    "steady_contrast": lambda: e.steady_contrast(COUNTS, WORLD, HOT, ~HOT, draws=99),
    "steady_log_ratio": lambda: e.steady_log_ratio(COUNTS, WORLD, HOT, ~HOT, strata=BLOCK),
    "group_contrast": lambda: e.group_contrast(PAIR[:100].reshape(10, 20), 3, draws=99),
    "group_contrast of many": lambda: e.group_contrast(PAIR.reshape(20, 12), 8, draws=99),
    "fit_poisson": lambda: e.fit_poisson(COUNTS, PAIR, exposure=WORLD, ridge=0.5),
    "fit_negative_binomial": lambda: e.fit_negative_binomial(COUNTS, PAIR, exposure=WORLD),
    "fit_logit": lambda: e.fit_logit(HOT, PAIR, weights=WORLD / 1000),
    "odds_at": lambda: e.odds_at(
        np.tile(EVENTS[:, 0], 3) * 1.0, [7], [None], draws=50, seed=2
    )[0][0],
    "fit_drifting": lambda: e.fit_drifting(EVENTS[:, 1] * 1.0, draws=50),
    "local_level": lambda: e.local_level(SCORES, burst_periods=2.0, draws=30),
    "local_level with a trend": lambda: e.local_level(SCORES, trend=True, draws=30),
    "count_level": lambda: e.count_level(COUNTS[:20], exposure=WORLD[:20], draws=30),
    "count_level with a trend and seasons": lambda: e.count_level(
        COUNTS[:24], exposure=WORLD[:24], periods_per_year=12, trend=True, draws=9
    ),
    "count_level in bursts": lambda: e.count_level(COUNTS[:20], burst_periods=2, draws=9),
    "peak_rates": lambda: e.peak_rates(COUNTS[:24], exposure=WORLD[:24], draws=40),
    "lasting_changes": lambda: lasting_changes(COUNTS[None, :40], MONTHS[:40] >= 25),
    "lasting_changes over gaps": lambda: lasting_changes(
        GAPPED[None, :40], MONTHS[:40] >= 25, exposure=WORLD[None, :40]
    ),
    "level_paths over gaps": lambda: level_paths(GAPPED[None, :20], WORLD[None, :20]),
    "count_level over gaps": lambda: e.count_level(GAPPED[:20], draws=9),
    "turning_point": lambda: turning_point(COUNTS[:24] * np.repeat([1.0, 3.0], 12), WORLD[:24]),
    "level_paths": lambda: level_paths(COUNTS[None, :20], WORLD[None, :20]),
    "false_signs": lambda: false_signs(NORMAL, np.full(80, 0.4)),
    "fit_var": var,
    "choose_lags": lambda: e.choose_lags(PAIR, 3),
    "granger": lambda: e.granger(e.fit_var(np.column_stack([PAIR, CAUSES]), 2)),
    "fit_var with controls": lambda: e.fit_var(PAIR, 1, controls=NEWS),
    "fit_bvar with controls": lambda: e.fit_bvar(PAIR, 1, controls=NEWS, scales="mixed"),
    "fit_bvar with a flat prior": lambda: e.impulse_responses(e.fit_bvar(PAIR, 2, None), 2),
    "fit_bvar": bvar,
    "choose_hyperparameters": lambda: e.choose_hyperparameters(
        PAIR, 1, grid={"lambda1": (0.1, 1.0), "lambda3": (1.0, 2.0)}
    ),
    "impulse_responses": lambda: e.impulse_responses(var(), 3, "generalised"),
    "impulse_bands": lambda: e.impulse_bands(bvar(), steps=3, draws=40),
    "joint impulse_bands": lambda: e.impulse_bands(var(), steps=3, draws=40, covers="joint"),
    "eigen impulse_bands": lambda: e.impulse_bands(bvar(), steps=3, draws=40, covers="eigen"),
    "impulse_draws": lambda: e.impulse_draws(bvar(), steps=3, draws=20, impulse=1),
    "mean_responses": lambda: e.mean_responses(bvar(), steps=3, draws=40),
    "variance_decomposition": lambda: e.variance_decomposition(bvar(), 4),
    "conditional_forecast": lambda: e.conditional_forecast(
        bvar(), steps=3, draws=60, hard=e.forecast_conditions(["a", "b"], 3, {"a": {2: 1.0}})
    ),
    "fit_regimes": regimes,
    "parameters of regimes": lambda: regimes().parameters,
    "fit_regimes by a constant": lambda: e.fit_regimes(
        PAIR, 1, order="constant", series=1, sweeps=30, burn=5, thin=1, chains=1, controls=NEWS
    ).parameters,
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
    "fit_hawkes_by_date of scattered counts": scattered,
    "fit_hawkes_by_date with all that it takes": lambda: e.fit_hawkes_by_date(
        EVENTS, decays_per_day=[1.0, 0.2], exposure=VOLUME, covariates=VOLUME[:, None] ** 2,
        periods=np.repeat([0, 1], 150), excites=np.array([[True, False], [True, True]]),
        within_day=False,
    ),
    "fit_hawkes_by_time with marks": lambda: e.fit_hawkes_by_time(
        TIMES, KINDS, window_days=(0.0, 90.0), decays_per_day=[1.0, 0.2], marks=NORMAL[:60]
    ),
    "fit_hawkes_by_time of many kinds": lambda: e.fit_hawkes_by_time(
        np.floor(TIMES), np.arange(60) % 6, window_days=(0.0, 91.0), decays_per_day=[0.3],
        ties="keep",
    ),
    "fit_hawkes_by_time with cells": lambda: e.fit_hawkes_by_time(
        TIMES, window_days=(0.0, 90.0), edges_days=np.linspace(0, 90, 10), harmonics=1,
        exposure=VOLUME[:9], weights=1 + NORMAL[:60] ** 2, ridge=0.2,
    ),
    "excitation_tests": lambda: e.excitation_tests(e.fit_hawkes_by_date(EVENTS)),
    "excitation_test": lambda: e.excitation_test(by_time(), 1, 0),
    "excitation_tests by time": lambda: e.excitation_tests(by_time()),
    "goodness by date": lambda: e.hawkes_goodness(by_date()),
    "goodness of scattered counts": lambda: e.hawkes_goodness(scattered()),
    "goodness by time": lambda: e.hawkes_goodness(by_time()),
    "hawkes_futures": lambda: e.hawkes_futures(by_date(), 6, paths=30, exposure=1.0, every_days=2),
    "hawkes_futures in a period": lambda: e.hawkes_futures(
        e.fit_hawkes_by_date(EVENTS, periods=np.repeat([3, 5], 150)), 4, paths=20,
        forced=np.array([[1.0, 0.0]] * 4),
    ),
    "simulate_hawkes": lambda: e.simulate_hawkes(PROCESS),
    "simulate_hawkes by thinning": lambda: e.simulate_hawkes(
        PROCESS, method="thinning", weights=np.array([0.5, 1.5])
    ),
    "hawkes_likelihood": lambda: e.hawkes_likelihood(PROCESS, TIMES, KINDS),
    "etas": lambda: e.etas_log_likelihood(
        TIMES, NORMAL[:60] ** 2, (0.3, 0.2, 0.5, 0.1, 1.2), (5.0, 90.0)
    ),
    "triad_law": lambda: e.triad_law(QUARRELS, FRIENDS, SIX, NAMES, draws=9),
    "triad_law of great powers": lambda: e.triad_law(
        QUARRELS, FRIENDS, SIX, NAMES, material=QUARRELS / 2, great_powers=["A", "B"], draws=9
    ),
    "attacker_effect": lambda: e.attacker_effect(QUARRELS, FRIENDS, SIX, NAMES, "C", draws=9),
    "attacker_effect on a pair": lambda: e.attacker_effect(
        QUARRELS, FRIENDS, SIX, NAMES, "A", pair=("E", "D"), draws=9
    ),
    "structural_balance": lambda: e.structural_balance(TIES, neutral=1.0, draws=19),
    "simulated_dyads": lambda: e.simulated_dyads(e.TriadWorld(states=5, effect=0.3), 1).cooperation,
    "max_t": lambda: e.max_t([1.0, 0.1], PAIR, coverage=0.8),
    "sup_t": lambda: e.sup_t(np.array([[1.0, 0.5], [0.5, 2.0]]), draws=500, degrees=9),
    "interval_of_mean": lambda: np.array(e.interval_of_mean(CASES, draws=200)),
    "block_index": lambda: e.block_index(9, 3, 2, np.random.default_rng(1)),
    "calibrate": lambda: e.calibrate(
        lambda rng: (rng.normal(size=1), rng.normal(size=(9, 1))), simulations=30, bins=2
    ),
}  # fmt: skip
SAME: dict[str, str] = {
    "event_study": (
        "56.4 0.35909 36.2 1.6 27.364 -0.286 0.71819 0.059505 0.88 0.81081 32.911 1.1761 0 "
        "0.47373 -0.84302 2.2794"
    ),
    "change_at": "-0.28875",
    "path_around": "0.0011137",
    "rate_study": (
        "56.4 -0.24208 24.4 0.8 27.364 0.11397 -0.1643 -0.033748 1.4 1.5714 16.379 0.14255 0 "
        "-0.13927 -0.8993 0.5707"
    ),
    "usual_counts": "3.831",
    "rate_path": "0.027475",
    "left_out_ratios": "-0.157",
    "level_shift": (
        "12 0.59623 -0.31061 -0.90684 -2.5567 0.74301 0.29167 47 -1.8137 0 1.1925 -0.62123 "
        "0.47115 0.58333 24 2 8 0.92902 0 -5.1134 1.486"
    ),
    "rate_shift": (
        "12 0.003029 0.0029385 -0.029897 -0.83395 0.77416 0.90385 51 -0.059795 0 0.006058 "
        "0.0058771 -0.082065 1.8077 24 0 4 0.11597 2 -1.6679 1.5483"
    ),
    "local_projection": (
        "2 0.17276 0.097112 34.872 0.074786 0.27073 0.0086583 0.33686 -0.057446 0.40296 "
        "0.31906 110 0.82469 0.26745 0.0045721 31.777 100.51 0 0.084352 0.31123 0.52083 "
        "-0.17295 -0.3696 -0.20293 0.88295 1.193 0.54696 0.2435 0.50216 0.080143"
    ),
    "local_projection with controls": (
        "1 0.70431 0.1376 35.127 0.5655 0.84311 0.47184 0.93678 0.47376 0.93485 1.1116e-05 "
        "117 2 1.4086 0.03787 70.253 234 2 0.27521 0.94367 1.8736 2.2233e-05"
    ),
    "local_projection without lags of the shock": (
        "10 0.24257 0.06167 7.7857 0.17688 0.30826 0.12682 0.35832 0.1016 0.38354 0.036958 "
        "109 15.403 0.44475 0.00019807 13.946 195.24 0 0.10407 0.47299 0.034298 0.76463 "
        "0.66864 0.056935"
    ),
    "local_projection of counts": (
        "1 0.13809 0.12427 16.237 0.0093288 0.26684 -0.083052 0.35922 -0.13179 0.40796 "
        "0.45066 117 1.5403 0.17468 0.0091681 11.502 207.34 0 0.12327 0.15 -0.23359 -0.29146 "
        "-0.37269 0.048702 -0.29759 1.0941 0.6465 0.35314 0.29999 1.1337 0.78321 0.30631"
    ),
    "joint_band": "0.3021",
    "followed": "1.3204 0.87947 0.396 0.7619 0.0214 220",
    "rate_contrast": (
        "0.0037968 0.0030374 0.0044572 227 60 -0.095436 0.0072973 0.0078901 318 590 88 152 "
        "0.0035378 0.0038906 -0.004981 1.7667 0.26694 0.29438 18 22 -0.63506 0.44419"
    ),
    "rate_contrast against silence": (
        "0.0018243 0.0013371 0.0022173 79.5 60 13.573 0.0072973 0 318 0 88 152 0.0035378 0 "
        "-1.3064 0.033333 5.1801 0.23762 18 22 4.2704 22.876"
    ),
    "log_rate_ratio": "-0.15605",
    "visible_log_ratio": "1.8438",
    "visible_log_ratio beyond a drift": "2.5469",
    "share_seen beyond a drift": "0.33333",
    "share_seen": "0.15",
    "steady_contrast": (
        "0.0037519 0.0030189 0.0043383 227 60 -0.10566 0.0073056 0.0077019 318 590 88 152 "
        "0.0035426 0.0037966 -0.0022684 1.7 0.26765 0.31633 18 22 -0.68553 0.47422"
    ),
    "steady_log_ratio": "-0.096931",
    "group_contrast": (
        "4.5 -0.10334 -0.71686 -0.12507 0.21705 4 6 -0.011336 0.49435 0.016667 -1.3507 -0.083065"
    ),
    "group_contrast of many": (
        "9.5 -0.060749 -0.89441 -0.12303 0.1524 4 16 0.054059 0.18 0.02 -1.3394 -0.4494"
    ),
    "fit_poisson": (
        "0.04148 0.036589 0.046371 0.0029736 0.058893 2.6834e-06 970.4 0 0.0052708 970.4"
    ),
    "fit_negative_binomial": (
        "1.0776 0.91839 1.2367 0.096771 1.4414 0.0026407 23020 2.0168 0.17128 0.96416"
    ),
    "fit_logit": ("-0.010181 -0.3225 0.30214 0.18988 -0.03861 0.011031 0.50062 0 0.33662 0.25067"),
    "odds_at": "0.92445 0.88069 0.94346 7 14 1.8522 1.8343 1.8669 1.8456 1.6885 1.907",
    "fit_drifting": (
        "93.375 0.90661 0.89171 0.91882 0.29643 -0.0017105 0.32031 0.90683 0.10113 188 0.036476"
    ),
    "local_level": "29.5 10.845 9.9811 11.604 10.319 11.355 10.571 11.12 10.836 2",
    "local_level with a trend": ("29.5 10.877 10.263 11.465 10.451 11.269 10.645 11.093 10.874 2"),
    "count_level": "9.5 -5.7065 -6.2295 -5.0954 -6.0684 -5.3095 -5.9131 -5.4836 -5.7177 1.9091",
    "count_level with a trend and seasons": (
        "11.5 -6.0038 -6.6707 -5.3966 -6.5466 -5.5536 -6.2814 -5.7385 -6.0642 1.6176"
    ),
    "count_level in bursts": (
        "9.5 1.1995 0.87411 1.5084 0.93905 1.4373 1.0327 1.3201 1.1824 1.9118"
    ),
    "peak_rates": "11.5 -5.8836 -6.7649 -5.2366 -6.4528 -5.468 -6.1723 -5.6532 -5.9349 1.8889",
    "lasting_changes": "1.3923 0.70339 2.756 0.80933 0.66195 0.83022 1.6187 0.83022 1.7509",
    "lasting_changes over gaps": (
        "1.3142 0.70773 2.4405 0.78492 0.54651 0.75256 1.5698 0.75256 1.5779"
    ),
    "level_paths over gaps": "-6.081 0.32267",
    "count_level over gaps": (
        "9.5 1.1233 0.63116 1.4783 0.75319 1.381 0.91914 1.2471 1.1009 1.7941"
    ),
    "turning_point": "28 10 40 0.47613",
    "level_paths": "-6.0288 0.27464",
    "false_signs": (
        "0.063489 -1.0298 1.1568 0.6332 0.66863 0.067742 -1.0208 1.1562 0.62642 0.53328 "
        "0.6532 1.0723 6.8719"
    ),
    "fit_var": (
        "0.067587 0.097552 -0.094222 0.2294 0.13074 0.10148 0.65972 -0.0064143 0.10845 0.77195 2"
    ),
    "choose_lags": "2 -0.048826 0.18726 0.047021 -0.048688 -0.083273 0.1967 0.030392 -0.083149",
    "granger": "1.715 0.54109 0.76982 6 0.93612 0.67007",
    "fit_var with controls": (
        "0.094827 0.18196 -0.20691 0.39656 0.11968 0.22704 0.65851 0.05393 0.22478 0.67468 2"
    ),
    "fit_bvar with controls": (
        "0.18885 0.070988 0.072158 0.30554 1.7302 0.19724 0.77969 0.37958 1.5625 -755.7 2"
    ),
    "fit_bvar with a flat prior": "0.43538",
    "fit_bvar": (
        "0.1441 0.055145 0.053455 0.23475 1.7523 0.15445 0.78758 0.18164 1.5636 -737.94 2"
    ),
    "choose_hyperparameters": "3 0.6 0.64 1.4 0.25 0.1 0 0 4 -356.78 -14.039 0.2 -331.98",
    "impulse_responses": "0.37074",
    "impulse_bands": "1 0.48263 0.48752 0.41236 0.56008 0.38018 0.61603 80 0.48431 0.49049",
    "joint impulse_bands": ("1 0.28436 0.29176 0.18872 0.41213 0.14068 0.4835 80 0.29423 0.30026"),
    "eigen impulse_bands": (
        "1 0.48263 0.48752 0.42483 0.55448 0.38954 0.60811 80 0.48431 0.49049 0.36445"
    ),
    "impulse_draws": "0.36499",
    "mean_responses": "0.48088",
    "variance_decomposition": "1.5 0.5 0.50528",
    "conditional_forecast": (
        "2 0.36232 0.30017 -0.34624 1.0721 -1.0624 1.566 -1.7928 2.1242 0.27626 0.21796 "
        "0.1705 1984.2 2"
    ),
    "fit_regimes": ("59.915 1.5 0.5 5.0536 0.31178 0 7.7276 0.92603 1.7262 0.50073 0.8853 0.50607"),
    "parameters of regimes": (
        "1.4348 -20.767 0.80661 -21.909 -19.457 1.0147 72.197 62.076 3.7903 0.90033 2.5627 "
        "5.2773 1.0129 71.766 60.877"
    ),
    "fit_regimes by a constant": (
        "1.4444 -12.941 0.85606 -13.754 -12.085 1.0389 22.002 21.108 -21.822 0.62076 -22.605 "
        "-21.011 1.1057 21.388 22.847"
    ),
    "regime_responses": "1 2.1169 2.1352 1.5861 2.6343 1.3277 3.0473 120 2.1114 2.1371",
    "hamilton_filter": "0.40456",
    "simulate_regimes": "-0.013472",
    "fit_hawkes_by_date": (
        "0.08322 0.15891 0 0.34461 -0.23881 0.033118 4.0542 0.02917 1.385 2.0109 -932.43 0 "
        "0.62954 0.74384"
    ),
    "fit_hawkes_by_time": (
        "0.071808 0.23679 0 0.4613 -2.2133 0.013562 1 0.013562 0 1.7702 -249.77 1.0116 0.53174"
    ),
    "fit_hawkes_by_date of scattered counts": (
        "0.10407 0.17876 0 0.3981 0.24731 0.056917 5.3421 0.050183 1.603 1.7702 -400.77 "
        "9.8358 1.7901 0.64876"
    ),
    "fit_hawkes_by_date with all that it takes": (
        "0.041187 0.17111 0 0.32264 -0.2026 0.021711 1.154 0.01368 0 2.0358 -935.53 0 0.6873 "
        "0.77173"
    ),
    "fit_hawkes_by_time with marks": (
        "0.08119 0.27982 0 0.54146 -2.2476 0.073877 1.154 0.047402 0 1.7702 -249.31 1.0001 "
        "-1.4135 0 0.5127"
    ),
    "fit_hawkes_by_time of many kinds": (
        "0.13146 4.4595 0 4.2162 -6.6109 0.15451 0.6 0.15451 0 0.9607 -354.12 1.0116 0.03609"
    ),
    "fit_hawkes_by_time with cells": (
        "0.032725 0.2312 0 0.41302 -0.5376 0.06545 0.72874 0.06545 0 2 -165.95 1.0105 1.2902"
    ),
    "excitation_tests": "0.071886 0.38498 0.318 0.41469 2 0.72764",
    "excitation_test": "0 0 1 0 0 2",
    "excitation_tests by time": "0.044761 0.11028 0.65965 0.81931 2 1.4088",
    "goodness by date": "300 0.047977 0.51244 0.057707 0.5 0.1 0.087325 0.84629 0.10942",
    "goodness of scattered counts": (
        "300 0.13823 0.00012829 0.071478 0.5 0.1 0.24854 0.00019783 0.13089"
    ),
    "goodness by time": "30 0.12001 0.71177 -0.13354 0.5 0.1 0.21624 1.2128 -0.22202",
    "hawkes_futures": "2 0.91667 0 1 2.5917 4 0.9122 1.3268 0",
    "hawkes_futures in a period": "1.5 1 0.5 0.75 1.925 2 1.0325 0.3557 0",
    "simulate_hawkes": "39.022 0.43373 1 39.894 0.51025 1.0152",
    "simulate_hawkes by thinning": "44.697 0.41304 0.98913 44.245 0.41263 0.99556",
    "hawkes_likelihood": "-255.92 -22.579 -9.5519 -8.091",
    "etas": "-184.1",
    "triad_law": (
        "-1.6001 -11.762 9.7387 0.57957 1 0.78994 0.7 13 6 1.4 1.0551 14 42 210 24 12 12"
    ),
    "triad_law of great powers": (
        "0.28822 -12.49 15.253 0.48586 1 0.71269 0.7 10.625 8 1.4 1.0551 14 42 210 24 12 16"
    ),
    "attacker_effect": (
        "30.466 -9.3041 87.674 0.20507 0.1 1 1 60.931 -18.608 175.35 0.41014 0.2 2 2"
    ),
    "attacker_effect on a pair": (
        "-14.774 -31.974 6.7751 0.21736 0.7 1 1 -3.715 0.8 -29.548 -63.949 13.55 0.43473 1.4 "
        "2 2 -7.43 1.6"
    ),
    "structural_balance": (
        "2.5 0.5219 0.51238 0.39947 0.64718 0.69167 20.167 10.468 20.348 0.52246 0.79174 0.48649"
    ),
    "simulated_dyads": "38.24",
    "max_t": (
        "0.55 1.0636 0.79339 -1.269 2.369 0.8 2 1.077 1.8798 1.3569 -2.138 4.2921 1.6 3.4206 4"
    ),
    "sup_t": "4.5686",
    "interval_of_mean": "0.37585",
    "block_index": "3.7749",
    "calibrate": "1.5 15 15 0.14413 3.4221 18 27.472 0.28825 0.28825",
}


def columns(result: Shown) -> Iterator[float]:
    """The mean of each column of numbers that a result shows."""
    for exhibit in result.exhibits():
        for column in exhibit.table.columns:
            values = [v for v in exhibit.table.column(column.name) if type(v) in (int, float)]
            if values:
                yield float(np.nanmean(values))


def held(result: Any) -> Iterator[Any]:
    """What a result holds or works out: fields, properties, and its interval."""
    yield from vars(result).values()
    for name, value in sorted(vars(type(result)).items()):
        if isinstance(value, property | cached_property):
            yield getattr(result, name)
        if name in {"interval", "branching_interval"}:
            yield from map(np.float64, np.ravel(getattr(result, name)()))


def numbers(result: Any) -> list[float]:
    """What stands for a result: means of the columns that it shows and of what it holds."""
    shown = list(columns(result)) if isinstance(result, Shown) else []
    if hasattr(result, "__dataclass_fields__"):
        parts = [part for part in held(result) if isinstance(part, int | float | np.ndarray)]
        return shown + [number for part in parts for number in numbers(part)]
    array = np.atleast_1d(np.asarray(result, dtype=np.float64))
    finite = array[np.isfinite(array)]
    return [float((finite * (1 + np.cos(np.arange(finite.size)))).mean())]


@pytest.mark.parametrize("name", METHODS)
def test_a_method_gives_the_numbers_that_it_gave(name: str) -> None:
    given = [float(number) for number in SAME[name].split()]
    assert numbers(METHODS[name]()) == pytest.approx(given, rel=2e-4, abs=1e-6)
