"""POLECAT: a file a year, and weekly files of the year that runs; 2018 on.

Doi 10.7910/DVN/AJGVIT. Three ways of naming files were seen: `ngecEvents.DV.2019.txt`,
`ngecEventsDV-2019.txt.zip` (twelve months in it), and, for the running year,
`ngecEvents.20190805111842.Release001.DV.txt` every week. The list is taken as it is.
"""

from __future__ import annotations

import datetime as dt
import re

from detente.sources.fetch.dataverse import (
    DataverseFile,
    Piece,
    day_of,
    manifest_of,
)
from detente.sources.fetch.wanted import Feed
from detente.sources.polecat import POLECAT as SOURCE

DOI = "doi:10.7910/DVN/AJGVIT"
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_EVENTS = re.compile(
    r"ngecevents\D*(?P<year>\d{4})(?P<stamp>\d{4}(?:\d{6})?)?"
    r"(?:-(?P<month>[a-z]{3})[a-z]*)?\D?.*\.txt(?:\.zip|\.gz)?",
    re.IGNORECASE,
)


def _piece(file: DataverseFile) -> Piece | None:
    """The year or week that a file is about; None if it holds no events."""
    match = _EVENTS.fullmatch(file.label)
    if match is None:
        return None
    year = int(match["year"])
    if match["stamp"]:
        week = day_of(match["year"] + match["stamp"])
        return Piece(file, year, week or file.created or dt.date(year, 1, 1))
    month = (match["month"] or "").lower()
    if month in MONTHS:
        return Piece(file, year, dt.date(year, MONTHS.index(month) + 1, 1))
    return Piece(file, year)


POLECAT = Feed(
    name="polecat",
    title="POLECAT: yearly and weekly files of the Harvard Dataverse, 2018 on",
    manifest=manifest_of(DOI, SOURCE.name, _piece),
    licence="treat as for research and education only (© Leidos); notices elsewhere say CC0",
    citation=SOURCE.citation,
    note=(
        "Coded in PLOVER: type, class and intensity are its own, and no scale of another source."
        " Whole years are loaded."
    ),
    by_hand=(
        "Load the files ngecEvents... in a browser from https://doi.org/10.7910/DVN/AJGVIT,"
        " then: detente ingest polecat FOLDER."
    ),
    since=dt.date(2018, 1, 1),
    row_bytes=450.0,
    whole_years=True,
)
