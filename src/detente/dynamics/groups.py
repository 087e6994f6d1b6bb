"""A group of units against others in the same periods, by permutation of who is in the group."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

from detente.dynamics.eventstudy import two_sided
from detente.dynamics.resample import block_index
from detente.errors import DataGapError

Floats = NDArray[np.float64]

MAX_EXACT = 5000


@dataclass(frozen=True, eq=False)
class GroupContrast:
    """Mean level of a group of units less that of the others.

    Attributes:
        effect: Difference of the means over units of their means over periods.
        levels: Mean of each unit, shape (units,), the group first.
        draws: Effects with periods resampled in blocks.
        placebo: Effects of every other choice of units as the group (or of a random sample).
        p_placebo: Two-sided p-value.
    """

    effect: float
    levels: Floats
    draws: Floats
    placebo: Floats
    p_placebo: float

    def interval(self, coverage: float = 0.90) -> tuple[float, float]:
        """Percentile interval over periods; it says nothing about other units."""
        low, high = np.quantile(self.draws, [(1 - coverage) / 2, (1 + coverage) / 2])
        return float(low), float(high)


def group_contrast(
    values: Floats, size: int, *, block: int = 2, draws: int = 2000, seed: int = 1
) -> GroupContrast:
    """Compare a group of units with the others.

    Args:
        values: Level by unit and period, shape (units, T); the first `size` units are the group.
        size: Units in the group.
        block: Length of a bootstrap block in periods.
        draws: Number of resamples, and of random groups where there are too many to list.
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
        Fisher (1935), The Design of Experiments, for the permutation test.
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
    rng = np.random.default_rng(seed)
    index = block_index(values.shape[1], block, draws, rng)
    resampled = _mean_over(values, index)
    return GroupContrast(
        effect=effect,
        levels=levels,
        draws=resampled[:, :size].mean(axis=1) - resampled[:, size:].mean(axis=1),
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


def _mean_over(values: Floats, index: NDArray[np.int64]) -> Floats:
    """Mean of each unit over resampled periods, shape (draws, units); unit's own mean if none."""
    picked = values[:, index]
    known = np.isfinite(picked)
    count = known.sum(axis=2)
    total = np.where(known, picked, 0.0).sum(axis=2)
    own = np.nanmean(values, axis=1)[:, None]
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), own).T, dtype=np.float64)
