"""How facts and tables are told to a person: by their scales, with the rounding of `rounding`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from detente.answers import Column, Fact, Scale, Table, Value
from detente.rounding import (
    MOST_PLACES,
    NONE,
    as_typed,
    decimals,
    finite,
    hidden,
    plural,
    tell,
    tell_all,
)

EFFECTS = {Scale.PERCENT, Scale.POINTS, Scale.RATIO}
"""Scales on which one value means "no effect"."""


@dataclass(frozen=True)
class Cell:
    """A cell of a table.

    Attributes:
        text: As a reader sees it.
        value: The value in full, or "" where `text` says all.
    """

    text: str
    value: str = ""


@dataclass(frozen=True)
class ToldTable:
    """A table as a reader sees it.

    Attributes:
        caption: What the table holds.
        head: Column headings.
        numeric: For each column, whether it holds numbers (set right, in tabular figures).
        rows: The cells, row by row; the first of a row is its heading.
    """

    caption: str
    head: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[Cell, ...], ...]


def fact_text(fact: Fact) -> str:
    """The value of a fact with its unit.

    Example:
        >>> fact_text(Fact("cases", "Cases", 13, Scale.COUNT, "episodes"))
        '13 episodes'
        >>> fact_text(Fact("effect", "Effect", 11.9, Scale.PERCENT, low=-3.2, high=20.8))
        '+12%'
    """
    if fact.low is None or fact.high is None or not isinstance(fact.value, int | float):
        text = tell(fact.value, fact.scale)
    else:
        text = tell_all([fact.value, fact.low, fact.high], fact.scale)[0]
    return f"{text} {counted(fact)}".strip() if text != NONE else NONE


def counted(fact: Fact) -> str:
    """The unit of a fact, in the singular after a count of one.

    Example:
        >>> counted(Fact("cases", "Cases", 1, Scale.COUNT, "episodes"))
        'episode'
    """
    if fact.scale is Scale.COUNT and fact.value == 1:
        return plural(1, fact.unit).removeprefix("1 ")
    return fact.unit


def interval_text(fact: Fact) -> str:
    """The interval of a fact as "−3 to 21%", or an empty text.

    Example:
        >>> interval_text(Fact("effect", "Effect", 11.9, Scale.PERCENT, low=-3.2, high=20.8))
        '−3 to +21%'
    """
    if finite(fact.low) is None or finite(fact.high) is None:
        return ""
    value = fact.value if isinstance(fact.value, int | float) else None
    _, low, high = tell_all([value, fact.low, fact.high], fact.scale)
    for suffix in ("%", "×"):
        low = low.removesuffix(suffix)
    return f"{low} to {high}"


def short_text(fact: Fact | None) -> str:
    """A fact and its interval on one line: "+12% (−3 to +21%)"; empty where there is none."""
    if fact is None or fact_text(fact) == NONE:
        return ""
    interval = interval_text(fact)
    return fact_text(fact) + (f" ({interval})" if interval else "")


def steady(table: Table) -> Table:
    """A table whose decimals are settled, so that a part of it is told as the whole is.

    Example:
        >>> whole = steady(Table((Column("x", scale=Scale.NUMBER),), ((0.5,), (100.25,))))
        >>> tell_table(Table(whole.columns, whole.rows[:1])).rows
        ((Cell(text='0.5', value='0.5'),),)
    """
    names = [column.name for column in table.columns]
    ends = {column.through: column.name for column in table.columns if column.through}

    def settled(column: Column) -> Column:
        both = {column.name, column.through, ends.get(column.name, "")} & set(names)
        values = [value for name in both for value in table.column(name)]
        return replace(column, places=_places(values, column))

    return replace(table, columns=tuple(map(settled, table.columns)))


def tell_table(table: Table, title: str = "") -> ToldTable:
    """A table as a reader sees it; the numbers of a column share their decimals.

    Args:
        table: The raw values.
        title: The caption where the table has none.

    Example:
        >>> columns = (Column("day", scale=Scale.DATE), Column("x", scale=Scale.NUMBER))
        >>> tell_table(Table(columns, (("2017-09-03", 0.123456789), ("2017-09-04", None)))).rows[0]
        (Cell(text='3 Sept 2017', value='2017-09-03'), Cell(text='0.123', value='0.123456789'))
        >>> low = Column("low", "90% interval", Scale.PERCENT, through="high")
        >>> tell_table(Table((low, Column("high", scale=Scale.PERCENT)), ((-3.2, 21.4),))).rows
        ((Cell(text='−3 to +21%', value='-3.2 to 21.4'),),)
    """
    ends = {column.through for column in table.columns if column.through}
    shown = [
        place
        for place, column in enumerate(table.columns)
        if column.shown and column.name not in ends
    ]
    columns = [table.columns[place] for place in shown]
    cells = [_cells(table, column) for column in columns]
    return ToldTable(
        table.caption or title,
        tuple(column.title for column in columns),
        tuple(column.scale.numeric for column in columns),
        tuple(zip(*cells, strict=True)) if cells else (),
    )


def _cells(table: Table, column: Column) -> list[Cell]:
    """The cells of a column; of the low end of an interval, both ends together."""
    lows = table.column(column.name)
    if not column.through:
        places = _places(lows, column)
        return [_cell(value, column, places) for value in lows]
    highs = table.column(column.through)
    places = _places((*lows, *highs), column)
    ends = zip(lows, highs, strict=True)
    return [_interval(_cell(a, column, places), _cell(b, column, places)) for a, b in ends]


def _interval(low: Cell, high: Cell) -> Cell:
    if NONE in {low.text, high.text}:
        return Cell(NONE)
    text = f"{low.text.removesuffix('%').removesuffix('×')} to {high.text}"
    return Cell(text, f"{low.value or low.text} to {high.value or high.text}")


def _places(values: Sequence[Value], column: Column) -> int | None:
    if column.places is not None or column.scale in {Scale.COUNT, Scale.P_VALUE}:
        return column.places
    if not column.scale.numeric:
        return None
    numbers = [v for value in values if (v := _finite(value)) is not None]
    if column.scale is Scale.PROBABILITY or not numbers:
        return None
    if column.scale is Scale.NUMBER:
        return column_places(numbers)
    return decimals(max(numbers) - min(numbers) or numbers[0])


def _enough(value: Value, scale: Scale, places: int | None) -> int | None:
    """More decimals for a value that those of its column would put on "no effect"."""
    number = _finite(value)
    if number is None or places is None or scale not in EFFECTS:
        return places
    enough = range(places, MOST_PLACES + 1)
    # What no number of decimals shows is dust, and no effect.
    return next((more for more in enough if not hidden(number, scale.neutral, more)), places)


def _finite(value: Value) -> float | None:
    return finite(float(value)) if isinstance(value, int | float) else None


def column_places(values: Iterable[float]) -> int:
    """Decimals that show the spread of a column's numbers to three significant digits.

    Example:
        >>> column_places([-4.0, 0.9, 17.7]), column_places([1.0, 2.0])
        (1, 0)
    """
    numbers = list(values)
    if not any(number % 1 for number in numbers):
        return 0
    spread = max(numbers) - min(numbers) or numbers[0]
    return min(decimals(spread) + 1, MOST_PLACES)


def _cell(value: Value, column: Column, places: int | None) -> Cell:
    text = tell(value, column.scale, _enough(value, column.scale, places))
    if isinstance(value, bool):
        return Cell(text, str(value).lower())
    if isinstance(value, float):
        full = finite(value)
        return Cell(text, "" if full is None else as_typed(full, 9))
    return Cell(text, "" if value is None or str(value) == text else str(value))
