"""One pass of DuckDB over a batch of files: raw lines to events, mended or refused."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import duckdb
import pyarrow as pa

from detente.events import actors, ontology
from detente.events.connection import bound
from detente.events.disk import glob_safe
from detente.events.filters import Filter, whole_rows
from detente.events.store import connect
from detente.sources.reading import contract, statement
from detente.sources.reading.macros import define_macros
from detente.sources.reading.source import Source
from detente.sources.reading.text import Ready

WRONG_WIDTH = "wrong number of columns"
TOO_LONG = "line too long"
LOST = "lost by the CSV reader"
NOT_EVENT = "not an event"
OPEN_QUOTES = "quotes that do not close"

_SHAPES = {
    "MISSING COLUMNS": WRONG_WIDTH,
    "TOO MANY COLUMNS": WRONG_WIDTH,
    "LINE SIZE OVER MAXIMUM": TOO_LONG,
    "UNQUOTED VALUE": OPEN_QUOTES,
    "INVALID STATE": OPEN_QUOTES,
}
_UNREADABLE = "not readable as a row"
SHAPE_REASONS = (*_SHAPES.values(), _UNREADABLE)
"""Why DuckDB turns a line away before it becomes a row."""


MEMORY = "600MB"
"""What DuckDB may take before it spills: a year's file of GDELT (5.6 million rows) is read in no
more time than with 1 GB, and the whole process stays under 1 GB."""


def open_duckdb(scratch: Path) -> duckdb.DuckDBPyConnection:
    """A connection that spills into the scratch folder and knows the macros of the sources."""
    con = connect(MEMORY)
    con.execute("SET temp_directory = $folder", {"folder": str(scratch / "spill")})
    con.execute("SET preserve_insertion_order = false")
    define_macros(con)
    return con


@functools.cache
def code_table(*, roots: bool) -> pa.Table:
    """Every way a CAMEO code may be written, what it is, and what had to be mended.

    Args:
        roots: Whether two digits are a root; if not, they are a code that lost its leading zero.
    """
    codes = ontology.codes()
    written: dict[str, tuple[str, str | None]] = {
        code: (code, None) for code in codes if roots or len(code) > 2
    }
    for code in codes:
        if code.startswith("0") and (roots or len(code) > 2):
            written.setdefault(code[1:], (code, "leading zero of the CAMEO code restored"))
    for number in range(10_000):
        code = f"{number:04d}"
        if code[:3] in codes:
            written.setdefault(code, (code[:3], "unknown CAMEO code read as its parent"))
    if not roots:
        for code in codes:
            written.setdefault(code, (code, None))
    meant = [codes[code] for code, _ in written.values()]
    return pa.table(
        {
            "given": pa.array(list(written), pa.string()),
            "roots": pa.array([roots] * len(meant), pa.bool_()),
            "code": pa.array([code.code for code in meant], pa.string()),
            "mended": pa.array([why for _, why in written.values()], pa.string()),
            "quad": pa.array([code.quad for code in meant], pa.int8()),
            "goldstein": pa.array([code.goldstein for code in meant], pa.float32()),
            "plover": pa.array([code.plover for code in meant], pa.string()),
        }
    )


@functools.cache
def without_zero() -> pa.Table:
    """Codes without their leading zero, where they can be nothing else."""
    codes = ontology.codes()
    long = (code for code in codes if code.startswith("0") and len(code) > 2)
    lost = [code[1:] for code in long if code[1:] not in codes]
    return pa.table({"given": pa.array(lost, pa.string())})


def tables_beside(source: Source, twin_days: Sequence[dt.date] = ()) -> dict[str, pa.Table]:
    """The small tables that rows of a source are joined with, by name."""
    roots = {"yes": (True,), "no": (False,), "judge": (True, False)}[source.roots]
    return {
        "states": actors.table(source.states),
        "cameo": pa.concat_tables([code_table(roots=root) for root in roots]),
        "without_zero": without_zero(),
        "stored_as_twin": pa.table({"day": pa.array(twin_days, pa.date32())}),
    } | {name: table() for name, table in source.tables.items()}


def shape_reason(kind: str) -> str:
    """Why a line is turned away, by DuckDB's name of what is wrong with it."""
    return _SHAPES.get(kind, _UNREADABLE)


