"""Statements over events, run by Spark."""

from __future__ import annotations

import contextlib
import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from detente.events.connection import connect
from detente.events.disk import glob_plain
from detente.events.inputs import GIVEN, EventInput, query_events
from detente.events.spark import faults
from detente.events.spark.session import quietly, session
from detente.rounding import plural

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def select(
    address: str,
    statement: str,
    events: EventInput,
    params: Mapping[str, Any],
    bounds: Mapping[str, Any],
) -> pa.Table:
    """Run a statement over events.

    Args:
        address: Where Spark is.
        statement: In DuckDB's SQL, with `{events}` where the events stand.
        events: The events. A store or a file must lie where all workers see it.
        params: The statement's parameters.
        bounds: Which events it sees; see `detente.events.query.bounded`.

    Raises:
        InputError: Spark could not be had, or the query failed; the stage is named.
        UsageError: The address is wrong, or Spark is not installed.
    """
    with connect() as con:
        query = query_events(con, events, **bounds)
    text, values = statement.format(events=query.sql), {**query.params, **params}
    opened = session(address)
    with (
        faults.stage_errors(address, _what(statement)),
        quietly(),
        _views(opened, events, values) as views,
    ):
        return run(opened, text, values, views)


def run(
    opened: SparkSession, text: str, params: Mapping[str, Any], views: Mapping[str, str]
) -> pa.Table:
    """Run a statement of DuckDB in a session; see `to_spark` for the arguments."""
    from detente.events.spark.dialect import to_spark  # noqa: PLC0415 - needs the extra

    spoken, values = to_spark(text, params, views)
    return _nullable(opened.sql(spoken, args=values).toArrow())


def _nullable(table: pa.Table) -> pa.Table:
    """The table without saying which columns are never null, which DuckDB does not say."""
    return table.cast(pa.schema([pa.field(field.name, field.type) for field in table.schema]))


def _what(statement: str) -> str:
    """What a statement does, by its first line."""
    first = statement.strip().splitlines()[0]
    return f"Counting {first.removeprefix('--').strip()}" if first.startswith("--") else "The query"


PORTION = 64
"""Rows that one worker takes at a time."""


def each(address: str, function: Callable[[pa.Table], pa.Table], rows: pa.Table) -> pa.Table:
    """Share the rows of a table among workers; see `detente.events.engine.Engine`.

    Args:
        address: Where Spark is. Its workers need the same Python with detente.
        function: What is done with each portion.
        rows: The rows.

    Raises:
        InputError: Spark could not be had, or the function failed; the stage is named.
    """
    from pyspark.sql.pandas.types import from_arrow_schema  # noqa: PLC0415 - an extra

    numbered = rows.append_column("row", pa.array(range(rows.num_rows), pa.int64()))
    schema = from_arrow_schema(function(rows.slice(0, 0)).schema).add("row", "long")

    def portions(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            given = pa.Table.from_batches([batch])
            done = function(given.drop_columns("row")).append_column("row", given["row"])
            yield from done.combine_chunks().to_batches()

    opened = session(address)
    with faults.stage_errors(address, f"Sharing {plural(rows.num_rows, 'rows')}"), quietly():
        frame = frame_of(opened, numbered).repartition(max(1, rows.num_rows // PORTION))
        answer = frame.mapInArrow(portions, schema).toArrow().sort_by("row").drop_columns("row")
    return _nullable(answer)


@contextlib.contextmanager
def _views(
    opened: SparkSession, events: EventInput, params: Mapping[str, Any]
) -> Iterator[dict[str, str]]:
    """Views of the files that a query reads, by the parameter that lists them."""
    frames = {
        name: read_parquet(opened, [glob_plain(path) for path in params[name]])
        for name in ("files", "outlines")
        if name in params
    }
    names = {name: f"detente_{secrets.token_hex(6)}" for name in frames}
    if isinstance(events, pa.Table):
        frames[GIVEN], names[GIVEN] = frame_of(opened, events), GIVEN
    for name, frame in frames.items():
        frame.createOrReplaceTempView(names[name])
    try:
        yield names
    finally:
        for name in names.values():
            opened.catalog.dropTempView(name)


def frame_of(opened: Any, table: pa.Table) -> Any:
    """A table as Spark's; one without rows says its types too."""
    from pyspark.sql.pandas.types import from_arrow_schema  # noqa: PLC0415 - an extra

    return opened.createDataFrame(table, from_arrow_schema(_nullable(table).schema))


def read_parquet(opened: Any, paths: Sequence[str]) -> Any:
    """The rows of Parquet files of this machine."""
    return opened.read.parquet(*map(on_disk, paths))


def on_disk(path: str) -> str:
    r"""A path of this machine as Spark reads it: in no other file system, and as it is named.

    Example:
        >>> on_disk("/data [1]/x.parquet")
        'file:///data \\[1\\]/x.parquet'
    """
    place = re.sub(r"([\[\]{}*?^\\])", r"\\\1", Path(path).absolute().as_posix())
    return f"file://{place}" if place.startswith("/") else f"file:///{place}"


def unpacked(opened: Any, archives: Sequence[str], members: Sequence[str]) -> Any:
    """The lines of files in zip archives, each archive unpacked by one worker.

    Args:
        opened: The session.
        archives: The archives.
        members: Names of the files in them that are wanted.
    """
    wanted = frozenset(members)

    # Within a function it travels as it is: the workers need no detente.
    def lines(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import io  # noqa: PLC0415
        import zipfile  # noqa: PLC0415

        import pyarrow  # noqa: PLC0415

        for batch in batches:
            for content in batch.column("content").to_pylist():
                with zipfile.ZipFile(io.BytesIO(content)) as archive:
                    for info in archive.infolist():
                        if info.filename in wanted:
                            rows = archive.read(info).split(b"\n")
                            values = pyarrow.array(rows, pyarrow.binary())
                            yield pyarrow.RecordBatch.from_arrays([values], ["value"])

    files = opened.read.format("binaryFile")
    packed = files.load(list(archives)).select("content").repartition(len(archives))
    return packed.mapInArrow(lines, "value binary").selectExpr("CAST(value AS STRING) AS value")
