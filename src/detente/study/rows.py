"""The rows of a study's CSV files with their line numbers."""

from __future__ import annotations

import csv
from pathlib import Path

Rows = list[tuple[int, dict[str, str]]]


def read_rows(path: Path) -> tuple[Rows, list[str], str]:
    r"""The rows below the header, the header, and why the file cannot be read, else nothing.

    Args:
        path: A CSV file in UTF-8, with or without a byte-order mark.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "a.csv"
        ...     _ = path.write_text("day,name\n2017-03-15,one\n")
        ...     read_rows(path)
        ([(2, {'day': '2017-03-15', 'name': 'one'})], ['day', 'name'], '')
    """
    rows: Rows = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines, strict=True)
            try:
                rows.extend((reader.line_num, row) for row in reader)
            except csv.Error as error:
                at = f"line {reader.line_num}: {error}; check its quotes"
                return [], [], f"the file could not be read: {at}."
            return rows, list(reader.fieldnames or []), ""
    except UnicodeDecodeError:
        return [], [], "the file could not be read: it is not UTF-8 text; save it as UTF-8."
    except OSError as error:
        return [], [], f"the file could not be read: {error.strerror}."
