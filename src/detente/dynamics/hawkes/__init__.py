"""Hawkes processes: events that make further events likelier, within and between dimensions.

`fit_binned` is for dates, `fit_continuous` for times; both return who excites whom with intervals.
"""

from detente.dynamics.hawkes.binned import BinnedHawkes, BinnedParameters, fit_binned
from detente.dynamics.hawkes.crosstest import CrossTest, CrossTests, cross_test, cross_tests

__all__ = [
    "BinnedHawkes",
    "BinnedParameters",
    "CrossTest",
    "CrossTests",
    "cross_test",
    "cross_tests",
    "fit_binned",
]
