"""The event store: Parquet parts by origin and month, with DuckDB over them.

A store is a folder::

    manifest.json                               which parts are live: replacing it is the commit
    ledger.jsonl                                which files were ingested, append-only
    events/origin=icews/month=2018-10/….parquet the parts, each named by its checksum
    outlines/origin=…/month=…/….parquet         events between others than the parties, in outline
    scratch/                                    working space of the writer, emptied when it ends
    lock                                        held by whoever changes anything
    fetch/                                      what `detente fetch` loaded: ledger, gaps, parts
    damaged/                                    parts that a repair could not read

Readers see only what the manifest names. What an ingest finds and does not know, it leaves alone.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from detente.errors import StoreError, UsageError
from detente.events import _creation, _ledger, _parts, _repair
from detente.events._creation import stores_around
from detente.events._ledger import IngestedFile
from detente.events._manifest import (
    EMPTY,
    MANIFEST,
    OUTLINE_AS_EVENTS,
    Manifest,
    Part,
    damage,
    read_manifest,
)
from detente.events._parts import Damaged
from detente.events._removal import Replace
from detente.events._repair import Fault, Repair
from detente.events._staged import Appended
from detente.events._summary import OriginSummary, summaries
from detente.events._writer import StoreWriter, open_writer
from detente.events.connection import connect
from detente.events.disk import glob_safe, read_errors
from detente.events.filters import Filter, check_parties
from detente.events.query import Query, bounded
from detente.events.schema import COLUMNS, QUAD_NAMES, SCHEMA

if TYPE_CHECKING:  # it is large, and most commands that write a file ask nothing of it
    import duckdb

__all__ = [
    "Appended", "Damaged", "Fault", "Filter", "IngestedFile", "OriginSummary", "Query", "Repair",
    "Replace", "Store", "StoreWriter", "connect", "stores_around",
]  # fmt: skip


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
    skip_damaged: bool = False

    @classmethod
    def open(cls, path: str | Path, create: bool = False, skip_damaged: bool = False) -> Store:
        """Open a store, or create an empty one.

        Args:
            path: The store's folder.
            create: Make the folder if it is not there.
            skip_damaged: Read what can be trusted where parts are missing or damaged; `damaged`
                names what is left out.

        Raises:
            StoreError: No store is there, the folder holds something else, or it cannot be read;
                or manifest or ledger are damaged.
        """
        store = cls(Path(path), skip_damaged)
        if create:
            _creation.create(store.path)
        else:
            store._must_be_there()
        manifest = store.manifest()
        if not skip_damaged:
            with store._reading():
                _ledger.check_ledger(store.path, manifest)
        return store

    def _must_be_there(self) -> None:
        if not self.is_at(self.path):
            raise StoreError(
                f"There is no event store at {self.path}.",
                "The folder does not exist."
                if not self.path.exists()
                else f"It has no {MANIFEST}.",
                f"Ingest event files first: detente ingest icews FILES --store {self.path}",
            )

    @staticmethod
    def is_at(path: Path) -> bool:
        """Whether there is a store at a path, be it a damaged one.

        Raises:
            StoreError: The folder cannot be read.
        """
        return _creation.is_store(path)

    @classmethod
    @contextlib.contextmanager
    def filling(cls, path: str | Path) -> Iterator[Store]:
        """Open or create a store for the time of an ingest.

        One that was created here and is still empty at the end is removed again, so that a failed
        ingest, or a mistyped path, leaves no store behind.

        Example:
            >>> import tempfile
            >>> with tempfile.TemporaryDirectory() as folder:
            ...     with Store.filling(Path(folder) / "store") as store:
            ...         pass
            ...     (Path(folder) / "store").exists()
            False
        """
        with _creation.removed_if_empty(Path(path)):
            yield cls.open(path, create=True)

    def manifest(self) -> Manifest:
        """The state of the store now.

        Raises:
            StoreError: The manifest is missing or damaged.
        """
        return read_manifest(self.path)

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        with damage(self.path), read_errors(self.path):
            yield

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
        known_by: dt.date | None = None,
        whole: bool = False,
    ) -> Query:
        """A SELECT over the stored events that reads only the parts that can match.

        It yields the events of the whole world, so that whatever is counted is right; of those that
        a filter keeps in outline, names, roles, scores, places and references are null.

        Args:
            origin: Only events of this origin.
            since: First day.
            until: Last day, inclusive.
            known_by: Only events that were published by this day, where the source says when.
            whole: Only events that are kept whole.

        Raises:
            StoreError: A part that the manifest names is missing or was cut short.
        """
        wanted = self._parts(origin, since, until, whole=whole)
        bad = tuple(_parts.damaged(self.path, wanted))
        if bad and not self.skip_damaged:
            # A writer may have merged parts meanwhile.
            wanted = self._parts(origin, since, until, whole=whole)
            _parts.check(self.path, wanted)
        left_out = {item.part for item in bad} if self.skip_damaged else set()
        parts = [part for part in wanted if part not in left_out]
        return bounded(
            self._scan(parts), origin=origin, since=since, until=until, known_by=known_by
        )

    def _parts(
        self, origin: str | None, since: dt.date | None, until: dt.date | None, *, whole: bool
    ) -> tuple[Part, ...]:
        """The live parts that can hold such events."""
        return tuple(
            part
            for part in self.manifest().parts
            if (origin is None or part.origin == origin)
            and (since is None or part.last >= since)
            and (until is None or part.first <= until)
            and not (whole and part.is_outline)
        )

    def _scan(self, parts: Sequence[Part]) -> Query:
        selects = []
        params: dict[str, Any] = {}
        for name, columns, outline in (
            ("files", _COLUMNS, False),
            ("outlines", OUTLINE_AS_EVENTS, True),
        ):
            paths = [self.path / part.path for part in parts if part.is_outline is outline]
            if paths:
                params[name] = [glob_safe(path) for path in paths]
                select = f"SELECT {columns} FROM read_parquet(${name}, hive_partitioning=false)"  # noqa: S608
                selects.append(select)
        return Query(" UNION ALL ".join(selects) or EMPTY, params)

    @property
    def filters(self) -> tuple[Filter, ...]:
        """Which events are kept whole, of origins of which not all are."""
        return self.manifest().filters

    def check_parties(self, codes: Sequence[str], *, origin: str | None = None) -> None:
        """Refuse to count what states did whose events are kept in outline only.

        Args:
            codes: The states.
            origin: The only origin that is counted; None for all.

        Raises:
            UsageError: A filter leaves out one of them; the command that widens it is named.
        """
        check_parties(self.path, self.filters, codes, origin=origin)

    def damaged(self) -> tuple[Damaged, ...]:
        """The parts that readings refuse, or leave out where the store was opened so."""
        return tuple(_parts.damaged(self.path, self.manifest().parts))

    @classmethod
    def check(cls, path: str | Path) -> tuple[Fault, ...]:
        """Everything in a store that is not what was stored, every byte of every part read.

        Raises:
            StoreError: There is no store, or its manifest is damaged, so that nothing tells what
                was stored.
        """
        cls(Path(path))._must_be_there()
        with contextlib.closing(connect()) as con:
            return _repair.check(Path(path), con)

    @classmethod
    def repair(cls, path: str | Path) -> Repair:
        """Rebuild manifest and ledger of a store from its parts.

        A part that cannot be read is moved to the folder `damaged`. Where files must be ingested
        again to bring back what is lost, the answer names their origin.

        Raises:
            StoreError: There is no store, another process is writing, or the disk refused.
        """
        with contextlib.closing(connect()) as con:
            return _repair.repair(Path(path), con)

    def relation(
        self,
        con: duckdb.DuckDBPyConnection,
        *,
        origin: str | None = None,
        since: dt.date | None = None,
        until: dt.date | None = None,
    ) -> duckdb.DuckDBPyRelation:
        """The events that are kept whole as a DuckDB relation; see `source` for the arguments."""
        query = self.source(origin=origin, since=since, until=until, whole=True)
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
        """Events that match, in order of date and id; of those that are kept whole.

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
        base = self.source(origin=origin, since=since, until=until, whole=True)
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
        with self._reading():
            return _ledger.read_ledger(self.path, self.manifest())

    def summary(self) -> tuple[OriginSummary, ...]:
        """What the store holds, one row per origin."""
        return summaries(self.manifest(), self.files())

    def fingerprint(self) -> str:
        """A hash of what the store holds: files by key and rows, and the content of its parts.

        It is the same for the same files read by the same code in any order; events that other code
        reads in another way, or parts that are merged, change it.
        """
        with self._reading():
            manifest = self.manifest()
            files = sorted(
                (file.origin, file.key, file.rows_kept, *([file.removed] if file.removed else []))
                for file in _ledger.read_ledger(self.path, manifest)
            )
        parts = sorted((part.path, part.size, part.sha256) for part in manifest.parts)
        limits = sorted(manifest.filters, key=lambda item: item.origin)
        facts = [*files, *parts, *map(asdict, limits)]
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


_COLUMNS = ", ".join(COLUMNS)

_TESTS = {
    "source": "source = $source",
    "target": "target = $target",
    "quad": "quad = $quad",
    "cameo": "starts_with(cameo, $cameo)",
}


def _as_canonical(reader: pa.RecordBatchReader) -> pa.RecordBatchReader:
    batches = (
        pa.RecordBatch.from_arrays(batch.columns, schema=SCHEMA)
        for batch in reader
    )  # fmt: skip
    return pa.RecordBatchReader.from_batches(SCHEMA, batches)
