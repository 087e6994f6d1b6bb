"""Days of a study as arrays: whether an action happened, and which era it was."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from detente.arrays import Days, Floats, Ints

if TYPE_CHECKING:
    from detente.study.data import StudyData


def happened(data: StudyData, action: str, days: Days) -> Floats:
    """Whether an action happened, 1 or 0 by day, shape (T,).

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> days = np.array(["2017-09-02", "2017-09-03"], dtype="datetime64[D]")
        >>> happened(open_data(load("korea")), "nuclear-tests", days).tolist()
        [0.0, 1.0]
    """
    return np.isin(days, data.days_of(action)).astype(np.float64)


def era_labels(data: StudyData, eras: Sequence[str], days: Days) -> Ints:
    """Number of the era of each day, from 1; 0 outside all of them.

    Args:
        data: The study's data.
        eras: Names of the eras; of two that overlap the later named counts.
        days: Days or the first days of periods, shape (T,).

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> data = open_data(load("korea"))
        >>> days = np.array(["2005-01-01", "2010-01-01", "2020-01-01"], dtype="datetime64[D]")
        >>> era_labels(data, ("six-party-process", "strategic-patience"), days).tolist()
        [1, 2, 0]
    """
    labels = np.zeros(len(days), dtype=np.int64)
    for number, name in enumerate(eras, 1):
        era = data.study.eras[name]
        end = np.datetime64(era.end or dt.date.max)
        labels[(days >= np.datetime64(era.start)) & (days < end)] = number
    return labels
