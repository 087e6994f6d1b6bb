"""`detente code`: events from news text."""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.cli.code_files import check_places, side_of, write_tables
from detente.cli.code_telling import code_progress, explain, show_report, show_story
from detente.cli.options import AsJson, day
from detente.cli.output import narrate, print_json
from detente.errors import DetenteError, InputError, UsageError
from detente.events.store import Appended, Store
from detente.rounding import count_text, plural

if TYPE_CHECKING:
    from detente.coding.coder import CodedStory, Coder
    from detente.coding.journal import Journal
    from detente.coding.report import Tally
    from detente.coding.text import Format

Row = dict[str, Any]

SHOWN_REASONS = 3
"""Reasons that are named where nothing could be coded."""


def code_command(
    *,
    place: Annotated[
        str, typer.Argument(help="A file, a folder, or - for standard input.", metavar="FILE|DIR|-")
    ],
    date: Annotated[
        dt.date | None,
        typer.Option(
            "--date",
            parser=day,
            metavar="DAY",
            help="Day of the stories that do not say theirs, such as 2017-03-14.",
        ),
    ] = None,
    form: Annotated[
        str,
        typer.Option(
            "--format", "-f", metavar="FORMAT", help="auto, txt, html, rss, jsonl or csv."
        ),
    ] = "auto",
    min_confidence: Annotated[
        float,
        typer.Option(
            "--min-confidence",
            min=0.0,
            max=1.0,
            help="Leave out events whose quad class is less probable than this.",
        ),
    ] = 0.6,
    to: Annotated[
        Path | None,
        typer.Option(
            "--to",
            metavar="FILE",
            help="Write the events to a .parquet, .csv or .jsonl file, and all that is known of"
            " each beside it.",
        ),
    ] = None,
    store: Annotated[
        Path | None,
        typer.Option(
            "--store", readable=False, metavar="DIR", help="Store the events under the origin text."
        ),
    ] = None,
    explained: Annotated[
        bool, typer.Option("--explain", help="Show every step of every sentence.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Code the events that news text tells: who did what to whom, when, and how surely.

    Every event is shown with its sentence. What is not certain, or did not happen, is left out, and
    the report says why. An interrupted run into a file or store goes on when it is run again.

    [bold]Examples[/bold]

      detente code talks.txt --date 2017-03-14

      detente code stories/ --to events.parquet

      detente code archive.jsonl --store events

      cat story.html | detente code - --format html --explain
    """
    if explained and as_json:
        raise UsageError(
            "Two outputs were asked for.", "--explain and --json.", "Give one of them."
        )
    from detente.coding import text  # noqa: PLC0415 - slow to import
    from detente.coding.coder import Coder  # noqa: PLC0415
    from detente.coding.facade import coded_stories  # noqa: PLC0415
    from detente.coding.report import Tally  # noqa: PLC0415

    check_places(to, store, place)
    chosen, tally, started = _format(form), Tally(), time.monotonic()
    coder = Coder(min_confidence=min_confidence)
    size = sum(item.size for item in text.places(place, chosen))
    held = Held()
    printing = explained or not (as_json or to or store)
    with (
        code_progress(size, printing=printing) as progress,
        _journal(coder, to, store, place) as journal,
    ):
        stories = text.read(place, chosen, refuse=tally.refuse, progress=progress.read)
        show = explain if explained else held.take if as_json else show_story
        for coded in coded_stories(stories, coder, date, tally, journal):
            progress.coded(tally)
            if explained or journal is None:
                show(coded)
        if not tally.stories:
            raise _nothing(place, tally)
        if journal is not None:
            held = Held(journal.rows)
        stored = _written(held, to, store, place)
        plain = held.plain() if as_json else {}
    report = tally.report(time.monotonic() - started)
    if as_json:
        print_json({**plain, "report": report.to_dict()})
        return
    show_report(report)
    _say_written(to, stored, store)


class Held:
    """The rows that were coded: in memory, or in the notes of the run."""

    def __init__(self, rows: Callable[[str], Iterable[Row]] | None = None) -> None:
        self._held: dict[str, list[Row]] = {"events": [], "details": []}
        self._rows = rows

    def take(self, coded: CodedStory) -> None:
        """Keep the rows of a story."""
        self._held["events"] += coded.events
        self._held["details"] += coded.details

    def rows(self, name: str) -> Iterable[Row]:
        """The rows of `events` or `details`."""
        return self._rows(name) if self._rows else self._held[name]

    def plain(self) -> dict[str, list[Row]]:
        """All rows, to be printed as JSON."""
        return {name: list(self.rows(name)) for name in self._held}


def _format(text: str) -> Format:
    from detente.coding.text import FORMATS  # noqa: PLC0415 - slow to import

    for name in FORMATS:
        if name == text:
            return name
    raise UsageError(
        "The format is not known.", f"It is {text!r}.", f"Use one of {', '.join(FORMATS)}."
    )


@contextlib.contextmanager
def _journal(
    coder: Coder, to: Path | None, store: Path | None, place: str
) -> Iterator[Journal | None]:
    """The notes of a run that writes: kept when it is interrupted, removed when it is done."""
    from detente.coding.journal import Journal  # noqa: PLC0415 - slow to import

    output = to or store
    if output is None:
        yield None
        return
    journal = Journal(Journal.beside(output), coder.fingerprint)
    try:
        yield journal
    except DetenteError:
        if journal.is_empty:
            journal.remove()
        raise
    finally:
        journal.close()
    journal.remove()


def _written(held: Held, to: Path | None, store: Path | None, place: str) -> Appended | None:
    """Write what was coded to a file, a store, or both."""
    from detente.coding.storing import store_events  # noqa: PLC0415 - slow to import
    from detente.coding.tables import events_table  # noqa: PLC0415

    if to is not None:
        write_tables(held.rows, to, store)
    if store is None:
        return None
    with Store.filling(store) as opened:
        return store_events(opened, events_table(held.rows("events")), place)


def _nothing(place: str, tally: Tally) -> InputError:
    """What to say where nothing could be coded."""
    reasons = [f"{left.path} {left.reason}." for left in tally.left_out[:SHOWN_REASONS]]
    more = len(tally.left_out) + tally.more_left_out - len(reasons)
    seen = " ".join((*reasons, *([f"And {count_text(more)} more."] if more > 0 else ())))
    dated = any("--date" in left.reason for left in tally.left_out)
    step = (
        "Give the day on which it was written: --date 2017-03-14"
        if dated
        else "Give English text: a .txt, .html, .rss, .jsonl or .csv file."
    )
    return InputError(f"Nothing could be coded of {place}.", seen or "It holds no story.", step)


def _say_written(to: Path | None, stored: Appended | None, store: Path | None) -> None:
    if to is not None:
        narrate(f"Events written to {to}, and all that is known of them to {side_of(to)}.")
    if stored is not None:
        again = (
            f", {count_text(stored.already_stored)} stored already" if stored.already_stored else ""
        )
        narrate(f"{plural(stored.rows, 'events')} stored in {store}{again}.")
