"""`detente store`: what the store holds, whether it is whole, and how it is mended."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from detente.cli.options import DEFAULT_STORE, AsJson, StorePath
from detente.cli.output import narrate, new_table, print_json, print_lines, print_table
from detente.errors import StoreError, UsageError
from detente.events.store import Fault, OriginSummary, Repair, Store
from detente.rounding import count_text, plural


def store_command(
    *,
    store: StorePath = DEFAULT_STORE,
    check: Annotated[
        bool, typer.Option("--check", help="Read every byte and compare it with its checksum.")
    ] = False,
    repair: Annotated[
        bool, typer.Option("--repair", help="Rebuild manifest and ledger from the parts.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say what the store holds, check that it is whole, or mend it.

    A check that finds a fault exits with 3. A repair removes nothing that may hold events: parts
    that cannot be read are moved into the store's folder `damaged`.

    [bold]Examples[/bold]

      detente store --store events

      detente store --check

      detente store --repair
    """
    if check and repair:
        raise UsageError("Two things were asked for.", "--check and --repair.", "Give one of them.")
    if check:
        _show_check(store, Store.check(store), as_json)
    elif repair:
        _show_repair(store, Store.repair(store), as_json)
    else:
        _show(store, as_json)


def open_store(path: Path, skip_damaged: bool) -> Store:
    """Open a store to read, and say what is left out if damaged parts are skipped."""
    store = Store.open(path, skip_damaged=skip_damaged)
    for bad in store.damaged() if skip_damaged else ():
        narrate(f"Left out: {bad.part.path} {bad.reason} ({plural(bad.part.rows, 'events')}).")
    return store


def _show(path: Path, as_json: bool) -> None:
    held = Store.open(path).summary()
    if as_json:
        print_json([asdict(item) for item in held])
        return
    table = new_table()
    for name in ("origin", "first day", "last day"):
        table.add_column(name)
    for name in ("events", "files"):
        table.add_column(name, justify="right")
    for item in held:
        span = str(item.first), str(item.last)
        table.add_row(Text(item.origin), *span, count_text(item.rows), count_text(item.files))
    print_table(table, f"{path}: {plural(sum(item.rows for item in held), 'events')}")
    say_limits(held)


def say_limits(held: Iterable[OriginSummary]) -> None:
    """Say which events a store keeps whole, where not all."""
    for item in held:
        if item.limits:
            others = plural(item.world - item.rows, "other events")
            narrate(
                f"{item.origin} is limited to {item.limits}; {others} of the world kept in "
                "outline, only to be counted."
            )


def _show_check(path: Path, faults: tuple[Fault, ...], as_json: bool) -> None:
    if as_json:
        print_json([asdict(fault) for fault in faults])
    elif not faults:
        print_lines(Text(f"{path} is whole."))
    else:
        print_lines(*(Text(f"Damaged   {_fault(fault)}") for fault in faults))
        print_lines(Text(f"Mend it with: detente store --repair --store {shlex.quote(str(path))}"))
    if faults:
        raise typer.Exit(StoreError.exit_code)


def _show_repair(path: Path, done: Repair, as_json: bool) -> None:
    if as_json:
        print_json(asdict(done))
        return
    print_lines(
        Text(f"{path} holds {plural(done.rows, 'events')} in {plural(done.parts, 'parts')}.")
    )
    lines = [
        *(f"Taken up  {place}" for place in done.taken_up),
        *(f"Doubled   {place}: its events are in other parts" for place in done.doubled),
        *(f"Lost      {_fault(fault)}" for fault in done.lost),
        *(
            f"Again     ingest the files of {origin} once more; what is stored will be skipped"
            for origin in done.forgotten
        ),
    ]
    print_lines(*map(Text, lines))


def _fault(fault: Fault) -> str:
    events = f" ({plural(fault.rows, 'events')})" if fault.rows else ""
    return f"{fault.path}: {fault.reason}{events}"
