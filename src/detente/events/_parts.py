"""The parts of a store: what lies on the disk, and whether it is what was stored."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from detente.errors import StoreError
from detente.events._manifest import (
    EVENTS,
    OUTLINES,
    DamageError,
    Part,
    in_outline,
    repair_command,
)
from detente.events.disk import glob_safe, sha256_of, sync_folder
from detente.events.filters import OUTLINE, Filter
from detente.events.schema import COLUMNS
from detente.rounding import plural

if TYPE_CHECKING:  # it is large, and most commands that write a file ask nothing of it
    import duckdb

CHEAP_BYTES = 1 << 30
"""Parts of one reading are compared with their checksums if they are together no larger (about
half a second, once a process); of larger readings only size and footer are checked."""

UNFINISHED = ".part"
"""Ending of a part that is being written."""

_PLACE = re.compile(rf"(?:{EVENTS}|{OUTLINES})/origin=[^/]+/month=[^/]+/[^/]+\.(parquet|part)")
_NAMED_BY_CONTENT = re.compile(r"[0-9a-f]{64}")
_MAGIC = b"PAR1"
_DIGESTS: dict[tuple[Path, tuple[int, int, int]], str] = {}
"""Checksums that this process has reckoned, by file and its state."""


@dataclass(frozen=True)
class Damaged:
    """A part that is not what was stored, and in which way."""

    part: Part
    reason: str


def damaged(store: Path, parts: Iterable[Part]) -> Iterator[Damaged]:
    """The parts among these that cannot be trusted, by what it costs little to see."""
    parts = tuple(parts)
    whole = sum(part.size for part in parts) <= CHEAP_BYTES
    for part in parts:
        if reason := trouble(store, part, whole=whole):
            yield Damaged(part, reason)


def check(store: Path, parts: Iterable[Part]) -> None:
    """Refuse parts that are not what was stored.

    Raises:
        StoreError: It names the first such part.
    """
    for bad in damaged(store, parts):
        raise StoreError(
            f"The event store {store} is damaged.",
            f"{bad.part.path} {bad.reason}.",
            "Restore it from a backup, read the rest with --skip-damaged, or set it aside with: "
            f"{repair_command(store)}",
        )


def trouble(store: Path, part: Part, *, whole: bool) -> str:
    """What is wrong with a part; empty if nothing is.

    Args:
        store: The store's folder.
        part: The part as the manifest has it.
        whole: Compare all of it with its checksum, not only its size and footer.
    """
    path = store / part.path
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            return "is no plain file"
        if status.st_size != part.size:
            return f"has {status.st_size} bytes instead of {part.size}"
        return (
            _checksum_trouble(path, status, part)
            if whole and part.sha256
            else _footer_trouble(path, part)
        )
    except FileNotFoundError:
        return "is missing"
    except OSError as error:
        return f"cannot be read ({error.strerror or error})"


def _checksum_trouble(path: Path, status: os.stat_result, part: Part) -> str:
    state = (status.st_ino, status.st_size, status.st_mtime_ns)
    digest = _DIGESTS.get((path, state)) or sha256_of(path)
    _DIGESTS[path, state] = digest
    return "" if digest == part.sha256 else "does not fit its checksum"


def _footer_trouble(path: Path, part: Part) -> str:
    try:
        rows = read_footer(path, outline=part.is_outline)
    except DamageError as error:
        return str(error)
    return "" if rows == part.rows else f"has {plural(rows, 'events')} instead of {part.rows}"


def forget_digests() -> None:
    """Reckon checksums anew: a disk that rots changes no file's state."""
    _DIGESTS.clear()


def read_footer(path: Path, *, outline: bool = False) -> int:
    """The number of events in a part, from its footer.

    Args:
        path: The part.
        outline: Whether it holds events in outline.

    Raises:
        DamageError: It is no Parquet file, or has other columns than an event.
        OSError: It cannot be read.
    """
    footer = _footer(path)
    if tuple(footer.schema.to_arrow_schema().names) != _columns(outline=outline):
        raise DamageError("has other columns than an event")
    return int(footer.num_rows)


def noting(keep: Filter | None) -> tuple[str, dict[str, object]]:
    """An option of COPY that notes in a part by which filter it was made, and its parameters."""
    if keep is None:
        return "", {}
    either = str(keep.either).lower()
    values: dict[str, object] = {"noted_parties": ",".join(keep.parties), "noted_either": either}
    return ", KV_METADATA {parties: $noted_parties, either: $noted_either}", values


