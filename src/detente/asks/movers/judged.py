"""All pairs judged by their counts: what changed beside what all share, and who is named."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from detente.answers import Answer
from detente.arrays import Bools, Floats
from detente.asks.movers.attention import attention, common_change, common_course
from detente.asks.movers.sharing import changes_on
from detente.asks.movers.window import Window
from detente.errors import DataGapError
from detente.estimators.false_signs import FalseSigns, false_signs
from detente.estimators.levels.lasting import LastingChanges
from detente.events.engine import DUCKDB
from detente.relations.world import KINDS, WorldCounts

LEAST_EVENTS = 20
"""A pair is asked about a kind of event if the window holds so many of it."""

FALSE_SHARE = 0.1
NAMED_AT = 0.08
"""The rate at which pairs are named: the null's width is estimated too, and takes its share."""


@dataclass(frozen=True, eq=False)
class Movers:
    """Which pairs of states have moved since a date, and by how much.

    Attributes:
        window: The origin, the periods, and which of them lie after the date.
        world: What every two states did to each other.
        course: What all pairs of a kind share, period by period, shape (2, T).
        changes: Log change of each pair and kind beside the common course, before attention is
            taken out; flattened by pair, then kind, N = 2 P.
        attention: Log change of the news of both states' other pairs, shape (P,).
        signs: What is left of the changes, and how likely each is false; as `changes`.
        named: Which are named, shape (P, 2).
        top: How many pairs are told.
        acts: What the pairs that are told did to each other by day, where events were asked.
    """

    window: Window
    world: WorldCounts
    course: Floats
    changes: LastingChanges
    attention: Floats
    signs: FalseSigns
    named: Bools
    top: int
    acts: pa.Table | None = None

    @property
    def tested(self) -> Bools:
        """Which pairs and kinds were asked about, shape (P, 2)."""
        return np.isfinite(self.signs.wrong).reshape(-1, len(KINDS))

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
    counts = np.where(window.used, world.counts, np.nan)
    enough = np.nansum(counts, axis=2) >= LEAST_EVENTS
    if not enough.any():
        raise DataGapError(
            "No pair of states could be asked about.",
            f"{len(world.pairs)} pairs have events of {window.coverage.origin}, none of them"
            f" {LEAST_EVENTS} of one kind.",
            "Load more events, or name an earlier --since.",
        )
    kept = enough.any(axis=1)
    world = WorldCounts(
        world.coverage,
        tuple(p for p, k in zip(world.pairs, kept, strict=True) if k),
        world.counts[kept],
    )
    counts, enough = counts[kept], enough[kept]
    shared = np.stack(
        [common_course(world.counts[:, kind], window.used) for kind in range(len(KINDS))]
    )
    changes = _changes(np.where(enough[:, :, None], counts, 0.0), shared, window, threads, engine)
    noticed, variance = _attention(world, window, threads, engine)
    left = changes.estimate.reshape(-1, len(KINDS)) - noticed[:, None]
    error = np.sqrt(changes.deviation.reshape(-1, len(KINDS)) ** 2 + variance[:, None])
    left -= np.array([common_change(left[:, kind], error[:, kind]) for kind in range(len(KINDS))])
    signs = false_signs(left.ravel(), error.ravel())
    named = signs.named(NAMED_AT).reshape(-1, len(KINDS))
    return Movers(window, world, shared, changes, noticed, signs, named, top)


def _changes(
    counts: Floats, shared: Floats, window: Window, threads: int, engine: str
) -> LastingChanges:
    pairs, kinds, length = counts.shape
    exposure = np.broadcast_to(shared, counts.shape).reshape(-1, length)
    flat = counts.reshape(pairs * kinds, length)
    return changes_on(engine, flat, window.after, exposure=exposure, threads=threads)


def _attention(
    world: WorldCounts, window: Window, threads: int, engine: str
) -> tuple[Floats, Floats]:
    """Change of the news of both states' other pairs, for each pair, and its variance."""
    total = np.where(window.used, world.counts.sum(axis=1), np.nan)
    shared = common_course(world.counts.sum(axis=1), window.used)
    change = changes_on(engine, total, window.after, exposure=shared, threads=threads)
    codes, places = np.unique(np.array(world.pairs), return_inverse=True)
    states = places.reshape(-1, 2)
    by_pair, variance, _ = attention(change.estimate, change.error, states, len(codes))
    return by_pair, variance
