"""What is known of each candidate object of a question, from the events before its day."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from detente.dynamics._compiled import compiled
from detente.forecasts.events.logit import Contest, Logit, empty_contest, leave, stand
from detente.forecasts.events.memory import (
    FADES,
    NEVER,
    Days,
    Floats,
    Memory,
    situation,
)
from detente.forecasts.events.views import NAMED, PARTS, Names, compare_names
from detente.forecasts.events.walks import (
    REACH,
    Heap,
    Neighbours,
    add,
    alike,
    clear,
    empty_heap,
    last_step,
    no_neighbours,
    strongest,
    two_steps,
)

FAR = 9999.0
"""Stands for the gap in days since what never happened."""

_BLOCK = FADES + 1
TRIPLE, MIRROR, FORWARD, BACKWARD, TAKER, ENTITY = (i * _BLOCK for i in range(6))
BEST = 6 * _BLOCK
SECOND, EITHER, WALK2, WALK2R, WALK3R, ALIKE, PAIRS, TAKES, LOGIT = (BEST + 1 + i for i in range(9))
RATIOS = LOGIT + 1
OWN = RATIOS + 4
"""Columns that a candidate has of its own; later ones compare it with the question."""

SHARES = (TRIPLE + 1, TRIPLE + 2, TRIPLE + 4, FORWARD + 2, BACKWARD + 2, TAKER + 1, TAKER + 3,
          BEST, EITHER, WALK2R, WALK3R, ALIKE)
SHARE = OWN
QUESTION = SHARE + len(SHARES)
IDS = QUESTION + 12
COLUMNS = IDS + NAMED

_FADED = ("1.5d", "5d", "20d", "80d", "ever")


def column_names() -> list[str]:
    """Names of the columns, in order."""
    blocks = ("triple", "mirror", "forward", "backward", "taker", "entity")
    own = [f"{block} {part}" for block in blocks for part in (*_FADED, "gap")]
    own += ["best", "second", "either", "walk2", "walk2r", "walk3r", "alike", "pairs", "takes", "logit", "of o 20d", "of o ever", "of taker 20d", "of taker ever"]
    shares = [f"share of {own[i]}" for i in SHARES]
    return own + shares + [f"question {i}" for i in range(IDS - QUESTION)] + [f"view {i // PARTS} {i % PARTS}" for i in range(NAMED)]


class Board(NamedTuple):
    """Working space: one row of own columns per entity, and who has been put on it."""

    rows: Floats
    marked: Heap
    near: Neighbours
    walk: Heap
    step: Heap
    scratch: Heap
    contest: Contest


def empty_board(entities: int) -> Board:
    """Working space for so many entities."""
    rows = np.zeros((entities, OWN), dtype=np.float32)
    rows[:, [i * _BLOCK + FADES for i in range(6)]] = FAR
    heaps = [empty_heap(entities) for _ in range(4)]
    return Board(rows, heaps[0], no_neighbours(entities), heaps[1], heaps[2], heaps[3], empty_contest(entities))


@compiled
def _mark(board: Board, entity: int) -> None:
    if board.marked.sums[entity] == 0:
        add(board.marked, entity, 1.0)


@compiled
def _fade(row: Floats, block: int, counts: Floats, gap: int, decay: Floats) -> None:
    for i in range(FADES):
        row[block + i] += counts[i] * decay[gap, i]
    row[block + FADES] = min(row[block + FADES], gap)


@compiled
def _from_history(memory: Memory, board: Board, subject: int, relation: int, day: int) -> None:
    """What the subject did before to each object, and what followed such actions."""
    kinds = len(memory.relation_day)
    back = (relation + kinds // 2) % kinds
    asked, came = memory.asked[relation], memory.came[relation]
    for cell in range(
        memory.cell_start[subject * kinds], memory.cell_start[(subject + 1) * kinds]
    ):
        if memory.cell_day[cell] == NEVER:
            continue
        gap, kind = day - memory.cell_day[cell], memory.cell_relation[cell]
        counts, true = memory.cell_count[cell], memory.cell_object[cell]
        row = board.rows[true]
        _mark(board, true)
        _fade(row, FORWARD if kind < kinds // 2 else BACKWARD, counts, gap, memory.decay)
        if kind == relation:
            _fade(row, TRIPLE, counts, gap, memory.decay)
        elif kind == back:
            _fade(row, MIRROR, counts, gap, memory.decay)
        now = situation(gap, counts[2] * memory.decay[gap, 2])
        odds = (came[kind, now] + 0.1) / (asked[kind, now] + 10.0)
        row[EITHER] -= np.log(1 - odds)
        if odds > row[BEST]:
            row[SECOND], row[BEST] = row[BEST], odds
        elif odds > row[SECOND]:
            row[SECOND] = odds


@compiled
def _from_logit(memory: Memory, logit: Logit, board: Board, subject: int, relation: int, day: int) -> None:
    contest = board.contest
    stand(memory, logit, contest, subject, relation, day)
    heap = contest.listed
    top, total = -1e30, 0.0
    for i in range(heap.size[0]):
        entity = heap.listed[i]
        top = max(top, contest.pairs[entity] + contest.takes[entity])
    for i in range(heap.size[0]):
        entity = heap.listed[i]
        row = board.rows[entity]
        row[PAIRS], row[TAKES] = contest.pairs[entity], contest.takes[entity]
        row[LOGIT] = np.exp(row[PAIRS] + row[TAKES] - top)
        total += row[LOGIT]
    for i in range(heap.size[0]):
        board.rows[heap.listed[i], LOGIT] /= total
    leave(contest)


@compiled
def _from_takers(memory: Memory, board: Board, relation: int, day: int, most: int) -> None:
    """Mark the objects that the relation has had most of late."""
    first, last = memory.taker_start[relation], memory.taker_start[relation + 1]
    for pair in range(first, last):
        if memory.taker_day[pair] != NEVER:
            gap = day - memory.taker_day[pair]
            count = memory.taker_count[pair]
            amount = count[2] * memory.decay[gap, 2] + 0.05 * count[3] * memory.decay[gap, 3]
            add(board.scratch, memory.taker_object[pair], amount + 1e-6 * count[4])
    for entity in strongest(board.scratch, most):
        _mark(board, entity)
    clear(board.scratch)
    for pair in range(first, last):
        if memory.taker_day[pair] != NEVER:
            entity = memory.taker_object[pair]
            if board.marked.sums[entity] > 0:
                gap = day - memory.taker_day[pair]
                _fade(board.rows[entity], TAKER, memory.taker_count[pair], gap, memory.decay)


@compiled
def _put(board: Board, heap: Heap, column: int, most: int) -> None:
    """Write a heap's sums to a column, marking its strongest entities; then empty it."""
    for entity in strongest(heap, most):
        _mark(board, entity)
    for i in range(heap.size[0]):
        entity = heap.listed[i]
        if board.marked.sums[entity] > 0:
            board.rows[entity, column] = heap.sums[entity]
    clear(heap)


