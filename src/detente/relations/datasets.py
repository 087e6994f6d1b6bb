"""Datasets: ready-made series in a CSV file, by directed dyad, pair, party or for the whole system.

The layout of the file is one of::

    date,source,target,MEASURE...      dyad      directed
    date,a,b,MEASURE...                pair      undirected
    date,party,MEASURE...              party
    date,MEASURE...                    system

A date is any day of its period, as `2017-03-15`, `2017-03` or `2017`. An empty cell, and a period
without a row, is missing and not zero. The two states of a pair have no order: `USA,JPN` and
`JPN,USA` are one pair, and two rows of it for one period are refused.

A table of many dyads may be wide instead: no column `date`, one row per key, and a column for each
period and measure, named `DATE_MEASURE` as in `2017_conflict`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from detente.csv_files import read_csv
from detente.errors import InputError
from detente.relations._arrays import Floats, Ints, placed
from detente.relations.panel import KEYS, Key, Layout, Panel, key_of
from detente.relations.ready import panel_of_columns
from detente.relations.steps import FIRST_DAY, LAST_DAY, Days, check_every, grid, period_start

_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_WIDE = re.compile(rf"({_DATE.pattern})_(\w+)")


def read_dataset(
    path: str | Path,
    *,
    every: str,
    layout: Layout,
    measures: Sequence[str],
    label: str,
    unit: str,
    citation: str = "",
) -> Panel:
    r"""Read a dataset from its CSV file as a panel of one origin.

    Args:
        path: The file, UTF-8, with a header.
        every: Kind of period of its rows.
        layout: What its rows are about.
        measures: The columns to read as numbers.
        label: Short name of the source.
        unit: Unit of the values.
        citation: How to cite it.

    Raises:
        InputError: The file cannot be read, lacks a column, or holds an impossible date, a cell
            that is no number, or two rows for one period; names the line.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "votes.csv"
        ...     _ = path.write_text("date,a,b,value\n2010,CHN,USA,3.1\n2012,CHN,USA,2.9\n")
        ...     dataset = read_dataset(path, every="year", layout="pair", measures=["value"],
        ...                          label="UN votes", unit="distance")
        >>> dataset.pair("USA", "CHN", "value").values.tolist()
        [3.1, nan, 2.9]
    """
    path, kind = Path(path), check_every(every)
    lines, columns = _read(path, ["date", *KEYS[layout], *measures])
    starts = period_start(_days(path, lines, columns["date"]), kind)
    keys, which = _keys(layout, [columns[name] for name in KEYS[layout]], len(lines))
    dates = grid(starts.min(), starts.max(), kind)
    rows = which * dates.size + np.searchsorted(dates, starts)
    if np.unique(rows).size < rows.size:
        _check_once(path, lines, [keys[place] for place in which], starts)
    values = {
        measure: placed(
            _numbers(path, lines, measure, columns[measure]), rows, len(keys) * dates.size
        )
        for measure in measures
    }
    return panel_of_columns(kind, layout, label, dates, keys, values, unit, citation)


def long_columns(header: Sequence[str]) -> list[str]:
    """The columns that a table has when each row is one period: those of a wide table by measure.

    Example:
        >>> long_columns(["a", "b", "2010_votes", "2011_votes"])
        ['date', 'a', 'b', 'votes']
    """
    wide = [match for name in header if (match := _WIDE.fullmatch(name))]
    if "date" in header or not wide:
        return list(header)
    keys = [name for name in header if not _WIDE.fullmatch(name)]
    return ["date", *keys, *dict.fromkeys(match[4] for match in wide)]


def _read(path: Path, needed: list[str]) -> tuple[list[int], dict[str, list[str]]]:
    """The lines of the file and its columns, as of a table whose rows are single periods."""
    file = read_csv(path)
    columns = long_columns(file.header)
    missing = [name for name in needed if name not in columns]
    if missing:
        fault = f"It has no column {', '.join(missing)}; it has {', '.join(columns) or 'none'}."
        raise _bad(path, fault, "Name the columns as the dataset's layout and measures say.")
    for line, cells in file.uneven:
        fault = f"Line {line} has {cells} cells instead of {len(file.header)}."
        raise _bad(path, fault, "Give every row as many cells as the header.")
    if not file.lines:
        raise _bad(path, "It has no rows.", "Give at least one row below the header.")
    cells_by_name = dict(zip(file.header, map(list, zip(*file.cells, strict=True)), strict=True))
    if columns == file.header:
        return file.lines, cells_by_name
    return _long(file.lines, cells_by_name, columns)


def _long(
    lines: list[int], wide: dict[str, list[str]], names: list[str]
) -> tuple[list[int], dict[str, list[str]]]:
    """The lines and columns that a wide table stands for: its rows once for each period."""
    periods: dict[str, dict[str, list[str]]] = {}
    for name, cells in wide.items():
        if match := _WIDE.fullmatch(name):
            periods.setdefault(match[1], {})[match[4]] = cells
    columns: dict[str, list[str]] = {name: [] for name in names}
    empty = [""] * len(lines)
    for date, measures in periods.items():
        block = wide | measures | {"date": [date] * len(lines)}
        for name in names:
            columns[name] += block.get(name, empty)
    return lines * len(periods), columns


def _keys(layout: Layout, columns: list[list[str]], length: int) -> tuple[list[Key], Ints]:
    """What rows are about, and which of these each row is: there are few keys and many rows."""
    raw = list(zip(*columns, strict=True)) if columns else [()] * length
    named = {names: key_of(layout, names) for names in dict.fromkeys(raw)}
    place = {key: number for number, key in enumerate(dict.fromkeys(named.values()))}
    places = {names: place[key] for names, key in named.items()}
    return list(place), np.array([places[names] for names in raw])


def _days(path: Path, lines: list[int], texts: list[str]) -> Days:
    days: dict[str, dt.date] = {}
    for line, text in zip(lines, texts, strict=True):
        if text not in days:
            days[text] = _day(path, line, text)
    place = {text: number for number, text in enumerate(days)}
    each = np.array(list(days.values()), "datetime64[D]")
    return each[[place[text] for text in texts]]


def _numbers(path: Path, lines: list[int], column: str, texts: list[str]) -> Floats:
    """A column as numbers, NaN where a cell is empty; names the first that is none."""
    try:
        values = np.array([text or "nan" for text in texts], dtype=np.float64)
    except ValueError:
        values = np.full(len(texts), np.nan)
    if np.isfinite(values).sum() == len(texts) - texts.count(""):
        return values
    cells = zip(lines, texts, strict=True)
    return np.array([_number(path, line, column, text) for line, text in cells])


def _day(path: Path, line: int, text: str) -> dt.date:
    try:
        return _parsed(text)
    except ValueError as error:
        fault = f"Line {line}: {text!r} is not a date of {FIRST_DAY.year} to {LAST_DAY.year}."
        raise _bad(path, fault, "Write dates as 2017-03-15, 2017-03 or 2017.") from error


def _parsed(text: str) -> dt.date:
    if not _DATE.fullmatch(text):
        raise ValueError(text)
    day = dt.date.fromisoformat(f"{text}-01-01"[:10])
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(text)
    return day


def _number(path: Path, line: int, column: str, text: str) -> float:
    if not text.strip():
        return float("nan")
    try:
        number = float(text)
    except ValueError as error:
        fault = f"Line {line}, column {column}: {text!r} is not a number."
        raise _bad(path, fault, "Leave the cell empty if the value is missing.") from error
    if not np.isfinite(number):
        fault = f"Line {line}, column {column}: {text!r} is not a finite number."
        raise _bad(path, fault, "Leave the cell empty if the value is missing.")
    return number


def _check_once(path: Path, lines: list[int], keys: list[Key], starts: Days) -> None:
    seen: dict[tuple[Key, int], int] = {}
    for line, key, start in zip(lines, keys, starts.astype(np.int64).tolist(), strict=True):
        first = seen.setdefault((key, start), line)
        if first != line:
            who = ", ".join(key) or "the system"
            fault = f"Lines {first} and {line} are both about {who} in one period."
            raise _bad(path, fault, "Give each period once.")


def _bad(path: Path, fault: str, next_step: str) -> InputError:
    return InputError(f"The dataset {path} could not be read.", fault, next_step)
