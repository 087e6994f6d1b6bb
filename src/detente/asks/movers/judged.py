"""All pairs judged by their counts: what changed beside what all share, and who is named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from detente.answers import Answer
from detente.arrays import Bools, Floats
from detente.asks.movers.attention import attention, common_change, common_course
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
"""The rate at which pairs are named."""


@dataclass(frozen=True, eq=False)
class Movers:
    """Which pairs of states have moved since a date, and by how much.

    Attributes:
        window: The origin, the periods, and which of them lie after the date.
        world: What every two states did to each other.
        series: What was counted for each question, and relative to what.
        attention: Log change of the news of both states' other pairs, shape (P,).
        signs: Log change of each pair and question beside what all share, of the rates also beside
            attention, and how likely each is false; flattened by pair, then question, N = 3 P.
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
            f"{len(world.pairs)} pairs have events of {window.coverage.origin}, none of them"
            f" {LEAST_EVENTS} of one kind.",
            "Load more events, or name an earlier --since.",
        )
    pairs = tuple(pair for pair, flag in zip(world.pairs, enough, strict=True) if flag)
    world = WorldCounts(world.coverage, pairs, world.counts[enough])
    series = series_of(world.counts, window.used)

    def changed(counts: Floats, exposure: Floats) -> LastingChanges:
        return changes_on(engine, counts, window.after, exposure=exposure, threads=threads)

    noticed, variance = _attention(world, window, changed)
    changes = [
        changed(np.where(series.asked[:, place, None], series.counts[:, place], 0.0), exposure)
        for place, exposure in enumerate(np.moveaxis(series.exposure, 1, 0))
    ]
    left = np.column_stack([item.estimate for item in changes])
    error = np.column_stack([item.deviation for item in changes])
    left[:, :SHARE] -= noticed[:, None]
    error[:, :SHARE] = np.sqrt(error[:, :SHARE] ** 2 + variance[:, None])
    toward = np.where(series.kinds == CONFLICT, 1.0, -1.0)
    toward[:, :SHARE] = 1.0
    for place in range(len(QUESTIONS)):
        turned = toward[:, place]
        left[:, place] -= turned * common_change(turned * left[:, place], error[:, place])
    signs = false_signs(left.ravel(), error.ravel())
    named = signs.named(FALSE_SHARE).reshape(left.shape)
    return Movers(window, world, series, noticed, signs, named, top)


def _attention(
    world: WorldCounts, window: Window, changed: Callable[[Floats, Floats], LastingChanges]
) -> tuple[Floats, Floats]:
    """Change of the news of both states' other pairs, for each pair, and its variance."""
    total = np.where(window.used, world.counts.sum(axis=1), np.nan)
    change = changed(total, common_course(world.counts.sum(axis=1), window.used))
    codes, places = np.unique(np.array(world.pairs), return_inverse=True)
    states = places.reshape(-1, 2)
    by_pair, variance, _ = attention(change.estimate, change.error, states, len(codes))
    return by_pair, variance
