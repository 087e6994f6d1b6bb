"""A combination of models, whose weights are learned from past scores only."""

from __future__ import annotations

import numpy as np

from detente.arrays import Floats

PRIOR = 5.0  # forecasts that equal weights count for
ROUNDS = 200


def learn_weights(logs: Floats, weight: float) -> Floats:
    """Weights of a linear pool that would have given the best log score so far.

    Args:
        logs: Log probability that each model gave to what came, shape (n, models).
        weight: What each forecast counts for; below 1 where windows overlap.

    Returns:
        Weights that add up to 1; equal where nothing has been scored yet.

    Example:
        >>> learn_weights(np.zeros((0, 2)), 1.0).tolist()
        [0.5, 0.5]
        >>> learn_weights(np.log([[0.9, 0.1]] * 100), 1.0).round(2).tolist()
        [0.97, 0.03]

    Source:
        Geweke and Amisano (2011), Optimal prediction pools.
    """
    models = logs.shape[1]
    weights = np.full(models, 1 / models)
    if len(logs) == 0:
        return weights
    given = np.exp(logs - logs.max(axis=1, keepdims=True))
    for _ in range(ROUNDS):
        shares = weights * given
        shares /= shares.sum(axis=1, keepdims=True)
        new = PRIOR / models + weight * shares.sum(axis=0)
        new /= new.sum()
        if np.abs(new - weights).max() < 1e-6:
            break
        weights = new
    return np.asarray(new)


def pooled(parts: Floats, weights: Floats) -> Floats:
    """Weighted mean of the models' probabilities.

    Args:
        parts: Shape (models, n, ...).
        weights: Shape (n, models).

    Example:
        >>> pooled(np.array([[[1.0, 0.0]], [[0.0, 1.0]]]), np.array([[0.25, 0.75]])).tolist()
        [[0.25, 0.75]]

    Source:
        Stone (1961), The opinion pool, Annals of Mathematical Statistics 32.
    """
    return np.asarray(np.einsum("mn...,nm->n...", parts, weights))
