"""Hawkes processes: events that make further events likelier, within and between dimensions.

`fit_binned` is for dates, `fit_continuous` for times; both return who excites whom with intervals.
"""

from detente.estimators.hawkes.binned import BinnedHawkes, BinnedParameters, fit_binned
from detente.estimators.hawkes.continuous import ContinuousHawkes, fit_continuous
from detente.estimators.hawkes.crosstest import CrossTest, CrossTests, cross_test, cross_tests
from detente.estimators.hawkes.etas import etas_log_likelihood
from detente.estimators.hawkes.futures import Futures, simulate_binned
from detente.estimators.hawkes.goodness import Goodness, goodness
from detente.estimators.hawkes.process import Likelihood, Process, constant_process, likelihood
from detente.estimators.hawkes.simulate import Events, simulate

__all__ = [
    "BinnedHawkes",
    "BinnedParameters",
    "ContinuousHawkes",
    "CrossTest",
    "CrossTests",
    "Events",
    "Futures",
    "Goodness",
    "Likelihood",
    "Process",
    "constant_process",
    "cross_test",
    "cross_tests",
    "etas_log_likelihood",
    "fit_binned",
    "fit_continuous",
    "goodness",
    "likelihood",
    "simulate",
    "simulate_binned",
]
