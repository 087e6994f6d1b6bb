"""`detente panel`: what states did to each other, by dyad and period."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.cli.lake import events_of, events_of_files
from detente.cli.options import (
    DEFAULT_ENGINE,
    DEFAULT_STORE,
    AsFormat,
    AsJson,
    EngineName,
    LakePlace,
    Origin,
    Output,
    SafeCsv,
    Since,
    SkipDamaged,
    StorePath,
    Until,
    state,
)
from detente.cli.output import (
    Format,
    check_safe,
    choose_format,
    narrate,
    new_table,
    print_table,
    write_data,
)
from detente.cli.store import open_store
from detente.errors import UsageError
from detente.events.inputs import is_raw
from detente.events.store import Store
from detente.rounding import count_text, number, plural

if TYPE_CHECKING:
    from detente.events.inputs import EventInput
    from detente.relations.panel import Panel

NO_DATA = "–"

_SHOWN = {
    "quad1": "verbal\ncoop.",
    "quad2": "material\ncoop.",
    "quad3": "verbal\nconflict",
    "quad4": "material\nconflict",
    "goldstein": "Goldstein\nsum",
    "exposure": "all\nevents",
}


def panel_command(
    *,
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILE...]",
            help="Event files, archives or folders, counted as they lie instead of a store.",
            readable=False,
        ),
    ] = None,
    parties: Annotated[
        str,
        typer.Option(
            "--parties", metavar="A,B,…", help="Two or more states, by code or name: USA,China."
        ),
    ],
    every: Annotated[
        str, typer.Option("--every", help="day, week, month, quarter or year.")
    ] = "month",
    store: StorePath = DEFAULT_STORE,
    engine: EngineName = DEFAULT_ENGINE,
    lake: LakePlace = None,
    origin: Origin = None,
    since: Since = None,
    until: Until = None,
    mentions: Annotated[
        list[Path] | None,
        typer.Option(
            "--mentions",
            metavar="PATH",
            help="Files of GDELT mentions: only events that they tell of are counted.",
        ),
    ] = None,
    outlets: Annotated[
        int | None,
        typer.Option("--outlets", min=1, help="The fewest outlets, by --mentions. Default 1."),
    ] = None,
    form: AsFormat = None,
    as_json: AsJson = False,
    output: Output = None,
    safe_csv: SafeCsv = False,
    skip_damaged: SkipDamaged = False,
) -> None:
    """Count what states did to each other, by directed dyad and period.

    A silent dyad is 0 on a covered period and – (null) where the source has a gap. Days that a
    source hardly covered are left out of counts and of all events alike.

    [bold]Examples[/bold]

      detente panel --parties USA,CHN,PRK --every month

      detente panel --parties "North Korea,USA" --every week --format csv > panel.csv

      detente panel --parties USA,CHN --every day --mentions downloads --outlets 5

      detente panel --parties USA,CHN --engine spark://head:7077

      detente panel 20170701.export.CSV.zip --parties USA,CHN

      detente panel --parties USA,CHN --lake gdelt2=exports
    """
    from detente.relations.counting import check_asked, panel  # noqa: PLC0415 - slow to import

    chosen = choose_format(form, as_json, output)
    codes = [state(text) for text in parties.split(",") if text.strip()]
    check_safe(safe_csv, chosen)
    check_asked(codes, every)
    held: EventInput
    if files and len(files) == 1 and files[0].exists() and not is_raw(files[0]):
        held = files[0]  # a store or Parquet
    elif files:
        held = events_of_files(files, codes, until)
    else:
        held = events_of(lake, engine) if lake else open_store(store, skip_damaged)
    events = _carried(held, codes, origin, mentions, outlets)
    built = panel(events, codes, every, origin, since=since, until=until, engine=engine)
    if chosen is Format.TABLE:
        _show(built, held)
        return
    rows = write_data(built.table().to_reader(), chosen, output, closed=[store], safe_csv=safe_csv)
    if output is not None:
        narrate(f"{plural(rows, 'rows')} written to {output}.")


def _carried(
    store: EventInput,
    codes: list[str],
    origin: str | None,
    mentions: list[Path] | None,
    outlets: int | None,
) -> EventInput:
    """The events to count: those that enough outlets carried, where mentions are given."""
    if not mentions:
        return store
    if not isinstance(store, Store):
        raise UsageError(
            "Mentions could not be joined.",
            "The events are those of raw files.",
            "Read them into a store first: detente ingest SOURCE FILES",
        )
    from detente.sources import carried, read_mentions  # noqa: PLC0415 - slow to import

    store.check_parties(codes, origin=origin)
    reading = read_mentions(mentions)
    events = carried(store, reading.table, least=outlets or 1)
    narrate(
        f"{count_text(reading.rows_kept)} of {plural(reading.rows_read, 'mentions')} read, of"
        f" {plural(reading.table.num_rows, 'events')}. Carried by {outlets or 1} or more outlets:"
        f" {plural(events.num_rows, 'events')} of the store."
    )
    for rejection in reading.rejected:
        narrate(f"{plural(rejection.count, 'mentions')} turned away: {rejection.reason}.")
    for file in reading.files:
        if file.status == "failed":
            narrate(f"Not read: {file.path}: {file.reason}.")
    return events


def _show(built: Panel, events: EventInput) -> None:
    from detente.relations.unnamed import likely_codes, unnamed_text  # noqa: PLC0415 - as above

    for origin in built.origins:
        table = new_table()
        for name in ("date", "dyad"):
            table.add_column(name, no_wrap=True, vertical="bottom")
        for heading in _SHOWN.values():
            table.add_column(heading, justify="right", no_wrap=True)
        for row in built.table().to_pylist():
            if row["origin"] == origin:
                dyad = f"{row['source']}>{row['target']}"
                table.add_row(str(row["date"]), dyad, *(_cell(row[name]) for name in _SHOWN))
        print_table(
            table,
            f"{origin}: directed dyads by {built.every}",
            f"0: silent on a covered {built.every}; {NO_DATA}: the source has a gap",
        )
        for code in built.unnamed(origin):
            narrate(unnamed_text(origin, code, likely_codes(events, origin, code)))


def _cell(value: Any) -> str:
    if value is None:
        return NO_DATA
    return number(value, 1) if isinstance(value, float) else count_text(value)
