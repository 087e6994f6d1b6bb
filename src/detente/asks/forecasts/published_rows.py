"""The file of published odds: its rows, and everything that is wrong with them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from detente.csv_files import Rows, read_csv
from detente.errors import InputError
from detente.relations.steps import LAST_DAY
from detente.rounding import count_text, number
from detente.study.names import did_you_mean
from detente.study.parts import LONGEST_WINDOW

COLUMNS = ("issued", "action", "within", "probability", "source")
QUESTION = "question"
"""A column that may be there as well: rows of one question are forecasts of one window's end."""


@dataclass(frozen=True)
class Given:
    """One published forecast: the odds that an action happens within days of the day of issue.

    Attributes:
        question: The question that it answers, in words; empty if it stands alone.
    """

    issued: dt.date
    action: str
    within: int
    probability: float
    source: str
    question: str = ""

    @property
    def ends(self) -> dt.date:
        """The last day of the window."""
        return self.issued + dt.timedelta(days=self.within)


def read_published(
    path: Path, actions: Iterable[str], since: dt.date
) -> tuple[tuple[Given, ...], tuple[str, ...]]:
    r"""The published forecasts of a file, in its order, and one sentence for each problem.

    Args:
        path: A CSV with the columns issued, action, within, probability and source, and perhaps
            question.
        actions: Names of the study's actions.
        since: The day from which the study counts them.

    Example:
        >>> import tempfile
        >>> text = "issued,action,within,probability,source\n2017-03-13,test,14,40,A newspaper\n"
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "odds.csv"
        ...     _ = path.write_text(text)
        ...     for problem in read_published(path, ["tests"], dt.date(1998, 1, 1))[1]:
        ...         print(problem)
        line 2, action: “test” is not declared. Did you mean “tests”?
        line 2, probability: 40 is not between 0 and 1; write 40% as 0.40.
    """
    try:
        file = read_csv(path)
    except InputError as error:
        return (), (f"the file could not be read. {error.found} {error.next_step}",)
    missing = [name for name in COLUMNS if name not in file.header]
    if missing:
        return (), tuple(_no_column(name, file.header) for name in missing)
    if not file.rows and not file.uneven:
        return (), ("the file has no rows.",)
    names, problems, given = list(actions), [*file.uneven_problems()], []
    for line, row in file.rows:
        faults = tuple(_problems(row, names, since))
        problems += [f"line {line}, {fault}" for fault in faults]
        given += [] if faults else [_given(row)]
    return tuple(given), (*problems, *_repeated(file.rows), *_differing(given))


def _no_column(name: str, header: list[str]) -> str:
    return f"column: “{name}” is missing.{_hint(name, header)}"


def _given(row: Mapping[str, str]) -> Given:
    issued = dt.date.fromisoformat(row["issued"])
    return Given(
        issued=issued,
        action=row["action"],
        within=int(row["within"]),
        probability=float(row["probability"]),
        source=row["source"],
        question=row.get(QUESTION, "").strip(),
    )


def _problems(row: Mapping[str, str], actions: list[str], since: dt.date) -> Iterator[str]:
    """What is wrong with one row, each beginning with its column."""
    yield from _issued_problems(row["issued"], since)
    action = row["action"]
    if action not in actions:
        yield f"action: “{action}” is not declared.{_hint(action, actions)}"
    yield from _within_problems(row["within"])
    yield from _probability_problems(row["probability"])
    if not row["source"].strip():
        yield "source: it is empty; say where the odds were published."


def _issued_problems(text: str, since: dt.date) -> Iterator[str]:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        yield f"issued: “{text}” is not a day; write it as 2017-03-15."
        return
    if day < since:
        yield f"issued: {day} is before {since}, from which on the study counts the actions."
    if day > LAST_DAY:
        yield f"issued: {day} is after the year {LAST_DAY.year}."


def _within_problems(text: str) -> Iterator[str]:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= LONGEST_WINDOW):
        yield f"within: “{text}” is not a number of days from 1 to {count_text(LONGEST_WINDOW)}."


def _probability_problems(text: str) -> Iterator[str]:
    try:
        value = float(text)
    except ValueError:
        yield f"probability: “{text}” is not a number from 0 to 1."
        return
    if not 0 <= value <= 1:
        hint = f"; write {text}% as {number(value / 100, 2)}" if 1 < value <= 100 else ""
        yield f"probability: {text} is not between 0 and 1{hint}."


def _repeated(rows: Rows) -> Iterator[str]:
    """Rows that are the same forecast as an earlier one; of a question many may say the same."""
    first: dict[tuple[str, ...], int] = {}
    for line, row in rows:
        if row.get(QUESTION, "").strip():
            continue
        key = tuple(row[name] for name in ("issued", "action", "within", "source"))
        if key in first:
            yield f"line {line}: it is the same forecast as line {first[key]}."
        first.setdefault(key, line)


def _differing(given: Iterable[Given]) -> Iterator[str]:
    """Forecasts of one question that are about another action or end on another day."""
    first: dict[str, Given] = {}
    for item in given:
        if not item.question:
            continue
        other = first.setdefault(item.question, item)
        if (item.action, item.ends) != (other.action, other.ends):
            yield (
                f"question: “{item.question}” is about {other.action} until {other.ends} by its "
                f"first row, and about {item.action} until {item.ends} by that of {item.issued}."
            )


def _hint(word: str, names: list[str]) -> str:
    return did_you_mean(word, names) or f" Known: {', '.join(names)}."
