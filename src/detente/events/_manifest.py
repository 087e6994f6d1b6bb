"""The manifest of a store: the one file that says which parts are live.

Everything else in the folder is inert until the manifest names it, so replacing the manifest in one
step is the commit, and a process killed at any moment leaves the store before or after it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import hashlib
import json
import re
import shlex
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from detente.errors import StoreError
from detente.events.disk import read_errors, read_plain, sync_folder, write_fresh
from detente.events.filters import OUTLINE, Filter
from detente.events.schema import SCHEMA
from detente.rounding import plural

FORMAT = 3
"""Version of the store's layout; a store of a later version is refused.

Format 1 had no checksums, format 2 no filters and outlines. Both are read as they are, and the next
ingest writes this format.
"""

MANIFEST = "manifest.json"

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

TYPED_OUTLINE = ", ".join(
    f"{f.name}::{_DUCKDB_TYPES[f.type]} AS {f.name}" for f in SCHEMA if f.name in OUTLINE
)
"""The columns of an outline with their DuckDB types, as a SELECT list."""

OUTLINE_AS_EVENTS = ", ".join(
    f.name if f.name in OUTLINE else f"NULL::{_DUCKDB_TYPES[f.type]} AS {f.name}" for f in SCHEMA
)
"""The canonical columns of events kept in outline, null where left away, as a SELECT list."""

EMPTY = (
    "SELECT "
    + ", ".join(f"NULL::{_DUCKDB_TYPES[field.type]} AS {field.name}" for field in SCHEMA)
    + " WHERE false"
)

EVENTS, OUTLINES = "events", "outlines"
"""Folders of parts: of events that are kept whole, and of those in outline."""


@dataclass(frozen=True)
class Part:
    """One Parquet file of one origin and month, with what decides whether it must be read.

    Attributes:
        path: Where it lies, from the store's folder.
        origin: Origin of its events.
        month: Their month, as 2018-10.
        rows: Number of events.
        size: Length of the file in bytes.
        first: Day of the first event.
        last: Day of the last.
        first_id: Smallest id, by its letters.
        last_id: Largest id.
        sha256: Checksum of the file; empty in a part of format 1.
    """

    path: str
    origin: str
    month: str
    rows: int
    size: int
    first: dt.date
    last: dt.date
    first_id: str
    last_id: str
    sha256: str = ""

    @property
    def is_outline(self) -> bool:
        """Whether its events are kept in outline."""
        return in_outline(self.path)


def in_outline(path: str) -> bool:
    """Whether a part of this path holds events in outline.

    Example:
        >>> in_outline("outlines/origin=icews/month=2018-10/x.parquet")
        True
    """
    return path.startswith(f"{OUTLINES}/")


@dataclass(frozen=True)
class Manifest:
    """The state of a store.

    Attributes:
        parts: The live parts, of whole events and of outlines.
        ledger_bytes: How many bytes of the ledger of ingested files are valid.
        ledger_sha256: Their checksum; empty in format 1.
        added: Parts that the last commit put in place. A manifest that waits to be committed
            (`manifest.json.new`) says so what a killed writer left.
        replaced: Parts whose events live in others now, for the next writer to remove.
        filters: Which events are kept whole, of origins of which not all are.
    """

    parts: tuple[Part, ...] = ()
    ledger_bytes: int = 0
    ledger_sha256: str = ""
    added: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()

    def filter(self, origin: str) -> Filter | None:
        """The filter of an origin; None if its events are stored whole, or none are."""
        return next((item for item in self.filters if item.origin == origin), None)

    def with_filter(self, origin: str, given: Filter | None) -> Manifest:
        """The manifest with another filter of an origin."""
        others = tuple(item for item in self.filters if item.origin != origin)
        return replace(self, filters=(*others, *([given] if given else [])))

    def with_parts(
        self, added: tuple[Part, ...], removed: tuple[Part, ...], ledger: tuple[int, str]
    ) -> Manifest:
        """The manifest after a commit, with the ledger's length and checksum."""
        gone = {part.path for part in removed}
        stored = {part.path for part in self.parts}
        kept = tuple(part for part in self.parts if part.path not in gone)
        return replace(
            self,
            parts=kept + added,
            ledger_bytes=ledger[0],
            ledger_sha256=ledger[1],
            added=tuple(part.path for part in added),
            replaced=tuple(dict.fromkeys((*self.replaced, *sorted(gone & stored)))),
        )


