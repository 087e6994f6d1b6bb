"""Files of a source counted as they lie, without a store.

Rows go through the source's own SELECT, in one pass, into tables that hold only what counts need;
they are turned away for the same reasons as by an ingest. Columns that no count needs are not read:
what is mended in them (an impossible place) is not told, nor which actors are no state, nor the
text of rows that were turned away. Where the parties are known whose events are to be counted, rows
that are alike are judged once (`reading/alike.py`), as long as nothing in the files is odd. Where
an event is told twice, its files are read once more for such events alone, whole, so that the one
counts that an ingest would store.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import shlex
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import duckdb

from detente.errors import DetenteError, ReadError
from detente.events.disk import disk_errors
from detente.events.engine import Bounds
from detente.events.inputs import Opened
from detente.events.query import Query, bounded
from detente.events.schema import SCHEMA
from detente.events.store import Appended
from detente.rounding import count_text, plural
from detente.sources import lake_sql
from detente.sources.detect import detect
from detente.sources.reading.ahead import Prepared, Preparer
from detente.sources.reading.alike import Span, Unsure, check_once, stage_alike
from detente.sources.reading.finding import Finder
from detente.sources.reading.groups import Use, let_go, staged
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

_ALL = Bounds()


@contextlib.contextmanager
def open_files(
    source: Source, paths: Sequence[Path], *, parties: Sequence[str] = (), bounds: Bounds = _ALL
) -> Iterator[tuple[Opened, ReadingReport]]:
    r"""Read files of a source to count their events.

    Args:
        source: The source.
        paths: Files, archives and folders.
        parties: Whose events are to be counted, if only theirs are: actors that are none of them
            may be null then.
        bounds: Which of the events are to be counted, of all that are opened.

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
    with _opened([(source, paths)], parties, bounds) as (events, [report]):
        yield events, report


@contextlib.contextmanager
def open_raw(
    paths: Sequence[Path], *, parties: Sequence[str] = (), bounds: Bounds = _ALL
) -> Iterator[tuple[Opened, tuple[ReadingReport, ...]]]:
    """As `open_files`, each path by the source that it shows, with a report of each source.

    A path that shows none is read with the first source, whose report says what is wrong with it.
    As by ingests one after another, a stream that two sources carry counts once.

    Raises:
        ReadError: No source is known whose files these are, or no row of them is an event.
    """
    with _opened(_by_source(paths), parties, bounds) as (events, reports):
        if not any(report.rows_kept for report in reports):
            raise _nothing_in(paths, reports[0])
        yield events, reports


def _nothing_in(paths: Sequence[Path], report: ReadingReport) -> ReadError:
    turned = [f"{count_text(item.count)} {item.reason}" for item in report.rejected]
    failed = [f"{file.path}: {file.reason}" for file in report.files_failed[:3]]
    why = f" {', '.join(turned or failed)}." if turned or failed else ""
    return ReadError(
        f"No event could be read from {paths[0]} as {report.source}.",
        f"Of {plural(report.rows_read, 'rows')} none was kept.{why}",
        f"See each with: detente ingest {report.source} {shlex.quote(str(paths[0]))}",
    )


def _by_source(paths: Sequence[Path]) -> list[tuple[Source, list[Path]]]:
    """The paths of each source that is seen, in the order in which sources are."""
    seen: list[tuple[Path, Source | None]] = []
    errors = []
    for path in paths:
        try:
            seen.append((path, detect(path)))
        except ReadError as error:
            seen.append((path, None))
            errors.append(error)
    first = next((source for _, source in seen if source), None)
    if first is None:
        raise errors[0]
    grouped: dict[str, tuple[Source, list[Path]]] = {first.name: (first, [])}
    for path, source in seen:
        own = source or first
        grouped.setdefault(own.name, (own, []))[1].append(path)
    return list(grouped.values())


@contextlib.contextmanager
def _opened(
    given: Sequence[tuple[Source, Sequence[Path]]], parties: Sequence[str], bounds: Bounds
) -> Iterator[tuple[Opened, tuple[ReadingReport, ...]]]:
    """The events of files of sources, and a report of each source."""
    with (
        Archives() as archives,
        tempfile.TemporaryDirectory(prefix="detente-files-") as scratch,
        contextlib.closing(open_duckdb(Path(scratch))) as con,
    ):
        parts = []
        for source, paths in given:
            finder = Finder(source, all_sources(), archives)
            parts.append(_Part(source, finder.find(paths), finder.left_out))
        with disk_errors(Path(scratch), "The files could not be read."):
            reports = _read(con, archives, Path(scratch), parts, parties, bounds)
        yield Opened(con, _EVENTS), reports


