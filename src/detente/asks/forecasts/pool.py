"""A combination of models, whose weights are learned from past scores only."""

from __future__ import annotations

import numpy as np
from scipy.special import softmax

from detente.arrays import Floats


def learn_weights(logs: Floats, weight: float) -> Floats:
    """Weights of models by how likely each made what came, as posterior odds of equal priors.

    Forecasts that are combined so have never lost more log score to any one of the models than the
    log of their number, over all windows together: what they cost against a simple rate is bounded.

    Args:
        logs: Log probability that each model gave to what came, shape (n, models).
        weight: What each forecast counts for; below 1 where windows overlap.

    Returns:
        Weights that add up to 1; equal where nothing has been scored yet.

    Example:
        >>> learn_weights(np.zeros((0, 2)), 1.0).tolist()
        [0.5, 0.5]
        >>> learn_weights(np.log([[0.9, 0.1]] * 2), 1.0).round(3).tolist()  # 81 to 1
        [0.988, 0.012]

    Source:
        Vovk (1990), Aggregating strategies; Hoeting, Madigan, Raftery and Volinsky (1999), Bayesian
        model averaging: a tutorial, Statistical Science 14.
    """
    return np.asarray(softmax(weight * logs.sum(axis=0)))


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
