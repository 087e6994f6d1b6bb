"""Past weeks of a set of parties: which actions came in each, and what had been reported before."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from detente.arrays import Floats, Ints
from detente.errors import DataGapError, UsageError

ROOTS = tuple(f"{number:02d}" for number in range(1, 21))
"""CAMEO roots."""

HALF_LIVES = (3.0, 14.0, 60.0)
"""Half-lives in days of the decayed counts."""

MOST_WEEKS = 156
"""Only so many weeks are used: older ones say little of the coming one."""

BURN_IN = 28
"""Days at the start that only feed the counts."""

REMEMBERED = 180
"""Days after which an event is no longer named behind a forecast."""

NEEDED = ("event_id", "date", "published", "source", "target", "cameo")


@dataclass(frozen=True, eq=False)
class Weeks:
    """Whole weeks that end where the coming one begins. A unit is (source, root, target).

    Attributes:
        parties: Codes of the parties.
        as_of: First day of the coming week.
        source: Party of each unit, shape (units,).
        root: Root of each unit, as a place in `ROOTS`.
        target: Party of each unit.
        features: What was known at the start of each week and of the coming one, shape
            (weeks + 1, units, k).
        came: 1 where the action came at least once in the week, shape (weeks, units).
        events: The parties' events, oldest first.
    """

    parties: tuple[str, ...]
    as_of: dt.date
    source: Ints
    root: Ints
    target: Ints
    features: Floats
    came: Floats
    events: pa.Table

    @property
    def count(self) -> int:
        """How many past weeks there are."""
        return len(self.came)

    def behind(self, unit: int, most: int) -> list[tuple[Any, ...]]:
        """Past events that bear on a unit: the same action, its reverse, others of the pair.

        An event's weight halves every 14 days; the reverse of the action has half the weight of the
        action itself, and any other of the pair a fifth.
        """
        source, target = self.parties[self.source[unit]], self.parties[self.target[unit]]
        root, pair = ROOTS[self.root[unit]], pa.array([source, target])
        recent = pc.greater_equal(self.events["date"], self.as_of - dt.timedelta(days=REMEMBERED))
        mine = pc.and_(pc.is_in(self.events["source"], pair), pc.is_in(self.events["target"], pair))
        of_pair = [
            (self._weight(row, source, root), row)
            for row in self.events.filter(pc.and_(recent, mine)).to_pylist()
        ]
        heavy = sorted(of_pair, key=lambda pair: (-pair[0], pair[1]["event_id"]))[:most]
        wanted = ("event_id", "date", "source", "cameo", "target")
        return [tuple(row[name] for name in wanted) for _, row in heavy]

    def _weight(self, row: dict[str, Any], source: str, root: str) -> float:
        kind = 0.2 if row["cameo"][:2] != root else 1.0 if row["source"] == source else 0.5
        return float(kind * 0.5 ** ((self.as_of - row["date"]).days / 14))


def weekly(events: pa.Table, parties: tuple[str, ...], as_of: dt.date | None) -> Weeks:
    """Cut the events of some parties into weeks.

    Args:
        events: Events in the canonical schema.
        parties: Codes of the parties.
        as_of: First day of the coming week; by default the day after the last event.

    Raises:
        UsageError: A column of the canonical schema is missing.
        DataGapError: No event comes before the day, or the history has no whole week after the
            first four.
    """
    past = _known(events, as_of)
    last = as_of or pc.max(past["date"]).as_py() + dt.timedelta(days=1)
    first = pc.min(past["date"]).as_py()
    count = min(((last - first).days - BURN_IN) // 7, MOST_WEEKS)
    if count < 1:
        raise _gap(f"The events begin on {first} and the week on {last}.")
    own = _among(past, parties)
    start = last - dt.timedelta(days=7 * count + BURN_IN)
    counts = _daily(own, parties, start, (last - start).days)
    source, root, target = (axis.ravel() for axis in np.indices(counts.shape[1:]))
    use = source != target
    edges = BURN_IN + 7 * np.arange(count + 1)
    features = _features(counts, edges)[:, use]
    came = (counts.reshape(-1, 7, counts[0].size).sum(axis=1) > 0).astype(np.float64)[:, use]
    both = np.concatenate([features, _usual(came)[..., None]], axis=2)
    early = BURN_IN // 7
    return Weeks(parties, last, source[use], root[use], target[use], both, came[early:], own)


def _gap(what: str) -> DataGapError:
    return DataGapError(
        "The next moves could not be forecast.",
        what,
        "Ingest files of at least four months before the week.",
    )


def _known(events: pa.Table, as_of: dt.date | None) -> pa.Table:
    """Events that were known before the day: dated before it, and published where that is said."""
    missing = set(NEEDED) - set(events.column_names)
    if missing:
        raise UsageError(
            "The next moves could not be forecast.",
            f"The events have no column {sorted(missing)[0]!r}.",
            "Give a table of the event store, or one with the columns of detente.events.schema.",
        )
    past = events.select(NEEDED)
    if as_of is not None:
        day = pa.scalar(as_of, pa.date32())
        unpublished = pc.fill_null(pc.greater_equal(past["published"], day), False)
        past = past.filter(pc.and_not(pc.less(past["date"], day), unpublished))
    if past.num_rows == 0:
        raise _gap("There are no events before the week.")
    return past


def _among(events: pa.Table, parties: tuple[str, ...]) -> pa.Table:
    """Events between two different parties, oldest first."""
    party, roots = pa.array(parties), pa.array(ROOTS)
    use = pc.and_(
        pc.and_(pc.is_in(events["source"], party), pc.is_in(events["target"], party)),
        pc.is_in(pc.utf8_slice_codeunits(events["cameo"], 0, 2), roots),
    )
    between = events.filter(use)
    between = between.filter(pc.not_equal(between["source"], between["target"]))
    return between.sort_by([("date", "ascending"), ("event_id", "ascending")])


def _daily(events: pa.Table, parties: tuple[str, ...], start: dt.date, days: int) -> Floats:
    """Events by day, source, root and target, shape (days, parties, roots, parties)."""
    counts = np.zeros((days, len(parties), len(ROOTS), len(parties)))
    party, roots = pa.array(parties), pa.array(ROOTS)
    day = np.array([(when - start).days for when in events["date"].to_pylist()], dtype=np.int64)
    source, target = (
        pc.index_in(events[name], party).to_numpy(zero_copy_only=False)
        for name in ("source", "target")
    )
    root = pc.index_in(pc.utf8_slice_codeunits(events["cameo"], 0, 2), roots)
    use = day >= 0
    places = (day, source, root.to_numpy(zero_copy_only=False), target)
    np.add.at(counts, tuple(place[use].astype(np.int64) for place in places), 1.0)
    return counts


def _features(counts: Floats, edges: Ints) -> Floats:
    """What was known at the start of each week, shape (weeks, units, k)."""
    columns = []
    for half_life in HALF_LIVES:
        faded = _faded(counts, 0.5 ** (1 / half_life), edges)
        pair = faded.sum(axis=2, keepdims=True)
        whole = (
            faded,
            faded.swapaxes(1, 3),
            pair,
            pair.swapaxes(1, 3),
            faded.sum(axis=3, keepdims=True),
            faded.sum(axis=(1, 3), keepdims=True),
        )
        columns += [np.log1p(np.broadcast_to(part, faded.shape)) for part in whole]
    return np.stack(columns, axis=-1).reshape(len(edges), -1, len(columns))


def _usual(came: Floats) -> Floats:
    """Log odds of each unit's share of the weeks before, once four weeks have passed."""
    early = BURN_IN // 7
    hits = np.cumsum(came, axis=0)[early - 1 :]
    weeks = early + np.arange(len(hits))[:, None]
    return np.asarray(np.log((hits + 0.2) / (weeks - hits + 0.8)))


def _faded(counts: Floats, keep: float, edges: Ints) -> Floats:
    """Decayed counts of the days before each edge, per day of memory."""
    now = np.zeros(counts.shape[1:])
    kept = []
    for day in range(int(edges[-1]) + 1):
        if day in edges:
            kept.append(now.copy())
        if day < len(counts):
            now = keep * now + counts[day]
    return np.stack(kept)
