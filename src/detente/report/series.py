"""Every series that the report shows, as CSV."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from detente.answers import Answer, Section
from detente.asks.result import StudyResult
from detente.report.layout import anchor_of
from detente.report.words import slug
from detente.spreadsheets import harmless

Columns = Mapping[str, Sequence[object]]


def csv_files(result: StudyResult, *, safe: bool = False) -> dict[str, bytes]:
    """All series of a result as CSV (UTF-8, LF, an empty field where there is no value).

    Args:
        result: One run of a study.
        safe: Whether no text may be taken for a formula by a spreadsheet.

    Returns:
        Contents by path, such as "series/tension-icews.csv", in the order of the report.
    """
    return {
        f"series/{name}.csv": content
        for name, content in tables_of(result.sections, safe=safe).items()
    }


def tables_of(sections: Iterable[Section], *, safe: bool = False) -> dict[str, bytes]:
    """All facts and tables of sections as CSV, by a name of its own each.

    Args:
        sections: Answers.
        safe: Whether no text may be taken for a formula by a spreadsheet.

    Example:
        >>> from detente.answers import Fact
        >>> answer = Answer("a", "question", "A", facts=(Fact("odds", "Odds", 0.5),))
        >>> list(tables_of([Section("claims", "Claims", (answer,))]))
        ['claim-a-facts']
    """
    files: dict[str, bytes] = {}
    for name, columns in _all(sections):
        stem, number = slug(name), 2
        while stem in files:
            stem, number = f"{slug(name)}-{number}", number + 1
        files[stem] = as_csv(columns, safe=safe)
    return files


def as_csv(columns: Columns, *, safe: bool = False) -> bytes:
    r"""Columns of equal length as CSV.

    Args:
        columns: Values by heading.
        safe: Whether no text may be taken for a formula by a spreadsheet.

    Raises:
        ValueError: If the lengths differ.

    Example:
        >>> as_csv({"day": ("2001-01-01",), "share": (float("nan"),)})
        b'day,share\n2001-01-01,\n'
        >>> as_csv({"name": ("=1+1",), "change": (-3.5,)}, safe=True)
        b"name,change\n'=1+1,-3.5\n"
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    tell = _safe_field if safe else _field
    writer.writerow(map(tell, columns))
    writer.writerows(map(tell, row) for row in zip(*columns.values(), strict=True))
    return text.getvalue().encode()


def _field(value: object) -> object:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    if isinstance(value, bool | np.bool_):
        return str(bool(value)).lower()
    return float(value) if isinstance(value, float) else value


def _safe_field(value: object) -> object:
    return harmless(value) if isinstance(value, str) else _field(value)


def _all(sections: Iterable[Section]) -> Iterator[tuple[str, Columns]]:
    for section in sections:
        yield from _of_section(section)


def _of_section(section: Section) -> Iterator[tuple[str, Columns]]:
    """Facts and tables of a section's answers, named after section, ask and exhibit."""
    for answer in section.answers:
        yield from _of_answer(answer, anchor_of(section.name.removesuffix("s"), answer))


def _of_answer(answer: Answer, name: str) -> Iterator[tuple[str, Columns]]:
    """Facts and tables of an answer and of those within it."""
    if answer.facts:
        facts = ("name", "value", "low", "high", "coverage", "unit")
        yield f"{name}-facts", {of: [getattr(f, of) for f in answer.facts] for of in facts}
    for exhibit in answer.exhibits:
        table = exhibit.table
        if len(table):
            columns = {column.name: table.column(column.name) for column in table.columns}
            yield f"{name}-{exhibit.name}", columns
    for part in answer.parts:
        yield from _of_answer(part, f"{name}-{part.id}")
