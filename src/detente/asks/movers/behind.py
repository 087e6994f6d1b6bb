"""The events behind a move: which acts, on which days, by whom, moved a pair most."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from detente.asks.movers.window import Window
from detente.errors import UsageError
from detente.events.engine import Bounds, engine
from detente.events.inputs import EventInput
from detente.events.ontology import lookup
from detente.rounding import lower_first

BEHIND = """
-- what the pairs that moved did to each other
SELECT source, target, date, cameo, quad,
       count(*) AS n, CAST(sum(mentions) AS BIGINT) AS mentions
FROM ({events}) AS events
WHERE concat(least(source, target), '-', greatest(source, target))
      IN (SELECT unnest($pair_names))
GROUP BY source, target, date, cameo, quad
"""
MOST = 5


@dataclass(frozen=True)
class Act:
    """Events of one day, of one kind of act, of one state toward another.

    Attributes:
        date: The day.
        source: Who acted.
        target: On whom.
        cameo: Code of the act.
        name: Its name in plain words.
        events: How many events.
        mentions: How many mentions of them, where the origin counts these.
    """

    date: dt.date
    source: str
    target: str
    cameo: str
    name: str
    events: int
    mentions: int | None


def acts_of(
    events: EventInput, pairs: Sequence[tuple[str, str]], window: Window, engine_name: str
) -> pa.Table:
    """What pairs did to each other by day and act, on the days that the origin covers."""
    dates = window.coverage.dates
    bounds = Bounds(origin=window.coverage.origin, since=dates[0].item(), until=window.until)
    params = {"pair_names": ["-".join(pair) for pair in pairs] or ["none"]}
    rows = engine(engine_name).select(BEHIND, events, params, bounds)
    order = [(name, "ascending") for name in ("date", "source", "target", "cameo")]
    lost = np.isin(rows["date"].to_numpy().astype("datetime64[D]"), window.coverage.lost)
    return rows.filter(pa.array(~lost)).sort_by(order)


def moved_most(
    acts: pa.Table, pair: tuple[str, str], kind: int, window: Window, *, risen: bool
) -> tuple[Act, ...]:
    """The acts that moved a pair most: the most reported after a rise, or before a fall.

    Args:
        acts: As from `acts_of`.
        pair: The two states.
        kind: 0 for cooperation, 1 for conflict.
        window: What is compared with what.
        risen: Whether the rate has risen.
    """
    quads, since = ((1, 2), (3, 4))[kind], window.since
    rows = [
        row
        for row in acts.to_pylist()
        if {row["source"], row["target"]} == set(pair)
        and row["quad"] in quads
        and (row["date"] >= since) == risen
    ]
    rows.sort(key=lambda row: (-row["n"], -(row["mentions"] or 0), row["date"], row["cameo"]))
    return tuple(
        Act(
            row["date"],
            row["source"],
            row["target"],
            row["cameo"],
            act_name(row["cameo"]),
            row["n"],
            row["mentions"],
        )
        for row in rows[:MOST]
    )


def act_name(code: str) -> str:
    """The name of an act in lower case; the code where it has none.

    Example:
        >>> act_name("040"), act_name("999")
        ('consult', '999')
    """
    try:
        name = lookup(code).name
    except UsageError:
        return code
    return lower_first(name)
