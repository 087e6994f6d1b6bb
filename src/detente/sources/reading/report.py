"""The reading report: what was read, kept, mended and turned away, and which days are missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, Literal

EXAMPLES = 5
"""Examples of rejected rows that the report keeps for each reason."""

THIN = 0.1
"""A day with fewer events than this share of a typical day is thin: rather a gap than peace."""

SPARSE = 50
"""Where a typical day has fewer events than this, thin days are chance and are not reported."""

RARE = 5
"""Where a typical day has fewer events than this (a chronicle), days without any are no gap."""


FAR_DAYS, FAR_GAPS = 5 * 365, 50
"""A stretch of days is far if so many days, and so many usual gaps, lie between it and the next."""

FAR_FEW, FAR_SHARE = 5, 0.001
"""A far stretch with more events, and a larger share of them, is not taken for mistyped dates."""


@dataclass(frozen=True)
class FileReading:
    """What became of one file.

    Attributes:
        path: The file; `archive:member` inside an archive.
        status: `read`; `skipped` if its events are stored already; `failed`.
        reason: Why it failed; empty otherwise.
        rows_read: Rows in it, without header and empty lines.
        rows_kept: Rows that are events.
        events_whole: Events that are kept whole, repeats among them; all if no parties are given.
        rows_rejected: Rows that were turned away.
    """

    path: str
    status: Literal["read", "skipped", "failed"]
    reason: str = ""
    rows_read: int = 0
    rows_kept: int = 0
    events_whole: int = 0
    rows_rejected: int = 0


@dataclass(frozen=True)
class LeftOut:
    """A file in a folder or archive that is not read, and why."""

    path: str
    reason: str


@dataclass(frozen=True)
class RejectedRow:
    """A row that was turned away: where it stands (lines count from 1) and what it says."""

    file: str
    line: int | None
    text: str


@dataclass(frozen=True)
class Rejection:
    """Rows turned away for one reason, with the first few as examples."""

    reason: str
    count: int
    examples: tuple[RejectedRow, ...] = ()


@dataclass(frozen=True)
class Days:
    """Which days the events cover.

    Attributes:
        first: First day with any event.
        last: Last day with any event.
        covered: Number of days with any event.
        typical: Events on the day on which the median event fell.
        missing: Days without an event inside the effective span, which runs from the first to the
            last day that is not thin (stray early dates do not stretch it). Empty where events are
            so rare that a day without any is no gap.
        thin: Days inside the effective span with suspiciously few events, and how many.
        far: Days with a few events that lie years from all others, and how many: rather mistyped
            dates than events. The effective span leaves them out.
    """

    first: dt.date | None = None
    last: dt.date | None = None
    covered: int = 0
    typical: int = 0
    missing: tuple[dt.date, ...] = ()
    thin: tuple[tuple[dt.date, int], ...] = ()
    far: tuple[tuple[dt.date, int], ...] = ()


@dataclass(frozen=True)
class ReadingReport:
    """What an ingest did.

    `rows_read` is `rows_kept` + rejected rows + `not_events`; the events made of the kept rows are
    `events_stored` + `already_stored` + `repeated` + `repeated_otherwise`.

    Attributes:
        source: Name of the source.
        origin: Origin of its events.
        files: What became of each file.
        left_out: Files in folders and archives that were not read, and why.
        rows_read: Rows of the files, without headers and empty lines.
        rows_kept: Rows that are events.
        events_stored: Events that are new in the store.
        already_stored: Events that the store held.
        repeated: Events that repeat one of the same number, day and content.
        repeated_otherwise: Events of the number and day of another, with other content; one of them
            is stored, the same whatever the order of the rows.
        events_outlined: Events stored in outline, a part of `events_stored`; the others are whole.
        events_removed: Stored events that gave way to those of the files.
        not_events: Rows that are no events by design (facts of a chronicle).
        repaired: What was mended, and in how many rows.
        noted: What is worth knowing of rows that were kept as they are, and of how many.
        rejected: Rows turned away, by reason.
        unknown_actors: How often an actor of an event names no known state.
        unknown_names: The commonest such names or codes, and how often.
        hints: What the codes suggest that the mapping does not say.
        days: Which days the events cover.
        seconds: How long it took.
    """

    source: str
    origin: str
    files: tuple[FileReading, ...]
    rows_read: int
    rows_kept: int
    events_stored: int
    already_stored: int
    repeated: int
    not_events: int
    repaired: tuple[tuple[str, int], ...]
    rejected: tuple[Rejection, ...]
    days: Days
    seconds: float
    left_out: tuple[LeftOut, ...] = ()
    repeated_otherwise: int = 0
    events_outlined: int = 0
    events_removed: int = 0
    noted: tuple[tuple[str, int], ...] = ()
    unknown_actors: int = 0
    unknown_names: tuple[tuple[str, int], ...] = ()
    hints: tuple[str, ...] = ()

    @property
    def rows_rejected(self) -> int:
        """Rows turned away, for whatever reason."""
        return sum(rejection.count for rejection in self.rejected)

    @property
    def files_failed(self) -> tuple[FileReading, ...]:
        """Files that could not be read."""
        return tuple(file for file in self.files if file.status == "failed")

    @property
    def exit_code(self) -> int:
        """0, or 3 if a file failed or no row of those read could be kept."""
        nothing = self.rows_rejected > 0 and self.rows_kept == 0
        return 3 if self.files_failed or nothing else 0

    def to_dict(self) -> dict[str, Any]:
        """The report as plain values for JSON; days as ISO text."""
        plain = asdict(self) | {
            "rows_rejected": self.rows_rejected,
            "repaired": dict(self.repaired),
            "noted": dict(self.noted),
            "unknown_names": dict(self.unknown_names),
        }
        days = self.days
        plain["days"] = {
            "first": days.first and days.first.isoformat(),
            "last": days.last and days.last.isoformat(),
            "covered": days.covered,
            "typical": days.typical,
            "missing": [day.isoformat() for day in days.missing],
            "thin": {day.isoformat(): count for day, count in days.thin},
            "far": {day.isoformat(): count for day, count in days.far},
        }
        return plain


def spans(days: Iterable[dt.date]) -> tuple[tuple[dt.date, dt.date], ...]:
    """Runs of successive days, as first and last.

    Example:
        >>> run = [dt.date(2020, 1, day) for day in (1, 2, 3, 7)]
        >>> [(str(first), str(last)) for first, last in spans(run)]
        [('2020-01-01', '2020-01-03'), ('2020-01-07', '2020-01-07')]
    """
    runs: list[tuple[dt.date, dt.date]] = []
    for day in sorted(days):
        if runs and day - runs[-1][1] == dt.timedelta(1):
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return tuple(runs)


def days_of(counts: Mapping[dt.date, int]) -> Days:
    """What a count of events per day says of the days covered.

    Example:
        >>> day = dt.date(2020, 1, 1)
        >>> reports = days_of({day: 900, day + dt.timedelta(2): 1000, day + dt.timedelta(3): 8,
        ...                  day + dt.timedelta(4): 1000})
        >>> [str(missing) for missing in reports.missing]
        ['2020-01-02']
        >>> [(str(thin), count) for thin, count in reports.thin]
        [('2020-01-04', 8)]
    """
    if not counts:
        return Days()
    far = _far(counts)
    every, counts = counts, {day: count for day, count in counts.items() if day not in far}
    typical = _typical(counts)
    floor = typical * THIN
    full = [day for day, count in counts.items() if count >= floor]
    first, last = min(full), max(full)
    span = (first + dt.timedelta(n) for n in range((last - first).days + 1))
    inside = [(day, counts.get(day, 0)) for day in span] if typical >= RARE else []
    thin = [(day, count) for day, count in inside if 0 < count < floor and typical >= SPARSE]
    return Days(
        first=min(every),
        last=max(every),
        covered=len(every),
        typical=typical,
        missing=tuple(day for day, count in inside if not count),
        thin=tuple(thin),
        far=tuple((day, every[day]) for day in sorted(far)),
    )


def _far(counts: Mapping[dt.date, int]) -> frozenset[dt.date]:
    """Days of stretches that lie years from the next, and hold next to nothing."""
    days = sorted(counts)
    gaps = sorted((after - before).days for before, after in pairwise(days))
    usual = gaps[(len(gaps) - 1) // 2] if gaps else 0
    wide = max(FAR_DAYS, FAR_GAPS * usual)
    stretches = [[days[0]]]
    for before, after in pairwise(days):
        if (after - before).days > wide:
            stretches.append([])
        stretches[-1].append(after)
    sizes = [sum(counts[day] for day in stretch) for stretch in stretches]
    few = FAR_SHARE * sum(sizes)
    small = [
        stretch
        for stretch, size in zip(stretches, sizes, strict=True)
        if size < max(sizes) and size <= max(few, FAR_FEW)
    ]
    return frozenset(day for stretch in small for day in stretch)


def _typical(counts: Mapping[dt.date, int]) -> int:
    half, seen = sum(counts.values()) / 2, 0
    for count in sorted(counts.values()):
        seen += count
        if seen >= half:
            return count
    return 0