def read_filter(store: Path, part: Part) -> Filter | None:
    """By which filter a part was made, as its footer says; None where it does not.

    Raises:
        DamageError: It is no Parquet file.
        OSError: It cannot be read.
    """
    noted = _footer(store / part.path).metadata or {}
    if b"parties" not in noted or b"either" not in noted:
        return None
    parties = tuple(noted[b"parties"].decode().split(","))
    return Filter(part.origin, parties, noted[b"either"] == b"true")


def _columns(*, outline: bool) -> tuple[str, ...]:
    return OUTLINE if outline else COLUMNS


def _footer(path: Path) -> pq.FileMetaData:
    with path.open("rb") as file:
        try:
            footer = pq.read_metadata(file)
            footer.schema.to_arrow_schema()
        except (pa.ArrowException, ValueError, OverflowError) as error:
            raise DamageError("has a footer that cannot be read") from error
    return footer


def describe(con: duckdb.DuckDBPyConnection, store: Path, path: str) -> Part:
    """A part as its own content tells it, every value read.

    Raises:
        DamageError: It cannot be read in full, or is no part of a store.
        OSError: It cannot be read at all.
    """
    file = store / path
    if not file.is_file():
        raise DamageError("is no plain file")
    outline = in_outline(path)
    read_footer(file, outline=outline)
    digest = sha256_of(file)
    name = file.stem
    if _NAMED_BY_CONTENT.fullmatch(name) and name != digest:
        raise DamageError("does not fit the checksum in its name")
    sums = ", ".join(f"sum(hash({column}))" for column in _columns(outline=outline))
    import duckdb  # noqa: PLC0415 - large

    try:
        row = con.execute(
            f"SELECT min(origin), max(origin), count(*), min(date), max(date),"  # noqa: S608
            f" min(event_id), max(event_id), {sums}"
            " FROM read_parquet($file, hive_partitioning=false)",
            {"file": glob_safe(file)},
        ).fetchone()
    except duckdb.Error as error:
        raise DamageError("holds values that cannot be read") from error
    origin, last_origin, rows, first, last, first_id, last_id = row[:7] if row else (None,) * 7
    if not rows or origin != last_origin or first.isoformat()[:7] != last.isoformat()[:7]:
        raise DamageError("holds no events of one origin and month")
    month, size = first.isoformat()[:7], file.stat().st_size
    return Part(path, origin, month, rows, size, first, last, first_id, last_id, digest)


def unfinished(store: Path, part: Part) -> Path:
    """Where a part lies until its commit."""
    return (store / part.path).with_suffix(UNFINISHED)


def lies(store: Path, part: Part) -> Path:
    """Where a part lies now, in place or about to be put there."""
    fresh = unfinished(store, part)
    return fresh if fresh.exists() else store / part.path


def put_in_place(store: Path, parts: Sequence[Part]) -> None:
    """Give finished parts their names, and flush these to the disk.

    From here to the commit only the manifest that waits says that they are nobody's yet.
    """
    for part in parts:
        unfinished(store, part).replace(store / part.path)
    folders = {(store / part.path).parent for part in parts}
    above = {folder.parent for folder in folders}
    for folder in (*folders, *above, *{folder.parent for folder in above}):
        sync_folder(folder)


def on_disk(store: Path) -> list[str]:
    """Every part in the store's folder, named by the manifest or not, finished or not.

    Raises:
        OSError: A folder cannot be searched.
    """
    places = []
    for top in (EVENTS, OUTLINES):
        for folder, _, names in os.walk(store / top, onerror=_refuse):
            place = Path(folder).relative_to(store).as_posix()
            places += [f"{place}/{name}" for name in names if _PLACE.fullmatch(f"{place}/{name}")]
    return sorted(places)


def is_finished(store: Path, path: str) -> bool:
    """Whether a file was written to its end; only such a file was ever committed."""
    if path.endswith(UNFINISHED):
        return False
    if not (store / path).is_file():
        return True  # a link that leads nowhere, or a pipe: not a writer's
    with (store / path).open("rb") as file:
        start = file.read(len(_MAGIC))
        file.seek(0, os.SEEK_END)
        file.seek(max(0, file.tell() - len(_MAGIC)))
        return start == _MAGIC == file.read()


def _refuse(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error
