"""Reading a small CSV file whole: its header, and its rows with the lines on which they end.

Event files are not read here: they are large, and DuckDB reads them (`detente.sources.reading`).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from detente.errors import InputError

Rows = list[tuple[int, dict[str, str]]]


@dataclass(frozen=True)
class CsvFile:
    """A CSV file as it stands.

    Attributes:
        header: Names of the columns, empty for an empty file.
        rows: The line of each row and its cells by column; lines without any cell are no rows.
        uneven: The line and the number of cells of each row that has more or fewer than the header.
    """

    header: list[str]
    rows: Rows
    uneven: list[tuple[int, int]]

    def uneven_problems(self) -> Iterator[str]:
        """A sentence for each row that has more or fewer cells than the header."""
        width = len(self.header)
        for line, cells in self.uneven:
            if cells > width:
                yield f"line {line}, it has more cells than the header; quote text with commas."
            else:
                yield f"line {line}, it does not have {width} cells as the header."


def read_csv(path: Path | Traversable) -> CsvFile:
    r"""Read a CSV file in UTF-8, with or without a byte-order mark.

    Raises:
        InputError: It cannot be opened, is not UTF-8, or its quotes are wrong.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "a.csv"
        ...     _ = path.write_text("day,name\n2017-03-15,a test\n\n2017-04-05\n")
        ...     file = read_csv(path)
        >>> file.rows, file.uneven
        ([(2, {'day': '2017-03-15', 'name': 'a test'})], [(4, 1)])
    """
    reader = csv.reader(_opened(path), strict=True)
    try:
        header = next(reader, [])
        lines = [(reader.line_num, cells) for cells in reader if cells]
    except csv.Error as error:
        fault = f"It is not a CSV file: {error}, in line {reader.line_num}."
        raise InputError(f"{path} could not be read.", fault, "Check its quotes.") from error
    return CsvFile(
        header,
        [(n, dict(zip(header, cells, strict=True))) for n, cells in lines if _fits(cells, header)],
        [(n, len(cells)) for n, cells in lines if not _fits(cells, header)],
    )


def read_bundled(package: str, name: str) -> Iterator[dict[str, str]]:
    """The rows of a table that ships in a package's folder `data`.

    Example:
        >>> next(read_bundled("detente.events", "cow.csv"))["iso3"]
        'USA'
    """
    file = read_csv(resources.files(package).joinpath("data", name))
    return (row for _, row in file.rows)


def _opened(path: Path | Traversable) -> io.StringIO:
    failed = f"{path} could not be read."
    try:
        return io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")
    except OSError as error:
        raise InputError(failed, f"{error.strerror}.", "Check the path.") from error
    except UnicodeDecodeError as error:
        raise InputError(failed, "It is not UTF-8 text.", "Save it as UTF-8.") from error


def _fits(cells: list[str], header: list[str]) -> bool:
    return len(cells) == len(header)
