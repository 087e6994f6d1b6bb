"""`detente ingest`, `events` and `sources`: events in, events out."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import pyarrow as pa
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.text import Text

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
    new_table,
    print_json,
    print_lines,
    print_table,
    write_data,
)
from detente.cli.store import open_store, say_limits
from detente.cli.waiting import spoken
from detente.errors import UsageError
from detente.events import ontology
from detente.events.store import Store, stores_around
from detente.outputs import check_output
from detente.rounding import plural

if TYPE_CHECKING:
    from detente.sources import Progress as OnProgress
    from detente.sources import ReadingReport, Source, Step

TABLE_ROWS = 20
"""Events that a table shows unless --limit says otherwise."""

EVENT_HEAD = ("date", "source", "target", "cameo", "what", "score")
SHOWN_DAYS = 6
SHOWN_EXAMPLES = 2
SHOWN_FILES = 100


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
        _show_report(report)
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
        _show_events(reader.read_all(), cut=limit is None)
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
            said = f"{step.files_done:,} of {files}, {rows}"
            bar.update(task, total=step.bytes_total, completed=step.bytes_done, description=said)

        yield advance


def _show_events(table: pa.Table, *, cut: bool) -> None:
    if not table.num_rows:
        narrate("No event matches.")
        return
    rows = [_cells(row) for row in table.slice(0, TABLE_ROWS if cut else None).to_pylist()]
    shown = new_table()
    for place, name in enumerate(EVENT_HEAD):
        if name == "what":
            shown.add_column(name, no_wrap=True, ratio=1)
            continue
        # In a narrow terminal only the words of the code may be cut: no day, state or number.
        width = max(len(name), *(len(row[place]) for row in rows))
        shown.add_column(
            name, justify="right" if name == "score" else "left", no_wrap=True, min_width=width
        )
    for row in rows:
        shown.add_row(*(Text(cell) for cell in row))
    print_table(shown)
    if cut and table.num_rows > TABLE_ROWS:
        narrate(f"The first {TABLE_ROWS} events; --limit shows more, --format csv prints all.")


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    """An event as it is shown, by `EVENT_HEAD`."""
    score = "" if row["goldstein"] is None else f"{row['goldstein']:.1f}"
    who = [_short(row[side] or row[f"{side}_actor"]) for side in ("source", "target")]
    return (str(row["date"]), *who, row["cameo"], _what(row["cameo"]), score)


def _short(name: str | None, width: int = 12) -> str:
    text = name or "–"
    return text if len(text) <= width else text[: width - 1] + "…"


def _what(cameo: str) -> str:
    try:
        return ontology.lookup(cameo).name
    except UsageError:
        return ""


def _show_report(report: ReadingReport) -> None:
    table = new_table(header=False)
    table.add_column()
    table.add_column(justify="right")
    for label, count in _counts(report):
        table.add_row(label, f"{count:,}")
    print_table(
        table, f"{report.source}: {plural(len(report.files), 'files')} in {report.seconds:.1f} s"
    )
    days = report.days
    if days.first:
        print_lines(Text(f"\nDays      {days.first} to {days.last}, {days.covered:,} with events"))
    _show_days("Missing", [str(day) for day in days.missing])
    _show_days("Thin", [f"{day} ({count:,})" for day, count in days.thin])
    _show_days("Mistyped?", [f"{day} ({count:,}), years from the rest" for day, count in days.far])
    for rejection in report.rejected:
        print_lines(Text(f"Rejected  {rejection.count:,}: {rejection.reason}"))
        for row in rejection.examples[:SHOWN_EXAMPLES]:
            where = row.file if row.line is None else f"{row.file}:{row.line}"
            print_lines(Text(f"          {where}", style="dim"))
    if report.unknown_actors:
        names = [f"{name} ({count:,})" for name, count in report.unknown_names[:SHOWN_DAYS]]
        actors = plural(report.unknown_actors, "actors")
        said = f"Unknown   {actors} of no known state: {', '.join(names)}"
        print_lines(Text(said))
    for hint in report.hints:
        print_lines(Text(f"Hint      {hint}"))
    for left in report.left_out[:SHOWN_FILES]:
        print_lines(Text(f"Left out  {left.path}: {left.reason}", style="dim"))
    if len(report.left_out) > SHOWN_FILES:
        more = len(report.left_out) - SHOWN_FILES
        print_lines(Text(f"Left out  {more:,} more; --json names all", style="dim"))
    for file in report.files_failed:
        print_lines(Text(f"Failed    {file.path}: {file.reason}", style="red"))


def _counts(report: ReadingReport) -> list[tuple[str, int]]:
    skipped = sum(file.status == "skipped" for file in report.files)
    all_counts = [
        ("files skipped: read before", skipped),
        ("files failed", len(report.files_failed)),
        ("rows read", report.rows_read),
        ("rows kept", report.rows_kept),
        *((f"  mended: {what}", count) for what, count in report.repaired),
        *((f"  noted: {what}", count) for what, count in report.noted),
        ("rows that are no events", report.not_events),
        ("rows rejected", report.rows_rejected),
        ("events stored", report.events_stored),
        ("  in outline: between others", report.events_outlined),
        ("stored events that gave way", report.events_removed),
        ("events stored already", report.already_stored),
        ("events repeated alike", report.repeated),
        ("events repeated with other content", report.repeated_otherwise),
    ]
    always = {"rows read", "rows kept", "rows rejected", "events stored"}
    return [(label, count) for label, count in all_counts if count or label in always]


def _show_days(label: str, days: list[str]) -> None:
    if days:
        more = f" and {len(days) - SHOWN_DAYS:,} more" if len(days) > SHOWN_DAYS else ""
        print_lines(Text(f"{label:<10}{len(days):,}: {', '.join(days[:SHOWN_DAYS])}{more}"))
