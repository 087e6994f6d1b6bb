"""All pairs judged by their counts: what changed beside what all share, and who is named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from detente.answers import Answer
from detente.arrays import Bools, Floats
from detente.asks.movers.attention import attention, common_change
from detente.asks.movers.questions import LEAST_EVENTS, QUESTIONS, SHARE, Series, series_of
from detente.asks.movers.sharing import changes_on
from detente.asks.movers.window import Window
from detente.errors import DataGapError
from detente.estimators.false_signs import FalseSigns, false_signs
from detente.estimators.levels.lasting import LastingChanges
from detente.events.engine import DUCKDB
from detente.relations.world import KINDS, WorldCounts

CONFLICT = KINDS.index("conflict")

FALSE_SHARE = 0.1
NAMED_AT = 0.08
"""The rate at which pairs are named: how pairs wander is estimated too, and takes its share."""


@dataclass(frozen=True, eq=False)
class Movers:
    """Which pairs of states have moved since a date, and by how much.

    Attributes:
        window: The origin, the periods, and which of them lie after the date.
        world: What every two states did to each other.
        series: What was counted for each question, and relative to what.
        attention: Log change of the same in both states' other pairs, shape (P, 3).
        signs: Log change of each pair and question beside what all share and beside attention, and
            how likely each is false; flattened by pair, then question, N = 3 P.
        named: Which are named, shape (P, 3).
        top: How many pairs are told.
        acts: What the pairs that are told did to each other by day, where events were asked.
        others: The same by each of the other origins that cover both sides, where any is named.
    """

    window: Window
    world: WorldCounts
    series: Series
    attention: Floats
    signs: FalseSigns
    named: Bools
    top: int
    acts: pa.Table | None = None
    others: tuple[Movers, ...] = ()

    @property
    def tested(self) -> Bools:
        """Which questions have an answer, shape (P, 3)."""
        return np.isfinite(self.signs.wrong).reshape(-1, len(QUESTIONS))

    def answer(self) -> Answer:
        """The answer: `ranking`, `changes`, `levels`, `network` and `matrix` are its exhibits."""
        from detente.asks.movers.shown import answer_of  # noqa: PLC0415 - builds on this module

        return answer_of(self)


def measure(
    world: WorldCounts,
    window: Window,
    *,
    top: int = 20,
    threads: int = 1,
    engine: str = DUCKDB.name,
) -> Movers:
    """Judge all pairs by their counts.

    Args:
        world: Counts of each pair over the window.
        window: Which periods have data, and which lie after the date.
        top: How many pairs are told.
        threads: Threads to share the pairs among.
        engine: An engine whose workers share the pairs instead.

    Raises:
        DataGapError: No pair has enough events.
    """
    enough = world.counts[:, :, window.used].sum(axis=2).max(axis=1, initial=0) >= LEAST_EVENTS
    if not enough.any():
        raise DataGapError(
            "No pair of states could be asked about.",
            f"Pairs with events of {window.coverage.origin}: {len(world.pairs)}, none with"
            f" {LEAST_EVENTS} of one kind.",
            "Load more events, or name an earlier --since.",
        )
    pairs = tuple(pair for pair, flag in zip(world.pairs, enough, strict=True) if flag)
    world = WorldCounts(world.coverage, pairs, world.counts[enough])
    series = series_of(world.counts, window.used)

    changes = [
        changes_on(engine, counts, window.after, exposure=exposure, threads=threads)
        for counts, exposure in zip(*_by_question(series), strict=True)
    ]
    toward = np.where(series.kinds == CONFLICT, 1.0, -1.0)
    toward[:, :SHARE] = 1.0  # shares are turned to that of conflict, rates are not
    change = toward * np.column_stack([item.estimate for item in changes])
    noticed, variance = _attention(world.pairs, change, changes)
    left = change - noticed
    error = np.sqrt(np.column_stack([item.deviation for item in changes]) ** 2 + variance)
    left -= [common_change(*pair) for pair in zip(left.T, error.T, strict=True)]
    signs = false_signs((toward * left).ravel(), error.ravel())
    named = signs.named(NAMED_AT).reshape(left.shape)
    return Movers(window, world, series, toward * noticed, signs, named, top)


def _by_question(series: Series) -> tuple[Floats, Floats]:
    """Counts and exposure of each question, shape (3, P, T); of what is not asked, no event."""
    counts = np.where(series.asked[:, :, None], series.counts, 0.0)
    return np.moveaxis(counts, 1, 0), np.moveaxis(series.exposure, 1, 0)


def _attention(
    pairs: Sequence[tuple[str, str]], change: Floats, changes: Sequence[LastingChanges]
) -> tuple[Floats, Floats]:
    """How both states' other pairs changed, by pair and question, and its variance, (P, 3) each."""
    codes, places = np.unique(np.array(pairs), return_inverse=True)
    states = places.reshape(-1, 2)
    parts = [
        attention(change[:, place], item.error, states, len(codes))[:2]
        for place, item in enumerate(changes)
    ]
    noticed, variance = (np.column_stack(part) for part in zip(*parts, strict=True))
    return noticed, variance
