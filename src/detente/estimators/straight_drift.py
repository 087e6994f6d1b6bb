"""The part of a rate of events that rises or falls steadily over the calendar."""

from __future__ import annotations

import numpy as np

from detente.arrays import Bools, Floats

NEWTON_STEPS = 12
RIDGE = 0.5  # a state without events has a finite fit too
ONE_HALF = 0.5


def straight_drift(counts: Floats, exposure: Floats, state: Bools) -> Floats:
    """How the rate drifts on a straight line of its log, beside the difference of two states.

    A Poisson regression on the state and the calendar. The states themselves may lie late and
    early, so what they share with the drift is divided as the counts within each state tell.

    Args:
        counts: Events per period, shape (T,).
        exposure: Exposure of each period, 0 where nothing is known, shape (T,).
        state: Periods in the first state, shape (T,).

    Returns:
        Factor of the rate, shape (T,); 1 in the middle of the calendar.

    Example:
        >>> months = np.arange(120)
        >>> drift = straight_drift(9 * np.exp(0.02 * months), np.ones(120), months % 2 == 0)
        >>> round(float(drift[-1] / drift[0]), 1)
        10.8

    Source:
        McCullagh and Nelder (1989), Generalized linear models, chapter 6.
    """
    place = np.linspace(-0.5, 0.5, len(counts))
    known = exposure > 0
    design = np.column_stack([np.ones(len(counts)), state, place])[known]
    seen, time = counts[known], exposure[known]
    ridge = RIDGE * np.array([0.0, 1.0, 1.0])
    slopes = np.array([np.log((seen.sum() + ONE_HALF) / time.sum()), 0.0, 0.0])
    for _ in range(NEWTON_STEPS):
        mean = time * np.exp(design @ slopes)
        curve = design.T @ (design * mean[:, None]) + np.diag(ridge)
        step = np.linalg.solve(curve, design.T @ (seen - mean) - ridge * slopes)
        slopes = slopes + np.clip(step, -1.0, 1.0)
    return np.asarray(np.exp(slopes[2] * place), dtype=np.float64)
