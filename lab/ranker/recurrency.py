"""Recurrency baselines: what happened before happens again. Any method must beat them.

Strict (psi): objects are ranked by decayed counts of the very same fact. Relaxed (xi): objects
are ranked by how often they were seen with the relation, whoever the subject. Their published
results check the evaluation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lab.ranker.data import Facts, Queries, queries
from lab.ranker.evaluate import Placing, placing

Floats = NDArray[np.float64]


HALF_LIVES = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1e9)
"""Half-lives in days among which that of a relation is chosen."""


class _Strict:
    """Decayed count of each fact as of the day it was last seen."""

    def __init__(self, facts: Facts, half_lives: Floats) -> None:
        self.entities, self.half_lives = facts.entities, half_lives
        self.seen: dict[tuple[int, int], dict[int, tuple[float, int]]] = defaultdict(dict)

    def absorb(self, subject: int, relation: int, true: int, day: int) -> None:
        count, last = self.seen[subject, relation].get(true, (0.0, day))
        self.seen[subject, relation][true] = (1 + count * self._left(relation, day - last), day)

    def scores(self, subject: int, relation: int, day: int) -> Floats:
        scores = np.zeros(self.entities)
        for true, (count, last) in self.seen.get((subject, relation), {}).items():
            scores[true] = count * self._left(relation, day - last)
        return scores

    def _left(self, relation: int, days: int) -> float:
        return float(0.5 ** (days / self.half_lives[relation]))


class _Relaxed:
    """How often each object was seen with each relation."""

    def __init__(self, facts: Facts) -> None:
        self.counts = np.zeros((facts.relations, facts.entities))

    def absorb(self, _subject: int, relation: int, true: int, _day: int) -> None:
        self.counts[relation, true] += 1

    def scores(self, _subject: int, relation: int, _day: int) -> Floats:
        return np.asarray(self.counts[relation])


def recurrency(
    facts: Facts,
    kind: Literal["strict", "relaxed"],
    *,
    first: int,
    history_ends: int | None = None,
    half_lives: Floats | None = None,
) -> list[Placing]:
    """Rank the true objects of each day from `first` on by a recurrency baseline.

    Args:
        facts: All facts, both directions.
        kind: `strict` (psi) or `relaxed` (xi).
        first: First day to forecast.
        history_ends: Last day of the history (multi-step); by default the day before each question.
        half_lives: Half-life in days of each relation's counts, for `strict`; 30 by default.

    Returns:
        One placing per true object, in the order of the facts.

    Example:
        >>> from lab.ranker.data import both_directions
        >>> rows = np.array([[0, 0, 1, 0], [0, 0, 2, 1], [0, 0, 1, 2]])
        >>> places = recurrency(both_directions(rows, 3, 1), "strict", first=2)
        >>> [place.rank for place in places]
        [2.0, 1.0]

    Source:
        Gastinger et al. (2024), History Repeats Itself: A Baseline for Temporal Knowledge Graph
        Forecasting.
    """
    lives = np.full(facts.relations, 30.0) if half_lives is None else half_lives
    memory = _Strict(facts, lives) if kind == "strict" else _Relaxed(facts)
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
    scores = memory.scores(int(asked.subject[i]), int(asked.relation[i]), int(asked.day[i]))
    return [placing(scores, int(true), truth) for true in truth]


def best_half_lives(facts: Facts, *, first: int, grid: Sequence[float] = HALF_LIVES) -> Floats:
    """For each relation, the half-life whose strict recurrency ranks best from a day on.

    Args:
        facts: Facts up to the end of the days to choose by, both directions.
        first: First of these days.
        grid: Half-lives in days to choose from.

    Returns:
        Half-lives in days, shape (relations,).

    Example:
        >>> from lab.ranker.data import both_directions
        >>> rows = np.array([[0, 0, 1, 0], [0, 0, 1, 1], [0, 0, 2, 9], [0, 0, 1, 10]])
        >>> best_half_lives(both_directions(rows, 3, 1), first=10, grid=(1.0, 100.0)).tolist()
        [100.0, 1.0]
    """
    later = facts.rows[facts.rows[:, 3] >= first, 1]
    ranked = np.zeros((len(grid), facts.relations))
    for i, half_life in enumerate(grid):
        lives = np.full(facts.relations, half_life)
        places = recurrency(facts, "strict", first=first, half_lives=lives)
        np.add.at(ranked[i], later, [1 / place.rank for place in places])
    return np.asarray(np.array(grid)[ranked.argmax(axis=0)])
