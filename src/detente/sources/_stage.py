"""One pass of DuckDB over a batch of files: raw lines to events, with what was mended or refused.

The source's SELECT yields the columns of `MAPPED`; the statement here, the same for all sources,
joins the states and the CAMEO codes, checks ranges and gives every row its reason of rejection.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from detente.events import actors, ontology
from detente.events.disk import glob_safe
from detente.events.store import connect
from detente.sources._files import Ready
from detente.sources._source import Source

FIRST_YEAR, LAST_YEAR = 1900, 2100
WRONG_WIDTH = "wrong number of columns"
LOST = "lost by the CSV reader"
NOT_EVENT = "not an event"

_SHAPES = {
    "MISSING COLUMNS": WRONG_WIDTH,
    "TOO MANY COLUMNS": WRONG_WIDTH,
    "LINE SIZE OVER MAXIMUM": "line too long",
    "UNQUOTED VALUE": "quotes that do not close",
    "INVALID STATE": "quotes that do not close",
}
_UNREADABLE = "not readable as a row"
SHAPE_REASONS = (*_SHAPES.values(), _UNREADABLE)
"""Why DuckDB turns a line away before it becomes a row."""

MACROS = (
    # As detente.events.actors.name_key.
    """CREATE MACRO name_key(x) AS
        regexp_replace(trim(regexp_replace(lower(strip_accents(x)), '[^a-z0-9]+', ' ', 'g')),
                       '^the ', '')""",
    "CREATE MACRO states_in(x) AS list_filter(list_transform(string_split(upper(x), '|'),"
    " lambda s: trim(s)), lambda s: s <> '')",
    # An id made of a row's content. The n-th row of one content in a file gets the number n, so
    # that rows that really occur twice are kept, and reading the file again yields the same ids.
    "CREATE MACRO content_id(origin, xs, n) AS origin || ':' || left(md5(array_to_string("
    "list_transform(xs, lambda x: coalesce(x, '')), chr(31))), 20) || '-' || n",
)


def open_duckdb(scratch: Path) -> duckdb.DuckDBPyConnection:
    """A connection that spills into the scratch folder and knows the macros of the sources."""
    con = connect("1GB")
    con.execute("SET temp_directory = $folder", {"folder": str(scratch / "spill")})
    con.execute("SET preserve_insertion_order = false")
    for macro in MACROS:
        con.execute(macro)
    roles = ", ".join(f"'{role}'" for role in sorted(actors.ROLES))
    con.execute(
        "CREATE MACRO cameo_role(x) AS list_filter("
        "[left(x, 3), substr(x, 4, 3), substr(x, 7, 3), substr(x, 10, 3)],"
        f" lambda r: r IN ({roles}))[1]"
    )
    return con


@functools.cache
def code_table(*, roots: bool) -> pa.Table:
    """Every way a CAMEO code may be written, what it is, and what had to be mended.

    Args:
        roots: Whether two digits are a root; if not, they are a code that lost its leading zero.
    """
    known = ontology.codes()
    written = {code: (code, None) for code in known if roots or len(code) > 2}  # type: dict[str, tuple[str, str | None]]
    for code in known:
        if code.startswith("0") and len(code) > 2:
            written.setdefault(code[1:], (code, "leading zero of the CAMEO code restored"))
    for number in range(10_000):
        code = f"{number:04d}"
        if code[:3] in known:
            written.setdefault(code, (code[:3], "unknown CAMEO code read as its parent"))
    if not roots:
        for code in known:
            written.setdefault(code, (code, None))
    found = [known[code] for code, _ in written.values()]
    return pa.table(
        {
            "given": pa.array(list(written), pa.string()),
            "code": pa.array([code.code for code in found], pa.string()),
            "mended": pa.array([why for _, why in written.values()], pa.string()),
            "quad": pa.array([code.quad for code in found], pa.int8()),
            "goldstein": pa.array([code.goldstein for code in found], pa.float32()),
            "plover": pa.array([code.plover for code in found], pa.string()),
        }
    )


@dataclass(frozen=True)
class Tally:
    """Rows of one file that share a fate."""

    file: int
    reject: str | None
    repaired: str | None
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


TEXTS_AT_ONCE = 100_000

# A line may be wrong in several ways; it is one line.
_REFUSED = """
    SELECT DISTINCT ON (f.no, e.line) f.no, e.error_type, e.line, e.csv_line
    FROM reject_errors e JOIN reject_scans s USING (scan_id, file_id)
    JOIN files f ON f.filename = s.file_path ORDER BY f.no, e.line, e.error_type
