"""Check a store in full, and mend it from its parts: no file that may hold an event is removed."""

from __future__ import annotations

import collections
import os
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from detente.errors import StoreError
from detente.events import _ledger, _leftovers, _parts
from detente.events._ledger import IngestedFile
from detente.events._lock import locked
from detente.events._manifest import (
    MANIFEST,
    DamageError,
    Manifest,
    Part,
    read_manifest,
    read_pending,
    write_manifest,
)
from detente.events._writer import StoreWriter
from detente.events.disk import disk_errors, glob_safe, read_errors, sync_folder
from detente.events.filters import Filter

if TYPE_CHECKING:  # it is large, and most commands that write a file ask nothing of it
    import duckdb

ASIDE = "damaged"
"""Folder of a store to which its repair moves parts that cannot be read."""


@dataclass(frozen=True)
class Fault:
    """A file of a store that is not as it should be.

    Attributes:
        path: The file, from the store's folder.
        reason: What is wrong with it.
        rows: Events that are lost with it, as far as the manifest tells.
    """

    path: str
    reason: str
    rows: int = 0


@dataclass(frozen=True)
class Repair:
    """What a repair did.

    Attributes:
        parts: Parts that the store has now.
        rows: Events in them.
        taken_up: Parts that the manifest did not name.
        doubled: Parts left out, as others hold their events.
        lost: Parts that are missing or cannot be read; the latter lie in the folder `damaged`.
        files: Ingested files that the ledger still knows.
        forgotten: Origins whose files the next ingest reads again, skipping what is stored.
    """

    parts: int
    rows: int
    taken_up: tuple[str, ...]
    doubled: tuple[str, ...]
    lost: tuple[Fault, ...]
    files: int
    forgotten: tuple[str, ...]


def check(store: Path, con: duckdb.DuckDBPyConnection) -> tuple[Fault, ...]:
    """Everything in a store that is not what was stored; every byte of every part is read.

    Raises:
        StoreError: Its manifest is damaged, so that nothing tells what was stored, or a folder
            cannot be read.
    """
    manifest = read_manifest(store)
    _parts.forget_digests()
    faults = [
        Fault(part.path, reason, part.rows)
        for part in manifest.parts
        if (reason := _trouble(store, part, con))
    ]
    with read_errors(store):
        try:
            _ledger.check_ledger(store, manifest)
        except DamageError as error:
            faults.append(Fault(_ledger.LEDGER, str(error)))
        pending = read_pending(store)
        passing = {*manifest.replaced, *(pending.added if pending else ())}
        strangers = set(_parts.on_disk(store)) - passing - {part.path for part in manifest.parts}
        finished = sorted(path for path in strangers if _parts.is_finished(store, path))
    return (*faults, *(Fault(path, "is not named by the manifest") for path in finished))


def repair(store: Path, con: duckdb.DuckDBPyConnection) -> Repair:
    """Rebuild manifest and ledger from the parts.

    A part that cannot be read in full is moved aside. Where events are in two parts, the larger
    part stays. Files of an origin that may have lost events are forgotten, so that ingesting them
    again brings these back.

    Raises:
        StoreError: There is no store, another process is writing, or the disk refused.
    """
    with read_errors(store):
        if not (_parts.on_disk(store) or os.path.lexists(store / MANIFEST)):
            raise StoreError(
                f"There is no event store to repair at {store}.",
                "It has neither a manifest nor parts.",
                "Check the path.",
            )
    with locked(store), disk_errors(store, f"The event store {store} could not be repaired."):
        manifest, whole = _manifest(store)
        if whole:
            _leftovers.clear(store, manifest)
        named = {part.path: part for part in manifest.parts}
        seen, lost = _look(store, named, con)
        if not whole:
            manifest = replace(manifest, filters=_filters(store, seen))
        parts, doubled, rewritten = _without_doubles(store, seen, named, manifest, con)
        salvaged = _ledger.salvage(store, manifest.ledger_bytes if whole else None)
        origins = {named[fault.path].origin for fault in lost if fault.path in named}
        if not whole:
            origins |= _incomplete(salvaged, parts)
        files = tuple(file for file in salvaged if file.origin not in origins)
        _parts.put_in_place(store, rewritten)
        _set_aside(store, (fault.path for fault in lost))
        ledger = _ledger.rewrite(store, files)
        filters = manifest.filters
        write_manifest(store, Manifest(parts, *ledger, replaced=doubled, filters=filters))
        return Repair(
            parts=len(parts),
            rows=sum(part.rows for part in parts),
            taken_up=tuple(p.path for p in parts if p.path not in named and p not in rewritten),
            doubled=doubled,
            lost=lost,
            files=len(files),
            forgotten=tuple(sorted(origins)),
        )


