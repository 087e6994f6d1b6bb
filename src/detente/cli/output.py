"""How the command line prints: tables, data in four formats, narration."""

from __future__ import annotations

import datetime as dt
import enum
import io
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from detente.cli.console import console
from detente.cli.waiting import spoken
from detente.errors import UsageError
from detente.events.store import stores_around
from detente.outputs import check_output, whole_file
from detente.spreadsheets import harmless_rows


class Format(enum.StrEnum):
    """How data are printed."""

    TABLE = "table"
    CSV = "csv"
    PARQUET = "parquet"
    JSON = "json"
    JSONL = "jsonl"


def choose_format(given: Format | None, as_json: bool, output: Path | None = None) -> Format:
    """The format that --format, --json and the name of a file ask for together.

    Raises:
        UsageError: They ask for two, or for none that a file can have.

    Example:
        >>> choose_format(None, True).value, choose_format(None, False, Path("a.csv")).value
        ('json', 'csv')
    """
    if as_json and given not in {None, Format.JSON}:
        raise UsageError(
            "Two formats were asked for.", f"--json and --format {given}.", "Give one of them."
        )
    if given is Format.TABLE and output is not None:
        raise UsageError(
            "A table is for people, and is not written to a file.",
            f"--format table and --output {output}.",
            "Leave one of them away, or add --format csv, parquet, json or jsonl.",
        )
    return format_of(Format.JSON if as_json else given or Format.TABLE, output)


def format_of(chosen: Format, output: Path | None) -> Format:
    """The format of a file, where only its name says it.

    Raises:
        UsageError: Its name does not.

    Example:
        >>> format_of(Format.TABLE, Path("events.parquet")).value
        'parquet'
    """
    if output is None or chosen is not Format.TABLE:
        return chosen
    suffix = output.suffix.lstrip(".")
    if suffix not in {Format.CSV, Format.PARQUET, Format.JSON, Format.JSONL}:
        raise UsageError(
            "The format of the file is not clear.",
            f"Its name is {output.name}.",
            "Add --format csv, parquet, json or jsonl.",
        )
    return Format(suffix)


def check_safe(safe_csv: bool, form: Format | None) -> None:
    """Refuse --safe-csv where no CSV is written.

    Raises:
        UsageError: It was given, and what is written is something else, or nothing.

    Example:
        >>> check_safe(True, Format.CSV)
    """
    if safe_csv and form is not Format.CSV:
        raise UsageError(
            "--safe-csv is for CSV.",
            "Nothing is written as CSV." if form is None else f"The format is {form}.",
            "Leave it away, or ask for CSV.",
        )


def narrate(text: str) -> None:
    """Say something to the person, not to the program that reads the data."""
    console(stderr=True).print(Text(text, style="dim"), soft_wrap=True)


