"""Whose events are counted, over which periods, and which of them lie after the date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from detente.arrays import Bools
from detente.errors import DataGapError
from detente.estimators.levels.lasting import FEWEST_AFTER, FEWEST_BEFORE
from detente.events.engine import DUCKDB
from detente.events.inputs import EventInput
from detente.relations.steps import Every, check_every, day_name
from detente.relations.world import Coverage, world_coverage, world_days
from detente.rounding import plural

MONTHS_FOR_MONTHS = 24
"""A record with fewer months is read by week."""

SHORTER: Mapping[str, str] = {
    "year": "quarter",
    "quarter": "month",
    "month": "week",
    "week": "day",
}

LOAD = "Load event files first: detente ingest SOURCE FILES, or detente fetch."

BEFORE: Mapping[str, int] = {"day": 90, "week": 52, "month": 36, "quarter": 16, "year": 10}
"""Periods before the date that are compared with at least, where there are so many."""

LATELY = dt.timedelta(days=366)


@dataclass(frozen=True, eq=False)
class Window:
    """What is compared with what.

    Attributes:
        coverage: What the origin reported, over the periods that are used.
        every: Kind of period.
        since: The date.
        until: Last day that is covered.
        after: Periods that begin on the date or later, shape (T,).
        used: Periods with data, but for one that the date cuts in two, shape (T,).
        others: Origins that were not used, each with the reason.
    """

    coverage: Coverage
    every: Every
    since: dt.date
    until: dt.date
    after: Bools
    used: Bools
    others: tuple[tuple[str, str], ...] = ()


def choose_window(
    events: EventInput,
    *,
    since: dt.date | None = None,
    until: dt.date | None = None,
    every: str | None = None,
    origin: str | None = None,
    engine: str = DUCKDB.name,
) -> Window:
    """Choose origin, periods and date; see `movers` for the arguments.

    Raises:
        DataGapError: There are no events, or no origin covers both sides of the date.
        UsageError: There is no such engine or period.
    """
    kind = check_every(every or "month")
    daily = world_days(events, origin=origin, until=until, engine=engine)
    origins = world_coverage(daily, kind)
    if every is None and all(item.covered.sum() < MONTHS_FOR_MONTHS for item in origins.values()):
        kind = "week"
        origins = world_coverage(daily, kind)
    origins = {name: item for name, item in origins.items() if item.covered.any()}
    if not origins:
        raise DataGapError(
            "No movers could be measured.",
            f"There are no events{f' of origin {origin!r}' if origin else ''}"
            f"{f' until {until}' if until else ''} that cover a {kind}.",
            "Ask for another origin or other days; detente store lists what there is."
            if origin or until
            else _other_periods(kind if daily.num_rows else "day"),
        )
    return _best(origins, kind, since)


def _best(origins: Mapping[str, Coverage], every: Every, since: dt.date | None) -> Window:
    """The window of the largest origin that covers both sides, of those that reach the latest."""
    latest = max(last_day(item) for item in origins.values())
    windows, reasons = {}, []
    for name, item in sorted(origins.items()):
        window = _window(item, every, since)
        before, after = _sides(window)
        if before >= FEWEST_BEFORE and after >= FEWEST_AFTER:
            windows[name] = window
        else:
            reasons.append((name, _uncovered(item, every, window.since, before, after)))
    if not windows:
        raise DataGapError(
            f"No source covers both sides of {day_name(since) if since else 'any date'}.",
            " ".join(reason for _, reason in reasons),
            _advice(origins, every, since),
        )
    recent = {name: w for name, w in windows.items() if last_day(origins[name]) > latest - LATELY}
    best = max(recent or windows, key=lambda name: int(origins[name].events.sum()))
    reasons += [
        (
            name,
            f"{name} covers it too and was not chosen: {best} reports more; name it with --origin.",
        )
        for name in windows
        if name != best
    ]
    return replace(windows[best], others=tuple(sorted(reasons)))


def _window(item: Coverage, every: Every, since: dt.date | None) -> Window:
    covered = np.flatnonzero(item.covered)
    if since is None:
        back = {"month": 12, "week": 52, "quarter": 4, "year": FEWEST_AFTER, "day": 365}[every]
        half = max(len(covered) // 2, 1)
        since = _date(item.dates[covered[-back if len(covered) >= 3 * back else -half]])
    day = np.datetime64(since, "D")
    after = item.dates >= day
    first = int(np.argmax(after)) if after.any() else len(after)
    held = item.covered.copy()
    if first > 0 and (not after.any() or item.dates[first] != day):
        held[first - 1] = False  # the date cuts it in two
    low = max(int(covered[0]), first - max(len(after) - first, BEFORE[every]))
    high = int(covered[-1]) + 1
    coverage = item.within(low, high)
    return Window(coverage, every, since, last_day(item), after[low:high], held[low:high])


def last_day(item: Coverage) -> dt.date:
    """Last day that is covered, of the last period with data."""
    place = int(np.flatnonzero(item.covered)[-1])
    days = item.dates[place] + np.arange(int(item.days[place]))
    return _date(days[~np.isin(days, item.lost)][-1])


def _date(day: np.datetime64) -> dt.date:
    return dt.date.fromisoformat(str(day.astype("datetime64[D]")))


def _sides(window: Window) -> tuple[int, int]:
    return int((window.used & ~window.after).sum()), int((window.used & window.after).sum())


def _uncovered(item: Coverage, every: Every, since: dt.date, before: int, after: int) -> str:
    first, last = _date(item.dates[np.flatnonzero(item.covered)[0]]), last_day(item)
    return (
        f"{item.origin} covers {day_name(first)} to {day_name(last)}:"
        f" {plural(before, f'{every}s')} before {day_name(since)} and {after} from then on,"
        f" where {FEWEST_BEFORE} and {FEWEST_AFTER} are needed."
    )


def _advice(origins: Mapping[str, Coverage], every: Every, since: dt.date | None) -> str:
    latest = max(last_day(item) for item in origins.values())
    earliest = min(_date(item.dates[item.covered][0]) for item in origins.values())
    if since is not None and since > latest:
        return f"The last day is {latest}: name an earlier --since."
    if since is not None and since <= earliest:
        return f"The first day is {earliest}: name a later --since."
    longest = max(int(item.covered.sum()) for item in origins.values())
    if longest < FEWEST_BEFORE + FEWEST_AFTER:
        return _other_periods(every)
    shorter = f", or use shorter periods: --every {SHORTER[every]}" if every in SHORTER else ""
    return f"Name another --since{shorter}."


def _other_periods(every: Every) -> str:
    """What to do where a record is too short for its periods."""
    if every not in SHORTER:
        return LOAD
    return f"Use shorter periods: --every {SHORTER[every]}, or load more event files."
