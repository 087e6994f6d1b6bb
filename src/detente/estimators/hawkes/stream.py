"""Sums over the events of a Hawkes process in one pass, compiled.

The state of each source and decay, `level`, is the excitement that its events have left; `age` is
the same with each part times its age, which gives the derivative by the decay. Both are vectors of
length K * D, decay first, so that a decay's sources lie side by side.
"""

from __future__ import annotations

import numpy as np

from detente.arrays import Floats, Ints
from detente.compiled import compiled

FORGOTTEN = 40.0  # mean delays after which nothing of an event is left


@compiled
def log_rates(
    times: Floats,
    kinds: Ints,
    weights: Floats,
    cells: Ints,
    base: Floats,
    coefficients: Floats,
    decays: Floats,
    start: int,
    stop: int,
) -> tuple[float, Floats, Floats, Floats]:
    """Sum of log rates over the events from `start` to `stop`, and its derivatives.

    Args:
        times: Times in order, shape (N,).
        kinds: Dimension of each event, shape (N,).
        weights: Impact of each event, shape (N,).
        cells: Cell of the baseline of each event, shape (N,).
        base: Baseline rates, shape (M, D).
        coefficients: Jumps by target, then decay and source, shape (D, K * D).
        decays: Decays per day, shape (K,).
        start: First event whose rate counts; the ones before only excite.
        stop: The event after the last.

    Returns:
        The sum, and its derivatives by base, coefficients and decays.
    """
    size, number = base.shape[1], len(decays)
    level, age = np.zeros(size * number), np.zeros(size * number)
    since = times[start] if stop > start else 0.0
    waiting = _begin(times, kinds, weights, decays, start, level, age)
    value, grown, decay_slope = 0.0, np.zeros(number), np.zeros(number)
    base_slope, slope = np.zeros(base.shape), np.zeros((size, size * number))
    for i in range(start, stop):
        if times[i] > since:
            _excite(kinds, weights, decays, waiting, i, level)
            _fade(decays, times[i] - since, level, age)
            waiting, since = i, times[i]
        kind = kinds[i]
        row, out = coefficients[kind], slope[kind]
        rate = base[cells[i], kind]
        for k in range(number):
            grown[k] = _dot(row, level, k * size, (k + 1) * size)
            rate += grown[k]
        share = 1.0 / rate
        value += np.log(rate)
        base_slope[cells[i], kind] += share
        for p in range(size * number):
            out[p] += share * level[p]
        for k in range(number):
            aged = _dot(row, age, k * size, (k + 1) * size)
            decay_slope[k] += share * (grown[k] / decays[k] - aged)
    return value, base_slope, slope, decay_slope


@compiled
def totals(
    times: Floats, kinds: Ints, weights: Floats, decays: Floats, end: float, size: int
) -> tuple[Floats, Floats]:
    """Follow-ons within the window per unit of jump, and their slope by decay, each (D, K)."""
    sums, slopes = np.zeros((size, len(decays))), np.zeros((size, len(decays)))
    for i in range(len(times)):
        left = end - times[i]
        for k in range(len(decays)):
            fade = np.exp(-decays[k] * left)
            sums[kinds[i], k] += weights[i] * (1.0 - fade)
            slopes[kinds[i], k] += weights[i] * left * fade
    return sums, slopes


@compiled
def compensators(
    times: Floats, kinds: Ints, weights: Floats, jumps: Floats, decays: Floats
) -> Floats:
    """Excited part of each event's rate, summed since the last event of its dimension, shape (N,).

    Args:
        times: Times in order, shape (N,).
        kinds: Dimension of each event, shape (N,).
        weights: Impact of each event, shape (N,).
        jumps: Follow-ons by source, decay and target, shape (D, K, D).
        decays: Decays per day, shape (K,).
    """
    size, number = jumps.shape[0], len(decays)
    due = np.zeros((number, size))  # follow-ons still to come, by decay and target
    summed, result, since = np.zeros(size), np.zeros(len(times)), 0.0
    for i in range(len(times)):
        for k in range(number):
            left = np.exp(-decays[k] * (times[i] - since)) if i > 0 else 1.0
            for d in range(size):
                summed[d] += due[k, d] * (1.0 - left)
                due[k, d] *= left
        since = times[i]
        result[i] = summed[kinds[i]]
        summed[kinds[i]] = 0.0
        for k in range(number):
            for d in range(size):
                due[k, d] += weights[i] * jumps[kinds[i], k, d]
    return result


@compiled
def _begin(
    times: Floats,
    kinds: Ints,
    weights: Floats,
    decays: Floats,
    start: int,
    level: Floats,
    age: Floats,
) -> int:
    """Set the state just before event `start`; return the first event of its moment."""
    size, waiting = len(level) // len(decays), start
    for j in range(start - 1, -1, -1):
        gap = times[start] - times[j]
        if gap * decays.min() > FORGOTTEN:
            break
        if gap == 0.0:
            waiting = j
            continue
        for k in range(len(decays)):
            left = weights[j] * decays[k] * np.exp(-decays[k] * gap)
            level[k * size + kinds[j]] += left
            age[k * size + kinds[j]] += gap * left
    return waiting


@compiled
def _excite(
    kinds: Ints, weights: Floats, decays: Floats, first: int, after: int, level: Floats
) -> None:
    size = len(level) // len(decays)
    for j in range(first, after):
        for k in range(len(decays)):
            level[k * size + kinds[j]] += weights[j] * decays[k]


@compiled
def _fade(decays: Floats, gap: float, level: Floats, age: Floats) -> None:
    size = len(level) // len(decays)
    for k in range(len(decays)):
        left = np.exp(-decays[k] * gap)
        for p in range(k * size, (k + 1) * size):
            age[p] = left * (age[p] + gap * level[p])
            level[p] *= left


@compiled
def _dot(a: Floats, b: Floats, start: int, stop: int) -> float:
    """Inner product over a part of two arrays, in four sums that do not wait for one another."""
    first, second, third, fourth = 0.0, 0.0, 0.0, 0.0
    whole = start + (stop - start) // 4 * 4
    for p in range(start, whole, 4):
        first += a[p] * b[p]
        second += a[p + 1] * b[p + 1]
        third += a[p + 2] * b[p + 2]
        fourth += a[p + 3] * b[p + 3]
    for p in range(whole, stop):
        first += a[p] * b[p]
    return (first + second) + (third + fourth)
