"""The ledger of a store: which files were ingested, one JSON line each, only ever added to.

The manifest says how many bytes of it count, so a line is committed together with its events.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from detente.events._manifest import DamageError, Manifest
from detente.events.disk import read_plain, write_whole

LEDGER = "ledger.jsonl"


@dataclass(frozen=True)
class IngestedFile:
    """A file whose events are in the store.

    Attributes:
        origin: Origin of its events.
        key: Which bytes and reader they came from.
        path: Where it lay.
        rows_kept: Rows that became events.
    """

    origin: str
    key: str
    path: str
    rows_kept: int


def read_ledger(store: Path, manifest: Manifest) -> tuple[IngestedFile, ...]:
    """The files whose events are in the store, in the order they came.

    Raises:
        DamageError: It is not what was written.
        OSError: It cannot be read.
    """
    return tuple(_entry(line) for line in _lines(_checked(store, manifest)))


def check_ledger(store: Path, manifest: Manifest) -> None:
    """See cheaply that the ledger is what was written.

    Raises:
        DamageError: It is not.
        OSError: It cannot be read.
    """
    if manifest.ledger_sha256:
        _checked(store, manifest)
    else:
        read_ledger(store, manifest)


def append(store: Path, manifest: Manifest, files: Iterable[IngestedFile]) -> tuple[int, str]:
    """Add files that are not in it, and return its length and checksum for the manifest.

    The new lines count only once a manifest says so.
    """
    whole = _checked(store, manifest)
    present = {(item.origin, item.key) for item in map(_entry, _lines(whole))}
    fresh = [item for item in files if (item.origin, item.key) not in present]
    lines = written(fresh)
    with (store / LEDGER).open("r+b" if (store / LEDGER).exists() else "w+b") as file:
        file.truncate(len(whole))
        file.seek(len(whole))
        file.write(lines)
        file.flush()
        os.fsync(file.fileno())
    return _measures(whole + lines)


def drop_uncommitted(store: Path, manifest: Manifest) -> None:
    """Cut off the lines that a killed writer added without committing them."""
    path = store / LEDGER
    if path.exists() and path.stat().st_size > manifest.ledger_bytes:
        with path.open("r+b") as file:
            file.truncate(manifest.ledger_bytes)


def salvage(store: Path, limit: int | None) -> tuple[IngestedFile, ...]:
    """The entries of a damaged ledger that can still be read.

    Args:
        store: The store's folder.
        limit: Bytes that were committed; None if nobody knows.
    """
    try:
        text = read_plain(store / LEDGER)[:limit]
    except FileNotFoundError:
        return ()
    entries = []
    for line in text.split(b"\n"):
        with contextlib.suppress(DamageError):
            entries.append(_entry(line.strip(b"\0")))
    return tuple(dict.fromkeys(entries))


def rewrite(store: Path, files: Iterable[IngestedFile]) -> tuple[int, str]:
    """Replace the ledger, and return its length and checksum."""
    lines = written(files)
    write_whole(store / LEDGER, lines)
    return _measures(lines)


def written(files: Iterable[IngestedFile]) -> bytes:
    r"""The lines of these files.

    Example:
        >>> written([IngestedFile("icews", "key", "a.tab", 3)])
        b'{"origin": "icews", "key": "key", "path": "a.tab", "rows_kept": 3}\n'
    """
    # Names that are not UTF-8 come as lone surrogates, which only escaped JSON can hold.
    return "".join(json.dumps(asdict(item)) + "\n" for item in files).encode("ascii")


def _measures(text: bytes) -> tuple[int, str]:
    return len(text), hashlib.sha256(text).hexdigest()


def _checked(store: Path, manifest: Manifest) -> bytes:
    """The committed bytes."""
    if not manifest.ledger_bytes:
        return b""
    try:
        text = read_plain(store / LEDGER)
    except FileNotFoundError:
        raise DamageError(f"its {LEDGER}, which says what was ingested, is missing") from None
    if len(text) < manifest.ledger_bytes:
        raise DamageError(f"its {LEDGER} has {len(text)} bytes instead of {manifest.ledger_bytes}")
    text = text[: manifest.ledger_bytes]
    if manifest.ledger_sha256 and _measures(text)[1] != manifest.ledger_sha256:
        raise DamageError(f"its {LEDGER} does not fit its checksum")
    if not text.endswith(b"\n"):
        raise DamageError(f"its {LEDGER} ends in the middle of a line")
    return text


def _lines(text: bytes) -> list[bytes]:
    return text.split(b"\n")[:-1]


def _entry(line: bytes) -> IngestedFile:
    try:
        raw = json.loads(line)
    except (ValueError, RecursionError):
        raw = None
    names = {field.name: int if field.type == "int" else str for field in fields(IngestedFile)}
    typed = isinstance(raw, dict) and {name: type(raw[name]) for name in raw} == names
    if not typed or raw["rows_kept"] < 0:
        raise DamageError(f"its {LEDGER} has a line that is none: {line[:60]!r}")
    return IngestedFile(**raw)
