"""GDELT 2's mentions: which outlets told of an event, when first, and how sure the coder was.

A mention is no event: it says that a document told of one, perhaps days after it was coded. So
mentions are not ingested; they are read into a table with a row for each event, which is joined to
the events of a store by number and by the day that GDELT added them. GDELT 1 has had the numbers of
GDELT 2 since 19 February 2015, so that the events of both are found.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from detente.errors import UsageError
from detente.events.disk import glob_safe
from detente.events.schema import SCHEMA
from detente.events.store import Store, connect
from detente.sources.families.gdelt import CITATION, LICENCE, STREAM_SHARED_SINCE
from detente.sources.reading import lines, statement
from detente.sources.reading.ahead import Prepared, Preparer
from detente.sources.reading.finding import Finder
from detente.sources.reading.opening import Archives
from detente.sources.reading.reckon import lost_rows
from detente.sources.reading.report import EXAMPLES, FileReading, LeftOut, RejectedRow, Rejection
from detente.sources.reading.source import Source
from detente.sources.reading.stage import LOST, drop, open_duckdb, shape_reason
from detente.sources.reading.text import Ready
from detente.sources.registry import all_sources

MENTIONS = Source(
    name="gdelt2-mentions",
    title="GDELT 2.0 mentions, every 15 minutes from 2015-02-18 (16 columns)",
    origin="gdelt2",
    columns={
        "GLOBALEVENTID": "id",
        "EventTimeDate": "date",
        "MentionTimeDate": "date",
        "MentionType": "number",
        "MentionSourceName": "text",
        "MentionIdentifier": "text",
        "SentenceID": "number",
        "Actor1CharOffset": "number",
        "Actor2CharOffset": "number",
        "ActionCharOffset": "number",
        "InRawText": "number",
        "Confidence": "number",
        "MentionDocLen": "number",
        "MentionDocTone": "number",
        "MentionDocTranslationInfo": "text",
        "Extras": "text",
    },
    select="",
    states="cameo",
    header="GLOBALEVENTID",
    patterns=("*.mentions.csv",),
    archives=("*.mentions.csv.zip",),
    first_field=r"\d+",
    example=(
        "669666399\t20170701234500\t20170701234500\t1\texample.org\thttp://example.org/news"
        "\t2\t-1\t142\t158\t1\t50\t5402\t-0.1164\t\t"
    ),
    citation=CITATION,
    licence=LICENCE,
    get="http://data.gdeltproject.org/gdeltv2/masterfilelist.txt (*.mentions.CSV.zip)",
)
"""How the files look; it is not registered, because its rows are no events."""

_CHECKED = """
SELECT filename, line, number, added, mentioned, outlet, document, confidence,
    CASE
        WHEN number_problem(number) IS NOT NULL THEN number_problem(number)
        WHEN added IS NULL OR mentioned IS NULL THEN 'impossible date'
        WHEN outlet IS NULL THEN 'no outlet'
        WHEN confidence IS NULL OR confidence NOT BETWEEN 0 AND 100
            THEN 'confidence that is no percentage'
    END AS reject
FROM (
    SELECT filename, line,
        trim(GLOBALEVENTID) AS number,
        as_day(left(EventTimeDate, 8), '%Y%m%d') AS added,
        try_strptime(MentionTimeDate, '%Y%m%d%H%M%S') AS mentioned,
        nullif(lower(trim(MentionSourceName)), '') AS outlet,
        MentionIdentifier AS document,
        try_cast(Confidence AS INTEGER) AS confidence
    FROM raw
)
"""

_BY_EVENT = """
SELECT number, added,
    count(DISTINCT outlet)::INTEGER AS outlets,
    count(DISTINCT document)::INTEGER AS documents,
    count(*)::INTEGER AS mentions,
    min(mentioned) AS first_mention,
    max(mentioned) AS last_mention,
    max(confidence)::TINYINT AS confidence
