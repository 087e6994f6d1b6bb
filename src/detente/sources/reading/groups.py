"""Prepared files staged group by group; one by one where the database balks at any of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import duckdb

from detente.sources.reading.ahead import Prepared
from detente.sources.reading.reckon import Reckoning
from detente.sources.reading.source import Source
from detente.sources.reading.stage import Batch
from detente.sources.reading.text import Ready

Make = Callable[[Source, Sequence[Ready]], Batch]
Use = Callable[[Batch], None]
Staged = tuple[Batch, Sequence[Prepared]]

_NOT_THE_FILE = (
    duckdb.IOException, duckdb.OutOfMemoryException, duckdb.BinderException,
    duckdb.CatalogException, duckdb.ParserException,
)  # fmt: skip
"""Errors of DuckDB that tell of the disk or of a broken SELECT, not of the file that is read."""


def staged(
    make: Make,
    files: Sequence[Prepared],
    seen: set[str],
    reckoning: Reckoning,
    use: Use = Batch.stage,
) -> Iterator[Staged]:
    """The files that are to be read, staged together where they can be.

    Args:
        make: Makes a batch of files of a source.
        files: The files.
        seen: Keys of files that are not to be read again; those that are read are added.
        reckoning: Is told of files that failed or are left out.
        use: What is done with a batch.

    Yields:
        A batch, which the next one takes the place of, and its files.
    """
    groups: dict[str, list[Prepared]] = {}
    for file in files:
        if file.reason:
            reckoning.failed(file.item, file.reason)
        elif file.stored or file.key in seen:
            reckoning.skipped(file.item)
        else:
            seen.add(file.key)
            groups.setdefault(file.group, []).append(file)
    for group in groups.values():
        yield from _together(make, group, reckoning, use)


def _together(
    make: Make, group: Sequence[Prepared], reckoning: Reckoning, use: Use
) -> Iterator[Staged]:
    sources = [file.source for file in group if file.source]
    batch = make(sources[0], [file.ready for file in group if file.ready])
    try:
        use(batch)
    except _NOT_THE_FILE:
        raise
    except duckdb.Error as error:
        if len(group) > 1:
            for file in group:
                yield from _together(make, [file], reckoning, use)
            return
        reason = str(error).splitlines()[0]
        reckoning.failed(group[0].item, f"it cannot be read as a table ({reason})")
    else:
        yield batch, group


def let_go(files: Sequence[Prepared]) -> None:
    """Remove the copies of files that were made to read them."""
    for file in files:
        if file.ready and file.ready.path != file.item.path:
            file.ready.path.unlink(missing_ok=True)
