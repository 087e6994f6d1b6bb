"""A group of units against others in the same periods, by permutation of who is in the group."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
from scipy.stats import t

from detente.answers import Exhibit, Shown
from detente.arrays import Floats
from detente.errors import DataGapError
from detente.estimators.exhibits import exhibit
from detente.estimators.resample import swing_error, two_sided

MAX_EXACT = 5000
MIN_PERIODS = 4  # below which swings cannot be told from levels


@dataclass(frozen=True, eq=False)
class GroupContrast(Shown):
    """Mean level of a group of units less that of the others.

    Attributes:
        effect: Difference of the means over units of their means over periods.
        levels: Mean of each unit, shape (units,), the group first.
        error: Standard error of the effect from the slow swings of the periods.
        freedom: Its degrees of freedom.
        size: Units in the group.
        placebo: Effects of every other choice of units as the group (or of a random sample).
        p_placebo: Two-sided p-value.
    """

    effect: float
    levels: Floats
    error: float
    freedom: int
    size: int
    placebo: Floats
    p_placebo: float

    def interval(self, coverage: float = 0.90) -> tuple[float, float]:
        """Interval of the difference of these units' levels; it says nothing about other units."""
        reach = float(t.ppf((1 + coverage) / 2, self.freedom) * self.error)
        return self.effect - reach, self.effect + reach

    def visible(self) -> float:
        """The difference at which p would have been below .05 four times in five.

        By the spread of the levels within both sides, with the quantiles of a t-distribution.
        """
        sides = (self.levels[: self.size], self.levels[self.size :])
        freedom = len(self.levels) - 2
        squares = sum(float(((side - side.mean()) ** 2).sum()) for side in sides)
        error = np.sqrt(squares / freedom * sum(1 / len(side) for side in sides))
        return float((t.ppf(0.975, freedom) + t.ppf(0.80, freedom)) * error)

    def exhibits(self) -> tuple[Exhibit, ...]:
        """The mean level of each unit, in the order given, the group beside the others."""
        units, (low, high) = np.arange(len(self.levels)), self.interval()
        values = {"unit": units, "in_group": units < self.size, "level": self.levels}
        title = f"Difference {self.effect:.3g} (90% interval {low:.3g} to {high:.3g})"
        settings = {"column": "in_group", "titles": ("unit", "mean level")}
        return (exhibit("levels", title, values, "bars", x="unit", y="level", **settings),)


def group_contrast(values: Floats, size: int, *, draws: int = 2000, seed: int = 1) -> GroupContrast:
    """Compare a group of units with the others.

    Args:
        values: Level by unit and period, shape (units, T); the first `size` units are the group.
        size: Units in the group.
        draws: Number of random groups where there are too many to list.
        seed: Seed of the random numbers.

    Returns:
        The difference with its permutation null.

    Raises:
        DataGapError: A unit has no data, or there are no other units.

    Example:
        >>> values = np.array([[3.0, 3.0], [1.0, 1.0], [1.0, 2.0], [2.0, 1.0]])
        >>> round(group_contrast(values, 1).effect, 2)
        1.67

    Source:
        Fisher (1935), The Design of Experiments, for the permutation test; Lazarus, Lewis, Stock
        and Watson (2018) for the interval.
    """
    known = np.isfinite(values)
    if not known.any(axis=1).all() or not 0 < size < len(values):
        raise DataGapError(
            "The groups could not be compared.",
            "A dyad has no data, or there is nothing to compare with.",
            "Choose dyads that the source covers.",
        )
    levels = np.nanmean(values, axis=1)
    placebo = _permuted(levels, size, draws, seed)
    effect = _difference(levels, tuple(range(size)))
    error, freedom = _error(values - levels[:, None], size)
    return GroupContrast(
        effect=effect,
        levels=levels,
        error=error,
        freedom=freedom,
        size=size,
        placebo=placebo,
        p_placebo=two_sided(effect - float(placebo.mean()), placebo - placebo.mean()),
    )


def _difference(levels: Floats, group: tuple[int, ...]) -> float:
    chosen = np.zeros(len(levels), dtype=np.bool_)
    chosen[list(group)] = True
    return float(levels[chosen].mean() - levels[~chosen].mean())


def _permuted(levels: Floats, size: int, draws: int, seed: int) -> Floats:
    """All other groups of this size, or a random sample of them."""
    if comb(len(levels), size) <= MAX_EXACT:
        groups = list(combinations(range(len(levels)), size))[1:]
    else:
        rng = np.random.default_rng(seed)
        groups = [
            tuple(rng.choice(len(levels), size=size, replace=False).tolist()) for _ in range(draws)
        ]
    return np.array([_difference(levels, group) for group in groups])


def _error(deviations: Floats, size: int) -> tuple[float, int]:
    """Standard error of the difference from how it swings over the periods.

    Args:
        deviations: Each unit less its own mean, shape (units, T).
        size: Units in the group.
    """
    sides = [_mean_of(side) for side in (deviations[:size], deviations[size:])]
    apart = sides[0] - sides[1]
    apart = apart[np.isfinite(apart)]
    if len(apart) < MIN_PERIODS:
        return float("inf"), 1
    return swing_error(apart / len(apart), np.ones((len(apart), 1)))


def _mean_of(values: Floats) -> Floats:
    """Mean over units by period, NaN where none has a value."""
    known = np.isfinite(values)
    count = known.sum(axis=0)
    total = np.where(known, values, 0.0).sum(axis=0)
    return np.asarray(total / np.where(count == 0, np.nan, count), dtype=np.float64)
