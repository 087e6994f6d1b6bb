"""What several models say together: interval, weights and words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from detente.asks.forecasts.result import ModelOdds

Floats = NDArray[np.float64]

RECENT = "base rate of the last 3 years"
"""Label of the model that knows the last years only."""


def interval(each: Floats, weights: Floats) -> tuple[float, float]:
    """90% interval of a probability over models and draws of their parameters.

    Args:
        each: Probability by model and draw, shape (models, draws).
        weights: Of the models.

    Example:
        >>> interval(np.array([[0.2, 0.2], [0.8, 0.8]]), np.array([0.5, 0.5]))
        (0.2, 0.8)
    """
    shares = np.repeat(weights / each.shape[1], each.shape[1])
    low, high = np.quantile(each.ravel(), [0.05, 0.95], weights=shares, method="inverted_cdf")
    return float(low), float(high)


def models_of(labels: Sequence[str], odds: Floats, weights: Floats) -> tuple[ModelOdds, ...]:
    """What each of the combined models says.

    Example:
        >>> models_of(["one", "two"], np.array([0.2, 0.4]), np.array([0.5, 0.5]))[1].probability
        0.4
    """
    rows = zip(labels, odds, weights, strict=True)
    return tuple(ModelOdds(label, float(one), float(weight)) for label, one, weight in rows)


def percent(probability: float) -> str:
    """A probability in words that do not claim certainty.

    Example:
        >>> percent(0.731), percent(0.001), percent(0.999)
        ('73%', 'under 1%', 'over 99%')
    """
    if probability < 0.01:
        return "under 1%"
    return "over 99%" if probability > 0.99 else f"{probability:.0%}"
