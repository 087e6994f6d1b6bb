"""Every two states of the world: who has moved closer to whom, or away, since a date.

Each pair's cooperation and conflict are counted by period on the days that one origin covers, set
against what all pairs share and against the news of the two states' other pairs (`attention.py`),
and asked whether they have lastingly changed (`estimators.levels.lasting`); so is the share of the
rarer kind in all that the pair does (`questions.py`). Of all pairs and questions together, those
are named that keep the share of false ones at a tenth (`false_signs`).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from detente.asks.movers.agreeing import other_movers
from detente.asks.movers.behind import acts_of
from detente.asks.movers.judged import Movers, measure
from detente.asks.movers.ranking import moves
from detente.asks.movers.window import choose_window
from detente.events.engine import DUCKDB
from detente.events.inputs import EventInput
from detente.helpers import cores
from detente.relations.world import world_counts

__all__ = ["Movers", "movers"]


def movers(
    events: EventInput,
    *,
    since: dt.date | None = None,
    until: dt.date | None = None,
    every: str | None = None,
    origin: str | None = None,
    top: int = 20,
    engine: str = DUCKDB.name,
    threads: int | None = None,
) -> Movers:
    """Ask of every pair of states with enough events whether it has moved since a date.

    Args:
        events: A store or its folder, a table with the canonical columns, or a Parquet file.
        since: The date; by default a year before the last day, or the middle of a short record.
        until: Last day, inclusive.
        every: Kind of period; by default months, or weeks where a record is short.
        origin: Whose events are counted; by default the largest origin that covers both sides of
            the date. Levels of different origins do not compare, so they are never mixed; of each
            that is named it is told whether the others agree.
        top: How many pairs are told with their events.
        engine: Where the statements over events run.
        threads: Threads for what follows; by default one a core that may be used. They change no
            digit.

    Returns:
        The movers.

    Raises:
        DataGapError: There are no events, no origin covers both sides of the date, or no pair has
            enough events.
        UsageError: There is no such engine or period, or the date lies after the last day.

    Source:
        See `lasting_changes` and `false_signs`.
    """
    window = choose_window(
        events, since=since, until=until, every=every, origin=origin, engine=engine
    )
    world = world_counts(events, window.coverage, window.every, until=until, engine=engine)
    threads = threads or cores()
    result = measure(world, window, top=top, threads=threads, engine=engine)
    pairs = [result.world.pairs[move.pair] for move in moves(result)[:top] if move.named]
    if not pairs:
        return result
    acts = acts_of(events, pairs, window, engine)
    others = other_movers(result, events, threads=threads, engine=engine)
    return replace(result, acts=acts, others=others)
