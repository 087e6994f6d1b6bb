"""`detente moves`: what each party is likeliest to do in the coming week."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer
from rich.text import Text

from detente.cli.forecast import AsOf, Events, open_study
from detente.cli.options import AsJson
from detente.cli.output import new_table, print_json, print_lines, print_table
from detente.cli.study import StudyName, saying
from detente.relations.periods import day_name

if TYPE_CHECKING:
    from detente.asks.forecasts.events.moves import Move, NextMoves
    from detente.study.data import StudyData


def moves_command(
    *,
    study: StudyName,
    events: Events = None,
    as_of: AsOf = None,
    each: int = typer.Option(5, "--each", min=1, help="At most so many moves per party."),
    as_json: AsJson = False,
) -> None:
    """Rank what each party of a study may do to the others in the coming week, with odds.

    It needs event files: the odds are learned from what was reported week by week. Each move comes
    with the past events behind it, and with how such odds did in past weeks.

    [bold]Examples[/bold]

      detente moves korea --events store

      detente moves korea --events store --as-of 2019-01-20 --each 3 --json
    """
    from detente.asks.forecasts.coming_week import coming_week  # noqa: PLC0415 - slow to import

    data = open_study(study, events, as_of)
    with saying() as say:
        say("the coming week")
        found = coming_week(data, each=each)
    if as_json:
        print_json(_plain(found))
    else:
        _show(data, found)


def _show(data: StudyData, found: NextMoves) -> None:
    from detente.asks.forecasts.combined import percent  # noqa: PLC0415 - slow to import

    print_lines(
        Text(f"The week of {day_name(found.first)} to {day_name(found.last)}", style="bold")
    )
    print_lines(Text(found.check().text), Text())
    for party in data.study.codes:
        table = new_table()
        table.add_column(f"{data.name_of(party)} may", ratio=1)
        table.add_column("odds", justify="right")
        table.add_column("usually", justify="right")
        table.add_column("past events behind it", ratio=1)
        own = found.of(party)
        above = [move for move in found.unusual if move.source == party]
        for move in (*own, *(one for one in above if one not in own)):
            most = " (most above its usual)" if move in above else ""
            table.add_row(
                f"{move.name.lower()}, toward {data.name_of(move.target)}{most}",
                percent(move.odds),
                percent(move.usual),
                "\n".join(reason.text for reason in move.reasons) or "–",
            )
        print_table(table)
        print_lines(Text())


def _plain(found: NextMoves) -> dict[str, object]:
    check = found.check()
    return {
        "first": found.first.isoformat(),
        "last": found.last.isoformat(),
        "weeks": found.weeks,
        "check": {"name": check.name, "passed": check.passed, "text": check.text},
        "moves": [_plain_move(move) for move in found.moves],
        "unusual": [_plain_move(move) for move in found.unusual],
    }


def _plain_move(move: Move) -> dict[str, object]:
    reasons = [vars(reason) | {"date": reason.date.isoformat()} for reason in move.reasons]
    return vars(move) | {"reasons": reasons}
