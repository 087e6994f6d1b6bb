"""Movers as rows: which pair moved which way, by how much and how surely, the largest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from detente.arrays import Ints
from detente.asks.movers.judged import Movers
from detente.events.actors import name_of
from detente.relations.world import KINDS

COOPERATION, CONFLICT = range(2)
CLOSER, APART, MORE, LESS = "closer", "further apart", "more of both", "less of both"


@dataclass(frozen=True)
class Move:
    """What is said of one pair and kind.

    Attributes:
        pair: Place of the pair.
        kind: Place of the kind.
        ratio: Rate since the date over the rate before, beside what all share and attention.
        low: Low end of its 90% interval.
        high: High end.
        risen: Probability that it has risen.
        rate: Expected share of false ones among it and all that are surer.
        wrong: Local rate: how likely it has not moved, or moved the other way.
        named: Whether it is named.
    """

    pair: int
    kind: int
    ratio: float
    low: float
    high: float
    risen: float
    rate: float
    wrong: float
    named: bool


def moves(movers: Movers) -> tuple[Move, ...]:
    """All that was asked: those named first, the surest lower bound of the size before others."""
    signs, asked = movers.signs, np.flatnonzero(movers.tested.ravel())
    named = movers.named.ravel()
    near = np.where(signs.estimate > 0, signs.low, -signs.high)
    order = sorted(asked, key=lambda i: (not named[i], -near[i] if named[i] else signs.wrong[i], i))
    return tuple(_move(movers, int(place)) for place in order)


def _move(movers: Movers, place: int) -> Move:
    signs = movers.signs
    pair, kind = divmod(place, len(KINDS))
    return Move(
        pair,
        kind,
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
    """What the named changes of a pair come to: closer, apart, more or less of both; "" if none."""
    signs = movers.signs.estimate.reshape(-1, len(KINDS))[pair]
    named = movers.named[pair]
    up = [int(np.sign(signs[kind])) if named[kind] else 0 for kind in range(len(KINDS))]
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
