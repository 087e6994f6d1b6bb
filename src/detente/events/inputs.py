"""Whatever holds events (a store, an Arrow table, a Parquet file) as one SELECT for DuckDB."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import duckdb
import pyarrow as pa

from detente.errors import InputError, StoreError
from detente.events.connection import connect
from detente.events.disk import glob_safe
from detente.events.query import Query, bounded
from detente.events.schema import COLUMNS
from detente.events.store import Store


@dataclass(frozen=True)
class Held:
    """Events that an engine holds, as a table of its own with the canonical columns.

    Attributes:
        engine: Name or address of the engine.
        name: Name of the table.
    """

    engine: str
    name: str


@dataclass(frozen=True, eq=False)
class Opened:
    """Events that this process has read, as a view with the canonical columns.

    Attributes:
        con: The connection that holds it.
        name: Name of the view.
    """

    con: duckdb.DuckDBPyConnection
    name: str


LakeEvents: TypeAlias = Held | Opened
"""Events of a lake: they are there to be counted, in outline."""

EventInput: TypeAlias = Store | pa.Table | Held | Opened | str | Path
"""A store or its folder, a table with the canonical columns, a Parquet file of such a table, or
what an engine or this process holds."""

GIVEN = "detente_given_events"
"""The name under which a table of events is known to the engine."""

PARQUET = b"PAR1"
"""How a Parquet file begins."""

_SELECT = "SELECT " + ", ".join(COLUMNS)


@contextlib.contextmanager
def reading(events: EventInput) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection on which `query_events` runs for these events."""
    if isinstance(events, Opened):
        with contextlib.closing(events.con.cursor()) as con:
            yield con
    else:
        with connect() as con:
            yield con


def query_events(
    con: duckdb.DuckDBPyConnection,
    events: EventInput,
    *,
    origin: str | None = None,
    since: dt.date | None = None,
    until: dt.date | None = None,
    known_by: dt.date | None = None,
    whole: bool = False,
) -> Query:
    """A SELECT of the canonical columns over any holder of events.

    Args:
        con: The connection that will run it, as `reading` gives it; a table is registered there.
        events: The holder.
        origin: Only events of this origin.
        since: First day.
        until: Last day, inclusive.
        known_by: Only events that were published by this day, where the source says when.
        whole: Only events that are kept whole, where a store keeps others in outline.

    Raises:
        InputError: A column is missing, or the file is no Parquet.
        StoreError: There is nothing at the path.

    Example:
        >>> from detente.events.schema import SCHEMA
        >>> con = duckdb.connect()
        >>> query = query_events(con, SCHEMA.empty_table(), origin="icews")
        >>> con.execute(query.sql, query.params).fetchall()
        []
    """
    held = _at_path(Path(events)) if isinstance(events, str | Path) else events
    if isinstance(held, Store):
        return held.source(origin=origin, since=since, until=until, known_by=known_by, whole=whole)
    if isinstance(held, Held | Opened):
        query = Query(f"{_SELECT} FROM {held.name}", {})
    elif isinstance(held, Path):
        query = Query(f"{_SELECT} FROM read_parquet($files)", {"files": [glob_safe(held)]})
        _check_columns(_parquet_columns(con, query, held), str(held))
    else:
        _check_columns(held.column_names, "the table")
        con.register(GIVEN, held)
        query = Query(f"{_SELECT} FROM {GIVEN}", {})
    return bounded(query, origin=origin, since=since, until=until, known_by=known_by)


def check_parties(events: EventInput, codes: Sequence[str], *, origin: str | None = None) -> None:
    """Refuse to count what states did, where a store keeps their events in outline only.

    Args:
        events: The holder.
        codes: Codes of the states.
        origin: The only origin that is counted; None for all.

    Raises:
        UsageError: A filter of the store leaves out one of them; the command that widens it is
            named.
    """
    held = _at_path(Path(events)) if isinstance(events, str | Path) else events
    if isinstance(held, Store):
        held.check_parties(codes, origin=origin)


def is_raw(path: Path) -> bool:
    """Whether a path holds neither a store nor Parquet: event files as their source wrote them.

    Example:
        >>> is_raw(Path("there is nothing here")), is_raw(Path("events.parquet"))
        (False, False)
    """
    if Store.is_at(path) or path.suffix.lower() == ".parquet":
        return False
    if not path.is_file():
        return path.exists()
    with contextlib.suppress(OSError), path.open("rb") as file:
        return file.read(len(PARQUET)) != PARQUET
    return True  # the reader of event files says why it cannot be read


def _at_path(path: Path) -> Store | Path:
    if Store.is_at(path):
        return Store.open(path)
    if path.is_file():
        return path
    raise StoreError(
        f"There are no events at {path}.",
        "It is neither an event store nor a Parquet file.",
        "Name the store's folder, or ingest event files first: detente ingest SOURCE FILES",
    )


def _parquet_columns(con: duckdb.DuckDBPyConnection, query: Query, path: Path) -> list[str]:
    try:
        rows = con.execute(
            "SELECT name FROM parquet_schema($file)", {"file": query.params["files"][0]}
        ).fetchall()
    except duckdb.Error as error:
        raise InputError(
            f"{path} could not be read as Parquet.",
            str(error).splitlines()[0],
            "Give a Parquet file with the canonical columns, or ingest the file as its source.",
        ) from error
    return [row[0] for row in rows]


def _check_columns(names: list[str], where: str) -> None:
    missing = [name for name in COLUMNS if name not in names]
    if missing:
        raise InputError(
            f"The events of {where} could not be used.",
            f"The columns {', '.join(missing)} are missing.",
            "Give all canonical columns (see detente.events.schema), null where unknown.",
        )
