"""What is known of each candidate object of a question, from the events before its day."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from detente.compiled import compiled
from lab.ranker.factors import Odds
from lab.ranker.logit import Contest, Logit, empty_contest, leave, stand
from lab.ranker.memory import (
    FADES,
    NEVER,
    Days,
    Floats,
    Memory,
    situation,
)
from lab.ranker.views import (
    NAMED,
    VIEW_PARTS,
    Names,
    compare_names,
    fellows,
    partners,
)
from lab.ranker.walks import (
    REACH,
    Heap,
    Neighbours,
    add,
    clear,
    empty_heap,
    last_step,
    no_neighbours,
    strongest,
    two_steps,
)

FAR = 9999.0
"""Stands for the gap in days since what never happened."""

BLOCKS = ("triple", "mirror", "forward", "backward", "taker", "entity")
WIDTH = FADES + 1
TRIPLE, MIRROR, FORWARD, BACKWARD, TAKER, ENTITY = (i * WIDTH for i in range(6))
"""First column of each block: decayed counts of the question's own fact, of its mirror image, of
all that the subject did to the object, of all it suffered from it, of the object with the relation,
of the object at large; each with the days since the last."""

SINGLE = (
    "best", "second", "either",
    "walk2", "walk2r", "walk3r",
    "pairs", "takes", "logit", "product", "odds",
    "fellow", "home",
    "of object, recent", "of object, ever", "of taker, recent", "of taker, ever",
)  # fmt: skip
(
    BEST, SECOND, EITHER, WALK2, WALK2R, WALK3R, PAIRS, TAKES, LOGIT, PRODUCT, ODDS, FELLOW, HOME,
    RATIO,
) = (6 * WIDTH + i for i in range(14))  # fmt: skip
OWN = 6 * WIDTH + len(SINGLE)
"""Columns that a candidate has of its own; later ones compare it with the other candidates."""

SHARES = (
    TRIPLE + 1, TRIPLE + 2, TRIPLE + 4, FORWARD + 2, BACKWARD + 2, TAKER + 1, TAKER + 3,
    BEST, EITHER, WALK2R, WALK3R,
)  # fmt: skip
SHARE = OWN
QUESTION = SHARE + len(SHARES)
SAID = 12
"""Columns that all candidates of a question share."""

IDS = QUESTION + SAID
COLUMNS = IDS + NAMED

FIRST_LOOK = (
    TRIPLE + 2, TRIPLE + 4, MIRROR + 4, FORWARD + 2, FORWARD + 4, BACKWARD + 2, BACKWARD + 4,
    TAKER + 1, TAKER + 3, TAKER + 4, BEST, EITHER, WALK2, WALK2R, WALK3R, LOGIT, ODDS, FELLOW, HOME,
)  # fmt: skip
"""Columns by which candidates are chosen."""

STRONGEST = 30
TAKERS = 60
FELLOWS = 60
"""How many candidates each kind of walk, the factors, the relation and the subject's country put
forward."""


def column_names() -> list[str]:
    """Names of the columns, in order."""
    parts = ("1.5 days", "5 days", "20 days", "80 days", "ever", "gap")
    own = [f"{block} {part}" for block in BLOCKS for part in parts] + list(SINGLE)
    shares = [f"share of {own[i]}" for i in SHARES]
    said = [f"question {i}" for i in range(SAID)]
    views = [f"view {i // VIEW_PARTS} part {i % VIEW_PARTS}" for i in range(NAMED)]
    return own + shares + said + views


class Board(NamedTuple):
    """Working space: a row of own columns per entity, and which entities have been put on it."""

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
    rows[:, FADES : 6 * WIDTH : WIDTH] = FAR
    marked, walk, step, scratch = (empty_heap(entities) for _ in range(4))
    near, contest = no_neighbours(entities), empty_contest(entities)
    return Board(rows, marked, near, walk, step, scratch, contest)


@compiled
def look(
    memory: Memory,
    logit: Logit,
    board: Board,
    names: Names,
    odds: Odds,
    question: int,
    subject: int,
    relation: int,
    day: int,
    most: int,
    weights: Floats,
    out: Floats,
) -> Days:
    """Choose the candidates of a question and write their columns.

    Args:
        memory: State before the question's day.
        logit: Weights learned before the question's day.
        board: Working space, empty; it is left empty.
        names: What is read from the names.
        odds: What the factors say, by question.
        question: Its row there.
        subject: Of the question.
        relation: Of the question.
        day: Of the question.
        most: At most so many candidates.
        weights: Of the columns of `FIRST_LOOK`, by which candidates are chosen.
        out: One row per candidate is written here, shape (most or more, COLUMNS).

    Returns:
        The candidates, in the order of their rows.
    """
    _from_history(memory, board, subject, relation, day)
    _from_logit(memory, logit, board, subject, relation, day)
    _from_walks(memory, board, subject, relation, day)
    _from_takers(memory, board, relation, day)
    if names.on[0]:
        _from_fellows(memory, names, board, subject, relation, day)
    _from_factors(board, odds, question)
    chosen = _choose(board, weights, most)
    table = out[: len(chosen)]
    for i in range(len(chosen)):
        _finish(memory, board.rows[chosen[i]], chosen[i], day)
        for j in range(OWN):
            table[i, j] = board.rows[chosen[i], j]
    _compare(table)
    _of_question(memory, subject, relation, day, board.marked.size[0], table)
    if names.on[0]:
        compare_names(memory, names, subject, relation, day, chosen, table, IDS)
    _wipe(board)
    return chosen


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
    for cell in range(memory.cell_start[subject * kinds], memory.cell_start[(subject + 1) * kinds]):
        if memory.cell_day[cell] == NEVER:
            continue
        gap, kind = day - memory.cell_day[cell], memory.cell_relation[cell]
        counts, row = memory.cell_count[cell], board.rows[memory.cell_object[cell]]
        _mark(board, memory.cell_object[cell])
        _fade(row, FORWARD if kind < kinds // 2 else BACKWARD, counts, gap, memory.decay)
        if kind == relation:
            _fade(row, TRIPLE, counts, gap, memory.decay)
        elif kind == back:
            _fade(row, MIRROR, counts, gap, memory.decay)
        now = situation(gap, counts[2] * memory.decay[gap, 2])
        odds = (came[kind, now] + 0.1) / (asked[kind, now] + 10.0)
        row[EITHER] -= np.log(1 - odds)
        row[SECOND] = max(row[SECOND], min(row[BEST], odds))
        row[BEST] = max(row[BEST], odds)


@compiled
def _from_logit(
    memory: Memory, logit: Logit, board: Board, subject: int, relation: int, day: int
) -> None:
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
def _from_takers(memory: Memory, board: Board, relation: int, day: int) -> None:
    """Mark the objects that the relation has had most of late."""
    first, last = memory.taker_start[relation], memory.taker_start[relation + 1]
    for pair in range(first, last):
        if memory.taker_day[pair] != NEVER:
            gap = day - memory.taker_day[pair]
            count = memory.taker_count[pair]
            amount = count[2] * memory.decay[gap, 2] + 0.05 * count[3] * memory.decay[gap, 3]
            add(board.scratch, memory.taker_object[pair], amount + 1e-6 * count[4])
    for entity in strongest(board.scratch, TAKERS):
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
        weight, via = near.share[subject, i], near.who[subject, i]
        last_step(memory, near, via, relation, day, weight, scratch, step)
    _put(board, step, WALK2R, STRONGEST)
    for via in strongest(board.walk, REACH):
        if via != subject:
            last_step(memory, near, via, relation, day, board.walk.sums[via], scratch, step)
    _put(board, step, WALK3R, STRONGEST)
    _put(board, board.walk, WALK2, STRONGEST)


@compiled
def _from_fellows(
    memory: Memory, names: Names, board: Board, subject: int, relation: int, day: int
) -> None:
    """Mark whom the subject's country deals with in this way, and the country's own."""
    partners(memory, names, subject, relation, day, board.scratch)
    _put(board, board.scratch, FELLOW, FELLOWS)
    fellows(memory, names, subject, day, board.scratch)
    _put(board, board.scratch, HOME, FELLOWS)


@compiled
def _from_factors(board: Board, odds: Odds, question: int) -> None:
    """Mark the likeliest objects; odds are kept as their fourth root, so that small ones differ."""
    log, product = odds.log[question], odds.product[question]
    for entity in odds.likeliest[question]:
        _mark(board, entity)
    for i in range(board.marked.size[0]):
        entity = board.marked.listed[i]
        board.rows[entity, PRODUCT] = product[entity]
        board.rows[entity, ODDS] = np.exp(log[entity] / 4)


@compiled
def _choose(board: Board, weights: Floats, most: int) -> Days:
    heap = board.marked
    for i in range(heap.size[0]):
        row = board.rows[heap.listed[i]]
        total = 0.0
        for j in range(len(FIRST_LOOK)):
            total += weights[j] * np.log1p(100 * row[FIRST_LOOK[j]])
        heap.sums[heap.listed[i]] = total
    return strongest(heap, most)


@compiled
def _finish(memory: Memory, row: Floats, entity: int, day: int) -> None:
    """Columns that chosen candidates alone need: the entity at large, the subject's part in it."""
    gap = day - memory.entity_day[entity]
    _fade(row, ENTITY, memory.entity_count[entity], gap, memory.decay)
    for i in range(2):
        fade = 2 + 2 * i
        dealt = row[FORWARD + fade] + row[BACKWARD + fade]
        row[RATIO + i] = dealt / (row[ENTITY + fade] + 0.1)
        row[RATIO + 2 + i] = row[TRIPLE + fade] / (row[TAKER + fade] + 0.1)


