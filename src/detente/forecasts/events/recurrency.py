"""Recurrency baselines: what happened before happens again. Any method must beat them.

Strict (psi): objects are ranked by how recently the very same fact was seen. Relaxed (xi): objects
are ranked by how often they were seen with the relation, whoever the subject. Their published
results check the evaluation.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from detente.forecasts.events.data import Facts, Queries, queries
from detente.forecasts.events.evaluate import Placing, placing

Floats = NDArray[np.float64]


class _Strict:
    """Day on which each fact was last seen."""

    def __init__(self, facts: Facts) -> None:
        self.entities = facts.entities
        self.seen: dict[tuple[int, int], dict[int, int]] = defaultdict(dict)

    def absorb(self, subject: int, relation: int, true: int, day: int) -> None:
        self.seen[subject, relation][true] = day

    def scores(self, subject: int, relation: int) -> Floats:
        scores = np.full(self.entities, -np.inf)
        last = self.seen.get((subject, relation), {})
        scores[list(last)] = list(last.values())
        return scores


class _Relaxed:
    """How often each object was seen with each relation."""

    def __init__(self, facts: Facts) -> None:
        self.counts = np.zeros((facts.relations, facts.entities))

    def absorb(self, _subject: int, relation: int, true: int, _day: int) -> None:
        self.counts[relation, true] += 1

    def scores(self, _subject: int, relation: int) -> Floats:
        return np.asarray(self.counts[relation])


def recurrency(
    facts: Facts, kind: Literal["strict", "relaxed"], *, first: int, history_ends: int | None = None
) -> list[Placing]:
    """Rank the true objects of each day from `first` on by a recurrency baseline.

    Args:
        facts: All facts, both directions.
        kind: `strict` (psi) or `relaxed` (xi).
        first: First day to forecast.
        history_ends: Last day of the history (multi-step); by default the day before each question.

    Returns:
        One placing per true object, in the order of the facts.

    Example:
        >>> from detente.forecasts.events.data import both_directions
        >>> rows = np.array([[0, 0, 1, 0], [0, 0, 2, 1], [0, 0, 1, 2]])
        >>> places = recurrency(both_directions(rows, 3, 1), "strict", first=2)
        >>> [place.rank for place in places]
        [2.0, 1.0]

    Source:
        Gastinger et al. (2024), History Repeats Itself: A Baseline for Temporal Knowledge Graph
        Forecasting.
    """
    memory = _Strict(facts) if kind == "strict" else _Relaxed(facts)
    asked = queries(facts)
    placings: list[Placing] = []
    for day in np.unique(asked.day):
        today = range(*np.searchsorted(asked.day, [day, day + 1]))
        if day >= first:
            placings += [place for i in today for place in _placings(memory, asked, i)]
        if history_ends is None or day <= history_ends:
            for i in today:
                for true in asked.truth[asked.start[i] : asked.start[i + 1]]:
                    memory.absorb(int(asked.subject[i]), int(asked.relation[i]), int(true), day)
    return placings


def _placings(memory: _Strict | _Relaxed, asked: Queries, i: int) -> list[Placing]:
    truth = asked.truth[asked.start[i] : asked.start[i + 1]]
    scores = memory.scores(int(asked.subject[i]), int(asked.relation[i]))
    return [placing(scores, int(true), truth) for true in truth]
