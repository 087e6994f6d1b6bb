"""What a feed is, and what it wants: the files that a span of days needs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from detente.sources.reading.source import Source

if TYPE_CHECKING:
    from detente.sources.fetch.client import Client

Replaces = Literal["", "days", "ids", "again"]


@dataclass(frozen=True)
class Span:
    """What is asked of a feed.

    Attributes:
        first: First day of events that are wanted; None for all that there are.
        last: Last day, inclusive; None for all that there are.
        today: The day of now, in UTC.
        parties: ISO alpha-3 codes of the states that are asked for, for feeds that can select.
        translated: Whether the machine-translated stream is wanted too (GDELT 2).
        since: For updates, the moment up to which revisions were seen; None to ask for none.
    """

    first: dt.date | None
    last: dt.date | None
    today: dt.date
    parties: tuple[str, ...] = ()
    translated: bool = False
    since: dt.datetime | None = None

    def meets(self, first: dt.date | None, last: dt.date | None) -> bool:
        """Whether a run of days, open where None, has a day in common with the span.

        Example:
            >>> span = Span(dt.date(2020, 1, 1), None, dt.date(2020, 3, 1))
            >>> span.meets(dt.date(2019, 1, 1), dt.date(2019, 12, 31)), span.meets(None, None)
            (False, True)
        """
        early = self.last is not None and first is not None and first > self.last
        late = self.first is not None and last is not None and last < self.first
        return not early and not late


@dataclass(frozen=True)
class Wanted:
    """One file that is wanted.

    Attributes:
        key: What the file is known by, unique within its feed. A file that its publisher revised
            under the same address must have another key, or another `md5`.
        url: Its address, at the publisher's own host and without secrets.
        name: The name it is stored by, of the kind that its source recognises; no path.
        size: Bytes, as far as the list says.
        likely: Bytes that it, and what it leads to, may have where no list says it; for plans.
        md5: 32 hexadecimal digits, as far as the list says.
        first: First day that it covers: of publication, or of events where it is cut by these.
        last: Last day, inclusive.
        optional: Whether it is no gap if it is not there.
        replaces: What of the same origin gives way to its events: nothing; `days`, all events of
            `first` to `last` (a year's file that was revised); `ids`, events of the same numbers;
            `again`, nothing, but the file is read even if it was before, since its events may have
            given way to others.
        source: Name of the source that reads it; empty where the feed makes a dataset of it.
        params: Values of the address's query, without secrets (these are headers of the client).
    """

    key: str
    url: str
    name: str
    size: int | None = None
    md5: str = ""
    first: dt.date | None = None
    last: dt.date | None = None
    optional: bool = False
    replaces: Replaces = ""
    source: str = ""
    params: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    likely: int = 0


Manifest = Callable[["Client", Span], Sequence[Wanted]]
Follow = Callable[["Client", Wanted, Path], Sequence[Wanted]]
Convert = Callable[[Wanted, Path], Path]
Check = Callable[[Wanted, Path], str]
Publish = Callable[[Span, Sequence[Path], Path], Sequence[Path]]
Removed = Callable[["Client", dt.datetime], Sequence[str]]


@dataclass(frozen=True)
class Feed:
    """A declaration of where a source's files come from.

    Attributes:
        name: The name to fetch it by.
        title: What it is, in one line.
        manifest: From the client and a span, the files that are wanted, in order of their days.
        licence: What may be done with the data, in one line.
        citation: How to cite it.
        note: What it lacks, or what to know before loading it; empty for nothing.
        by_hand: How to load the files without `detente fetch`, for when its host refuses us.
        fallbacks: Second places, by host: `{"a.org": ("https://b.org/a.org",)}`.
        secrets: Names of the environment variables that it needs or can use.
        calendar: Whether every calendar day ought to have a file: days without one are counted.
        since: First day that it has.
        row_bytes: Bytes of a row in the files as they are loaded, for estimates.
        renewed: Whether files change under the same address without a list that says so, so that an
            update asks for them again (`If-None-Match`).
        whole_years: Whether the files of a year are one edition: where one that was read is not
            listed any more, the year is read anew.
        check: Why a loaded file is not what was asked for, so that it is asked for again; empty if
            it is.
        follow: From a loaded file, further files that it leads to (a next page).
        convert: Makes of a loaded file one that its source reads (CSV of JSON); returns its path
            in the same folder, under the name that the source recognises.
        publish: For datasets: makes datasets of the loaded files in a folder, and names them.
        removed: Numbers of events, as the source gives them, that the publisher took back since a
            moment; an update removes these events.
        readers: Sources of its own that are not in the registry, by name.
        unused: Options of `detente fetch` that it has no use for, as they are written there.
    """

    name: str
    title: str
    manifest: Manifest
    licence: str
    citation: str
    by_hand: str
    note: str = ""
    fallbacks: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    secrets: tuple[str, ...] = ()
    calendar: bool = False
    since: dt.date | None = None
    row_bytes: float = 60.0
    renewed: bool = False
    whole_years: bool = False
    check: Check | None = None
    follow: Follow | None = None
    convert: Convert | None = None
    publish: Publish | None = None
    removed: Removed | None = None
    readers: Mapping[str, Source] = field(default_factory=lambda: MappingProxyType({}))
    unused: tuple[str, ...] = ("--translated",)