"""


class Batch:
    """A batch of files of one source, staged in DuckDB."""

    def __init__(
        self, con: duckdb.DuckDBPyConnection, source: Source, files: Sequence[Ready]
    ) -> None:
        self.con, self.source, self.files = con, source, files

    def stage(self) -> None:
        """Read all files into the table `staged`.

        Raises:
            duckdb.Error: A file cannot be read at all.
        """
        self._load_tables()
        drop(self.con, "staged", "reject_errors", "reject_scans")
        with _joins_as_written(self.con):
            self.con.execute(
                f"CREATE TEMP TABLE staged AS {_statement(self.source)}", self._params(self.files)
            )

    def tallies(self) -> list[Tally]:
        """How many rows of each file share a fate."""
        rows = self.con.execute(
            "SELECT file_no, reject, repaired, count(*) FILTER (lead), count(*) FROM staged"
            " GROUP BY file_no, reject, repaired ORDER BY ALL"
        ).fetchall()
        return [Tally(*row) for row in rows]

    def days(self) -> dict[dt.date, int]:
        """Events per day."""
        return dict(
            self.con.execute(
                "SELECT date, count(*) FROM staged WHERE reject IS NULL GROUP BY date"
            ).fetchall()
        )

    def refused_counts(self) -> dict[tuple[int, str], int]:
        """How many lines DuckDB could not split, by file and reason."""
        rows = self.con.execute(
            f"SELECT no, error_type::VARCHAR, count(*) FROM ({_REFUSED}) GROUP BY ALL ORDER BY ALL"  # noqa: S608
        ).fetchall()
        counts: dict[tuple[int, str], int] = {}
        for number, kind, count in rows:
            key = number, _SHAPES.get(kind, _UNREADABLE)
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
        found = self.con.execute(f"SELECT * FROM ({_REFUSED}) {some} ORDER BY no, line")  # noqa: S608
        while rows := found.fetchmany(TEXTS_AT_ONCE):
            yield [
                Refused(number, _SHAPES.get(kind, _UNREADABLE), line, text.strip("\n"))
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
        with _joins_as_written(self.con):
            found = self.con.execute(
                f"SELECT file_no, reject, raw_text FROM ({_statement(self.source, text=True)})"  # noqa: S608
                f" WHERE reject IS NOT NULL AND lead {some}",
                self._params(files),
            )
            while rows := found.fetchmany(TEXTS_AT_ONCE):
                yield [Text(*row) for row in rows]

    def strip(self) -> None:
        """Leave in `staged` only the events, with exactly the canonical columns."""
        self.con.execute("DELETE FROM staged WHERE reject IS NOT NULL")
        for column in ("reject", "repaired", "file_no", "lead"):
            self.con.execute(f"ALTER TABLE staged DROP COLUMN {column}")

    def _load_tables(self) -> None:
        con, source = self.con, self.source
        tables = {
            "states": actors.table(source.states),
            "cameo": code_table(roots=source.roots),
            "files": self._file_table(),
        } | dict(source.tables)
        for name, rows in tables.items():
            con.register("incoming", rows)
            con.execute(f'CREATE OR REPLACE TEMP TABLE "{name}" AS FROM incoming')
            con.unregister("incoming")

    def _file_table(self) -> pa.Table:
        names = [str(file.path) for file in self.files]
        published = [self.source.published_on(file.item.name) for file in self.files]
        return pa.table(
            {
                "filename": pa.array(names, pa.string()),
                "no": pa.array(range(len(names)), pa.int32()),
                "published": pa.array(published, pa.date32()),
            }
        )

    def _params(self, files: Sequence[Ready]) -> dict[str, Any]:
        return {
            "files": [glob_safe(file.path) for file in files],
            "origin": self.source.origin,
            "delimiter": self.source.delimiter,
            **({"header": self.source.header} if self.source.header else {}),
            **self.source.params,
        }


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


def _statement(source: Source, *, text: bool = False) -> str:
    """The SELECT from raw files to events and fates; with the raw text if asked."""
    columns = list(source.columns)
    first = _quoted(columns[0])
    every = ", ".join(f"coalesce({_quoted(column)}, '')" for column in columns)
    joint = "chr(31)" if source.quoted else "$delimiter"
    carried = f", array_to_string([{every}], {joint}) AS raw_text" if text else ""
    kept = ", raw_text" if text else ""
    header = f"WHERE trim({first}) IS DISTINCT FROM $header" if source.header else ""
    select = _carry(source.select) if text else source.select
    nth = "m.nth = 1" if source.expands else "true"
    return f"""
    WITH raw AS (SELECT *{carried} FROM {_reader(source)} {header}),
    mapped AS ({select}),
    checked AS (
        SELECT m.*,
            coalesce(m.score::FLOAT BETWEEN -10 AND 10, false) AS score_fits
        FROM (SELECT * REPLACE (try_cast(score AS FLOAT) AS score),
                score AS score_text,
                try_cast(mentions AS INTEGER) AS mentions_number,
                try_cast(latitude AS DOUBLE) AS lat, try_cast(longitude AS DOUBLE) AS lon
              FROM mapped) m
    )
    SELECT
        m.event_id::VARCHAR AS event_id,
        m.day AS date,
        m.published::DATE AS published,
        coalesce(s.iso3, m.source_own)::VARCHAR AS source,
        coalesce(t.iso3, m.target_own)::VARCHAR AS target,
        m.source_actor::VARCHAR AS source_actor,
        m.target_actor::VARCHAR AS target_actor,
        m.source_role::VARCHAR AS source_role,
        m.target_role::VARCHAR AS target_role,
        c.code AS cameo,
        c.plover AS plover,
        c.quad AS quad,
        if(m.score_fits, m.score, c.goldstein)::FLOAT AS goldstein,
        if(m.mentions_number > 0, m.mentions_number, 1)::INTEGER AS mentions,
        if({_PLACED}, m.lat, NULL)::DOUBLE AS latitude,
        if({_PLACED}, m.lon, NULL)::DOUBLE AS longitude,
        $origin::VARCHAR AS origin,
        m.reference::VARCHAR AS reference,
        CASE
            WHEN m.problem IS NOT NULL THEN m.problem
            WHEN m.day IS NULL OR year(m.day) NOT BETWEEN {FIRST_YEAR} AND {LAST_YEAR}
                THEN 'impossible date'
            WHEN m.published IS NOT NULL AND m.day > m.published::DATE + 1
                THEN 'date after its publication'
            WHEN c.code IS NULL THEN 'unknown CAMEO code'
            WHEN m.event_id IS NULL THEN 'no event number'
        END::VARCHAR AS reject,
        nullif(concat_ws('; ', m.repair, c.mended,
            if(m.score_text IS NOT NULL AND NOT m.score_fits,
               'score outside -10 to 10 replaced', NULL),
            if((m.latitude IS NOT NULL OR m.longitude IS NOT NULL) AND NOT ({_PLACED}),
               'impossible place removed', NULL),
            if(m.mentions IS NOT NULL AND NOT coalesce(m.mentions_number > 0, false),
               'mentions that are no number taken as 1', NULL)
        ), '')::VARCHAR AS repaired,
        f.no AS file_no,
        ({nth}) AS lead{kept}
    FROM checked m
    LEFT JOIN states s ON s.code = m.source_state AND m.day BETWEEN s.since AND s.until
    LEFT JOIN states t ON t.code = m.target_state AND m.day BETWEEN t.since AND t.until
    LEFT JOIN cameo c ON c.given = m.cameo
    LEFT JOIN files f ON f.filename = m.filename
    """  # noqa: S608 - composed from constants


_PLACED = "coalesce(m.lat BETWEEN -90 AND 90 AND m.lon BETWEEN -180 AND 180, false)"


def _carry(select: str) -> str:
    """Let a source's SELECT pass the raw text on."""
    at = select.index("filename", select.index(" AS repair"))
    end = at + len("filename")
    return f"{select[:end]}, raw_text{select[end:]}"


def _reader(source: Source) -> str:
    """The `read_csv` call: everything is text, nothing is guessed, nothing is skipped silently."""
    columns = ", ".join(f"{_quoted(column)}: 'VARCHAR'" for column in source.columns)
    quote = "'\"'" if source.quoted else "''"
    return f"""read_csv($files,
        delim = $delimiter, quote = {quote}, escape = {quote},
        header = false, auto_detect = false, columns = {{{columns}}}, nullstr = '',
        filename = true, store_rejects = true, rejects_limit = 0,
        null_padding = {"true" if source.optional else "false"}, new_line = '\\n')"""


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
