"""A conditional logit over the objects a subject has dealt with, learned question by question.

The score of an object is the sum of the weights of all that the subject and it did to each other:
one weight for each pair of asked and earlier action in each situation (how long ago, how often),
with coarser weights behind it for pairs that are seldom seen, and weights for how often and how
lately the object takes the asked action from anyone. The weights move after each answer by the
gradient of its log-likelihood (AdaGrad), so every score is a forecast made before its answer.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from detente.compiled import compiled
from lab.ranker.memory import (
    NEVER,
    SITUATIONS,
    Floats,
    Memory,
    situation,
)
from lab.ranker.walks import Heap, empty_heap

KINDS = 4
"""Classes of earlier action: the asked one, its mirror image, same direction, opposite."""

RATE_PAIR = 0.1
RATE = 0.05
START = 1.0
"""Step sizes of the gradient, and what its sums of squares begin with."""


class Logit(NamedTuple):
    """Weights, and the sum of squared gradients of each.

    Attributes:
        pair: By asked action, earlier action and situation, shape (R, R, SITUATIONS).
        kind: By asked action, class of the earlier one and situation, shape (R, KINDS, SITUATIONS).
        any: By class and situation, shape (1, KINDS, SITUATIONS).
        taker: By asked action and the object's situation as its taker, shape (R, 1, SITUATIONS).
        entity: By asked action and the object's situation at large, shape (R, 1, SITUATIONS).
        own_cell: Of each fact itself, shape (cells,).
        own_taker: Of each (relation, object) pair itself, shape (pairs,).
        own_entity: Of each object itself, shape (S,).
        pair_sum: And so on: sums of squared gradients.
    """

    pair: Floats
    kind: Floats
    any: Floats
    taker: Floats
    entity: Floats
    own_cell: Floats
    own_taker: Floats
    own_entity: Floats
    pair_sum: Floats
    kind_sum: Floats
    any_sum: Floats
    taker_sum: Floats
    entity_sum: Floats
    own_cell_sum: Floats
    own_taker_sum: Floats
    own_entity_sum: Floats


class Contest(NamedTuple):
    """The objects that stand for a question, with their scores.

    Attributes:
        listed: Who they are; its sums are 1 for each.
        pairs: Score from what the subject and the object did, shape (S,).
        takes: Score from what the object takes, shape (S,).
        slope: Gradient of each object's score, shape (S,).
    """

    listed: Heap
    pairs: Floats
    takes: Floats
    slope: Floats


def empty_logit(memory: Memory) -> Logit:
    """A logit of zero weights, with room for what the memory can hold."""
    kinds = len(memory.relation_day)
    shapes = [(kinds, kinds), (kinds, KINDS), (1, KINDS), (kinds, 1), (kinds, 1)]
    weights: list[Floats] = [np.zeros((*shape, SITUATIONS), dtype=np.float32) for shape in shapes]
    sizes = [len(part) for part in (memory.cell_day, memory.taker_day, memory.entity_day)]
    weights += [np.zeros(size, dtype=np.float32) for size in sizes]
    return Logit(*weights, *[np.full_like(weight, START) for weight in weights])


def empty_contest(entities: int) -> Contest:
    """A contest of nobody."""
    zeros = [np.zeros(entities, dtype=np.float32) for _ in range(3)]
    return Contest(empty_heap(entities), *zeros)


@compiled
def _kind(earlier: int, asked: int, kinds: int) -> int:
    if earlier == asked:
        return 0
    if earlier == (asked + kinds // 2) % kinds:
        return 1
    return 2 if (earlier < kinds // 2) == (asked < kinds // 2) else 3


@compiled
def _when(memory: Memory, cell: int, day: int) -> int:
    gap = day - memory.cell_day[cell]
    return situation(gap, memory.cell_count[cell, 2] * memory.decay[gap, 2])


@compiled
def _when_taken(memory: Memory, pair: int, day: int) -> int:
    gap = day - memory.taker_day[pair]
    return situation(gap, memory.taker_count[pair, 2] * memory.decay[gap, 2])


@compiled
def _when_met(memory: Memory, entity: int, day: int) -> int:
    gap = day - memory.entity_day[entity]
    return situation(gap, 0.1 * memory.entity_count[entity, 2] * memory.decay[gap, 2])


@compiled
def stand(
    memory: Memory, logit: Logit, contest: Contest, subject: int, relation: int, day: int
) -> None:
    """Score all objects that the subject has dealt with, into an empty contest."""
    kinds = len(memory.relation_day)
    heap = contest.listed
    for cell in range(memory.cell_start[subject * kinds], memory.cell_start[(subject + 1) * kinds]):
        if memory.cell_day[cell] == NEVER:
            continue
        entity, earlier = memory.cell_object[cell], memory.cell_relation[cell]
        if heap.sums[entity] == 0:
            heap.sums[entity] = 1
            heap.listed[heap.size[0]] = entity
            heap.size[0] += 1
        now, kind = _when(memory, cell, day), _kind(earlier, relation, kinds)
        contest.pairs[entity] += (
            logit.pair[relation, earlier, now]
            + logit.kind[relation, kind, now]
            + logit.any[0, kind, now]
        )
        if kind == 0:
            contest.pairs[entity] += logit.own_cell[cell]
    for pair in range(memory.taker_start[relation], memory.taker_start[relation + 1]):
        entity = memory.taker_object[pair]
        if memory.taker_day[pair] != NEVER and heap.sums[entity] > 0:
            now = _when_taken(memory, pair, day)
            contest.takes[entity] += logit.taker[relation, 0, now] + logit.own_taker[pair]
    for i in range(heap.size[0]):
        entity = heap.listed[i]
        now = _when_met(memory, entity, day)
        contest.takes[entity] += logit.entity[relation, 0, now] + logit.own_entity[entity]


@compiled
def leave(contest: Contest) -> None:
    """Empty a contest."""
    heap = contest.listed
    for i in range(heap.size[0]):
        entity = heap.listed[i]
        heap.sums[entity] = 0
        contest.pairs[entity] = 0
        contest.takes[entity] = 0
    heap.size[0] = 0


@compiled
def _slopes(contest: Contest, true: Floats) -> bool:
    """Gradient of the log-likelihood in each score; False if no true object stands."""
    heap, slope = contest.listed, contest.slope
    top, hits, total = -1e30, 0, 0.0
    for i in range(heap.size[0]):
        entity = heap.listed[i]
        slope[entity] = contest.pairs[entity] + contest.takes[entity]
        top = max(top, slope[entity])
        hits += true[entity]
    if hits == 0:
        return False
    for i in range(heap.size[0]):
        entity = heap.listed[i]
        slope[entity] = np.exp(slope[entity] - top)
        total += slope[entity]
    for i in range(heap.size[0]):
        entity = heap.listed[i]
        slope[entity] = slope[entity] / total - true[entity] / hits
    return True


@compiled
def _step(weights: Floats, sums: Floats, slopes: Floats, rate: float) -> None:
    """Move weights of shape (classes, SITUATIONS) against their slopes."""
    for i in range(slopes.shape[0]):
        for j in range(SITUATIONS):
            if slopes[i, j] != 0:
                _move(weights[i], sums[i], j, slopes[i, j], rate)


@compiled
def _move(weights: Floats, sums: Floats, place: int, slope: float, rate: float) -> None:
    sums[place] += slope * slope
    weights[place] -= rate * slope / np.sqrt(sums[place])


@compiled
def answer(
    memory: Memory,
    logit: Logit,
    contest: Contest,
    subject: int,
    relation: int,
    day: int,
    true: Floats,
) -> None:
    """Learn from one question's answer; the memory is that of before its day.

    Args:
        memory: As it was when the question was asked.
        logit: Its weights are moved.
        contest: Empty; it is left empty.
        subject: Of the question.
        relation: Of the question.
        day: Of the question.
        true: 1 for each true object, else 0, shape (S,).
    """
    stand(memory, logit, contest, subject, relation, day)
    if _slopes(contest, true):
        _learn_pairs(memory, logit, contest.slope, subject, relation, day)
        _learn_takes(memory, logit, contest, relation, day)
    leave(contest)


@compiled
def _learn_pairs(
    memory: Memory, logit: Logit, slope: Floats, subject: int, relation: int, day: int
) -> None:
    kinds = len(memory.relation_day)
    weights, sums = logit.pair[relation], logit.pair_sum[relation]
    slopes = np.zeros((KINDS, SITUATIONS), dtype=np.float32)
    for cell in range(memory.cell_start[subject * kinds], memory.cell_start[(subject + 1) * kinds]):
        if memory.cell_day[cell] == NEVER:
            continue
        own, earlier = slope[memory.cell_object[cell]], memory.cell_relation[cell]
        now = _when(memory, cell, day)
        slopes[_kind(earlier, relation, kinds), now] += own
        if earlier == relation:
            _move(logit.own_cell, logit.own_cell_sum, cell, own, RATE_PAIR)
        if abs(own) > 1e-4:
            _move(weights[earlier], sums[earlier], now, own, RATE_PAIR)
    _step(logit.kind[relation], logit.kind_sum[relation], slopes, RATE)
    _step(logit.any[0], logit.any_sum[0], slopes, RATE)


@compiled
def _learn_takes(memory: Memory, logit: Logit, contest: Contest, relation: int, day: int) -> None:
    heap, slope = contest.listed, contest.slope
    slopes = np.zeros((2, SITUATIONS), dtype=np.float32)
    for pair in range(memory.taker_start[relation], memory.taker_start[relation + 1]):
        entity = memory.taker_object[pair]
        if memory.taker_day[pair] != NEVER and heap.sums[entity] > 0:
            slopes[0, _when_taken(memory, pair, day)] += slope[entity]
            _move(logit.own_taker, logit.own_taker_sum, pair, slope[entity], RATE)
    for i in range(heap.size[0]):
        entity = heap.listed[i]
        slopes[1, _when_met(memory, entity, day)] += slope[entity]
        _move(logit.own_entity, logit.own_entity_sum, entity, slope[entity], RATE)
    _step(logit.taker[relation], logit.taker_sum[relation], slopes[:1], RATE)
    _step(logit.entity[relation], logit.entity_sum[relation], slopes[1:], RATE)
