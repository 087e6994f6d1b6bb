"""How often it was so in the past: the base rate that every other model must beat."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detente.arrays import Floats, Ints
from detente.asks.forecasts.history import History, sums_after
from detente.asks.forecasts.model import DRAWS, YEAR, Reason, negative_binomial, size_of
from detente.rounding import plural

PRIOR = 1.0  # windows that the steady rate counts for beside those seen


@dataclass(frozen=True)
class Climatology:
    """Counts of all past windows, or of those of the last years.

    Past windows are counted as they were, clustered or not; a steady rate (the gamma-Poisson
    distribution) counts as one more window, so that nothing is impossible only because it has not
    been seen.

    Attributes:
        years: Length of the moving history; None for all of it.

    Example:
        >>> from detente.asks.forecasts.history import history_from_counts
        >>> history = history_from_counts(np.tile([1.0, 0.0], 50))
        >>> odds = Climatology().fit(history, 10).predict(history, np.array([99]))
        >>> odds.shape, int(odds[0].argmax())
        ((1, 11), 5)
    """

    years: int | None = None

    @property
    def label(self) -> str:
        """Plain name."""
        return (
            "base rate"
            if self.years is None
            else f"base rate of the last {plural(self.years, 'years')}"
        )

    def fit(self, history: History, window_days: int) -> PastWindows:
        """Nothing is estimated: the past is counted anew on every day."""
        return PastWindows(window_days, None if self.years is None else round(self.years * YEAR))


@dataclass(frozen=True)
class PastWindows:
    """Climatology of one window.

    Attributes:
        window_days: Days.
        span_days: Days of history; None for all.
    """

    window_days: int
    span_days: int | None

    def predict(self, history: History, origins: Ints) -> Floats:
        """Share of past windows with each count, shape (n, size)."""
        alpha = self._weights(history, origins)
        return np.asarray(alpha / alpha.sum(axis=-1, keepdims=True))

    def drawn(self, history: History, origin: int) -> Floats:
        """Draws of these shares from their Dirichlet posterior, shape (draws, size)."""
        alpha = self._weights(history, np.array([origin]))[0]
        return np.random.default_rng(1).dirichlet(np.maximum(alpha, 1e-9), size=DRAWS)

    def reasons(self, history: History, origin: int) -> tuple[Reason, ...]:
        """The pace of the last years, if it is a moving base rate."""
        if self.span_days is None:
            return ()
        recent = self._rate(history, origin)
        whole = YEAR * float(history.counts[: origin + 1].mean())
        years = round(self.span_days / YEAR)
        return (Reason(f"the pace of the last {plural(years, 'years')}", YEAR * recent - whole),)

    def _rate(self, history: History, origin: int) -> float:
        first = 0 if self.span_days is None else max(0, origin + 1 - self.span_days)
        return float(history.counts[first : origin + 1].mean())

    def _weights(self, history: History, origins: Ints) -> Floats:
        """Windows' worth of evidence for each count, shape (n, size)."""
        size, last = size_of(self.window_days), int(origins.max()) + 1
        counts = sums_after(
            history.counts[:last], range(-1, last - self.window_days), self.window_days
        )
        kinds = np.minimum(counts, size - 1).astype(np.int64)
        seen = _tallies(kinds, np.maximum(origins + 2 - self.window_days, 0), size)
        if self.span_days is not None:
            seen = seen - _tallies(kinds, np.maximum(origins + 1 - self.span_days, 0), size)
        return np.asarray(
            np.maximum(seen, 0) / self.window_days + PRIOR * self._steady(history, origins)
        )

    def _steady(self, history: History, origins: Ints) -> Floats:
        """The gamma-Poisson distribution at the mean rate, shape (n, size)."""
        total = np.concatenate([[0.0], np.cumsum(history.counts)])
        ends = origins + 1
        starts = (
            np.zeros_like(ends) if self.span_days is None else np.maximum(0, ends - self.span_days)
        )
        return steady(total[ends] - total[starts], ends - starts, self.window_days)


def steady(events: Floats, days: Ints, window_days: int) -> Floats:
    """Distribution of the count in a window at a steady rate that so many events tell of.

    Poisson counts with the Jeffreys prior on the rate: negative binomial with shape events + 1/2.

    Args:
        events: Events seen, shape (n,).
        days: Days in which they were seen, shape (n,).
        window_days: Days ahead.

    Example:
        >>> steady(np.array([0.5]), np.array([10]), 10)[0, :2].tolist()
        [0.5, 0.25]

    Source:
        Gelman et al. (2013), Bayesian Data Analysis, section 2.6.
    """
    shape = events + 0.5
    return negative_binomial(shape * window_days / days, shape, size_of(window_days))


def _tallies(kinds: Ints, ends: Ints, size: int) -> Floats:
    """How often each kind stands before each end, shape (n, size), for ends in order."""
    later = np.searchsorted(ends, np.arange(len(kinds)), side="right")
    flat = np.bincount(later * size + kinds, minlength=(len(ends) + 1) * size)
    return np.cumsum(flat.reshape(-1, size)[: len(ends)], axis=0).astype(np.float64)
