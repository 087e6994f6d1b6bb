"""The reading report: what was read, kept, mended and turned away, and which days are missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

EXAMPLES = 5
"""Examples of rejected rows that the report keeps for each reason."""

THIN = 0.1
"""A day with fewer events than this share of a typical day is thin: rather a gap than peace."""

SPARSE = 50
"""Where a typical day has fewer events than this, thin days are chance and are not reported."""

RARE = 5
"""Where a typical day has fewer events than this (a chronicle), days without any are no gap."""


@dataclass(frozen=True)
class FileReading:
    """What became of one file.

    Attributes:
        path: The file; `archive:member` inside an archive.
        status: `read`; `skipped` if its events are stored already; `failed`.
        reason: Why it failed; empty otherwise.
        rows_read: Rows in it, without header and empty lines.
        rows_kept: Rows that are events.
    """

    path: str
    status: Literal["read", "skipped", "failed"]
    reason: str = ""
    rows_read: int = 0
    rows_kept: int = 0


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
    """

    first: dt.date | None = None
    last: dt.date | None = None
    covered: int = 0
    typical: int = 0
    missing: tuple[dt.date, ...] = ()
    thin: tuple[tuple[dt.date, int], ...] = ()


@dataclass(frozen=True)
class ReadingReport:
    """What an ingest did.

    `rows_read` is `rows_kept` + rejected rows + `not_events`; the events made of the kept rows are
    `events_stored` + `already_stored` + `repeated`.
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
        }
        days = self.days
        plain["days"] = {
            "first": days.first and days.first.isoformat(),
            "last": days.last and days.last.isoformat(),
            "covered": days.covered,
            "typical": days.typical,
            "missing": [day.isoformat() for day in days.missing],
            "thin": {day.isoformat(): count for day, count in days.thin},
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
        >>> found = days_of({day: 900, day + dt.timedelta(2): 1000, day + dt.timedelta(3): 8,
        ...                  day + dt.timedelta(4): 1000})
        >>> [str(missing) for missing in found.missing]
        ['2020-01-02']
        >>> [(str(thin), count) for thin, count in found.thin]
        [('2020-01-04', 8)]
    """
    if not counts:
        return Days()
    typical = _typical(counts)
    floor = typical * THIN
    full = [day for day, count in counts.items() if count >= floor]
    first, last = min(full), max(full)
    span = (first + dt.timedelta(n) for n in range((last - first).days + 1))
    inside = [(day, counts.get(day, 0)) for day in span] if typical >= RARE else []
    thin = [(day, count) for day, count in inside if 0 < count < floor and typical >= SPARSE]
    return Days(
        first=min(counts),
        last=max(counts),
        covered=len(counts),
        typical=typical,
        missing=tuple(day for day, count in inside if not count),
        thin=tuple(thin),
    )


def _typical(counts: Mapping[dt.date, int]) -> int:
    half, seen = sum(counts.values()) / 2, 0
    for count in sorted(counts.values()):
        seen += count
        if seen >= half:
            return count
    return 0
