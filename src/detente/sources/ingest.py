"""Read files of a source into a store, batch by batch, and report what was read."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from detente.errors import UsageError
from detente.events.disk import disk_errors
from detente.events.store import IngestedFile, Store, StoreWriter
from detente.sources import _files
from detente.sources._ahead import Prepared, Preparer
from detente.sources._files import Item
from detente.sources._reckon import Reckoning
from detente.sources._rejected import RejectedFile
from detente.sources._source import Source
from detente.sources._stage import Batch, open_duckdb
from detente.sources.registry import get
from detente.sources.report import ReadingReport

Progress = Callable[["Step"], None]


@dataclass(frozen=True)
class Step:
    """How far an ingest has come."""

    files_done: int
    files_total: int
    bytes_done: int
    bytes_total: int
    rows: int


def ingest(
    source: str | Source,
    paths: Sequence[str | Path],
    store: Store,
    *,
    mapping: Mapping[str, str] | None = None,
    progress: Progress | None = None,
    rejected_to: Path | None = None,
) -> ReadingReport:
    r"""Read files into a store.

    Files whose content was read before are skipped; events that are stored already are not stored
    again. Each batch of files is stored in one step, so that an interrupted ingest can be run
    again. A file that cannot be read is reported as failed, and the others are still read.

    Args:
        source: A source or its name, such as `icews`.
        paths: Files, archives and folders.
        store: Where the events go.
        mapping: For sources that take one (`csv`, `quadruples`).
        progress: Called at the start and after each batch.
        rejected_to: Write every rejected row there, as CSV or, by its ending, Parquet.

    Raises:
        ReadError: A path does not exist, or a folder holds no file of the source.
        UsageError: There is no such source, or the mapping is wrong.
        StoreError: The store cannot be written; what was stored before stays.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     file = Path(folder, "levant.csv")
        ...     _ = file.write_text('date,source,target,code\n1979-04-15,ISRMIL,JOR,190\n')
        ...     report = ingest("keds", [file], Store.open(Path(folder, "store"), create=True))
        >>> report.rows_kept, report.events_stored
        (1, 1)
    """
    chosen = get(source) if isinstance(source, str) else source
    if mapping and chosen.bind is None:
        raise UsageError(
            f"The source {chosen.name} takes no mapping.", "", "Leave it away, or use csv."
        )
    items = _files.find(chosen, [Path(path) for path in paths])
    failed = f"Files could not be read into the event store {store.path}."
    with store.writer() as writer, disk_errors(store.path, failed):
        run = _Run(chosen, writer, dict(mapping or {}), progress or (lambda step: None))
        with _rejected_file(rejected_to) as rejected:
            return run.read(items, rejected)


@contextlib.contextmanager
def _rejected_file(path: Path | None) -> Iterator[RejectedFile | None]:
    if path is None:
        yield None
        return
    file = RejectedFile(path)
    try:
        yield file
    except BaseException:
        file.discard()
        raise
    file.close()


@dataclass(frozen=True)
class _Run:
    """One run of `ingest`."""

    source: Source
    writer: StoreWriter
    mapping: dict[str, str]
    progress: Progress

    @property
    def origin(self) -> str:
        """Origin of the events; a plain CSV may name its own."""
        return self.mapping.get("origin", self.source.origin)

    def read(self, items: Sequence[Item], rejected: RejectedFile | None) -> ReadingReport:
        """Read all files and say what was read."""
        started = time.monotonic()
        reckoning = Reckoning(rejected)
        total = sum(item.size for item in items)
        known = set(self.writer.known_files(self.origin))
        scratch = self.writer.scratch()
        preparer = Preparer(self.source, self.mapping, scratch, frozenset(known))
        files_done = bytes_done = 0
        self.progress(Step(0, len(items), 0, total, 0))
        with contextlib.closing(open_duckdb(scratch)) as con:
            for batch in preparer.batches(items):
                self._take(con, batch, known, reckoning)
                files_done += len(batch)
                bytes_done += sum(one.item.size for one in batch)
                self.progress(Step(files_done, len(items), bytes_done, total, reckoning.rows_read))
        labels = [item.label for item in items]
        return reckoning.report(self.source.name, self.origin, labels, time.monotonic() - started)

    def _take(
        self,
        con: duckdb.DuckDBPyConnection,
        batch: Sequence[Prepared],
        known: set[str],
        reckoning: Reckoning,
    ) -> None:
        groups: dict[str, list[Prepared]] = {}
        for one in batch:
            if one.reason:
                reckoning.failed(one.item, one.reason)
            elif one.known or one.key in known:
                reckoning.skipped(one.item)
            else:
                known.add(one.key)
                groups.setdefault(one.group, []).append(one)
        for group in groups.values():
            self._store(con, group, reckoning)
        for one in batch:
            if one.ready and one.ready.path != one.item.path:
                one.ready.path.unlink(missing_ok=True)

    def _store(
        self, con: duckdb.DuckDBPyConnection, group: Sequence[Prepared], reckoning: Reckoning
    ) -> None:
        """Stage and store files together; one by one if the database balks at any of them."""
        source = group[0].source or self.source
        ready = [one.ready for one in group if one.ready]
        batch = Batch(con, source, ready)
        try:
            batch.stage()
        except (duckdb.IOException, duckdb.OutOfMemoryException):
            raise
        except duckdb.Error as error:
            if len(group) == 1:
                reason = str(error).splitlines()[0]
                reckoning.failed(group[0].item, f"it cannot be read as a table ({reason})")
                return
            for one in group:
                self._store(con, [one], reckoning)
            return
        kept = reckoning.take(batch)
        batch.strip()
        appended = self.writer.append(con, "staged", self._ingested(group, kept))
        reckoning.stored(appended)

    def _ingested(self, group: Sequence[Prepared], kept: Iterable[int]) -> list[IngestedFile]:
        """Files to remember; one that gave nothing is read, and complained of, every time."""
        return [
            IngestedFile(self.origin, one.key, one.item.label, rows)
            for one, rows in zip(group, kept, strict=True)
            if rows
        ]
