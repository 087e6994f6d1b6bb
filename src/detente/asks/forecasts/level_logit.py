"""The odds of a change of a level by two gaps: the simplest model that looks at the level."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy

from detente.arrays import Floats, Ints
from detente.asks.forecasts.foreseen import DRAWS, SEED, Foreseen, bounded, ranks
from detente.errors import DataGapError
from detente.estimators.glm import fit_logit

if TYPE_CHECKING:
    from detente.asks.forecasts.level import Level

LABEL = "logit on the past"
FEWEST = 12  # past cases
RIDGES = (0.16, 1.0, 1.0)
"""Normal priors: of standard deviation 2.5 on the log odds between no gaps, of 1 on the effects of
one standard deviation of each gap."""


def gaps(level: Level) -> Floats:
    """How far the level stands above the one that will be compared with, after each period.

    Two gaps, to the level compared with: of the last value, and of the mean over as many periods as
    lie between the two that are compared. NaN where a value or a source changes in between.

    Args:
        level: The relation.

    Returns:
        Shape (T, 2).

    Example:
        >>> from types import SimpleNamespace
        >>> series = SimpleNamespace(segments=np.zeros(5))
        >>> values = np.array([1.0, 2.0, 3.0, 4.0, 8.0])
        >>> level = SimpleNamespace(
        ...     values=values, ahead=1, against=3, signal=SimpleNamespace(series=series)
        ... )
        >>> gaps(level)[2:].tolist()  # after the third period the first is compared with
        [[2.0, 1.0], [2.0, 1.0], [5.0, 2.0]]
    """
    values, segments, span = level.values, level.signal.series.segments, level.against
    apart = np.full((len(values), 2), np.nan)
    for last in range(span - 1, len(values)):
        past = slice(last + 1 - span, last + 1)
        if (segments[past] == segments[last]).all():
            compared = values[last + level.ahead - span]
            apart[last] = values[last] - compared, values[past].mean() - compared
    return apart


def by_gaps(level: Level, learned: int, origins: Ints) -> Foreseen | None:
    """The change after each origin by a logit on the two gaps, NaN where they are not known.

    The change itself is taken to be logistic around what the logit says, of the size that past
    changes had.

    Args:
        level: The relation; nothing after each origin is used.
        learned: Last period that the logit is fitted to.
        origins: Last known periods.

    Returns:
        None where fewer than 12 past cases are known.

    Example:
        >>> import datetime as dt
        >>> from detente.asks.forecasts.level import read_level
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> data = open_data(load("korea"))
        >>> level = read_level(data, data.study.asks("questions")[-1])
        >>> by_gaps(level, 150, np.array([150, 151])).odds.shape
        (2,)

    Source:
        McCullagh and Nelder (1989), Generalized linear models, chapter 4.
    """
    every = gaps(level)
    rows = _past_cases(level, every, learned)
    if len(rows) < FEWEST:
        return None
    changes = level.changes[rows + level.ahead]
    spread = every[rows].std(axis=0)
    design = _design(every / np.where(spread > 0, spread, 1.0))
    weights = np.full(len(rows), 1 / level.ahead)
    try:
        fit = fit_logit(changes > 0, design[rows], weights=weights, ridge=RIDGES)
    except DataGapError:
        return None
    rng = np.random.default_rng(SEED)
    sampled = rng.multivariate_normal(fit.coefficients, fit.covariance, size=DRAWS)
    logs = design[origins] @ sampled.T
    size = _size(changes, design[rows] @ fit.coefficients)
    by_parameters = scipy.special.expit(logs)
    return Foreseen(
        draws=size * (logs + scipy.special.logit(ranks())),
        by_parameters=by_parameters,
        odds=bounded(by_parameters.mean(axis=1)),
        means=size * logs.mean(axis=1),
    )


def _past_cases(level: Level, every: Floats, learned: int) -> Ints:
    """Periods whose gaps are known, and the change after them by the last one learned from."""
    rows = np.arange(max(learned + 1 - level.ahead, 0))
    complete = np.isfinite(every[rows]).all(axis=1) & np.isfinite(level.changes[rows + level.ahead])
    return rows[np.asarray(complete)]


def _design(features: Floats) -> Floats:
    return np.column_stack([np.ones(len(features)), features])


def _size(changes: Floats, logs: Floats) -> float:
    """Scale of the logistic changes whose log odds are known, by their mean square."""
    return float(np.sqrt((changes**2).mean() / ((logs**2).mean() + np.pi**2 / 3)))