FROM mentions
WHERE confidence >= $least
GROUP BY number, added
ORDER BY number::BIGINT, added
"""


_CARRIED = """
SELECT events.* REPLACE (told.outlets AS mentions)
FROM ({events}) AS events
JOIN told ON told.number = split_part(events.event_id, ':', 2)
    AND events.published BETWEEN told.added - 1 AND told.added + 1
WHERE told.outlets >= $least
    AND (events.origin = 'gdelt2' OR (events.origin = 'gdelt1' AND events.published >= $shared))
ORDER BY events.date, events.event_id
"""


@dataclass(frozen=True)
class MentionsReading:
    """What was read of mentions; `rows_read` is `rows_kept` and the rejected rows.

    Attributes:
        table: A row for each event: `number` and `added` (the day GDELT added it), `outlets`,
            `documents` and `mentions` that told of it, `first_mention`, `last_mention` (UTC), and
            the highest `confidence`, per cent.
        files: What became of each file.
        left_out: Files in folders and archives that were not read, and why.
        rows_read: Rows of the files, without headers and empty lines.
        rows_kept: Rows that are mentions.
        rejected: Rows turned away, by reason, with the first few.
    """

    table: pa.Table
    files: tuple[FileReading, ...]
    left_out: tuple[LeftOut, ...]
    rows_read: int
    rows_kept: int
    rejected: tuple[Rejection, ...]


def read_mentions(paths: Sequence[Path], *, least_confidence: int = 0) -> MentionsReading:
    r"""Read files of mentions into one table by event.

    Args:
        paths: Files, archives and folders.
        least_confidence: Mentions whose coder was less sure are kept, and not counted by event.

    Raises:
        ReadError: There is nothing there, or nothing of mentions.
        UsageError: The confidence is no percentage.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     file = Path(folder, "20170701234500.mentions.CSV")
        ...     _ = file.write_text(MENTIONS.example + "\n")
        ...     reading = read_mentions([file])
        >>> reading.rows_kept, reading.table["outlets"].to_pylist()
        (1, [1])
    """
    if not 0 <= least_confidence <= 100:
        raise UsageError(
            "The mentions could not be read.",
            f"The least confidence is {least_confidence}.",
            "Give a percentage from 0 to 100.",
        )
    sources = (*all_sources(), MENTIONS)
    with Archives() as archives, tempfile.TemporaryDirectory() as scratch:
        finder = Finder(MENTIONS, sources, archives)
        items = finder.find([Path(path) for path in paths])
        preparer = Preparer(MENTIONS, sources, {}, archives, Path(scratch), frozenset())
        with contextlib.closing(open_duckdb(Path(scratch))) as con:
            taking = _Taking(con)
            for batch in preparer.batches(items):
                for file in batch:
                    taking.take(file)
            table = con.sql(_BY_EVENT, params={"least": least_confidence}).to_arrow_table()
    return MentionsReading(
        table,
        tuple(taking.files),
        tuple(finder.left_out),
        sum(file.rows_read for file in taking.files),
        sum(file.rows_kept for file in taking.files),
        taking.rejections(),
    )


def carried(store: Store, mentions: pa.Table, *, least: int = 1) -> pa.Table:
    """The events of a store that outlets carried, to be counted where the store was.

    Args:
        store: A store with events of GDELT.
        mentions: The table of `read_mentions`.
        least: The fewest outlets by which an event must have been carried.

    Returns:
        A table with the columns of the event table, in order of date and number, whose `mentions`
        are the outlets; `detente.relations.counting.panel` takes it in place of a store. Events of
        which no
        mention was read are not in it.

    Example:
        >>> import tempfile
        >>> from detente.sources import ingest
        >>> from detente.sources.gdelt2 import GDELT2
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     store = Store.open(Path(folder, "store"), create=True)
        ...     for name, line in (("mentions", MENTIONS.example), ("export", GDELT2.example)):
        ...         _ = Path(folder, f"20170701234500.{name}.CSV").write_text(line)
        ...     _ = ingest("gdelt2", [Path(folder, "20170701234500.export.CSV")], store)
        ...     table = read_mentions([Path(folder, "20170701234500.mentions.CSV")]).table
        ...     carried(store, table).num_rows, carried(store, table, least=2).num_rows
        (1, 0)
    """
    query = store.source()
    with contextlib.closing(connect()) as con:
        con.register("told", mentions)
        params = query.params | {"least": least, "shared": STREAM_SHARED_SINCE}
        rows = con.sql(_CARRIED.format(events=query.sql), params=params)
        return rows.to_arrow_table().cast(SCHEMA)


class _Taking:
    """Reads file after file into the table `mentions`, and counts what becomes of their rows."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con = con
        self.files: list[FileReading] = []
        self.counts: Counter[str] = Counter()
        self.examples: dict[str, list[RejectedRow]] = defaultdict(list)
        self.keys: set[str] = set()
        con.execute(
            "CREATE TEMP TABLE mentions (number VARCHAR, added DATE, mentioned TIMESTAMP,"
            " outlet VARCHAR, document VARCHAR, confidence INTEGER)"
        )

    def take(self, file: Prepared) -> None:
        """Read a file, if it can be read and was not under another name."""
        label = file.item.label
        if file.ready is None:
            self.files.append(FileReading(label, "failed", file.reason))
        elif file.key in self.keys:
            self.files.append(FileReading(label, "skipped"))
        else:
            self.keys.add(file.key)
            self.files.append(self._read(label, file.ready))
            if file.ready.path != file.item.path:
                file.ready.path.unlink(missing_ok=True)

    def rejections(self) -> tuple[Rejection, ...]:
        """Rows turned away, the commonest reason first."""
        return tuple(
            Rejection(reason, count, tuple(self.examples[reason]))
            for reason, count in self.counts.most_common()
        )

    def _read(self, label: str, ready: Ready) -> FileReading:
        drop(self.con, "checked", "reject_errors", "reject_scans")
        self.con.execute(
            f"CREATE TEMP TABLE checked AS WITH {statement.raw(MENTIONS, text=True)} {_CHECKED}",
            {"files": [glob_safe(ready.path)], "header": MENTIONS.header,
             "delimiter": MENTIONS.delimiter},
        )  # fmt: skip
        self.con.execute(
            "INSERT INTO mentions SELECT number, added, mentioned, outlet, document, confidence"
            " FROM checked WHERE reject IS NULL"
        )
        good = self.con.execute("SELECT count(*) FROM checked WHERE reject IS NULL").fetchone()
        kept = int(good[0]) if good else 0
        bad = sum(self._refuse(label, ready))
        lost = lost_rows(MENTIONS, ready, kept + bad)
        self.counts[LOST] += lost
        self.counts = +self.counts
        return FileReading(label, "read", "", kept + bad + lost, kept)

    def _refuse(self, label: str, ready: Ready) -> Iterator[int]:
        """Note lines that are no rows and rows that are no mentions; how many there are."""
        shapes = self.con.execute(
            "SELECT DISTINCT ON (line) line, error_type::VARCHAR, csv_line FROM reject_errors"
            " ORDER BY line, error_type"
        ).fetchall()
        for at, kind, text in shapes:
            yield self._note(shape_reason(kind), RejectedRow(label, at, text.strip("\n")))
        rows = self.con.execute("SELECT reject, line FROM checked WHERE reject IS NOT NULL")
        texts = rows.fetchall()
        places = lines.numbers(MENTIONS, ready.path, (text for _, text in texts)) if texts else {}
        for reason, text in texts:
            at = places[text].popleft() if places.get(text) else None
            yield self._note(reason, RejectedRow(label, at, text))

    def _note(self, reason: str, row: RejectedRow) -> int:
        self.counts[reason] += 1
        if len(self.examples[reason]) < EXAMPLES:
            self.examples[reason].append(row)
        return 1
