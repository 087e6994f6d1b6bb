"""The epidemic-type aftershock model: excitation that fades by a power law and grows with the mark.

The rate at time t is

    base + scale * sum over earlier events of
                   exp(growth * mark) * (1 + (t - time) / delay) ** -power

It is the standard test of point-process software. A power law has no recursion, so the likelihood
takes a time in proportion to the square of the number of events.
"""

from __future__ import annotations

import numpy as np

from detente.arrays import Floats
from detente.compiled import compiled
from detente.errors import UsageError


def etas_log_likelihood(
    times: Floats,
    marks: Floats,
    parameters: tuple[float, float, float, float, float],
    window_days: tuple[float, float],
) -> float:
    """Log-likelihood of the temporal ETAS model.

    Args:
        times: Times of the events within the window in days, in order, shape (N,).
        marks: Marks above the threshold, shape (N,).
        parameters: Base rate per day, scale, growth, delay in days and power, in this order.
        window_days: Begin and end of the time observed, in days.

    Raises:
        UsageError: Base, delay or power is not positive, or the power is 1.

    Example:
        >>> times, marks = np.array([1.0, 2.0]), np.zeros(2)
        >>> round(etas_log_likelihood(times, marks, (0.5, 0.0, 1.0, 1.0, 2.0), (0.0, 10.0)), 4)
        -6.3863

    Source:
        Ogata (1988), Statistical models for earthquake occurrences and residual analysis for point
        processes.
    """
    base, scale, growth, delay, power = parameters
    if min(base, delay, power) <= 0 or power == 1 or scale < 0:
        raise UsageError(
            "The likelihood could not be computed.",
            f"The parameters are {parameters}.",
            "Give a positive base, delay and power, and a power other than 1.",
        )
    begin, end = window_days
    impact = scale * np.exp(growth * marks)
    spent = (1 - (1 + (end - times) / delay) ** (1 - power)) * delay / (power - 1)
    logs = _log_rates(times, impact, base, delay, power)
    return float(logs - base * (end - begin) - (impact * spent).sum())


@compiled
def _log_rates(times: Floats, impact: Floats, base: float, delay: float, power: float) -> float:
    total = 0.0
    for i in range(len(times)):
        rate = base
        for j in range(i):
            if times[j] < times[i]:
                rate += impact[j] * (1.0 + (times[i] - times[j]) / delay) ** -power
        total += np.log(rate)
    return total
