"""Read files of a source into a store, batch by batch, and report what was read."""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from detente.errors import DetenteError, ReadError
from detente.events.disk import disk_errors
from detente.events.filters import Filter, filter_of
from detente.events.store import IngestedFile, Replace, Store, StoreWriter, connect
from detente.sources.reading.ahead import Prepared, Preparer
from detente.sources.reading.finding import Finder
from detente.sources.reading.groups import let_go, staged
from detente.sources.reading.opening import Archives, Item
from detente.sources.reading.reckon import Reckoning
from detente.sources.reading.rejected import RejectedFile
from detente.sources.reading.report import LeftOut, ReadingReport
from detente.sources.reading.source import Source
from detente.sources.reading.stage import Batch, open_duckdb
from detente.sources.reading.text import Ready
from detente.sources.registry import all_sources, get

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
    safe_csv: bool = False,
    parties: Sequence[str] | None = None,
    either: bool = False,
    widen: bool = False,
    replace: Replace | None = None,
) -> ReadingReport:
    r"""Read files into a store.

    Files whose content was read before are skipped; events that are stored already are not stored
    again. Each batch of files is stored in one step, so that an interrupted ingest can be run
    again. A file that cannot be read is reported as failed, and the others are still read; a file
    in a folder or archive that belongs to no source or another is left out, and the report says
    why.

    With `parties` only the events between them are kept whole. All others are kept in outline
    (number, day, day of publication, the two actors, code, quad class), so that every event of the
    world still counts as exposure and coverage, once. All files of an origin are read by the same
    parties. To keep more, give more of them and `widen`: what is stored of the origin is removed
    then, in one step before the first file is read, and all its files must be read again.

    With `replace` stored events give way to those of these files: the files are read even where
    they were read before, all of them are stored in one step, and if one of them cannot be read
    nothing is changed.

    Args:
        source: A source or its name, such as `icews`.
        paths: Files, archives and folders.
        store: Where the events go.
        mapping: For sources that take one (`csv`, `quadruples`).
        progress: Called at the start and after each batch.
        rejected_to: Write every rejected row there, as CSV or, by its ending, Parquet.
        safe_csv: Whether no text in that CSV may be taken for a formula by a spreadsheet.
        parties: States, by code or name, whose events are kept whole; None for all events.
        either: Whether one of the two actors among the parties is enough.
        widen: Whether what is stored of the origin by narrower parties may be removed.
        replace: Which stored events of the origin give way to those of the files.

    Raises:
        ReadError: None of the paths exists, or there is no file of the source in them; or a file
            cannot be read that is to take the place of stored events.
        UsageError: There is no such source, the mapping is wrong, or a party is not known; or the
            origin is stored by other parties, and the error says how to go on.
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
    if chosen.bind is None:
        chosen.refuse(mapping or {})
    with Archives() as archives:
        finder = Finder(chosen, all_sources(), archives)
        items = finder.find([Path(path) for path in paths])
        failed = f"Files could not be read into the event store {store.path}."
        settings = dict(mapping or {})
        keep = filter_of(settings.get("origin", chosen.origin), parties, either=either)
        with store.writer() as writer, disk_errors(store.path, failed):
            step = progress or (lambda step: None)
            days = _twin_days(chosen, store)
            run = _Run(chosen, writer, settings, step, archives, days, keep, replace)
            run.limit(widen=widen)
            with _rejected_file(rejected_to, safe_csv) as rejected:
                return run.read(items, finder.left_out, rejected)


def _twin_days(source: Source, store: Store) -> frozenset[dt.date]:
    """Days of publication that are stored under the origin that carries the same stream."""
    twin = source.twin
    if not twin or all(held.origin != twin for held in store.summary()):
        return frozenset()
    query = store.source(origin=twin)
    with contextlib.closing(connect()) as con:
        rows = con.execute(
            f"SELECT DISTINCT published FROM ({query.sql}) WHERE published >= $twin_since",  # noqa: S608
            query.params | {"twin_since": source.twin_since},
        ).fetchall()
    return frozenset(row[0] for row in rows)


@contextlib.contextmanager
def _rejected_file(path: Path | None, safe: bool) -> Iterator[RejectedFile | None]:
    if path is None:
        yield None
        return
    file = RejectedFile(path, safe=safe)
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
    archives: Archives
    twin_days: frozenset[dt.date]
    keep: Filter | None
    replace: Replace | None

    @property
    def origin(self) -> str:
        """Origin of the events; a plain CSV may name its own."""
        return self.mapping.get("origin", self.source.origin)

    def limit(self, *, widen: bool) -> None:
        """See that the origin is stored by the same parties, or make it ready to be stored so.

        Raises:
            UsageError: It is not, and may not be.
        """
        if widen:
            with contextlib.closing(connect()) as con:
                self.writer.refilter(con, self.origin, self.keep)
        self.writer.check_filter(self.origin, self.keep)

    def read(
        self, items: Sequence[Item], left_out: Sequence[LeftOut], rejected: RejectedFile | None
    ) -> ReadingReport:
        """Read all files and say what was read.

        Raises:
            DetenteError: No file could be read, and the mapping or a file beside one is at fault;
                or stored events could not be replaced.
        """
        started = time.monotonic()
        reckoning = Reckoning(rejected)
        total = sum(item.size for item in items)
        stored = set() if self.replace else self.writer.known_files(self.origin)
        scratch = self.writer.scratch()
        preparer = Preparer(
            self.source, all_sources(), self.mapping, self.archives, scratch, frozenset(stored)
        )
        errors: list[DetenteError] = []
        gathered: list[IngestedFile] = []
        files_done = bytes_done = 0
        self.progress(Step(0, len(items), 0, total, 0))
        with contextlib.closing(open_duckdb(scratch)) as con:
            for batch in preparer.batches(items):
                gathered += self._take(con, batch, stored, reckoning)
                files_done += len(batch)
                bytes_done += sum(file.item.size for file in batch)
                errors += [file.error for file in batch if file.error]
                self.progress(Step(files_done, len(items), bytes_done, total, reckoning.rows_read))
            if errors and all(file.status == "failed" for file in reckoning.files.values()):
                raise errors[0]
            if self.replace:
                _check_whole(reckoning, self.replace)
                self._append(con, "gathered", gathered, reckoning)
        labels = [item.label for item in items]
        seconds = time.monotonic() - started
        return reckoning.report(self.source, self.origin, labels, left_out, seconds)

    def _take(
        self,
        con: duckdb.DuckDBPyConnection,
        batch: Sequence[Prepared],
        stored: set[str],
        reckoning: Reckoning,
    ) -> list[IngestedFile]:
        """Store the events of a batch, or gather them; returns the files that were gathered."""

        def make(source: Source, files: Sequence[Ready]) -> Batch:
            return Batch(con, source, files, self.twin_days)

        gathered = [
            file
            for done, group in staged(make, batch, stored, reckoning)
            for file in self._store(con, done, group, reckoning)
        ]
        let_go(batch)
        return gathered

    def _store(
        self,
        con: duckdb.DuckDBPyConnection,
        batch: Batch,
        group: Sequence[Prepared],
        reckoning: Reckoning,
    ) -> list[IngestedFile]:
        """Store what is staged, or gather it; returns the files that were gathered."""
        files = self._ingested(group, reckoning.take(batch, self.keep), reckoning)
        batch.strip()
        if self.replace is None:
            self._append(con, "staged", files, reckoning)
            return []
        con.execute("CREATE TEMP TABLE IF NOT EXISTS gathered AS FROM staged LIMIT 0")
        con.execute("INSERT INTO gathered FROM staged")
        return files

    def _append(
        self,
        con: duckdb.DuckDBPyConnection,
        table: str,
        files: Sequence[IngestedFile],
        reckoning: Reckoning,
    ) -> None:
        appended = self.writer.append(con, table, files, keep=self.keep, instead=self.replace)
        reckoning.stored(appended)

    def _ingested(
        self, group: Sequence[Prepared], kept: Iterable[int], reckoning: Reckoning
    ) -> list[IngestedFile]:
        """Files to remember; one that gave nothing is read, and complained of, every time."""
        refused = {name: file.rows_rejected for name, file in reckoning.files.items()}
        return [
            IngestedFile(self.origin, file.key, label, rows, refused=refused[label])
            for file, rows in zip(group, kept, strict=True)
            if rows and (label := file.item.label)
        ]


def _check_whole(reckoning: Reckoning, replace: Replace) -> None:
    """Refuse to put in place of stored events what could not be read in full.

    Files without an event replace nothing where events give way by their numbers.

    Raises:
        ReadError: A file failed, or none holds an event though days are to be replaced.
    """
    failed = "No stored events were replaced."
    for file in reckoning.files.values():
        if file.status == "failed":
            raise ReadError(failed, f"{file.path}: {file.reason}.", "Load the file anew.")
    if not reckoning.rows_kept and not replace.same_number:
        raise ReadError(failed, "The files hold no event.", "Check them, or load them anew.")
