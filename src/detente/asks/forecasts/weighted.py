"""The pace of late: a rate that forgets, the simplest rival of every model with more to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy

from detente.arrays import Floats, Ints
from detente.asks.forecasts.history import History, decayed, sums_after
from detente.asks.forecasts.model import (
    DRAWS,
    YEAR,
    Reason,
    log_chance,
    negative_binomial,
    size_of,
    with_tail,
)

HALF_LIVES = (30.0, 60.0, 90.0, 180.0)  # days
PRIOR = 0.5  # events that the mean rate of all of the past counts for
STEP = 7  # days between the past windows that choose the half-life
FIRST = 365  # days before the first of them


@dataclass(frozen=True)
class WeightedRate:
    """A rate in which each day counts half after so many days.

    The distribution of the count is gamma-Poisson on the weighted events and days. Half an event at
    the mean rate of all of the past is added, so that a rate does not fall to nothing in a quiet
    year. Of the half-lives, the one is used whose forecasts of the windows that are over had the
    best log score.

    Attributes:
        half_lives_days: What is chosen from.

    Example:
        >>> from detente.asks.forecasts.history import history_from_counts
        >>> history = history_from_counts(np.tile([1.0, 0.0], 400))
        >>> odds = WeightedRate().fit(history, 10).predict(history, np.array([799]))
        >>> odds.shape, round(float(odds[0] @ np.arange(11)), 1)  # half of ten days
        ((1, 11), 5.0)

    Source:
        Harvey and Fernandes (1989), Time series models for count or qualitative observations,
        Journal of Business and Economic Statistics 7.
    """

    half_lives_days: tuple[float, ...] = HALF_LIVES

    @property
    def label(self) -> str:
        """Plain name."""
        return "weighted rate"

    def fit(self, history: History, window_days: int) -> FittedRate:
        """Choose the half-life by windows that are over."""
        rows = np.arange(FIRST, len(history.days) - window_days, STEP)
        counts = sums_after(history.counts, rows, window_days)
        scores = [
            float(_log_scores(history, rows, counts, half_life, window_days).sum())
            for half_life in self.half_lives_days
        ]
        # Of equal ones the longest, which says the least: so where no window is over yet.
        best = len(scores) - 1 - int(np.argmax(scores[::-1]))
        return FittedRate(window_days, self.half_lives_days[best])


@dataclass(frozen=True)
class FittedRate:
    """A weighted rate with its half-life.

    Attributes:
        window_days: Days.
        half_life_days: Days after which a day counts half.
    """

    window_days: int
    half_life_days: float

    def predict(self, history: History, origins: Ints) -> Floats:
        """Gamma-Poisson distribution of the count, shape (n, size)."""
        events, days = evidence(history.counts, self.half_life_days)
        return negative_binomial(
            events[origins] * self.window_days / days[origins],
            events[origins],
            size_of(self.window_days),
        )

    def drawn(self, history: History, origin: int) -> Floats:
        """Poisson distributions at rates drawn from their gamma posterior, shape (draws, size)."""
        events, days = evidence(history.counts[: origin + 1], self.half_life_days)
        rates = np.random.default_rng(1).gamma(events[-1], 1 / days[-1], size=DRAWS)
        counts = np.arange(size_of(self.window_days))
        return with_tail(_poisson(counts, rates[:, None] * self.window_days))

    def reasons(self, history: History, origin: int) -> tuple[Reason, ...]:
        """How far the pace of late stands from the mean rate."""
        events, days = evidence(history.counts[: origin + 1], self.half_life_days)
        mean = float(history.counts[: origin + 1].mean())
        return (Reason("the pace of late", YEAR * (float(events[-1] / days[-1]) - mean)),)


def evidence(counts: Floats, half_life_days: float) -> tuple[Floats, Floats]:
    """Events and days up to each day, each counting half after so many days.

    Half an event at the mean rate of all days so far counts beside them.

    Args:
        counts: Events per day, shape (T,).
        half_life_days: Days after which a day counts half.

    Returns:
        Weighted events and weighted days, shape (T,) each; their ratio is the rate.

    Example:
        >>> events, days = evidence(np.array([1.0, 0.0, 1.0]), 1.0)
        >>> events.tolist()  # 1/4 + 1, and half an event
        [1.5, 1.0, 1.75]
        >>> days.round(3).tolist()  # 1/4 + 1/2 + 1, and half an event at 2.5 in 3 days
        [1.333, 2.167, 2.35]
    """
    number = np.arange(1, len(counts) + 1)
    mean = (np.cumsum(counts) + PRIOR) / number
    both = decayed(np.stack([counts, np.ones(len(counts))], axis=1), [half_life_days])[:, :, 0]
    return both[:, 0] + PRIOR, both[:, 1] + PRIOR / mean


def _log_scores(
    history: History, rows: Ints, counts: Floats, half_life_days: float, window_days: int
) -> Floats:
    """Log probability of what came in each past window, shape (n,)."""
    events, days = evidence(history.counts, half_life_days)
    return log_chance(events[rows] * window_days / days[rows], events[rows], counts)


def _poisson(counts: Ints, means: Floats) -> Floats:
    """Poisson probabilities; SciPy's own formula, whose module takes half a second to load."""
    logs = scipy.special.xlogy(counts, means) - scipy.special.gammaln(counts + 1) - means
    return np.asarray(np.exp(logs))
