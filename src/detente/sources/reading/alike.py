"""Rows that are alike are judged once, where some parties' events are to be counted.

The raw columns that decide what becomes of a row have few values. Rows that have all of them in
common are counted, and the source's own SELECT judges one row of each kind. Only rows that may be
what the parties did to each other keep their actors and their score; everyone else is nobody, and
counts as news of the world.

Files are read so as long as nothing in them is odd: every line has all columns, numbers of events
are digits and rise from line to line, and scores are numbers. `Unsure` says that something is, or
that an event may be told twice; then every row has to be looked at.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from detente.sources.reading import statement
from detente.sources.reading.contract import quoted
from detente.sources.reading.source import Alike, Source
from detente.sources.reading.stage import Batch, drop
from detente.sources.reading.text import Ready

Span = tuple[int, int]
"""First and last number of events that stand together."""

_BLOCK, _BLOCKS = 1 << 20, 48
"""A line that DuckDB would turn away for its length fits into no two blocks."""

_FITS, _UNFIT = "0", "99"
"""Stand for all scores that are in their range, and for all that are not."""

_STAGED = """
CREATE TABLE staged AS
SELECT date, published, source, target, cameo, quad, goldstein, reject, repaired, noted, file_no,
    raw_text::BIGINT AS n
FROM ({staging})
"""


class Unsure(Exception):  # noqa: N818 - no error: the files are read in another way
    """Rows cannot be judged together."""


def stage_alike(batch: Batch, parties: Sequence[str], spans: list[Span]) -> None:
    """Read all files into the table `staged`, where a row stands for `n` of its kind.

    Args:
        batch: The batch, of a source that says by which columns rows are alike.
        parties: Whose events are to be counted; other actors are null.
        spans: Is given the numbers of the events.

    Raises:
        Unsure: Something in the files is odd.
    """
    by = batch.source.alike
    if by is None:
        raise Unsure
    batch.together = True
    batch.load_tables()
    drop(batch.con, "staged")
    codes = _codes(batch, parties)
    kinds = [
        kind
        for file in batch.files
        for rows in _portions(batch.source, file, by)
        for kind in _kinds(rows, str(file.path), by, codes, parties, spans)
    ]
    batch.con.register("kinds", pa.concat_tables(kinds, promote_options="default"))
    judging = statement.staging(
        batch.source,
        batch.columns,
        rows=_rows(batch.source, by),
        carried="n",
        telling=statement.COUNTED,
    )
    batch.run(_STAGED.format(staging=judging))
    batch.con.unregister("kinds")


def check_once(spans: Sequence[Span]) -> None:
    """See that no event is told twice.

    Raises:
        Unsure: Some may be, since numbers that stand together overlap with others.

    Example:
        >>> check_once([(5, 9), (1, 4)])
    """
    if any(last >= first for (_, last), (first, _) in itertools.pairwise(sorted(spans))):
        raise Unsure


def _codes(batch: Batch, parties: Sequence[str]) -> list[str]:
    """All codes that ever meant one of the parties."""
    query = "SELECT DISTINCT code FROM states WHERE list_contains($parties::VARCHAR[], iso3)"
    rows = batch.con.execute(query, {"parties": list(parties)}).fetchall()
    return [code for (code,) in rows]


def _portions(source: Source, file: Ready, by: Alike) -> Iterator[pa.Table]:
    """The columns that are needed, as text."""
    names = [by.number, *by.fate, by.score, *by.actors[0], *by.actors[1]]
    try:
        blocks = pyarrow.csv.open_csv(
            file.path,
            read_options=pyarrow.csv.ReadOptions(
                column_names=list(source.columns), block_size=_BLOCK
            ),
            parse_options=pyarrow.csv.ParseOptions(delimiter=source.delimiter, quote_char=False),
            convert_options=pyarrow.csv.ConvertOptions(
                include_columns=names,
                column_types=dict.fromkeys(names, pa.string()),
                null_values=[""],
                strings_can_be_null=True,
            ),
        )
        while portion := list(itertools.islice(blocks, _BLOCKS)):
            yield pa.Table.from_batches(portion)
    except pa.ArrowInvalid as error:
        raise Unsure from error


def _kinds(
    rows: pa.Table,
    path: str,
    by: Alike,
    codes: Sequence[str],
    parties: Sequence[str],
    spans: list[Span],
) -> Iterator[pa.Table]:
    """The kinds of rows and how many there are of each; those of pairs one by one."""
    if not rows.num_rows:
        return
    spans.append(_span(rows[by.number]))
    fits = _fits(rows[by.score])
    sides = [
        pc.or_(_among(rows[state], codes), _among(rows[own], parties)) for state, own in by.actors
    ]
    between = pc.and_(*sides)
    pairs = rows.drop_columns([by.number]).filter(between)
    # Counted whether they are pairs or not, so that the texts of all others need no copy.
    marked = rows.select(by.fate).append_column(by.score, fits).append_column("between", between)
    groups = marked.group_by([*by.fate, by.score, "between"]).aggregate([([], "count_all")])
    counted = groups.filter(pc.invert(groups["between"])).drop_columns(["between"])
    for kind, n in ((pairs, pa.repeat(1, len(pairs))), (counted, counted["count_all"])):
        yield kind.append_column("n", n).append_column("filename", pa.repeat(path, len(kind)))


def _among(column: pa.ChunkedArray, texts: Sequence[str]) -> pa.ChunkedArray:
    return pc.is_in(column, pa.array(texts, pa.string()))


def _span(numbers: pa.ChunkedArray) -> Span:
    """First and last of numbers that rise.

    Raises:
        Unsure: They do not, or one is none.
    """
    if not pc.all(pc.ascii_is_decimal(numbers), skip_nulls=False).as_py():
        raise Unsure
    values = _cast(numbers, pa.int64()).to_numpy()
    if not np.all(values[1:] > values[:-1]):
        raise Unsure
    return int(values[0]), int(values[-1])


def _fits(scores: pa.ChunkedArray) -> pa.ChunkedArray:
    """One text for all scores that are in their range and one for all others; null stays null."""
    inside = pc.less_equal(pc.abs(_cast(scores, pa.float32())), 10)
    return pc.if_else(inside, _FITS, _UNFIT)


def _cast(texts: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    try:
        return pc.cast(texts, kind)
    except pa.ArrowInvalid as error:
        raise Unsure from error


def _rows(source: Source, by: Alike) -> str:
    """The kinds as rows of the source: columns that decide nothing are null."""
    given = [*by.fate, by.score, *by.actors[0], *by.actors[1]]
    columns = [quoted(name) for name in given] + [f"'1' AS {quoted(by.number)}"]
    lacking = (name for name in source.columns if name not in {by.number, *given})
    columns += [f"NULL AS {quoted(name)}" for name in lacking]
    return f"(SELECT {', '.join(columns)}, filename, n FROM kinds)"  # noqa: S608
