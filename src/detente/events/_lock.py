"""The one lock of a store: whoever changes anything in it holds this, creation included."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from detente.errors import StoreError
from detente.events.disk import disk_errors

LOCK = "lock"

LOCK_SECONDS = 1.0
"""How long a writer waits for another: long enough for a creation, not for an ingest."""


class LockedError(StoreError):
    """Another process holds the lock."""


@contextlib.contextmanager
def locked(store: Path) -> Iterator[None]:
    """Hold the lock of a store, whose folder is there.

    Raises:
        LockedError: Another process holds it.
        StoreError: The folder cannot be written.
    """
    from filelock import FileLock, Timeout  # noqa: PLC0415 - reading needs no lock

    failed = f"The event store {store} could not be locked for writing."
    lock = FileLock(store / LOCK)
    try:
        lock.acquire(timeout=LOCK_SECONDS)
    except Timeout as error:
        raise LockedError(
            failed, "Another ingest is running.", "Wait until it has ended and try again."
        ) from error
    except OSError as error:
        with disk_errors(store, failed):
            raise error from None
    try:
        yield
    finally:
        lock.release()
