"""Where a latent level turned: the dates around which it was most surely another before than after.

At each period the mean level of the months from it on is set against that of the months before, in
every joint draw. Dates whose difference has the same sign in 95% of the draws are kept, the largest
first, none within the same stretch of another. The level is fitted to the whole series at once, so
that a date is judged with hindsight; dates of several pairs are not corrected for their number.
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


@dataclass(frozen=True)
class Turn:
    """A date around which a level changed.

    Attributes:
        at: Index of the first period after it.
        change: How much higher the level is after than before, on the scale of the draws.
        low: Low end of its 90% interval.
        high: High end.
        probability: That the change has this sign.
    """

    at: int
    change: float
    low: float
    high: float
    probability: float


def turning_points(posterior: LevelPosterior, every: str) -> tuple[Turn, ...]:
    """The surest turns of a level, in order of time.

    Args:
        posterior: Joint draws of the level, shape (draws, T).
        every: Kind of period.

    Example:
        >>> steps = np.repeat([0.0, 1.0], 30) + np.random.default_rng(1).normal(0, 0.1, (200, 60))
        >>> [turn.at for turn in turning_points(LevelPosterior(steps, {}), "month")]
        [30]
    """
    half = stretch(every, posterior.draws.shape[1])
    changes = _changes(posterior.draws, half)
    if not changes.size:
        return ()
    medians = np.median(changes, axis=0)
    places = (
        _steepest(posterior.median(), place + half, medians[place], half)
        for place in _apart(np.abs(medians) * (_surely(changes) >= LEAST), half)
    )
    turns = (_turn(changes[:, at - half], at) for at in sorted(set(places)))
    return tuple(turn for turn in turns if turn.probability >= LEAST)


def stretch(every: str, periods: int) -> int:
    """Periods on either side of a turn: half a year, or a quarter of a short series.

    Example:
        >>> stretch("month", 60), stretch("week", 20)
        (6, 5)
    """
    return max(2, min(round(AROUND_MONTHS * PER_MONTH[every]), periods // 4))


def _surely(changes: Floats) -> Floats:
    """Share of the draws that have the commoner sign, by date."""
    return np.maximum(np.mean(changes > 0, axis=0), np.mean(changes < 0, axis=0))


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


def _apart(sizes: Floats, half: int) -> Iterator[int]:
    """Places of the largest sizes, none within `half` of a larger one."""
    left = sizes.copy()
    for _ in range(MOST):
        place = int(np.argmax(left))
        if not left[place] > 0:
            return
        yield place
        left[max(0, place - half + 1) : place + half] = 0


def _turn(changes: Floats, at: int) -> Turn:
    low, change, high = np.quantile(changes, [0.05, 0.5, 0.95]).tolist()
    return Turn(at, change, low, high, float(_surely(changes[:, None])[0]))