@dataclass(frozen=True)
class Shown:
    """What the codes of a whole file show of how they are written.

    Attributes:
        roots: Two digits are roots, not codes that lost their leading zero.
        weis: The codes are WEIS codes.
        doubtful: Some codes lost their leading zero and some did not.
        unsure: Nothing shows whether zeros were lost.
    """

    roots: bool
    weis: bool = False
    doubtful: bool = False
    unsure: bool = False


@dataclass(frozen=True)
class Tally:
    """Rows of one file that share a fate."""

    file: int
    reject: str | None
    repaired: str | None
    noted: str | None
    rows: int
    events: int


@dataclass(frozen=True)
class Refused:
    """Rows that DuckDB itself could not split into columns."""

    file: int
    reason: str
    line: int
    text: str


@dataclass(frozen=True)
class Text:
    """A rejected row as it stands in its file; the fields of quoted ones are joined by chr(31)."""

    file: int
    reason: str
    text: str


_STAGED_BESIDE = (
    "reject", "repaired", "noted", "no_source", "no_target", "short_source", "short_target",
    "file_no", "lead",
)  # fmt: skip
"""Columns of `staged` that are no columns of an event."""

SLIM = """
SELECT date, published, source, target, cameo, quad, goldstein,
    hash(event_id, date) AS key, reject, repaired, noted, file_no{lead}
FROM ({staging})
"""
"""What is staged where events are only counted: `key` tells which may be one event told twice."""

TEXTS_AT_ONCE = 100_000
STRANGERS = 1000
"""Names that mean no known state that are counted one by one in a batch."""

# A line may be wrong in several ways; it is one line.
_REFUSED = """
    SELECT DISTINCT ON (f.no, e.line) f.no, e.error_type, e.line, e.csv_line
    FROM reject_errors e JOIN reject_scans s USING (scan_id, file_id)
    JOIN files f ON f.filename = s.file_path ORDER BY f.no, e.line, e.error_type
"""


def _judged(zeros: bool, single: bool, lost: bool, weis: bool) -> Shown:
    """How a file writes its codes, from the signs that `statement.evidence` looks for."""
    return Shown(
        roots=zeros or single or not lost,
        weis=weis,
        doubtful=lost and (zeros or single),
        unsure=not (zeros or single or lost),
    )


