"""Counts of the next window regressed on how much happened lately, and on what may announce it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detente.arrays import Floats, Ints
from detente.asks.forecasts.history import History, decayed, sums_after
from detente.asks.forecasts.model import (
    DRAWS,
    YEAR,
    Reason,
    negative_binomial,
    shares_of_change,
    size_of,
)
from detente.estimators.glm import fit_negative_binomial

OWN = (7.0, 30.0, 90.0, 365.0)  # half-lives of the action's own past, days
SIGNS = (30.0, 180.0)  # half-lives of other actions
RIDGE = 10.0  # prior of standard deviation 0.3 on the log effect of one standard deviation
FEWEST = 5  # event days
STEP = 7  # days between rows
FARTHEST = 3.0  # standard deviations: further out, the past says nothing


@dataclass(frozen=True)
class CountRegression:
    """Negative binomial regression of the count in the window, with a normal prior on effects.

    Rows are a week apart, so their windows overlap; each counts as 7 / window of a row.

    Example:
        >>> from detente.asks.forecasts.history import history_from_counts
        >>> history = history_from_counts(np.random.default_rng(1).poisson(0.1, 800).clip(0, 1))
        >>> odds = CountRegression().fit(history, 28).predict(history, np.array([799]))
        >>> odds.shape, bool(np.allclose(odds.sum(axis=-1), 1))
        ((1, 29), True)

    Source:
        Hilbe (2011), Negative Binomial Regression.
    """

    label: str = "count regression"

    def fit(self, history: History, window_days: int) -> FittedRegression | None:
        """Fit to all windows that are over; None with fewer than 5 event days."""
        rows = np.arange(len(history.days) - 1 - window_days, -1, -STEP)[::-1]
        if history.counts.sum() < FEWEST or len(rows) * STEP < 3 * window_days:
            return None
        counts = sums_after(history.counts, rows, window_days)
        if counts.sum() == 0:
            return None
        raw = features(history)[0][rows]
        centre, spread = _moments(raw)
        design = _standard(raw, centre, spread)
        weight = min(1.0, STEP / window_days)
        best, covariance, shape = fit_counts(design, counts, weight)
        rng = np.random.default_rng(1)
        drawn = rng.multivariate_normal(best, covariance, size=DRAWS, method="cholesky")
        return FittedRegression(window_days, centre, spread, best, drawn, shape)


@dataclass(frozen=True, eq=False)
class FittedRegression:
    """A fitted regression.

    Attributes:
        window_days: Days.
        centre, spread: Mean and standard deviation of each feature.
        best: Intercept and effects; `sampled` their draws, shape (draws, 1 + features).
        shape: Shape of the negative binomial.
    """

    window_days: int
    centre: Floats
    spread: Floats
    best: Floats
    sampled: Floats
    shape: float

    def predict(self, history: History, origins: Ints) -> Floats:
        """Mean over the draws, shape (n, size)."""
        return np.asarray(self._all(history, origins).mean(axis=0))

    def drawn(self, history: History, origin: int) -> Floats:
        """One distribution for each draw of the parameters, shape (draws, size)."""
        return self._all(history, np.array([origin]))[:, 0]

    def _all(self, history: History, origins: Ints) -> Floats:
        """Negative binomial of each draw, shape (draws, n, size)."""
        design = _standard(features(history)[0][origins], self.centre, self.spread)
        return negative_binomial(
            self._means(design), np.array(self.shape), size_of(self.window_days)
        )

    def _means(self, design: Floats) -> Floats:
        """Mean counts by draw, shape (draws, n); never more than the days of the window."""
        return np.asarray(np.exp(np.minimum(self.sampled @ design.T, np.log(self.window_days))))

    def reasons(self, history: History, origin: int) -> tuple[Reason, ...]:
        """The effect of each feature, against the mean rate."""
        values, labels = features(history)
        [design] = _standard(values[[origin]], self.centre, self.spread)
        terms = design * self.best
        scale = YEAR / self.window_days
        start = YEAR * float(history.counts[: origin + 1].mean())
        end = float(self._means(design[None]).mean()) * scale
        other = float(np.log(end / start) - terms[1:].sum())
        parts = shares_of_change(start, end, [*terms[1:], other])
        rows = [*labels, f"recent {history.label}"]
        return tuple(
            Reason(name, sum(part for row, part in zip(rows, parts, strict=True) if row == name))
            for name in dict.fromkeys(rows)
        )


def features(history: History) -> tuple[Floats, tuple[str, ...]]:
    """What the regression looks at on each day, shape (T, features), and the term of each.

    Where a reading of tension is too old, its feature is NaN and moves nothing.

    Example:
        >>> from detente.asks.forecasts.history import history_from_counts
        >>> values, terms = features(history_from_counts(np.ones(3), label="tests"))
        >>> values.shape, set(terms)
        ((3, 4), {'recent tests'})
    """
    columns = list(np.log1p(decayed(history.counts[:, None], OWN)[:, 0]).T)
    names = [f"recent {history.label}"] * len(OWN)
    if history.signs is not None:
        memory = np.log1p(decayed(history.signs, SIGNS))
        columns += list(memory.reshape(len(memory), -1).T)
        names += [f"recent {label}" for label in history.sign_labels for _ in SIGNS]
    if history.gauge is not None:
        columns.append(history.gauge.values)
        names.append(history.gauge.label)
    return np.stack(columns, axis=1), tuple(names)


def _moments(raw: Floats) -> tuple[Floats, Floats]:
    """Mean and standard deviation of each feature over the rows that have it."""
    finite = np.isfinite(raw)
    number = np.maximum(finite.sum(axis=0), 1)
    centre = np.where(finite, raw, 0.0).sum(axis=0) / number
    squares = np.where(finite, raw - centre, 0.0) ** 2
    return centre, np.maximum(np.sqrt(squares.sum(axis=0) / number), 1e-9)


def _standard(raw: Floats, centre: Floats, spread: Floats) -> Floats:
    """The design with its constant; what is not known stands at its mean, and moves nothing."""
    scaled = np.clip((raw - centre) / spread, -FARTHEST, FARTHEST)
    scaled = np.where(np.isfinite(scaled), scaled, 0.0)
    return np.concatenate([np.ones((len(raw), 1)), scaled], axis=1)


def fit_counts(design: Floats, counts: Floats, weight: float) -> tuple[Floats, Floats, float]:
    """Negative binomial regression with a prior on effects, and its dispersion in turn.

    Args:
        design: Columns, the first constant and not penalised, shape (n, p).
        counts: Shape (n,).
        weight: What each row counts for, 0 to 1.

    Returns:
        Effects (p,), their covariance (p, p), and the shape of the negative binomial.

    Example:
        >>> counts = np.array([1.0, 3.0, 2.0, 2.0])
        >>> effects, covariance, shape = fit_counts(np.ones((4, 1)), counts, 1.0)
        >>> round(float(np.exp(effects[0])), 6)
        2.0
    """
    fit = fit_negative_binomial(
        counts,
        design,
        dispersion=lambda mean: 1 / _shape(counts, mean),
        weights=np.full(len(counts), weight),
        ridge=[1e-9] + [RIDGE] * (design.shape[1] - 1),
    )
    return fit.coefficients, fit.covariance, 1 / fit.dispersion


def _shape(counts: Floats, mean: Floats) -> float:
    """Shape at which the scatter around the means is what the model says (moments)."""
    excess = float(((counts - mean) ** 2 - mean).sum() / (mean**2).sum())
    return float(np.clip(1 / max(excess, 1e-6), 0.05, 1e6))
