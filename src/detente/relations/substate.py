"""Who acts below the state: rebels, separatists, parties; they count as their state otherwise."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from detente.events.inputs import EventInput, Held, query_events, reading

BELOW = ("REB", "INS", "SEP", "UAF", "OPP", "RAD", "CRM", "CVL", "REF", "NGO")
"""CAMEO roles of actors that do not act for a state."""

_ROLES = """
SELECT origin, party, role, count(*) AS n
FROM (
    SELECT origin, source AS party, source_role AS role FROM ({events}) AS acting
    UNION ALL SELECT origin, target, target_role FROM ({events}) AS acted_on
)
WHERE party IN (SELECT unnest($parties)) AND role IN (SELECT unnest($roles))
GROUP BY origin, party, role
ORDER BY origin, party, n DESC, role
"""


@dataclass(frozen=True)
class BelowState:
    """How often an origin names actors of a state that do not act for it.

    Attributes:
        origin: The origin.
        party: The state, whose acts and targets they are counted among.
        roles: CAMEO roles with their numbers, the commonest first.
    """

    origin: str
    party: str
    roles: tuple[tuple[str, int], ...]


def below_state(
    events: EventInput, parties: Sequence[str], *, until: dt.date | None = None
) -> tuple[BelowState, ...]:
    """Actors below the state among those of some states, by origin.

    Args:
        events: As for `detente.relations.counting.panel`.
        parties: Codes of the states.
        until: Last day, inclusive.

    Example:
        >>> import pyarrow as pa
        >>> from detente.events.schema import SCHEMA
        >>> row = {"event_id": "x:1", "date": dt.date(2016, 1, 1), "source": "TUR",
        ...        "source_role": "REB", "target": "GRC", "cameo": "190", "origin": "x"}
        >>> below_state(pa.Table.from_pylist([row], SCHEMA), ["TUR"])[0].roles
        (('REB', 1),)
    """
    if isinstance(events, Held):
        return ()  # it holds no roles
    with reading(events) as con:
        query = query_events(con, events, until=until)
        params = query.params | {"parties": list(parties), "roles": list(BELOW)}
        rows = con.execute(_ROLES.format(events=query.sql), params).fetchall()
    held: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for origin, party, role, number in rows:
        held.setdefault((origin, party), []).append((role, number))
    return tuple(BelowState(*key, tuple(roles)) for key, roles in held.items())
