"""`detente record`: a track record of forecasts that can be added to and not edited."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from detente.cli.forecast import AsOf, Events, RecordFile, default_record, open_study
from detente.cli.options import AsJson
from detente.cli.output import narrate, new_table, print_json, print_lines, print_table
from detente.cli.study import StudyName, saying

if TYPE_CHECKING:
    from detente.asks.forecasts.record import Record
    from detente.asks.forecasts.resolve import Kept
    from detente.study.data import StudyData


def record_command(
    *,
    study: StudyName,
    events: Events = None,
    as_of: AsOf = None,
    record: RecordFile = None,
    show: Annotated[
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
    from detente.asks.forecasts.record import read_record  # noqa: PLC0415 - slow to import

    data = open_study(study, events, as_of)
    held = read_record(record or default_record(data), study=data.study.study.name)
    if not show:
        held = _added(data, held)
    if as_json:
        print_json(list(held.lines))
    else:
        _show(held)
    for text in _open(data, held):
        narrate(text)


def _added(data: StudyData, held: Record) -> Record:
    from detente.asks.forecasts.record import append  # noqa: PLC0415 - slow to import
    from detente.asks.forecasts.resolve import Kept, forecast_lines, resolution_lines  # noqa: PLC0415
    from detente.asks.forecasts.run import outlook  # noqa: PLC0415

    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    with saying() as say:
        found = outlook(data, backtest=False, narrate=say)
    resolved = resolution_lines(data, held, now)
    made = forecast_lines(data, held, found.forecasts, now)
    longer = append(held, [*resolved, *made])
    added = f"{counted(len(made), 'forecast')} and {counted(len(resolved), 'resolution')}"
    narrate(f"{added} added to {held.path}.")
    late = sum(Kept(line, ()).late for line in made)
    if late:
        narrate(
            f"{late} of them {'is' if late == 1 else 'are'} late: the data end before today, so "
            "that windows had opened. Bring the data up to date to have odds scored."
        )
    return longer


def _show(held: Record) -> None:
    from detente.asks.forecasts.resolve import kept  # noqa: PLC0415 - slow to import

    rows = list(kept(held))
    if not rows:
        print_lines(Text(f"The record {held.path} is empty."))
        return
    table = new_table()
    for name, justify in (
        ("as of", "left"), ("recorded", "left"), ("question", "left"), ("odds", "right"),
        ("base rate", "right"), ("decided on", "left"), ("came", "left"),
    ):  # fmt: skip
        table.add_column(name, justify=justify)  # type: ignore[arg-type]
    for one in rows:
        table.add_row(*_row(one))
    print_table(table, caption=_summary(rows, held))


def counted(number: int, noun: str) -> str:
    """A number of things.

    Example:
        >>> counted(1, "forecast"), counted(2, "forecast")
        ('1 forecast', '2 forecasts')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _open(data: StudyData, held: Record) -> Iterator[str]:
    """For forecasts that are open though their windows are over: how many, and why."""
    from detente.asks.forecasts.resolve import kept, why_open  # noqa: PLC0415 - slow to import

    reasons: dict[str, int] = {}
    for one in kept(held):
        why = why_open(data, one)
        if why:
            told = f"“{one.line['title']}”: {why}"
            reasons[told] = reasons.get(told, 0) + 1
    for told, number in reasons.items():
        yield f"Open, though over ({number}): {told}."


def _row(one: Kept) -> tuple[str, ...]:
    from detente.asks.forecasts.combined import percent  # noqa: PLC0415 - slow to import

    line = one.line
    return (
        line["as_of"],
        line["recorded"][:10],
        line["title"],
        percent(line["probability"]),
        percent(line["base_rate"]),
        line["resolves_on"],
        f"{_came(one)} (late)" if one.late else _came(one),
    )


def _came(one: Kept) -> str:
    if one.outcome is None:
        return "open"
    told = ["yes" if line["outcome"] else "no" for line in one.resolutions]
    return told[-1] if len(told) == 1 else f"{told[-1]} (before revision: {', '.join(told[:-1])})"


def _summary(rows: list[Kept], held: Record) -> str:
    done: list[tuple[Any, int]] = [
        (one.line, one.outcome) for one in rows if one.outcome is not None and not one.late
    ]
    late = sum(one.late for one in rows)
    told = counted(len(rows), "forecast")
    text = f"{told}, {len(done)} decided in time. Last hash: {held.last[:16]}."
    if late:
        verb = "was" if late == 1 else "were"
        text += f" {late} {verb} recorded after the window had opened: not scored."
    if not done:
        return text
    ours = sum((line["probability"] - came) ** 2 for line, came in done) / len(done)
    base = sum((line["base_rate"] - came) ** 2 for line, came in done) / len(done)
    return f"{text} Brier score {ours:.3f}, base rate {base:.3f} (lower is better)."
