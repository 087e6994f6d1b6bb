"""Conditions as masks over the periods of a series, or over parts of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from pydantic import Field, model_validator

from detente.arrays import Bools, Days, Ints
from detente.asks.claims.cells import Cells
from detente.asks.claims.scales import to_periods
from detente.relations.series import Series
from detente.relations.steps import check_every, grid, next_start
from detente.rounding import plural
from detente.study.data import StudyData
from detente.study.parts import Strict
from detente.study.silence import known_periods

MOST_MONTHS = 60
"""After an action, or without it."""


class Condition(Strict):
    """A condition of the world: an era, or months shortly after (or long without) an action."""

    era: str | None = None
    after: str | None = None
    without: str | None = None
    months: int = Field(default=3, ge=1, le=MOST_MONTHS)

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if sum(item is not None for item in (self.era, self.after, self.without)) != 1:
            raise ValueError("name exactly one of era, after, without")
        return self


@dataclass(frozen=True, eq=False)
class ConditionMask:
    """The periods in which a condition holds, with its name and a phrase for "… as many …"."""

    mask: Bools
    label: str
    phrase: str


def masks(
    data: StudyData, cells: Cells, when: Condition, against: Condition | None
) -> tuple[ConditionMask, ConditionMask]:
    """The cells under each of two conditions; they never overlap, the first one wins.

    Args:
        data: The study's data, for eras and actions.
        cells: The periods that are sorted.
        when: The condition of interest.
        against: The other; None stands for all other periods.
    """
    first = condition_mask(data, cells, when)
    if against is None:
        rest = _rest(data, cells, when, first.mask)
        return first, ConditionMask(rest, "other months", "in other months")
    second = condition_mask(data, cells, against)
    return first, ConditionMask(second.mask & ~first.mask, second.label, second.phrase)


def condition_mask(data: StudyData, cells: Cells, condition: Condition) -> ConditionMask:
    """The cells in which a condition holds.

    A cell lies in an era if all of its days do. "After" an action are the months that
    follow a month with it, that month itself not included; "without" one are months before which
    none happened for so long.
    """
    if condition.era is not None:
        era = data.study.eras[condition.era]
        return ConditionMask(cells.within(era), era.label, f"during {era.label}")
    action, series = condition.after or condition.without or "", cells.series
    recent = _recent(data, series, action, to_periods(condition.months, series.every))
    label, span = data.label_of(action), plural(condition.months, "months")
    if condition.after is not None:
        return ConditionMask(
            recent[cells.period], f"{span} after {label}", f"in the {span} after {label}"
        )
    quiet = ~recent & _could_tell(data, series, condition)
    return ConditionMask(
        quiet[cells.period], f"{span} without {label}", f"after {span} without {label}"
    )


def stratum_of(data: StudyData, cells: Cells, names: Sequence[str]) -> Ints:
    """Index of the era that each cell lies in, -1 for none."""
    strata = np.full(len(cells.starts), -1, dtype=np.int64)
    for index, name in enumerate(names):
        strata[cells.within(data.study.eras[name]) & (strata < 0)] = index
    return strata


def _rest(data: StudyData, cells: Cells, condition: Condition, inside: Bools) -> Bools:
    """Where a condition is known not to hold."""
    if condition.era is not None:
        return cells.outside(data.study.eras[condition.era])
    return ~inside & _could_tell(data, cells.series, condition)[cells.period]


def _recent(data: StudyData, series: Series, action: str, periods: int) -> Bools:
    """Whether an action happened in the periods before each one, its own not included."""
    starts = _from_before(series, periods)
    happened = np.zeros(len(starts), dtype=np.bool_)
    days = data.days_of(action)
    end = next_start(starts[-1:], check_every(series.every))[0]
    days = days[(days >= starts[0]) & (days < end)]
    happened[np.searchsorted(starts, days, side="right") - 1] = True
    return np.asarray(_before(happened, len(series.dates), periods).any(axis=0))


def _could_tell(data: StudyData, series: Series, condition: Condition) -> Bools:
    """Whether the sources of the action cover the periods before: else its silence says nothing."""
    action = condition.after or condition.without or ""
    every = check_every(series.every)
    periods = to_periods(condition.months, every)
    starts = _from_before(series, periods)
    covered = known_periods(data, action, starts, every)
    return np.asarray(_before(covered, len(series.dates), periods).all(axis=0))


def _from_before(series: Series, periods: int) -> Days:
    """The periods of a series and so many before it."""
    every = check_every(series.every)
    length = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}[every]
    first = series.dates[0] - np.timedelta64(length * periods, "D")
    return grid(first, series.dates[-1], every)


def _before(flags: Bools, size: int, periods: int) -> Bools:
    """What held one, two, … periods before each of the last `size`, shape (periods, size)."""
    first = len(flags) - size
    return np.stack([flags[first - lag : len(flags) - lag] for lag in range(1, periods + 1)])
