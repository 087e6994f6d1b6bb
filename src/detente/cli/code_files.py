"""Where `detente code` writes: the events, and beside them all that is known of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from detente.cli.output import Format, holds, write_data
from detente.errors import InputError, UsageError
from detente.events.schema import COLUMNS, SCHEMA
from detente.events.store import Store, stores_around
from detente.outputs import check_output

OPTION = "--to"
BATCH = 5_000
"""Rows that are held in memory while a file is written."""

_FORMS = {".parquet": Format.PARQUET, ".csv": Format.CSV, ".jsonl": Format.JSONL}


def side_of(path: Path) -> Path:
    """Where the side table of a file of events lies.

    Example:
        >>> side_of(Path("events.csv")).name
        'events.details.csv'
    """
    return path.with_name(f"{path.stem}.details{path.suffix}")


def check_places(to: Path | None, store: Path | None, place: str) -> None:
    """Refuse places that cannot be written, before anything is read.

    Args:
        to: The file of events.
        store: The folder of a store.
        place: What is read.

    Raises:
        UsageError: The file's ending says no format.
        InputError: Something else is there, or it lies in what is read, or in a store.
        StoreError: The store cannot be opened, or made.
    """
    if store is not None:
        with Store.filling(store):  # hours of coding are not lost on a store that cannot be
            pass
    if to is None:
        return
    if to.suffix.lower() not in _FORMS:
        raise UsageError(
            "The format of the file is not clear.",
            f"Its name is {to.name}.",
            "Name a .parquet, .csv or .jsonl file with --to.",
        )
    from detente.coding.tables import DETAILS  # noqa: PLC0415 - slow to import

    source = Path(place)
    closed = [*stores_around(to), *([store] if store else ())]
    if place != "-" and source.is_dir() and to.resolve().is_relative_to(source.resolve()):
        raise InputError(
            f"{to} will not be written.",
            "It lies in the folder that is read, and would be read the next time.",
            "Name a file elsewhere with --to.",
        )
    for path, columns in ((to, COLUMNS), (side_of(to), DETAILS.names)):
        is_ours = partial(holds, columns=columns)
        check_output(path, OPTION, is_ours=is_ours, inputs=[source], closed=closed)


def write_tables(
    rows: Callable[[str], Iterable[dict[str, Any]]], to: Path, store: Path | None
) -> None:
    """Write events and side table, each whole or not at all, with no text that is a formula.

    Args:
        rows: Gives the rows of `events` and of `details`.
        to: The file of events, which `check_places` has passed.
        store: A store that is written too.

    Raises:
        InputError: The disk refused.
    """
    from detente.coding.tables import DETAILS, details_table, events_table  # noqa: PLC0415

    form, closed = _FORMS[to.suffix.lower()], [store] if store else []
    for name, path, schema, table in (
        ("details", side_of(to), DETAILS, details_table),
        ("events", to, SCHEMA, events_table),
    ):
        batches = _batches(iter(rows(name)), table)
        reader = pa.RecordBatchReader.from_batches(schema, batches)
        write_data(reader, form, path, closed=closed, safe_csv=form is Format.CSV, option=OPTION)


def _batches(
    rows: Iterator[dict[str, Any]], table: Callable[[Iterable[dict[str, Any]]], pa.Table]
) -> Iterator[pa.RecordBatch]:
    while some := list(islice(rows, BATCH)):
        yield from table(some).to_batches()
