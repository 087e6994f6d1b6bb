"""The periods of a series, those in which an era begins or ends cut at that day.

Days lie in eras and months do not: a launch on the fifth of a month whose fourteenth ends an era
belongs to that era. Where an action is known by day, the month is cut in two; elsewhere a period
that holds the border lies in neither era, since no one knows which of its events came before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detente.arrays import Bools, Days, Floats, Ints
from detente.relations.series import Series
from detente.relations.steps import check_every, next_start
from detente.study.models import Era


@dataclass(frozen=True, eq=False)
class Cells:
    """Periods or parts of periods, in order.

    Attributes:
        series: The whole periods, N of them.
        period: Index of the period that each cell lies in, shape (T,).
        starts: First day of each cell, shape (T,).
        ends: First day after it.
        values: The quantity, shape (T,), NaN where there are no data.
        exposure: What it is relative to, shape (T,); where the series has none, the share of a
            whole period.
    """

    series: Series
    period: Ints
    starts: Days
    ends: Days
    values: Floats
    exposure: Floats

    def within(self, era: Era) -> Bools:
        """Cells all of whose days lie in an era, shape (T,)."""
        inside = self.starts >= np.datetime64(era.start, "D")
        if era.end is not None:
            inside &= self.ends <= np.datetime64(era.end, "D")
        return np.asarray(inside, dtype=np.bool_)

    def outside(self, era: Era) -> Bools:
        """Cells none of whose days lies in an era, shape (T,)."""
        outside = self.ends <= np.datetime64(era.start, "D")
        if era.end is not None:
            outside |= self.starts >= np.datetime64(era.end, "D")
        return np.asarray(outside, dtype=np.bool_)


def whole(series: Series) -> Cells:
    """The periods of a series as they are.

    Example:
        >>> from detente.relations.series import make_series
        >>> cells = whole(make_series("x", "year", ["2001-01-01"], [3], unit="events"))
        >>> str(cells.ends[0]), cells.exposure.tolist()
        ('2002-01-01', [1.0])
    """
    size = len(series.dates)
    ones = np.ones(size)
    return Cells(
        series=series,
        period=np.arange(size),
        starts=series.dates,
        ends=next_start(series.dates, check_every(series.every)),
        values=series.values,
        exposure=ones if series.exposure is None else series.exposure,
    )


def cut(series: Series, daily: Series, borders: Days) -> Cells:
    """The periods of a series, cut at some days.

    Args:
        series: By period.
        daily: The same by day.
        borders: The days at which a new cell begins, any order.

    Example:
        >>> from detente.relations.series import make_series
        >>> days = np.arange("2001-01-01", "2001-02-01", dtype="datetime64[D]")
        >>> daily = make_series("x", "day", days, days == days[4], unit="days")
        >>> series = make_series("x", "month", days[:1], [1], unit="days")
        >>> cells = cut(series, daily, np.array(["2001-01-14"], "datetime64[D]"))
        >>> cells.values.tolist(), cells.exposure.round(2).tolist()
        ([1.0, 0.0], [0.42, 0.58])
    """
    plain = whole(series)
    if len(series.dates) == 0:
        return plain
    borders = borders[(borders > plain.starts[0]) & (borders < plain.ends[-1])]
    starts = np.union1d(plain.starts, borders)
    period = np.searchsorted(plain.starts, starts, side="right") - 1
    ends = np.append(starts[1:], plain.ends[-1])
    parts = np.flatnonzero(np.bincount(period)[period] > 1)
    values, exposure = plain.values[period], plain.exposure[period]
    for part in parts:
        inside = (daily.dates >= starts[part]) & (daily.dates < ends[part])
        values[part] = _total(daily.values[inside])
        exposure[part] = (
            (ends[part] - starts[part]) / (plain.ends - plain.starts)[period[part]]
            if daily.exposure is None
            else _total(daily.exposure[inside])
        )
    return Cells(series, np.asarray(period, dtype=np.int64), starts, ends, values, exposure)


def _total(values: Floats) -> float:
    """The sum of what is known; NaN where nothing is."""
    finite = values[np.isfinite(values)]
    return float(finite.sum()) if len(finite) else float("nan")
