"""Quotes settled before DuckDB sees them: one that never closes must not swallow the file.

A file whose quotes are in order is left as it is. In another every line is looked at: a line whose
quotes do not close takes up the lines after it until they do, if that makes a row of the right
width; if not, it is refused alone and an empty line keeps its place, so that lines keep their
numbers. Rows with stray quotes inside a field are written anew in the one way that all readers
understand alike.
"""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TextIO

from detente.sources.reading.opening import LONGEST_LINE
from detente.sources.reading.source import Source
from detente.sources.reading.text import Ready

LINES_OF_A_ROW = 200
"""Lines that one row may span."""


def settle_quotes(source: Source, ready: Ready, folder: Path) -> Ready:
    """The file with its quotes settled: every line is a row, part of one, or refused.

    Args:
        source: What it is read as.
        ready: Clean text.
        folder: Where a copy goes, if it needs one.
    """
    if not source.quoted:
        return ready
    csv.field_size_limit(LONGEST_LINE)
    rows = _rows_in_order(source, ready.path)
    if rows is not None:
        return replace(ready, rows=rows)
    return _Settling(source).run(ready, folder / "settled")


def _rows_in_order(source: Source, path: Path) -> int | None:
    """Rows, without headers, of a file that can be left as it is; else None."""
    rows = before = 0
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file, delimiter=source.delimiter, strict=True)
        try:
            for row in reader:
                if reader.line_num != before + 1 or '"' in "".join(row):
                    return None
                before = reader.line_num
                rows += _is_row(source, row)
        except csv.Error:
            return None
    return rows


def _is_row(source: Source, row: list[str]) -> bool:
    """Whether a line is neither empty nor a header."""
    return bool(row) and not (source.header and row[0].strip() == source.header)


@dataclass
class _Settling:
    source: Source
    rows: int = 0
    spanning: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)

    def run(self, ready: Ready, to: Path) -> Ready:
        with (
            ready.path.open(encoding="utf-8", newline="\n") as lines,
            to.open("w", encoding="utf-8", newline="\n") as out,
        ):
            self._copy(lines, out)
        return replace(
            ready,
            path=to,
            rows=self.rows,
            refused=tuple(self.refused),
            spanning=self.spanning,
        )

    def _copy(self, lines: Iterator[str], out: TextIO) -> None:
        writer = csv.writer(out, delimiter=self.source.delimiter, lineterminator="\n")
        waiting: deque[str] = deque()
        number = 0
        while True:
            line = waiting.popleft() if waiting else next(lines, "")
            if not line:
                return
            number += 1
            row = self._row(line)
            span = 1 if row is not None else self._span(line, waiting, lines)
            if span > 1:
                taken = [waiting.popleft() for _ in range(span - 1)]
                row = self._row("".join((line, *taken)))
                number += span - 1
                self.spanning += 1
            if row is None:
                self.refused.append((number, line.rstrip("\n")))
                out.write("\n")
            else:
                self.rows += _is_row(self.source, row)
                writer.writerow(row)

    def _span(self, line: str, waiting: deque[str], lines: Iterator[str]) -> int:
        """How many lines make a row with this one; 0 if none do."""
        if not self.source.multiline:
            return 0
        text, quotes = io.StringIO(line), line.count('"')
        text.seek(0, io.SEEK_END)
        for span in range(2, LINES_OF_A_ROW + 1):
            if len(waiting) < span - 1:
                following = next(lines, "")
                if not following:
                    return 0
                waiting.append(following)
            text.write(waiting[span - 2])
            quotes += waiting[span - 2].count('"')
            if quotes % 2 == 0:
                row = self._row(text.getvalue())
                return span if row is not None and self._fits(row) else 0
        return 0

    def _row(self, text: str) -> list[str] | None:
        """The fields of a text that is one row; None if its quotes are not in order."""
        if '"' not in text:
            return text.rstrip("\n").split(self.source.delimiter) if text.strip("\n") else []
        try:
            rows = list(
                csv.reader(
                    io.StringIO(text, newline=""),
                    delimiter=self.source.delimiter,
                    strict=True,
                )
            )
        except csv.Error:
            return None
        return rows[0] if len(rows) == 1 else None

    def _fits(self, row: list[str]) -> bool:
        width = len(self.source.columns)
        return width - self.source.optional <= len(row) <= width
