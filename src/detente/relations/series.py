"""Series: one measured quantity on a regular grid of periods, and the algebra on it.

A series is what every later layer works with. Missing is NaN and never zero. Where a series was put
together from several sources, `segments` says which period came from which: levels are comparable
within a segment and never across its border, because sources differ in how much they report.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike, NDArray

from detente.errors import UsageError
from detente.relations._arrays import (
    Floats,
    Ints,
    check_once,
    either,
    expected_parts,
    filled,
    joined,
    means,
    placed,
    ratio,
    renumbered,
    sums,
)
from detente.relations.steps import Days, check_every, grid, nests, period_start, unit_over
from detente.rounding import number

PER = 10_000
"""Rates are per so many events that the source reported from the whole world."""


@dataclass(frozen=True, eq=False)
class Series:
    """One quantity by period.

    Attributes:
        name: What it is, such as `USA>CHN cooperation`.
        every: Kind of period: day, week (from Monday), month, quarter or year.
        dates: Period starts, `datetime64[D]`, a regular grid without holes, shape (n,).
        values: The quantity, shape (n,); NaN where there are no data.
        unit: The unit of the values, such as `events per month`.
        exposure: All events that the source reported from the world in the period, shape (n,), NaN
            where unknown; None if the quantity has no exposure.
        segments: Which source each period came from, shape (n,): an index into `sources`. Levels
            are never to be compared across the border of two segments.
        sources: Labels of the sources, such as `ICEWS (published monthly dataset)`.
        citation: How to cite the data.

    Example:
        >>> talks = make_series("talks", "month", ["2017-01-01", "2017-03-01"], [2, 1], unit="days")
        >>> talks.values.tolist()
        [2.0, nan, 1.0]
    """

    name: str
    every: str
    dates: Days
    values: Floats
    unit: str
    exposure: Floats | None
    segments: Ints
    sources: tuple[str, ...]
    citation: str

    def window(
        self, since: dt.date | str | None = None, until: dt.date | str | None = None
    ) -> Series:
        """The periods that begin within [since, until].

        Windows of disjoint dates are disjoint, so a period belongs to the era it begins in.

        Args:
            since: First day, a date or an ISO string.
            until: Last day, inclusive.
        """
        keep = np.ones(self.dates.shape, dtype=bool)
        if since is not None:
            keep &= self.dates >= np.datetime64(since, "D")
        if until is not None:
            keep &= self.dates <= np.datetime64(until, "D")
        return self._at(keep)

    def rates(self, per: float = PER) -> Series:
        """The quantity relative to its exposure: values / exposure * per; NaN where unknown.

        Raises:
            UsageError: The series has no exposure.
        """
        if self.exposure is None:
            raise UsageError(
                f"Rates of {self.name!r} cannot be computed.",
                "The series has no exposure.",
                "Use its values, or a series that was counted from events.",
            )
        values = ratio(self.values, self.exposure) * per
        unit = f"per {number(per)} events reported worldwide"
        return replace(self, values=values, unit=unit, exposure=None)

    def where(self, keep: NDArray[np.bool_]) -> Series:
        """The same periods, with values and exposure only where `keep`, shape (n,), says so."""
        return replace(
            self,
            values=np.where(keep, self.values, np.nan),
            exposure=None if self.exposure is None else np.where(keep, self.exposure, np.nan),
        )

    @property
    def labels(self) -> NDArray[np.str_]:
        """Which source each period came from, by its label, shape (n,)."""
        return np.asarray(self.sources, dtype=np.str_)[self.segments]

    def named(self, name: str) -> Series:
        """The same series under another name."""
        return replace(self, name=name)

    def _at(self, keep: NDArray[np.bool_]) -> Series:
        return replace(
            self,
            dates=self.dates[keep],
            values=self.values[keep],
            exposure=None if self.exposure is None else self.exposure[keep],
            segments=self.segments[keep],
        )


def make_series(
    name: str,
    every: str,
    dates: Sequence[dt.date | str] | Days,
    values: ArrayLike,
    *,
    unit: str,
    source: str = "",
    citation: str = "",
    exposure: ArrayLike | None = None,
) -> Series:
    """Build a series of one source; periods that are not given become NaN.

    Args:
        name: What it is.
        every: Kind of period.
        dates: A day in each period, in any order, shape (n,).
        values: The quantity, shape (n,).
        unit: Unit of the values.
        source: Label of the source.
        citation: How to cite it.
        exposure: All events of the source in each period, shape (n,), or None.

    Raises:
        InputError: Two values are given for one period, or the lengths differ.
    """
    kind = check_every(every)
    starts = period_start(np.asarray(dates, dtype="datetime64[D]"), kind)
    given = np.asarray(values, dtype=np.float64)
    world = None if exposure is None else np.asarray(exposure, dtype=np.float64)
    check_once(name, starts, given, world)
    span = grid(starts.min(), starts.max(), kind) if starts.size else starts
    where = np.searchsorted(span, starts)
    return Series(
        name=name,
        every=kind,
        dates=span,
        values=placed(given, where, span.size),
        unit=unit,
        exposure=None if world is None else placed(world, where, span.size),
        segments=np.zeros(span.size, dtype=np.int64),
        sources=(source,),
        citation=citation,
    )


def splice(primary: Series, secondary: Series) -> Series:
    """Two readings of one quantity as one series: the primary wins wherever it has data.

    The values are set side by side, not rescaled: `segments` marks which source each period came
    from, and levels are not to be compared across the border of two segments. A period that
    neither source has keeps the segment of the source that spans it.

    Raises:
        UsageError: The periods or units differ.
    """
    _check_alike(primary, secondary)
    span = _union(primary, secondary)
    sources = tuple(dict.fromkeys(primary.sources + secondary.sources))
    first, second = _on(span, primary), _on(span, secondary)
    use_first = np.isfinite(first.values) | (np.isnan(second.values) & (first.segments >= 0))
    renumber = [[sources.index(label) for label in s.sources] for s in (primary, secondary)]
    segments = np.where(
        use_first,
        renumbered(first.segments, renumber[0]),
        renumbered(second.segments, renumber[1]),
    )
    return replace(
        primary,
        dates=span,
        values=np.where(use_first, first.values, second.values),
        exposure=either(use_first, first.exposure, second.exposure, span.size),
        segments=filled(segments),
        sources=sources,
        citation=joined(primary.citation, secondary.citation),
    )


def aggregate(series: Series, every: str, how: Literal["sum", "mean"] = "sum") -> Series:
    """The series by longer periods.

    A sum is NaN unless every part of the period is known, since a sum with a part missing is not
    smaller but unknown. A mean needs half of the parts. A period whose parts come from two
    sources is NaN. Exposure is summed under the rule of sums.

    Args:
        series: Counts (use `sum`) or scores (use `mean`).
        every: The longer period; weeks do not nest in months, quarters or years.
        how: `sum` or `mean`.

    Example:
        >>> days = ["2017-01-01", "2017-01-02"]
        >>> daily = make_series("n", "day", days, [1, 2], unit="events per day")
        >>> aggregate(daily, "week", "mean").values.tolist()
        [nan, nan]
    """
    coarse = check_every(every)
    fine = check_every(series.every)
    if not nests(fine, coarse):
        raise UsageError(
            f"{series.name!r} cannot be aggregated by {coarse}.",
            f"It is a series by {fine}.",
            "Start from a series by day, or choose a longer period that holds whole ones.",
        )
    starts = period_start(series.dates, coarse)
    span, index = np.unique(starts, return_inverse=True)
    expected = expected_parts(span, fine, coarse)
    values = sums(series.values, index, expected)
    if how == "mean":
        values = means(series.values, index, expected)
    low = np.full(span.size, np.iinfo(np.int64).max)
    high = np.full(span.size, -1)
    np.minimum.at(low, index, series.segments)
    np.maximum.at(high, index, series.segments)
    values = np.where(low == high, values, np.nan)
    world = None if series.exposure is None else sums(series.exposure, index, expected)
    return replace(
        series, every=coarse, dates=span, values=values, exposure=world, segments=low,
        unit=unit_over(series.unit, fine, coarse) if how == "sum" else series.unit,
    )  # fmt: skip


def combine(*parts: Series, name: str | None = None) -> Series:
    """The sum of series, such as the two directions of a pair; NaN where any part is.

    The exposure is the world's and is taken once, not summed. Where parts come from different
    sources in one period, the sum's source is named after both.

    Raises:
        UsageError: The periods or units differ.

    Example:
        >>> there = make_series("USA>CHN", "year", ["2010-01-01"], [3], unit="events per year")
        >>> back = make_series("CHN>USA", "year", ["2010-01-01"], [4], unit="events per year")
        >>> combine(there, back, name="USA-CHN").values.tolist()
        [7.0]
    """
    total = parts[0]
    for part in parts[1:]:
        total = _arithmetic(total, part, total_of=True)
    return total.named(name) if name else total


def share(part: Series, whole: Series) -> Series:
    """The part's share of the whole, 0 to 1; NaN where the whole is zero or unknown."""
    result = _arithmetic(part, whole, total_of=False)
    name = f"share of {part.name} in {whole.name}"
    return replace(result, name=name, unit="share", exposure=None)


