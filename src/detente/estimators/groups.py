"""A group of units against others in the same periods, by permutation of who is in the group.

The statistic is studentised: with the plain difference, units that merely vary more than the others
passed as different in a fifth of simulated worlds. A permutation of few units is still too kind to
a group that varies more (11%), so the p-value is never below that of Welch's test (7.5%).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from math import comb

import numpy as np
import scipy

from detente.answers import Exhibit, Shown
from detente.arrays import Bools, Floats, Ints
from detente.errors import DataGapError
from detente.estimators.exhibits import exhibit
from detente.estimators.resample import swing_error, two_sided
from detente.rounding import significant

MAX_EXACT = 5000
MIN_PERIODS = 4  # below which swings cannot be told from levels
ALPHA, POWER = 0.05, 0.80
SIMULATIONS, PERMUTED = 300, 300  # of the power
FURTHEST, NEAR = 30.0, 0.05  # differences tried, in standard deviations, and how exactly


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
        p_placebo: Two-sided p-value of the difference in its own standard errors, the larger of the
            permutation and of Welch's test.
        p_smallest: The smallest p-value that so few units allow.
    """

    effect: float
    levels: Floats
    error: float
    freedom: int
    size: int
    placebo: Floats
    p_placebo: float
    p_smallest: float

    def interval(self, coverage: float = 0.90) -> tuple[float, float]:
        """Interval of the difference of these units' levels; it says nothing about other units."""
        reach = float(scipy.special.stdtrit(self.freedom, (1 + coverage) / 2) * self.error)
        return self.effect - reach, self.effect + reach

    def visible(self) -> float:
        """The difference at which p would have been below .05 four times in five.

        By the spread of the levels within both sides, taken to be even, and the power of this very
        test at so many units; NaN where so few units do not see any difference so often.
        """
        sides = (self.levels[: self.size], self.levels[self.size :])
        squares = sum(float(((side - side.mean()) ** 2).sum()) for side in sides)
        spread = np.sqrt(squares / (len(self.levels) - 2))
        return float(spread * visible_spreads(self.size, len(self.levels) - self.size))

    def exhibits(self) -> tuple[Exhibit, ...]:
        """The mean level of each unit, in the order given, the group beside the others."""
        units = np.arange(len(self.levels))
        ends = " to ".join(significant(end, 3) for end in self.interval())
        values = {"unit": units, "in_group": units < self.size, "level": self.levels}
        title = f"Difference {significant(self.effect, 3)} (90% interval {ends})"
        settings = {"column": "in_group", "titles": ("unit", "mean level")}
        return (exhibit("levels", title, values, "bars", x="unit", y="level", **settings),)


def group_contrast(
    values: Floats, size: int, *, segments: Ints | None = None, draws: int = 2000, seed: int = 1
) -> GroupContrast:
    """Compare a group of units with the others.

    Args:
        values: Level by unit and period, shape (units, T); the first `size` units are the group.
        size: Units in the group.
        segments: Number of the source of each period, shape (T,): that one reports more than the
            one before is no swing of the difference.
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
        Fisher (1935), The Design of Experiments, for the permutation test; Janssen (1997) and
        Chung and Romano (2013) for the studentised one; Welch (1947); Lazarus, Lewis, Stock and
        Watson (2018) for the interval.
    """
    measured = np.isfinite(values)
    if not measured.any(axis=1).all() or not 0 < size < len(values):
        raise DataGapError(
            "The groups could not be compared.",
            "A dyad has no data, or there is nothing to compare with.",
            "Choose dyads that the source covers.",
        )
    levels = np.nanmean(values, axis=1)
    groups = _groups(len(levels), size, draws, np.random.default_rng(seed))
    differences, sizes = _differences(levels, groups)
    labels = np.zeros(values.shape[1], dtype=np.int64) if segments is None else segments
    error, freedom = _error(deviations(values, labels), size, labels)
    return GroupContrast(
        effect=float(differences[0]),
        levels=levels,
        error=error,
        freedom=freedom,
        size=size,
        placebo=differences[1:],
        p_placebo=max(two_sided(float(sizes[0]), sizes[1:]), float(_welch(levels, size))),
        p_smallest=_smallest(len(levels), size, len(groups)),
    )


@lru_cache
def visible_spreads(size: int, rest: int) -> float:
    """How far apart groups must lie to be seen four times in five, in standard deviations.

    By simulated normal levels of even spread, moved apart until p, as `group_contrast` has it, is
    below .05 in favour so often; NaN where no difference is.

    Args:
        size: Units in the group.
        rest: Units in the other.

    Example:
        >>> 2.0 < visible_spreads(3, 9) < 3.5, visible_spreads(1, 3)
        (True, nan)
    """
    if _smallest(size + rest, size, comb(size + rest, size)) >= ALPHA:
        return float("nan")
    rng = np.random.default_rng(1)
    noise = rng.normal(size=(SIMULATIONS, size + rest))
    groups = _groups(size + rest, size, PERMUTED, rng, exact=PERMUTED)
    group = np.arange(size + rest) < size
    if _share_seen(noise + FURTHEST * group, size, groups) < POWER:
        return float("nan")
    low, high = 0.0, FURTHEST
    while high - low > NEAR:
        middle = (low + high) / 2
        enough = _share_seen(noise + middle * group, size, groups) >= POWER
        low, high = (low, middle) if enough else (middle, high)
    return high


