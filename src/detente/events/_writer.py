"""The one process that may change a store: lock, append, commit, clean up."""

from __future__ import annotations

import contextlib
import datetime as dt
import shutil
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

import duckdb

from detente.errors import StoreError
from detente.events import _ledger, _leftovers, _parts
from detente.events._ledger import IngestedFile
from detente.events._lock import locked
from detente.events._manifest import (
    TYPED_COLUMNS,
    Part,
    commit_manifest,
    damage,
    prepare_manifest,
    read_manifest,
)
from detente.events.disk import disk_errors, glob_safe, sha256_of, sync
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
        with damage(self.path), disk_errors(self.path, "The list of files could not be read."):
            files = _ledger.read_ledger(self.path, read_manifest(self.path))
        return {file.key for file in files if file.origin == origin}

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

    def write(self, con: duckdb.DuckDBPyConnection, table: str) -> tuple[Part, ...]:
        """Write the events of a table as parts that are not in place yet, unlooked at."""
        name = _quoted(table)
        return self._write(con, name, _months(con, name))

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
        stored = tuple(
            part
            for part in read_manifest(self.path).parts
            if part.origin in ranges
            and part.first_id <= ranges[part.origin][1]
            and part.last_id >= ranges[part.origin][0]
        )
        _parts.check(self.path, stored)
        return stored

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
        fresh = self.path / folder / f"{uuid.uuid4().hex}{_parts.UNFINISHED}"
        fresh.parent.mkdir(parents=True, exist_ok=True)
        con.execute(
            f"COPY ({query}) TO $path (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)",
            params | {"path": str(fresh)},
        )
        sync(fresh)
        digest, size = sha256_of(fresh), fresh.stat().st_size
        # Named by its content, a part tells its checksum even where the manifest is lost.
        final = (folder / f"{digest}.parquet").as_posix()
        fresh.replace(self.path / folder / f"{digest}{_parts.UNFINISHED}")
        return Part(
            final, month.origin, month.month, month.rows, size,
            month.first, month.last, month.first_id, month.last_id, digest,
        )  # fmt: skip

    def _commit(
        self,
        con: duckdb.DuckDBPyConnection,
        added: tuple[Part, ...],
        files: Sequence[IngestedFile],
    ) -> None:
        manifest = read_manifest(self.path)
        waiting = tuple(path for path in manifest.replaced if (self.path / path).exists())
        manifest = replace(manifest, replaced=waiting)
        merged, replaced = self._merge_small(con, manifest.parts, added)
        lost = {part.path for part in replaced}
        live = tuple(part for part in added if part.path not in lost) + merged
        with damage(self.path):
            ledger = _ledger.append(self.path, manifest, files)
        fresh = prepare_manifest(self.path, manifest.with_parts(live, replaced, ledger))
        _parts.put_in_place(self.path, live)
        commit_manifest(self.path, fresh)
        for part in added:
            _parts.unfinished(self.path, part).unlink(
                missing_ok=True
            )  # where it was merged at once

    def _merge_small(
        self, con: duckdb.DuckDBPyConnection, live: tuple[Part, ...], added: tuple[Part, ...]
    ) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
        touched = {(part.origin, part.month) for part in added}
        small: dict[tuple[str, str], list[Part]] = {key: [] for key in touched}
        for part in live + added:
            key = (part.origin, part.month)
            if key in touched and part.rows < SMALL_PART:
                small[key].append(part)
        groups = [
            group
            for group in small.values()
            if len(group) > MAX_SMALL_PARTS
            and not any(_parts.damaged(self.path, (part for part in group if part in live)))
        ]
        merged = tuple(self._merge(con, group) for group in groups)
        return merged, tuple(part for group in groups for part in group)

    def _merge(self, con: duckdb.DuckDBPyConnection, group: list[Part]) -> Part:
        files = [glob_safe(_parts.lies(self.path, part)) for part in group]
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
    """Lock a store, clear what a killed writer left, and clean up at the end.

    Raises:
        StoreError: Another process is writing, the folder cannot be written, or the store is not
            whole; then nothing is changed.
    """
    with locked(store):
        with disk_errors(store, f"The event store {store} could not be written."):
            manifest = read_manifest(store)
            with damage(store):
                _ledger.check_ledger(store, manifest)
            _leftovers.clear(store, manifest)
            _leftovers.refuse_strangers(store, manifest)
            scratch = store / "scratch" / uuid.uuid4().hex
            scratch.mkdir(parents=True)
            (store / "events").mkdir(exist_ok=True)
        try:
            yield StoreWriter(store, scratch)
        except BaseException:
            with contextlib.suppress(OSError, StoreError):
                _leftovers.clear(store, read_manifest(store))  # gives a full disk its space back
            raise
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


@contextlib.contextmanager
def _as_table(con: duckdb.DuckDBPyConnection, table: str) -> Iterator[str]:
    """The quoted name of a base table with these rows (a view is materialised once)."""
    quoted = _quoted(table)
    counted = con.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = $name",
                        {"name": table}).fetchone()  # fmt: skip
    if counted and counted[0]:
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
