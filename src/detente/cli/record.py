"""`detente record`: a track record of forecasts that can be added to and not edited."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.asking import (
    AsOf,
    Events,
    Opened,
    RecordFile,
    StudyName,
    default_record,
    open_study,
    saying,
    show,
)
from detente.cli.options import AsJson
from detente.cli.output import narrate, print_json

if TYPE_CHECKING:
    from detente.asks.forecasts.record import Record


def record_command(
    *,
    study: StudyName,
    events: Events = None,
    as_of: AsOf = None,
    record: RecordFile = None,
    only_show: Annotated[
        bool, typer.Option("--show", help="Only print the record; add nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Add today's odds to a study's track record, and resolve those whose windows are over.

    Each line of the record holds the hash of the line before, so that an edit is seen; nothing is
    added to a record that was edited. Odds are resolved by data of the sources that they were made
    with, and stay open where there are none. Where those data are revised, the new outcome stands
    beside the old one.

    [bold]Examples[/bold]

      detente record korea

      detente record korea --show
    """
    from detente.answers import Section  # noqa: PLC0415
    from detente.asks.forecasts.ledger import ledger, open_though_over  # noqa: PLC0415
    from detente.asks.forecasts.record import read_record  # noqa: PLC0415 - slow to import

    opened = open_study(study, events, as_of)
    path = record or default_record(opened.data)
    held = read_record(path, study=opened.data.study.study.name)
    if not only_show:
        held = _added(opened, held)
    if as_json:
        print_json(list(held.lines))
    else:
        show([Section("ledger", "Record", (ledger(held),))], as_json=False)
    for text in open_though_over(opened.data, held):
        narrate(text)


def _added(opened: Opened, held: Record) -> Record:
    from detente.asks.forecasts.ledger import Recorded, counted  # noqa: PLC0415 - slow to import
    from detente.asks.forecasts.record import append  # noqa: PLC0415
    from detente.asks.forecasts.resolve import forecast_lines, resolution_lines  # noqa: PLC0415
    from detente.asks.forecasts.run import odds_of  # noqa: PLC0415
    from detente.asks.forecasts.walks import Walks  # noqa: PLC0415
    from detente.asks.options import Options  # noqa: PLC0415

    data, now = opened.data, dt.datetime.now(dt.UTC).replace(microsecond=0)
    with saying() as say:
        options = Options(seed=opened.seed)
        answers = odds_of(data.study.asks("questions"), Walks(data), options, narrate=say)
    resolved = resolution_lines(data, held, now)
    lines = forecast_lines(data, held, answers, now)
    longer = append(held, [*resolved, *lines])
    added = f"{counted(len(lines), 'forecast')} and {counted(len(resolved), 'resolution')}"
    narrate(f"{added} added to {held.path}.")
    late = sum(Recorded(line, ()).late for line in lines)
    if late:
        narrate(
            f"{late} of them {'is' if late == 1 else 'are'} late: the data end before today, so "
            "that windows had opened. Bring the data up to date to have odds scored."
        )
    return longer
