"""Odds that an action happens within a window, from what was known on a day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detente.answers import Exhibit, Shown
from detente.arrays import Floats
from detente.errors import DataGapError
from detente.estimators.drifting import DriftingRate, fit_drifting
from detente.estimators.exhibits import exhibit
from detente.estimators.resample import block_index
from detente.rounding import plural

BLOCK_DAYS = 365
MIN_HISTORY = 730


@dataclass(frozen=True)
class Odds(Shown):
    """The odds of at least one event day within a window of so many days.

    Attributes:
        days: Length of the window.
        base_rate: Share of past windows of that length with at least one event.
        base_low: Low end of its 90% interval, from resampled years of history.
        base_high: High end of the same.
        self_exciting: Probability by the self-exciting, drifting rate: the mean over its posterior;
            None where it could not be fitted.
        self_low: Low end of its 90% interval, from draws of the parameters.
        self_high: High end of the same.
        happened: Whether it did; None while the window is open.
    """

    days: int
    base_rate: float
    base_low: float
    base_high: float
    self_exciting: float | None
    self_low: float | None
    self_high: float | None
    happened: bool | None

    def exhibits(self) -> tuple[Exhibit, ...]:
        """The probability by each way to reckon, with its 90% interval, and the outcome."""
        rows = [
            ("self-exciting rate", self.self_exciting, self.self_low, self.self_high),
            ("base rate", self.base_rate, self.base_low, self.base_high),
        ]
        rows = [row for row in rows if row[1] is not None]
        by, mean, low, high = zip(*rows, strict=True)
        values = {
            "by": by,
            "probability": mean,
            "low_90": low,
            "high_90": high,
            "days": [self.days] * len(rows),
            "happened": [self.happened] * len(rows),
        }
        title = f"At least one event within {plural(self.days, 'days')}"
        return (exhibit("odds", title, values, "intervals", at=0.5, axis="probability"),)


def odds_at(
    counts: Floats, windows_days: list[int], outcomes: list[bool | None], *, draws: int, seed: int
) -> tuple[tuple[Odds, ...], DriftingRate | None]:
    """Odds for several windows that begin the day after the history ends.

    Args:
        counts: Event days per day of the history, shape (T,); the last day is the day on which the
            odds are given.
        windows_days: Days of each window.
        outcomes: What happened within each.
        draws: Posterior draws, and resamples for the base rate's interval.
        seed: Seed of the random numbers.

    Returns:
        The odds, and the self-exciting model behind them if there are enough events.

    Raises:
        DataGapError: The history is shorter than two years.

    Example:
        >>> history = np.zeros(1500)
        >>> history[::30] = 1
        >>> odds, _ = odds_at(history, [30], [True], draws=50, seed=1)
        >>> odds[0].base_rate
        1.0

    Source:
        As `fit_drifting`; Politis and Romano (1992), A circular block-resampling procedure for
        stationary data, for the interval of the base rate.
    """
    if len(counts) < MIN_HISTORY:
        raise DataGapError(
            "The odds could not be computed.",
            f"The history has {plural(len(counts), 'days')}; {MIN_HISTORY} are needed.",
            "Begin the history earlier.",
        )
    try:
        model = fit_drifting(counts, draws=draws, seed=seed)
    except DataGapError:
        model = None
    return tuple(
        _odds(counts, model, window, happened, draws=draws, rng=np.random.default_rng(seed))
        for window, happened in zip(windows_days, outcomes, strict=True)
    ), model


def happened_within(counts: Floats, days: int) -> Floats:
    """For each day with a full window after it: 1 if the next `days` days hold an event.

    Args:
        counts: Events per day, shape (T,).
        days: Length of the window.

    Example:
        >>> happened_within(np.array([0.0, 0.0, 1.0, 0.0]), 2).tolist()
        [1.0, 1.0]
    """
    total = np.concatenate([[0.0], np.cumsum(counts)])
    inside = total[days + 1 :] - total[1:-days]
    return np.asarray(inside > 0, dtype=np.float64)


def _odds(
    counts: Floats,
    model: DriftingRate | None,
    days: int,
    happened: bool | None,
    *,
    draws: int,
    rng: np.random.Generator,
) -> Odds:
    past = happened_within(counts, days)
    index = block_index(len(past), max(BLOCK_DAYS, days), draws, rng)
    low, high = np.quantile(past[index].mean(axis=1), [0.05, 0.95])
    chances = None if model is None else model.probability(days)
    return Odds(
        days=days,
        base_rate=float(past.mean()),
        base_low=float(low),
        base_high=float(high),
        self_exciting=None if chances is None else float(chances.mean()),
        self_low=None if chances is None else float(np.quantile(chances, 0.05)),
        self_high=None if chances is None else float(np.quantile(chances, 0.95)),
        happened=happened,
    )
