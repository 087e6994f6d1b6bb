"""The one process that may change a store: lock, append, commit, clean up."""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import json
import os
import shutil
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import quote

import duckdb

from detente.errors import StoreError
from detente.events._manifest import (
    LEDGER,
    TYPED_COLUMNS,
    IngestedFile,
    Part,
    disk_errors,
    glob_safe,
    read_ledger,
    read_manifest,
    sync,
    write_manifest,
)
from detente.events.schema import SCHEMA

SMALL_PART = 100_000
"""Parts with fewer rows are small: too many of them in one month are merged into one."""

MAX_SMALL_PARTS = 16
"""Small parts that a month of an origin may have before they are merged."""


@dataclass(frozen=True)
class Appended:
    """How many events were stored and how many were skipped, and why.

    Attributes:
        rows: Events stored.
        already_stored: Events whose number and day were stored already.
        repeated: Events that repeat one of the table in number, day, actors and action.
        repeated_otherwise: Events of the number and day of another of the table, otherwise not
            alike; the one that comes first by its content is stored, whatever the order of rows.
    """

    rows: int
    already_stored: int
    repeated: int
    repeated_otherwise: int = 0


@dataclass(frozen=True)
class StoreWriter:
    """Writes to a store that it has locked; made by `Store.writer`."""

    path: Path
    _scratch: Path

    def known_files(self, origin: str) -> set[str]:
        """Keys of the files of an origin whose events are stored already."""
        return {file.key for file in read_ledger(self.path) if file.origin == origin}

    def scratch(self) -> Path:
        """A working folder on the store's disk, removed when the writer closes."""
        return self._scratch

    def append(
        self, con: duckdb.DuckDBPyConnection, table: str, files: Sequence[IngestedFile]
    ) -> Appended:
        """Store the events of a table and note the files they came from, in one step.

        Events whose id and date are stored already, and repeats within the table (all but one), are
        skipped: id and date together are an event's key. Either everything is stored or nothing is.

        Args:
            con: The connection that holds the table.
            table: Name of a table or view with exactly the canonical columns. A table is read
                several times; a view is first written to a temporary table.
            files: The files whose events the table holds.

        Raises:
            StoreError: A row lacks a required value, or the disk refused; the store is unchanged.
        """
        failed = "The events could not be stored."
        with disk_errors(self.path, failed), _as_table(con, table) as name:
            _check_required(con, name)
            months = _months(con, name)
            added, counts = self._write_new(con, name, months)
            self._commit(con, added, files)
            return counts

    def _write_new(
        self, con: duckdb.DuckDBPyConnection, name: str, months: list[_Month]
    ) -> tuple[tuple[Part, ...], Appended]:
        total = sum(month.rows for month in months)
        stored = self._possible_repeats(months)
        if not stored and not _has_repeats(con, name, total):
            return self._write(con, name, months), Appended(total, 0, 0)
        with _fresh_rows(con, name, self.path, stored) as (fresh, alike, otherwise):
            months = _months(con, fresh)
            rows = sum(month.rows for month in months)
            counts = Appended(rows, total - rows - alike - otherwise, alike, otherwise)
            return self._write(con, fresh, months), counts

    def _possible_repeats(self, months: list[_Month]) -> tuple[Part, ...]:
        """Stored parts whose range of ids overlaps the new one: only these can hold repeats."""
        ranges: dict[str, tuple[str, str]] = {}
        for month in months:
            low, high = ranges.get(month.origin, (month.first_id, month.last_id))
            ranges[month.origin] = (min(low, month.first_id), max(high, month.last_id))
        return tuple(
            part
            for part in read_manifest(self.path).parts
            if part.origin in ranges
            and part.first_id <= ranges[part.origin][1]
            and part.last_id >= ranges[part.origin][0]
        )

    def _write(
        self, con: duckdb.DuckDBPyConnection, name: str, months: list[_Month]
    ) -> tuple[Part, ...]:
        query = (
            f"SELECT {TYPED_COLUMNS} FROM {name} WHERE origin = $origin"  # noqa: S608
            " AND date >= $first AND date <= $last"
        )
        return tuple(
            self._write_part(
                con, query, {"origin": m.origin, "first": m.first, "last": m.last}, m
            )
            for m in months
        )  # fmt: skip

    def _write_part(
        self,
        con: duckdb.DuckDBPyConnection,
        query: str,
        params: dict[str, object],
        month: _Month,
    ) -> Part:
        folder = Path("events") / f"origin={quote(month.origin, safe='')}" / f"month={month.month}"
        relative = folder / f"{uuid.uuid4().hex}.parquet"
        path = self.path / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        con.execute(
            f"COPY ({query}) TO $path (FORMAT parquet, COMPRESSION zstd)",
            params | {"path": str(path)},
        )
        sync(path)
        size = path.stat().st_size
        return Part(
            relative.as_posix(), month.origin, month.month, month.rows, size,
            month.first, month.last, month.first_id, month.last_id,
        )  # fmt: skip

    def _commit(
        self,
        con: duckdb.DuckDBPyConnection,
        added: tuple[Part, ...],
        files: Sequence[IngestedFile],
    ) -> None:
        manifest = read_manifest(self.path)
        merged, replaced = self._merge_small(con, manifest.parts, added)
        lost = {part.path for part in replaced}
        live = tuple(part for part in added if part.path not in lost) + merged
        for folder in {(self.path / part.path).parent for part in live}:
            sync(folder)
            sync(folder.parent)
        sync(self.path / "events")
        ledger_bytes = self._note(files, manifest.ledger_bytes)
        write_manifest(self.path, manifest.with_parts(live, replaced, ledger_bytes))

    def _note(self, files: Sequence[IngestedFile], valid: int) -> int:
        """Append to the ledger; the new lines count only once the manifest says how many."""
        known = {(item.origin, item.key) for item in read_ledger(self.path)}
        fresh = [item for item in files if (item.origin, item.key) not in known]
        with (self.path / LEDGER).open("r+b") as file:
            file.truncate(valid)
            file.seek(valid)
            lines = (json.dumps(asdict(item), ensure_ascii=False) + "\n" for item in fresh)
            file.write("".join(lines).encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
            return file.tell()

    def _merge_small(
        self, con: duckdb.DuckDBPyConnection, live: tuple[Part, ...], added: tuple[Part, ...]
    ) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
        touched = {(part.origin, part.month) for part in added}
        small: dict[tuple[str, str], list[Part]] = {key: [] for key in touched}
        for part in live + added:
            key = (part.origin, part.month)
            if key in touched and part.rows < SMALL_PART:
                small[key].append(part)
        groups = [group for group in small.values() if len(group) > MAX_SMALL_PARTS]
        merged = tuple(self._merge(con, group) for group in groups)
        return merged, tuple(part for group in groups for part in group)

    def _merge(self, con: duckdb.DuckDBPyConnection, group: list[Part]) -> Part:
        files = [glob_safe(self.path / part.path) for part in group]
        whole = _Month(
            group[0].origin,
            group[0].month,
            sum(part.rows for part in group),
            min(part.first for part in group),
            max(part.last for part in group),
            min(part.first_id for part in group),
            max(part.last_id for part in group),
        )
        query = (
            "SELECT * FROM read_parquet($files, hive_partitioning=false) ORDER BY date, event_id"
        )
        return self._write_part(con, query, {"files": files}, whole)


@dataclass(frozen=True)
class _Month:
    origin: str
    month: str
    rows: int
    first: dt.date
    last: dt.date
    first_id: str
    last_id: str


@contextlib.contextmanager
def open_writer(store: Path) -> Iterator[StoreWriter]:
    """Lock a store, clear what a killed writer left, and clean up at the end."""
    with _lock(store):
        with disk_errors(store, f"The event store {store} could not be written."):
            _remove_orphans(store)
            scratch = store / "scratch" / uuid.uuid4().hex
            scratch.mkdir(parents=True)
            (store / "events").mkdir(exist_ok=True)
            (store / LEDGER).touch()
        try:
            yield StoreWriter(store, scratch)
        except BaseException:
            with contextlib.suppress(OSError, StoreError):
                _remove_orphans(store)  # gives a full disk its space back
            raise
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


@contextlib.contextmanager
def _lock(store: Path) -> Iterator[None]:
    failed = f"The event store {store} could not be locked for writing."
    with disk_errors(store, failed):
        handle = os.open(store / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreError(
                failed, "Another ingest is running.", "Wait until it has ended and try again."
            ) from error
        yield
    finally:
        os.close(handle)


def _remove_orphans(store: Path) -> None:
    """Remove parts that no manifest names and the working folders of killed writers."""
    shutil.rmtree(store / "scratch", ignore_errors=True)
    live = {store / part.path for part in read_manifest(store).parts}
    for path in (store / "events").rglob("*.parquet"):
        if path not in live:
            path.unlink()


@contextlib.contextmanager
def _as_table(con: duckdb.DuckDBPyConnection, table: str) -> Iterator[str]:
    """The quoted name of a base table with these rows (a view is materialised once)."""
    quoted = _quoted(table)
    known = con.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = $name",
                        {"name": table}).fetchone()  # fmt: skip
    if known and known[0]:
        yield quoted
        return
    staged = _quoted(f"staged_{uuid.uuid4().hex}")
    con.execute(f"CREATE TEMP TABLE {staged} AS SELECT {TYPED_COLUMNS} FROM {quoted}")  # noqa: S608
    try:
        yield staged
    finally:
        con.execute(f"DROP TABLE {staged}")


@contextlib.contextmanager
def _fresh_rows(
    con: duckdb.DuckDBPyConnection, name: str, store: Path, stored: tuple[Part, ...]
) -> Iterator[tuple[str, int, int]]:
    """A view of the rows that are new, and how many rows repeat another, alike and otherwise."""
    firsts, fresh = _quoted(f"firsts_{uuid.uuid4().hex}"), _quoted(f"fresh_{uuid.uuid4().hex}")
    con.execute(
        f"CREATE TEMP TABLE {firsts} AS SELECT event_id, date, min(rowid) AS row,"  # noqa: S608
        f" count(*) AS rows, 1 AS kinds FROM {name} GROUP BY event_id, date"
    )
    con.execute(
        # Of rows that share a key the one that comes first by its content stands for all, so that
        # which twin is stored does not depend on the order in which threads read them.
        f"""UPDATE {firsts} SET row = twins.row, kinds = twins.kinds FROM (
            SELECT event_id, date, arg_min(rowid, {_CONTENT}) AS row,
                count(DISTINCT {_ALIKE}) AS kinds
            FROM (SELECT rowid, * FROM {name}) JOIN (
                SELECT event_id, date FROM {firsts} WHERE rows > 1) USING (event_id, date)
            GROUP BY event_id, date
        ) twins WHERE {firsts}.event_id = twins.event_id AND {firsts}.date = twins.date"""  # noqa: S608
    )
    try:
        repeats = con.execute(
            f"SELECT coalesce(sum(rows - kinds), 0), coalesce(sum(kinds - 1), 0) FROM {firsts}"  # noqa: S608
        ).fetchone()
        alike, otherwise = (int(count) for count in repeats or (0, 0))
        for part in stored:
            con.execute(
                f"DELETE FROM {firsts} WHERE (event_id, date) IN"  # noqa: S608
                " (SELECT (event_id, date) FROM read_parquet($file, hive_partitioning=false))",
                {"file": glob_safe(store / part.path)},
            )
        con.execute(
            f"CREATE TEMP VIEW {fresh} AS SELECT * FROM {name}"  # noqa: S608
            f" WHERE rowid IN (SELECT row FROM {firsts})"
        )
        yield fresh, alike, otherwise
    finally:
        con.execute(f"DROP VIEW IF EXISTS {fresh}")
        con.execute(f"DROP TABLE {firsts}")


_ALIKE = "hash(source, target, source_actor, target_actor, cameo)"
"""Who did what to whom: rows of one key that differ in it are not the same event told twice."""

_CONTENT = "({})".format(", ".join(field.name for field in SCHEMA))


def _months(con: duckdb.DuckDBPyConnection, name: str) -> list[_Month]:
    rows = con.execute(
        f"""
        SELECT origin, strftime(date, '%Y-%m') AS month, count(*),
               min(date), max(date), min(event_id), max(event_id)
        FROM {name} GROUP BY origin, month ORDER BY origin, month
        """  # noqa: S608
    ).fetchall()
    return [_Month(*row) for row in rows]


def _has_repeats(con: duckdb.DuckDBPyConnection, name: str, total: int) -> bool:
    # A collision of hashes only sends us to the exact way; it cannot lose an event.
    row = con.execute(
        f"SELECT count(DISTINCT hash(event_id, date)) FROM {name}"  # noqa: S608
    ).fetchone()
    return row is not None and row[0] < total


def _check_required(con: duckdb.DuckDBPyConnection, name: str) -> None:
    required = [field.name for field in SCHEMA if not field.nullable]
    missing = " OR ".join(f"{column} IS NULL" for column in required)
    row = con.execute(f"SELECT count(*) FROM {name} WHERE {missing}").fetchone()  # noqa: S608
    if row and row[0]:
        raise StoreError(
            "The events could not be stored.",
            f"{row[0]} rows lack one of {', '.join(required)}.",
            "Reject such rows when reading the source.",
        )


def _count(con: duckdb.DuckDBPyConnection, name: str) -> int:
    row = con.execute(f"SELECT count(*) FROM {name}").fetchone()  # noqa: S608
    return int(row[0]) if row else 0


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