def _share_seen(worlds: Floats, size: int, groups: Bools) -> float:
    """Share of worlds, rows of levels, in which the group lies higher with p below `ALPHA`."""
    higher = worlds[:, :size].mean(axis=1) > worlds[:, size:].mean(axis=1)
    rare = higher & (_welch(worlds, size) < ALPHA)
    seen = 0
    for levels in worlds[rare]:
        sizes = _differences(levels, groups)[1]
        seen += two_sided(float(sizes[0]), sizes[1:]) < ALPHA
    return seen / len(worlds)


def _groups(
    units: int, size: int, draws: int, rng: np.random.Generator, *, exact: int = MAX_EXACT
) -> Bools:
    """The group itself, then all other groups of its size or a sample of them: (groups, units)."""
    if comb(units, size) <= exact:
        members = np.array(list(combinations(range(units), size)))
    else:
        drawn = rng.permuted(np.tile(np.arange(units), (draws, 1)), axis=1)[:, :size]
        members = np.vstack([np.arange(size), drawn])
    chosen = np.zeros((len(members), units), dtype=np.bool_)
    np.put_along_axis(chosen, members, values=True, axis=1)
    return chosen


def _differences(levels: Floats, groups: Bools) -> tuple[Floats, Floats]:
    """The difference of each choice of a group, and its size in standard errors.

    The variance of each side stands by itself (Welch 1947); where a side has one unit, both share
    that of the other.
    """
    sides = [_moments(levels, chosen) for chosen in (groups, ~groups)]
    (mean, count, variance), (other, rest, spread) = sides
    if count < 2:
        variance = spread
    elif rest < 2:
        spread = variance
    error = np.sqrt(variance / count + spread / rest)
    differences = mean - other
    floor = 1e-9 * max(float(np.ptp(levels)), 1e-12)
    return differences, differences / np.maximum(error, floor)


def _welch(levels: Floats, size: int) -> Floats:
    """Two-sided p-value of Welch's test by row; 0 where a side has one unit and it says nothing."""
    if not 1 < size < levels.shape[-1] - 1:
        return np.zeros(levels.shape[:-1])
    with np.errstate(divide="ignore", invalid="ignore"):
        p = scipy.stats.ttest_ind(
            levels[..., :size], levels[..., size:], axis=-1, equal_var=False
        ).pvalue
    return np.nan_to_num(np.asarray(p, dtype=np.float64), posinf=0.0, neginf=0.0)


def _moments(levels: Floats, chosen: Bools) -> tuple[Floats, int, Floats]:
    """Mean, number and variance of the chosen units, by row of `chosen`."""
    count = int(chosen[0].sum())
    mean = (chosen * levels).sum(axis=1) / count
    squares = (chosen * (levels - mean[:, None]) ** 2).sum(axis=1)
    return mean, count, squares / max(count - 1, 1)


def _smallest(units: int, size: int, groups: int) -> float:
    """The smallest two-sided p-value: a group and, in halves, its mirror image are as extreme."""
    return (2 if 2 * size == units else 1) / groups


def deviations(values: Floats, segments: Ints) -> Floats:
    """Each unit less its own mean by the same source, shape (units, T).

    Args:
        values: Level by unit and period, shape (units, T), NaN where unknown.
        segments: Number of the source of each period, shape (T,).

    Example:
        >>> values = np.array([[1.0, 3.0, 10.0, 14.0]])
        >>> deviations(values, np.array([0, 0, 1, 1])).tolist()
        [[-1.0, 1.0, -2.0, 2.0]]
    """
    rest = np.full(values.shape, np.nan)
    for number in np.unique(segments):
        inside = segments == number
        held = np.isfinite(values[:, inside]).any(axis=1)
        part = values[np.ix_(held, inside)]
        rest[np.ix_(held, inside)] = part - np.nanmean(part, axis=1)[:, None]
    return rest


def _error(apart_by_unit: Floats, size: int, segments: Ints) -> tuple[float, int]:
    """Standard error of the difference from how it swings over the periods.

    Args:
        apart_by_unit: Each unit less its own mean by the same source, shape (units, T).
        size: Units in the group.
        segments: Number of the source of each period, shape (T,).
    """
    sides = [_mean_of(side) for side in (apart_by_unit[:size], apart_by_unit[size:])]
    apart = sides[0] - sides[1]
    measured = np.isfinite(apart)
    apart, labels = apart[measured], segments[measured]
    if len(apart) < MIN_PERIODS:
        return float("inf"), 1
    means = (labels[:, None] == np.unique(labels)).astype(np.float64)
    return swing_error(apart / len(apart), means)


def _mean_of(values: Floats) -> Floats:
    """Mean over units by period, NaN where none has a value."""
    measured = np.isfinite(values)
    count = measured.sum(axis=0)
    total = np.where(measured, values, 0.0).sum(axis=0)
    return np.asarray(total / np.where(count == 0, np.nan, count), dtype=np.float64)
