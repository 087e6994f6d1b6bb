"""The most likely next moves of a study's parties, from the events that a user loaded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

import numpy as np

from detente.answers import Answer, Column, Exhibit, Fact, Scale, Table, Value
from detente.asks.forecasts.events.moves import Move, NextMoves, next_moves
from detente.errors import DataGapError
from detente.events.inputs import LakeEvents, query_events
from detente.events.ontology import lookup
from detente.events.store import OriginSummary, connect
from detente.relations.counting import covered_days, origins_of
from detente.relations.steps import day_name
from detente.rounding import count_text
from detente.study.data import StudyData

TITLE = "The most likely next moves"
INTRO = (
    "What each party is likeliest to be reported doing in the week after the day of the odds or, "
    "if that is earlier, after your event files end. Odds are of reports, not of acts."
)
MOVE_COLUMNS = (
    Column("source", shown=False),
    Column("who", "Who"),
    Column("cameo", shown=False),
    Column("action", "May"),
    Column("target", shown=False),
    Column("toward", "Toward"),
    Column("odds", "Odds", Scale.PROBABILITY),
    Column("usual", "Usually", Scale.PROBABILITY),
    Column("behind", "Past events behind it"),
)
BEHIND_COLUMNS = (
    Column("who", "Who"),
    Column("action", "May"),
    Column("toward", "Toward"),
    Column("event_id", "Because of event"),
    Column("date", "Of", Scale.DATE),
    Column("source", "Who acted"),
    Column("cameo", "CAMEO"),
    Column("target", "On whom"),
)


def next_week(data: StudyData) -> Answer:
    """The coming week laid out, or why the data do not carry it.

    Args:
        data: The study's data as of a date, with the user's events.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> next_week(open_data(load("korea"))).gap.split(":")[0]
        "The study's bundled data hold no single events. Load event files of the last months"
    """
    try:
        return moves_answer(data, coming_week(data))
    except DataGapError as gap:
        return Answer("moves", "moves", TITLE, gap=f"{gap.found} {gap.next_step}")


def moves_answer(data: StudyData, week: NextMoves) -> Answer:
    """The coming week laid out.

    Args:
        data: The study's data, for the names of its parties.
        week: The moves with their odds.

    Example:
        >>> from detente.asks.forecasts.events.calibrate import calibration
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> import numpy as np
        >>> odds = np.full(20, 0.5)
        >>> check = calibration(odds, np.tile([0.0, 1.0], 10), odds, 4)
        >>> move = Move("USA", "04", "Consult", "CHN", 0.9, 0.8, ())
        >>> week = NextMoves(dt.date(2019, 1, 21), dt.date(2019, 1, 27), (move,), check, 40)
        >>> answer = moves_answer(open_data(load("korea")), week)
        >>> answer.exhibit("moves").table.column("toward")
        ('China',)
    """
    title = f"The week of {day_name(week.first)} to {day_name(week.last)}"
    unusual = Table(MOVE_COLUMNS, tuple(_rows(week.unusual, data)))
    moves = Table(MOVE_COLUMNS, tuple(_rows(week.moves, data)))
    behind = Table(BEHIND_COLUMNS, tuple(_behind((*week.moves, *week.unusual), data)))
    exhibits = (
        Exhibit("unusual", "Most above what is usual", unusual),
        Exhibit("moves", title, moves),
        Exhibit("behind", "Past events behind these odds", behind, folded=True),
    )
    return Answer(
        "moves",
        "moves",
        TITLE,
        text=INTRO,
        facts=(
            Fact("first", "From", week.first.isoformat(), Scale.DATE),
            Fact("last", "Until", week.last.isoformat(), Scale.DATE),
            Fact("weeks", "Learned from", week.weeks, Scale.COUNT, "weeks"),
        ),
        exhibits=tuple(exhibit for exhibit in exhibits if len(exhibit.table)),
        checks=(week.check(),),
        caveats=tuple(_read_from(data, week)),
    )


def _read_from(data: StudyData, week: NextMoves) -> Iterator[str]:
    """Which origin the weeks are of, which are left out, and which days it does not cover."""
    if data.events is None or isinstance(data.events.store, LakeEvents):
        return
    held, chosen = origins_of(data.events.store), _furthest(data).origin
    if others := [origin.origin for origin in held if origin.origin != chosen]:
        yield (
            f"Of event files those by {chosen} are read; left out, since origins are never added: "
            f"{', '.join(others)}."
        )
    last = np.datetime64(week.first, "D")
    days = np.arange(last - 7 * week.weeks, last)
    covered = covered_days(data.events.store, until=data.as_of, known_by=data.events.known_by)
    missing = int((~np.isin(days, covered.get(chosen, days[:0]))).sum())
    if missing:
        yield (
            f"Event files do not cover {count_text(missing)} of the {count_text(len(days))} days "
            "that these odds are learned from: they count as days without a report."
        )


def _rows(moves: Sequence[Move], data: StudyData) -> Iterator[tuple[Value, ...]]:
    for move in moves:
        behind = "; ".join(
            f"{day_name(event.date)}: {lookup(event.cameo).name.lower()} ({event.event_id})"
            for event in move.reasons
        )
        yield (
            move.source,
            data.name_of(move.source),
            move.action,
            move.name.lower(),
            move.target,
            data.name_of(move.target),
            move.odds,
            move.usual,
            behind,
        )


def _behind(moves: Sequence[Move], data: StudyData) -> Iterator[tuple[Value, ...]]:
    """One row for each event behind each move; a move that stands in both tables is told once."""
    for move in dict.fromkeys(moves):
        for event in move.reasons:
            yield (
                data.name_of(move.source),
                move.name.lower(),
                data.name_of(move.target),
                event.event_id,
                event.date.isoformat(),
                event.source,
                event.cameo,
                event.target,
            )


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
    if isinstance(data.events.store, LakeEvents):
        raise DataGapError(
            "The next moves could not be forecast.",
            "The events are those of a lake, counted where they lie, and no single one is read.",
            "Read them into a store: detente ingest SOURCE FILES",
        )
    origin = _furthest(data)
    _check_reach(origin, data.as_of)
    with connect() as con:
        query = query_events(
            con,
            data.events.store,
            origin=origin.origin,
            until=data.as_of,
            known_by=data.as_of,
            whole=True,
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
    held = origins_of(data.events.store) if data.events else ()
    begun = [origin for origin in held if origin.first <= data.as_of]
    if not begun:
        raise DataGapError(
            "The next moves could not be forecast.",
            f"The events begin after {data.as_of}.",
            "Choose a later date, or load earlier event files.",
        )
    return max(begun, key=lambda origin: (min(origin.last, data.as_of), origin.rows))
