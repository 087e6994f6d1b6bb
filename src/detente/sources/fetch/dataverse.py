"""Datasets of the Harvard Dataverse: what files there are, and how each is asked for.

A file has an identifier of its own, and another one once it is revised; its label may repeat and
changes with every revision, so that files are told apart by identifiers. A table that the Dataverse
took in ("ingested") is served as it was uploaded only with `format=original`, and then has another
size than the listed one and no listed sum (IQSS/dataverse #9501).

Public files need no key: none is sent, so that none can follow a redirect to the storage.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from detente.sources.fetch.client import Client
from detente.sources.fetch.wanted import Manifest, Replaces, Span, Wanted

HOST = "https://dataverse.harvard.edu"
ORIGINAL = MappingProxyType({"format": "original"})
LATE = dt.timedelta(31)
"""How long after an event a weekly file may still bring it."""

_UNSAFE = re.compile(r"[^\w.\- ]")


@dataclass(frozen=True)
class DataverseFile:
    """A file of a dataset, as the list tells it.

    Attributes:
        id: Its number; a revised file has another.
        label: Its name at the Dataverse; not unique.
        size: Bytes as they will come; None if the list does not say.
        md5: Their sum; empty if the list has none.
        ingested: Whether it is a table that must be asked for in its original form.
        created: The day on which it was uploaded; None if the list does not say.
    """

    id: int
    label: str
    size: int | None
    md5: str
    ingested: bool
    created: dt.date | None


@dataclass(frozen=True)
class Piece:
    """A file of events, with the time that it is about.

    Attributes:
        file: The file.
        year: The year of its events.
        day: The day on which a file of some days was made; None for a file of a whole year.
        stamp: When this edition was made, as its name says; empty if it does not.
    """

    file: DataverseFile
    year: int
    day: dt.date | None = None
    stamp: str = ""


def list_files(client: Client, doi: str) -> list[DataverseFile]:
    """The files of a dataset's newest version that anyone may load.

    Args:
        client: Asks the Dataverse.
        doi: Such as `doi:10.7910/DVN/28075`.

    Raises:
        FetchError: The list could not be had.
    """
    url = f"{HOST}/api/datasets/:persistentId/"
    return client.ask(url, _files, params={"persistentId": doi})


def _files(text: str) -> list[DataverseFile]:
    """The files of a list.

    Raises:
        ValueError: It is no such list.
    """
    try:
        listed = json.loads(text)["data"]["latestVersion"]["files"]
        return [_file(raw) for raw in listed if not raw.get("restricted")]
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"it is no list of a dataset's files: {error!r}") from None


def _file(raw: Mapping[str, Any]) -> DataverseFile:
    data = raw["dataFile"]
    ingested = bool(data.get("UNF") or data.get("originalFileFormat"))
    return DataverseFile(
        id=int(data["id"]),
        label=str(raw.get("label") or data["filename"]),
        size=_whole(data.get("originalFileSize" if ingested else "filesize")),
        md5="" if ingested else _md5(data),
        ingested=ingested,
        created=_day(data.get("creationDate")),
    )


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and value >= 0 else None


def _md5(data: Mapping[str, Any]) -> str:
    """The MD5 sum of a file; empty where the installation has another kind of sum."""
    checksum = data.get("checksum") or {"type": "MD5", "value": data.get("md5")}
    value = str(checksum.get("value") or "").lower()
    is_md5 = checksum.get("type") == "MD5" and re.fullmatch("[0-9a-f]{32}", value)
    return value if is_md5 else ""


def _day(text: object) -> dt.date | None:
    with contextlib.suppress(ValueError):
        return dt.date.fromisoformat(str(text)[:10])
    return None


def wanted_file(
    file: DataverseFile,
    source: str = "",
    *,
    first: dt.date | None = None,
    last: dt.date | None = None,
    replaces: Replaces = "",
) -> Wanted:
    """A file as one that is wanted.

    Example:
        >>> file = DataverseFile(7, "events.1995.tab", 100, "", True, None)
        >>> wanted = wanted_file(file, "icews")
        >>> wanted.name, wanted.url.rpartition("/")[2], dict(wanted.params)
        ('7-events.1995.tab', '7', {'format': 'original'})
    """
    return Wanted(
        key=f"datafile/{file.id}",
        url=f"{HOST}/api/access/datafile/{file.id}",
        name=f"{file.id}-{_UNSAFE.sub('_', file.label)}",
        size=file.size,
        md5=file.md5,
        first=first,
        last=last,
        replaces=replaces,
        source=source,
        params=ORIGINAL if file.ingested else MappingProxyType({}),
    )


def manifest_of(doi: str, source: str, piece: Callable[[DataverseFile], Piece | None]) -> Manifest:
    """What is wanted of a dataset whose files are each about a year, or about some days.

    Args:
        doi: The dataset.
        source: Name of the source that reads the files.
        piece: The year or days that a file is about; None if it holds no events.
    """

    def manifest(client: Client, span: Span) -> list[Wanted]:
        pieces = [about for file in list_files(client, doi) if (about := piece(file)) is not None]
        return wanted_years(pieces, span, source)

    return manifest


def wanted_years(pieces: Sequence[Piece], span: Span, source: str) -> list[Wanted]:
    """The files that hold the years of a span, each year whole, oldest first.

    The newest file of a year stands for the year: it replaces what is stored of it. Files of some
    days are wanted where no file of their year, made after them, has them already.
    """
    years = {piece.year: piece for piece in sorted(pieces, key=_edition) if piece.day is None}
    chosen = [*years.values(), *(piece for piece in pieces if _is_news(piece, years))]
    inside = [piece for piece in chosen if _belongs(piece, span)]
    return [_wanted_piece(piece, source) for piece in sorted(inside, key=_order)]


def _edition(piece: Piece) -> tuple[str, str, int]:
    """What orders the editions of a file: its stamp, the day of its upload, its number."""
    return piece.stamp, str(piece.file.created or ""), piece.file.id


def _order(piece: Piece) -> tuple[int, dt.date, int]:
    """A year's file first, then the files of days in their order."""
    return piece.year, piece.day or dt.date.min, piece.file.id


def _is_news(piece: Piece, years: Mapping[int, Piece]) -> bool:
    """Whether a file of some days has what the file of its year has not."""
    if piece.day is None:
        return False
    year = years.get(piece.year)
    edition = (day_of(year.stamp) or year.file.created) if year else None
    return edition is None or piece.day > edition


def _belongs(piece: Piece, span: Span) -> bool:
    """Whether a file is of the years of a span, or may bring their events late."""
    first = span.first.year if span.first else dt.MINYEAR
    last = span.last.year if span.last else dt.MAXYEAR - 1
    if piece.day is None:
        return first <= piece.year <= last
    return dt.date(first, 1, 1) <= piece.day <= dt.date(last, 12, 31) + LATE


def _wanted_piece(piece: Piece, source: str) -> Wanted:
    if piece.day is not None:
        return wanted_file(piece.file, source, first=piece.day, last=piece.day, replaces="again")
    first, last = dt.date(piece.year, 1, 1), dt.date(piece.year, 12, 31)
    return wanted_file(piece.file, source, first=first, last=last, replaces="days")


def day_of(stamp: str) -> dt.date | None:
    """The day of a stamp such as `20190805111842`; None if it is none.

    Example:
        >>> day_of("20190805111842"), day_of("20191399")
        (datetime.date(2019, 8, 5), None)
    """
    with contextlib.suppress(ValueError):
        return dt.date.fromisoformat(stamp[:8])
    return None
