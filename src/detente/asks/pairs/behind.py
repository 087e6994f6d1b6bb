"""The events behind a point: what two states did to each other in a stretch of days, one by one."""

from __future__ import annotations

import datetime as dt
from typing import Any

from detente.answers import Answer, Column, Exhibit, Scale, Table, Value
from detente.errors import UsageError
from detente.events.actors import name_of
from detente.events.inputs import EventInput, check_parties, query_events, reading
from detente.events.ontology import codes
from detente.relations.measures import COUNTED, SUMS
from detente.relations.steps import day_name
from detente.rounding import plural

MOST = 200
"""Events that are listed; their number is told whatever it is."""

_BEHIND = """
SELECT date, source, target, source_actor, target_actor, cameo, goldstein, mentions, origin,
       reference, event_id, count(*) OVER () AS all_of_them
FROM ({events}) AS held
WHERE ((source = $a AND target = $b) OR (NOT $directed AND source = $b AND target = $a))
  AND list_contains($quads, quad) AND starts_with(cameo, $root)
ORDER BY coalesce(mentions, 1) * abs(coalesce(goldstein, 0)) DESC, date, event_id
LIMIT $most
"""

COLUMNS = (
    Column("date", "Day", Scale.DATE),
    Column("source", "Who"),
    Column("target", "To whom"),
    Column("act", "What"),
    Column("cameo", "Code"),
    Column("goldstein", "Score", Scale.NUMBER, places=1),
    Column("mentions", "Mentions", Scale.COUNT),
    Column("reference", "Source of the report"),
    Column("source_actor", shown=False),
    Column("target_actor", shown=False),
    Column("origin", shown=False),
    Column("event_id", shown=False),
)


def events_behind(
    events: EventInput,
    a: str,
    b: str,
    since: dt.date,
    until: dt.date,
    *,
    origin: str | None = None,
    measure: str = "total",
    directed: bool = False,
    most: int = MOST,
) -> Answer:
    """The events of two states in a stretch of days, the weightiest first.

    An event weighs as much as its score is far from 0, times how often it was mentioned.

    Args:
        events: As for `detente.relations.counting.panel`.
        a: Code of a state.
        b: Code of another.
        since: First day.
        until: Last day, inclusive.
        origin: Only events of this origin.
        measure: Which kind of act: `cooperation`, `material_conflict`, `root05`, `total` for all.
        directed: Only what the first did to the second.
        most: List so many.

    Raises:
        UsageError: The days are out of order, the measure counts no events, a code is no state's,
            or a store keeps the events of one of the two in outline only.

    Example:
        >>> from detente.events.schema import SCHEMA
        >>> day = dt.date(2017, 1, 1)
        >>> events_behind(SCHEMA.empty_table(), "USA", "CHN", day, day).gap
        'No event of these days is between the two.'
    """
    _check(since, until, measure)
    check_parties(events, (a, b), origin=origin)
    kind = SUMS[measure]
    params = {
        "a": a,
        "b": b,
        "directed": directed,
        "quads": [int(name[4:]) for name in kind if name.startswith("quad")] or [1, 2, 3, 4],
        "root": kind[0][4:] if kind[0].startswith("root") else "",
        "most": most,
    }
    with reading(events) as con:
        query = query_events(con, events, origin=origin, since=since, until=until, whole=True)
        statement = _BEHIND.format(events=query.sql)
        rows = con.sql(statement, params=query.params | params).to_arrow_table().to_pylist()
    label = f"{name_of(a)} {'to' if directed else 'and'} {name_of(b)}"
    what = "" if measure == "total" else f", {measure.replace('_', ' ')}"
    asked = f"{label}, {day_name(since)} to {day_name(until)}{what}"
    if not rows:
        return Answer("behind", "events", asked, gap="No event of these days is between the two.")
    total = rows[0]["all_of_them"]
    listed = "All are listed" if total <= most else f"The {most} weightiest are listed"
    table = Table(COLUMNS, tuple(_row(row) for row in rows), asked)
    return Answer(
        "behind",
        "events",
        asked,
        text=f"{plural(total, 'events')}. {listed}, those of strong acts and many reports first.",
        exhibits=(Exhibit("events", "The events behind this", table),),
    )


def _check(since: dt.date, until: dt.date, measure: str) -> None:
    if until < since:
        raise UsageError(
            "The events could not be listed.",
            f"{until} is before {since}.",
            "Give a last day after the first.",
        )
    if measure not in COUNTED:
        raise UsageError(
            f"No events are behind {measure!r}.",
            f"Counted are: {', '.join(sorted(COUNTED))}.",
            "Ask for one of these.",
        )


def _row(row: dict[str, Any]) -> tuple[Value, ...]:
    """An event by `COLUMNS`."""
    code = codes().get(str(row["cameo"]))
    whole = row | {"act": code.name.capitalize() if code else ""}
    return tuple(whole[column.name] for column in COLUMNS)
