"""`detente ingest`, `events` and `sources`: events in, events out."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.text import Text

from detente.cli.events_telling import TABLE_ROWS, show_events, show_report
from detente.cli.options import (
    DEFAULT_STORE,
    AsFormat,
    AsJson,
    Origin,
    Output,
    SafeCsv,
    Since,
    SkipDamaged,
    StorePath,
    Until,
    actor,
)
from detente.cli.output import (
    Format,
    check_safe,
    choose_format,
    narrate,
    print_json,
    print_lines,
    write_data,
)
from detente.cli.store import open_store, say_limits
from detente.cli.waiting import spoken
from detente.events.store import Store, stores_around
from detente.outputs import check_output
from detente.rounding import count_text, plural

if TYPE_CHECKING:
    from detente.sources import Progress as OnProgress
    from detente.sources import Source, Step


def ingest_command(
    *,
    source: Annotated[
        str, typer.Argument(help="What the files are: see `detente sources`.", metavar="SOURCE")
    ],
    paths: Annotated[
        list[Path],
        typer.Argument(help="Files, archives or folders.", metavar="PATH...", readable=False),
    ],
    store: StorePath = DEFAULT_STORE,
    mapping: Annotated[
        str | None,
        typer.Option(
            "--map",
            "--mapping",
            metavar="COLUMNS",
            help="For plain CSV: date=Day,source=From,target=To,cameo=Code, or a .toml file."
            " May add id= and other columns, and date_format=%d.%m.%Y, delimiter=;,"
            " states=fips (iso3, iso2, name, cow, cown, gwn, numeric, cameo, keds),"
            " roots=no (two digits are codes that lost a zero), origin=mine.",
        ),
    ] = None,
    rejected: Annotated[
        Path | None,
        typer.Option("--rejected", metavar="FILE", help="Write every rejected row to this file."),
    ] = None,
    parties: Annotated[
        str | None,
        typer.Option(
            "--parties",
            metavar="A,B,…",
            help="Keep only the events between these states whole: USA,China. All others are still"
            " counted as events of the world.",
        ),
    ] = None,
    either: Annotated[
        bool, typer.Option("--either", help="One of the parties on either side is enough.")
    ] = False,
    widen: Annotated[
        bool,
        typer.Option(
            "--widen",
            help="Remove what is stored of narrower parties first; all files must be read again.",
        ),
    ] = False,
    safe_csv: SafeCsv = False,
    as_json: AsJson = False,
) -> None:
    """Read event files into the store.

    Files and events that are stored already are skipped, so a command that was interrupted can be
    run again. The report says what was read, kept, mended and rejected, and which days are missing.

    [bold]Examples[/bold]

      detente ingest icews icews-events-2018*.zip

      detente ingest gdelt2 downloads/ --store gdelt --rejected rejected.csv

      detente ingest csv talks.csv --map date=Day,source=From,target=To,cameo=Code

      detente ingest gdelt1 downloads/ --parties USA,CHN,PRK --store events
    """
    from detente import sources  # noqa: PLC0415 - slow to import

    check_safe(safe_csv, _form_of(rejected))
    columns = _mapping(mapping)
    sources.get(source)  # an unknown source must not leave an empty store behind
    if rejected is not None:
        check_output(
            rejected,
            "--rejected",
            is_ours=sources.holds_rejected,
            inputs=paths,
            closed=[store, *stores_around(rejected)],
        )
    with Store.filling(store) as opened, progress_bar() as progress:
        report = sources.ingest(
            source,
            paths,
            opened,
            mapping=columns,
            progress=progress,
            rejected_to=rejected,
            safe_csv=safe_csv,
            parties=None if parties is None else parties.split(","),
            either=either,
            widen=widen,
        )
    if as_json:
        print_json(report.to_dict())
    else:
        show_report(report)
    raise typer.Exit(report.exit_code)


def events_command(
    *,
    store: StorePath = DEFAULT_STORE,
    source: Annotated[
        str | None, typer.Option("--source", metavar="ACTOR", help="Who acted: USA, China…")
    ] = None,
    target: Annotated[
        str | None, typer.Option("--target", metavar="ACTOR", help="Who was acted on.")
    ] = None,
    since: Since = None,
    until: Until = None,
    quad: Annotated[
        int | None,
        typer.Option(
            "--quad",
            min=1,
            max=4,
            help="1 verbal, 2 material cooperation; 3 verbal, 4 material conflict.",
        ),
    ] = None,
    cameo: Annotated[
        str | None,
        typer.Option(
            "--cameo", metavar="CODE", help="CAMEO code or its beginning: 19 finds 190, 195…"
        ),
    ] = None,
    origin: Origin = None,
    limit: Annotated[int | None, typer.Option("--limit", min=0, help="At most so many.")] = None,
    form: AsFormat = None,
    as_json: AsJson = False,
    output: Output = None,
    safe_csv: SafeCsv = False,
    skip_damaged: SkipDamaged = False,
) -> None:
    """Print stored events, in order of their day.

    [bold]Examples[/bold]

      detente events --source USA --target China --since 2018-10-01

      detente events --cameo 19 --format csv > fights.csv

      detente events --origin icews --output icews.parquet
    """
    chosen = choose_format(form, as_json, output)
    check_safe(safe_csv, chosen)
    most = TABLE_ROWS + 1 if chosen is Format.TABLE and limit is None else limit
    held = open_store(store, skip_damaged)
    say_limits(item for item in held.summary() if origin in {None, item.origin})
    reader = held.batches(
        source=None if source is None else actor(source),
        target=None if target is None else actor(target),
        since=since, until=until, quad=quad, cameo=cameo, origin=origin, limit=most,
    )  # fmt: skip
    if chosen is Format.TABLE:
        show_events(reader.read_all(), cut=limit is None)
        return
    rows = write_data(reader, chosen, output, closed=[store], safe_csv=safe_csv)
    if output is not None:
        narrate(f"{plural(rows, 'events')} written to {output}.")


def sources_command(as_json: AsJson = False) -> None:
    """List the sources of events: what each reads, with an example line.

    [bold]Examples[/bold]

      detente sources

      detente sources --json
    """
    from detente.sources import all_sources  # noqa: PLC0415 - slow to import

    if as_json:
        print_json([_facts(source) for source in all_sources()])
        return
    for facts in map(_facts, all_sources()):
        print_lines(
            Text(facts["name"], style="bold") + Text(f"  {facts['title']}", style="not bold"),
            Text(f"  files    {', '.join((*facts['files'], *facts['archives']))}"),
            Text(f"  get it   {facts['get']}"),
            Text(f"  licence  {facts['licence']}"),
            Text(f"  example  {facts['example'].replace(chr(9), ' | ')}", style="dim"),
            Text(""),
            crop=True,
        )
    print_lines(Text("detente sources --json prints everything in full.", style="dim"))


def _form_of(rejected: Path | None) -> Format | None:
    """How rejected rows are written."""
    if rejected is None:
        return None
    return Format.PARQUET if rejected.suffix == ".parquet" else Format.CSV


def _mapping(text: str | None) -> dict[str, str] | None:
    if text is None:
        return None
    from detente.sources import load_mapping, parse_mapping  # noqa: PLC0415 - slow to import

    return load_mapping(Path(text)) if text.endswith(".toml") else parse_mapping(text)


def _facts(source: Source) -> dict[str, Any]:
    return {
        "name": source.name,
        "title": source.title,
        "origin": source.origin,
        "files": list(source.patterns),
        "archives": list(source.archives),
        "columns": dict(source.columns),
        "example": source.example,
        "citation": source.citation,
        "licence": source.licence,
        "get": source.get,
    }


@contextlib.contextmanager
def progress_bar() -> Iterator[OnProgress | None]:
    """A progress bar on a terminal, and nothing elsewhere."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    columns = (
        TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    spoken()
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("reading", total=None)

        def advance(step: Step) -> None:
            files, rows = plural(step.files_total, "files"), plural(step.rows, "rows")
            said = f"{count_text(step.files_done)} of {files}, {rows}"
            bar.update(task, total=step.bytes_total, completed=step.bytes_done, description=said)

        yield advance