@compiled
def _compare(out: Floats) -> None:
    for j in range(len(SHARES)):
        total = 0.0
        for i in range(len(out)):
            total += out[i, SHARES[j]]
        for i in range(len(out)):
            out[i, SHARE + j] = out[i, SHARES[j]] / total if total > 0 else 0.0


@compiled
def _of_question(
    memory: Memory, subject: int, relation: int, day: int, marked: int, out: Floats
) -> None:
    said = np.zeros(SAID, dtype=np.float32)
    if memory.entity_day[subject] != NEVER:
        gap = day - memory.entity_day[subject]
        counts, decay = memory.entity_count[subject], memory.decay[gap]
        said[0], said[1] = gap, counts[1] * decay[1]
        said[2], said[3] = counts[2] * decay[2], counts[4]
    if memory.relation_day[relation] != NEVER:
        gap = day - memory.relation_day[relation]
        counts = memory.relation_count[relation]
        said[4], said[5] = counts[2] * memory.decay[gap, 2], counts[4]
    said[6] = marked
    for i in range(len(out)):
        said[7] += out[i, TRIPLE + 2]
        said[8] += out[i, TRIPLE + 4]
        said[9] = max(said[9], out[i, BEST])
        said[10] += out[i, EITHER]
        said[11] += out[i, TRIPLE + 4] > 0
    for i in range(len(out)):
        for j in range(SAID):
            out[i, QUESTION + j] = said[j]


@compiled
def _wipe(board: Board) -> None:
    for i in range(board.marked.size[0]):
        row = board.rows[board.marked.listed[i]]
        for j in range(OWN):
            row[j] = 0
        for block in range(6):
            row[block * WIDTH + FADES] = FAR
    clear(board.marked)