@compiled
def _from_walks(memory: Memory, board: Board, subject: int, relation: int, day: int) -> None:
    near, scratch, step = board.near, board.scratch, board.step
    two_steps(memory, near, subject, day, scratch, board.walk)
    for i in range(near.size[subject]):
        weight = near.share[subject, i]
        via = near.who[subject, i]
        last_step(memory, near, via, relation, day, weight, scratch, step)
    _put(board, step, WALK2R, 30)
    for via in strongest(board.walk, REACH):
        if via != subject:
            last_step(memory, near, via, relation, day, board.walk.sums[via], scratch, step)
    _put(board, step, WALK3R, 30)
    _put(board, board.walk, WALK2, 30)
    alike(memory, subject, relation, day, scratch, board.walk)
    for via in strongest(board.walk, REACH):
        last_step(memory, near, via, relation, day, board.walk.sums[via], scratch, step)
    clear(board.walk)
    _put(board, step, ALIKE, 30)


@compiled
def _from_fellows(
    memory: Memory, names: Names, board: Board, subject: int, relation: int, day: int, most: int
) -> None:
    """Mark whom the subject's country deals with so, and the country's own; sums are left."""
    view, heap = names.views[0], board.scratch
    country = names.country[subject]
    ask = country * len(memory.relation_day) + relation
    total = 0.1
    for cell in range(view.start[ask], view.start[ask + 1]):
        if view.day[cell] != NEVER:
            total += view.count[cell, 3] * memory.decay[day - view.day[cell], 3]
    for cell in range(view.start[ask], view.start[ask + 1]):
        if view.day[cell] != NEVER:
            amount = view.count[cell, 3] * memory.decay[day - view.day[cell], 3]
            add(heap, view.holder[cell] // 2, 0.3 * amount / total + 1e-9)
    for i in range(names.first[country], names.first[country + 1]):
        entity = names.fellows[i]
        if memory.entity_day[entity] != NEVER:
            gap = day - memory.entity_day[entity]
            recent = memory.entity_count[entity, 3] * memory.decay[gap, 3]
            add(heap, entity, 0.01 * np.log1p(recent) + 1e-9)
    for entity in strongest(heap, most):
        _mark(board, entity)


@compiled
def _rough(row: Floats) -> float:
    """A first score, to choose whom to look at."""
    return (
        4 * row[LOGIT] + row[EITHER] + row[BEST] + 0.02 * row[TRIPLE + 4] ** 0.5
        + 2 * row[WALK2R] + 2 * row[WALK3R] + 0.02 * row[ALIKE] + 0.5 * row[WALK2]
        + 0.02 * np.log1p(row[TAKER + 2]) + 0.005 * np.log1p(row[TAKER + 4])
    )


@compiled
def look(
    memory: Memory, logit: Logit, board: Board, names: Names, subject: int, relation: int, day: int, most: int, out: Floats
) -> Days:
    """Choose the candidates of a question and write their columns.

    Args:
        memory: State before the question's day.
        board: Working space, empty; it is left empty.
        subject: Of the question.
        relation: Of the question.
        day: Of the question.
        most: At most so many candidates.
        out: One row per candidate is written here, shape (most or more, COLUMNS).

    Returns:
        The candidates, in the order of their rows.
    """
    _from_history(memory, board, subject, relation, day)
    _from_logit(memory, logit, board, subject, relation, day)
    _from_walks(memory, board, subject, relation, day)
    _from_takers(memory, board, relation, day, 60)
    if names.on[0]:
        _from_fellows(memory, names, board, subject, relation, day, 60)
    for i in range(board.marked.size[0]):
        entity = board.marked.listed[i]
        board.marked.sums[entity] = board.scratch.sums[entity] + 1e-9 + _rough(board.rows[entity])
    clear(board.scratch)
    chosen = strongest(board.marked, most)
    for i in range(len(chosen)):
        entity = chosen[i]
        gap = day - memory.entity_day[entity]
        _fade(board.rows[entity], ENTITY, memory.entity_count[entity], gap, memory.decay)
        row = board.rows[entity]
        row[RATIOS] = (row[FORWARD + 2] + row[BACKWARD + 2]) / (row[ENTITY + 2] + 0.1)
        row[RATIOS + 1] = (row[FORWARD + 4] + row[BACKWARD + 4]) / (row[ENTITY + 4] + 0.1)
        row[RATIOS + 2] = row[TRIPLE + 2] / (row[TAKER + 2] + 0.1)
        row[RATIOS + 3] = row[TRIPLE + 4] / (row[TAKER + 4] + 0.1)
        out[i, :OWN] = row
    if names.on[0]:
        compare_names(memory, names, subject, relation, day, chosen, out[:, IDS:])
    _compare(out[: len(chosen)])
    _of_question(memory, subject, relation, day, board.marked.size[0], out[: len(chosen)])
    _wipe(board)
    return chosen


@compiled
def _compare(out: Floats) -> None:
    for j in range(len(SHARES)):
        column = SHARES[j]
        total = 0.0
        for i in range(len(out)):
            total += out[i, column]
        for i in range(len(out)):
            out[i, SHARE + j] = out[i, column] / total if total > 0 else 0.0


@compiled
def _of_question(
    memory: Memory, subject: int, relation: int, day: int, marked: int, out: Floats
) -> None:
    """Columns that all candidates of a question share."""
    said = np.zeros(IDS - QUESTION, dtype=np.float32)
    if memory.entity_day[subject] != NEVER:
        gap = day - memory.entity_day[subject]
        said[0] = gap
        said[1:4] = (memory.entity_count[subject] * memory.decay[gap])[np.array([1, 2, 4])]
    if memory.relation_day[relation] != NEVER:
        gap = day - memory.relation_day[relation]
        said[4:6] = (memory.relation_count[relation] * memory.decay[gap])[np.array([2, 4])]
    said[6] = marked
    for i in range(len(out)):
        said[7] += out[i, TRIPLE + 2]
        said[8] += out[i, TRIPLE + 4]
        said[9] = max(said[9], out[i, BEST])
        said[10] += out[i, EITHER]
        said[11] += out[i, TRIPLE + 4] > 0
    for i in range(len(out)):
        out[i, QUESTION:IDS] = said


@compiled
def _wipe(board: Board) -> None:
    for i in range(board.marked.size[0]):
        row = board.rows[board.marked.listed[i]]
        row[:] = 0
        for block in range(6):
            row[block * _BLOCK + FADES] = FAR
    clear(board.marked)
