"""Questions asked in order of time of a memory that knows only what came before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.dynamics._compiled import compiled
from detente.forecasts.events.data import Facts, Ints, Queries, queries
from detente.forecasts.events.features import (
    COLUMNS,
    Board,
    empty_board,
    look,
)
from detente.forecasts.events.logit import Logit, answer, empty_logit
from detente.forecasts.events.memory import Floats, Memory, absorb, empty_memory, learn
from detente.forecasts.events.views import Names, absorb_names, no_names

Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Examples:
    """Candidates of some questions with what is known of them.

    Attributes:
        columns: Shape (rows, COLUMNS).
        true: Whether each candidate was a true object, shape (rows,).
        size: Candidates of each question, shape (questions,).
        entity: Each row's candidate.
        asked: Number of each question.
        missed: Rank, among all that are not candidates, of each true object that is not; from 1.
        missed_by: Position in `asked` of the question that missed it.
    """

    columns: Floats
    true: Bools
    size: Ints
    entity: Ints
    asked: Ints
    missed: NDArray[np.float64]
    missed_by: Ints


def stream(
    facts: Facts, wanted: Bools, *, starts: Ints, most: int = 120, names: Names | None = None
) -> Iterator[Examples]:
    """Pass through the facts in order of time and give the examples of the wanted questions.

    Args:
        facts: All facts, both directions.
        wanted: Whether examples of each question of `queries(facts)` are wanted.
        starts: Days on which the history is brought up to date, rising. Questions of a day see
            the facts before the last of these.
        most: At most so many candidates per question.

    Yields:
        Examples of the questions between two of `starts`, where any is wanted.
    """
    asked = queries(facts)
    memory, slots = empty_memory(facts)
    logit, board = empty_logit(facts.relations), empty_board(facts.entities)
    true = np.zeros(facts.entities, dtype=np.bool_)
    number = np.zeros(facts.entities, dtype=np.float32)
    names = no_names(facts) if names is None else names
    cuts = np.unique(np.concatenate([[asked.day[0]], starts, [asked.day[-1] + 1]]))
    for begin, end in zip(cuts[:-1], cuts[1:], strict=True):
        low, high = np.searchsorted(asked.day, [begin, end])
        picked = low + np.flatnonzero(wanted[low:high])
        if len(picked):
            yield _examples(memory, logit, board, names, asked, picked, true, most)
        _learn_all(memory, logit, board.contest, number, asked.subject, asked.relation, asked.day, asked.start, asked.truth,
                   low, high, true)
        rows = slice(asked.start[low], asked.start[high])
        absorb(memory, facts.rows[rows], slots.cell[rows], slots.taker[rows])
        absorb_names(names, facts.rows[rows], asked.start[low], memory.decay)
        board.near.day[:] = -1


def _examples(
    memory: Memory, logit: Logit, board: Board, names: Names, asked: Queries, picked: Ints, true: Bools, most: int
) -> Examples:
    columns = np.empty((len(picked) * most, COLUMNS), dtype=np.float32)
    entity = np.empty(len(picked) * most, dtype=np.int64)
    label = np.zeros(len(picked) * most, dtype=np.bool_)
    size = np.empty(len(picked), dtype=np.int64)
    missed = np.zeros(int((asked.start[picked + 1] - asked.start[picked]).sum()))
    missed_by = np.zeros(len(missed), dtype=np.int64)
    rows, misses = _fill(
        memory, logit, board, names, asked.subject, asked.relation, asked.day, asked.start, asked.truth,
        picked, true, most, columns, entity, label, size, missed, missed_by,
    )
    return Examples(
        columns[:rows], label[:rows], size, entity[:rows], picked, missed[:misses],
        missed_by[:misses],
    )


@compiled
def _fill(
    memory, logit, board, names, subject, relation, day, start, truth, picked, true, most,
    columns, entity, label, size, missed, missed_by,
):
    rows, misses = 0, 0
    for i in range(len(picked)):
        q = picked[i]
        for j in range(start[q], start[q + 1]):
            true[truth[j]] = True
        chosen = look(memory, logit, board, names, subject[q], relation[q], day[q], most, columns[rows:])
        size[i] = len(chosen)
        for j in range(len(chosen)):
            entity[rows + j] = chosen[j]
            label[rows + j] = true[chosen[j]]
        count = _missed(memory, relation[q], day[q], truth[start[q]:start[q + 1]], true, chosen, missed[misses:])
        for j in range(count):
            missed_by[misses + j] = i
        misses += count
        rows += len(chosen)
        for j in range(start[q], start[q + 1]):
            true[truth[j]] = False
    return rows, misses


@compiled
def _missed(memory, relation, day, truth, true, chosen, out):
    found = 0
    for j in range(len(chosen)):
        found += true[chosen[j]]
    if found == len(truth):
        return 0
    fallback = np.zeros(len(memory.entity_day), dtype=np.float64)
    for e in range(len(fallback)):
        if memory.entity_day[e] != -1:
            fallback[e] = 1e-6 * memory.entity_count[e, 3] * memory.decay[day - memory.entity_day[e], 3]
    for pair in range(memory.taker_start[relation], memory.taker_start[relation + 1]):
        if memory.taker_day[pair] != -1:
            fallback[memory.taker_object[pair]] += memory.taker_count[pair, 3] * memory.decay[day - memory.taker_day[pair], 3] + 1e-3
    out_of = np.ones(len(fallback), dtype=np.bool_)
    for j in range(len(chosen)):
        out_of[chosen[j]] = False
    count = 0
    for j in range(len(truth)):
        if out_of[truth[j]]:
            above, tied = 0, 0
            for e in range(len(fallback)):
                if out_of[e] and not true[e]:
                    above += fallback[e] > fallback[truth[j]]
                    tied += fallback[e] == fallback[truth[j]]
            out[count] = 1 + above + tied / 2
            count += 1
    return count


@compiled
def _learn_all(memory, logit, contest, number, subject, relation, day, start, truth, low, high, true):
    for q in range(low, high):
        for j in range(start[q], start[q + 1]):
            true[truth[j]] = True
        learn(memory, subject[q], relation[q], day[q], true)
        for j in range(start[q], start[q + 1]):
            number[truth[j]] = 1.0
        answer(memory, logit, contest, subject[q], relation[q], day[q], number)
        for j in range(start[q], start[q + 1]):
            true[truth[j]] = False
            number[truth[j]] = 0.0
