"""The one process that may change a store: lock, append, commit, clean up."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from detente.errors import StoreError
from detente.events import _ledger, _leftovers, _parts
from detente.events._ledger import IngestedFile
from detente.events._lock import locked
from detente.events._manifest import (
    EVENTS,
    OUTLINES,
    TYPED_COLUMNS,
    TYPED_OUTLINE,
    Manifest,
    Part,
    commit_manifest,
    damage,
    prepare_manifest,
    read_manifest,
)
from detente.events._merging import crowded, place_of, rows_of, whole_of
from detente.events._removal import Leaving, Replace, giving_way, of_numbers, others, rows_left
from detente.events._staged import (
    Appended,
    Month,
    as_table,
    check_required,
    events_in,
    fresh_rows,
    has_repeats,
    months,
    possible_repeats,
    quoted,
)
from detente.events.disk import disk_errors, sha256_of, sync
from detente.events.filters import Filter, check_same, check_wider, whole_rows

if TYPE_CHECKING:  # it is large, and most commands that write a file ask nothing of it
    import duckdb

SMALL_PART = 100_000
"""Parts with fewer rows are small: too many of them in one month are merged into one."""

MAX_SMALL_PARTS = 16
"""Small parts that a month of an origin may have before they are merged."""


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
        self,
        con: duckdb.DuckDBPyConnection,
        table: str,
        files: Sequence[IngestedFile],
        *,
        keep: Filter | None = None,
        instead: Replace | None = None,
    ) -> Appended:
        """Store the events of a table and note the files they came from, in one step.

        Events whose id and date are stored already, and repeats within the table (all but one), are
        skipped: id and date together are an event's key. Either everything is stored or nothing is.

        Args:
            con: The connection that holds the table.
            table: Name of a table or view with exactly the canonical columns. A table is read
                several times; a view is first written to a temporary table.
            files: The files whose events the table holds.
            keep: Which events are kept whole, of all others an outline; None for all. All events of
                an origin are stored by the same filter.
            instead: Which stored events of the table's origins give way to those of the table.

        Raises:
            StoreError: A row lacks a required value, or the disk refused; the store is unchanged.
            UsageError: The store holds events of the origin by another filter.
        """
        failed = "The events could not be stored."
        with disk_errors(self.path, failed), as_table(con, table) as name:
            check_required(con, name)
            rows = months(con, name, keep)
            manifest = self._filtered({month.origin for month in rows}, keep)
            gone, rest = self._give_way(con, name, rows, manifest, instead)
            live = tuple(part for part in manifest.parts if part not in gone)
            added, counts = self._write_new(con, name, rows, keep, live, rest)
            removed = events_in(gone) - events_in(rest)
            noted = [replace(file, removed=removed) for file in files[:1]] + list(files[1:])
            self._commit(con, manifest, gone, (*rest, *added), noted)
            return replace(counts, removed=removed)

    def delete(
        self, con: duckdb.DuckDBPyConnection, origin: str, numbers: Iterable[str], path: str
    ) -> int:
        """Remove the events of these numbers, in one step, and note that in the ledger.

        Args:
            con: Any connection.
            origin: Their origin.
            numbers: Numbers as the source gives them, without the origin before them; all events
                that became of such a row are removed.
            path: Where the list came from, for the ledger; without secrets.

        Returns:
            How many events were removed; where none was, nothing is noted.

        Raises:
            StoreError: The disk refused; the store is unchanged.
        """
        wanted = sorted(set(numbers))
        with disk_errors(self.path, "The events could not be removed."):
            manifest = read_manifest(self.path)
            with of_numbers(con, origin, wanted) as leaving:
                gone, rest = self._without(con, manifest, {origin}, leaving)
            removed = events_in(gone) - events_in(rest)
            if removed:
                digest = hashlib.sha256("\n".join(wanted).encode()).hexdigest()
                line = IngestedFile(origin, f"deletion|{digest}", path, 0, removed)
                self._commit(con, manifest, gone, rest, [line])
            return removed

    def refilter(self, con: duckdb.DuckDBPyConnection, origin: str, keep: Filter | None) -> int:
        """Make an origin ready to be loaded anew by a wider filter, in one step.

        What is stored of it goes, and its files are forgotten: they must be read again, since an
        outline does not hold what is now asked for. Where the filter is the same, nothing happens.

        Args:
            con: Any connection.
            origin: The origin.
            keep: The wider filter; None to keep all whole.

        Returns:
            How many events were removed.

        Raises:
            UsageError: Less would be kept than now.
            StoreError: The disk refused; the store is unchanged.
        """
        manifest = read_manifest(self.path)
        gone = tuple(part for part in manifest.parts if part.origin == origin)
        if not gone or manifest.filter(origin) == keep:
            return 0
        check_wider(manifest.filter(origin), keep)
        with disk_errors(self.path, "The events could not be removed."):
            line = IngestedFile(origin, _ledger.FORGOTTEN, "", 0, events_in(gone))
            self._commit(con, manifest.with_filter(origin, keep), gone, (), [line])
        return events_in(gone)

    def check_filter(self, origin: str, keep: Filter | None) -> None:
        """Refuse a filter other than that of the stored events of an origin.

        Raises:
            UsageError: It is another.
        """
        self._filtered({origin}, keep)

    def compact(self, con: duckdb.DuckDBPyConnection) -> None:
        """Merge the small parts of each month: fewer files to open, after many small ingests."""
        with disk_errors(self.path, "The parts could not be merged."):
            self._commit(con, read_manifest(self.path), (), (), (), compact=True)

    def write(
        self, con: duckdb.DuckDBPyConnection, table: str, keep: Filter | None
    ) -> tuple[Part, ...]:
        """Write the events of a table as parts that are not in place yet, unlooked at."""
        name = quoted(table)
        return self._write(con, name, months(con, name, keep), keep)

    def _filtered(self, origins: Iterable[str], keep: Filter | None) -> Manifest:
        """The manifest with this filter of these origins.

        Raises:
            UsageError: It holds events of theirs by another.
        """
        manifest = read_manifest(self.path)
        for origin in origins:
            wanted = None if keep is None else replace(keep, origin=origin)
            if any(part.origin == origin for part in manifest.parts):
                check_same(self.path, origin, manifest.filter(origin), wanted)
            manifest = manifest.with_filter(origin, wanted)
        return manifest

    def _give_way(
        self,
        con: duckdb.DuckDBPyConnection,
        name: str,
        rows: Sequence[Month],
        manifest: Manifest,
        instead: Replace | None,
    ) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
        """Parts with events that give way to those of a table, and new parts with the others."""
        if instead is None:
            return (), ()
        with giving_way(con, name, instead) as leaving:
            return self._without(con, manifest, {month.origin for month in rows}, leaving)

    def _without(
        self,
        con: duckdb.DuckDBPyConnection,
        manifest: Manifest,
        origins: set[str],
        leaving: Leaving,
    ) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
        """Parts that hold some of these rows, and new parts with their other rows."""
        parts = [part for part in manifest.parts if part.origin in origins]
        keep = manifest.filter
        gone = rows_left(con, self.path, parts, leaving)
        rest = tuple(
            self._write_part(con, *others(self.path, part, leaving), left, keep(part.origin))
            for part, left in gone
            if left.rows
        )
        return tuple(part for part, _ in gone), rest

    def _write_new(
        self,
        con: duckdb.DuckDBPyConnection,
        name: str,
        rows: Sequence[Month],
        keep: Filter | None,
        live: tuple[Part, ...],
        rest: tuple[Part, ...],
    ) -> tuple[tuple[Part, ...], Appended]:
        """Write the rows that are in no live part, nor in what is left of those that go."""
        stored = possible_repeats(rows, live)
        _parts.check(self.path, stored)
        stored += possible_repeats(rows, rest)
        total = events_in(rows)
        if not stored and not has_repeats(con, name, total):
            return self._write(con, name, rows, keep), Appended(
                total, 0, 0, outlined=_outlined(rows)
            )
        with fresh_rows(con, name, self.path, stored) as (fresh, alike, otherwise):
            rows = months(con, fresh, keep)
            new = events_in(rows)
            already = total - new - alike - otherwise
            counts = Appended(new, already, alike, otherwise, outlined=_outlined(rows))
            return self._write(con, fresh, rows, keep), counts

    def _write(
        self,
        con: duckdb.DuckDBPyConnection,
        name: str,
        rows: Sequence[Month],
        keep: Filter | None,
    ) -> tuple[Part, ...]:
        whole, params = whole_rows(keep)
        return tuple(
            self._write_part(
                con,
                f"SELECT {TYPED_OUTLINE if month.outline else TYPED_COLUMNS} FROM {name}"  # noqa: S608
                " WHERE origin = $origin AND date >= $first AND date <= $last"
                # In an order, so that the same rows make the same part on any number of cores.
                f" AND {whole} <> {month.outline}"
                f" ORDER BY {'event_id' if month.outline else 'date, event_id'}",
                params | {"origin": month.origin, "first": month.first, "last": month.last},
                month,
                keep,
            )
            for month in rows
        )

    def _write_part(
        self,
        con: duckdb.DuckDBPyConnection,
        query: str,
        params: dict[str, object],
        month: Month,
        keep: Filter | None,
    ) -> Part:
        top = OUTLINES if month.outline else EVENTS
        folder = Path(top) / f"origin={quote(month.origin, safe='')}" / f"month={month.month}"
        fresh = self.path / folder / f"{uuid.uuid4().hex}{_parts.UNFINISHED}"
        fresh.parent.mkdir(parents=True, exist_ok=True)
        noted, values = _parts.noting(keep) if month.outline else ("", {})
        con.execute(
            f"COPY ({query}) TO $path"
            f" (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false{noted})",
            params | values | {"path": str(fresh)},
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
        manifest: Manifest,
        gone: tuple[Part, ...],
        added: tuple[Part, ...],
        files: Sequence[IngestedFile],
        *,
        compact: bool = False,
    ) -> None:
        """Make parts and lines of the ledger count, and others no more, in one step.

        Args:
            con: The connection.
            manifest: What is there.
            gone: Parts of it that go.
            added: Parts that come, not in place yet.
            files: Lines for the ledger.
            compact: Whether to merge all small parts of each place, and not only too many where
                parts come.
        """
        waiting = tuple(path for path in manifest.replaced if (self.path / path).exists())
        manifest = replace(manifest, replaced=waiting)
        live = tuple(part for part in manifest.parts if part not in gone)
        groups = crowded(
            self.path,
            live,
            added,
            {place_of(part) for part in (live if compact else added)},
            most=1 if compact else MAX_SMALL_PARTS,
            small_rows=SMALL_PART,
        )
        merged = tuple(
            self._write_part(
                con,
                *rows_of(self.path, group),
                whole_of(group),
                manifest.filter(group[0].origin),
            )
            for group in groups
        )
        replaced = tuple(part for group in groups for part in group)
        lost = {part.path for part in replaced}
        fresh = tuple(part for part in added if part.path not in lost) + merged
        with damage(self.path):
            ledger = _ledger.append(self.path, manifest, files)
        after = manifest.with_parts(fresh, (*gone, *replaced), ledger)
        prepared = prepare_manifest(self.path, after)
        _parts.put_in_place(self.path, fresh)
        commit_manifest(self.path, prepared)
        for part in added:
            _parts.unfinished(self.path, part).unlink(
                missing_ok=True
            )  # where it was merged at once


def _outlined(rows: Sequence[Month]) -> int:
    return events_in(month for month in rows if month.outline)


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
            (store / EVENTS).mkdir(exist_ok=True)
        try:
            yield StoreWriter(store, scratch)
        except BaseException:
            with contextlib.suppress(OSError, StoreError):
                _leftovers.clear(store, read_manifest(store))  # gives a full disk its space back
            raise
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
