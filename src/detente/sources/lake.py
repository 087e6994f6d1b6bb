"""Raw files of a source as they lie in a lake, counted without an ingest.

A lake is a folder of exports (CSV, also packed with gzip or zip, or Parquet, in folders by day or
not), an address that Spark knows (`s3a://…`), or a table of Spark's catalog. Rows go through the
source's own SELECT, and are turned away for the same reasons as by an ingest. DuckDB reads files of
every source so (`detente.sources.direct`), Spark those of GDELT.
"""

from __future__ import annotations

import contextlib
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from detente.errors import InputError, ReadError, UsageError
from detente.events.connection import connect
from detente.events.disk import glob_safe
from detente.events.engine import DUCKDB
from detente.events.spark.address import is_address
from detente.sources.direct import open_files
from detente.sources.lake_sql import columns_as_text
from detente.sources.reading.report import ReadingReport
from detente.sources.registry import all_sources, get

if TYPE_CHECKING:
    from detente.events.inputs import LakeEvents
    from detente.sources.reading.source import Source

_TABLE = re.compile(r"\w+(\.\w+){0,2}", re.ASCII)


@dataclass(frozen=True)
class Lake:
    """Events of a lake, while it is open.

    Attributes:
        events: What can be counted by the engine that opened it. Each event is in outline, with
            its score: names, roles, places and references are null.
        report: What was read, kept, mended and turned away, as far as counts need it; see
            `detente.sources.direct`.
    """

    events: LakeEvents
    report: ReadingReport


@contextlib.contextmanager
def open_lake(source: str, place: str, *, engine: str = DUCKDB.name) -> Iterator[Lake]:
    r"""Read the raw files of a source where they lie.

    Args:
        source: Name of the source; for Spark one of `readable`.
        place: A folder, a file, an address or a table.
        engine: Where they are read, and then counted.

    Raises:
        UsageError: The source cannot be read so, or the place is none of the engine's.
        ReadError: There is nothing of the source there, or exports lie beside Parquet.
        InputError: Columns are missing, or the engine failed.

    Example:
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     day = Path(folder, "day=2017-06-24")
        ...     day.mkdir()
        ...     file = day / "20170701234500.export.CSV"
        ...     _ = file.write_text(get("gdelt2").example + "\nno event\n")
        ...     with open_lake("gdelt2", folder) as lake:
        ...         print(lake.report.rows_kept, lake.report.rejected[0].reason)
        1 wrong number of columns
    """
    layout = _layout(source, engine)
    _check_place(place, engine)
    _check_one_form(layout, Path(place))
    if is_address(engine):
        from detente.sources.lake_spark import open_in_spark  # noqa: PLC0415 - needs an extra

        with open_in_spark(engine, layout, place) as (events, report):
            yield Lake(events, report)
        return
    with tempfile.TemporaryDirectory(prefix="detente-lake-") as scratch:
        files = text_of_parquet(layout, Path(place), Path(scratch)) or [Path(place)]
        with open_files(layout, files) as (events, report):
            yield Lake(events, report)


def readable() -> tuple[str, ...]:
    """The sources whose files can be counted by Spark, and by DuckDB as Parquet too.

    Example:
        >>> readable()
        ('gdelt2', 'gdelt1', 'gdelt1-backfile')
    """
    return tuple(source.name for source in all_sources() if source.header == "GLOBALEVENTID")


def parquet_files(place: Path) -> list[Path]:
    """The Parquet files of a folder, or the file itself; hidden ones are left out."""
    if place.is_file():
        return [place] if place.suffix.lower() == ".parquet" else []
    listed = sorted(path for path in place.rglob("*") if path.suffix.lower() == ".parquet")
    return [path for path in listed if not path.name.startswith((".", "_")) and path.is_file()]


def text_of_parquet(source: Source, place: Path, scratch: Path) -> list[Path]:
    """Parquet files written as the exports that they once were; none if there is no Parquet."""
    if source.name not in readable():
        return []
    written = []
    for number, path in enumerate(parquet_files(place)):
        written.append(scratch / f"{number}{source.patterns[0].lstrip('*?')}")
        params = {"file": glob_safe(path)}
        with connect() as con:
            rows = "read_parquet($file, hive_partitioning = true)"
            described = con.execute(f"DESCRIBE SELECT * FROM {rows}", params).fetchall()  # noqa: S608
            columns = columns_as_text(source, {row[0]: row[1] for row in described}, str(place))
            con.sql(f"SELECT {columns} FROM {rows}", params=params).write_csv(  # noqa: S608
                str(written[-1]), sep=source.delimiter, header=False, quotechar="", escapechar=""
            )
    return written


def _layout(name: str, engine: str) -> Source:
    source = get(name)
    if is_address(engine) and name not in readable():
        raise UsageError(
            f"Files of {name} cannot be counted by Spark as they lie.",
            f"Only those of {', '.join(readable())} can.",
            f"Leave --engine away, or read them into a store: detente ingest {name} FILES",
        )
    return source


def _check_place(place: str, engine: str) -> None:
    """Refuse what only Spark knows, where DuckDB is to read it, and what nobody does."""
    if Path(place).exists():
        return
    if is_address(engine) and ("://" in place or _TABLE.fullmatch(place)):
        return
    raise InputError(
        f"There is no lake at {place}.",
        "It is no folder and no file of this machine.",
        "Check the path; an address such as s3a://… or a table is read by a Spark (--engine).",
    )


def _check_one_form(source: Source, place: Path) -> None:
    """Refuse a folder in which only some of the rows would be counted."""
    if source.name not in readable() or not place.is_dir() or not parquet_files(place):
        return
    names = sorted(path.name for path in place.rglob("*") if path.is_file())
    plain = [name for name in names if source.names_file(name) or source.names_archive(name)]
    if plain:
        raise ReadError(
            f"The lake at {place} holds Parquet files and exports of {source.name}.",
            f"{plain[0]} is one of {len(plain)} exports.",
            "Put them in folders of their own, and count each.",
        )