def _read(
    con: duckdb.DuckDBPyConnection,
    archives: Archives,
    scratch: Path,
    parts: Sequence[_Part],
    parties: Sequence[str],
    bounds: Bounds,
) -> tuple[ReadingReport, ...]:
    """Read files and make the view of their events; rows that are alike together, if they may."""
    pipes = any(is_pipe(item.path) for part in parts for item in part.items)
    if parties and not pipes and len(parts) == 1 and parts[0].source.alike:
        with contextlib.suppress(Unsure):
            fresh = [replace(part, reckoning=Reckoning(None)) for part in parts]
            return _Reading(con, archives, scratch / "alike", fresh, parties, bounds).read()
    return _Reading(con, archives, scratch / "each", parts).read()


@dataclass
class _Part:
    """The files of one source, and what became of them."""

    source: Source
    items: Sequence[Item]
    left_out: Sequence[LeftOut]
    reckoning: Reckoning = field(default_factory=lambda: Reckoning(None))
    twin_days: frozenset[dt.date] = frozenset()
    seconds: float = 0.0

    def report(self) -> ReadingReport:
        labels = [item.label for item in self.items]
        origin = self.source.origin
        return self.reckoning.report(self.source, origin, labels, self.left_out, self.seconds)


@dataclass
class _Reading:
    """One reading of files: the tables that it made, each with its part and names of its files."""

    con: duckdb.DuckDBPyConnection
    archives: Archives
    scratch: Path
    parts: Sequence[_Part]
    parties: Sequence[str] = ()
    bounds: Bounds = _ALL
    tables: dict[str, tuple[_Part, tuple[str, ...]]] = field(default_factory=dict)
    pipes: list[Prepared] = field(default_factory=list)

    def read(self) -> tuple[ReadingReport, ...]:
        """Read all files and make the view of their events, each once."""
        self.con.register("empty", SCHEMA.empty_table())
        self.con.execute("CREATE OR REPLACE TABLE canonical AS FROM empty")
        spans: list[Span] = []
        alike = partial(stage_alike, parties=self.parties, spans=spans)
        for part in self.parts:
            started = time.monotonic()
            self._read_all(part, alike if self.parties else Batch.stage)
            part.seconds = time.monotonic() - started
        if self.parties:
            self._check_alike(spans)
        else:
            self._take_out_repeats()
        self._make_view()
        return tuple(part.report() for part in self.parts)

    def _check_alike(self, spans: Sequence[Span]) -> None:
        """See that all of what was judged together counts.

        Raises:
            Unsure: An event may be told twice, or a party is named nowhere but beside others,
                whose rows are not held.
        """
        check_once(spans)
        if not set(self.parties) <= {name for table in self.tables for name in self._named(table)}:
            raise Unsure
        for part in self.parts:
            part.reckoning.stored(Appended(part.reckoning.days.total(), 0, 0, 0))

    def _named(self, table: str) -> list[str]:
        """Who is named in the rows of a table that are to be counted; on days before them, too."""
        every = Query(f"FROM {table} WHERE reject IS NULL", {})
        until, known_by = self.bounds.until, self.bounds.known_by
        rows = bounded(every, origin=None, since=None, until=until, known_by=known_by)
        names = f"SELECT DISTINCT unnest([source, target]) FROM ({rows.sql})"  # noqa: S608
        return [name for (name,) in self.con.execute(names, rows.params).fetchall()]

    def _read_all(self, part: _Part, stage: Use) -> None:
        part.twin_days = self._days_of_twin(part.source)
        seen: set[str] = set()
        errors: list[DetenteError] = []
        for files in self._preparer(part, "files").batches(part.items):
            errors += [file.error for file in files if file.error]
            make = partial(self._batch, part)
            for batch, group in staged(make, files, seen, part.reckoning, stage):
                part.reckoning.take(batch, None)
                self._hold(part, [file.item.label for file in group])
            self._let_go(files)
        if errors and all(file.status == "failed" for file in part.reckoning.files.values()):
            raise errors[0]

    def _days_of_twin(self, source: Source) -> frozenset[dt.date]:
        """Days of publication that were read of the origin that carries the same stream."""
        rows = [
            f"SELECT published FROM {name} WHERE reject IS NULL AND published >= $since"  # noqa: S608
            for name, (part, _) in self.tables.items()
            if part.source.origin == source.twin
        ]
        if not rows:
            return frozenset()
        days = self.con.execute(" UNION ".join(rows), {"since": source.twin_since}).fetchall()
        return frozenset(day for (day,) in days)

    def _preparer(self, part: _Part, folder: str) -> Preparer:
        names = Counter(item.name for item in part.items)
        alone = frozenset(name for name, count in names.items() if count == 1)
        place = self.scratch / folder / part.source.name
        return Preparer(part.source, all_sources(), {}, self.archives, place, alone=alone)

    def _batch(self, part: _Part, source: Source, files: Sequence[Ready]) -> Batch:
        return Batch(self.con, source, files, part.twin_days, slim=True)

    def _hold(self, part: _Part, labels: Sequence[str]) -> None:
        """Keep what is staged of these files."""
        name = f"{'alike' if self.parties else 'rows'}_{len(self.tables)}"
        self.con.execute(f"ALTER TABLE staged RENAME TO {name}")
        self.tables[name] = part, tuple(labels)

    def _let_go(self, files: Sequence[Prepared]) -> None:
        """Remove the copies of files; a pipe cannot be read a second time."""
        pipes = [file for file in files if is_pipe(file.item.path)]
        self.pipes += pipes
        let_go([file for file in files if file not in pipes])

    def _take_out_repeats(self) -> None:
        """Of events told twice leave one, in the table `once`, and count the others by part.

        As by an ingest, what is read first counts; and of what is read together, which comes first
        by its content. A collision of keys only sends us to look at two events that differ.
        """
        run = self.con.execute
        rows = [f"SELECT key FROM {name} WHERE reject IS NULL" for name in self.tables]  # noqa: S608
        keys = " UNION ALL ".join(rows) or "SELECT 0::UBIGINT AS key WHERE false"
        run(f"CREATE TABLE twice_keys AS SELECT key FROM ({keys}) GROUP BY key HAVING count(*) > 1")  # noqa: S608
        run(f"CREATE TABLE once AS SELECT {', '.join(lake_sql.SLIM)} FROM canonical")  # noqa: S608
        repeats = {name: self._once(name) for name in self.tables}
        for part in self.parts:
            own = [repeats[name] for name, (of, _) in self.tables.items() if of is part]
            already, alike, otherwise = (
                sum(column) for column in zip((0, 0, 0), *own, strict=True)
            )
            stored = part.reckoning.days.total() - already - alike - otherwise
            part.reckoning.stored(Appended(stored, already, alike, otherwise))

    def _once(self, name: str) -> tuple[int, int, int]:
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
        part, labels = self.tables[name]
        self._read_again(part, name, frozenset(labels[number] for (number,) in numbers))
        run(f"CREATE OR REPLACE TABLE twice AS {lake_sql.TWICE.format(staged='again')}")
        [repeats] = run(lake_sql.REPEATS.format(staged="again", twice="twice")).fetchall()
        first = lake_sql.ONCE.format(staged="again", twice="twice")
        [taken] = run(
            f"INSERT INTO once FROM ({first}) AS first ANTI JOIN once USING (event_id, date)"
        ).fetchall()
        [all_of_them] = run("SELECT count(*) FROM again").fetchall()
        return all_of_them[0] - taken[0] - sum(repeats), *repeats

    def _read_again(self, part: _Part, folder: str, labels: frozenset[str]) -> None:
        """Read the events of files that may be told twice whole, into the table `again`."""
        lasting = [item for item in part.items if not is_pipe(item.path)]
        items = [item for item in lasting if item.label in labels]
        pipes = [file for file in self.pipes if file.item.label in labels]
        where = "reject IS NULL AND hash(event_id, date) IN (FROM twice_keys)"
        fetch = partial(Batch.fetch, into="again", columns=SCHEMA.names, where=where)
        seen: set[str] = set()
        for files in (pipes, *self._preparer(part, folder).batches(items)):
            for _ in staged(partial(self._batch, part), files, seen, Reckoning(None), fetch):
                pass
            let_go(files)

    def _make_view(self) -> None:
        each = ", unnest(range(n))" if self.parties else ""
        held = [] if self.parties else ["FROM once"]
        for name, (part, _) in self.tables.items():
            origin = part.source.origin.replace("'", "''")
            select = f"SELECT {_HELD}, '{origin}' AS origin"
            held.append(f"{select} FROM (SELECT *{each} FROM {name} WHERE reject IS NULL)")  # noqa: S608
        every = " UNION ALL BY NAME ".join(("FROM canonical", *held))
        self.con.execute(f"CREATE VIEW {_EVENTS} AS {every}")
