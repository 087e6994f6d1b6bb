"""How large a ratio would have had to be to be seen, by planting ratios into the data at hand.

A moved state overlaps with the true one, so a true ratio also raises the placebos that it is ranked
among: a long period must differ by far more than its placebos vary. No formula of the spread alone
says that, so each ratio is put at every place of the calendar and the test is made there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from detente.arrays import Bools, Floats, Ints
from detente.estimators.glm import excess_variance
from detente.estimators.rates import Counted, log_rate_ratio, log_ratio, moved_ratios, prepared
from detente.estimators.steady import levels_and_drift, moved_scores, steady_log_ratio, usual_counts

LEVEL = 0.05
POWER = 0.80
LARGEST = 4.0  # log; a ratio of 55
UNLIMITED = 20.0  # log; beyond it nothing changes any more
HALVINGS = 9
LEAST_LEFT = 0.1  # of the noise, however much a fit took out
PLACES = 24  # to which noise is moved
MOST_EVENTS = 1e6  # in a period; beyond it nothing changes any more


def visible_log_ratio(
    counts: Floats,
    exposure: Floats,
    high: Bools,
    low: Bools,
    *,
    strata: Ints | None = None,
    steady: bool = False,
) -> float:
    """The log ratio at which `rate_contrast` would have had p below .05 four times in five.

    Args:
        counts: Events per period, shape (T,), NaN where unknown.
        exposure: Exposure per period, shape (T,).
        high: Periods in the first state, shape (T,).
        low: Periods in the second, shape (T,).
        strata: As for `rate_contrast`.
        steady: Whether `steady_contrast` makes the test instead.

    Returns:
        The smallest such log ratio; infinite where even a ratio of 55 would not be seen.

    Raises:
        DataGapError: The states cannot be compared.

    Example:
        >>> counts = np.random.default_rng(0).poisson(5, size=200).astype(float)
        >>> after = np.random.default_rng(1).random(200) < 0.4
        >>> bool(0.1 < visible_log_ratio(counts, np.ones(200), after, ~after) < 0.4)
        True
        >>> always_the_same = np.arange(200) % 8 < 3
        >>> visible_log_ratio(counts, np.ones(200), always_the_same, ~always_the_same)
        inf

    Source:
        Bertrand, Duflo and Mullainathan (2004), How much should we trust differences-in-differences
        estimates?, for effects planted at placebo places of the data at hand.
    """
    power = _planting(counts, exposure, high, low, strata, steady=steady)
    if power(LARGEST) < POWER:
        return float("inf")
    least, most = 0.0, LARGEST
    for _ in range(HALVINGS):
        middle = (least + most) / 2
        least, most = (least, middle) if power(middle) >= POWER else (middle, most)
    return most


def share_seen(
    counts: Floats,
    exposure: Floats,
    high: Bools,
    low: Bools,
    log_ratio: float,
    *,
    strata: Ints | None = None,
    steady: bool = False,
) -> float:
    """How often `rate_contrast` would have had p below .05 at a true ratio of a given size.

    Args:
        counts: Events per period, shape (T,), NaN where unknown.
        exposure: Exposure per period, shape (T,).
        high: Periods in the first state, shape (T,).
        low: Periods in the second, shape (T,).
        log_ratio: Log of the true ratio.
        strata: As for `rate_contrast`.
        steady: Whether `steady_contrast` makes the test instead.

    Returns:
        Share of the places of the calendar at which it would have been seen, 0 to 1.

    Raises:
        DataGapError: The states cannot be compared.

    Example:
        >>> counts = np.random.default_rng(0).poisson(5, size=200).astype(float)
        >>> always_the_same = np.arange(200) % 8 < 3
        >>> share_seen(counts, np.ones(200), always_the_same, ~always_the_same, UNLIMITED)
        0.0

    Source:
        Bertrand, Duflo and Mullainathan (2004), How much should we trust differences-in-differences
        estimates?, for effects planted at placebo places of the data at hand.
    """
    return _planting(counts, exposure, high, low, strata, steady=steady)(log_ratio)


def _planting(
    counts: Floats,
    exposure: Floats,
    high: Bools,
    low: Bools,
    strata: Ints | None,
    *,
    steady: bool,
) -> Callable[[float], float]:
    """The share of places at which a log ratio is seen, as a function of the log ratio."""
    counted, high, low, measured = prepared(counts, exposure, high, low, strata)
    if steady:
        return partial(_steady_power, counted, high, low, measured)
    estimate = log_rate_ratio(counts, exposure, high, low, strata=strata)
    even = replace(counted, weight=np.where(high, np.exp(estimate), 1.0) * counted.weight)
    noise = np.append(log_ratio(even, high, low), moved_ratios(even, high, low, measured))
    places = noise[(np.arange(len(noise)) + np.arange(len(noise))[:, None]) % len(noise)]
    return lambda ratio: _power(places, _planted(even, high, low, measured, ratio))


def _steady_power(
    counted: Counted, high: Bools, low: Bools, measured: Bools, ratio: float
) -> float:
    """Share of some moves of the noise at which a ratio beyond a steady drift would be seen.

    A drift hides more of a state at the edge than of one in the middle, so the state stays where it
    is; noise moves instead, in standard deviations, since a planted ratio makes more of it.
    """
    fit = steady_log_ratio(counted.values, counted.weight, high, low, strata=counted.strata)
    values = counted.values / np.where(high, np.exp(fit), 1.0)
    usual = np.where(measured, usual_counts(replace(counted, values=values), measured), 0.0)
    excess = excess_variance(values[measured], usual[measured], 2)
    mean = np.minimum(np.where(high, np.exp(ratio), 1.0) * usual, MOST_EVENTS)
    spread = np.sqrt(mean + excess * mean**2)
    periods = np.flatnonzero(measured)
    here = slice(int(periods[0]), int(periods[-1]) + 1)
    deviation = np.sqrt(usual + excess * usual**2)
    noise = np.divide(values - usual, deviation, out=np.zeros(len(values)), where=measured)[here]
    moves = np.linspace(0, len(noise), PLACES, endpoint=False).astype(int)
    weight = np.divide(usual, deviation, out=np.zeros(len(values)), where=measured)[here]
    design = weight[:, None] * np.column_stack([levels_and_drift(counted, measured), high])[here]
    noise *= _taken_out(design, moves)
    seen = []
    for move in moves:
        planted = mean.copy()
        planted[here] += spread[here] * np.roll(noise, move)
        planted = np.where(measured, np.maximum(planted, 0.0), 0.0)
        scores = moved_scores(replace(counted, values=planted), high, low, measured)
        usable = scores[np.isfinite(scores)]
        seen.append(2 * float((usable >= scores[0] - 1e-12).mean()) < LEVEL)
    return float(np.mean(seen))


def _taken_out(design: Floats, moves: Ints) -> float:
    """By how much residuals are too even for what the last regressor is measured by.

    A fit takes noise out of the residuals along its regressors; moved, they lack some of it still.
    """
    basis, _ = np.linalg.qr(design)
    own = basis[:, -1]
    lost = np.mean([((basis.T @ np.roll(own, move)) ** 2).sum() for move in moves])
    return float(1 / np.sqrt(max(1 - lost, LEAST_LEFT)))


def _planted(counted: Counted, high: Bools, low: Bools, measured: Bools, ratio: float) -> Floats:
    """What a ratio adds to the log ratio at each move, the true place first."""
    rate = counted.values.sum() / counted.weight.sum()
    flat = replace(counted, values=counted.weight * rate)
    raised = replace(flat, values=np.where(high, np.exp(ratio), 1.0) * flat.values)
    gain = moved_ratios(raised, high, low, measured) - moved_ratios(flat, high, low, measured)
    return np.append(log_ratio(raised, high, low) - log_ratio(flat, high, low), gain)


def _power(places: Floats, gain: Floats) -> float:
    """Share of the places at which a planted ratio would have p below the level, upwards.

    Args:
        places: Log ratio without an effect at each move (columns) from each place (rows).
        gain: What the effect adds at each move, shape (moves,).
    """
    seen = places + gain
    usable = np.isfinite(seen)
    above = ((seen >= seen[:, :1] - 1e-12) & usable).sum(axis=1)
    p = 2 * above / usable.sum(axis=1)
    return float(np.mean(p[usable[:, 0]] < LEVEL))
