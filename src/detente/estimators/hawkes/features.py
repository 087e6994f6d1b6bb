"""Excitement by earlier events, computed by recursion in one pass over the data.

The recursion is that of Ozaki (1979), Maximum likelihood estimation of Hawkes' self-exciting point
processes.
"""

from __future__ import annotations

import numpy as np

from detente.arrays import Floats, Ints
from detente.compiled import compiled


@compiled
def daily_excitement(counts: Floats, decays: Floats, gain: Floats) -> Floats:
    """Excitement before each day and the day after the last, shape (T + 1, D, K).

    Args:
        counts: Events per day, shape (T, D).
        decays: Decays per day, shape (K,).
        gain: Excitement on the day after an event, shape (K,).
    """
    days, dimensions = counts.shape
    left = np.exp(-decays)
    result = np.zeros((days + 1, dimensions, len(decays)))
    for t in range(days):
        for e in range(dimensions):
            for k in range(len(decays)):
                result[t + 1, e, k] = left[k] * result[t, e, k] + gain[k] * counts[t, e]
    return result


@compiled
def event_excitement(
    times: Floats, kinds: Ints, weights: Floats, decays: Floats, rows: Ints, dimensions: int
) -> Floats:
    """Excitement just before each event, shape (N, D * K), in the order that `rows` says.

    Events at the same moment do not excite one another: each sees only what came strictly before.

    Args:
        times: Times in order, shape (N,).
        kinds: Dimension of each event, shape (N,).
        weights: Impact of each event relative to the average one, shape (N,).
        decays: Decays per day, shape (K,).
        rows: Row of the result for each event, shape (N,).
        dimensions: Number of dimensions D.
    """
    events, number = len(times), len(decays)
    result = np.empty((events, dimensions * number))
    state = np.zeros(dimensions * number)
    left = np.ones(dimensions * number)
    since, first = 0.0, 0
    for i in range(events):
        gap = times[i] - since
        if gap > 0.0 and i > 0:
            for j in range(first, i):
                for k in range(number):
                    state[kinds[j] * number + k] += weights[j] * decays[k]
            first = i
            for k in range(number):
                fade = np.exp(-decays[k] * gap)
                for e in range(dimensions):
                    left[e * number + k] = fade
            for p in range(dimensions * number):
                state[p] *= left[p]
        since = times[i]
        row = result[rows[i]]
        for p in range(dimensions * number):
            row[p] = state[p]
    return result
