"""The manifest of a store: the one file that says which parts are live.

Everything else in the folder is inert until the manifest names it, so replacing the manifest in one
step is the commit, and a process killed at any moment leaves the store before or after it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from detente.errors import StoreError
from detente.events.schema import SCHEMA

FORMAT = 1
"""Version of the store's layout; a store of a later version is refused."""

MANIFEST = "manifest.json"
LEDGER = "ledger.jsonl"


_DUCKDB_TYPES = {
    pa.string(): "VARCHAR",
    pa.date32(): "DATE",
    pa.int8(): "TINYINT",
    pa.int32(): "INTEGER",
    pa.float32(): "FLOAT",
    pa.float64(): "DOUBLE",
}

TYPED_COLUMNS = ", ".join(f"{f.name}::{_DUCKDB_TYPES[f.type]} AS {f.name}" for f in SCHEMA)
"""The canonical columns with their DuckDB types, as a SELECT list."""

EMPTY = (
    "SELECT "
    + ", ".join(f"NULL::{_DUCKDB_TYPES[field.type]} AS {field.name}" for field in SCHEMA)
    + " WHERE false"
)


@dataclass(frozen=True)
class IngestedFile:
    """A file whose events are in the store; `key` says which bytes and reader they came from."""

    origin: str
    key: str
    path: str
    rows_kept: int


@dataclass(frozen=True)
class Part:
    """One Parquet file of one origin and month, with what decides whether it must be read."""

    path: str
    origin: str
    month: str
    rows: int
    size: int
    first: dt.date
    last: dt.date
    first_id: str
    last_id: str


@dataclass(frozen=True)
class Manifest:
    """The live parts, and how many bytes of the ledger of ingested files are valid."""

    parts: tuple[Part, ...] = ()
    ledger_bytes: int = 0

    def with_parts(
        self, added: tuple[Part, ...], removed: tuple[Part, ...], ledger_bytes: int
    ) -> Manifest:
        """The manifest after a commit."""
        gone = {part.path for part in removed}
        kept = tuple(part for part in self.parts if part.path not in gone)
        return replace(self, parts=kept + added, ledger_bytes=ledger_bytes)


def read_manifest(store: Path) -> Manifest:
    """Read the manifest of a store.

    Raises:
        StoreError: There is none, it is damaged, or a later version of Detente wrote it.
    """
    path = store / MANIFEST
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        if raw["format"] > FORMAT:
            raise StoreError(
                f"The event store {store} could not be opened.",
                f"It has format {raw['format']}; this version of Detente reads up to {FORMAT}.",
                "Update Detente, or ingest the files into a new store.",
            )
        parts = tuple(_part(item) for item in raw["parts"])
        return Manifest(parts, int(raw["ledger_bytes"]))
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError(
            f"The event store {store} could not be opened.",
            f"Its {MANIFEST} is damaged ({error}).",
            "Restore it from a backup, or ingest the files into a new store.",
        ) from error


def write_manifest(store: Path, manifest: Manifest) -> None:
    """Replace the manifest in one step that survives a crash: this is the commit."""
    raw = {
        "format": FORMAT,
        "ledger_bytes": manifest.ledger_bytes,
        "parts": [asdict(part) for part in manifest.parts],
    }
    fresh = store / f"{MANIFEST}.new"
    with fresh.open("w", encoding="utf-8") as file:
        json.dump(raw, file, default=dt.date.isoformat, indent=0)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(store / MANIFEST)
    sync(store)


def sync(path: Path) -> None:
    """Flush a file or folder to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_ledger(store: Path) -> tuple[IngestedFile, ...]:
    """The files whose events are in the store, in the order they came."""
    valid = read_manifest(store).ledger_bytes
    if not valid:
        return ()
    with (store / LEDGER).open("rb") as file:
        lines = file.read(valid).decode("utf-8").splitlines()
    return tuple(IngestedFile(**json.loads(line)) for line in lines)


def glob_safe(path: Path) -> str:
    """A path that DuckDB reads as one file, whatever signs its folders' names hold.

    Example:
        >>> glob_safe(Path("a[1]/x.parquet"))
        'a[[]1]/x.parquet'
    """
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in str(path))


@contextlib.contextmanager
def disk_errors(store: Path, failed: str) -> Iterator[None]:
    """Turn what the disk or DuckDB reports while writing into a `StoreError`."""
    try:
        yield
    except (OSError, duckdb.IOException, duckdb.OutOfMemoryException) as error:
        raise StoreError(failed, f"{store}: {_reason(error)}.", _next_step(error)) from error


def _part(item: dict[str, Any]) -> Part:
    days = {key: dt.date.fromisoformat(item[key]) for key in ("first", "last")}
    return Part(**{**item, **days})


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if "No space left" in str(error):
        return "No space left on device"
    return str(error).splitlines()[0].rstrip(".")


def _next_step(error: Exception) -> str:
    code = error.errno if isinstance(error, OSError) else None
    if code in {errno.EACCES, errno.EPERM, errno.EROFS} or "Permission denied" in str(error):
        return "Nothing was changed. Make the folder writable, or name another with --store."
    if code in {errno.ENOSPC, errno.EDQUOT} or "No space left" in str(error):
        return "Nothing was changed. Free some space and run the command again."
    return "Nothing was changed. Check the disk and run the command again."
