"""What an event store holds and lacks: origins, days that they cover, gaps, rows refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from detente.answers import Answer, Column, Exhibit, Scale, Table, Value
from detente.arrays import Days
from detente.events.store import OriginSummary, Store
from detente.relations.counting import covered_days
from detente.relations.steps import grid, next_start, period_start
from detente.rounding import plural

MOST_GAPS = 100
MOST_FILES = 500
ORIGIN_COLUMNS = (
    Column("origin", "Origin"),
    Column("first", "First day", Scale.DATE),
    Column("last", "Last day", Scale.DATE),
    Column("events", "Events", Scale.COUNT),
    Column("outlined", "Only counted", Scale.COUNT),
    Column("files", "Files", Scale.COUNT),
    Column("days_covered", "Days covered", Scale.COUNT),
    Column("days_missing", "Days missing", Scale.COUNT),
    Column("refused", "Rows refused", Scale.COUNT),
    Column("limits", "Kept whole"),
)
COVERAGE_COLUMNS = (
    Column("origin", "Origin"),
    Column("date", "From", Scale.DATE),
    Column("until", "Until", Scale.DATE),
    Column("days", "Days", Scale.COUNT),
    Column("covered", "Covered", Scale.COUNT),
)
GAP_COLUMNS = (
    Column("origin", "Origin"),
    Column("first", "From", Scale.DATE),
    Column("last", "Until", Scale.DATE),
    Column("days", "Days", Scale.COUNT),
)
FEED_COLUMNS = (
    Column("feed", "Feed"),
    Column("first", "From", Scale.DATE),
    Column("last", "Until", Scale.DATE),
    Column("what", "How it shows"),
    Column("seen", "Seen on", Scale.DATE),
)
FILE_COLUMNS = (
    Column("origin", "Origin"),
    Column("file", "File"),
    Column("rows_kept", "Rows kept", Scale.COUNT),
    Column("refused", "Rows refused", Scale.COUNT),
)
CAVEATS = (
    "A day is covered where its origin reported at least a fifth of what is usual around it. Of a "
    "day that is missing nothing is known; it is not peace.",
    "How many rows were refused is known of files that were ingested with this version or a later "
    "one; why, and which, says: detente ingest SOURCE FILES --rejected FILE.",
)


def holdings(store: Store) -> Answer:
    """What a store holds, and what it lacks.

    Returns:
        Tables of origins, of the share of days that each covers, of days and files that are
        missing, and of the files that were read.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     holdings(Store.open(Path(folder) / "store", create=True)).gap
        'The store holds no events.'
    """
    held = store.summary()
    if not held:
        return _answer("", gap="The store holds no events.")
    covered = covered_days(store)
    gaps = sorted(_gaps(covered), key=lambda row: -int(str(row[3])))
    exhibits = (
        Exhibit("origins", "By origin", _origins(held, covered)),
        Exhibit(
            "coverage",
            "Days covered",
            Table(COVERAGE_COLUMNS, tuple(_coverage(covered))),
            mark="coverage",
            says="A strip for each origin, darker where more of its days are covered.",
        ),
        Exhibit(
            "missing",
            "The longest stretches of days that are missing",
            Table(GAP_COLUMNS, tuple(gaps[:MOST_GAPS])),
            note=f"{plural(len(gaps), 'stretches')} in all." if len(gaps) > MOST_GAPS else "",
        ),
        Exhibit("publishers", "Missing at the publisher's", Table(FEED_COLUMNS, _at_source(store))),
        Exhibit("files", "Files that were read", _files(store), folded=True),
    )
    missing = sum(int(str(row[3])) for row in gaps)
    return _answer(
        f"{plural(sum(origin.rows for origin in held), 'events')} of {plural(len(held), 'origins')}"
        f", {plural(missing, 'days')} missing between the first and last day that each covers.",
        tuple(exhibit for exhibit in exhibits if len(exhibit.table)),
    )


def _answer(text: str, exhibits: tuple[Exhibit, ...] = (), gap: str = "") -> Answer:
    caveats = CAVEATS if exhibits else ()
    return Answer(
        "store", "holdings", "The event store", text, gap=gap, exhibits=exhibits, caveats=caveats
    )


def _origins(held: tuple[OriginSummary, ...], covered: Mapping[str, Days]) -> Table:
    rows = []
    for origin in held:
        days = covered.get(origin.origin, np.empty(0, "datetime64[D]"))
        span = int((days[-1] - days[0]).astype(int)) + 1 if len(days) else 0
        counts = (origin.rows, origin.world - origin.rows, origin.files, len(days))
        facts = (origin.origin, origin.first, origin.last, *counts, span - len(days))
        rows.append((*facts, origin.refused, origin.limits or "all events"))
    return Table(ORIGIN_COLUMNS, tuple(rows))


def _coverage(covered: Mapping[str, Days]) -> Iterator[tuple[Value, ...]]:
    """A row for each origin and month from its first to its last day."""
    for origin, days in covered.items():
        months = grid(days[0], days[-1], "month")
        ends = next_start(months, "month")
        counts = np.bincount(
            np.searchsorted(months, period_start(days, "month")), minlength=len(months)
        )
        lengths = (ends - months).astype(int)
        for row in zip(months, ends - 1, lengths.tolist(), counts.tolist(), strict=True):
            yield (origin, str(row[0]), str(row[1]), *row[2:])


def _gaps(covered: Mapping[str, Days]) -> Iterator[tuple[Value, ...]]:
    """Stretches of days within an origin's span that it does not cover."""
    for origin, days in covered.items():
        steps = np.diff(days).astype(int)
        for place in np.flatnonzero(steps > 1).tolist():
            first, last = days[place] + 1, days[place + 1] - 1
            yield (origin, str(first), str(last), int(steps[place]) - 1)


def _at_source(store: Store) -> tuple[tuple[Value, ...], ...]:
    """Gaps that fetches met."""
    from detente.sources.fetch.feeds import all_feeds  # noqa: PLC0415 - loads a client of HTTP
    from detente.sources.fetch.ledger import read_gaps  # noqa: PLC0415

    return tuple(
        (feed.name, gap.first, gap.last, gap.what, gap.seen)
        for feed in all_feeds()
        for gap in read_gaps(store.path, feed.name)
    )


def _files(store: Store) -> Table:
    """The last files that were read, by their names; folders are nobody's business."""
    files = store.files()[-MOST_FILES:]
    rows = tuple((file.origin, _name(file.path), file.rows_kept, file.refused) for file in files)
    return Table(FILE_COLUMNS, rows)


def _name(path: str) -> str:
    r"""The last part of a path of any system.

    Example:
        >>> _name("/data/a.zip:b.tab"), _name("C:\\data\\a.csv")
        ('a.zip:b.tab', 'a.csv')
    """
    return path.replace("\\", "/").rpartition("/")[2]
