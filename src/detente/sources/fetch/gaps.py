"""Days and files that are missing at the publisher's: those that are known, and new ones.

The package ships the gaps that are known, each with the day on which it was seen (`gaps.csv`). A
gap that a fetch meets first is new and ends it with 3; it is noted beside the store and known from
then on, there.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources

from detente.sources.fetch.wanted import Wanted


@dataclass(frozen=True)
class Gap:
    """A gap that is known.

    Attributes:
        first: First day.
        last: Last day, inclusive.
        file: Key of the file, where only this is missing; empty where the days have no file.
        seen: The day on which it was seen.
        what: How it shows.
        shipped: Whether the package knows it, so that nothing is asked for; else it was met here.
    """

    first: dt.date
    last: dt.date
    file: str
    seen: dt.date
    what: str
    shipped: bool = True


def shipped_gaps(feed: str) -> tuple[Gap, ...]:
    """The gaps of a feed that the package knows.

    Example:
        >>> [str(gap.first) for gap in shipped_gaps("gdelt")][:2]
        ['2014-01-23', '2014-03-19']
    """
    text = resources.files(__package__).joinpath("gaps.csv").read_text(encoding="utf-8")
    day = dt.date.fromisoformat
    return tuple(
        Gap(day(row["first"]), day(row["last"]), row["files"], day(row["seen"]), row["what"])
        for row in csv.DictReader(text.splitlines())
        if row["feed"] == feed
    )


def gap_of_file(gaps: Iterable[Gap], wanted: Wanted) -> Gap | None:
    """The gap that a file is, if one is known."""
    return next((gap for gap in gaps if gap.file == wanted.key), None)


def gap_of_day(gaps: Iterable[Gap], day: dt.date) -> Gap | None:
    """The gap that a day lies in, if one is known."""
    whole = (gap for gap in gaps if not gap.file or gap.file.startswith("events/"))
    return next((gap for gap in whole if gap.first <= day <= gap.last), None)


def uncovered(first: dt.date, last: dt.date, files: Iterable[Wanted]) -> tuple[dt.date, ...]:
    """Days, from the first to the last, that no file covers.

    Example:
        >>> new_year = dt.date(2020, 1, 1)
        >>> file = Wanted("a", "https://a.org/a", "a", first=new_year, last=new_year)
        >>> [str(day) for day in uncovered(new_year, dt.date(2020, 1, 2), [file])]
        ['2020-01-02']
    """
    covered: set[dt.date] = set()
    for file in files:
        if file.first is not None and file.last is not None:
            span = (min(file.last, last) - max(file.first, first)).days + 1
            covered |= {max(file.first, first) + dt.timedelta(n) for n in range(span)}
    every = (first + dt.timedelta(n) for n in range((last - first).days + 1))
    return tuple(day for day in every if day not in covered)
