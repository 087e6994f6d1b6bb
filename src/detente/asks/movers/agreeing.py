"""What the other origins of a store say of a pair that one of them names.

Levels of different origins do not compare, so that they are never mixed; but each can be asked for
itself. A move that is named by one and contradicted by another is more likely in what was coded.
"""

from __future__ import annotations

from detente.asks.movers.judged import Movers, measure
from detente.asks.movers.questions import QUESTIONS, SHARE
from detente.asks.movers.ranking import Move
from detente.asks.movers.window import choose_window
from detente.errors import DataGapError
from detente.events.inputs import EventInput
from detente.relations.world import world_counts

SURE = 0.95
"""Probability of the sign from which an origin agrees."""


def other_movers(
    movers: Movers, events: EventInput, *, threads: int = 1, engine: str
) -> tuple[Movers, ...]:
    """The same question of every other origin that covers both sides of the date."""
    window, others = movers.window, []
    for origin, _ in window.others:
        try:
            own = choose_window(
                events, since=window.since, until=window.until, every=window.every, origin=origin,
                engine=engine,
            )  # fmt: skip
            counts = world_counts(events, own.coverage, own.every, until=own.until, engine=engine)
            others.append(measure(counts, own, threads=threads, engine=engine))
        except DataGapError:
            continue  # why it is not used stands among the reasons of the window
    return tuple(others)


def agreement(movers: Movers, move: Move) -> str:
    """What each of the other origins says of a move, in words; nothing where there is none."""
    pair = movers.world.pairs[move.pair]
    return "; ".join(
        f"{other.window.coverage.origin} {_says(other, pair, move)}" for other in movers.others
    )


def _says(other: Movers, pair: tuple[str, str], move: Move) -> str:
    if pair not in other.world.pairs:
        return "has too few events"
    place = other.world.pairs.index(pair)
    risen = float(other.signs.risen.reshape(-1, len(QUESTIONS))[place, move.question])
    if move.question == SHARE and other.series.rarer[place] != move.kind:
        risen = 1 - risen  # it was asked about the share of the other kind
    chance = risen if move.ratio > 1 else 1 - risen
    if not chance >= 0:
        return "has too few events"
    if chance >= SURE:
        return "agrees"
    return "says the opposite" if chance <= 1 - SURE else "cannot tell"
