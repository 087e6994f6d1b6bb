"""Conditions as masks over the periods of a series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from pydantic import Field, model_validator

from detente.arrays import Bools, Ints
from detente.asks.claims.scales import period_index, to_periods
from detente.relations.series import Series
from detente.study.data import StudyData
from detente.study.models import Era
from detente.study.parts import Strict


class Condition(Strict):
    """A condition of the world: an era, or months shortly after (or long without) an action."""

    era: str | None = None
    after: str | None = None
    without: str | None = None
    months: int = Field(default=3, ge=1, le=60)

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
    data: StudyData, series: Series, when: Condition, against: Condition | None
) -> tuple[ConditionMask, ConditionMask]:
    """The periods under each of two conditions; they never overlap, the first one wins.

    Args:
        data: The study's data, for eras and actions.
        series: The series whose periods are sorted.
        when: The condition of interest.
        against: The other; None stands for all other periods.
    """
    first = condition_mask(data, series, when)
    if against is None:
        others = ConditionMask(~first.mask, "other months", "in other months")
        return first, others
    second = condition_mask(data, series, against)
    return first, ConditionMask(second.mask & ~first.mask, second.label, second.phrase)


def condition_mask(data: StudyData, series: Series, condition: Condition) -> ConditionMask:
    """The periods in which a condition holds.

    A period lies in an era if its middle does. "After" an action are the months that
    follow a month with it, that month itself not included; "without" one are months before which
    none happened for so long.
    """
    if condition.era is not None:
        era = data.study.eras[condition.era]
        return ConditionMask(_within(series, era), era.label, f"during {era.label}")
    action = condition.after or condition.without or ""
    recent = _recent(data, series, action, to_periods(condition.months, series.every))
    label, span = data.label_of(action), f"{condition.months} months"
    if condition.after is not None:
        return ConditionMask(recent, f"{span} after {label}", f"in the {span} after {label}")
    history = _since_first(data, series, action)
    return ConditionMask(
        ~recent & history, f"{span} without {label}", f"after {span} without {label}"
    )


def stratum_of(data: StudyData, series: Series, names: Sequence[str]) -> Ints:
    """Index of the era that each period of the series lies in, -1 for none."""
    strata = np.full(len(series.dates), -1, dtype=np.int64)
    for index, name in enumerate(names):
        strata[_within(series, data.study.eras[name]) & (strata < 0)] = index
    return strata


def _within(series: Series, era: Era) -> Bools:
    half = {"day": 0, "week": 3, "month": 15, "quarter": 45, "year": 182}[series.every]
    middle = series.dates + np.timedelta64(half, "D")
    inside = middle >= np.datetime64(era.start, "D")
    if era.end is not None:
        inside &= middle < np.datetime64(era.end, "D")
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
