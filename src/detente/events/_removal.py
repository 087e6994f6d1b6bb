"""Which stored events give way to others, or go."""

from __future__ import annotations

import contextlib
import datetime as dt
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from detente.events import _parts
from detente.events._manifest import Part
from detente.events._staged import Month
from detente.events.disk import glob_safe

if TYPE_CHECKING:  # it is large, and most commands that write a file ask nothing of it
    import duckdb


@dataclass(frozen=True)
class Replace:
    """Which stored events of an origin give way to those of an ingest, in the same commit.

    Where several are given, an event goes that any of them names.

    Attributes:
        since: Events of this day and later, up to `until`: a file of a year that was revised.
        until: Last such day, inclusive.
        published: Events published on these days: a day of GDELT 2 that GDELT 1 covers now.
        same_number: Events with the number of a new one, whatever their day: rows that were revised
            (UCDP candidate events, ACLED).

    Example:
        >>> Replace(since=dt.date(2020, 1, 1), until=dt.date(2020, 12, 31)).same_number
        False
    """

    since: dt.date | None = None
    until: dt.date | None = None
    published: tuple[dt.date, ...] = ()
    same_number: bool = False


@dataclass(frozen=True)
class Leaving:
    """Stored rows that are to go: SQL that is true of them, and in which parts they can lie."""

    condition: str
    params: dict[str, Any] = field(default_factory=dict)
    first: dt.date = dt.date.min
    last: dt.date = dt.date.max
    lowest: str = ""
    highest: str = chr(0x10FFFF)

    def may_lie_in(self, part: Part) -> bool:
        """Whether a part's days and numbers leave that open."""
        return (
            part.first <= self.last
            and self.first <= part.last
            and part.first_id <= self.highest
            and self.lowest <= part.last_id
        )


_NUMBER = "origin || ':' || split_part(substr(event_id, length(origin) + 2), ':', 1)"
"""The origin and number of the row that an event came from; events of one row add to it."""


@contextlib.contextmanager
def giving_way(con: duckdb.DuckDBPyConnection, name: str, instead: Replace) -> Iterator[Leaving]:
    """The stored rows that give way to those of a table."""
    if instead.same_number:
        query = f"SELECT DISTINCT {_NUMBER} AS number FROM {name}"  # noqa: S608
        with _numbers(con, query, {}) as rows:
            yield rows
    elif instead.published:
        days = list(instead.published)
        yield Leaving("published IN (SELECT unnest($published))", {"published": days})
    else:
        first, last = instead.since or dt.date.min, instead.until or dt.date.max
        yield Leaving(
            "date BETWEEN $since AND $until", {"since": first, "until": last}, first, last
        )


@contextlib.contextmanager
def of_numbers(
    con: duckdb.DuckDBPyConnection, origin: str, numbers: Iterable[str]
) -> Iterator[Leaving]:
    """The stored rows of these numbers of an origin."""
    listed = pa.array([f"{origin}:{number}" for number in numbers], pa.string())
    with _numbers(con, "SELECT unnest($listed) AS number", {"listed": listed.to_pylist()}) as rows:
        yield rows


@contextlib.contextmanager
def _numbers(
    con: duckdb.DuckDBPyConnection, query: str, params: dict[str, Any]
) -> Iterator[Leaving]:
    table = f"numbers_{uuid.uuid4().hex}"
    con.execute(f"CREATE TEMP TABLE {table} AS {query}", params)
    try:
        row = con.execute(f"SELECT min(number), max(number) FROM {table}").fetchone()  # noqa: S608
        lowest, highest = row or (None, None)
        condition = f"{_NUMBER} IN (SELECT number FROM {table})"  # noqa: S608
        # Events that one row became have more behind its number.
        yield Leaving(condition, lowest=lowest or "", highest=f"{highest or ''}:{chr(0x10FFFF)}")
    finally:
        con.execute(f"DROP TABLE {table}")


def rows_left(
    con: duckdb.DuckDBPyConnection, store: Path, parts: Iterable[Part], leaving: Leaving
) -> list[tuple[Part, Month]]:
    """The parts that hold some of these rows, and what is left of each.

    Raises:
        StoreError: One of them is damaged.
    """
    candidates = [part for part in parts if leaving.may_lie_in(part)]
    _parts.check(store, candidates)
    left = [(part, _staying(con, store, part, leaving)) for part in candidates]
    return [(part, month) for part, month in left if month.rows < part.rows]


def others(store: Path, part: Part, leaving: Leaving) -> tuple[str, dict[str, Any]]:
    """A SELECT of the rows of a part that stay, and its parameters."""
    query = (
        "SELECT * FROM read_parquet($file, hive_partitioning=false)"  # noqa: S608
        f" WHERE NOT coalesce({leaving.condition}, false)"
    )
    return query, {**leaving.params, "file": glob_safe(store / part.path)}


def _staying(con: duckdb.DuckDBPyConnection, store: Path, part: Part, leaving: Leaving) -> Month:
    query, params = others(store, part, leaving)
    row = con.execute(
        f"SELECT count(*), min(date), max(date), min(event_id), max(event_id) FROM ({query})",  # noqa: S608
        params,
    ).fetchone()
    rows, *ends = row or (0, part.first, part.last, part.first_id, part.last_id)
    return Month(part.origin, part.month, part.is_outline, rows, *ends)
