"""Engines: where statements over events run.

Everything that touches single events is a SELECT with GROUP BY, written once in DuckDB's SQL;
another engine translates it (`detente.events.spark.dialect`). What it gives is small, and all that
follows runs in process. DuckDB is the default; the address of a Spark is an engine too.
"""

from __future__ import annotations

import datetime as dt
import difflib
import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from detente.errors import UsageError
from detente.events.connection import bound
from detente.events.inputs import EventInput, Held, Opened, query_events, reading
from detente.events.spark.address import FORMS, is_address
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


Each = Callable[[Callable[[pa.Table], pa.Table], pa.Table], pa.Table]
Select = Callable[[str, EventInput, Mapping[str, Any], Bounds], pa.Table]


def _here(function: Callable[[pa.Table], pa.Table], rows: pa.Table) -> pa.Table:
    return function(rows)


@dataclass(frozen=True)
class Engine:
    """Where statements run.

    Attributes:
        name: What it is called.
        select: Runs a statement over events: the statement with `{events}` where the events stand,
            in DuckDB's SQL; the events, its parameters, and which events it sees. A first line that
            is a comment says what it does, for those who watch it.
        each: Gives the rows of a table to a function, in portions, and puts its answers together in
            the order of the rows. The function is one of a module, and each row of its answer
            depends on that row alone, so that it does not matter who works on which.
    """

    name: str
    select: Select
    each: Each = _here


def _in_duckdb(
    statement: str, events: EventInput, params: Mapping[str, Any], bounds: Bounds
) -> pa.Table:
    if isinstance(events, Held):
        raise UsageError(
            "The events could not be counted by duckdb.",
            f"{events.engine} holds them.",
            f"Count them there: engine={events.engine!r}",
        )
    with reading(events) as con:
        query = query_events(con, events, **vars(bounds))
        return _run(con, statement.format(events=query.sql), {**query.params, **params})


def in_process(statement: str, params: Mapping[str, Any], **tables: pa.Table) -> pa.Table:
    """Run a statement over what engines gave, which is small and needs none.

    Args:
        statement: In DuckDB's SQL.
        params: Its parameters; those that it does not name are left out.
        tables: The tables that it reads, by name.

    Example:
        >>> days = pa.table({"day": [1, 2, 3]})
        >>> in_process("SELECT max(day) AS last FROM days WHERE day < $end", {"end": 3}, days=days)[
        ...     "last"
        ... ].to_pylist()
        [2]
    """
    # The answer is held whole: thirty parties by day over ten years are 3.5 million rows.
    with connect(memory="4GB") as con:
        for name, table in tables.items():
            con.register(name, table)
        return _run(con, statement, params)


def _run(con: duckdb.DuckDBPyConnection, text: str, params: Mapping[str, Any]) -> pa.Table:
    return con.sql(text, params=bound(con, text, params)).to_arrow_table()


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
    """The engine of a name, or of the address of a Spark: `local[2]`, `spark://…`, `sc://…`.

    A Spark is opened when it is first asked for something.

    Raises:
        UsageError: There is none; the message names the nearest.
    """
    if name in _ENGINES:
        return _ENGINES[name]
    if is_address(name):
        return Engine(
            name, functools.partial(_in_spark, name), functools.partial(_each_in_spark, name)
        )
    near = difflib.get_close_matches(name, _ENGINES, n=1)
    hint = f"Did you mean {near[0]!r}?" if near else f"There are {', '.join(_ENGINES)} and {FORMS}."
    raise UsageError("There is no such engine.", f"It is {name!r}.", hint)


def _in_spark(
    address: str, statement: str, events: EventInput, params: Mapping[str, Any], bounds: Bounds
) -> pa.Table:
    if isinstance(events, Opened):
        raise UsageError(
            f"The events could not be counted by {address}.",
            "They are those of files that this process has read.",
            "Leave the engine away, or name their folder as a lake (--lake gdelt2=FOLDER).",
        )
    from detente.events.spark.running import select  # noqa: PLC0415 - an extra, and slow to import

    return select(address, statement, events, params, vars(bounds))


def _each_in_spark(
    address: str, function: Callable[[pa.Table], pa.Table], rows: pa.Table
) -> pa.Table:
    from detente.events.spark.running import each  # noqa: PLC0415 - as above

    return each(address, function, rows)
