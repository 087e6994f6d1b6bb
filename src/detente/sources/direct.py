"""Files of a source counted as they lie, without a store.

Rows go through the source's own SELECT, in one pass, into tables that hold only what counts need;
they are turned away for the same reasons as by an ingest. Columns that no count needs are not read:
what is mended in them (an impossible place) is not told, nor which actors are no state, nor the
text of rows that were turned away. Where an event is told twice, its files are read once more for
such events alone, whole, so that the one counts that an ingest would store.
"""

from __future__ import annotations

import contextlib
import shlex
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import duckdb

from detente.errors import DetenteError, ReadError
from detente.events.disk import disk_errors
from detente.events.inputs import Opened
from detente.events.schema import SCHEMA
from detente.events.store import Appended
from detente.sources import lake_sql
from detente.sources.detect import detect
from detente.sources.reading.ahead import Prepared, Preparer
from detente.sources.reading.finding import Finder
from detente.sources.reading.groups import let_go, staged
from detente.sources.reading.opening import Archives, Item, is_pipe
from detente.sources.reading.reckon import Reckoning
from detente.sources.reading.report import LeftOut, ReadingReport
from detente.sources.reading.source import Source
from detente.sources.reading.stage import Batch, open_duckdb
from detente.sources.reading.text import Ready
from detente.sources.registry import all_sources

_EVENTS = "events_of_files"
_HELD = ", ".join(name for name in lake_sql.SLIM if name not in {"event_id", "origin"})
"""Columns of an event that are held, beside the origin of all; the others are null."""


@contextlib.contextmanager
def open_files(source: Source, paths: Sequence[Path]) -> Iterator[tuple[Opened, ReadingReport]]:
    r"""Read files of a source to count their events.

    Args:
        source: The source.
        paths: Files, archives and folders.

    Yields:
        The events, in outline with their score, while the files are open; and what was read, kept,
        mended and turned away.

    Raises:
        ReadError: There is no file of the source.
        DetenteError: None could be read, and a file beside one is at fault.

    Example:
        >>> from detente.sources.registry import get
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     file = Path(folder, "levant.csv")
        ...     _ = file.write_text("date,source,target,code\n1979-04-15,ISRMIL,JOR,190\n,,,\n")
        ...     with open_files(get("keds"), [file]) as (events, report):
        ...         print(report.rows_kept, report.rejected[0].reason)
        1 impossible date
    """
    with (
        Archives() as archives,
        tempfile.TemporaryDirectory(prefix="detente-files-") as scratch,
        contextlib.closing(open_duckdb(Path(scratch))) as con,
    ):
        finder = Finder(source, all_sources(), archives)
        reading = _Reading(source, con, archives, Path(scratch), finder.find(paths))
        with disk_errors(Path(scratch), "The files could not be read."):
            report = reading.read(finder.left_out)
        yield Opened(con, _EVENTS), report


@contextlib.contextmanager
def open_raw(paths: Sequence[Path]) -> Iterator[tuple[Opened, ReadingReport]]:
    """As `open_files`, of the source of the first path that shows one.

    Raises:
        ReadError: No source is known whose files these are, or no row of them is an event.
    """
    source = _source_of(paths)
    with open_files(source, paths) as (events, report):
        if not report.rows_kept:
            turned = [f"{item.count:,} {item.reason}" for item in report.rejected]
            failed = [f"{file.path}: {file.reason}" for file in report.files_failed[:3]]
            why = f" {', '.join(turned or failed)}." if turned or failed else ""
            raise ReadError(
                f"No event could be read from {paths[0]} as {source.name}.",
                f"{report.rows_read:,} rows were read.{why}",
                f"See each with: detente ingest {source.name} {shlex.quote(str(paths[0]))}",
            )
        yield events, report


def _source_of(paths: Sequence[Path]) -> Source:
    """The source of the first path that shows one; what is wrong with the others is told later."""
    errors = []
    for path in paths:
        try:
            return detect(path)
        except ReadError as error:
            errors.append(error)
    raise errors[0]


