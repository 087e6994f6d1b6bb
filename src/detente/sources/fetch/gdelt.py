"""GDELT: version 1 up to its newest day, version 2 for the quarter hours since.

A daily file of version 1 holds, since February 2015, what the English files of version 2 of that
day hold, with the same event numbers: 1 request instead of 96. The quarter hours that no daily file
covers yet are therefore read into the same origin, and the day's file adds only what is missing.
A file also holds events of 1, 7, 30 and 365 days before its own day (until 2015 of a day after it),
so that the events of a span are complete but for a few with the files of 31 further days.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Iterator

from detente.sources.families.gdelt import CITATION, STREAM_SHARED_SINCE, select
from detente.sources.fetch.client import Client
from detente.sources.fetch.tries import MissingError
from detente.sources.fetch.wanted import Feed, Span, Wanted
from detente.sources.gdelt2 import GDELT2

HOST = "https://data.gdeltproject.org"
FALLBACKS = {"data.gdeltproject.org": ("https://storage.googleapis.com/data.gdeltproject.org",)}

FIRST_DAY = dt.date(1979, 1, 1)
FIRST_DAILY = dt.date(2013, 4, 1)
FIRST_TRANSLATED = dt.datetime(2015, 2, 18, 22, 45, tzinfo=dt.UTC)
LATE_DAYS = 31
"""Days after a day whose files still hold a share of its events worth loading."""

SLOT = dt.timedelta(minutes=15)
SETTLING = dt.timedelta(hours=1)
"""A quarter hour of late is no gap yet: files come some ten minutes after their names."""

BEHIND_DAYS = 2
"""Days that may lack their daily file because it has not been published yet."""

LIST_DAYS = 90
"""Days from which on one list of all files costs less than asking for computed names."""

_NAME = re.compile(r"(\d{4})\.zip|(\d{6})\.zip|(\d{8})\.export\.CSV\.zip")
_LISTED = re.compile(r"(\d+)\s+([0-9a-f]{32})\s+\S+/((\d{14})(?:\.translation)?\.export\.CSV\.zip)")

LATEST = dataclasses.replace(
    GDELT2,
    name="gdelt1-latest",
    title="GDELT 2.0 quarter hours, for the days that have no file of GDELT 1.0 yet",
    origin="gdelt1",
    select=select("gdelt1", url=True),
    twin="gdelt2",
    twin_except="",
)
TRANSLATED = dataclasses.replace(
    GDELT2,
    name="gdelt2-translated",
    title="GDELT 2.0 quarter hours, the machine-translated stream",
    origin="gdelt2-translated",
    select=select("gdelt2-translated", url=True),
    twin="",
    twin_except="",
)


def manifest(client: Client, span: Span) -> list[Wanted]:
    """The files that hold events of a span."""
    span = dataclasses.replace(span, last=min(span.last or span.today, span.today))
    first = span.first or FIRST_DAY
    wanted = [file for file in _daily(client) if _holds(file, first, span.last or span.today)]
    if span.last and span.last >= span.today - dt.timedelta(BEHIND_DAYS):
        newest = max((file.last for file in wanted if file.last), default=dt.date.min)
        since = max(first, newest + dt.timedelta(1), span.today - dt.timedelta(BEHIND_DAYS))
        wanted += _latest(client, since, span.last) if since <= span.last else []
    return wanted + (_translated(client, first, span) if span.translated else [])


def _daily(client: Client) -> list[Wanted]:
    """Every file of version 1, in order of days, with size and sum where the lists have them."""
    sizes = _list(client, "filesizes", r"(\d+)\s+(\S+)")
    sums = _list(client, "md5sums", r"([0-9a-f]{32})\s+\*?(\S+)")
    if not sizes and not sums:
        raise MissingError(f"{HOST}/events has no list of its files.", "", "Try again later.")
    names = {name: match for name in {*sizes, *sums} if (match := _NAME.fullmatch(name))}
    files = [
        Wanted(
            key=f"events/{name}",
            url=f"{HOST}/events/{name}",
            name=name,
            size=int(sizes[name]) if name in sizes else None,
            md5=sums.get(name, ""),
            first=first,
            last=last,
            source="gdelt1" if match[3] else "gdelt1-backfile",
        )
        for name, match in names.items()
        if (days := _days(match)) is not None
        for first, last in [days]
    ]
    return sorted(files, key=lambda file: (file.first or dt.date.min, file.name))


def _list(client: Client, name: str, row: str) -> dict[str, str]:
    """One of the two lists; empty if it is not there, since the other one will do."""
    try:
        return client.ask(f"{HOST}/events/{name}", lambda text: _table(text, row))
    except MissingError:
        return {}


def _table(text: str, row: str) -> dict[str, str]:
    """A list of names with one value each.

    Raises:
        ValueError: Nothing in it is such a list.
    """
    pairs = [match for line in text.splitlines() if (match := re.fullmatch(row, line.strip()))]
    if not pairs:
        raise ValueError("it is no list of files")
    return {match[2]: match[1] for match in pairs}


def _days(match: re.Match[str]) -> tuple[dt.date, dt.date] | None:
    """First and last day of a year's, month's or day's file; None where there is no such day."""
    year, month, day = match.groups()
    try:
        if day:
            date = dt.date.fromisoformat(day)
            return date, date
        first = dt.date(int((year or month)[:4]), int(month[4:]) if month else 1, 1)
    except ValueError:
        return None
    following = first + dt.timedelta(31 if month else 366)
    return first, following.replace(day=1) - dt.timedelta(1)


