"""What is told beside the ranking: levels period by period, closeness, and when a rate turned."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detente.arrays import Floats, Ints
from detente.asks.movers.judged import Movers
from detente.asks.movers.ranking import CONFLICT, COOPERATION, Move
from detente.estimators.levels.lasting import Turn, turning_point
from detente.estimators.levels.paths import level_paths
from detente.relations.steps import period_name
from detente.relations.world import KINDS

REACH = 1.6449  # standard deviations of a 90% interval


@dataclass(frozen=True, eq=False)
class Levels:
    """Latent levels of some pairs, in events per period at the mean course of all pairs.

    Attributes:
        pairs: Places of the pairs, shape (n,).
        level: Shape (n, 2, T); NaN where a pair has no event of the kind.
        low: Low end of its 90% interval.
        high: High end.
    """

    pairs: Ints
    level: Floats
    low: Floats
    high: Floats

    @property
    def closeness(self) -> Floats:
        """Cooperation less conflict over both, from −1 to 1, shape (n, T)."""
        cooperation, conflict = (np.nan_to_num(self.level[:, k]) for k in (COOPERATION, CONFLICT))
        return np.asarray((cooperation - conflict) / np.maximum(cooperation + conflict, 1e-9))


def levels_of(movers: Movers, pairs: Ints) -> Levels:
    """The latent levels of pairs, period by period; what all pairs share is taken out.

    Args:
        movers: The movers.
        pairs: Places of the pairs, shape (n,).
    """
    counts = np.where(movers.window.used, movers.world.counts[pairs], np.nan)
    flat = counts.reshape(-1, counts.shape[-1])
    exposure = movers.series.exposure[pairs][:, : len(KINDS)].reshape(flat.shape)
    paths = level_paths(flat, exposure)
    level, reach = paths.mean.reshape(counts.shape), REACH * paths.error.reshape(counts.shape)
    return Levels(pairs, np.exp(level), np.exp(level - reach), np.exp(level + reach))


def turn_of(movers: Movers, move: Move) -> Turn | None:
    """When what is asked of a pair turned, if it did so once within the window."""
    series = movers.series
    return turning_point(
        series.counts[move.pair, move.question], series.exposure[move.pair, move.question]
    )


def turn_names(movers: Movers, turn: Turn | None) -> tuple[str, str, str]:
    """The period of a turn, and the earliest and latest that are likely too."""
    if turn is None:
        return "", "", ""
    dates, every = movers.window.coverage.dates, movers.window.every
    at, low, high = (period_name(dates[place], every) for place in (turn.at, turn.low, turn.high))
    return at, low, high


def busiest(movers: Movers, most: int) -> Ints:
    """Places of the pairs with the most events, the named among them first, in order of place."""
    events = movers.world.counts.sum(axis=(1, 2))
    order = np.lexsort((-events, ~movers.named.any(axis=1)))
    return np.sort(order[:most])


def kind_name(kind: int) -> str:
    """The name of a kind by its place."""
    return KINDS[kind]
