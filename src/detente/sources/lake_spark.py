"""A lake read by Spark: rows are split and judged where they lie, and held while it is open."""

from __future__ import annotations

import contextlib
import re
import secrets
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from detente.errors import ReadError
from detente.events.inputs import Held
from detente.events.schema import SCHEMA
from detente.events.spark import faults, running
from detente.events.spark.session import quietly, session
from detente.sources import lake_sql
from detente.sources.lake import parquet_files
from detente.sources.lake_sql import columns_as_text
from detente.sources.reading import contract, statement
from detente.sources.reading.finding import Finder
from detente.sources.reading.macros import MACROS
from detente.sources.reading.mend import NOT_UTF8, STRAY_SIGNS
from detente.sources.reading.opening import Archives
from detente.sources.reading.report import Days, LeftOut, ReadingReport, Rejection
from detente.sources.reading.source import Source
from detente.sources.reading.stage import TOO_LONG, WRONG_WIDTH, tables_beside
from detente.sources.registry import all_sources

MENDED = {1: (NOT_UTF8,), 2: (STRAY_SIGNS,), 3: (NOT_UTF8, STRAY_SIGNS)}
SHAPES = {4: TOO_LONG, 8: WRONG_WIDTH}
"""What the parts of a line's mark in `dialect.LINES` say; marks stand for the numbers of files."""


@contextlib.contextmanager
def open_in_spark(address: str, source: Source, place: str) -> Iterator[tuple[Held, ReadingReport]]:
    """Events of a lake as a table of Spark, and the report; see `detente.sources.lake`."""
    started = time.monotonic()
    opened = session(address)
    reading = _Reading(opened, source, f"detente_{secrets.token_hex(6)}_")
    try:
        with faults.stage_errors(address, f"Reading {place}"), quietly():
            left_out = reading.rows(place)
            reading.stage()
            report = reading.report(left_out, started)
            events = reading.events()
        yield Held(address, events), report
    finally:
        with contextlib.suppress(Exception), quietly():  # the session may be gone
            reading.close()


