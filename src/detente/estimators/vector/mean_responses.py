"""Mean responses over a window of steps, by posterior draw and in any causal order.

Bands of single steps do not give the uncertainty of their mean, because the steps of a path move
together; and whether a reaction depends on who is said to move first can only be seen by turning
the order around.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from detente.arrays import Floats
from detente.errors import UsageError
from detente.estimators.vector.bvar import BVAR
from detente.estimators.vector.lagged import explosive
from detente.estimators.vector.recursion import in_lanes, respond

CHUNK = 5000  # draws whose paths are held at once


def mean_responses(
    model: BVAR,
    *,
    steps: int,
    draws: int = 50_000,
    order: Sequence[int] | None = None,
    seed: int = 1,
) -> Floats:
    """Posterior draws of the mean response to Cholesky shocks of one standard deviation.

    Args:
        model: A fitted system of k series.
        steps: Periods of the window, that of the shock included.
        draws: Number of posterior draws.
        order: Who moves first within a period, as indices of the series; by default as they stand.
        seed: Seed of the random numbers.

    Returns:
        Shape (draws, k, k), [draw, response, impulse], in the system's own order of series.

    Raises:
        UsageError: There is no step or draw, or the order does not name every series once.
        DataGapError: Draws are so explosive that they overflow.

    Example:
        >>> from detente.estimators.vector.bvar import fit_bvar
        >>> series = np.random.default_rng(1).normal(size=(300, 2))
        >>> series[1:, 1] += 0.8 * series[:-1, 0]
        >>> drawn = mean_responses(fit_bvar(series, 1, prior=None), steps=2, draws=500)
        >>> bool(drawn[:, 1, 0].mean() > 0.3 > abs(drawn[:, 0, 1].mean()))
        True

    Source:
        Sims (1980), Macroeconomics and reality, for orders of the series; Sims and Zha (1998).
    """
    k, lags = len(model.names), model.system.lags
    turn = list(range(k)) if order is None else [int(index) for index in order]
    if steps < 1 or draws < 1 or sorted(turn) != list(range(k)):
        raise UsageError(
            "The mean responses could not be drawn.",
            f"Asked were {steps} steps, {draws} draws and the order {turn} of {k} series.",
            "Give at least one step and draw, and an order that names every series once.",
        )
    rng = np.random.default_rng(seed)
    back = np.argsort(turn)
    means = np.empty((draws, k, k))
    for first in range(0, draws, CHUNK):
        here = slice(first, min(first + CHUNK, draws))
        number = here.stop - here.start
        drawn = model.posterior.draw(number, rng)
        factors: Floats = drawn.factors
        if order is not None:
            turned = np.linalg.cholesky(drawn.covariances[:, turn][:, :, turn])
            factors = np.asarray(turned[:, back][:, :, back])
        effects = in_lanes(drawn.coefficients[:, : k * lags])
        paths = respond(effects, in_lanes(factors), steps, number)
        means[here] = np.moveaxis(paths.mean(axis=0), -1, 0)
    if not np.isfinite(means).all():
        raise explosive("mean responses")
    return means
