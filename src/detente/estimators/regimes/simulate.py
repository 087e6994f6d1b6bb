"""Series made by a Markov-switching system whose parameters are known."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from detente.arrays import Floats, Ints
from detente.errors import UsageError


def simulate_regimes(
    coefficients: ArrayLike,
    factors: ArrayLike,
    transition: ArrayLike,
    start: ArrayLike,
    periods: int,
    rng: np.random.Generator,
) -> tuple[Floats, Ints]:
    """Simulate a system; in its first period all regimes are equally likely.

    Args:
        coefficients: Of each regime, shape (h, k * lags + 1, k), terms as in `lagged`.
        factors: Lower Cholesky factor of each error covariance, shape (h, k, k).
        transition: Probability of the next regime (column) after each (row), shape (h, h).
        start: The periods before, oldest first, shape (lags, k).
        periods: Number of periods to simulate.
        rng: Random numbers.

    Returns:
        The series, those before included, shape (lags + periods, k), and the regime of each period
        simulated, from 0, shape (periods,).

    Raises:
        UsageError: Shapes do not fit.

    Example:
        >>> values, path = simulate_regimes(
        ...     [[[0.5], [1.0]], [[0.5], [9.0]]], [[[1.0]], [[2.0]]], [[0.9, 0.1], [0.2, 0.8]],
        ...     [[0.0]], 100, np.random.default_rng(1))
        >>> values.shape, bool(values[1:][path == 1].mean() > values[1:][path == 0].mean())
        ((101, 1), True)

    Source:
        Sims, Waggoner and Zha (2008), Methods for inference in large multiple-equation
        Markov-switching models, for the model.
    """
    effects, roots = np.asarray(coefficients, np.float64), np.asarray(factors, np.float64)
    chances, past = np.asarray(transition, np.float64), np.asarray(start, np.float64)
    _check(effects, roots, chances, past)
    lags, k = past.shape
    values, path = np.concatenate([past, np.empty((periods, k))]), np.empty(periods, np.int64)
    weights = np.full(len(roots), 1.0 / len(roots))
    for t in range(periods):
        path[t] = rng.choice(len(roots), p=weights)
        weights = chances[path[t]]
        terms = np.append(values[t : t + lags][::-1].ravel(), 1.0)
        shock = roots[path[t]] @ rng.standard_normal(k)
        values[lags + t] = terms @ effects[path[t]] + shock
    return values, path


def _check(effects: Floats, roots: Floats, chances: Floats, past: Floats) -> None:
    lags, k = past.shape if past.ndim == 2 else (0, 0)
    h = len(chances)
    wanted = ((h, k * lags + 1, k), (h, k, k), (h, h))
    if lags == 0 or (effects.shape, roots.shape, chances.shape) != wanted:
        raise UsageError(
            "The system could not be simulated.",
            f"Shapes are {effects.shape}, {roots.shape}, {chances.shape} and {past.shape}.",
            "Give (h, k * lags + 1, k), (h, k, k), (h, h) and (lags, k).",
        )