class DamageError(ValueError):
    """A manifest or ledger is not what was written; its text says in which way."""


def read_manifest(store: Path) -> Manifest:
    """Read and check the manifest of a store.

    Raises:
        StoreError: There is none, it is damaged, or a later version of Detente wrote it.
    """
    path = store / MANIFEST
    with damage(store), read_errors(store):
        try:
            text = read_plain(path)
        except FileNotFoundError:
            raise DamageError(f"its {MANIFEST} is missing") from None
        version, manifest = _parsed(text)
        if manifest is None:
            raise StoreError(
                f"The event store {store} could not be opened.",
                f"It has format {version}; this version of Detente reads up to {FORMAT}.",
                "Update Detente, or ingest the files into a new store.",
            )
        return manifest


@functools.lru_cache(maxsize=2)
def _parsed(text: bytes) -> tuple[int, Manifest | None]:
    """Its format and the manifest, if that is known; a writer reads the same text several times."""
    raw = _object(text)
    return raw["format"], _manifest(raw) if raw["format"] <= FORMAT else None


def read_pending(store: Path) -> Manifest | None:
    """The manifest that a killed writer wanted to commit, if it left a whole one."""
    try:
        return _manifest(_object(read_plain(store / f"{MANIFEST}.new")))
    except (OSError, DamageError):
        return None


def prepare_manifest(store: Path, manifest: Manifest) -> Path:
    """Write a manifest beside the live one; replacing that is the commit."""
    raw = {
        "format": FORMAT,
        **{name: getattr(manifest, name) for name in _HEADER},
        "filters": [vars(item) for item in manifest.filters],
        "parts": [vars(part) for part in manifest.parts],
    }
    whole = json.loads(json.dumps(raw, default=dt.date.isoformat))
    whole["sha256"] = _checksum(whole)
    return write_fresh(store / MANIFEST, json.dumps(whole).encode())


def write_manifest(store: Path, manifest: Manifest) -> None:
    """Replace the manifest in one step that survives a crash: this is the commit."""
    commit_manifest(store, prepare_manifest(store, manifest))


def commit_manifest(store: Path, fresh: Path) -> None:
    """Put a prepared manifest in place."""
    fresh.replace(store / MANIFEST)
    sync_folder(store)


@contextlib.contextmanager
def damage(store: Path) -> Iterator[None]:
    """Turn a `DamageError` into a `StoreError` that says how to mend the store."""
    try:
        yield
    except DamageError as error:
        raise StoreError(
            f"The event store {store} is damaged.",
            f"{str(error)[:1].upper()}{str(error)[1:]}.",
            f"Mend it with: {repair_command(store)}",
        ) from error


def repair_command(store: Path) -> str:
    """What mends a store, for people to type."""
    return f"detente store --repair --store {shlex.quote(str(store))}"


_HEADER = ("ledger_bytes", "ledger_sha256", "added", "replaced")
_TYPES = {"int": int, "str": str, "dt.date": str}
_PART_TYPES = {field.name: _TYPES[str(field.type)] for field in fields(Part)}
_SHA256 = re.compile(r"[0-9a-f]{64}")
_MOST_ROWS = 2**40


def _object(text: bytes) -> dict[str, Any]:
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError):
        raise DamageError(f"its {MANIFEST} is cut short or no JSON") from None
    if not isinstance(raw, dict) or type(raw.get("format")) is not int or raw["format"] < 1:
        raise DamageError(f"its {MANIFEST} is none: it lacks the number of its format")
    return raw


