"""Coded events into an event store, where studies read them beside those of other origins."""

from __future__ import annotations

import contextlib
import hashlib

import pyarrow as pa

from detente.coding.tables import ORIGIN
from detente.events.store import Appended, IngestedFile, Store, connect

_VIEW = "coded"


def store_events(store: Store, events: pa.Table, label: str) -> Appended:
    """Store coded events in one step; what is stored already is not stored again.

    Args:
        store: Where they go.
        events: Rows of the event table.
        label: Where they came from, for the store's ledger.

    Returns:
        How many were stored, and how many were there before.

    Raises:
        StoreError: The disk refused; the store is unchanged.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> from detente.coding.tables import events_table
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     store = Store.open(Path(folder, "store"), create=True)
        ...     store_events(store, events_table([]), "talks.txt").rows
        0
    """
    if not events.num_rows:
        return Appended(0, 0, 0)
    numbers = "\n".join(sorted(events["event_id"].to_pylist()))
    key = f"coded|{hashlib.sha256(numbers.encode()).hexdigest()}"
    with store.writer() as writer, contextlib.closing(connect()) as con:
        again = key in writer.known_files(ORIGIN)
        files = [] if again else [IngestedFile(ORIGIN, key, label, events.num_rows)]
        con.register(_VIEW, events)
        return writer.append(con, _VIEW, files)
