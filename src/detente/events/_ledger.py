"""The ledger of a store: which files were ingested, one JSON line each, only ever added to.

The manifest says how many bytes of it count, so a line is committed together with its events.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import MISSING, asdict, dataclass, fields
from pathlib import Path

from detente.events._manifest import DamageError, Manifest
from detente.events.disk import read_plain, write_whole

LEDGER = "ledger.jsonl"

FORGOTTEN = "forgotten"
"""Key of a line after which the files of an origin that stand before it count no more."""


@dataclass(frozen=True)
class IngestedFile:
    """A file whose events are in the store, or a list of events to be removed from it.

    Attributes:
        origin: Origin of its events.
        key: Which bytes and reader they came from.
        path: Where it lay.
        rows_kept: Rows that became events.
        removed: Stored events that gave way to those of this file.
        refused: Rows that were turned away; what is no event in its publisher's own words is none.
    """

    origin: str
    key: str
    path: str
    rows_kept: int
    removed: int = 0
    refused: int = 0


def read_ledger(store: Path, manifest: Manifest) -> tuple[IngestedFile, ...]:
    """The files whose events are in the store, in the order they came.

    Raises:
        DamageError: It is not what was written.
        OSError: It cannot be read.
    """
    return _in_force(_entry(line) for line in _lines(_checked(store, manifest)))


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

    A file that stands there is noted again if stored events gave way to its own. The new lines
    count only once a manifest says so.
    """
    whole = _checked(store, manifest)
    held = _in_force(map(_entry, _lines(whole)))
    present = {(item.origin, item.key) for item in held}
    fresh = [
        item
        for item in files
        if item.removed or item.key == FORGOTTEN or (item.origin, item.key) not in present
    ]
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
    return tuple(dict.fromkeys(_in_force(entries)))


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
    lines = (
        {name: value for name, value in asdict(item).items() if name not in _OPTIONAL or value}
        for item in files
    )
    return "".join(json.dumps(line) + "\n" for line in lines).encode("ascii")


def _in_force(entries: Iterable[IngestedFile]) -> tuple[IngestedFile, ...]:
    """The entries without those of origins that were forgotten after them."""
    held: list[IngestedFile] = []
    for item in entries:
        if item.key == FORGOTTEN:
            held = [other for other in held if other.origin != item.origin]
        else:
            held.append(item)
    return tuple(held)


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


_TYPES = {field.name: int if field.type == "int" else str for field in fields(IngestedFile)}
_OPTIONAL = {
    field.name: field.default for field in fields(IngestedFile) if field.default is not MISSING
}


def _entry(line: bytes) -> IngestedFile:
    try:
        raw = json.loads(line)
    except (ValueError, RecursionError):
        raw = None
    whole = _OPTIONAL | raw if isinstance(raw, dict) else {}
    typed = {name: type(value) for name, value in whole.items()} == _TYPES
    if not typed or min(whole[name] for name, kind in _TYPES.items() if kind is int) < 0:
        raise DamageError(f"its {LEDGER} has a line that is none: {line[:60]!r}")
    return IngestedFile(**whole)
