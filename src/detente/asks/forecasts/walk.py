"""Week by week through the past: what each model would have said, from what was known then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from detente.arrays import Days, Floats, Ints
from detente.asks.forecasts.climatology import Climatology
from detente.asks.forecasts.hazard import Hazard
from detente.asks.forecasts.history import History, sums_after
from detente.asks.forecasts.model import Fitted, Model
from detente.asks.forecasts.pool import learn_weights, pooled
from detente.asks.forecasts.regression import CountRegression
from detente.asks.forecasts.weighted import WeightedRate

MODELS: tuple[Model, ...] = (
    Climatology(),
    Climatology(years=3),
    WeightedRate(),
    Hazard(),
    CountRegression(),
)
"""What is combined, simple ones first."""
REFERENCES = 3
"""How many of them are simple: what the combination must beat."""

WEEK = 7
REFIT = 26  # weeks between fits
FIRST_DAYS = 1096  # three years of history before the first forecast
FIRST_EVENTS = 3


@dataclass(frozen=True, eq=False)
class Walk:
    """Forecasts of the count in the window after each of many origins.

    Attributes:
        history: What they were made from.
        window_days: Days.
        labels: Names of the models.
        origins: Places of the last known days in the history, shape (n,).
        parts: Distribution of each model, shape (models, n, size).
        counts: What came, shape (n,); NaN where the window is not over.
        weights: Weights of the combination, learned from windows that were over, (n, models).
        refit_weeks: Weeks between fits.
    """

    history: History
    window_days: int
    labels: tuple[str, ...]
    origins: Ints
    parts: Floats
    counts: Floats
    weights: Floats
    refit_weeks: int = REFIT

    @property
    def pooled(self) -> Floats:
        """Distribution of the combination, shape (n, size)."""
        return pooled(self.parts, self.weights)

    def weights_on(self, day: np.datetime64) -> Floats:
        """Weights learned from the windows that were over on a day, shape (models,)."""
        days = np.array([day])
        weights = _weights(
            self.history, self.window_days, self.origins, self.parts, self.counts, days
        )
        return np.asarray(weights[0])


def walk(
    history: History,
    window_days: int,
    *,
    refit_weeks: int = REFIT,
    models: Sequence[Model] = MODELS,
) -> Walk:
    """Forecast from every week of the past, with models fitted to earlier days only.

    Models are fitted anew after so many weeks; between fits they see every new day, and weights are
    learned from every window that is over. Where a model cannot be fitted yet, the base rate stands
    for it.

    Args:
        history: The action's past.
        window_days: Days ahead.
        refit_weeks: Weeks between fits.
        models: What is combined, climatology first.

    Returns:
        The forecasts; none where the history is shorter than three years or has fewer than three
        event days.

    Example:
        >>> from detente.asks.forecasts.history import history_from_counts
        >>> history = history_from_counts(np.tile([1.0] + [0.0] * 9, 130))
        >>> walked = walk(history, 28)
        >>> walked.parts.shape[0], round(float(walked.pooled[-1].sum()), 6)
        (5, 1.0)

    Source:
        Tashman (2000), Out-of-sample tests of forecasting accuracy: an analysis and review,
        International Journal of Forecasting 16: rolling origins.
    """
    origins = _origins(history)
    blocks = [origins[start : start + refit_weeks] for start in range(0, len(origins), refit_weeks)]
    parts = [_block(history, window_days, block, models) for block in blocks]
    labels = tuple(model.label for model in models)
    counts = sums_after(history.counts, origins, window_days)
    whole = np.concatenate(parts, axis=1) if parts else np.zeros((len(models), 0, 1))
    days = history.days[origins]
    weights = _weights(history, window_days, origins, whole, counts, days)
    return Walk(history, window_days, labels, origins, whole, counts, weights, refit_weeks)


def fit_all(
    history: History, window_days: int, models: Sequence[Model] = MODELS
) -> tuple[Fitted, ...]:
    """Each model fitted to a history, the base rate where it cannot be.

    Example:
        >>> from detente.asks.forecasts.history import history_from_counts
        >>> fitted = fit_all(history_from_counts(np.zeros(400)), 28)
        >>> len(fitted), all(model == fitted[0] for model in fitted[3:])
        (5, True)
    """
    base = Climatology().fit(history, window_days)
    return tuple(model.fit(history, window_days) or base for model in models)


def _block(history: History, window_days: int, origins: Ints, models: Sequence[Model]) -> Floats:
    """Forecasts of each model between two fits, shape (models, n, size)."""
    fitted = fit_all(history.until(history.days[origins[0]]), window_days, models)
    return np.stack([model.predict(history, origins) for model in fitted])


def _origins(history: History) -> Ints:
    """Every week, once there are three years and three event days."""
    enough = np.flatnonzero(np.cumsum(history.counts) >= FIRST_EVENTS)
    if len(enough) == 0:
        return np.zeros(0, dtype=np.int64)
    return np.arange(max(FIRST_DAYS, int(enough[0])), len(history.days), WEEK)


def _weights(
    history: History, window_days: int, origins: Ints, parts: Floats, counts: Floats, days: Days
) -> Floats:
    """Weights learned from the windows that were over on each of some days, (days, models)."""
    settled = np.isfinite(counts)
    given = np.maximum(_given(parts[:, settled], counts[settled]), 1e-12)
    logs = np.ascontiguousarray(np.log(given).T)
    over = np.searchsorted(history.days[origins[settled]] + window_days, days, side="right")
    worth = min(1.0, WEEK / window_days)
    learned = [learn_weights(logs[:number], worth) for number in over]
    return np.array(learned).reshape(-1, len(parts))


def _given(parts: Floats, counts: Floats) -> Floats:
    """Probability that each model gave to what came, shape (models, n)."""
    place = np.minimum(counts, parts.shape[-1] - 1).astype(np.int64)
    return np.asarray(parts[:, np.arange(len(counts)), place])
