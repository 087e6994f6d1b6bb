"""The least that a method takes, and the first that it refuses: both sides of each limit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import detente.estimators as e
from detente.errors import DataGapError, DetenteError
from detente.estimators.hawkes import baseline, check, futures
from detente.estimators.levels import lasting, peak
from detente.estimators.regimes import fit as regimes_fit
from detente.estimators.triads.panel import triad_panel
from detente.estimators.vector import lagged
from test_estimators_same import (
    EVENTS,
    FRIENDS,
    GRID,
    NAMES,
    PAIR,
    QUARRELS,
    SCORES,
    TIES,
    bvar,
    by_date,
    regimes,
    var,
)

ONE, THREE = np.ones(1), np.ones(3)
ZERO = np.zeros(3)
THREE_SERIES = np.column_stack([PAIR, SCORES.repeat(2)])


def hawkes(**given: Any) -> Any:
    start = {"base": [0.4], "branching": [[0.2]], "decay_per_day": 0.5, "days": 1.0}
    return e.hawkes_process(**{**start, **given})


def etas(base: float, scale: float, power: float, delay: float) -> Any:
    return e.etas_log_likelihood(THREE, ZERO, (base, scale, 0.5, delay, power), (0.0, 2.0))


def panel(states: int = 7, periods: int = 6, exposure: float = 5e3) -> Any:
    parts = (q[:periods, :states, :states] for q in (QUARRELS, FRIENDS))
    return triad_panel(*parts, np.full(periods, exposure), NAMES[:states])


def ahead(**given: Any) -> Any:
    return e.hawkes_futures(by_date(), exposure=1.0, **{"days": 1, "paths": 1, **given})


def bands(**given: Any) -> Any:
    return e.impulse_bands(bvar(), **{"steps": 1, "draws": 2, "coverages": [0.5], **given})


def forecast(**given: Any) -> Any:
    return e.conditional_forecast(bvar(), **{"steps": 1, "draws": 1, "coverages": [0.5], **given})


LIMITS: dict[str, tuple[Callable[..., Any], list[Any], list[Any]]] = {
    "ranks": (lambda r: e.rank_histogram([0] * 9 + [r], 3, bins=2), [0, 3], [-1, 4]),
    "bins": (lambda n: e.rank_histogram([0] * 20, 3, bins=n), [2, 4], [1, 3]),
    "groups": (lambda n: e.group_contrast(PAIR[:20].reshape(8, 5), n, draws=9), [1, 7], [0, 8]),
    "draws of a band": (lambda n: e.max_t([1.0], PAIR[:n, :1]), [2], [1]),
    "coverage of a band": (lambda c: e.max_t([1.0], PAIR[:9, :1], coverage=c), [0.99], [0.0, 1.0]),
    "number of tests": (lambda n: e.holm([0.1, 0.2], tested=n), [2, 3], [1]),
    "p-values": (lambda p: e.holm([p]), [0.0, 1.0], [-0.01, 1.01]),
    "yes or no": (lambda y: e.fit_logit([0, 1, 0, y], np.ones((4, 0))), [0, 0.5, 1], [-0.1, 1.1]),
    "days of history": (
        lambda n: e.odds_at(np.zeros(n), [7], [None], draws=2, seed=1), [730], [729]
    ),
    "events of a drift": (
        lambda n: e.fit_drifting((np.arange(90) < n) * 1.0, draws=2), [5], [4]
    ),
    "where a shift is": (
        lambda n: e.level_shift(GRID, n, window_periods=3), [3, 67], [-1, 2, 68, 120]
    ),
    "horizons": (
        lambda h: e.local_projection(PAIR[:, 0], PAIR[:, 1], horizons=h, lags=1),
        [[0], [1, 0]], [[], [-1], [1, 1]],
    ),
    "an outcome": (
        lambda y: e.local_projection(y, PAIR[: len(y), 0], horizons=[0], lags=1),
        [PAIR[:, 1]], [PAIR, np.zeros(0)],
    ),
    "lags of a projection": (
        lambda n: e.local_projection(PAIR[:, 0], PAIR[:, 1], horizons=[0], lags=n), [1], [0]
    ),
    "lags of a system": (lambda n: lagged._series(PAIR, n), [1, 2.0], [0, 1.5]),
    "steps of a system": (
        lambda n: lagged.future_controls(lagged.lagged(PAIR, 1), n, None), [1], [0]
    ),
    "decay": (lambda x: hawkes(decay_per_day=x), [1e-3], [0, -1]),
    "length": (lambda x: hawkes(days=x), [1e-3], [0]),
    "base": (lambda x: hawkes(base=[x]), [0.0], [-1e-3]),
    "branching": (lambda x: hawkes(branching=[[x]]), [0.0, 2.0], [-1e-3]),
    "offspring": (lambda x: e.simulate_hawkes(hawkes(branching=[[x]])), [0.99], [1.0]),
    "etas base": (lambda x: etas(x, 0.2, 1.2, 0.1), [1e-3], [0]),
    "etas scale": (lambda x: etas(0.3, x, 1.2, 0.1), [0], [-1e-3]),
    "etas power": (lambda x: etas(0.3, 0.2, x, 0.1), [0.9, 1.1], [0, 1]),
    "etas delay": (lambda x: etas(0.3, 0.2, 1.2, x), [1e-3], [0]),
    "window of events": (check.check_window, [(0.0, 1e-3)], [(0.0, 0.0), (1.0, 0.0)]),
    "number of decays": (lambda n: check.check_decays(n, THREE), [1, 2, 3], [0, 4]),
    "volume": (
        lambda x: baseline._exposure(x, 3, 1.0), [np.array([0.0, 0, 1])], [ZERO, -THREE, ONE]
    ),
    "periods of days": (
        lambda p: e.fit_hawkes_by_date(EVENTS, periods=p),
        [np.repeat([0, 1], 150)], [np.zeros(299, int), np.zeros((300, 1), int)],
    ),
    "periods ahead": (
        lambda p: baseline.make_baseline(np.arange(4.0), periods=np.array(p), labels=(0, 1)),
        [[0, 0, 1, 1], [1, 1, 1, 1]], [[0, 0, 1, 2], [0, 1, 1]],
    ),
    "days ahead": (lambda n: ahead(days=n), [1], [0]),
    "paths": (lambda n: ahead(paths=n), [1], [0]),
    "every so many days": (lambda n: ahead(every_days=n), [1], [0]),
    "forced events": (
        lambda n: futures._forced(np.array([[n, 0.0]]), 1, 2), [0.0, 5000.0], [-1.0, 0.5, 5001.0]
    ),
    "periods of peaks": (
        lambda n: e.period_rates(np.ones(n), draws=2), [peak.FEWEST], [peak.FEWEST - 1]
    ),
    "periods of a year": (
        lambda n: e.count_level(np.ones(9), periods_per_year=n, draws=2), [4.5], [4.0]
    ),
    "counts of changes": (
        lambda n: lasting.by_grid(np.array([[1.0, 2, 1, 3, 9, n, 9]]), np.arange(7) > 3),
        [0.0], [-1.0],
    ),
    "scales of a prior": (lambda x: e.fit_bvar(PAIR, 1, scales=[x, 1.0]), [1e-3], [0.0, -0.5]),
    "periods of a flat prior": (
        lambda n: e.impulse_responses(e.fit_bvar(PAIR[:n], 1, None), 1), [8], [7]
    ),
    "periods of a flat prior of three": (
        lambda n: e.impulse_responses(e.fit_bvar(THREE_SERIES[:n], 1, None), 1), [10], [9]
    ),
    "regimes": (lambda n: regimes_fit._weights(None, n), [2, 3], [1]),
    "series of an order": (
        lambda n: regimes_fit._key("constant", n, regimes().system), [0, 1], [-1, 2]
    ),
    "a regime": (lambda n: regimes().draws(n), [1, 2], [0, 3]),
    "steps of a regime": (lambda n: e.regime_responses(regimes(), 1, steps=n), [1], [0]),
    "coverage of a regime": (
        lambda c: e.regime_responses(regimes(), 1, steps=1, coverages=[c]), [0.01], [0.0, 1.0]
    ),
    "chances": (
        lambda p: e.hamilton_filter(PAIR[:5], [[p, 1 - p], [0.5, 0.5]], [0.5, 0.5]),
        [0.0, 1.0], [-0.1, 1.1],
    ),
    "ties dealt anew": (lambda n: e.structural_balance(TIES, draws=n), [1], [0]),
    "states of balance": (
        lambda n: e.structural_balance(np.ones((1, n, n)), draws=1), [3], [2]
    ),
    "periods of triads": (lambda n: panel(periods=n), [4], [3]),
    "pairs of triads": (lambda n: panel(states=n), [5], [4]),
    "volume of triads": (lambda x: panel(exposure=x), [1.0], [0.0]),
    "steps of bands": (lambda n: bands(steps=n), [1], [0]),
    "draws of bands": (lambda n: bands(draws=n), [1], [0]),
    "coverage of bands": (lambda c: bands(coverages=[c]), [0.01, 0.99], [0.0, 1.0]),
    "component": (lambda n: bands(covers="eigen", steps=2, draws=9, component=n), [1, 2], [0, 3]),
    "impulse": (lambda n: e.impulse_draws(bvar(), steps=1, draws=2, impulse=n), [0, 1], [-1, 2]),
    "steps of a mean": (lambda n: e.mean_responses(bvar(), steps=n, draws=1), [1], [0]),
    "draws of a mean": (lambda n: e.mean_responses(bvar(), steps=1, draws=n), [1], [0]),
    "order of a mean": (
        lambda o: e.mean_responses(bvar(), steps=1, draws=1, order=o), [[1, 0]], [[0], [0, 0]]
    ),
    "steps of a forecast": (lambda n: forecast(steps=n), [1], [0]),
    "draws of a forecast": (lambda n: forecast(draws=n), [1], [0]),
    "coverage of a forecast": (lambda c: forecast(coverages=[c]), [0.01, 0.99], [0.0, 1.0]),
    "step of a condition": (
        lambda n: e.forecast_conditions(["a"], 3, {"a": {n: 1.0}}), [1, 3], [0, 4]
    ),
}  # fmt: skip
"""What is called with one number or list, what it takes, and what it refuses."""


@pytest.mark.parametrize("name", LIMITS)
def test_both_sides_of_a_limit(name: str) -> None:
    call, fits, not_any_more = LIMITS[name]
    for value in fits:
        call(value)
    for value in not_any_more:
        with pytest.raises(DetenteError):
            call(value)


def test_shocks_that_are_sums_of_others_are_refused_in_words() -> None:
    for covariance in (np.ones((2, 2)), np.diag([1.0, 0.0])):
        with pytest.raises(DataGapError, match="always a sum"):
            e.impulse_responses(replace(var(), covariance=covariance), 2)


def test_futures_hold_no_more_cells_than_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five days by two are three bins; of two dimensions and four paths that is 24 cells."""
    monkeypatch.setattr(futures, "MOST_CELLS", 24)
    assert ahead(days=5, every_days=2, paths=4).counts.shape == (4, 3, 2)
    for more in (
        {"days": 7, "every_days": 2, "paths": 4},
        {"days": 5, "every_days": 2, "paths": 5},
    ):
        with pytest.raises(DetenteError):
            ahead(**more)


def test_a_setting_that_may_be_zero_is_taken_from_its_grid() -> None:
    """Others are refined by their logs, and zero has none."""
    chosen = e.choose_hyperparameters(PAIR, 1, grid={"mu5": (0.0, 1.0), "lambda1": (0.1, 4.0)}).best
    assert chosen.mu5 in {0.0, 1.0} and chosen.lambda1 not in {0.1, 4.0}


@pytest.mark.parametrize("name", ["conflict", "cooperation"])
def test_the_part_of_a_panel_that_does_not_fit_is_named(name: str) -> None:
    given = {"conflict": QUARRELS, "cooperation": FRIENDS, name: np.ones((6, 7, 6))}
    with pytest.raises(DetenteError, match=rf"{name} has shape \(6, 7, 6\) where \(6, 7, 7\)"):
        triad_panel(exposure=np.full(6, 5e3), names=NAMES, **given)
