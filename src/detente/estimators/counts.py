"""Counts on a regular grid, and the ratio of their rates on two sides of dates.

Counts are summed, not logged: the log of a rare count plus a half, less the log of its exposure,
turns every swing of the news into an "effect". Here a period without events says nothing by itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detente.arrays import Bools, Floats, Ints
from detente.estimators.matching import Grid

HALF_KNOWN = 0.5  # share of a window's periods that must have data


@dataclass(frozen=True, eq=False)
class CountGrid:
    """Counts on a regular grid with what they are relative to.

    Attributes:
        counts: Events by period, shape (T,), NaN where there is no data.
        exposure: What they are relative to (all events reported, days covered), shape (T,),
            positive wherever counts are known.
        block: Source block of each period, shape (T,); windows never cross from one to another.
        year: Decimal year of each period, shape (T,).
        season: Position within the year, 0 to 1, shape (T,).
    """

    counts: Floats
    exposure: Floats
    block: Ints
    year: Floats
    season: Floats

    def log_rates(self) -> Grid:
        """Log rates, by which dates of like volatility are matched."""
        with np.errstate(divide="ignore", invalid="ignore"):
            values = np.log(self.counts + 0.5) - np.log(self.exposure)
        return Grid(np.where(self.measured, values, np.nan), self.block, self.year, self.season)

    @property
    def measured(self) -> Bools:
        """Periods with data, shape (T,)."""
        return np.isfinite(self.counts) & np.isfinite(self.exposure) & (self.exposure > 0)


@dataclass(frozen=True, eq=False)
class Sides:
    """Counts and expected counts after and before dates, all of one shape (..., n)."""

    after: Floats
    expected_after: Floats
    before: Floats
    expected_before: Floats

    def at(self, index: Ints) -> Sides:
        """The sides of some dates, of the shape of `index`."""
        return Sides(
            self.after[index],
            self.expected_after[index],
            self.before[index],
            self.expected_before[index],
        )

    def flipped(self, where: Bools) -> Sides:
        """After and before exchanged where asked for."""
        return Sides(
            np.where(where, self.before, self.after),
            np.where(where, self.expected_before, self.expected_after),
            np.where(where, self.after, self.before),
            np.where(where, self.expected_after, self.expected_before),
        )


def pooled_log_ratio(sides: Sides) -> Floats:
    """Log of the rate after over the rate before, pooled over the last axis.

    Weights of Mantel and Haenszel: each date is compared with itself, so that dates of other levels
    do not mix. Half an event in all is added to either side, split in proportion to what was
    expected.

    Args:
        sides: Counts and expected counts, shape (..., n).

    Returns:
        Shape (...,).

    Example:
        >>> ones = np.ones(4)
        >>> float(pooled_log_ratio(Sides(0 * ones, 9 * ones, 0 * ones, ones)))
        0.0
        >>> twice = Sides(200 * ones, ones, 100 * ones, ones)
        >>> round(float(np.exp(pooled_log_ratio(twice))), 2)
        2.0

    Source:
        Mantel and Haenszel (1959), Statistical aspects of the analysis of data from retrospective
        studies of disease; Rothman, Greenland and Lash (2008), chapter 15, for person-time.
    """
    share = sides.expected_after / (sides.expected_after + sides.expected_before)
    half = 1.0 / share.shape[-1]
    after = ((sides.after + half * share) * (1 - share)).sum(axis=-1)
    before = ((sides.before + half * (1 - share)) * share).sum(axis=-1)
    return np.asarray(np.log(after / before), dtype=np.float64)


def sum_of_next(grid: CountGrid, values: Floats, length: int, offset: int) -> Floats:
    """Sum over the known of `length` periods that begin `offset` periods after each."""
    index = np.arange(len(values))[:, None] + offset + np.arange(length)
    inside = (index >= 0) & (index < len(values))
    index = np.clip(index, 0, len(values) - 1)
    counted = inside & grid.measured[index]
    total = np.where(counted, np.nan_to_num(values[index]), 0.0).sum(axis=1)
    enough = counted.sum(axis=1) >= HALF_KNOWN * length
    return np.where(enough, total, np.nan)
