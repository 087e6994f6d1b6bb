"""The acts of two states towards each other, counted, as signals that a level can be drawn from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from detente.errors import DataGapError, UsageError
from detente.events.actors import name_of, to_iso3
from detente.events.inputs import EventInput
from detente.relations.counting import panel, reach
from detente.relations.exposure import exposure_premise
from detente.relations.panel import Panel
from detente.relations.steps import check_every, next_start, period_start
from detente.study.measuring import MONTHS
from detente.study.options import Options
from detente.study.signal import Signal

MEASURES = ("cooperation", "conflict")
ENOUGH_MONTHS = 24
"""Fewer months than this are counted by week."""


@dataclass(frozen=True, eq=False)
class Counted:
    """What two states did to each other, by period, as one origin tells it.

    Attributes:
        a: Code of the first.
        b: Code of the other.
        origin: Where the events come from.
        panel: The counts.
        since: First day that was asked for, or None.
        until: Last day that was asked for, or None.
        others: Origins that tell of the two as well, with their events.
        options: How much is drawn of their levels, and from which seed.
    """

    a: str
    b: str
    origin: str
    panel: Panel
    since: dt.date | None
    until: dt.date | None
    others: Mapping[str, int]
    options: Options = field(default_factory=Options)

    def under(self, options: Options) -> Counted:
        """The same counts, asked with other options."""
        return replace(self, options=options)

    @property
    def name(self) -> str:
        """Both states by name."""
        return f"{name_of(self.a)} and {name_of(self.b)}"

    @property
    def size(self) -> int:
        """Events of both directions, by the origin."""
        return _size(self.panel, self.a, self.b, self.origin)

    def signal(self, measure: str) -> Signal:
        """A measure of both directions together, divided as the claims of a study are."""
        counted, origin = self.panel, self.origin
        series = counted.pair(self.a, self.b, measure, origin=origin)
        months = MONTHS[check_every(counted.every)]
        own = counted.own_events((self.a, self.b), origin)
        world = counted.world(origin)
        premise = exposure_premise(series.values, world, own=own, months=months)
        signal = Signal(
            series=series,
            counts=True,
            source=f"{origin} (event files)",
            measure=measure,
            noun=f"{measure} between {self.name}",
            dataset="events",
            exposure=premise,
            world=world,
            days=counted.days_covered(origin),
        )
        return signal.with_exposure("events" if premise.holds else "days")


def count_pair(
    events: EventInput,
    a: str,
    b: str,
    *,
    origin: str | None = None,
    since: dt.date | None = None,
    until: dt.date | None = None,
    every: str | None = None,
) -> Counted:
    """Count what two states did to each other.

    Args:
        events: A store or its folder, a table with the canonical columns, or a Parquet file.
        a: Code of a state.
        b: Code of another.
        origin: Where the events come from; by default the origin with most events of the two.
        since: First day.
        until: Last day, inclusive.
        every: Kind of period; by default months, or weeks where there are fewer than 24 months.

    Raises:
        UsageError: A code is no state's, both are the same, or the store has no such origin.
        DataGapError: No event of the two is there.

    Example:
        >>> from detente.events.schema import SCHEMA
        >>> import pyarrow as pa
        >>> rows = [
        ...     {"event_id": f"x:{day}", "date": dt.date(2017, 1, day), "source": "USA",
        ...      "target": "CHN", "cameo": "040", "quad": 1, "goldstein": 1.0, "origin": "x"}
        ...     for day in range(1, 32)
        ... ]
        >>> counted = count_pair(pa.Table.from_pylist(rows, SCHEMA), "USA", "CHN")
        >>> counted.origin, counted.panel.every, counted.name
        ('x', 'week', 'United States and China')
    """
    _check_pair(a, b)
    spans = reach(events)
    if origin is not None and origin not in spans:
        raise UsageError(
            f"The store holds no origin {origin!r}.",
            f"It holds {', '.join(sorted(spans)) or 'no events'}.",
            "Ask for one of these, or for none to take that with most events.",
        )
    counted = panel(events, (a, b), every or "month", since=since, until=until)
    sizes = {name: _size(counted, a, b, name) for name in counted.origins}
    chosen = origin or max(sizes, key=lambda name: sizes[name])
    if not np.isfinite(counted.world(chosen)).any():
        raise DataGapError(
            f"There is nothing to show of {name_of(a)} and {name_of(b)}.",
            f"{chosen} covers no {counted.every} of these days.",
            "Count by shorter periods, or ask for other days or another origin.",
        )
    if not sizes.get(chosen):
        raise DataGapError(
            f"There is nothing to show of {name_of(a)} and {name_of(b)}.",
            f"No event {f'of {origin} ' if origin else ''}of these days is between the two.",
            "Ask for other days or another origin, or ingest files that tell of both.",
        )
    if every is None and len(counted.dates(chosen)) < ENOUGH_MONTHS:
        counted = panel(events, (a, b), "week", since=since, until=until)
    others = {name: size for name, size in sizes.items() if size and name != chosen}
    return Counted(a, b, chosen, counted, since, until, others)


def period_of(day: dt.date, every: str) -> tuple[dt.date, dt.date]:
    """First and last day of the period that a day lies in.

    Example:
        >>> period_of(dt.date(2006, 7, 12), "month")
        (datetime.date(2006, 7, 1), datetime.date(2006, 7, 31))
    """
    kind = check_every(every)
    start = period_start(np.array([day], "datetime64[D]"), kind)
    first, end = start[0].item(), next_start(start, kind)[0].item()
    return first, end - dt.timedelta(days=1)


def _check_pair(a: str, b: str) -> None:
    for code in (a, b):
        if to_iso3(code, "iso3") != code:
            raise UsageError(
                "There is no state with this code.", f"It is {code!r}.", "Use an ISO alpha-3 code."
            )
    if a == b:
        raise UsageError("A pair is of two states.", f"Both are {a}.", "Name another state.")


def _size(counted: Panel, a: str, b: str, origin: str) -> int:
    """Events of both directions."""
    return int(np.nansum(counted.pair(a, b, "total", origin=origin).values))