def net_cooperation(cooperation: Series, conflict: Series, name: str | None = None) -> Series:
    """(cooperation - conflict) / (cooperation + conflict): -1 all conflict, 1 all cooperation.

    NaN where neither was reported. The balance does not grow with the media's attention, so it
    needs no exposure.
    """
    both = combine(cooperation, conflict)
    span = both.dates
    gap = _on(span, cooperation).values - _on(span, conflict).values
    return replace(
        both,
        name=name or f"net {cooperation.name}",
        values=ratio(gap, both.values),
        unit="net cooperation, -1 to 1",
        exposure=None,
    )


def series_table(series: Sequence[Series]) -> pa.Table:
    """The series as one long table: series, date, value, exposure, unit, source.

    Example:
        >>> series = make_series("x", "year", ["2010-01-01"], [3], unit="u", source="s")
        >>> series_table([series]).to_pylist()[0]["value"]
        3.0
    """
    schema = pa.schema(
        {"series": pa.string(), "date": pa.date32(), "value": pa.float64(),
         "exposure": pa.float64(), "unit": pa.string(), "source": pa.string()}
    )  # fmt: skip
    tables = [_table(item, schema) for item in series]
    return pa.concat_tables([schema.empty_table(), *tables])


def _table(item: Series, schema: pa.Schema) -> pa.Table:
    n = item.dates.size
    world = np.full(n, np.nan) if item.exposure is None else item.exposure
    columns = [
        pa.array([item.name] * n, pa.string()),
        pa.array(item.dates),
        pa.array(item.values, from_pandas=True),
        pa.array(world, from_pandas=True),
        pa.array([item.unit] * n, pa.string()),
        pa.array(item.labels, pa.string()),
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def _check_alike(a: Series, b: Series) -> None:
    for what, mine, other in (("periods", a.every, b.every), ("units", a.unit, b.unit)):
        if mine != other:
            raise UsageError(
                f"{a.name!r} and {b.name!r} cannot be put together.",
                f"Their {what} differ: {mine!r} and {other!r}.",
                "Bring both to the same first.",
            )


def _union(a: Series, b: Series) -> Days:
    spans = [s.dates for s in (a, b) if s.dates.size]
    if not spans:
        return a.dates
    first, last = min(d[0] for d in spans), max(d[-1] for d in spans)
    return grid(first, last, check_every(a.every))


def _on(span: Days, series: Series) -> Series:
    """The series on a wider grid; NaN, and segment -1, where it does not reach."""
    where = np.searchsorted(span, series.dates)
    segments = np.full(span.size, -1, dtype=np.int64)
    segments[where] = series.segments
    world = series.exposure
    return replace(
        series,
        dates=span,
        values=placed(series.values, where, span.size),
        exposure=None if world is None else placed(world, where, span.size),
        segments=segments,
    )


def _arithmetic(a: Series, b: Series, *, total_of: bool) -> Series:
    """The sum (or ratio) of two series on the union of their grids."""
    _check_alike(a, b)
    span = _union(a, b)
    first, second = _on(span, a), _on(span, b)
    values = first.values + second.values if total_of else ratio(first.values, second.values)
    own = np.isfinite(first.exposure) if first.exposure is not None else np.zeros(span.size, bool)
    segments, sources = _labels(first, second)
    return replace(
        a,
        name=f"{a.name} + {b.name}",
        dates=span,
        values=values,
        exposure=either(own, first.exposure, second.exposure, span.size),
        segments=segments,
        sources=sources,
        citation=joined(a.citation, b.citation),
    )


def _labels(a: Series, b: Series) -> tuple[Ints, tuple[str, ...]]:
    """Segments of a result of two series: a new source for each mixture of two."""
    first, second = filled(a.segments), filled(b.segments)
    mixtures = list(dict.fromkeys(zip(first.tolist(), second.tolist(), strict=True)))
    names = [_mixed(a.sources[i], b.sources[j]) for i, j in mixtures] or [a.sources[0]]
    sources = tuple(dict.fromkeys(names))
    segments = np.zeros(first.size, dtype=np.int64)
    for (i, j), label in zip(mixtures, names, strict=False):
        segments[(first == i) & (second == j)] = sources.index(label)
    return segments, sources


def _mixed(a: str, b: str) -> str:
    return a if a == b else f"{a} with {b}"
