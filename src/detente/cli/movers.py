"""`detente movers`: every two states of the world, and which of them have moved since a date."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.asking import saying, show
from detente.cli.lake import events_of
from detente.cli.options import (
    DEFAULT_ENGINE,
    DEFAULT_STORE,
    AsJson,
    EngineName,
    LakePlace,
    Origin,
    SafeCsv,
    Since,
    StorePath,
    Until,
)
from detente.cli.output import narrate

if TYPE_CHECKING:
    from detente.answers import Answer


def movers_command(
    *,
    store: StorePath = DEFAULT_STORE,
    since: Since = None,
    until: Until = None,
    every: Annotated[
        str | None,
        typer.Option("--every", help="day, week, month, quarter or year; by the record's length."),
    ] = None,
    origin: Origin = None,
    top: Annotated[int, typer.Option("--top", min=1, help="At most so many are told.")] = 20,
    engine: EngineName = DEFAULT_ENGINE,
    lake: LakePlace = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Write movers.html and its tables as CSV."),
    ] = None,
    safe_csv: SafeCsv = False,
    as_json: AsJson = False,
) -> None:
    """Rank which pairs of states have moved since a date, of all that have enough events.

    --since is the date that is asked about: what came after is compared with what came before. By
    default it is a year before the last day, or the middle of a short record. A pair is named only
    if its rate of cooperation or conflict has lastingly changed beyond what all pairs share, what
    is reported of both states, and what such pairs do by chance; of those named at most a tenth
    are expected to be false.

    [bold]Examples[/bold]

      detente movers --store store

      detente movers --since 2018-12-01 --every week --top 10

      detente movers --since 2017-06-05 --out movers --json

      detente movers --lake gdelt2=exports --since 2024-01-01
    """
    from detente.answers import Section  # noqa: PLC0415 - slow to import; errors come first
    from detente.asks.movers.movers import movers  # noqa: PLC0415

    events = events_of(lake, engine) if lake else store
    with saying() as say:
        say("counting what every two states did to each other")
        result = movers(
            events, since=since, until=until, every=every, origin=origin, top=top, engine=engine
        )
        say("who has moved")
        answer = result.answer()
    if out is not None:
        from detente.report.movers_page import write_movers  # noqa: PLC0415

        narrate(f"Page: {write_movers(answer, out, safe_csv=safe_csv)}")
    if not as_json:
        answer = _for_people(answer)
    show([Section("movers", "Movers", (answer,))], as_json=as_json)


def _for_people(answer: Answer) -> Answer:
    """The ranking with its sentences; a terminal has no room for the tables of all pairs."""
    ranking = answer.exhibit("ranking")
    sentences = () if ranking is None else ranking.table.column("sentence")
    numbered = {f"{rank}": f"{rank}. {text}" for rank, text in enumerate(sentences, start=1)}
    shown = [exhibit for exhibit in answer.exhibits if exhibit.name in {"ranking", "nearest"}]
    return replace(
        answer,
        exhibits=tuple(exhibit for exhibit in shown if len(exhibit.table)),
        notes=numbered | dict(answer.notes),
    )
