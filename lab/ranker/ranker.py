"""Ranked objects of each question: gradient-boosted trees over what the stream remembers.

Candidates are chosen by a first look (a logistic regression on a few columns), and ranked by
LightGBM's LambdaRank, learned from questions before those that are forecast. The negatives of
training are the candidates of those questions, chosen in the same way as later ones. Objects that
are no candidates come after all candidates.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import lightgbm
import numpy as np
from numpy.typing import NDArray

from detente.asks.forecasts.events.calibrate import coefficients
from lab.ranker.data import Benchmark, Facts, Ints, both_directions, queries
from lab.ranker.evaluate import Score, score
from lab.ranker.features import COLUMNS, FIRST_LOOK, IDS
from lab.ranker.memory import Floats
from lab.ranker.stream import Bools, Examples, stream, together
from lab.ranker.views import Names, read_views

Split = Literal["valid", "test"]
Ranks = NDArray[np.float64]

MANY = 400
"""Candidates of a question from which the first look learns."""


@dataclass(frozen=True)
class Settings:
    """How a ranker is made.

    Attributes:
        names: Whether countries and sectors are read from the names.
        steps: `single`: the history is all that came before the question's day. `multi`: it ends
            before the first day that is forecast.
        questions: Questions that the trees learn from, drawn from the latest `pool`.
        pool: How many questions before the forecast the draw is from.
        scouts: Questions that the first look learns from, drawn from the first fifth of the pool;
            the trees learn from the rest.
        most: Candidates of a question.
        forests: Number of rankers whose scores are added; they differ in their seed.
        trees: Number of trees of each.
        leaves: Leaves of a tree.
        rate: Learning rate.
        top: Places at the top that LambdaRank compares with all others.
        seed: Of the draws.
    """

    names: bool = False
    steps: Literal["single", "multi"] = "single"
    questions: int = 100_000
    pool: int = 150_000
    scouts: int = 2_000
    most: int = 60
    forests: int = 2
    trees: int = 300
    leaves: int = 63
    rate: float = 0.04
    top: int = 10
    seed: int = 1


@dataclass(frozen=True, eq=False)
class Ranking:
    """Ranks of the true objects of a split.

    Attributes:
        ranks: Filtered rank of each, from 1, in no order.
        settings: How the ranker was made.
        found: Share of true objects that were candidates.
        seconds: Processor time of the whole, in seconds.
    """

    ranks: Ranks
    settings: Settings
    found: float
    seconds: float

    @property
    def score(self) -> Score:
        """Mean reciprocal rank and hits."""
        return score(self.ranks)


def rank(benchmark: Benchmark, settings: Settings, split: Split) -> Ranking:
    """Learn from everything before a split, and rank the true objects of each of its questions.

    Args:
        benchmark: The facts.
        settings: How the ranker is made.
        split: `valid`, to choose settings, or `test`.

    Source:
        Ke et al. (2017), LightGBM: A Highly Efficient Gradient Boosting Decision Tree; Burges
        (2010), From RankNet to LambdaRank to LambdaMART.
    """
    begun = time.process_time()
    parts = [benchmark.train, benchmark.valid, *([benchmark.test] if split == "test" else [])]
    size = len(benchmark.entities)
    facts = both_directions(np.concatenate(parts), size, len(benchmark.relations))
    days = np.unique(parts[-1][:, 3])
    plan = _plan(facts, settings, int(days[0]), int(days[-1]))
    weights = _first_look(facts, plan, settings, benchmark.entities)
    passing = stream(
        facts, plan.learned | plan.ranked, updates=plan.updates, most=settings.most,
        weights=weights, names=_names(facts, settings, benchmark.entities),
    )  # fmt: skip
    ranks, share = _learn_and_rank(passing, plan, settings)
    return Ranking(ranks, settings, share, time.process_time() - begun)


@dataclass(frozen=True, eq=False)
class _Plan:
    """Which questions are for what, and when the history is brought up to date."""

    scouts: Bools
    learned: Bools
    ranked: Bools
    updates: Ints
    first: int


def _plan(facts: Facts, settings: Settings, first: int, last: int) -> _Plan:
    day = queries(facts).day
    before = int(np.searchsorted(day, first))
    rng = np.random.default_rng(settings.seed)
    low = max(before // 4, before - settings.pool)
    turn = low + (before - low) // 5
    scouts = _draw(rng, len(day), low, turn, settings.scouts)
    learned = _draw(rng, len(day), turn, before, settings.questions)
    span = 1 if settings.steps == "single" else last - first + 1
    updates = np.arange(first, int(day[0]), -span)[::-1]
    if settings.steps == "single":
        updates = np.arange(int(day[0]), last + 1)
    return _Plan(scouts, learned, day >= first, updates, first)


def _draw(rng: np.random.Generator, size: int, low: int, high: int, most: int) -> Bools:
    """Which of all questions are drawn from those between two places."""
    drawn = np.zeros(size, dtype=bool)
    drawn[rng.choice(np.arange(low, high), min(most, high - low), replace=False)] = True
    return drawn


def _names(facts: Facts, settings: Settings, names: tuple[str, ...]) -> Names | None:
    return read_views(facts, names) if settings.names else None


def _first_look(facts: Facts, plan: _Plan, settings: Settings, names: tuple[str, ...]) -> Floats:
    """Weights by which candidates are chosen, learned from questions before all others."""
    asked = queries(facts)
    end = asked.start[np.flatnonzero(plan.scouts)[-1] + 1]
    early = Facts(facts.rows[:end], facts.entities, facts.relations)
    wanted = plan.scouts[: len(queries(early))]
    seen = together(
        list(stream(early, wanted, updates=plan.updates, most=MANY,
                    names=_names(early, settings, names)))
    )  # fmt: skip
    look = np.log1p(100 * seen.columns[:, FIRST_LOOK].astype(np.float64))
    return coefficients(look, seen.true.astype(np.float64), ridge=10.0)[1:].astype(np.float32)


def _learn_and_rank(
    passing: Iterator[Examples], plan: _Plan, settings: Settings
) -> tuple[Ranks, float]:
    width = COLUMNS if settings.names else IDS
    lessons = _Lessons(settings.questions * settings.most, width)
    ranks: list[Ranks] = []
    model, missed = None, 0
    for part in passing:
        if not plan.ranked[part.asked[0]]:
            lessons.add(part)
            continue
        if model is None:
            model = lessons.fit(settings)
        ranks.append(ranks_of(part, model(part.columns[:, :width])))
        missed += len(part.missed)
    every = np.concatenate(ranks)
    return every, 1 - missed / len(every)


class _Lessons:
    """Candidates of answered questions, in one block of memory; kept only where one is true."""

    def __init__(self, rows: int, width: int) -> None:
        self.columns = np.empty((rows, width), dtype=np.float32)
        self.true = np.empty(rows, dtype=np.int8)
        self.sizes: list[Ints] = []
        self.hits: list[Ints] = []
        self.filled = 0

    def add(self, part: Examples) -> None:
        first = np.cumsum(part.size) - part.size
        hits = np.add.reduceat(part.true.astype(np.int64), first)
        telling = hits > 0
        rows = np.repeat(telling, part.size)
        place = slice(self.filled, self.filled + int(np.count_nonzero(rows)))
        self.columns[place] = part.columns[rows, : self.columns.shape[1]]
        self.true[place] = part.true[rows]
        self.sizes.append(part.size[telling])
        self.hits.append(hits[telling])
        self.filled = int(place.stop)

    def fit(self, settings: Settings) -> Callable[[Floats], NDArray[np.float64]]:
        """Trees that rank candidates, as the sum of their scores."""
        sizes, hits = np.concatenate(self.sizes), np.concatenate(self.hits)
        data = lightgbm.Dataset(
            self.columns[: self.filled],
            self.true[: self.filled],
            group=sizes,
            weight=np.repeat(hits, sizes).astype(np.float32),  # as each true object is scored
        )
        forests = [
            lightgbm.train(_parameters(settings, seed), data, settings.trees)
            for seed in range(settings.seed, settings.seed + settings.forests)
        ]
        return lambda columns: np.sum(
            [forest.predict(columns, num_threads=1) for forest in forests], axis=0
        )


def _parameters(settings: Settings, seed: int) -> dict[str, Any]:
    return {
        "objective": "lambdarank",
        "lambdarank_truncation_level": settings.top,
        "learning_rate": settings.rate,
        "num_leaves": settings.leaves,
        "min_data_in_leaf": 100,
        "feature_fraction": 0.5,
        "bagging_fraction": 0.6,
        "bagging_freq": 1,
        "max_bin": 127,
        "num_threads": 1,
        "deterministic": True,
        "force_row_wise": True,
        "seed": seed,
        "verbose": -1,
    }


def ranks_of(examples: Examples, scores: NDArray[np.float64]) -> Ranks:
    """Filtered rank of every true object, ties by mean rank.

    Args:
        examples: Candidates of some questions.
        scores: Score of each candidate, shape (rows,).

    Example:
        >>> none = np.zeros(0)
        >>> pair = Examples(none, np.array([False, True]), np.arange(2), np.array([2]),
        ...     np.array([0]), none, none.astype(int))
        >>> ranks_of(pair, np.array([0.3, 0.3])).tolist()
        [1.5]
    """
    ends = np.cumsum(examples.size)
    ranks: list[float] = []
    for low, high in zip(ends - examples.size, ends, strict=True):
        own, true = scores[low:high], examples.true[low:high]
        wrong = own[~true]
        for value in own[true]:
            tied = np.count_nonzero(wrong == value)
            ranks.append(1 + np.count_nonzero(wrong > value) + tied / 2)
    wrongs = examples.size - np.add.reduceat(examples.true.astype(np.int64), ends - examples.size)
    place = np.searchsorted(examples.asked, examples.missed_by)
    return np.concatenate([np.array(ranks), wrongs[place] + examples.missed])
