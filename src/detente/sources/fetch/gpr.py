"""Geopolitical risk (Caldara and Iacoviello 2022): a share of newspaper articles, by month and day.

The month's workbook has the world's index (`GPR`, threats and acts apart; 1985 to 2019 = 100) and,
for 44 countries, the per cent of articles that name risk and the country (`GPRC_USA`). That of days
has the world alone and is renewed on Mondays. Both are revised, so that a fetch makes the tables
anew. Rows before 1985 belong to another, historical index and are left out.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from detente.errors import FetchError
from detente.sources.fetch.client import Client
from detente.sources.fetch.datasets import Dataset, number, write_lines, write_table
from detente.sources.fetch.wanted import Feed, Span, Wanted

HOST = "https://www.matteoiacoviello.com/gpr_files"
MONTHS, DAYS = "data_gpr_export.xls", "data_gpr_daily_recent.xls"

COUNTRY_MONTH = Dataset(
    name="gpr-month",
    every="month",
    layout="party",
    keys=("party",),
    measures=("value",),
    label="GPR by country, month",
    unit="% of articles",
    caveat="counts articles of mostly American and British newspapers; 44 countries, not all",
)
WORLD_MONTH = Dataset(
    name="gpr-world-month",
    every="month",
    layout="system",
    keys=(),
    measures=("value", "threats", "acts"),
    label="GPR, world, month",
    unit="index, 1985–2019 = 100",
    caveat="counts articles of mostly American and British newspapers",
)
WORLD_DAY = Dataset(
    name="gpr-world-day",
    every="day",
    layout="system",
    keys=(),
    measures=("value", "threats", "acts"),
    label="GPR, world, day",
    unit="index, 1985–2019 = 100",
    caveat="counts articles of ten newspapers; the last weeks are still revised",
)

Cell = object
Row = Mapping[str, Cell]
Table = Sequence[Row]
_COUNTRY = re.compile(r"GPRC_([A-Z]{3})")


def manifest(client: Client, span: Span) -> list[Wanted]:
    """The workbook of months and that of days, whatever the span."""
    sizes = {MONTHS: 2_700_000, DAYS: 3_300_000}  # as seen in 2026
    return [
        Wanted(key=name, url=f"{HOST}/{name}", name=name, likely=size)
        for name, size in sizes.items()
    ]


def publish(span: Span, paths: Sequence[Path], folder: Path) -> list[Path]:
    """Make tables of the workbooks that were loaded.

    Raises:
        FetchError: One is no workbook, or has other columns.
        StoreError: The disk refused.
    """
    written: list[Path] = []
    for path in paths:
        table = read_workbook(path)
        if path.name == DAYS:
            written.append(
                write_table(folder, WORLD_DAY, _world(path, table, "GPRD", "_THREAT", "_ACT"))
            )
        else:
            written.append(write_table(folder, WORLD_MONTH, _world(path, table, "GPR", "T", "A")))
            written.append(write_table(folder, COUNTRY_MONTH, _countries(table)))
    lines = write_lines(folder, GPR.name, (COUNTRY_MONTH, WORLD_MONTH, WORLD_DAY), GPR.citation)
    return [*written, lines]


def read_workbook(path: Path) -> Table:
    """The rows of a workbook's first sheet by column, each with a day as `day`.

    Raises:
        FetchError: It is no workbook, or has no days.
    """
    # Slow to import, and needed for this one format.
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415

    try:
        # As a stream, so that the content tells the format and not the name.
        with path.open("rb") as file:
            rows = CalamineWorkbook.from_filelike(file).get_sheet_by_index(0).to_python()
    except (CalamineError, IndexError) as error:
        raise _bad(path, f"It is no workbook ({str(error)[:80]}).") from None
    header = [str(name).strip() for name in rows[0]] if rows else []
    table = [dict(zip(header, row, strict=False)) for row in rows[1:]]
    dated = [row | {"day": day} for row in table if (day := _day(row)) is not None]
    if not dated:
        raise _bad(path, f"It has no column month, date or DAY with days; it has {header[:8]}.")
    return dated


def _day(row: Row) -> dt.date | None:
    """The day of a row, however the workbook writes it."""
    for name in ("month", "date", "DAY"):
        value = row.get(name)
        if isinstance(value, dt.datetime):
            return value.date()
        if isinstance(value, dt.date):
            return value
        digits = re.sub(r"\D", "", str(value).removesuffix(".0"))
        if re.fullmatch(r"(?:19|20)\d{4}(?:\d{2})?", digits):
            return dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:] or 1))
    return None


def _world(path: Path, table: Table, index: str, threats: str, acts: str) -> Iterator[list[str]]:
    names = (index, index + threats, index + acts)
    if not all(name in table[0] for name in names):
        raise _bad(path, f"It has no columns {', '.join(names)}.")
    for row in table:
        if _is_number(row[index]):
            yield [str(row["day"]), *(_text(row[name]) for name in names)]


def _countries(table: Table) -> Iterator[list[str]]:
    columns = {name: match[1] for name in table[0] if (match := _COUNTRY.fullmatch(name))}
    for row in table:
        for name, country in columns.items():
            if _is_number(row[name]):
                yield [str(row["day"]), country, _text(row[name])]


def _is_number(cell: Cell) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _text(cell: Cell) -> str:
    return number(float(cell)) if isinstance(cell, int | float) else ""


def _bad(path: Path, fault: str) -> FetchError:
    return FetchError(
        f"{path.name} could not be read.", fault, "Its layout may have changed; load it by hand."
    )


GPR = Feed(
    name="gpr",
    title="Geopolitical risk: an index of newspaper articles by month, country and day, 1985 on",
    manifest=manifest,
    licence="CC BY: free with citation",
    citation=(
        "Caldara, D., Iacoviello, M. (2022), Measuring Geopolitical Risk, American Economic Review"
        " 112(4), 1194–1225; https://www.matteoiacoviello.com/gpr.htm (name the day of access)"
    ),
    note=(
        "An index of what newspapers write; 44 countries, North Korea not among them. Whole tables"
        " are made, whatever the days."
    ),
    unused=("--translated", "--either", "--widen", "--from", "--to", "--parties"),
    by_hand="Load the workbooks in a browser from https://www.matteoiacoviello.com/gpr.htm.",
    since=dt.date(1985, 1, 1),
    renewed=True,
    publish=publish,
)
