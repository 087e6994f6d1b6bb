"""What a fetch would do: files, bytes, minutes, rows, disk and gaps, before anything is loaded."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from detente.errors import FetchError, StoreError
from detente.events.store import Store
from detente.rounding import bytes_text
from detente.sources.fetch.client import Client
from detente.sources.fetch.gaps import Gap, gap_of_day, gap_of_file, shipped_gaps, uncovered
from detente.sources.fetch.ledger import Entry, is_whole, read_files, read_gaps, still_stored
from detente.sources.fetch.revised import replaced_too, years_anew
from detente.sources.fetch.wanted import Feed, Span, Wanted

ASSUMED_MBIT = 50.0
"""Megabits a second that are assumed where none are given and none were measured."""

UNPACKED = 8
"""Times its size that a file takes on the disk while it is read, archive included."""

STORED_ROW, OUTLINED_ROW = 60, 4
"""Bytes of a stored event, its address included, and of one that is stored in outline."""

KEPT_OF_PAIR = 0.0025
"""Share of the world's events that two states have with each other, roughly: 1.1% of GDELT's for
China with 25 states, 7.7% of those of ICEWS for six parties of the first rank."""


@dataclass(frozen=True)
class Order:
    """What is to be fetched, and where to.

    Attributes:
        feed: What.
        span: Days, and what else its list depends on.
        store: Folder of the event store.
        parties: States whose events among each other are kept; empty for all events.
        either: Whether one of two actors among the parties is enough.
        update: Whether what changed since is wanted again.
        widen: Whether what is stored by narrower parties may be loaded anew.
        keep: Folder in which the files are kept; None to remove them when they were read.
        workers: Files that are loaded at a time.
    """

    feed: Feed
    span: Span
    store: Path
    parties: tuple[str, ...] = ()
    either: bool = False
    update: bool = False
    widen: bool = False
    keep: Path | None = None
    workers: int = 4


@dataclass(frozen=True)
class Plan:
    """What a fetch would do.

    Attributes:
        order: What is to be fetched.
        wanted: Every file that the span needs, in order of days.
        had: Those that were read before, by key.
        known: Those that are known to be missing at the publisher's, by key.
        todo: Those that are to be loaded.
        gap_days: Days without a file that are known, each with its gap.
        new_days: Days without a file that nobody knew.
        mbit: Megabits a second that were measured in fetches before; None if there were none.
    """

    order: Order
    wanted: tuple[Wanted, ...]
    had: Mapping[str, Entry]
    known: Mapping[str, Gap]
    todo: tuple[Wanted, ...]
    gap_days: tuple[tuple[dt.date, Gap], ...] = ()
    new_days: tuple[dt.date, ...] = ()
    mbit: float | None = None
    gaps: tuple[Gap, ...] = field(default=(), repr=False)

    @property
    def unsized(self) -> int:
        """Files whose size the list does not say."""
        return sum(file.size is None for file in self.todo)

    @property
    def size(self) -> int:
        """Bytes to load; files of unknown size count as likely, or as what was loaded before."""
        sizes = [file.size for file in self.todo if file.size is not None]
        before = [entry.size for entry in self.had.values()] or sizes
        mean = round(sum(before) / len(before)) if before else 0
        return sum(sizes) + sum(file.likely or mean for file in self.todo if file.size is None)

    @property
    def rows(self) -> int:
        """Rows in these files, roughly."""
        return round(self.size / self.order.feed.row_bytes)

    @property
    def rows_kept(self) -> int:
        """Rows that will be kept, roughly: as in files before, or by the number of parties."""
        return round(self.rows * self._share())

    @property
    def disk(self) -> int:
        """Bytes that the store will grow by, roughly."""
        return self.rows_kept * STORED_ROW + (self.rows - self.rows_kept) * OUTLINED_ROW

    @property
    def scratch(self) -> int:
        """Bytes needed besides, while files are loaded and read."""
        largest = max((file.size or 0 for file in self.todo), default=0)
        return self.order.workers * largest * UNPACKED

    def minutes(self, mbit: float) -> float:
        """Minutes that loading takes at a rate in megabits a second."""
        return self.size * 8 / (mbit * 1e6) / 60

    def _share(self) -> float:
        parties = self.order.parties
        if not parties:
            return 1.0
        alike = [
            entry
            for entry in self.had.values()
            if entry.parties == parties and entry.either == self.order.either
        ]
        read = sum(entry.rows_read or 0 for entry in alike)
        if read:
            return sum(entry.rows_kept or 0 for entry in alike) / read
        pairs = len(parties) * (len(parties) - 1) / 2
        return min(1.0, KEPT_OF_PAIR * pairs * 2 * (4 if self.order.either else 1))


def plan(client: Client, order: Order) -> Plan:
    """Ask the publisher's list what there is, and see what of it is missing here.

    Raises:
        FetchError: The list could not be had, or has nothing for the span.
        StoreError: The store or the ledger cannot be read.
    """
    wanted = unique(order.feed.manifest(client, order.span))
    return settle(order, wanted)


def unique(wanted: Iterable[Wanted]) -> tuple[Wanted, ...]:
    """Files by their keys, the first of each."""
    return tuple({file.key: file for file in reversed(list(wanted))}.values())[::-1]


def settle(order: Order, wanted: tuple[Wanted, ...]) -> Plan:
    """What is to be done for files that are wanted."""
    feed, store = order.feed, order.store
    before = _entries(order)
    had = {
        file.key: entry
        for file in wanted
        if (entry := before.get(file.key)) and _serves(order, file, entry, before)
    }
    gaps = (*shipped_gaps(feed.name), *read_gaps(store, feed.name))
    absent = {
        file.key: gap
        for file in wanted
        if file.key not in had and (gap := gap_of_file(gaps, file)) and gap.shipped
    }
    again = {key for key in had if order.update and feed.renewed}
    todo: Sequence[Wanted] = [
        file
        for file in wanted
        if file.key in again or (file.key not in had and file.key not in absent)
    ]
    if feed.whole_years:
        todo = years_anew(order.span, wanted, todo, before)
    todo = replaced_too(wanted, todo, had)
    anew = {file.key for file in todo} - again
    had = {key: entry for key, entry in had.items() if key not in anew}
    days = days_without(order, [file for file in wanted if file.key not in absent])
    return Plan(
        order=order,
        wanted=wanted,
        had=had,
        known=absent,
        todo=tuple(todo),
        gap_days=tuple((day, gap) for day in days if (gap := gap_of_day(gaps, day))),
        new_days=tuple(day for day in days if gap_of_day(gaps, day) is None),
        mbit=_measured(before.values()),
        gaps=gaps,
    )


def days_without(order: Order, files: Iterable[Wanted]) -> tuple[dt.date, ...]:
    """Days of the span, today left out, for which there is no file."""
    if not order.feed.calendar:
        return ()
    since = order.feed.since or dt.date.min
    first = max(order.span.first or since, since)
    yesterday = order.span.today - dt.timedelta(1)
    last = min(order.span.last or yesterday, yesterday)
    return uncovered(first, last, files) if first <= last else ()


def check_disk(plan: Plan) -> None:
    """Refuse to begin where the disk has no room for what will lie on it.

    Raises:
        StoreError: It has not.
    """
    folder = plan.order.store.absolute()
    place = next(path for path in (folder, *folder.parents) if path.exists())
    need = plan.scratch + plan.disk + (plan.size if plan.order.keep else 0)
    free = shutil.disk_usage(place).free
    if free < need:
        raise StoreError(
            "There is not enough room on the disk.",
            f"{place} has {bytes_text(free)} free; about {bytes_text(need)} are needed.",
            "Free some space, ask for fewer days at a time, or name a store elsewhere.",
        )


def _entries(order: Order) -> dict[str, Entry]:
    entries = read_files(order.store, order.feed.name)
    if order.feed.publish is not None:
        there = (order.store / f"{order.feed.name}.toml").is_file()
        return entries if there else {}  # tables that were removed are made anew
    if not entries or not Store.is_at(order.store):
        return {}
    return still_stored(Store.open(order.store, skip_damaged=True), entries)


def _serves(order: Order, file: Wanted, entry: Entry, before: Mapping[str, Entry]) -> bool:
    """Whether a file need not be read again, nor any that it led to."""
    if order.feed.publish is not None:  # whose tables are made for the parties that were named
        return set(order.parties) <= set(entry.parties)
    return entry.serves(file, order.parties, order.either) and is_whole(entry, before)


def _measured(entries: Iterable[Entry]) -> float | None:
    """Megabits a second of the newest files that took long enough to tell."""
    timed = [entry for entry in entries if entry.seconds > 0][-50:]
    seconds = sum(entry.seconds for entry in timed)
    return sum(entry.size for entry in timed) * 8 / 1e6 / seconds if seconds > 1 else None


def need_files(plan: Plan) -> None:
    """Refuse a span for which the publisher has nothing at all.

    Raises:
        FetchError: It has nothing.
    """
    if not plan.wanted:
        span = plan.order.span
        raise FetchError(
            f"{plan.order.feed.name} has no file for these days.",
            f"From {span.first or 'its beginning'} to {span.last or span.today}.",
            "Ask for other days with --from and --to.",
        )
