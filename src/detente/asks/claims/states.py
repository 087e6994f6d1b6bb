"""States of the world as masks over the periods of a series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.asks.claims.scales import period_index, to_periods
from detente.relations.series import Series
from detente.study.data import StudyData
from detente.study.models import Period, State

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class StateMask:
    """Which periods are in a state, with its name and a phrase that fits "… times as many …"."""

    mask: Bools
    label: str
    phrase: str


def masks(
    data: StudyData, series: Series, when: State, against: State | None
) -> tuple[StateMask, StateMask]:
    """The periods in each of two states; they never overlap, the first one wins.

    Args:
        data: The study's data, for periods and actions.
        series: The series whose periods are sorted.
        when: The state of interest.
        against: The other; None stands for all other periods.
    """
    first = state_mask(data, series, when)
    if against is None:
        others = StateMask(~first.mask, "other months", "in other months")
        return first, others
    second = state_mask(data, series, against)
    return first, StateMask(second.mask & ~first.mask, second.label, second.phrase)


def state_mask(data: StudyData, series: Series, state: State) -> StateMask:
    """The periods in one state.

    A period lies in a dated period if its middle does. "After" an action are the months that
    follow a month with it, that month itself not included; "without" one are months before which
    none happened for so long.
    """
    if state.period is not None:
        period = data.study.periods[state.period]
        return StateMask(_within(series, period), period.label, f"during {period.label}")
    action = state.after or state.without or ""
    recent = _recent(data, series, action, to_periods(state.months, series.every))
    label, span = data.label_of(action), f"{state.months} months"
    if state.after is not None:
        return StateMask(recent, f"{span} after {label}", f"in the {span} after {label}")
    history = _since_first(data, series, action)
    return StateMask(~recent & history, f"{span} without {label}", f"after {span} without {label}")


def stratum_of(data: StudyData, series: Series, names: Sequence[str]) -> Ints:
    """Index of the dated period that each period of the series lies in, -1 for none."""
    strata = np.full(len(series.dates), -1, dtype=np.int64)
    for index, name in enumerate(names):
        strata[_within(series, data.study.periods[name]) & (strata < 0)] = index
    return strata


def _within(series: Series, period: Period) -> Bools:
    half = {"day": 0, "week": 3, "month": 15, "quarter": 45, "year": 182}[series.every]
    middle = series.dates + np.timedelta64(half, "D")
    inside = middle >= np.datetime64(period.start, "D")
    if period.end is not None:
        inside &= middle < np.datetime64(period.end, "D")
    return np.asarray(inside, dtype=np.bool_)


def _recent(data: StudyData, series: Series, action: str, periods: int) -> Bools:
    happened = np.zeros(len(series.dates), dtype=np.bool_)
    happened[period_index(series, data.days_of(action))] = True
    recent = np.zeros_like(happened)
    for lag in range(1, periods + 1):
        recent[lag:] |= happened[:-lag]
    return recent


def _since_first(data: StudyData, series: Series, action: str) -> Bools:
    """From the first such action on: before it, silence may only be a lack of records."""
    days = data.days_of(action)
    if len(days) == 0:
        return np.zeros(len(series.dates), dtype=np.bool_)
    return np.asarray(series.dates >= days.min(), dtype=np.bool_)