def _trouble(store: Path, part: Part, con: duckdb.DuckDBPyConnection) -> str:
    reason = _parts.trouble(store, part, whole=True)
    if reason or part.sha256:
        return reason
    try:  # of format 1, which had no checksums
        seen = _parts.describe(con, store, part.path)
    except (DamageError, OSError) as error:
        return str(error)
    return "" if replace(seen, sha256="") == part else "holds other events than the manifest says"


def _manifest(store: Path) -> tuple[Manifest, bool]:
    """The manifest, and whether it is whole."""
    try:
        return read_manifest(store), True
    except StoreError as error:
        if not isinstance(error.__cause__, DamageError):
            raise  # it is of a later format, or cannot be read by this account
        return Manifest(), False


def _look(
    store: Path, named: dict[str, Part], con: duckdb.DuckDBPyConnection
) -> tuple[list[Part], tuple[Fault, ...]]:
    """The parts on the disk as they are, and those that are missing or cannot be read."""
    seen, lost = [], []
    places = [path for path in _parts.on_disk(store) if path.endswith(".parquet")]
    for path in places:
        stored = named.get(path)
        try:
            part = _parts.describe(con, store, path)
            if stored and stored.sha256 not in {"", part.sha256}:
                raise DamageError("does not fit its checksum")  # noqa: TRY301
            seen.append(part)
        except DamageError as error:
            lost.append(Fault(path, str(error), stored.rows if stored else 0))
    missing = [part for path, part in named.items() if path not in places]
    return seen, (*lost, *(Fault(part.path, "is missing", part.rows) for part in missing))


def _without_doubles(
    store: Path,
    seen: Sequence[Part],
    named: dict[str, Part],
    manifest: Manifest,
    con: duckdb.DuckDBPyConnection,
) -> tuple[tuple[Part, ...], tuple[str, ...], tuple[Part, ...]]:
    """Parts that hold each event once, those left out, and those written anew (among the first).

    Whole events come before outlines, then larger parts before smaller ones.
    """
    parts: list[Part] = []
    doubled: list[str] = []
    rewritten: list[Part] = []
    for part in sorted(
        seen, key=lambda part: (part.is_outline, -part.rows, part.path not in named, part.path)
    ):
        others = [other for other in parts if _overlap(part, other)]
        table, rows = _fresh(store, part, others, con)
        if rows == part.rows:
            parts.append(part)
            continue
        doubled.append(part.path)
        if rows:
            keep = manifest.filter(part.origin)
            rewritten += StoreWriter(store, store / "scratch").write(con, table, keep)
            parts.append(rewritten[-1])
    return tuple(parts), tuple(doubled), tuple(rewritten)


def _filters(store: Path, parts: Sequence[Part]) -> tuple[Filter, ...]:
    """The filters that outlines were made by, as their footers say."""
    noted = {part.origin: _parts.read_filter(store, part) for part in parts if part.is_outline}
    return tuple(item for _, item in sorted(noted.items()) if item is not None)


def _overlap(part: Part, other: Part) -> bool:
    same = (part.origin, part.month) == (other.origin, other.month)
    return same and part.first <= other.last and other.first <= part.last


def _fresh(
    store: Path, part: Part, others: Iterable[Part], con: duckdb.DuckDBPyConnection
) -> tuple[str, int]:
    """A table of the events of a part that no other part holds, and their number."""
    files = [glob_safe(_parts.lies(store, other)) for other in others]
    if not files:
        return "", part.rows
    table = f"fresh_{uuid.uuid4().hex}"
    con.execute(
        f"CREATE TEMP TABLE {table} AS"  # noqa: S608
        " SELECT * FROM read_parquet($file, hive_partitioning=false) AS mine WHERE NOT EXISTS"
        " (SELECT event_id, date FROM read_parquet($files, hive_partitioning=false) AS other"
        " WHERE other.event_id = mine.event_id AND other.date = mine.date)",
        {"file": glob_safe(store / part.path), "files": files},
    )
    row = con.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
    return table, int(row[0]) if row else 0


def _incomplete(files: Iterable[IngestedFile], parts: Iterable[Part]) -> set[str]:
    """Origins whose files gave more rows than are stored.

    Repeats explain that as well as lost events; without a manifest nobody can tell which it is.
    """
    rows: collections.Counter[str] = collections.Counter()
    for file in files:
        rows[file.origin] += file.rows_kept - file.removed
    for part in parts:
        rows[part.origin] -= part.rows
    return {origin for origin, excess in rows.items() if excess > 0}


def _set_aside(store: Path, paths: Iterable[str]) -> None:
    for path in paths:
        if (store / path).exists():
            place = store / ASIDE / path
            place.parent.mkdir(parents=True, exist_ok=True)
            (store / path).replace(place)
            sync_folder(place.parent)
