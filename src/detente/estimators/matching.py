"""Episodes, and what they are compared with: dates of like era and volatility, without causes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from detente.arrays import Bools, Floats, Ints
from detente.errors import DataGapError

MIN_POOL = 16
VOLATILITY_CLASSES = 3


@dataclass(frozen=True, eq=False)
class Grid:
    """A series on a regular grid with what matching needs to know about each period.

    Attributes:
        values: Shape (T,), NaN where there is no data.
        block: Source block of each period, shape (T,); windows never cross from one to another.
        year: Decimal year of each period, shape (T,).
        season: Position within the year, 0 to 1, shape (T,).
    """

    values: Floats
    block: Ints
    year: Floats
    season: Floats


def merge_episodes(periods: Sequence[int] | Ints, gap_periods: int) -> Ints:
    """Starts of the episodes: causes closer together than `gap_periods` periods are one episode.

    Args:
        periods: Index of the period of each cause, any order, repeats allowed.
        gap_periods: An episode ends when this many periods pass without a cause.

    Returns:
        Index of the first cause of each episode, in order.

    Example:
        >>> merge_episodes([1, 2, 4, 12, 30], gap_periods=3).tolist()
        [1, 12, 30]
    """
    ordered = np.unique(np.asarray(periods, dtype=np.int64))
    if len(ordered) == 0:
        return ordered
    first = np.concatenate([[True], np.diff(ordered) >= gap_periods])
    return np.asarray(ordered[first], dtype=np.int64)


def matched_dates(
    grid: Grid, changes: Floats, starts: Ints, causes: Ints, reach: int
) -> tuple[list[Ints], Ints]:
    """Matched placebo dates of each episode, dropping rules in turn until enough are left."""
    clean = np.isfinite(changes)
    for cause in causes:
        clean[cause : cause + reach] = False
    others = np.arange(len(changes)) != starts[:, None]
    others &= grid.block == grid.block[starts][:, None]
    rules = _rules(grid, starts)
    ladder = np.full(len(starts), len(rules) - 1, dtype=np.int64)
    chosen, matched = others & np.isfinite(changes), np.zeros(len(starts), dtype=np.bool_)
    for rung, rule in enumerate(rules):
        pool = others & clean & rule
        enough = ~matched & (pool.sum(axis=1) >= MIN_POOL)
        chosen[enough], ladder[enough] = pool[enough], rung
        matched |= enough
    if not chosen.any(axis=1).all():
        raise DataGapError(
            "The effect could not be compared with placebo dates.",
            "The series around the episodes is too short to hold any.",
            "Load data that cover a longer period.",
        )
    return [np.flatnonzero(pool) for pool in chosen], ladder


def mean_of_next(grid: Grid, length: int, offset: int) -> Floats:
    """Mean over `length` periods that begin `offset` periods after each; half must be known."""
    index = np.arange(len(grid.values))[:, None] + offset + np.arange(length)
    inside = (index >= 0) & (index < len(grid.values))
    values = grid.values[np.clip(index, 0, len(grid.values) - 1)]
    measured = inside & np.isfinite(values)
    count = measured.sum(axis=1)
    total = np.where(measured, values, 0.0).sum(axis=1)
    means = np.where(2 * count >= length, total / np.maximum(count, 1), np.nan)
    return np.asarray(means, dtype=np.float64)


def shifted(array: Ints, by: int) -> Ints:
    """The value `by` periods ahead of each period, -1 outside the series."""
    index = np.arange(len(array)) + by
    inside = (index >= 0) & (index < len(array))
    return np.where(inside, array[np.clip(index, 0, len(array) - 1)], -1)


def _volatility_class(grid: Grid, span: int = 12) -> Ints:
    """Third of its source block by how much it moved in the periods before, shape (T,)."""
    steps = np.abs(np.diff(grid.values, prepend=np.nan))
    moves = mean_of_next(Grid(steps, grid.block, grid.year, grid.season), span, -span)
    classes = np.full(len(moves), -1, dtype=np.int64)
    for block in np.unique(grid.block):
        here = (grid.block == block) & np.isfinite(moves)
        if here.any():
            cuts = np.quantile(moves[here], np.arange(1, VOLATILITY_CLASSES) / VOLATILITY_CLASSES)
            classes[here] = np.searchsorted(cuts, moves[here])
    return classes


def _rules(grid: Grid, starts: Ints) -> list[Bools]:
    """Masks of shape (n, T), strictest first: era and volatility; a wider era; the era; none."""
    apart = np.abs(grid.year - grid.year[starts][:, None])
    volatility = _volatility_class(grid)
    alike = volatility == volatility[starts][:, None]
    far = apart <= 8
    return [(apart <= 4) & alike, far & alike, far, np.ones_like(far)]
