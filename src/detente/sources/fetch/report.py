"""What became of every file that was wanted, and of every day without one."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from detente.sources.fetch.wanted import Wanted

Status = Literal["had", "loaded", "missing", "failed", "left"]


@dataclass(frozen=True)
class Fate:
    """What became of a file that was wanted.

    Attributes:
        wanted: The file.
        status: `had`, it was read before; `loaded`; `missing` at the publisher's; `failed`; `left`,
            not begun because the fetch ended before.
        reason: Why it is missing, failed or left; empty otherwise.
        new: Whether a missing file is a gap that nobody knew.
        rows_read: Rows in it; 0 where the store held its events already.
        rows_kept: Events that it added whole.
        rows_outlined: Events between others that it added in outline, so that they count.
        rows_rejected: Rows that were turned away.
    """

    wanted: Wanted
    status: Status
    reason: str = ""
    new: bool = False
    rows_read: int = 0
    rows_kept: int = 0
    rows_outlined: int = 0
    rows_rejected: int = 0


@dataclass(frozen=True)
class FetchReport:
    """What a fetch did.

    Attributes:
        feed: Name of the feed.
        fates: What became of every file, in the order of the list.
        known_days: Days without a file that were known, each with what is known of it.
        new_days: Days without a file that nobody knew.
        bytes_loaded: Bytes that came.
        seconds: How long it took.
        datasets: Files that were made, for feeds that make datasets.
        removed: Events that the publisher took back.
        stopped: Why it ended before its end; empty if it did not.
        next_step: What to do then.
        interrupted: Whether the user stopped it.
        licence: What may be done with the data.
        citation: How to cite them.
    """

    feed: str
    fates: tuple[Fate, ...]
    known_days: tuple[tuple[dt.date, str], ...]
    new_days: tuple[dt.date, ...]
    bytes_loaded: int
    seconds: float
    licence: str
    citation: str
    datasets: tuple[str, ...] = ()
    removed: int = 0
    stopped: str = ""
    next_step: str = ""
    interrupted: bool = False

    @property
    def counts(self) -> dict[str, int]:
        """Files by what became of them."""
        counts = Counter(fate.status for fate in self.fates)
        return {status: counts[status] for status in ("had", "loaded", "missing", "failed", "left")}

    @property
    def rows_read(self) -> int:
        """Rows of the files that were loaded."""
        return sum(fate.rows_read for fate in self.fates)

    @property
    def rows_kept(self) -> int:
        """Events that were added whole."""
        return sum(fate.rows_kept for fate in self.fates)

    @property
    def rows_outlined(self) -> int:
        """Events between others that were added in outline."""
        return sum(fate.rows_outlined for fate in self.fates)

    @property
    def rows_rejected(self) -> int:
        """Rows that were turned away."""
        return sum(fate.rows_rejected for fate in self.fates)

    @property
    def new_gaps(self) -> tuple[Fate, ...]:
        """Files that are missing and were not known to be."""
        return tuple(fate for fate in self.fates if fate.new)

    @property
    def exit_code(self) -> int:
        """0; 130 if the user stopped it; 3 if a file failed, or a gap is new."""
        if self.interrupted:
            return 130
        failed = any(fate.status in {"failed", "left"} for fate in self.fates)
        return 3 if failed or self.stopped or self.new_gaps or self.new_days else 0

    def to_dict(self) -> dict[str, Any]:
        """The report as plain values for JSON."""
        return {
            "feed": self.feed,
            "counts": self.counts,
            "rows_read": self.rows_read,
            "rows_kept": self.rows_kept,
            "rows_outlined": self.rows_outlined,
            "rows_rejected": self.rows_rejected,
            "bytes_loaded": self.bytes_loaded,
            "seconds": round(self.seconds, 1),
            "files": [_file(fate) for fate in self.fates],
            "days_without_a_file": {
                "known": {day.isoformat(): what for day, what in self.known_days},
                "new": [day.isoformat() for day in self.new_days],
            },
            "datasets": list(self.datasets),
            "events_removed": self.removed,
            "stopped": self.stopped,
            "next_step": self.next_step,
            "licence": self.licence,
            "citation": self.citation,
            "exit_code": self.exit_code,
        }


def _file(fate: Fate) -> dict[str, Any]:
    return {
        "key": fate.wanted.key,
        "url": fate.wanted.url,
        "status": fate.status,
        "reason": fate.reason,
        "new_gap": fate.new,
        "rows_read": fate.rows_read,
        "rows_kept": fate.rows_kept,
        "rows_outlined": fate.rows_outlined,
        "rows_rejected": fate.rows_rejected,
    }


def in_order(fates: Sequence[Fate], wanted: Sequence[Wanted]) -> tuple[Fate, ...]:
    """One fate a file, in the order of the list; the last that was told of each."""
    by_key = {fate.wanted.key: fate for fate in fates}
    return tuple(by_key[file.key] for file in wanted if file.key in by_key)
