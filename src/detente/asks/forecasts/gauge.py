"""A reading of tension as it was last known on each day, for as long as it is not too old."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from detente.arrays import Days, Floats
from detente.relations.steps import check_every, next_start, period_name
from detente.study.data import StudyData
from detente.study.parts import Measure
from detente.study.signal import Signal

LATE = 31  # days after its end at which a period's value is taken as known
STALE = 123  # days after its end from which it says nothing of today: four months


@dataclass(frozen=True, eq=False)
class Gauge:
    """One reading of tension by day.

    Attributes:
        label: The reading's own name: what it measures, and of whom.
        values: Last known value on each day, shape (T,); NaN where that is too old.
        last: The last period that is known, such as 2025-10.
    """

    label: str
    values: Floats
    last: str

    def until(self, days: int) -> Gauge:
        """The first days alone.

        Example:
            >>> Gauge("risk", np.ones(5), "2000-01").until(2).values.tolist()
            [1.0, 1.0]
        """
        return replace(self, values=self.values[:days])

    def gap(self) -> str:
        """One sentence where the last day has no value that is recent enough; else nothing.

        Example:
            >>> Gauge("risk", np.array([1.0, np.nan]), "2000-01").gap()
            'Risk is not used: its last known value, of 2000-01, is older than four months.'
        """
        if np.isfinite(self.values[-1]):
            return ""
        return (
            f"{self.label[:1].upper()}{self.label[1:]} is not used: its last known value, of "
            f"{self.last}, is older than four months."
        )


def read_gauge(data: StudyData, days: Days) -> Gauge | None:
    """The first of a study's readings of tension that is known on the first of some days.

    Readings by year are not used: they would be too old for most of each year.

    Args:
        data: The study's data as of a date.
        days: Days in order, shape (T,).

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> days = np.arange("2010-01-01", "2010-02-01", dtype="datetime64[D]")
        >>> gauge = read_gauge(open_data(load("korea")), days)
        >>> gauge.label, gauge.values.shape
        ('newspaper-based geopolitical risk of South Korea', (31,))
    """
    for item in data.study.tension:
        measure = Measure(dataset=item.dataset, name=item.measure)
        for signal in data.signals(item.relation, [measure])[0]:
            if signal.series.every == "year":
                continue
            gauge = gauge_of(signal, days)
            if gauge is not None and np.isfinite(gauge.values[0]):
                return gauge
    return None


def gauge_of(signal: Signal, days: Days) -> Gauge | None:
    """A signal as it was last known on each day; None if it has no value at all.

    Args:
        signal: The reading; the value of a period is known `LATE` days after its end.
        days: Days in order, shape (T,).

    Example:
        >>> from detente.relations.series import make_series
        >>> risk = make_series("risk", "month", ["2000-01-01", "2000-02-01"], [5, 7], unit="%")
        >>> days = ["2000-03-02", "2000-03-03", "2000-07-01", "2000-07-02"]
        >>> days = np.array(days, dtype="datetime64[D]")
        >>> gauge_of(Signal(risk, False, "s", "value", "risk"), days).values.tolist()
        [nan, 5.0, 7.0, nan]
    """
    every = check_every(signal.series.every)
    values = signal.analysed()
    seen = np.isfinite(values)
    if not seen.any():
        return None
    ends = next_start(signal.series.dates, every)[seen]
    place = np.searchsorted(ends + LATE, days, side="right") - 1
    fresh = (place >= 0) & (days - ends[place] < np.timedelta64(STALE, "D"))
    last = period_name(signal.series.dates[seen][-1], every)
    return Gauge(signal.noun, np.where(fresh, values[seen][place], np.nan), last)
