"""One shape for every answer: what an ask comes back as, and what a result shows of itself.

Claims, reactions, forecasts, scenarios and the overview all return an `Answer`; its numbers lie in
`Fact`s and in the `Table`s of its `Exhibit`s, raw and once. How a number is told to a person is
decided by its `Scale`, at the very end, by `report.telling`: page, terminal and notebook read
the same tables; JSON and CSV hold the same numbers in full. Nothing here computes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from importlib import import_module
from typing import Any

from detente.errors import UsageError

Value = None | bool | int | float | str | dt.date
"""A cell of a table. None stands where there is no value; a number may be NaN for the same."""


class Verdict(StrEnum):
    """The words that a claim can come back with.

    Five say what the evidence is, from strongest for to strongest against; three say what came of a
    forecast, which is no evidence for or against anything; two say that nothing is decided.
    """

    SUPPORTED = "supported"
    LEANS_SUPPORTED = "leans supported"
    NO_CLEAR_EFFECT = "no clear effect"
    LEANS_AGAINST = "leans against"
    CONTRADICTED = "contradicted"
    CAME_TRUE = "came true"
    DID_NOT_COME_TRUE = "did not come true"
    OPEN = "open"
    INSUFFICIENT_DATA = "insufficient data"
    NOT_TESTABLE = "not testable"


class Scale(StrEnum):
    """What kind of number a value is, and so how it is told: never by the words of its unit."""

    TEXT = "text"
    DATE = "date"
    FLAG = "flag"
    COUNT = "count"
    NUMBER = "number"
    PERCENT = "percent"
    POINTS = "points"
    RATIO = "ratio"
    PROBABILITY = "probability"
    P_VALUE = "p-value"

    @property
    def numeric(self) -> bool:
        """Whether values of this scale are numbers."""
        return self not in {Scale.TEXT, Scale.DATE, Scale.FLAG}

    @property
    def neutral(self) -> float:
        """The value that means "no effect": 1 for ratios, 0 for all else.

        Example:
            >>> Scale.RATIO.neutral, Scale.PERCENT.neutral
            (1.0, 0.0)
        """
        return 1.0 if self is Scale.RATIO else 0.0


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        name: Its name in files, with the unit where it has one ("effect_percent").
        heading: Its heading for people; the name with spaces if empty.
        scale: What kind of value it holds. PERCENT is a signed change in per cent, POINTS a signed
            difference in the unit of the heading, PROBABILITY lies between 0 and 1.
        shown: Whether page and terminal show it; files always hold it.
        places: Decimals, where the spread of the column should not decide.
        through: Where it holds the low end of an interval, the column with the high end: people
            see both as one ("−3 to 21%"), files two columns.
    """

    name: str
    heading: str = ""
    scale: Scale = Scale.TEXT
    shown: bool = True
    places: int | None = None
    through: str = ""

    @property
    def title(self) -> str:
        """The heading, or the name in words."""
        return self.heading or self.name.replace("_", " ")


