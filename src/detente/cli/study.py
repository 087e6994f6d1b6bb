"""`detente study`, `new` and `validate`: from a study file to a report."""

from __future__ import annotations

import contextlib
import datetime as dt
import sys
import time
import webbrowser
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from detente.cli.events import progress_bar
from detente.cli.options import AsJson, day
from detente.cli.output import narrate, print_json
from detente.errors import InputError, UsageError
from detente.events._manifest import MANIFEST
from detente.events.store import Store

if TYPE_CHECKING:
    from detente.asks.result import StudyResult

StudyName = Annotated[
    str, typer.Argument(metavar="STUDY", help="A bundled study (korea), a study.toml, or a folder.")
]


def study_command(
    *,
    study: StudyName,
    events: Annotated[
        Path | None,
        typer.Option("--events", metavar="PATH", help="An event store, or event files to read."),
    ] = None,
    as_of: Annotated[
        dt.date | None,
        typer.Option("--as-of", parser=day, metavar="DAY", help="Use nothing known later."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Where the report goes; by default out/STUDY."),
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", min=0, help="Seed of the random draws.")
    ] = None,
    open_page: Annotated[
        bool, typer.Option("--open", help="Open the report in a browser.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Test every claim of a study and write its report.

    Writes report.html (one file that needs no network), findings.json, the series as CSV, and
    manifest.json. Your own event files extend the bundled data; where both cover a month, yours
    win.

    [bold]Examples[/bold]

      detente study korea

      detente study korea --events store --as-of 2017-03-15 --out march

      detente study my-study/study.toml --json > findings.json
    """
    from detente import report  # noqa: PLC0415 - drawing is slow to import; errors come first
    from detente.asks.options import Options  # noqa: PLC0415
    from detente.run import run_study  # noqa: PLC0415
    from detente.study.data import open_data  # noqa: PLC0415
    from detente.study.load import load  # noqa: PLC0415

    started = time.perf_counter()
    loaded = load(study)
    folder = out or Path("out") / loaded.study.study.name
    store = None if events is None else event_store(events, folder)
    data = open_data(loaded, as_of=as_of, store=store)
    read = time.perf_counter()
    chosen = loaded.study.study.seed if seed is None else seed
    with saying() as say:
        result = run_study(data, Options(seed=chosen), say)
        result = _with_changes(result)
        tested = time.perf_counter()
        say("drawing the report")
        written = report.write(
            result,
            folder,
            timings={"read": read - started, "test": tested - read},
            generated=dt.datetime.now(dt.UTC).replace(microsecond=0),
        )
    if as_json:
        typer.echo(written.findings.read_text(encoding="utf-8"), nl=False)
    else:
        Console(highlight=False).print(report.verdict_table(result))
    narrate(f"Report: {written.report}")
    if open_page:
        webbrowser.open(written.report.resolve().as_uri())


def _with_changes(result: StudyResult) -> StudyResult:
    """The odds with how they moved since they were last recorded, if they were."""
    from detente.asks.forecasts.resolve import with_change  # noqa: PLC0415 - slow to import
    from detente.cli.forecast import record_or_none  # noqa: PLC0415 - it imports this module

    held = record_or_none(Path("records") / f"{result.study}.jsonl", result.study)
    if held is None:
        return result
    moved = tuple(with_change(held, one) for one in result.outlook.forecasts)
    return replace(result, outlook=replace(result.outlook, forecasts=moved))


def new_command(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Name of the study, lower-case-with-dashes.")
    ],
    folder: Annotated[
        Path, typer.Option("--in", metavar="DIR", help="Where its folder is made.")
    ] = Path(),
) -> None:
    """Write a commented study that runs, to start from.

    [bold]Example[/bold]

      detente new taiwan-strait
    """
    from detente.study.starter import write_starter  # noqa: PLC0415

    path = write_starter(name, folder)
    narrate(f"Written: {path}")
    narrate(f"Check it with: detente validate {path}")


def validate_command(study: StudyName, as_json: AsJson = False) -> None:
    """Check a study file: every problem at once, before anything is computed.

    [bold]Example[/bold]

      detente validate my-study/study.toml
    """
    from detente.study.data import open_data  # noqa: PLC0415 - slow to import
    from detente.study.load import load  # noqa: PLC0415

    loaded = load(study)
    open_data(loaded)
    found = loaded.study
    counts = {
        "study": found.study.name,
        "parties": len(found.parties),
        "actions": len(found.actions),
        "eras": len(found.eras),
        "datasets": len(found.datasets),
        "claims": len(found.asks("claims")),
    }
    if as_json:
        print_json(counts)
    else:
        named = ", ".join(f"{count} {part}" for part, count in counts.items() if part != "study")
        typer.echo(f"{found.study.name} is valid: {named}.")


def event_store(path: Path, folder: Path) -> Store:
    """The store at a path, or a store made of the event files there, kept beside the report."""
    from detente import sources  # noqa: PLC0415

    if (path / MANIFEST).is_file():
        return Store.open(path)
    if not path.exists():
        raise UsageError(
            f"There are no events at {path}.", "The path does not exist.", "Check the path."
        )
    source = sources.detect(path)
    store = Store.open(folder / "events", create=True)
    narrate(f"Reading {path} as {source.name}.")
    with progress_bar() as progress:
        report = sources.ingest(source, [path], store, progress=progress)
    kept = f"{report.rows_kept:,} of {report.rows_read:,} rows kept"
    told = f"{kept}, {report.rows_rejected:,} rejected" if report.rows_read else "Nothing new there"
    narrate(f"{told}. The events are in the store {folder / 'events'}.")
    if not store.summary():
        raise InputError(
            f"No events could be read from {path}.",
            f"{report.rows_read:,} rows were read and none kept.",
            f"See why with: detente ingest {source.name} {path}",
        )
    return store


@contextlib.contextmanager
def saying() -> Iterator[Callable[[str], None]]:
    """A line on stderr that says what is being done, on a terminal only."""
    console = Console(stderr=True, highlight=False)
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with console.status("Starting") as status:
        yield status.update
