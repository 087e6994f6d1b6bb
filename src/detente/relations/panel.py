"""From events to a panel of directed dyads by period, in one SQL statement.

Counts are honest about gaps. A day counts as covered when its origin reported at least 20% of the
median of the surrounding 28 days (14 on each side: four of each weekday, so weekends do not look
like gaps). Days that are not covered are left out of counts and of exposure alike, so that their
ratio stays a rate; a period with fewer than half of its days covered is null. On a covered period a
silent dyad is zero. Origins are never added together.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from detente.errors import DataGapError, UsageError
from detente.events.inputs import EventInput, query_events
from detente.events.store import connect
from detente.relations.measures import NET_COOPERATION, SUMS, check_measure, unit_of
from detente.relations.panel_sql import DUCKDB, PANEL
from detente.relations.periods import check_every
from detente.relations.series import Series, combine, make_series, net_cooperation


@dataclass(frozen=True, eq=False)
class Panel:
    """Directed dyads by period; made by `panel`.

    Attributes:
        every: Kind of period.
        parties: The states, in the order given.
        origins: The origins that have rows, never added together.
    """

    every: str
    parties: tuple[str, ...]
    origins: tuple[str, ...]
    _table: pa.Table

    def table(self) -> pa.Table:
        """One row per origin, directed dyad and period.

        Columns: origin, date (first day of the period), source, target, quad1 to quad4, root01 to
        root20, total (events), goldstein (sum of scores), exposure (all events that the origin
        reported from the world), days, days_covered. Counts and exposure are null where the
        source has a gap.
        """
        return self._table

    def series(
        self, source: str, target: str, measure: str, *, origin: str | None = None
    ) -> Series:
        """What one party did to another.

        Args:
            source: Who acted.
            target: Who was acted on.
            measure: `cooperation`, `conflict`, `net_cooperation`, `root05`...: see
                `detente.relations.measures.MEASURES`.
            origin: The origin, if the panel has several.

        Raises:
            UsageError: A party, measure or origin is not in the panel, or the origin is not given.
        """
        check_measure(measure)
        if measure == NET_COOPERATION:
            return net_cooperation(
                self.series(source, target, "cooperation", origin=origin),
                self.series(source, target, "conflict", origin=origin),
                f"{source}>{target} net cooperation",
            )
        rows = self._rows(source, target, self._origin(origin))
        columns = [_floats(rows[name]) for name in SUMS[measure]]
        return make_series(
            f"{source}>{target} {measure.replace('_', ' ')}",
            self.every,
            rows["date"].to_numpy(),
            np.sum(columns, axis=0),
            unit=unit_of(measure, self.every),
            source=f"{self._origin(origin)} (event files)",
            exposure=_floats(rows["exposure"]),
        )

    def pair(self, a: str, b: str, measure: str, *, origin: str | None = None) -> Series:
        """What two parties did to each other: both directions summed; arguments as in `series`."""
        check_measure(measure)
        if measure == NET_COOPERATION:
            return net_cooperation(
                self.pair(a, b, "cooperation", origin=origin),
                self.pair(a, b, "conflict", origin=origin),
                f"{a}-{b} net cooperation",
            )
        there = self.series(a, b, measure, origin=origin)
        back = self.series(b, a, measure, origin=origin)
        return combine(there, back, name=f"{a}-{b} {measure.replace('_', ' ')}")

    def system(self, measure: str, *, origin: str | None = None) -> Series:
        """What all parties of the panel did to each other; arguments as in `series`."""
        check_measure(measure)
        if measure == NET_COOPERATION:
            return net_cooperation(
                self.system("cooperation", origin=origin),
                self.system("conflict", origin=origin),
                "all dyads net cooperation",
            )
        dyads = [(a, b) for a in self.parties for b in self.parties if a != b]
        parts = [self.series(a, b, measure, origin=origin) for a, b in dyads]
        return combine(*parts, name=f"all dyads {measure.replace('_', ' ')}")

    def _origin(self, origin: str | None) -> str:
        if origin is None and len(self.origins) == 1:
            return self.origins[0]
        if origin in self.origins:
            return str(origin)
        raise UsageError(
            "One origin must be named: levels of different sources do not compare."
            if origin is None
            else "The panel does not hold this origin.",
            f"The panel holds {', '.join(self.origins)}.",
            f"Pass origin={self.origins[0]!r}.",
        )

    def _rows(self, source: str, target: str, origin: str) -> pa.Table:
        for party in (source, target):
            if party not in self.parties:
                raise UsageError(
                    f"The panel does not hold {party!r}.",
                    f"Its parties are {', '.join(self.parties)}.",
                    "Build it with this party, or name one of these.",
                )
        table = self._table
        keep = pc.and_(pc.equal(table["source"], source), pc.equal(table["target"], target))
        return table.filter(pc.and_(keep, pc.equal(table["origin"], origin)))


def panel(
    events: EventInput,
    parties: Sequence[str],
    every: str = "month",
    origin: str | None = None,
    *,
    since: dt.date | None = None,
    until: dt.date | None = None,
    known: dt.date | None = None,
) -> Panel:
    """Count what states did to each other, by directed dyad and period.

    Args:
        events: A store or its folder, a table with the canonical columns, or a Parquet file.
        parties: Codes of two or more states, such as `USA`, `CHN`.
        every: `day`, `week` (from Monday), `month`, `quarter` or `year`.
        origin: Only this origin; otherwise each origin has its own rows.
        since: First day; the panel begins with its period, and earlier days count as a gap.
        until: Last day, inclusive.
        known: Only events that were published by this day, where the source says when.

    Returns:
        The panel. See the module for what is zero and what is null.

    Raises:
        UsageError: Fewer than two parties, or an unknown period.
        DataGapError: There are no events of that origin and those dates.

    Example:
        >>> from detente.events.schema import SCHEMA
        >>> rows = [
        ...     {"event_id": f"x:{day}", "date": dt.date(2017, 1, day), "source": "USA",
        ...      "target": "CHN", "cameo": "040", "quad": 1, "goldstein": 1.0, "origin": "x"}
        ...     for day in range(1, 32)
        ... ]
        >>> built = panel(pa.Table.from_pylist(rows, SCHEMA), ["USA", "CHN"])
        >>> built.series("USA", "CHN", "cooperation").values.tolist()
        [31.0]
        >>> built.series("CHN", "USA", "cooperation").values.tolist()
        [0.0]
    """
    kind = check_every(every)
    names = tuple(dict.fromkeys(parties))
    if len(names) < 2:
        raise UsageError(
            "A panel needs two or more parties.",
            f"Given: {', '.join(names) or 'none'}.",
            "Name at least two, such as USA,CHN.",
        )
    with connect() as con:
        query = query_events(con, events, origin=origin, since=since, until=until, known=known)
        params = query.params | {"parties": list(names), "every": kind}
        text = PANEL.format(events=query.sql, **DUCKDB)
        table = con.sql(text, params=params | {"since": since, "until": until}).to_arrow_table()
    if not table.num_rows:
        raise DataGapError(
            "The panel could not be built.",
            f"There are no events {_asked(origin, since, until)}.",
            "Ingest the files that cover this, or ask for other dates or another origin.",
        )
    origins = tuple(sorted(set(table["origin"].unique().to_pylist())))
    return Panel(kind, names, origins, table)


def _asked(origin: str | None, since: dt.date | None, until: dt.date | None) -> str:
    parts = [
        f"of origin {origin!r}" if origin else "",
        f"since {since}" if since else "",
        f"until {until}" if until else "",
    ]
    return " ".join(part for part in parts if part) or "at all"


def _floats(column: pa.ChunkedArray) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    values: np.ndarray[tuple[int], np.dtype[np.float64]] = column.to_numpy().astype(np.float64)
    return values
