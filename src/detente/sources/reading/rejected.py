"""Rejected rows written to a file of their own."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from detente.errors import InputError
from detente.outputs import beside, whole_file
from detente.sources.reading.report import RejectedRow
from detente.spreadsheets import harmless

COLUMNS = ("file", "line", "reason", "text")


def is_parquet(path: Path) -> bool:
    """Whether rejected rows are written as Parquet there; else as CSV.

    Example:
        >>> is_parquet(Path("bad.parquet")), is_parquet(Path("bad.csv"))
        (True, False)
    """
    return path.suffix == ".parquet"


def holds_rejected(path: Path) -> bool:
    """Whether a file holds rejected rows of an earlier reading."""
    with path.open("rb") as file:
        start = file.read(len(",".join(COLUMNS)))
    if start.startswith(b"PAR1"):
        try:
            return tuple(pyarrow.parquet.read_schema(path).names) == COLUMNS
        except pa.ArrowException:
            return False
    return start == ",".join(COLUMNS).encode()


class RejectedFile:
    """Collects rejected rows beside the file, and puts it in place when closed."""

    def __init__(self, path: Path, *, safe: bool = False) -> None:
        self.path = path
        self.tell = harmless if safe and not is_parquet(path) else str
        try:
            handle, self.partial = beside(path)
            self.file = open(handle, "w", encoding="utf-8", newline="")  # noqa: PTH123, SIM115
        except OSError as error:
            raise InputError(
                f"Rejected rows cannot be written to {path}.",
                f"{error.strerror}.",
                "Name a file in a folder that exists and can be written.",
            ) from error
        self.table = csv.writer(self.file)
        self.table.writerow(COLUMNS)

    def write(self, reason: str, rows: Iterable[RejectedRow]) -> None:
        """Add rows of one reason."""
        tell = self.tell
        self.table.writerows(
            (tell(row.file), row.line, tell(reason), tell(row.text)) for row in rows
        )

    def close(self) -> None:
        """Put the file in place; as Parquet if its name says so."""
        self.file.close()
        if is_parquet(self.path):
            read = pyarrow.csv.ConvertOptions(
                column_types={"line": pa.int64()} | {n: pa.string() for n in COLUMNS if n != "line"}
            )
            lines = pyarrow.csv.ParseOptions(newlines_in_values=True)
            rows = pyarrow.csv.read_csv(self.partial, parse_options=lines, convert_options=read)
            with whole_file(self.path, "--rejected") as file:
                pyarrow.parquet.write_table(rows, file)
            self.partial.unlink()
        else:
            self.partial.replace(self.path)

    def discard(self) -> None:
        """Remove what was collected."""
        self.file.close()
        self.partial.unlink(missing_ok=True)
