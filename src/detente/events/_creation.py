"""A store's first manifest, and the last trace of a store in which nothing was ever stored."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from detente.errors import StoreError
from detente.events import _parts
from detente.events._ledger import LEDGER
from detente.events._lock import LOCK, LockedError, locked
from detente.events._manifest import (
    EVENTS,
    MANIFEST,
    OUTLINES,
    Manifest,
    read_manifest,
    write_manifest,
)
from detente.events._repair import ASIDE
from detente.events.disk import disk_errors, read_errors

OWN_NAMES = frozenset(
    {
        MANIFEST,
        f"{MANIFEST}.new",
        LEDGER,
        f"{LEDGER}.new",
        LOCK,
        "scratch",
        EVENTS,
        OUTLINES,
        "fetch",
        ASIDE,
    }
)
"""What a store's folder holds."""

CREATE_SECONDS = 60.0
"""How long a creation waits for those before it."""


def is_store(path: Path) -> bool:
    """Whether there is a store at a path, be it a damaged one.

    Raises:
        StoreError: The folder cannot be read.
    """
    with read_errors(path):
        if not path.is_dir():
            return False
        names = {entry.name for entry in path.iterdir()}
        return MANIFEST in names or bool(_parts.on_disk(path))


def stores_around(path: Path) -> list[Path]:
    """The event stores that a place lies in: nothing else may be written there.

    Reports have a manifest too; a store has its ledger or its lock beside it.

    Args:
        path: A place, which need not exist.

    Example:
        >>> stores_around(Path("report.html"))
        []
    """
    innermost = path.absolute().parent.resolve()
    return [folder for folder in (innermost, *innermost.parents) if _holds_store(folder)]


def _holds_store(folder: Path) -> bool:
    try:
        return (folder / MANIFEST).is_file() and any(
            (folder / name).is_file() for name in (LEDGER, LOCK)
        )
    except OSError:  # what may not be looked into may not be written into
        return False


def create(store: Path) -> None:
    """Write the first manifest, under the lock, unless there is a store or another was faster.

    Raises:
        StoreError: The folder holds other things, or the disk refused.
    """
    failed = f"The event store {store} could not be created."
    deadline = time.monotonic() + CREATE_SECONDS
    while not is_store(store):
        with disk_errors(store, failed):
            store.mkdir(parents=True, exist_ok=True)
            strangers = sorted({entry.name for entry in store.iterdir()} - OWN_NAMES)
            if strangers:
                raise StoreError(
                    failed,
                    f"The folder already holds other things ({', '.join(strangers[:3])}).",
                    "Name a new or empty folder with --store.",
                )
        try:
            with locked(store), disk_errors(store, failed):
                if not is_store(store):
                    write_manifest(store, Manifest())
        except LockedError:
            if time.monotonic() > deadline:
                raise


@contextlib.contextmanager
def removed_if_empty(store: Path) -> Iterator[None]:
    """Remove a store that comes into being inside and holds nothing at the end.

    One that was interrupted stays, as it is going to be filled.
    """
    absent = [place for place in (store, *store.parents) if not os.path.lexists(place)]
    if not absent and is_store(store):
        yield
        return
    try:
        yield
    except Exception:
        _remove_empty(store, absent)
        raise
    _remove_empty(store, absent)


def _remove_empty(store: Path, absent: Sequence[Path]) -> None:
    if not (store / MANIFEST).exists():
        return
    with contextlib.suppress(StoreError, OSError), locked(store):
        manifest = read_manifest(store)
        if manifest.parts or manifest.ledger_bytes or _parts.on_disk(store):
            return
        for name in (MANIFEST, LEDGER):
            (store / name).unlink(missing_ok=True)
        for name in ("scratch", EVENTS, OUTLINES):
            shutil.rmtree(store / name, ignore_errors=True)
        # Under the lock, so that whoever waits for it sees that the file is gone and starts anew.
        # (Windows keeps a file that is open: there the folder stays, with the lock in it.)
        (store / LOCK).unlink()
        for folder in absent:
            folder.rmdir()
