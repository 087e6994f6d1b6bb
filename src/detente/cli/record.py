"""`detente record`: a track record of forecasts that can be added to and not edited."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from detente.cli.asking import (
    AsOf,
    Events,
    RecordFile,
    StudyName,
    default_record,
    open_study,
    record_of,
    saying,
    show,
)
from detente.cli.options import DEFAULT_ENGINE, AsJson, EngineName, LakePlace
from detente.cli.output import narrate, print_json, print_lines
from detente.errors import UsageError
from detente.events.store import Store, stores_around

if TYPE_CHECKING:
    from detente.asks.forecasts.record import Record
    from detente.study.data import StudyData


def record_command(
    *,
    study: StudyName,
    events: Events = None,
    engine: EngineName = DEFAULT_ENGINE,
    lake: LakePlace = None,
    as_of: AsOf = None,
    record: RecordFile = None,
    only_show: Annotated[
        bool, typer.Option("--show", help="Only print the record; add nothing.")
    ] = False,
    proof: Annotated[
        bool,
        typer.Option("--proof", help="Only print a line that proves the record, to publish."),
    ] = False,
    against: Annotated[
        Path | None,
        typer.Option(
            "--against", metavar="FILE", help="Only compare the record with an earlier proof."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Add today's odds to a study's track record, and resolve those whose windows are over.

    Each line of the record holds the hash of the line before, so that an edit is seen; nothing is
    added to a record that was edited, nor by a clock that is set back. Odds are resolved by data of
    the sources that they were made with, and stay open where there are none. Where those data are
    revised, the new outcome stands beside the old one.

    A record can still be made anew as a whole: publish its proof where others see when.

    [bold]Examples[/bold]

      detente record korea

      detente record korea --show

      detente record korea --proof > korea.proof

      detente record korea --against korea.proof
    """
    if proof + only_show + (against is not None) > 1:
        raise UsageError(
            "Two things were asked for.",
            "Of --show, --proof and --against one was to be given.",
            "Give one of them.",
        )
    if proof or against:
        _prove(study, record, against, as_json=as_json)
        return
    from detente.answers import Section  # noqa: PLC0415
    from detente.asks.forecasts.ledger import ledger, open_though_over  # noqa: PLC0415
    from detente.asks.forecasts.record import check_place, read_record  # noqa: PLC0415 - slow

    data = open_study(study, events, as_of, engine=engine, lake=lake)
    path = record or default_record(data)
    held = read_record(path, study=data.study.study.name)
    if not only_show:
        closed = [*([events] if events and Store.is_at(events) else []), *stores_around(path)]
        check_place(path, inputs=[events] if events else [], closed=closed)
        held = _added(data, held)
    if as_json:
        print_json(list(held.lines))
    else:
        show([Section("ledger", "Record", (ledger(held),))], as_json=False)
    for text in open_though_over(data, held):
        narrate(text)


def _prove(study: str, record: Path | None, against: Path | None, *, as_json: bool) -> None:
    """Print the record's proof, or what came to the record since an earlier one."""
    from detente.asks.forecasts import proof  # noqa: PLC0415 - slow to import
    from detente.asks.forecasts.record import read_record  # noqa: PLC0415
    from detente.study.load import load  # noqa: PLC0415

    name = load(study).study.study.name
    held = read_record(record or record_of(name), study=name)
    if against is None:
        now = proof.proof_of(held, name)
        print_json(asdict(now)) if as_json else print_lines(Text(now.text))
        return
    then = proof.read_proof(against)
    added = proof.check_proof(held, then, name)
    if as_json:
        print_json({"lines": then.lines, "added": added})
        return
    print_lines(Text(f"Unchanged. Lines that were proved: {then.lines}. Added since: {added}."))


def _added(data: StudyData, held: Record) -> Record:
    from detente.asks.forecasts.ledger import Recorded, counted  # noqa: PLC0415 - slow to import
    from detente.asks.forecasts.record import append, check_times  # noqa: PLC0415
    from detente.asks.forecasts.resolve import (  # noqa: PLC0415
        check_clock,
        forecast_lines,
        resolution_lines,
    )
    from detente.asks.forecasts.run import odds_of  # noqa: PLC0415

    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    check_clock(data, now)
    check_times(held, now)
    with saying() as say:
        answers = odds_of(data.study.asks("questions"), data, narrate=say)
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
