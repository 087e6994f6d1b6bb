"""The event store: Parquet parts by origin and month, with DuckDB over them.

A store is a folder::

    manifest.json                               which parts are live: replacing it is the commit
    ledger.jsonl                                which files were ingested, append-only
    events/origin=icews/month=2018-10/….parquet the parts
    scratch/                                    working space of the writer, emptied when it ends

Readers see only what the manifest names. One writer at a time holds the lock.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from detente.errors import StoreError, UsageError
from detente.events._manifest import (
    EMPTY,
    LEDGER,
    MANIFEST,
    IngestedFile,
    Manifest,
    Part,
    disk_errors,
    glob_safe,
    read_ledger,
    read_manifest,
    write_manifest,
)
from detente.events._writer import Appended, StoreWriter, open_writer
from detente.events.schema import COLUMNS, QUAD_NAMES, SCHEMA

__all__ = ["Appended", "IngestedFile", "OriginSummary", "Query", "Store", "StoreWriter", "connect"]

OWN_NAMES = frozenset({MANIFEST, f"{MANIFEST}.new", LEDGER, "lock", "scratch", "events"})
"""What a store's folder may hold before its first manifest is written."""


def connect(memory: str = "1GB", threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """A DuckDB connection that stays in bounds and asks nothing of the network.

    Args:
        memory: Limit after which DuckDB spills to the system's temporary folder.
        threads: Number of threads; all cores if not given.

    Example:
        >>> connect().execute("SELECT 1").fetchone()
        (1,)
    """
    config: dict[str, Any] = {
        "memory_limit": memory,
        "temp_directory": str(Path(tempfile.gettempdir()) / "detente-spill"),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    if threads is not None:
        config["threads"] = threads
    return duckdb.connect(config=config)


@dataclass(frozen=True)
class OriginSummary:
    """What the store holds of one origin."""

    origin: str
    rows: int
    first: dt.date
    last: dt.date
    files: int
    parts: int


@dataclass(frozen=True)
class Query:
    """A SELECT that yields the canonical columns, and its bound parameters."""

    sql: str
    params: dict[str, Any]


@dataclass(frozen=True)
class Store:
    """An event store on disk. Open one with `Store.open`.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     store = Store.open(Path(folder) / "store", create=True)
        ...     store.events().num_rows
        0
    """

    path: Path

    @classmethod
    def open(cls, path: str | Path, create: bool = False) -> Store:
        """Open a store, or create an empty one.

        Args:
            path: The store's folder.
            create: Make the folder if it is not there.

        Raises:
            StoreError: No store is there, the folder holds something else, or it cannot be read.
        """
        store = cls(Path(path))
        if (store.path / MANIFEST).is_file():
            read_manifest(store.path)
        elif not create:
            raise StoreError(
                f"There is no event store at {store.path}.",
                "The folder does not exist."
                if not store.path.exists()
                else f"It has no {MANIFEST}.",
                f"Ingest event files first: detente ingest icews FILES --store {store.path}",
            )
        else:
            store._create()
        return store

    def _create(self) -> None:
        failed = f"The event store {self.path} could not be created."
        with disk_errors(self.path, failed):
            self.path.mkdir(parents=True, exist_ok=True)
            strangers = sorted({entry.name for entry in self.path.iterdir()} - OWN_NAMES)
            if strangers:
                raise StoreError(
                    failed,
                    f"The folder already holds other things ({', '.join(strangers[:3])}).",
                    "Name a new or empty folder with --store.",
                )
            write_manifest(self.path, Manifest())

    def manifest(self) -> Manifest:
        """The state of the store now."""
        return read_manifest(self.path)

    @contextlib.contextmanager
    def writer(self) -> Iterator[StoreWriter]:
        """Lock the store for writing.

        Raises:
            StoreError: Another process is writing, or the folder cannot be written.
        """
        with open_writer(self.path) as writer:
            yield writer

    def source(
        self,
        *,
        origin: str | None = None,
        since: dt.date | None = None,
        until: dt.date | None = None,
        known: dt.date | None = None,
    ) -> Query:
        """A SELECT over the stored events that reads only the parts that can match.

        Args:
            origin: Only events of this origin.
            since: First day.
            until: Last day, inclusive.
            known: Only events that were published by this day, where the source says when.

        Raises:
            StoreError: A part that the manifest names is missing or was cut short.
        """
        parts = tuple(
            part
            for part in self.manifest().parts
            if (origin is None or part.origin == origin)
            and (since is None or part.last >= since)
            and (until is None or part.first <= until)
        )
        return bounded(self._scan(parts), origin=origin, since=since, until=until, known=known)

    def _scan(self, parts: tuple[Part, ...]) -> Query:
        for part in parts:
            _check_part(self.path, part)
        if not parts:
            return Query(EMPTY, {})
        files = [glob_safe(self.path / part.path) for part in parts]
        select = f"SELECT {_COLUMNS} FROM read_parquet($files, hive_partitioning=false)"  # noqa: S608
        return Query(select, {"files": files})

    def relation(
        self,
        con: duckdb.DuckDBPyConnection,
        *,
        origin: str | None = None,
        since: dt.date | None = None,
        until: dt.date | None = None,
    ) -> duckdb.DuckDBPyRelation:
        """The stored events as a DuckDB relation; see `source` for the arguments."""
        query = self.source(origin=origin, since=since, until=until)
        return con.sql(query.sql, params=query.params)

    def events(
        self,
        *,
        source: str | None = None,
        target: str | None = None,
        since: dt.date | None = None,
        until: dt.date | None = None,
        quad: int | None = None,
        cameo: str | None = None,
        origin: str | None = None,
        limit: int | None = None,
    ) -> pa.Table:
        """Events that match, in order of date and id.

        Args:
            source: Code of who acted, such as `USA`.
            target: Code of who was acted on.
            since: First day.
            until: Last day, inclusive.
            quad: Quad class, 1 to 4.
            cameo: Code or beginning of a code: `19` matches `190` and `1951`.
            origin: Only events of this origin.
            limit: At most so many events.

        Returns:
            A table with the columns of `SCHEMA`.
        """
        reader = self.batches(
            source=source, target=target, since=since, until=until,
            quad=quad, cameo=cameo, origin=origin, limit=limit,
        )  # fmt: skip
        return reader.read_all()

    def batches(
        self,
        *,
        source: str | None = None,
        target: str | None = None,
        since: dt.date | None = None,
        until: dt.date | None = None,
        quad: int | None = None,
        cameo: str | None = None,
        origin: str | None = None,
        limit: int | None = None,
    ) -> pa.RecordBatchReader:
        """As `events`, batch by batch, for results larger than memory."""
        if quad is not None and quad not in QUAD_NAMES:
            raise UsageError(
                "The quad class is not known.", f"It is {quad}.", "Give a number from 1 to 4."
            )
        base = self.source(origin=origin, since=since, until=until)
        tests = {"source": source, "target": target, "quad": quad, "cameo": cameo}
        given = {name: value for name, value in tests.items() if value is not None}
        where = " AND ".join(_TESTS[name] for name in given) or "true"
        tail = "" if limit is None else "LIMIT $limit"
        params = base.params | given | ({} if limit is None else {"limit": limit})
        text = f"SELECT * FROM ({base.sql}) WHERE {where} ORDER BY date, event_id {tail}"  # noqa: S608
        con = connect()
        return _as_canonical(con.sql(text, params=params).to_arrow_reader(50_000))

    def files(self) -> tuple[IngestedFile, ...]:
        """The files whose events are in the store, in the order they came."""
        return read_ledger(self.path)

    def summary(self) -> tuple[OriginSummary, ...]:
        """What the store holds, one row per origin."""
        parts, files = self.manifest().parts, self.files()
        return tuple(
            OriginSummary(
                origin=origin,
                rows=sum(part.rows for part in own),
                first=min(part.first for part in own),
                last=max(part.last for part in own),
                files=sum(file.origin == origin for file in files),
                parts=len(own),
            )
            for origin in sorted({part.origin for part in parts})
            if (own := [part for part in parts if part.origin == origin])
        )

    def fingerprint(self) -> str:
        """A hash of what was ingested (file keys and row counts), the same for the same data."""
        facts = sorted((file.origin, file.key, file.rows_kept) for file in self.files())
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


_COLUMNS = ", ".join(COLUMNS)

_TESTS = {
    "source": "source = $source",
    "target": "target = $target",
    "quad": "quad = $quad",
    "cameo": "starts_with(cameo, $cameo)",
}


_BOUNDS = {
    "origin": "origin = $origin",
    "since": "date >= $since",
    "until": "date <= $until",
    "known": "(published IS NULL OR published <= $known)",
}


def bounded(
    query: Query,
    *,
    origin: str | None,
    since: dt.date | None,
    until: dt.date | None,
    known: dt.date | None = None,
) -> Query:
    """The query limited to an origin, to days, and to what was published by a day, where given."""
    tests = {"origin": origin, "since": since, "until": until, "known": known}
    given = {name: value for name, value in tests.items() if value is not None}
    if not given:
        return query
    where = " AND ".join(_BOUNDS[name] for name in given)
    return Query(f"SELECT * FROM ({query.sql}) WHERE {where}", query.params | given)  # noqa: S608


def _check_part(store: Path, part: Part) -> None:
    path = store / part.path
    size = path.stat().st_size if path.is_file() else -1
    if size != part.size:
        state = "is missing" if size < 0 else f"has {size} bytes instead of {part.size}"
        raise StoreError(
            f"The event store {store} is damaged.",
            f"{part.path} {state}.",
            "Restore it from a backup, or ingest the files into a new store.",
        )


def _as_canonical(reader: pa.RecordBatchReader) -> pa.RecordBatchReader:
    batches = (
        pa.RecordBatch.from_arrays(batch.columns, schema=SCHEMA)
        for batch in reader
    )  # fmt: skip
    return pa.RecordBatchReader.from_batches(SCHEMA, batches)
