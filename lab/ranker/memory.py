"""What is remembered of the events so far: decayed counts, and which actions followed which.

Everything is updated day by day, so that what is known on a day never holds that day's own events.
Counts fade exponentially; each is kept as of the day it last changed.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.compiled import compiled
from lab.ranker.data import Facts, Ints

HALF_LIVES = np.array([1.5, 5.0, 20.0, 80.0, 1e6])
"""Half-lives in days of the decayed counts; the last does not fade."""

FADES = len(HALF_LIVES)
NEVER = -1
GAPS = np.array([1, 2, 3, 5, 7, 14, 30, 60, 120, 365, 1 << 30])
"""Upper ends in days of the classes of time since an action."""

OFTEN = np.array([1.4, 3.5, 1e9])
"""Upper ends of the classes of an action's count, fading with a half-life of 20 days."""

SITUATIONS = len(GAPS) * len(OFTEN)

Floats = NDArray[np.float32]
Days = NDArray[np.int32]


class Memory(NamedTuple):
    """State of the stream; arrays are changed in place as days are absorbed.

    A cell is a distinct fact (subject, relation, object); cells are ordered by subject and
    relation, so that those of a question stand together.

    Attributes:
        cell_start: First cell of each subject and relation, shape (S * R + 1,).
        cell_relation: Relation of each cell.
        cell_object: Object of each cell.
        cell_day: Day it was last seen, or NEVER.
        cell_count: Decayed counts as of that day, shape (cells, FADES).
        taker_start: First (relation, object) pair of each relation, shape (R + 1,).
        taker_object: Object of each pair.
        taker_day: Day it was last seen, or NEVER.
        taker_count: Decayed counts, shape (pairs, FADES).
        entity_day: Day each entity was last seen, or NEVER.
        entity_count: Decayed counts of facts, shape (S, FADES).
        relation_count: Facts seen of each relation, fading, shape (R, FADES).
        relation_day: Day each relation was last seen, or NEVER.
        asked: For relation r and earlier relation q: how often r was asked of a subject that had
            done q to the object, by situation (how long ago, how often), shape (R, R, situations).
        came: How often the object was then a true one.
        decay: What is left of a count after so many days, shape (days, FADES).
    """

    cell_start: Ints
    cell_relation: Days
    cell_object: Days
    cell_day: Days
    cell_count: Floats
    taker_start: Ints
    taker_object: Days
    taker_day: Days
    taker_count: Floats
    entity_day: Days
    entity_count: Floats
    relation_day: Days
    relation_count: Floats
    asked: Floats
    came: Floats
    decay: Floats


class Slots(NamedTuple):
    """Where each fact is kept: its cell and its (relation, object) pair, shape (facts,) each."""

    cell: Ints
    taker: Ints


def empty_memory(facts: Facts) -> tuple[Memory, Slots]:
    """A memory that has room for these facts and has seen none of them.

    Which facts will come decides only where things are kept, never a value.

    Example:
        >>> from lab.ranker.data import both_directions
        >>> memory, _ = empty_memory(both_directions(np.array([[0, 1, 2, 5]]), 3, 2))
        >>> memory.cell_object.tolist(), memory.cell_day.tolist()
        ([2, 0], [-1, -1])
    """
    subject, relation, true, day = facts.rows.T
    size, kinds = facts.entities, facts.relations
    asks = subject * kinds + relation
    cells, cell = np.unique(asks * size + true, return_inverse=True)
    takers, taker = np.unique(relation * size + true, return_inverse=True)
    span = int(day.max() - day.min()) + 2 if len(day) else 2
    memory = Memory(
        cell_start=np.searchsorted(cells // size, np.arange(size * kinds + 1)),
        cell_relation=(cells // size % kinds).astype(np.int32),
        cell_object=(cells % size).astype(np.int32),
        cell_day=_never(len(cells)),
        cell_count=_zeros(len(cells), FADES),
        taker_start=np.searchsorted(takers // size, np.arange(kinds + 1)),
        taker_object=(takers % size).astype(np.int32),
        taker_day=_never(len(takers)),
        taker_count=_zeros(len(takers), FADES),
        entity_day=_never(size),
        entity_count=_zeros(size, FADES),
        relation_day=_never(kinds),
        relation_count=_zeros(kinds, FADES),
        asked=_zeros(kinds, kinds, SITUATIONS),
        came=_zeros(kinds, kinds, SITUATIONS),
        decay=(0.5 ** (np.arange(span)[:, None] / HALF_LIVES)).astype(np.float32),
    )
    return memory, Slots(cell, taker)


def _never(size: int) -> Days:
    return np.full(size, NEVER, dtype=np.int32)


def _zeros(*shape: int) -> Floats:
    return np.zeros(shape, dtype=np.float32)


@compiled
def absorb(memory: Memory, rows: Ints, cells: Ints, takers: Ints) -> None:
    """Remember facts, given in order of day with their slots.

    Example:
        >>> from lab.ranker.data import both_directions
        >>> facts = both_directions(np.array([[0, 0, 1, 0], [0, 0, 1, 5]]), 2, 1)
        >>> memory, slots = empty_memory(facts)
        >>> absorb(memory, facts.rows, slots.cell, slots.taker)
        >>> [round(float(count), 2) for count in memory.cell_count[0]]
        [1.1, 1.5, 1.84, 1.96, 2.0]
    """
    for i in range(len(rows)):
        relation, true, day = rows[i, 1], rows[i, 2], rows[i, 3]
        count(memory.cell_day, memory.cell_count, cells[i], day, memory.decay)
        count(memory.taker_day, memory.taker_count, takers[i], day, memory.decay)
        count(memory.entity_day, memory.entity_count, true, day, memory.decay)
        count(memory.relation_day, memory.relation_count, relation, day, memory.decay)


@compiled
def count(days: Days, counts: Floats, slot: int, day: int, decay: Floats) -> None:
    """Add one to a slot's decayed counts."""
    gap = day - days[slot] if days[slot] != NEVER else 0
    for i in range(FADES):
        counts[slot, i] = counts[slot, i] * decay[gap, i] + 1
    days[slot] = day


@compiled
def situation(gap: int, often: float) -> int:
    """Class of an action by days since it and its decayed count.

    Example:
        >>> situation(1, 1.0), situation(1, 2.0), situation(2, 1.0)
        (0, 1, 3)
    """
    i = 0
    while gap > GAPS[i]:
        i += 1
    j = 0
    while often > OFTEN[j]:
        j += 1
    return i * len(OFTEN) + j


@compiled
def learn(memory: Memory, subject: int, relation: int, day: int, true: Floats) -> None:
    """Count which earlier actions were followed by the relation, for one question just answered.

    Args:
        memory: As it was when the question was asked.
        subject: Of the question.
        relation: Of the question.
        day: Of the question.
        true: 1 for each true object, else 0, shape (S,).
    """
    kinds = len(memory.relation_day)
    asked, came = memory.asked[relation], memory.came[relation]
    first, last = memory.cell_start[subject * kinds], memory.cell_start[(subject + 1) * kinds]
    for cell in range(first, last):
        if memory.cell_day[cell] != NEVER:
            gap = day - memory.cell_day[cell]
            now = situation(gap, memory.cell_count[cell, 2] * memory.decay[gap, 2])
            asked[memory.cell_relation[cell], now] += 1
            came[memory.cell_relation[cell], now] += true[memory.cell_object[cell]]
