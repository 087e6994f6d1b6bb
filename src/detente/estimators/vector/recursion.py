"""The responses to a shock, step by step, for many draws of the parameters at once."""

from __future__ import annotations

import numpy as np

from detente.arrays import Floats
from detente.compiled import compiled

LANES = 8  # draws that are carried along together, so that the processor does them in one go


@compiled
def _keep(path: Floats, out: Floats, first: int) -> None:
    """Write the lanes of one block to their draws, as far as there are draws."""
    steps, k, shocks, draws = out.shape
    kept = min(LANES, draws - first)
    for step in range(steps):
        for i in range(k):
            for j in range(shocks):
                for lane in range(kept):
                    out[step, i, j, first + lane] = path[step, i, j, lane]


@compiled
def _respond(effects: Floats, impact: Floats, out: Floats) -> None:
    """Fill `out` (steps, k, g, draws) with responses.

    effects is (draws / LANES, lags * k, k, LANES) and impact (draws / LANES, k, g, LANES); the last
    block may hold unused lanes.
    """
    steps, k, shocks = out.shape[:3]
    regressors = effects.shape[1]
    path = np.empty((steps, k, shocks, LANES))
    for block in range(effects.shape[0]):
        path[0] = impact[block]
        for step in range(1, steps):
            path[step] = 0.0
            for row in range(min(regressors, step * k)):
                source, back = row % k, step - 1 - row // k
                for i in range(k):
                    for j in range(shocks):
                        for lane in range(LANES):
                            path[step, i, j, lane] += (
                                effects[block, row, i, lane] * path[back, source, j, lane]
                            )
        _keep(path, out, block * LANES)


def in_lanes(draws: Floats) -> Floats:
    """Draws in blocks of LANES with the lanes last: (D, a, b) becomes (blocks, a, b, LANES)."""
    blocks = -(-len(draws) // LANES)
    padded = np.zeros((blocks * LANES, *draws.shape[1:]))
    padded[: len(draws)] = draws
    whole = padded.reshape(blocks, LANES, *draws.shape[1:])
    return np.ascontiguousarray(np.moveaxis(whole, 1, -1))


def respond(effects: Floats, impact: Floats, steps: int, draws: int) -> Floats:
    """Responses by draw, shape (steps, k, shocks, draws), the period of the shock first.

    Args:
        effects: Lag coefficients in lanes, shape (blocks, lags * k, k, LANES): [.., regressor,
            equation, ..].
        impact: Effect of each shock in its own period, in lanes, shape (blocks, k, shocks, LANES).
        steps: Number of periods followed, that of the shock included.
        draws: Number of draws.
    """
    out = np.empty((steps, effects.shape[2], impact.shape[2], draws))
    _respond(effects, np.ascontiguousarray(impact), out)
    return out