@dataclass
class _Reading:
    """One reading of files: the tables that it made, with the names of their files."""

    source: Source
    con: duckdb.DuckDBPyConnection
    archives: Archives
    scratch: Path
    items: Sequence[Item]
    reckoning: Reckoning = field(default_factory=lambda: Reckoning(None))
    tables: dict[str, tuple[str, ...]] = field(default_factory=dict)
    pipes: list[Prepared] = field(default_factory=list)

    def read(self, left_out: Sequence[LeftOut]) -> ReadingReport:
        """Read all files and make the view of their events, each once."""
        started = time.monotonic()
        self._read_all()
        self.reckoning.stored(self._take_out_repeats())
        self._make_view()
        labels = [item.label for item in self.items]
        seconds = time.monotonic() - started
        return self.reckoning.report(self.source, self.source.origin, labels, left_out, seconds)

    def _read_all(self) -> None:
        seen: set[str] = set()
        errors: list[DetenteError] = []
        for files in self._preparer("files").batches(self.items):
            errors += [file.error for file in files if file.error]
            for batch, group in staged(self._batch, files, seen, self.reckoning):
                self.reckoning.take(batch, None)
                self._hold([file.item.label for file in group])
            self._let_go(files)
        if errors and all(file.status == "failed" for file in self.reckoning.files.values()):
            raise errors[0]

    def _preparer(self, folder: str) -> Preparer:
        names = Counter(item.name for item in self.items)
        alone = frozenset(name for name, count in names.items() if count == 1)
        place = self.scratch / folder
        return Preparer(self.source, all_sources(), {}, self.archives, place, alone=alone)

    def _batch(self, source: Source, files: Sequence[Ready]) -> Batch:
        return Batch(self.con, source, files, slim=True)

    def _hold(self, labels: Sequence[str]) -> None:
        """Keep what is staged of these files."""
        name = f"rows_{len(self.tables)}"
        self.con.execute(f"ALTER TABLE staged RENAME TO {name}")
        self.tables[name] = tuple(labels)

    def _let_go(self, files: Sequence[Prepared]) -> None:
        """Remove the copies of files; a pipe cannot be read a second time."""
        pipes = [file for file in files if is_pipe(file.item.path)]
        self.pipes += pipes
        let_go([file for file in files if file not in pipes])

    def _take_out_repeats(self) -> Appended:
        """Of events told twice leave one, in the table `once`; what became of the others.

        As by an ingest, what is read first counts; and of what is read together, which comes first
        by its content. A collision of keys only sends us to look at two events that differ.
        """
        run = self.con.execute
        rows = [f"SELECT key FROM {name} WHERE reject IS NULL" for name in self.tables]  # noqa: S608
        keys = " UNION ALL ".join(rows) or "SELECT 0::UBIGINT AS key WHERE false"
        run(f"CREATE TABLE twice_keys AS SELECT key FROM ({keys}) GROUP BY key HAVING count(*) > 1")  # noqa: S608
        self.con.register("empty", SCHEMA.empty_table())
        run("CREATE TABLE canonical AS FROM empty")
        run(f"CREATE TABLE once AS SELECT {', '.join(lake_sql.SLIM)} FROM canonical")  # noqa: S608
        sums = [self._once(*table) for table in self.tables.items()]
        already, alike, otherwise = (sum(column) for column in zip((0, 0, 0), *sums, strict=True))
        stored = self.reckoning.days.total() - already - alike - otherwise
        return Appended(stored, already, alike, otherwise)

    def _once(self, name: str, labels: Sequence[str]) -> tuple[int, int, int]:
        """Move the events of a table that may be told twice into `once`, each once.

        Returns:
            How many were there already, and how many repeat another of the table, and otherwise.
        """
        run = self.con.execute
        rows = f"FROM {name} WHERE reject IS NULL AND key IN (FROM twice_keys)"
        numbers = run(f"SELECT DISTINCT file_no {rows}").fetchall()
        if not numbers:
            return 0, 0, 0
        run(f"DELETE {rows}")
        run("CREATE OR REPLACE TABLE again AS SELECT *, NULL::VARCHAR AS reject FROM canonical")
        self._read_again(name, frozenset(labels[number] for (number,) in numbers))
        run(f"CREATE OR REPLACE TABLE twice AS {lake_sql.TWICE.format(staged='again')}")
        [repeats] = run(lake_sql.REPEATS.format(staged="again", twice="twice")).fetchall()
        first = lake_sql.ONCE.format(staged="again", twice="twice")
        [taken] = run(
            f"INSERT INTO once FROM ({first}) AS first ANTI JOIN once USING (event_id, date)"
        ).fetchall()
        [all_of_them] = run("SELECT count(*) FROM again").fetchall()
        return all_of_them[0] - taken[0] - sum(repeats), *repeats

    def _read_again(self, folder: str, labels: frozenset[str]) -> None:
        """Read the events of files that may be told twice whole, into the table `again`."""
        lasting = [item for item in self.items if not is_pipe(item.path)]
        items = [item for item in lasting if item.label in labels]
        pipes = [file for file in self.pipes if file.item.label in labels]
        where = "reject IS NULL AND hash(event_id, date) IN (FROM twice_keys)"
        fetch = partial(Batch.fetch, into="again", columns=SCHEMA.names, where=where)
        seen: set[str] = set()
        for files in (pipes, *self._preparer(folder).batches(items)):
            for _ in staged(self._batch, files, seen, Reckoning(None), fetch):
                pass
            let_go(files)

    def _make_view(self) -> None:
        rows = [f"FROM {name} WHERE reject IS NULL" for name in self.tables] + ["FROM once"]
        origin = self.source.origin.replace("'", "''")
        selects = [f"SELECT {_HELD}, '{origin}' AS origin {row}" for row in rows]
        every = " UNION ALL BY NAME ".join(("FROM canonical", *selects))
        self.con.execute(f"CREATE VIEW {_EVENTS} AS {every}")
