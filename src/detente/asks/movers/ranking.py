"""Movers as rows: which pair moved which way, by how much and how surely, the largest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from detente.arrays import Ints
from detente.asks.movers.judged import Movers
from detente.asks.movers.questions import QUESTIONS, SHARE
from detente.events.actors import name_of
from detente.relations.world import KINDS

COOPERATION, CONFLICT = range(2)
CLOSER, APART, MORE, LESS = "closer", "further apart", "more of both", "less of both"


@dataclass(frozen=True)
class Move:
    """What is said of one pair and question.

    Attributes:
        pair: Place of the pair.
        question: Place of the question.
        kind: Place of the kind of events that it counts.
        ratio: Rate or share since the date over that before, beside what all share and attention.
        low: Low end of its 90% interval.
        high: High end.
        risen: Probability that it has risen.
        rate: Expected share of false ones among it and all that are surer.
        wrong: Local rate: how likely it has not moved, or moved the other way.
        named: Whether it is named.
    """

    pair: int
    question: int
    kind: int
    ratio: float
    low: float
    high: float
    risen: float
    rate: float
    wrong: float
    named: bool

    @property
    def what(self) -> str:
        """What has changed, in words."""
        return f"share of {KINDS[self.kind]}" if self.question == SHARE else KINDS[self.kind]


def moves(movers: Movers) -> tuple[Move, ...]:
    """All that was asked: those named by the surest lower bound of the size, then the nearest."""
    signs, asked = movers.signs, np.flatnonzero(movers.tested.ravel())
    named = movers.named.ravel()
    sure = np.where(signs.estimate > 0, signs.low, -signs.high)
    near = np.where(named, -sure, signs.rate)
    order = sorted(asked, key=lambda place: (not named[place], near[place], signs.wrong[place]))
    return tuple(_move(movers, int(place)) for place in order)


def _move(movers: Movers, place: int) -> Move:
    signs = movers.signs
    pair, question = divmod(place, len(QUESTIONS))
    return Move(
        pair,
        question,
        int(movers.series.kinds[pair, question]),
        float(np.exp(signs.estimate[place])),
        float(np.exp(signs.low[place])),
        float(np.exp(signs.high[place])),
        float(signs.risen[place]),
        float(signs.rate[place]),
        float(signs.wrong[place]),
        bool(movers.named.ravel()[place]),
    )


def pair_name(movers: Movers, pair: int) -> str:
    """The two states by name."""
    return " – ".join(name_of(code) for code in movers.world.pairs[pair])


def direction(movers: Movers, pair: int) -> str:
    """What the named changes of a pair come to: closer, apart, more or less of both; "" if none.

    The share of a kind says it by itself; the rates only together.
    """
    signs = np.sign(movers.signs.estimate.reshape(-1, len(QUESTIONS))[pair])
    up = np.where(movers.named[pair], signs, 0).astype(int)
    if up[SHARE]:
        conflict = int(movers.series.rarer[pair]) == CONFLICT
        return APART if (up[SHARE] > 0) == conflict else CLOSER
    return {
        (1, 0): CLOSER,
        (1, -1): CLOSER,
        (0, -1): CLOSER,
        (-1, 0): APART,
        (-1, 1): APART,
        (0, 1): APART,
        (1, 1): MORE,
        (-1, -1): LESS,
    }.get((up[COOPERATION], up[CONFLICT]), "")


def shown_pairs(movers: Movers, ranked: Sequence[Move]) -> Ints:
    """Places of the pairs that are told with their levels: the first of the ranking, each once."""
    chosen = list(dict.fromkeys(move.pair for move in ranked))[: movers.top]
    return np.array(chosen, dtype=np.int64)
