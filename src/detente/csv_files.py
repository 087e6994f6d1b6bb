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
        lines: The line on which each row ends; lines without any cell are no rows.
        cells: The cells of each row, as many as the header has.
        uneven: The line and the number of cells of each row that has more or fewer.
    """

    header: list[str]
    lines: list[int]
    cells: list[list[str]]
    uneven: list[tuple[int, int]]

    @property
    def rows(self) -> Rows:
        """The line of each row, and its cells by column."""
        named = (dict(zip(self.header, cells, strict=True)) for cells in self.cells)
        return list(zip(self.lines, named, strict=True))

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
        rows = [(reader.line_num, cells) for cells in reader if cells]
    except csv.Error as error:
        fault = f"It is not a CSV file: {error}, in line {reader.line_num}."
        raise InputError(f"{path} could not be read.", fault, "Check its quotes.") from error
    even = [(line, cells) for line, cells in rows if len(cells) == len(header)]
    return CsvFile(
        header,
        [line for line, _ in even],
        [cells for _, cells in even],
        [(line, len(cells)) for line, cells in rows if len(cells) != len(header)],
    )


def read_bundled(package: str, name: str) -> Iterator[dict[str, str]]:
    """The rows of a table that ships in a package's folder `data`.

    Example:
        >>> next(read_bundled("detente.events", "cow.csv"))["iso3"]
        'USA'
    """
    return (row for _, row in read_csv(resources.files(package).joinpath("data", name)).rows)


def _opened(path: Path | Traversable) -> io.StringIO:
    failed = f"{path} could not be read."
    try:
        return io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")
    except OSError as error:
        raise InputError(failed, f"{error.strerror}.", "Check the path.") from error
    except UnicodeDecodeError as error:
        raise InputError(failed, "It is not UTF-8 text.", "Save it as UTF-8.") from error
