"""What was said and what came, for one question: the form in which every kind is scored."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detente.arrays import Days, Floats
from detente.asks.forecasts.model import at_least
from detente.asks.forecasts.scores import crps_of_counts, pit_of_counts
from detente.asks.forecasts.walk import REFERENCES, Walk


@dataclass(frozen=True, eq=False)
class Trial:
    """Forecasts of one question whose windows are over.

    Attributes:
        labels: Names of the models, the full and the moving base rate first; then the combination.
        dates: Day of each origin, shape (n,).
        odds: Probability by model and origin, shape (models + 1, n).
        crps: Score of the whole distribution, shape (models + 1, n).
        pit: Where the outcome fell in the combination's distribution, shape (n,).
        outcomes: 1 where it came, shape (n,).
        weights: Weights of the models at the end, shape (models,).
        overlap: How many origins one window spans.
        every: Kind of step between origins.
        references: How many of the first models are simple rules that the combination must beat.
        schedule: How often models are refitted, in words.
    """

    labels: tuple[str, ...]
    dates: Days
    odds: Floats
    crps: Floats
    pit: Floats
    outcomes: Floats
    weights: Floats
    overlap: int
    every: str
    references: int
    schedule: str = ""


COMBINED = "combination"


def trial_of(
    walk: Walk,
    count: int,
    step_days: int,
    rng: np.random.Generator,
    day: np.datetime64 | None = None,
) -> Trial:
    """The trial of a threshold: at least so many event days in the window.

    Args:
        walk: Forecasts of the whole distribution.
        count: Days that make it true.
        step_days: Days between origins.
        rng: Random numbers of the randomised transform.
        day: Nothing after it is used; by default all that is known.

    Example:
        >>> from detente.asks.forecasts.history import history_from_counts
        >>> from detente.asks.forecasts.walk import walk
        >>> past = walk(history_from_counts(np.tile([1.0] + [0.0] * 9, 130)), 28)
        >>> trial = trial_of(past, 1, 7, np.random.default_rng(1))
        >>> trial.odds.shape == (6, len(trial.outcomes)), set(trial.outcomes.tolist())
        (True, {1.0})
    """
    day = walk.history.days[-1] if day is None else day
    over = walk.history.days[walk.origins] + walk.window_days <= day
    settled = over & np.isfinite(walk.counts)
    counts = walk.counts[settled]
    every = np.concatenate([walk.parts, walk.pooled[None]])[:, settled]
    return Trial(
        labels=(*walk.labels, COMBINED),
        dates=walk.history.days[walk.origins[settled]],
        odds=at_least(every, count),
        crps=crps_of_counts(every, counts),
        pit=pit_of_counts(every[-1], counts, rng),
        outcomes=(counts >= count).astype(np.float64),
        weights=walk.weights_on(day),
        overlap=-(-walk.window_days // step_days),
        every="week",
        references=REFERENCES,
        schedule=f"models fitted anew every {walk.refit_weeks} weeks, and told of every new day",
    )
