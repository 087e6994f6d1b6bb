"""Which two states an event store tells most of."""

from __future__ import annotations

from detente.answers import Answer, Column, Exhibit, Scale, Table
from detente.events.actors import name_of, to_iso3
from detente.events.inputs import EventInput, query_events, reading

_BUSIEST = """
SELECT least(source, target) AS a, greatest(source, target) AS b, origin, count(*) AS events
FROM ({events}) AS held
WHERE source <> target AND length(source) = 3 AND length(target) = 3
GROUP BY ALL
ORDER BY events DESC, a, b, origin
"""

COLUMNS = (
    Column("a", shown=False),
    Column("b", shown=False),
    Column("pair", "Pair"),
    Column("origin", "Origin"),
    Column("events", "Events", Scale.COUNT),
)


def busiest(events: EventInput, most: int = 50) -> Answer:
    """The pairs of states with most events, by origin.

    Args:
        events: As for `detente.relations.counting.panel`.
        most: So many of them.

    Returns:
        The pairs, and in `states` all states that are told of, the most told of first.

    Example:
        >>> from detente.events.schema import SCHEMA
        >>> busiest(SCHEMA.empty_table()).gap
        'There is no event between two states.'
    """
    with reading(events) as con:
        query = query_events(con, events)
        rows = con.execute(_BUSIEST.format(events=query.sql), query.params).fetchall()
    pairs = [row for row in rows if all(to_iso3(code, "iso3") == code for code in row[:2])]
    events_of: dict[str, int] = {}
    for a, b, _, count in pairs:
        for code in (a, b):
            events_of[code] = events_of.get(code, 0) + count
    shown = tuple((a, b, f"{name_of(a)} and {name_of(b)}", *rest) for a, b, *rest in pairs[:most])
    states = Table(
        (Column("code", "Code"), Column("name", "State"), Column("events", "Events", Scale.COUNT)),
        tuple(
            (code, name_of(code), events_of[code])
            for code in sorted(events_of, key=lambda c: -events_of[c])
        ),
    )
    return Answer(
        "busiest",
        "pairs",
        "Pairs of states",
        gap="" if pairs else "There is no event between two states.",
        exhibits=(
            Exhibit("pairs", "The pairs that are told of most", Table(COLUMNS, shown)),
            Exhibit("states", "All states that are told of", states, folded=True),
        )
        if pairs
        else (),
    )