def print_json(value: object) -> None:
    """Print a value as JSON on stdout."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2, default=_plain, allow_nan=False)
    sys.stdout.write("\n")


def print_table(table: Table, title: str = "", caption: str = "") -> None:
    """Print a table on stdout, at the width of the terminal (80 columns elsewhere)."""
    out = console()
    if title:
        out.print(Text(title, style="bold"), soft_wrap=True)
    out.print(table)
    if caption:
        out.print(Text(caption, style="dim"), soft_wrap=True)


def print_lines(*lines: Text, crop: bool = False) -> None:
    """Print lines on stdout, whole or cut at the width of the terminal."""
    out = console()
    for line in lines:
        if crop:
            line.truncate(out.width, overflow="ellipsis")
        out.print(line, soft_wrap=True)


def print_parts(parts: Iterable[RenderableType]) -> None:
    """Print laid-out parts on stdout, one under the other, at the width of the terminal."""
    out = console()
    for part in parts:
        out.print(part)


def new_table(*, header: bool = True) -> Table:
    """An empty table in the house style."""
    return Table(
        box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold", show_header=header
    )


def write_data(
    reader: pa.RecordBatchReader,
    form: Format,
    output: Path | None,
    *,
    closed: Iterable[Path] = (),
    safe_csv: bool = False,
    option: str = "--output",
) -> int:
    """Write rows as CSV, Parquet, JSON or JSON lines to a file or to stdout.

    A file is written beside its place and moved there when whole.

    Args:
        reader: The rows.
        form: Any format but the table, which is for people.
        output: The file; stdout if None.
        closed: Folders in which nothing may be written, such as the event store.
        safe_csv: Whether no text may be taken for a formula by a spreadsheet.
        option: The option that names the file, for errors.

    Returns:
        The number of rows.

    Raises:
        UsageError: Parquet would go to a terminal.
        InputError: The file cannot be written, or there is something else in its place.
    """
    reader = harmless_rows(reader) if safe_csv else reader
    write = {
        Format.CSV: _write_csv,
        Format.PARQUET: _write_parquet,
        Format.JSON: _write_json,
        Format.JSONL: _write_jsonl,
    }[form]
    if output is not None:
        columns = list(reader.schema.names)
        closed = [*closed, *stores_around(output)]
        check_output(output, option, is_ours=lambda path: holds(path, columns), closed=closed)
        with whole_file(output, option) as file:
            return write(reader, file)
    if form is Format.PARQUET and sys.stdout.isatty():
        raise UsageError(
            "Parquet is not for the terminal.", "No file was named.", "Add --output events.parquet."
        )
    spoken()
    sys.stdout.flush()
    rows = write(reader, _Unclosed(sys.stdout.buffer))
    sys.stdout.buffer.flush()
    return rows


class _Unclosed(io.RawIOBase):
    """Stdout for writers that would close it; a closed pipe ends the command quietly."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        return self._stream.write(data)


def holds(path: Path, columns: Sequence[str]) -> bool:
    """Whether a file holds rows of these columns, in any format that we write."""
    with path.open("rb") as file:
        start = file.read(1 << 16)
    if start.startswith(b"PAR1"):
        try:
            return bool(pq.read_schema(path).names == list(columns))
        except pa.ArrowException:
            return False
    begins = (
        ",".join(columns) + "\n",
        ",".join(f'"{name}"' for name in columns) + "\n",
        f'[\n {{"{columns[0]}": ',
        f'{{"{columns[0]}": ',
        "[\n]\n",
    )
    return start.startswith(tuple(text.encode() for text in begins))


def _write_csv(reader: pa.RecordBatchReader, file: Any) -> int:
    rows = 0
    options = pa_csv.WriteOptions(quoting_style="needed")
    with pa_csv.CSVWriter(file, reader.schema, write_options=options) as writer:
        for batch in reader:
            writer.write(batch)
            rows += batch.num_rows
    return rows


def _write_parquet(reader: pa.RecordBatchReader, file: Any) -> int:
    rows = 0
    with pq.ParquetWriter(file, reader.schema, compression="zstd") as writer:
        for batch in reader:
            writer.write_batch(batch)
            rows += batch.num_rows
    return rows


def _write_json(reader: pa.RecordBatchReader, file: Any) -> int:
    rows = 0
    file.write(b"[")
    for item in _rows(reader):
        text = json.dumps(item, ensure_ascii=False, default=_plain, allow_nan=False)
        file.write((",\n " if rows else "\n ").encode() + text.encode("utf-8"))
        rows += 1
    file.write(b"\n]\n")
    return rows


def _write_jsonl(reader: pa.RecordBatchReader, file: Any) -> int:
    rows = 0
    for rows, item in enumerate(_rows(reader), 1):  # noqa: B007 - the last number is the count
        text = json.dumps(item, ensure_ascii=False, default=_plain, allow_nan=False)
        file.write(text.encode("utf-8") + b"\n")
    return rows


def _rows(reader: Iterable[pa.RecordBatch]) -> Iterator[dict[str, Any]]:
    for batch in reader:
        for row in batch.to_pylist():
            yield {k: round(v, 6) if isinstance(v, float) else v for k, v in row.items()}


def _plain(value: object) -> object:
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")