def _manifest(raw: dict[str, Any]) -> Manifest:
    if not isinstance(raw.get("parts"), list):
        raise DamageError(f"its {MANIFEST} has no list of parts")
    parts = tuple(_part(item, raw["format"]) for item in raw["parts"])
    paths = [part.path for part in parts]
    if len(set(paths)) < len(paths):
        twice = next(path for path, count in Counter(paths).items() if count > 1)
        raise DamageError(f"its {MANIFEST} names the part {twice} twice")
    ledger_bytes = raw.get("ledger_bytes")
    if type(ledger_bytes) is not int or ledger_bytes < 0:
        raise DamageError(f"its {MANIFEST} gives the ledger the length {ledger_bytes!r}")
    if raw["format"] == 1:
        return Manifest(parts, ledger_bytes)
    added, replaced = (_paths(raw.get(name), name) for name in ("added", "replaced"))
    if raw.get("sha256") != _checksum(raw):
        raise DamageError(f"its {MANIFEST} does not fit its own checksum")
    filters = _filters(raw.get("filters")) if raw["format"] > 2 else ()
    return Manifest(parts, ledger_bytes, str(raw["ledger_sha256"]), added, replaced, filters)


def _filters(value: object) -> tuple[Filter, ...]:
    if not isinstance(value, list):
        raise DamageError(f"its {MANIFEST} lacks the list filters")
    return tuple(map(_filter, value))


def _filter(item: object) -> Filter:
    names = sorted(field.name for field in fields(Filter))
    if not isinstance(item, dict) or sorted(item) != names:
        raise DamageError(f"its {MANIFEST} has a filter without all of {', '.join(names)}")
    origin, parties, either = item["origin"], item["parties"], item["either"]
    states = parties if isinstance(parties, list) else []
    fits = type(origin) is str and type(either) is bool and all(type(s) is str for s in states)
    if not states or not fits:
        raise DamageError(f"its {MANIFEST} has a filter that is none: {str(item)[:80]}")
    return Filter(origin, tuple(states), either)


def _part(item: object, version: int) -> Part:
    names = _PART_TYPES.keys() - ({"sha256"} if version == 1 else set())
    if not isinstance(item, dict) or item.keys() != names:
        listed = ", ".join(name for name in _PART_TYPES if name in names)
        raise DamageError(f"its {MANIFEST} describes a part without all of {listed}")
    where = _inside(item["path"])
    for name, kind in _PART_TYPES.items():
        value = item.get(name, "")
        if type(value) is not kind:
            raise DamageError(f"its {MANIFEST} gives the part {where} as {name} {value!r:.40}")
    try:
        days = {name: dt.date.fromisoformat(item[name]) for name in ("first", "last")}
    except ValueError:
        raise DamageError(f"its {MANIFEST} gives the part {where} no proper days") from None
    part = Part(**(item | days))
    _check_sense(part, version)
    return part


def _check_sense(part: Part, version: int) -> None:
    months = {day.isoformat()[:7] for day in (part.first, part.last)}
    if not 0 < part.rows <= _MOST_ROWS:
        what = plural(part.rows, "rows")
    elif part.size <= 0:
        what = f"{part.size} bytes"
    elif part.first > part.last or months != {part.month}:
        what = f"days from {part.first} to {part.last} in {part.month}"
    elif part.first_id > part.last_id:
        what = f"ids from {part.first_id!r:.40} to {part.last_id!r:.40}"
    elif version > 1 and not _is_checksum(part.sha256):
        what = f"the checksum {part.sha256!r:.70}"
    else:
        return
    raise DamageError(f"its {MANIFEST} gives the part {part.path} {what}")


def _is_checksum(text: str) -> bool:
    return not text or _SHA256.fullmatch(text) is not None  # empty: stored by format 1


def _inside(path: object) -> str:
    """A path of a part, which lies in a folder of parts and nowhere else."""
    steps = path.split("/") if isinstance(path, str) and "\\" not in path else []
    if len(steps) < 2 or steps[0] not in {EVENTS, OUTLINES} or ".." in steps or "\0" in str(path):
        raise DamageError(f"its {MANIFEST} names a part outside of the store: {path!r:.80}")
    if not str(path).endswith(".parquet"):
        raise DamageError(f"its {MANIFEST} names a part that is no Parquet file: {path!r:.80}")
    return str(path)


def _paths(value: object, name: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise DamageError(f"its {MANIFEST} lacks the list {name}")
    return tuple(_inside(path) for path in value)


def _checksum(raw: dict[str, Any]) -> str:
    rest: Iterable[tuple[str, Any]] = ((k, v) for k, v in raw.items() if k != "sha256")
    return hashlib.sha256(json.dumps(sorted(rest)).encode()).hexdigest()
