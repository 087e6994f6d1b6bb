"""Where a latent level turned: the dates around which it was most surely another before than after.

At each period the mean level of the months from it on is set against that of the months before, in
every joint draw. Dates whose difference has the same sign in 95% of the draws are kept, the largest
first, none near another of its sign. A level is smooth where events come at a stroke, so that a
date is moved to the steepest step nearby, and the size is that of the counts themselves on either
side. The level is fitted to the whole series at once: a date is judged with hindsight, and dates of
several pairs are not corrected for their number.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from detente.arrays import Floats
from detente.asks.claims.scales import PER_MONTH
from detente.estimators.levels.level import LevelPosterior

LEAST = 0.95
AROUND_MONTHS = 6
MOST = 6
HALF_EVENT, TINY, Z90 = 0.5, 1e-9, 1.645


@dataclass(frozen=True)
class Turn:
    """A date around which a level changed.

    Attributes:
        at: Index of the first period after it.
        change: Log ratio of the rate after it to that before.
        low: Low end of its 90% interval.
        high: High end.
        probability: That the level is another after it than before, in this direction.
    """

    at: int
    change: float
    low: float
    high: float
    probability: float


def turning_points(
    counts: Floats, exposure: Floats, posterior: LevelPosterior, every: str
) -> tuple[Turn, ...]:
    """The surest turns of a level, in order of time.

    Args:
        counts: Events by period, shape (T,); NaN where nothing is known.
        exposure: What they are divided by, shape (T,).
        posterior: Joint draws of their level, shape (draws, T).
        every: Kind of period.

    Example:
        >>> counts = np.repeat([10.0, 40.0], 30)
        >>> draws = np.log(counts) + np.random.default_rng(1).normal(0, 0.1, (200, 60))
        >>> level = LevelPosterior(draws, {"dispersion": np.full(200, 50.0)})
        >>> [turn] = turning_points(counts, np.ones(60), level, "month")
        >>> turn.at, round(float(np.exp(turn.change)), 1)
        (30, 4.0)
    """
    half = stretch(every, posterior.draws.shape[1])
    changes = _changes(posterior.draws, half)
    if not changes.size:
        return ()
    sure = np.maximum(np.mean(changes > 0, axis=0), np.mean(changes < 0, axis=0))
    medians, level = np.median(changes, axis=0), posterior.median()
    noise = float(np.median(1 / posterior.parameters["dispersion"]))
    turns = []
    for place in _apart(medians * (sure >= LEAST), half):
        at = _steepest(level, place + half, medians[place], half)
        sizes = _size(counts, exposure, at, half, noise)
        turns.append(Turn(at, *sizes, float(sure[place])))
    return tuple(sorted(turns, key=lambda turn: turn.at))


def stretch(every: str, periods: int) -> int:
    """Periods on either side of a turn: half a year, or a quarter of a short series.

    Example:
        >>> stretch("month", 60), stretch("week", 20)
        (6, 5)
    """
    return max(2, min(round(AROUND_MONTHS * PER_MONTH[every]), periods // 4))


def _steepest(level: Floats, at: int, change: float, half: int) -> int:
    """The period, less than half a stretch away, that begins the largest step of the same sign.

    Means over a stretch differ most where it holds all of a peak, months before this begins.
    """
    steps = np.diff(level) * np.sign(change)
    first, last = max(half, at - half // 2), min(len(level) - half, at + half // 2)
    return first + int(np.argmax(steps[first - 1 : last]))


def _changes(draws: Floats, half: int) -> Floats:
    """Mean of the periods from each on less that of those before, shape (draws, T - 2 half + 1)."""
    sums = np.cumsum(np.pad(draws, ((0, 0), (1, 0))), axis=1)
    means = (sums[:, half:] - sums[:, :-half]) / half
    return np.asarray(means[:, half:] - means[:, :-half])


def _apart(changes: Floats, half: int) -> Iterator[int]:
    """Places of the largest changes; a step makes smaller ones of its own sign on either side."""
    left, places = np.abs(changes), np.arange(len(changes))
    for _ in range(MOST):
        place = int(np.argmax(left))
        if not left[place] > TINY:
            return
        yield place
        near = np.where(np.sign(changes) == np.sign(changes[place]), 2 * half, half)
        left = np.where(np.abs(places - place) < near, 0.0, left)


def _size(
    counts: Floats, exposure: Floats, at: int, half: int, noise: float
) -> tuple[float, float, float]:
    """Log ratio of the rates of both sides, and its 90% interval; half an event is added to each.

    Args:
        counts: Events by period.
        exposure: What they are divided by.
        at: First period after.
        half: Periods on either side.
        noise: Variance of a period's rate beyond chance, over its square.
    """
    logs, variance = [], 0.0
    for side in (slice(at - half, at), slice(at, at + half)):
        seen = np.isfinite(counts[side]) & (exposure[side] > 0)
        events = float(counts[side][seen].sum()) + HALF_EVENT
        logs.append(np.log(events / max(float(exposure[side][seen].sum()), TINY)))
        variance += 1 / events + noise / max(int(seen.sum()), 1)
    change, reach = float(logs[1] - logs[0]), Z90 * float(np.sqrt(variance))
    return change, change - reach, change + reach
