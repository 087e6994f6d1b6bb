"""What a revision makes necessary to be read again.

A file that replaces the events of some days takes away what others brought to these days: these are
read again after it, even if they did not change. A file that its publisher took from the list
leaves events behind that nothing replaces, so that its whole year is read anew.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

from detente.sources.fetch.ledger import Entry
from detente.sources.fetch.wanted import Span, Wanted


def years_anew(
    span: Span, wanted: Sequence[Wanted], todo: Sequence[Wanted], before: Mapping[str, Entry]
) -> list[Wanted]:
    """The files to load, and the first of every year of which a file that was read is gone.

    This first file replaces the events of its year; `replaced_too` adds the others.

    Args:
        span: What was asked for; the list is whole for its years.
        wanted: All files of these years, those of a year in their order.
        todo: Those that are to be loaded.
        before: What was read, by key.
    """
    gone = _years_gone(span, wanted, before)
    due = {file.key for file in todo}
    chosen = []
    for file in wanted:
        year = file.first.year if file.first else 0
        if year in gone:
            gone.remove(year)
            first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
            chosen.append(replace(file, replaces="days", first=first, last=last))
        elif file.key in due:
            chosen.append(file)
    return chosen


def _years_gone(span: Span, wanted: Sequence[Wanted], before: Mapping[str, Entry]) -> set[int]:
    """Years of the span of which a file that was read is listed no more."""
    listed = {file.key for file in wanted}
    first = span.first.year if span.first else dt.MINYEAR
    last = span.last.year if span.last else dt.MAXYEAR
    gone = (entry.first for key, entry in before.items() if key not in listed)
    years = {int(day[:4]) for day in gone if day}
    return {year for year in years if first <= year <= last}


def replaced_too(
    wanted: Sequence[Wanted], todo: Sequence[Wanted], had: Mapping[str, Entry]
) -> list[Wanted]:
    """The files to load, and those that were read and whose events others of them will replace."""
    chosen = {file.key: file for file in todo}
    spans = [(file.first, file.last) for file in todo if file.replaces == "days"]
    for file in wanted:
        lost = file.first and any(a <= file.first <= b for a, b in spans if a and b)
        if lost and file.key in had and file.key not in chosen:
            # What was read before is passed over otherwise.
            chosen[file.key] = replace(file, replaces=file.replaces or "again")
    return [chosen[file.key] for file in wanted if file.key in chosen]
