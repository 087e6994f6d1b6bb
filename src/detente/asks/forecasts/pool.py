"""A combination of models, whose weights are learned from past scores only."""

from __future__ import annotations

import numpy as np
import scipy

from detente.arrays import Floats

DRAWS = 100  # of what chance did to the scores, each with its opposite
SEED = 1


def learn_weights(logs: Floats, weight: float) -> Floats:
    """Weights of models by how likely each made what came.

    They are posterior odds of equal priors, averaged over what chance may have done to the sums of
    log scores (normal, of the spread that the scores had): a lead that may be luck is not taken for
    knowledge.

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
        >>> lucky = np.log([[0.9, 0.1], [0.9, 0.1], [0.1, 0.9], [0.9, 0.1]])
        >>> learn_weights(lucky, 1.0).round(2).tolist()  # as far ahead, by three of four
        [0.87, 0.13]

    Source:
        Yao, Vehtari, Simpson and Gelman (2018), Using stacking to average Bayesian predictive
        distributions, Bayesian Analysis 13: pseudo-BMA+.
    """
    number, models = logs.shape
    if number == 0:
        return np.full(models, 1 / models)
    total = weight * logs.sum(axis=0)
    apart = logs - logs.mean(axis=0)
    size, axes = np.linalg.eigh(weight * np.einsum("nm,nk->mk", apart, apart))
    root = (axes * np.sqrt(np.maximum(size, 0.0))) @ axes.T
    luck = np.random.default_rng(SEED).normal(size=(DRAWS, models)) @ root
    shares = scipy.special.softmax(total + np.concatenate([luck, -luck]), axis=1)
    return np.asarray(shares.mean(axis=0))


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
