"""What commands that ask a study share: open it with its data, then show what came back."""

from __future__ import annotations

import contextlib
import datetime as dt
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from detente.cache import Cache, user_cache
from detente.cli.events import progress_bar
from detente.cli.lake import events_of
from detente.cli.options import DEFAULT_ENGINE, day
from detente.cli.output import narrate, print_parts
from detente.cli.waiting import spoken
from detente.errors import InputError, UsageError
from detente.events.store import Store
from detente.rounding import count_text, plural

if TYPE_CHECKING:
    from detente.answers import Answer, Section
    from detente.asks.forecasts.record import Record
    from detente.events.inputs import LakeEvents
    from detente.study.data import StudyData
    from detente.study.models import Study

StudyName = Annotated[
    str,
    typer.Argument(
        metavar="STUDY", help="A bundled study (korea, levant), a study.toml, or a folder."
    ),
]
Events = Annotated[
    Path | None,
    typer.Option("--events", metavar="PATH", help="An event store, or event files to read."),
]
Datasets = Annotated[
    list[str] | None,
    typer.Option(
        "--dataset",
        metavar="ID=FILE",
        help="A file for a dataset of the study, such as one that may not be bundled; repeatable.",
    ),
]
AsOf = Annotated[
    dt.date | None,
    typer.Option("--as-of", parser=day, metavar="DAY", help="Use nothing known later."),
]
Seed = Annotated[int | None, typer.Option("--seed", min=0, help="Seed of the random draws.")]
RecordFile = Annotated[
    Path | None,
    typer.Option("--record", metavar="FILE", help="The record; by default records/STUDY.jsonl."),
]
NoCache = Annotated[
    bool,
    typer.Option(
        "--no-cache", help="Compute all anew; else answers whose inputs are the same are kept."
    ),
]
Processes = Annotated[
    int | None,
    typer.Option(
        "--processes", min=1, help="Work in so many processes; by default one a core, 4 at most."
    ),
]
AllRows = Annotated[bool, typer.Option("--all", help="Print every row of the tables.")]


def answer_cache(no_cache: bool) -> Cache | None:
    """Where answers are kept between runs; None where that is not wanted."""
    return None if no_cache else user_cache()


def open_study(
    study: str,
    events: Path | None = None,
    as_of: dt.date | None = None,
    seed: int | None = None,
    check: Callable[[Study], object] = lambda _: None,
    engine: str = DEFAULT_ENGINE,
    lake: str | None = None,
    *,
    no_cache: bool = True,
) -> StudyData:
    """Load a study and its data.

    Args:
        study: A name or a path.
        events: An event store, or event files to read.
        as_of: Nothing known later is used.
        seed: Seed of the random draws; the study's own if None.
        check: Looks at the study before any data are read, so that a wrong id is told at once.
        engine: Where the events are counted.
        lake: A lake instead of events, as SOURCE=PLACE.
        no_cache: Whether all is computed anew.
    """
    from detente.study.data import open_data  # noqa: PLC0415 - slow to import; errors come first
    from detente.study.load import load  # noqa: PLC0415
    from detente.study.options import Options  # noqa: PLC0415

    loaded = load(study)
    check(loaded.study)
    about = loaded.study.study
    store = user_events(events, lake, engine, Path("out") / about.name)
    options = Options(about.seed if seed is None else seed, cache=answer_cache(no_cache))
    return open_data(loaded, as_of=as_of, store=store, engine=engine, options=options)


def dataset_files(given: Sequence[str] | None) -> dict[str, Path]:
    """The files of datasets that are given as ID=FILE, by id.

    Raises:
        UsageError: One is not of this form, or an id stands twice.

    Example:
        >>> dataset_files(["experts=scores.csv"])["experts"].name
        'scores.csv'
    """
    files: dict[str, Path] = {}
    for text in given or ():
        name, equals, path = text.partition("=")
        if not (name and equals and path) or name in files:
            raise UsageError(
                "The dataset could not be used.",
                f"“{text}” {'names a dataset twice' if name in files else 'is not ID=FILE'}.",
                "Give each once, such as: --dataset experts=scores.csv",
            )
        files[name] = Path(path)
    return files


def show(
    sections: Iterable[Section], *, as_json: bool, most: int | None = None, none: str = ""
) -> None:
    """Print sections for people, or as one JSON list.

    Args:
        sections: What came back.
        as_json: Whether to print JSON.
        most: Rows shown of each table; all if None.
        none: What to say where the study asks for nothing.
    """
    from pydantic import TypeAdapter  # noqa: PLC0415 - slow to import

    from detente.answers import Section as Model  # noqa: PLC0415
    from detente.report.terminal import told_section  # noqa: PLC0415

    listed = tuple(sections)
    if as_json:
        text = TypeAdapter(tuple[Model, ...]).dump_json(listed, indent=2)
        typer.echo(text.decode())
        return
    if not listed and none:
        typer.echo(none)
    for section in listed:
        print_parts(told_section(section, most))


def named(answers: Iterable[Answer], name: str | None) -> tuple[Answer, ...]:
    """The answers of one ask, or all where none is named."""
    return tuple(answer for answer in answers if name is None or answer.id == name)


def default_record(data: StudyData) -> Path:
    """Where the record of a study's forecasts is kept."""
    return record_of(data.study.study.name)


def record_of(study: str) -> Path:
    """Where the record of the study of that name is kept."""
    return Path("records") / f"{study}.jsonl"


def record_or_none(data: StudyData, path: Path | None = None) -> Record | None:
    """The record that odds are compared with, or None and a word where it cannot be used.

    Args:
        data: The study's data.
        path: The file; the study's own place if None.
    """
    from detente.asks.forecasts.record import read_record  # noqa: PLC0415 - slow to import

    try:
        return read_record(path or default_record(data), study=data.study.study.name)
    except InputError as error:
        narrate(f"Odds are not compared with earlier ones. {error}")
        return None


def user_events(
    events: Path | None, lake: str | None, engine: str, folder: Path
) -> Store | LakeEvents | None:
    """The user's events: of a store, of files that are read into one, or of a lake."""
    if lake is None:
        return None if events is None else event_store(events, folder)
    return events_of(lake, engine)


def event_store(path: Path, folder: Path) -> Store:
    """The store at a path, or a store made of the event files there, kept beside the report."""
    from detente import sources  # noqa: PLC0415

    if Store.is_at(path):
        return Store.open(path)
    if not path.exists():
        raise UsageError(
            f"There are no events at {path}.", "The path does not exist.", "Check the path."
        )
    source = sources.detect(path)
    with Store.filling(folder / "events") as store:
        narrate(f"Reading {path} as {source.name}.")
        with progress_bar() as progress:
            report = sources.ingest(source, [path], store, progress=progress)
        kept = f"{count_text(report.rows_kept)} of {plural(report.rows_read, 'rows')} kept"
        rejected = f"{count_text(report.rows_rejected)} rejected"
        gain = f"{kept}, {rejected}" if report.rows_read else "Nothing new there"
        for left in report.left_out:
            narrate(f"Left out {left.path}: {left.reason}.")
        for file in report.files_failed:
            narrate(f"Failed {file.path}: {file.reason}.")
        narrate(f"{gain}. The events are in the store {folder / 'events'}.")
        if not store.summary():
            raise InputError(
                f"No events could be read from {path}.",
                f"Of {plural(report.rows_read, 'rows')} none was kept.",
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
    spoken()
    with console.status("Starting") as status:
        yield status.update
