"""Small parts of one place that become one part."""

from __future__ import annotations

from collections.abc import Sequence, Set
from pathlib import Path
from typing import Any

from detente.events import _parts
from detente.events._manifest import Part
from detente.events._staged import Month, events_in
from detente.events.disk import glob_safe

Place = tuple[bool, str, str]
"""Where parts are merged: in outline or not, origin, month."""


def place_of(part: Part) -> Place:
    """Where a part would be merged with others."""
    return part.is_outline, part.origin, part.month


def crowded(
    store: Path,
    live: Sequence[Part],
    added: Sequence[Part],
    places: Set[Place],
    *,
    most: int,
    small_rows: int,
) -> list[list[Part]]:
    """The small parts of each place that has too many of them, none of them damaged.

    Args:
        store: The store's folder.
        live: Parts that are there.
        added: Parts that come.
        places: Where to look.
        most: How many small parts may lie in one place.
        small_rows: Rows from which on a part is not small.
    """
    small: dict[Place, list[Part]] = {place: [] for place in places}
    for part in (*live, *added):
        if part.rows < small_rows and place_of(part) in places:
            small[place_of(part)].append(part)
    return [
        group
        for group in small.values()
        if len(group) > most
        and not any(_parts.damaged(store, (part for part in group if part not in added)))
    ]


def whole_of(group: Sequence[Part]) -> Month:
    """The rows of several parts as those of one."""
    return Month(
        group[0].origin,
        group[0].month,
        group[0].is_outline,
        events_in(group),
        min(part.first for part in group),
        max(part.last for part in group),
        min(part.first_id for part in group),
        max(part.last_id for part in group),
    )


def rows_of(store: Path, group: Sequence[Part]) -> tuple[str, dict[str, Any]]:
    """A SELECT of the rows of several parts, and its parameters."""
    files = [glob_safe(_parts.lies(store, part)) for part in group]
    query = "SELECT * FROM read_parquet($files, hive_partitioning=false) ORDER BY date, event_id"
    return query, {"files": files}
