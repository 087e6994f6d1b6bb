"""Walks of two and three steps over who dealt with whom: objects that the subject never met.

A step from x to y has the probability that y has among x's recent dealings. Only the strongest
neighbours of an entity are walked.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from detente.compiled import compiled
from lab.ranker.data import Ints
from lab.ranker.memory import NEVER, Days, Floats, Memory

REACH = 40
"""How many neighbours of an entity are walked."""


class Neighbours(NamedTuple):
    """The strongest neighbours of each entity, found when first needed on a day.

    Attributes:
        day: Day that an entity's neighbours are of, or NEVER; shape (S,).
        size: How many there are.
        who: Neighbours, shape (S, REACH).
        share: Probability of a step to each, shape (S, REACH).
        total: Strength of all dealings of an entity.
    """

    day: Days
    size: Days
    who: Days
    share: Floats
    total: Floats


class Heap(NamedTuple):
    """A sum per entity, and which entities have one.

    Attributes:
        sums: Shape (S,), zero where nothing was added.
        listed: The entities with a sum, in the order they came, shape (S,).
        size: How many they are, shape (1,).
    """

    sums: Floats
    listed: Days
    size: Ints


def no_neighbours(entities: int) -> Neighbours:
    """Neighbours of no day."""
    return Neighbours(
        np.full(entities, NEVER, dtype=np.int32),
        np.zeros(entities, dtype=np.int32),
        np.zeros((entities, REACH), dtype=np.int32),
        np.zeros((entities, REACH), dtype=np.float32),
        np.zeros(entities, dtype=np.float32),
    )


def empty_heap(entities: int) -> Heap:
    """A heap of no sums."""
    return Heap(
        np.zeros(entities, dtype=np.float32),
        np.zeros(entities, dtype=np.int32),
        np.zeros(1, dtype=np.int64),
    )


@compiled
def add(heap: Heap, entity: int, amount: float) -> None:
    """Add to an entity's sum; the amount is more than zero."""
    if heap.sums[entity] == 0:
        heap.listed[heap.size[0]] = entity
        heap.size[0] += 1
    heap.sums[entity] += amount


@compiled
def clear(heap: Heap) -> None:
    """Empty a heap."""
    for i in range(heap.size[0]):
        heap.sums[heap.listed[i]] = 0
    heap.size[0] = 0


@compiled
def strongest(heap: Heap, most: int) -> Days:
    """The entities with the greatest sums, greatest first; of equals, the earlier listed first.

    Example:
        >>> heap = empty_heap(5)
        >>> for entity, amount in [(3, 1.0), (1, 2.0), (4, 1.5)]:
        ...     add(heap, entity, amount)
        >>> strongest(heap, 2).tolist()
        [1, 4]
    """
    kept = np.empty(min(most, heap.size[0]), dtype=np.int32)
    size = 0
    for i in range(heap.size[0]):
        entity = heap.listed[i]
        own = heap.sums[entity]
        if size == most and (most == 0 or own <= heap.sums[kept[size - 1]]):
            continue
        place = size if size < most else most - 1
        while place > 0 and heap.sums[kept[place - 1]] < own:
            kept[place] = kept[place - 1]
            place -= 1
        kept[place] = entity
        size = min(size + 1, most)
    return kept


@compiled
def strength(memory: Memory, cell: int, day: int) -> float:
    """How strong a remembered action is on a day: mostly its last weeks, a little its past."""
    gap = day - memory.cell_day[cell]
    count, decay = memory.cell_count[cell], memory.decay[gap]
    return float(count[2] * decay[2] + 0.1 * count[3] * decay[3] + 0.01 * count[4])


@compiled
def meet(memory: Memory, near: Neighbours, entity: int, day: int, heap: Heap) -> None:
    """Find an entity's strongest neighbours of the day, if not yet found, with an empty heap."""
    if near.day[entity] == day:
        return
    kinds = len(memory.relation_day)
    total = 0.0
    for cell in range(memory.cell_start[entity * kinds], memory.cell_start[(entity + 1) * kinds]):
        if memory.cell_day[cell] != NEVER:
            amount = strength(memory, cell, day)
            add(heap, memory.cell_object[cell], amount)
            total += amount
    strong = strongest(heap, REACH)
    near.day[entity], near.size[entity], near.total[entity] = day, len(strong), total
    for i in range(len(strong)):
        near.who[entity, i] = strong[i]
        near.share[entity, i] = heap.sums[strong[i]] / total
    clear(heap)


@compiled
def two_steps(
    memory: Memory, near: Neighbours, subject: int, day: int, scratch: Heap, heap: Heap
) -> None:
    """Probability of reaching each entity in two steps, into an empty heap."""
    meet(memory, near, subject, day, scratch)
    for i in range(near.size[subject]):
        via = near.who[subject, i]
        meet(memory, near, via, day, scratch)
        for j in range(near.size[via]):
            add(heap, near.who[via, j], near.share[subject, i] * near.share[via, j])


@compiled
def last_step(
    memory: Memory,
    near: Neighbours,
    via: int,
    relation: int,
    day: int,
    weight: float,
    scratch: Heap,
    heap: Heap,
) -> None:
    """Add a step from `via` by the relation itself, with a weight."""
    meet(memory, near, via, day, scratch)
    kinds = len(memory.relation_day)
    ask = via * kinds + relation
    for cell in range(memory.cell_start[ask], memory.cell_start[ask + 1]):
        if memory.cell_day[cell] != NEVER:
            share = strength(memory, cell, day) / near.total[via]
            add(heap, memory.cell_object[cell], weight * share)
