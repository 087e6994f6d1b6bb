"""What every model of an action's future offers, and distributions of counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import scipy

from detente.arrays import Floats, Ints
from detente.asks.forecasts.history import History

MOST = 80  # event days in a window that are told apart; the last entry is that or more
DRAWS = 30  # of parameters
YEAR = 365.25
PER_YEAR = {"day": 365, "week": 52, "month": 12, "quarter": 4, "year": 1}


@dataclass(frozen=True)
class Reason:
    """One term that moves a forecast away from the base rate.

    Attributes:
        label: The term in plain words.
        rate: Event days per year that it adds (negative: takes away).
    """

    label: str
    rate: float


class Fitted(Protocol):
    """A model fitted to a history; it may then be asked on later days without being refitted."""

    def predict(self, history: History, origins: Ints) -> Floats:
        """Distribution of the count in the window after each origin, given the days up to it.

        Args:
            history: At least the days up to the last origin.
            origins: Places of the last known days, shape (n,).

        Returns:
            Probabilities of 0, 1, … days, the mean over the parameters, shape (n, size).
        """
        ...

    def drawn(self, history: History, origin: int) -> Floats:
        """The same after one origin by draw of the parameters, shape (draws, size)."""
        ...

    def reasons(self, history: History, origin: int) -> tuple[Reason, ...]:
        """Terms that lead from the mean rate of the history to the one expected, days per year."""
        ...


class Model(Protocol):
    """A way to forecast the count of event days in a window."""

    @property
    def label(self) -> str:
        """Plain name."""
        ...

    def fit(self, history: History, window_days: int) -> Fitted | None:
        """Fit to a history; None where it cannot carry the model."""
        ...


def size_of(window_days: int) -> int:
    """Number of entries of a distribution of event days in a window.

    Example:
        >>> size_of(28), size_of(365)
        (29, 81)
    """
    return min(window_days, MOST) + 1


def negative_binomial(mean: Floats, shape: Floats, size: int) -> Floats:
    """Negative binomial probabilities of 0, 1, …, the last entry being that or more.

    Args:
        mean: Means, any shape.
        shape: Shape r, broadcast against the means; the variance is mean + mean ** 2 / r.
        size: Number of entries.

    Returns:
        Probabilities, shape (*mean, size).

    Example:
        >>> negative_binomial(np.array(1.0), np.array(1.0), 3).tolist()
        [0.5, 0.25, 0.25]
    """
    mean, shape = np.broadcast_arrays(mean, shape)
    return with_tail(np.exp(log_chance(mean[..., None], shape[..., None], np.arange(size))))


def log_chance(mean: Floats, shape: Floats, count: Floats | Ints) -> Floats:
    """Log probability of a count, negative binomial as in `negative_binomial`; shapes broadcast.

    Example:
        >>> round(float(np.exp(log_chance(np.array(1.0), np.array(1.0), np.array(1.0)))), 6)
        0.25
    """
    mean = np.maximum(mean, 1e-12)
    gammaln = scipy.special.gammaln
    return np.asarray(
        gammaln(count + shape) - gammaln(shape) - gammaln(count + 1)
        + shape * np.log(shape / (shape + mean)) + count * np.log(mean / (shape + mean))
    )  # fmt: skip


def with_tail(probabilities: Floats) -> Floats:
    """Make the last entry the probability of that count or more, so that each row sums to 1.

    Example:
        >>> with_tail(np.array([0.5, 0.25, 0.1])).tolist()
        [0.5, 0.25, 0.25]
    """
    distribution = np.maximum(probabilities, 0.0)
    distribution[..., -1] = np.maximum(1.0 - distribution[..., :-1].sum(axis=-1), 0.0)
    total = distribution.sum(axis=-1, keepdims=True)
    return np.asarray(distribution / total)


def at_least(probabilities: Floats, count: int) -> Floats:
    """Probability of so many or more, over the last axis.

    Example:
        >>> float(at_least(np.array([0.5, 0.3, 0.2]), 1))
        0.5
    """
    return np.asarray(1.0 - probabilities[..., :count].sum(axis=-1)).clip(0.0, 1.0)


def expected(probabilities: Floats) -> Floats:
    """Mean count, over the last axis.

    Example:
        >>> float(expected(np.array([0.5, 0.5])))
        0.5
    """
    return np.asarray(probabilities @ np.arange(probabilities.shape[-1]))


def shares_of_change(start: float, end: float, logs: Sequence[float]) -> list[float]:
    """Split the change of a product between its factors, by the logarithmic mean.

    Args:
        start: Value before.
        end: Value after, start times the product of exp(logs).
        logs: Log of each factor.

    Returns:
        One change per factor; they add up to end - start.

    Example:
        >>> [round(share, 3) for share in shares_of_change(1.0, 4.0, [np.log(2), np.log(2)])]
        [1.5, 1.5]

    Source:
        Ang (2005), The LMDI approach to decomposition analysis: a practical guide.
    """
    mean = start if np.isclose(start, end) else (end - start) / np.log(end / start)
    return [float(mean * share) for share in logs]
