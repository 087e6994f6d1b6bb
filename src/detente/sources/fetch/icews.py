"""ICEWS: one file a year, and weekly files where a year has none yet; ended on 11 April 2023.

Doi 10.7910/DVN/28075. The version of 2023-05-01 is the last; the dataset of weekly files (QI2T9A)
was taken down and its files moved here.
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
from detente.sources.icews import ICEWS as SOURCE

DOI = "doi:10.7910/DVN/28075"

_YEAR = re.compile(r"events\.(\d{4})\.(?:(\d{8,14})\.)?.*?tab(?:\.zip|\.gz)?", re.IGNORECASE)
_WEEK = re.compile(r"(\d{8})-icews-events.*\.(?:zip|tab)", re.IGNORECASE)


def _piece(file: DataverseFile) -> Piece | None:
    """The years or days that a file is about; None if it holds no events."""
    if year := _YEAR.fullmatch(file.label):
        return Piece(file, int(year[1]), stamp=year[2] or "")
    week = _WEEK.fullmatch(file.label)
    day = day_of(week[1]) if week else None
    return Piece(file, day.year, day) if day else None


ICEWS = Feed(
    name="icews",
    title="ICEWS: yearly files of the Harvard Dataverse, 1995 to April 2023",
    manifest=manifest_of(DOI, SOURCE.name, _piece),
    licence="for research and education only; © Lockheed Martin and BBN, not to be passed on",
    citation=SOURCE.citation,
    note=(
        "Ends on 11 April 2023. Events among Americans alone are left out by the publisher. Whole"
        " years are loaded."
    ),
    by_hand=(
        "Load the files events.YEAR... in a browser from https://doi.org/10.7910/DVN/28075"
        " (tables: as 'Original File Format'), then: detente ingest icews FOLDER."
    ),
    since=dt.date(1995, 1, 1),
    row_bytes=90.0,
    whole_years=True,
)
