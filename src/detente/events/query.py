"""A SELECT of events with its parameters, which whoever measures runs on a connection."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Query:
    """A SELECT that yields the canonical columns, and its bound parameters."""

    sql: str
    params: dict[str, Any]


_BOUNDS = {
    "origin": "origin = $origin",
    "since": "date >= $since",
    "until": "date <= $until",
    "known_by": "(published IS NULL OR published <= $known_by)",
}


def bounded(
    query: Query,
    *,
    origin: str | None,
    since: dt.date | None,
    until: dt.date | None,
    known_by: dt.date | None = None,
) -> Query:
    """The query limited to an origin, to days, and to what was published by a day, where given."""
    tests = {"origin": origin, "since": since, "until": until, "known_by": known_by}
    given = {name: value for name, value in tests.items() if value is not None}
    if not given:
        return query
    where = " AND ".join(_BOUNDS[name] for name in given)
    return Query(f"SELECT * FROM ({query.sql}) WHERE {where}", query.params | given)  # noqa: S608
