"""The most likely next moves of a study's parties, from the events that a user loaded."""

from __future__ import annotations

import datetime as dt

from detente.asks.forecasts.events.moves import NextMoves, next_moves
from detente.errors import DataGapError
from detente.events.inputs import query_events
from detente.events.store import OriginSummary, connect
from detente.study.data import StudyData


def coming_week(data: StudyData, *, each: int = 5, behind: int = 3) -> NextMoves:
    """What each party is likeliest to do to each other one in the week after the day of the data.

    Events of one origin are used, the one that reaches furthest: counts of two are never added.
    The week begins after the origin's last day where that is before the day of the data; a week
    that is over by that day is refused.

    Args:
        data: The study's data as of a date, with the user's events.
        each: At most so many moves per party.
        behind: At most so many past events behind each.

    Raises:
        DataGapError: There are no events, their history is too short or too thin, or they end so
            long before the day that the week after them is over.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> try:
        ...     coming_week(open_data(load("korea")))
        ... except DataGapError as error:
        ...     print(error.found)
        The study's bundled data hold no single events.

    Source:
        See `detente.asks.forecasts.events.moves.next_moves`.
    """
    if data.events is None:
        raise DataGapError(
            "The next moves could not be forecast.",
            "The study's bundled data hold no single events.",
            "Load event files of the last months: --events PATH.",
        )
    origin = _furthest(data)
    _check_reach(origin, data.as_of)
    with connect() as con:
        query = query_events(
            con, data.events.store, origin=origin.origin, until=data.as_of, known=data.as_of
        )
        table = con.sql(query.sql, params=query.params).to_arrow_table()
    day = min(data.as_of, origin.last) + dt.timedelta(days=1)
    return next_moves(table, data.study.codes, as_of=day, each=each, behind=behind)


def _check_reach(origin: OriginSummary, as_of: dt.date) -> None:
    if origin.last + dt.timedelta(days=7) <= as_of:
        raise DataGapError(
            "The next moves could not be forecast.",
            f"The events end on {origin.last}, and the date is {as_of}: the week after them is "
            "over.",
            f"Choose that day (--as-of {origin.last}), or load later event files.",
        )


def _furthest(data: StudyData) -> OriginSummary:
    """The origin whose events reach furthest up to the day, then the one with most of them."""
    held = data.events.store.summary() if data.events else ()
    known = [one for one in held if one.first <= data.as_of]
    if not known:
        raise DataGapError(
            "The next moves could not be forecast.",
            f"The events begin after {data.as_of}.",
            "Choose a later date, or load earlier event files.",
        )
    return max(known, key=lambda one: (min(one.last, data.as_of), one.rows))
