"""What several models say together: odds with their interval, what each says, and what moves it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from detente.arrays import Floats
from detente.asks.forecasts.model import Reason

RECENT = "base rate of the last 3 years"
"""Label of the model that knows the last years only."""


@dataclass(frozen=True)
class ModelOdds:
    """What one of the combined models says.

    Attributes:
        label: Its plain name.
        probability: What it says.
        weight: Its weight (0 to 1), learned from past scores.
        fitted: Whether it speaks for itself; else the base rate stands in for it.
    """

    label: str
    probability: float
    weight: float
    fitted: bool = True


@dataclass(frozen=True)
class Waterfall:
    """Terms that lead from one value to another; they add up.

    Attributes:
        unit: Of all values, in words ("days per year").
        start_label: What it starts from.
        start: Its value.
        reasons: The terms, largest first.
        end_label: What it leads to.
        end: Its value.
        lasting: Whether it starts from the same thing each day, so that terms can be compared.
    """

    unit: str
    start_label: str
    start: float
    reasons: tuple[Reason, ...]
    end_label: str
    end: float
    lasting: bool = True


@dataclass(frozen=True, eq=False)
class Odds:
    """The odds of a combination of models.

    Attributes:
        probability: 0 to 1.
        low: Low end of its 90% interval, by what parameters and models allow.
        high: High end.
        models: What each says, the full and the recent base rate first.
        waterfall: What moves the odds.
        counts: Probability of 0, 1, 2, … days with the action; empty where nothing is counted.
    """

    probability: float
    low: float
    high: float
    models: tuple[ModelOdds, ...]
    waterfall: Waterfall
    counts: Floats = field(default_factory=lambda: np.zeros(0))

    @property
    def base_rate(self) -> float:
        """Share of past windows (or comparisons) in which it was so."""
        return self.models[0].probability

    @property
    def recent(self) -> float:
        """The same of the last years."""
        return self.models[1].probability


def combined(
    probability: float,
    each: Floats,
    models: tuple[ModelOdds, ...],
    waterfall: Waterfall,
    counts: Floats | None = None,
) -> Odds:
    """Odds with the interval that the draws of the models' parameters give, widened to hold them.

    Args:
        probability: What the combination says.
        each: Probability by model and draw, shape (models, draws).
        models: What each model says.
        waterfall: What moves the odds.
        counts: Distribution of the count, if there is one.

    Example:
        >>> two = (ModelOdds("a", 0.2, 0.5), ModelOdds("b", 0.8, 0.5))
        >>> odds = combined(0.5, np.array([[0.2], [0.8]]), two, Waterfall("", "", 0, (), "", 0))
        >>> odds.low, odds.high, odds.base_rate, odds.recent
        (0.2, 0.8, 0.2, 0.8)
    """
    low, high = interval(each, np.array([model.weight for model in models]))
    none = np.zeros(0)
    return Odds(
        probability=probability,
        low=min(low, probability),
        high=max(high, probability),
        models=models,
        waterfall=waterfall,
        counts=none if counts is None else counts,
    )


def interval(each: Floats, weights: Floats) -> tuple[float, float]:
    """90% interval of a probability over models and draws of their parameters.

    Args:
        each: Probability by model and draw, shape (models, draws).
        weights: Of the models.

    Example:
        >>> interval(np.array([[0.2, 0.2], [0.8, 0.8]]), np.array([0.5, 0.5]))
        (0.2, 0.8)
    """
    shares = np.repeat(weights, each.shape[1])
    low, high = np.quantile(each.ravel(), [0.05, 0.95], weights=shares, method="inverted_cdf")
    return float(low), float(high)


def models_of(
    labels: Sequence[str], odds: Floats, weights: Floats, fitted: Sequence[bool]
) -> tuple[ModelOdds, ...]:
    """What each of the combined models says.

    Example:
        >>> half, both = np.array([0.5, 0.5]), (True, True)
        >>> models_of(["one", "two"], np.array([0.2, 0.4]), half, both)[1].probability
        0.4
    """
    rows = zip(labels, odds, weights, fitted, strict=True)
    return tuple(
        ModelOdds(label, float(says), float(weight), bool(own)) for label, says, weight, own in rows
    )


def stand_ins(models: Sequence[ModelOdds]) -> tuple[str, ...]:
    """A caveat on the models that the base rate stands in for; none where each speaks for itself.

    Example:
        >>> models = ModelOdds("base rate", 0.2, 0.5), ModelOdds("hazard", 0.2, 0.5, fitted=False)
        >>> stand_ins(models)
        ('For want of data the base rate stands in for the hazard.',)
    """
    names = " and ".join(f"the {model.label}" for model in models if not model.fitted)
    return (f"For want of data the base rate stands in for {names}.",) if names else ()