class _Reading:
    """One reading of a lake: its views and what it holds."""

    def __init__(self, opened: Any, source: Source, prefix: str) -> None:
        self.opened, self.source, self.prefix = opened, source, prefix
        self.views: list[str] = []
        self.held: list[Any] = []
        self.repeats = 0
        self.staged_from = ""

    def view(self, name: str, frame: Any) -> str:
        """Make a frame known by a name of its own."""
        frame.createOrReplaceTempView(self.prefix + name)
        self.views.append(self.prefix + name)
        return self.prefix + name

    def frame(self, text: str, **params: Any) -> Any:
        """The answer of a statement of DuckDB, which is not yet asked for."""
        from detente.events.spark.dialect import to_spark  # noqa: PLC0415 - needs the extra

        spoken, values = to_spark(text, params, macros=MACROS)
        return self.opened.sql(spoken, args=values)

    def hold(self, name: str, frame: Any) -> str:
        """Hold a frame on the workers, so that it is made once."""
        from pyspark import StorageLevel  # noqa: PLC0415 - needs the extra

        self.held.append(frame.persist(StorageLevel.MEMORY_AND_DISK))
        return self.view(name, self.held[-1])

    def close(self) -> None:
        """Let all of it go."""
        for frame in self.held:
            frame.unpersist()
        for name in self.views:
            self.opened.catalog.dropTempView(name)

    def rows(self, place: str) -> list[LeftOut]:
        """Make the view of split rows; returns the files that were left out."""
        local = Path(place)
        if local.exists() and not parquet_files(local):
            lines, left_out = _lines(self.opened, self.source, local)
            self._split(lines)
            return left_out
        if local.exists():
            table = self.opened.read.parquet(running.on_disk(str(local)))
        elif "://" not in place:
            table = self.opened.table(place)
        elif re.search(r"\.parquet/?$", place) or _holds(self.opened, place, "*.parquet"):
            table = self.opened.read.parquet(place)
        else:
            reader = self.opened.read.option("recursiveFileLookup", "true")
            self._split(reader.text(place, lineSep="\n"))
            return []
        types = {field.name: field.dataType.simpleString() for field in table.schema.fields}
        columns = columns_as_text(self.source, types, place)
        raw = self.view("table", table)
        self.view("rows", self.frame(f"SELECT {columns}, 0 AS filename FROM {raw}"))  # noqa: S608
        return []

    def _split(self, lines: Any) -> None:
        """Split lines into fields, as DuckDB's reader does; of what is no row all are null."""
        from detente.events.spark.dialect import LINES  # noqa: PLC0415 - needs the extra

        names = [contract.quoted(name).replace('"', "`") for name in self.source.columns]
        text = LINES.format(width=len(names), lines=self.view("lines", lines))
        split = self.view("split", self.opened.sql(text, args={"delimiter": self.source.delimiter}))
        fields = ", ".join(f"nullif(fields[{n}], '') AS {name}" for n, name in enumerate(names))
        self.view("rows", self.opened.sql(f"SELECT {fields}, mark AS filename FROM {split}"))  # noqa: S608

    def stage(self) -> None:
        """Run the source's own SELECT over the rows, and hold what it gives."""
        source = self.source
        numbers = pa.array(range(2 * max(SHAPES)), pa.int32())
        files = {"filename": numbers, "no": numbers, "shared": [False] * len(numbers)}
        tables = tables_beside(source) | {"files": pa.table(files)}
        for name in ("states", "cameo", "stored_as_twin", "files"):
            running.frame_of(self.opened, tables[name]).createOrReplaceTempView(name)
            self.views.append(name)
        columns = contract.check(source)
        staging = statement.staging(
            source, columns, rows=f"{self.prefix}rows", telling=statement.COUNTED
        )
        listed = ", ".join(lake_sql.STAGED_COLUMNS)
        params = {"origin": source.origin, "header": source.header}
        events = self.view("judged", self.frame(staging, **params))
        self.staged_from = self.hold("staged", self.frame(f"SELECT {listed} FROM {events}"))  # noqa: S608

    def report(self, left_out: list[LeftOut], started: float) -> ReadingReport:
        """What became of the rows."""
        tallies = self._all(lake_sql.TALLIES)
        kept = sum(row["rows"] for row in tallies if row["reject"] is None)
        self.hold("twice", self.frame(lake_sql.TWICE.format(staged=self.staged_from)))
        again = self._all("SELECT count(*) AS n FROM {twice}")[0]["n"]
        alike, otherwise = self._all(lake_sql.REPEATS)[0].values() if again else (0, 0)
        self.repeats = alike + otherwise
        return ReadingReport(
            source=self.source.name,
            origin=self.source.origin,
            files=(),
            rows_read=sum(row["rows"] for row in tallies),
            rows_kept=kept,
            events_stored=kept - self.repeats,
            already_stored=0,
            repeated=alike,
            repeated_otherwise=otherwise,
            not_events=0,
            repaired=tuple(_repaired(tallies).most_common()),
            noted=tuple(_parts(tallies, "noted").most_common()),
            rejected=tuple(
                Rejection(reason, count) for reason, count in _rejected(tallies).most_common()
            ),
            days=Days(),
            seconds=time.monotonic() - started,
            left_out=tuple(left_out),
        )

    def events(self) -> str:
        """The view of all events, each once."""
        text = lake_sql.ONCE if self.repeats else lake_sql.ALL
        slim = self.view("slim", self.frame(text.format(**self._named())))
        columns = (
            field.name if field.name in lake_sql.SLIM else f"NULL AS {field.name}"
            for field in SCHEMA
        )
        return self.view("events", self.frame(f"SELECT {', '.join(columns)} FROM {slim}"))  # noqa: S608

    def _named(self) -> dict[str, str]:
        return {"staged": self.staged_from, "twice": f"{self.prefix}twice"}

    def _all(self, text: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.frame(text.format(**self._named())).toArrow().to_pylist()
        return rows


def _rejected(tallies: list[dict[str, Any]]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for row in tallies:
        if row["reject"] is not None:
            counts[SHAPES.get(row["file_no"] & 12, row["reject"])] += row["rows"]
    return counts


def _parts(tallies: list[dict[str, Any]], name: str) -> Counter[str]:
    """How many rows that were kept have each of the remarks that a column joins."""
    counts: Counter[str] = Counter()
    for row in tallies:
        if row["reject"] is None and row[name]:
            counts.update(dict.fromkeys(row[name].split("; "), row["rows"]))
    return counts


def _repaired(tallies: list[dict[str, Any]]) -> Counter[str]:
    counts = _parts(tallies, "repaired")
    for row in tallies:
        counts.update(dict.fromkeys(MENDED.get(row["file_no"] & 3, ()), row["rows"]))
    return counts


def _lines(opened: Any, source: Source, place: Path) -> tuple[Any, list[LeftOut]]:
    """The lines of the files of a source at a place of this machine."""
    with Archives() as archives:
        finder = Finder(source, all_sources(), archives)
        items = finder.find([place])
    troubled = [item for item in items if item.trouble]
    if troubled:
        raise ReadError(
            f"The lake at {place} could not be read.",
            f"{troubled[0].label}: {troubled[0].trouble}.",
            "Mend or remove this file.",
        )
    plain = [running.on_disk(str(item.path)) for item in items if item.member is None]
    packed = sorted({str(item.path) for item in items if item.member is not None})
    frames = []
    if plain:
        frames.append(opened.read.option("lineSep", "\n").text(plain))
    if packed:
        members = [item.member.filename for item in items if item.member is not None]
        frames.append(running.unpacked(opened, [running.on_disk(path) for path in packed], members))
    lines = frames[0] if len(frames) == 1 else frames[0].union(frames[1])
    return lines, finder.left_out


def _holds(opened: Any, place: str, pattern: str) -> bool:
    """Whether there are files of such names at an address."""
    reader = opened.read.format("binaryFile").option("recursiveFileLookup", "true")
    return bool(reader.option("pathGlobFilter", pattern).load(place).select("path").head(1))
