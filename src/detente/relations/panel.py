"""Relations by period as one long table, whether counted from events or read from a dataset.

A row is an origin, the states that it is about, and a period, with the measures, whether the origin
covers it, and its exposure. Origins are never added together, and what an origin does not cover is
missing and not zero. `detente.relations.counting` counts events into one, and
`detente.relations.datasets` reads ready-made series.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
import pyarrow as pa

from detente.arrays import Bools, Days, Floats
from detente.errors import DataGapError, UsageError
from detente.relations import _columns
from detente.relations._arrays import ratio
from detente.relations.measures import BALANCED, MEASURES, NET_COOPERATION, columns_of, unit_of
from detente.relations.panel_sql import SPARSE_ORIGIN
from detente.relations.series import Series, combine, make_series, net_cooperation
from detente.relations.steps import Every

if TYPE_CHECKING:
    from detente.sources.reading.report import ReadingReport

Layout = Literal["dyad", "pair", "party", "system"]

KEYS: dict[Layout, tuple[str, ...]] = {
    "dyad": ("source", "target"),
    "pair": ("a", "b"),
    "party": ("party",),
    "system": (),
}
"""The key columns of each layout."""

Key = tuple[str, ...]


def key_of(layout: Layout, names: Key) -> Key:
    """The key of some states: the two of a pair have no order, and stand by their codes.

    Example:
        >>> key_of("pair", ("USA", "JPN")), key_of("dyad", ("USA", "JPN"))
        (('JPN', 'USA'), ('USA', 'JPN'))
    """
    return tuple(sorted(names)) if layout == "pair" else names


NO_MEASURES = {"origin", "date", "covered", "exposure", "days", "days_covered"}


@dataclass(frozen=True, eq=False)
class Panel:
    """Relations by period; made by `panel`, `read_dataset` or `panel_of`.

    Attributes:
        every: Kind of period.
        layout: What a row is about: a directed dyad, a pair, a party, or the whole system.
        parties: The states.
        origins: Where the rows come from.
        unit: Unit of the values; None for events, where each measure has its own.
        citation: How to cite it.
        readings: What was read and turned away, by source, where it was counted straight from raw
            files.
    """

    every: Every
    layout: Layout
    parties: tuple[str, ...]
    origins: tuple[str, ...]
    unit: str | None
    citation: str
    _table: pa.Table
    _unnamed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    readings: tuple[ReadingReport, ...] = ()

    def table(self) -> pa.Table:
        """One row per origin, key and period, in this order.

        Columns: origin, date (first day of the period), the layout's keys (source and target, a and
        b, party, or none), the measures, covered, exposure (all events that the origin reported
        from the world; null where unknown). A panel of events has quad1 to quad4, root01 to root20,
        total (events) and goldstein (sum of scores) as measures, and days and days_covered.
        """
        return self._table

    def keys(self) -> tuple[Key, ...]:
        """The dyads, pairs or parties that have rows; `()` alone for the system."""
        return tuple(dict.fromkeys(key for _, key in self._places))

    def gives(self, measure: str) -> bool:
        """Whether a measure can be read, by itself or as a sum or balance of others."""
        return bool(columns_of(measure, self._measures))

    def dates(self, origin: str | None = None) -> Days:
        """Period starts of an origin, a grid without holes, shape (T,)."""
        rows = next(iter(self._of(origin).values()))
        return self._days(rows)

    def world(self, origin: str | None = None) -> Floats:
        """All events that an origin reported by period, shape (T,); NaN where unknown."""
        return self._floats("exposure", next(iter(self._of(origin).values())))

    def days_covered(self, origin: str | None = None) -> Floats:
        """Days that an origin of events covers, by period, shape (T,)."""
        return self._floats("days_covered", next(iter(self._of(origin).values())))

    def own_events(self, among: Collection[str], origin: str | None = None) -> Floats:
        """All events of some of the states among themselves, by period, shape (T,); NaN in a gap.

        Args:
            among: Codes of the states.
            origin: Of which origin.
        """
        parts = [
            self._floats("total", rows)
            for dyad, rows in self._of(origin).items()
            if set(dyad) <= set(among)
        ]
        held = np.nansum(parts, axis=0)
        return np.where(np.isfinite(self.world(origin)), held, np.nan)

    def is_known(self, measure: str, origin: str | None = None) -> Bools:
        """The periods in which a measure is known of anyone, shape (T,)."""
        columns = self._columns(measure)
        if self._balances(measure):
            columns = tuple(name for part in BALANCED for name in self._columns(part))
        values = [self._sum(columns, rows) for rows in self._of(origin).values()]
        return np.asarray(np.isfinite(values).any(axis=0))

    def unnamed(self, origin: str | None = None) -> tuple[str, ...]:
        """The parties that no event of an origin names: of them it says nothing, not even silence.

        Example:
            >>> years = np.array(["2010-01-01"], "datetime64[D]")
            >>> counts = {(("A", "B"), "conflict"): np.ones(1)}
            >>> from detente.relations.ready import panel_of
            >>> panel_of("year", "dyad", "x", years, counts).unnamed()
            ()
        """
        return self._unnamed.get(self._origin(origin), ())

    def size(self) -> int:
        """Number of values that are known."""
        columns = [self._table[name] for name in self._measures]
        return sum(len(column) - column.null_count for column in columns)

    def side_by_side(
        self, dyads: Sequence[tuple[str, str]], measure: str, *, origin: str | None = None
    ) -> Floats:
        """Some dyads as columns, shape (T, k), as estimators take them; NaN in a gap.

        Example:
            >>> counts = {(("A", "B"), "conflict"): np.array([3.0, np.nan])}
            >>> years = np.array(["2010-01-01", "2011-01-01"], "datetime64[D]")
            >>> from detente.relations.ready import panel_of
            >>> built = panel_of("year", "dyad", "x", years, counts)
            >>> built.side_by_side([("A", "B")], "conflict").tolist()
            [[3.0], [nan]]
        """
        if not dyads:
            raise UsageError("No columns could be made.", "No dyad is given.", "Name at least one.")
        parts = [self.series(a, b, measure, origin=origin).values for a, b in dyads]
        return np.column_stack(parts)

    def series(
        self, source: str, target: str, measure: str, *, origin: str | None = None
    ) -> Series:
        """What one party did to another (layout `dyad`).

        Args:
            source: Who acted.
            target: Who was acted on.
            measure: A column of the table, or `cooperation`, `conflict`, `net_cooperation`,
                `root05`...: see `detente.relations.measures.MEASURES`.
            origin: The origin, if the panel has several.

        Raises:
            DataGapError: The panel has no such dyad.
            UsageError: It has no such measure or origin, or the origin is not given.
        """
        return self._named((source, target), measure, f"{source}>{target}", origin)

    def pair(self, a: str, b: str, measure: str, *, origin: str | None = None) -> Series:
        """A pair's own rows (layout `pair`), or both directions summed (`dyad`)."""
        if self.layout != "dyad":
            return self._named(key_of("pair", (a, b)), measure, f"{a}-{b}", origin)
        return self._total([(a, b), (b, a)], measure, f"{a}-{b}", origin)

    def party(self, party: str, measure: str, *, origin: str | None = None) -> Series:
        """A party's series (layout `party`)."""
        return self._named((party,), measure, party, origin)

    def system(
        self, measure: str, *, origin: str | None = None, among: Sequence[str] | None = None
    ) -> Series:
        """The system's own rows (layout `system`), or all dyads summed (`dyad`).

        Args:
            measure: As in `series`.
            origin: The origin, if the panel has several.
            among: The parties whose dyads are summed, by default all.
        """
        if self.layout != "dyad":
            return self._named((), measure, "system", origin)
        dyads = [(a, b) for a in among or self.parties for b in among or self.parties if a != b]
        return self._total(dyads, measure, "all dyads", origin)

    def matrices(
        self, measure: str, *, origin: str | None = None, silence: float = np.nan
    ) -> Floats:
        """All dyads as one matrix per period, source by target in the order of `parties`.

        Args:
            measure: As in `series`.
            origin: The origin, if the panel has several.
            silence: What stands where nothing is listed, and on the diagonal: 0 for an origin that
                lists every dyad that had events.

        Returns:
            Shape (T, n, n).

        Raises:
            UsageError: The panel is not one of dyads, or has no such measure.

        Example:
            >>> counts = {(("B", "A"), "conflict"): np.array([3.0, np.nan])}
            >>> years = np.array(["2010-01-01", "2011-01-01"], "datetime64[D]")
            >>> from detente.relations.ready import panel_of
            >>> built = panel_of("year", "dyad", "x", years, counts)
            >>> built.matrices("conflict", silence=0).tolist()
            [[[0.0, 0.0], [3.0, 0.0]], [[0.0, 0.0], [0.0, 0.0]]]
        """
        if self.layout != "dyad":
            raise UsageError(
                "The panel could not be made into matrices.",
                f"Its layout is {self.layout}.",
                "Give a panel of directed dyads.",
            )
        columns = self._columns(measure)
        if self._balances(measure):
            good, bad = (self.matrices(part, origin=origin) for part in BALANCED)
            matrices = ratio(good - bad, good + bad)
        else:
            place = {party: index for index, party in enumerate(self.parties)}
            size = len(self.parties)
            matrices = np.full((len(self.dates(origin)), size, size), np.nan)
            for (source, target), rows in self._of(origin).items():
                matrices[:, place[source], place[target]] = self._sum(columns, rows)
        matrices[np.isnan(matrices)] = silence
        return matrices

    def really_covered(self, origin: str | None = None) -> Bools:
        """Where an origin of events can be set against a dataset, shape (T,).

        It covers a period if at least half of the days are covered and it reported, on these, five
        or more events a day from the world. With fewer its silence cannot be told from a gap.
        """
        rows = next(iter(self._of(origin).values()))
        days, world = self._floats("days_covered", rows), self._floats("exposure", rows)
        return np.asarray(np.nan_to_num(world, nan=-1.0) >= np.maximum(1, SPARSE_ORIGIN * days))

    def with_exposure(self, world: Series) -> Panel:
        """The panel with the world's totals as its exposure, joined by date.

        Raises:
            UsageError: Their periods differ.

        Example:
            >>> years = np.array(["2010-01-01"], "datetime64[D]")
            >>> from detente.relations.ready import panel_of
            >>> few = panel_of("year", "dyad", "x", years, {(("A", "B"), "conflict"): np.ones(1)})
            >>> world = make_series("all", "year", years, [200], unit="events per year")
            >>> few.with_exposure(world).series("A", "B", "conflict").rates(per=100).values.tolist()
            [0.5]
        """
        if self.every != world.every:
            raise UsageError(
                f"{world.name!r} cannot be the exposure of {', '.join(self.origins)}.",
                f"One is by {world.every}, the other by {self.every}.",
                "Bring both to the same period first.",
            )
        days, at = np.unique(_columns.days_of(self._table["date"]), return_inverse=True)
        _, here, there = np.intersect1d(days, world.dates, return_indices=True)
        exposure = np.full(days.size, np.nan)
        exposure[here] = world.values[there]
        place = self._table.column_names.index("exposure")
        column = _columns.floats(exposure[at])
        return replace(self, _table=self._table.set_column(place, "exposure", column))

    def _total(self, dyads: Sequence[Key], measure: str, who: str, origin: str | None) -> Series:
        if self._balances(measure):
            good, bad = (self._total(dyads, part, who, origin) for part in BALANCED)
            return net_cooperation(good, bad, f"{who} net cooperation")
        parts = [self.series(a, b, measure, origin=origin) for a, b in dyads]
        return combine(*parts, name=f"{who} {measure.replace('_', ' ')}")

    def _named(self, key: Key, measure: str, who: str, origin: str | None) -> Series:
        columns = self._columns(measure)
        if self._balances(measure):
            good, bad = (self._named(key, part, who, origin) for part in BALANCED)
            return net_cooperation(good, bad, f"{who} net cooperation")
        name = self._origin(origin)
        rows = self._places.get((name, key))
        if rows is None:
            raise DataGapError(
                f"{name} has no rows for {who}.",
                f"It holds {len(self.keys())} keys of the layout {self.layout}.",
                "Ask for one that it holds, or take another source.",
            )
        return make_series(
            f"{who} {measure.replace('_', ' ')}",
            self.every,
            self._days(rows),
            self._sum(columns, rows),
            unit=unit_of(measure, self.every) if self.unit is None else self.unit,
            source=f"{name} (event files)" if self.unit is None else name,
            citation=self.citation,
            exposure=self._floats("exposure", rows) if self._exposed else None,
        )

    def _balances(self, measure: str) -> bool:
        return measure == NET_COOPERATION and measure not in self._measures

    def _columns(self, measure: str) -> tuple[str, ...]:
        columns = columns_of(measure, self._measures)
        if not columns:
            near = difflib.get_close_matches(measure, [*self._measures, *MEASURES], n=1)
            raise UsageError(
                f"{', '.join(self.origins)} has no measure {measure!r}.",
                f"It has {', '.join(self._measures)}.",
                f"Did you mean {near[0]!r}?" if near else "Ask for one of these.",
            )
        return columns

    def _sum(self, columns: Sequence[str], rows: slice) -> Floats:
        return np.asarray(np.sum([self._floats(name, rows) for name in columns], axis=0))

    def _days(self, rows: slice) -> Days:
        return _columns.days_of(self._table["date"].slice(rows.start, rows.stop - rows.start))

    def _floats(self, name: str, rows: slice) -> Floats:
        return self._numbers[name][rows].copy()

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

    def _of(self, origin: str | None) -> dict[Key, slice]:
        name = self._origin(origin)
        return {key: rows for (held, key), rows in self._places.items() if held == name}

    @cached_property
    def _numbers(self) -> dict[str, Floats]:
        """The columns of numbers: keys are many, and each reads a few rows of them."""
        apart = {"origin", "date", "covered", *KEYS[self.layout]}
        names = [name for name in self._table.column_names if name not in apart]
        return {name: _columns.numbers_of(self._table[name]) for name in names}

    @cached_property
    def _exposed(self) -> bool:
        return bool(self._table["exposure"].null_count < self._table.num_rows)

    @cached_property
    def _measures(self) -> tuple[str, ...]:
        apart = NO_MEASURES | set(KEYS[self.layout])
        return tuple(name for name in self._table.column_names if name not in apart)

    @cached_property
    def _places(self) -> dict[tuple[str, Key], slice]:
        """Where the rows of an origin's key stand: together, in the order of their dates."""
        names = ("origin", *KEYS[self.layout])
        texts, each = zip(*(_columns.codes_of(self._table[name]) for name in names), strict=True)
        codes = np.stack(each)
        starts = np.flatnonzero(np.append(True, (np.diff(codes, axis=1) != 0).any(axis=0)))
        ends = np.append(starts[1:], codes.shape[1])
        spans = zip(codes[:, starts].T.tolist(), starts.tolist(), ends.tolist(), strict=True)
        places = {}
        for which, start, end in spans:
            origin, *key = map(list.__getitem__, texts, which)
            places[origin, tuple(key)] = slice(start, end)
        return places
