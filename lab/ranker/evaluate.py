"""How well true objects are ranked: time-aware filtered rank, both directions, honest ties.

Filtered and time-aware means that the other objects that are true of the same question on the same
day are left out of the ranking, and no others. An entity that shares the score of the true one is
counted half above and half below it. Counting ties as won would lift strict recurrency on ICEWS14
from .36 to .60.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.errors import DataGapError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Placing:
    """Where a true object stands among the entities that remain after filtering.

    Attributes:
        above: Entities with a greater score.
        tied: Other entities with the same score.
    """

    above: int
    tied: int

    @property
    def rank(self) -> float:
        """Mean rank over the ties, from 1."""
        return 1 + self.above + self.tied / 2


@dataclass(frozen=True)
class Score:
    """How well a method ranks.

    Attributes:
        mrr: Mean reciprocal rank, 0 to 1.
        hits1: Share of true objects ranked first.
        hits3: Share among the first three.
        hits10: Share among the first ten.
        asked: Number of true objects that were ranked.
    """

    mrr: float
    hits1: float
    hits3: float
    hits10: float
    asked: int


def placing(scores: Floats, true: int, also_true: Ints) -> Placing:
    """Where one true object stands by its score.

    Args:
        scores: Score of each entity, shape (entities,); more is likelier.
        true: The true object.
        also_true: All objects that are true of the question on that day.

    Example:
        >>> placing(np.array([0.9, 0.5, 0.5, 0.8]), 1, np.array([0, 1])).rank
        2.5
    """
    own = scores[true]
    others = scores[also_true]
    above = np.count_nonzero(scores > own) - np.count_nonzero(others > own)
    tied = np.count_nonzero(scores == own) - np.count_nonzero(others == own)
    return Placing(int(above), int(tied))


def score(ranks: Floats) -> Score:
    """Mean reciprocal rank and hits of ranks from 1.

    Raises:
        DataGapError: There are no ranks.

    Example:
        >>> score(np.array([1.0, 4.0])).mrr
        0.625

    Source:
        Gastinger et al. (2023), Comparing Apples and Oranges? On the Evaluation of Methods for
        Temporal Knowledge Graph Forecasting.
    """
    if len(ranks) == 0:
        raise DataGapError(
            "A ranking could not be scored.", "It holds no ranks.", "Score a day that has facts."
        )
    hits1, hits3, hits10 = (float(np.mean(ranks <= k)) for k in (1, 3, 10))
    return Score(float(np.mean(1 / ranks)), hits1, hits3, hits10, len(ranks))


def score_random_ties(placings: list[Placing]) -> float:
    """Expected mean reciprocal rank where ties are broken at random.

    Some published numbers are of this kind. It is a little higher than that of mean ranks.

    Example:
        >>> score_random_ties([Placing(0, 1)])
        0.75
    """
    ends = max(place.above + place.tied + 1 for place in placings)
    harmonic = np.concatenate([[0.0], np.cumsum(1 / np.arange(1, ends + 1))])
    above = np.array([place.above for place in placings])
    tied = np.array([place.tied for place in placings])
    return float(np.mean((harmonic[above + tied + 1] - harmonic[above]) / (tied + 1)))
