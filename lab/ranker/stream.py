"""Questions asked in order of time of a memory that knows only what came before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from detente.compiled import compiled
from lab.ranker.data import Facts, Ints, Queries, queries
from lab.ranker.factors import (
    BATCH,
    Met,
    Odds,
    empty_factors,
    learn_factors,
    meet,
    odds_of,
)
from lab.ranker.features import (
    COLUMNS,
    FIRST_LOOK,
    Board,
    empty_board,
    look,
)
from lab.ranker.logit import Contest, Logit, answer, empty_logit
from lab.ranker.memory import (
    NEVER,
    Days,
    Floats,
    Memory,
    absorb,
    empty_memory,
    learn,
)
from lab.ranker.views import Names, absorb_names, no_names

Bools = NDArray[np.bool_]

TOGETHER = 500
"""Questions looked at together; more would need more memory."""


@dataclass(frozen=True, eq=False)
class Examples:
    """Candidates of some questions with what is known of them.

    Attributes:
        columns: Shape (rows, COLUMNS).
        true: Whether each candidate was a true object, shape (rows,).
        entity: Each row's candidate.
        size: Candidates of each question, shape (questions,).
        asked: Number of each question.
        missed: For each true object that is no candidate, its rank among all that are none, from 1.
        missed_by: Number of the question that it belongs to.
    """

    columns: Floats
    true: Bools
    entity: Days
    size: Ints
    asked: Ints
    missed: Floats
    missed_by: Ints


class World:
    """A memory of the stream with all that is learned on the way."""

    def __init__(self, facts: Facts, names: Names | None) -> None:
        self.facts = facts
        self.asked = queries(facts)
        self.memory, self.slots = empty_memory(facts)
        self.logit = empty_logit(self.memory)
        self.board = empty_board(facts.entities)
        self.names = no_names(facts) if names is None else names
        self.true = np.zeros(facts.entities, dtype=np.float32)
        self.factors = empty_factors(facts.entities, facts.relations)
        self.rng = np.random.default_rng(1)

    def look(self, asked: Queries, picked: Ints, most: int, weights: Floats) -> Examples:
        """Examples of the picked ones of some questions, all asked of the memory as it is."""
        rows = len(picked) * most
        truths = int((asked.start[picked + 1] - asked.start[picked]).sum())
        examples = Examples(
            np.zeros((rows, COLUMNS), dtype=np.float32),
            np.zeros(rows, dtype=np.bool_),
            np.zeros(rows, dtype=np.int32),
            np.zeros(len(picked), dtype=np.int64),
            picked,
            np.zeros(truths, dtype=np.float32),
            np.zeros(truths, dtype=np.int64),
        )
        odds = self._odds(asked, picked)
        filled, missed = _look_all(
            self.memory, self.logit, self.board, self.names, odds, asked.subject,
            asked.relation, asked.day, asked.start, asked.truth, picked, self.true, most, weights,
            examples.columns, examples.true, examples.entity, examples.size,
            examples.missed, examples.missed_by,
        )  # fmt: skip
        return Examples(
            examples.columns[:filled], examples.true[:filled], examples.entity[:filled],
            examples.size, picked,
            examples.missed[:missed], examples.missed_by[:missed],
        )  # fmt: skip

    def answer(self, low: int, high: int) -> None:
        """Learn from the answers of some questions, then remember their facts."""
        asked, facts = self.asked, self.facts
        for part in range(low, high, BATCH):
            self._learn_factors(np.arange(part, min(part + BATCH, high)))
        _answer_all(
            self.memory, self.logit, self.board.contest, asked.subject, asked.relation,
            asked.day, asked.start, asked.truth, low, high, self.true,
        )  # fmt: skip
        first, end = asked.start[low], asked.start[high]
        rows = facts.rows[first:end]
        absorb(self.memory, rows, self.slots.cell[first:end], self.slots.taker[first:end])
        absorb_names(self.names, rows, first, self.memory.decay)
        self.board.near.day[:] = NEVER

    def _met(self, asked: Queries, questions: Ints) -> Met:
        return meet(
            self.memory, self.logit, self.board.contest, asked.subject[questions],
            asked.relation[questions], asked.day[questions],
        )  # fmt: skip

    def _odds(self, asked: Queries, questions: Ints) -> Odds:
        subject, relation = asked.subject[questions], asked.relation[questions]
        return odds_of(self.factors, subject, relation, self._met(asked, questions))

    def _learn_factors(self, questions: Ints) -> None:
        asked = self.asked
        size = asked.start[questions + 1] - asked.start[questions]
        own = np.repeat(np.arange(len(questions)), size)
        true = asked.truth[asked.start[questions[0]] : asked.start[questions[-1] + 1]]
        learn_factors(
            self.factors, asked.subject[questions], asked.relation[questions], (own, true),
            self._met(asked, questions), self.rng,
        )  # fmt: skip


def stream(
    facts: Facts,
    wanted: Bools,
    *,
    updates: Ints,
    most: int,
    weights: Floats | None = None,
    names: Names | None = None,
) -> Iterator[Examples]:
    """Pass through the facts in order of time and give examples of the wanted questions.

    Args:
        facts: All facts, both directions.
        wanted: Whether examples of each question of `queries(facts)` are wanted.
        updates: Days on which the history is brought up to date, rising. A question sees the facts
            before the last of these that is not after its own day.
        most: At most so many candidates per question.
        weights: Of the first look, by which candidates are chosen, shape (len(FIRST_LOOK),).
        names: What is read from the entities' names; nothing by default.

    Yields:
        Examples of the questions between two updates, where any is wanted, some hundreds at most.

    Example:
        >>> from lab.ranker.data import both_directions
        >>> facts = both_directions(np.array([[0, 0, 1, 0], [0, 0, 1, 1]]), 3, 1)
        >>> wanted = queries(facts).day == 1
        >>> batch = next(stream(facts, wanted, updates=np.arange(3), most=5))
        >>> batch.size.tolist(), batch.entity[:2].tolist(), batch.true[:2].tolist()
        ([3, 3], [1, 0], [True, False])
    """
    world = World(facts, names)
    days = world.asked.day
    trust = np.ones(len(FIRST_LOOK), dtype=np.float32) if weights is None else weights
    cuts = np.unique(np.concatenate([[days[0]], updates, [days[-1] + 1]]))
    for low, high in np.searchsorted(days, np.stack([cuts[:-1], cuts[1:]], axis=1)):
        picked = low + np.flatnonzero(wanted[low:high])
        for part in range(0, len(picked), TOGETHER):
            yield world.look(world.asked, picked[part : part + TOGETHER], most, trust)
        if high < len(days):
            world.answer(low, high)


def together(parts: Sequence[Examples]) -> Examples:
    """Several examples as one."""
    return Examples(
        *(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Examples))
    )


@compiled
def _say(true: Floats, truth: Ints, value: float) -> None:
    for entity in truth:
        true[entity] = value


@compiled
def _answer_all(
    memory: Memory,
    logit: Logit,
    contest: Contest,
    subject: Ints,
    relation: Ints,
    day: Ints,
    start: Ints,
    truth: Ints,
    low: int,
    high: int,
    true: Floats,
) -> None:
    for q in range(low, high):
        own = truth[start[q] : start[q + 1]]
        _say(true, own, 1.0)
        learn(memory, subject[q], relation[q], day[q], true)
        answer(memory, logit, contest, subject[q], relation[q], day[q], true)
        _say(true, own, 0.0)


@compiled
def _look_all(
    memory: Memory,
    logit: Logit,
    board: Board,
    names: Names,
    odds: Odds,
    subject: Ints,
    relation: Ints,
    day: Ints,
    start: Ints,
    truth: Ints,
    picked: Ints,
    true: Floats,
    most: int,
    weights: Floats,
    columns: Floats,
    label: Bools,
    entity: Days,
    size: Ints,
    missed: Floats,
    missed_by: Ints,
) -> tuple[int, int]:
    rows, misses = 0, 0
    for i in range(len(picked)):
        q = picked[i]
        own = truth[start[q] : start[q + 1]]
        chosen = look(
            memory, logit, board, names, odds, i, subject[q], relation[q], day[q], most,
            weights, columns[rows:],
        )  # fmt: skip
        _say(true, own, 1.0)
        hits = 0
        for j in range(len(chosen)):
            entity[rows + j] = chosen[j]
            label[rows + j] = true[chosen[j]] > 0
            hits += label[rows + j]
        if hits < len(own):
            count = _missed(memory, relation[q], day[q], own, true, chosen, missed[misses:])
            for j in range(misses, misses + count):
                missed_by[j] = q
            misses += count
        _say(true, own, 0.0)
        size[i] = len(chosen)
        rows += len(chosen)
    return rows, misses


@compiled
def _missed(
    memory: Memory,
    relation: int,
    day: int,
    truth: Ints,
    true: Floats,
    chosen: Days,
    out: Floats,
) -> int:
    """Rank true objects that are no candidates by how often they take the relation, then at large.

    Ties share their mean rank: an entity that was never seen is ranked amid all such.
    """
    score = _fallback(memory, relation, day)
    for entity in chosen:
        score[entity] = -2.0
    count = 0
    for entity in truth:
        own = score[entity]
        if own == -2.0:
            continue
        above, tied = 0, 0
        for other in range(len(score)):
            if true[other] == 0:
                above += score[other] > own
                tied += score[other] == own
        out[count] = 1 + above + tied / 2
        count += 1
    return count


@compiled
def _fallback(memory: Memory, relation: int, day: int) -> Floats:
    score = np.zeros(len(memory.entity_day), dtype=np.float32)
    for entity in range(len(score)):
        if memory.entity_day[entity] != NEVER:
            gap = day - memory.entity_day[entity]
            score[entity] = 1e-4 * memory.entity_count[entity, 3] * memory.decay[gap, 3]
    for pair in range(memory.taker_start[relation], memory.taker_start[relation + 1]):
        if memory.taker_day[pair] != NEVER:
            gap = day - memory.taker_day[pair]
            recent = memory.taker_count[pair, 3] * memory.decay[gap, 3]
            score[memory.taker_object[pair]] += recent + 1e-3
    return score
