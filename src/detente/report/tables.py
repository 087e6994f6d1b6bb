"""Data tables of the page: the same numbers as the charts, for readers and for CSV."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from detente.report.views import Cell, TableView
from detente.report.words import decimals, finite, number


def cell(value: object, places: int | None = None) -> Cell:
    """Any value as a cell: numbers rounded for the eye, at full precision for the CSV.

    Example:
        >>> cell(0.123456789), cell(None)
        (Cell(text='0.123', value='0.123456789'), Cell(text='–', value=''))
    """
    if isinstance(value, Cell):
        return value
    if isinstance(value, bool):
        return Cell("yes" if value else "no")
    if isinstance(value, int):
        return Cell(number(value), str(value))
    if isinstance(value, float):
        known = finite(value)
        return Cell(number(known, places), "" if known is None else f"{known:.9g}")
    return Cell("–" if value is None else str(value))


def table(
    caption: str, head: Sequence[str], rows: Iterable[Sequence[object]], numeric: Sequence[bool]
) -> TableView:
    """Plain values as a table; the numbers of a column share their decimals."""
    given = [tuple(row) for row in rows]
    places = [column_places(column) for column in zip(*given, strict=True)]
    cells = tuple(tuple(map(cell, row, places)) for row in given)
    return TableView(caption, tuple(head), tuple(numeric), cells)


def column_places(column: Iterable[object]) -> int:
    """Decimals that show the spread of a column's numbers to three significant digits.

    Example:
        >>> column_places([-4.0, 0.9, None, 17.7]), column_places(["a"])
        (1, 0)
    """
    known = [v for v in column if isinstance(v, float) and finite(v) is not None]
    spread = max(known) - min(known) if known else 0.0
    return min(decimals(spread or known[0]) + 1, 4) if any(v % 1 for v in known) else 0
