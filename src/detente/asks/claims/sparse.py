"""Counts that are too few to tell a change, and how far around a date there are no more of them."""

from __future__ import annotations

import numpy as np

from detente.arrays import Floats
from detente.errors import DataGapError
from detente.relations.steps import check_every, month_name, next_start
from detente.rounding import number, plural, upper_first
from detente.study.signal import Signal

FEWEST = 5


def check_enough(signal: Signal, before: slice, after: slice) -> None:
    """Refuse counts that hold fewer than five events on both sides of a date together.

    Args:
        signal: Counts by period.
        before: The periods before the date.
        after: Those after it.

    Raises:
        DataGapError: There are fewer; it says how long they are all that there is.
    """
    values = signal.series.values
    total = float(np.nansum(values[before]) + np.nansum(values[after]))
    if total >= FEWEST:
        return
    first, last = quiet_stretch(values, before.start, after.stop)
    every = check_every(signal.series.every)
    end = next_start(signal.series.dates[last - 1 : last], every)[0] - np.timedelta64(1, "D")
    raise DataGapError(
        "The change at the date could not be measured.",
        f"{upper_first(signal.measure)}: only {number(total, 0)} in the "
        f"{plural(last - first, every + 's')} from {month_name(signal.series.dates[first])} to "
        f"{month_name(end)}, too few to tell a change.",
        "Load event data that report more of it.",
    )


def quiet_stretch(values: Floats, first: int, last: int) -> tuple[int, int]:
    """The longest stretch around some periods in which nothing else is counted.

    Args:
        values: Counts, NaN where not known, shape (T,).
        first: The first of the periods.
        last: The one after the last.

    Returns:
        The first period of the stretch and the one after its last.

    Example:
        >>> quiet_stretch(np.array([3.0, 0, 1, 0, 1, 0, 0, 2]), 2, 5)
        (1, 7)
    """
    while first > 0 and values[first - 1] == 0:
        first -= 1
    while last < len(values) and values[last] == 0:
        last += 1
    return first, last
