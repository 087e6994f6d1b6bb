"""Invented events for tests: tables with the canonical columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from detente.events.schema import SCHEMA

DAY = dt.date(2018, 10, 1)


def event(number: int, **given: Any) -> dict[str, Any]:
    """One event with plausible values for what is not given."""
    row = {
        "event_id": f"{given.get('origin', 'icews')}:{number:08d}",
        "date": DAY,
        "source": "USA",
        "target": "CHN",
        "cameo": "042",
        "quad": 1,
        "goldstein": 1.9,
        "mentions": 1,
        "origin": "icews",
    }
    return row | given


def table(rows: Iterable[dict[str, Any]]) -> pa.Table:
    """Rows as a table; columns that a row lacks are null."""
    return pa.Table.from_pylist(list(rows), SCHEMA)


def world(
    first: dt.date, days: int, per_day: int, *, start: int = 0, **given: Any
) -> list[dict[str, Any]]:
    """A steady feed between two other states, so that days count as covered."""
    return [
        event(
            start + day * per_day + n,
            **{
                "date": first + dt.timedelta(day),
                "source": "FRA",
                "target": "DEU",
                **given,
            },
        )
        for day in range(days)
        for n in range(per_day)
    ]