def _holds(file: Wanted, first: dt.date, last: dt.date) -> bool:
    """Whether a file can hold events of these days that are worth its loading."""
    if file.first is None or file.last is None:
        return False
    if file.first < FIRST_DAILY:
        return file.last >= first and file.first <= last  # cut by the day of the event
    ahead = 1 if file.first < STREAM_SHARED_SINCE else 0
    return first - dt.timedelta(ahead) <= file.first <= last + dt.timedelta(LATE_DAYS)


def slots(since: dt.datetime, until: dt.datetime) -> Iterator[dt.datetime]:
    """The quarter hours from a moment to another, in UTC.

    Example:
        >>> night = dt.datetime(2026, 3, 29, 0, 50, tzinfo=dt.UTC)  # clocks go forward in Europe
        >>> [f"{slot:%H:%M}" for slot in slots(night, night + dt.timedelta(hours=1))]
        ['01:00', '01:15', '01:30', '01:45']
    """
    slot = since.replace(minute=since.minute // 15 * 15, second=0, microsecond=0)
    slot += SLOT if slot < since else dt.timedelta(0)
    while slot <= until:
        yield slot
        slot += SLOT


def _latest(client: Client, since: dt.date, last: dt.date) -> list[Wanted]:
    """The quarter hours of the days that have no daily file yet."""
    newest = _newest(client, "lastupdate.txt")
    until = min(newest, _end_of(last))
    return [_slot(client, slot, "") for slot in slots(_start_of(since), until)]


def _translated(client: Client, first: dt.date, span: Span) -> list[Wanted]:
    """The quarter hours of the translated stream: listed for long spans, else computed."""
    late = (span.last or span.today) + dt.timedelta(LATE_DAYS)
    since = max(_start_of(first), FIRST_TRANSLATED)
    if (late - since.date()).days > LIST_DAYS:
        lines = client.lines(f"{HOST}/gdeltv2/masterfilelist-translation.txt")
        listed = [match for line in lines if (match := _LISTED.fullmatch(line.strip()))]
        moments = [(_moment(match[4]), match) for match in listed]
        return [
            dataclasses.replace(_slot(client, slot, ".translation"), size=int(m[1]), md5=m[2])
            for slot, m in sorted(moments, key=lambda pair: pair[0])
            if since <= slot <= _end_of(late)
        ]
    until = min(_newest(client, "lastupdate-translation.txt"), _end_of(late))
    return [_slot(client, slot, ".translation") for slot in slots(since, until)]


def _slot(client: Client, slot: dt.datetime, stream: str) -> Wanted:
    name = f"{slot:%Y%m%d%H%M%S}{stream}.export.CSV.zip"
    return Wanted(
        key=f"gdeltv2/{name}",
        url=f"{HOST}/gdeltv2/{name}",
        name=name,
        first=slot.date(),
        last=slot.date(),
        optional=client.now() - slot < SETTLING,
        source=TRANSLATED.name if stream else LATEST.name,
    )


def _newest(client: Client, name: str) -> dt.datetime:
    """The newest quarter hour: what the publisher says, or else the clock."""
    try:
        text = client.text(f"{HOST}/gdeltv2/{name}")
    except MissingError:
        text = ""
    stamps = [match[4] for line in text.splitlines() if (match := _LISTED.fullmatch(line.strip()))]
    return max(map(_moment, stamps), default=client.now() - SLOT)


def _moment(stamp: str) -> dt.datetime:
    return dt.datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=dt.UTC)


def _start_of(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.min, dt.UTC)


def _end_of(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.max, dt.UTC)


GDELT = Feed(
    name="gdelt",
    title="GDELT: daily files of version 1 since 1979, quarter hours of version 2 for today",
    manifest=manifest,
    licence="free for any use with attribution to the GDELT Project",
    citation=CITATION,
    by_hand=(
        "Load the files from http://data.gdeltproject.org/events/index.html in a browser, then:"
        " detente ingest gdelt1 FOLDER (before April 2013: gdelt1-backfile)."
    ),
    fallbacks=FALLBACKS,
    calendar=True,
    since=FIRST_DAY,
    row_bytes=62.0,
    readers={reader.name: reader for reader in (LATEST, TRANSLATED)},
    unused=(),
)
