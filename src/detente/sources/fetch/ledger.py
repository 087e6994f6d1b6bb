"""The ledger of a fetch, in the store's folder `fetch`: one line a file, one line a gap.

A line is added when the events of its file are stored. A kill between the two leaves a file that is
read again and whose events the store then skips: nothing is lost, nothing comes twice.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from detente.errors import StoreError
from detente.events.disk import read_plain
from detente.events.store import Store
from detente.sources.fetch.gaps import Gap
from detente.sources.fetch.wanted import Wanted

FOLDER = "fetch"
FILES = "files.jsonl"
GONE = "gone"
"""Key of a line with the keys of files that count as not read, if they stand before it."""

GAPS = "gaps.jsonl"


@dataclass(frozen=True)
class Entry:
    """A file that was loaded and read.

    Attributes:
        feed: Name of the feed.
        key: What the feed knows the file by.
        url: Its address.
        name: The name of the file that was read: its own, or that of the table made of it.
        etag: What the server called the edition.
        size: Bytes.
        md5: Their sum.
        time: When it was read, in UTC.
        rows_read: Rows in it; None where the store held its events already.
        rows_kept: Events that it added whole; None likewise.
        rows_outlined: Events between others that it added in outline; None likewise.
        first: First day that it covers.
        last: Last day.
        parties: States whose events among each other were kept; empty for all events.
        either: Whether one of two actors among the parties was enough.
        seconds: How long its loading took.
        listed: The MD5 sum that the list gave.
        further: Keys of the files that it led to.
    """

    feed: str
    key: str
    url: str
    name: str
    etag: str
    size: int
    md5: str
    time: str
    rows_read: int | None
    rows_kept: int | None
    rows_outlined: int | None
    first: str | None
    last: str | None
    parties: tuple[str, ...] = ()
    either: bool = False
    seconds: float = 0.0
    listed: str = ""
    further: tuple[str, ...] = ()

    def serves(self, wanted: Wanted, parties: tuple[str, ...], either: bool) -> bool:
        """Whether the file that is wanted was read already, with a filter as wide as this."""
        same = not wanted.md5 or wanted.md5 in {self.md5, self.listed}
        wide = not self.parties or (bool(parties) and set(parties) <= set(self.parties))
        return same and wide and (self.either or not either or not self.parties)


def folder_of(store: Path) -> Path:
    """Where a store's fetches keep their ledger, parts of files, and lists."""
    return store / FOLDER


def read_files(store: Path, feed: str) -> dict[str, Entry]:
    """What was loaded of a feed, by key: the newest line of each.

    Raises:
        StoreError: The ledger cannot be read.
    """
    names = {field.name for field in dataclasses.fields(Entry)}
    entries: dict[str, Entry] = {}
    for raw in _lines(folder_of(store) / FILES):
        if raw.get("feed") == feed and isinstance(gone := raw.get(GONE), list):
            entries = {key: entry for key, entry in entries.items() if key not in gone}
        elif raw.get("feed") == feed and names >= raw.keys():
            with contextlib.suppress(TypeError):
                tuples = {name: tuple(raw.get(name, ())) for name in ("parties", "further")}
                entry = Entry(**raw | tuples)
                entries[entry.key] = entry
    return entries


def read_gaps(store: Path, feed: str) -> tuple[Gap, ...]:
    """The gaps of a feed that were met here before."""
    gaps = []
    for raw in _lines(folder_of(store) / GAPS):
        with contextlib.suppress(KeyError, TypeError, ValueError):
            if raw["feed"] == feed:
                first, last, seen = (
                    dt.date.fromisoformat(raw[n]) for n in ("first", "last", "seen")
                )
                gaps.append(Gap(first, last, raw["file"], seen, raw["what"], shipped=False))
    return tuple(gaps)


def add_file(store: Path, entry: Entry) -> None:
    """Note a file whose events are stored."""
    _append(folder_of(store) / FILES, asdict(entry))


def forget(store: Path, feed: str, keys: Sequence[str]) -> None:
    """Note that files are to be read again, before the events that they brought are replaced."""
    if keys:
        _append(folder_of(store) / FILES, {"feed": feed, GONE: list(keys)})


def inside(entries: Mapping[str, Entry], wanted: Wanted) -> list[str]:
    """Keys of the files whose days lie within those of a file, itself among them."""
    if wanted.first is None or wanted.last is None:
        return [wanted.key]
    first, last = wanted.first.isoformat(), wanted.last.isoformat()
    return [key for key, entry in entries.items() if entry.first and first <= entry.first <= last]


def add_gap(store: Path, feed: str, gap: Gap) -> None:
    """Note a gap that was met."""
    days = {name: getattr(gap, name).isoformat() for name in ("first", "last", "seen")}
    _append(folder_of(store) / GAPS, {"feed": feed, "file": gap.file, "what": gap.what} | days)


def still_stored(store: Store, entries: Mapping[str, Entry]) -> dict[str, Entry]:
    """The entries whose events the store has not lost, as by a repair, since they were noted."""
    names = {part for file in store.files() for part in re.split(r"[/\\:]", file.path)}
    return {
        key: entry
        for key, entry in entries.items()
        if entry.name in names or not (entry.rows_kept or entry.rows_outlined)
    }


def is_whole(entry: Entry, entries: Mapping[str, Entry]) -> bool:
    """Whether all files that a file led to, directly or by others, were read too."""
    keys, seen = list(entry.further), {entry.key}
    while keys:
        key = keys.pop()
        if key not in entries:
            return False
        if key not in seen:
            seen.add(key)
            keys += entries[key].further
    return True


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a ledger; what a kill cut off in the middle is none."""
    try:
        text = read_plain(path)
    except FileNotFoundError:
        return
    except OSError as error:
        raise StoreError(
            f"The ledger of fetches {path} could not be read.",
            f"{error.strerror}.",
            "Make it readable for your account.",
        ) from None
    for line in text.split(b"\n"):
        with contextlib.suppress(ValueError, RecursionError):
            raw = json.loads(line)
            if isinstance(raw, dict):
                yield raw


def _append(path: Path, raw: Mapping[str, Any]) -> None:
    """Add a line, on a line of its own even where the last one was cut off."""
    line = json.dumps(raw).encode("ascii") + b"\n"
    with path.open("ab+") as file:
        if file.tell():
            file.seek(-1, os.SEEK_END)
            line = line if file.read(1) == b"\n" else b"\n" + line
        file.write(line)
        file.flush()
        os.fsync(file.fileno())
