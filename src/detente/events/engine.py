"""Engines: where statements over events run.

Everything that touches single events is a SELECT with GROUP BY, written once; what SQL engines say
differently stands in an engine's `words`. An engine that can run such a SELECT can hold the events.
DuckDB in process is the default.
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from detente.errors import UsageError
from detente.events.inputs import EventInput, query_events
from detente.events.store import connect


@dataclass(frozen=True)
class Bounds:
    """Which events a statement sees.

    Attributes:
        origin: Only events of this origin.
        since: First day.
        until: Last day, inclusive.
        known_by: Only events that were published by this day, where the source says when.
    """

    origin: str | None = None
    since: dt.date | None = None
    until: dt.date | None = None
    known_by: dt.date | None = None


Select = Callable[[str, EventInput, Mapping[str, Any], Bounds], pa.Table]


@dataclass(frozen=True)
class Engine:
    """Where statements run.

    Attributes:
        name: What it is called.
        select: Runs a statement over events: the statement with `{events}` where the events stand
            and the names of `words` in braces, the events, its parameters, and which events it
            sees.
    """

    name: str
    select: Select


DUCKDB_WORDS: Mapping[str, str] = {
    "parties": "SELECT unnest($parties) AS party",
    "named": "SELECT unnest($named_origins) AS origin, unnest($named_parties) AS party",
    "calendar": "SELECT origin, unnest(generate_series(low, high, INTERVAL 1 DAY))::DATE AS date "
    "FROM spans",
    "date_plus_shift": "days.date + CAST(shift AS INTEGER)",
    "days_late": "published - date",
    "days_since": "date - lag(date) OVER (PARTITION BY origin ORDER BY date)",
    "usual_gap": "quantile_disc(gap, 0.5)",
    "period_after": "+ CASE $every WHEN 'day' THEN INTERVAL 1 DAY WHEN 'week' THEN INTERVAL 7 DAY "
    "WHEN 'month' THEN INTERVAL 1 MONTH WHEN 'quarter' THEN INTERVAL 3 MONTH "
    "ELSE INTERVAL 1 YEAR END",
}
"""DuckDB's words for what SQL engines say differently."""


def _in_duckdb(
    statement: str, events: EventInput, params: Mapping[str, Any], bounds: Bounds
) -> pa.Table:
    with connect() as con:
        query = query_events(con, events, **vars(bounds))
        text = statement.format(events=query.sql, **DUCKDB_WORDS)
        used = {name: value for name, value in params.items() if f"${name}" in text}
        return con.sql(text, params={**query.params, **used}).to_arrow_table()


DUCKDB = Engine("duckdb", _in_duckdb)
_ENGINES: dict[str, Engine] = {DUCKDB.name: DUCKDB}


def register(engine: Engine) -> None:
    """Make an engine known by its name; a later one of the same name takes its place.

    Example:
        >>> register(DUCKDB)
        >>> engine("duckdb").name
        'duckdb'
    """
    _ENGINES[engine.name] = engine


def engine(name: str) -> Engine:
    """The engine of a name.

    Raises:
        UsageError: There is none; the message names the nearest.
    """
    if name in _ENGINES:
        return _ENGINES[name]
    near = difflib.get_close_matches(name, _ENGINES, n=1)
    hint = f"Did you mean {near[0]!r}?" if near else f"There are {', '.join(_ENGINES)}."
    raise UsageError("There is no such engine.", f"It is {name!r}.", hint)
