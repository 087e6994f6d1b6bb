"""States that an origin of events does not name, and what it may call them instead."""

from __future__ import annotations

import datetime as dt
import difflib
import re

from detente.events.actors import name_of, to_iso3
from detente.events.inputs import EventInput, Held, query_events, reading

LIKELY = 0.6
MOST = 3

_ACTORS = """
SELECT actor, count(*) AS n
FROM (
    SELECT source AS actor FROM ({events}) AS acting
    UNION ALL SELECT target FROM ({events}) AS acted_on
)
WHERE actor IS NOT NULL
GROUP BY actor
ORDER BY n DESC, actor
LIMIT 5000
"""


def likely_codes(
    events: EventInput, origin: str, code: str, *, until: dt.date | None = None
) -> tuple[str, ...]:
    """What an origin may call a state that none of its events names, the likeliest first.

    Args:
        events: As for `detente.relations.counting.panel`.
        origin: The origin.
        code: ISO 3166 alpha-3 code of the state.
        until: Last day, inclusive.

    Returns:
        The codes; none of events that an engine holds, which are not looked through for it.

    Example:
        >>> import datetime as dt, pyarrow as pa
        >>> from detente.events.schema import SCHEMA
        >>> row = {"event_id": "x:1", "date": dt.date(1990, 8, 2), "source": "IRQ", "target": "KUW",
        ...        "cameo": "190", "origin": "x"}
        >>> likely_codes(pa.Table.from_pylist([row], SCHEMA), "x", "KWT")
        ('KUW',)
    """
    if isinstance(events, Held):
        return ()
    with reading(events) as con:
        query = query_events(con, events, origin=origin, until=until)
        rows = con.execute(_ACTORS.format(events=query.sql), query.params).fetchall()
    # A code that is another state's own is no misspelling of this one.
    foreign = [actor for actor, _ in rows if to_iso3(actor, "iso3") is None]
    scored = [(_likeness(code, actor), actor) for actor in foreign]
    near = sorted((item for item in scored if item[0] >= LIKELY), key=lambda item: -item[0])
    return tuple(actor for _, actor in near[:MOST])


def _likeness(code: str, actor: str) -> float:
    """Of a state's code or name and what an event calls an actor, 0 to 1."""
    if to_iso3(actor) == code:
        return 1.0
    name, other = _name(code).lower(), actor.lower()
    words = {word for word in re.findall(r"\w{4,}", name) if word not in _COMMON}
    if words & set(re.findall(r"\w+", other)):
        return 0.9
    return max(
        difflib.SequenceMatcher(None, code.lower(), other).ratio(),
        difflib.SequenceMatcher(None, name, other).ratio(),
    )


_COMMON = frozenset({"north", "south", "east", "west", "united", "republic", "states", "island"})


def _name(code: str) -> str:
    return code if to_iso3(code, "iso3") is None else name_of(code)


def unnamed_text(origin: str, code: str, likely: tuple[str, ...] = ()) -> str:
    """One sentence that says so.

    Example:
        >>> unnamed_text("keds", "KWT", ("KUW",))
        'No event of keds names Kuwait (KWT): it is not in these data. Did you mean KUW?'
    """
    hint = f" Did you mean {' or '.join(likely)}?" if likely else ""
    return f"No event of {origin} names {_name(code)} ({code}): it is not in these data.{hint}"
