"""The true line numbers of rejected rows.

DuckDB splits a file among threads and does not number its lines, so the few rejected rows are
looked up in their file afterwards. Numbering every line of every file would cost far more.
"""

from __future__ import annotations

import contextlib
import csv
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from pathlib import Path

from detente.sources.reading.opening import LONGEST_LINE
from detente.sources.reading.source import Source

UNIT = "\x1f"
"""Joins the fields of a row whose own delimiter may stand in quoted fields."""


def numbers(source: Source, path: Path, texts: Iterable[str]) -> dict[str, deque[int]]:
    """Line numbers, from 1, of rows in a file.

    Args:
        source: What the file is read as.
        path: The file.
        texts: The rows as they stand in the file; of quoted sources the fields joined by `UNIT`.

    Returns:
        For each row the lines on which it begins, in order; repeated rows have several.
    """
    # Empty fields at the end may be missing (optional ones) or too many (DuckDB forgives them).
    wanted = {_bare(source, text): text for text in texts}
    places: dict[str, deque[int]] = defaultdict(deque)
    for number, row in _quoted_rows(source, path) if source.quoted else _plain_rows(path):
        text = wanted.get(_bare(source, row))
        if text is not None and _is_whole(source, row):
            places[text].append(number)
    return places


def _bare(source: Source, row: str) -> str:
    return row.rstrip(UNIT if source.quoted else source.delimiter)


def _is_whole(source: Source, row: str) -> bool:
    # Where columns may be missing DuckDB fills up any row; elsewhere it turns short ones away.
    width = row.count(source.delimiter) + 1
    return source.quoted or bool(source.optional) or len(source.columns) <= width


def _plain_rows(path: Path) -> Iterator[tuple[int, str]]:
    with path.open(encoding="utf-8", newline="\n") as file:
        for number, line in enumerate(file, 1):
            yield number, line.rstrip("\n")


def _quoted_rows(source: Source, path: Path) -> Iterator[tuple[int, str]]:
    """Rows with the line on which they begin, as far as the quotes close."""
    csv.field_size_limit(LONGEST_LINE)
    begin = 1
    with path.open(encoding="utf-8", newline="") as file, contextlib.suppress(csv.Error):
        reader = csv.reader(file, delimiter=source.delimiter)
        for row in reader:
            yield begin, UNIT.join(row)
            begin = reader.line_num + 1