@dataclass(frozen=True)
class Table:
    """Numbers as they are, laid out once.

    Attributes:
        columns: The columns.
        rows: Rows of raw values, each as long as `columns`.
        caption: What the table holds; the title of its exhibit if empty.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...] = ()
    caption: str = ""

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.rows)

    def column(self, name: str) -> tuple[Any, ...]:
        """The values of one column.

        Raises:
            KeyError: There is no such column.

        Example:
            >>> columns = (Column("day"), Column("odds", scale=Scale.PROBABILITY))
            >>> Table(columns, (("Monday", 0.5),)).column("odds")
            (0.5,)
        """
        names = [column.name for column in self.columns]
        if name not in names:
            raise KeyError(f"no column {name!r} among {', '.join(names)}")
        place = names.index(name)
        return tuple(row[place] for row in self.rows)

    def records(self) -> list[dict[str, Any]]:
        """Rows as dictionaries by column name.

        Example:
            >>> Table((Column("day"), Column("odds")), (("Monday", 0.5),)).records()
            [{'day': 'Monday', 'odds': 0.5}]
        """
        names = [column.name for column in self.columns]
        return [dict(zip(names, row, strict=True)) for row in self.rows]

    def arrow(self) -> Any:
        """The table as an Arrow table, one column for each of `columns`."""
        arrow = import_module("pyarrow")
        columns = zip(*self.rows, strict=True) if self.rows else ((),) * len(self.columns)
        return arrow.table(
            [list(values) for values in columns], names=[column.name for column in self.columns]
        )


def table_of(
    columns: Sequence[Column], values: Mapping[str, Iterable[Any]], caption: str = ""
) -> Table:
    """A table from values by column; NumPy scalars become plain Python values.

    Args:
        columns: The columns, in order.
        values: For each column's name its values, all of one length.
        caption: What the table holds.

    Raises:
        ValueError: The lengths differ.

    Example:
        >>> import numpy as np
        >>> columns = (Column("step", scale=Scale.COUNT), Column("level", scale=Scale.NUMBER))
        >>> table_of(columns, {"step": range(2), "level": np.array([0.5, 1.0])}).rows
        ((0, 0.5), (1, 1.0))
    """
    listed = [[_plain(value) for value in values[column.name]] for column in columns]
    return Table(tuple(columns), tuple(zip(*listed, strict=True)), caption)


def _plain(value: Any) -> Value:
    """A NumPy scalar as a Python value, a day as its date."""
    plain: Value = value.item() if hasattr(value, "item") else value
    return plain


@dataclass(frozen=True)
class Key:
    """One line of how to read a picture.

    Attributes:
        swatch: The id of a sample drawing.
        text: What it stands for.
    """

    swatch: str
    text: str


@dataclass(frozen=True)
class Exhibit:
    """A table, and how it is drawn if it is.

    Attributes:
        name: Unique within its answer; files and anchors are named after it.
        title: Heading.
        table: The numbers, all that are drawn among them.
        note: A sentence under it.
        mark: The name of the drawing in `report.marks`; empty for a table alone.
        key: How to read the drawing; empty for the mark's own.
        says: What it shows, in a sentence, for screen readers.
        settings: What the mark needs beside the table, such as titles of axes or a date to mark.
        folded: Whether it stands under "How we know" instead of at first sight.
        series: Columns that name a series, where rows are the points of several: a terminal shows
            a few points of each, and none where there are many series.
        last: How many of its last rows people are shown; 0 for all. Files hold all.
    """

    name: str
    title: str
    table: Table
    note: str = ""
    mark: str = ""
    key: tuple[Key, ...] = ()
    says: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    folded: bool = False
    series: tuple[str, ...] = ()
    last: int = 0


@dataclass(frozen=True)
class Check:
    """A check of a design.

    Attributes:
        name: What was checked.
        passed: Whether it holds; None where it decides nothing and only informs.
        text: What was seen, in a sentence.
    """

    name: str
    passed: bool | None
    text: str


@dataclass(frozen=True)
class Fact:
    """A number or a word to remember of an answer.

    Attributes:
        name: Its name in files: "effect", "cases", "p".
        label: What it is, for people.
        value: The value, on its `scale`.
        scale: What kind of value it is.
        unit: What is counted or measured, in words ("episodes"), where the label does not say.
        low: Low end of its uncertainty interval, on the same scale; None without one.
        high: High end.
        coverage: Nominal coverage of the interval.
        note: What goes with it, small.
        shown: Whether page and terminal show it; files always hold it.
    """

    name: str
    label: str
    value: Value
    scale: Scale = Scale.NUMBER
    unit: str = ""
    low: float | None = None
    high: float | None = None
    coverage: float = 0.90
    note: str = ""
    shown: bool = True


@dataclass(frozen=True)
class Provenance:
    """What an answer was computed from, enough to compute it again.

    Attributes:
        data_hash: SHA-256 over the data that were read.
        seed: Seed of the random draws.
        version: Version of Detente.
        estimator: The primary estimator, declared beforehand, in one sentence.
        null: What its p-value compares with.
        sources: Names of the data that were read.
    """

    data_hash: str
    seed: int
    version: str
    estimator: str = ""
    null: str = ""
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """What an ask comes back as.

    Attributes:
        id: The ask's id in the study file.
        kind: The kind of ask: "response", "system", "question", "scenario" …
        label: A few words.
        text: The answer in plain words.
        verdict: The verdict, where the ask is a claim.
        gap: Why there is no answer; empty if there is one.
        statement: What was asked, in one sentence.
        passage: Where it stands in the text that is studied.
        reason: Why this verdict, by which rule.
        facts: The numbers to remember, the most important first.
        exhibits: Tables and pictures, the most important first.
        parts: Answers within it, such as that of each source alone.
        checks: Checks of the design.
        caveats: What to bear in mind.
        needs: What would have to be loaded, or what it would take, where there is no answer.
        citations: What to cite.
        provenance: What it was computed from.
        notes: Further short sentences by name, such as "visible" (what the design would have seen).
    """

    id: str
    kind: str
    label: str
    text: str = ""
    verdict: Verdict | None = None
    gap: str = ""
    statement: str = ""
    passage: str = ""
    reason: str = ""
    facts: tuple[Fact, ...] = ()
    exhibits: tuple[Exhibit, ...] = ()
    parts: tuple[Answer, ...] = ()
    checks: tuple[Check, ...] = ()
    caveats: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    citations: tuple[str, ...] = ()
    provenance: Provenance | None = None
    notes: Mapping[str, str] = field(default_factory=dict)

    def fact(self, name: str) -> Fact | None:
        """The fact of a name, or None.

        Example:
            >>> Answer("a", "question", "A", facts=(Fact("odds", "Odds", 0.5),)).fact("odds").value
            0.5
        """
        return next((fact for fact in self.facts if fact.name == name), None)

    def exhibit(self, name: str) -> Exhibit | None:
        """The exhibit of a name, or None."""
        return next((exhibit for exhibit in self.exhibits if exhibit.name == name), None)


@dataclass(frozen=True)
class Section:
    """Answers that a page or a terminal shows under one heading.

    Attributes:
        name: Its name: "claims", "reactions", "outlook", "record", "whatif" …; files are named so.
        title: Heading.
        answers: Its answers, in the study's order.
        intro: What the reader should know before.
        groups: Heading over the answers of a kind, by kind; none where empty.
        notes: Sentences below.
        short: A word for lists of contents; the title if empty.
        first: Ids of the answers whose main fact the first screen shows.
    """

    name: str
    title: str
    answers: tuple[Answer, ...] = ()
    intro: str = ""
    groups: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    short: str = ""
    first: tuple[str, ...] = ()


class Shown:
    """A frozen result of an estimator that can show itself: as tables, and in a notebook.

    Subclasses say what their exhibits are; the first holds the main numbers.

    Example:
        >>> from dataclasses import dataclass
        >>> @dataclass(frozen=True)
        ... class Effect(Shown):
        ...     value: float
        ...     def exhibits(self):
        ...         column = Column("effect", scale=Scale.NUMBER)
        ...         return (Exhibit("effect", "The effect", Table((column,), ((self.value,),))),)
        >>> Effect(0.5).table().to_pylist()
        [{'effect': 0.5}]
        >>> Effect(0.5).df()["effect"].tolist()
        [0.5]
    """

    def exhibits(self) -> tuple[Exhibit, ...]:
        """What the result shows, the main numbers first."""
        raise NotImplementedError(f"{type(self).__name__} shows nothing")

    def table(self) -> Any:
        """The main numbers as an Arrow table."""
        return self.exhibits()[0].table.arrow()

    def df(self) -> Any:
        """The main numbers as a pandas data frame.

        Raises:
            UsageError: pandas is not installed.
        """
        try:
            return self.table().to_pandas()
        except ModuleNotFoundError as error:
            raise UsageError(
                "The table could not be made.", str(error), "Install pandas, or use .table()."
            ) from None

    def _repr_html_(self) -> str:
        """The exhibits as a notebook shows them: pictures and tables."""
        # Loaded by name, since drawing lies above whatever has something to show.
        html: str = import_module("detente.report.notebook").html(self.exhibits())
        return html
