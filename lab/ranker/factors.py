"""Factors of subjects, actions and objects: odds also for objects that a subject never met.

The score of an object is that of its contest (see `lab.ranker.logit`), where the
subject has met it, and a product of factors: of the object, and of the question. The latter come
from the subject, the action, and the objects that the subject has met, weighted by their scores in
the contest. The odds are a softmax over all objects. Factors move after every answer, once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from detente.compiled import compiled
from lab.ranker.data import Ints
from lab.ranker.logit import Contest, Logit, leave, stand
from lab.ranker.memory import Days, Floats, Memory

SIZE = 64
SPREAD = 0.05
"""Number of factors, and the spread that they begin with."""

RATE = 0.1
BEGUN = 0.01
RIDGE = 0.02
"""Step size of the gradient, what its sums of squares begin with, and the pull towards zero."""

CALM = 0.5
"""What scores are multiplied by when they weight the objects met."""

BATCH = 600
"""Questions that one step is made for."""

RIVALS = 4000
"""Of more objects than these, beside the true ones, the odds are learned on a draw of so many."""


LIKELIEST = 30
"""How many candidates the factors put forward."""


class Met(NamedTuple):
    """The objects that the subjects of some questions have met, with their scores.

    Attributes:
        size: How many, by question.
        entity: Who they are, question by question.
        score: Their scores in the contest.
    """

    size: Ints
    entity: Days
    score: Floats


class Factors(NamedTuple):
    """Factors and weights; `sums` holds the sum of squared gradients of each by its name.

    Attributes:
        subject, object, past: Factors of each entity as subject, as object, and as one met before,
            shape (S, SIZE).
        scale, shift, turn: What an action makes of the subject's factors, adds to them, and makes
            of those of the objects met, shape (R, SIZE).
        bias: Of each object, shape (S,).
        trust, met: What the score of an object that was met is multiplied by, and what being met
            adds, by action, shape (R,).
        sums: Shapes of the above.
    """

    subject: Floats
    object: Floats
    past: Floats
    scale: Floats
    shift: Floats
    turn: Floats
    bias: Floats
    trust: Floats
    met: Floats
    sums: dict[str, Floats]


def empty_factors(entities: int, relations: int) -> Factors:
    """Factors that know nothing yet.

    Example:
        >>> empty_factors(3, 2).object.shape
        (3, 64)
    """
    rng = np.random.default_rng(1)
    drawn = [rng.normal(0, SPREAD, (entities, SIZE)).astype(np.float32) for _ in range(3)]
    ones, zeros = np.ones((relations, SIZE), np.float32), np.zeros((relations, SIZE), np.float32)
    parts = {
        **dict(zip(("subject", "object", "past"), drawn, strict=True)),
        "scale": ones,
        "shift": zeros,
        "turn": ones.copy(),
        "bias": np.zeros(entities, np.float32),
        "trust": np.ones(relations, np.float32),
        "met": np.zeros(relations, np.float32),
    }
    sums = {name: np.full_like(part, BEGUN) for name, part in parts.items()}
    return Factors(**parts, sums=sums)


class Odds(NamedTuple):
    """What the factors say of every object, by question.

    Attributes:
        product: Product of factors with the object's bias, shape (questions, S).
        log: Log of the odds, shape (questions, S).
        likeliest: The objects with the best odds, likeliest first, shape (questions, LIKELIEST or
            all).
    """

    product: Floats
    log: Floats
    likeliest: Days


def odds_of(factors: Factors, subject: Ints, relation: Ints, met: Met) -> Odds:
    """The odds of every object.

    Example:
        >>> none = Met(np.array([0]), np.zeros(0, np.int32), np.zeros(0, np.float32))
        >>> odds = odds_of(empty_factors(4, 1), np.array([0]), np.array([0]), none)
        >>> round(float(np.exp(odds.log).sum()), 4)
        1.0
    """
    product = _aim(factors, subject, relation, _context(met, len(factors.bias)))
    product = product @ factors.object.T + factors.bias
    score = product.copy()
    row, extra = _extra(factors, relation, met)
    score[row, met.entity] += extra
    return Odds(product, score - _logsum(score)[:, None], _likeliest(score))


def _likeliest(score: Floats) -> Days:
    """The places of the best scores of each row, best first; of equals, the earlier."""
    most = min(LIKELIEST, score.shape[1])
    places = np.sort(np.argpartition(-score, most - 1, axis=1)[:, :most], axis=1)
    own = np.take_along_axis(score, places, axis=1)
    order = np.argsort(-own, axis=1, kind="stable")
    return np.take_along_axis(places, order, axis=1).astype(np.int32)


def learn_factors(
    factors: Factors,
    subject: Ints,
    relation: Ints,
    true: tuple[Ints, Ints],
    met: Met,
    rng: np.random.Generator,
) -> None:
    """Move the factors by the answers of some questions, up the gradient of the log odds.

    Args:
        factors: They are changed in place.
        subject: Of the questions.
        relation: Of the questions.
        true: Number of the question and object of each true one.
        met: What the subjects had met before.
        rng: Draws the objects to compare with, where there are many.

    Source:
        Duchi, Hazan and Singer (2011), Adaptive Subgradient Methods for Online Learning; Koren
        (2008), Factorization Meets the Neighborhood, for factors of what was met before.
    """
    columns, weight = _rivals(len(factors.bias), true[1], rng)
    place = np.full(len(factors.bias), -1)
    place[columns] = np.arange(len(columns))
    context = _context(met, len(factors.bias))
    aim = _aim(factors, subject, relation, context)
    score = aim @ factors.object[columns].T + factors.bias[columns] + weight
    row, extra = _extra(factors, relation, met)
    here = place[met.entity] >= 0
    row, column = row[here], place[met.entity][here]
    score[row, column] += extra[here]
    slope = np.exp(score - _logsum(score)[:, None])
    slope *= np.bincount(true[0], minlength=len(subject)).astype(np.float32)[:, None]
    np.subtract.at(slope, (true[0], place[true[1]]), 1)
    _descend(factors, subject, relation, context, aim, columns, slope)
    _move(factors, "met", relation[row], slope[row, column])
    _move(factors, "trust", relation[row], slope[row, column] * met.score[here])


def _descend(
    factors: Factors,
    subject: Ints,
    relation: Ints,
    context: csr_array,
    aim: Floats,
    columns: Ints,
    slope: Floats,
) -> None:
    """Move all factors against the slopes of the scores, shape (questions, columns)."""
    back = slope @ factors.object[columns]
    scale, turn = factors.scale[relation], factors.turn[relation]
    own, past = factors.subject[subject], context @ factors.past
    _shift(factors, "object", columns, slope.T @ aim + RIDGE * factors.object[columns])
    _shift(factors, "bias", columns, slope.sum(axis=0))
    met = np.unique(context.indices)
    _shift(factors, "past", met, (context.T @ (back * turn))[met])
    _move(factors, "subject", subject, back * scale + RIDGE * own)
    _move(factors, "scale", relation, back * own)
    _move(factors, "shift", relation, back)
    _move(factors, "turn", relation, back * past)


def _move(factors: Factors, name: str, places: Ints, slopes: Floats) -> None:
    """Move parts whose places may come several times."""
    unique, inverse = np.unique(places, return_inverse=True)
    added = csr_array(
        (np.ones(len(places), np.float32), (inverse, np.arange(len(places)))),
        shape=(len(unique), len(places)),
    )
    _shift(factors, name, unique, added @ slopes)


def _shift(factors: Factors, name: str, places: Ints, slopes: Floats) -> None:
    part, sums = getattr(factors, name), factors.sums[name]
    sums[places] += slopes * slopes
    part[places] -= RATE * slopes / np.sqrt(sums[places])


def _aim(factors: Factors, subject: Ints, relation: Ints, context: csr_array) -> Floats:
    """Factors of each question, shape (questions, SIZE)."""
    own = factors.subject[subject] * factors.scale[relation] + factors.shift[relation]
    return np.asarray(own + (context @ factors.past) * factors.turn[relation])


def _context(met: Met, entities: int) -> csr_array:
    """Weights of the objects met, which add up to 1 where there are any."""
    rows = np.repeat(np.arange(len(met.size)), met.size)
    weight = np.exp(CALM * np.minimum(met.score - _best(met)[rows], 0))
    total = np.bincount(rows, weight, len(met.size))
    share = (weight / total[rows]).astype(np.float32)
    return csr_array((share, (rows, met.entity)), shape=(len(met.size), entities))


def _best(met: Met) -> Floats:
    """Highest score of each question, 0 where nothing was met."""
    best = np.zeros(len(met.size), dtype=np.float32)
    some = met.size > 0
    if some.any():
        best[some] = np.maximum.reduceat(met.score, (np.cumsum(met.size) - met.size)[some])
    return best


def _extra(factors: Factors, relation: Ints, met: Met) -> tuple[Ints, Floats]:
    """Question of each object met, and what that adds to its score."""
    row = np.repeat(np.arange(len(met.size)), met.size)
    return row, met.score * factors.trust[relation[row]] + factors.met[relation[row]]


def _rivals(entities: int, true: Ints, rng: np.random.Generator) -> tuple[Ints, Floats]:
    """Objects that odds are learned on, and the log of how many each of them stands for."""
    answers = np.unique(true)
    others = np.setdiff1d(np.arange(entities), answers, assume_unique=True)
    drawn = others if len(others) <= RIVALS else rng.choice(others, RIVALS, replace=False)
    log = np.log(len(others) / max(len(drawn), 1)) if len(others) else 0.0
    weight = np.concatenate([np.zeros(len(answers)), np.full(len(drawn), log)]).astype(np.float32)
    return np.concatenate([answers, drawn]), weight


def _logsum(score: Floats) -> Floats:
    top = score.max(axis=1)
    return np.asarray(top + np.log(np.exp(score - top[:, None]).sum(axis=1)))


def meet(
    memory: Memory, logit: Logit, contest: Contest, subject: Ints, relation: Ints, day: Ints
) -> Met:
    """The objects that subjects have met, with their scores in the contest.

    Args:
        memory: As it is when the questions are asked.
        logit: Weights learned before.
        contest: Empty; it is left empty.
        subject: Of the questions.
        relation: Of the questions.
        day: Of the questions.
    """
    kinds, size = len(memory.relation_day), np.zeros(len(subject), dtype=np.int64)
    cells = memory.cell_start[(subject + 1) * kinds] - memory.cell_start[subject * kinds]
    most = int(cells.sum())  # nobody meets more objects than there are cells
    entity, score = np.empty(most, dtype=np.int32), np.empty(most, dtype=np.float32)
    total = _meet(memory, logit, contest, subject, relation, day, size, entity, score)
    return Met(size, entity[:total].copy(), score[:total].copy())


@compiled
def _meet(
    memory: Memory,
    logit: Logit,
    contest: Contest,
    subject: Ints,
    relation: Ints,
    day: Ints,
    size: Ints,
    entity: Days,
    score: Floats,
) -> int:
    """Fill sizes, entities and scores; returns how many were met in all."""
    place = 0
    for q in range(len(subject)):
        stand(memory, logit, contest, subject[q], relation[q], day[q])
        heap = contest.listed
        size[q] = heap.size[0]
        for i in range(heap.size[0]):
            other = heap.listed[i]
            entity[place] = other
            score[place] = contest.pairs[other] + contest.takes[other]
            place += 1
        leave(contest)
    return place
