"""What is asked of each pair: the rates of both kinds, and the share of the rarer in all it does.

The rates rise with any news about a pair; the share of conflict in what two states do to each other
does not, and it is what "closer" and "further apart" mean. The share is that of the rarer kind: of
the other one it hardly moves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detente.arrays import Bools, Floats, Ints
from detente.asks.movers.attention import common_course
from detente.relations.world import KINDS

QUESTIONS = (*KINDS, "share of the rarer kind")
SHARE = len(KINDS)
"""Place of the last of them."""

LEAST_EVENTS = 20
"""A pair is asked about a kind of event if the window holds so many of it."""

LEAST_RARER = 5
"""And about the share of the rarer kind, if there are so many of that."""


@dataclass(frozen=True, eq=False)
class Series:
    """What is counted and what it is relative to, question by question.

    Attributes:
        counts: Shape (P, 3, T); NaN in periods without data.
        exposure: What all pairs share of a kind, and for the share all that the pair does; NaN
            where it does nothing. Shape (P, 3, T).
        asked: Which questions are asked of which pairs, shape (P, 3).
        rarer: Place of the kind of which a pair has fewer events, shape (P,).
    """

    counts: Floats
    exposure: Floats
    asked: Bools
    rarer: Ints

    @property
    def kinds(self) -> Ints:
        """The kind whose events each question counts, shape (P, 3)."""
        both = np.broadcast_to(np.arange(len(KINDS)), (len(self.rarer), len(KINDS)))
        return np.column_stack([both, self.rarer])


def series_of(counts: Floats, used: Bools) -> Series:
    """The series of each pair and question.

    Args:
        counts: Events by pair, kind and period, shape (P, 2, T).
        used: Periods with data, shape (T,).

    Example:
        >>> counts = np.random.default_rng(0).poisson([[9.0], [3.0]], (50, 2, 30))
        >>> series = series_of(counts.astype(float), np.ones(30, dtype=bool))
        >>> series.counts.shape, bool((series.rarer == 1).all())
        ((50, 3, 30), True)
    """
    total, held = counts.sum(axis=1), np.where(used, counts, np.nan)
    course = [common_course(part, used) for part in (*np.moveaxis(counts, 1, 0), total)]
    sums = np.nansum(held, axis=2)
    rarer = sums.argmin(axis=1)
    of_rarer = np.take_along_axis(held, rarer[:, None, None], axis=1)
    exposure = np.where(total > 0, total, np.nan) * np.stack(course)[rarer] / course[-1]
    both = np.broadcast_to(np.stack(course[:SHARE]), counts.shape)
    many = sums >= LEAST_EVENTS
    share = many.any(axis=1) & (sums.min(axis=1) >= LEAST_RARER)
    return Series(
        np.concatenate([held, of_rarer], axis=1),
        np.concatenate([both, exposure[:, None]], axis=1),
        np.column_stack([many, share]),
        rarer,
    )
