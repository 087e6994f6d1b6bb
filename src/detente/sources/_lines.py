"""The true line numbers of rejected rows.

DuckDB splits a file among threads and does not number its lines, so the few rejected rows are looked
up in their file afterwards. Numbering every line of every file would cost far more.
"""

from __future__ import annotations

import csv
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from pathlib import Path

from detente.sources._source import Source


def numbers(
    source: Source, path: Path, rows: Iterable[tuple[str, ...]]
) -> dict[tuple[str, ...], deque[int]]:
    """Line numbers, from 1, of the rows of these fields.

    Returns:
        For each row the lines on which it begins, in order; repeated rows have several.
    """
    wanted = set(rows)
    found: dict[tuple[str, ...], deque[int]] = defaultdict(deque)
    if source.quoted:
        _in_quoted(source, path, wanted, found)
    else:
        _in_plain(source, path, wanted, found)
    return found


def _in_plain(
    source: Source,
    path: Path,
    wanted: set[tuple[str, ...]],
    found: dict[tuple[str, ...], deque[int]],
) -> None:
    # Whole lines are compared as bytes; optional columns may be missing from the line.
    spelled = {}
    for row in wanted:
        fields = list(row)
        for _ in range(source.optional + 1):
            spelled[source.delimiter.join(fields).encode()] = row
            if fields and fields[-1] == "":
                fields.pop()
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            row = spelled.get(line.rstrip(b"\n"))
            if row is not None:
                found[row].append(number)


def _in_quoted(
    source: Source,
    path: Path,
    wanted: set[tuple[str, ...]],
    found: dict[tuple[str, ...], deque[int]],
) -> None:
    csv.field_size_limit(1 << 30)
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in _records(csv.reader(file, delimiter=source.delimiter)):
            key = tuple(row)
            if key in wanted:
                found[key].append(number)


def _records(reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line on which they begin."""
    begin = 1
    while True:
        try:
            row = next(reader)
        except (StopIteration, csv.Error):
            return
        yield begin, row
        begin = getattr(reader, "line_num", begin) + 1
