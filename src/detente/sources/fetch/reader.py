"""From loaded files to stored events: one ingest for the files that are ready together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from detente.errors import DetenteError, StoreError
from detente.events.store import Store
from detente.sources.fetch.plan import Order
from detente.sources.fetch.pool import Outcome
from detente.sources.ingest import ingest
from detente.sources.reading.opening import printable
from detente.sources.reading.report import ReadingReport
from detente.sources.registry import get


@dataclass(frozen=True)
class Read:
    """What came of reading a file.

    Attributes:
        rows_read: Rows in it; None where the store held its events already.
        rows_kept: Rows that became events; None likewise.
        failed: Why it could not be read; empty otherwise.
    """

    rows_read: int | None = None
    rows_kept: int | None = None
    failed: str = ""


def read_files(
    order: Order, store: Store | None, outcomes: Sequence[Outcome]
) -> Iterator[tuple[Outcome, Read]]:
    """Read files into the store, those of one source together.

    Raises:
        StoreError: The store cannot be written; what was stored before stays.
    """
    groups: dict[tuple[str, str], list[Outcome]] = {}
    for outcome in outcomes:
        # Files that replace something are read one by one, each in its turn.
        alone = outcome.wanted.key if outcome.wanted.replaces else ""
        groups.setdefault((outcome.wanted.source, alone), []).append(outcome)
    for (source, _), group in groups.items():
        if not source or store is None:
            yield from ((outcome, Read(None, None)) for outcome in group)
        else:
            yield from _read_group(order, store, source, group)


def _read_group(
    order: Order, store: Store, source: str, group: Sequence[Outcome]
) -> Iterator[tuple[Outcome, Read]]:
    reader = order.feed.readers.get(source) or get(source)
    paths = [outcome.readable for outcome in group if outcome.readable]
    try:
        report = ingest(reader, paths, store)
    except StoreError:
        raise
    except DetenteError as error:
        if len(group) == 1:
            yield group[0], Read(failed=f"{error.failed} {error.found}".strip())
            return
        for outcome in group:
            yield from _read_group(order, store, source, [outcome])
        return
    for outcome in group:
        yield outcome, _of_file(report, outcome)


def _of_file(report: ReadingReport, outcome: Outcome) -> Read:
    """What a reading says of one file, its members together."""
    label = printable(str(outcome.readable))
    files = [
        file for file in report.files if file.path == label or file.path.startswith(f"{label}:")
    ]
    failed = [file.reason for file in files if file.status == "failed"]
    if failed or not files:
        return Read(failed=failed[0] if failed else "nothing in it is of its source")
    if all(file.status == "skipped" for file in files):
        return Read()
    return Read(sum(file.rows_read for file in files), sum(file.rows_kept for file in files))
