"""What moved for everyone, or for all that a state does: coverage, and no move of a pair.

An origin that reports twice as much, dies slowly, or drops the papers of one country changes the
counts of many pairs alike. Two things are taken out before any pair is judged: the course that
all pairs of a kind share, period by period, and how the news of each state's other pairs changed
since the date. Both are robust: a tenth of the pairs that move, or a great war, shift them little.
"""

from __future__ import annotations

import numpy as np

from detente.arrays import Bools, Floats, Ints

ROUNDS = 12
OUTLYING = 1.5  # standard deviations from which a count weighs less
EXCESS = 0.3  # variance of a count beyond Poisson, over its squared mean
BIWEIGHT = 4.0  # standard deviations beyond which a change is no sign of attention
LEAST_SPREAD, MOST_SPREAD = 0.02, 1.0  # of states' attention, log


def common_course(counts: Floats, covered: Bools) -> Floats:
    """What all pairs share: the rate of each period over the mean, shape (T,); NaN if not covered.

    Args:
        counts: Events by pair and period, shape (P, T).
        covered: Periods with data, shape (T,).

    Example:
        >>> counts = np.random.default_rng(0).poisson(9.0, (200, 6)) * np.array([1, 1, 1, 2, 2, 2])
        >>> course = common_course(counts.astype(float), np.ones(6, dtype=bool))
        >>> bool(1.9 < course[3:].mean() / course[:3].mean() < 2.1)
        True

    Source:
        Huber (1964), Robust estimation of a location parameter.
    """
    seen = counts[:, covered]
    course = np.maximum(seen.sum(axis=0), 0.5)
    course /= course.mean()
    for _ in range(ROUNDS):
        share = seen.sum(axis=1, keepdims=True) / course.sum()
        expected = share * course
        spread = np.sqrt(expected + EXCESS * expected**2) + 1e-9
        apart = np.abs(seen - expected) / spread
        weight = np.minimum(1.0, OUTLYING / np.maximum(apart, 1e-9)) / (1 + EXCESS * expected)
        course = (weight * seen).sum(axis=0) / np.maximum((weight * share).sum(axis=0), 1e-9)
        course = np.maximum(course, 1e-6)
        course /= course.mean()
    whole = np.full(len(covered), np.nan)
    whole[covered] = course
    return whole


def attention(
    change: Floats, error: Floats, states: Ints, count: int
) -> tuple[Floats, Floats, Floats]:
    """How the news of both states' other pairs changed, for each pair.

    Args:
        change: Log change of all events of each pair, shape (P,); NaN where it is not known.
        error: Standard errors, shape (P,).
        states: Places of its two states, shape (P, 2).
        count: Number of states.

    Returns:
        The sum for the two states of a pair, without that pair itself and beside what all pairs
        share, shape (P,); its variance; and the change of each state, shape (count,).

    Example:
        >>> states = np.array([(a, b) for a in range(8) for b in range(a + 1, 8)])
        >>> change = np.where((states == 0).any(axis=1), 1.0, 0.0)
        >>> by_pair, variance, by_state = attention(change, np.full(28, 0.1), states, 8)
        >>> bool(0.8 < by_state[0] < 1.2), bool(abs(by_state[1]) < 0.2)
        (True, True)

    Source:
        Beaton and Tukey (1974), The fitting of power series, for the weights; Efron and Morris
        (1975), Data analysis using Stein's estimator, for the prior by the data.
    """
    usable = np.isfinite(change) & np.isfinite(error)
    held, pairs = change[usable], states[usable]
    base = 1 / (error[usable] ** 2 + _drift(held, error[usable]) ** 2)
    by_state, spread, centre = np.zeros(count), 0.3, float(np.median(held)) if len(held) else 0.0
    weight, total = base, np.full(count, 1 / spread**2)
    for turn in range(2 * ROUNDS):
        rest = held - centre - by_state[pairs].sum(axis=1)
        apart = rest * np.sqrt(base)
        weight = base * (_huber(apart) if turn < ROUNDS else _biweight(apart))
        centre += float((weight * rest).sum() / max(weight.sum(), 1e-9))
        for side in (0, 1):
            rest = held - centre - by_state[pairs[:, 1 - side]]
            other = held - centre - by_state[pairs[:, side]]
            pulled = np.bincount(pairs[:, side], weight * rest, count)
            pulled += np.bincount(pairs[:, 1 - side], weight * other, count)
            total = np.bincount(pairs.ravel(), np.repeat(weight, 2), count) + spread**-2
            by_state = 0.5 * (by_state + pulled / total)
        spread = float(
            np.clip(np.sqrt(np.mean(by_state**2 + 1 / total)), LEAST_SPREAD, MOST_SPREAD)
        )
    own = np.zeros(len(change))
    own[usable] = weight
    return *_without_itself(change, own, states, by_state, total, centre), by_state


def common_change(change: Floats, error: Floats) -> float:
    """What most changes are, whatever a few of them are.

    Args:
        change: Log changes, shape (P,); NaN where one is not known.
        error: Standard errors, shape (P,).

    Example:
        >>> round(common_change(np.array([0.1, 0.12, 0.08, 0.1, 5.0]), np.full(5, 0.1)), 2)
        0.1
    """
    usable = np.isfinite(change) & np.isfinite(error)
    if not usable.any():
        return 0.0
    held = change[usable]
    base = 1 / (error[usable] ** 2 + _drift(held, error[usable]) ** 2)
    centre = float(np.median(held))
    for _ in range(ROUNDS):
        weight = base * _biweight((held - centre) * np.sqrt(base))
        centre += float((weight * (held - centre)).sum() / max(weight.sum(), 1e-9))
    return centre


def _without_itself(
    change: Floats, weight: Floats, states: Ints, by_state: Floats, total: Floats, centre: float
) -> tuple[Floats, Floats]:
    """The two states' attention as it would be without the pair, and its variance."""
    held = np.where(np.isfinite(change), change, 0.0) - centre
    summed, variance = np.zeros(len(change)), np.zeros(len(change))
    for side in (0, 1):
        here, there = states[:, side], states[:, 1 - side]
        left = total[here] - weight
        summed += (total[here] * by_state[here] - weight * (held - by_state[there])) / left
        variance += 1 / left
    return summed, variance


def _drift(change: Floats, error: Floats) -> float:
    """What changes scatter by beyond their errors, from the middle half of them."""
    if len(change) < 10:
        return 0.0
    middle = np.median(np.abs(change - np.median(change))) / 0.6745
    return float(np.sqrt(max(middle**2 - np.median(error) ** 2, 0.0)))


def _huber(apart: Floats) -> Floats:
    """Never nothing, so that a state all of whose pairs changed is not taken for outliers."""
    return np.asarray(1 / np.maximum(1.0, np.abs(apart)))


def _biweight(apart: Floats) -> Floats:
    return np.asarray(np.maximum(0.0, 1 - (apart / BIWEIGHT) ** 2) ** 2)
