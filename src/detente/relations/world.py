"""Everyone at once: what each origin covers, and what every two states did to each other.

The same rules of coverage as in `detente.relations.counting`, but only pairs that have events stand
in memory: two hundred states make twenty thousand pairs, most of which are silent.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from detente.arrays import Bools, Days, Floats, Ints
from detente.events.actors import table as state_codes
from detente.events.engine import DUCKDB, Bounds, in_process
from detente.events.engine import engine as engine_of
from detente.events.inputs import EventInput
from detente.relations.panel_sql import DAILY, MIN_PERIOD_SHARE
from detente.relations.steps import FIRST_DAY, check_every
from detente.relations.world_sql import WORLD_DAYS, WORLD_PAIRS

KINDS = ("cooperation", "conflict")


@dataclass(frozen=True, eq=False)
class Coverage:
    """What one origin reported from the world, by period.

    Attributes:
        origin: The origin.
        dates: First day of each period, shape (T,), a grid without holes.
        days: Days of each period, shape (T,).
        days_covered: Days that the origin covers, shape (T,).
        events: All events of those days, shape (T,).
        lost: Days of these periods that the origin does not cover, in order.
    """

    origin: str
    dates: Days
    days: Ints
    days_covered: Ints
    events: Ints
    lost: Days

    @property
    def covered(self) -> Bools:
        """Periods that have data: at least half of their days are covered, shape (T,)."""
        enough = self.days_covered >= MIN_PERIOD_SHARE * self.days
        return np.asarray(enough & (self.events > 0))

    def within(self, low: int, high: int) -> Coverage:
        """The coverage of the periods from place `low` up to and without `high`."""
        rows = slice(low, high)
        return Coverage(
            self.origin,
            self.dates[rows],
            self.days[rows],
            self.days_covered[rows],
            self.events[rows],
            self.lost,
        )


@dataclass(frozen=True, eq=False)
class WorldCounts:
    """What any two states did to each other, by period.

    Attributes:
        coverage: Of the origin that was counted.
        pairs: Codes of the two states, in the order of the alphabet, P of them.
        counts: Events by pair, kind (cooperation, conflict) and period, shape (P, 2, T).
    """

    coverage: Coverage
    pairs: tuple[tuple[str, str], ...]
    counts: Floats


def world_days(
    events: EventInput,
    *,
    origin: str | None = None,
    until: dt.date | None = None,
    known_by: dt.date | None = None,
    engine: str = DUCKDB.name,
) -> pa.Table:
    """What each origin reported by day, of which `world_coverage` makes periods of any kind.

    Args:
        events: As for `detente.relations.counting.panel`.
        origin: Only this origin.
        until: Last day, inclusive.
        known_by: Only events that were published by this day, where the source says when.
        engine: Where the statement runs.
    """
    bounds = Bounds(origin=origin, until=until, known_by=known_by)
    return engine_of(engine).select(DAILY, events, {}, bounds)


def world_coverage(daily: pa.Table, every: str = "month") -> Mapping[str, Coverage]:
    """What each origin covers, by period.

    Args:
        daily: As from `world_days`.
        every: Kind of period.

    Example:
        >>> from detente.events.schema import SCHEMA
        >>> world_coverage(world_days(SCHEMA.empty_table()))
        {}
    """
    params = {"every": check_every(every), "since": None, "until": None}
    rows = in_process(WORLD_DAYS, params, daily=daily)
    origins = np.asarray(rows["origin"].to_pylist(), dtype=str)
    return {
        str(name): _coverage(str(name), rows.filter(pa.array(origins == name)))
        for name in np.unique(origins)
    }


def _coverage(origin: str, rows: pa.Table) -> Coverage:
    dates, place = np.unique(_days(rows, "period"), return_inverse=True)
    covered = rows["is_covered"].to_numpy().astype(np.bool_)
    reported = np.where(covered, rows["n"].to_numpy(), 0)
    return Coverage(
        origin,
        dates,
        np.bincount(place, minlength=len(dates)),
        np.bincount(place, covered, len(dates)).astype(np.int64),
        np.bincount(place, reported, len(dates)).astype(np.int64),
        _days(rows, "date")[~covered],
    )


def _days(rows: pa.Table, name: str) -> Days:
    return np.asarray(rows[name].to_numpy().astype("datetime64[D]"))


def world_counts(
    events: EventInput,
    coverage: Coverage,
    every: str = "month",
    *,
    until: dt.date | None = None,
    known_by: dt.date | None = None,
    engine: str = DUCKDB.name,
) -> WorldCounts:
    """Count what every two states did to each other on the days that an origin covers.

    Args:
        events: As for `detente.relations.counting.panel`.
        coverage: Of the origin, over the periods that are wanted.
        every: Kind of period, that of the coverage.
        until: Last day, inclusive.
        known_by: Only events that were published by this day, where the source says when.
        engine: Where the statement runs.

    Returns:
        The counts; a pair without any event is left out, a silent period is zero.
    """
    since = coverage.dates[0].item()
    never = np.array([FIRST_DAY], dtype="datetime64[D]")  # an empty list has no type
    lost = [day.item() for day in np.append(never, coverage.lost)]
    bounds = Bounds(origin=coverage.origin, since=since, until=until, known_by=known_by)
    params = {"parties": state_list(), "lost_days": lost}
    rows = engine_of(engine).select(WORLD_PAIRS[check_every(every)], events, params, bounds)
    rows = rows.filter(pa.array(np.isin(_days(rows, "period"), coverage.dates)))
    names = np.array(
        [rows[name].to_pylist() for name in ("first_state", "second_state")], dtype=str
    )
    pairs, place = np.unique(names, axis=1, return_inverse=True)
    counts = np.zeros((pairs.shape[1], len(KINDS), len(coverage.dates)))
    at = np.searchsorted(coverage.dates, _days(rows, "period"))
    for index, kind in enumerate(KINDS):
        counts[place.ravel(), index, at] = rows[kind].to_numpy()
    return WorldCounts(coverage, tuple((str(a), str(b)) for a, b in pairs.T), counts)


def state_list() -> list[str]:
    """The codes of all states, those of former states among them, in order."""
    codes = state_codes("iso3")
    return sorted({*codes["iso3"].to_pylist(), *codes["code"].to_pylist()})
