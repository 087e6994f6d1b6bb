"""The rows of a table that is about to be stored: whole, each once, and of which months."""

from __future__ import annotations

import contextlib
import datetime as dt
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from detente.errors import StoreError
from detente.events import _parts
from detente.events._manifest import TYPED_COLUMNS, Part
from detente.events.disk import glob_safe
from detente.events.filters import Filter, whole_rows
from detente.events.schema import SCHEMA
from detente.rounding import count_text

if TYPE_CHECKING:  # it is large, and most commands that write a file ask nothing of it
    import duckdb


@dataclass(frozen=True)
class Appended:
    """How many events were stored and how many were skipped, and why.

    Attributes:
        rows: Events stored.
        already_stored: Events whose number and day were stored already.
        repeated: Events that repeat one of the table in number, day, actors and action.
        repeated_otherwise: Events of the number and day of another of the table, otherwise not
            alike; the one that comes first by its content is stored, whatever the order of rows.
        outlined: Events stored in outline, a part of `rows`.
        removed: Stored events that gave way.
    """

    rows: int
    already_stored: int
    repeated: int
    repeated_otherwise: int = 0
    outlined: int = 0
    removed: int = 0


@dataclass(frozen=True)
class Month:
    """Rows that become one part: of one origin and month, whole or in outline."""

    origin: str
    month: str
    outline: bool
    rows: int
    first: dt.date
    last: dt.date
    first_id: str
    last_id: str


@contextlib.contextmanager
def as_table(con: duckdb.DuckDBPyConnection, table: str) -> Iterator[str]:
    """The quoted name of a base table with these rows (a view is materialised once)."""
    name = quoted(table)
    counted = con.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = $name",
                        {"name": table}).fetchone()  # fmt: skip
    if counted and counted[0]:
        yield name
        return
    staged = quoted(f"staged_{uuid.uuid4().hex}")
    con.execute(f"CREATE TEMP TABLE {staged} AS SELECT {TYPED_COLUMNS} FROM {name}")  # noqa: S608
    try:
        yield staged
    finally:
        con.execute(f"DROP TABLE {staged}")


@contextlib.contextmanager
def fresh_rows(
    con: duckdb.DuckDBPyConnection, name: str, store: Path, stored: tuple[Part, ...]
) -> Iterator[tuple[str, int, int]]:
    """A view of the rows that are new, and how many rows repeat another, alike and otherwise."""
    firsts, fresh = quoted(f"firsts_{uuid.uuid4().hex}"), quoted(f"fresh_{uuid.uuid4().hex}")
    con.execute(
        f"CREATE TEMP TABLE {firsts} AS SELECT event_id, date, min(rowid) AS row,"  # noqa: S608
        f" count(*) AS rows, 1 AS kinds FROM {name} GROUP BY event_id, date"
    )
    con.execute(
        # Of rows that share a key the one that comes first by its content stands for all, so that
        # which twin is stored does not depend on the order in which threads read them.
        f"""UPDATE {firsts} SET row = twins.row, kinds = twins.kinds FROM (
            SELECT event_id, date, arg_min(rowid, {_CONTENT}) AS row,
                count(DISTINCT {_ALIKE}) AS kinds
            FROM (SELECT rowid, * FROM {name}) JOIN (
                SELECT event_id, date FROM {firsts} WHERE rows > 1) USING (event_id, date)
            GROUP BY event_id, date
        ) twins WHERE {firsts}.event_id = twins.event_id AND {firsts}.date = twins.date"""  # noqa: S608
    )
    try:
        repeats = con.execute(
            f"SELECT coalesce(sum(rows - kinds), 0), coalesce(sum(kinds - 1), 0) FROM {firsts}"  # noqa: S608
        ).fetchone()
        alike, otherwise = (int(count) for count in repeats or (0, 0))
        for part in stored:
            con.execute(
                f"DELETE FROM {firsts} WHERE (event_id, date) IN"  # noqa: S608
                " (SELECT (event_id, date) FROM read_parquet($file, hive_partitioning=false))",
                {"file": glob_safe(_parts.lies(store, part))},
            )
        con.execute(
            f"CREATE TEMP VIEW {fresh} AS SELECT * FROM {name}"  # noqa: S608
            f" WHERE rowid IN (SELECT row FROM {firsts})"
        )
        yield fresh, alike, otherwise
    finally:
        con.execute(f"DROP VIEW IF EXISTS {fresh}")
        con.execute(f"DROP TABLE {firsts}")


_ALIKE = "hash(source, target, source_actor, target_actor, cameo)"
"""Who did what to whom: rows of one key that differ in it are not the same event told twice."""

_CONTENT = "({})".format(", ".join(field.name for field in SCHEMA))


def months(con: duckdb.DuckDBPyConnection, name: str, keep: Filter | None = None) -> list[Month]:
    """The months of a table's rows, those that a filter keeps whole apart from all others."""
    whole, params = whole_rows(keep)
    rows = con.execute(
        f"""
        SELECT origin, strftime(date, '%Y-%m') AS month, NOT {whole} AS outline, count(*),
               min(date), max(date), min(event_id), max(event_id)
        FROM {name} GROUP BY origin, month, outline ORDER BY origin, month, outline
        """,  # noqa: S608
        params,
    ).fetchall()
    return [Month(*row) for row in rows]


def events_in(parts: Iterable[Month | Part]) -> int:
    """How many events these parts or months hold."""
    return sum(part.rows for part in parts)


def possible_repeats(rows: Iterable[Month], stored: Iterable[Part]) -> tuple[Part, ...]:
    """Stored parts whose range of ids overlaps the new one: only these can hold repeats."""
    ranges: dict[str, tuple[str, str]] = {}
    for month in rows:
        low, high = ranges.get(month.origin, (month.first_id, month.last_id))
        ranges[month.origin] = (min(low, month.first_id), max(high, month.last_id))
    return tuple(
        part
        for part in stored
        if part.origin in ranges
        and part.first_id <= ranges[part.origin][1]
        and part.last_id >= ranges[part.origin][0]
    )


def has_repeats(con: duckdb.DuckDBPyConnection, name: str, total: int) -> bool:
    # A collision of hashes only sends us to the exact way; it cannot lose an event.
    row = con.execute(
        f"SELECT count(DISTINCT hash(event_id, date)) FROM {name}"  # noqa: S608
    ).fetchone()
    return row is not None and row[0] < total


def check_required(con: duckdb.DuckDBPyConnection, name: str) -> None:
    required = [field.name for field in SCHEMA if not field.nullable]
    missing = " OR ".join(f"{column} IS NULL" for column in required)
    row = con.execute(f"SELECT count(*) FROM {name} WHERE {missing}").fetchone()  # noqa: S608
    if row and row[0]:
        raise StoreError(
            "The events could not be stored.",
            f"Rows that lack one of {', '.join(required)}: {count_text(row[0])}.",
            "Reject such rows when reading the source.",
        )


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
