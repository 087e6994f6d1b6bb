"""`detente fetch`: what a study needs, from where it is published."""

from __future__ import annotations

import contextlib
import datetime as dt
import shlex
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.fetch_telling import progress, show_plan, show_report
from detente.cli.options import DEFAULT_STORE, AsJson, day, state
from detente.cli.output import narrate, print_json
from detente.errors import UsageError
from detente.rounding import bytes_text, plural

if TYPE_CHECKING:
    from detente.sources.fetch import Client, Feed
    from detente.sources.fetch.plan import Order, Plan

LARGE = 1_000_000_000
"""Bytes above which nothing is loaded without a yes."""

DATASETS = Path("datasets")


def fetch_command(
    *,
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="SOURCE",
            help="gdelt, icews, polecat, ucdp, acled, gpr, un-votes; with --study, gdelt if none.",
        ),
    ] = None,
    study: Annotated[
        str | None, typer.Option("--study", metavar="STUDY", help="Keep what this study needs.")
    ] = None,
    parties: Annotated[
        str | None,
        typer.Option("--parties", metavar="USA,CHN", help="Keep events among these states."),
    ] = None,
    first: Annotated[
        dt.date | None,
        typer.Option("--from", parser=day, metavar="DAY", help="First day, such as 2017-03-15."),
    ] = None,
    last: Annotated[
        dt.date | None,
        typer.Option("--to", parser=day, metavar="DAY", help="Last day; by default today."),
    ] = None,
    store: Annotated[
        Path | None,
        typer.Option("--store", metavar="DIR", help="The store; by default the study's, or store."),
    ] = None,
    only_plan: Annotated[
        bool, typer.Option("--plan", help="Say what would be loaded, and load nothing.")
    ] = False,
    update: Annotated[
        bool, typer.Option("--update", help="Bring what is new or revised since the last fetch.")
    ] = False,
    widen: Annotated[
        bool,
        typer.Option("--widen", help="Load anew what is stored by fewer parties, to keep more."),
    ] = False,
    either: Annotated[
        bool, typer.Option("--either", help="One of two actors among the parties is enough.")
    ] = False,
    translated: Annotated[
        bool, typer.Option("--translated", help="GDELT: the machine-translated stream too.")
    ] = False,
    keep: Annotated[
        Path | None,
        typer.Option("--keep-files", metavar="DIR", help="Keep the files there once read."),
    ] = None,
    workers: Annotated[
        int, typer.Option("--workers", min=1, max=16, help="Files loaded at a time.")
    ] = 4,
    rate: Annotated[
        float | None,
        typer.Option("--rate", min=0.01, metavar="MBIT", help="Your line, for the plan's minutes."),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Load more than 1 GB without asking.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Load events from where they are published, and keep what a study needs.

    With --study the parties, the first day and the store are the study's, where it names them; the
    source is GDELT, which reaches from 1979 to now, unless another is named.
    Files are loaded, checked, read and removed one by one; of each, the events among the parties
    are kept, and the world's counts. An interrupted fetch goes on where it ended. Ends with 3 if a
    file failed or a gap is new, and names every file and every day without one.

    [bold]Examples[/bold]

      detente fetch gdelt --parties USA,CHN --from 2017-01-01 --to 2017-12-31 --plan

      detente fetch icews --study korea --store events

      detente fetch gdelt --update --store events
    """
    from detente.sources.fetch import get_feed, open_client  # noqa: PLC0415 - slow to import
    from detente.sources.fetch.plan import check_disk, need_files, plan  # noqa: PLC0415
    from detente.sources.fetch.run import fetch  # noqa: PLC0415

    feed = get_feed(source or _usual(study))
    options = (
        ("--translated", translated), ("--either", either), ("--widen", widen),
        ("--from", first), ("--to", last), ("--parties", parties),
    )  # fmt: skip
    _check_used(feed, [name for name, value in options if value])
    wish = _wish(study, parties)
    usual = (wish.datasets or DATASETS) if feed.publish else (wish.store or DEFAULT_STORE)
    place = store or usual
    stop = threading.Event()
    with open_client(
        feed.fallbacks, by_hand=feed.by_hand, stop=stop, lists=_lists(place)
    ) as client:
        wish = replace(wish, first=first or wish.first, last=last, store=place)
        order = _order(client, feed, wish, keep, workers)
        order = replace(
            order,
            either=either,
            update=update,
            widen=widen,
            span=replace(order.span, translated=translated),
        )
        if update or widen:
            order = _resumed(order, given=bool(first))
        _check_either(order)
        planned = plan(client, order)
        if only_plan:
            _show_plan(planned, rate, as_json)
            return
        need_files(planned)
        if not _agreed(planned, yes=yes):
            narrate("Nothing was loaded.")
            return
        check_disk(planned)
        with _stopping(stop), progress(planned) as on_step:
            report = fetch(client, planned, on_step)
    if as_json:
        print_json(report.to_dict())
    else:
        show_report(report, again=_command())
    raise typer.Exit(report.exit_code)


def _usual(study: str | None) -> str:
    """The source of a study where none is named: the one that has all days and asks for no key."""
    if study is None:
        raise UsageError(
            "No source is named.",
            "The command has neither a source nor --study.",
            "Name one: gdelt, icews, polecat, ucdp, acled, gpr or un-votes.",
        )
    narrate("No source is named: gdelt, which has all days since 1979.")
    return "gdelt"


def _check_used(feed: Feed, given: Sequence[str]) -> None:
    """Refuse options that a feed has no use for."""
    for option in given:
        if option in feed.unused:
            raise UsageError(
                f"{option} would not be used.",
                f"{feed.name} has no use for it: {feed.title}.",
                "Leave it away.",
            )


def _check_either(order: Order) -> None:
    if order.either and not order.parties:
        raise UsageError(
            "--either would not be used.",
            "No parties are named, so that all events are kept.",
            "Leave it away, or add --parties or --study.",
        )


def _show_plan(planned: Plan, rate: float | None, as_json: bool) -> None:
    from detente.cli.fetch_telling import plan_facts  # noqa: PLC0415

    if as_json:
        print_json(plan_facts(planned, rate))
    else:
        show_plan(planned, rate)


def _lists(store: Path) -> Path | None:
    """Where long lists are kept: beside the ledger, once there is one."""
    from detente.sources.fetch.ledger import folder_of  # noqa: PLC0415 - slow to import

    folder = folder_of(store)
    return folder / "lists" if folder.is_dir() else None


@dataclass(frozen=True)
class _Wish:
    """What is asked for: by the command, or by a study."""

    parties: tuple[str, ...] = ()
    first: dt.date | None = None
    last: dt.date | None = None
    store: Path | None = None
    datasets: Path | None = None


def _order(client: Client, feed: Feed, wish: _Wish, keep: Path | None, workers: int) -> Order:
    from detente.sources.fetch import Span  # noqa: PLC0415 - slow to import
    from detente.sources.fetch.plan import Order  # noqa: PLC0415

    first, last = wish.first, wish.last
    if first and last and first > last:
        raise UsageError("The days are the wrong way round.", f"{first} to {last}.", "Swap them.")
    today = client.now().date()
    if first and first > today:
        raise UsageError("These days are still to come.", f"Today is {today}.", "Ask for others.")
    span = Span(first, last, today, wish.parties)
    return Order(feed, span, wish.store or DEFAULT_STORE, wish.parties, keep=keep, workers=workers)


def _wish(study: str | None, parties: str | None) -> _Wish:
    """The parties that are named, or what a study needs and where it keeps it."""
    if study is not None and parties is not None:
        raise UsageError("Two sets of parties were named.", "--study and --parties.", "Give one.")
    if study is None:
        named = parties.split(",") if parties else []
        return _Wish(tuple(sorted({state(code) for code in named})))
    from detente.study.event_data import states_of  # noqa: PLC0415 - slow to import
    from detente.study.load import load  # noqa: PLC0415
    from detente.study.needs import first_day_of_events  # noqa: PLC0415

    loaded = load(study)
    store = loaded.study.store
    return _Wish(
        states_of(loaded.study),
        first_day_of_events(loaded.study),
        store=None if store is None else loaded.folder / store,
        # A study that ships is no place to write in.
        datasets=loaded.folder / DATASETS if Path(study).exists() else None,
    )


def _resumed(order: Order, *, given: bool) -> Order:
    """The order as far back, and for whom, the fetches before were."""
    from detente.sources.fetch.ledger import read_files  # noqa: PLC0415 - slow to import

    entries = list(read_files(order.store, order.feed.name).values())
    if not entries and not order.update:
        return order
    if not entries:
        raise UsageError(
            "There is nothing to bring up to date.",
            f"Nothing of {order.feed.name} was fetched into {order.store}.",
            "Leave --update away.",
        )
    newest = entries[-1]
    days = [dt.date.fromisoformat(entry.first) for entry in entries if entry.first]
    first = order.span.first if given or not days else min(days)
    parties = order.parties or newest.parties
    # Whatever was revised since the oldest file was read may be missing here.
    since = min(dt.datetime.fromisoformat(entry.time) for entry in entries)
    return replace(
        order,
        parties=parties,
        either=order.either or newest.either,
        span=replace(
            order.span, first=first, parties=parties, since=since if order.update else None
        ),
    )


def _agreed(planned: Plan, *, yes: bool) -> bool:
    """Ask before more than a gigabyte is loaded; refuse where nobody can answer."""
    if planned.size <= LARGE or yes:
        return True
    show_plan(planned, None, stderr=True)
    if sys.stdin.isatty() and sys.stderr.isatty():
        return typer.confirm("Load all this?", err=True)
    raise UsageError(
        "More than 1 GB would be loaded.",
        f"It is {bytes_text(planned.size)} in {plural(len(planned.todo), 'files')}.",
        "Add --yes, or ask for fewer days with --from and --to.",
    )


@contextlib.contextmanager
def _stopping(stop: threading.Event) -> Iterator[None]:
    """At the first Ctrl-C end after the current writes; at the second, at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, frame: object) -> None:
        signal.signal(signal.SIGINT, before)
        stop.set()
        narrate("Stopping after what is being written; Ctrl-C again stops at once.")

    before = signal.signal(signal.SIGINT, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _command() -> str:
    """The command that goes on: this one again, which holds no secret."""
    return shlex.join(["detente", *sys.argv[1:]])
