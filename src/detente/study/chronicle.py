"""The chronicle of a study: dated facts, and everything that is wrong with their rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from detente.csv_files import Rows, read_csv
from detente.errors import InputError
from detente.relations.steps import FIRST_DAY, LAST_DAY

CHRONICLE_COLUMNS = (
    "id", "date", "end", "kind", "source", "target", "cameo", "certainty", "title", "citation",
)  # fmt: skip
NEEDED = ("id", "date", "kind")


@dataclass(frozen=True)
class Fact:
    """A dated fact of the chronicle, or a day of an action in event data."""

    id: str
    date: dt.date
    end: dt.date
    kind: str
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    cameo: str
    certainty: str
    title: str
    citation: str


def read_chronicle(path: Path) -> tuple[tuple[Fact, ...], tuple[str, ...]]:
    r"""The facts of a chronicle, oldest first, and one sentence for each problem.

    Args:
        path: A CSV with the columns of `CHRONICLE_COLUMNS`, UTF-8; several states in a cell are
            set apart by `|`.

    Example:
        >>> import tempfile
        >>> text = "id,date,end,kind,source,target,cameo,certainty,title,citation\n"
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "facts.csv"
        ...     _ = path.write_text(text + "a,2017-13-01,,test,PRK,,,A,A test,\n")
        ...     read_chronicle(path)[1]
        ('line 2, date: “2017-13-01” is not a day; write it as 2017-03-15.',)
    """
    lines, problems = read_lines(path)
    if problems:
        return (), problems
    facts = (fact for _, fact in lines)
    return tuple(sorted(facts, key=lambda fact: (fact.date, fact.id))), ()


def read_lines(path: Path) -> tuple[tuple[tuple[int, Fact], ...], tuple[str, ...]]:
    """The facts of those rows that can be read, with their lines, and what is wrong with others.

    Args:
        path: As for `read_chronicle`.

    Returns:
        Line and fact in the order of the file, and one sentence for each problem.
    """
    try:
        file = read_csv(path)
    except InputError as error:
        return (), (f"the file could not be read. {error.found} {error.next_step}",)
    missing = [name for name in CHRONICLE_COLUMNS if name not in file.header]
    if missing:
        columns = ", ".join(file.header) or "none"
        return (), (f"it has no column {', '.join(missing)}; its columns are: {columns}.",)
    if not file.rows and not file.uneven:
        return (), ("it has no rows below the header.",)
    facts: list[tuple[int, Fact]] = []
    problems = [*file.uneven_problems()]
    for line, row in file.rows:
        wrong = [f"line {line}, {text}" for text in _problems(row)]
        problems += wrong
        if not wrong:
            facts.append((line, _fact(row)))
    return tuple(facts), (*problems, *_repeated(file.rows))


def _problems(row: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with one row, each beginning with its column."""
    for name in NEEDED:
        if not row[name].strip():
            yield f"{name}: it is empty."
    for name in ("date", "end"):
        text = row[name].strip()
        day = _day(text)
        if text and day is None:
            yield f"{name}: “{text}” is not a day; write it as 2017-03-15."
        elif day and not FIRST_DAY <= day <= LAST_DAY:
            yield f"{name}: {day} is outside of the years {FIRST_DAY.year} to {LAST_DAY.year}."
    first, last = (_day(row[name].strip()) for name in ("date", "end"))
    if first and last and last < first:
        yield f"end: {last} is before the date, {first}."


def _repeated(rows: Rows) -> Iterator[str]:
    first: dict[str, int] = {}
    for line, row in rows:
        name = row["id"].strip()
        if name and name in first:
            yield f"line {line}, id: “{name}” stands in line {first[name]} already."
        first.setdefault(name, line)


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _fact(row: Mapping[str, str]) -> Fact:
    cell = {name: row[name].strip() for name in CHRONICLE_COLUMNS}
    return Fact(
        id=cell["id"],
        date=dt.date.fromisoformat(cell["date"]),
        end=dt.date.fromisoformat(cell["end"] or cell["date"]),
        kind=cell["kind"],
        sources=_states(cell["source"]),
        targets=_states(cell["target"]),
        cameo=cell["cameo"],
        certainty=cell["certainty"],
        title=cell["title"],
        citation=cell["citation"],
    )


def _states(text: str) -> tuple[str, ...]:
    return tuple(code.strip() for code in text.split("|")) if text else ()
