"""Days on which event data report far more of an action than usual.

A source that reads thousands of papers reports some of most actions on most days. What a study
means by "an attack" or "a quarrel" then is a day that stands out from the year before it.
"""

from __future__ import annotations

import numpy as np

from detente.arrays import Days, Ints

YEAR_DAYS = 365
"""A day is compared with the covered ones among so many before it."""

NEEDED_DAYS = 180
"""With fewer covered days before it, what is usual is unknown."""

AT_LEAST = 3
"""Fewer events are no surge, however quiet the year was."""


def judged_days(covered: Days) -> Days:
    """The covered days before which enough of a year is known.

    Args:
        covered: Days that an origin covers, in order, shape (T,).

    Example:
        >>> days = np.arange("2015-01-01", "2015-07-03", dtype="datetime64[D]")
        >>> judged_days(days).astype(str).tolist()
        ['2015-06-30', '2015-07-01', '2015-07-02']
    """
    return covered[np.arange(len(covered)) - _year_begins(covered) >= NEEDED_DAYS]


def surges(covered: Days, counts: Ints, times: float) -> Days:
    """The days that report so many times the mean of the covered days of the year before.

    Nothing later than a day decides whether it stands out, so that a day which was one stays one.

    Args:
        covered: Days that an origin covers, in order, shape (T,).
        counts: Events on each of them, shape (T,).
        times: How many times the usual number, above 1.

    Example:
        >>> days = np.arange("2015-01-01", "2016-01-01", dtype="datetime64[D]")
        >>> counts = np.where(np.isin(days, np.datetime64("2015-11-24")), 9, 1)
        >>> surges(days, counts, 3).astype(str).tolist()
        ['2015-11-24']
    """
    begins = _year_begins(covered)
    until = np.arange(len(covered))
    summed = np.concatenate([[0], np.cumsum(counts)])
    before = until - begins
    usual = (summed[until] - summed[begins]) / np.maximum(before, 1)
    stands_out = (counts >= times * usual) & (counts >= AT_LEAST) & (before >= NEEDED_DAYS)
    days: Days = covered[stands_out]
    return days


def _year_begins(covered: Days) -> Ints:
    """Place of the first covered day of the year before each day."""
    return np.searchsorted(covered, covered - np.timedelta64(YEAR_DAYS, "D"))