class Batch:
    """A batch of files of one source, staged in DuckDB.

    Args:
        con: The connection.
        source: The source, bound if it must be.
        files: The files.
        twin_days: Days that are stored already under the origin that carries the same stream.
        slim: Whether the events are only to be counted: columns that counts do not need are not
            read, and neither what is mended in them nor which actors are no state is known.
    """

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        source: Source,
        files: Sequence[Ready],
        twin_days: Iterable[dt.date] = (),
        *,
        slim: bool = False,
    ) -> None:
        self.con, self.source, self.files, self.slim = con, source, files, slim
        self.twin_days = sorted(twin_days)
        self.columns = contract.check(source)
        self.together = False  # whether a row of `staged` stands for `n` rows that are alike
        self._shown: Mapping[int, Shown] = MappingProxyType({})

    def stage(self) -> None:
        """Read all files into the table `staged`.

        Raises:
            duckdb.Error: A file cannot be read at all.
        """
        self.load_tables()
        if self.source.roots == "judge":
            self._judge()
        drop(self.con, "staged", "reject_errors", "reject_scans")
        telling = statement.COUNTED if self.slim else None
        query = statement.staging(self.source, self.columns, telling=telling)
        lead = ", lead" if self.source.expands else ""
        if self.slim:  # no temporary table: what counts may do so by a cursor of the connection
            self.run(f"CREATE TABLE staged AS {SLIM.format(staging=query, lead=lead)}")
        else:
            self.run(f"CREATE TEMP TABLE staged AS {query}")

    @property
    def _rows(self) -> str:
        return "sum(n)" if self.together else "count(*)"

    def fetch(self, into: str, columns: Iterable[str], where: str) -> None:
        """Read all files, and add some columns of the rows of a condition to a table."""
        self.load_tables()
        if self.source.roots == "judge":
            self._judge()
        drop(self.con, "reject_errors", "reject_scans")
        query = statement.staging(self.source, self.columns)
        names = ", ".join(columns)
        self.run(f"INSERT INTO {into} BY NAME SELECT {names} FROM ({query}) WHERE {where}")  # noqa: S608

    def run(self, query: str, **values: Any) -> None:
        """Run a statement over the files."""
        with _joins_as_written(self.con):
            self.con.execute(query, self._params(self.files, query) | values)

    def _judge(self) -> None:
        """See how each whole file writes its codes, and note it in the table of files."""
        query = statement.evidence(self.source, self.columns)
        rows = self.con.execute(query, self._params(self.files, query)).fetchall()
        self._shown = {number: _judged(*signs) for number, *signs in rows}
        self._register({"files": self._file_table()})

    def tallies(self) -> list[Tally]:
        """How many rows of each file share a fate."""
        lead = "lead" if self.source.expands else "true"
        rows = self.con.execute(
            f"SELECT file_no, reject, repaired, noted, {self._rows} FILTER ({lead}), {self._rows}"  # noqa: S608
            " FROM staged GROUP BY file_no, reject, repaired, noted ORDER BY ALL"
        ).fetchall()
        return [Tally(*row) for row in rows]

    def whole(self, keep: Filter | None) -> dict[int, int]:
        """Events of each file that a filter keeps whole."""
        condition, params = whole_rows(keep)
        rows = self.con.execute(
            f"SELECT file_no, {self._rows} FROM staged"  # noqa: S608
            f" WHERE reject IS NULL AND {condition} GROUP BY file_no",
            params,
        ).fetchall()
        return dict(rows)

    def days(self) -> dict[dt.date, int]:
        """Events per day."""
        return dict(
            self.con.execute(
                f"SELECT date, {self._rows} FROM staged WHERE reject IS NULL GROUP BY date"  # noqa: S608
            ).fetchall()
        )

    def strangers(self) -> tuple[int, dict[str, int]]:
        """How often an actor of an event names no known state, and the commonest names."""
        if self.slim:
            return 0, {}
        names = "SELECT unnest([no_source, no_target]) AS name FROM staged WHERE reject IS NULL"
        con = self.con
        total = con.execute(f"SELECT count(name) FROM ({names})").fetchone()  # noqa: S608
        common = con.execute(
            f"SELECT name, count(*) FROM ({names}) WHERE name IS NOT NULL"  # noqa: S608
            f" GROUP BY name ORDER BY count(*) DESC, name LIMIT {STRANGERS}"
        ).fetchall()
        return (total[0] if total else 0), dict(common)

    def short_codes(self) -> frozenset[str]:
        """Codes of two letters for states, where FIPS codes may be taken for ISO codes."""
        if self.slim or self.source.states not in statement.MAY_BE_FIPS:
            return frozenset()
        rows = self.con.execute(
            "SELECT DISTINCT unnest([short_source, short_target]) AS code FROM staged"
        ).fetchall()
        return frozenset(row[0] for row in rows if row[0] is not None)

    def refused_counts(self) -> dict[tuple[int, str], int]:
        """How many lines DuckDB could not split, by file and reason."""
        if self.together:
            return {}
        rows = self.con.execute(
            f"SELECT no, error_type::VARCHAR, count(*) FROM ({_REFUSED}) GROUP BY ALL ORDER BY ALL"  # noqa: S608
        ).fetchall()
        counts: dict[tuple[int, str], int] = {}
        for number, kind, count in rows:
            key = number, shape_reason(kind)
            counts[key] = counts.get(key, 0) + count
        return counts

    def refused(self, limit: int | None) -> Iterator[list[Refused]]:
        """Lines that DuckDB could not split.

        Args:
            limit: At most so many lines of each kind; None for all.

        Yields:
            Lines in portions that fit in memory, in order.
        """
        number = "row_number() OVER (PARTITION BY error_type ORDER BY no, line)"
        some = "" if limit is None else f"QUALIFY {number} <= {limit}"
        cursor = self.con.execute(f"SELECT * FROM ({_REFUSED}) {some} ORDER BY no, line")  # noqa: S608
        while rows := cursor.fetchmany(TEXTS_AT_ONCE):
            yield [
                Refused(number, shape_reason(kind), line, text.strip("\n"))
                for number, kind, line, text in rows
            ]

    def texts(self, numbers: Iterable[int], limit: int | None) -> Iterator[list[Text]]:
        """Rejected rows of some files as they stand there (reads these files again).

        Args:
            numbers: Numbers of the files.
            limit: At most so many rows of each reason; None for all.

        Yields:
            Rows in portions that fit in memory.
        """
        files = [self.files[number] for number in numbers]
        drop(self.con, "reject_errors", "reject_scans")
        some = (
            "" if limit is None else f"QUALIFY row_number() OVER (PARTITION BY reject) <= {limit}"
        )
        texts = statement.staging(self.source, self.columns, text=True)
        with _joins_as_written(self.con):
            cursor = self.con.execute(
                f"SELECT file_no, reject, raw_text FROM ({texts})"  # noqa: S608
                f" WHERE reject IS NOT NULL AND lead {some}",
                self._params(files, texts),
            )
            while rows := cursor.fetchmany(TEXTS_AT_ONCE):
                yield [Text(*row) for row in rows]

    def strip(self) -> None:
        """Leave in `staged` only the events, with exactly the canonical columns."""
        self.con.execute("DELETE FROM staged WHERE reject IS NOT NULL")
        for column in _STAGED_BESIDE:
            self.con.execute(f"ALTER TABLE staged DROP COLUMN {column}")

    def load_tables(self) -> None:
        """Make the small tables that rows are joined with."""
        self._register(tables_beside(self.source, self.twin_days) | {"files": self._file_table()})

    def _register(self, tables: Mapping[str, pa.Table]) -> None:
        for name, rows in tables.items():
            self.con.register("incoming", rows)
            self.con.execute(f'CREATE OR REPLACE TEMP TABLE "{name}" AS FROM incoming')
            self.con.unregister("incoming")

    def _file_table(self) -> pa.Table:
        source, names = self.source, [file.item.name for file in self.files]
        usual = Shown(roots=source.roots == "yes")
        shown = [self._shown.get(number, usual) for number in range(len(names))]
        shared = [not source.twin_except or source.twin_except not in name for name in names]
        days = [source.published_on(name) for name in names]
        return pa.table(
            {
                "filename": pa.array([str(file.path) for file in self.files], pa.string()),
                "no": pa.array(range(len(names)), pa.int32()),
                "published": pa.array(days, pa.date32()),
                "shared": pa.array(shared, pa.bool_()),
                "roots": pa.array([file.roots for file in shown], pa.bool_()),
                "weis": pa.array([file.weis for file in shown], pa.bool_()),
                "doubtful": pa.array([file.doubtful for file in shown], pa.bool_()),
                "unsure": pa.array([file.unsure for file in shown], pa.bool_()),
            }
        )

    def _params(self, files: Sequence[Ready], query: str) -> dict[str, Any]:
        """The values that a query binds."""
        values = {
            "files": [glob_safe(file.path) for file in files],
            "origin": self.source.origin,
            "delimiter": self.source.delimiter,
            "header": self.source.header,
            **self.source.params,
        }
        return bound(self.con, query, values)


@contextlib.contextmanager
def _joins_as_written(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Keep the joins in order: DuckDB takes a CSV for small, and would hash all of it."""
    con.execute("SET disabled_optimizers = 'join_order,build_side_probe_side'")
    try:
        yield
    finally:
        con.execute("RESET disabled_optimizers")


def drop(con: duckdb.DuckDBPyConnection, *names: str) -> None:
    """Drop tables that may be there."""
    for name in names:
        con.execute(f'DROP TABLE IF EXISTS "{name}"')
