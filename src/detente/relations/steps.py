"""Periods: days, ISO weeks (from Monday), months, quarters and years on regular grids."""

from __future__ import annotations

import datetime as dt
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from detente.errors import UsageError

Every = Literal["day", "week", "month", "quarter", "year"]
"""The periods a panel or a series may have."""

EVERY: tuple[Every, ...] = get_args(Every)

FIRST_DAY, LAST_DAY = dt.date(1700, 1, 1), dt.date(2200, 12, 31)
"""The days that anything may be about; beyond them lie mistyped years, and grids of gigabytes."""

Days = NDArray[np.datetime64]

_NESTS: dict[str, frozenset[str]] = {
    "day": frozenset({"day", "week", "month", "quarter", "year"}),
    "week": frozenset({"week"}),
    "month": frozenset({"month", "quarter", "year"}),
    "quarter": frozenset({"quarter", "year"}),
    "year": frozenset({"year"}),
}

_EPOCH_WEEKDAY = 3  # 1970-01-01 was a Thursday, three days after Monday.


def check_every(every: str) -> Every:
    """The period's name, if it is one.

    Raises:
        UsageError: It is not.
    """
    for period in EVERY:
        if every == period:
            return period
    raise UsageError("The period is not known.", f"It is {every!r}.", f"Use {', '.join(EVERY)}.")


def nests(fine: Every, coarse: Every) -> bool:
    """Whether whole periods of one kind make up a period of the other (weeks cut months).

    Example:
        >>> nests("month", "year"), nests("week", "month")
        (True, False)
    """
    return coarse in _NESTS[fine]


def period_start(days: Days, every: Every) -> Days:
    """First day of the period that each day lies in.

    Args:
        days: Days, any shape, `datetime64[D]`.
        every: The kind of period.

    Returns:
        Days of the same shape.

    Example:
        >>> period_start(np.array(["2017-03-15"], "datetime64[D]"), "week")
        array(['2017-03-13'], dtype='datetime64[D]')
    """
    days = np.asarray(days, dtype="datetime64[D]")
    if every == "day":
        return days
    if every == "week":
        number = days.astype(np.int64)
        monday = (number + _EPOCH_WEEKDAY) // 7 * 7 - _EPOCH_WEEKDAY
        return monday.astype("datetime64[D]")
    if every == "year":
        return days.astype("datetime64[Y]").astype("datetime64[D]")
    months = days.astype("datetime64[M]").astype(np.int64)
    if every == "quarter":
        months = months // 3 * 3
    return months.astype("datetime64[M]").astype("datetime64[D]")


def next_start(starts: Days, every: Every) -> Days:
    """First day of the period after each.

    Example:
        >>> next_start(np.array(["2016-10-01"], "datetime64[D]"), "quarter")
        array(['2017-01-01'], dtype='datetime64[D]')
    """
    starts = np.asarray(starts, dtype="datetime64[D]")
    if every in {"day", "week"}:
        return starts + np.timedelta64(1 if every == "day" else 7, "D")
    months = {"month": 1, "quarter": 3, "year": 12}[every]
    later = starts.astype("datetime64[M]") + np.timedelta64(months, "M")
    return later.astype("datetime64[D]")


def grid(first: np.datetime64, last: np.datetime64, every: Every) -> Days:
    """All period starts from the period of `first` to that of `last`, without holes.

    Example:
        >>> grid(np.datetime64("2016-11-20"), np.datetime64("2017-01-05"), "month").size
        3
    """
    low, high = period_start(np.array([first, last], dtype="datetime64[D]"), every)
    if every in {"day", "week"}:
        step = np.timedelta64(1 if every == "day" else 7, "D")
        return np.arange(low, high + step, step, dtype="datetime64[D]")
    months = {"month": 1, "quarter": 3, "year": 12}[every]
    span = np.arange(
        low.astype("datetime64[M]"),
        high.astype("datetime64[M]") + np.timedelta64(1, "M"),
        np.timedelta64(months, "M"),
    )
    return span.astype("datetime64[D]")


def month_name(day: np.datetime64 | dt.date) -> str:
    """The month of a day in words.

    Example:
        >>> month_name(np.datetime64("2017-03-15"))
        'March 2017'
    """
    date = day if isinstance(day, dt.date) else dt.date.fromisoformat(str(day.astype("M8[D]")))
    return f"{date:%B %Y}"


def period_words(start: np.datetime64, every: Every) -> str:
    """The period that starts on a day in words, as they stand within a sentence.

    Example:
        >>> start = np.datetime64("2017-07-03")
        >>> [period_words(start, every) for every in ("day", "week", "month", "year")]
        ['3 July 2017', 'the week from 3 July 2017', 'July 2017', '2017']
        >>> period_words(np.datetime64("2017-07-01"), "quarter")
        'the quarter from July 2017'
    """
    day: dt.date = start.astype("datetime64[D]").item()
    words = {
        "day": day_name(day), "week": f"the week from {day_name(day)}",
        "quarter": f"the quarter from {month_name(start)}", "year": str(day.year),
    }  # fmt: skip
    return words.get(every, month_name(start))


def unit_over(unit: str, fine: str, coarse: str) -> str:
    """The unit of sums over longer periods.

    Example:
        >>> unit_over("events per day", "day", "month"), unit_over("days", "day", "month")
        ('events per month', 'days')
    """
    what, per, every = unit.rpartition(" per ")
    return f"{what}{per}{coarse}" if per and every == fine else unit


def period_name(start: np.datetime64, every: Every) -> str:
    """The period that starts on a day, as short as it can be told: 2014-12 for a month.

    Example:
        >>> period_name(np.datetime64("2014-12-01"), "month")
        '2014-12'
        >>> period_name(np.datetime64("2014-10-01"), "quarter")
        '2014-Q4'
    """
    day = str(start.astype("datetime64[D]"))
    if every == "quarter":
        return f"{day[:4]}-Q{(int(day[5:7]) + 2) // 3}"
    return day[: {"month": 7, "year": 4}.get(every, 10)]


def day_name(day: dt.date) -> str:
    """A day in words.

    Example:
        >>> day_name(dt.date(2017, 3, 15))
        '15 March 2017'
    """
    return f"{day.day} {month_name(day)}"
