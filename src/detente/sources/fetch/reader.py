"""From loaded files to stored events, by the filter of the order."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from detente.errors import DetenteError, StoreError, UsageError
from detente.events.filters import check_same, check_wider, filter_of
from detente.events.store import Replace, Store, connect
from detente.rounding import count_text
from detente.sources.fetch.plan import Order
from detente.sources.fetch.pool import Outcome
from detente.sources.fetch.wanted import Feed, Wanted
from detente.sources.ingest import ingest
from detente.sources.reading.report import ReadingReport
from detente.sources.reading.source import Source
from detente.sources.registry import get


@dataclass(frozen=True)
class Read:
    """What came of reading a file.

    Attributes:
        rows_read: Rows in it; None where the store held its events already.
        rows_kept: Events that it added whole; None likewise.
        rows_outlined: Events of others that it added in outline; None likewise.
        rows_rejected: Rows that were turned away.
        failed: Why it could not be read; empty otherwise.
    """

    rows_read: int | None = None
    rows_kept: int | None = None
    rows_outlined: int | None = None
    rows_rejected: int = 0
    failed: str = ""


def read_file(order: Order, store: Store, outcome: Outcome) -> Read:
    """Read a file into the store, in one step.

    Raises:
        StoreError: The store cannot be written; what was stored before stays.
    """
    try:
        return _read(_ingest(order, store, outcome, _replace(outcome.wanted)))
    except (StoreError, UsageError):
        raise
    except DetenteError as error:
        return Read(failed=f"{error.failed} {error.found}".strip())


def _ingest(order: Order, store: Store, outcome: Outcome, instead: Replace | None) -> ReadingReport:
    return ingest(
        reader_of(order.feed, outcome.wanted),
        [path for path in [outcome.readable] if path],
        store,
        parties=order.parties or None,
        either=order.either,
        widen=order.widen,
        replace=instead,
    )


def reader_of(feed: Feed, wanted: Wanted) -> Source:
    """The source that reads a file."""
    return feed.readers.get(wanted.source) or get(wanted.source)


def check_filter(order: Order, files: Iterable[Wanted]) -> None:
    """See before anything is loaded that the store can take events by the order's filter.

    Raises:
        UsageError: There are too few parties, or the store holds events of the origin by another
            filter; the error says how to go on.
    """
    filter_of(order.feed.name, order.parties or None, either=order.either)
    if not Store.is_at(order.store):
        return
    store = Store.open(order.store)
    stored = {item.origin for item in store.summary()}
    held = {item.origin: item for item in store.filters}
    for origin in {reader_of(order.feed, file).origin for file in files if file.source} & stored:
        given = filter_of(origin, order.parties or None, either=order.either)
        if not order.widen:
            check_same(order.store, origin, held.get(origin), given)
        elif given != held.get(origin):
            check_wider(held.get(origin), given)


def remove_events(order: Order, store: Store, origin: str, numbers: Sequence[str]) -> int:
    """Remove events that their publisher took back; how many were stored."""
    with store.writer() as writer, contextlib.closing(connect()) as con:
        return writer.delete(con, origin, numbers, f"taken back by {order.feed.name}")


def tidy(store: Store) -> None:
    """Merge the many small parts that a long fetch leaves."""
    with store.writer() as writer, contextlib.closing(connect()) as con:
        writer.compact(con)


def _replace(wanted: Wanted) -> Replace | None:
    """What gives way to the events of a file."""
    if wanted.replaces == "days":
        return Replace(since=wanted.first, until=wanted.last)
    if wanted.replaces == "again":
        return NOTHING
    return Replace(same_number=True) if wanted.replaces == "ids" else None


NOTHING = Replace(since=dt.date.max, until=dt.date.max)
"""No event is of these days, so that none gives way."""


ENOUGH_ROWS = 100
"""Rows of which some must be events; of fewer, all may be turned away for good reasons."""


def _read(report: ReadingReport) -> Read:
    if report.files_failed:
        return Read(failed=report.files_failed[0].reason)
    if report.rows_read >= ENOUGH_ROWS and not report.rows_kept:
        return Read(
            failed=f"none of its {count_text(report.rows_read)} rows could be read as an event"
        )
    if report.files and all(file.status == "skipped" for file in report.files):
        return Read()
    outlined = report.events_outlined
    added = report.events_stored - outlined
    return Read(report.rows_read, added, outlined, report.rows_rejected)
